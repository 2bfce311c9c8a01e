/** Small files on the build side of a join are read by each task: the same rows as with a broadcast. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const folder = mkdtempSync(join(tmpdir(), "small-"));
const spark = testSession({ "spark.sql.files.maxPartitionBytes": "60000" });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SETTING = "firesteel.sql.readByEachTask.maxBytes";
const rows = async (sql: string): Promise<unknown[][]> => (await spark().sql(sql).collect()).map((row) => row.toArray());
const plan = (sql: string): Promise<string> => spark().sql(sql).explainString("simple");

async function write(name: string, rowsOf: number, ...columns: string[]): Promise<void> {
  const path = join(folder, name);
  await spark()
    .range(0, rowsOf, 1, 1)
    .selectExpr(...columns)
    .write.parquet(path);
  await spark().read.parquet(path).createOrReplaceTempView(name);
}

beforeAll(async () => {
  await write("facts", 30_000, "id AS i", "id * 7 % 31 AS d", "IF(id % 10 = 0, NULL, id % 13) AS e");
  await write("dims", 25, "id AS k", "id % 5 AS r", "concat('d', id) AS name");
  await write("regions", 5, "id AS x", "concat('r', id) AS region");
  spark().udf.register("known", (key: number) => key > 1, "boolean");
});

const ALL = "count(*), sum(i), sum(hash(d, e, name))";

describe("answers", () => {
  test.each<[string, boolean]>([
    [`SELECT ${ALL} FROM facts JOIN dims ON d = k`, true],
    [`SELECT ${ALL} FROM facts LEFT JOIN dims ON d = k AND r > 1`, true],
    [`SELECT ${ALL} FROM facts JOIN (SELECT * FROM dims JOIN regions ON r = x WHERE region <> 'r2') ON d = k`, true],
    ["SELECT count(*), sum(i) FROM facts WHERE d IN (SELECT k FROM dims WHERE name LIKE 'd1%')", true],
    ["SELECT count(*), sum(i) FROM facts WHERE NOT EXISTS (SELECT 1 FROM dims WHERE k = d AND r < e)", true],
    ["SELECT count(*), sum(i) FROM facts WHERE e NOT IN (SELECT k FROM dims WHERE k > 3)", true],
    [`SELECT ${ALL} FROM facts JOIN dims ON d < k AND r = 1`, true],
    // Tasks would find different rows, or the other side's unmatched rows are wanted once.
    [`SELECT count(*) > 0 FROM facts JOIN (SELECT * FROM dims WHERE rand() < 0.9) ON d = k`, false],
    // A function of the user is called once a row.
    [`SELECT ${ALL} FROM facts JOIN (SELECT * FROM dims WHERE known(k)) ON d = k`, false],
    [`SELECT ${ALL} FROM facts FULL JOIN dims ON d = k`, false],
    [`SELECT /*+ BROADCAST(dims) */ ${ALL} FROM facts JOIN dims ON d = k`, false],
    [`SELECT ${ALL} FROM facts JOIN (SELECT * FROM dims LIMIT 50) ON d = k`, false],
  ])("%s", async (sql, read) => {
    const text = await plan(sql);
    expect(text.includes("ReadBy: each task")).toBe(read);
    if (read) expect(text).not.toContain("BroadcastExchange");
    const found = await rows(sql);
    spark().conf.set(SETTING, "0");
    expect(await plan(sql)).not.toContain("ReadBy");
    const expected = await rows(sql);
    spark().conf.unset(SETTING);
    expect(found).toEqual(expected);
  });
});

test("a small exchange that several joins read", async () => {
  const few = "SELECT i, d FROM facts WHERE i % 100 = 7 AND d IN (SELECT k FROM dims)";
  const sql = `SELECT i, d, s, n FROM (${few}) m JOIN (SELECT i AS j, sum(d) AS s, count(*) AS n FROM facts GROUP BY i) q ON j = i ORDER BY i`;
  const expected = await rows(sql);
  expect(expected).toHaveLength(242);
  spark().conf.set("firesteel.sql.reduceAggregateInput.minRows", "0");
  expect((await plan(sql)).match(/ReusedExchange/g)).toHaveLength(1);
  expect(await rows(sql)).toEqual(expected);
  spark().conf.set(SETTING, "0");
  expect(await rows(sql)).toEqual(expected);
  spark().conf.unset(SETTING);
  spark().conf.unset("firesteel.sql.reduceAggregateInput.minRows");
});

test("rows of an exchange that a scalar subquery reads too are marked by each task", async () => {
  const rows = "FROM facts WHERE d IN (3, 5)";
  const missing = "NOT EXISTS (SELECT 1 FROM facts g WHERE g.i = f.i + 200)";
  const sql = `SELECT d, count(*), sum(i) FROM facts f WHERE d IN (3, 5) AND e > (SELECT avg(e) ${rows}) AND ${missing} GROUP BY d ORDER BY d`;
  spark().conf.set("spark.sql.autoBroadcastJoinThreshold", "200000");
  const query = spark().sql(sql);
  const found = (await query.collect()).map((row) => row.toArray());
  const [carriedOut] = (await query.explainString("simple")).split("Initial Plan");
  spark().conf.set("spark.sql.optimizer.excludedRules", "ShareFilteredRows");
  const expected = (await spark().sql(sql).collect()).map((row) => row.toArray());
  spark().conf.unset("spark.sql.optimizer.excludedRules");
  spark().conf.unset("spark.sql.autoBroadcastJoinThreshold");
  expect(found).toHaveLength(2);
  expect(found).toEqual(expected);
  expect(carriedOut).toContain("MarkedRows");
  expect(carriedOut).toContain("CartesianProduct");
  expect(carriedOut).not.toContain("BroadcastExchange");
});
