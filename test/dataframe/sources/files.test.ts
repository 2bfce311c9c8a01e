/** Tables of files: listing, partitions, pruning, save modes and their commits; through Parquet. */
import { existsSync, mkdirSync, readdirSync, renameSync, truncateSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Boxed, DataType } from "../../../src/columnar/types";
import type { Expression } from "../../../src/dataframe/expressions/expression";
import { schemaKey } from "../../../src/dataframe/sources/files/relation";
import type { Relation } from "../../../src/dataframe/sources/relation";
import { allColumns, attributeOf, columnsNamed, settings, Sources, struct, withConf } from "./support";
import "../../../src/dataframe/functions";

let sources: Sources;
beforeEach(() => (sources = new Sources("parquet")));
afterEach(() => sources.close());

const schema = struct({ id: { kind: "long" }, s: { kind: "string" }, k: { kind: "int" } });
const rowsOf = (from: number, to: number): Boxed[][] =>
  Array.from({ length: to - from }, (_, i) => [from + i, `s${from + i}`, (from + i) % 3]);
const dataFiles = (directory: string): string[] => {
  const found: string[] = [];
  const walk = (at: string, below: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(at, entry.name), `${below}${entry.name}/`);
      else found.push(below + entry.name);
    }
  };
  walk(directory, "");
  return found.sort();
};
const sorted = (rows: Boxed[][]): Boxed[][] => rows.sort((a, b) => Number(a[0]) - Number(b[0]));

function call(fn: string, args: readonly Expression[]): Expression {
  return { kind: "call", fn, args, type: { kind: "boolean" }, nullable: true };
}
function literal(value: Boxed, type: DataType): Expression {
  return { kind: "literal", value, type, nullable: value === null };
}
function compare(relation: Relation, column: string, fn: string, value: Boxed): Expression {
  const attribute = attributeOf(relation, column);
  return call(fn, [attribute, literal(value, attribute.type)]);
}

