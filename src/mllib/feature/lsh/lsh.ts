/** What families of hash functions share: columns of hashes, near neighbours, joins of near rows. */
import { randomBytes } from "node:crypto";
import type { StructField, StructType } from "../../../columnar/types";
import { DataError, UsageError } from "../../../common/errors";
import type { DataFrame } from "../../../dataframe/api/dataframe";
import { col, posexplode, struct } from "../../../dataframe/api/functions";
import { vectorSizeOf } from "../../base/attributes";
import { Estimator, Model } from "../../base/estimator";
import { checkVector, findField, withFields } from "../../base/schema";
import { appendColumns } from "../../compute";
import { derivedLater } from "../../compute/append-columns";
import { VectorUDT } from "../../linalg/user-types";
import { type Vector, type VectorLike, Vectors } from "../../linalg/vectors";
import { gtEq, intParam } from "../../param/kinds";
import { withParams } from "../../param/params";
import { inputCol, outputCol } from "../../param/shared";
import { columnOf, type Family, hashing } from "./families";
import { hashColumn, hashDistances, hashNumbers, type HashSpec, keyDistances, keySpec, pairDistances } from "./programs";

export const lshParams = {
  ...inputCol,
  ...outputCol,
  numHashTables: intParam("hash functions: more of them find more near rows, and take longer", 1, gtEq(1)),
} as const;

const hashField = (name: string): StructField => ({
  name,
  type: { kind: "array", element: VectorUDT, containsNull: true },
  nullable: true,
});

const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** Quantiles of distances are known to this share of the rows, as in Spark. */
const RELATIVE_ERROR = 0.05;

export abstract class LSH<M extends LSHModel> extends withParams(Estimator<LSHModel>, lshParams) {
  override transformSchema(schema: StructType): StructType {
    checkVector(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, hashField(this.getOutputCol()));
  }

  /** A model for vectors of `size` entries. */
  protected abstract modelFor(size: number): M;

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<M> {
    const field = checkVector(schema, this.getInputCol(), this.className);
    return this.modelFor(vectorSizeOf(field) ?? (await this.sizeOfFirst(df, field.name)));
  }

  private async sizeOfFirst(df: DataFrame, name: string): Promise<number> {
    const row = await df.select(quoted(name)).first();
    if (row === null) throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty: there is no vector to fit.`);
    const vector = row.get(0) as Vector | null;
    if (vector === null) throw new DataError("NULL_VALUE", `${this.className}: column ${name} holds null. Filter such rows.`);
    return vector.size;
  }
}

export abstract class LSHModel extends withParams(Model, lshParams) {
  protected abstract family(): Family;

  private spec(): HashSpec {
    return { family: this.family(), who: this.className, name: this.getInputCol() };
  }

  override transformSchema(schema: StructType): StructType {
    checkVector(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, hashField(this.getOutputCol()));
  }

  protected override transformed(df: DataFrame): DataFrame {
    return appendColumns(df, hashColumn, {
      inputs: [this.getInputCol()],
      outputs: [hashField(this.getOutputCol())],
      spec: this.spec(),
    });
  }

  /** The rows with their hashes, which they may have already. */
  private hashed(df: DataFrame, schema: StructType): DataFrame {
    checkVector(schema, this.getInputCol(), this.className);
    return findField(schema, this.getOutputCol()) === undefined ? this.transform(df) : df;
  }

  /**
   * At most `numNearestNeighbors` rows that are near `key`, the nearest first, with the distance in column `distCol`. With `singleProbe`, of the
   * rows that have a hash in common with the key, which may be fewer; without, of those whose hashes are nearest.
   */
  approxNearestNeighbors(
    df: DataFrame,
    key: VectorLike,
    numNearestNeighbors: number,
    distCol = "distCol",
    singleProbe = true,
  ): DataFrame {
    if (!(Number.isSafeInteger(numNearestNeighbors) && numNearestNeighbors > 0))
      throw new UsageError(
        "INVALID_ARGUMENT",
        `${this.className}: the number of nearest neighbors cannot be less than 1, got ${numNearestNeighbors}.`,
      );
    const vector = Vectors.of(key);
    const spec = keySpec(this.spec(), vector);
    const { tables, hash } = hashing(spec.family, this.className, "of the key");
    hash(columnOf(vector), 0, new Float64Array(tables), 0);
    return derivedLater(df, "approxNearestNeighbors", async (schema) => {
      const hashed = this.hashed(df, schema);
      const inputs = [this.getInputCol(), this.getOutputCol()];
      const near = singleProbe ? hashed : await this.nearHashes(hashed, spec, numNearestNeighbors);
      const distances = appendColumns(near, keyDistances, {
        inputs,
        outputs: [{ name: distCol, type: { kind: "double" }, nullable: true }],
        spec: { ...spec, sameBucket: singleProbe },
      });
      return distances
        .filter(col(quoted(distCol)).isNotNull())
        .orderBy(quoted(distCol))
        .limit(numNearestNeighbors);
    });
  }

  /** About so many rows as are wanted, and some more, of those whose hashes are nearest to the key's. */
  private async nearHashes(df: DataFrame, spec: ReturnType<typeof keySpec>, wanted: number): Promise<DataFrame> {
    const name = `distance_${randomBytes(6).toString("hex")}`;
    const distances = appendColumns(df, hashDistances, {
      inputs: [this.getOutputCol()],
      outputs: [{ name, type: { kind: "double" }, nullable: false }],
      spec,
    });
    const share = wanted / (await df.count()) + RELATIVE_ERROR;
    if (!(share < 1)) return df;
    const [most] = await distances.stat.approxQuantile(name, [share], RELATIVE_ERROR);
    return distances.filter(col(name).leq(most!)).drop(name);
  }

  /**
   * Pairs of rows of both that have a hash in common and are nearer than `threshold`: columns datasetA and datasetB (structs of their columns,
   * hashes included) and the distance in `distCol`. Rows that are the same are one.
   */
  approxSimilarityJoin(datasetA: DataFrame, datasetB: DataFrame, threshold: number, distCol = "distCol"): DataFrame {
    const tag = randomBytes(6).toString("hex");
    const [entry, hash] = [`entry_${tag}`, `hash_${tag}`];
    const side = (df: DataFrame, name: string): DataFrame =>
      derivedLater(df, "approxSimilarityJoin", async (schema) => {
        const rows = this.hashed(df.distinct(), schema);
        const columns = (await rows.schemaInside()).fields.map((field) => quoted(field.name));
        const numbers = `${name}_hashes_${tag}`;
        return appendColumns(rows, hashNumbers, {
          inputs: [this.getOutputCol()],
          outputs: [{ name: numbers, type: { kind: "array", element: { kind: "double" }, containsNull: false }, nullable: true }],
          spec: null,
        }).select(
          struct(...columns).alias(name),
          col(quoted(this.getInputCol())).alias(`${name}_features_${tag}`),
          col(numbers),
          posexplode(numbers).alias(entry, hash),
        );
      });
    const pairs = side(datasetA, "datasetA").join(side(datasetB, "datasetB"), [entry, hash]);
    const inputs = ["features", "hashes"].flatMap((what) => ["datasetA", "datasetB"].map((name) => `${name}_${what}_${tag}`));
    return appendColumns(pairs, pairDistances, {
      inputs: [...inputs, entry],
      outputs: [{ name: distCol, type: { kind: "double" }, nullable: true }],
      spec: this.spec(),
    })
      .filter(col(quoted(distCol)).lt(threshold))
      .select("datasetA", "datasetB", quoted(distCol));
  }
}
