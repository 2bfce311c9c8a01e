/** What classifiers share: raw predictions and probabilities as vectors, and the class that is predicted of them. */
import type { StructField } from "../../columnar/types";
import type { Vector } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { UsageError } from "../../common/errors";
import { appendColumns, type ColumnsProgram, columnsProgram } from "../compute/append-columns";
import { denseVectorColumn, doubleColumn, VectorColumn } from "../compute/columns";
import { DenseVector, type VectorLike } from "../linalg/vectors";
import { probabilityCol, rawPredictionCol, thresholds } from "../param/shared";
import { nominalOf, vectorOfSize } from "./attributes";
import { checkedFeatures, checkedVector, columnName, PredictionModel, predictorParams } from "./predictor";
import { doubleField, vectorField } from "./schema";
import { VectorColumnBuilder } from "../compute/columns";

export const classifierParams = { ...predictorParams, ...rawPredictionCol } as const;
export const probabilisticParams = { ...classifierParams, ...probabilityCol, ...thresholds } as const;

/** Scores rows; arrays are row after row, a column per class. */
export interface ClassScorer {
  readonly classes: number;
  raw(features: VectorColumn): Float64Array;
  /** In a new array; absent of classifiers without probabilities. */
  probability?(raw: Float64Array): Float64Array;
}

/** Raw predictions of two classes, of the margins of class 1. */
export function rawOfMargins(margins: Float64Array): Float64Array {
  const raw = new Float64Array(2 * margins.length);
  for (let row = 0; row < margins.length; row++) {
    raw[2 * row] = -margins[row]!;
    raw[2 * row + 1] = margins[row]!;
  }
  return raw;
}

/**
 * How a class is chosen: the largest raw prediction (the first of several), the largest p / threshold, or class 1 of two where
 * its raw prediction or its probability is above a limit.
 */
export type Decision =
  | { readonly kind: "largest" }
  | { readonly kind: "thresholds"; readonly values: readonly number[] }
  | { readonly kind: "raw above"; readonly limit: number }
  | { readonly kind: "probability above"; readonly limit: number };

export interface ClassifierSpec<S> {
  readonly width: number;
  readonly model: S;
  readonly decision: Decision;
  /** Which columns are to be made, in their order. */
  readonly outputs: readonly ("raw" | "probability" | "prediction")[];
}

/** A columns program of a classifier; `open` makes the scorer of plain data, once a task. */
export function classifierProgram<S>(
  name: string,
  who: string,
  open: (model: S) => ClassScorer,
): ColumnsProgram<ClassifierSpec<S>> {
  return columnsProgram<ClassifierSpec<S>>({
    name,
    open: ({ width, model, decision, outputs }) => {
      const scorer = open(model);
      return ([features], rows) =>
        classColumns(scorer, decision, outputs, scorer.raw(checkedFeatures(new VectorColumn(features!), width, who)), rows);
    },
  });
}

/** The columns of a classifier, of its raw predictions. */
export function classColumns(
  { classes, probability: probabilityOf }: Pick<ClassScorer, "classes" | "probability">,
  decision: Decision,
  outputs: ClassifierSpec<unknown>["outputs"],
  raw: Float64Array,
  rows: number,
): Vector[] {
  const needsProbability = outputs.includes("probability") || (decision.kind !== "largest" && decision.kind !== "raw above");
  const probability = needsProbability ? probabilityOf!(raw) : raw;
  return outputs.map((output) => {
    if (output === "raw") return denseVectorColumn(raw, rows, classes);
    if (output === "probability") return denseVectorColumn(probability, rows, classes);
    return doubleColumn(decide(decision, raw, probability, rows, classes));
  });
}

export function decide(
  decision: Decision,
  raw: Float64Array,
  probability: Float64Array,
  rows: number,
  classes: number,
): Float64Array {
  const predictions = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++, at += classes) {
    switch (decision.kind) {
      case "raw above":
        predictions[row] = raw[at + 1]! > decision.limit ? 1 : 0;
        break;
      case "probability above":
        predictions[row] = probability[at + 1]! > decision.limit ? 1 : 0;
        break;
      case "largest":
        if (classes === 2) {
          const first = raw[at]!;
          predictions[row] = raw[at + 1]! > (first > -Infinity ? first : -Infinity) ? 1 : 0;
        } else predictions[row] = largest(classes, (k) => raw[at + k]!);
        break;
      case "thresholds":
        predictions[row] = largest(classes, (k) => probability[at + k]! / decision.values[k]!);
    }
  }
  return predictions;
}

