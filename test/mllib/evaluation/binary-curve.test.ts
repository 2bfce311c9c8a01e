/** Curves of scores, in this process. */
import {
  BinaryCurve,
  countScores,
  fewerParts,
  mergeCounts,
  type ScoreCounts,
  thinned,
  weighScores,
} from "../../../src/mllib/evaluation/binary-curve";
import { sortScores } from "../../../src/mllib/evaluation/sort-scores";

const counts = () => countScores(Float64Array.of(0.9, 0.8, 0.4), Float64Array.of(0.8, 0.3, 0.1));

test("scores are counted from high to low, equal ones together, NaN first", () => {
  expect(counts()).toEqual({
    scores: Float64Array.of(0.9, 0.8, 0.4, 0.3, 0.1),
    positives: Uint8Array.of(1, 1, 1, 0, 0),
    negatives: Uint8Array.of(0, 1, 0, 1, 1),
  });
  expect([...countScores(Float64Array.of(1, NaN), Float64Array.of(NaN, 2)).scores]).toEqual([NaN, 2, 1]);
});

test("weights of 1 and merged parts give the same", () => {
  const weighed = weighScores(
    Float64Array.of(0.4, 0.8, 0.9, 0.8, 0.1, 0.3),
    Uint8Array.of(1, 1, 1, 0, 0, 0),
    new Float64Array(6).fill(1),
  );
  expect(weighed).toEqual(counts());
  const { scores, positives, negatives } = mergeCounts([
    countScores(Float64Array.of(0.9, 0.4), Float64Array.of(0.3)),
    countScores(Float64Array.of(0.8), Float64Array.of(0.8, 0.1)),
  ]);
  expect([[...scores], [...positives], [...negatives]]).toEqual(Object.values(counts()).map((values) => [...values]));
});

test("parts are merged in their order, however many there are and whichever of them were merged before", () => {
  const one = (i: number) => ({
    scores: Float64Array.of(1 + (i % 3), 1 / (2 + (i % 4))),
    positives: Float64Array.of(0.1 * i, i === 5 ? 70_000 : i),
    negatives: Float64Array.of(i === 7 ? 300 : 1, 0.3 / (1 + i)),
  });
  const parts = Array.from({ length: 20 }, (_, i) => one(i));
  const sums = new Map<number, [number, number]>();
  for (const { scores, positives, negatives } of parts)
    scores.forEach((score, k) => {
      const [a, b] = sums.get(score) ?? [0, 0];
      sums.set(score, [a + positives[k]!, b + negatives[k]!]);
    });
  const expected = [...sums].sort(([a], [b]) => b - a);
  let kept: readonly ScoreCounts[] = [];
  for (const part of parts) kept = fewerParts([...kept, part], true);
  expect(kept.length).toBeLessThan(parts.length);
  for (const merged of [mergeCounts(parts), mergeCounts(kept)])
    expect(Array.from(merged.scores, (score, k) => [score, [merged.positives[k], merged.negatives[k]]])).toEqual(expected);
});

test("scores that are no numbers, and zeros of either sign, are one score in all parts", () => {
  const part = (...scores: number[]) => ({
    scores: Float64Array.from(scores),
    positives: new Uint8Array(scores.length).fill(1),
    negatives: new Uint8Array(scores.length).fill(2),
  });
  const { scores, positives, negatives } = mergeCounts([part(NaN, 3, 0), part(NaN, 4, -0), part(3, -1), part(5)]);
  expect([...scores]).toEqual([NaN, 5, 4, 3, 0, -1]);
  expect([...positives]).toEqual([2, 1, 1, 2, 2, 1]);
  expect([...negatives]).toEqual([4, 2, 2, 4, 4, 2]);
});

test("parts of very many scores are thinned as if each had been merged when it came", () => {
  const part = (from: number) => {
    const scores = Float64Array.from({ length: 1_000_000 }, (_, i) => from - 3 * i);
    const ones = new Uint8Array(scores.length).fill(1);
    return { scores, positives: ones, negatives: ones };
  };
  const [a, b, c] = [part(0), part(1), part(2)];
  expect(fewerParts([a, b], true)).toEqual([a, b]);
  expect(fewerParts([a, b, c], false)).toEqual([a, b, c]);
  const [thin, ...others] = fewerParts([a, b, c], true);
  expect(others).toEqual([]);
  expect(thin!.scores).toHaveLength(1_500_000);
  expect(thin!.positives[7]).toBe(2);
});

test("areas, points and measures by threshold", () => {
  const curve = new BinaryCurve(counts(), 0);
  expect(curve.areaUnderROC()).toBeCloseTo(7.5 / 9, 12);
  expect(curve.roc()[0]).toEqual([0, 0]);
  expect(curve.roc().at(-1)).toEqual([1, 1]);
  expect(curve.precisionByThreshold()[1]).toEqual([0.8, 2 / 3]);
  expect(curve.recallByThreshold()[2]).toEqual([0.4, 1]);
  expect(curve.fMeasureByThreshold()[0]![1]).toBeCloseTo(0.5, 12);
  expect(new BinaryCurve(counts(), 2).thresholds).toEqual(Float64Array.of(0.8, 0.3, 0.1));
});

test("very many scores become bins without a change of the area that counts", () => {
  const n = 3_000_000;
  const scores = Float64Array.from({ length: n }, (_, i) => i / n);
  const many = { scores: scores.reverse(), positives: scores.map((s) => s), negatives: scores.map((s) => 1 - s) };
  const few = thinned(many);
  expect(few.scores).toHaveLength(n / 2);
  expect(new BinaryCurve(few, 0).areaUnderROC()).toBeCloseTo(new BinaryCurve(many, 0).areaUnderROC(), 9);
});

test("scores are sorted as numbers are, however they are spread", () => {
  const numbers = (count: number, next: (unit: number) => number): Float64Array => {
    let state = 7;
    const unit = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
    return Float64Array.from({ length: count }, () => next(unit()));
  };
  const spreads: readonly ((unit: number) => number)[] = [
    (unit) => unit,
    (unit) => Math.floor(unit * 9) / 9 - 0.5,
    (unit) => Math.exp(unit * 1400 - 700),
    (unit) => (unit < 0.9 ? unit * 1e-6 : unit),
    (unit) => (unit < 0.1 ? NaN : unit),
    (unit) => (unit < 0.1 ? Infinity : -unit),
    (unit) => (unit - 0.5) * 3e308,
    (unit) => unit * 1e-320,
    () => 0.25,
  ];
  for (const spread of spreads)
    for (const count of [0, 1, 300, 1500]) {
      const sorted = numbers(count, spread).sort();
      expect(sortScores(numbers(count, spread))).toEqual(sorted);
    }
});
