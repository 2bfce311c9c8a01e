/** Several targets: a model for each, side by side or in a chain. */
import type { StructField, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { col } from "../../dataframe/api/functions";
import { Estimator, Model } from "../base/estimator";
import { checkNumeric, doubleField, withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import { VectorAssembler } from "../feature/vector-assembler";
import { stringsParam } from "../param/kinds";
import { classNameOf, type ParamInput, withParams } from "../param/params";
import { savedWithParts } from "../persistence/parts";
import { type Persistent, persistent } from "../persistence/registry";
import { copyParts } from "../tuning/search";
import {
  columnOf,
  configured,
  fitAll,
  memberEstimator,
  loadModels,
  memberParallelism,
  quoted,
  saveModels,
  withColumnOfEach,
} from "./members";

const columns = {
  labelCols: stringsParam("names of the columns of targets"),
  predictionCols: stringsParam("names of the columns for predictions; <target>_prediction where not set"),
} as const;

abstract class MultiOutput extends withParams(Estimator<MultiOutputModel | ClassifierChainModel>, {
  ...memberEstimator,
  ...memberParallelism,
  ...columns,
}) {
  override transformSchema(schema: StructType): StructType {
    for (const label of this.getLabelCols()) {
      checkNumeric(schema, label, this.className);
      configured(this.getEstimator(), { labelCol: label }).transformSchema(schema);
    }
    return withFields(schema, this.className, ...predictionFields(this.getLabelCols(), this.valueFor("predictionCols")));
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["estimator"]);
  }

  protected fitTargets(df: DataFrame): Promise<Transformer[]> {
    const fits = this.getLabelCols().map((labelCol) => () => configured(this.getEstimator(), { labelCol }).fit(df));
    return fitAll<Transformer>(this.getParallelism(), fits);
  }
}

function predictionFields(labels: readonly string[], names: readonly string[] | undefined): StructField[] {
  return labels.map((label, i) => doubleField(names?.[i] ?? `${label}_prediction`));
}

/** A classifier for each target, fitted side by side: scikit-learn's MultiOutputClassifier. */
export class MultiOutputClassifier extends MultiOutput {
  protected override async fitModel(df: DataFrame): Promise<MultiOutputModel> {
    return MultiOutputModel.of(this, await this.fitTargets(df));
  }
}

/** A regressor for each target, fitted side by side. */
export class MultiOutputRegressor extends MultiOutput {
  protected override async fitModel(df: DataFrame): Promise<MultiOutputModel> {
    return MultiOutputModel.of(this, await this.fitTargets(df));
  }
}

/** A model for each target, which append a column of predictions each. */
export class MultiOutputModel extends withParams(Model, columns) {
  constructor(
    /** In the order of the targets. */
    readonly estimators: readonly Transformer[],
  ) {
    super();
  }

  /** Internal. */
  static of(parent: Estimator, models: readonly Transformer[]): MultiOutputModel {
    return new MultiOutputModel(models).adopted(parent);
  }

  override transformSchema(schema: StructType): StructType {
    for (const model of this.estimators) model.transformSchema(schema);
    return withFields(schema, this.className, ...this.outputs());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const outputs = this.outputs();
    return withColumnOfEach(df, schema, this.estimators, ["predictionCol"], (i) => outputs[i]!.name);
  }

  private outputs(): StructField[] {
    return predictionFields(this.getLabelCols(), this.valueFor("predictionCols"));
  }
}

/**
 * A classifier for each target in turn, which also sees the targets before it: in training as they are, in prediction as they were
 * predicted. scikit-learn's ClassifierChain (Read et al., 2009).
 */
export class ClassifierChain extends MultiOutput {
  protected override async fitModel(df: DataFrame): Promise<ClassifierChainModel> {
    const labels = this.getLabelCols();
    const features = columnOf(this.getEstimator(), "featuresCol")!;
    const chained = `${this.uid}_features`;
    const fits = labels.map((labelCol, i) => () => {
      const rows = new VectorAssembler({ inputCols: [features, ...labels.slice(0, i)], outputCol: chained }).transform(df);
      return configured(this.getEstimator(), { labelCol, featuresCol: chained }).fit(rows);
    });
    return ClassifierChainModel.of(this, await fitAll<Transformer>(this.getParallelism(), fits), features);
  }
}

export class ClassifierChainModel extends withParams(Model, columns) {
  constructor(
    /** In the order of the targets. */
    readonly estimators: readonly Transformer[],
    readonly featuresColumn: string,
  ) {
    super();
  }

  /** Internal. */
  static of(parent: ClassifierChain, models: readonly Transformer[], features: string): ClassifierChainModel {
    return new ClassifierChainModel(models, features).adopted(parent);
  }

  override transformSchema(schema: StructType): StructType {
    return withFields(schema, this.className, ...this.outputs());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const kept = schema.fields.map(({ name }) => name);
    const outputs = this.outputs().map(({ name }) => name);
    this.estimators.forEach((model, i) => {
      const chained = columnOf(model, "featuresCol")!;
      const inputCols = [this.featuresColumn, ...outputs.slice(0, i)];
      const rows = model.transform(new VectorAssembler({ inputCols, outputCol: chained }).transform(df));
      kept.push(outputs[i]!);
      const prediction = col(quoted(columnOf(model, "predictionCol")!)).as(outputs[i]!);
      df = rows.select(...kept.slice(0, -1).map((name) => col(quoted(name))), prediction);
    });
    return df;
  }

  private outputs(): StructField[] {
    return predictionFields(this.getLabelCols(), this.valueFor("predictionCols"));
  }
}

function saved<M extends MultiOutputModel | ClassifierChainModel>(
  name: string,
  make: (models: readonly Transformer[], features: string) => M,
): Persistent<M> {
  return {
    sparkClass: `firesteel.mllib.meta.${name}`,
    metadata: (model) => ({
      numModels: model.estimators.length,
      ...(model instanceof ClassifierChainModel && { featuresColumn: model.featuresColumn }),
    }),
    save: ({ estimators }, directory) => saveModels(estimators, directory),
    load: async (metadata, directory) =>
      make(await loadModels(metadata["numModels"], directory), String(metadata["featuresColumn"])),
  };
}

persistent(
  MultiOutputModel,
  saved("MultiOutputModel", (models) => new MultiOutputModel(models)),
);
persistent(
  ClassifierChainModel,
  saved("ClassifierChainModel", (models, features) => new ClassifierChainModel(models, features)),
);

for (const Class of [MultiOutputClassifier, MultiOutputRegressor, ClassifierChain])
  savedWithParts<MultiOutput>(Class, `firesteel.mllib.meta.${classNameOf(Class)}`, ["estimator"]);
