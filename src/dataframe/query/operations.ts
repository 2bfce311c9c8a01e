/** Queries of a session that run now, by the numbers of their executions and the tags that their call chain has. */
import { AsyncLocalStorage } from "node:async_hooks";

/** A query from its start to its end. */
export interface Operation {
  /** Aborted when it is interrupted. */
  readonly signal: AbortSignal;
  begin(): void;
  end(): void;
}

export class Operations {
  readonly #tags = new AsyncLocalStorage<ReadonlySet<string>>();
  readonly #running = new Map<string, { readonly tags: ReadonlySet<string>; readonly controller: AbortController }>();

  get tags(): ReadonlySet<string> {
    return this.#tags.getStore() ?? new Set();
  }

  /** For what follows in this call chain. */
  setTags(tags: Iterable<string>): void {
    this.#tags.enterWith(new Set(tags));
  }

  /** @param signal the caller's own, which ends it as well */
  operation(id: string, signal: AbortSignal | undefined): Operation {
    const { tags } = this;
    const controller = new AbortController();
    return {
      signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
      begin: () => void this.#running.set(id, { tags, controller }),
      end: () => void this.#running.delete(id),
    };
  }

  /** Ends those that fit; their numbers. */
  interrupt(fits: (id: string, tags: ReadonlySet<string>) => boolean): string[] {
    const found = [...this.#running].filter(([id, { tags }]) => fits(id, tags));
    for (const [id, { controller }] of found) controller.abort(`operation ${id} was interrupted`);
    return found.map(([id]) => id);
  }
}
