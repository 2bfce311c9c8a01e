/** Partial groups that hardly any row shares: from then on each row leaves as a group of its own, without being looked for. */
import { gatherBatch } from "../../../columnar/batch";
import type { ColumnBatch } from "../../../columnar/vector";
import type { HashAggregateExec } from "../../physical/plan";
import type { OpenTask } from "../operator";
import type { OutputPlan, OutputState } from "../pipeline/output";
import type { PipelineRun } from "../pipeline/run";

/** Rows after which it is decided, at the least. */
const LEAST_ROWS = 1 << 14;
/** Groups for each row from which on they are not worth finding. */
const MOST_GROUPS = 0.8;

export class RowsAsGroups {
  /** Rows leave as they come. */
  pass = false;
  readonly #states = new Map<OutputPlan, OutputState>();
  #decided = false;

  constructor(
    private readonly node: HashAggregateExec,
    private readonly task: OpenTask,
  ) {}

  /** Whether rows should leave as they come, `groups` having been found so far: looked at once. */
  decide(groups: number): boolean {
    if (this.#decided) return false;
    const { rows } = this.task.env.metrics(this.node.child.id);
    if (rows < LEAST_ROWS) return false;
    this.#decided = true;
    this.pass = groups > rows * MOST_GROUPS;
    return this.pass;
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

function copied(batch: ColumnBatch): ColumnBatch {
  return gatherBatch(
    batch,
    Int32Array.from({ length: batch.length }, (_, row) => row),
    batch.length,
  );
}
