/**
 * The best question for a node, from the histograms of its features. Follows Spark's choice: among questions of the same gain the
 * first feature's first one.
 */
import { entropy, gini } from "./impurity";
import { binsOf, type GrowthSpec } from "./features";

/**
 * How sums lie in a bin, and what a weight of 1 is in them. Classes: `classes` weights, then the number of rows where weights are not all 1.
 * Regression: weight, weighted sum of labels, and where weights are not all 1 the number of rows.
 */
export interface BinLayout {
  readonly classes: number;
  readonly weighted: boolean;
  /** Numbers from bin to bin. */
  readonly step: number;
  readonly weightScale: number;
}

export function layoutOf(classes: number, weighted: boolean, weightScale: number): BinLayout {
  const step = classes > 0 ? classes + (weighted ? 1 : 0) : weighted ? 4 : 2;
  return { classes, weighted, step, weightScale };
}

/** Sums of a node: those of a bin without the padding, and then always the number of rows. */
export const totalsWidth = ({ classes }: BinLayout): number => (classes > 0 ? classes + 1 : 3);

/** Gains below this share of the sums that they are differences of are what rounding leaves. */
const RESOLUTION = 2 ** -48;

export type Sums = Uint32Array | Float64Array;

export class SplitFinder {
  /** The best question of the last call: the feature's place among those that were offered. */
  place = -1;
  gain = 0;
  /** Bins up to it go left; of categorical features the categories order[0 … cut]. */
  cut = -1;
  readonly order: Int32Array;
  /** Sums of the rows that go left. */
  readonly left: Float64Array;
  /** Whether any question met the limits. */
  valid = false;
  /** What a label of 1 is in the sums. */
  valueScale = 1;

  readonly #spec: GrowthSpec;
  readonly #layout: BinLayout;
  readonly #width: number;
  readonly #running: Float64Array;
  readonly #rest: Float64Array;
  readonly #trial: Int32Array;
  readonly #centroids: Float64Array;
  readonly #minWeight: number;
  #total = 0;
  #raw = 0;
  #impurity = 0;

  constructor(spec: GrowthSpec, layout: BinLayout) {
    this.#spec = spec;
    this.#layout = layout;
    this.#width = totalsWidth(layout);
    this.#running = new Float64Array(this.#width);
    this.#rest = new Float64Array(this.#width);
    this.left = new Float64Array(this.#width);
    const most = spec.features.reduce((bins, feature) => Math.max(bins, feature.arity), 1);
    this.order = new Int32Array(most);
    this.#trial = new Int32Array(most);
    this.#centroids = new Float64Array(most);
    this.#minWeight = spec.minWeight * layout.weightScale;
  }

  /** Adds up the bins of one feature. */
  totals(sums: Sums, at: number, bins: number, into: Float64Array): void {
    into.fill(0);
    for (let b = 0; b < bins; b++) this.#add(into, sums, at + b * this.#layout.step, 1);
  }

  /** Weight of the node, in units of the sums. */
  weightOf(totals: Float64Array): number {
    const { classes } = this.#layout;
    if (classes === 0) return totals[0]!;
    let weight = 0;
    for (let c = 0; c < classes; c++) weight += totals[c]!;
    return weight;
  }

  /** The impurity of sums of classes. */
  impurity(totals: Float64Array): number {
    return this.#impurityOf(totals, this.weightOf(totals));
  }

  /**
   * Looks at the features `offered`, whose bins begin at `starts`, of a node with these totals. The result stands in the fields; the
   * gain is 0 where no question is worth asking.
   */
  find(sums: Sums, offered: Uint32Array, starts: ArrayLike<number>, totals: Float64Array): void {
    this.place = -1;
    this.gain = 0;
    this.valid = false;
    this.#total = this.weightOf(totals);
    this.#raw = totals[this.#width - 1]!;
    if (this.#layout.classes > 0) this.#impurity = this.#impurityOf(totals, this.#total);
    for (let place = 0; place < offered.length; place++) {
      const feature = this.#spec.features[offered[place]!]!;
      const bins = binsOf(feature);
      if (bins < 2) continue;
      if (feature.kind === "unordered") this.#unordered(sums, starts[place]!, bins, place, totals);
      else if (feature.kind === "ordered") this.#ordered(sums, starts[place]!, bins, place, totals);
      else if (this.#layout.classes === 2 && this.#spec.impurity === "gini" && !this.#layout.weighted)
        this.#twoClasses(sums, starts[place]!, bins, place, totals);
      else this.#continuous(sums, starts[place]!, bins, place, totals);
    }
  }

  #continuous(sums: Sums, at: number, bins: number, place: number, totals: Float64Array): void {
    const running = this.#running.fill(0);
    const { step } = this.#layout;
    for (let b = 0; b < bins - 1; b++) {
      if (this.#isEmpty(sums, at + b * step)) continue;
      this.#add(running, sums, at + b * step, 1);
      const gain = this.#gainOf(running, totals);
      if (gain > this.gain) this.#keep(place, gain, b, running);
    }
  }

  /** `#continuous` for the most frequent case. */
  #twoClasses(sums: Sums, at: number, bins: number, place: number, totals: Float64Array): void {
    const { minInstancesPerNode, minInfoGain } = this.#spec;
    const least = Math.max(minInstancesPerNode, this.#minWeight);
    const total = this.#total;
    const impurity = this.#impurity;
    const all0 = totals[0]!;
    const all1 = totals[1]!;
    let l0 = 0;
    let l1 = 0;
    for (let b = 0, i = at; b < bins - 1; b++, i += 2) {
      const n0 = sums[i]!;
      const n1 = sums[i + 1]!;
      if (n0 + n1 === 0) continue;
      l0 += n0;
      l1 += n1;
      const left = l0 + l1;
      const right = total - left;
      if (left < least || right < least) continue;
      const a0 = l0 / left;
      const a1 = l1 / left;
      const b0 = (all0 - l0) / right;
      const b1 = (all1 - l1) / right;
      const gain = impurity - (left / total) * (1 - a0 * a0 - a1 * a1) - (right / total) * (1 - b0 * b0 - b1 * b1);
      if (gain < minInfoGain) continue;
      this.valid = true;
      if (gain > this.gain) {
        this.gain = gain;
        this.place = place;
        this.cut = b;
        this.left[0] = l0;
        this.left[1] = l1;
        this.left[2] = left;
      }
    }
  }

  #ordered(sums: Sums, at: number, bins: number, place: number, totals: Float64Array): void {
    const { step, classes } = this.#layout;
    const running = this.#running;
    for (let b = 0; b < bins; b++) {
      this.#trial[b] = b;
      running.fill(0);
      this.#add(running, sums, at + b * step, 1);
      const weight = this.weightOf(running);
      if (weight === 0) this.#centroids[b] = Number.MAX_VALUE;
      else if (classes > 2) this.#centroids[b] = this.#impurityOf(running, weight);
      else this.#centroids[b] = classes === 2 ? running[1]! : running[1]! / weight;
    }
    const centroids = this.#centroids;
    const trial = this.#trial.subarray(0, bins).sort((a, b) => centroids[a]! - centroids[b]! || a - b);
    running.fill(0);
    let best = false;
    for (let b = 0; b < bins - 1; b++) {
      this.#add(running, sums, at + trial[b]! * step, 1);
      const gain = this.#gainOf(running, totals);
      if (gain > this.gain) {
        this.#keep(place, gain, b, running);
        best = true;
      }
    }
    if (best) this.order.set(trial);
  }

  #unordered(sums: Sums, at: number, bins: number, place: number, totals: Float64Array): void {
    const { step } = this.#layout;
    const running = this.#running;
    for (let subset = 1; subset < 1 << (bins - 1); subset++) {
      running.fill(0);
      for (let b = 0; b < bins; b++) if ((subset >> b) & 1) this.#add(running, sums, at + b * step, 1);
      const gain = this.#gainOf(running, totals);
      if (gain <= this.gain) continue;
      let count = 0;
      // As Spark lists them.
      for (let b = bins - 1; b >= 0; b--) if ((subset >> b) & 1) this.order[count++] = b;
      this.#keep(place, gain, count - 1, running);
    }
  }

  #keep(place: number, gain: number, cut: number, left: Float64Array): void {
    this.place = place;
    this.gain = gain;
    this.cut = cut;
    this.left.set(left);
  }

