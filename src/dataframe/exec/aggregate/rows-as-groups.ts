/**
 * Partial groups that hardly any row shares: from then on each row leaves as a group of its own, without being looked for. Rows that come again
 * after a long while are noticed by a sample of them.
 */
import { gatherBatch, sliceBatch } from "../../../columnar/batch";
import type { ColumnBatch } from "../../../columnar/vector";
import type { HashAggregateExec } from "../../physical/plan";
import { counted, type OpenTask } from "../operator";
import type { OutputPlan, OutputState } from "../pipeline/output";
import type { PipelineRun } from "../pipeline/run";

/** With fewer groups for each row they are worth finding, whatever comes. */
const MOST_GROUPS = 0.8;
/**
 * When it is looked at, and how many groups for each row are too many then. What has too many groups among few rows may have few among many: keys
 * drawn from 100,000 are nearly all new in the first 16,384 rows, and one in eight is in 750,000. The first looks leave it open where keys
 * that are drawn evenly would have 0.6 groups for each row at the last one.
 */
const LOOKS: readonly { readonly rows: number; readonly most: number }[] = [
  { rows: 1 << 14, most: 0.965 },
  { rows: 1 << 16, most: 0.87 },
  { rows: 1 << 18, most: 0.6 },
];

/** Of the batches that pass, one row in so many is looked for all the same. */
const SAMPLED = 16;
/** Sampled rows for each answer. */
const SAMPLE = 1024;

export class RowsAsGroups {
  /** Rows leave as they come. */
  pass = false;
  #samples = true;
  #sampledRows = 0;
  #sampledGroups = 0;
  readonly #states = new Map<OutputPlan, OutputState>();
  #looks = 0;

  constructor(
    private readonly node: HashAggregateExec,
    private readonly task: OpenTask,
  ) {}

  /** Whether rows should leave as they come, `groups` having been found so far among all rows. */
  decide(groups: number): boolean {
    if (this.#looks === LOOKS.length) return false;
    const { rows } = this.task.env.metrics(this.node.child.id);
    if (rows < LOOKS[this.#looks]!.rows) return false;
    while (this.#looks + 1 < LOOKS.length && rows >= LOOKS[this.#looks + 1]!.rows) this.#looks++;
    this.pass = groups > rows * LOOKS[this.#looks]!.most;
    this.#looks = groups <= rows * MOST_GROUPS ? LOOKS.length : this.#looks + 1;
    return this.pass;
  }

  /** There is no memory for more groups than these: what is undecided is decided. */
  full(groups: number): void {
    if (this.#looks === LOOKS.length) return;
    this.#looks = LOOKS.length;
    this.pass = groups > this.task.env.metrics(this.node.child.id).rows * MOST_GROUPS;
  }

  /** How many of the first rows of a batch that passes are to be looked for; the others are for `of`. */
  sampleOf(batch: ColumnBatch): number {
    return this.#samples ? Math.ceil(batch.length / SAMPLED) : 0;
  }

  /**
   * Of `rows` sampled rows `groups` were not yet in a table that held nothing but the sample so far. Rows no longer pass once more than one in
   * SAMPLED is found there: the sample is that share of all that passed, so that there are fewer different rows than have passed (two samples
   * tell the size of a population: Lincoln, Petersen).
   */
  sampled(rows: number, groups: number): void {
    this.#sampledRows += rows;
    this.#sampledGroups += groups;
    if (this.#sampledRows < SAMPLE) return;
    this.pass = (this.#sampledRows - this.#sampledGroups) * SAMPLED <= this.#sampledRows;
    if (!this.pass) this.#looks = LOOKS.length;
    this.#sampledRows = 0;
    this.#sampledGroups = 0;
  }

  /** There is no memory for the sample. */
  sampleNoMore(): void {
    this.#samples = false;
  }

  *of(all: ColumnBatch, from: number, run: PipelineRun, keys: OutputPlan): Generator<ColumnBatch, void, undefined> {
    let state = this.#states.get(keys);
    if (state === undefined) this.#states.set(keys, (state = keys.open()));
    const metrics = this.task.env.metrics(this.node.id);
    const batch = sliceBatch(all, from, all.length);
    // Arrays of the input are written again once the next batch is asked for.
    const own = keys.keepsInput ? copied(batch) : batch;
    for (const rows of state.batches(own, run, keys)) yield counted(rows, metrics);
  }
}

/** 0, 1, 2, … */
let places = new Int32Array(0);

function copied(batch: ColumnBatch): ColumnBatch {
  const { length } = batch;
  if (places.length < length) {
    places = new Int32Array(Math.max(length, 1 << 12));
    for (let row = 0; row < places.length; row++) places[row] = row;
  }
  return gatherBatch(batch, places, length);
}
