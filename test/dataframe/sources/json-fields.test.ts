/** The fast way through JSON gives what the careful one gives, whatever is in the file and wherever it is cut. */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { Boxed, DataType } from "../../../src/columnar/types";
import { boxedRows } from "../../../src/columnar/batch";
import type { ScanColumn, ScanEnv } from "../../../src/dataframe/sources/data-source";
import { jsonOptions } from "../../../src/dataframe/json/options";
import { FastLines } from "../../../src/dataframe/sources/files/fast-lines";
import type { FileSplit } from "../../../src/dataframe/sources/files/packing";
import { fastColumns, JsonSplitter } from "../../../src/dataframe/sources/json/fields";
import type { Heap } from "../../../src/dataframe/sources/wasm/heap";
import { sourceNamed } from "../../../src/dataframe/sources/registry";
import { columnsNamed, settings, Sources, struct, withConf } from "./support";

const sources = new Sources("json");
afterAll(() => sources.close());

const types: Readonly<Record<string, DataType>> = {
  s: { kind: "string" },
  "über name, longer than a word of bytes": { kind: "string" },
  i: { kind: "int" },
  l: { kind: "long" },
  b: { kind: "byte" },
  h: { kind: "short" },
  d: { kind: "decimal", precision: 9, scale: 2 },
  w: { kind: "decimal", precision: 30, scale: 4 },
  x: { kind: "double" },
  f: { kind: "float" },
  t: { kind: "timestamp" },
  n: { kind: "timestamp_ntz" },
  day: { kind: "date" },
  o: { kind: "boolean" },
};
const names = Object.keys(types);
const schema = struct(types);

const usual: Readonly<Record<string, readonly string[]>> = {
  string: ['"abc"', '""', '"ü"', '"a b"', '"{\\u007d"', '"}],:"', `"${"long ".repeat(9)}"`],
  int: ["1", "-2147483648", "2147483647", "0", "-0"],
  long: ["12345678901", "-1", "0", "999999999999999"],
  byte: ["-128", "127"],
  short: ["-32768", "32767"],
  decimal: ["1.5", "-0.25", "3", "0.05", "1234567.89", "-0"],
  double: ["0.1", "-2.5", "1", "-0.0", "123456.789", "99999999999999.9"],
  float: ["0.1", "3", "-0.0", "16777217"],
  timestamp: ['"2024-02-29T12:34:56.789Z"', '"1969-12-31T23:59:59.5+02:00"', '"2024-01-01 00:00:00"'],
  timestamp_ntz: ['"2024-02-29T12:34:56.123456"', '"2024-01-01 00:00:00"'],
  date: ['"2024-02-29"', '"1969-01-01"', '"0001-01-01"', '"0000-12-31"'],
  boolean: ["true", "false"],
};
/** Well-formed, and not always of the type. */
const unusual = [
  ...Object.values(usual).flat(),
  "null",
  "1.0",
  "1e3",
  "-1.25E-2",
  "0.12345678901234567",
  "1.005",
  "1e400",
  "128",
  "32768",
  "2147483648",
  "-2147483649",
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "-99999999999999999999",
  "99999999999999999999999999.1234",
  '"1"',
  '"NaN"',
  '"Infinity"',
  '"true"',
  '" 2024-02-29 "',
  '"2024-02-30"',
  '"2024-2-9"',
  '"10000-01-01"',
  '"-0001-01-01"',
  '"2024-02-29T12:34"',
  '"2024-02-29T12:34:56 Europe/Berlin"',
  '"a\\"b"',
  '"a\\\\b\\n\\t\\/\\b\\f\\r"',
  '"\\u00fc\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\u{1f600}"',
  '"\ufffd"',
  "{}",
  "[]",
  '{"s":1,"i":[{"i":2},[],null,"\\"",true,{}],"":{"":{}}}',
  '[ 1 , "x" , { "a" : [ ] } ]',
  `${"[".repeat(70)}1${"]".repeat(70)}`,
];
/** No plain JSON. */
const damaged = [
  "",
  "x",
  "NaN",
  "-Infinity",
  "+1",
  "01",
  "-",
  "1.",
  ".5",
  "1e",
  "1-2",
  "True",
  "nulls",
  "nul",
  "tru",
  "'single'",
  '"open',
  '"tab\there"',
  '"\u0001"',
  '"\\x"',
  '"\\u12g4"',
  '"\\',
  "[1,]",
  "[,1]",
  "[1 2]",
  "[1}",
  '{"a":1,}',
  '{"a"}',
  "{a:1}",
  '{"a":1 "b":2}',
  "{",
  "[",
  "]",
  "}",
  "1 2",
  '"a""b"',
  "/* c */ 1",
  "\ufeff1",
  "\u00a01",
  '"\u001f"',
  '"\\u"',
  '"\\u1"',
  '"\\u12"',
  '"\\u123"',
  '"\\u123g"',
  "1E+",
  "1e+5x",
  "-01",
  "00",
  "1.5.5",
  "12a",
  "null1",
  "truefalse",
  "[]]",
  "[[],]",
  '{"a":}',
  '{"a":1,,"b":1}',
  "{:1}",
  "{]",
];
const texts = [...unusual, ...damaged];

