/**
 * The training rows of linear models on executors. Executors keep them between the passes of a fit, and fits that differ in their penalties only can share them.
 */
import { randomUUID } from "node:crypto";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { instancesOf, type TaskData } from "../compute";
import type { AggregateProgram } from "../compute/programs";
import type { StepsProgram } from "../compute/steps";
import type { Moments } from "../optim/moments";
import { type Asked, type FitSpec, found, moments, summaries, tiles } from "./programs";
import type { Summary } from "./summary";
import type { TrainingBlock } from "./tiles";

export interface LinearColumns {
  readonly featuresCol: string;
  readonly labelCol: string;
  readonly weightCol: string | undefined;
  /** Other numbers of a row. */
  readonly extra?: readonly string[];
}

export interface RowsOptions {
  /** For fits that look at the rows more than once; they are to be released then. */
  readonly keep: boolean;
  /** Without their features. */
  readonly featureless?: boolean;
  /** Several fits look at them. */
  readonly shared?: boolean;
}

/** Rows of a DataFrame, on its executors. */
export class TrainingRows {
  #summary: Promise<Summary> | undefined;
  #moments: Promise<Moments> | undefined;

  private constructor(
    private readonly blocks: TaskData<TrainingBlock>,
    private readonly who: string,
    private readonly id: string | null,
    private readonly shared: boolean,
  ) {}

  /** `who` cannot learn from no rows. */
  static async of(df: DataFrame, columns: LinearColumns, who: string, options: RowsOptions): Promise<TrainingRows> {
    const { featuresCol, labelCol, weightCol, extra = [] } = columns;
    const { keep, featureless = false, shared = false } = options;
    // Tiles are copies of the features.
    const instances = await instancesOf(df, { featuresCol, labelCol, weightCol, extra, passing: true });
    const blocks = instances.map(tiles, { featureless, passing: !keep });
    return keep ? new TrainingRows(blocks.persist(), who, randomUUID(), shared) : new TrainingRows(blocks, who, null, shared);
  }

  /** Throws INVALID_TRAINING_DATA where no row has a weight. */
  summary(classes: boolean): Promise<Summary> {
    return (this.#summary ??= this.#aggregate(summaries, { classes }).then((summary) => this.#weighted(summary)));
  }

  #weighted(summary: Summary): Summary {
    if (summary.weightSum === 0)
      throw new UsageError("INVALID_TRAINING_DATA", `${this.who}: the sum of the weights of the training dataset is zero.`);
    return summary;
  }

  /** Of the rows as they are, asked for once. Throws TOO_MANY_FEATURES where there are too many for it. */
  moments(): Promise<Moments> {
    return (this.#moments ??= this.#aggregate(moments, null));
  }

  /** What a fit comes to that looks at the rows many times. */
  fit<W, T>(fit: StepsProgram<FitSpec<W>, T>, what: W): Promise<T> {
    const { id, who } = this;
    return this.blocks.steps(fit, { id, who, what }, { kept: id === null ? null : { id, last: !this.shared } });
  }

  async #aggregate<W, P>(program: AggregateProgram<Asked<W>, TrainingBlock, P | null>, what: W): Promise<P> {
    return found(await this.blocks.aggregate(program, { id: this.id, what }), this.who);
  }

  async release(): Promise<void> {
    await this.blocks.release();
  }
}
