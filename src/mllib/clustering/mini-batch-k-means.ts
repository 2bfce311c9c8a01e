/** k-means, batch by batch. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { columnName } from "../base/predictor";
import { withFields } from "../base/schema";
import type { InstanceBlock } from "../compute/instances";
import { instancesOf } from "../compute/instances";
import { type BlockLearning, blockLearner, learnInOrder } from "../incremental/block-learner";
import { IncrementalEstimator } from "../incremental/incremental-estimator";
import { DenseVector, type Vector } from "../linalg/vectors";
import { doubleParam, doublesParam, gt, gtEq, intParam, nestedParam } from "../param/kinds";
import { withParams } from "../param/params";
import { featuresCol, maxIter, predictionCol, seed, tol, weightCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { clusterField } from "./clustering-model";
import { addRow } from "./cluster-tree";
import { CenterModel } from "./k-means-model";
import { localCenters } from "./local-k-means";
import { flat, NearestCenter } from "./nearest-center";
import { pointAt, widthsDiffer } from "./points";
import { RandomNumbers, seedFor } from "./random";

const params = {
  ...featuresCol,
  ...predictionCol,
  ...weightCol,
  ...seed(),
  ...maxIter(100),
  ...tol(1e-4),
  k: intParam("number of clusters", 8, gt(1)),
  batchSize: intParam("rows of a mini-batch of fit; partialFit takes batches as they come", 1024, gtEq(1)),
  initialCenters: nestedParam("the first centers; chosen among the rows of the first batch where not set", doublesParam("")),
  reassignmentRatio: doubleParam("part of the largest cluster's weight below which a center is moved to a row", 0.01, gtEq(0)),
} as const;

/** What is known after some batches. Plain data. */
interface State {
  readonly centers: readonly Float64Array[];
  /** Of the rows that each center had so far. */
  readonly weights: Float64Array;
  /** Rows since centers were last moved to rows. */
  readonly sinceMoved: number;
  readonly batches: number;
  /** Σ w·d² of the last batch, before its step, and its weight. */
  readonly inertia: number;
  readonly weight: number;
}

interface Spec {
  readonly who: string;
  readonly k: number;
  readonly seed: number;
  readonly initialCenters: readonly (readonly number[])[] | null;
  readonly reassignmentRatio: number;
  /** Null: all blocks are one batch. */
  readonly batchSize: number | null;
}

const learner = blockLearner<Spec, State>({
  name: "miniBatchKMeans",
  start: ({ initialCenters, k }) => ({
    centers: (initialCenters ?? []).map((center) => Float64Array.from(center)),
    weights: new Float64Array(k),
    sinceMoved: 0,
    batches: 0,
    inertia: 0,
    weight: 0,
  }),
  learn(state, blocks, spec) {
    let now: State = { ...state, inertia: 0, weight: 0 };
    if (spec.batchSize === null) {
      const all = [...blocks];
      return all.length === 0 ? state : stepped(now, all, spec);
    }
    for (const block of blocks)
      for (let row = 0; row < block.rows; row += spec.batchSize) {
        const { inertia, weight } = now;
        const next = stepped(now, [sliced(block, row, Math.min(row + spec.batchSize, block.rows))], spec);
        now = { ...next, inertia: inertia + next.inertia, weight: weight + next.weight };
      }
    return now;
  },
});

function sliced(block: InstanceBlock, from: number, to: number): InstanceBlock {
  const { width, dense, sparse, label, weight } = block;
  return {
    rows: to - from,
    width,
    dense: dense === null ? null : dense.subarray(from * width, to * width),
    sparse: sparse === null ? null : { ...sparse, starts: sparse.starts.subarray(from, to + 1) },
    label,
    weight: weight === null ? null : weight.subarray(from, to),
    extra: [],
  };
}

