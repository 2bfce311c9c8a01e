/** Trees in Spark's layout on disk. */
import { LAYOUT_VERSION, type ModelDirectory } from "../persistence/directory";
import type { ImpurityName } from "./impurity";
import { categoriesOf, impurityOf, predictionOf, sizeOf, TreeBuilder, type TreeData } from "./tree-data";
import { jsonText } from "../param/json-text";

const FIELDS = [
  ["id", "INT"],
  ["prediction", "DOUBLE"],
  ["impurity", "DOUBLE"],
  ["impurityStats", "ARRAY<DOUBLE>"],
  ["rawCount", "BIGINT"],
  ["gain", "DOUBLE"],
  ["leftChild", "INT"],
  ["rightChild", "INT"],
  ["split", "STRUCT<featureIndex: INT, leftCategoriesOrThreshold: ARRAY<DOUBLE>, numCategories: INT>"],
] as const;
const NODE = FIELDS.map(([name, type]) => `${name} ${type}`).join(", ");
const TREE_NODE = `treeID INT, nodeData STRUCT<${FIELDS.map(([name, type]) => `${name}: ${type}`).join(", ")}>`;
const COLUMNS = ["id", "impurityStats", "rawCount", "gain", "leftChild", "rightChild", "split"];

function nodeRecord(tree: TreeData, node: number): unknown[] {
  const feature = tree.feature[node]!;
  const leaf = feature < 0;
  const arity = tree.arity[node]!;
  const question = leaf ? [] : arity >= 0 ? [...categoriesOf(tree, node)] : [tree.threshold[node]!];
  return [
    node,
    predictionOf(tree, node),
    tree.refused[node] === 1 ? -1 : impurityOf(tree, node),
    [...tree.stats.subarray(node * tree.width, (node + 1) * tree.width)],
    Math.round(tree.rawCount[node]!),
    leaf ? -1 : tree.gain[node]!,
    leaf ? -1 : node + 1,
    leaf ? -1 : tree.right[node]!,
    { featureIndex: leaf ? -1 : feature, leftCategoriesOrThreshold: question, numCategories: leaf ? -1 : arity },
  ];
}

const nodes = (tree: TreeData): number[] => Array.from({ length: sizeOf(tree) }, (_, node) => node);

export async function writeTree(directory: ModelDirectory, tree: TreeData): Promise<void> {
  await directory.writeTable(
    "data",
    NODE,
    nodes(tree).map((node) => nodeRecord(tree, node)),
  );
}

/** `treeMetadata` is the metadata of tree `i` alone. */
export async function writeTrees(
  directory: ModelDirectory,
  trees: readonly TreeData[],
  weights: readonly number[],
  treeMetadata: (i: number) => object,
): Promise<void> {
  await directory.writeTable(
    "data",
    TREE_NODE,
    trees.flatMap((tree, i) => nodes(tree).map((node) => [i, named(nodeRecord(tree, node))])),
  );
  await directory.writeTable(
    "treesMetadata",
    "_1 INT, _2 STRING, _3 DOUBLE",
    trees.map((_, i) => [i, jsonText(treeMetadata(i)), weights[i]!]),
  );
}

const named = (record: readonly unknown[]): object => Object.fromEntries(FIELDS.map(([name], i) => [name, record[i]]));

interface SavedNode {
  readonly id: number;
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

export async function readTree(directory: ModelDirectory, impurity: ImpurityName): Promise<TreeData> {
  const rows = await directory.readTable("data", [...COLUMNS, "impurity"]);
  return treeOf(directory, rows as unknown as SavedNode[], impurity);
}

/** The trees, and what each counts. */
export async function readTrees(
  directory: ModelDirectory,
  impurity: ImpurityName,
): Promise<{ readonly trees: TreeData[]; readonly weights: number[] }> {
  const byTree = new Map<number, SavedNode[]>();
  for (const row of await directory.readTable("data", ["treeID", "nodeData"])) {
    const { treeID, nodeData: node } = row as unknown as { treeID: number; nodeData: SavedNode };
    const list = byTree.get(treeID);
    if (list === undefined) byTree.set(treeID, [node]);
    else list.push(node);
  }
  const metadata = (await directory.readTable("treesMetadata", ["_1", "_3"])) as unknown as { _1: number; _3: number }[];
  const weights: number[] = [];
  for (const { _1, _3 } of metadata) weights[_1] = _3;
  const trees = Array.from({ length: byTree.size }, (_, i) => {
    const list = byTree.get(i);
    if (list === undefined || weights[i] === undefined) throw directory.damaged(`tree ${i} is missing`);
    return treeOf(directory, list, impurity);
  });
  return { trees, weights: weights.slice(0, trees.length) };
}

function treeOf(directory: ModelDirectory, list: readonly SavedNode[], impurity: ImpurityName): TreeData {
  const byId = new Map(list.map((node) => [node.id, node]));
  const width = byId.get(0)?.impurityStats.length;
  if (width === undefined) throw directory.damaged("a tree has no root");
  const builder = new TreeBuilder(width, impurity);
  const visit = (id: number, depth: number): number => {
    const node = byId.get(id);
    if (node === undefined || depth > 64) throw directory.damaged(`node ${id} of a tree is missing`);
    const at = builder.add(depth, node.impurityStats, Number(node.rawCount), node.leftChild < 0 && node.impurity === -1);
    if (node.leftChild < 0) return at;
    const { featureIndex, leftCategoriesOrThreshold, numCategories } = node.split;
    const categorical = numCategories >= 0;
    builder.split(
      at,
      featureIndex,
      node.gain,
      categorical ? NaN : leftCategoriesOrThreshold[0]!,
      numCategories,
      categorical ? leftCategoriesOrThreshold : [],
    );
    visit(node.leftChild, depth + 1);
    builder.setRight(at, visit(node.rightChild, depth + 1));
    return at;
  };
  visit(0, 0);
  return builder.finish();
}

/** Metadata of a tree within an ensemble. */
export function treeMetadata(sparkClass: string, uid: string, paramMap: object, defaultParamMap: object): object {
  return { class: sparkClass, timestamp: Date.now(), sparkVersion: LAYOUT_VERSION, uid, paramMap, defaultParamMap };
}

/** How a classification tree that was saved measures impurity. */
export function savedImpurity(
  set: Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, unknown>> = {},
): ImpurityName {
  const name = set["impurity"] ?? defaults["impurity"];
  return typeof name === "string" && name.toLowerCase() === "entropy" ? "entropy" : "gini";
}
