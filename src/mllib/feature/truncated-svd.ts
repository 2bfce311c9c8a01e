/** Vectors in the directions in which they are longest. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorSizeOf } from "../base/attributes";
import { Estimator } from "../base/estimator";
import { requiredField } from "../base/schema";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import type { TaskData } from "../compute/task-data";
import { RandomNumbers, seedFor } from "../clustering/random";
import { DenseMatrix, type Matrix } from "../linalg/matrices";
import { DenseVector, type Vector } from "../linalg/vectors";
import { choiceParam, gt, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { seed } from "../param/shared";
import { covarianceOf } from "../stat/covariance";
import { symmetricEigen } from "../stat/eigen";
import { sumsOf, summaryOf } from "../stat/vector-summary";
import { project, projection } from "./support/project";
import { column, own, savedAs, savedByParams } from "./support/saved";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = {
  ...vectorColumns,
  ...seed(),
  k: intParam("components (scikit-learn's n_components)", 2, gt(0)),
  algorithm: choiceParam(
    "gram: exactly, by products of all pairs of entries; randomized: by some passes over the rows, for wide vectors; auto: gram up to 256 entries",
    ["auto", "gram", "randomized"],
    "auto",
  ),
  nIter: intParam("passes of randomized", 7, gtEq(1)),
  nOversamples: intParam("directions that randomized follows beyond k", 10, gtEq(0)),
} as const;

const GRAM_WIDTH = 256;

/**
 * Singular value decomposition of the matrix of the rows, without centring them: scikit-learn's TruncatedSVD; of TF-IDF, latent semantic
 * analysis. `randomized` is subspace iteration (N. Halko, P.-G. Martinsson, J. A. Tropp, Finding Structure with Randomness, 2011): what
 * travels are `k + nOversamples` vectors, and sparse rows stay sparse. Components have a positive entry of the largest magnitude.
 */
export class TruncatedSVD extends withParams(Estimator<TruncatedSVDModel>, params) {
  override transformSchema(schema: StructType): StructType {
    const size = vectorSizeOf(requiredField(schema, this.getInputCol(), this.className));
    if (size !== undefined) this.checkK(size);
    return vectorSchema(this, schema);
  }

