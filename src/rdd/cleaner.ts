/**
 * Frees what datasets and shared variables stand for once a program cannot reach them any more: shuffle files, cached
 * partitions, broadcasts. Spark's ContextCleaner.
 *
 * Nodes of the lineage cannot tell: the scheduler keeps them for jobs to come. So each dataset has a lifeline, which only
 * handles (RDDs), running actions, and lifelines of datasets that are made from it hold on to.
 */

type Release = () => Promise<void>;

const registry = new FinalizationRegistry<Release>((release) => {
  // Nobody waits for it, and a context that was stopped has freed all already.
  release().catch(() => undefined);
});

export class Lifeline {
  /** @param upstream lifelines of what the dataset is made from. */
  constructor(public upstream: readonly Lifeline[]) {}

  /** The dataset is read from elsewhere now (a checkpoint): what it was made from may go. */
  cut(): void {
    this.upstream = [];
  }

  /** To be called when an action ends: up to then the lifeline is in use. */
  done(): void {}
}

/** Calls `release` when `handle` is gone; `release` must not refer to it. `until` undoes it (forgetRelease). */
export function releaseWith(handle: object, release: Release, until: object): void {
  registry.register(handle, release, until);
}

/** What was to be released together with `until` was released by other means. */
export function forgetRelease(until: object): void {
  registry.unregister(until);
}
