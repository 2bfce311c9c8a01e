/**
 * Stochastic gradient descent of linear models, row by row, as scikit-learn's SGD estimators define it: Bottou's rates, L2 by shrinking
 * a common scale of the weights, L1 by the cumulative penalty of Tsuruoka, Tsujii and Ananiadou (2009), passive-aggressive steps of
 * Crammer et al. (2006).
 */
import { DataError } from "../../common/errors";
import type { InstanceBlock } from "../compute/instances";
import { type Loss, type LossName, lossNamed } from "./sgd-loss";

export const PENALTIES = ["l2", "l1", "elasticnet", "none"] as const;
export const LEARNING_RATES = ["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"] as const;

export interface SgdSettings {
  readonly loss: LossName;
  readonly epsilon: number;
  readonly penalty: (typeof PENALTIES)[number];
  readonly alpha: number;
  readonly l1Ratio: number;
  readonly fitIntercept: boolean;
  readonly learningRate: (typeof LEARNING_RATES)[number];
  readonly eta0: number;
  readonly powerT: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** The row from which on weights are averaged; 0: they are not. */
  readonly average: number;
}

/** A linear function that is being learned. Plain data. */
export interface SgdWeights {
  readonly weights: Float64Array;
  readonly intercept: number;
  /** Number of the next row, from 1. */
  readonly t: number;
  /** Means of the weights and the intercept over the rows from `average` on. */
  readonly average?: { readonly weights: Float64Array; readonly intercept: number };
}

/** What predicts: the means where weights are averaged and a row has counted. */
export function predicting({ weights, intercept, average }: SgdWeights): {
  readonly weights: Float64Array;
  readonly intercept: number;
} {
  return average ?? { weights, intercept };
}

/** What a pass goes on with, beyond the weights, when it covers the same rows again. Plain data. */
export interface SgdProgress {
  readonly eta: number;
  readonly penalties: Float64Array | null;
  readonly total: number;
}

/** Steps are cut to this. */
const MOST_GRADIENT = 1e12;
/** A scale below this is multiplied into the weights. */
const LEAST_SCALE = 1e-9;
/** Steps of the intercept over sparse rows, where it changes with every row and the weights do not. */
const SPARSE_INTERCEPT_DECAY = 0.01;

/** A pass over rows, or several over the same rows; the cumulative penalty and the adaptive rate begin anew unless `from` says otherwise. */
export class SgdPass {
  readonly #loss: Loss;
  readonly #passive: boolean;
  readonly #l1Ratio: number;
  readonly #penalties: Float64Array | null;
  readonly #weights: Float64Array;
  #intercept: number;
  /** The weights are #weights · #scale. */
  #scale = 1;
  /** The L1 penalty that every weight could have had so far. */
  #total: number;
  #eta: number;
  readonly #optimalStart: number;
  /** Sum of the objective over the rows since it was last asked for. */
  #objective = 0;

  #t: number;
  readonly #average: RunningAverage | null;
  /** Where the objective is measured and has a penalty. */
  #norms: WeightNorms | null = null;

  constructor(
    readonly settings: SgdSettings,
    start: SgdWeights,
    from?: SgdProgress,
  ) {
    const { penalty, alpha, l1Ratio, learningRate } = settings;
    this.#loss = lossNamed(settings.loss, settings.epsilon);
    this.#passive = learningRate === "pa1" || learningRate === "pa2";
    this.#l1Ratio = penalty === "l1" ? 1 : penalty === "elasticnet" ? l1Ratio : 0;
    this.#weights = start.weights.slice();
    this.#intercept = start.intercept;
    this.#t = start.t;
    this.#average = settings.average === 0 ? null : new RunningAverage(settings.average, start);
    const truncates = penalty === "l1" || penalty === "elasticnet";
    this.#penalties = truncates ? (from?.penalties?.slice() ?? new Float64Array(start.weights.length)) : null;
    this.#total = from?.total ?? 0;
    this.#eta = from?.eta ?? settings.eta0;
    const typical = Math.sqrt(1 / Math.sqrt(alpha));
    this.#optimalStart = 1 / ((typical / Math.max(1, this.#loss.gradient(1, -typical))) * alpha);
  }

