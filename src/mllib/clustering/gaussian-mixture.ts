/** Gaussian mixtures. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorOfSize } from "../base/attributes";
import { Estimator } from "../base/estimator";
import { columnName } from "../base/predictor";
import { checkNumeric, vectorField, withFields } from "../base/schema";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { clusterField } from "./clustering-model";
import { expectationMaximization } from "./expectation-maximization";
import { GaussianMixtureModel } from "./gaussian-mixture-model";
import { initialCenters } from "./initial-centers";
import { lloyd } from "./lloyd";
import { gaussianMixtureParams } from "./params";
import { checkPoints, pointsOf } from "./points";

/** Iterations of k-means before those of the mixture. */
const FIRST_ITERATIONS = 10;

/**
 * A mixture of k normal distributions with full covariances, by expectation maximization. As in scikit-learn it begins at clusters of
 * k-means, where Spark begins at a few points drawn at random: the log-likelihood is seldom lower, and often much higher.
 */
export class GaussianMixture extends withParams(Estimator<GaussianMixtureModel>, gaussianMixtureParams) {
  override transformSchema(schema: StructType): StructType {
    const weightCol = columnName(this.valueFor("weightCol"));
    checkPoints(schema, this.getFeaturesCol(), this.className);
    if (weightCol !== undefined) checkNumeric(schema, weightCol, this.className);
    const [probability, prediction] = [this.getProbabilityCol(), this.getPredictionCol()].map(columnName);
    return withFields(
      schema,
      this.className,
      ...(probability === undefined ? [] : [vectorField(probability, vectorOfSize(this.getK()))]),
      ...(prediction === undefined ? [] : [clusterField(prediction, this.getK())]),
    );
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<GaussianMixtureModel> {
    const who = this.className;
    const weightCol = columnName(this.valueFor("weightCol"));
    const points = await pointsOf(df, schema, { featuresCol: this.getFeaturesCol(), weightCol }, who);
    try {
      const k = this.getK();
      const first = await initialCenters(points, { k, seed: this.getSeed(), initMode: "k-means||", initSteps: 2 }, who);
      const { centers } = await lloyd(points, first, { maxIter: FIRST_ITERATIONS, tol: 1e-4, cosine: false }, who);
      const found = await expectationMaximization(points, centers, { k, maxIter: this.getMaxIter(), tol: this.getTol() });
      return GaussianMixtureModel.fitted(this, found, df);
    } finally {
      await points.release();
    }
  }
}

persistent(GaussianMixture, {
  sparkClass: "org.apache.spark.ml.clustering.GaussianMixture",
  load: () => new GaussianMixture(),
});
