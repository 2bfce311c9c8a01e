/** Estimators that learn batch by batch, over whole DataFrames; models that predict in parallel. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator, Model } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import { instancesOf } from "../compute/instances";
import { countClasses, IncrementalEstimator } from "../incremental/incremental-estimator";
import { doublesParam, objectParam } from "../param/kinds";
import { type ParamInput, withParams } from "../param/params";
import { loadInstance, persistent, saveInstance } from "../persistence/registry";
import { savedWithParts } from "../persistence/parts";
import { copyParts } from "../tuning/search";
import { memberEstimator, transformers } from "./members";

const incremental = {
  estimator: objectParam(
    "what learns, batch by batch",
    "an estimator with partialFit (SGDClassifier, SGDRegressor, …)",
    (value): value is IncrementalEstimator<Model> => value instanceof IncrementalEstimator,
  ),
  classes: doublesParam("all classes, 0 … k - 1; counted in a pass of its own where not set"),
} as const;

/**
 * Gives the partitions of a DataFrame to `partialFit`, one after the other: what is in memory at any time is a block of one
 * partition, and what was learned. dask-ml's Incremental.
 *
 * @example
 * const model = await new Incremental({ estimator: new SGDClassifier(), classes: [0, 1] }).fit(january);
 * const more = await model.partialFit(february);
 */
export class Incremental extends withParams(Estimator<IncrementalModel>, incremental) {
  override transformSchema(schema: StructType): StructType {
    return this.getEstimator().transformSchema(schema);
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator"]);
  }

  protected override async fitModel(df: DataFrame): Promise<IncrementalModel> {
    const estimator = this.getEstimator();
    let classes = this.valueFor<readonly number[]>("classes");
    if (classes === undefined && estimator.isClassifier) {
      const count = await countClasses(await instancesOf(df, estimator.instanceColumns()), this.className);
      classes = Array.from({ length: count }, (_, k) => k);
    }
    const { model, batches } = await estimator.learnFrom(df, classes === undefined ? {} : { classes });
    return IncrementalModel.of(this, model, batches);
  }
}

export class IncrementalModel extends withParams(Model, incremental) {
  constructor(
    /** What was learned so far. */
    readonly model: Model,
    /** Partitions that it was learned from. */
    readonly blocksSeen: number,
  ) {
    super();
  }

  /** Internal. */
  static of(parent: Incremental, model: Model, blocksSeen: number): IncrementalModel {
    return new IncrementalModel(model, blocksSeen).adopted(parent);
  }

  /** Goes on learning; this model stays as it is. */
  async partialFit(df: DataFrame): Promise<IncrementalModel> {
    const { model, batches } = await this.getEstimator().learnFrom(df, { model: this.model });
    return new IncrementalModel(model, this.blocksSeen + batches).copied(this);
  }

  private copied(from: IncrementalModel): this {
    this.uid = from.uid;
    return this.copyValues(from);
  }

  override transformSchema(schema: StructType): StructType {
    return this.model.transformSchema(schema);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return this.model.transform(df);
  }
}

/**
 * Fits on what may be a small part of the rows; the model predicts any DataFrame, its partitions in parallel. All models here do: the
 * class is for programs that come from dask-ml.
 */
export class ParallelPostFit extends withParams(Estimator<ParallelPostFitModel>, memberEstimator) {
  override transformSchema(schema: StructType): StructType {
    return this.getEstimator().transformSchema(schema);
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator"]);
  }

  protected override async fitModel(df: DataFrame): Promise<ParallelPostFitModel> {
    return ParallelPostFitModel.of(this, await this.getEstimator().fit(df));
  }
}

export class ParallelPostFitModel extends Model {
  constructor(readonly model: Transformer) {
    super();
  }

  /** Internal. */
  static of(parent: ParallelPostFit, model: Transformer): ParallelPostFitModel {
    return new ParallelPostFitModel(model).adopted(parent);
  }

  override transformSchema(schema: StructType): StructType {
    return this.model.transformSchema(schema);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return this.model.transform(df);
  }
}

persistent(IncrementalModel, {
  sparkClass: "firesteel.mllib.meta.IncrementalModel",
  leaveOut: ["estimator"],
  metadata: ({ blocksSeen }) => ({ blocksSeen }),
  save: async (model, directory) => {
    await saveInstance(model.getEstimator(), directory.child("estimator"));
    await saveInstance(model.model, directory.child("model"));
  },
  load: async (metadata, directory) => {
    const estimator = await loadInstance(directory.child("estimator"));
    const model = await loadInstance(directory.child("model"));
    if (!(estimator instanceof IncrementalEstimator) || !(model instanceof Model))
      throw directory.damaged("what it learned with, or what it learned, is of another kind");
    return new IncrementalModel(model, Number(metadata["blocksSeen"])).set("estimator", estimator);
  },
});

persistent(ParallelPostFitModel, {
  sparkClass: "firesteel.mllib.meta.ParallelPostFitModel",
  save: ({ model }, directory) => saveInstance(model, directory.child("model")),
  load: async (_, directory) => {
    const [model] = transformers([await loadInstance(directory.child("model"))], (why) => directory.damaged(why));
    return new ParallelPostFitModel(model!);
  },
});

savedWithParts(Incremental, "firesteel.mllib.meta.Incremental", ["estimator"]);
savedWithParts(ParallelPostFit, "firesteel.mllib.meta.ParallelPostFit", ["estimator"]);
