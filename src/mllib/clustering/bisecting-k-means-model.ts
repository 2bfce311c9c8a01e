/** Clusters that were made by dividing clusters. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Estimator } from "../base/estimator";
import { checkedFeatures, checkedVector } from "../base/predictor";
import { aggregateProgram, appendColumns, columnsProgram, type InstanceBlock } from "../compute";
import { OldVectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector, type VectorLike } from "../linalg/vectors";
import { withParams } from "../param/params";
import { LAYOUT_VERSION } from "../persistence/directory";
import { persistent } from "../persistence/registry";
import { type ClusterNode, type FlatTree, flatTree, TreeWalk } from "./cluster-tree";
import { ClusteringModel, intColumn } from "./clustering-model";
import { BisectingKMeansSummary } from "./clustering-summary";
import { bisectingKMeansParams } from "./params";
import { featuresOf, normalize, pointsOf } from "./points";

interface PredictSpec {
  readonly tree: FlatTree;
  /** The cluster of each node that is a leaf. */
  readonly clusters: Int32Array;
  readonly cosine: boolean;
}

const predictLeaves = columnsProgram<PredictSpec>({
  name: "mllib.bisectingKMeans.predict",
  open({ tree, clusters, cosine }, [type]) {
    const walk = new TreeWalk(tree);
    const who = "BisectingKMeansModel";
    return ([column], rows) => {
      const features = checkedFeatures(featuresOf(column!, type!), tree.width, who);
      const found = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        let values = features.values(row);
        if (cosine) normalize((values = values.slice()), who);
        const indices = features.isDense(row) ? null : features.indices(row);
        found[row] = clusters[walk.leafOf({ indices, values, from: 0, to: values.length })]!;
      }
      return [intColumn(found)];
    };
  },
});

const costs = aggregateProgram<FlatTree, InstanceBlock, number>({
  name: "mllib.bisectingKMeans.cost",
  run(blocks, tree) {
    const walk = new TreeWalk(tree);
    let sum = 0;
    for (const block of blocks)
      for (let row = 0; row < block.rows; row++) {
        walk.leafOfRow(block, row);
        sum += walk.distance;
      }
    return sum;
  },
  merge: (a, b) => a + b,
});

export class BisectingKMeansModel extends withParams(ClusteringModel<BisectingKMeansSummary>, bisectingKMeansParams) {
  readonly numFeatures: number;
  /** Of the leaves, from left to right. */
  readonly clusterCenters: readonly Vector[];

  /** @param nodes the root first */
  constructor(private readonly nodes: readonly ClusterNode[]) {
    super();
    this.numFeatures = nodes[0]!.center.length;
    this.clusterCenters = leavesOf(nodes).map((node) => new DenseVector(nodes[node]!.center));
  }

  static fitted(parent: Estimator, nodes: readonly ClusterNode[], numIter: number, df: DataFrame): BisectingKMeansModel {
    const model = new BisectingKMeansModel(nodes).adopted(parent);
    const leaves = leavesOf(nodes).map((node) => nodes[node]!);
    const facts = {
      featuresCol: model.getFeaturesCol(),
      predictionCol: model.getPredictionCol(),
      k: leaves.length,
      numIter,
      clusterSizes: leaves.map(({ size }) => size),
    };
    const cost = leaves.reduce((sum, each) => sum + each.cost, 0);
    model.training = new BisectingKMeansSummary(model.transform(df), facts, cost);
    return model;
  }

  protected override get clusters(): number {
    return this.clusterCenters.length;
  }

  private get cosine(): boolean {
    return this.getDistanceMeasure() === "cosine";
  }

  private get spec(): PredictSpec {
    const clusters = new Int32Array(this.nodes.length).fill(-1);
    leavesOf(this.nodes).forEach((node, cluster) => (clusters[node] = cluster));
    return { tree: flatTree(this.nodes), clusters, cosine: this.cosine };
  }

  /** The cluster of one point. */
  predict(features: VectorLike): number {
    const { tree, clusters, cosine } = this.spec;
    const values = checkedVector(features, tree.width, this.className);
    if (cosine) normalize(values, this.className);
    return clusters[new TreeWalk(tree).leafOf({ indices: null, values, from: 0, to: values.length })]!;
  }

  /** Σ of the squared distances of all rows to the centers of their clusters; Σ (1 - cos) of cosines. */
  async computeCost(df: DataFrame): Promise<number> {
    const columns = { featuresCol: this.getFeaturesCol(), weightCol: undefined, cosine: this.cosine };
    const points = await pointsOf(df, await df.schema(), columns, this.className);
    try {
      const sum = (await points.aggregate(costs, flatTree(this.nodes))) ?? 0;
      return this.cosine ? sum / 2 : sum;
    } finally {
      await points.release();
    }
  }

