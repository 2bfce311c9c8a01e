/** What every group of RDD methods builds on: the node behind the handle, and making handles of new nodes. */
import { inspect } from "node:util";
import type { Frozen } from "../closure/frozen";
import { checkFunction, checkSynchronous } from "./arguments";
import type { Lifeline } from "./cleaner";
import type { ContextPort, UserContext } from "./context-port";
import type { DatasetNode } from "./nodes/node";
import type { RDD } from "./rdd";
import { TRAVEL, type TravelRefusal } from "./shared/travel";

export class RddBase {
  /** Internal: where the records come from. */
  readonly node: DatasetNode;
  readonly #lifeline: Lifeline;

  /** Internal: users get RDDs from a SparkContext. */
  constructor(node: DatasetNode) {
    this.node = node;
    this.#lifeline = node.lifeline();
  }

  /** Internal: the context's side of jobs. */
  get port(): ContextPort {
    return this.node.context;
  }

  /** Unique in the application. */
  get id(): number {
    return this.node.id;
  }

  /** The name that `setName` gave. */
  get name(): string | undefined {
    return this.node.givenName;
  }

  /** Whether `cache` or `persist` was called. */
  get isCached(): boolean {
    return this.node.persisted;
  }

  /** The SparkContext that it belongs to. */
  get context(): UserContext {
    return this.port.context as UserContext;
  }

  /** Internal: an RDD of `node`. */
  derive<U>(node: DatasetNode): RDD<U> {
    return new (this.constructor as new (node: DatasetNode) => RDD<U>)(node);
  }

  /** Internal: checks and captures a function passed to `call`. */
  capture(f: unknown, call: string): Frozen {
    this.port.assertRunning(call);
    checkFunction(call, f);
    return this.port.freeze(f, call);
  }

  /**
   * Internal: as `capture`, of a function that combines records, which cannot be asynchronous.
   *
   * @param name what messages call it. @throws UsageError for an async function.
   */
  captureCombiner(f: unknown, call: string, name = "the function"): Frozen {
    const captured = this.capture(f, call);
    checkSynchronous(call, f, name);
    return captured;
  }

  /** Internal: what the handle keeps; see cleaner.ts. */
  get lifeline(): Lifeline {
    return this.#lifeline;
  }

  toString(): string {
    return this.node.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** An RDD inside of a function that runs in tasks is a mistake. */
  [TRAVEL](): TravelRefusal {
    return {
      refuse: "an RDD cannot be used inside of a function that runs in tasks; collect or broadcast what is needed, or join",
    };
  }
}