  /** Of the question that sends `left` of `totals` to the left; -1 where it does not meet the limits. */
  #gainOf(left: Float64Array, totals: Float64Array): number {
    const { minInstancesPerNode, minInfoGain } = this.#spec;
    const { classes, weightScale } = this.#layout;
    const rawLeft = left[this.#width - 1]!;
    const rawRight = this.#raw - rawLeft;
    const weightLeft = this.weightOf(left);
    const weightRight = this.#total - weightLeft;
    if (rawLeft < minInstancesPerNode || rawRight < minInstancesPerNode) return -1;
    if (weightLeft < this.#minWeight || weightRight < this.#minWeight) return -1;
    if (weightLeft === 0 || weightRight === 0) return -1;
    let gain: number;
    if (classes > 0) {
      const right = this.#rest;
      for (let c = 0; c < classes; c++) right[c] = totals[c]! - left[c]!;
      gain =
        this.#impurity -
        (weightLeft / this.#total) * this.#impurityOf(left, weightLeft) -
        (weightRight / this.#total) * this.#impurityOf(right, weightRight);
    } else {
      // The impurity of the node less that of its parts: the sums of squares cancel out.
      const right = totals[1]! - left[1]!;
      const parts = (left[1]! * left[1]!) / weightLeft + (right * right) / weightRight;
      const difference = parts - (totals[1]! * totals[1]!) / this.#total;
      const unit = weightScale / this.valueScale;
      gain = difference <= parts * RESOLUTION ? 0 : (difference / this.#total) * unit * unit;
    }
    if (gain < minInfoGain) return -1;
    this.valid = true;
    return gain;
  }

  #impurityOf(counts: Float64Array, total: number): number {
    const { classes } = this.#layout;
    return this.#spec.impurity === "entropy" ? entropy(counts, 0, classes, total) : gini(counts, 0, classes, total);
  }

  #isEmpty(sums: Sums, at: number): boolean {
    const { classes, weighted } = this.#layout;
    if (classes === 0) return sums[weighted ? at + 2 : at] === 0;
    if (weighted) return sums[at + classes] === 0;
    for (let c = 0; c < classes; c++) if (sums[at + c] !== 0) return false;
    return true;
  }

  #add(into: Float64Array, sums: Sums, at: number, sign: number): void {
    const { classes, weighted } = this.#layout;
    if (classes > 0) {
      let raw = 0;
      for (let c = 0; c < classes; c++) {
        into[c]! += sign * sums[at + c]!;
        raw += sums[at + c]!;
      }
      into[classes]! += sign * (weighted ? sums[at + classes]! : raw);
    } else {
      into[0]! += sign * sums[at]!;
      into[1]! += sign * sums[at + 1]!;
      into[2]! += sign * sums[weighted ? at + 2 : at]!;
    }
  }
}
