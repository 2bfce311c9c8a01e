/** A profile of V8's sampling profiler, as executors send it and the dashboard reads it. */

/** A call tree as columns; node 0 is the root, and the parent of a node comes before it. */
export interface CallTree {
  readonly intervalMicros: number;
  readonly samples: number;
  readonly from: number;
  readonly to: number;
  readonly functions: readonly string[];
  /** "file:///app/train.ts:12:3" of each function; "" for native code. */
  readonly locations: readonly string[];
  readonly parent: readonly number[];
  readonly function: readonly number[];
  /** Samples that ended in the node itself. */
  readonly self: readonly number[];
}
