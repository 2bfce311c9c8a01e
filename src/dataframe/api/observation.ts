/** Observation: metrics of a query, to be had when it has ended. */
import { randomUUID } from "node:crypto";
import { UsageError } from "../../common/errors";
import type { Row } from "../types/row";
import type { SessionCore } from "./session-core";

/**
 * Metrics of `df.observe(observation, …)`: `await observation.get` has them after the first action on it.
 *
 * @example
 * const observation = new Observation("rows");
 * await df.observe(observation, count(lit(1)).as("n")).write.parquet(path);
 * console.log((await observation.get).n);
 */
export class Observation {
  readonly name: string;
  readonly #result: Promise<Record<string, unknown>>;
  #deliver!: (metrics: Record<string, unknown>) => void;
  #attached = false;

  constructor(name: string = randomUUID()) {
    if (name === "") throw new UsageError("INVALID_ARGUMENT", "The name of an Observation must not be empty.");
    this.name = name;
    this.#result = new Promise((resolve) => (this.#deliver = resolve));
  }

  /** Internal: the name under which the session knows it. */
  attach(core: SessionCore): string {
    if (this.#attached) throw new UsageError("OBSERVATION_USED", "An Observation can be used with one DataFrame only.");
    this.#attached = true;
    core.port.onObserved(this.name, (metrics: Row) => this.#deliver(metrics.toObject()));
    return this.name;
  }

  /** The metrics by name; waits for the first action to end. */
  get get(): Promise<Record<string, unknown>> {
    return this.#result;
  }
}
