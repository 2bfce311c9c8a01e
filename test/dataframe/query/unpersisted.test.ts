/** Cached results that are given up while a query reads them. */
import type { DataFrame } from "../../../src/index";
import { firesteel, testSession } from "../../support/built-session";

const spark = testSession();
const { functions: F } = firesteel;

test.each([1, 2])("a query that has begun goes on without what was cached: at its stage %i", async (stage) => {
  const sums = spark().range(0, 5000, 1, 3).groupBy(F.expr("id % 500").alias("k")).agg(F.sum("id").alias("s"));
  const items = spark().range(0, 700, 1, 2).selectExpr("id AS k", "id % 9 AS price");
  const prices = items.groupBy("k").agg(F.max("price").alias("price"));
  const query = (from: DataFrame): DataFrame =>
    from.hint("merge").join(prices, "k").groupBy("price").agg(F.sum("s").alias("t")).orderBy("price");
  const expected = await query(sums).collect();
  const kept = sums.persist();
  await kept.count();
  let stages = 0;
  const listener = {
    onStageSubmitted: (): void => {
      if (++stages === stage) kept.unpersist();
    },
  };
  const { sparkContext } = spark();
  sparkContext.addSparkListener(listener);
  const found = await query(kept).collect();
  sparkContext.removeSparkListener(listener);
  expect(stages).toBeGreaterThanOrEqual(stage);
  expect(found).toEqual(expected);
  expect(await kept.storageLevel()).toEqual(firesteel.StorageLevel.NONE);
});
