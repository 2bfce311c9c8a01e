/** The entries that tests, each on its own, say have most to do with the label. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { checkNumeric, checkVector, vectorField, withFields } from "../base/schema";
import { choiceParam, doubleParam, gtEq } from "../param/kinds";
import { withParams } from "../param/params";
import { featuresCol, labelCol, outputCol } from "../param/shared";
import { anovaTests, chiSquareTests, fValueTests } from "../stat/feature-tests";
import { column, savedAs, savedByParams } from "./support/saved";
import { selectByPValues, SelectorModel } from "./support/selected";

const KINDS = ["categorical", "continuous"] as const;

const params = {
  ...featuresCol,
  ...labelCol,
  ...outputCol,
  featureType: choiceParam("what the entries are", KINDS),
  labelType: choiceParam("what the label is", KINDS),
  selectionMode: choiceParam(
    "how to select: the best, a share of all, or all within a rate of errors (false positives, false discoveries, any error)",
    ["numTopFeatures", "percentile", "fpr", "fdr", "fwe"],
    "numTopFeatures",
  ),
  selectionThreshold: doubleParam("how many, which share or which rate; 50, 0.1 or 0.05 where it is not set", undefined, gtEq(0)),
} as const;

/** Chi-squared tests for categories, F tests of ANOVA for continuous entries and classes, F tests of regression for continuous both. */
export class UnivariateFeatureSelector extends withParams(Estimator<UnivariateFeatureSelectorModel>, params) {
  private threshold(): number {
    const mode = this.getSelectionMode();
    const threshold = this.isSet("selectionThreshold")
      ? this.getSelectionThreshold()
      : mode === "numTopFeatures"
        ? 50
        : mode === "percentile"
          ? 0.1
          : 0.05;
    if (mode === "numTopFeatures" ? !(Number.isInteger(threshold) && threshold >= 1) : threshold > 1)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: selectionThreshold must be ${mode === "numTopFeatures" ? "a whole number of at least 1" : "from 0 to 1"} for ${mode}, got ${threshold}.`,
      );
    return threshold;
  }

  override transformSchema(schema: StructType): StructType {
    this.threshold();
    if (this.getFeatureType() === "categorical" && this.getLabelType() === "continuous")
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: there is no test of categorical entries and a continuous label.`,
      );
    checkVector(schema, this.getFeaturesCol(), this.className);
    checkNumeric(schema, this.getLabelCol(), this.className);
    return withFields(schema, this.className, vectorField(this.getOutputCol()));
  }

  protected override async fitModel(df: DataFrame): Promise<UnivariateFeatureSelectorModel> {
    const test =
      this.getFeatureType() === "categorical" ? chiSquareTests : this.getLabelType() === "categorical" ? anovaTests : fValueTests;
    const tests = await test(df, this.getFeaturesCol(), this.getLabelCol(), this.className);
    const pValues = tests.map(({ pValue }) => pValue);
    return new UnivariateFeatureSelectorModel(selectByPValues(pValues, this.getSelectionMode(), this.threshold())).of(this);
  }
}

export class UnivariateFeatureSelectorModel extends withParams(SelectorModel, params) {
  constructor(selectedFeatures: readonly number[]) {
    super(selectedFeatures as never);
  }

  of(parent: UnivariateFeatureSelector): this {
    return this.adopted(parent);
  }
}

savedByParams(UnivariateFeatureSelector);
savedAs(
  UnivariateFeatureSelectorModel,
  "UnivariateFeatureSelectorModel",
  { selectedFeatures: column.ints },
  (model) => [model.selectedFeatures],
  (selected: readonly number[]) => new UnivariateFeatureSelectorModel(selected),
);
