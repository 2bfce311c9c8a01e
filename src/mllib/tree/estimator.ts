/** What the estimators of trees share. */
import type { StructField, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { Estimator } from "../base/estimator";
import { checkFitColumns, columnName } from "../base/predictor";
import { checkColumn, doubleField, isNumeric, vectorField, withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import type { ParamMap } from "../param/param";
import type { FitGroup, PreparedFits, PreparesFits, SharesFits } from "../tuning/sharing";
import { groupsOf, type Settings, settingsOf, SharedTrainings, trainingSpec, withTraining } from "./learner";
import type { Training, TrainingSpec } from "./training";

export abstract class TreeEstimator<M extends Transformer> extends Estimator<M> implements SharesFits<M>, PreparesFits<M> {
  protected abstract readonly kind: "classes" | "values" | "signed classes";

  /** Parameters of which a fit with the largest value contains the fits with smaller ones. */
  protected abstract readonly sizes: readonly string[];

  protected get settings(): Settings {
    return settingsOf(this);
  }

  protected abstract learn(training: Training, session: SparkSession): Promise<M>;

  /** The model of `wanted` out of one that was fitted with sizes at least as large. */
  abstract cut(model: M, wanted: ParamMap): M;

  /** What keeps candidates apart that differ in their sizes alone. */
  protected apart(_settings: Settings): unknown {
    return null;
  }

  override transformSchema(schema: StructType): StructType {
    const { featuresCol, labelCol, weightCol, validationIndicatorCol } = this.settings;
    const who = this.className;
    checkFitColumns(schema, who, { featuresCol, labelCol, weightCol: columnName(weightCol) });
    const validation = columnName(validationIndicatorCol);
    if (validation !== undefined)
      checkColumn(schema, validation, who, "boolean", (type) => type.kind === "boolean" || isNumeric(type));
    return withFields(schema, who, ...this.outputs());
  }

  private outputs(): readonly StructField[] {
    const name = (param: string): string | undefined =>
      this.hasParam(param) ? columnName(this.valueFor<string>(param)) : undefined;
    const vectors = ["rawPredictionCol", "probabilityCol"].map(name).filter((column) => column !== undefined);
    const prediction = name("predictionCol");
    const leaf = name("leafCol");
    return [
      ...vectors.map((column) => vectorField(column)),
      ...(prediction === undefined ? [] : [doubleField(prediction)]),
      ...(leaf === undefined ? [] : [this.sizes.join() === "maxDepth" ? doubleField(leaf) : vectorField(leaf)]),
    ];
  }

  private trainingSpec(): TrainingSpec {
    return trainingSpec(this.className, this.settings, this.kind !== "values", this.kind === "signed classes");
  }

  /** A model that was learned of these rows. */
  protected learnedOf(model: M, _df: DataFrame): M {
    return model;
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<M> {
    const learned = (training: Training): Promise<M> => this.learn(training, df.sparkSession);
    return this.learnedOf(await withTraining(df, schema, this.trainingSpec(), learned), df);
  }

  fitGroups(maps: readonly ParamMap[]): readonly FitGroup[] {
    return groupsOf(this, maps, this.sizes, (settings) => this.apart(settings));
  }

  prepareFits(df: DataFrame, schema: StructType): Promise<PreparedFits<M>> {
    const shared = new SharedTrainings(df, schema);
    return Promise.resolve({
      fit: async (map: ParamMap) => {
        const candidate = this.copy(map);
        return candidate.learnedOf(await candidate.learn(await shared.of(candidate.trainingSpec()), df.sparkSession), df);
      },
      release: () => shared.release(),
    });
  }
}
