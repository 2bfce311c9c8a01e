/** Keys and records that are hard on a shuffle, and ways to compare what comes out whatever the order of its keys. */
import fc from "fast-check";
import { KeyMap } from "../../src/columnar/keys/key-map";
import type { MemoryTaskOptions } from "../support/memory-task-env";

export type Pair = [unknown, unknown];

/** Enough memory, none at all, and a heap that is always said to be full. */
export const MEMORIES: readonly [string, MemoryTaskOptions][] = [
  ["all the memory", {}],
  ["no memory", { memoryLimit: 0 }],
  ["a full heap", { heapFull: () => true }],
];

const hostileNumber = fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 2 ** 53, 0.5, -1, 1, 2, 3);
export const number = fc.oneof(hostileNumber, fc.integer({ min: 0, max: 40 }));
export const string = fc.oneof(
  fc.constantFrom("", "a", "b", "abcdefghijkl", "abcdefghijklm", "é", "ŁŁ", "A", "\ud800", "x".repeat(300)),
  fc.string({ maxLength: 20, unit: "binary" }),
);
const composite = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom("x", "y")),
  fc.record({ a: fc.integer({ min: 0, max: 2 }), b: fc.constantFrom("x", null) }),
  fc.constantFrom(null, undefined, true, false, 1n, 5n),
  fc.integer({ min: 0, max: 3 }).map((day) => new Date(day)),
);
export const KEYS = { number, string, composite, mixed: fc.oneof(number, string, composite) };
export const KEY_KINDS = Object.keys(KEYS) as (keyof typeof KEYS)[];

/** A few map tasks' worth of records; repeated so that batches fill up. */
export function maps(key: fc.Arbitrary<unknown>, value: fc.Arbitrary<unknown>): fc.Arbitrary<Pair[][]> {
  const records = fc.array(fc.tuple(key, value), { maxLength: 40 });
  return fc
    .array(fc.tuple(records, fc.constantFrom(1, 1, 200)), { minLength: 1, maxLength: 3 })
    .map((tasks) => tasks.map(([rows, times]) => Array.from({ length: times }, () => rows).flat()));
}

/** A key as text, by content. */
export function shown(key: unknown): string {
  if (key instanceof Date) return `date ${key.getTime()}`;
  if (typeof key === "bigint") return `${key}n`;
  if (typeof key === "object" && key !== null) return JSON.stringify(Object.entries(key).sort());
  return `${typeof key} ${key === 0 ? 0 : String(key)}`;
}

/** The oracle: values by key, in their order. */
export function groupsOf(pairs: readonly Pair[]): Map<string, unknown[]> {
  const groups = new KeyMap<unknown[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return new Map([...groups].map(([key, values]) => [shown(key), values]));
}

/** Pairs as a map by the text of their keys; fails when a key comes twice. */
export function asMap(rows: readonly unknown[]): Map<string, unknown> {
  const map = new Map((rows as Pair[]).map(([key, value]) => [shown(key), value]));
  expect(map.size).toBe(rows.length);
  return map;
}

/** `toEqual` for large maps, in less time: values are compared as JSON, and only the first difference is shown. */
export function expectSameMap(actual: ReadonlyMap<string, unknown>, expected: ReadonlyMap<string, unknown>): void {
  for (const [key, value] of expected) {
    if (JSON.stringify(actual.get(key)) !== JSON.stringify(value)) expect([key, actual.get(key)]).toEqual([key, value]);
  }
  expect(actual.size).toBe(expected.size);
}

/** `toEqual` for long lists of pairs, likewise. */
export function expectSameRows(actual: readonly unknown[], expected: readonly unknown[]): void {
  expected.forEach((row, i) => {
    if (JSON.stringify(actual[i]) !== JSON.stringify(row)) expect([i, actual[i]]).toEqual([i, row]);
  });
  expect(actual.length).toBe(expected.length);
}
