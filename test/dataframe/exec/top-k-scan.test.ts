/** Scans below the first rows of an order are told of the worst of them: what they leave out is none of them. */
import fc from "fast-check";
import type { Boxed, StructType } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import type { SortOrder } from "../../../src/dataframe/expressions/expression";
import type { PhysicalPlan, ScanExec } from "../../../src/dataframe/physical/plan";
import { sourceNamed } from "../../../src/dataframe/sources/registry";
import type { Relation } from "../../../src/dataframe/sources/relation";
import { columnsNamed, Sources, struct, withConf } from "../sources/support";
import { alias, call, int, nextId, outputOf, run, Table, textOf } from "./harness";

const schema: StructType = struct({
  row: { kind: "int" },
  few: { kind: "long" },
  many: { kind: "long" },
  wide: { kind: "long" },
  day: { kind: "date" },
  price: { kind: "decimal", precision: 12, scale: 2 },
  word: { kind: "string" },
  text: { kind: "string" },
  bytes: { kind: "binary" },
  half: { kind: "double" },
  part: { kind: "float" },
  flag: { kind: "boolean" },
  list: { kind: "array", element: { kind: "string" }, containsNull: true },
});
const names = schema.fields.map(({ name }) => name);
const ROWS = 3000;
/** Rows of a file: a row group. */
const PART = 250;

function rowOf(i: number, nullEvery: number): Boxed[] {
  const m = (Math.imul(i + 1, 0x9e3779b1) >>> 8) % 100_000;
  const half = [m / 4, NaN, 0, -0, -Infinity][m % 40] ?? -m;
  const wide = m % 3 === 0 ? BigInt(m) - 2n ** 60n : m;
  const texts = [["", "a", "ab", "été"][m % 4]!, `text ${m}`];
  const values = [
    i,
    m % 7,
    m * 11,
    wide,
    m % 50,
    m - 100,
    ...texts,
    Buffer.from(`${m}`),
    half,
    (m % 30) / 2,
    m % 2 === 0,
    [`${m}`, null],
  ];
  return values.map((value, column) => (column > 0 && (i + column) % nullEvery === 0 ? null : value));
}

const LAYOUTS: Readonly<Record<string, readonly [number, Readonly<Record<string, string>>]>> = {
  "no nulls": [1e9, {}],
  "nulls in small pages": [7, { "parquet.page.size": "1000" }],
  "plain pages": [11, { "parquet.enable.dictionary": "false", "parquet.page.size": "2000" }],
};

const sources = new Sources("parquet");
const relations = new Map<string, Relation>();
beforeAll(async () => {
  for (const [layout, [nullEvery, options]] of Object.entries(LAYOUTS)) {
    const parts = Array.from({ length: ROWS / PART }, (_, p) =>
      Array.from({ length: PART }, (__, i) => rowOf(p * PART + i, nullEvery)),
    );
    await sources.save(sources.at(layout), schema, parts, { options });
    relations.set(layout, await sources.load(sources.at(layout)));
  }
});
afterAll(() => sources.close());

interface Result {
  readonly rows: readonly BoxedRow[];
  /** Rows that the scan gave. */
  readonly given: number;
  /** Rows that the source looked at. */
  readonly read: number;
}

async function result(layout: string, make: (scan: ScanExec) => PhysicalPlan): Promise<Result> {
  const relation = relations.get(layout)!;
  const columns = columnsNamed(relation, names);
  const source = sourceNamed("parquet");
  const asked = { relation, columns, pushed: [], partitionFilters: [], limit: null };
  const splits = (await source.plan({ ...asked, parallelism: 1 }, sources.driver())).flat();
  let read = 0;
  const env = {
    storage: sources.storage,
    checkInterrupted: () => {},
    readsFile: () => {},
    badRecord: () => {},
    read: (_: number, rows: number) => void (read += rows),
    userFunction: () => () => null,
  };
  const settings = withConf({ "spark.firesteel.sql.parquet.batchRows": "100" });
  const empty = new Table([], []);
  const scan: ScanExec = { ...empty.scan, output: columns.map(({ attribute }) => attribute) };
  const made = run(make(scan), [empty], {
    services: { openScan: (_, __, ___, use) => source.open(splits, { ...asked, ...use, settings }, env) },
  });
  return { rows: made.rows, read, given: made.metrics.get(scan.id)!.rows };
}

type Above = "nothing" | "filter" | "project";
interface Key {
  readonly name: string;
  readonly ascending: boolean;
  readonly nullsFirst: boolean;
}

/** The first rows of an order, and all rows in that order, of the same scan. */
async function both(
  layout: string,
  keys: readonly Key[],
  above: Above,
  limit: number,
  offset: number,
): Promise<readonly [Result, Result]> {
  const of =
    (first: boolean) =>
    (scan: ScanExec): PhysicalPlan => {
      let child: PhysicalPlan = scan;
      if (above === "filter") {
        const condition = call(">", scan.output[names.indexOf("few")]!, int(1));
        child = { kind: "filter", id: nextId(), child, output: child.output, condition };
      } else if (above === "project") {
        const expressions = scan.output.map((attribute) => alias(attribute, attribute.name));
        child = { kind: "project", id: nextId(), child, expressions, output: outputOf(expressions) };
      }
      const { output } = child;
      const order = keys.map(({ name, ...way }): SortOrder => ({
        kind: "sortOrder",
        child: output[names.indexOf(name)]!,
        ...way,
      }));
      return first
        ? { kind: "topK", id: nextId(), child, order, limit, offset, output }
        : { kind: "sort", id: nextId(), child, order, output };
    };
  return Promise.all([result(layout, of(true)), result(layout, of(false))]);
}

describe.each(Object.keys(LAYOUTS))("%s", (layout) => {
  test("property: as of all rows in order", async () => {
    const key = fc.record({
      name: fc.constantFrom(...names.filter((name) => name !== "row")),
      ascending: fc.boolean(),
      nullsFirst: fc.boolean(),
    });
    const above = fc.constantFrom<Above>("nothing", "filter", "project");
    const limit = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(400, 1300, 4000));
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { minLength: 1, maxLength: 2 }),
        above,
        limit,
        fc.nat(5),
        async (keys, over, count, offset) => {
          const [top, all] = await both(layout, keys, over, count, offset);
          expect(top.rows.map(textOf)).toEqual(all.rows.slice(offset, offset + count).map(textOf));
        },
      ),
      { numRuns: 12 },
    );
  });

  test.each(["nothing", "filter", "project"] as const)("few rows leave the scan: %s above", async (above) => {
    for (const [name, ascending] of [
      ["many", false],
      ["text", true],
      ["half", false],
      ["row", true],
      ["row", false],
    ] as const) {
      const [top, all] = await both(layout, [{ name, ascending, nullsFirst: false }], above, 5, 0);
      expect(top.rows.map(textOf)).toEqual(all.rows.slice(0, 5).map(textOf));
      expect([name, all.given]).toEqual([name, ROWS]);
      expect(top.given).toBeLessThan(name === "row" && !ascending ? ROWS + 1 : ROWS / 2);
      // Row groups whose rows are all behind those five are passed over.
      if (name === "row" && ascending) expect(top.read).toBeLessThan(ROWS / 2);
    }
  });
});
