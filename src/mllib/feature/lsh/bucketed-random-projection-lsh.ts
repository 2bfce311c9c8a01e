/** Hashes of points, for the Euclidean distance. */
import { JavaRandom } from "../../../rdd/random/java-random";
import { DenseMatrix, type Matrix } from "../../linalg/matrices";
import { doubleParam, gt } from "../../param/kinds";
import { withParams } from "../../param/params";
import { seed } from "../../param/shared";
import { column, savedAs, savedByParams } from "../support/saved";
import type { Family } from "./families";
import { LSH, LSHModel } from "./lsh";

const bucket = {
  bucketLength: doubleParam("length of a bucket: longer ones find more near rows, and take longer", undefined, gt(0)),
} as const;

/**
 * Buckets of projections on random directions (M. Datar, N. Immorlica, P. Indyk, V. Mirrokni, Locality-sensitive hashing scheme based on p-stable
 * distributions, 2004), for the Euclidean distance. Hashes are Spark's for the same seed.
 *
 * @example
 * const model = await new BucketedRandomProjectionLSH({ inputCol: "features", outputCol: "hashes", bucketLength: 2 }).fit(df);
 * await model.approxNearestNeighbors(df, Vectors.dense(1, 0), 3).show();
 */
export class BucketedRandomProjectionLSH extends withParams(LSH<BucketedRandomProjectionLSHModel>, { ...seed(), ...bucket }) {
  protected override modelFor(size: number): BucketedRandomProjectionLSHModel {
    const random = new JavaRandom(BigInt(this.getSeed()));
    const tables = this.getNumHashTables();
    const values = Float64Array.from({ length: tables * size }, () => random.nextGaussian());
    for (let table = 0; table < tables; table++) {
      const vector = values.subarray(table * size, (table + 1) * size);
      const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
      if (norm !== 0) for (let i = 0; i < size; i++) vector[i]! /= norm;
    }
    return new BucketedRandomProjectionLSHModel(new DenseMatrix(tables, size, values, true)).of(this);
  }
}

export class BucketedRandomProjectionLSHModel extends withParams(LSHModel, bucket) {
  constructor(
    /** A direction a row: one of each table. */
    readonly randUnitVectors: Matrix,
  ) {
    super();
  }

  of(parent: BucketedRandomProjectionLSH): this {
    return this.adopted(parent);
  }

  protected override family(): Family {
    const { numRows, numCols: width } = this.randUnitVectors;
    const vectors = new Float64Array(numRows * width);
    for (let row = 0; row < numRows; row++) vectors.set([...this.randUnitVectors.row(row)], row * width);
    return { kind: "projection", vectors, width, bucketLength: this.getBucketLength() };
  }

  override toString(): string {
    return this.described({ numHashTables: this.getNumHashTables() });
  }
}

savedByParams(BucketedRandomProjectionLSH);
savedAs(
  BucketedRandomProjectionLSHModel,
  "BucketedRandomProjectionLSHModel",
  { randUnitVectors: column.matrix },
  (model) => [model.randUnitVectors],
  (vectors: Matrix) => new BucketedRandomProjectionLSHModel(vectors),
);
