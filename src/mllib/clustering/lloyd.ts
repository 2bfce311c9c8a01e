/** Lloyd's iterations (S. Lloyd, Least squares quantization in PCM, 1982): a step moves all centers to the means of their points. */
import { aggregateProgram, asked, type InstanceBlock, type Steps } from "../compute";
import { addRow } from "./cluster-tree";
import { flat, NearestCenter } from "./nearest-center";
import { normalize } from "./points";

interface Spec {
  readonly centers: Float64Array;
  readonly count: number;
  readonly width: number;
}

/** Of the points that are nearest to each center. */
interface Assigned {
  /** count × width: Σ w·x. */
  readonly sums: Float64Array;
  readonly weights: Float64Array;
  readonly rows: Float64Array;
  /** Σ w·d², d being the distance to the center. */
  cost: number;
}

const assign = aggregateProgram<Spec, InstanceBlock, Assigned>({
  name: "mllib.kMeans.assign",
  run(blocks, { centers, count, width }) {
    const nearest = new NearestCenter(centers, count, width);
    const all: Assigned = {
      sums: new Float64Array(count * width),
      weights: new Float64Array(count),
      rows: new Float64Array(count),
      cost: 0,
    };
    for (const block of blocks) assignBlock(block, nearest, all);
    return all;
  },
  merge(a, b) {
    for (const name of ["sums", "weights", "rows"] as const) for (let i = 0; i < a[name].length; i++) a[name][i]! += b[name][i]!;
    a.cost += b.cost;
    return a;
  },
});

function assignBlock(block: InstanceBlock, nearest: NearestCenter, all: Assigned): void {
  const { rows, width, weight } = block;
  const { sums } = all;
  for (let row = 0; row < rows; row++) {
    const w = weight === null ? 1 : weight[row]!;
    all.cost += w * nearest.of(block, row);
    const { index } = nearest;
    all.weights[index]! += w;
    all.rows[index]!++;
    addRow(sums, index * width, block, row, w);
  }
}

export interface LloydOptions {
  readonly maxIter: number;
  readonly tol: number;
  /** Points and centers have length 1. */
  readonly cosine: boolean;
}

export interface Clustered {
  readonly centers: Float64Array[];
  readonly iterations: number;
  /** Σ w·d² at these centers; w·(1 - cos) of cosines. */
  readonly cost: number;
  /** Rows of each center. */
  readonly sizes: readonly number[];
}

/**
 * Ends where no center moves by more than `tol`. A center without points stays where it is. What is told of the result is that of
 * the centers it has, for which one more step is made where they moved at the end.
 */
export function* lloyd(initial: readonly Float64Array[], { maxIter, tol, cosine }: LloydOptions, who: string): Steps<Clustered> {
  const width = initial[0]!.length;
  let centers = [...initial];
  const assigned = function* (): Steps<Assigned> {
    return (yield* asked(assign, { centers: flat(centers), count: centers.length, width }))!;
  };
  let found = yield* assigned();
  let iterations = 0;
  while (iterations < maxIter) {
    const next = centers.map((center, c) => meanOf(found, c, center, cosine, who));
    const moves = centers.map((center, c) => distance(center, next[c]!, cosine));
    centers = next;
    iterations++;
    const moved = Math.max(...moves);
    if (moved > 0) found = yield* assigned();
    if (moved <= tol) break;
  }
  return { centers, iterations, cost: cosine ? found.cost / 2 : found.cost, sizes: [...found.rows] };
}

function meanOf({ sums, weights }: Assigned, c: number, before: Float64Array, cosine: boolean, who: string): Float64Array {
  const weight = weights[c]!;
  if (!(weight > 0)) return before;
  const width = before.length;
  const mean = sums.slice(c * width, (c + 1) * width).map((sum) => sum / weight);
  if (cosine) {
    // Opposite points may have no direction in the mean.
    if (mean.every((value) => value === 0)) return before;
    normalize(mean, who);
  }
  return mean;
}

/** Euclidean, or 1 - cos of vectors of length 1. */
function distance(a: Float64Array, b: Float64Array, cosine: boolean): number {
  let squares = 0;
  for (let j = 0; j < a.length; j++) squares += (a[j]! - b[j]!) ** 2;
  return cosine ? squares / 2 : Math.sqrt(squares);
}
