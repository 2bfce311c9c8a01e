/** Rows of operators of all kinds arrive where a stage ends in them: what a stage says of its rows decides what follows. */
import { type DataFrame, firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const table = (): DataFrame => spark().createDataFrame([[1, 2.5, true], [3, -0.5, false], [5, 0, true]], "a INT, b DOUBLE, c BOOLEAN"); // prettier-ignore
const sql = (text: string): DataFrame => spark().sql(text);
const joined = (type: "full" | "left" | "anti"): DataFrame =>
  table().as("x").join(table().where("a > 1").as("y"), F.expr("x.a = y.a"), type); // prettier-ignore

const cases: Readonly<Record<string, readonly [rows: number, make: () => DataFrame]>> = {
  union: [6, () => table().union(table())],
  "union of one that is empty": [3, () => table().where("a > 9").union(table())],
  coalesce: [3, () => table().repartition(2).coalesce(1)],
  mapInArrow: [3, () => table().mapInArrow((batches) => batches, "a INT, b DOUBLE, c BOOLEAN")],
  applyInArrow: [
    2,
    () =>
      table()
        .groupBy("c")
        .applyInArrow((group: { numRows: number }) => ({ n: [group.numRows] }), "n BIGINT"),
  ],
  "full join": [3, () => joined("full")],
  "left join": [3, () => joined("left")],
  "anti join": [1, () => joined("anti")],
  "cross join": [9, () => table().as("x").crossJoin(table().as("y"))],
  limit: [2, () => table().orderBy("a").limit(2)],
  explode: [6, () => table().select(F.explode(F.array("a", "a")))],
  cube: [3, () => sql("SELECT a, count(*) FROM VALUES (1), (2) t(a) GROUP BY CUBE(a)")],
  transform: [2, () => sql("SELECT TRANSFORM(a) USING 'cat' AS (z) FROM VALUES (1), (2) t(a)")],
  window: [3, () => sql("SELECT row_number() OVER (ORDER BY a) FROM VALUES (1), (2), (3) t(a)")],
  distinct: [2, () => table().select("c").distinct()],
  observe: [3, () => table().observe("seen", F.count(F.lit(1)).as("n"))],
};

test.each(Object.entries(cases))("%s", async (_, [rows, make]) => {
  expect(await make().repartition(3).count()).toBe(rows);
  expect(await make().repartition(2).repartition(3, F.lit(1)).collect()).toHaveLength(rows);
});
