/** k-means. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type InstanceBlock, stepsProgram, type TaskData } from "../compute";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { ClusterEstimator } from "./cluster-estimator";
import { initialCenters, type InitialOptions } from "./initial-centers";
import { KMeansModel } from "./k-means-model";
import { type Clustered, lloyd, type LloydOptions } from "./lloyd";
import { kMeansParams } from "./params";

interface KMeansSpec {
  readonly initial: InitialOptions;
  readonly moving: LloydOptions;
  readonly who: string;
}

const kMeans = stepsProgram<KMeansSpec, Clustered>({
  name: "mllib.kMeans.fit",
  *run({ initial, moving, who }) {
    return yield* lloyd(yield* initialCenters(initial, who), moving, who);
  },
});

/**
 * k-means: k-means‖ and Lloyd's iterations, each round and iteration a job over rows that executors keep. With the cosine distance,
 * rows and centers have length 1, and rows of zeros are refused. Where there are fewer different rows than k, there are as many
 * clusters as rows. `summary.trainingCost` is that of the model's centers (Spark's, of those before the last iteration).
 */
export class KMeans extends withParams(ClusterEstimator<KMeansModel>, kMeansParams) {
  protected override async fitOn(points: TaskData<InstanceBlock>, df: DataFrame): Promise<KMeansModel> {
    const initial = { k: this.getK(), seed: this.getSeed(), initMode: this.getInitMode(), initSteps: this.getInitSteps() };
    const moving = { maxIter: this.getMaxIter(), tol: this.getTol(), cosine: this.cosine };
    return KMeansModel.fitted(this, await points.steps(kMeans, { initial, moving, who: this.className }), df);
  }
}

persistent(KMeans, { sparkClass: "org.apache.spark.ml.clustering.KMeans", load: () => new KMeans() });
