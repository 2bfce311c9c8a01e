/** Gaussian mixtures. */
import type { StructField } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorOfSize } from "../base/attributes";
import { columnName } from "../base/predictor";
import { vectorField } from "../base/schema";
import { type InstanceBlock, stepsProgram, type TaskData } from "../compute";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { ClusterEstimator } from "./cluster-estimator";
import { expectationMaximization, type MixtureFit } from "./expectation-maximization";
import { GaussianMixtureModel } from "./gaussian-mixture-model";
import { initialCenters } from "./initial-centers";
import { lloyd } from "./lloyd";
import { gaussianMixtureParams } from "./params";

/** Iterations of k-means before those of the mixture. */
const FIRST_ITERATIONS = 10;

interface MixtureSpec {
  readonly k: number;
  readonly seed: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly who: string;
}

const mixture = stepsProgram<MixtureSpec, MixtureFit>({
  name: "mllib.gaussianMixture.fit",
  *run({ k, seed, maxIter, tol, who }) {
    const first = yield* initialCenters({ k, seed, initMode: "k-means||", initSteps: 2 }, who);
    const { centers } = yield* lloyd(first, { maxIter: FIRST_ITERATIONS, tol: 1e-4, cosine: false }, who);
    return yield* expectationMaximization(centers, { k, maxIter, tol });
  },
});

/**
 * A mixture of k normal distributions with full covariances, by expectation maximization. As in scikit-learn it begins at clusters of
 * k-means, where Spark begins at a few points drawn at random: the log-likelihood is seldom lower, and often much higher.
 */
export class GaussianMixture extends withParams(ClusterEstimator<GaussianMixtureModel>, gaussianMixtureParams) {
  protected override otherFields(): readonly StructField[] {
    const probability = columnName(this.getProbabilityCol());
    return probability === undefined ? [] : [vectorField(probability, vectorOfSize(this.getK()))];
  }

  protected override async fitOn(points: TaskData<InstanceBlock>, df: DataFrame): Promise<GaussianMixtureModel> {
    const [k, seed, maxIter, tol] = [this.getK(), this.getSeed(), this.getMaxIter(), this.getTol()];
    const found = await points.steps(mixture, { k, seed, maxIter, tol, who: this.className });
    return GaussianMixtureModel.fitted(this, found, df);
  }
}

persistent(GaussianMixture, {
  sparkClass: "org.apache.spark.ml.clustering.GaussianMixture",
  load: () => new GaussianMixture(),
});
