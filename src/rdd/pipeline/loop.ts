/**
 * A fused loop at work: feeds chunks through the steps of a stage into its sink. One per task; compiled code is shared by
 * the tasks of a stage that a thread runs. A step whose function turns out to be asynchronous makes `feed` return a
 * promise; nothing is paid for that otherwise.
 */
import { type Chunk, type ChunkForm, formOf, type Sink } from "../../columnar";
import type { TaskEnv } from "../../storage/task-env";
import { AsyncGate } from "./async-gate";
import { loopText, type LoopText, type Resumed, resumedText } from "./loop-text";
import type { CallOp, Op } from "./op";
import { isThenable, type MaybePromise } from "./source";

type LoopFunction = (chunk: unknown, bound: readonly unknown[]) => boolean;

let stages = 0;

/**
 * The compiled loops of one stage in one thread, by their text. Each stage has scripts of its own, by a name that is part
 * of the text: V8 would otherwise share the type feedback of equal loops that call different functions.
 */
export class LoopCache {
  readonly #stage = stages++;
  readonly #compiled = new Map<string, LoopFunction>();

  get(text: string): LoopFunction {
    let compiled = this.#compiled.get(text);
    if (compiled === undefined) {
      const url = `firesteel-stage-${this.#stage}-${this.#compiled.size}.js`;
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- text of our own; user data is bound, never part of it
      compiled = new Function(`return ${text};\n//# sourceURL=${url}`)() as LoopFunction;
      this.#compiled.set(text, compiled);
    }
    return compiled;
  }
}

interface BoundLoop {
  readonly run: LoopFunction;
  readonly bound: readonly unknown[];
}

/** Results of an asynchronous function that go through the rest of the loop together. */
const RESUME_ROWS = 256;

export class Loop {
  readonly #gates: (AsyncGate | null)[];
  /** Shapes of one source are the same objects; another object of an equal shape only costs its text again. */
  readonly #loops = new Map<ChunkForm, BoundLoop>();
  readonly #settledLoops = new Map<ChunkForm, BoundLoop>();
  /** All functions of the user's were called in this partition, and are synchronous. */
  #settled = false;
  readonly #resumed = new Map<number, BoundLoop>();
  /** The step whose inputs wait; -1 when none does. At most one after each run of a loop: those behind it got nothing. */
  #waiting = -1;

  constructor(
    private readonly cache: LoopCache,
    private readonly ops: readonly Op[],
    private readonly sink: Sink,
    private readonly env: TaskEnv,
    private readonly maxInFlight: number,
  ) {
    this.#gates = ops.map((op, at) =>
      op.kind === "call" ? new AsyncGate(`The function of ${functionName(op)}`, () => void (this.#waiting = at)) : null,
    );
  }

  /** Takes a chunk through; true when the sink wants no more. */
  feed(chunk: Chunk): MaybePromise<boolean> {
    const form = formOf(chunk);
    const loops = this.#settled ? this.#settledLoops : this.#loops;
    let loop = loops.get(form);
    if (loop === undefined) {
      loop = this.#bind(loopText(form, this.ops, this.#gates, this.sink, this.#settled));
      loops.set(form, loop);
    }
    const stopped = loop.run(chunk, loop.bound);
    if (this.#waiting !== -1) return this.#await(this.#waiting);
    if (!this.#settled) this.#settled = this.#gates.every((gate) => gate === null || gate.mode === 1);
    return stopped;
  }

  #bind(made: LoopText): BoundLoop {
    return { run: this.cache.get(made.text), bound: made.bound };
  }

  /** Calls the function of step `at` for the inputs that wait, a bounded number at a time, and resumes in their order. */
  async #await(at: number): Promise<boolean> {
    this.#waiting = -1;
    const gate = this.#gates[at]!;
    const call = this.ops[at] as CallOp;
    const { inputs, started } = gate.take();
    const inFlight: PromiseLike<unknown>[] = started === null ? [] : [started];
    let next = inFlight.length;
    let resumed = 0;
    let results: unknown[] = [];
    for (let done = 0; done < inputs.length; done++) {
      for (; next < inputs.length && next - done < this.maxInFlight; next++) inFlight.push(this.#call(call, gate, inputs[next]));
      results.push(await inFlight[done]);
      this.env.checkInterrupted();
      if (results.length === RESUME_ROWS || done === inputs.length - 1) {
        if (await this.#resume(at, { inputs: inputs.slice(resumed, done + 1), results })) return true;
        resumed = done + 1;
        results = [];
      }
    }
    return false;
  }

  #call(op: CallOp, gate: AsyncGate, input: unknown): PromiseLike<unknown> {
    const result = op.f(op.argument === "value" ? (input as readonly unknown[])[1] : input);
    if (!isThenable(result)) throw gate.mixed();
    // A failure behind the one that is awaited first must not count as unhandled.
    result.then(undefined, () => undefined);
    return result;
  }

  #resume(at: number, results: Resumed): MaybePromise<boolean> {
    let loop = this.#resumed.get(at);
    if (loop === undefined) {
      loop = this.#bind(resumedText(at, this.ops, this.#gates, this.sink));
      this.#resumed.set(at, loop);
    }
    const stopped = loop.run(results, loop.bound);
    return this.#waiting === -1 ? stopped : this.#await(this.#waiting);
  }
}

function functionName(op: CallOp): string {
  return op.f.name === "" ? "this step" : op.f.name;
}
