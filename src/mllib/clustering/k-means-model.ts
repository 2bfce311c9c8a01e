/** Clusters by their centers. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Estimator } from "../base/estimator";
import { checkedFeatures, checkedVector } from "../base/predictor";
import { appendColumns, columnsProgram } from "../compute";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector, type VectorLike } from "../linalg/vectors";
import { withParams } from "../param/params";
import { element, fieldNames, miningField, type PmmlModel } from "../persistence/pmml";
import { persistent } from "../persistence/registry";
import { ClusteringModel, intColumn } from "./clustering-model";
import { KMeansSummary } from "./clustering-summary";
import type { Clustered } from "./lloyd";
import { flat, NearestCenter } from "./nearest-center";
import { kMeansParams } from "./params";
import { featuresOf, normalize } from "./points";

interface PredictSpec {
  readonly who: string;
  readonly centers: Float64Array;
  readonly count: number;
  readonly width: number;
  readonly cosine: boolean;
}

export const predictClusters = columnsProgram<PredictSpec>({
  name: "mllib.kMeans.predict",
  open({ who, centers, count, width, cosine }, [type]) {
    const nearest = new NearestCenter(centers, count, width);
    return ([column], rows) => {
      const features = checkedFeatures(featuresOf(column!, type!), width, who);
      const clusters = new Int32Array(rows);
      for (let row = 0; row < rows; row++) {
        let values = features.values(row);
        if (cosine) normalize((values = values.slice()), who);
        if (features.isDense(row)) nearest.ofDense(values, 0);
        else nearest.ofSparse(features.indices(row), values, 0, values.length);
        clusters[row] = nearest.index;
      }
      return [intColumn(clusters)];
    };
  },
});

/** A model that predicts the nearest of its centers. */
export abstract class CenterModel extends ClusteringModel<KMeansSummary> {
  abstract readonly clusterCenters: readonly Vector[];

  /** Whether the distance is the cosine, and centers have length 1. */
  protected get cosine(): boolean {
    return false;
  }

  override get numFeatures(): number {
    return this.clusterCenters[0]?.size ?? 0;
  }

  protected override get clusters(): number {
    return this.clusterCenters.length;
  }

  private get spec(): PredictSpec {
    return {
      who: this.className,
      centers: flat(this.clusterCenters.map((center) => center.toArray())),
      count: this.clusters,
      width: this.numFeatures,
      cosine: this.cosine,
    };
  }

  /** The cluster of one point. */
  predict(features: VectorLike): number {
    const { who, centers, count, width, cosine } = this.spec;
    const point = checkedVector(features, width, who);
    if (cosine) normalize(point, who);
    const nearest = new NearestCenter(centers, count, width);
    nearest.ofDense(point, 0);
    return nearest.index;
  }

  protected override transformed(df: DataFrame): DataFrame {
    const outputs = this.outputFields();
    return outputs.length === 0
      ? df
      : appendColumns(df, predictClusters, { inputs: [this.featuresColumn()], outputs, spec: this.spec });
  }
}

export class KMeansModel extends withParams(CenterModel, kMeansParams) {
  /** @param clusterCenters of length 1 where the distance is the cosine */
  constructor(override readonly clusterCenters: readonly Vector[]) {
    super();
  }

  protected override get cosine(): boolean {
    return this.getDistanceMeasure() === "cosine";
  }

  static fitted(parent: Estimator, found: Clustered, df: DataFrame): KMeansModel {
    const model = new KMeansModel(found.centers.map((center) => new DenseVector(center))).adopted(parent);
    const predictionCol = model.getPredictionCol();
    const facts = {
      featuresCol: model.getFeaturesCol(),
      predictionCol,
      k: found.centers.length,
      numIter: found.iterations,
      clusterSizes: found.sizes,
    };
    model.training = new KMeansSummary(model.transform(df), facts, found.cost);
    return model;
  }

  override toString(): string {
    const { clusters, numFeatures } = this;
    return this.described({ k: clusters, distanceMeasure: this.getDistanceMeasure(), numFeatures });
  }
}

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "clusterIdx", type: { kind: "int" }, nullable: true },
    { name: "clusterCenter", type: VectorUDT, nullable: true },
  ],
};

persistent(KMeansModel, {
  sparkClass: "org.apache.spark.ml.clustering.KMeansModel",
  save: (model, directory) =>
    directory.writeTable(
      "data",
      DATA,
      model.clusterCenters.map((center, i) => [i, center]),
    ),
  pmml: asPmml,
  async load(_, directory) {
    const rows = await directory.readTable("data", ["clusterIdx", "clusterCenter"]);
    const centers: Vector[] = [];
    for (const row of rows) {
      const center: unknown = row.get("clusterCenter");
      if (!(center instanceof DenseVector || center instanceof SparseVector)) throw directory.damaged("a center is no vector");
      centers[row.get("clusterIdx") as number] = center;
    }
    const [first] = centers;
    if (first === undefined || Object.keys(centers).length !== centers.length || centers.some(({ size }) => size !== first.size))
      throw directory.damaged("data does not hold one center of each cluster");
    return new KMeansModel(centers);
  },
});

function asPmml({ clusterCenters }: KMeansModel): PmmlModel {
  const names = fieldNames(clusterCenters[0]?.size ?? 0);
  const description = "k-means clustering";
  const clusters = clusterCenters.map((center, i) => ({
    ...element("Cluster", { name: `cluster_${i}` }),
    children: [{ name: "Array", attributes: { n: names.length, type: "real" }, text: center.toArray().join(" ") }],
  }));
  const model = {
    modelName: "k-means",
    functionName: "clustering",
    modelClass: "centerBased",
    numberOfClusters: clusters.length,
  };
  return {
    description,
    fields: names,
    element: element("ClusteringModel", model, [
      element("MiningSchema", {}, names.map((name) => miningField(name, "active"))), // prettier-ignore
      element("ComparisonMeasure", { kind: "distance" }, [element("squaredEuclidean", {})]),
      ...names.map((field) => element("ClusteringField", { field, compareFunction: "absDiff" })),
      ...clusters,
    ]),
  };
}
