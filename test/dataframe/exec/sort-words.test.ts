/** Rows by two words each, against a comparison of the words. */
import fc from "fast-check";
import { sortKey } from "../../../src/dataframe/exec/sort/keys";
import { sortedOrder } from "../../../src/dataframe/exec/sort/permutation";
import { SortWords } from "../../../src/dataframe/exec/sort/words";
import type { SortOrder } from "../../../src/dataframe/expressions/expression";
import { attribute } from "./harness";

const runs = Number(process.env["FC_RUNS"] ?? 50);

type Words = readonly (readonly [high: number, low: number])[];

/** The places of words in their order, and the words there, of those in the middle of others that have to stay. */
function sorted(words: Words): { readonly order: number[]; readonly words: Words; readonly outside: number[] } {
  const memory = new SortWords(words.length + 2);
  words.forEach(([high, low], i) => {
    memory.high[i + 1] = high;
    memory.low[i + 1] = low;
  });
  const rows = Int32Array.from({ length: words.length + 2 }, (_, i) => i - 1);
  memory.sort(rows, 1, words.length + 1);
  const inside = Array.from({ length: words.length }, (_, i) => i + 1);
  return {
    order: inside.map((i) => rows[i]!),
    words: inside.map((i) => [memory.high[i]!, memory.low[i]!]),
    outside: [rows[0]!, rows[words.length + 1]!],
  };
}

function expectSorted(words: Words): void {
  const order = Array.from(words, (_, i) => i).sort((a, b) => words[a]![0] - words[b]![0] || words[a]![1] - words[b]![1]);
  expect(sorted(words)).toEqual({ order, words: order.map((i) => words[i]), outside: [-1, words.length] });
}

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const words: readonly (readonly [string, fc.Arbitrary<readonly [number, number]>])[] = [
  ["of any bits", fc.tuple(word, word)],
  ["with one high word", fc.tuple(fc.constant(7), word)],
  ["with few values", fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))],
  [
    "on both sides of a high word's step",
    fc.oneof(
      fc.tuple(fc.constant(5), fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 - 1 })),
      fc.tuple(fc.constant(6), fc.integer({ min: 0, max: 3 })),
    ),
  ],
  [
    "of all magnitudes",
    fc.tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 31 })).map(([h, l]) => [2 ** h, 2 ** l] as const),
  ],
  [
    "far from one that is the greatest",
    fc.oneof({ weight: 99, arbitrary: fc.tuple(fc.constant(0), word) }, fc.constant([2 ** 32 - 1, 0])),
  ],
];

it.each(words)("words %s are sorted as by comparison, and stay as they stand where equal", (_, one) => {
  fc.assert(fc.property(fc.array(one, { maxLength: 3000, size: "max" }), expectSorted), { numRuns: runs });
});

it("many rows are sorted over several levels of buckets", () => {
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
  expectSorted(Array.from({ length: 60_000 }, () => [next() >>> 20, next() >>> (next() & 31)]));
});

function order(ascending: boolean): SortOrder {
  return { kind: "sortOrder", child: attribute("key", { kind: "int" }), ascending, nullsFirst: true };
}

it("whole numbers have an order up to the bounds of safe integers, which doubles' bits share", () => {
  const edge = Number.MAX_SAFE_INTEGER;
  const values = Float64Array.of(edge, -1, 2 ** 32, -edge, 0, 2 ** 32 - 1, -(2 ** 32), 1, edge - 1, 1 - edge, -(2 ** 32) - 1, 5);
  const expected = Array.from(values).sort((a, b) => a - b);
  for (const kind of ["long", "double"] as const) {
    const key = sortKey({ form: "fixed", length: values.length, values, valid: null }, { kind }, order(true));
    expect(Array.from(sortedOrder([key], values.length), (row) => values[row])).toEqual(expected);
    const descending = sortKey({ form: "fixed", length: values.length, values, valid: null }, { kind }, order(false));
    expect(Array.from(sortedOrder([descending], values.length), (row) => values[row])).toEqual([...expected].reverse());
  }
});

it.each([
  ["doubles", { kind: "double" }, Float64Array.of(0, -0, NaN, NaN, 1, 1, 0), [0, 0, 1, 0, 1, 0, 1]],
  ["integers", { kind: "int" }, Int32Array.of(3, 3, 4, 4, 3, 0, 0), [0, 0, 1, 0, 1, 1, 0]],
] as const)("changes of %s are marked, nulls are alike", (_, type, values, expected) => {
  const { length } = values;
  const marksOf = (valid: Uint8Array | null): number[] => {
    const marks = new Uint8Array(length);
    sortKey({ form: "fixed", length, values, valid }, type, order(true)).markChanges(marks, length);
    return [...marks];
  };
  expect(marksOf(null)).toEqual(expected);
  expect(marksOf(Uint8Array.of(1, 0, 0, 0, 1, 1, 1))).toEqual([0, 1, 0, 0, 1, expected[5], expected[6]]);
});

it("changes of strings and of entries of a dictionary are those of their bytes", () => {
  const bytes = Buffer.from("aababa");
  const text = { form: "bytes", bytes, valid: null } as const;
  const strings = { ...text, length: 4, starts: Int32Array.of(0, 1, 1, 3), ends: Int32Array.of(1, 2, 3, 5) };
  const dictionary = { ...text, length: 3, starts: Int32Array.of(0, 1, 2), ends: Int32Array.of(1, 2, 3) };
  const codes = { form: "dictionary", length: 5, codes: Uint8Array.of(0, 1, 2, 2, 0), dictionary, valid: null } as const;
  const marksOf = (vector: Parameters<typeof sortKey>[0]): number[] => {
    const marks = new Uint8Array(vector.length);
    sortKey(vector, { kind: "string" }, order(true)).markChanges(marks, vector.length);
    return [...marks];
  };
  // a, a, ab, ab
  expect(marksOf(strings)).toEqual([0, 0, 1, 0]);
  // a, a, b, b, a
  expect(marksOf(codes)).toEqual([0, 0, 1, 0, 1]);
});
