/** Principal components, batch by batch. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { instancesOf } from "../compute/instances";
import { type BlockLearning, blockLearner, learnInOrder } from "../incremental/block-learner";
import { IncrementalEstimator } from "../incremental/incremental-estimator";
import { DenseMatrix, type Matrix } from "../linalg/matrices";
import { DenseVector, type Vector } from "../linalg/vectors";
import { boolParam, gt, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { type Products, productsOf, together } from "../stat/covariance";
import { symmetricEigen } from "../stat/eigen";
import { projection, project } from "./support/project";
import { column, own, savedAs, savedByParams } from "./support/saved";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = {
  ...vectorColumns,
  k: intParam("principal components (scikit-learn's n_components); as many as there are entries or rows where not set", undefined, gt(0)), // prettier-ignore
  whiten: boolParam("whether components are divided by their deviations", false),
} as const;

/** What is known after some batches. Plain data. */
interface Components {
  readonly rows: number;
  readonly means: Float64Array;
  /** Σ (x - mean)² of each entry. */
  readonly squares: Float64Array;
  /** Component after component. */
  readonly vectors: Float64Array;
  /** Falling; one for each component. */
  readonly singular: Float64Array;
}

interface Spec {
  readonly who: string;
  readonly k: number | null;
}

/**
 * D. A. Ross, J. Lim, R.-S. Lin, M.-H. Yang, Incremental Learning for Robust Visual Tracking (2008): the components so far, scaled by
 * their singular values, count as rows that were seen. Eigenvectors of the sum of products stand for the singular value decomposition.
 */
const learner = blockLearner<Spec, Components>({
  name: "incrementalPCA",
  start: (_, width) => {
    const nothing = (): Float64Array => new Float64Array(width);
    return { rows: 0, means: nothing(), squares: nothing(), vectors: new Float64Array(0), singular: new Float64Array(0) };
  },
  learn(state, blocks, spec) {
    let sums: Products | null = null;
    for (const block of blocks) {
      if (block.width !== state.means.length)
        throw new DataError("VECTOR_SIZES_DIFFER", `${spec.who}: batches hold vectors of ${state.means.length} and of ${block.width} entries; all must have as many.`); // prettier-ignore
      const part = productsOf(block);
      sums = sums === null ? part : together(sums, part);
    }
    return sums === null || sums.rows === 0 ? state : advanced(state, sums, spec);
  },
});

function advanced(state: Components, batch: Products, { who, k }: Spec): Components {
  const width = state.means.length;
  const rows = state.rows + batch.rows;
  const most = Math.min(width, state.rows === 0 ? batch.rows : Math.max(state.singular.length, k ?? 0));
  const count = k ?? most;
  if (count > width || (state.rows === 0 && count > batch.rows))
    throw new UsageError("INVALID_PARAMETER_VALUE", `${who}: k (${count}) is more than the ${count > width ? `${width} entries of the vectors` : `${batch.rows} rows of the first batch`}.`); // prettier-ignore
  const share = (state.rows * batch.rows) / rows;
  const shifts = state.means.map((mean, j) => mean - batch.means[j]!);
  const matrix = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++) {
      let sum = batch.products[i * width + j]! + share * shifts[i]! * shifts[j]!;
      for (let c = 0; c < state.singular.length; c++)
        sum += state.singular[c]! ** 2 * state.vectors[c * width + i]! * state.vectors[c * width + j]!;
      matrix[i * width + j] = matrix[j * width + i] = sum;
    }
  const { values, vectors } = symmetricEigen(matrix, width);
  return {
    rows,
    means: state.means.map((mean, j) => mean + ((batch.means[j]! - mean) * batch.rows) / rows),
    squares: state.squares.map((square, j) => square + batch.products[j * width + j]! + share * shifts[j]! ** 2),
    vectors: vectors.slice(0, count * width),
    singular: values.slice(0, count).map((value) => Math.sqrt(Math.max(value, 0))),
  };
}

/**
 * Principal components of rows that are seen batch by batch: scikit-learn's IncrementalPCA. Each partition of a DataFrame is a batch, and
 * must have at least `k` rows if it is the first. Results are centred, unlike those of PCA. Components have a positive entry of the
 * largest magnitude.
 */
export class IncrementalPCA extends withParams(IncrementalEstimator<IncrementalPCAModel, Components>, params) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  override blockLearning(): BlockLearning<Spec, Components> {
    return { learner, spec: { who: this.className, k: this.valueFor<number>("k") ?? null } };
  }

  override modelOf(state: Components): IncrementalPCAModel {
    return IncrementalPCAModel.of(this, state);
  }

  override stateOf(model: IncrementalPCAModel): Components {
    return model.state;
  }

  protected override async fitModel(df: DataFrame): Promise<IncrementalPCAModel> {
    const { state } = await learnInOrder(
      await instancesOf(df, this.instanceColumns()),
      this.blockLearning(),
      null,
      this.className,
    );
    return this.modelOf(state);
  }
}

export class IncrementalPCAModel extends withParams(VectorModel, params) {
  /** @param state internal: what was learned so far */
  constructor(readonly state: Components) {
    super();
  }

  /** Internal. */
  static of(parent: IncrementalPCA, state: Components): IncrementalPCAModel {
    return new IncrementalPCAModel(state).adopted(parent);
  }

  /** Principal components, in columns, as PCAModel has them. */
  get pc(): Matrix {
    const { vectors, singular, means } = this.state;
    return new DenseMatrix(means.length, singular.length, vectors);
  }

  get mean(): Vector {
    return new DenseVector(this.state.means);
  }

  get singularValues(): Vector {
    return new DenseVector(this.state.singular);
  }

  /** Variance of each component (n - 1). */
  get explainedVariance(): Vector {
    const { singular, rows } = this.state;
    return new DenseVector(singular.map((value) => value ** 2 / (rows - 1)));
  }

  /** Share of each component of all variance. */
  get explainedVarianceRatio(): Vector {
    const { singular, squares } = this.state;
    const total = squares.reduce((sum, square) => sum + square, 0);
    return new DenseVector(singular.map((value) => value ** 2 / total));
  }

  /** Rows that were learned from. */
  get numSamplesSeen(): number {
    return this.state.rows;
  }

  protected override get outputSize(): number {
    return this.state.singular.length;
  }

  protected override mapping(): Mapping {
    const scale = this.getWhiten() ? this.explainedVariance.toArray().map((value) => 1 / Math.sqrt(value)) : null;
    return mapping(project, projection(this.className, this.pc, { shift: this.state.means, scale }));
  }
}

savedByParams(IncrementalPCA, own("IncrementalPCA"));
savedAs(
  IncrementalPCAModel,
  own("IncrementalPCAModel"),
  { rows: column.double, means: column.vector, squares: column.vector, vectors: column.doubles, singular: column.vector },
  ({ state: { rows, means, squares, vectors, singular } }) => [rows, new DenseVector(means), new DenseVector(squares), [...vectors], new DenseVector(singular)], // prettier-ignore
  (rows: number, means: Vector, squares: Vector, vectors: readonly number[], singular: Vector) =>
    new IncrementalPCAModel({
      rows,
      means: means.toArray(),
      squares: squares.toArray(),
      vectors: Float64Array.from(vectors),
      singular: singular.toArray(),
    }),
);
