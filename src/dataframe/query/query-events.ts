/**
 * Tells listeners of a query: that it began, how its plan changes by what is measured, what its operators have done so far,
 * how it ended. Nothing is made where nobody listens.
 */
import { randomUUID } from "node:crypto";
import type { ListenerEvent, SparkPlanInfo, SqlMetricInfo } from "../../events/listener-events";
import type { Call, ContextPort } from "../../rdd/context-port";
import type { LogicalPlan } from "../logical/plan";
import { planText } from "../logical/print";
import type { PhysicalPlan } from "../physical/plan";
import { operatorName, PrintedPlan, scanDetails } from "../physical/print";
import { childrenOf } from "../physical/traverse";
import type { OperatorTotals, QueryMetrics } from "./query-metrics";

/** Texts of the logical plans that the physical one was made of. */
export interface PlanTexts {
  readonly parsed: string;
  readonly analyzed: string;
  readonly optimized: string;
}

export function planTexts(analyzed: LogicalPlan, optimized: LogicalPlan): PlanTexts {
  return { parsed: "", analyzed: planText(analyzed), optimized: planText(optimized) };
}

interface Metric {
  readonly name: string;
  readonly type: SqlMetricInfo["metricType"];
  of(totals: OperatorTotals): number;
}

const METRICS: readonly Metric[] = [
  { name: "number of output rows", type: "sum", of: (totals) => totals.rows },
  { name: "number of output batches", type: "sum", of: (totals) => totals.batches },
  { name: "duration", type: "nsTiming", of: (totals) => totals.timeNs },
  { name: "spill size", type: "size", of: (totals) => totals.spilledBytes },
];
const WRITTEN = [
  { name: "data size", type: "size" },
  { name: "shuffle records written", type: "sum" },
] as const;

/** How often metrics of a running query are told, ms. */
const PROGRESS_EVERY = 500;

const counters = new WeakMap<ContextPort, { next: number }>();

export class QueryEvents {
  #id: number | undefined;
  readonly #ids = new Map<string, number>();
  /** Totals that have been told, by accumulator. */
  readonly #told = new Map<number, number>();
  /** Bytes and rows that exchanges wrote, by their ids. */
  readonly #written = new Map<number, readonly [bytes: number, rows: number]>();
  #timer: NodeJS.Timeout | undefined;
  #started = false;
  /** The plan that was told last. */
  #lastPlan: PrintedPlan | null = null;
  /** How many exchanges had been carried out when the plan was told last. */
  #plansTold = 0;

  constructor(
    private readonly port: ContextPort,
    private readonly metrics: QueryMetrics,
    private readonly plan: () => PhysicalPlan,
    private readonly texts: () => PlanTexts,
  ) {}

