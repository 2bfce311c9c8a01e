/** Where k-means begins: k-means‖ (B. Bahmani et al., Scalable K-Means++, VLDB 2012), or points drawn at random. */
import { DataError } from "../../common/errors";
import { aggregateProgram, asked, type InstanceBlock, type Steps } from "../compute";
import { localCenters } from "./local-k-means";
import { flat, NearestCenter } from "./nearest-center";
import { Draws, pointAt, widthsDiffer } from "./points";
import { seedFor } from "./random";

interface Drawn {
  /** The lower, the sooner it is chosen. */
  readonly score: number;
  readonly point: Float64Array;
}

interface Sample {
  readonly rows: number;
  readonly width: number;
  readonly weight: number;
  /** By rising score. */
  readonly drawn: readonly Drawn[];
}

const fewest = (drawn: readonly Drawn[], count: number): Drawn[] => [...drawn].sort((a, b) => a.score - b.score).slice(0, count);

/** `count` points without replacement, each with a probability in proportion to its weight (P. Efraimidis, P. Spirakis, 2006). */
const sample = aggregateProgram<{ readonly seed: number; readonly count: number }, InstanceBlock, Sample>({
  name: "mllib.kMeans.sample",
  run(blocks, { seed, count }) {
    const draws = new Draws(seed);
    let [rows, width, weight] = [0, 0, 0];
    let drawn: Drawn[] = [];
    let limit = Infinity;
    for (const block of blocks) {
      if (rows > 0 && block.width !== width) throw widthsDiffer(width, block.width);
      rows += block.rows;
      width = block.width;
      for (let row = 0; row < block.rows; row++) {
        const w = block.weight === null ? 1 : block.weight[row]!;
        const score = -Math.log(draws.of(block, row)) / w;
        weight += w;
        if (!(score < limit)) continue;
        drawn.push({ score, point: pointAt(block, row) });
        if (drawn.length < 2 * count + 64) continue;
        drawn = fewest(drawn, count);
        limit = drawn.at(-1)!.score;
      }
    }
    return { rows, width, weight, drawn: fewest(drawn, count) };
  },
  merge(a, b) {
    if (a.rows === 0 || b.rows === 0) return a.rows === 0 ? b : a;
    if (a.width !== b.width) throw widthsDiffer(a.width, b.width);
    const drawn = fewest([...a.drawn, ...b.drawn], Math.max(a.drawn.length, b.drawn.length));
    return { rows: a.rows + b.rows, width: a.width, weight: a.weight + b.weight, drawn };
  },
});

interface RoundSpec {
  readonly seed: number;
  readonly centers: Float64Array;
  readonly count: number;
  readonly width: number;
  /** Points wanted. */
  readonly wanted: number;
}

interface Round {
  readonly wanted: number;
  /** Σ w·d², the distance being that to the nearest center. */
  readonly cost: number;
  readonly drawn: readonly Drawn[];
}

const within = (drawn: readonly Drawn[], wanted: number, cost: number): Drawn[] =>
  drawn.filter(({ score }) => score < wanted / cost);

/**
 * Points of which each is chosen with probability min(1, wanted·w·d²/cost). The cost of all points is known at the end only; as it
 * does not fall on the way, what is dropped before would be dropped then too.
 */
const round = aggregateProgram<RoundSpec, InstanceBlock, Round>({
  name: "mllib.kMeans.parallelRound",
  run(blocks, { seed, centers, count, width, wanted }) {
    const draws = new Draws(seed);
    const nearest = new NearestCenter(centers, count, width);
    let cost = 0;
    const drawn: Drawn[] = [];
    for (const block of blocks)
      for (let row = 0; row < block.rows; row++) {
        const u = draws.of(block, row);
        const part = nearest.of(block, row) * (block.weight === null ? 1 : block.weight[row]!);
        if (!(part > 0)) continue;
        cost += part;
        if (u / part < wanted / cost) drawn.push({ score: u / part, point: pointAt(block, row) });
      }
    return { wanted, cost, drawn: within(drawn, wanted, cost) };
  },
  merge(a, b) {
    const cost = a.cost + b.cost;
    return { wanted: a.wanted, cost, drawn: within([...a.drawn, ...b.drawn], a.wanted, cost) };
  },
});

const shares = aggregateProgram<{ centers: Float64Array; count: number; width: number }, InstanceBlock, Float64Array>({
  name: "mllib.kMeans.candidateWeights",
  run(blocks, { centers, count, width }) {
    const nearest = new NearestCenter(centers, count, width);
    const weights = new Float64Array(count);
    for (const block of blocks)
      for (let row = 0; row < block.rows; row++) {
        nearest.of(block, row);
        weights[nearest.index]! += block.weight === null ? 1 : block.weight[row]!;
      }
    return weights;
  },
  merge: (a, b) => a.map((weight, c) => weight + b[c]!),
});

export interface InitialOptions {
  readonly k: number;
  readonly seed: number;
  readonly initMode: "random" | "k-means||";
  readonly initSteps: number;
}

/** Rounds beyond `initSteps` while there are fewer than k points: so many give nothing only where distances overflow. */
const MORE_ROUNDS = 50;

/**
 * At most k centers, all different; of k-means‖ fewer only where there are fewer different points. Throws where there are no points, or none
 * that weighs anything.
 */
export function* initialCenters({ k, seed, initMode, initSteps }: InitialOptions, who: string): Steps<Float64Array[]> {
  const count = initMode === "random" ? k : 1;
  const first = yield* asked(sample, { seed: seedFor(seed, 0), count });
  if (first === null || first.rows === 0)
    throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to fit.`);
  if (!(first.weight > 0)) throw new DataError("INVALID_WEIGHT", `${who}: no row has a weight above 0.`);
  const { width } = first;
  let candidates = different(first.drawn);
  if (initMode === "random") return candidates;
  // A round draws 2k points on average, and none of them once in e^2k times: two clusters would be one in every fiftieth fit.
  const most = initSteps + MORE_ROUNDS;
  for (let step = 1; step <= initSteps || (candidates.length < k && step <= most); step++) {
    const spec = { seed: seedFor(seed, step), centers: flat(candidates), count: candidates.length, width, wanted: 2 * k };
    const { drawn, cost } = (yield* asked(round, spec))!;
    if (!(cost > 0)) break; // every point is a center
    candidates = different([...candidates.map((point) => ({ score: -1, point })), ...fewest(drawn, drawn.length)]);
  }
  if (candidates.length <= k) return candidates;
  const weights = (yield* asked(shares, { centers: flat(candidates), count: candidates.length, width }))!;
  return localCenters(candidates, weights, k, seedFor(seed, initSteps + 1));
}

function different(drawn: readonly Drawn[]): Float64Array[] {
  return [...new Map(drawn.map(({ point }) => [point.join(), point])).values()];
}
