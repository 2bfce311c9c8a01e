/** Alternating least squares. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { seedFor } from "../clustering/random";
import { Estimator } from "../base/estimator";
import { columnName } from "../base/predictor";
import { checkNumeric, withFields } from "../base/schema";
import { broadcastPlain, type TaskData } from "../compute";
import type { Broadcast } from "../compute/task-data";
import { batchInput } from "../compute/batch-input";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { ALSModel, ratingField } from "./als-model";
import { type Factors, gramOf, mergedIds, randomFactors } from "./factors";
import { alsParams } from "./params";
import { idsOfBlocks, indexed, type RatingBlock, solved, toRatingBlocks } from "./ratings";

/** The ratings of one side, by user or by item. */
interface Side {
  readonly blocks: TaskData<RatingBlock>;
  readonly ids: Int32Array;
  /** Of each partition's ids in `ids`. */
  readonly places: readonly Int32Array[];
}

/**
 * Ratings as products of factors of users and items (Y. Koren, R. Bell, C. Volinsky, Matrix Factorization Techniques for Recommender
 * Systems, 2009), found by alternating least squares: each half of an iteration is a job that solves for all of one side. Executors
 * keep the ratings grouped by user and by item; the factors of the other side reach each of them once, by broadcast. Factors are
 * single precision and must fit into the driver's memory. Results do not depend on the order of rows, nor on the number of blocks.
 */
export class ALS extends withParams(Estimator<ALSModel>, alsParams) {
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
    const session = df.sparkSession;
    const [user, item, ...rating] = this.columns();
    const users = this.grouped(df, schema, [user!, item!, ...rating], this.getNumUserBlocks());
    const items = this.grouped(df, schema, [item!, user!, ...rating], this.getNumItemBlocks());
    const kept = [users, items];
    // Blocks that an executor loses are made again, and then need what they were made with.
    const lists: Broadcast[] = [];
    try {
      const [ofUsers, ofItems] = [
        mergedIds(await users.partials(idsOfBlocks, null)),
        mergedIds(await items.partials(idsOfBlocks, null)),
      ];
      if (ofUsers.ids.length === 0)
        throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty: there are no ratings to fit.`);
      const place = async (blocks: TaskData<RatingBlock>, own: Omit<Side, "blocks">, others: Int32Array): Promise<Side> => {
        const ids = broadcastPlain(session, others);
        lists.push(ids);
        const placed = blocks.map(indexed, { ids: ids.ref }).persist();
        kept.push(placed);
        await placed.partials(idsOfBlocks, null);
        await blocks.release();
        return { ...own, blocks: placed };
      };
      const userSide = await place(users, ofUsers, ofItems.ids);
      const itemSide = await place(items, ofItems, ofUsers.ids);
      const [rank, nonnegative] = [this.getRank(), this.getNonnegative()];
      let userFactors = randomFactors(ofUsers.ids, rank, seedFor(this.getSeed(), 0), nonnegative);
      let itemFactors = randomFactors(ofItems.ids, rank, seedFor(this.getSeed(), 1), nonnegative);
      for (let iteration = 0; iteration < this.getMaxIter(); iteration++) {
        itemFactors = await this.solve(session, itemSide, userFactors);
        userFactors = await this.solve(session, userSide, itemFactors);
      }
      return ALSModel.fitted(this, rank, userFactors, itemFactors);
    } finally {
      for (const held of [...kept, ...lists]) await held.release();
    }
  }

  private grouped(df: DataFrame, schema: StructType, names: string[], blocks: number): TaskData<RatingBlock> {
    const quoted = names.map((name) => `\`${name.replaceAll("`", "``")}\``);
    const rows = df.select(...quoted).repartition(blocks, quoted[0]!);
    const { data, types } = batchInput(rows, schema, names, this.className);
    return data.map(toRatingBlocks, { names, types }).persist();
  }

  /** The factors of a side that fit best to those of the other. */
  private async solve(session: SparkSession, { blocks, ids, places }: Side, other: Factors): Promise<Factors> {
    const rank = this.getRank();
    const implicitPrefs = this.getImplicitPrefs();
    const input = broadcastPlain(session, { factors: other.values, gram: implicitPrefs ? gramOf(other, rank) : null });
    try {
      const parts = await blocks.partials(solved, {
        input: input.ref,
        rank,
        regParam: this.getRegParam(),
        implicitPrefs,
        alpha: this.getAlpha(),
        nonnegative: this.getNonnegative(),
      });
      const values = new Float32Array(ids.length * rank);
      for (const [p, part] of parts.entries())
        for (const [i, place] of places[p]!.entries()) values.set(part.subarray(i * rank, (i + 1) * rank), place * rank);
      return { ids, values };
    } finally {
      await input.release();
    }
  }
}

persistent(ALS, { sparkClass: "org.apache.spark.ml.recommendation.ALS", load: () => new ALS() });