const space = fc.constantFrom("", "", "", "", "", " ", "\t", "  ");
const typed = (name: string): fc.Arbitrary<string> => fc.constantFrom(...usual[types[name]!.kind]!);
const nameText = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 40, arbitrary: fc.constant(`"${name}"`) },
    { weight: 1, arbitrary: fc.constantFrom(`'${name}'`, name, `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}"`) },
  );
const field = (rate: number): fc.Arbitrary<string> =>
  fc
    .constantFrom(...names)
    .chain((name) =>
      fc
        .tuple(
          nameText(name),
          fc.oneof(
            { weight: 100, arbitrary: typed(name) },
            { weight: rate, arbitrary: fc.constantFrom(...unusual) },
            { weight: rate >> 2, arbitrary: fc.constantFrom(...damaged) },
          ),
          fc.tuple(space, space, space, space),
        )
        .map(([key, value, [a, b, c, d]]) => `${a}${key}${b}:${c}${value}${d}`),
    );
const other = fc
  .tuple(fc.constantFrom("", "S", "other", "si", "\u00fcber", "I\ufffd"), fc.constantFrom(...unusual))
  .map(([name, value]) => `"${name}":${value}`);
/** Every column once, in an order; and lines of any fields. */
const fullLine = (rate: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...names.map((name) =>
        fc.oneof({ weight: 100, arbitrary: typed(name) }, { weight: rate, arbitrary: fc.constantFrom(...unusual) }),
      ),
    )
    .map((values) => `{${values.map((value, i) => `"${names[i]!}":${value}`).join(",")}}`);
const mixedLine = (rate: number): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.oneof({ weight: 6, arbitrary: field(rate) }, { weight: 1, arbitrary: other }), { maxLength: 6 }),
      space,
      space,
    )
    .map(([fields, a, b]) => `${a}{${fields.join(",")}}${b}`);
const oddLines = [
  "",
  " ",
  "\t",
  "null",
  "1",
  '"s"',
  "[]",
  '[{"i":1},{"i":2}]',
  '{"i":1} x',
  '{"i":1}{"i":2}',
  '{"i":1',
  "{",
  '{"i":1,}',
  "{,}",
  '\ufeff{"i":1}',
  '{"i":1,"i":2}',
  '{"i":null,"i":2}',
  '{"i":"x","i":2}',
  "{'i':1}",
  "{i:1}",
  '{"i":1}//c',
  "\u00a0",
  '{"s":"x","s":"y"}',
  '{"i":1};',
  '{"i" 1}',
  '{"i"::1}',
  '{"i":1,,"l":2}',
  '{"o":tru}',
  '{"o":nulll}',
  '{"\\u0069":7}',
  '{"i":1,"i":null}',
  '{"i":null,"i":null}',
  '{"i":1}]',
  '{"i":1}}',
  '{"s":"\u001f"}',
  '{"\u001f":1}',
  '{"zz\\":1}',
];
const oddLine = fc.constantFrom(...oddLines);
const line = (rate: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 50, arbitrary: fullLine(rate) },
    { weight: 50, arbitrary: mixedLine(rate) },
    { weight: rate, arbitrary: oddLine },
  );
