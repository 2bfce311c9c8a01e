/** What an operator holds of its task's memory. It asks before it grows far; refused, it spills and gives back. */
import { TaskError } from "../../../common/errors";
import { formatBytes } from "../../../common/units";
import type { TaskMemory } from "../../../storage/task-env";

/** Memory is asked for in pieces of this size. */
const PIECE = 1 << 18;

export class MemoryClaim {
  #held = 0;

  constructor(private readonly memory: TaskMemory) {}

  /** Holds at least `bytes`; false where they are refused, and what is held stays as it is. */
  reach(bytes: number): boolean {
    if (bytes <= this.#held) return true;
    const more = Math.ceil((bytes - this.#held) / PIECE) * PIECE;
    if (!this.memory.reserve(more)) return false;
    this.#held += more;
    return true;
  }

  /** `reach` for what cannot go to disk: refused, the task fails, in words that say what can be done. */
  require(bytes: number, needs: { readonly what: string; readonly advice: string }): void {
    if (this.reach(bytes)) return;
    throw new TaskError(
      "OUT_OF_TASK_MEMORY",
      `${needs.what} need more memory than the task gets (${formatBytes(bytes)} are not granted). ` +
        `Raise spark.executor.memory, give executors fewer cores, or ${needs.advice}.`,
    );
  }

  release(): void {
    if (this.#held > 0) this.memory.release(this.#held);
    this.#held = 0;
  }
}
