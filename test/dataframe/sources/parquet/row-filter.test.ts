/** Rows that filters leave out are never decoded: what a scan with filters gives holds all rows that pass, in order and whole. */
import fc from "fast-check";
import type { Boxed, DataType, StructType } from "../../../../src/columnar/types";
import { BOOLEAN, call, literal } from "../../../../src/dataframe/expressions/build";
import type { Expression } from "../../../../src/dataframe/expressions/expression";
import { interpreter } from "../../../../src/dataframe/expressions/interpret";
import type { KeySet } from "../../../../src/dataframe/sources/data-source";
import type { ColumnBatch } from "../../../../src/columnar/vector";
import type { Relation } from "../../../../src/dataframe/sources/relation";
import { attributeOf, columnsNamed, type ScanOptions, settings, Sources, struct, withConf } from "../support";

const DECIMAL: DataType = { kind: "decimal", precision: 12, scale: 2 };
const schema: StructType = struct({
  row: { kind: "int" },
  few: { kind: "long" },
  many: { kind: "long" },
  day: { kind: "date" },
  later: { kind: "date" },
  price: DECIMAL,
  word: { kind: "string" },
  text: { kind: "string" },
  wide: { kind: "long" },
  flag: { kind: "boolean" },
  half: { kind: "double" },
  list: { kind: "array", element: { kind: "int" }, containsNull: true },
  pair: struct({ a: { kind: "int" } }),
});

const WORDS = ["", "a", "ab", "b", "été", "zz"];
/** A value that differs from row to row without an order. */
const mixed = (i: number): number => (Math.imul(i + 1, 0x9e3779b1) >>> 8) % 100_000;

function rowOf(i: number, nullEvery: number): Boxed[] {
  const m = mixed(i);
  const values: Boxed[] = [
    i,
    m % 7,
    m * 11,
    m % 50,
    (m % 50) + (mixed(i + 3) % 3) - 1,
    (m % 900) - 100,
    WORDS[m % WORDS.length]!,
    `text ${m}`,
    m % 3 === 0 ? 2n ** 60n + BigInt(m) : m,
    m % 2 === 0,
    m % 13 === 0 ? NaN : m / 4,
    [m, null],
    [m % 5 === 0 ? null : m],
  ];
  return values.map((value, column) => (column > 0 && (i + column) % nullEvery === 0 ? null : value));
}

const LAYOUTS: Readonly<Record<string, readonly [number, Readonly<Record<string, string>>]>> = {
  "no nulls": [1e9, {}],
  nulls: [5, {}],
  "small pages": [1e9, { "parquet.page.size": "3000" }],
  "small pages with nulls": [11, { "parquet.page.size": "2000" }],
  "plain pages": [1e9, { "parquet.enable.dictionary": "false", "parquet.page.size": "20000" }],
  "small plain pages": [1e9, { "parquet.enable.dictionary": "false", "parquet.page.size": "3000" }],
  "small row groups": [1e9, { "parquet.block.size": "30000" }],
};
const ROWS = 2400;

interface Table {
  readonly relation: Relation;
  readonly rows: readonly (readonly Boxed[])[];
}

const sources = new Sources("parquet");
const tables = new Map<string, Table>();
beforeAll(async () => {
  for (const [name, [nullEvery, options]] of Object.entries(LAYOUTS)) {
    const rows = Array.from({ length: ROWS }, (_, i) => rowOf(i, nullEvery));
    await sources.save(sources.at(name), schema, [rows], { options });
    tables.set(name, { relation: await sources.load(sources.at(name)), rows });
  }
});
afterAll(() => sources.close());

const column = ({ relation }: Table, name: string): Expression => attributeOf(relation, name);
const compare = (table: Table, name: string, op: string, value: Boxed): Expression => {
  const { type } = attributeOf(table.relation, name);
  return call(op, [column(table, name), literal(value, type)], BOOLEAN, true);
};

const stringsOf = ({ relation }: Pick<Table, "relation">): ReadonlySet<number> =>
  new Set(["word", "text"].map((name) => attributeOf(relation, name).id));

