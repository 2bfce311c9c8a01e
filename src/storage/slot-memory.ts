/** The memory of one worker thread's task: execution memory by the shared cells, and the thread's own heap. */
import { InternalError } from "../common/errors";
import { formatBytes } from "../common/units";
import { HeapGauge } from "./heap-gauge";
import type { HostCalls } from "./host-calls";
import type { MemoryCells } from "./memory-cells";
import { CELL_UNIT } from "./memory-cells";
import type { TaskMemory, TaskMetrics } from "./task-env";

export class SlotMemory implements TaskMemory {
  readonly #gauge: HeapGauge;
  #held = 0;
  #units = 0;
  #metrics: TaskMetrics | null = null;

  constructor(
    private readonly cells: MemoryCells,
    private readonly slot: number,
    private readonly calls: HostCalls,
    heapBytes: number,
    /** Bytes that a task may hold, whatever there is. */
    private readonly most: number = Infinity,
  ) {
    this.#gauge = new HeapGauge(heapBytes);
  }

  /** Bytes that the task holds. */
  get held(): number {
    return this.#held;
  }

  begin(taskId: number, metrics: TaskMetrics): void {
    this.#metrics = metrics;
    this.cells.begin(this.slot, taskId);
  }

  /** Gives back what the task still holds. */
  end(): void {
    this.#held = 0;
    this.#units = 0;
    this.#metrics = null;
    this.cells.clear(this.slot);
  }

  reserve(bytes: number): boolean {
    const held = this.#held + bytes;
    if (held > this.most) return false;
    const more = Math.ceil(held / CELL_UNIT) - this.#units;
    if (more > 0) {
      if (!this.cells.tryAdd(this.slot, more)) {
        // Only when the pool is short can the eviction of blocks help; a share that is used up stays so.
        const short = this.cells.used + more * CELL_UNIT > this.cells.limit;
        if (!short || !this.calls.call("storage.needMemory", { bytes: more * CELL_UNIT }) || !this.cells.tryAdd(this.slot, more))
          return false;
      }
      this.#units += more;
    }
    this.#held = held;
    const metrics = this.#metrics;
    if (metrics !== null && held > metrics.peakExecutionMemory) metrics.peakExecutionMemory = held;
    return true;
  }

  release(bytes: number): void {
    if (bytes > this.#held)
      throw new InternalError(`A task released ${formatBytes(bytes)} and holds only ${formatBytes(this.#held)}.`);
    this.#held -= bytes;
    const less = this.#units - Math.ceil(this.#held / CELL_UNIT);
    if (less === 0) return;
    this.#units -= less;
    this.cells.subtract(this.slot, less);
  }

  heapFull(): boolean {
    return this.#gauge.full();
  }
}
