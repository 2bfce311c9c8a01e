/** Every candidate on one division of the rows. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import { doubleParam, inRange } from "../param/kinds";
import { jsonDouble } from "../param/json-text";
import { type ParamInput, withParams } from "../param/params";
import { BestCandidate, searchSpec } from "./candidates";
import { persistent } from "../persistence/registry";
import { type FitCounts, NO_FITS } from "./fit-counts";
import { randomSplit } from "./folds";
import {
  hasSubModels,
  loadModels,
  loadParts,
  mapsEntry,
  numbers,
  PARTS,
  saveModels,
  saveParts,
  type SubModel,
} from "./saved-search";
import { copyParts, schemaOfCandidates, search } from "./search";
import { BEYOND_SPARK, collectSubModels, estimator, estimatorParamMaps, evaluator, howToSearch } from "./search-params";
import { bestOf } from "./search-run";
import { doubleText } from "../../dataframe/types/java-floats";

const ratio = {
  trainRatio: doubleParam("part of the rows that is for training", 0.75, inRange(0, 1)),
} as const;

/** Fits each candidate on a part of the rows and judges it on the rest; the best is fitted on all rows. Work is shared as in CrossValidator. */
export class TrainValidationSplit extends withParams(Estimator<TrainValidationSplitModel>, {
  ...estimator,
  ...evaluator,
  ...estimatorParamMaps,
  ...ratio,
  ...collectSubModels,
  ...howToSearch,
}) {
  override transformSchema(schema: StructType): StructType {
    return schemaOfCandidates(this.getEstimator(), this.getEstimatorParamMaps(), schema);
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator", "evaluator"]);
  }

  protected override async fitModel(df: DataFrame): Promise<TrainValidationSplitModel> {
    const found = await search(df, searchSpec(this), randomSplit(df, this.getTrainRatio(), this.getSeed(), this.uid));
    return TrainValidationSplitModel.of(this, {
      bestModel: found.bestModel,
      bestIndex: found.bestIndex,
      validationMetrics: found.scores[0]!,
      subModels: found.subModels?.[0] ?? null,
      fitCounts: found.fitCounts,
    });
  }
}

export interface Validated {
  readonly bestModel: Transformer;
  readonly bestIndex: number;
  readonly validationMetrics: readonly number[];
  readonly subModels: readonly (SubModel | undefined)[] | null;
  readonly fitCounts: FitCounts;
}

/** The best of the candidates, fitted on all rows; and the scores of all. */
export class TrainValidationSplitModel extends withParams(BestCandidate, ratio) {
  override readonly bestModel: Transformer;
  override readonly bestIndex: number;
  /** The metric by candidate; NaN of those that failed. */
  readonly validationMetrics: readonly number[];
  /** Models by candidate, where they were to be collected; one that failed has none. */
  readonly subModels: readonly (SubModel | undefined)[] | null;
  /** Fits that were asked for, and made; none of models that Spark saved. */
  readonly fitCounts: FitCounts;

  constructor(found: Validated) {
    super();
    this.bestModel = found.bestModel;
    this.bestIndex = found.bestIndex;
    this.validationMetrics = found.validationMetrics;
    this.subModels = found.subModels;
    this.fitCounts = found.fitCounts;
  }

  /** Internal. */
  static of(parent: TrainValidationSplit, found: Validated): TrainValidationSplitModel {
    return new TrainValidationSplitModel(found).adopted(parent);
  }

  override toString(): string {
    return this.described({ bestModel: this.bestModel, trainRatio: doubleText(this.getTrainRatio()) });
  }
}

persistent(TrainValidationSplit, {
  sparkClass: "org.apache.spark.ml.tuning.TrainValidationSplit",
  aliases: ["pyspark.ml.tuning.TrainValidationSplit"],
  leaveOut: PARTS,
  beyondSpark: BEYOND_SPARK,
  ownEntries: mapsEntry,
  save: saveParts,
  load: async (metadata, directory) => new TrainValidationSplit(await loadParts(metadata, directory)),
});

const SUB_MODELS = ["subModels"] as const;

persistent<TrainValidationSplitModel>(TrainValidationSplitModel, {
  sparkClass: "org.apache.spark.ml.tuning.TrainValidationSplitModel",
  aliases: ["pyspark.ml.tuning.TrainValidationSplitModel"],
  leaveOut: PARTS,
  ownEntries: mapsEntry,
  metadata: ({ validationMetrics, subModels, fitCounts, bestIndex }) => ({
    validationMetrics: validationMetrics.map((value) => (Number.isFinite(value) ? jsonDouble(value) : null)),
    persistSubModels: hasSubModels(subModels === null ? null : [subModels]),
    firesteelSearch: { fitCounts, bestIndex },
  }),
  save: async (model, directory) => {
    await saveParts(model, directory);
    await saveModels(model.bestModel, model.subModels === null ? null : [model.subModels], SUB_MODELS, directory);
  },
  load: async (metadata, directory) => {
    const parts = await loadParts(metadata, directory);
    const validationMetrics = numbers(metadata, "validationMetrics", directory);
    const { bestModel, subModels } = await loadModels(metadata, parts.estimatorParamMaps.length, SUB_MODELS, directory);
    const known = metadata["firesteelSearch"] as Pick<Validated, "fitCounts" | "bestIndex"> | undefined;
    const model = new TrainValidationSplitModel({
      bestModel,
      subModels: subModels?.[0] ?? null,
      validationMetrics,
      fitCounts: known?.fitCounts ?? NO_FITS,
      bestIndex: known?.bestIndex ?? bestOf(validationMetrics, parts.evaluator.isLargerBetter())?.index ?? 0,
    });
    for (const name of PARTS) model.set(name, parts[name]);
    return model;
  },
});
