/** Alternating least squares. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { columnName } from "../base/predictor";
import { checkNumeric, withFields } from "../base/schema";
import type { TaskData } from "../compute";
import { batchInput } from "../compute/batch-input";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { ALSModel, ratingField } from "./als-model";
import { type Factors, mergedFactors, seedsOfSides } from "./factors";
import { alsParams } from "./params";
import { blockFactors, type FactorBlock, firstFactors, gramOfFactors, type RatingBlock, routedRatings, sentFactors, solvedFactors, toRatingBlock } from "./ratings"; // prettier-ignore

/**
 * Ratings as products of factors of users and items (Y. Koren, R. Bell, C. Volinsky, Matrix Factorization Techniques for Recommender
 * Systems, 2009), found by alternating least squares in blocks of users and of items, as Spark: executors keep the ratings of each block,
 * and each half of an iteration sends the factors of one side to the blocks of the other that need them, once to each. Factors are single
 * precision and begin as Spark's do for the same seed and numbers of blocks; those of the model must fit into the driver's memory. Results do not
 * depend on the order of rows, nor on their partitions.
 */
export class ALS extends withParams(Estimator<ALSModel>, alsParams) {
  /** Sets the numbers of blocks of users and of items. */
  setNumBlocks(value: number): this {
    return this.setNumUserBlocks(value).setNumItemBlocks(value);
  }

  override transformSchema(schema: StructType): StructType {
    for (const name of this.columns()) checkNumeric(schema, name, this.className);
    return withFields(schema, this.className, ratingField(this.getPredictionCol()));
  }

  /** User, item, and rating where there is one. */
  private columns(): string[] {
    const rating = columnName(this.getRatingCol());
    return [this.getUserCol(), this.getItemCol(), ...(rating === undefined ? [] : [rating])];
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<ALSModel> {
    const [user, item, ...rating] = this.columns();
    const counts = [this.getNumUserBlocks(), this.getNumItemBlocks()] as const;
    const users = this.grouped(df, schema, [user!, item!, ...rating], ...counts);
    const items = this.grouped(df, schema, [item!, user!, ...rating], counts[1], counts[0]);
    const kept: TaskData<unknown>[] = [users, items];
    try {
      const [rank, seeds] = [this.getRank(), seedsOfSides(this.getSeed())];
      let userFactors = users.map(firstFactors, { rank, seed: String(seeds[0]) });
      let itemFactors = items.map(firstFactors, { rank, seed: String(seeds[1]) });
      for (let iteration = 0; iteration < this.getMaxIter(); iteration++) {
        itemFactors = await this.solved(items, users, userFactors, counts[1], kept);
        userFactors = await this.solved(users, items, itemFactors, counts[0], kept);
      }
      const found = await Promise.all([
        users.beside(userFactors).partials(blockFactors, null),
        items.beside(itemFactors).partials(blockFactors, null),
      ]);
      const [ofUsers, ofItems] = found.map((blocks) => mergedFactors(blocks, rank)) as [Factors, Factors];
      if (ofUsers.ids.length === 0)
        throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty: there are no ratings to fit.`);
      return ALSModel.fitted(this, rank, ofUsers, ofItems);
    } finally {
      for (const held of kept) await held.release();
    }
  }

  private grouped(
    df: DataFrame,
    schema: StructType,
    names: string[],
    blocks: number,
    otherBlocks: number,
  ): TaskData<RatingBlock> {
    const { data, types } = batchInput(df, schema, names, this.className);
    return data.send(routedRatings, { names, types, blocks }, blocks).map(toRatingBlock, { otherBlocks }).persist();
  }

  /** The factors of a side that fit best to those of the other. */
  private async solved(
    blocks: TaskData<RatingBlock>,
    others: TaskData<RatingBlock>,
    factors: TaskData<FactorBlock>,
    count: number,
    kept: TaskData<unknown>[],
  ): Promise<TaskData<FactorBlock>> {
    const rank = this.getRank();
    const implicitPrefs = this.getImplicitPrefs();
    let gram: Float64Array | null = null;
    if (implicitPrefs) {
      kept.push(factors.persist());
      gram = await factors.aggregate(gramOfFactors, { rank });
    }
    return blocks.beside(others.beside(factors).send(sentFactors, { rank }, count)).map(solvedFactors, {
      rank,
      regParam: this.getRegParam(),
      implicitPrefs,
      alpha: this.getAlpha(),
      nonnegative: this.getNonnegative(),
      gram,
    });
  }
}

persistent(ALS, { sparkClass: "org.apache.spark.ml.recommendation.ALS", load: () => new ALS() });
