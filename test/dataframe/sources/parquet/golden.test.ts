/** Files of other writers, against what those say is in them (test/golden/parquet). */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MapValue } from "../../../../src/columnar/types";
import { plain, Sources, withConf } from "../support";

const golden = join(__dirname, "../../../golden/parquet");
const read = (name: string) => JSON.parse(readFileSync(join(golden, name), "utf8")) as Record<string, unknown[]>;
const expected = { ...read("flat.json"), ...read("nested.json") };
const sources = new Sources("parquet");
afterAll(() => sources.close());

const files = readdirSync(golden).filter((name) => name.endsWith(".parquet") && name !== "spark.parquet");

test.each(files.flatMap((name) => [16384, 37, 1].map((rows) => [name, rows] as const)))(
  "%s in batches of %i rows",
  async (name, batchRows) => {
    const relation = await sources.load(join(golden, name));
    const conf = withConf({ "spark.firesteel.sql.parquet.batchRows": String(batchRows) });
    const rows = await sources.scan(relation, { conf });
    expect(rows).toHaveLength(300);
    relation.schema.fields.forEach(({ name: column, type }, i) => {
      expect([column, rows.map((row) => plain(row[i]!, type))]).toEqual([column, expected[column]]);
    });
  },
);

test("a file of Spark, with the types that Spark wrote down", async () => {
  const relation = await sources.load(join(golden, "spark.parquet"));
  expect(relation.schema.fields.map(({ type }) => type.kind)).toEqual([
    "long",
    "timestamp",
    "decimal",
    "array",
    "map",
    "dayTimeInterval",
    "string",
    "timestamp_ntz",
  ]);
  expect(relation.statistics.rowCount).toBe(10);
  expect(await sources.scan(relation)).toEqual(
    Array.from({ length: 10 }, (_, id) => [
      id,
      id * 1000003 - 5000000,
      id * 1000,
      id % 3 === 0 ? null : [id, null],
      new MapValue(["k"], [[id]]),
      id * 1000000,
      id % 2 === 0 ? "even" : null,
      Date.UTC(2024, 1, 29, 12) * 1000,
    ]),
  );
});
