/** Every candidate on every fold. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import { gtEq, intParam, stringParam } from "../param/kinds";
import { jsonDouble } from "../param/json-text";
import { type ParamInput, withParams } from "../param/params";
import { BestCandidate, searchSpec } from "./candidates";
import { persistent } from "../persistence/registry";
import { type FitCounts, NO_FITS } from "./fit-counts";
import { givenFolds, randomFolds } from "./folds";
import {
  hasSubModels,
  loadModels,
  loadParts,
  mapsEntry,
  numbers,
  PARTS,
  saveModels,
  saveParts,
  type SubModels,
} from "./saved-search";
import { copyParts, schemaOfCandidates, search } from "./search";
import { BEYOND_SPARK, collectSubModels, estimator, estimatorParamMaps, evaluator, howToSearch } from "./search-params";
import { bestOf } from "./search-run";

const folds = {
  numFolds: intParam("number of folds", 3, gtEq(2)),
  foldCol: stringParam("column with the number of each row's fold; divided at random where none is set", ""),
} as const;

/**
 * Fits each candidate on all but one part of the rows, judges it on that part, and does so for each part; the best candidate by the mean
 * of its scores is fitted on all rows.
 *
 * Work that candidates have in common is done once (`shareWork`): folds, stages of a pipeline that are the same, tables and blocks
 * to learn from, candidates that one fit contains. The scores are the same without.
 *
 * @example
 * const grid = new ParamGridBuilder().addGrid(forest.numTrees, [10, 20]).addGrid(forest.maxDepth, [5, 10]).build();
 * const search = new CrossValidator({ estimator: forest, estimatorParamMaps: grid, evaluator, numFolds: 3, parallelism: 2 });
 * const model = await search.fit(df);
 * console.log(model.avgMetrics, model.fitCounts);
 */
export class CrossValidator extends withParams(Estimator<CrossValidatorModel>, {
  ...estimator,
  ...evaluator,
  ...estimatorParamMaps,
  ...folds,
  ...collectSubModels,
  ...howToSearch,
}) {
  override transformSchema(schema: StructType): StructType {
    return schemaOfCandidates(this.getEstimator(), this.getEstimatorParamMaps(), schema);
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator", "evaluator"]);
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<CrossValidatorModel> {
    const column = this.getFoldCol();
    const numFolds = this.getNumFolds();
    const parts =
      column === "" ? randomFolds(df, numFolds, this.getSeed(), this.uid) : await givenFolds(df, schema, numFolds, column);
    const found = await search(df, searchSpec(this), parts);
    return CrossValidatorModel.of(this, {
      bestModel: found.bestModel,
      bestIndex: found.bestIndex,
      avgMetrics: found.means,
      stdMetrics: found.deviations,
      metrics: found.scores,
      subModels: found.subModels,
      fitCounts: found.fitCounts,
    });
  }
}

export interface CrossValidated {
  readonly bestModel: Transformer;
  readonly bestIndex: number;
  readonly avgMetrics: readonly number[];
  readonly stdMetrics: readonly number[];
  readonly metrics: readonly (readonly number[])[];
  readonly subModels: SubModels | null;
  readonly fitCounts: FitCounts;
}

/** The best of the candidates, fitted on all rows; and the scores of all. */
export class CrossValidatorModel extends withParams(BestCandidate, folds) {
  override readonly bestModel: Transformer;
  override readonly bestIndex: number;
  /** Means of the metric over the folds, by candidate; NaN of those that failed. */
  readonly avgMetrics: readonly number[];
  /** Standard deviations (of the population) over the folds, by candidate. */
  readonly stdMetrics: readonly number[];
  /** The metric by fold and candidate; none of models that Spark saved. */
  readonly metrics: readonly (readonly number[])[];
  /** Models by fold and candidate, where they were to be collected; a candidate that failed has none. */
  readonly subModels: SubModels | null;
  /** Fits that were asked for, and made; none of models that Spark saved. */
  readonly fitCounts: FitCounts;

  constructor(found: CrossValidated) {
    super();
    this.bestModel = found.bestModel;
    this.bestIndex = found.bestIndex;
    this.avgMetrics = found.avgMetrics;
    this.stdMetrics = found.stdMetrics;
    this.metrics = found.metrics;
    this.subModels = found.subModels;
    this.fitCounts = found.fitCounts;
  }

  /** Internal. */
  static of(parent: CrossValidator, found: CrossValidated): CrossValidatorModel {
    // Set even where it is the default: PySpark's reader of saved models does not look among defaults.
    return new CrossValidatorModel(found).adopted(parent).set("numFolds", parent.getNumFolds());
  }

  override toString(): string {
    return this.described({ bestModel: this.bestModel, numFolds: this.getNumFolds() });
  }
}

persistent(CrossValidator, {
  sparkClass: "org.apache.spark.ml.tuning.CrossValidator",
  aliases: ["pyspark.ml.tuning.CrossValidator"],
  leaveOut: PARTS,
  beyondSpark: BEYOND_SPARK,
  ownEntries: mapsEntry,
  save: saveParts,
  load: async (metadata, directory) => new CrossValidator(await loadParts(metadata, directory)),
});

const foldNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `subModels/fold${i}`);
const doubles = (values: readonly number[]): (string | null)[] => values.map((value) => (Number.isFinite(value) ? jsonDouble(value) : null)); // prettier-ignore

persistent<CrossValidatorModel>(CrossValidatorModel, {
  sparkClass: "org.apache.spark.ml.tuning.CrossValidatorModel",
  aliases: ["pyspark.ml.tuning.CrossValidatorModel"],
  leaveOut: PARTS,
  ownEntries: mapsEntry,
  metadata: ({ avgMetrics, stdMetrics, metrics, subModels, fitCounts, bestIndex }) => ({
    avgMetrics: doubles(avgMetrics),
    stdMetrics: doubles(stdMetrics),
    persistSubModels: hasSubModels(subModels),
    firesteelSearch: { metrics: metrics.map(doubles), fitCounts, bestIndex },
  }),
  save: async (model, directory) => {
    await saveParts(model, directory);
    await saveModels(model.bestModel, model.subModels, foldNames(model.getNumFolds()), directory);
  },
  load: async (metadata, directory) => {
    const parts = await loadParts(metadata, directory);
    const avgMetrics = numbers(metadata, "avgMetrics", directory);
    const names = foldNames(Number(metadata.paramMap["numFolds"] ?? metadata.defaultParamMap?.["numFolds"]));
    const models = await loadModels(metadata, parts.estimatorParamMaps.length, names, directory);
    const known = metadata["firesteelSearch"] as Pick<CrossValidated, "metrics" | "fitCounts" | "bestIndex"> | undefined;
    const model = new CrossValidatorModel({
      ...models,
      avgMetrics,
      stdMetrics: metadata["stdMetrics"] === undefined ? [] : numbers(metadata, "stdMetrics", directory),
      metrics: known?.metrics ?? [],
      fitCounts: known?.fitCounts ?? NO_FITS,
      bestIndex: known?.bestIndex ?? bestOf(avgMetrics, parts.evaluator.isLargerBetter())?.index ?? 0,
    });
    for (const name of PARTS) model.set(name, parts[name]);
    return model;
  },
});