  /** Learns from the rows of a block in `order`; `targets` by row. With `measures`, adds up the objective. */
  learn(block: InstanceBlock, targets: Float64Array, order: Int32Array | null, measures: boolean): void {
    const { rows, width, dense, sparse, weight } = block;
    const places = sparse?.indices ?? null;
    const values = dense ?? sparse!.values;
    const decay = dense === null ? SPARSE_INTERCEPT_DECAY : 1;
    if (measures && this.settings.penalty !== "none" && !this.#passive) this.#norms ??= new WeightNorms(this.#weights);
    for (let i = 0; i < rows; i++) {
      const row = order === null ? i : order[i]!;
      const from = sparse === null ? row * width : sparse.starts[row]!;
      const to = sparse === null ? from + width : sparse.starts[row + 1]!;
      this.#step(values, places, from, to, targets[row]!, weight === null ? 1 : weight[row]!, decay, measures);
    }
  }

  /** The adaptive rate goes down. False of other rates, and once it is as good as nothing. */
  slowDown(): boolean {
    if (this.settings.learningRate !== "adaptive" || this.#eta <= 1e-6) return false;
    this.#eta /= 5;
    return true;
  }

  takeObjective(): number {
    const sum = this.#objective;
    this.#objective = 0;
    return sum;
  }

  /** What was learned. Throws where numbers grew beyond all bounds. */
  finish(who: string): SgdWeights {
    const scale = this.#scale;
    const weights = this.#weights.slice();
    let finite = Number.isFinite(this.#intercept);
    for (let j = 0; j < weights.length; j++) {
      const weight = weights[j]! * scale;
      weights[j] = weight;
      finite &&= Number.isFinite(weight);
    }
    if (!finite)
      throw new DataError(
        "NUMERIC_OVERFLOW",
        `${who}: the weights grew beyond all bounds. Scale the features (StandardScaler, MinMaxScaler), or take a smaller eta0.`,
      );
    const average = this.#average?.means(this.#weights);
    return { weights, intercept: this.#intercept, t: this.#t, ...(average && { average }) };
  }

  get progress(): SgdProgress {
    return { eta: this.#eta, penalties: this.#penalties, total: this.#total };
  }

  #step(
    values: Float64Array,
    places: Int32Array | null,
    from: number,
    to: number,
    y: number,
    rowWeight: number,
    decay: number,
    measures: boolean,
  ): void {
    const { settings } = this;
    const { learningRate, alpha, eta0, penalty } = settings;
    const weights = this.#weights;
    let sum = 0;
    let norm = 0;
    for (let at = from; at < to; at++) {
      const value = values[at]!;
      sum += weights[places === null ? at - from : places[at]!]! * value;
      norm += value * value;
    }
    const p = sum * this.#scale + this.#intercept;
    if (learningRate === "optimal") this.#eta = 1 / (alpha * (this.#optimalStart + this.#t - 1));
    else if (learningRate === "invscaling") this.#eta = eta0 / this.#t ** settings.powerT;
    const eta = this.#eta;
    if (measures) this.#measure(y, p);
    let update: number;
    if (this.#passive) {
      if (learningRate === "pa1" && norm === 0) return;
      const loss = this.#loss.value(y, p);
      update = learningRate === "pa1" ? Math.min(eta0, loss / norm) : loss / (norm + 0.5 / eta0);
      if (settings.loss === "hinge" || settings.loss === "perceptron") update *= y;
      else if (y - p < 0) update = -update;
    } else {
      const gradient = this.#loss.gradient(y, p);
      update = -eta * Math.max(-MOST_GRADIENT, Math.min(MOST_GRADIENT, gradient));
    }
    update *= rowWeight;
    if (penalty !== "none") this.#shrink(Math.max(0, 1 - (1 - this.#l1Ratio) * eta * alpha));
    if (update !== 0) {
      const change = update / this.#scale;
      const norms = this.#norms;
      const average = this.#average;
      for (let at = from; at < to; at++) {
        const j = places === null ? at - from : places[at]!;
        const before = weights[j]!;
        const after = before + values[at]! * change;
        weights[j] = after;
        norms?.changed(before, after);
        average?.changed(j, values[at]! * change);
      }
      if (settings.fitIntercept) this.#intercept += update * decay;
    }
    this.#average?.add(this.#t, this.#scale, this.#intercept);
    if (this.#penalties !== null) {
      this.#total += this.#l1Ratio * eta * alpha;
      this.#truncate(places, from, to, this.#penalties);
    }
    this.#t++;
  }

  #shrink(factor: number): void {
    this.#scale *= factor;
    if (this.#scale >= LEAST_SCALE) return;
    this.#average?.rescaled(this.#weights);
    for (let j = 0; j < this.#weights.length; j++) this.#weights[j]! *= this.#scale;
    this.#scale = 1;
    this.#norms?.count();
  }

  /** Moves the row's weights towards 0, by what they have not had yet of the penalty so far. */
  #truncate(places: Int32Array | null, from: number, to: number, had: Float64Array): void {
    const weights = this.#weights;
    const scale = this.#scale;
    const total = this.#total;
    const norms = this.#norms;
    const average = this.#average;
    for (let at = from; at < to; at++) {
      const j = places === null ? at - from : places[at]!;
      const before = weights[j]!;
      let after = before;
      if (before > 0) after = Math.max(0, before - (total + had[j]!) / scale);
      else if (before < 0) after = Math.min(0, before + (total - had[j]!) / scale);
      weights[j] = after;
      had[j]! += scale * (after - before);
      norms?.changed(before, after);
      average?.changed(j, after - before);
    }
  }

  #measure(y: number, p: number): void {
    this.#objective += this.#loss.value(y, p);
    const norms = this.#norms;
    if (norms === null) return;
    const squares = norms.squares * this.#scale ** 2;
    const sizes = norms.sizes * this.#scale;
    this.#objective += this.settings.alpha * ((1 - this.#l1Ratio) * 0.5 * squares + this.#l1Ratio * sizes);
  }
}

/**
 * Sums of the weights' squares and absolute values, which follow each change of a weight, so that the penalty of a row costs its own
 * entries only. They round by the largest sums that there were; the objective, which adds up the penalties of all rows, has those, too.
 */
class WeightNorms {
  #squares = 0;
  #sizes = 0;

  constructor(private readonly weights: Float64Array) {
    this.count();
  }

  get squares(): number {
    // Once infinite, a sum would not come back by differences.
    if (!Number.isFinite(this.#squares)) this.count();
    return Math.max(0, this.#squares);
  }

  get sizes(): number {
    if (!Number.isFinite(this.#sizes)) this.count();
    return Math.max(0, this.#sizes);
  }

  changed(before: number, after: number): void {
    this.#squares += (after - before) * (after + before);
    this.#sizes += Math.abs(after) - Math.abs(before);
  }

  /** From all weights, whatever changed. */
  count(): void {
    let squares = 0;
    let sizes = 0;
    for (let j = 0; j < this.weights.length; j++) {
      const weight = this.weights[j]!;
      squares += weight * weight;
      sizes += Math.abs(weight);
    }
    this.#squares = squares;
    this.#sizes = sizes;
  }
}

/**
 * The mean of scale·weights over rows (B. Polyak, A. Juditsky, 1992), without touching all weights at each: their sum so far is
 * Σ scale · weights - #correction, where what a weight changes by does not count for the rows before.
 */
class RunningAverage {
  #rows: number;
  #scales = 0;
  readonly #sum: Float64Array;
  readonly #correction: Float64Array;
  #intercepts: number;

  constructor(
    private readonly from: number,
    { weights, t, average }: SgdWeights,
  ) {
    this.#rows = average === undefined ? 0 : t - from;
    const rows = this.#rows;
    this.#sum = average === undefined ? new Float64Array(weights.length) : average.weights.slice();
    for (let j = 0; j < this.#sum.length; j++) this.#sum[j]! *= rows;
    this.#intercepts = average === undefined ? 0 : average.intercept * rows;
    this.#correction = new Float64Array(weights.length);
  }

  changed(j: number, by: number): void {
    this.#correction[j]! += this.#scales * by;
  }

  add(t: number, scale: number, intercept: number): void {
    if (t < this.from) return;
    this.#rows++;
    this.#scales += scale;
    this.#intercepts += intercept;
  }

  /** The scale is multiplied into the weights after this. */
  rescaled(weights: Float64Array): void {
    for (let j = 0; j < weights.length; j++) this.#sum[j]! += this.#scales * weights[j]! - this.#correction[j]!;
    this.#correction.fill(0);
    this.#scales = 0;
  }

  /** Undefined before the first row that counts. */
  means(weights: Float64Array): SgdWeights["average"] {
    if (this.#rows === 0) return undefined;
    const rows = this.#rows;
    const scales = this.#scales;
    const sum = this.#sum;
    const correction = this.#correction;
    const means = new Float64Array(weights.length);
    for (let j = 0; j < means.length; j++) means[j] = (sum[j]! + scales * weights[j]! - correction[j]!) / rows;
    return { weights: means, intercept: this.#intercepts / rows };
  }
}

/** A random order of rows: of a seed and the number of the block, the same wherever it is computed. */
export function shuffledRows(rows: number, seed: number, salt: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(salt | 0, 0x85ebca6b) ^ 0x2545f491) >>> 0 || 1;
  for (let i = rows - 1; i > 0; i--) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = Math.floor(((state >>> 0) / 2 ** 32) * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
