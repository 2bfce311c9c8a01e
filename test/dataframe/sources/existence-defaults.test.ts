/** Files and records from before a column was added to their table: its default stands in them, for filters and what they skip too. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { type Boxed, MapValue } from "../../../src/columnar/types";
import { BOOLEAN, call, literal } from "../../../src/dataframe/expressions/build";
import type { Expression } from "../../../src/dataframe/expressions/expression";
import type { Relation } from "../../../src/dataframe/sources/relation";
import { attributeOf, columnsNamed, settings, type ScanOptions, Sources, struct } from "./support";

const INT = { kind: "int" } as const;
const STRING = { kind: "string" } as const;
const old = struct({ a: INT });
const added = struct({
  a: INT,
  c: INT,
  word: STRING,
  wide: { kind: "decimal", precision: 25, scale: 0 },
  bytes: { kind: "binary" },
  list: { kind: "array", element: INT, containsNull: true },
  pair: struct({ x: INT, y: STRING }),
  map: { kind: "map", key: STRING, value: INT, valueContainsNull: true },
  none: INT,
});
const defaults = {
  c: 5,
  word: "hi",
  wide: 12345678901234567890n,
  bytes: Uint8Array.of(0, 255),
  list: [1, 2],
  pair: [1, "q"],
  map: new MapValue(["k"], [1]),
};
const ROWS = 3000;

let sources: Sources;
afterEach(() => sources.close());

describe("parquet", () => {
  let relation: Relation;
  beforeEach(async () => {
    sources = new Sources("parquet");
    await sources.save(sources.at("t"), old, [Array.from({ length: ROWS }, (_, i) => [i])]);
    const width = added.fields.length;
    const given = [
      [ROWS, 7],
      [ROWS + 1, null],
    ].map((row) => [...row, ...new Array<Boxed>(width - 2).fill(null)]);
    await sources.save(sources.at("t"), added, [given], { mode: "append" });
    relation = { ...(await sources.load(sources.at("t"), {}, added)), existenceDefaults: defaults };
  });

  const scanned = async (names: readonly string[], options: ScanOptions = {}): Promise<Boxed[][]> => {
    const rows = await sources.scan(relation, { columns: columnsNamed(relation, names), ...options });
    return rows.sort((a, b) => Number(a[0]) - Number(b[0]));
  };
  const where = (fn: string, ...values: Boxed[]): Expression => {
    const column = attributeOf(relation, "c");
    return call(fn, [column, ...values.map((value) => literal(value, column.type))], BOOLEAN, false);
  };

  test("columns of all forms have their values in old files, and what is in the others", async () => {
    const names = added.fields.map(({ name }) => name);
    const rows = await scanned(names);
    expect(rows).toHaveLength(ROWS + 2);
    expect(rows[0]).toEqual([0, ...names.slice(1).map((name) => (defaults as Record<string, Boxed>)[name] ?? null)]);
    expect(rows.slice(ROWS).map((row) => row.slice(0, 3))).toEqual([
      [ROWS, 7, null],
      [ROWS + 1, null, null],
    ]);
  });

  test("a part of a struct is that of its default", async () => {
    const column = attributeOf(relation, "pair");
    const columns = [{ path: ["pair", "Y"], type: STRING, attribute: { ...column, type: STRING } }];
    const rows = await sources.scan(relation, { columns });
    expect(rows.filter(([value]) => value === "q")).toHaveLength(ROWS);
    expect(rows.filter(([value]) => value === null)).toHaveLength(2);
  });

  test.each(["a", "c"])("filters leave out no row whose default passes: read with %s", async (first) => {
    const names = first === "a" ? ["a", "c"] : ["c", "a"];
    const count = async (...pushed: Expression[]): Promise<number> => {
      const rows = await scanned(names, { pushed });
      return rows.filter((row) => row[names.indexOf("c")] === 5).length;
    };
    for (const passing of [where("=", 5), where(">", 3), where("<=", 5), where("in", 5, 7), where("isnotnull"), where("<=>", 5)])
      expect(await count(passing)).toBe(ROWS);
    expect(await count(where("isnull"))).toBeLessThanOrEqual(ROWS);
    expect(await count(where("=", 6))).toBe(0);
    expect(await count(where(">", 5))).toBe(0);
    expect((await scanned(names, { pushed: [where("=", 7)] })).map((row) => row[names.indexOf("a")])).toContain(ROWS);
  });

  test("what knows the keys of a join leaves out no default that is among them", async () => {
    const column = attributeOf(relation, "c");
    const keys = (value: number): ScanOptions => ({ keys: [{ column, base: value, span: 1, bits: Int32Array.of(1) }] });
    const of = async (value: number): Promise<number> =>
      (await scanned(["a", "c"], keys(value))).filter((row) => row[1] === 5).length;
    expect(await of(5)).toBe(ROWS);
    expect(await of(6)).toBe(0);
  });
});

describe.each(["csv", "json"])("%s", (format) => {
  const schema = struct({ a: INT, b: INT, c: INT, word: STRING });
  const texts: Readonly<Record<string, string>> = {
    csv: "1,2\n3,4,,x\n5,,7,\n6,7,x,y\n8\n",
    json: '{"a":1,"b":2}\n{"a":3,"b":4,"c":null,"word":"x"}\n{"a":5,"c":7,"word":null}\n{"a":6,"b":7,"c":"x","word":"y"}\n{"a":8}\n',
  };
  const wanted: Readonly<Record<string, Boxed[][]>> = {
    csv: [
      [1, 2, 5, "hi"],
      [3, 4, null, "x"],
      [5, null, 7, null],
      [6, 7, 5, "y"],
      [8, null, 5, "hi"],
    ],
    json: [
      [1, 2, 5, "hi"],
      [3, 4, null, "x"],
      [5, null, 7, null],
      [6, 7, null, "y"],
      [8, null, 5, "hi"],
    ],
  };
  const load = async (options: Readonly<Record<string, string>> = {}): Promise<Relation> => {
    sources = new Sources(format);
    writeFileSync(sources.at("t"), texts[format]!);
    return { ...(await sources.load(sources.at("t"), options, schema)), existenceDefaults: { c: 5, word: "hi" } };
  };

  test("records that lack a column have its default, those with an explicit null have none", async () => {
    const relation = await load();
    expect(await sources.scan(relation)).toEqual(wanted[format]);
    const some = await sources.scan(relation, { columns: columnsNamed(relation, ["word", "a"]) });
    expect(some).toEqual(wanted[format]!.map((row) => [row[3], row[0]]));
    expect(await sources.scan(relation, { columns: columnsNamed(relation, ["b"]) })).toEqual(
      wanted[format]!.map((row) => [row[1]]),
    );
  });

  test("records of bad values are left out where that is asked for", async () => {
    const relation = await load({ mode: "DROPMALFORMED" });
    // In CSV a record with fewer fields is a bad one.
    const good = format === "csv" ? [3, 5] : [1, 3, 5, 8];
    expect((await sources.scan(relation)).map(([a]) => a)).toEqual(good);
  });
});

test("arrow: columns that are not in a file", async () => {
  sources = new Sources("arrow");
  await sources.save(sources.at("t"), old, [[[1], [2]]]);
  const relation = { ...(await sources.load(sources.at("t"), {}, added)), existenceDefaults: defaults };
  const columns = columnsNamed(relation, ["c", "list", "none", "a"]);
  expect(await sources.scan(relation, { columns })).toEqual([
    [5, [1, 2], null, 1],
    [5, [1, 2], null, 2],
  ]);
});

test("JSON has nulls where a key that is not there would be read as a default", async () => {
  sources = new Sources("json");
  const schema = struct({ a: INT, c: INT });
  const [a, c] = schema.fields;
  const marked = { kind: "struct" as const, fields: [a!, { ...c!, metadata: { EXISTS_DEFAULT: "5" } }] };
  await sources.save(
    sources.at("t"),
    marked,
    [
      [
        [null, null],
        [1, 2],
      ],
    ],
    { conf: settings },
  );
  const [part] = readdirSync(sources.at("t")).filter((name) => name.startsWith("part-"));
  expect(readFileSync(sources.at("t", part!), "utf8")).toBe('{"c":null}\n{"a":1,"c":2}\n');
});
