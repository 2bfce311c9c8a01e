/** Histograms by kernels against sums made row by row: all kinds, in one thread. */
import { TreeMemory } from "../../../src/mllib/kernels/trees/tree-kernels";
import { boostingScale, packingOf, strideOf } from "../../../src/mllib/tree/binned-table";
import type { GrowthSpec } from "../../../src/mllib/tree/features";
import { Histograms } from "../../../src/mllib/tree/histograms";
import { layoutOf } from "../../../src/mllib/tree/split-finder";
import { Work } from "../../../src/mllib/tree/work";

let state = 7;
const random = (below: number): number => {
  state = (Math.imul(1664525, state) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const specOf = (width: number, bins: number, classes: number): GrowthSpec => ({
  features: Array.from({ length: width }, () => ({
    kind: "continuous" as const,
    thresholds: Float64Array.from({ length: bins - 1 }, (_, i) => i + 0.5),
    arity: -1,
  })),
  classes,
  impurity: classes > 0 ? "gini" : "variance",
  maxDepth: 5,
  minInstancesPerNode: 1,
  minWeight: 0,
  minInfoGain: 0,
  featuresPerNode: width,
  seed: 1,
  sampling: null,
});

const ROWS = 1000;

/** Some rows of a table, with their classes or numbers. */
function made(width: number, bins: number, classes: number): Made {
  const spec = specOf(width, bins, classes);
  const wide = bins > 256;
  const stride = strideOf(width, wide);
  const memory = new TreeMemory();
  const address = memory.allocate(ROWS * stride);
  const values = memory.allocate(ROWS * 16);
  const entries = memory.allocate(ROWS * 8);
  const layout = layoutOf(classes, false, 1);
  const shift = classes > 0 || wide ? null : 20;
  const histograms = new Histograms(memory, spec, layout, { address, stride, wide, values }, shift, 3, false);
  const { buffer } = memory;
  const cells = new (wide ? Uint16Array : Uint8Array)(buffer, address, (ROWS * stride) / (wide ? 2 : 1));
  const step = wide ? stride / 2 : stride;
  const numbers = Array.from({ length: ROWS }, () => (classes > 0 ? random(classes) : random(2000) - 1000));
  for (let row = 0; row < ROWS; row++) for (let f = 0; f < width; f++) cells[row * step + f] = random(bins);
  const pairs = new Float64Array(buffer, values, 2 * ROWS);
  const list = new Int32Array(buffer, entries, 2 * ROWS);
  const rows: number[] = [];
  for (let row = 0; row < ROWS; row += 1 + random(3)) {
    pairs[2 * row] = 1;
    pairs[2 * row + 1] = numbers[row]!;
    list[2 * rows.length] = row;
    list[2 * rows.length + 1] = classes > 0 ? 1 | (numbers[row]! << 16) : shift === null ? 1 : numbers[row]!;
    rows.push(row);
  }
  const expected = (from: number, feature: number): number[] => {
    const sums = new Array<number>(bins * layout.step).fill(0);
    for (const row of rows.slice(from)) {
      const at = cells[row * step + feature]! * layout.step;
      if (classes > 0) sums[at + numbers[row]!]!++;
      else {
        sums[at]!++;
        sums[at + 1]! += numbers[row]!;
      }
    }
    return sums;
  };
  const found = (slot: number, feature: number): number[] => {
    const { sums, starts } = histograms.read(
      slot,
      Uint32Array.from(spec.features, (_, i) => i),
    );
    return [...sums.subarray(starts[feature], starts[feature]! + bins * layout.step)];
  };
  return { memory, histograms, entries, end: entries + 8 * rows.length, spec, expected, found };
}

interface Made {
  readonly memory: TreeMemory;
  readonly histograms: Histograms;
  readonly entries: number;
  readonly end: number;
  readonly spec: GrowthSpec;
  /** Of the entries from the `from`th on. */
  expected(from: number, feature: number): number[];
  found(slot: number, feature: number): number[];
}

test.each([
  [1, 2, 0],
  [11, 32, 0],
  [13, 33, 0],
  [26, 256, 0],
  [5, 300, 0],
  [11, 32, 2],
  [3, 20, 3],
  [21, 40, 2],
  [4, 300, 2],
])("%i features of %i bins, %i classes", (width, bins, classes) => {
  const { memory, histograms, entries, end, spec, expected, found } = made(width, bins, classes);
  const work = new Work(memory, () => undefined);
  const offered = Uint32Array.from(spec.features, (_, i) => i);
  const [all, some] = [histograms.take(), histograms.take()];
  histograms.build(all, [[entries, end]], offered, work);
  for (let f = 0; f < width; f++) expect(found(all, f)).toEqual(expected(0, f));
  // What is taken away leaves the rest.
  const cut = 100;
  histograms.build(some, [[entries, entries + 8 * cut]], offered, work);
  histograms.subtract(all, some);
  for (let f = 0; f < width; f++) expect(found(all, f)).toEqual(expected(cut, f));
});

test("sums are packed where rows and values have room in 64 bits", () => {
  const spec = specOf(11, 32, 0);
  expect(packingOf(1000, false, spec)).toBeNull();
  expect(packingOf(563_737, true, spec)).toBeNull();
  expect(packingOf(563_737, false, { ...spec, featuresPerNode: 4 })).toBeNull();
  expect(packingOf(563_737, false, { ...spec, sampling: { rate: 1, replacement: true } })).toBeNull();
  expect(packingOf(100_000_000, false, spec)).toBeNull();
  for (const rows of [8192, 65_535, 65_536, 563_737, 4_000_000]) {
    const { shift, valueBits } = packingOf(rows, false, spec)!;
    expect(2 ** shift).toBeGreaterThan(rows);
    for (const most of [1e-9, 1, 2, 3, 1e9]) {
      const scale = boostingScale({ shift, valueBits }, rows, most, 1, Infinity);
      expect(most * scale).toBeLessThanOrEqual(2 ** valueBits);
      expect(rows * most * scale * 2 ** shift).toBeLessThan(2 ** 63);
    }
  }
});
