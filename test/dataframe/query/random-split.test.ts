/** randomSplit: expected answers are PySpark's, of the same rows in the same partitions. */
import type { DataFrame } from "../../../src";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();

const numbers = async (parts: readonly DataFrame[]): Promise<number[][]> =>
  Promise.all(parts.map(async (part) => (await part.collect()).map((row) => Number(row.get(0))).sort((a, b) => a - b)));
const mixed = (): DataFrame =>
  spark()
    .range(0, 60, 1, 3)
    .select(F.col("id").multiply(37).mod(60).as("a"), F.concat(F.lit("s"), F.col("id").mod(7).cast("string")).as("b"));

test("each part has the rows that Spark puts there", async () => {
  expect(await numbers(mixed().randomSplit([4, 1], 1))).toEqual([
    [
      0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37,
      39, 45, 46, 47, 48, 49, 50, 52, 53, 54, 56, 57, 58,
    ],
    [9, 10, 12, 22, 36, 38, 40, 41, 42, 43, 44, 51, 55, 59],
  ]);
  const three = await numbers(mixed().randomSplit([0.5, 0.3, 0.2], 7));
  expect(three.slice(1)).toEqual([
    [3, 4, 5, 6, 10, 12, 18, 20, 22, 23, 26, 37, 41, 44, 46, 49, 53, 55],
    [14, 17, 19, 28, 29, 32, 34, 36, 42, 47, 52],
  ]);
  expect(three.flat()).toHaveLength(60);
});

test("NULL comes first, NaN last", async () => {
  const rows = spark()
    .createDataFrame(
      [
        [null, 1.5],
        [2, NaN],
        [2, null],
        [1, 3],
        [3, 2],
      ],
      "a int, b double",
    )
    .coalesce(1);
  const parts = await Promise.all(rows.randomSplit([0.5, 0.5], 5).map(async (part) => (await part.collect()).map((row) => row.toArray()))); // prettier-ignore
  expect(parts).toEqual([
    [
      [null, 1.5],
      [1, 3],
      [3, 2],
    ],
    [
      [2, null],
      [2, NaN],
    ],
  ]);
});

test("the order in which the rows of a partition come decides nothing", async () => {
  const [first, second] = await Promise.all(
    [true, false].map((ascending) =>
      numbers(mixed().coalesce(1).sortWithinPartitions("a", { ascending }).randomSplit([0.7, 0.3], 3)),
    ),
  );
  expect(first).toEqual(second);
});

test("columns without an order are left out of the sort", async () => {
  const maps = mixed().select(F.create_map("b", "a").as("m"));
  const counts = await Promise.all(maps.randomSplit([0.5, 0.5], 3).map((part) => part.count()));
  expect(counts.map(Number)).toEqual([32, 28]);
  const arrays = mixed().select("a", F.create_map("b", "a").as("m"), F.array("a", "b").as("s"));
  expect(await arrays.randomSplit([0.5, 0.5], 3)[0].explainString()).toMatch(
    /Sort \[a#\d+L? ASC NULLS FIRST, s#\d+ ASC NULLS FIRST\], false/,
  );
});
