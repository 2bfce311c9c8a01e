/** Places whose values are in a set of integers: by the kernel and by the loop, beside the set itself. */
import fc from "fast-check";
import { BitSet } from "../../../../src/dataframe/sources/parquet/bit-set";

function setOf(base: number, span: number, offsets: readonly number[]): { base: number; span: number; bits: Int32Array } {
  const bits = new Int32Array((span + 31) >>> 5);
  for (const k of offsets) bits[k >>> 5]! |= 1 << (k & 31);
  return { base, span, bits };
}

const integer = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 32 + 7, 2 ** 52, -(2 ** 52), 2 ** 53 - 1, 1 - 2 ** 53),
);
const base = fc.oneof(fc.integer({ min: -200, max: 200 }), fc.constantFrom(2 ** 32 - 3, 2 ** 53 - 200, 1 - 2 ** 53, -(2 ** 31)));

test.each([Float64Array, Int32Array])("%p: all places, some of them, and few", (kind) => {
  fc.assert(
    fc.property(
      base,
      fc.integer({ min: 1, max: 150 }),
      fc.array(fc.nat(1000)),
      fc.array(
        fc.oneof(
          integer,
          fc.nat(150).map((k) => ({ above: k })),
        ),
      ),
      fc.constantFrom(1, 2, 3, 9),
      (from, span, offsets, wanted, every) => {
        const numbers = wanted.map((value) => (typeof value === "number" ? value : from + value.above));
        const values = kind.from(numbers);
        const members = new Set(offsets.map((k) => from + (k % span)));
        const set = new BitSet(
          setOf(
            from,
            span,
            offsets.map((k) => k % span),
          ),
        );
        const passes = (place: number): boolean => members.has(values[place]!);
        const all = Array.from(values.keys());
        const asked = all.filter((place) => place % every === 0);
        try {
          const out = new Int32Array(values.length);
          const count = set.select(values, null, values.length, out);
          expect(Array.from(out.subarray(0, count))).toEqual(all.filter(passes));
          const hasKernel = kind === Float64Array || (from | 0) === from;
          const marks = Uint8Array.from(all, (place) => (passes(place) ? 1 : 0));
          expect(set.marks(values)).toEqual(hasKernel ? marks : null);
          // In place.
          const places = Int32Array.from([...asked, ...asked.map(() => -1)]);
          const left = set.select(values, places, asked.length, places);
          expect(Array.from(places.subarray(0, left))).toEqual(asked.filter(passes));
        } finally {
          set.close();
        }
      },
    ),
  );
});

test("a set that was closed is loaded again", () => {
  const set = new BitSet(setOf(10, 5, [0, 4]));
  const values = Float64Array.of(9, 10, 12, 14, 15, NaN);
  const out = new Int32Array(values.length);
  for (let round = 0; round < 2; round++) {
    expect(set.select(values, null, values.length, out)).toBe(2);
    expect(Array.from(out.subarray(0, 2))).toEqual([1, 3]);
    set.close();
  }
});

test("sets of a wide range", () => {
  const span = 2 ** 26 + 1;
  const set = new BitSet(setOf(7, span, [0, 40, span - 1]));
  const values = Float64Array.of(6, 7, 46, 47, 48, span + 6, span + 7);
  const out = new Int32Array(values.length);
  expect(set.select(values, null, values.length, out)).toBe(3);
  expect(Array.from(out.subarray(0, 3))).toEqual([1, 3, 5]);
  set.close();
});
