/** What is written is read back: all types, all codecs, nulls, dictionaries that grow too large, values beyond 2^53, lists of lists. */
import { MapValue, type Boxed, type DataType, type StructType, VariantValue } from "../../../../src/columnar/types";
import type { ColumnBatch, DictionaryVector } from "../../../../src/columnar/vector";
import { vectorOfBoxed } from "../../../../src/columnar/batch";
import { Sources, struct, withConf } from "../support";

let sources: Sources;
beforeEach(() => (sources = new Sources("parquet")));
afterEach(() => sources.close());

const decimal = (precision: number, scale: number): DataType => ({ kind: "decimal", precision, scale });
const array = (element: DataType): DataType => ({ kind: "array", element, containsNull: true });
const map = (key: DataType, value: DataType): DataType => ({ kind: "map", key, value, valueContainsNull: true });

const makers: Readonly<Record<string, readonly [DataType, (i: number) => Boxed]>> = {
  boolean: [{ kind: "boolean" }, (i) => i % 3 === 0],
  byte: [{ kind: "byte" }, (i) => (i % 256) - 128],
  short: [{ kind: "short" }, (i) => (i % 65536) - 32768],
  int: [{ kind: "int" }, (i) => (i * 7654321) | 0],
  long: [{ kind: "long" }, (i) => i * 12345678901],
  longWide: [{ kind: "long" }, (i) => (i % 5 === 0 ? 2n ** 63n - BigInt(i) - 1n : -i)],
  float: [{ kind: "float" }, (i) => (i % 11 === 0 ? NaN : Math.fround(i / 3))],
  double: [{ kind: "double" }, (i) => (i % 11 === 0 ? -Infinity : i / 3)],
  string: [{ kind: "string" }, (i) => "é".repeat(i % 4) + String(i)],
  stringFew: [{ kind: "string" }, (i) => ["", "one", "two", "dreißig"][i % 4]!],
  binary: [{ kind: "binary" }, (i) => Uint8Array.of(i & 255, 255, 0)],
  date: [{ kind: "date" }, (i) => i - 5000],
  timestamp: [{ kind: "timestamp" }, (i) => i * 99_999_999_937 - 2e14],
  timestampNtz: [{ kind: "timestamp_ntz" }, (i) => i * 1_000_001],
  time: [{ kind: "time", precision: 6 }, (i) => (i % 86400) * 1_000_000_000 + 5000],
  yearMonth: [{ kind: "yearMonthInterval", start: 0, end: 1 }, (i) => i - 100],
  dayTime: [{ kind: "dayTimeInterval", start: 0, end: 3 }, (i) => i * 1_000_003],
  decimal5: [decimal(5, 2), (i) => (i % 99999) - 5],
  decimal18: [decimal(18, 3), (i) => (i % 2 === 0 ? 999_999_999_999_999_990n + BigInt(i % 9) : i)],
  decimal38: [decimal(38, 10), (i) => (i % 3 === 0 ? (-1n) ** BigInt(i) * (10n ** 37n + BigInt(i)) : i)],
  decimal20: [decimal(20, 0), (i) => i * 1001],
  array: [array({ kind: "int" }), (i) => Array.from({ length: i % 5 }, (_, k) => (k === 1 ? null : k + i))],
  arrays: [
    array(array({ kind: "string" })),
    (i) => Array.from({ length: i % 3 }, (_, k) => (k === 1 ? null : ["a", null].slice(0, i % 4))),
  ],
  map: [map({ kind: "string" }, { kind: "double" }), (i) => new MapValue(["k", String(i)], [null, i / 2])],
  struct: [
    struct({ a: { kind: "long" }, b: struct({ c: { kind: "string" } }) }),
    (i) => [i % 4 === 0 ? null : i, i % 6 === 0 ? null : [`c${i}`]],
  ],
  structs: [
    array(struct({ p: { kind: "short" }, q: array({ kind: "long" }) })),
    (i) => Array.from({ length: i % 4 }, (_, k) => (k === 2 ? null : [k, k === 1 ? null : [i, null]])),
  ],
  variant: [{ kind: "variant" }, (i) => new VariantValue(Uint8Array.of(12, i & 127), Uint8Array.of(1, 0, 0))],
  nothing: [{ kind: "null" }, () => null],
};

const schema: StructType = struct(Object.fromEntries(Object.entries(makers).map(([name, [type]]) => [name, type])));

function rowsOf(count: number, nullEvery: number): Boxed[][] {
  return Array.from({ length: count }, (_, i) =>
    Object.values(makers).map(([, make], column) => ((i + column) % nullEvery === 0 ? null : make(i))),
  );
}

