/** Trees that grow level by level over rows that stay on their executors: the same as those that grow whole. */
import { firesteel, mllib, type Session, testSession } from "../../support/built-session";
import { goldenTable, goldenTests } from "./golden-cases";

const spark = testSession({ "firesteel.mllib.trees.tableShare": "0" });
goldenTests(spark);

const forests = async (session: Session): Promise<string[]> => {
  const texts: string[] = [];
  for (const partitions of [1, 5]) {
    const df = goldenTable(session, true, partitions);
    const settings = { numTrees: 4, maxDepth: 4, seed: 11, maxMemoryInMB: 0, subsamplingRate: 0.7 };
    for (const estimator of [
      new mllib.RandomForestClassifier({ ...settings, labelCol: "binary" }),
      new mllib.RandomForestRegressor({ ...settings, labelCol: "target", weightCol: "share" }),
      new mllib.GBTRegressor({ labelCol: "target", maxIter: 3, maxDepth: 3, subsamplingRate: 0.6, seed: 5 }),
    ])
      texts.push((await estimator.fit(df)).toDebugString.replace(/uid=\S+/, ""));
    // So many rows that sums are packed.
    const many = new mllib.VectorAssembler({ inputCols: ["a", "b"], outputCol: "features" }).transform(
      session
        .range(0, 8500, 1, partitions)
        .selectExpr("CAST(id % 97 AS DOUBLE) AS a", "CAST(id * 31 % 1009 AS DOUBLE) AS b", "sin(id % 97) + id % 5 AS target"),
    );
    const boosting = new mllib.GBTRegressor({ labelCol: "target", maxIter: 2, maxDepth: 3, seed: 5 });
    texts.push((await boosting.fit(many)).toDebugString.replace(/uid=\S+/, ""));
  }
  return texts;
};

test("forests are the same whole and level by level, on 1 and 5 partitions", async () => {
  const byLevels = await forests(spark());
  expect(byLevels.slice(4)).toEqual(byLevels.slice(0, 4));
  await spark().stop();
  const whole = firesteel.SparkSession.builder
    .master("local[2]")
    .appName("whole")
    .config("firesteel.mllib.trees.tableShare", "1")
    .getOrCreate();
  try {
    expect(await forests(whole)).toEqual(byLevels);
  } finally {
    await whole.stop();
  }
});
