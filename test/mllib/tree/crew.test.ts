/** Boosting in which tasks of an executor share the work of one: the same trees as that of one task. */
import { firesteel, mllib, type Session, testSession } from "../../support/built-session";

const spark = testSession();

/** More rows than a crew comes together for. */
const ROWS = 51_000;

/** Two sessions one after the other, six fits: on a machine that is overloaded a minute. */
const PATIENCE_MS = 120_000;

async function boosted(session: Session): Promise<string[]> {
  const rows = session
    .range(0, ROWS, 1, 3)
    .selectExpr("CAST(id % 97 AS DOUBLE) AS a", "CAST(id * 31 % 1009 AS DOUBLE) AS b", "CAST(id % 7 AS DOUBLE) AS w", "id");
  const df = new mllib.VectorAssembler({ inputCols: ["a", "b", "w"], outputCol: "features" })
    .transform(rows)
    .selectExpr("features", "CAST(a * 3 + b % 10 > 150 AS DOUBLE) AS label", "a / 7 + sin(b) AS target", "1 + w / 8 AS weight");
  const settings = { maxIter: 3, maxDepth: 4, seed: 5 };
  const texts: string[] = [];
  for (const estimator of [
    new mllib.GBTClassifier(settings),
    new mllib.GBTRegressor({ ...settings, labelCol: "target", weightCol: "weight" }),
    new mllib.GBTRegressor({ ...settings, labelCol: "target", subsamplingRate: 0.6, lossType: "absolute" }),
  ])
    texts.push((await estimator.fit(df)).toDebugString.replace(/uid ?= ?\S+/, ""));
  return texts;
}

test(
  "boosting gives the same trees with a crew and alone",
  async () => {
    const together = await boosted(spark());
    await spark().stop();
    const alone = firesteel.SparkSession.builder.master("local[1]").appName("alone").getOrCreate();
    try {
      expect(await boosted(alone)).toEqual(together);
    } finally {
      await alone.stop();
    }
  },
  PATIENCE_MS,
);