/** D. Sculley, Web-Scale K-Means Clustering (2010): a center is the mean of all rows that were nearest to it when they came. */
function stepped(state: State, batch: readonly InstanceBlock[], spec: Spec): State {
  const [{ width }] = batch as readonly [InstanceBlock];
  for (const block of batch) if (block.width !== width) throw widthsDiffer(width, block.width);
  const rows = batch.reduce((sum, block) => sum + block.rows, 0);
  const centers = state.centers.length > 0 ? state.centers : firstCenters(batch, rows, spec);
  if (centers[0]!.length !== width) throw widthsDiffer(centers[0]!.length, width);
  const nearest = new NearestCenter(flat(centers), centers.length, width);
  const sums = new Float64Array(centers.length * width);
  const added = new Float64Array(centers.length);
  let inertia = 0;
  for (const block of batch)
    for (let row = 0; row < block.rows; row++) {
      const w = block.weight === null ? 1 : block.weight[row]!;
      inertia += w * nearest.of(block, row);
      added[nearest.index]! += w;
      addRow(sums, nearest.index * width, block, row, w);
    }
  const weights = state.weights.map((weight, c) => weight + added[c]!);
  const moved = centers.map((center, c) =>
    added[c] === 0 ? center : center.map((value, j) => (value * state.weights[c]! + sums[c * width + j]!) / weights[c]!),
  );
  const sinceMoved = state.sinceMoved + rows;
  const weight = added.reduce((sum, each) => sum + each, 0);
  const next = { centers: moved, weights, sinceMoved, batches: state.batches + 1, inertia, weight };
  return reassigned(next, batch, rows, spec);
}

/** Centers that have too few rows are put on rows, now and then, as scikit-learn does. */
function reassigned(state: State, batch: readonly InstanceBlock[], rows: number, spec: Spec): State {
  const { centers, weights, sinceMoved, batches } = state;
  if (spec.reassignmentRatio === 0 || !(weights.some((weight) => weight === 0) || sinceMoved >= 10 * centers.length))
    return state;
  const most = weights.reduce((a, b) => Math.max(a, b), 0);
  const poor = [...weights.keys()]
    .filter((c) => weights[c]! < spec.reassignmentRatio * most)
    .sort((a, b) => weights[a]! - weights[b]!)
    .slice(0, Math.floor(rows / 2));
  if (poor.length === 0) return { ...state, sinceMoved: 0 };
  const random = new RandomNumbers(seedFor(spec.seed, batches));
  const least = weights.reduce((a, b, c) => (poor.includes(c) ? a : Math.min(a, b)), Infinity);
  const places = chosen(rows, poor.length, random);
  const nextCenters = [...centers];
  const nextWeights = weights.slice();
  for (const [i, c] of poor.entries()) {
    nextCenters[c] = rowAt(batch, places[i]!);
    nextWeights[c] = least;
  }
  return { ...state, centers: nextCenters, weights: nextWeights, sinceMoved: 0 };
}

/** `count` different numbers below `all`. */
function chosen(all: number, count: number, random: RandomNumbers): number[] {
  const found = new Set<number>();
  while (found.size < count) found.add(Math.floor(random.next() * all));
  return [...found];
}

function rowAt(batch: readonly InstanceBlock[], place: number): Float64Array {
  let rest = place;
  for (const block of batch) {
    if (rest < block.rows) return pointAt(block, rest);
    rest -= block.rows;
  }
  return pointAt(batch[0]!, 0);
}

/** Rows of the first batch that k-means++ looks at. */
const MOST_CANDIDATES = 10_000;

function firstCenters(batch: readonly InstanceBlock[], rows: number, { who, k, seed }: Spec): Float64Array[] {
  if (rows < k)
    throw new UsageError("TOO_FEW_ROWS", `${who}: the first batch has ${rows} rows, fewer than the ${k} clusters. Set initialCenters, or give larger batches.`); // prettier-ignore
  const step = Math.max(1, Math.ceil(rows / MOST_CANDIDATES));
  const points: Float64Array[] = [];
  const weights: number[] = [];
  let at = 0;
  for (const block of batch)
    for (let row = 0; row < block.rows; row++)
      if (at++ % step === 0) {
        points.push(pointAt(block, row));
        weights.push(block.weight === null ? 1 : block.weight[row]!);
      }
  return localCenters(points, Float64Array.from(weights), k, seed);
}

