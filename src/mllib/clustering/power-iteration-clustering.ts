/** Clusters of a graph of similar vertices. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { columnName } from "../base/predictor";
import { checkColumn, checkNumeric } from "../base/schema";
import { Stage } from "../base/stage";
import { derivedLater } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { RowRandom } from "../datasets/random";
import { choiceParam, gt, intParam, stringParam } from "../param/kinds";
import { withParams } from "../param/params";
import { maxIter, weightCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { ASSIGNMENTS, assignments, placedNeighbours, placesOf, productOfBlock, sentEdges, toGraphBlock, verticesOfBlock } from "./affinity-graph"; // prettier-ignore
import { localCenters } from "./local-k-means";

const params = {
  ...weightCol,
  ...maxIter(20),
  k: intParam("number of clusters", 2, gt(1)),
  initMode: choiceParam('first vector: "random", or "degree", sums of similarities', ["random", "degree"], "random"),
  srcCol: stringParam("name of the column of one end of an edge: whole numbers", "src"),
  dstCol: stringParam("name of the column of the other end: whole numbers", "dst"),
} as const;

/**
 * Power iteration clustering (F. Lin, W. Cohen, Power Iteration Clustering, 2010), as Spark: a vector with an entry for each vertex is multiplied by the
 * matrix of similarities, whose rows sum up to 1, until it changes evenly, and its entries make clusters by k-means. An edge is there in both
 * directions; edges from a vertex to itself do not count. Executors keep the edges; the vector must fit into the driver's memory. Results do not depend on
 * partitions.
 *
 * @example
 * await new PowerIterationClustering({ k: 2, weightCol: "weight" }).assignClusters(edges).show();
 */
export class PowerIterationClustering extends withParams(Stage, params) {
  /** Columns id and cluster, a row for each vertex. Throws of weights that are negative, NaN or infinite, of null, and where there is no edge. */
  assignClusters(df: DataFrame): DataFrame {
    const self = this.copy();
    return derivedLater(df, this.className, (schema) => self.assigned(df, schema));
  }

  private columns(schema: StructType): string[] {
    const ends = [this.getSrcCol(), this.getDstCol()];
    for (const name of ends) checkColumn(schema, name, this.className, "int or bigint", ({ kind }) => kind === "int" || kind === "long"); // prettier-ignore
    const weight = columnName(this.valueFor("weightCol"));
    if (weight === undefined) return ends;
    checkNumeric(schema, weight, this.className);
    return [...ends, weight];
  }

  private async assigned(df: DataFrame, schema: StructType): Promise<DataFrame> {
    const names = this.columns(schema);
    const { data, types } = batchInput(df, schema, names, this.className);
    const blocks = Math.max(await data.numPartitions(), 1);
    const graph = data.send(sentEdges, { names, types, blocks }, blocks).map(toGraphBlock, null).persist();
    const parts = await graph.partials(verticesOfBlock, null);
    const all = Float64Array.from(parts.flatMap(({ ids }) => [...ids])).sort();
    if (all.length === 0)
      throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty: there are no edges between vertices.`);
    const places = parts.map(({ ids }) => placesOf(ids, all));
    const gathered = (values: readonly Float64Array[]): Float64Array => {
      const vector = new Float64Array(all.length);
      for (const [block, own] of values.entries()) for (let i = 0; i < own.length; i++) vector[places[block]![i]!] = own[i]!;
      return vector;
    };
    const placed = graph.map(placedNeighbours, { all }).persist();
    const first =
      this.getInitMode() === "degree"
        ? gathered(parts.map(({ degrees }) => degrees))
        : all.map((id) => new RowRandom(0, id).normal());
    const vector = await this.iterated(scaled(first), async (now) =>
      gathered(await placed.partials(productOfBlock, { vector: now })),
    );
    await graph.release();
    const points = Array.from(vector, (value) => Float64Array.of(value));
    const found = localCenters(points, new Float64Array(points.length).fill(1), this.getK(), 0);
    const centers = Float64Array.from(found, ([value]) => value!).sort();
    return placed.frame(df.sparkSession, assignments, { vector, centers }, ASSIGNMENTS);
  }

  private async iterated(first: Float64Array, product: (vector: Float64Array) => Promise<Float64Array>): Promise<Float64Array> {
    // The tolerance of the paper.
    const tolerance = Math.max(1e-5 / first.length, 1e-8);
    let vector = first;
    let before = Infinity;
    for (let iteration = 0; iteration < this.getMaxIter(); iteration++) {
      const next = scaled(await product(vector));
      const change = next.reduce((sum, value, i) => sum + Math.abs(value - vector[i]!), 0);
      vector = next;
      if (Math.abs(change - before) <= tolerance) break;
      before = change;
    }
    return vector;
  }
}

/** Magnitudes sum up to 1. */
function scaled(vector: Float64Array): Float64Array {
  const sum = vector.reduce((total, value) => total + Math.abs(value), 0);
  if (sum === 0) throw new DataError("INVALID_WEIGHT", "PowerIterationClustering: all similarities are 0.");
  return vector.map((value) => value / sum);
}

persistent(PowerIterationClustering, {
  sparkClass: "org.apache.spark.ml.clustering.PowerIterationClustering",
  load: () => new PowerIterationClustering(),
});
