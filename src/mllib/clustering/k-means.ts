/** k-means. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { columnName } from "../base/predictor";
import { checkNumeric, withFields } from "../base/schema";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { clusterField } from "./clustering-model";
import { initialCenters } from "./initial-centers";
import { KMeansModel } from "./k-means-model";
import { lloyd } from "./lloyd";
import { kMeansParams } from "./params";
import { checkPoints, pointsOf } from "./points";

/**
 * k-means: k-means‖ and Lloyd's iterations, each round and iteration a job over rows that executors keep. With the cosine distance,
 * rows and centers have length 1, and rows of zeros are refused. Where there are fewer different rows than k, there are as many
 * clusters as rows. `summary.trainingCost` is that of the model's centers (Spark's, of those before the last iteration).
 */
export class KMeans extends withParams(Estimator<KMeansModel>, kMeansParams) {
  override transformSchema(schema: StructType): StructType {
    const weightCol = columnName(this.valueFor("weightCol"));
    checkPoints(schema, this.getFeaturesCol(), this.className);
    if (weightCol !== undefined) checkNumeric(schema, weightCol, this.className);
    const prediction = columnName(this.getPredictionCol());
    return withFields(schema, this.className, ...(prediction === undefined ? [] : [clusterField(prediction, this.getK())]));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<KMeansModel> {
    const who = this.className;
    const cosine = this.getDistanceMeasure() === "cosine";
    const weightCol = columnName(this.valueFor("weightCol"));
    const points = await pointsOf(df, schema, { featuresCol: this.getFeaturesCol(), weightCol, cosine }, who);
    try {
      const [k, seed] = [this.getK(), this.getSeed()];
      const centers = await initialCenters(
        points,
        { k, seed, initMode: this.getInitMode(), initSteps: this.getInitSteps() },
        who,
      );
      const found = await lloyd(points, centers, { maxIter: this.getMaxIter(), tol: this.getTol(), cosine }, who);
      return KMeansModel.fitted(this, found, df);
    } finally {
      await points.release();
    }
  }
}

persistent(KMeans, { sparkClass: "org.apache.spark.ml.clustering.KMeans", load: () => new KMeans() });
