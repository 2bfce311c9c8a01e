/** Trees in tasks that predict. */
import type { StructField } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { classifierProgram, type ClassScorer, rawOfMargins } from "../base/classifier";
import { checkedFeatures, checkedVector, predictionProgram } from "../base/predictor";
import { nominalOf, vectorMetadata } from "../base/attributes";
import { doubleField, vectorField } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { denseVectorColumn, doubleColumn, VectorColumn, VectorColumnBuilder } from "../compute/columns";
import type { VectorLike } from "../linalg/vectors";
import { type FlatEnsemble, flatEnsemble, leavesOf, type NodeValues, openSums } from "./flat-ensemble";
import { impurityOf, leafCountOf, predictionOf, type TreeData } from "./tree-data";

/** Who errors about rows are of. */
export const WHO = "Trees";

/** Plain data: the sums are votes of the classes, or the margin of class 1. */
export interface ClassTrees {
  readonly kind: "votes" | "margin";
  readonly flat: FlatEnsemble;
}

/** Raw predictions and probabilities of the sums of trees. */
export function classScoring(
  kind: ClassTrees["kind"],
  width: number,
): {
  readonly classes: number;
  readonly raw: (sums: Float64Array) => Float64Array;
  readonly probability: (raw: Float64Array) => Float64Array;
} {
  if (kind === "votes") return { classes: width, raw: (sums) => sums, probability: (raw) => normalized(raw, width) };
  return {
    classes: 2,
    raw: rawOfMargins,
    probability(raw) {
      const probability = new Float64Array(raw.length);
      for (let at = 0; at < raw.length; at += 2) {
        const p = 1 / (1 + Math.exp(-2 * raw[at + 1]!));
        probability[at] = 1 - p;
        probability[at + 1] = p;
      }
      return probability;
    },
  };
}

export function openClassTrees({ kind, flat }: ClassTrees): ClassScorer {
  const sums = openSums(flat);
  const { classes, raw, probability } = classScoring(kind, flat.outputs);
  return { classes, raw: (features) => raw(sums(features)), probability };
}

/** Shares of the votes. */
function normalized(raw: Float64Array, classes: number): Float64Array {
  const shares = new Float64Array(raw.length);
  for (let at = 0; at < raw.length; at += classes) {
    let sum = 0;
    for (let c = at; c < at + classes; c++) sum += raw[c]!;
    for (let c = at; c < at + classes; c++) shares[c] = sum === 0 ? 0 : raw[c]! / sum;
  }
  return shares;
}

export const classTreesProgram = classifierProgram<ClassTrees>("mllib.trees.classes", WHO, openClassTrees);

/** Plain data: the sum of the trees, or their mean. */
export interface ValueTrees extends FlatEnsemble {
  readonly of: "sum" | "mean";
}

export const meanOf = (sums: Float64Array, trees: number): Float64Array => sums.map((sum) => sum / trees);

export const valueTreesProgram = predictionProgram<ValueTrees>("mllib.trees.values", WHO, (flat) => {
  const sums = openSums(flat);
  return { predict: flat.of === "sum" ? sums : (features) => meanOf(sums(features), flat.roots.length) };
});

const leafProgram = columnsProgram<FlatEnsemble & { readonly single: boolean }>({
  name: "mllib.trees.leaves",
  open: (flat) => (columns, rows) => {
    const features = checkedFeatures(new VectorColumn(columns[0]!), flat.width, WHO);
    const trees = flat.roots.length;
    const leaves = leavesOf(flat, features);
    return [flat.single ? doubleColumn(leaves) : denseVectorColumn(leaves, rows, trees)];
  },
});

/** The field of the column of leaves, if there is to be one: a number of a single tree, a vector of several. Leaves are categories. */
export function leafFields(leafCol: string, trees: TreeData | readonly TreeData[]): readonly StructField[] {
  if (leafCol === "") return [];
  if (!("feature" in trees)) return [vectorField(leafCol, vectorMetadata(trees.map((tree) => ({ type: "nominal", num_vals: leafCountOf(tree) }))))]; // prettier-ignore
  return [doubleField(leafCol, nominalOf(leafCountOf(trees)))];
}

/** With the column of leaves, where there is to be one. */
export function withLeaves(
  df: DataFrame,
  flat: FlatEnsemble,
  featuresCol: string,
  leafCol: string,
  trees: TreeData | readonly TreeData[],
): DataFrame {
  const outputs = leafFields(leafCol, trees);
  if (outputs.length === 0) return df;
  return appendColumns(df, leafProgram, { inputs: [featuresCol], outputs, spec: { ...flat, single: "feature" in trees } });
}

/** A column of one vector. */
export function oneRow(features: VectorLike, width: number, who: string): VectorColumn {
  const builder = new VectorColumnBuilder();
  builder.appendDense(checkedVector(features, width, who));
  return new VectorColumn(builder.finish());
}

/** The weights of classes in the leaves. */
export function countingTree(tree: TreeData, width: number): FlatEnsemble {
  const classes = tree.width;
  return flatEnsemble([tree], width, classes, (_, node, into, at) => {
    for (let c = 0; c < classes; c++) into[at + c] = tree.stats[node * classes + c]!;
  });
}

/** Each tree votes with the shares of the classes in its leaf. */
export function votingTrees(trees: readonly TreeData[], weights: readonly number[], width: number): FlatEnsemble {
  return flatEnsemble(trees, width, trees[0]!.width, votesOf(trees, weights));
}

/** The same of all nodes, which are leaves of shallower trees. */
export function votingNodes(trees: readonly TreeData[], weights: readonly number[], width: number): FlatEnsemble {
  return flatEnsemble(trees, width, trees[0]!.width, votesOf(trees, weights), "nodes");
}

const votesOf =
  (trees: readonly TreeData[], weights: readonly number[]): NodeValues =>
  (t, node, into, at) =>
    vote(trees[t]!, node, weights[t]!, into, at);

function vote({ stats, width: classes }: TreeData, node: number, weight: number, into: Float64Array, at: number): void {
  let sum = 0;
  for (let c = 0; c < classes; c++) sum += stats[node * classes + c]!;
  if (sum !== 0) for (let c = 0; c < classes; c++) into[at + c] = (stats[node * classes + c]! / sum) * weight;
}

/** Trees whose values add up. */
export function addingTrees(trees: readonly TreeData[], weights: readonly number[], width: number): FlatEnsemble {
  return flatEnsemble(trees, width, 1, valuesOf(trees, weights));
}

/** The same of all nodes, which are leaves of shallower trees. */
export function addingNodes(trees: readonly TreeData[], weights: readonly number[], width: number): FlatEnsemble {
  return flatEnsemble(trees, width, 1, valuesOf(trees, weights), "nodes");
}

const valuesOf =
  (trees: readonly TreeData[], weights: readonly number[]): NodeValues =>
  (t, node, into, at) => {
    into[at] = predictionOf(trees[t]!, node) * weights[t]!;
  };

/** The variance of the labels in the leaves. */
export function varianceTree(tree: TreeData, width: number): FlatEnsemble {
  return flatEnsemble([tree], width, 1, (_, node, into, at) => {
    into[at] = impurityOf(tree, node);
  });
}