describe("saving", () => {
  test("writes a part a task and _SUCCESS, and leaves nothing else", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 5), rowsOf(5, 9)]);
    expect(dataFiles(sources.at("t"))).toEqual([
      "_SUCCESS",
      "part-00000-job0-c000.snappy.parquet",
      "part-00001-job0-c000.snappy.parquet",
    ]);
    expect(sorted(await sources.scan(await sources.load(sources.at("t"))))).toEqual(rowsOf(0, 9));
  });

  test("modes", async () => {
    const path = sources.at("t");
    await sources.save(path, schema, [rowsOf(0, 5)]);
    await expect(sources.save(path, schema, [rowsOf(0, 1)])).rejects.toMatchObject({ errorClass: "PATH_ALREADY_EXISTS" });
    await sources.save(path, schema, [rowsOf(0, 1)], { mode: "ignore" });
    expect(await sources.scan(await sources.load(path))).toHaveLength(5);
    await sources.save(path, schema, [rowsOf(5, 7)], { mode: "append" });
    expect(await sources.scan(await sources.load(path))).toHaveLength(7);
    await sources.save(path, schema, [rowsOf(0, 2)], { mode: "overwrite" });
    expect(await sources.scan(await sources.load(path))).toEqual(rowsOf(0, 2));
    expect(dataFiles(path)).toHaveLength(2);
  });

  test("a failed overwrite leaves the old rows, a failed first write nothing at all", async () => {
    const path = sources.at("t");
    await expect(sources.save(path, schema, [rowsOf(0, 5), rowsOf(0, 1)], { failIn: 1 })).rejects.toThrow("the task failed");
    expect(existsSync(path)).toBe(false);
    await sources.save(path, schema, [rowsOf(0, 5)]);
    const before = dataFiles(path);
    const failing = sources.save(path, schema, [rowsOf(5, 6), rowsOf(6, 7)], { mode: "overwrite", failIn: 1 });
    await expect(failing).rejects.toThrow("the task failed");
    expect(dataFiles(path)).toEqual(before);
    expect(await sources.scan(await sources.load(path))).toEqual(rowsOf(0, 5));
  });

  test("a file for so many records", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 10)], { options: { maxRecordsPerFile: "4" } });
    expect(dataFiles(sources.at("t")).filter((name) => name.endsWith(".parquet"))).toHaveLength(3);
    expect(sorted(await sources.scan(await sources.load(sources.at("t"))))).toEqual(rowsOf(0, 10));
  });

  test("by partitions, with names that need escapes, nulls and empty texts", async () => {
    const types = struct({ id: { kind: "long" }, p: { kind: "string" }, d: { kind: "date" } });
    const rows: Boxed[][] = [
      [1, "a/b=c", 0],
      [2, null, 1],
      [3, "", null],
      [4, "ü", 0],
      [5, "a/b=c", 0],
    ];
    await sources.save(sources.at("t"), types, [rows], { partitionBy: ["p", "d"] });
    expect(readdirSync(sources.at("t")).sort()).toEqual(["_SUCCESS", "p=__HIVE_DEFAULT_PARTITION__", "p=a%2Fb%3Dc", "p=ü"]);
    const relation = await sources.load(sources.at("t"));
    expect(relation.partitionColumns).toEqual(["p", "d"]);
    expect(relation.schema).toEqual(types);
    expect(sorted(await sources.scan(relation))).toEqual([rows[0], rows[1], [3, null, null], rows[3], rows[4]]);
  });

  test("a dynamic overwrite replaces the partitions that get rows, a static one all", async () => {
    const path = sources.at("t");
    const save = (rows: Boxed[][], mode: "overwrite" | "error", dynamic: boolean): Promise<void> =>
      sources.save(path, schema, [rows], {
        mode,
        partitionBy: ["k"],
        conf: withConf({ "spark.sql.sources.partitionOverwriteMode": dynamic ? "dynamic" : "static" }),
      });
    await save(rowsOf(0, 9), "error", false);
    await save([[100, "new", 1]], "overwrite", true);
    const ids = async (): Promise<Boxed[]> => sorted(await sources.scan(await sources.load(path))).map((row) => row[0]!);
    expect(await ids()).toEqual([0, 2, 3, 5, 6, 8, 100]);
    await save([[7, "only", 2]], "overwrite", false);
    expect(await ids()).toEqual([7]);
    expect(readdirSync(path).sort()).toEqual(["_SUCCESS", "k=2"]);
  });

  test("directories are spelt as partitionBy spells the column", async () => {
    const path = sources.at("t");
    await sources.save(path, schema, [rowsOf(0, 3)], { partitionBy: ["K"] });
    expect(readdirSync(path).filter((name) => name.includes("="))).toEqual(["K=0", "K=1", "K=2"]);
    const relation = await sources.load(path);
    expect(relation.partitionColumns).toEqual(["K"]);
    expect(relation.schema.fields.map(({ name }) => name)).toEqual(["id", "s", "K"]);
  });

  test("a partition column comes once, in whatever spelling", async () => {
    const twice = sources.save(sources.at("t"), schema, [rowsOf(0, 3)], { partitionBy: ["k", "K"] });
    await expect(twice).rejects.toMatchObject({ errorClass: "COLUMN_ALREADY_EXISTS", parameters: { columnName: "`k`" } });
  });

  test("partition columns must be there, and must not be all", async () => {
    await expect(sources.save(sources.at("t"), schema, [[]], { partitionBy: ["z"] })).rejects.toMatchObject({
      errorClass: "PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA",
    });
    const all = sources.save(sources.at("t"), schema, [[]], { partitionBy: ["id", "s", "k"] });
    await expect(all).rejects.toMatchObject({ errorClass: "ALL_PARTITION_COLUMNS_NOT_ALLOWED" });
  });
});