  protected override transformed(df: DataFrame): DataFrame {
    const outputs = this.outputFields();
    return outputs.length === 0
      ? df
      : appendColumns(df, predictLeaves, { inputs: [this.featuresColumn()], outputs, spec: this.spec });
  }

  /** Rows of the table of a saved model: leaves are numbered from 0, inner nodes down from -1, children come before their parents. */
  saved(): { readonly rows: unknown[][]; readonly cost: number } {
    const { nodes } = this;
    const ids = new Map<number, number>();
    const leaves = leavesOf(nodes);
    leaves.forEach((node, cluster) => ids.set(node, cluster));
    const number = (node: number): void => {
      const { children } = nodes[node]!;
      if (children === null) return;
      ids.set(node, leaves.length - ids.size - 1);
      children.forEach(number);
    };
    number(0);
    const rows: unknown[][] = [];
    const write = (node: number): void => {
      const { center, children, size, cost } = nodes[node]!;
      children?.forEach(write);
      const norm = Math.sqrt(center.reduce((sum, x) => sum + x * x, 0));
      const heights = (children ?? []).map((child) => distance(center, nodes[child]!.center, this.cosine));
      const below = (children ?? []).map((child) => ids.get(child)!);
      rows.push([ids.get(node)!, size, new DenseVector(center), norm, cost, Math.max(0, ...heights), below]);
    };
    write(0);
    return { rows, cost: leaves.reduce((sum, node) => sum + nodes[node]!.cost, 0) };
  }

  override toString(): string {
    const { clusters, numFeatures } = this;
    return this.described({ k: clusters, distanceMeasure: this.getDistanceMeasure(), numFeatures });
  }
}

function leavesOf(nodes: readonly ClusterNode[], node = 0): number[] {
  const { children } = nodes[node]!;
  return children === null ? [node] : children.flatMap((child) => leavesOf(nodes, child));
}

function distance(a: Float64Array, b: Float64Array, cosine: boolean): number {
  const squares = a.reduce((sum, x, j) => sum + (x - b[j]!) ** 2, 0);
  return cosine ? squares / 2 : Math.sqrt(squares);
}

const COLUMNS = ["index", "size", "center", "norm", "cost", "height", "children"] as const;
const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "index", type: { kind: "int" }, nullable: true },
    { name: "size", type: { kind: "long" }, nullable: true },
    { name: "center", type: OldVectorUDT, nullable: true },
    { name: "norm", type: { kind: "double" }, nullable: true },
    { name: "cost", type: { kind: "double" }, nullable: true },
    { name: "height", type: { kind: "double" }, nullable: true },
    { name: "children", type: { kind: "array", element: { kind: "int" }, containsNull: true }, nullable: true },
  ],
};

persistent(BisectingKMeansModel, {
  sparkClass: "org.apache.spark.ml.clustering.BisectingKMeansModel",
  // Spark writes the model of spark.mllib, with metadata of its own, into the directory `data`.
  async save(model, directory) {
    const { rows, cost } = model.saved();
    const inner = directory.child("data");
    await inner.writeTable("data", DATA, rows);
    await inner.writeMetadata({
      class: "org.apache.spark.mllib.clustering.BisectingKMeansModel",
      version: "3.0",
      rootId: rows.at(-1)![0],
      distanceMeasure: model.getDistanceMeasure(),
      trainingCost: cost,
      uid: model.uid,
      timestamp: Date.now(),
      sparkVersion: LAYOUT_VERSION,
      paramMap: {},
    });
  },
  async load(_, directory) {
    const inner = directory.child("data");
    const rows = await inner.readTable("data", COLUMNS);
    const byId = new Map(rows.map((row) => [row.get("index") as number, row]));
    const isChild = new Set(rows.flatMap((row) => row.get("children") as readonly number[]));
    const roots = [...byId.keys()].filter((id) => !isChild.has(id));
    if (roots.length !== 1) throw inner.damaged("its nodes are no tree");
    const nodes: ClusterNode[] = [];
    const add = (id: number): number => {
      const row = byId.get(id);
      const center: unknown = row?.get("center");
      if (row === undefined || !(center instanceof DenseVector || center instanceof SparseVector))
        throw inner.damaged(`it has no node ${id} with a center`);
      const children = row.get("children") as readonly number[];
      // Spark keeps inner nodes with one child; it stands for them.
      if (children.length === 1) return add(children[0]!);
      const node: ClusterNode = { center: center.toArray(), children: null, size: Number(row.get("size")), cost: row.get("cost") as number }; // prettier-ignore
      const place = nodes.push(node) - 1;
      if (children.length === 2) node.children = [add(children[0]!), add(children[1]!)];
      return place;
    };
    add(roots[0]!);
    return new BisectingKMeansModel(nodes);
  },
});
