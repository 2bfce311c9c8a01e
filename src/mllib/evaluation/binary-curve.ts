/**
 * Curves of binary classification, as Spark's BinaryClassificationMetrics makes them: the different scores from high to low, put into
 * bins of neighbours where there are many, each a threshold.
 */
import { ReusedDoubles } from "./reused-doubles";
import { sortScores } from "./sort-scores";

/** Weights of the positive and of the negative rows of each different score; scores fall. Plain data. */
export interface ScoreCounts {
  readonly scores: Float64Array;
  readonly positives: Amounts;
  readonly negatives: Amounts;
}

/** Small whole numbers, as counts of rows are, take less of the way to the driver. */
type Amounts = Float64Array | Uint16Array | Uint8Array;

const same = (a: number, b: number): boolean => a === b || (a !== a && b !== b);

/** Puts NaN before all others. */
const before = (a: number, b: number): boolean => a > b || (a !== a && b === b);

/** Counts of rows that all weigh 1, from the scores of each class; sorts its arguments. */
export function countScores(positives: Float64Array, negatives: Float64Array): ScoreCounts {
  sortScores(positives);
  sortScores(negatives);
  const out = new Counts(positives.length + negatives.length, 0);
  let i = positives.length - 1;
  let j = negatives.length - 1;
  while (i >= 0 || j >= 0)
    if (j < 0 || (i >= 0 && !before(negatives[j]!, positives[i]!))) out.add(positives[i--]!, 1, 0);
    else out.add(negatives[j--]!, 0, 1);
  return owned(out.view());
}

/** Counts of weighted rows. */
export function weighScores(scores: Float64Array, positive: Uint8Array, weights: Float64Array): ScoreCounts {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) =>
    same(scores[a]!, scores[b]!) ? a - b : before(scores[a]!, scores[b]!) ? -1 : 1,
  );
  const out = new Counts(scores.length, 0);
  for (const row of order) {
    const weight = weights[row]!;
    out.add(scores[row]!, positive[row] === 1 ? weight : 0, positive[row] === 1 ? 0 : weight);
  }
  return owned(out.view());
}

/** Of parts in their order, in which the weights of equal scores are added. The result is a view that ends with the next call. */
export function mergeCounts(parts: readonly ScoreCounts[]): ScoreCounts {
  let merged = new Counts(parts[0]!.scores.length, 0);
  merged.load(parts[0]!);
  for (let i = 1; i < parts.length; i++) merged = mergedWith(merged, parts[i]!, i);
  return merged.view();
}

function mergedWith(a: Counts, part: ScoreCounts, turn: number): Counts {
  const b = new Counts(part.scores.length, 2);
  b.load(part);
  const out = new Counts(a.length + b.length, turn % 2 === 0 ? 0 : 1);
  const [left, right, scores] = [a.scores, b.scores, out.scores];
  let [i, j, to] = [0, 0, 0];
  for (; i < a.length && j < b.length; to++) {
    const [l, r] = [left[i]!, right[j]!];
    const [fromLeft, fromRight] = [!before(r, l), !before(l, r)];
    scores[to] = fromLeft ? l : r;
    out.positives[to] = (fromLeft ? a.positives[i]! : 0) + (fromRight ? b.positives[j]! : 0);
    out.negatives[to] = (fromLeft ? a.negatives[i]! : 0) + (fromRight ? b.negatives[j]! : 0);
    if (fromLeft) i++;
    if (fromRight) j++;
  }
  out.length = to;
  out.append(a, i);
  out.append(b, j);
  return out;
}

/** More parts than this are merged before others come. */
const MOST_PARTS = 8;

/** The same counts in fewer parts, where they are many. `thin`: parts may be thinned, as if each had been merged when it came. */
export function fewerParts(parts: readonly ScoreCounts[], thin: boolean): readonly ScoreCounts[] {
  const most = parts.reduce((sum, { scores }) => sum + scores.length, 0);
  const thins = thin && most > MOST_SCORES;
  if (parts.length <= MOST_PARTS && !thins) return parts;
  if (!thins) return [owned(mergeCounts(parts))];
  return [parts.reduce((merged, part) => thinned(owned(mergeCounts([merged, part]))))];
}

const owned = ({ scores, positives, negatives }: ScoreCounts): ScoreCounts => ({
  scores: scores.slice(),
  positives: shortAmounts(positives),
  negatives: shortAmounts(negatives),
});

/** More different scores than this are not kept where curves may be binned: 2 million thresholds tell areas to better than 1e-6. */
const MOST_SCORES = 1 << 21;

/** Neighbours joined until there are few enough; each pair has its lower score, as Spark's bins. */
export function thinned(counts: ScoreCounts): ScoreCounts {
  let { scores, positives, negatives } = counts;
  while (scores.length > MOST_SCORES) {
    const length = Math.ceil(scores.length / 2);
    const joined = (values: Amounts): Float64Array =>
      Float64Array.from({ length }, (_, i) => values[2 * i]! + (values[2 * i + 1] ?? 0));
    const all = scores;
    const lower = Float64Array.from({ length }, (_, i) => all[2 * i + 1] ?? all[2 * i]!);
    [positives, negatives] = [joined(positives), joined(negatives)];
    scores = lower;
  }
  return { scores, positives, negatives };
}

