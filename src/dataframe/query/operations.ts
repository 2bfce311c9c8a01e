/** Queries and scripts of a session that run now, by the numbers of executions and the tags that their call chain has. */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { ScriptOperation } from "../catalog/ports";

/** A query from its start to its end. */
export interface Operation {
  /** Aborted when it is interrupted. */
  readonly signal: AbortSignal;
  /** Tags of its jobs, when the execution has the number `id`, as Spark names them: the session's, the execution's, and those of the caller. */
  jobTags(id: number): string[];
  begin(id: number): void;
  end(): void;
}

interface Running {
  readonly tags: ReadonlySet<string>;
  readonly controller: AbortController;
}

export class Operations {
  readonly #tags = new AsyncLocalStorage<ReadonlySet<string>>();
  readonly #running = new Map<string, Running>();
  readonly #scripts = new Set<Running>();
  /** Spark counts tags by threads; call chains have no name, so all of them have one. */
  readonly #session = `spark-session-${randomUUID()}`;
  readonly #thread = `${this.#session}-thread-${randomUUID()}`;

  get tags(): ReadonlySet<string> {
    return this.#tags.getStore() ?? new Set();
  }

  /** For what follows in this call chain. */
  setTags(tags: Iterable<string>): void {
    this.#tags.enterWith(new Set(tags));
  }

  /** @param signal the caller's own, which ends it as well */
  operation(signal: AbortSignal | undefined): Operation {
    const { tags } = this;
    const controller = new AbortController();
    let running = "";
    return {
      signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
      jobTags: (id) => [
        this.#session,
        `${this.#session}-execution-root-id-${id}`,
        ...[...tags].map((tag) => `${this.#thread}-${tag}`),
      ],
      begin: (id) => void this.#running.set((running = String(id)), { tags, controller }),
      end: () => void this.#running.delete(running),
    };
  }

  /** A script has no number: its queries have. */
  script(): ScriptOperation {
    const script: Running = { tags: this.tags, controller: new AbortController() };
    this.#scripts.add(script);
    return { signal: script.controller.signal, end: () => void this.#scripts.delete(script) };
  }

  /** Ends those that fit; the numbers of the queries among them. */
  interrupt(fits: (id: string | null, tags: ReadonlySet<string>) => boolean): string[] {
    // Before its query: a handler of the script must not take that for an error to go on from.
    for (const { tags, controller } of this.#scripts) if (fits(null, tags)) controller.abort();
    const found = [...this.#running].filter(([id, { tags }]) => fits(id, tags));
    for (const [id, { controller }] of found) controller.abort(`operation ${id} was interrupted`);
    return found.map(([id]) => id);
  }
}
