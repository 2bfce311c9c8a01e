/** Random values without a seed are those of a DataFrame: all that is made of it sees the same ones, as in Spark. */
import { builtins } from "../../../src/dataframe/functions";
import { isSeeded } from "../../../src/dataframe/syntax/random-calls";
import { firesteel, testSession, type DataFrame } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession({ "firesteel.local.inProcess": "true", "spark.ui.enabled": "false" });

const texts = async (df: DataFrame): Promise<readonly string[]> =>
  (await df.collect()).map((row) => JSON.stringify(row.toArray()));

const DRAWS = [
  "rand()",
  "random()",
  "randn()",
  "uniform(1, 1000000000)",
  "uniform(max => 1000000000, min => 1)",
  "randstr(12)",
  "uuid()",
  "shuffle(sequence(1, 20))",
];

test.each(DRAWS)("%s draws the same in every action of a DataFrame, other values in another", async (text) => {
  const made = (): readonly DataFrame[] => [
    spark()
      .range(4)
      .select(F.expr(`${text} AS r`)),
    spark().range(4).selectExpr(`${text} AS r`),
    spark().sql(`SELECT ${text} AS r FROM range(4)`),
  ];
  const [first, second] = [made(), made()];
  for (const [i, df] of first.entries()) {
    const rows = await texts(df);
    expect(await texts(df)).toEqual(rows);
    expect(await texts(second[i]!)).not.toEqual(rows);
    expect(await df.exceptAll(df).count()).toBe(0);
  }
});

test("columns of functions draw the same wherever they stand", async () => {
  const r = F.rand();
  const df = spark().range(8).select(r.as("a"), r.as("b"), F.rand().as("c"));
  expect(await df.where("a = b").count()).toBe(8);
  expect(await df.where("a = c").count()).toBe(0);
});

test("the parts of a DataFrame by a random column make up the whole", async () => {
  const df = spark().range(200).withColumn("u", F.rand());
  const [low, high] = [df.where("u < 0.5"), df.where("u >= 0.5")];
  expect(await low.union(high).select("id").distinct().count()).toBe(200);
  expect(await low.join(high, "id").count()).toBe(0);
});

test("a cached DataFrame that draws is read from its rows", async () => {
  const df = spark().range(4).withColumn("u", F.randn()).cache();
  await df.count();
  expect(await df.explainString()).toContain("InMemoryTableScan");
  df.unpersist();
});

test("a sample of SQL text stays the same rows", async () => {
  await spark().range(1000).createOrReplaceTempView("numbers");
  const df = spark().sql("SELECT id FROM numbers TABLESAMPLE (50 PERCENT)");
  expect(await df.exceptAll(df).count()).toBe(0);
});

test("a view of a DataFrame holds its draws, one of SQL text draws at each reference", async () => {
  await spark().range(4).select(F.rand().as("r")).createOrReplaceTempView("drawn");
  expect(await spark().sql("SELECT * FROM drawn EXCEPT ALL SELECT * FROM drawn").count()).toBe(0);
  await spark().sql("CREATE OR REPLACE TEMP VIEW drawing AS SELECT rand() AS r FROM range(4)").collect();
  expect(await spark().sql("SELECT * FROM drawing EXCEPT ALL SELECT * FROM drawing").count()).toBe(4);
});

test("a statement that runs again draws anew", async () => {
  await spark().sql("DECLARE OR REPLACE VARIABLE seen ARRAY<DOUBLE> DEFAULT array()").collect();
  await spark()
    .sql("BEGIN DECLARE i INT DEFAULT 0; WHILE i < 3 DO SET seen = array_append(seen, rand()); SET i = i + 1; END WHILE; END")
    .collect();
  expect((await spark().sql("SELECT size(array_distinct(seen)) AS n").first())!.get("n")).toBe(3);
});

test("all functions with a seed that may be left out are known to draw", () => {
  const seeded = builtins.names().filter((name) => {
    const entry = builtins.find(name);
    return entry?.kind === "scalar" && entry.parameters?.includes("seed") === true;
  });
  expect(seeded.filter((name) => !isSeeded(name))).toEqual([]);
});
