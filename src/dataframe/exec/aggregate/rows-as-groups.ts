/** Partial groups that hardly any row shares: from then on each row leaves as a group of its own, without being looked for. */
import { gatherBatch } from "../../../columnar/batch";
import type { ColumnBatch } from "../../../columnar/vector";
import type { HashAggregateExec } from "../../physical/plan";
import type { OpenTask } from "../operator";
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

export class RowsAsGroups {
  /** Rows leave as they come. */
  pass = false;
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

  *of(batch: ColumnBatch, run: PipelineRun, keys: OutputPlan): Generator<ColumnBatch, void, undefined> {
    let state = this.#states.get(keys);
    if (state === undefined) this.#states.set(keys, (state = keys.open()));
    const metrics = this.task.env.metrics(this.node.id);
    // Arrays of the input are written again once the next batch is asked for.
    const own = keys.keepsInput ? copied(batch) : batch;
    for (const rows of state.batches(own, run, keys)) {
      metrics.rows += rows.length;
      metrics.batches++;
      yield rows;
    }
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