  /** Executions are numbered as they begin: plans that none is of leave no gap. */
  get id(): number {
    if (this.#id !== undefined) return this.#id;
    let counter = counters.get(this.port);
    if (counter === undefined) counters.set(this.port, (counter = { next: 0 }));
    return (this.#id = counter.next++);
  }

  /** Texts of plans are made when nobody waits for them: the query goes on. */
  start(call: Call, jobTags: readonly string[]): void {
    if (this.port.wantsEvent?.("SQLExecutionStart") !== true) return;
    this.#started = true;
    const plan = PrintedPlan.of(this.plan());
    this.#lastPlan = plan;
    const description = `${call.scope} at ${call.site}`;
    const time = Date.now();
    this.port.postEventLate("SQLExecutionStart", () => ({
      type: "SQLExecutionStart",
      executionId: this.id,
      rootExecutionId: this.id,
      description,
      details: description,
      physicalPlanDescription: described(plan.text),
      sparkPlanInfo: this.#info(plan),
      time,
      modifiedConfigs: {},
      jobTags,
      queryId: randomUUID(),
      plans: this.texts(),
    }));
    this.#timer = setInterval(() => this.#progress(), PROGRESS_EVERY);
    this.#timer.unref();
  }

  /** An exchange has been carried out, and the rest will be planned again: told with what comes next. */
  exchanged(exchange: number, bytes: number, rows: number): void {
    if (this.#started) this.#written.set(exchange, [bytes, rows]);
  }

  #planned(): void {
    if (this.#written.size === this.#plansTold) return;
    this.#plansTold = this.#written.size;
    const plan = PrintedPlan.of(this.plan());
    const before = this.#lastPlan!;
    this.#lastPlan = plan;
    const time = Date.now();
    this.port.postEventLate("SQLAdaptiveExecutionUpdate", () => {
      if (plan.text === before.text) return null;
      return {
        type: "SQLAdaptiveExecutionUpdate",
        executionId: this.id,
        physicalPlanDescription: described(plan.text),
        sparkPlanInfo: this.#info(plan),
        time,
      };
    });
  }

  end(error?: unknown): void {
    if (!this.#started) return;
    this.#started = false;
    clearInterval(this.#timer);
    // A query may have failed because it cannot be planned.
    if (error === undefined) this.#planned();
    this.#differences();
    const errorMessage = error === undefined ? "" : error instanceof Error ? error.message : JSON.stringify(error);
    this.#post({ type: "SQLExecutionEnd", executionId: this.id, time: Date.now(), errorMessage });
  }

  #post(event: ListenerEvent): void {
    this.port.postEvent(event);
  }

  #progress(): void {
    this.#planned();
    const totals = this.#totals().filter(([id, total]) => total !== this.#told.get(id));
    if (totals.length > 0) this.#post({ type: "FiresteelSqlProgress", executionId: this.id, totals });
  }

  #differences(): void {
    const updates: [number, number][] = [];
    for (const [id, total] of this.#totals()) {
      const before = this.#told.get(id) ?? 0;
      if (total !== before) updates.push([id, total - before]);
      this.#told.set(id, total);
    }
    if (updates.length > 0) this.#post({ type: "DriverAccumUpdates", executionId: this.id, accumUpdates: updates });
  }

  #totals(): [id: number, total: number][] {
    const totals: [number, number][] = [];
    for (const [operator, of] of this.metrics.value)
      for (const metric of METRICS) {
        const value = metric.of(of);
        if (value > 0) totals.push([this.#idOf(operator, metric.name), value]);
      }
    for (const [exchange, values] of this.#written)
      for (const [i, { name }] of WRITTEN.entries()) if (values[i]! > 0) totals.push([this.#idOf(exchange, name), values[i]!]);
    return totals;
  }

  #idOf(operator: number, name: string): number {
    const key = `${operator}/${name}`;
    let id = this.#ids.get(key);
    if (id === undefined) this.#ids.set(key, (id = this.port.nextSharedVariableId()));
    return id;
  }

  #info(plan: PrintedPlan): SparkPlanInfo {
    return this.#nodeInfo(plan.plan, plan);
  }

  #nodeInfo(node: PhysicalPlan, printed: PrintedPlan): SparkPlanInfo {
    const { exchanges } = printed;
    // What is read again is shown under the name of what made it, with its metrics.
    const again = node.kind === "reusedExchange" ? exchanges.get(node.exchange) : undefined;
    const children = again === undefined ? childrenOf(node) : [again];
    const metrics: readonly Pick<Metric, "name" | "type">[] = node.kind === "exchange" ? WRITTEN : METRICS;
    return {
      nodeName: operatorName(node, exchanges),
      simpleString: printed.operator(node),
      children: children.map((child) => this.#nodeInfo(child, printed)),
      metadata: node.kind === "scan" ? Object.fromEntries(scanDetails(node)) : {},
      metrics: metrics.map(({ name, type }) => ({ name, accumulatorId: this.#idOf(node.id, name), metricType: type })),
    };
  }
}

function described(plan: string): string {
  return `== Physical Plan ==\n${plan}`;
}
