/**
 * Frees what handles stood for once they are garbage collected: shuffle files, cached partitions, broadcasts. Spark's
 * ContextCleaner.
 */

type Release = () => void;

const registry = new FinalizationRegistry<Release>((release) => release());

/** Calls `release` when `handle` is gone; `release` must not refer to the handle. */
export function releaseWith(handle: object, release: () => Promise<void>): void {
  registry.register(handle, () => {
    // Nobody waits for it, and a context that was stopped has freed all already.
    release().catch(() => undefined);
  }, handle);
}

/** The handle was released by other means. */
export function forgetRelease(handle: object): void {
  registry.unregister(handle);
}
