/** What models of clusters share: the column of predictions, summaries. */
import type { StructField, StructType } from "../../columnar/types";
import type { FixedVector } from "../../columnar/vector";
import { nominalOf } from "../base/attributes";
import { Model } from "../base/estimator";
import { knownSummary } from "../base/summary";
import { columnName } from "../base/predictor";
import { withFields } from "../base/schema";
import type { ClusteringSummary } from "./clustering-summary";
import { checkPoints } from "./points";

export const clusterField = (name: string, clusters: number): StructField => ({
  name,
  type: { kind: "int" },
  nullable: false,
  metadata: nominalOf(clusters),
});

export const intColumn = (values: Int32Array): FixedVector => ({ form: "fixed", length: values.length, values, valid: null });

export abstract class ClusteringModel<S extends ClusteringSummary> extends Model {
  protected training: S | undefined;
  /** Entries of a vector of features. */
  abstract readonly numFeatures: number;
  protected abstract readonly clusters: number;

  get hasSummary(): boolean {
    return this.training !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): S {
    return knownSummary(this.training, this.className);
  }

  protected featuresColumn(): string {
    return this.valueFor<string>("featuresCol")!;
  }

  /** The columns to append: those whose names are not empty. */
  protected outputFields(): readonly StructField[] {
    const name = columnName(this.valueFor("predictionCol"));
    return name === undefined ? [] : [clusterField(name, this.clusters)];
  }

  override transformSchema(schema: StructType): StructType {
    checkPoints(schema, this.featuresColumn(), this.className);
    return withFields(schema, this.className, ...this.outputFields());
  }

  override toString(): string {
    return this.described({ k: this.clusters, numFeatures: this.numFeatures });
  }
}
