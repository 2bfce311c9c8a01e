/** Bisecting k-means. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { columnName } from "../base/predictor";
import { checkNumeric, withFields } from "../base/schema";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { bisect } from "./bisect";
import { BisectingKMeansModel } from "./bisecting-k-means-model";
import { clusterField } from "./clustering-model";
import { bisectingKMeansParams } from "./params";
import { checkPoints, pointsOf } from "./points";

/**
 * Bisecting k-means: clusters are divided in two by 2-means, all those of a level at the same time and the larger ones first, until
 * there are k leaves or none can be divided. An iteration is a job over rows that executors keep.
 */
export class BisectingKMeans extends withParams(Estimator<BisectingKMeansModel>, bisectingKMeansParams) {
  override transformSchema(schema: StructType): StructType {
    const weightCol = columnName(this.valueFor("weightCol"));
    checkPoints(schema, this.getFeaturesCol(), this.className);
    if (weightCol !== undefined) checkNumeric(schema, weightCol, this.className);
    const prediction = columnName(this.getPredictionCol());
    return withFields(schema, this.className, ...(prediction === undefined ? [] : [clusterField(prediction, this.getK())]));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<BisectingKMeansModel> {
    const who = this.className;
    const cosine = this.getDistanceMeasure() === "cosine";
    const weightCol = columnName(this.valueFor("weightCol"));
    const points = await pointsOf(df, schema, { featuresCol: this.getFeaturesCol(), weightCol, cosine }, who);
    try {
      const maxIter = this.getMaxIter();
      const nodes = await bisect(
        points,
        {
          k: this.getK(),
          maxIter,
          seed: this.getSeed(),
          minDivisibleClusterSize: this.getMinDivisibleClusterSize(),
          cosine,
        },
        who,
      );
      return BisectingKMeansModel.fitted(this, nodes, maxIter, df);
    } finally {
      await points.release();
    }
  }
}

persistent(BisectingKMeans, {
  sparkClass: "org.apache.spark.ml.clustering.BisectingKMeans",
  load: () => new BisectingKMeans(),
});
