/** Curves of scores, in this process. */
import { BinaryCurve, countScores, mergeCounts, thinned, weighScores } from "../../../src/mllib/evaluation/binary-curve";
import { sortScores } from "../../../src/mllib/evaluation/sort-scores";

const counts = () => countScores(Float64Array.of(0.9, 0.8, 0.4), Float64Array.of(0.8, 0.3, 0.1));

test("scores are counted from high to low, equal ones together, NaN first", () => {
  expect(counts()).toEqual({
    scores: Float64Array.of(0.9, 0.8, 0.4, 0.3, 0.1),
    positives: Float64Array.of(1, 1, 1, 0, 0),
    negatives: Float64Array.of(0, 1, 0, 1, 1),
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
  const parts = mergeCounts(
    countScores(Float64Array.of(0.9, 0.4), Float64Array.of(0.3)),
    countScores(Float64Array.of(0.8), Float64Array.of(0.8, 0.1)),
  );
  expect(parts).toEqual(counts());
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