const file = fc.record({
  lines: fc.constantFrom(0, 3, 30).chain((rate) => fc.array(line(rate), { maxLength: 40, size: "max" })),
  lineEnd: fc.constantFrom("\n", "\n", "\r\n", "\r"),
  lastEnds: fc.boolean(),
  mark: fc.constantFrom("", "", "\ufeff"),
  wrongByte: fc.option(fc.nat(10_000), { freq: 5 }),
  zipped: fc.boolean(),
  columns: fc.oneof(fc.constant(names), fc.subarray(names)),
  mode: fc.constantFrom("PERMISSIVE", "PERMISSIVE", "DROPMALFORMED", "FAILFAST"),
  options: fc.constantFrom<Record<string, string>>(
    {},
    { allowSingleQuotes: "false", allowNonNumericNumbers: "false" },
    {
      allowComments: "true",
      allowUnquotedFieldNames: "true",
      allowNumericLeadingZeros: "true",
      allowBackslashEscapingAnyCharacter: "true",
      allowUnquotedControlChars: "true",
    },
    { timeZone: "America/Los_Angeles" },
    { lineSep: "\n" },
  ),
  bytes: fc.integer({ min: 1, max: 3000 }),
});

interface Found {
  readonly rows: readonly (readonly Boxed[])[];
  readonly bad: readonly string[];
  readonly error: string | undefined;
}

/** What a scan gives, and the records that it found bad. */
async function scanned(path: string, options: Record<string, string>, columns: readonly string[], bytes: number): Promise<Found> {
  const conf = withConf({ "spark.sql.files.maxPartitionBytes": String(bytes), "spark.sql.files.openCostInBytes": "1" });
  const relation = await sources.load(path, options, schema);
  const wanted: readonly ScanColumn[] = columnsNamed(relation, columns);
  const source = sourceNamed("json");
  const request = { relation, columns: wanted, pushed: [], partitionFilters: [], limit: null, parallelism: 1 };
  const rows: (readonly Boxed[])[] = [];
  const bad: string[] = [];
  const env: ScanEnv = {
    storage: sources.storage,
    checkInterrupted: () => {},
    readsFile: () => {},
    badRecord: (mode, _path, record) => void bad.push(`${mode} ${record}`),
    read: () => {},
    userFunction: () => {
      throw new Error("There are no functions here.");
    },
  };
  try {
    for (const splits of await source.plan(request, { fileSystems: sources.fileSystems, settings: conf })) {
      const scan = source.open(splits, { ...request, keys: [], transient: false, settings: conf }, env);
      try {
        for (let batch = scan.next(); batch !== null; batch = scan.next()) {
          const kinds = wanted.map((column) => column.type);
          rows.push(...(wanted.length === 0 ? Array.from({ length: batch.length }, () => []) : boxedRows(batch, kinds)));
        }
      } finally {
        scan.close();
      }
    }
    return { rows, bad, error: undefined };
  } catch (error) {
    return { rows: [], bad: [], error: (error as Error).message };
  }
}

/** UTF-8 by a name that the fast way does not take. */
const careful = { encoding: "US-ASCII" };

test("any value anywhere", async () => {
  const plain = names.map((name) => `"${name}":${usual[types[name]!.kind]![0]!}`);
  const lines = texts.flatMap((text) => [
    ...names.map((name, i) => `{${plain.with(i, `"${name}":${text}`).join(",")}}`),
    `{"zz":${text},"i":1}`,
    `{"zz":[{"a":${text}}],"i":1}`,
    `{"zz":{"a":[${text}]},"i":1}`,
    `{ "zz" : { "a" : [ 1 , ${text} ] , "b" : ${text} } , "i" : 1 }`,
    `{"i":${text}`,
  ]);
  const path = sources.at("values.json");
  writeFileSync(path, [...lines, ...oddLines].join("\n"));
  for (const columns of [names, ["i", "s"], []]) {
    const expected = await scanned(path, careful, columns, 1e9);
    expect(expected.rows.length).toBeGreaterThan(lines.length);
    expect(await scanned(path, {}, columns, 1e9)).toEqual(expected);
  }
});

