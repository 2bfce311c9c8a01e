/** Actions with a handle that can be cancelled. */
import { FutureAction } from "../future-action";
import type { RDD } from "../rdd";
import type { Implements } from "./install";
import type { Awaitable } from "./narrow";
import type { ActionOptions } from "./run";

export interface AsyncActionMethods<T> {
  /** As count, with a handle to cancel it. */
  countAsync(options?: ActionOptions): FutureAction<number>;
  /** As collect, with a handle to cancel it. */
  collectAsync(options?: ActionOptions): FutureAction<T[]>;
  /** As take, with a handle to cancel it. */
  takeAsync(count: number, options?: ActionOptions): FutureAction<T[]>;
  /** As foreach, with a handle to cancel it. */
  foreachAsync(f: (record: T) => Awaitable<unknown>, options?: ActionOptions): FutureAction<void>;
  /** As foreachPartition, with a handle to cancel it. */
  foreachPartitionAsync(f: (records: IterableIterator<T>) => Awaitable<unknown>, options?: ActionOptions): FutureAction<void>;
}

type Records = (records: IterableIterator<unknown>) => unknown;

export const asyncActionMethods = {
  countAsync(this: RDD<unknown>, options?: ActionOptions) {
    return FutureAction.start((signal) => this.count({ signal }), options?.signal);
  },
  collectAsync(this: RDD<unknown>, options?: ActionOptions) {
    return FutureAction.start((signal) => this.collect({ signal }), options?.signal);
  },
  takeAsync(this: RDD<unknown>, count: number, options?: ActionOptions) {
    return FutureAction.start((signal) => this.take(count, { signal }), options?.signal);
  },
  foreachAsync(this: RDD<unknown>, f: (record: unknown) => unknown, options?: ActionOptions) {
    return FutureAction.start((signal) => this.foreach(f, { signal }), options?.signal);
  },
  foreachPartitionAsync(this: RDD<unknown>, f: Records, options?: ActionOptions) {
    return FutureAction.start((signal) => this.foreachPartition(f, { signal }), options?.signal);
  },
} satisfies Implements<AsyncActionMethods<unknown>>;