/** What must come out for the filters, by the interpreter. */
function expected({ relation, rows }: Table, filters: readonly Expression[], keys: readonly KeySet[]): (readonly Boxed[])[] {
  const attributes = schema.fields.map(({ name }) => attributeOf(relation, name));
  const context = { settings, partition: 0, inputFile: () => null };
  const tests = filters.map((filter) => interpreter(filter, attributes, context));
  return rows.filter(
    (row) =>
      tests.every((test) => test(row) === true) &&
      keys.every(({ column: { id }, base, span, bits }) => {
        const k = row[id] === null ? -1 : Number(row[id]) - base;
        return k >= 0 && k < span && ((bits[k >>> 5]! >>> (k & 31)) & 1) === 1;
      }),
  );
}

function textOf(row: readonly Boxed[]): string {
  return JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" || Number.isNaN(value) ? String(value) : value));
}

async function check(
  table: Table,
  pushed: readonly Expression[],
  keys: readonly KeySet[] = [],
  names?: readonly string[],
): Promise<number> {
  const columns = columnsNamed(table.relation, names ?? schema.fields.map(({ name }) => name));
  const places = columns.map(({ attribute }) => attribute.id);
  const found = await sources.scan(table.relation, {
    columns,
    pushed,
    keys,
    transient: true,
    transientStrings: stringsOf(table),
  });
  const whole = new Map(table.rows.map((row) => [row[0], row]));
  const at = places.indexOf(0);
  // Each row is one of the table's, whole, and they are in order.
  expect(found.map(textOf)).toEqual(found.map((row) => textOf(places.map((place) => whole.get(row[at])![place]!))));
  const numbers = found.map((row) => row[at] as number);
  expect(numbers.every((n, i) => i === 0 || n > numbers[i - 1]!)).toBe(true);
  const there = new Set(numbers);
  expect(expected(table, pushed, keys).filter((row) => !there.has(row[0] as number))).toEqual([]);
  return found.length;
}

function keySet(table: Table, name: string, values: readonly number[]): KeySet {
  const base = Math.min(...values);
  const span = Math.max(...values) - base + 1;
  const bits = new Int32Array((span >>> 5) + 1);
  for (const value of values) bits[(value - base) >>> 5]! |= 1 << ((value - base) & 31);
  return { column: attributeOf(table.relation, name), base, span, bits };
}

