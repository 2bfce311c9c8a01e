/** INTERSECT and EXCEPT of rows that have to move, with the answers of PySpark 4.2. */
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const spark = testSession({ "spark.sql.autoBroadcastJoinThreshold": "-1" });
const { answer } = answersOf(spark);

beforeAll(async () => {
  const a = `SELECT IF(id % 7 = 0, NULL, id % 50) i, IF(id % 5 = 0, NULL, concat('s', id % 11)) s,
    CAST(id % 9 AS DOUBLE) / IF(id % 9 = 0, 1, 3) * IF(id % 2 = 0, 1, -1) d FROM range(5000)`;
  const b = `SELECT IF(id % 13 = 0, NULL, id % 30) i, IF(id % 4 = 0, NULL, concat('s', id % 17)) s,
    CAST(id % 6 AS DOUBLE) / IF(id % 6 = 0, 1, 3) d FROM range(3000)`;
  await spark().sql(a).createOrReplaceTempView("a");
  await spark().sql(b).createOrReplaceTempView("b");
});

test.each([
  ["SELECT i FROM a INTERSECT SELECT i FROM b", 31],
  ["SELECT i FROM a EXCEPT SELECT i FROM b", 20],
  ["SELECT i, s FROM a INTERSECT SELECT i, s FROM b", 279],
  ["SELECT i, s FROM a EXCEPT SELECT i, s FROM b", 183],
  // Zeros of both signs are one value.
  ["SELECT d FROM a INTERSECT SELECT d FROM b", 6],
  ["SELECT d FROM b EXCEPT SELECT d FROM a", 0],
  ["SELECT named_struct('i', i, 's', s) FROM a INTERSECT SELECT named_struct('i', i, 's', s) FROM b", 279],
  ["SELECT array(i) FROM a EXCEPT SELECT array(i) FROM b", 20],
  ["SELECT i FROM a INTERSECT SELECT i FROM b INTERSECT SELECT i FROM a WHERE i > 5", 24],
  ["SELECT i, s FROM a INTERSECT ALL SELECT i, s FROM b", 1385],
  ["SELECT i FROM a LEFT SEMI JOIN b ON a.i <=> b.i", 3286],
])("%s: %d rows", async (query, rows) => {
  expect(await answer(`SELECT count(*) FROM (${query})`)).toEqual([[rows]]);
});

test("nulls are equal, and each row is there once", async () => {
  const kept = await answer("SELECT i FROM a INTERSECT SELECT i FROM b ORDER BY i");
  expect(kept).toEqual([[null], ...Array.from({ length: 30 }, (_, i) => [i])]);
  const left = await answer("SELECT i FROM a EXCEPT SELECT i FROM b ORDER BY i");
  expect(left).toEqual(Array.from({ length: 20 }, (_, i) => [30 + i]));
});

test("others that read the same rows get all of them", async () => {
  const a = spark().table("a").select("i");
  const b = spark().table("b").select("i");
  expect(await a.unionAll(b.intersect(a)).count()).toBe(5031);
  expect(await b.intersect(a).unionAll(a).count()).toBe(5031);
});
