/** Every metric is Spark's, to 1e-9, on one and on several partitions. */
import { testSession } from "../../support/built-session";
import { dataset, golden, revived, stageOf, textOf } from "../feature/golden";

const spark = testSession();

test.each(golden.metrics.map((metric) => [`${metric.class} ${JSON.stringify(metric.params)}`, metric] as const))(
  "%s",
  async (_, metric) => {
    const evaluator = stageOf(metric);
    for (const partitions of [1, 4]) {
      const got = await evaluator.evaluate(dataset(spark(), metric.on).repartition(partitions));
      const want = revived(metric.value) as number;
      expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(want)));
    }
    expect(evaluator.isLargerBetter()).toBe(metric.larger);
    expect(textOf(evaluator)).toBe(metric.text);
  },
);

test("several candidates are judged at once, each as alone", async () => {
  const { mllib } = await import("../../support/built-session");
  const df = dataset(spark(), "scored").withColumnRenamed("p", "p1");
  const both = df.withColumn("p2", df.col("y"));
  const evaluator = new mllib.RegressionEvaluator({ labelCol: "y" });
  const candidates = [{ predictionCol: "p1" }, { predictionCol: "p2" }];
  const together = await evaluator.evaluateMany(both, candidates);
  expect(together).toEqual([await evaluator.evaluate(both, candidates[0]), await evaluator.evaluate(both, candidates[1])]);
  expect(together[1]).toBe(0);
});

test("what cannot be judged is said", async () => {
  const { mllib } = await import("../../support/built-session");
  const df = dataset(spark(), "scored");
  await expect(new mllib.RegressionEvaluator({ labelCol: "nope" }).evaluate(df)).rejects.toThrow(/nope/);
  await expect(new mllib.MulticlassClassificationEvaluator({ labelCol: "cls" }).evaluate(df.limit(0))).rejects.toThrow(/empty/);
  const three = new mllib.VectorAssembler({ inputCols: ["y", "p", "y"], outputCol: "three", handleInvalid: "keep" }).transform(
    df,
  );
  const binary = new mllib.BinaryClassificationEvaluator({ labelCol: "y", rawPredictionCol: "three" });
  await expect(binary.evaluate(three)).rejects.toThrow(
    /three: raw predictions must be vectors of two entries, but there is a vector of 3/,
  );
  expect(() => new mllib.BinaryClassificationEvaluator({ metricName: "f1" as never })).toThrow(/areaUnderROC, areaUnderPR/);
});
