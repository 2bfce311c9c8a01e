/** How well a classifier does on some rows, as Spark's summaries say it. Methods run jobs; what they found is kept. */
import { randomBytes } from "node:crypto";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Transformer } from "../base/transformer";
import { columnName } from "../base/predictor";
import { BinaryClassificationEvaluator } from "../evaluation/binary-classification-evaluator";
import type { BinaryCurve, Point } from "../evaluation/binary-curve";
import { MulticlassClassificationEvaluator } from "../evaluation/multiclass-classification-evaluator";
import type { MulticlassMetrics } from "../evaluation/multiclass-metrics";

export interface ClassificationColumns {
  readonly labelCol: string;
  readonly predictionCol: string;
  readonly weightCol: string | undefined;
}

export class ClassificationSummary {
  #metrics: Promise<MulticlassMetrics> | undefined;

  /** @param predictions the rows with the columns of the model */
  constructor(
    readonly predictions: DataFrame,
    protected readonly columns: ClassificationColumns,
  ) {}

  get labelCol(): string {
    return this.columns.labelCol;
  }

  get predictionCol(): string {
    return this.columns.predictionCol;
  }

  get weightCol(): string | undefined {
    return this.columns.weightCol;
  }

  private metrics(): Promise<MulticlassMetrics> {
    const { labelCol, predictionCol, weightCol = "" } = this.columns;
    const evaluator = new MulticlassClassificationEvaluator({ labelCol, predictionCol, weightCol });
    return (this.#metrics ??= evaluator.metrics(this.predictions));
  }

  /** The labels of the rows, rising. */
  async labels(): Promise<number[]> {
    return [...(await this.metrics()).labels];
  }

  async accuracy(): Promise<number> {
    return (await this.metrics()).accuracy;
  }

  async truePositiveRateByLabel(): Promise<number[]> {
    return this.recallByLabel();
  }

  async falsePositiveRateByLabel(): Promise<number[]> {
    const metrics = await this.metrics();
    return metrics.labels.map((label) => metrics.falsePositiveRate(label));
  }

  async precisionByLabel(): Promise<number[]> {
    const metrics = await this.metrics();
    return metrics.labels.map((label) => metrics.precision(label));
  }

  async recallByLabel(): Promise<number[]> {
    const metrics = await this.metrics();
    return metrics.labels.map((label) => metrics.recall(label));
  }

  async fMeasureByLabel(beta = 1): Promise<number[]> {
    const metrics = await this.metrics();
    return metrics.labels.map((label) => metrics.fMeasure(label, beta));
  }

  async weightedTruePositiveRate(): Promise<number> {
    return this.weightedRecall();
  }

  async weightedFalsePositiveRate(): Promise<number> {
    const metrics = await this.metrics();
    return metrics.weighted((label) => metrics.falsePositiveRate(label));
  }

  async weightedRecall(): Promise<number> {
    const metrics = await this.metrics();
    return metrics.weighted((label) => metrics.recall(label));
  }

  async weightedPrecision(): Promise<number> {
    const metrics = await this.metrics();
    return metrics.weighted((label) => metrics.precision(label));
  }

  async weightedFMeasure(beta = 1): Promise<number> {
    const metrics = await this.metrics();
    return metrics.weighted((label) => metrics.fMeasure(label, beta));
  }
}

/** Of two classes: with the curves of the score for class 1, at about a thousand thresholds. */
export class BinaryClassificationSummary extends ClassificationSummary {
  #curve: Promise<BinaryCurve> | undefined;

  /** @param scoreCol the column whose second entry is the score */
  constructor(
    predictions: DataFrame,
    columns: ClassificationColumns,
    readonly scoreCol: string,
  ) {
    super(predictions, columns);
  }

  /** Throws where there are no two classes. */
  protected checkBinary(): void {
    // Two by construction; models of more classes say so.
  }

  private async curve(): Promise<BinaryCurve> {
    this.checkBinary();
    const { labelCol, weightCol } = this.columns;
    const evaluator = new BinaryClassificationEvaluator({
      labelCol,
      weightCol: weightCol ?? "",
      rawPredictionCol: this.scoreCol,
    });
    return (this.#curve ??= evaluator.curve(this.predictions));
  }

  async areaUnderROC(): Promise<number> {
    return (await this.curve()).areaUnderROC();
  }

  /** Columns FPR and TPR. */
  async roc(): Promise<DataFrame> {
    return this.frame((await this.curve()).roc(), "FPR DOUBLE, TPR DOUBLE");
  }

  /** Columns recall and precision. */
  async pr(): Promise<DataFrame> {
    return this.frame((await this.curve()).pr(), "recall DOUBLE, precision DOUBLE");
  }

  /** Columns threshold and F-Measure. */
  async fMeasureByThreshold(beta = 1): Promise<DataFrame> {
    return this.frame((await this.curve()).fMeasureByThreshold(beta), "threshold DOUBLE, `F-Measure` DOUBLE");
  }

  /** Columns threshold and precision. */
  async precisionByThreshold(): Promise<DataFrame> {
    return this.frame((await this.curve()).precisionByThreshold(), "threshold DOUBLE, precision DOUBLE");
  }

  /** Columns threshold and recall. */
  async recallByThreshold(): Promise<DataFrame> {
    return this.frame((await this.curve()).recallByThreshold(), "threshold DOUBLE, recall DOUBLE");
  }

  private frame(points: readonly Point[], schema: string): DataFrame {
    return this.predictions.sparkSession.createDataFrame(points, schema);
  }
}

/** Of a model with probabilities. Curves and areas are known of two classes only. */
export class ProbabilisticSummary extends BinaryClassificationSummary {
  constructor(
    { predictions, columns, scoreCol }: SummarizedRows,
    readonly numClasses: number,
  ) {
    super(predictions, columns, scoreCol);
  }

  /** This summary, where it is of two classes. Throws otherwise. */
  get asBinary(): this {
    this.checkBinary();
    return this;
  }

  protected override checkBinary(): void {
    if (this.numClasses > 2)
      throw new UsageError(
        "NOT_BINARY",
        `This is the summary of a model of ${this.numClasses} classes; curves and areas are known of two classes only.`,
      );
  }
}

export interface SummarizedRows {
  readonly predictions: DataFrame;
  readonly columns: ClassificationColumns;
  /** The column that `scoreParam` names. */
  readonly scoreCol: string;
}

/** The rows with all columns that a summary needs, also where their names are empty. */
export function summarizedRows(
  model: Transformer,
  df: DataFrame,
  scoreParam: "probabilityCol" | "rawPredictionCol",
): SummarizedRows {
  const column = (param: string): string | undefined =>
    model.hasParam(param) && model.isDefined(param) ? columnName(model.getOrDefault(param) as string) : undefined;
  const named = (param: string): string => column(param) ?? `${param.replace("Col", "")}_${randomBytes(6).toString("hex")}`;
  const [scoreCol, predictionCol] = [named(scoreParam), named("predictionCol")];
  const columns = { labelCol: column("labelCol")!, predictionCol, weightCol: column("weightCol") };
  return { predictions: model.transform(df, { [scoreParam]: scoreCol, predictionCol }), columns, scoreCol };
}

/** What is known of a fit beside its model. */
export interface TrainingHistory {
  /** Loss and penalties, at the start and after each iteration. */
  readonly objectiveHistory: readonly number[];
  readonly totalIterations: number;
}

export function trainingHistory(objectiveHistory: readonly number[]): TrainingHistory {
  return { objectiveHistory, totalIterations: objectiveHistory.length - 1 };
}
