import fc from "fast-check";
import { joinedLabels, labelsOf, longLabels, shortLabels, signedLabels } from "../../../src/mllib/tree/labels";

const numbers = fc.oneof(
  fc.array(
    fc.integer({ min: -128, max: 127 }).map((n) => n + 0),
    { maxLength: 40 },
  ),
  fc.array(fc.oneof(fc.integer({ min: -130, max: 130 }), fc.double(), fc.constantFrom(-0, NaN, 0.5, 2 ** 40)), { maxLength: 40 }),
);

test("labels are the same numbers to the last bit, in short and long parts one after the other", () => {
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 4 }), (parts) => {
      const all = Float64Array.from(parts.flat());
      const joined = joinedLabels(parts.map((part) => shortLabels(Float64Array.from(part))));
      expect(Buffer.from(longLabels(joined).slice().buffer).equals(Buffer.from(all.buffer))).toBe(true);
      const odd = [...all.keys()].filter((row) => row % 2 === 1);
      expect([...labelsOf(joined, odd)]).toEqual(odd.map((row) => all[row]));
    }),
  );
});

test("whole numbers of 8 bits take a byte each, in memory of their own", () => {
  const labels = Float64Array.of(0, 1, 127, -128);
  const short = shortLabels(labels);
  labels.fill(7);
  expect(short).toEqual(Int8Array.of(0, 1, 127, -128));
  for (const other of [128, -129, 0.5, -0, NaN])
    expect(shortLabels(Float64Array.of(1, other))).toEqual(Float64Array.of(1, other));
  expect(joinedLabels([])).toEqual(new Int8Array(0));
  expect(joinedLabels([short, Float64Array.of(0.5)])).toEqual(Float64Array.of(0, 1, 127, -128, 0.5));
});

test("classes 0 and 1 become -1 and 1", () => {
  for (const labels of [Int8Array.of(0, 1, 1), Float64Array.of(0, 1, 1)])
    expect(signedLabels(labels)).toEqual(Int8Array.of(-1, 1, 1));
});