const memory = new ReusedDoubles();

/** Counts in reused memory: those of one `lane` end when others begin in it. */
class Counts {
  length = 0;
  readonly scores: Float64Array;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;

  constructor(most: number, lane: 0 | 1 | 2) {
    this.scores = memory.of(3 * lane, most);
    this.positives = memory.of(3 * lane + 1, most);
    this.negatives = memory.of(3 * lane + 2, most);
  }

  /** Scores come from high to low. */
  add(score: number, positive: number, negative: number): void {
    const at = this.length - 1;
    if (at >= 0 && same(this.scores[at]!, score)) {
      this.positives[at]! += positive;
      this.negatives[at]! += negative;
      return;
    }
    this.scores[at + 1] = score;
    this.positives[at + 1] = positive;
    this.negatives[at + 1] = negative;
    this.length++;
  }

  load({ scores, positives, negatives }: ScoreCounts): void {
    this.scores.set(scores);
    this.positives.set(positives);
    this.negatives.set(negatives);
    this.length = scores.length;
  }

  append({ scores, positives, negatives, length }: Counts, from: number): void {
    this.scores.set(scores.subarray(from, length), this.length);
    this.positives.set(positives.subarray(from, length), this.length);
    this.negatives.set(negatives.subarray(from, length), this.length);
    this.length += length - from;
  }

  view(): ScoreCounts {
    const cut = (array: Float64Array): Float64Array => array.subarray(0, this.length);
    return { scores: cut(this.scores), positives: cut(this.positives), negatives: cut(this.negatives) };
  }
}

function shortAmounts(amounts: Amounts): Amounts {
  let most = 0;
  for (let i = 0; i < amounts.length; i++) {
    const amount = amounts[i]!;
    if (amount !== (amount & 0xffff)) return amounts.slice();
    if (amount > most) most = amount;
  }
  return most > 0xff ? new Uint16Array(amounts) : new Uint8Array(amounts);
}

export type Point = readonly [x: number, y: number];

export class BinaryCurve {
  readonly thresholds: Float64Array;
  /** Weights of the positive and negative rows whose score is at least the threshold. */
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly #positives: number;
  readonly #negatives: number;

  /** @param numBins about how many thresholds to keep; 0 keeps all */
  constructor({ scores, positives, negatives }: ScoreCounts, numBins: number) {
    const count = scores.length;
    const each = numBins === 0 ? 1 : Math.max(1, Math.floor(count / numBins));
    const bins = Math.ceil(count / each);
    this.thresholds = new Float64Array(bins);
    this.truePositives = new Float64Array(bins);
    this.falsePositives = new Float64Array(bins);
    let trues = 0;
    let falses = 0;
    for (let i = 0; i < count; i++) {
      trues += positives[i]!;
      falses += negatives[i]!;
      const bin = Math.floor(i / each);
      this.thresholds[bin] = scores[i]!;
      this.truePositives[bin] = trues;
      this.falsePositives[bin] = falses;
    }
    this.#positives = trues;
    this.#negatives = falses;
  }

  #recall(i: number): number {
    return this.#positives === 0 ? 0 : this.truePositives[i]! / this.#positives;
  }

  #precision(i: number): number {
    const chosen = this.truePositives[i]! + this.falsePositives[i]!;
    return chosen === 0 ? 1 : this.truePositives[i]! / chosen;
  }

  #falsePositiveRate(i: number): number {
    return this.#negatives === 0 ? 0 : this.falsePositives[i]! / this.#negatives;
  }

  #points(point: (i: number) => Point): Point[] {
    return Array.from(this.thresholds, (_, i) => point(i));
  }

  /** (false positive rate, true positive rate), with (0, 0) before and (1, 1) after. */
  roc(): Point[] {
    return [[0, 0], ...this.#points((i) => [this.#falsePositiveRate(i), this.#recall(i)]), [1, 1]];
  }

  /** (recall, precision), with the first precision at recall 0 before. */
  pr(): Point[] {
    const points = this.#points((i) => [this.#recall(i), this.#precision(i)]);
    return points.length === 0 ? [] : [[0, points[0]![1]], ...points];
  }

  areaUnderROC(): number {
    return areaUnder(this.roc());
  }

  areaUnderPR(): number {
    return areaUnder(this.pr());
  }

  precisionByThreshold(): Point[] {
    return this.#points((i) => [this.thresholds[i]!, this.#precision(i)]);
  }

  recallByThreshold(): Point[] {
    return this.#points((i) => [this.thresholds[i]!, this.#recall(i)]);
  }

  fMeasureByThreshold(beta = 1): Point[] {
    const squared = beta * beta;
    return this.#points((i) => {
      const precision = this.#precision(i);
      const recall = this.#recall(i);
      return [this.thresholds[i]!, precision + recall === 0 ? 0 : ((1 + squared) * precision * recall) / (squared * precision + recall)]; // prettier-ignore
    });
  }
}

/** By the trapezoidal rule. */
function areaUnder(points: readonly Point[]): number {
  let area = 0;
  for (let i = 1; i < points.length; i++) area += ((points[i]![0] - points[i - 1]![0]) * (points[i]![1] + points[i - 1]![1])) / 2;
  return area;
}
