/** k-means of a few weighted points in one place: the end of k-means‖. */
import { flat, NearestCenter } from "./nearest-center";
import { RandomNumbers, seedFor } from "./random";

const MOST_ITERATIONS = 30;
/** Starts, of which the best counts, where points × centers × width is below this; else one. */
const RESTARTS = 5;
const CHEAP = 1e6;

/** k of the points by greedy k-means++ (D. Arthur, S. Vassilvitskii, 2007), then moved by Lloyd's iterations. */
export function localCenters(points: readonly Float64Array[], weights: Float64Array, k: number, seed: number): Float64Array[] {
  const starts = points.length * k * points[0]!.length <= CHEAP ? RESTARTS : 1;
  let best: { readonly centers: Float64Array[]; readonly cost: number } | undefined;
  for (let start = 0; start < starts; start++) {
    const centers = chosen(points, weights, k, new RandomNumbers(seedFor(seed, start)));
    const found = moved(points, weights, centers);
    if (best === undefined || found.cost < best.cost) best = found;
  }
  return best!.centers;
}

function chosen(points: readonly Float64Array[], weights: Float64Array, k: number, random: RandomNumbers): Float64Array[] {
  const trials = 2 + Math.floor(Math.log(k));
  const first = points[drawn(weights, random)]!;
  const centers = [first];
  let costs = points.map((point, i) => weights[i]! * squaredDistance(point, first));
  while (centers.length < k) {
    let next: { readonly center: Float64Array; readonly costs: number[]; readonly cost: number } | undefined;
    for (let trial = 0; trial < trials; trial++) {
      const center = points[drawn(costs, random)]!;
      const after = costs.map((cost, i) => (cost === 0 ? 0 : Math.min(cost, weights[i]! * squaredDistance(points[i]!, center))));
      const cost = sum(after);
      if (next === undefined || cost < next.cost) next = { center, costs: after, cost };
    }
    centers.push(next!.center);
    ({ costs } = next!);
  }
  return centers.map((center) => center.slice());
}

/** A place, with probabilities in proportion to `shares`. */
function drawn(shares: ArrayLike<number>, random: RandomNumbers): number {
  let rest = random.next() * sum(shares);
  for (let i = 0; i < shares.length; i++) {
    rest -= shares[i]!;
    if (rest < 0) return i;
  }
  return Math.floor(random.next() * shares.length);
}

function moved(
  points: readonly Float64Array[],
  weights: Float64Array,
  centers: Float64Array[],
): { centers: Float64Array[]; cost: number } {
  const width = points[0]!.length;
  const of = new Int32Array(points.length).fill(-1);
  let cost = 0;
  for (let iteration = 0; iteration <= MOST_ITERATIONS; iteration++) {
    const nearest = new NearestCenter(flat(centers), centers.length, width);
    let changed = false;
    cost = 0;
    for (const [i, point] of points.entries()) {
      cost += weights[i]! * nearest.ofDense(point, 0);
      if (of[i] !== nearest.index) changed = true;
      of[i] = nearest.index;
    }
    if (!changed || iteration === MOST_ITERATIONS) break;
    const totals = new Float64Array(centers.length);
    const sums = centers.map(() => new Float64Array(width));
    for (const [i, point] of points.entries()) {
      totals[of[i]!]! += weights[i]!;
      for (let j = 0; j < width; j++) sums[of[i]!]![j]! += weights[i]! * point[j]!;
    }
    centers = centers.map((center, c) => (totals[c]! > 0 ? sums[c]!.map((total) => total / totals[c]!) : center));
  }
  return { centers, cost };
}

export function squaredDistance(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let j = 0; j < a.length; j++) squares += (a[j]! - b[j]!) ** 2;
  return squares;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
