/** The entries that vary more than a limit. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { checkVector, vectorField, withFields } from "../base/schema";
import { instancesOf } from "../compute/instances";
import { doubleParam, gtEq } from "../param/kinds";
import { withParams } from "../param/params";
import { featuresCol, outputCol } from "../param/shared";
import { summarize } from "../stat/vector-summary";
import { column, savedAs, savedByParams } from "./support/saved";
import { SelectorModel } from "./support/selected";

const params = {
  ...featuresCol,
  ...outputCol,
  varianceThreshold: doubleParam("entries whose variance (of the sample) is not above this are left out", 0, gtEq(0)),
} as const;

export class VarianceThresholdSelector extends withParams(Estimator<VarianceThresholdSelectorModel>, params) {
  override transformSchema(schema: StructType): StructType {
    checkVector(schema, this.getFeaturesCol(), this.className);
    return withFields(schema, this.className, vectorField(this.getOutputCol()));
  }

  protected override async fitModel(df: DataFrame): Promise<VarianceThresholdSelectorModel> {
    const data = await instancesOf(df, { featuresCol: this.getFeaturesCol(), nonFinite: true });
    const { variance } = await summarize(data, this.className);
    const selected = Array.from(variance.values.keys()).filter((i) => variance.values[i]! > this.getVarianceThreshold());
    return new VarianceThresholdSelectorModel(selected).of(this);
  }
}

export class VarianceThresholdSelectorModel extends withParams(SelectorModel, params) {
  constructor(selectedFeatures: readonly number[]) {
    super(selectedFeatures as never);
  }

  of(parent: VarianceThresholdSelector): this {
    return this.adopted(parent);
  }
}

savedByParams(VarianceThresholdSelector);
savedAs(
  VarianceThresholdSelectorModel,
  "VarianceThresholdSelectorModel",
  { selectedFeatures: column.ints },
  (model) => [model.selectedFeatures],
  (selected: readonly number[]) => new VarianceThresholdSelectorModel(selected),
);