describe("listing", () => {
  const one = async (...parts: string[]): Promise<string> => {
    const scratch = sources.at(`scratch-${parts.join("-")}`);
    await sources.save(scratch, schema, [rowsOf(0, 1)]);
    const target = sources.at(...parts);
    mkdirSync(join(target, ".."), { recursive: true });
    renameSync(
      join(
        scratch,
        dataFiles(scratch).find((name) => name.endsWith(".parquet"))!,
      ),
      target,
    );
    return target;
  };

  test("a path that leads nowhere, a pattern that matches nothing, a directory without files", async () => {
    await expect(sources.load(sources.at("nothing"))).rejects.toMatchObject({ errorClass: "PATH_NOT_FOUND" });
    await expect(sources.load(sources.at("no*"))).rejects.toMatchObject({ errorClass: "PATH_NOT_FOUND" });
    mkdirSync(sources.at("empty"));
    await expect(sources.load(sources.at("empty"))).rejects.toMatchObject({ errorClass: "UNABLE_TO_INFER_SCHEMA" });
  });

  test("hidden files are passed over; nested directories only with recursiveFileLookup", async () => {
    await one("t", "a.parquet");
    await one("t", "_hidden.parquet");
    await one("t", ".hidden.parquet");
    await one("t", "deeper", "b.parquet");
    const count = async (path: string, options = {}): Promise<number> => (await sources.load(path, options)).files!.files.length;
    expect(await count(sources.at("t"))).toBe(1);
    expect(await count(sources.at("t"), { recursiveFileLookup: "true" })).toBe(2);
    expect(await count(sources.at("t", "*"))).toBe(2);
    expect(await count(sources.at("t"), { recursiveFileLookup: "true", pathGlobFilter: "b*" })).toBe(1);
    expect(await count(sources.at("t"), { recursiveFileLookup: "true", pathGlobFilter: "{a,b,c}.parquet" })).toBe(2);
    expect(await count(sources.at("t"), { recursiveFileLookup: "true", pathGlobFilter: "b.{csv,parquet}" })).toBe(1);
  });

  test("files by the time of their last change", async () => {
    utimesSync(await one("t", "old.parquet"), 1_000_000, 1_000_000);
    utimesSync(await one("t", "new.parquet"), 2_000_000, 2_000_000);
    const names = async (options: Record<string, string>): Promise<string[]> =>
      (await sources.load(sources.at("t"), options)).files!.files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
    expect(await names({ modifiedBefore: "1970-01-15T00:00:00" })).toEqual(["old.parquet"]);
    expect(await names({ modifiedAfter: "1970-01-15T00:00:00" })).toEqual(["new.parquet"]);
  });

  test("types of partition columns, from all values", async () => {
    await one("t", "i=1", "l=5", "x=1", "d=2024-02-29", "s=1", "a.parquet");
    await one("t", "i=02", "l=3000000000", "x=2.5", "d=__HIVE_DEFAULT_PARTITION__", "s=b", "b.parquet");
    const relation = await sources.load(sources.at("t"));
    expect(relation.schema.fields.slice(2).map(({ name, type }) => [name, type.kind])).toEqual([
      ["i", "int"],
      ["l", "long"],
      ["x", "double"],
      ["d", "date"],
      ["s", "string"],
    ]);
    const rows = await sources.scan(relation, { columns: columnsNamed(relation, ["i", "l", "x", "d", "s"]) });
    expect(rows.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [1, 5, 1, 19782, "1"],
      [2, 3_000_000_000, 2.5, null, "b"],
    ]);
  });

  test("the user's types win; basePath keeps columns of directories above", async () => {
    await one("t", "i=007", "a.parquet");
    const typed = await sources.load(sources.at("t"), {}, struct({ id: { kind: "long" }, i: { kind: "string" } }));
    expect(await sources.scan(typed)).toEqual([[0, "007"]]);
    expect((await sources.load(sources.at("t", "i=007"))).partitionColumns).toEqual([]);
    expect((await sources.load(sources.at("t", "i=007"), { basePath: sources.at("t") })).partitionColumns).toEqual(["i"]);
  });

  test("directories with different columns", async () => {
    await one("t", "a=1", "a.parquet");
    await one("t", "b=1", "b.parquet");
    await expect(sources.load(sources.at("t"))).rejects.toMatchObject({ errorClass: "CONFLICTING_PARTITION_COLUMN_NAMES" });
  });
});

