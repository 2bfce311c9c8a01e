import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";

interface Fit {
  readonly params: { readonly rank: number; readonly regParam: number; readonly [name: string]: unknown };
  /** Id and factors. */
  readonly users: readonly number[][];
  readonly items: readonly number[][];
  readonly predictions: readonly number[];
}
interface Golden {
  readonly ratings: readonly [number, number, number][];
  readonly counts: readonly [number, number, number][];
  readonly fits: readonly Fit[];
  readonly recommended: readonly [number, [number, number][]][];
}

const folder = join(__dirname, "../../golden/mllib/recommendation");
const golden = JSON.parse(readFileSync(join(folder, "factors.json"), "utf8")) as Golden;
const spark = testSession();
const { ALS, ALSModel } = mllib;
type Model = InstanceType<typeof ALSModel>;

const frame = (rows: readonly (readonly unknown[])[], schema = "user INT, item INT, rating FLOAT"): DataFrame =>
  spark().createDataFrame(rows as never, schema);
const table = async (factors: DataFrame): Promise<number[][]> =>
  (await factors.orderBy("id").collect()).map((row) => [row.get("id") as number, ...(row.get("features") as number[])]);
const rowsOf = ({ params }: Fit): Golden["ratings"] => (params["implicitPrefs"] === true ? golden.counts : golden.ratings);

async function predictions(model: Model, rows: Golden["ratings"]): Promise<number[]> {
  const found = await model.transform(frame(rows)).collect();
  const byPair = new Map(found.map((row) => [`${String(row.get("user"))} ${String(row.get("item"))}`, row.get("prediction") as number])); // prettier-ignore
  return rows.map(([user, item]) => byPair.get(`${user} ${item}`)!);
}

test("blocks of both sides are set at once", () => {
  const als = new ALS().setNumBlocks(3);
  expect([als.getNumUserBlocks(), als.getNumItemBlocks()]).toEqual([3, 3]);
});

describe("against Spark", () => {
  test.each(golden.fits)("the same factors for the same seed and blocks: $params", async (fit) => {
    const rows = rowsOf(fit);
    const model = await new ALS({ ...fit.params, seed: 1, numUserBlocks: 2, numItemBlocks: 2 }).fit(frame(rows));
    for (const [found, wanted] of [
      [await table(model.userFactors), fit.users],
      [await table(model.itemFactors), fit.items],
    ] as const) {
      expect(found.map(([id]) => id)).toEqual(wanted.map(([id]) => id));
      wanted.forEach((row, i) => row.forEach((value, j) => expect(found[i]![j]).toBeCloseTo(value, 3)));
    }
    const predicted = await predictions(model, rows);
    fit.predictions.forEach((value, i) => expect(predicted[i]).toBeCloseTo(value, 3));
    if (fit.params["nonnegative"] === true)
      for (const [, ...factors] of await table(model.userFactors)) expect(Math.min(...factors)).toBeGreaterThanOrEqual(0);
  });

  test("a model that Spark saved", async () => {
    const model = await ALSModel.load(join(folder, "als"));
    expect(model.rank).toBe(2);
    const found = await predictions(model, golden.ratings);
    found.forEach((value, i) => expect(value).toBeCloseTo(golden.fits[0]!.predictions[i]!, 5));
    const recommended = await model.recommendForAllUsers(3).orderBy("user").collect();
    golden.recommended.forEach(([user, list], i) => {
      expect(recommended[i]!.get("user")).toBe(user);
      const items = recommended[i]!.get("recommendations") as { get(name: string): number }[];
      expect(items.map((each) => each.get("item"))).toEqual(list.map(([item]) => item));
      list.forEach(([, rating], j) => expect(items[j]!.get("rating")).toBeCloseTo(rating, 5));
    });
  });
});

test("ratings of rank 2 are found again", async () => {
  const rows = golden.ratings.map(([user, item]) => [
    user,
    item,
    (1 + Math.sin(user)) * (item / 50) + (1 + Math.cos(user)) * Math.cos(item) ** 2,
  ]);
  const model = await new ALS({ rank: 2, regParam: 1e-4, maxIter: 30, seed: 1 }).fit(frame(rows));
  const rmse = new mllib.RegressionEvaluator({ labelCol: "rating", metricName: "rmse" });
  expect(await rmse.evaluate(model.transform(frame(rows)))).toBeLessThan(0.1);
});

