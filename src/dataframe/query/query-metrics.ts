/** What the operators of a query did, as tasks report it. */
import type { BoxedRow } from "../../columnar/vector";
import { AccumulatorV2 } from "../../rdd/shared/accumulator";
import type { MetricsUpdate } from "../exec/task-environment";
import type { BadRecords } from "./bad-records";

export interface OperatorTotals {
  rows: number;
  batches: number;
  timeNs: number;
  spilledBytes: number;
}

/** Merged on the driver only: tasks make updates themselves (exec/task-environment), in its fields. */
export class QueryMetrics extends AccumulatorV2<never, ReadonlyMap<number, OperatorTotals>> implements MetricsUpdate {
  operators: MetricsUpdate["operators"] = [];
  observed: MetricsUpdate["observed"] = [];
  badRecords: MetricsUpdate["badRecords"] = [];
  readonly #totals = new Map<number, OperatorTotals>();
  readonly #observedStates = new Map<string, BoxedRow[]>();

  constructor(
    readonly metricsId: number,
    private readonly session: { readonly badRecords: BadRecords },
  ) {
    super();
  }

  override get id(): number {
    return this.metricsId;
  }

  override isZero(): boolean {
    return this.#totals.size === 0;
  }

  override copy(): QueryMetrics {
    return new QueryMetrics(this.metricsId, this.session);
  }

  override reset(): void {
    this.#totals.clear();
    this.#observedStates.clear();
  }

  override add(): void {}

  override merge(other: QueryMetrics): void {
    for (const [id, rows, batches, timeNs, spilledBytes] of other.operators) {
      const totals = this.of(id);
      totals.rows += rows;
      totals.batches += batches;
      totals.timeNs += timeNs;
      totals.spilledBytes += spilledBytes;
    }
    for (const update of other.badRecords) this.session.badRecords.add(update);
    for (const [name, states] of other.observed) {
      const all = this.#observedStates.get(name);
      if (all === undefined) this.#observedStates.set(name, [...states]);
      else all.push(...states);
    }
  }

  override get value(): ReadonlyMap<number, OperatorTotals> {
    return this.#totals;
  }

  of(operator: number): OperatorTotals {
    let totals = this.#totals.get(operator);
    if (totals === undefined) this.#totals.set(operator, (totals = { rows: 0, batches: 0, timeNs: 0, spilledBytes: 0 }));
    return totals;
  }

  /** States that tasks observed under `name`, to be merged. */
  observedStates(name: string): readonly BoxedRow[] {
    return this.#observedStates.get(name) ?? [];
  }
}
