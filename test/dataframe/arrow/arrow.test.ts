import { tableFromIPC, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { batchOfBoxed, boxedRows, gatherBatch, sliceBatch } from "../../../src/columnar/batch";
import { type Boxed, CalendarInterval, type DataType, MapValue, type StructType } from "../../../src/columnar/types";
import { fromArrowBatch, schemaFromArrow } from "../../../src/dataframe/arrow/from-arrow";
import { toArrowTable } from "../../../src/dataframe/arrow/to-arrow";

const long = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }));
const int: DataType = { kind: "int" };
const columns: readonly (readonly [DataType, fc.Arbitrary<Boxed>])[] = [
  [{ kind: "boolean" }, fc.boolean()],
  [{ kind: "byte" }, fc.integer({ min: -128, max: 127 })],
  [int, fc.integer()],
  [{ kind: "long" }, long],
  [{ kind: "double" }, fc.double()],
  [{ kind: "decimal", precision: 10, scale: 2 }, fc.integer({ min: -999999999, max: 999999999 })],
  [
    { kind: "decimal", precision: 38, scale: 2 },
    fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 70n, max: 10n ** 38n - 1n })),
  ],
  [{ kind: "string" }, fc.string({ unit: "grapheme" })],
  [{ kind: "binary" }, fc.uint8Array()],
  [{ kind: "date" }, fc.integer({ min: -100000, max: 100000 })],
  [{ kind: "timestamp" }, fc.maxSafeInteger()],
  [{ kind: "dayTimeInterval", start: 0, end: 3 }, fc.maxSafeInteger()],
  [{ kind: "yearMonthInterval", start: 0, end: 1 }, fc.integer()],
  [{ kind: "array", element: int, containsNull: true }, fc.array(fc.option(fc.integer()))],
  [
    { kind: "map", key: int, value: { kind: "string" }, valueContainsNull: true },
    fc.uniqueArray(fc.integer()).map((keys) => new MapValue(keys, keys.map(String))),
  ],
];
const schema: StructType = {
  kind: "struct",
  fields: columns.map(([type], i) => ({ name: `c${i}`, type, nullable: true })),
};
const types = columns.map(([type]) => type);
const rows = fc.array(fc.tuple(...columns.map(([, value]) => fc.option(value, { freq: 4 }))), { minLength: 1, maxLength: 20 });

test("rows come back from Arrow, through its own file format, whatever part of a batch they are", () => {
  fc.assert(
    fc.property(rows, fc.nat(), (given, at) => {
      const whole = batchOfBoxed(given, types);
      const from = at % given.length;
      const reversed = Int32Array.from(given, (_, i) => given.length - 1 - i);
      const batches = [whole, sliceBatch(whole, from, given.length), gatherBatch(whole, reversed, given.length)];
      const expected = [...given, ...given.slice(from), ...given.toReversed()];
      const table = toArrowTable(batches, schema.fields, "UTC");
      for (const read of [table, tableFromIPC(tableToIPC(table, "stream"))]) {
        const back = schemaFromArrow(read.schema);
        expect(back).toEqual(schema);
        const boxed = read.batches.flatMap((batch) => boxedRows(fromArrowBatch(batch, back), types));
        expect(boxed).toEqual(expected);
      }
    }),
    { numRuns: 50 },
  );
});

test("Arrow's own reader sees the values", () => {
  const batch = batchOfBoxed([[150, "é", true, new CalendarInterval(1, 2, 3)]], [
    { kind: "decimal", precision: 3, scale: 2 }, { kind: "string" }, { kind: "boolean" }, { kind: "calendarInterval" }]); // prettier-ignore
  const table = toArrowTable(
    [batch],
    [
      { name: "d", type: { kind: "decimal", precision: 3, scale: 2 }, nullable: true },
      { name: "s", type: { kind: "string" }, nullable: true },
      { name: "b", type: { kind: "boolean" }, nullable: true },
      { name: "i", type: { kind: "calendarInterval" }, nullable: true },
    ],
    "UTC",
  );
  const row = table.get(0)!.toJSON();
  expect([String(row["d"]), row["s"], row["b"]]).toEqual(["150", "é", true]);
  expect((row["i"] as { toJSON(): unknown }).toJSON()).toEqual({ months: 1, days: 2, microseconds: 3n });
});
