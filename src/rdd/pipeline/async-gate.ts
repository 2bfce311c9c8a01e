/**
 * What one step knows about whether its user function is asynchronous, and the inputs that wait for it. The modes are
 * read and written by generated code: 0 not called yet in this partition, 1 synchronous, 2 asynchronous.
 */
import { TaskError } from "../../common/errors";

export type GateMode = 0 | 1 | 2;

export class AsyncGate {
  mode: GateMode = 0;
  #inputs: unknown[] = [];
  /** The promise of the first input, which the loop called the function for. */
  #started: PromiseLike<unknown> | null = null;

  /** @param waiting called when inputs wait. */
  constructor(
    readonly functionName: string,
    private readonly waiting: (gate: AsyncGate) => void,
  ) {}

  /** The function returned a promise; `mode` is the loop's own copy. */
  first(mode: GateMode, input: unknown, promise: PromiseLike<unknown>): GateMode {
    if (mode === 1) this.refuse(promise);
    this.#started = promise;
    this.collect(input);
    return 2;
  }

  /** Called by generated code for a promise behind plain values. */
  refuse(promise: PromiseLike<unknown>): never {
    promise.then(undefined, () => undefined);
    throw this.mixed();
  }

  collect(input: unknown): void {
    if (this.#inputs.length === 0) this.waiting(this);
    this.#inputs.push(input);
  }

  /** The inputs that wait, in order; `started` is the promise of the first of them, if the function was called for it. */
  take(): { readonly inputs: readonly unknown[]; readonly started: PromiseLike<unknown> | null } {
    const taken = { inputs: this.#inputs, started: this.#started };
    this.#inputs = [];
    this.#started = null;
    return taken;
  }

  mixed(): TaskError {
    return new TaskError(
      "MIXED_ASYNC_RESULTS",
      `${this.functionName} returned a promise for some records of a partition and a plain value for others. ` +
        "Make it asynchronous for all records (an async function) or for none.",
    );
  }
}
