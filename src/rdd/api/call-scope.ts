/** Calls that run many jobs, where the stack no longer tells who made them: after an await, in a callback. */
import { AsyncLocalStorage } from "node:async_hooks";

export interface CallScope {
  /** "LogisticRegression.fit" */
  readonly scope: string;
  /** Where the program called it: "app.ts:12:7". */
  readonly site: string;
}

const calls = new AsyncLocalStorage<CallScope>();

/** Runs `body`; jobs that it or anything it calls or awaits starts are of this call, unless one stands around it. `site` is asked only then. */
export function withinCall<T>(scope: string, site: () => string, body: () => T): T {
  return calls.getStore() === undefined ? calls.run({ scope, site: site() }, body) : body();
}

export function callAround(): CallScope | undefined {
  return calls.getStore();
}
