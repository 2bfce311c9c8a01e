import { KeptRecords } from "../../../src/mllib/compute/kept-records";
import type { TrainingBlock } from "../../../src/mllib/linear/tiles";

const block = (values: number): TrainingBlock =>
  ({ tiles: null, sparse: null, label: new Float64Array(values), weight: null, extra: [] }) as unknown as TrainingBlock;

test("blocks are kept from pass to pass; what is too large, or of a fit that has ended, is not", () => {
  let now = 0;
  let reads = 0;
  const rows = new KeptRecords(1000, () => now);
  const read = function* (values: number): Generator<TrainingBlock> {
    reads++;
    yield block(values);
  };
  const pass = (key: string, values: number): number =>
    [...rows.of(key, read(values))].reduce((sum, { label }) => sum + label.length, 0);
  expect([pass("a", 50), pass("a", 50), reads, rows.bytes]).toEqual([50, 50, 1, 400]);
  expect([pass("large", 500), pass("large", 500), reads, rows.bytes]).toEqual([500, 500, 3, 400]);
  expect(["a", "large", "none"].map((key) => rows.has(key))).toEqual([true, false, false]);
  expect([pass("b", 100), rows.bytes]).toEqual([100, 800]);
  now = 60_000;
  pass("b", 100);
  now = 150_000;
  pass("c", 10);
  // "a" was last used too long ago.
  expect(rows.bytes).toBe(880);
  pass("a", 50);
  expect(rows.bytes).toBe(400 + 80);
});
