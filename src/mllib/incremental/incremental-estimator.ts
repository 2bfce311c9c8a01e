/** What estimators that learn batch by batch share. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { withinCall } from "../../rdd/api/call-scope";
import { Estimator, type Model } from "../base/estimator";
import { columnName } from "../base/predictor";
import { checkNumeric, checkVector } from "../base/schema";
import { type InstanceBlock, instancesOf, type InstanceColumns } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import type { TaskData } from "../compute/task-data";
import { type Batch, blockOfBatch } from "./batch";
import { type BlockLearning, learnInOrder } from "./block-learner";

export interface PartialFitOptions<M> {
  /** All classes, 0 … k - 1, where not every batch has a row of each. Needed with the first batch of a classifier. */
  readonly classes?: readonly number[];
  /** What was learned so far; from the beginning without. */
  readonly model?: M | undefined;
}

/** An estimator that can go on learning. Its models tell what they know as plain data. */
export abstract class IncrementalEstimator<M extends Model, W = unknown> extends Estimator<M> {
  /** How batches are learned from. `numClasses` is 0 where no classes are learned. */
  abstract blockLearning(numClasses: number): BlockLearning<unknown, W>;
  abstract modelOf(state: W, numClasses: number): M;
  abstract stateOf(model: M): W;
  readonly isClassifier: boolean = false;

  /** 0 where no classes are learned. */
  numClassesOf(_model: M): number {
    return 0;
  }

  /** What is read of a DataFrame: features (the inputCol of transformers), label and weight as far as there are such parameters. */
  instanceColumns(): InstanceColumns {
    const column = (param: string): string | undefined =>
      this.hasParam(param) ? columnName(this.valueFor<string>(param)) : undefined;
    return {
      featuresCol: (column("featuresCol") ?? column("inputCol"))!,
      labelCol: column("labelCol"),
      weightCol: column("weightCol"),
    };
  }

  protected checkColumns(schema: StructType): void {
    const { featuresCol, labelCol, weightCol } = this.instanceColumns();
    checkVector(schema, featuresCol, this.className);
    for (const name of [labelCol, weightCol]) if (name !== undefined) checkNumeric(schema, name, this.className);
  }

  /**
   * Learns from a batch: rows that the program holds, at once; or a DataFrame, whose partitions are batches that are learned from one
   * after the other, where they are. Gives a new model; the one that it goes on from stays as it is.
   */
  async partialFit(data: DataFrame | Batch, options: PartialFitOptions<M> = {}): Promise<M> {
    const learn = async (): Promise<M> => (await this.learnFrom(data, options)).model;
    if ("features" in data) return learn();
    return withinCall(`${this.className}.partialFit`, () => data.sparkSession.core.port.context.callSite(), learn);
  }

  /** Internal: and how many batches there were. */
  async learnFrom(
    data: DataFrame | Batch,
    { classes, model }: PartialFitOptions<M>,
  ): Promise<{ readonly model: M; readonly batches: number }> {
    const numClasses = this.isClassifier ? this.#classCount(classes, model) : 0;
    const state = model === undefined ? null : this.stateOf(model);
    const learning = this.blockLearning(numClasses);
    if ("features" in data) {
      const block = blockOfBatch(data, this.instanceColumns(), this.className);
      const learned = learning.learner.learn(state ?? learning.learner.start(learning.spec, block.width), [block], learning.spec);
      return { model: this.modelOf(learned, numClasses), batches: 1 };
    }
    this.checkColumns(await data.schema());
    const blocks = await instancesOf(data, this.instanceColumns());
    const learned = await learnInOrder(blocks, learning, state, this.className);
    return { model: this.modelOf(learned.state, numClasses), batches: learned.blocks };
  }

  #classCount(classes: readonly number[] | undefined, model: M | undefined): number {
    const known = model === undefined ? undefined : this.numClassesOf(model);
    if (classes === undefined) {
      if (known !== undefined) return known;
      throw new UsageError("CLASSES_NEEDED", `${this.className}: partialFit needs { classes } with the first batch: [0, 1, …].`);
    }
    const sorted = [...classes].sort((a, b) => a - b);
    if (sorted.length < 2 || sorted.some((label, i) => label !== i))
      throw new UsageError("INVALID_ARGUMENT", `${this.className}: classes are 0, 1, … k - 1, not [${classes.join(", ")}]; StringIndexer makes such labels.`); // prettier-ignore
    if (known !== undefined && known !== sorted.length)
      throw new UsageError("INVALID_ARGUMENT", `${this.className}: the model knows ${known} classes, not ${sorted.length}.`);
    return sorted.length;
  }
}

/** Labels of classification: throws where one is no whole number from 0. */
export function checkedClass(label: number, numClasses: number, who: string): number {
  if (Number.isInteger(label) && label >= 0 && label < numClasses) return label;
  throw new DataError("INVALID_LABEL", `${who}: labels are classes from 0 to ${numClasses - 1}, but got ${label}.`);
}

const most = aggregateProgram<null, InstanceBlock, number>({
  name: "mllib.mostLabel",
  run(blocks) {
    let largest = -1;
    for (const { label } of blocks)
      for (const each of label!) {
        if (!Number.isInteger(each) || each < 0)
          throw new DataError("INVALID_LABEL", `Labels of classification are whole numbers from 0, but got ${each}.`);
        if (each > largest) largest = each;
      }
    return largest;
  },
  merge: (a, b) => Math.max(a, b),
});

/** Classes of labels 0 … k - 1, at least two. Throws where there are no rows. */
export async function countClasses(data: TaskData<InstanceBlock>, who: string): Promise<number> {
  const largest = await data.aggregate(most, null);
  if (largest === null || largest < 0)
    throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to fit.`);
  return Math.max(2, largest + 1);
}
