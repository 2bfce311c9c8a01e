/** What runs between Enter and the next prompt, and its end by Ctrl-C. */
import { Script } from "node:vm";

/** The user pressed Ctrl-C. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";

  constructor(readonly jobs: number) {
    super(jobs === 0 ? "Cancelled." : `Cancelled, with ${jobs === 1 ? "1 job" : `${jobs} jobs`} that ran.`);
  }
}

/** How long a cancelled cell may take for its `finally` blocks before the prompt comes back without it. */
const UNWIND_MS = 300;
const RUN = Symbol.for("firesteel.shell.run");
const holder = globalThis as { [RUN]?: () => unknown };
/** What is called inside of this can be interrupted by SIGINT, endless loops too. */
const interruptible = new Script(`globalThis[Symbol.for("firesteel.shell.run")]()`, { filename: "node:firesteel-shell" });

/** A cell from its start to its end or its cancellation. */
export class RunningCell {
  /** Set when the user has cancelled it. */
  cancelled: Cancelled | undefined;
  readonly #waiting = new Set<(error: Cancelled) => void>();

  constructor(private readonly cancelJobs: () => number) {}

  cancel(): void {
    this.cancelled ??= new Cancelled(this.cancelJobs());
    for (const reject of this.#waiting) reject(this.cancelled);
    this.#waiting.clear();
  }

  /** What a top-level `await` of the cell waits for. */
  step(value: unknown): Promise<unknown> {
    if (this.cancelled !== undefined) throw this.cancelled;
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const goOn = (how: () => void): void => {
        this.#waiting.delete(reject);
        setImmediate(() => continueInterruptibly(how));
      };
      Promise.resolve(value).then(
        (result) => goOn(() => resolve(result)),
        (error: Error) => goOn(() => reject(error)),
      );
    });
  }

  /** The result of `work`, or a rejection soon after the cancellation, whether `work` ends or not. */
  untilCancelled<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = (error: Cancelled): void => void setTimeout(() => reject(error), UNWIND_MS);
      if (this.cancelled !== undefined) late(this.cancelled);
      this.#waiting.add(late);
      work.then(resolve, reject).finally(() => this.#waiting.delete(late));
    });
  }
}

export function interruptibly<T>(work: () => T): T {
  holder[RUN] = work;
  return interruptible.runInThisContext({ breakOnSigint: true, displayErrors: false }) as T;
}

/**
 * The code behind an `await` runs in microtasks: they are run here, so that a loop in them can be interrupted. The error of
 * that leaves as an uncaught one: the way on which Node clears its stack of asynchronous contexts.
 */
function continueInterruptibly(settle: () => void): void {
  interruptibly(() => {
    settle();
    (process as unknown as { _tickCallback(): void })._tickCallback();
  });
}

/** Whether an error is Ctrl-C in code that was running. */
export function isInterruption(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null | undefined)?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
