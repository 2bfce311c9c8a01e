/** Bisecting k-means. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type InstanceBlock, stepsProgram, type TaskData } from "../compute";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { bisect, type BisectOptions } from "./bisect";
import { BisectingKMeansModel } from "./bisecting-k-means-model";
import { ClusterEstimator } from "./cluster-estimator";
import type { ClusterNode } from "./cluster-tree";
import { bisectingKMeansParams } from "./params";

interface BisectingSpec {
  readonly options: BisectOptions;
  readonly who: string;
}

const bisecting = stepsProgram<BisectingSpec, ClusterNode[]>({
  name: "mllib.bisectingKMeans.fit",
  run: ({ options, who }) => bisect(options, who),
});

/**
 * Bisecting k-means: clusters are divided in two by 2-means, all those of a level at the same time and the larger ones first, until
 * there are k leaves or none can be divided. An iteration is a job over rows that executors keep.
 */
export class BisectingKMeans extends withParams(ClusterEstimator<BisectingKMeansModel>, bisectingKMeansParams) {
  protected override async fitOn(points: TaskData<InstanceBlock>, df: DataFrame): Promise<BisectingKMeansModel> {
    const maxIter = this.getMaxIter();
    const minDivisibleClusterSize = this.getMinDivisibleClusterSize();
    const options = { k: this.getK(), maxIter, seed: this.getSeed(), minDivisibleClusterSize, cosine: this.cosine };
    const nodes = await points.steps(bisecting, { options, who: this.className });
    return BisectingKMeansModel.fitted(this, nodes, maxIter, df);
  }
}

persistent(BisectingKMeans, {
  sparkClass: "org.apache.spark.ml.clustering.BisectingKMeans",
  load: () => new BisectingKMeans(),
});
