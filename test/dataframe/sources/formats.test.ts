/** CSV, JSON, text, whole files and Arrow: tables saved and loaded, options, records that are bad. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { join } from "node:path";
import { type Boxed, type DataType, MapValue, type StructType } from "../../../src/columnar/types";
import { columnsNamed, Sources, struct, withConf } from "./support";

let open: Sources[] = [];
function sourcesOf(format: string): Sources {
  const sources = new Sources(format);
  open.push(sources);
  return sources;
}
afterEach(() => {
  for (const sources of open) sources.close();
  open = [];
});

const decimal: DataType = { kind: "decimal", precision: 20, scale: 4 };
const flat = struct({
  id: { kind: "long" },
  k: { kind: "int" },
  s: { kind: "string" },
  d: decimal,
  x: { kind: "double" },
  t: { kind: "timestamp" },
  day: { kind: "date" },
  b: { kind: "boolean" },
});
const nested = struct({
  ...Object.fromEntries(flat.fields.map(({ name, type }) => [name, type])),
  n: struct({ a: { kind: "long" }, l: { kind: "array", element: { kind: "long" }, containsNull: true } }),
  m: { kind: "map", key: { kind: "string" }, value: { kind: "long" }, valueContainsNull: true },
});
const rowsOf = (count: number): Boxed[][] =>
  Array.from({ length: count }, (_, id) => [
    id,
    id % 7,
    `näme, "${id}"`,
    id * 10000,
    id % 5 === 0 ? null : id / 2,
    id * 1_000_003,
    id - 2,
    id % 2 === 0,
  ]);
const nestedRows = (count: number): Boxed[][] =>
  rowsOf(count).map((row, id) => [...row, [id, [id, null]], new MapValue(["k"], [id])]);
const byId = (rows: Boxed[][]): Boxed[][] => rows.sort((a, b) => Number(a[0]) - Number(b[0]));
const fine = { timestampFormat: "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX" };

describe.each([
  ["json", nested, nestedRows(3000), fine],
  ["arrow", nested, nestedRows(3000), {}],
  ["csv", flat, rowsOf(3000), { ...fine, header: "true" }],
  ["json", nested, nestedRows(100), { ...fine, compression: "gzip" }],
  ["csv", flat, rowsOf(100), { ...fine, compression: "gzip", sep: ";" }],
] as const)("%s", (format, schema, rows, options) => {
  test(`a table of ${rows.length} rows and back, in several tasks`, async () => {
    const sources = sourcesOf(format);
    const half = rows.length / 2;
    await sources.save(sources.at("t"), schema, [rows.slice(0, half), rows.slice(half)], { options });
    const relation = await sources.load(sources.at("t"), options, format === "arrow" ? null : schema);
    const conf = withConf({ "spark.sql.files.openCostInBytes": "1", "spark.sql.files.maxPartitionBytes": "20000" });
    expect(byId(await sources.scan(relation, { conf }))).toEqual(rows);
    const some = await sources.scan(relation, { columns: columnsNamed(relation, ["day", "id"]) });
    expect(some.sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual(rows.map((row) => [row[6], row[0]]));
    expect(await sources.scan(relation, { columns: [] })).toHaveLength(rows.length);
  });
});

test("arrow finds its schema, nested types included", async () => {
  const sources = sourcesOf("arrow");
  await sources.save(sources.at("t"), nested, [nestedRows(3)]);
  expect((await sources.load(sources.at("t"))).schema).toEqual(nested);
});

describe("csv", () => {
  const load = async (text: string, options: Record<string, string> = {}, schema: StructType | null = null) => {
    const sources = sourcesOf("csv");
    writeFileSync(sources.at("t.csv"), text);
    const relation = await sources.load(sources.at("t.csv"), options, schema);
    return { sources, relation, rows: await sources.scan(relation) };
  };

  test("names and types from the file", async () => {
    const plain = await load("a,b\n1,x\n2,y\n");
    expect(plain.relation.schema.fields.map(({ name, type }) => [name, type.kind])).toEqual([
      ["_c0", "string"],
      ["_c1", "string"],
    ]);
    expect(plain.rows).toEqual([
      ["a", "b"],
      ["1", "x"],
      ["2", "y"],
    ]);
    const inferred = await load("a,b,c,d\n1,2.5,2024-02-29,\n3000000000,x,2024-03-01,z\n", {
      header: "true",
      inferSchema: "true",
    });
    expect(inferred.relation.schema.fields.map(({ type }) => type.kind)).toEqual(["long", "string", "date", "string"]);
    expect(inferred.rows).toEqual([
      [1, "2.5", 19782, null],
      [3_000_000_000, "x", 19783, "z"],
    ]);
  });

  const bad = 'a,b\n1,x\noops,y\n3,"multi\nline ""q"""\n4\n';
  const schema = struct({ a: { kind: "int" }, b: { kind: "string" }, _corrupt_record: { kind: "string" } });
  const options = { header: "true", multiLine: "true", escape: '"' };

  test("records that are bad: kept with their text, dropped, or an error that names the file", async () => {
    const permissive = await load(bad, options, schema);
    expect(permissive.rows).toEqual([
      [1, "x", null],
      [null, "y", "oops,y"],
      [3, 'multi\nline "q"', null],
      [4, null, "4"],
    ]);
    const dropped = await load(bad, { ...options, mode: "DROPMALFORMED" }, schema);
    expect(dropped.rows.map((row) => row.slice(0, 2))).toEqual([
      [1, "x"],
      [3, 'multi\nline "q"'],
    ]);
    await expect(load(bad, { ...options, mode: "FAILFAST" }, schema)).rejects.toThrow(/t\.csv.*MALFORMED_RECORD/s);
  });

  test("columns that are left out make no record bad", async () => {
    const { sources, relation } = await load("1,x\noops,y\n", {}, struct({ a: { kind: "int" }, b: { kind: "string" } }));
    const conf = withConf({});
    const dropping = { ...relation, options: { mode: "DROPMALFORMED" } };
    expect(await sources.scan(dropping, { columns: columnsNamed(relation, ["b"]), conf })).toEqual([["x"], ["y"]]);
    expect(await sources.scan(dropping)).toEqual([[1, "x"]]);
  });

  test("comments, empty lines, null and empty values, other separators and encodings", async () => {
    const { rows } = await load('#c\n\na|"b|c"\n|""\nNA|x\n', { sep: "|", comment: "#", nullValue: "NA", emptyValue: "E" });
    expect(rows).toEqual([
      ["a", "b|c"],
      [null, "E"],
      [null, "x"],
    ]);
    const sources = sourcesOf("csv");
    writeFileSync(sources.at("l.csv"), Buffer.from("é,1\n", "latin1"));
    expect(await sources.scan(await sources.load(sources.at("l.csv"), { encoding: "ISO-8859-1" }))).toEqual([["é", "1"]]);
    writeFileSync(sources.at("u.csv"), Buffer.from("é;1\n", "utf16le"));
    expect(await sources.scan(await sources.load(sources.at("u.csv"), { encoding: "UTF-16LE", sep: ";" }))).toEqual([["é", "1"]]);
  });

  test("the header of every file is left out, also of compressed ones", async () => {
    const sources = sourcesOf("csv");
    mkdirSync(sources.at("t"));
    writeFileSync(sources.at("t", "a.csv"), "h\n1\n");
    writeFileSync(sources.at("t", "b.csv.gz"), gzipSync("h\n2\n"));
    const relation = await sources.load(sources.at("t"), { header: "true" });
    expect((await sources.scan(relation)).flat().sort()).toEqual(["1", "2"]);
  });

  test("types that lines cannot hold", async () => {
    const sources = sourcesOf("csv");
    await expect(sources.save(sources.at("t"), nested, [[]])).rejects.toMatchObject({
      errorClass: "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
    });
  });
});

describe("json", () => {
  test("a schema over all records, and a column for what is none", async () => {
    const sources = sourcesOf("json");
    writeFileSync(sources.at("t.json"), '{"a":1,"b":{"c":[1,2]}}\n{"a":"two"}\n\nnot json\n');
    const relation = await sources.load(sources.at("t.json"));
    expect(relation.schema.fields.map(({ name }) => name)).toEqual(["_corrupt_record", "a", "b"]);
    expect(await sources.scan(relation)).toEqual([
      [null, "1", [[1, 2]]],
      [null, "two", null],
      ["not json", null, null],
    ]);
    const failing = sources.load(sources.at("t.json"), { mode: "FAILFAST" });
    await expect(failing).rejects.toMatchObject({ errorClass: expect.stringContaining("MALFORMED_RECORD") });
  });

  test("a file that is one array", async () => {
    const sources = sourcesOf("json");
    writeFileSync(sources.at("t.json"), '[\n{"a": 1},\n{"a": 2}\n]');
    const relation = await sources.load(sources.at("t.json"), { multiLine: "true" });
    expect(await sources.scan(relation)).toEqual([[1], [2]]);
  });
});

describe("text and whole files", () => {
  test("lines, files as one value, other line ends", async () => {
    const sources = sourcesOf("text");
    writeFileSync(sources.at("a.txt"), "one\ntwo\r\n\nthree");
    const read = async (options: Record<string, string>): Promise<Boxed[][]> =>
      sources.scan(await sources.load(sources.at("a.txt"), options));
    expect(await read({})).toEqual([["one"], ["two"], [""], ["three"]]);
    expect(await read({ wholetext: "true" })).toEqual([["one\ntwo\r\n\nthree"]]);
    expect(await read({ lineSep: "t" })).toEqual([["one\n"], ["wo\r\n\n"], ["hree"]]);
  });

  test("saved, compressed, by partition", async () => {
    const sources = sourcesOf("text");
    const types = struct({ value: { kind: "string" }, p: { kind: "int" } });
    const rows: Boxed[][] = [
      ["x", 1],
      [null, 1],
      ["ü", 2],
    ];
    await sources.save(sources.at("t"), types, [rows], { partitionBy: ["p"], options: { compression: "gzip" } });
    expect(readdirSync(join(sources.at("t"), "p=1"))[0]).toMatch(/\.txt\.gz$/);
    expect((await sources.scan(await sources.load(sources.at("t")))).sort()).toEqual([
      ["", 1],
      ["x", 1],
      ["ü", 2],
    ]);
    const two = struct({ a: { kind: "string" }, b: { kind: "string" } });
    await expect(sources.save(sources.at("u"), two, [[]])).rejects.toMatchObject({
      errorClass: "_LEGACY_ERROR_TEMP_1290",
    });
  });

  test("binaryFile: path, time, length and content, empty files too", async () => {
    const sources = sourcesOf("binaryFile");
    mkdirSync(sources.at("t"));
    writeFileSync(sources.at("t", "a b.bin"), Buffer.of(1, 2, 3));
    writeFileSync(sources.at("t", "empty.bin"), "");
    const relation = await sources.load(sources.at("t"));
    const rows = (await sources.scan(relation)).sort((a, b) => String(a[0]).localeCompare(String(b[0])));
    expect(
      rows.map((row) => [String(row[0]).replace(/.*\//, ""), row[2], Buffer.from(row[3] as Uint8Array).toString("hex")]),
    ).toEqual([
      ["a b.bin", 3, "010203"],
      ["empty.bin", 0, ""],
    ]);
    expect(rows[0]![0]).toMatch(/^file:\/[^/]/);
    expect(rows[0]![1]).toBeGreaterThan(1.6e15);
  });
});

test("JSON and CSV files read as other programs expect them", async () => {
  const json = sourcesOf("json");
  await json.save(json.at("t"), struct({ a: { kind: "int" }, b: { kind: "string" } }), [
    [
      [1, null],
      [2, "x\ny"],
    ],
  ]);
  const [name] = readdirSync(json.at("t")).filter((file) => file.endsWith(".json"));
  expect(readFileSync(json.at("t", name!), "utf8")).toBe('{"a":1}\n{"a":2,"b":"x\\ny"}\n');
  const csv = sourcesOf("csv");
  await csv.save(
    csv.at("t"),
    struct({ a: { kind: "int" }, b: { kind: "string" } }),
    [
      [
        [1, null],
        [2, "x,y"],
      ],
    ],
    {
      options: { header: "true" },
    },
  );
  const [lines] = readdirSync(csv.at("t")).filter((file) => file.endsWith(".csv"));
  expect(readFileSync(csv.at("t", lines!), "utf8")).toBe('a,b\n1,\n2,"x,y"\n');
});