describe("scanning", () => {
  test("partition filters choose files", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 9)], { partitionBy: ["k"] });
    const relation = await sources.load(sources.at("t"));
    const rows = await sources.scan(relation, { partitionFilters: [compare(relation, "k", "=", 1)] });
    expect(sorted(rows).map((row) => row[0])).toEqual([1, 4, 7]);
  });

  test("row groups are passed over by their bounds", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 100_000)], { options: { "parquet.block.size": "200000" } });
    const relation = await sources.load(sources.at("t"));
    for (const [column, fn, value, most] of [
      ["id", "=", 77_000, 30_000],
      ["id", "<", 10, 30_000],
      ["id", ">=", 99_990, 30_000],
      ["id", ">", 200_000, 0],
      ["s", "=", "t", 0],
      ["k", "isnull", null, 0],
    ] as const) {
      const filter = fn === "isnull" ? call(fn, [attributeOf(relation, column)]) : compare(relation, column, fn, value);
      const rows = await sources.scan(relation, { pushed: [filter] });
      expect(rows.length).toBeLessThanOrEqual(most);
      if (value === 77_000) expect(rows.some((row) => row[0] === 77_000)).toBe(true);
    }
  });

  test("pages are passed over by their bounds, in all columns alike", async () => {
    const types = struct({ id: { kind: "long" }, s: { kind: "string" }, k: { kind: "int" }, x: { kind: "double" } });
    const rows = Array.from({ length: 200_000 }, (_, i) => [i, `value ${i}`, i % 5 === 0 ? null : i % 3, i * 1.5]);
    await sources.save(sources.at("t"), types, [rows]);
    const relation = await sources.load(sources.at("t"));
    await sources.scan(relation);
    const all = sources.bytesRead;
    const both = [compare(relation, "id", ">=", 120_000), compare(relation, "id", "<", 120_010)];
    const found = await sources.scan(relation, { pushed: both });
    expect(found.length).toBeLessThanOrEqual(20_000);
    expect(found).toEqual(rows.slice(found[0]![0] as number, (found[0]![0] as number) + found.length));
    expect(found.some((row) => row[0] === 120_005)).toBe(true);
    expect(sources.bytesRead).toBeLessThan(all / 2);
    const two = call("or", [compare(relation, "id", "=", 5), compare(relation, "id", "=", 190_000)]);
    const ends = await sources.scan(relation, { pushed: [two] });
    expect(ends.length).toBeLessThanOrEqual(40_000);
    for (const row of ends) expect(row).toEqual(rows[row[0] as number]);
    expect(await sources.scan(relation, { pushed: [compare(relation, "x", "=", 1e9)] })).toEqual([]);
  });

  test("a value within the bounds that no row has: by dictionary, by bloom filter", async () => {
    const types = struct({ few: { kind: "string" }, many: { kind: "long" }, text: { kind: "string" } });
    const rows = Array.from({ length: 50_000 }, (_, i) => [`k${(i % 50) * 2}`, ((i * 7919) % 1_000_003) * 2, `t${i * 3}`]);
    const options = { "parquet.bloom.filter.enabled#many": "true", "parquet.bloom.filter.enabled#text": "true" };
    await sources.save(sources.at("t"), types, [rows], { options });
    const relation = await sources.load(sources.at("t"));
    const scan = async (column: string, value: Boxed): Promise<number> =>
      (await sources.scan(relation, { pushed: [compare(relation, column, "=", value)] })).length;
    expect(await scan("few", "k51")).toBe(0);
    expect(await scan("few", "k52")).toBe(1000);
    let passed = 0;
    for (let i = 0; i < 100; i++) {
      if ((await scan("many", 1_000_001 + 2 * i)) > 0) passed++;
      if ((await scan("text", `t${30_001 + 3 * i}`)) > 0) passed++;
    }
    expect(passed).toBeLessThan(20);
    for (const i of [0, 777, 49_999]) {
      expect(await scan("many", rows[i]![1]!)).toBeGreaterThan(0);
      expect(await scan("text", rows[i]![2]!)).toBeGreaterThan(0);
    }
  });

  test("columns that are not asked for are not read", async () => {
    const wide = struct(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`c${i}`, { kind: "long" }])));
    const rows = Array.from({ length: 5000 }, (_, i) => Array.from({ length: 50 }, (_, c) => (i * 7919 + c * 13) % 100_003));
    await sources.save(sources.at("t"), wide, [rows]);
    const relation = await sources.load(sources.at("t"));
    const [part] = relation.files!.files;
    expect(await sources.scan(relation, { columns: columnsNamed(relation, ["c3"]) })).toEqual(rows.map((row) => [row[3]]));
    expect(sources.bytesRead).toBeLessThan(part!.length * 0.25);
  });

  test("no columns: as many rows as there are", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 40_000)]);
    expect(await sources.scan(await sources.load(sources.at("t")), { columns: [] })).toHaveLength(40_000);
  });

  test("columns that the file does not have are null; types grow", async () => {
    await sources.save(sources.at("t"), struct({ a: { kind: "int" }, f: { kind: "float" } }), [[[1, 0.5]]]);
    const wider = struct({ a: { kind: "long" }, b: { kind: "string" }, f: { kind: "double" } });
    expect(await sources.scan(await sources.load(sources.at("t"), {}, wider))).toEqual([[1, null, 0.5]]);
    const other = sources.load(sources.at("t"), {}, struct({ a: { kind: "string" } }));
    await expect(sources.scan(await other)).rejects.toMatchObject({
      errorClass: "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
    });
  });

  test("fields of structs alone, and structs with fewer fields", async () => {
    const nested = struct({ st: struct({ a: { kind: "long" }, b: { kind: "string" } }) });
    await sources.save(sources.at("t"), nested, [[[[1, "x"]], [null], [[null, "y"]]]]);
    const relation = await sources.load(sources.at("t"));
    const attribute = attributeOf(relation, "st");
    const field = [{ path: ["st", "b"], type: { kind: "string" } as const, attribute }];
    expect(await sources.scan(relation, { columns: field })).toEqual([["x"], [null], ["y"]]);
    const fewer = [{ path: ["st"], type: struct({ b: { kind: "string" } }), attribute }];
    expect(await sources.scan(relation, { columns: fewer })).toEqual([[["x"]], [null], [["y"]]]);
    const none = [{ path: ["st"], type: struct({ z: { kind: "string" } }), attribute }];
    expect(await sources.scan(relation, { columns: none })).toEqual([[[null]], [null], [[null]]]);
  });

  test("mergeSchema joins the columns of all files", async () => {
    await sources.save(sources.at("t"), struct({ a: { kind: "int" } }), [[[1]]]);
    await sources.save(sources.at("t"), struct({ a: { kind: "int" }, b: { kind: "string" } }), [[[2, "x"]]], { mode: "append" });
    const relation = await sources.load(sources.at("t"), { mergeSchema: "true" });
    expect(relation.schema.fields.map((field) => field.name)).toEqual(["a", "b"]);
    expect(sorted(await sources.scan(relation))).toEqual([
      [1, null],
      [2, "x"],
    ]);
  });

  test("the hidden column _metadata", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 3)]);
    const relation = await sources.load(sources.at("t"));
    const [file] = relation.files!.files;
    const attribute = attributeOf(relation, "id");
    const columns = [
      { path: ["_metadata", "file_name"], type: { kind: "string" } as const, attribute },
      { path: ["_metadata", "file_size"], type: { kind: "long" } as const, attribute },
      { path: ["_metadata", "row_index"], type: { kind: "long" } as const, attribute },
    ];
    const name = file!.path.slice(file!.path.lastIndexOf("/") + 1);
    expect(await sources.scan(relation, { columns })).toEqual([0, 1, 2].map((row) => [name, file!.length, row]));
  });

  test("a limit ends the scan early; several tasks share a file", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 100_000)], { options: { "parquet.block.size": "200000" } });
    const relation = await sources.load(sources.at("t"));
    const conf = withConf({ "spark.sql.files.openCostInBytes": "1" });
    const all = await sources.scan(relation, { parallelism: 4, conf });
    expect(sorted(all)).toEqual(rowsOf(0, 100_000));
    expect((await sources.scan(relation, { limit: 10, parallelism: 1 })).length).toBeLessThan(50_000);
  });

  test("a file cut off, a file that is none, a file that went away", async () => {
    await sources.save(sources.at("t"), schema, [rowsOf(0, 5000)]);
    const relation = await sources.load(sources.at("t"));
    const [name] = dataFiles(sources.at("t")).filter((file) => file.endsWith(".parquet"));
    const path = sources.at("t", name!);
    truncateSync(path, Math.floor(statSync(path).size / 2));
    await expect(sources.scan(relation)).rejects.toThrow(name);
    await expect(sources.load(sources.at("t"))).rejects.toMatchObject({ errorClass: expect.stringMatching("FAILED_READ_FILE") });
    await sources.save(sources.at("t"), schema, [rowsOf(0, 2)], { mode: "append" });
    const ignoring = await sources.load(sources.at("t"), { ignoreCorruptFiles: "true" });
    expect(await sources.scan(ignoring)).toEqual(rowsOf(0, 2));
    writeFileSync(sources.at("none.parquet"), "this is no Parquet");
    await expect(sources.load(sources.at("none.parquet"))).rejects.toThrow("none.parquet");
    renameSync(path, sources.at("gone"));
    await expect(sources.scan(relation)).rejects.toMatchObject({ errorClass: "PATH_NOT_FOUND" });
    const missing = await sources.scan({ ...relation, options: { ignoreMissingFiles: "true" } });
    expect(missing).toEqual([]);
  });
});

