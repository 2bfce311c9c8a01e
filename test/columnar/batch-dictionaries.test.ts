/** Columns with dictionaries: put together they keep codes where that pays, and hold and hash the same values either way. */
import fc from "fast-check";
import { batchOfBoxed, boxedReader, concat, hashRows } from "../../src/columnar/batch";
import type { Boxed, DataType } from "../../src/columnar/types";
import type { BytesVector, Vector } from "../../src/columnar/vector";

const STRING: DataType = { kind: "string" };

const plain = (values: readonly Boxed[]): Vector =>
  batchOfBoxed(
    values.map((value) => [value]),
    [STRING],
  ).columns[0]!;

const valuesOf = (vector: Vector): Boxed[] => Array.from({ length: vector.length }, (_, i) => boxedReader(vector, STRING)(i));

/** Entries come in the order of `entries`, which may hold one twice. */
function coded(entries: readonly string[], picks: readonly (number | null)[]): Vector {
  const codes = Int32Array.from(picks, (pick) => (pick === null ? 0 : pick % entries.length));
  const valid = picks.includes(null) ? Uint8Array.from(picks, (pick) => (pick === null ? 0 : 1)) : null;
  return { form: "dictionary", length: picks.length, codes, dictionary: plain(entries) as BytesVector, valid };
}

const part = fc
  .record({
    entries: fc.array(fc.constantFrom("", "a", "b", "ä", "longer than most", "\u0000"), { minLength: 1, maxLength: 4 }),
    picks: fc.array(fc.option(fc.nat({ max: 9 }), { freq: 6 }), { maxLength: 40 }),
  })
  .map(({ entries, picks }) => coded(entries, picks));

test("values put together are those of the parts, and hash alike", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), fc.boolean(), (parts, twice) => {
      const vectors = twice ? [...parts, parts[0]!] : parts;
      const expected = vectors.flatMap(valuesOf);
      const joined = concat(vectors);
      expect(valuesOf(joined)).toEqual(expected);
      const types = [STRING, STRING];
      const hashes = hashRows([plain(expected), plain(expected)], types, expected.length);
      expect(hashRows([joined, joined], types, expected.length)).toEqual(hashes);
    }),
  );
});

test("entries are there once, with codes of as few bytes as they need", () => {
  const few = concat([coded(["x", "y"], [0, 1, 0, 1, 0, 1, 0, 1]), coded(["y", "z"], [0, 1, 0, 1, 0, 1, 0, 1])]);
  expect(few).toMatchObject({ form: "dictionary", dictionary: { length: 3 } });
  expect(few).toHaveProperty("codes", Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1, 1, 2, 1, 2, 1, 2, 1, 2));
  const entries = Array.from({ length: 300 }, (_, i) => `entry ${i}`);
  const many = Array.from({ length: 1300 }, (_, i) => i);
  const joined = concat([coded(entries, many), coded(["other"], many)]);
  expect(joined).toMatchObject({ form: "dictionary", dictionary: { length: 301 } });
  expect((joined as { codes: unknown }).codes).toBeInstanceOf(Uint16Array);
});

test("dictionaries that are large beside their rows are not kept, nor are those of columns that have none in part", () => {
  expect(concat([coded(["x", "y"], [0]), coded(["y", "z"], [1, 0])]).form).toBe("bytes");
  expect(concat([coded(["x"], [0, 0, 0, 0, 0, 0, 0, 0]), plain(["x", "y"])]).form).toBe("bytes");
});
