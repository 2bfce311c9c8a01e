import fc from "fast-check";
import { compareKeys } from "../../src/columnar/keys/order";
import { sortBy, sortKeys } from "../../src/columnar/sort/keys";
import { sortNumberKeys } from "../../src/columnar/sort/numbers";
import { radixSort } from "../../src/columnar/sort/radix";
import { sortStrings } from "../../src/columnar/sort/strings";

/** The order that a stable sort of the places gives. */
const expected = (count: number, compare: (a: number, b: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => i).sort(compare);
const compareStrings = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function checkNumbers(keys: Float64Array | Int32Array, count: number): void {
  const at = (i: number): number => keys[i]!;
  expect([...sortNumberKeys(keys, count)]).toEqual(expected(count, (a, b) => compareKeys(at(a), at(b))));
  expect([...sortNumberKeys(keys, count, false)]).toEqual(expected(count, (a, b) => compareKeys(at(b), at(a))));
}

function checkStrings(strings: readonly string[], count = strings.length): void {
  expect([...sortStrings(strings, count)]).toEqual(expected(count, (a, b) => compareStrings(strings[a]!, strings[b]!)));
  expect([...sortStrings(strings, count, false)]).toEqual(expected(count, (a, b) => compareStrings(strings[b]!, strings[a]!)));
}

/** Repeatable, and no better than need be. */
function random(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (Math.imul(state ^ (state >>> 12), 0x297a2d39) >>> 0) / 2 ** 32;
  };
}

describe("numbers", () => {
  const special = fc.constantFrom(
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    -Number.MIN_VALUE,
    1,
    -1,
  );

  test("any doubles", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), special, fc.integer({ min: -5, max: 5 })), { maxLength: 200 }), (list) => {
        checkNumbers(Float64Array.from(list), list.length);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, (next: () => number, i: number) => number]>([
    ["even", (next) => next() * 1e6 - 5e5],
    ["integers close together", (next) => Math.floor(next() * 700) - 350],
    ["integers far apart", (next) => Math.floor(next() * 2 ** 31)],
    ["few distinct fractions", (next) => Math.floor(next() * 5) / 4],
    ["one far out", (next, i) => (i === 7 ? 1e18 : next())],
    ["crowded in one place", (next, i) => (i % 20 === 0 ? next() * 1e-6 : next())],
    ["exponential", (next) => Math.exp(next() * 600 - 300)],
    ["both signs of infinity and zero", (next, i) => [Infinity, -Infinity, 0, -0, 1][Math.floor(next() * 5)]! * (i % 2 ? 1 : -1)],
    ["some NaN", (next) => (next() < 0.1 ? NaN : next())],
    ["ascending", (_, i) => i / 3],
    ["descending", (_, i) => -i / 3],
    ["denormal", (next) => Math.floor(next() * 1000) * Number.MIN_VALUE],
  ])("%s", (_, key) => {
    const next = random(42);
    const keys = Float64Array.from({ length: 5000 }, (_unused, i) => key(next, i));
    checkNumbers(keys, keys.length);
    checkNumbers(keys, 4000);
  });

  test("int32", () => {
    const next = random(7);
    checkNumbers(
      Int32Array.from({ length: 3000 }, () => Math.floor(next() * 2 ** 32) | 0),
      3000,
    );
    checkNumbers(Int32Array.of(3, 1, 2), 2);
  });

  test("keys are left as they were", () => {
    const keys = Float64Array.of(3, NaN, 1);
    sortNumberKeys(keys, 3);
    sortNumberKeys(keys, 3, false);
    expect([...keys]).toEqual([3, NaN, 1]);
  });
});

describe("strings", () => {
  const unit = fc.constantFrom("a", "b", "\0", "é", "ÿ", "Ā", "中", "\ud800", "\udfff", "\uffff");

  test("any strings, with ends, zeros and surrogates", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit, maxLength: 12 })), { maxLength: 120 }),
        fc.string({ maxLength: 3 }),
        (list, prefix) => checkStrings(list.map((string) => prefix + string)),
      ),
      { numRuns: 300 },
    );
  });

  test.each<[string, (next: () => number, i: number) => string]>([
    ["padded numbers", (next) => `k${String(Math.floor(next() * 1e9)).padStart(9, "0")}`],
    [
      "long common beginnings in groups",
      (next) => `${"ab".repeat(20)}${"xyz"[Math.floor(next() * 3)]!.repeat(30)}${Math.floor(next() * 50)}`,
    ],
    ["few distinct", (next) => "word".repeat(Math.floor(next() * 4))],
    ["ends and zeros", (next) => `a${"\0".repeat(Math.floor(next() * 40))}${next() < 0.3 ? "b" : ""}`],
    ["each a beginning of the next", (next) => "a".repeat(next() * 300)],
    ["two bytes", (next) => String.fromCharCode(0x4e00 + next() * 100, next() * 0xffff, 0x61)],
    ["mostly one byte", (next, i) => (i % 500 === 0 ? "中" : "") + Math.floor(next() * 1000)],
    ["above all ASCII", (next) => "é".repeat(next() * 3) + "\uff00".repeat(next() * 3) + "\ud83d\ude00".repeat(next() * 3)],
    ["sorted", (_, i) => String(i).padStart(6, "0")],
  ])("%s", (_, make) => {
    const next = random(42);
    const strings = Array.from({ length: 3000 }, (_unused, i) => make(next, i));
    checkStrings(strings);
    checkStrings(strings, 1500);
  });
});

describe("keys of any kind", () => {
  const comparable = fc.oneof(
    fc.array(fc.double()),
    fc.array(fc.string()),
    fc.array(fc.oneof(fc.bigInt(), fc.double(), fc.constantFrom(null, undefined))),
    fc.array(fc.date()),
    fc.array(fc.tuple(fc.boolean(), fc.string(), fc.double())),
    fc.array(fc.boolean()),
  ) as fc.Arbitrary<unknown[]>;

  test("as a stable sort by their natural order", () => {
    fc.assert(
      fc.property(comparable, (keys) => {
        expect([...sortKeys(keys)]).toEqual(expected(keys.length, (a, b) => compareKeys(keys[a], keys[b])));
        expect([...sortKeys(keys, keys.length, false)]).toEqual(expected(keys.length, (a, b) => compareKeys(keys[b], keys[a])));
      }),
    );
  });

  test("keys without an order are refused, a single one too", () => {
    expect(() => sortKeys([{}])).toThrow(/no natural order/);
    expect(() => sortKeys([1, "a"])).toThrow(/no order between/);
  });

  test("by a comparator of places", () => {
    expect([...sortBy(5, (a, b) => (a % 2) - (b % 2))]).toEqual([0, 2, 4, 1, 3]);
  });
});

test("radix sort orders words as unsigned and is stable", () => {
  const high = Uint32Array.of(0xffffffff, 0, 0x80000000, 0, 0);
  const low = Uint32Array.of(0, 0xfffff801, 1, 0xfffff801, 5);
  expect([...radixSort(high, low).order]).toEqual([4, 1, 3, 2, 0]);
});
