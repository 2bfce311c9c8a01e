/** KLL sketches beyond their first level: ranks and quantiles stay within the error that the summary names. */
import { KllSketch } from "../../../src/dataframe/functions/sketches/kll";
import type { KllKind } from "../../../src/dataframe/functions/sketches/kll";

const doubles: KllKind = {
  name: "KllDoublesSketch",
  width: 8,
  read: (view, at) => view.getFloat64(at, true),
  write: (view, at, value) => view.setFloat64(at, Number(value), true),
  text: String,
};

/** 0 to n − 1 in an order that is neither ascending nor descending. */
function filled(k: number, n: number, from = 0): KllSketch {
  const sketch = new KllSketch(doubles, k);
  for (let i = 0; i < n; i++) sketch.add(from + ((i * 7919) % n));
  return sketch;
}

test("ranks are right within the error of k", () => {
  const n = 50_000;
  const sketch = filled(200, n);
  expect(sketch.n).toBe(BigInt(n));
  expect(sketch.retained).toBeLessThan(1000);
  for (const share of [0.01, 0.1, 0.5, 0.9, 0.99]) {
    expect(Math.abs((sketch.rank(share * n) as number) - share)).toBeLessThan(0.03);
    expect(Math.abs((sketch.quantile(share) as number) / n - share)).toBeLessThan(0.03);
  }
  expect([sketch.smallest, sketch.largest]).toEqual([0, n - 1]);
});

test("weights of all levels are the number of values, also after bytes and merges", () => {
  const weight = ({ levels }: KllSketch): number => levels.reduce((sum, values, level) => sum + values.length * 2 ** level, 0);
  const a = filled(8, 1000);
  const b = KllSketch.decode(doubles, filled(16, 3000, 5000).encode()) as KllSketch;
  expect([weight(a), weight(b)]).toEqual([1000, 3000]);
  a.merge(b);
  expect([weight(a), Number(a.n), a.minK]).toEqual([4000, 4000, 8]);
  const again = KllSketch.decode(doubles, a.encode()) as KllSketch;
  expect(again.levels).toEqual(a.levels);
  expect(again.text()).toBe(a.text());
});

test("bytes that are no sketch", () => {
  const good = filled(200, 10).encode();
  for (const bytes of [new Uint8Array(), new Uint8Array(8), good.subarray(0, 40), Uint8Array.of(...good.subarray(0, 18), 255)]) {
    expect(KllSketch.decode(doubles, bytes)).toBeNull();
  }
});
