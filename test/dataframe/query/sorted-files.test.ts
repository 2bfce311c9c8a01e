/** Queries over files that are sorted by a key: the same rows with and without ranges of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const folder = mkdtempSync(join(tmpdir(), "sorted-"));
const spark = testSession({
  "spark.sql.files.maxPartitionBytes": "200000",
  "spark.sql.autoBroadcastJoinThreshold": "-1",
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ENABLED = "firesteel.sql.rangedScans.enabled";
const rows = async (sql: string): Promise<unknown[][]> => (await spark().sql(sql).collect()).map((row) => row.toArray());
const plan = (sql: string): Promise<string> => spark().sql(sql).explainString("simple");

/** Each batch a row group. */
async function write(name: string, rowsOf: number, ...columns: string[]): Promise<void> {
  const path = join(folder, name);
  const writer = spark()
    .range(0, rowsOf, 1, 1)
    .selectExpr(...columns).write;
  await writer.option("parquet.block.size", "1").parquet(path);
  await spark().read.parquet(path).createOrReplaceTempView(name);
}

beforeAll(async () => {
  await write("big", 100_000, "id AS k", "id % 7 AS v", "CAST(id % 1000 AS STRING) AS s");
  // Values that stand in two row groups, others that are missing.
  await write("many", 120_000, "id DIV 3 * 2 AS m", "id AS w", "id % 11 AS z");
  await write("holes", 60_000, "IF(id % 5 = 0, NULL, id) AS h", "id AS i");
});

const same = ["count(*)", "count(k)", "sum(k)", "sum(w)", "sum(hash(v, s, w, z))"].join(", ");

describe("answers", () => {
  test.each<[string, boolean]>([
    ["SELECT count(*), sum(n), max(n) FROM (SELECT k, count(*) AS n FROM big GROUP BY k)", true],
    ["SELECT count(*), sum(n), max(n) FROM (SELECT m, count(*) AS n FROM many GROUP BY m)", false],
    ["SELECT sum(r) FROM (SELECT row_number() OVER (PARTITION BY k, v ORDER BY s) AS r FROM big)", true],
    [`SELECT ${same} FROM big JOIN many ON k = m`, true],
    [`SELECT ${same} FROM big LEFT JOIN many ON k = m AND z > 3`, true],
    [`SELECT ${same} FROM big RIGHT JOIN many ON k = m AND z > 3`, true],
    [`SELECT ${same} FROM many LEFT JOIN big ON k = m`, true],
    [`SELECT ${same} FROM big FULL JOIN (SELECT * FROM many WHERE z > 3) ON k = m`, true],
    ["SELECT count(*), sum(k) FROM big WHERE EXISTS (SELECT 1 FROM many WHERE k = m AND z <> v)", true],
    ["SELECT count(*), sum(k) FROM big WHERE NOT EXISTS (SELECT 1 FROM many WHERE k = m AND z <> v)", true],
    ["SELECT count(*), sum(w) FROM many WHERE EXISTS (SELECT 1 FROM big WHERE k = m AND v > 3)", true],
    ["SELECT count(*), sum(w) FROM many WHERE NOT EXISTS (SELECT 1 FROM big WHERE k = m AND v > 3)", true],
    ["SELECT count(*), sum(m + n) FROM many JOIN (SELECT k, count(*) AS n FROM big GROUP BY k) ON k = m", true],
    ["SELECT sum(n * k) FROM (SELECT k, count(*) AS n FROM big JOIN many ON k = m GROUP BY k)", false],
    ["SELECT sum(n * k) FROM (SELECT k, sum(v + z) AS n FROM big JOIN many ON k = m GROUP BY k)", true],
    [`SELECT /*+ COALESCE(1) */ ${same} FROM big JOIN many ON k = m`, true],
    ["SELECT count(*), sum(k) FROM (SELECT k FROM big JOIN many ON k = m UNION ALL SELECT k FROM big)", true],
    ["SELECT count(*), sum(k), sum(i) FROM big FULL JOIN holes ON k = h", false],
    ["SELECT count(*), sum(k), sum(i) FROM big JOIN holes ON k <=> h", false],
  ])("%s", async (sql, ranges) => {
    const text = await plan(sql);
    if (ranges && sql.includes(" ON ")) expect(text).toContain("Ranges: [");
    if (!ranges) expect(text).not.toContain("Ranges: [");
    const found = await rows(sql);
    spark().conf.set(ENABLED, false);
    const [expected, without] = [await rows(sql), await plan(sql)];
    spark().conf.unset(ENABLED);
    expect(without).not.toContain("Ranges");
    expect(found).toEqual(expected);
  });

  test("coalesced", async () => {
    const of = async (): Promise<number> =>
      (await spark().sql("SELECT k FROM big JOIN many ON k = m").coalesce(1).collect()).length;
    const found = await of();
    spark().conf.set(ENABLED, false);
    expect(found).toBe(await of());
    spark().conf.unset(ENABLED);
  });
});

test("groups of a sorted column need no exchange", async () => {
  expect(await plan("SELECT k, count(*) FROM big GROUP BY k")).not.toContain("Exchange");
});
