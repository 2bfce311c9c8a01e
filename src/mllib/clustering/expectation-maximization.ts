/** Gaussian mixtures by expectation maximization (C. Bishop, Pattern Recognition and Machine Learning, 9.2): an iteration is a step. */
import { aggregateProgram, asked, type InstanceBlock, type Steps } from "../compute";
import { denseCopy } from "../stat/covariance";
import { type Gaussian, gaussian, Mixture } from "./gaussian-density";
import { flat, NearestCenter } from "./nearest-center";

export interface Component {
  readonly weight: number;
  readonly mean: Float64Array;
  /** width × width */
  readonly cov: Float64Array;
}

/** Of one component; deviations are from a point near its mean, which keeps digits. */
interface Moments {
  weight: number;
  /** Σ r·d */
  readonly first: Float64Array;
  /** Σ r·d·dᵀ, the upper triangle */
  readonly second: Float64Array;
}

interface Expectation {
  readonly components: readonly Moments[];
  logLikelihood: number;
  /** Rows whose likeliest component is this. */
  readonly sizes: Float64Array;
}

function noMoments(count: number, width: number): Expectation {
  const components = Array.from({ length: count }, () => ({
    weight: 0,
    first: new Float64Array(width),
    second: new Float64Array(width * width),
  }));
  return { components, logLikelihood: 0, sizes: new Float64Array(count) };
}

function addPoint(to: Moments, share: number, points: Float64Array, at: number, around: Float64Array): void {
  const width = around.length;
  to.weight += share;
  for (let i = 0; i < width; i++) {
    const d = share * (points[at + i]! - around[i]!);
    to.first[i]! += d;
    for (let j = i, p = i * width + i; j < width; j++, p++) to.second[p]! += d * (points[at + j]! - around[j]!);
  }
}

function add(a: Expectation, b: Expectation): Expectation {
  for (const [k, moments] of a.components.entries()) {
    const other = b.components[k]!;
    moments.weight += other.weight;
    for (const name of ["first", "second"] as const)
      for (let i = 0; i < moments[name].length; i++) moments[name][i]! += other[name][i]!;
  }
  for (let k = 0; k < a.sizes.length; k++) a.sizes[k]! += b.sizes[k]!;
  a.logLikelihood += b.logLikelihood;
  return a;
}

const expect = aggregateProgram<{ readonly gaussians: readonly Gaussian[] }, InstanceBlock, Expectation>({
  name: "mllib.gaussianMixture.expect",
  run(blocks, { gaussians }) {
    const mixture = new Mixture(gaussians);
    const all = noMoments(gaussians.length, gaussians[0]!.mean.length);
    for (const block of blocks) {
      const { rows, width, weight } = block;
      const points = block.dense ?? denseCopy(block);
      for (let row = 0; row < rows; row++) {
        const w = weight === null ? 1 : weight[row]!;
        const at = row * width;
        all.logLikelihood += w * mixture.of(points, at);
        all.sizes[mixture.likeliest]!++;
        for (let k = 0; k < gaussians.length; k++) {
          const share = w * mixture.probabilities[k]!;
          if (share > 0) addPoint(all.components[k]!, share, points, at, gaussians[k]!.mean);
        }
      }
    }
    return all;
  },
  merge: add,
});

/** Moments of the points that are nearest to each center. */
const nearestMoments = aggregateProgram<{ readonly centers: readonly Float64Array[] }, InstanceBlock, Expectation>({
  name: "mllib.gaussianMixture.start",
  run(blocks, { centers }) {
    const width = centers[0]!.length;
    const nearest = new NearestCenter(flat(centers), centers.length, width);
    const all = noMoments(centers.length, width);
    for (const block of blocks) {
      const points = block.dense ?? denseCopy(block);
      for (let row = 0; row < block.rows; row++) {
        nearest.ofDense(points, row * width);
        const w = block.weight === null ? 1 : block.weight[row]!;
        addPoint(all.components[nearest.index]!, w, points, row * width, centers[nearest.index]!);
      }
    }
    return all;
  },
  merge: add,
});

function componentOf({ weight, first, second }: Moments, around: Float64Array, total: number): Component {
  const width = around.length;
  const shift = first.map((sum) => sum / weight);
  const cov = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++)
      cov[i * width + j] = cov[j * width + i] = second[i * width + j]! / weight - shift[i]! * shift[j]!;
  return { weight: weight / total, mean: around.map((value, i) => value + shift[i]!), cov };
}

const SMALL = 1e-6;

/** A component of equal points has no density: it gets a small share of each feature's variance among all points (or so much of 1). */
function withVariance(component: Component, overall: Float64Array): Component {
  const { mean, cov } = component;
  const width = mean.length;
  const trace = (of: (i: number) => number): number => mean.reduce((sum, _, i) => sum + of(i), 0);
  if (trace((i) => cov[i * width + i]!) > 1e-12 * trace((i) => overall[i]!)) return component;
  const floor = new Float64Array(width * width);
  for (let i = 0; i < width; i++) floor[i * width + i] = SMALL * (overall[i]! > 0 ? overall[i]! : 1);
  return { ...component, cov: floor };
}

/** Variances of the features among all points. */
function overallVariances(components: readonly Component[]): Float64Array {
  const [first] = components;
  return first!.mean.map((_, i) => {
    const mean = components.reduce((sum, each) => sum + each.weight * each.mean[i]!, 0);
    return components.reduce(
      (sum, { weight, mean: own, cov }) => sum + weight * (Math.max(cov[i * own.length + i]!, 0) + (own[i]! - mean) ** 2),
      0,
    );
  });
}

export interface MixtureFit {
  readonly components: readonly Component[];
  readonly iterations: number;
  readonly logLikelihood: number;
  readonly sizes: readonly number[];
}

/**
 * From the clusters around `centers`, of which there may be fewer than k: then some components begin as the same. Ends where the
 * log-likelihood changes by no more than `tol`; it is that of the result.
 */
export function* expectationMaximization(
  centers: readonly Float64Array[],
  { k, maxIter, tol }: { readonly k: number; readonly maxIter: number; readonly tol: number },
): Steps<MixtureFit> {
  const start = (yield* asked(nearestMoments, { centers }))!;
  const total = start.components.reduce((sum, { weight }) => sum + weight, 0);
  const begun = start.components
    .map((moments, c) => ({ moments, around: centers[c]! }))
    .filter(({ moments }) => moments.weight > 0)
    .map(({ moments, around }) => componentOf(moments, around, total));
  const overall = overallVariances(begun);
  const shares = begun.map((_, c) => Math.ceil((k - c) / begun.length));
  let components = Array.from({ length: k }, (_, i) => {
    const component = begun[i % begun.length]!;
    return withVariance({ ...component, weight: component.weight / shares[i % begun.length]! }, overall);
  });
  const expected = function* (): Steps<Expectation> {
    return (yield* asked(expect, { gaussians: components.map(({ weight, mean, cov }) => gaussian(weight, mean, cov)) }))!;
  };
  let found = yield* expected();
  let iterations = 0;
  while (iterations < maxIter) {
    components = components.map((component, c) => {
      const moments = found.components[c]!;
      return moments.weight > 0
        ? withVariance(componentOf(moments, component.mean, total), overall)
        : { ...component, weight: 0 };
    });
    iterations++;
    const next = yield* expected();
    const change = Math.abs(next.logLikelihood - found.logLikelihood);
    found = next;
    if (change <= tol) break;
  }
  return { components, iterations, logLikelihood: found.logLikelihood, sizes: [...found.sizes] };
}