describe.each(Object.keys(LAYOUTS))("%s", (layout) => {
  const table = (): Table => tables.get(layout)!;

  test("bounds, lists, sets and prefixes", async () => {
    const t = table();
    const most = ROWS / 2;
    expect(await check(t, [compare(t, "few", "=", 3)])).toBeLessThan(most);
    expect(await check(t, [compare(t, "many", "<", 200_000)])).toBeLessThan(most);
    expect(await check(t, [compare(t, "price", ">=", 500), compare(t, "price", "<=", 510)])).toBeLessThan(most);
    expect(await check(t, [], [keySet(t, "many", [0, 11, 110, 1100])])).toBeLessThan(most);
    expect(await check(t, [], [keySet(t, "few", [2, 5])])).toBeLessThan(most);
    // A third of the values differ: entries are tested, and values picked.
    const prices = Array.from({ length: 300 }, (_, i) => 3 * i - 100);
    expect(await check(t, [], [keySet(t, "price", prices)])).toBeLessThan(most);
    const cheap = compare(t, "price", "<", 300);
    expect(
      await check(t, [cheap, compare(t, "few", "<", 5)], [keySet(t, "price", prices)], ["price", "row", "few"]),
    ).toBeLessThan(most);
    const list = [column(t, "few"), ...[1, 6].map((value) => literal(value, { kind: "long" }))];
    expect(await check(t, [call("in", list, BOOLEAN, true)])).toBeLessThan(most);
    await check(t, [call("startswith", [column(t, "word"), literal("a", { kind: "string" })], BOOLEAN, true)]);
  });

  test("columns compared with each other", async () => {
    const t = table();
    await check(t, [call("<", [column(t, "later"), column(t, "day")], BOOLEAN, true)]);
    await check(t, [call("=", [column(t, "later"), column(t, "day")], BOOLEAN, true), compare(t, "few", "<", 2)]);
  });

  test("no rows, all rows, few columns", async () => {
    const t = table();
    expect(await check(t, [compare(t, "few", ">", 6), compare(t, "word", "=", "a")])).toBe(0);
    expect(await check(t, [compare(t, "day", "<", 1000)])).toBeGreaterThan(0);
    await check(t, [compare(t, "few", "=", 1)], [], ["row", "few", "text"]);
    await check(t, [compare(t, "many", "<", 10_000)], [], ["text", "many", "row"]);
  });

  test("property: filters of all kinds", async () => {
    const name = fc.constantFrom("few", "many", "day", "price", "wide", "half", "flag", "word", "text");
    const operator = fc.constantFrom("=", "<", "<=", ">", ">=", "<=>");
    const filter = fc.record({
      name,
      operator,
      row: fc.nat(ROWS - 1),
      kind: fc.constantFrom("compare", "compare", "isnull", "isnotnull", "or", "not", "null"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(filter, { maxLength: 3 }), fc.array(fc.nat(99), { maxLength: 4 }), async (filters, few) => {
        const t = table();
        const pushed = filters.map(({ name: of, operator: op, row, kind }): Expression => {
          const { id } = attributeOf(t.relation, of);
          const value = t.rows[row]![id]!;
          const compared = compare(t, of, op, kind === "null" ? null : value);
          if (kind === "isnull" || kind === "isnotnull") return call(kind, [column(t, of)], BOOLEAN, false);
          if (kind === "or") return call("or", [compared, compare(t, of, "=", t.rows[0]![id]!)], BOOLEAN, true);
          return kind === "not" ? call("not", [compared], BOOLEAN, true) : compared;
        });
        await check(t, pushed, few.length === 0 ? [] : [keySet(t, "day", few)]);
      }),
      { numRuns: 12 },
    );
  });
});

test("memory that is used again: all rows, whose batches end elsewhere than pages", async () => {
  for (const [layout, { relation, rows }] of tables) {
    for (const batchRows of ["333", "5000"]) {
      const conf = withConf({ "spark.firesteel.sql.parquet.batchRows": batchRows });
      for (const transientStrings of [new Set<number>(), stringsOf({ relation })]) {
        const found = await sources.scan(relation, { transient: true, transientStrings, conf });
        expect([layout, found.map(textOf)]).toEqual([layout, rows.map(textOf)]);
      }
    }
  }
});

/** How many buffers hold the texts of a column's batches, some of which go over the end of a page. */
async function buffersOfTexts(options: ScanOptions): Promise<number> {
  const { relation } = tables.get("small plain pages")!;
  const conf = withConf({ "spark.firesteel.sql.parquet.batchRows": "100" });
  const buffers = new Set<ArrayBufferLike>();
  const batch = ({ columns: [texts] }: ColumnBatch): void => {
    if (texts!.form === "bytes") buffers.add(texts!.bytes.buffer);
  };
  await sources.scan(relation, { ...options, columns: columnsNamed(relation, ["text"]), parallelism: 1, conf, batch });
  return buffers.size;
}

test("the bytes of strings are in memory that is used again only where nobody keeps them", async () => {
  const transientStrings = stringsOf(tables.get("small plain pages")!);
  const kept = await buffersOfTexts({ transient: true });
  expect(await buffersOfTexts({ transient: true, transientStrings })).toBeLessThan(kept);
  expect(await buffersOfTexts({ transientStrings })).toBe(kept);
});

test("numbered rows are all given", async () => {
  const t = tables.get("no nulls")!;
  const filter = compare(t, "few", "=", 3);
  const attribute = {
    kind: "attribute",
    id: 99,
    name: "_metadata",
    type: { kind: "long" },
    nullable: true,
    qualifier: [],
  } as const;
  const columns = [
    ...columnsNamed(t.relation, ["row", "few"]),
    { path: ["_metadata", "row_index"], type: attribute.type, attribute },
  ];
  const found = await sources.scan(t.relation, { columns, pushed: [filter] });
  expect(found.length).toBe(ROWS);
  expect(found.every(([row, , index]) => row === index)).toBe(true);
});

test("rows that are left out count as read", async () => {
  const t = tables.get("no nulls")!;
  await sources.scan(t.relation, { pushed: [compare(t, "few", "=", 3)] });
  expect(sources.rowsRead).toBe(ROWS);
});
