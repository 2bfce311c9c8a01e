import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import { FOLDER, golden, listed, unordered } from "./golden";

const spark = testSession({ "spark.default.parallelism": "3" });
const { FPGrowth, FPGrowthModel } = mllib;
type Model = InstanceType<typeof FPGrowthModel>;

const frame = (rows: readonly unknown[], type: string): DataFrame =>
  spark().createDataFrame(rows.map((row) => [row]) as never, `items ${type}`);
const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : Array.isArray(value) ? value.map(plain) : value); // prettier-ignore
const rowsOf = async (df: DataFrame): Promise<unknown[][]> => (await df.collect()).map((row) => row.toArray().map(plain));
const itemsets = async (model: Model): Promise<string[]> => listed((await rowsOf(model.freqItemsets)).map(([items, freq]) => [unordered(items), freq])); // prettier-ignore

/** As text: who implies whom, and numbers to 9 digits. */
const ruleText = ([antecedent, consequent, ...numbers]: readonly unknown[]): string =>
  `${unordered(antecedent)} => ${unordered(consequent)} ${numbers.map((x) => (x as number).toPrecision(9)).join(" ")}`;
const rules = async (model: Model): Promise<string[]> => (await rowsOf(model.associationRules)).map(ruleText).sort();
const predictions = async (model: Model, df: DataFrame): Promise<string[]> =>
  (await rowsOf(model.transform(df))).map(([, prediction]) => unordered(prediction));

describe("against Spark", () => {
  test.each(golden.fits)("itemsets, rules and predictions of $rows: $type $params", async (fit) => {
    const df = frame(golden[fit.rows], `array<${fit.type}>`);
    const model = await new FPGrowth(fit.params).fit(df.repartition(4));
    expect(await itemsets(model)).toEqual(listed(fit.itemsets.map(([items, freq]) => [unordered(items), freq])));
    expect(await rules(model)).toEqual(fit.rules.map(ruleText).sort());
    expect(await predictions(model, df)).toEqual(fit.predictions.map(unordered));
    expect(model.numTrainingRecords).toBe(golden[fit.rows].filter((row) => row !== null).length);
  });

  test("a model that Spark saved", async () => {
    const fit = golden.fits.find(({ rows }) => rows === "texts")!;
    const model = await FPGrowthModel.load(join(FOLDER, "fp-growth"));
    expect(await itemsets(model)).toEqual(listed(fit.itemsets.map(([items, freq]) => [unordered(items), freq])));
    expect(await rules(model)).toEqual(fit.rules.map(ruleText).sort());
    expect(await predictions(model, frame(golden.texts, "array<string>"))).toEqual(fit.predictions.map(unordered));
  });

  test("schemas", async () => {
    const df = frame([[1, 2]], "array<int>");
    const model = await new FPGrowth().fit(df);
    const shape = async (of: DataFrame): Promise<string[]> => (await of.schema()).fields.map(({ name, type, nullable }) => `${name} ${type.kind} ${nullable}`); // prettier-ignore
    expect(await shape(model.freqItemsets)).toEqual(["items array false", "freq long false"]);
    expect(await shape(model.associationRules)).toEqual(["antecedent array false", "consequent array false", "confidence double false", "lift double true", "support double false"]); // prettier-ignore
    expect(await shape(model.transform(df))).toEqual(["items array true", "prediction array true"]);
  });
});

test("itemsets are those of a search through all of them", async () => {
  let state = 3;
  const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const baskets = Array.from({ length: 300 }, () =>
    [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((item) => random() < 0.9 / (1 + item / 3)),
  );
  const least = 15;
  const wanted: [number[], number][] = [];
  for (let bits = 1; bits < 1 << 9; bits++) {
    const items = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((item) => (bits >> item) & 1);
    const freq = baskets.filter((basket) => items.every((item) => basket.includes(item))).length;
    if (freq >= least) wanted.push([items, freq]);
  }
  for (const numPartitions of [1, 5, 20]) {
    const model = await new FPGrowth({ minSupport: 0.05, numPartitions }).fit(frame(baskets, "array<bigint>"));
    expect(await itemsets(model)).toEqual(listed(wanted.map(([items, freq]) => [unordered(items), freq])));
  }
});

test("rules follow minConfidence of the model, and the most confident consequents come first", async () => {
  const model = await new FPGrowth({ minSupport: 0.1, minConfidence: 1 }).fit(
    frame([["a", "b", "c"], ["a", "b"], ["a", "b", "d"], ["a", "c"]], "array<string>"), // prettier-ignore
  );
  expect(await rules(model.copy({ minConfidence: 0 }))).toHaveLength(16);
  expect((await rowsOf(model.associationRules)).every(([, , confidence]) => confidence === 1)).toBe(true);
  const given = model.copy({ minConfidence: 0.2 }).transform(frame([["a"]], "array<string>"));
  expect((await rowsOf(given))[0]![1]).toEqual(["b", "c", "d"]);
});

describe("items of other types", () => {
  test.each([
    [
      "null items",
      "array<int>",
      [
        [1, null],
        [1, null],
      ],
      [
        [[1], 2],
        [[1, null], 2],
        [[null], 2],
      ],
    ],
    ["NaN equals nothing", "array<double>", [[1, NaN], [NaN]], [[[1], 1]]],
    ["-0 is 0", "array<double>", [[0], [-0]], [[[0], 2]]],
    [
      "arrays",
      "array<array<int>>",
      [[[1], [2]], [[1]]],
      [
        [[[1]], 2],
        [[[2]], 1],
        [[[1], [2]], 1],
      ],
    ],
    ["nothing in any", "array<int>", [[], []], []],
    ["no rows", "array<int>", [], []],
  ] as const)("%s", async (_, type, rows, wanted) => {
    const model = await new FPGrowth({ minSupport: 0.5 }).fit(frame(rows, type));
    expect(await itemsets(model)).toEqual(listed(wanted.map(([items, freq]) => [unordered(items), freq])));
  });
});

describe("refused", () => {
  test("items that are there twice", async () => {
    await expect(new FPGrowth().fit(frame([[1, 2], [3, 3]], "array<int>"))).rejects.toThrow(/items in a transaction must be unique but got \[3, 3\]/); // prettier-ignore
  });
  test("other columns", async () => {
    await expect(new FPGrowth().fit(frame(["a"], "string"))).rejects.toThrow(/items must be an array, but is string/);
    await expect(new FPGrowth().fit(frame([[new Map([["a", 1]])]], "array<map<string,int>>"))).rejects.toThrow(/comparable/);
    const model = await new FPGrowth().fit(frame([[1]], "array<int>"));
    await expect(model.transform(frame([["a"]], "array<string>")).collect()).rejects.toThrow(/are string, but those of the model are int/); // prettier-ignore
    expect((await rowsOf(model.transform(frame([[1]], "array<bigint>"))))[0]).toEqual([[1], []]);
  });
});
