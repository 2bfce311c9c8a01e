/** Factorization machines that predict one of two classes. */
import type { StructField, StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import {
  checkThresholds,
  type ClassScorer,
  classifierProgram,
  probabilisticParams,
  ProbabilisticClassificationModel,
  classFields,
  rawOfMargins,
} from "../base/classifier";
import type { Estimator } from "../base/estimator";
import { knownSummary } from "../base/summary";
import { type MachineSpec, rawPredictions } from "../factorization/machine";
import { machineFit, machineOptions } from "../factorization/machine-fit";
import { type MachineValues, machineSpec, machineValues, savedMachine } from "../factorization/machine-values";
import { machineParams } from "../factorization/params";
import { LinearEstimator } from "../linear/linear-estimator";
import type { LinearColumns, TrainingRows } from "../linear/training-data";
import type { Matrix } from "../linalg/matrices";
import type { Vector } from "../linalg/vectors";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { BinaryClassificationSummary, summarizedRows, type SummarizedRows, trainingHistory } from "./classification-summary";

const params = { ...probabilisticParams, ...machineParams } as const;

/**
 * Logistic regression with pairs of features, of which each counts by the product of two vectors that are learned (S. Rendle,
 * Factorization Machines, 2010), by AdamW or gradient descent. Labels are 0 and 1. Spark's numbers for the same seed and partitions. As in
 * Spark, weights count in summaries only.
 */
export class FMClassifier extends withParams(LinearEstimator<FMClassificationModel>, params) {
  override transformSchema(schema: StructType): StructType {
    checkThresholds(this.className, this.valueFor<readonly number[]>("thresholds"), 2);
    return super.transformSchema(schema);
  }

  protected override fitColumns(): LinearColumns {
    return { ...super.fitColumns(), weightCol: undefined };
  }

  protected override modelFields(): readonly StructField[] {
    return classFields(this);
  }

  protected override async fitOn(rows: TrainingRows, df: DataFrame): Promise<FMClassificationModel> {
    const { means, histogram, invalidLabels } = await rows.summary(true);
    if (invalidLabels > 0 || histogram.length > 2)
      throw new DataError(
        "INVALID_LABEL",
        `${this.className}: Labels MUST be in {0, 1}, but ${invalidLabels > 0 ? `${invalidLabels} are no whole numbers from 0` : `got ${histogram.length - 1}`}.`,
      );
    const options = machineOptions(this, means.length, "logistic");
    const { parameters, objectiveHistory } = await rows.fit(machineFit, options);
    return FMClassificationModel.fitted(this, machineValues(options, parameters), df, objectiveHistory);
  }
}

export class FMClassificationModel
  extends withParams(ProbabilisticClassificationModel<MachineSpec>, params)
  implements MachineValues
{
  readonly numClasses = 2;
  readonly numFeatures: number;
  private training: FMClassificationTrainingSummary | undefined;

  /** @param factors a row per feature */
  constructor(
    readonly intercept: number,
    readonly linear: Vector,
    readonly factors: Matrix,
  ) {
    super();
    this.numFeatures = linear.size;
  }

  /** Internal: the model of a fit on `df`. */
  static fitted(
    parent: Estimator,
    { intercept, linear, factors }: MachineValues,
    df: DataFrame,
    objectiveHistory: readonly number[],
  ): FMClassificationModel {
    const model = new FMClassificationModel(intercept, linear, factors).adopted(parent);
    model.training = new FMClassificationTrainingSummary(summarizedRows(model, df, "probabilityCol"), objectiveHistory);
    return model;
  }

  get hasSummary(): boolean {
    return this.training !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): FMClassificationTrainingSummary {
    return knownSummary(this.training, this.className);
  }

  /** How the model does on other rows. */
  evaluate(df: DataFrame): BinaryClassificationSummary {
    const { predictions, columns, scoreCol } = summarizedRows(this, df, "probabilityCol");
    return new BinaryClassificationSummary(predictions, columns, scoreCol);
  }

  protected override scoring(): { program: typeof program; model: MachineSpec; open: typeof openScorer } {
    return { program, model: machineSpec(this, "logistic"), open: openScorer };
  }

  override toString(): string {
    return this.described({
      numClasses: 2,
      numFeatures: this.numFeatures,
      factorSize: this.factors.numCols,
      fitLinear: this.getFitLinear(),
      fitIntercept: this.getFitIntercept(),
    });
  }
}

/** Of the rows that the model was fitted on. */
export class FMClassificationTrainingSummary extends BinaryClassificationSummary {
  /** Loss and penalty of the sample of each step, and of one after the last. */
  readonly objectiveHistory: readonly number[];
  readonly totalIterations: number;

  constructor({ predictions, columns, scoreCol }: SummarizedRows, objectiveHistory: readonly number[]) {
    super(predictions, columns, scoreCol);
    ({ objectiveHistory: this.objectiveHistory, totalIterations: this.totalIterations } = trainingHistory(objectiveHistory));
  }
}

function openScorer(spec: MachineSpec): ClassScorer {
  return {
    classes: 2,
    raw: (features) => rawOfMargins(rawPredictions(features, spec)),
    probability: (raw) =>
      raw.map((_, at) => {
        const one = 1 / (1 + Math.exp(-raw[at | 1]!));
        return at % 2 === 1 ? one : 1 - one;
      }),
  };
}

const program = classifierProgram<MachineSpec>("mllib.fmClassifier", "FMClassificationModel", openScorer);

persistent(FMClassifier, { sparkClass: "org.apache.spark.ml.classification.FMClassifier", load: () => new FMClassifier() });

savedMachine(
  FMClassificationModel,
  "org.apache.spark.ml.classification.FMClassificationModel",
  ({ intercept, linear, factors }) => new FMClassificationModel(intercept, linear, factors),
);