/** Rows of lines, none of which the reader of single records may see. */
function plainRows(name: string, text: string, columns: readonly string[]): Boxed[][] {
  writeFileSync(sources.at(name), text);
  const fields = schema.fields.filter((field) => columns.includes(field.name));
  const fast = fastColumns(fields, jsonOptions({}, settings))!;
  const length = Buffer.byteLength(text);
  const path = pathToFileURL(sources.at(name)).href;
  const split: FileSplit = { path, start: 0, length, fileLength: length, modified: 0, partition: [] };
  const options = {
    splitter: (heap: Heap) => new JsonSplitter(heap, fast),
    readRecord(line: string): never {
      throw new Error(`${line} is read as a record.`);
    },
    header: false,
  };
  const reader = new FastLines(split, fast, options, sources.storage);
  const rows: Boxed[][] = [];
  const kinds = fields.map((field) => field.type);
  for (let batch = reader.next(); batch !== null; batch = reader.next())
    rows.push(...boxedRows(batch, kinds).map((row) => [...row]));
  reader.close();
  return rows;
}

test("plain lines are no strings on their way", () => {
  const lines = Array.from({ length: 20_000 }, (_, row) => {
    const fields = names.map((name) => {
      const texts = usual[types[name]!.kind]!.filter((text) => !text.includes("\\"));
      return `"${name}": ${row % 7 === 0 ? "null" : texts[row % texts.length]!}`;
    });
    if (row % 3 === 0) fields.reverse();
    if (row % 5 === 0) fields.splice(row % fields.length, 1);
    return `{${fields.join(", ")}, "more": [{"i": 1, "\\u00fc": "\\""}, ${row}], "key ${row}": {}}`;
  });
  expect(plainRows("plain.json", lines.join("\r\n"), names)).toHaveLength(20_000);
  const [first, second] = plainRows("two.json", '{"i": 1, "s": "", "o": false, "x": -0.0}\n\n{"l": 5, "s": null}\n', [
    "i",
    "s",
    "o",
    "x",
  ]);
  expect([first, second]).toEqual([
    ["", 1, -0, false],
    [null, null, null, null],
  ]);
});

test("lines longer than a window, more rows than a batch", async () => {
  const path = sources.at("long.json");
  const two = struct({ a: { kind: "int" }, s: { kind: "string" } });
  const value = (i: number): string => (i % 5000 === 0 ? "x".repeat(400_000) : `value ${i}`);
  writeFileSync(path, Array.from({ length: 30_000 }, (_, i) => `{"a":${i},"s":"${value(i)}"}\n`).join(""));
  const rows = await sources.scan(await sources.load(path, {}, two));
  expect(rows).toHaveLength(30_000);
  expect(rows.every(([a, s], i) => a === i && s === value(i))).toBe(true);
});

test("any file", async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(file, async ({ lines, lineEnd, lastEnds, mark, wrongByte, zipped, columns, mode, options, bytes }) => {
      const text = Buffer.from(mark + lines.join(lineEnd) + (lastEnds && lines.length > 0 ? lineEnd : ""));
      if (wrongByte !== null && text.length > 0) text[wrongByte % text.length] = 0xa0 + (wrongByte % 80);
      const path = sources.at(`any-${round++}.json${zipped ? ".gz" : ""}`);
      writeFileSync(path, zipped ? gzipSync(text) : text);
      const all = { mode, ...options };
      const expected = await scanned(path, { ...all, ...careful }, columns, 1e9);
      expect(await scanned(path, all, columns, 1e9)).toEqual(expected);
      expect(await scanned(path, all, columns, bytes)).toEqual(expected);
    }),
    { numRuns: 150 },
  );
});
