/** DataFrames over RDDs that rest on other queries, which nothing has run yet. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const COUNTS = [15, 15, 14, 14, 14, 14, 14].map((n, k) => [k, n]);

/** Behind a shuffle: its stages are found by running what is before them. */
function counted() {
  const counts = spark().range(100).withColumn("k", F.col("id").mod(7)).groupBy("k").count();
  return spark().createDataFrame(
    counts.rdd.map((row) => [row.get(0), row.get(1)]),
    "k BIGINT, n BIGINT",
  );
}

async function rows(query: string): Promise<unknown[][]> {
  const found = await spark().sql(`SELECT k, n FROM ${query} ORDER BY k`).collect();
  return found.map((row) => [Number(row.get(0)), Number(row.get(1))]);
}

test("are written", async () => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-rdd-"));
  try {
    await counted().write.parquet(join(folder, "counts"));
    expect(await rows(`parquet.\`${join(folder, "counts")}\``)).toEqual(COUNTS);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each([
  ["a table", "CREATE TABLE kept USING parquet AS SELECT * FROM counted", "kept"],
  ["kept rows", "CACHE TABLE counted", "counted"],
  ["rows under a name", "CACHE TABLE kept_counts AS SELECT * FROM counted", "kept_counts"],
])("become %s by a statement", async (_, statement, name) => {
  await counted().createOrReplaceTempView("counted");
  await spark().sql(statement).collect();
  expect(await rows(name)).toEqual(COUNTS);
  await spark().sql("DROP TABLE IF EXISTS kept").collect();
  await spark().catalog.clearCache();
});

test("are inserted by a statement whose end nobody has waited for", async () => {
  spark().sql("CREATE TABLE filled (k BIGINT, n BIGINT) USING parquet");
  const named = counted().createOrReplaceTempView("counted");
  spark().sql("INSERT INTO filled SELECT * FROM counted");
  const again = spark().table("filled").rdd;
  expect((await again.collect()).length).toBe(7);
  await named;
  await spark().sql("DROP TABLE filled").collect();
});
