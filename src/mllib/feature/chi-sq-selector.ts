/** The entries, all categories, that chi-squared tests say have most to do with the label. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { checkNumeric, checkVector, vectorField, withFields } from "../base/schema";
import { choiceParam, doubleParam, gtEq, inRange, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { featuresCol, labelCol, outputCol } from "../param/shared";
import { chiSquareTests } from "../stat/feature-tests";
import { column, savedAs, savedByParams } from "./support/saved";
import { selectByPValues, SelectorModel } from "./support/selected";

const rate = (what: string) => doubleParam(what, 0.05, inRange(0, 1));

const params = {
  ...featuresCol,
  ...labelCol,
  ...outputCol,
  selectorType: choiceParam(
    "how to select: the best, a share of all, or all within a rate of errors (false positives, false discoveries, any error)",
    ["numTopFeatures", "percentile", "fpr", "fdr", "fwe"],
    "numTopFeatures",
  ),
  numTopFeatures: intParam("entries to select", 50, gtEq(1)),
  percentile: doubleParam("share of the entries to select", 0.1, inRange(0, 1)),
  fpr: rate("highest p-value"),
  fdr: rate("highest rate of false discoveries"),
  fwe: rate("highest chance of any error"),
} as const;

export class ChiSqSelector extends withParams(Estimator<ChiSqSelectorModel>, params) {
  override transformSchema(schema: StructType): StructType {
    checkVector(schema, this.getFeaturesCol(), this.className);
    checkNumeric(schema, this.getLabelCol(), this.className);
    return withFields(schema, this.className, vectorField(this.getOutputCol()));
  }

  protected override async fitModel(df: DataFrame): Promise<ChiSqSelectorModel> {
    const tests = await chiSquareTests(df, this.getFeaturesCol(), this.getLabelCol(), this.className);
    const mode = this.getSelectorType();
    const selected = selectByPValues(tests.map(({ pValue }) => pValue), mode, this.getOrDefault(mode) as number); // prettier-ignore
    return new ChiSqSelectorModel(selected.sort((a, b) => a - b)).of(this);
  }
}

export class ChiSqSelectorModel extends withParams(SelectorModel, params) {
  constructor(selectedFeatures: readonly number[]) {
    super(selectedFeatures as never);
  }

  of(parent: ChiSqSelector): this {
    return this.adopted(parent);
  }

  protected override unknownAttribute(): { readonly type: "nominal" } {
    return { type: "nominal" };
  }
}

savedByParams(ChiSqSelector);
savedAs(
  ChiSqSelectorModel,
  "ChiSqSelectorModel",
  { selectedFeatures: column.ints },
  (model) => [model.selectedFeatures],
  (selected: readonly number[]) => new ChiSqSelectorModel(selected),
);