test("factors do not depend on partitions, nor on the order of rows", async () => {
  const fits = [frame(golden.ratings), frame(golden.ratings).orderBy("rating").repartition(4)].map((rows) =>
    new ALS({ rank: 3, maxIter: 3, seed: 4, numUserBlocks: 2, numItemBlocks: 3 }).fit(rows),
  );
  const [one, other] = await Promise.all(fits);
  expect(await table(other!.userFactors)).toEqual(await table(one!.userFactors));
  expect(await table(other!.itemFactors)).toEqual(await table(one!.itemFactors));
});

describe("users and items that the model does not know", () => {
  const rows = [[-7, 0, 1], [999, 0, 1], [-7, 999, 1]]; // prettier-ignore
  test("are NaN, or left out", async () => {
    const model = await ALSModel.load(join(folder, "als"));
    const found = await model.transform(frame(rows)).orderBy("user", "item").collect();
    expect(found.map((row) => Number.isNaN(row.get("prediction")))).toEqual([false, true, true]);
    expect(await model.transform(frame(rows), { coldStartStrategy: "drop" }).count()).toBe(1);
    const subset = await model.recommendForUserSubset(frame([...rows, ...rows]), 2).collect();
    expect(subset.map((row) => row.get("user"))).toEqual([-7]);
    expect(await model.recommendForItemSubset(frame(rows), 2).count()).toBe(1);
    expect((await model.recommendForAllItems(100).collect()).every((row) => (row.get("recommendations") as unknown[]).length === 30)).toBe(true); // prettier-ignore
  });
});

test("other columns and types; ratings of 1 where there is no column", async () => {
  const df = frame([[1n, 2, "a"], [3n, 2, "b"]], "who BIGINT, `what is` DOUBLE, note STRING"); // prettier-ignore
  const als = new ALS({ userCol: "who", itemCol: "what is", ratingCol: "", rank: 2, seed: 1, predictionCol: "p" });
  const model = await als.fit(df);
  const result = model.transform(df);
  expect(await result.columns()).toEqual(["who", "what is", "note", "p"]);
  expect((await result.collect()).every((row) => Math.abs((row.get("p") as number) - 1) < 0.2)).toBe(true);
  expect(await model.recommendForAllUsers(1).columns()).toEqual(["who", "recommendations"]);
});

describe("refused", () => {
  const fit = (rows: unknown[][], params: object = {}, schema?: string): Promise<unknown> =>
    new ALS(params).fit(frame(rows, schema));
  test.each([
    ["no ratings", [], {}, undefined, /the dataset is empty/],
    ["fractions", [[1.5, 1, 1]], {}, "user DOUBLE, item INT, rating FLOAT", /column user, but got 1.5/],
    ["large ids", [[1, 2 ** 31, 1]], {}, "user INT, item BIGINT, rating FLOAT", /column item, but got 2147483648/],
    ["null ids", [[null, 1, 1]], {}, undefined, /column user, but got null/],
    ["null ratings", [[1, 1, null]], {}, undefined, /finite numbers, but column rating holds null/],
    ["texts", [["a", 1, 1]], {}, "user STRING, item INT, rating FLOAT", /column user must be numeric/],
    ["no penalty", [[1, 1, 1]], { regParam: 0, rank: 2 }, undefined, /no single solution/],
  ] as const)("%s", async (_, rows, params, schema, message) => {
    await expect(fit(rows as never, params, schema)).rejects.toThrow(message);
  });
  test("wrong parameters", () => {
    expect(() => new ALS({ rank: 0 })).toThrow(/ALS: rank /);
    expect(() => new ALS({ coldStartStrategy: "guess" as "nan" })).toThrow(/nan, drop/);
    expect(() => new ALS({ intermediateStorageLevel: "NONE" as "DISK_ONLY" })).toThrow(/intermediateStorageLevel/);
  });
});

test("saving and loading", async () => {
  const directory = mkdtempSync(join(tmpdir(), "firesteel-als-"));
  try {
    const als = new ALS({ rank: 2, maxIter: 2, seed: 1, coldStartStrategy: "drop" });
    await als.write().save(join(directory, "als"));
    expect((await ALS.load(join(directory, "als"))).explainParams()).toBe(als.explainParams());
    const model = await als.fit(frame(golden.ratings));
    await model.write().save(join(directory, "model"));
    const loaded = await ALSModel.load(join(directory, "model"));
    expect(loaded.explainParams()).toBe(model.explainParams());
    expect(await table(loaded.userFactors)).toEqual(await table(model.userFactors));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