  private checkK(width: number): void {
    if (this.getK() > width)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: k (${this.getK()}) is more than the ${width} entries of the vectors.`,
      );
  }

  protected override async fitModel(df: DataFrame): Promise<TruncatedSVDModel> {
    const k = this.getK();
    const data = (await instancesOf(df, { featuresCol: this.getInputCol() })).persist();
    try {
      const sums = await sumsOf(data, this.className);
      const { width, count, mean, variance } = summaryOf(sums);
      this.checkK(width);
      const algorithm = this.getAlgorithm();
      const { values, vectors } =
        algorithm === "randomized" || (algorithm === "auto" && width > GRAM_WIDTH)
          ? await this.randomized(data, width)
          : symmetricEigen(count < 2 ? outer(mean.values) : await gram(data, this.className), width);
      const squares = values.slice(0, k).map((value) => Math.max(value, 0));
      const means = Array.from(squares, (_, c) => dot(vectors.subarray(c * width, (c + 1) * width), mean.values));
      const explained = squares.map((square, c) => Math.max(square / count - means[c]! ** 2, 0));
      const total = variance.values.reduce((sum, value) => sum + (value * (count - 1)) / count, 0);
      return TruncatedSVDModel.of(this, {
        components: new DenseMatrix(width, k, vectors.slice(0, k * width)),
        singularValues: new DenseVector(squares.map(Math.sqrt)),
        explainedVariance: new DenseVector(explained),
        explainedVarianceRatio: new DenseVector(explained.map((value) => (total === 0 ? 0 : value / total))),
      });
    } finally {
      await data.release();
    }
  }

  /** Eigenvectors of Σ x·xᵀ in the space that random vectors reach when they are multiplied with it. */
  private async randomized(
    data: TaskData<InstanceBlock>,
    width: number,
  ): Promise<{ values: Float64Array; vectors: Float64Array }> {
    const size = Math.min(width, this.getK() + this.getNOversamples());
    const random = new RandomNumbers(seedFor(this.getSeed(), 0));
    let basis = orthonormal(
      Float64Array.from({ length: size * width }, () => random.nextNormal()),
      size,
      width,
    );
    for (let pass = 0; ; pass++) {
      const image = (await data.aggregate(multiplied, { basis, size, width }))!;
      if (pass + 1 < this.getNIter()) {
        basis = orthonormal(image, size, width);
        continue;
      }
      const inner = new Float64Array(size * size);
      for (let a = 0; a < size; a++)
        for (let b = 0; b < size; b++)
          inner[a * size + b] = dot(basis.subarray(a * width, (a + 1) * width), image.subarray(b * width, (b + 1) * width));
      for (let a = 0; a < size; a++)
        for (let b = 0; b < a; b++) inner[a * size + b] = inner[b * size + a] = (inner[a * size + b]! + inner[b * size + a]!) / 2;
      const small = symmetricEigen(inner, size);
      const vectors = new Float64Array(size * width);
      for (let c = 0; c < size; c++) {
        const vector = vectors.subarray(c * width, (c + 1) * width);
        for (let b = 0; b < size; b++) {
          const share = small.vectors[c * size + b]!;
          for (let j = 0; j < width; j++) vector[j]! += share * basis[b * width + j]!;
        }
        const largest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
        if (largest < 0) vector.forEach((x, j) => (vector[j] = -x));
      }
      return { values: small.values, vectors };
    }
  }
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
};

const outer = (x: Float64Array): Float64Array => Float64Array.from({ length: x.length ** 2 }, (_, at) => x[Math.floor(at / x.length)]! * x[at % x.length]!); // prettier-ignore

/** Σ x·xᵀ: products of deviations, and those of the means. */
async function gram(data: TaskData<InstanceBlock>, who: string): Promise<Float64Array> {
  const { rows, means, matrix } = await covarianceOf(data, who);
  return outer(means).map((product, at) => rows * product + (rows - 1) * matrix[at]!);
}

interface MultiplySpec {
  /** Vector after vector. */
  readonly basis: Float64Array;
  readonly size: number;
  readonly width: number;
}

/** Σ x·(xᵀ·b) for each vector b. */
const multiplied = aggregateProgram<MultiplySpec, InstanceBlock, Float64Array>({
  name: "mllib.truncatedSVD.multiply",
  run(blocks, { basis, size, width }, task) {
    const image = new Float64Array(size * width);
    for (const { rows, width: found, dense, sparse } of blocks) {
      task.checkInterrupted();
      if (found !== width)
        throw new DataError("VECTOR_SIZES_DIFFER", `TruncatedSVD: the column holds vectors of ${width} and of ${found} entries; all must have as many.`); // prettier-ignore
      const values = dense ?? sparse!.values;
      for (let row = 0; row < rows; row++) {
        const from = sparse === null ? row * width : sparse.starts[row]!;
        const to = sparse === null ? from + width : sparse.starts[row + 1]!;
        for (let b = 0; b < size; b++) {
          const at = b * width;
          let product = 0;
          for (let i = from; i < to; i++) product += values[i]! * basis[at + (sparse === null ? i - from : sparse.indices[i]!)]!;
          for (let i = from; i < to; i++) image[at + (sparse === null ? i - from : sparse.indices[i]!)]! += values[i]! * product;
        }
      }
    }
    return image;
  },
  merge(a, b) {
    for (let i = 0; i < a.length; i++) a[i]! += b[i]!;
    return a;
  },
});

/** Gram-Schmidt, twice over (B. Parlett: that is enough). Vectors that depend on others become zero. Changes and returns `vectors`. */
function orthonormal(vectors: Float64Array, size: number, width: number): Float64Array {
  for (let a = 0; a < size; a++) {
    const vector = vectors.subarray(a * width, (a + 1) * width);
    const before = Math.sqrt(dot(vector, vector));
    for (let again = 0; again < 2; again++)
      for (let b = 0; b < a; b++) {
        const other = vectors.subarray(b * width, (b + 1) * width);
        const share = dot(vector, other);
        for (let j = 0; j < width; j++) vector[j]! -= share * other[j]!;
      }
    const norm = Math.sqrt(dot(vector, vector));
    const scale = norm > 1e-14 * before ? 1 / norm : 0;
    for (let j = 0; j < width; j++) vector[j]! *= scale;
  }
  return vectors;
}

interface Found {
  readonly components: Matrix;
  readonly singularValues: Vector;
  readonly explainedVariance: Vector;
  readonly explainedVarianceRatio: Vector;
}

export class TruncatedSVDModel extends withParams(VectorModel, params) {
  /** Right singular vectors, in columns. */
  readonly components: Matrix;
  /** Falling. */
  readonly singularValues: Vector;
  /** Variance of each entry of the results (of the population). */
  readonly explainedVariance: Vector;
  /** Share of each of all variance. */
  readonly explainedVarianceRatio: Vector;

  constructor({ components, singularValues, explainedVariance, explainedVarianceRatio }: Found) {
    super();
    this.components = components;
    this.singularValues = singularValues;
    this.explainedVariance = explainedVariance;
    this.explainedVarianceRatio = explainedVarianceRatio;
  }

  /** Internal. */
  static of(parent: TruncatedSVD, found: Found): TruncatedSVDModel {
    return new TruncatedSVDModel(found).adopted(parent);
  }

  protected override get outputSize(): number {
    return this.components.numCols;
  }

  protected override mapping(): Mapping {
    return mapping(project, projection(this.className, this.components));
  }
}

savedByParams(TruncatedSVD, own("TruncatedSVD"));
savedAs(
  TruncatedSVDModel,
  own("TruncatedSVDModel"),
  {
    components: column.matrix,
    singularValues: column.vector,
    explainedVariance: column.vector,
    explainedVarianceRatio: column.vector,
  },
  (model) => [model.components, model.singularValues, model.explainedVariance, model.explainedVarianceRatio],
  (components: Matrix, singularValues: Vector, explainedVariance: Vector, explainedVarianceRatio: Vector) =>
    new TruncatedSVDModel({ components, singularValues, explainedVariance, explainedVarianceRatio }),
);
