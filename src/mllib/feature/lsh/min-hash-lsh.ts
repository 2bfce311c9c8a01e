/** Hashes of sets, for the Jaccard distance. */
import { DataError } from "../../../common/errors";
import { JavaRandom } from "../../../rdd/random/java-random";
import { withParams } from "../../param/params";
import { seed } from "../../param/shared";
import { column, savedAs, savedByParams } from "../support/saved";
import { type Family, HASH_PRIME } from "./families";
import { LSH, LSHModel } from "./lsh";

/**
 * MinHash (A. Broder, On the resemblance and containment of documents, 1997): a vector is the set of its entries that are not 0, at least one; the
 * distance is Jaccard's. Hashes are Spark's for the same seed.
 *
 * @example
 * const model = await new MinHashLSH({ inputCol: "features", outputCol: "hashes", numHashTables: 5 }).fit(df);
 * await model.approxSimilarityJoin(df, others, 0.6).show();
 */
export class MinHashLSH extends withParams(LSH<MinHashLSHModel>, seed()) {
  protected override modelFor(size: number): MinHashLSHModel {
    if (size > HASH_PRIME)
      throw new DataError(
        "INVALID_FEATURES",
        `${this.className}: the input vector dimension ${size} exceeds the threshold ${HASH_PRIME}.`,
      );
    const random = new JavaRandom(BigInt(this.getSeed()));
    const coefficients = new Int32Array(2 * this.getNumHashTables());
    for (let at = 0; at < coefficients.length; at += 2) {
      coefficients[at] = 1 + random.nextIntBelow(HASH_PRIME - 1);
      coefficients[at + 1] = random.nextIntBelow(HASH_PRIME - 1);
    }
    return new MinHashLSHModel(coefficients).of(this);
  }
}

export class MinHashLSHModel extends LSHModel {
  constructor(
    /** Of each table factor and summand. */
    private readonly coefficients: Int32Array,
  ) {
    super();
  }

  of(parent: MinHashLSH): this {
    return this.adopted(parent);
  }

  /** Of each table the factor and the summand of its hash function. */
  get randCoefficients(): readonly (readonly [number, number])[] {
    return Array.from({ length: this.coefficients.length / 2 }, (_, i) => [
      this.coefficients[2 * i]!,
      this.coefficients[2 * i + 1]!,
    ]);
  }

  protected override family(): Family {
    return { kind: "minHash", coefficients: this.coefficients };
  }

  override toString(): string {
    return this.described({ numHashTables: this.getNumHashTables() });
  }
}

savedByParams(MinHashLSH);
savedAs(
  MinHashLSHModel,
  "MinHashLSHModel",
  { randCoefficients: column.ints },
  (model) => [model.randCoefficients.flat()],
  (coefficients: readonly number[]) => new MinHashLSHModel(Int32Array.from(coefficients)),
);
