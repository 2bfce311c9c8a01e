/** What trees say of themselves: their rules as text, and which features matter. */
import { doubleText } from "../../dataframe/types/java-floats";
import { SparseVector } from "../linalg/vectors";
import { categoriesOf, predictionOf, sizeOf, type TreeData } from "./tree-data";

/** Spark's text of a tree; lines begin with `indent` spaces. */
export function treeText(tree: TreeData, indent: number): string {
  const lines: string[] = [];
  const say = (node: number, depth: number): void => {
    const space = " ".repeat(indent + depth);
    const feature = tree.feature[node]!;
    if (feature < 0) {
      lines.push(`${space}Predict: ${doubleText(predictionOf(tree, node))}`);
      return;
    }
    const categorical = tree.arity[node]! >= 0;
    const what = categorical
      ? `{${[...categoriesOf(tree, node).toSorted()].map(doubleText).join(",")}}`
      : doubleText(tree.threshold[node]!);
    lines.push(`${space}If (feature ${feature} ${categorical ? "in" : "<="} ${what})`);
    say(node + 1, depth + 1);
    lines.push(`${space}Else (feature ${feature} ${categorical ? "not in" : ">"} ${what})`);
    say(tree.right[node]!, depth + 1);
  };
  say(0, 0);
  return lines.join("\n") + "\n";
}

/** Spark's text of several. */
export function ensembleText(trees: readonly TreeData[], weights: readonly number[]): string {
  return trees.map((tree, i) => `  Tree ${i} (weight ${doubleText(weights[i]!)}):\n${treeText(tree, 4)}`).join("");
}

/**
 * Gains times rows of each feature's questions, as shares; `perTree` first as shares of each tree. Hastie, Tibshirani, Friedman, "The
 * Elements of Statistical Learning", 2001; in Spark's generalisation to ensembles.
 */
export function featureImportances(trees: readonly TreeData[], features: number, perTree: boolean): SparseVector {
  const total = new Float64Array(features);
  for (const tree of trees) {
    const own = new Float64Array(features);
    for (let node = 0; node < sizeOf(tree); node++) {
      const feature = tree.feature[node]!;
      if (feature >= 0) own[feature]! += tree.gain[node]! * weightOf(tree, node);
    }
    const sum = perTree ? own.reduce((a, b) => a + b, 0) : 1;
    if (sum !== 0) for (let i = 0; i < features; i++) total[i]! += own[i]! / sum;
  }
  const all = total.reduce((a, b) => a + b, 0);
  const indices = [...total.keys()].filter((i) => total[i] !== 0);
  return new SparseVector(
    features,
    indices,
    indices.map((i) => total[i]! / all),
  );
}

function weightOf({ stats, width, impurityName }: TreeData, node: number): number {
  const at = node * width;
  if (impurityName === "variance") return stats[at]!;
  let sum = 0;
  for (let c = at; c < at + width; c++) sum += stats[c]!;
  return sum;
}
