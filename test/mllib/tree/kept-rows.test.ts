/** Trees of rows that executors keep and filters thin out: blocks of such rows stand in memory that is used again. */
import { mllib, testSession } from "../../support/built-session";

const { DecisionTreeClassifier, RandomForestRegressor, VectorAssembler } = mllib;
// What tasks may give: rows of 8 features that are 24 bytes each would be more.
const spark = testSession({ "spark.driver.maxResultSize": "1200k" });

test("trees are the same of rows that are kept, filtered and in several batches as of rows that are read", async () => {
  const columns = ["id % 97 AS a", "(id * 7919) % 1013 AS b", "id % 8 AS c", "(id * 31) % 60000 AS d"];
  const table = spark()
    .range(0, 60_000, 1, 1)
    .selectExpr(...columns, "CAST((id % 97) * 3 + (id * 7919) % 1013 > 600 AS DOUBLE) AS label");
  const assembler = new VectorAssembler({ inputCols: ["a", "b", "c", "d"], outputCol: "features" });
  const read = assembler.transform(table.where("c <> 3"));
  const all = assembler.transform(table).cache();
  const kept = all.where("c <> 3");
  const tree = new DecisionTreeClassifier({ maxDepth: 6 });
  const rules = (model: { toDebugString: string }) => model.toDebugString.split("\n").slice(1);
  expect(rules(await tree.fit(kept))).toEqual(rules(await tree.fit(read)));
  const forest = new RandomForestRegressor({ numTrees: 3, maxDepth: 5, seed: 7 });
  expect(rules(await forest.fit(kept))).toEqual(rules(await forest.fit(read)));
  all.unpersist();
});

test("rows that would be too much as results of the first look are binned where they are", async () => {
  const names = Array.from({ length: 8 }, (_, i) => `f${i}`);
  const table = spark()
    .range(0, 60_000, 1, 2)
    .selectExpr(...names.map((name, i) => `id % ${i + 2} AS ${name}`), "CAST(id % 3 AS DOUBLE) AS label");
  const rows = new VectorAssembler({ inputCols: names, outputCol: "features" }).transform(table);
  expect((await new DecisionTreeClassifier({ maxDepth: 2 }).fit(rows)).depth).toBeGreaterThan(0);
});
