/** Several models that predict together. */
import type { DataType, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Estimator } from "../base/estimator";
import { Model } from "../base/estimator";
import { doubleField, withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doubleColumn, doublesOf, VectorColumn } from "../compute/columns";
import { choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { predictionCol } from "../param/shared";
import { type Persistent, persistent } from "../persistence/registry";
import { loadModels, saveModels, withColumnOfEach } from "./members";

export const voting = {
  voting: choiceParam(
    "hard: the class that most models predict; soft: the largest mean of their probabilities",
    ["hard", "soft"],
    "hard",
  ),
} as const;

interface VoteSpec {
  readonly how: "hard" | "soft" | "mean";
  readonly weights: readonly number[];
}

/** Of equal votes the smallest class wins. */
const vote = columnsProgram<VoteSpec>({
  name: "mllib.vote",
  open:
    ({ how, weights }, types: readonly DataType[]) =>
    (columns, rows) => {
      const result = new Float64Array(rows);
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      if (how === "soft") {
        const vectors = columns.map((column) => new VectorColumn(column));
        for (let row = 0; row < rows; row++) {
          const votes = new Float64Array(Math.max(...vectors.map((vector) => vector.size(row))));
          const each = new Float64Array(votes.length);
          vectors.forEach((vector, i) => {
            each.fill(0);
            vector.copyDense(row, each, 0);
            for (let k = 0; k < each.length; k++) votes[k]! += each[k]! * weights[i]!;
          });
          result[row] = votes.indexOf(Math.max(...votes));
        }
        return [doubleColumn(result)];
      }
      const values = columns.map((column, i) => doublesOf(column, types[i]!).values);
      for (let row = 0; row < rows; row++) {
        if (how === "mean") {
          let sum = 0;
          values.forEach((each, i) => (sum += each[row]! * weights[i]!));
          result[row] = sum / all;
          continue;
        }
        const votes = new Map<number, number>();
        values.forEach((each, i) => votes.set(each[row]!, (votes.get(each[row]!) ?? 0) + weights[i]!));
        let most = -Infinity;
        for (const [label, count] of votes)
          if (count > most || (count === most && label < result[row]!)) {
            most = count;
            result[row] = label;
          }
      }
      return [doubleColumn(result)];
    },
});

/** What ensembles of any kind have learned: models, and how they vote. */
export abstract class EnsembleModel extends withParams(Model, predictionCol) {
  /** The models, in the order of the estimators, resamples or partitions that they were fitted on. */
  abstract readonly estimators: readonly Transformer[];
  /** Their weights; null where all weigh the same. */
  abstract readonly weights: readonly number[] | null;

  protected abstract how(): VoteSpec["how"];

  override transformSchema(schema: StructType): StructType {
    for (const model of this.estimators) model.transformSchema(schema);
    return withFields(schema, this.className, doubleField(this.getPredictionCol()));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const how = this.how();
    const names = this.estimators.map((_, i) => `${this.uid}_${i}`);
    const predicted = withColumnOfEach(
      df,
      schema,
      this.estimators,
      [how === "soft" ? "probabilityCol" : "predictionCol"],
      (i) => names[i]!,
    );
    const weights = this.weights ?? names.map(() => 1);
    const outputs = [doubleField(this.getPredictionCol())];
    return appendColumns(predicted, vote, { inputs: names, outputs, spec: { how, weights } }).drop(...names);
  }
}

export class VotingClassificationModel extends withParams(EnsembleModel, voting) {
  constructor(
    readonly estimators: readonly Transformer[],
    readonly weights: readonly number[] | null = null,
  ) {
    super();
  }

  /** Internal. */
  static of(parent: Estimator, models: readonly Transformer[], weights?: readonly number[] | null): VotingClassificationModel {
    return new VotingClassificationModel(models, weights ?? null).adopted(parent);
  }

  protected override how(): VoteSpec["how"] {
    return this.getVoting();
  }
}

/** The mean of the models' predictions. */
export class VotingRegressionModel extends EnsembleModel {
  constructor(
    readonly estimators: readonly Transformer[],
    readonly weights: readonly number[] | null = null,
  ) {
    super();
  }

  /** Internal. */
  static of(parent: Estimator, models: readonly Transformer[], weights?: readonly number[] | null): VotingRegressionModel {
    return new VotingRegressionModel(models, weights ?? null).adopted(parent);
  }

  protected override how(): VoteSpec["how"] {
    return "mean";
  }
}

function saved<M extends EnsembleModel>(
  name: string,
  make: (models: readonly Transformer[], weights: readonly number[] | null) => M,
): Persistent<M> {
  return {
    sparkClass: `firesteel.mllib.meta.${name}`,
    metadata: ({ estimators, weights }) => ({ numModels: estimators.length, weights }),
    save: ({ estimators }, directory) => saveModels(estimators, directory),
    load: async (metadata, directory) =>
      make(await loadModels(metadata["numModels"], directory), (metadata["weights"] ?? null) as readonly number[] | null),
  };
}

persistent(VotingClassificationModel, saved("VotingClassificationModel", (models, weights) => new VotingClassificationModel(models, weights))); // prettier-ignore
persistent(VotingRegressionModel, saved("VotingRegressionModel", (models, weights) => new VotingRegressionModel(models, weights))); // prettier-ignore
