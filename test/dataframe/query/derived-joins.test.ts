/** Joins of a DataFrame with what was made of it, and names of columns that are not there. */
import type { DataFrame } from "../../../src/index";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
/** Both made anew: a test asks for them when the session is there. */
function tables(): { pay: DataFrame; doubled: DataFrame } {
  const pay = spark().createDataFrame([[1, "x", 10], [2, "y", 20]], "id INT, k STRING, v INT"); // prettier-ignore
  return { pay, doubled: pay.withColumn("v", F.col("v").times(2)) };
}

const rows = async (df: DataFrame): Promise<unknown[][]> => (await df.collect()).map((row) => row.toArray());

test("df.col means the nearest place of the DataFrame", async () => {
  const { pay, doubled } = tables();
  const joined = pay.join(doubled, pay.col("id").eq(doubled.col("id")));
  expect(await rows(joined.select(pay.col("v"), doubled.col("v")).orderBy(pay.col("v")))).toEqual([[10, 20], [20, 40]]); // prettier-ignore
  const turned = doubled.join(
    pay,
    pay
      .col("id")
      .eq(doubled.col("id"))
      .and(pay.col("v").lt(doubled.col("v"))),
  );
  expect(await rows(turned.select(doubled.col("v"), pay.col("v")).orderBy(pay.col("v")))).toEqual([[20, 10], [40, 20]]); // prettier-ignore
  const sums = pay.groupBy("k").agg(F.sum("v").as("s"));
  const beside = pay.join(sums, pay.col("k").eq(sums.col("k"))).drop(sums.col("k"));
  expect(await beside.columns()).toEqual(["id", "k", "v", "s"]);
  expect(await rows(beside.orderBy("id"))).toEqual([[1, "x", 10, 10], [2, "y", 20, 20]]); // prettier-ignore
});

test("two equally near places are ambiguous", async () => {
  const { pay } = tables();
  await expect(pay.join(pay, pay.col("id").eq(1)).collect()).rejects.toThrow(/AMBIGUOUS_COLUMN_REFERENCE.*as\(/s);
});

test("a misspelt column of a DataFrame gives what it has", async () => {
  const { pay, doubled } = tables();
  await expect(pay.join(doubled, pay.col("idd").eq(doubled.col("id"))).collect()).rejects.toThrow(
    /UNRESOLVED_COLUMN.WITH_SUGGESTION.*`idd`.*`id`/,
  );
});

test("isin takes a DataFrame of one column", async () => {
  const { pay, doubled } = tables();
  expect(await rows(pay.where(F.col("id").isin(doubled.where("v > 20").select("id"))).select("k"))).toEqual([["y"]]);
});

test("a column that is ordered against itself may be of either side", async () => {
  const { pay, doubled } = tables();
  const v = pay.col("v");
  for (const condition of [v.lt(v), v.geq(v), pay.col("id").eq(doubled.col("id")).and(v.gt(v))]) {
    await expect(pay.join(doubled, condition).collect()).rejects.toThrow(/AMBIGUOUS_COLUMN_REFERENCE/);
  }
  expect(await pay.join(doubled, v.lt(doubled.col("v"))).count()).toBe(3);
  expect(await pay.where(v.leq(v)).count()).toBe(2);
});
