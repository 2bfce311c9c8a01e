/**
 * Properties that jobs inherit from where they are started (pool, job group, tags, description). They follow the
 * asynchronous call chain: what one chain sets, a chain beside it does not see.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { UsageError } from "../common/errors";

export const JOB_GROUP = "spark.jobGroup.id";
export const JOB_DESCRIPTION = "spark.job.description";
export const JOB_TAGS = "spark.job.tags";
export const INTERRUPT_ON_CANCEL = "spark.job.interruptOnCancel";

export type Properties = Readonly<Record<string, string>>;

export class LocalProperties {
  readonly #storage = new AsyncLocalStorage<Properties>();

  all(): Properties {
    return this.#storage.getStore() ?? {};
  }

  get(key: string): string | undefined {
    return this.all()[key];
  }

  /** Sets properties for the rest of this call chain; null removes one. */
  set(changes: Readonly<Record<string, string | null>>): void {
    this.#storage.enterWith(changed(this.all(), changes));
  }

  /** Runs `body` with changed properties; what stands outside of it is untouched. */
  run<T>(changes: Readonly<Record<string, string | null>>, body: () => T): T {
    return this.#storage.run(changed(this.all(), changes), body);
  }

  tags(): Set<string> {
    return new Set((this.get(JOB_TAGS) ?? "").split(",").filter((tag) => tag !== ""));
  }
}

function changed(properties: Properties, changes: Readonly<Record<string, string | null>>): Properties {
  const result: Record<string, string> = { ...properties };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete result[key];
    else result[key] = value;
  }
  return result;
}

/** Job tags are comma-joined in one property, as in Spark. */
export function checkTag(tag: string): string {
  if (typeof tag !== "string" || tag === "") throw new UsageError("INVALID_TAG", "A job tag must be a non-empty string.");
  if (tag.includes(",")) throw new UsageError("INVALID_TAG", `A job tag cannot contain a comma: "${tag}".`);
  return tag;
}