/**
 * k-means whose centers move with every batch: scikit-learn's MiniBatchKMeans. `partialFit` gives what its `partial_fit` gives after the
 * same batches (of the same first centers and with `reassignmentRatio: 0`; what is drawn is drawn from other random numbers). `fit`
 * goes over the rows in mini-batches until the mean distance gets no better by `tol`, at most `maxIter` times.
 */
export class MiniBatchKMeans extends withParams(IncrementalEstimator<MiniBatchKMeansModel, State>, params) {
  override transformSchema(schema: StructType): StructType {
    this.checkColumns(schema);
    const centers = this.valueFor<readonly (readonly number[])[]>("initialCenters");
    if (centers !== undefined && (centers.length !== this.getK() || centers.some(({ length }) => length !== centers[0]!.length)))
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: initialCenters must be k (${this.getK()}) arrays of the same length.`); // prettier-ignore
    const prediction = columnName(this.getPredictionCol());
    return withFields(schema, this.className, ...(prediction === undefined ? [] : [clusterField(prediction, this.getK())]));
  }

  private learning(batchSize: number | null): BlockLearning<Spec, State> {
    const initialCenters = this.valueFor<readonly (readonly number[])[]>("initialCenters") ?? null;
    const [who, k, seed, reassignmentRatio] = [this.className, this.getK(), this.getSeed(), this.getReassignmentRatio()];
    return { learner, spec: { who, k, seed, initialCenters, reassignmentRatio, batchSize } };
  }

  override blockLearning(): BlockLearning<Spec, State> {
    return this.learning(null);
  }

  override modelOf(state: State): MiniBatchKMeansModel {
    return MiniBatchKMeansModel.of(this, state);
  }

  override stateOf({ state }: MiniBatchKMeansModel): State {
    return state;
  }

  protected override async fitModel(df: DataFrame): Promise<MiniBatchKMeansModel> {
    const data = (await instancesOf(df, this.instanceColumns())).persist();
    const learning = this.learning(this.getBatchSize());
    try {
      let state: State | null = null;
      let best = Infinity;
      for (let epoch = 0; epoch < Math.max(1, this.getMaxIter()); epoch++) {
        ({ state } = await learnInOrder(data, learning, state, this.className));
        const mean: number = state.inertia / state.weight;
        if (epoch > 0 && best - mean <= this.getTol() * best) break;
        best = Math.min(best, mean);
      }
      return this.modelOf(state!);
    } finally {
      await data.release();
    }
  }
}

export class MiniBatchKMeansModel extends withParams(CenterModel, params) {
  override readonly clusterCenters: readonly Vector[];

  constructor(
    /** Internal: what was learned so far. */
    readonly state: State,
  ) {
    super();
    this.clusterCenters = state.centers.map((center) => new DenseVector(center));
  }

  /** Internal. */
  static of(parent: MiniBatchKMeans, state: State): MiniBatchKMeansModel {
    return new MiniBatchKMeansModel(state).adopted(parent);
  }
}

persistent(MiniBatchKMeans, { sparkClass: "firesteel.mllib.clustering.MiniBatchKMeans", load: () => new MiniBatchKMeans() });

persistent(MiniBatchKMeansModel, {
  sparkClass: "firesteel.mllib.clustering.MiniBatchKMeansModel",
  metadata: ({ state: { sinceMoved, batches, inertia, weight } }) => ({ learned: { sinceMoved, batches, inertia, weight } }),
  save: ({ state: { centers, weights } }, directory) =>
    directory.writeTable(
      "data",
      "cluster INT, center ARRAY<DOUBLE>, weight DOUBLE",
      centers.map((center, c) => [c, [...center], weights[c]]),
    ),
  async load(metadata, directory) {
    const rows = await directory.readTable("data", ["cluster", "center", "weight"]);
    if (rows.length === 0) throw directory.damaged("data has no center");
    const sorted = rows
      .map((row) => [row.get(0), row.get(1), row.get(2)] as [number, number[], number])
      .sort(([a], [b]) => a - b);
    return new MiniBatchKMeansModel({
      ...(metadata["learned"] as Pick<State, "sinceMoved" | "batches" | "inertia" | "weight">),
      centers: sorted.map(([, center]) => Float64Array.from(center)),
      weights: Float64Array.from(sorted, ([, , weight]) => weight),
    });
  },
});
