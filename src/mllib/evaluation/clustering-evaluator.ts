/** The silhouette of clusters, from sums over each cluster instead of distances of all pairs, as in Spark. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkNumeric, checkVector } from "../base/schema";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import { choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { featuresCol, predictionCol, weightCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { denseCopy } from "../stat/covariance";
import { Evaluator } from "./evaluator";

/** From -1 to 1; clusters of one row count as 0. There must be at least two clusters. */
export class ClusteringEvaluator extends withParams(Evaluator, {
  ...featuresCol,
  ...predictionCol,
  ...weightCol,
  metricName: choiceParam("metric", ["silhouette"], "silhouette"),
  distanceMeasure: choiceParam("distance", ["squaredEuclidean", "cosine"], "squaredEuclidean"),
}) {
  protected override async evaluated(df: DataFrame, schema: StructType): Promise<number> {
    const weightCol = this.isSet("weightCol") && this.getWeightCol() !== "" ? this.getWeightCol() : undefined;
    checkVector(schema, this.getFeaturesCol(), this.className);
    checkNumeric(schema, this.getPredictionCol(), this.className);
    if (weightCol !== undefined) checkNumeric(schema, weightCol, this.className);
    const data = await instancesOf(df, { featuresCol: this.getFeaturesCol(), labelCol: this.getPredictionCol(), weightCol });
    const cosine = this.getDistanceMeasure() === "cosine";
    const clusters = (await data.aggregate(clusterSums, { cosine })) ?? [];
    if (clusters.length < 2)
      throw new DataError(
        "TOO_FEW_CLUSTERS",
        `${this.className}: there are ${clusters.length} clusters; the silhouette needs at least two.`,
      );
    const { sum, weight } = (await data.aggregate(silhouettes, { cosine, clusters }))!;
    return sum / weight;
  }

  override toString(): string {
    return this.described({ metricName: this.getMetricName(), distanceMeasure: this.getDistanceMeasure() });
  }
}

persistent(ClusteringEvaluator, {
  sparkClass: "org.apache.spark.ml.evaluation.ClusteringEvaluator",
  load: () => new ClusteringEvaluator(),
});

/** Weighted sums over the rows of a cluster: weights, points, squared norms. */
interface Cluster {
  readonly id: number;
  rows: number;
  weight: number;
  readonly points: Float64Array;
  squares: number;
}

interface Spec {
  readonly cosine: boolean;
}

/** Rows in full, of length 1 where distances are cosines. */
function pointsOf(block: InstanceBlock, cosine: boolean): Float64Array {
  const points = denseCopy(block);
  if (!cosine) return points;
  const { rows, width } = block;
  for (let row = 0; row < rows; row++) {
    const point = points.subarray(row * width, (row + 1) * width);
    const norm = Math.sqrt(point.reduce((sum, x) => sum + x * x, 0));
    if (norm === 0)
      throw new DataError("ZERO_VECTOR", "ClusteringEvaluator: the cosine distance is not defined for a vector of zeros.");
    for (let j = 0; j < width; j++) point[j]! /= norm;
  }
  return points;
}

const clusterSums = aggregateProgram<Spec, InstanceBlock, Cluster[]>({
  name: "mllib.evaluation.clusterSums",
  run(blocks, { cosine }) {
    const clusters = new Map<number, Cluster>();
    for (const block of blocks) {
      const { rows, width, label, weight } = block;
      const points = pointsOf(block, cosine);
      for (let row = 0; row < rows; row++) {
        const id = label![row]!;
        let cluster = clusters.get(id);
        if (cluster === undefined)
          clusters.set(id, (cluster = { id, rows: 0, weight: 0, points: new Float64Array(width), squares: 0 }));
        const w = weight === null ? 1 : weight[row]!;
        cluster.rows++;
        cluster.weight += w;
        for (let j = 0; j < width; j++) {
          const x = points[row * width + j]!;
          cluster.points[j]! += w * x;
          cluster.squares += w * x * x;
        }
      }
    }
    return [...clusters.values()];
  },
  merge(a, b) {
    const clusters = new Map(a.map((cluster) => [cluster.id, cluster]));
    for (const cluster of b) {
      const sum = clusters.get(cluster.id);
      clusters.set(
        cluster.id,
        sum === undefined
          ? cluster
          : {
              id: sum.id,
              rows: sum.rows + cluster.rows,
              weight: sum.weight + cluster.weight,
              points: sum.points.map((x, j) => x + cluster.points[j]!),
              squares: sum.squares + cluster.squares,
            },
      );
    }
    return [...clusters.values()].sort((x, y) => x.id - y.id);
  },
});

interface Total {
  readonly sum: number;
  readonly weight: number;
}

const silhouettes = aggregateProgram<Spec & { readonly clusters: readonly Cluster[] }, InstanceBlock, Total>({
  name: "mllib.evaluation.silhouettes",
  run(blocks, { cosine, clusters }) {
    let sum = 0;
    let total = 0;
    for (const block of blocks) {
      const { rows, width, label, weight } = block;
      const points = pointsOf(block, cosine);
      for (let row = 0; row < rows; row++) {
        const w = weight === null ? 1 : weight[row]!;
        total += w;
        sum += w * silhouetteOf(points.subarray(row * width, (row + 1) * width), label![row]!, w, clusters, cosine);
      }
    }
    return { sum, weight: total };
  },
  merge: (a, b) => ({ sum: a.sum + b.sum, weight: a.weight + b.weight }),
});

function silhouetteOf(point: Float64Array, id: number, weight: number, clusters: readonly Cluster[], cosine: boolean): number {
  const squares = point.reduce((sum, x) => sum + x * x, 0);
  /** Mean distance to the rows of a cluster. */
  const distanceTo = ({ points, squares: all, weight: rows }: Cluster): number => {
    const dot = point.reduce((sum, x, j) => sum + x * points[j]!, 0);
    return cosine ? 1 - dot / rows : squares + all / rows - (2 * dot) / rows;
  };
  const own = clusters.find((cluster) => cluster.id === id)!;
  if (own.weight === weight) return 0;
  let nearest = Infinity;
  for (const cluster of clusters) if (cluster.id !== id) nearest = Math.min(nearest, distanceTo(cluster));
  const inside = (distanceTo(own) * own.weight) / (own.weight - weight);
  return inside < nearest ? 1 - inside / nearest : inside > nearest ? nearest / inside - 1 : 0;
}
