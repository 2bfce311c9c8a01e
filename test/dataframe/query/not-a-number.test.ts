/** NaN, infinities and null are different values also where plans, keys and rows are compared as texts. */
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const frame = (value: number | null) => spark().createDataFrame([[value], [1]], "x DOUBLE");
const values = async (df: ReturnType<typeof frame>) => (await df.collect()).map((row) => row.get(0) as unknown);

test("a cached DataFrame is not taken for another one", async () => {
  const frames = [null, NaN, Infinity, -Infinity, -0].map((value) => frame(value).cache());
  const found: unknown[] = [];
  for (const df of frames) found.push((await values(df))[0]);
  expect(found).toEqual([null, NaN, Infinity, -Infinity, -0]);
  for (const df of frames) df.unpersist();
});

test("exchanges of equal queries over other values are not shared", async () => {
  const counted = (value: number | null) => frame(value).repartition(2).groupBy("x").count();
  const both = counted(NaN).union(counted(Infinity)).union(counted(null));
  expect((await values(both)).map(String).sort()).toEqual(["1", "1", "1", "Infinity", "NaN", "null"]);
});

test("grouping sets by expressions that differ in such a value", async () => {
  const nan = F.coalesce(F.col("x"), F.lit(NaN));
  const infinite = F.coalesce(F.col("x"), F.lit(Infinity));
  const rows = await frame(null)
    .groupingSets([[nan], [infinite]], nan, infinite)
    .count()
    .collect();
  expect(rows).toHaveLength(4);
});
