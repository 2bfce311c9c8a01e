/** Measures of lists of labels and items, row by row, beside what Spark 4.2 gives. */
import { type DataFrame, mllib, testSession } from "../../support/built-session";

const spark = testSession();
type Lists = readonly [prediction: readonly number[], label: readonly number[]];

const frame = (lists: Lists): DataFrame =>
  spark().createDataFrame([lists] as never, "prediction array<double>, label array<double>");

const MULTILABEL = ["subsetAccuracy", "accuracy", "hammingLoss", "precision", "recall", "f1Measure"] as const;

test.each<[Lists, readonly number[]]>([
  [[[1, 2], [1, 2]], [1, 1, 0, 1, 1, 1]], // prettier-ignore
  [[[1, 2], [2, 1]], [0, 1, 0, 1, 1, 1]], // prettier-ignore
  [[[1, 1, 2], [1, 2]], [0, 2 / 3, 0.5, 2 / 3, 1, 0.8]], // prettier-ignore
  [[[1, 1], [1]], [0, 0.5, 1, 0.5, 1, 2 / 3]], // prettier-ignore
  [[[1], [1, 1]], [0, 0.5, 1, 1, 0.5, 2 / 3]], // prettier-ignore
  [[[1, 2, 3], [3]], [0, 1 / 3, 2, 1 / 3, 1, 0.5]], // prettier-ignore
])("labels %j", async (lists, wanted) => {
  const df = frame(lists);
  for (const [i, metricName] of MULTILABEL.entries())
    expect(await new mllib.MultilabelClassificationEvaluator({ metricName }).evaluate(df)).toBeCloseTo(wanted[i]!, 12);
});

test.each<[Lists, number, number]>([
  [[[1], [1, 2]], 0.5, 0.5], // prettier-ignore
  [[[3, 1], [1]], 0.5, 0.5], // prettier-ignore
  [[[1, 2, 3], [3]], 1 / 3, 0], // prettier-ignore
  [[[1, 1, 2], [1, 2]], 1.5, 1], // prettier-ignore
])("items %j", async (lists, all, atTwo) => {
  const df = frame(lists);
  expect(await new mllib.RankingEvaluator().evaluate(df)).toBeCloseTo(all, 12);
  expect(await new mllib.RankingEvaluator({ metricName: "meanAveragePrecisionAtK", k: 2 }).evaluate(df)).toBeCloseTo(atTwo, 12);
});
