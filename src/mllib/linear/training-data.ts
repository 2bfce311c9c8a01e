/**
 * The training rows of linear models on executors. What a fit asks of them is a job each time; executors keep the rows in between,
 * and fits that differ in their penalties only can share them.
 */
import { randomUUID } from "node:crypto";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { aggregateProgram, type InstanceBlock, instancesOf, type ProgramTask, rowsProgram, type TaskData } from "../compute";
import { addMoments, type Moments } from "../optim/moments";
import type { MomentSteps } from "./glm-fit";
import { keptRows } from "./kept-rows";
import type { PassSteps } from "./objective";
import { addPass, type PassResult, type PassSpec, runPass } from "./pass";
import { reweighted, type Reweighting } from "./reweight";
import { addSummary, momentsOf, summarize, type Summary } from "./summary";
import { type TrainingBlock, trainingBlock } from "./tiles";

export interface LinearColumns {
  readonly featuresCol: string;
  readonly labelCol: string;
  readonly weightCol: string | undefined;
  readonly offsetCol?: string | undefined;
}

export interface RowsOptions {
  /** For fits that look at the rows more than once; they are to be released then. */
  readonly keep: boolean;
  /** Without their features. */
  readonly featureless?: boolean;
}

/** What a program is asked, of which rows: `id` names those that threads may keep between passes. */
interface Asked<T> {
  readonly id: string | null;
  readonly what: T;
}

const tiles = rowsProgram<{ readonly featureless: boolean }, InstanceBlock, TrainingBlock>({
  name: "mllib.linear.tiles",
  *run(blocks, { featureless }) {
    const none = { width: 0, dense: new Float64Array(0), sparse: null };
    for (const block of blocks) yield trainingBlock(featureless ? { ...block, ...none } : block);
  },
});

/** Executors keep tiles as bytes, threads the tiles of what they have room for. */
function rowsOf(blocks: Iterable<TrainingBlock>, { id }: Asked<unknown>, task: ProgramTask): Iterable<TrainingBlock> {
  return id === null ? blocks : keptRows(task, id, blocks);
}

const summaries = aggregateProgram<Asked<{ readonly classes: boolean }>, TrainingBlock, Summary | null>({
  name: "mllib.linear.summary",
  run: (blocks, asked, task) => summarize(rowsOf(blocks, asked, task), asked.what.classes),
  merge: (a, b) => (a === null || b === null ? (a ?? b) : addSummary(sameWidth(a, b), b)),
});

const passes = aggregateProgram<Asked<PassSpec>, TrainingBlock, PassResult>({
  name: "mllib.linear.pass",
  run: (blocks, asked, task) => runPass(rowsOf(blocks, asked, task), asked.what),
  merge: addPass,
});

const moments = aggregateProgram<Asked<Reweighting | null>, TrainingBlock, Moments | null>({
  name: "mllib.linear.moments",
  run(blocks, asked, task) {
    const how = asked.what;
    return momentsOf(rowsOf(blocks, asked, task), how === null ? undefined : (block) => reweighted(block, how));
  },
  merge: (a, b) => (a === null || b === null ? (a ?? b) : addMoments(sameWidth(a, b), b)),
});

function sameWidth<T extends { readonly means: Float64Array }>(a: T, b: T): T {
  if (a.means.length !== b.means.length)
    throw new DataError(
      "VECTOR_SIZES_DIFFER",
      `The features hold vectors of ${a.means.length} and of ${b.means.length} entries; all must have as many.`,
    );
  return a;
}

/** Rows of a DataFrame, on its executors. */
export class TrainingRows {
  #summary: Promise<Summary> | undefined;
  #moments: Promise<Moments> | undefined;

  private constructor(
    private readonly blocks: TaskData<TrainingBlock>,
    private readonly who: string,
    private readonly id: string | null,
  ) {}

  /** `who` cannot learn from no rows. */
  static async of(df: DataFrame, columns: LinearColumns, who: string, options: RowsOptions): Promise<TrainingRows> {
    const { featuresCol, labelCol, weightCol, offsetCol } = columns;
    const { keep, featureless = false } = options;
    const extra = offsetCol === undefined ? [] : [offsetCol];
    const instances = await instancesOf(df, { featuresCol, labelCol, weightCol, extra });
    const blocks = instances.map(tiles, { featureless });
    return keep ? new TrainingRows(blocks.persist(), who, randomUUID()) : new TrainingRows(blocks, who, null);
  }

  summary(classes: boolean): Promise<Summary> {
    return (this.#summary ??= this.#found(this.blocks.aggregate(summaries, this.#asked({ classes }))));
  }

  /** What a fit comes to that asks for passes. */
  async passing<T>(steps: PassSteps<T>): Promise<T> {
    let next = steps.next();
    while (next.done !== true) next = steps.next(await this.#found(this.blocks.aggregate(passes, this.#asked(next.value))));
    return next.value;
  }

  /** What a fit comes to that asks for moments. */
  async reweighting<T>(steps: MomentSteps<T>): Promise<T> {
    let next = steps.next();
    while (next.done !== true) next = steps.next(await this.moments(next.value));
    return next.value;
  }

  /** Of the rows as they are (null), asked for once, or reweighted. Throws TOO_MANY_FEATURES where there are too many for it. */
  moments(reweighting: Reweighting | null): Promise<Moments> {
    if (reweighting === null) return (this.#moments ??= this.#momentsOf(null));
    return this.#momentsOf(reweighting);
  }

  #momentsOf(reweighting: Reweighting | null): Promise<Moments> {
    return this.#found(this.blocks.aggregate(moments, this.#asked(reweighting)));
  }

  #asked<T>(what: T): Asked<T> {
    return { id: this.id, what };
  }

  async release(): Promise<void> {
    await this.blocks.release();
  }

  async #found<T>(result: Promise<T | null>): Promise<T> {
    const found = await result;
    if (found === null) throw new DataError("EMPTY_DATASET", `${this.who}: the dataset is empty; there is nothing to fit.`);
    return found;
  }
}
