/** Refuses functions that combine records and are asynchronous: nothing waits between two records of a loop. */
import { types } from "node:util";
import { TaskError } from "../common/errors";

/** What messages call functions of calls that have several. */
export const TAKES_IN = "the function that takes in values";
export const COMBINES = "the function that combines";

/** Error class of functions that combine records and are asynchronous: UsageError on the driver, TaskError in a task. */
export const ASYNC_COMBINER = "ASYNC_COMBINER";

/** Why the result of `f`, a function of `call` as messages call it, cannot be a promise. */
export function asyncCombiner(call: string, f: string): string {
  return (
    `${call}: ${f} returns a promise (it is asynchronous), and what combines records must give its result at once. ` +
    `Do what has to wait in a map before the ${call}, and combine what that gives.`
  );
}

/** A TaskError where one of `values`, which the functions called `name` gave for `call`, is a promise. */
export function refusePromises(values: readonly unknown[], call: string, name: string): void {
  for (const value of values) {
    if (typeof value !== "object" || value === null || !types.isPromise(value)) continue;
    // It may be about to fail, and nobody waits for it.
    value.then(undefined, () => undefined);
    throw new TaskError(ASYNC_COMBINER, asyncCombiner(call, name));
  }
}
