/**
 * The writer of shuffles that do not combine: records gather as columns in a block, and each full block becomes a run of
 * encoded records by partition. Where the records change their form a block ends, so that the order within a partition stays.
 */
import type { LoopBuilder, SinkCode } from "../columnar/loop";
import type { MapOutputWritten, TaskEnv } from "../storage/task-env";
import { BATCH_ROWS, type Batch } from "./batch";
import { ColumnBuffer } from "./column-buffer";
import { shuffleCompression } from "./compression";
import { Intake } from "./intake";
import { assignmentOf } from "./partitioner";
import { PartitionedRuns } from "./runs";
import { Scatter } from "./scatter";
import type { ShuffleWriter } from "./shuffle-writer";
import { numReducers, type ShuffleSpec } from "./spec";

/** Records of a block: enough for long runs of each partition, few enough for the processor's cache. */
const BLOCK_ROWS = 16 * BATCH_ROWS;

export class PlainWriter implements ShuffleWriter {
  readonly #env: TaskEnv;
  readonly #spec: ShuffleSpec;
  readonly #intake: Intake;
  readonly #runs: PartitionedRuns;
  readonly #scatter: Scatter;
  readonly #key: ColumnBuffer;
  readonly #value: ColumnBuffer;
  #writeTime = 0;

  constructor(env: TaskEnv, spec: ShuffleSpec) {
    this.#env = env;
    this.#spec = spec;
    const partitions = numReducers(spec);
    this.#intake = new Intake(spec.carries, "list", "list", (batch) => this.#accept(batch));
    this.#runs = new PartitionedRuns(env, partitions, shuffleCompression(env), "shuffle-write");
    this.#scatter = new Scatter(env, this.#runs, partitions, assignmentOf(spec.partitioning), spec.carries);
    this.#key = new ColumnBuffer(env.memory);
    this.#value = new ColumnBuffer(env.memory);
  }

  emit(builder: LoopBuilder): SinkCode {
    return this.#intake.emit(builder);
  }

  #accept({ length, key, value }: Batch): void {
    if (!this.#key.fits(key) || !this.#value.fits(value)) this.#flush();
    if (!this.#append(key, value, length)) {
      this.#flush();
      // Without memory for a block: the batch is one.
      this.#key.clear();
      this.#value.clear();
      this.#append(key, value, length);
    }
    if (this.#key.length >= BLOCK_ROWS) {
      this.#flush();
    } else if ((this.#key.onHeap || this.#value.onHeap) && this.#env.memory.heapFull()) {
      this.#flush();
      this.#intake.restrain();
    }
  }

  #append(key: Batch["key"], value: Batch["value"], length: number): boolean {
    const before = this.#key.length;
    if (!this.#key.append(key, 0, length)) return false;
    if (this.#value.append(value, 0, length)) return true;
    this.#key.truncate(before);
    return false;
  }

  #flush(): void {
    const start = performance.now();
    this.#scatter.write(this.#key.column(), this.#value.column(), this.#key.length);
    this.#key.reset();
    this.#value.reset();
    this.#writeTime += performance.now() - start;
  }

  finish(): MapOutputWritten {
    this.#intake.finish();
    this.#flush();
    this.#key.clear();
    this.#value.clear();
    const start = performance.now();
    const output = this.#runs.commit(this.#spec.shuffleId);
    this.#env.metrics.shuffleWriteTimeNs += Math.round((this.#writeTime + performance.now() - start) * 1e6);
    return output;
  }

  abort(): void {
    this.#key.clear();
    this.#value.clear();
    this.#runs.close();
  }
}
