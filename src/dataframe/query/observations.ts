/** Metrics that queries collect on the side (`observe`): states of tasks merged, and told to who asked. */
import type { Boxed } from "../../columnar/types";
import type { Accumulator } from "../functions/registry";
import { aggregatesOf } from "../exec/rows/metrics";
import type { Attribute, Expression } from "../expressions/expression";
import { attribute } from "../expressions/build";
import { functionTable } from "../expressions/function-table";
import { interpreter } from "../expressions/interpret";
import { transformDown } from "../expressions/traverse";
import type { CollectMetrics, LogicalPlan } from "../logical/plan";
import { walkPlan } from "../logical/traverse";
import type { SqlSettings } from "../settings";
import { Row } from "../types/row";
import { toExternal } from "../types/values";
import type { QueryMetrics } from "./query-metrics";

export class Observations {
  readonly #listeners = new Map<string, ((metrics: Row) => void)[]>();

  on(name: string, listener: (metrics: Row) => void): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, [listener]);
    else listeners.push(listener);
  }

  /** Tells the metrics of a query that ended. */
  deliver(plan: LogicalPlan, metrics: QueryMetrics, settings: SqlSettings): void {
    if (this.#listeners.size === 0) return;
    walkPlan(plan, (node) => {
      if (node.kind !== "collectMetrics") return;
      const row = valuesOf(node, metrics, settings);
      for (const listener of this.#listeners.get(node.name) ?? []) listener(row);
    });
  }
}

function valuesOf(node: CollectMetrics, metrics: QueryMetrics, settings: SqlSettings): Row {
  const context = { settings, partition: 0, inputFile: () => null };
  const calls = aggregatesOf(node.metrics);
  const states = metrics.observedStates(node.name);
  const results: Boxed[] = calls.map((call, k) => {
    const accumulator: Accumulator = functionTable().aggregate(call.fn).accumulator(call, context);
    let state = accumulator.init();
    // Tasks tell one state for each aggregate, in order.
    for (let i = k; i < states.length; i += calls.length) state = accumulator.merge(state, accumulator.fromColumns(states[i]!));
    return accumulator.finish(state);
  });
  const columns: Attribute[] = calls.map((call, i) => attribute(-1 - i, `m${i}`, call.type, true));
  const values = node.metrics.map((metric) => {
    const child: Expression = metric.kind === "alias" ? metric.child : metric;
    const over = transformDown(child, (part) => (part.kind === "aggregate" ? columns[calls.indexOf(part)]! : part));
    return toExternal(interpreter(over, columns, context)(results), child.type, settings);
  });
  return new Row(node.metrics.map(({ name }) => name), values); // prettier-ignore
}
