/** Broadcast variables: a value that tasks read, sent to each executor once. */
import { inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import { UsageError } from "../../common/errors";
import { forgetRelease, releaseWith } from "../cleaner";
import type { CaptureReviver } from "../exec/task-run";
import type { ContextPort } from "../context-port";
import type { PackedCapture } from "../stage-spec";
import { packCapture, unpackCapture } from "./packed-capture";
import { threadTask } from "./thread-task";
import { TRAVEL, type TravelReference } from "./travel";

/** The name of references to broadcasts (see shared/travel). */
export const BROADCAST = "broadcast";

/**
 * A handle on a value that functions of tasks can use as `handle.value`. The value is captured when the broadcast is
 * made; executors fetch it when a task first reads it.
 */
export abstract class Broadcast<T> {
  constructor(readonly id: number) {}

  /** The value. Throws after `destroy`. */
  abstract get value(): T;

  /** Drops the executors' copies; they fetch it again when needed. */
  abstract unpersist(blocking?: boolean): Promise<void>;

  /** Drops all copies. Nothing can use the broadcast afterwards. */
  abstract destroy(blocking?: boolean): Promise<void>;

  toString(): string {
    return `Broadcast(${this.id})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

class DriverBroadcast<T> extends Broadcast<T> {
  readonly #port: ContextPort;
  #value: { readonly kept: T } | null;

  constructor(port: ContextPort, id: number, value: T) {
    super(id);
    this.#port = port;
    this.#value = { kept: value };
  }

  override get value(): T {
    return this.#alive("value").kept;
  }

  override async unpersist(blocking = false): Promise<void> {
    this.#alive("unpersist");
    await this.#port.removeBroadcast(this.id, false, blocking);
  }

  override async destroy(blocking = false): Promise<void> {
    this.#alive("destroy");
    this.#value = null;
    forgetRelease(this);
    await this.#port.removeBroadcast(this.id, true, blocking);
  }

  #alive(call: string): { readonly kept: T } {
    if (this.#value === null) throw destroyed(this.id, call);
    return this.#value;
  }

  [TRAVEL](): TravelReference {
    this.#alive("use in a task");
    return { ref: BROADCAST, id: this.id };
  }
}

function destroyed(id: number, call: string): UsageError {
  return new UsageError("BROADCAST_DESTROYED", `${call}: Broadcast(${id}) was destroyed and cannot be used any more.`);
}

/** Captures `value` for tasks. */
export function makeBroadcast<T>(port: ContextPort, value: T): Broadcast<T> {
  port.assertRunning("broadcast");
  const id = port.nextSharedVariableId();
  port.publishBroadcast(id, serialize(packCapture(port, value, "broadcast")));
  const broadcast = new DriverBroadcast(port, id, value);
  releaseWith(broadcast, () => port.removeBroadcast(id, true, false), broadcast);
  return broadcast;
}

/** Values that a thread keeps for its later tasks; of others only those that something else refers to. */
const KEPT_VALUES = 4;
const recent: TaskBroadcast<unknown>[] = [];

/** A broadcast as tasks see it. The value is fetched when first asked for. */
class TaskBroadcast<T> extends Broadcast<T> {
  #value: { readonly kept: T } | null = null;

  constructor(
    id: number,
    private readonly reviver: CaptureReviver,
  ) {
    super(id);
  }

  override get value(): T {
    if (this.#value === null) {
      const name = `broadcast_${this.id}`;
      const bytes = threadTask()?.env.blocks.fetchBytes(name);
      if (bytes === undefined) throw new UsageError("NOT_IN_A_TASK", `${this.toString()} can only be read while a task runs.`);
      recent.push(this);
      if (recent.length > KEPT_VALUES) recent.shift()!.#value = null;
      this.#value = { kept: unpackCapture(deserialize(bytes) as PackedCapture, this.reviver) as T };
    }
    return this.#value.kept;
  }

  override unpersist(): Promise<void> {
    throw new UsageError("DRIVER_ONLY", "unpersist: a broadcast can be dropped on the driver only.");
  }

  override destroy(): Promise<void> {
    throw new UsageError("DRIVER_ONLY", "destroy: a broadcast can be destroyed on the driver only.");
  }

  [TRAVEL](): TravelReference {
    return { ref: BROADCAST, id: this.id };
  }
}

/** Broadcasts of a thread's tasks, by id. Values stay while something in the thread refers to their handle. */
const broadcasts = new WeakMap<CaptureReviver, Map<number, WeakRef<TaskBroadcast<unknown>>>>();

/** The broadcast of a reference, for the tasks of the reviver's thread. */
export function resolveBroadcast(id: unknown, reviver: CaptureReviver): Broadcast<unknown> {
  let inThread = broadcasts.get(reviver);
  if (inThread === undefined) broadcasts.set(reviver, (inThread = new Map<number, WeakRef<TaskBroadcast<unknown>>>()));
  let broadcast = inThread.get(id as number)?.deref();
  if (broadcast === undefined) {
    broadcast = new TaskBroadcast(id as number, reviver);
    inThread.set(id as number, new WeakRef(broadcast));
  }
  return broadcast;
}
