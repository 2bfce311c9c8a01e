/** Trees against real PySpark (test/golden/mllib/trees.py): the same questions, statistics, texts and predictions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mllib, type Session } from "../../support/built-session";

interface Node {
  readonly id: number;
  readonly prediction: number;
  readonly impurity: number;
  readonly impurityStats: readonly number[];
  readonly rawCount: number;
  readonly gain: number;
  readonly leftChild: number;
  readonly rightChild: number;
  readonly split: {
    readonly featureIndex: number;
    readonly leftCategoriesOrThreshold: readonly number[];
    readonly numCategories: number;
  };
}
interface Case {
  readonly nodes: readonly Node[];
  readonly text: string;
  readonly first: readonly Readonly<Record<string, number | readonly number[]>>[];
  readonly importances: readonly number[];
  readonly losses?: readonly number[];
}
const golden = JSON.parse(readFileSync(join(__dirname, "../../golden/mllib/trees.json"), "utf8")) as {
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly cases: Readonly<Record<string, Case>>;
  readonly forest: { readonly accuracy: number; readonly auc: number; readonly rmse: number };
};
const { columns, cases, forest } = golden;
const features = ["a", "b", "c", "d", "e"];
const numbers = ["weight", "share", "binary", "multi", "target"];

const near = (got: number, wanted: number): void =>
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(wanted)));
const nominal = {
  ml_attr: {
    attrs: {
      nominal: [
        { idx: 2, num_vals: 4 },
        { idx: 3, num_vals: 9 },
      ],
    },
    num_attrs: 5,
  },
};

/** The rows of the golden file; c and d are categorical where it is said. */
export function goldenTable(spark: Session, categorical: boolean, partitions = 1): any {
  const rows = columns["a"]!.map((_, i) => [
    mllib.Vectors.dense(features.map((name) => columns[name]![i]!)),
    ...numbers.map((name) => columns[name]![i]!),
    i % 4 === 0,
  ]);
  const schema = {
    kind: "struct",
    fields: [
      { name: "features", type: mllib.VectorUDT, nullable: false },
      ...numbers.map((name) => ({ name, type: { kind: "double" }, nullable: false })),
      { name: "held", type: { kind: "boolean" }, nullable: false },
    ],
  };
  const df: any = spark.createDataFrame(rows, schema as never).repartition(partitions);
  return categorical ? df.withMetadata("features", nominal) : df;
}

function nodesOf(tree: any): Node[] {
  return Array.from({ length: tree.feature.length }, (_, id): Node => {
    const leaf = tree.feature[id] < 0;
    const from = id === 0 ? 0 : tree.categoryEnds[id - 1];
    const categorical = tree.arity[id] >= 0;
    return {
      id,
      prediction: 0,
      impurity: 0,
      impurityStats: [...tree.stats.subarray(id * tree.width, (id + 1) * tree.width)],
      rawCount: tree.rawCount[id],
      gain: tree.gain[id],
      leftChild: leaf ? -1 : id + 1,
      rightChild: leaf ? -1 : tree.right[id],
      split: {
        featureIndex: leaf ? -1 : tree.feature[id],
        leftCategoriesOrThreshold: leaf
          ? []
          : categorical
            ? [...tree.leftCategories.subarray(from, tree.categoryEnds[id])]
            : [tree.threshold[id]],
        numCategories: leaf ? -1 : tree.arity[id],
      },
    };
  });
}

/** True where all questions are Spark's; false where some are others that part the rows alike. */
function sameNodes(trees: readonly any[], wanted: readonly Node[]): boolean {
  let same = true;
  const got = trees.flatMap((tree) => nodesOf(tree));
  expect(got.length).toBe(wanted.length);
  got.forEach((node, i) => {
    const other = wanted[i]!;
    if (node.split.featureIndex !== other.split.featureIndex) {
      // Which of the gains is the larger one is rounding.
      same = false;
      near(node.gain, other.gain);
      expect([node.leftChild, node.rightChild, node.rawCount]).toEqual([other.leftChild, other.rightChild, other.rawCount]);
      return;
    }
    expect([i, node.split.featureIndex, node.leftChild, node.rightChild, node.rawCount]).toEqual([
      i,
      other.split.featureIndex,
      other.leftChild,
      other.rightChild,
      other.rawCount,
    ]);
    expect(node.split.numCategories).toBe(other.split.numCategories);
    if (node.split.numCategories >= 0)
      expect([...node.split.leftCategoriesOrThreshold].sort()).toEqual([...other.split.leftCategoriesOrThreshold].sort());
    else node.split.leftCategoriesOrThreshold.forEach((value, k) => near(value, other.split.leftCategoriesOrThreshold[k]!));
    node.impurityStats.forEach((value, k) => near(value, other.impurityStats[k]!));
    near(node.gain, other.gain);
  });
  return same;
}

const rounded = (text: string): string => text.replace(/-?\d+\.\d+/g, (number) => Number(number).toPrecision(12));

