/** One task while it runs: its environment, its payload, and what must be let go when it ends. */
import type { ValueContext } from "../../columnar";
import type { Frozen } from "../../closure/frozen";
import type { ModuleFile } from "../../closure/module-target";
import type { TaskEnv } from "../../storage/task-env";
import type { LoopCache } from "../pipeline/loop";
import type { FunctionSpec } from "../stage-spec";
import type { AccumulatorUpdate } from "../task-runner";
import { builtin } from "./builtins";
import { copierOf } from "./copier";
import { SpillBuffer } from "./spill-buffer";

/** Turns captures into live values; one per thread. */
export interface CaptureReviver {
  /** A shared value where `reusable`, else a new copy each time. */
  revive(frozen: Frozen): unknown;
  /** Files of the user's program that captures may refer to. */
  addModules(files: readonly ModuleFile[]): void;
  /** Classes that a capture brings: instances may be met before the capture is revived. */
  declareClasses(frozen: Frozen): void;
}

export interface StageCaptures {
  readonly frozen: readonly Frozen[];
  /** Values that no task can change, revived once. */
  readonly revived: Map<number, unknown>;
}

export class TaskRun {
  readonly #own = new Map<number, unknown>();
  readonly #closers: (() => void)[] = [];
  readonly maxInFlight: number;
  /** What parts of the task tell accumulators of the driver, beside those that user functions add to. */
  readonly reported: AccumulatorUpdate[] = [];

  constructor(
    readonly env: TaskEnv,
    readonly loops: LoopCache,
    private readonly reviver: CaptureReviver,
    private readonly captures: StageCaptures,
    /** Bytes for leaf `leaf` and partition `partition`. */
    readonly payload: (leaf: number, partition: number) => Uint8Array,
  ) {
    this.maxInFlight = Number(env.conf("firesteel.async.maxInFlight") ?? 16);
  }

  get values(): ValueContext {
    return this.env.values;
  }

  /** The captured value: one for the task, and one for all tasks of the thread where none can change it. */
  capture(ref: number): unknown {
    const frozen = this.captures.frozen[ref]!;
    const home = frozen.reusable ? this.captures.revived : this.#own;
    if (!home.has(ref)) home.set(ref, this.reviver.revive(frozen));
    return home.get(ref);
  }

  /** A new copy of the captured value. */
  freshCapture(ref: number): unknown {
    return this.reviver.revive(this.captures.frozen[ref]!);
  }

  /** Gives copies of a captured value: each key of an aggregation starts from one of its own. */
  zeroMaker(ref: number): () => unknown {
    return copierOf(this.capture(ref)) ?? (() => this.freshCapture(ref));
  }

  function(spec: FunctionSpec): (...args: unknown[]) => unknown {
    return ("builtin" in spec ? builtin(spec.builtin) : this.capture(spec.capture)) as (...args: unknown[]) => unknown;
  }

  /** A buffer that is let go when the task ends, at the latest. */
  spillBuffer(): SpillBuffer {
    const buffer = new SpillBuffer(this.env);
    this.onClose(() => buffer.close());
    return buffer;
  }

  onClose(close: () => void): void {
    this.#closers.push(close);
  }

  /** Runs what `onClose` was given, last first; a failure of one does not keep the others from running. */
  close(): void {
    let failure: { readonly error: unknown } | undefined;
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        close();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure !== undefined) throw failure.error;
  }
}
