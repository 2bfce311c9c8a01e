/** Factorization machines that predict numbers. */
import type { StructField } from "../../columnar/types";
import type { Estimator } from "../base/estimator";
import { columnName, predictionProgram, predictorParams, RegressionModel } from "../base/predictor";
import { doubleField } from "../base/schema";
import { checkedVector } from "../base/predictor";
import type { ColumnsProgram } from "../compute/append-columns";
import { VectorColumn, VectorColumnBuilder } from "../compute/columns";
import { type MachineSpec, rawPredictions } from "../factorization/machine";
import { machineFit, machineOptions } from "../factorization/machine-fit";
import { type MachineValues, machineSpec, machineValues, savedMachine } from "../factorization/machine-values";
import { machineParams } from "../factorization/params";
import { LinearEstimator } from "../linear/linear-estimator";
import type { LinearColumns, TrainingRows } from "../linear/training-data";
import type { Matrix } from "../linalg/matrices";
import type { Vector, VectorLike } from "../linalg/vectors";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";

const params = { ...predictorParams, ...machineParams } as const;

/**
 * Linear regression with pairs of features, of which each counts by the product of two vectors that are learned (S. Rendle, Factorization
 * Machines, 2010): squared error by AdamW or gradient descent. Spark's numbers for the same seed and partitions. As in Spark, fits take no
 * weights.
 */
export class FMRegressor extends withParams(LinearEstimator<FMRegressionModel>, params) {
  protected override fitColumns(): LinearColumns {
    return { ...super.fitColumns(), weightCol: undefined };
  }

  protected override modelFields(): readonly StructField[] {
    const name = columnName(this.getPredictionCol());
    return name === undefined ? [] : [doubleField(name)];
  }

  protected override async fitOn(rows: TrainingRows): Promise<FMRegressionModel> {
    const options = machineOptions(this, (await rows.summary(false)).means.length, "squared");
    const { parameters } = await rows.fit(machineFit, options);
    return FMRegressionModel.fitted(this, machineValues(options, parameters));
  }
}

export class FMRegressionModel extends withParams(RegressionModel, params) implements MachineValues {
  readonly numFeatures: number;

  /** @param factors a row per feature */
  constructor(
    readonly intercept: number,
    readonly linear: Vector,
    readonly factors: Matrix,
  ) {
    super();
    this.numFeatures = linear.size;
  }

  /** Internal. */
  static fitted(parent: Estimator, { intercept, linear, factors }: MachineValues): FMRegressionModel {
    return new FMRegressionModel(intercept, linear, factors).adopted(parent);
  }

  predict(features: VectorLike): number {
    const builder = new VectorColumnBuilder();
    builder.appendDense(checkedVector(features, this.numFeatures, this.className));
    return rawPredictions(new VectorColumn(builder.finish()), machineSpec(this, "squared"))[0]!;
  }

  protected override program(): { readonly program: ColumnsProgram<never>; readonly spec: object } {
    return { program, spec: machineSpec(this, "squared") };
  }

  override toString(): string {
    return this.described({
      numFeatures: this.numFeatures,
      factorSize: this.factors.numCols,
      fitLinear: this.getFitLinear(),
      fitIntercept: this.getFitIntercept(),
    });
  }
}

const program = predictionProgram<MachineSpec>("mllib.fmRegressor", "FMRegressionModel", (spec) => ({
  predict: (features) => rawPredictions(features, spec),
}));

persistent(FMRegressor, { sparkClass: "org.apache.spark.ml.regression.FMRegressor", load: () => new FMRegressor() });

savedMachine(
  FMRegressionModel,
  "org.apache.spark.ml.regression.FMRegressionModel",
  ({ intercept, linear, factors }) => new FMRegressionModel(intercept, linear, factors),
);