const estimators: Record<string, readonly [categorical: boolean, make: () => any]> = {
  classes: [false, () => new mllib.DecisionTreeClassifier({ labelCol: "binary", maxDepth: 4, leafCol: "leaf" })],
  entropy: [false, () => new mllib.DecisionTreeClassifier({ labelCol: "multi", maxDepth: 5, impurity: "entropy", minInstancesPerNode: 8, minInfoGain: 0.01, maxBins: 10 })], // prettier-ignore
  "ordered categories": [true, () => new mllib.DecisionTreeClassifier({ labelCol: "binary", maxDepth: 4 })],
  "unordered categories": [true, () => new mllib.DecisionTreeClassifier({ labelCol: "multi", maxDepth: 4, maxBins: 24 })],
  weights: [false, () => new mllib.DecisionTreeClassifier({ labelCol: "multi", maxDepth: 4, weightCol: "weight" })],
  "uneven weights": [false, () => new mllib.DecisionTreeClassifier({ labelCol: "binary", maxDepth: 4, weightCol: "share", minWeightFractionPerNode: 0.05 })], // prettier-ignore
  values: [false, () => new mllib.DecisionTreeRegressor({ labelCol: "target", maxDepth: 4, varianceCol: "variance" })],
  "values of categories": [true, () => new mllib.DecisionTreeRegressor({ labelCol: "target", maxDepth: 4 })],
  "weighted values": [false, () => new mllib.DecisionTreeRegressor({ labelCol: "target", maxDepth: 3, weightCol: "share" })],
  "boosted classes": [true, () => new mllib.GBTClassifier({ labelCol: "binary", maxDepth: 3, maxIter: 4 })],
  "boosted values": [false, () => new mllib.GBTRegressor({ labelCol: "target", maxDepth: 3, maxIter: 4 })],
  "boosted absolute": [
    false,
    () => new mllib.GBTRegressor({ labelCol: "target", maxDepth: 2, maxIter: 4, lossType: "absolute" }),
  ],
  "boosted weights": [false, () => new mllib.GBTRegressor({ labelCol: "target", maxDepth: 2, maxIter: 3, weightCol: "weight" })],
};

/** The tests of one session. */
export function goldenTests(spark: () => Session): void {
  test.each(Object.keys(estimators))("%s: Spark's trees", async (name) => {
    const [categorical, make] = estimators[name]!;
    const wanted = cases[name]!;
    const df = goldenTable(spark(), categorical);
    const model = await make().fit(df);
    const same = sameNodes(model.tree === undefined ? model.boosted : [model.tree], wanted.nodes);
    expect(same || name === "boosted values").toBe(true);
    if (same && !categorical) expect(rounded(model.toDebugString.split("\n").slice(1).join("\n"))).toBe(rounded(wanted.text));
    if (same) [...model.featureImportances.toArray()].forEach((value: number, i) => near(value, wanted.importances[i]!));
    const rows = await model.transform(df).limit(8).collect();
    wanted.first.forEach((row, i) => {
      for (const [column, value] of Object.entries(row)) {
        const got = rows[i]![column];
        if (typeof value === "number") near(got, value);
        else value.forEach((entry, k) => near(got.get(k), entry));
      }
    });
    if (wanted.losses !== undefined) {
      const losses: number[] = await model.evaluateEachIteration(df);
      losses.forEach((loss, i) => near(loss, wanted.losses![i]!));
    }
  });

  test("a fit ends where the loss over the validation rows stops falling", async () => {
    const model = await new mllib.GBTRegressor({ labelCol: "target", maxDepth: 3, maxIter: 60, stepSize: 0.5, validationIndicatorCol: "held" }).fit(goldenTable(spark(), false)); // prettier-ignore
    expect(model.getNumTrees()).toBe((cases["early stop"] as unknown as { trees: number }).trees);
  });

  test("forests are as good as Spark's", async () => {
    const df = goldenTable(spark(), false);
    const classes = (
      await new mllib.RandomForestClassifier({ labelCol: "binary", numTrees: 30, maxDepth: 5, seed: 1 }).fit(df)
    ).transform(df);
    const values = (
      await new mllib.RandomForestRegressor({ labelCol: "target", numTrees: 30, maxDepth: 5, seed: 1 }).fit(df)
    ).transform(df);
    expect(
      await new mllib.MulticlassClassificationEvaluator({ labelCol: "binary", metricName: "accuracy" }).evaluate(classes),
    ).toBeGreaterThan(forest.accuracy - 0.02);
    expect(await new mllib.BinaryClassificationEvaluator({ labelCol: "binary" }).evaluate(classes)).toBeGreaterThan(
      forest.auc - 0.015,
    );
    expect(await new mllib.RegressionEvaluator({ labelCol: "target" }).evaluate(values)).toBeLessThan(forest.rmse * 1.1);
  });
}