function largest(classes: number, score: (k: number) => number): number {
  let best = 0;
  let most = -Infinity;
  for (let k = 0; k < classes; k++) {
    const value = score(k);
    if (value > most) {
      most = value;
      best = k;
    }
  }
  return best;
}

/** Throws unless there is one threshold per class. */
export function checkThresholds(who: string, thresholds: readonly number[] | undefined, classes: number): void {
  if (thresholds !== undefined && thresholds.length !== classes)
    throw new UsageError(
      "INVALID_PARAMETER_VALUE",
      `${who}: thresholds has ${thresholds.length} values for ${classes} classes; there must be one for each class.`,
    );
}

type Output = readonly [kind: "raw" | "probability" | "prediction", field: StructField];

/** Names of columns as parameters have them; those of none are left out. */
interface OutputNames {
  readonly raw: string | undefined;
  readonly probability: string | undefined;
  readonly prediction: string | undefined;
}

function outputsOf(names: OutputNames, classes: number, vectors?: StructField["metadata"]): readonly Output[] {
  const [raw, probability, prediction] = [names.raw, names.probability, names.prediction].map(columnName);
  return [
    ...(raw === undefined ? [] : [["raw", vectorField(raw, vectors)] as const]),
    ...(probability === undefined ? [] : [["probability", vectorField(probability, vectors)] as const]),
    ...(prediction === undefined ? [] : [["prediction", doubleField(prediction, nominalOf(classes))] as const]),
  ];
}

interface ClassColumns {
  getRawPredictionCol(): string | undefined;
  getProbabilityCol?(): string | undefined;
  getPredictionCol(): string | undefined;
}

/** The columns that the model of a classifier appends, before it is known how many classes there are. */
export function classFields(stage: ClassColumns, classes = 2): readonly StructField[] {
  const [raw, probability, prediction] = [stage.getRawPredictionCol(), stage.getProbabilityCol?.(), stage.getPredictionCol()];
  return outputsOf({ raw, probability, prediction }, classes).map(([, field]) => field);
}

/** A model that scores classes. */
export abstract class ClassificationModel<S = unknown> extends PredictionModel {
  abstract readonly numClasses: number;

  /** The program, and the model as plain data. */
  protected abstract scoring(): {
    readonly program: ColumnsProgram<ClassifierSpec<S>>;
    readonly model: S;
    readonly open: (model: S) => ClassScorer;
  };

  protected decision(): Decision {
    const values = this.valueFor<readonly number[]>("thresholds");
    checkThresholds(this.className, values, this.numClasses);
    return values === undefined ? { kind: "largest" } : { kind: "thresholds", values };
  }

  /** Raw predictions (confidences) of the classes. */
  predictRaw(features: VectorLike): DenseVector {
    const { scorer, column } = this.one(features);
    return new DenseVector(scorer.raw(column));
  }

  predict(features: VectorLike): number {
    const { scorer, column } = this.one(features);
    const raw = scorer.raw(column);
    return decide(this.decision(), raw, scorer.probability?.(raw) ?? raw, 1, scorer.classes)[0]!;
  }

  protected one(features: VectorLike): { scorer: ClassScorer; column: VectorColumn } {
    const { open, model } = this.scoring();
    const builder = new VectorColumnBuilder();
    builder.appendDense(checkedVector(features, this.numFeatures, this.className));
    return { scorer: open(model), column: new VectorColumn(builder.finish()) };
  }

  protected outputs(): readonly Output[] {
    const names = {
      raw: this.valueFor<string>("rawPredictionCol"),
      probability: this.hasParam("probabilityCol") ? this.valueFor<string>("probabilityCol") : undefined,
      prediction: this.valueFor<string>("predictionCol"),
    };
    return outputsOf(names, this.numClasses, vectorOfSize(this.numClasses));
  }

  protected override outputFields(): readonly StructField[] {
    return this.outputs().map(([, field]) => field);
  }

  protected override transformed(df: DataFrame): DataFrame {
    const outputs = this.outputs();
    if (outputs.length === 0) return df;
    const { program, model } = this.scoring();
    const spec: ClassifierSpec<S> = {
      width: this.numFeatures,
      model,
      decision: this.decision(),
      outputs: outputs.map(([kind]) => kind),
    };
    return appendColumns(df, program, { inputs: [this.featuresColumn()], outputs: this.outputFields(), spec });
  }
}

/** A classification model with probabilities. */
export abstract class ProbabilisticClassificationModel<S = unknown> extends ClassificationModel<S> {
  /** Probabilities of the classes. */
  predictProbability(features: VectorLike): DenseVector {
    const { scorer, column } = this.one(features);
    return new DenseVector(scorer.probability!(scorer.raw(column)));
  }
}