test("names of columns match whatever their case, unless the session says so", async () => {
  await sources.save(sources.at("t"), struct({ Ab: { kind: "int" } }), [[[1]]]);
  const asked = struct({ aB: { kind: "int" } });
  expect(await sources.scan(await sources.load(sources.at("t"), {}, asked))).toEqual([[1]]);
  const conf = { ...settings, caseSensitive: true };
  const relation = await sources.load(sources.at("t"), {}, asked, conf);
  expect(await sources.scan(relation, { conf, columns: allColumns(relation) })).toEqual([[null]]);
});

test("what a schema was found in is named in few letters, however many files it were", () => {
  const files = Array.from({ length: 5000 }, (_, i) => ({
    path: `file:/tables/t/part-${i}`,
    length: i,
    modified: 1,
    partition: [],
  }));
  const request = { options: { header: "true" } };
  const key = (format: string, list: typeof files, conf: Record<string, string>, now = 0): string =>
    schemaKey({ name: format }, list, request, { settings: { ...settings, conf, now } });
  const first = key("csv", files, {});
  expect(first.length).toBeLessThan(100);
  expect(key("csv", [...files], {}, 5)).toBe(first);
  const changed = files.map((file, i) => (i === 4000 ? { ...file, modified: 2 } : file));
  const others = [key("json", files, {}), key("csv", changed, {}), key("csv", files, { "spark.sql.x": "1" })];
  expect(new Set([first, ...others]).size).toBe(4);
});
