/** Several classes by classifiers of two. */
import type { DataType, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { col, when } from "../../dataframe/api/functions";
import { UsageError } from "../../common/errors";
import { nominalOf, numClassesOf, vectorOfSize } from "../base/attributes";
import { classifierParams } from "../base/classifier";
import { Estimator, Model } from "../base/estimator";
import { checkFitColumns, columnName, PredictionModel } from "../base/predictor";
import { checkVector, doubleField, requiredField, vectorField, withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { denseVectorColumn, doubleColumn, VectorColumn } from "../compute/columns";
import { instancesOf } from "../compute/instances";
import { countClasses } from "../incremental/incremental-estimator";
import { objectParam } from "../param/kinds";
import { type ParamInput, withParams } from "../param/params";
import { parallelism, weightCol } from "../param/shared";
import { loadInstance, persistent, saveInstance } from "../persistence/registry";
import { copyParts } from "../tuning/search";
import { configured, fitAll, loadModels, quoted, saveModels, withColumnOfEach } from "./members";

const params = {
  ...classifierParams,
  ...weightCol,
  classifier: objectParam("classifier of two classes", "an estimator", (value): value is Estimator => value instanceof Estimator),
} as const;

/** A classifier for each class, which tells it from all others; the class whose classifier is the surest is predicted. */
export class OneVsRest extends withParams(Estimator<OneVsRestModel>, { ...params, ...parallelism }) {
  override transformSchema(schema: StructType): StructType {
    checkFitColumns(schema, this.className, this.columns());
    return withFields(schema, this.className, ...outputsOf(this.getRawPredictionCol(), this.getPredictionCol()));
  }

  override copy(extra?: ParamInput): this {
    return copyParts(super.copy(extra), extra, ["classifier"]);
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<OneVsRestModel> {
    const columns = this.columns();
    const { labelCol, featuresCol, weightCol: weight } = columns;
    const known = numClassesOf(requiredField(schema, labelCol, this.className));
    const rows = df
      .select(...[featuresCol, labelCol, ...(weight === undefined ? [] : [weight])].map((name) => col(quoted(name))))
      .persist();
    try {
      const classes = known ?? (await countClasses(await instancesOf(rows, columns), this.className));
      const label = `${this.uid}_label`;
      const fits = Array.from({ length: classes }, (_, k) => () => {
        const isClass = when(col(quoted(labelCol)).equalTo(k), 1)
          .otherwise(0)
          .cast("double");
        const classifier = configured(this.getClassifier(), { featuresCol, labelCol: label, ...(weight === undefined ? {} : { weightCol: weight }) }); // prettier-ignore
        return classifier.fit(rows.withColumn(label, isClass).withMetadata(label, nominalOf(2)));
      });
      return OneVsRestModel.of(this, await fitAll<Transformer>(this.getParallelism(), fits));
    } finally {
      rows.unpersist();
    }
  }

  private columns(): { featuresCol: string; labelCol: string; weightCol?: string } {
    const weight = columnName(this.valueFor<string>("weightCol"));
    const columns = { featuresCol: this.getFeaturesCol(), labelCol: this.getLabelCol() };
    return weight === undefined ? columns : { ...columns, weightCol: weight };
  }
}

function outputsOf(raw: string, prediction: string, classes?: number) {
  return [
    ...(raw === "" ? [] : [vectorField(raw, classes === undefined ? undefined : vectorOfSize(classes))]),
    ...(prediction === "" ? [] : [doubleField(prediction, classes === undefined ? undefined : nominalOf(classes))]),
  ];
}

/** The second raw prediction of each classifier; the largest of them, the first of several. */
const surest = columnsProgram<{ readonly raw: boolean; readonly prediction: boolean }>({
  name: "mllib.oneVsRest",
  open:
    ({ raw, prediction }, types: readonly DataType[]) =>
    (columns, rows) => {
      const classes = types.length;
      const all = new Float64Array(rows * classes);
      const predicted = new Float64Array(rows);
      columns.forEach((column, k) => {
        const vectors = new VectorColumn(column);
        const entries = new Float64Array(2);
        for (let row = 0; row < rows; row++) {
          vectors.copyDense(row, entries, 0);
          all[row * classes + k] = entries[1]!;
        }
      });
      for (let row = 0; row < rows; row++)
        for (let k = 1; k < classes; k++) if (all[row * classes + k]! > all[row * classes + predicted[row]!]!) predicted[row] = k;
      return [...(raw ? [denseVectorColumn(all, rows, classes)] : []), ...(prediction ? [doubleColumn(predicted)] : [])];
    },
});

export class OneVsRestModel extends withParams(Model, params) {
  constructor(
    /** One for each class, in their order. */
    readonly models: readonly Transformer[],
  ) {
    super();
  }

  /** Internal. */
  static of(parent: OneVsRest, models: readonly Transformer[]): OneVsRestModel {
    return new OneVsRestModel(models).adopted(parent);
  }

  get numClasses(): number {
    return this.models.length;
  }

  override transformSchema(schema: StructType): StructType {
    checkVector(schema, this.getFeaturesCol(), this.className);
    return withFields(schema, this.className, ...this.outputs());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const outputs = this.outputs();
    const names = this.models.map((_, k) => `${this.uid}_${k}`);
    const models = this.models.map((model) =>
      model.copy(model.hasParam("featuresCol") ? { featuresCol: this.getFeaturesCol() } : {}),
    );
    const predicted = withColumnOfEach(df, schema, models, ["rawPredictionCol"], (k) => names[k]!);
    const spec = { raw: this.getRawPredictionCol() !== "", prediction: this.getPredictionCol() !== "" };
    return appendColumns(predicted, surest, { inputs: names, outputs, spec }).drop(...names);
  }

  private outputs() {
    return outputsOf(this.getRawPredictionCol(), this.getPredictionCol(), this.numClasses);
  }

  override toString(): string {
    const [first] = this.models;
    const numFeatures = first instanceof PredictionModel ? first.numFeatures : undefined;
    return this.described({ classifier: this.getClassifier().uid, numClasses: this.numClasses, numFeatures });
  }
}

persistent<OneVsRest>(OneVsRest, {
  sparkClass: "org.apache.spark.ml.classification.OneVsRest",
  aliases: ["pyspark.ml.classification.OneVsRest"],
  leaveOut: ["classifier"],
  save: (estimator, directory) => saveInstance(estimator.getClassifier(), directory.child("classifier")),
  load: async (_, directory) => {
    const classifier = await loadInstance(directory.child("classifier"));
    if (!(classifier instanceof Estimator)) throw directory.damaged("its classifier is no estimator");
    return new OneVsRest({ classifier: classifier as Estimator });
  },
});

persistent<OneVsRestModel>(OneVsRestModel, {
  sparkClass: "org.apache.spark.ml.classification.OneVsRestModel",
  aliases: ["pyspark.ml.classification.OneVsRestModel"],
  leaveOut: ["classifier"],
  metadata: ({ numClasses }) => ({ labelMetadata: "{}", numClasses }),
  save: async (model, directory) => {
    if (!model.isSet("classifier"))
      throw new UsageError("NOT_PERSISTENT", "OneVsRestModel: its classifier is not known, and is a part of what is saved.");
    await saveInstance(model.getClassifier(), directory.child("classifier"));
    await saveModels(model.models, directory);
  },
  load: async (metadata, directory) => {
    const classifier = await loadInstance(directory.child("classifier"));
    const model = new OneVsRestModel(await loadModels(metadata["numClasses"], directory));
    return model.set("classifier", classifier);
  },
});
