/** The writer of shuffles that combine on the map side: what is written is one combiner per key and table that was filled. */
import type { LoopBuilder, SinkCode } from "../columnar/loop";
import { InternalError } from "../common/errors";
import type { MapOutputWritten, TaskEnv } from "../storage/task-env";
import { BATCH_ROWS } from "./batch";
import { CombineTable } from "./combine-table";
import { shuffleCompression } from "./compression";
import { foldOf } from "./fold";
import { MAP_SIDE } from "./hash-multipliers";
import { Intake } from "./intake";
import { assignmentOf } from "./partitioner";
import { PartitionedRuns } from "./runs";
import { Scatter } from "./scatter";
import type { ShuffleWriter } from "./shuffle-writer";
import { numReducers, type ShuffleSpec } from "./spec";

/** Records of a run. */
const RUN_ROWS = 16 * BATCH_ROWS;

export class CombineWriter implements ShuffleWriter {
  readonly #env: TaskEnv;
  readonly #spec: ShuffleSpec;
  readonly #intake: Intake;
  readonly #table: CombineTable;
  readonly #runs: PartitionedRuns;
  readonly #scatter: Scatter;
  #writeTime = 0;

  constructor(env: TaskEnv, spec: ShuffleSpec) {
    const { aggregation } = spec;
    if (aggregation === undefined) throw new InternalError("A combining shuffle writer needs an aggregation.");
    this.#env = env;
    this.#spec = spec;
    const partitions = numReducers(spec);
    const fold = aggregation.kind === "distinct" ? null : foldOf(aggregation, "values");
    this.#table = new CombineTable(env.memory, fold, MAP_SIDE, () => {
      this.#drain();
      this.#intake.restrain();
    });
    this.#intake = new Intake(spec.carries, "text", "list", (batch) => {
      env.checkInterrupted();
      this.#table.add(batch);
    });
    this.#runs = new PartitionedRuns(env, partitions, shuffleCompression(env), "shuffle-combine");
    this.#scatter = new Scatter(env, this.#runs, partitions, assignmentOf(spec.partitioning), spec.carries);
  }

  emit(builder: LoopBuilder): SinkCode {
    return this.#intake.emit(builder);
  }

  /** The combiners so far become a run; a key that comes again gets another combiner, which the reduce side merges. */
  #drain(): void {
    const start = performance.now();
    for (const { keys, combiners, length } of this.#table.drain(RUN_ROWS)) this.#scatter.write(keys, combiners, length);
    this.#writeTime += performance.now() - start;
  }

  finish(): MapOutputWritten {
    this.#intake.finish();
    this.#drain();
    const start = performance.now();
    const output = this.#runs.commit(this.#spec.shuffleId);
    this.#env.metrics.shuffleWriteTimeNs += Math.round((this.#writeTime + performance.now() - start) * 1e6);
    return output;
  }

  abort(): void {
    this.#table.clear();
    this.#runs.close();
  }
}