test.each([
  ["few nulls", 700, 13, {}],
  ["every other a null", 500, 2, {}],
  ["no nulls", 400, 1e9, {}],
  ["nulls only", 300, 1, {}],
  ["one row", 1, 7, {}],
  ["more rows than a page has", 21_000, 17, {}],
  ["small row groups", 21_000, 5, { "parquet.block.size": "100000" }],
  ["small pages", 6_000, 5, { "parquet.page.size": "5000" }],
  ["no dictionaries", 3_000, 5, { "parquet.enable.dictionary": "false" }],
])("%s", async (_name, count, nullEvery, options) => {
  const rows = rowsOf(count, nullEvery);
  await sources.save(sources.at("t"), schema, [rows], { options });
  const relation = await sources.load(sources.at("t"));
  expect(relation.schema).toEqual(schema);
  expect(await sources.scan(relation)).toEqual(rows);
});

test.each(["none", "snappy", "gzip", "zstd", "lz4", "lz4_raw", "brotli"])("compressed with %s", async (compression) => {
  const rows = rowsOf(2000, 9);
  await sources.save(sources.at("t"), schema, [rows], { options: { compression } });
  expect(await sources.scan(await sources.load(sources.at("t")))).toEqual(rows);
});

test("an unknown codec", async () => {
  await expect(sources.save(sources.at("t"), schema, [[]], { options: { compression: "zip" } })).rejects.toThrow(
    "CODEC_NOT_AVAILABLE",
  );
});

test("timestamps as INT96 and in milliseconds", async () => {
  const one = struct({ t: { kind: "timestamp" } });
  const rows = [[-1_000], [0], [null], [1_700_000_000_123_000], [-62_135_596_800_000_000n]];
  for (const storage of ["INT96", "TIMESTAMP_MILLIS", "TIMESTAMP_MICROS"]) {
    const conf = withConf({ "spark.sql.parquet.outputTimestampType": storage });
    await sources.save(sources.at(storage), one, [rows], { conf });
    expect(await sources.scan(await sources.load(sources.at(storage)))).toEqual(rows);
  }
});

test("a type that Parquet has no place for", async () => {
  const bad = struct({ i: { kind: "calendarInterval" } });
  await expect(sources.save(sources.at("t"), bad, [[]])).rejects.toThrow("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE");
});

test("no rows: the schema remains", async () => {
  await sources.save(sources.at("t"), schema, [[], []]);
  const relation = await sources.load(sources.at("t"));
  expect(relation.schema).toEqual(schema);
  expect(await sources.scan(relation)).toEqual([]);
});

test("vectors with dictionaries of their own, shared and not, with entries that nobody uses", async () => {
  const entries = vectorOfBoxed(["a", "unused", "b", "a"], { kind: "string" });
  const numbers = vectorOfBoxed([1, 2, 3, 2 ** 40], { kind: "long" });
  const batch = (from: DictionaryVector["dictionary"], to: DictionaryVector["dictionary"], codes: number[]): ColumnBatch => ({
    length: codes.length,
    columns: [
      { form: "dictionary", length: codes.length, codes: Uint8Array.from(codes), dictionary: from, valid: null },
      {
        form: "dictionary",
        length: codes.length,
        codes: Int32Array.from(codes),
        dictionary: to,
        valid: Uint8Array.from(codes, (code) => (code === 2 ? 0 : 1)),
      },
    ],
  });
  const other = vectorOfBoxed(["z", "a", "", "y"], { kind: "string" });
  await sources.saveBatches(sources.at("t"), struct({ s: { kind: "string" }, n: { kind: "long" } }), [
    [
      batch(entries as never, numbers as never, [0, 2, 3, 0]),
      batch(entries as never, numbers as never, [2, 2]),
      batch(other as never, numbers as never, [3, 1, 2]),
    ],
  ]);
  expect(await sources.scan(await sources.load(sources.at("t")))).toEqual([
    ["a", 1],
    ["b", null],
    ["a", 2 ** 40],
    ["a", 1],
    ["b", null],
    ["b", null],
    ["y", 2 ** 40],
    ["a", 2],
    ["", null],
  ]);
});

test("columns with many different values and columns with few, over several dictionaries", async () => {
  const types = struct({ many: { kind: "long" }, text: { kind: "string" }, few: { kind: "int" } });
  const rows = Array.from({ length: 160_000 }, (_, i) => [(i * 7919) % 150_001, `t${(i * 31) % 99_991}`, i % 3]);
  await sources.save(sources.at("t"), types, [rows]);
  expect(await sources.scan(await sources.load(sources.at("t")))).toEqual(rows);
});
