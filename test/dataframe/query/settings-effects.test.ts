/** Settings that users change, and what they change. */
import { firesteel, testSession } from "../../support/built-session";

const spark = testSession();
const { functions: F } = firesteel;

async function withSettings<T>(settings: Readonly<Record<string, string>>, body: () => Promise<T>): Promise<T> {
  for (const [key, value] of Object.entries(settings)) spark().conf.set(key, value);
  try {
    return await body();
  } finally {
    for (const key of Object.keys(settings)) spark().conf.unset(key);
  }
}

test("spark.sql.debug.maxToStringFields cuts lists of plans, not of details", async () => {
  const wide = spark()
    .range(1)
    .select(...Array.from({ length: 30 }, (_, i) => F.col("id").plus(i).alias(`c${i}`)));
  expect(await wide.explainString()).toContain("AS c24#");
  expect(await wide.explainString()).toMatch(/, \.\.\. 5 more fields\]/);
  expect(await wide.explainString("formatted")).toContain("AS c29#");
  const text = await withSettings({ "spark.sql.debug.maxToStringFields": "2" }, () => wide.explainString("extended"));
  expect(text).toContain("c0: bigint, c1: bigint, ... 28 more fields");
});

test("spark.sql.maxPlanStringLength cuts the whole", async () => {
  const text = await withSettings({ "spark.sql.maxPlanStringLength": "60" }, () =>
    spark().range(100).where("id > 3").explainString(),
  );
  expect(text).toMatch(/^== Physical Plan ==\nFilter \S*.*\.\.\. \d+ more characters$/);
});

test("spark.sql.execution.arrow.maxRecordsPerBatch: rows that a batch function is given at once", async () => {
  const sizes = (): Promise<number[]> =>
    spark()
      .range(0, 25_000, 1, 1)
      .mapInArrow(function* (batches) {
        const { tableFromArrays } = require("apache-arrow") as typeof import("apache-arrow");
        for (const batch of batches) yield tableFromArrays({ n: Int32Array.of(batch.numRows) });
      }, "n INT")
      .collect()
      .then((found) => found.map((row) => row.get(0) as number));
  expect(Math.max(...(await sizes()))).toBeLessThanOrEqual(10_000);
  const small = await withSettings({ "spark.sql.execution.arrow.maxRecordsPerBatch": "4000" }, sizes);
  expect(Math.max(...small)).toBe(4000);
  expect(small.reduce((sum, rows) => sum + rows, 0)).toBe(25_000);
});

test("spark.sql.maxBroadcastTableSize: a hint for too large a table is an error", async () => {
  const joined = spark()
    .range(1000)
    .join(F.broadcast(spark().range(0, 1000, 1, 2)), "id");
  expect(await joined.count()).toBe(1000);
  await expect(withSettings({ "spark.sql.maxBroadcastTableSize": "10b" }, () => joined.count())).rejects.toThrow(
    "_LEGACY_ERROR_TEMP_2249",
  );
});

test("spark.sql.scripting.enabled", async () => {
  const run = () => spark().sql("BEGIN SELECT 1; END").collect();
  expect(await run()).toHaveLength(1);
  await expect(withSettings({ "spark.sql.scripting.enabled": "false" }, run)).rejects.toThrow(
    "UNSUPPORTED_FEATURE.SQL_SCRIPTING",
  );
});
