/** An estimator that learns from what others predict (Wolpert, Stacked generalization, 1992): scikit-learn's stacking. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator, Model } from "../base/estimator";
import { withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import { VectorAssembler } from "../feature/vector-assembler";
import { VectorSlicer } from "../feature/vector-slicer";
import { VectorUDT } from "../linalg/user-types";
import { boolParam, gtEq, intParam, objectParam, stringParam } from "../param/kinds";
import { classNameOf, type ParamInput, withParams } from "../param/params";
import { seed } from "../param/shared";
import { savedWithParts } from "../persistence/parts";
import { persistent } from "../persistence/registry";
import { givenFolds, randomFolds } from "../tuning/folds";
import { copyParts } from "../tuning/search";
import { columnOf, configured, copyMembers, fitAll, loadModels, memberEstimators, memberParallelism, predictor, saveModels, withColumnOfEach } from "./members"; // prettier-ignore

const stacking = {
  ...memberEstimators,
  ...memberParallelism,
  ...seed(),
  finalEstimator: objectParam(
    "what learns from the predictions of the others; its label and output columns are those of the whole",
    "an estimator",
    (value): value is Estimator => value instanceof Estimator,
  ),
  numFolds: intParam("folds: estimators predict rows that they have not learned from", 5, gtEq(2)),
  foldCol: stringParam("name of a column of the number of each row's fold; folds are drawn where it is empty", ""),
  passthrough: boolParam("whether the final estimator sees the features, too", false),
} as const;

/** What a member tells the final estimator: probabilities where it has them (of two classes that of the second), else predictions. */
const TOLD = ["probabilityCol", "predictionCol"] as const;

/** Undefined of what tells no classes apart. */
const classesOf = (model: Transformer): number | undefined => (predictor(model) as { readonly numClasses?: number }).numClasses;

/** The rows with a column `into` of vectors: what each of `models` tells of a row, then its `features`, where they are passed through. */
function told(
  df: DataFrame,
  schema: StructType,
  models: readonly Transformer[],
  into: string,
  features: string | null,
): DataFrame {
  const name = (i: number): string => `${into}_${i}`;
  let rows = withColumnOfEach(df, schema, models, TOLD, name);
  const extra: string[] = [];
  const inputCols = models.map((model, i) => {
    if (classesOf(model) !== 2 || columnOf(model, "probabilityCol") === undefined) return name(i);
    const second = `${name(i)}_second`;
    extra.push(second);
    rows = new VectorSlicer({ inputCol: name(i), outputCol: second, indices: [1] }).transform(rows);
    return second;
  });
  if (features !== null) inputCols.push(features);
  return new VectorAssembler({ inputCols, outputCol: into }).transform(rows).drop(...models.map((_, i) => name(i)), ...extra);
}

function withVector(schema: StructType, who: string, name: string): StructType {
  return withFields(schema, who, { name, type: VectorUDT, nullable: false });
}

function without({ kind, fields }: StructType, dropped: string): StructType {
  return { kind, fields: fields.filter(({ name }) => name !== dropped) };
}

abstract class Stacking extends withParams(Estimator<StackingModel>, stacking) {
  override transformSchema(schema: StructType): StructType {
    for (const member of this.getEstimators()) member.transformSchema(schema);
    return without(this.final().transformSchema(withVector(schema, this.className, this.into())), this.into());
  }

  override copy(extra?: ParamInput): this {
    return copyMembers(copyParts(super.copy(extra), extra, ["finalEstimator"]), extra);
  }

  private into(): string {
    return `${this.uid}_features`;
  }

  private final(): Estimator {
    return configured(this.getFinalEstimator(), { featuresCol: this.into() });
  }

  /** Throws where a fold knows other classes than all rows have: its probabilities could not stand beside those of others. */
  private checkClasses(models: readonly Transformer[], ofFold: readonly Transformer[]): void {
    for (const [i, model] of models.entries()) {
      const [all, some] = [classesOf(model), classesOf(ofFold[i]!)];
      if (all === 1)
        throw new DataError("ONE_CLASS", `${this.className}: all rows are of one class; there is nothing to tell apart.`);
      if (all !== some)
        throw new DataError(
          "CLASSES_DIFFER",
          `${this.className}: ${model.className} learned ${all} classes from all rows, but ${some} from those of a fold. Take fewer folds, or a foldCol with rows of each class in each fold.`,
        );
    }
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<StackingModel> {
    const members = this.getEstimators();
    const features = this.getPassthrough() ? (columnOf(members[0]!, "featuresCol") ?? null) : null;
    const [count, column] = [this.getNumFolds(), this.getFoldCol()];
    const folds = column === "" ? randomFolds(df, count, this.getSeed(), this.uid) : await givenFolds(df, schema, count, column);
    try {
      const all = (rows: DataFrame): Promise<Transformer[]> =>
        fitAll(this.getParallelism(), members.map((member) => () => member.fit(rows))); // prettier-ignore
      const models = await all(folds.all);
      const parts: DataFrame[] = [];
      for (const { training, validation } of folds.folds) {
        const learned = await all(training);
        this.checkClasses(models, learned);
        parts.push(told(validation, schema, learned, this.into(), features));
      }
      const final = await this.final().fit(parts.reduce((rows, part) => rows.union(part)));
      return StackingModel.of(this, models, final, features);
    } finally {
      folds.release();
    }
  }
}

/** Classifiers, and one that learns from their probabilities. */
export class StackingClassifier extends Stacking {}

/** Regressors, and one that learns from their predictions. */
export class StackingRegressor extends Stacking {}

export class StackingModel extends Model {
  constructor(
    /** Fitted on all rows, in the order of the estimators. */
    readonly estimators: readonly Transformer[],
    readonly finalModel: Transformer,
    /** Of the features that the final model sees, too; null where it does not. */
    readonly passedThrough: string | null,
  ) {
    super();
  }

  /** Internal. */
  static of(parent: Estimator, models: readonly Transformer[], final: Transformer, features: string | null): StackingModel {
    return new StackingModel(models, final, features).adopted(parent);
  }

  private into(): string {
    return columnOf(this.finalModel, "featuresCol")!;
  }

  override transformSchema(schema: StructType): StructType {
    for (const model of this.estimators) model.transformSchema(schema);
    return without(this.finalModel.transformSchema(withVector(schema, this.className, this.into())), this.into());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    return this.finalModel.transform(told(df, schema, this.estimators, this.into(), this.passedThrough)).drop(this.into());
  }
}

persistent(StackingModel, {
  sparkClass: "firesteel.mllib.meta.StackingModel",
  metadata: ({ estimators, passedThrough }) => ({ numModels: estimators.length, passedThrough }),
  async save({ estimators, finalModel }, directory) {
    await saveModels(estimators, directory);
    await saveModels([finalModel], directory.child("final"));
  },
  async load(metadata, directory) {
    const [final] = await loadModels(1, directory.child("final"));
    const features = (metadata["passedThrough"] ?? null) as string | null;
    return new StackingModel(await loadModels(metadata["numModels"], directory), final!, features);
  },
});

for (const Class of [StackingClassifier, StackingRegressor])
  savedWithParts<Stacking>(Class, `firesteel.mllib.meta.${classNameOf(Class)}`, ["estimators", "finalEstimator"]);
