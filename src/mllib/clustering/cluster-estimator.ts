/** What clusterings have in common: points that executors keep while a computation looks at them step by step, and a column for the cluster. */
import type { StructField, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { columnName } from "../base/predictor";
import { checkNumeric, withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import type { InstanceBlock, TaskData } from "../compute";
import { clusterField } from "./clustering-model";
import { checkPoints, pointsOf } from "./points";

export abstract class ClusterEstimator<M extends Transformer> extends Estimator<M> {
  /** The model of the points. `df` is what they were read from. */
  protected abstract fitOn(points: TaskData<InstanceBlock>, df: DataFrame): Promise<M>;

  /** Columns that the model appends before the cluster. */
  protected otherFields(): readonly StructField[] {
    return [];
  }

  protected get cosine(): boolean {
    return this.hasParam("distanceMeasure") && this.valueFor<string>("distanceMeasure") === "cosine";
  }

  override transformSchema(schema: StructType): StructType {
    const weightCol = columnName(this.valueFor("weightCol"));
    checkPoints(schema, this.valueFor<string>("featuresCol")!, this.className);
    if (weightCol !== undefined) checkNumeric(schema, weightCol, this.className);
    const prediction = columnName(this.valueFor("predictionCol"));
    const cluster = prediction === undefined ? [] : [clusterField(prediction, this.valueFor<number>("k")!)];
    return withFields(schema, this.className, ...this.otherFields(), ...cluster);
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<M> {
    const featuresCol = this.valueFor<string>("featuresCol")!;
    const weightCol = columnName(this.valueFor("weightCol"));
    const points = await pointsOf(df, schema, { featuresCol, weightCol, cosine: this.cosine }, this.className);
    try {
      return await this.fitOn(points, df);
    } finally {
      await points.release();
    }
  }
}
