/** Nearest-by joins, through the API and in SQL: expected answers are PySpark's. */
import type { Row } from "../../../src";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const values = (rows: readonly Row[]): unknown[][] => rows.map((row) => row.toArray());
const users = () => spark().createDataFrame([[1, 10], [2, 20], [3, null]], "user BIGINT, score DOUBLE"); // prettier-ignore
const shops = () => spark().createDataFrame([["A", 11], ["B", 22], ["C", 5], ["D", null]], "shop STRING, price DOUBLE"); // prettier-ignore

test("each row with the nearest ones of the other side", async () => {
  const [left, right] = [users(), shops()];
  const distance = F.abs(left.col("score").minus(right.col("price")));
  const two = left.nearestByJoin(right, distance, 2, "exact", "distance");
  const found = [
    [1, 10, "C", 5],
    [1, 10, "A", 11],
    [2, 20, "A", 11],
    [2, 20, "B", 22],
  ];
  expect(await two.columns()).toEqual(["user", "score", "shop", "price"]);
  expect(values(await two.orderBy("user", "price").collect())).toEqual(found);
  const outer = left.nearestByJoin(right, distance, 2, "approx", "distance", { joinType: "leftouter" });
  expect(values(await outer.orderBy("user", "price").collect())).toEqual([...found, [3, null, null, null]]);
  const [a, b] = [left.as("a"), left.as("b")];
  const far = a.nearestByJoin(b, F.abs(F.col("a.score").minus(F.col("b.score"))), 1, "exact", "similarity");
  expect(values(await far.orderBy("a.user").collect())).toEqual([[1, 10, 2, 20], [2, 20, 1, 10]]); // prettier-ignore
});

test("the same in SQL", async () => {
  await users().createOrReplaceTempView("users");
  await shops().createOrReplaceTempView("shops");
  const rowsOf = async (text: string): Promise<unknown[][]> => values(await spark().sql(text).collect());
  expect(
    await rowsOf("SELECT user, s.shop FROM users u JOIN shops s EXACT NEAREST 1 BY DISTANCE abs(u.score - s.price) ORDER BY 1"),
  ).toEqual([[1, "A"], [2, "B"]]); // prettier-ignore
  expect(
    await rowsOf("SELECT user, shop FROM users JOIN shops APPROX NEAREST BY SIMILARITY abs(score - price) ORDER BY user"),
  ).toEqual([[1, "B"], [2, "C"]]); // prettier-ignore
  expect(
    await rowsOf("SELECT user, shop FROM users LEFT JOIN shops APPROX NEAREST 1 BY DISTANCE abs(score - price) ORDER BY 1"),
  ).toEqual([[1, "A"], [2, "B"], [3, null]]); // prettier-ignore
  expect(await rowsOf("SELECT exact FROM VALUES (1) AS t(exact)")).toEqual([[1]]);
  expect(await rowsOf("SELECT approx.a FROM VALUES (1) approx(a)")).toEqual([[1]]);
});

test("what it cannot take", () => {
  const join =
    (...args: readonly unknown[]) =>
    () =>
      users().nearestByJoin(shops(), F.lit(1), ...(args as [number, "exact", "distance"]));
  expect(join(0, "exact", "distance")).toThrow(/NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE.* 1 to 100000/);
  expect(join(1, "fast", "distance")).toThrow(/NEAREST_BY_JOIN.UNSUPPORTED_MODE.*'fast'/);
  expect(join(1, "exact", "near")).toThrow(/NEAREST_BY_JOIN.UNSUPPORTED_DIRECTION.*'near'/);
  expect(join(1, "exact", "distance", { joinType: "full" })).toThrow(/NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE.*full/);
});
