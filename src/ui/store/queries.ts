/** SQL executions: plans, the jobs and stages that carry them out, metrics of operators. */
import type { AccumulableInfo, EventOf, SparkPlanInfo } from "../../events/listener-events";
import type { SQLExecutionStatus } from "../api-types";
import type { Limits } from "./app-store";
import type { JobEntry, MetricValues, SqlEntry, StageEntry } from "./entries";
import { trim } from "./jobs-and-stages";

/** Additions to a metric that are kept one by one: its median needs them. */
const MOST_VALUES = 20_000;

export class Queries {
  readonly executions = new Map<number, SqlEntry>();
  /** All that there ever were, also those that are forgotten. */
  readonly counts: Record<SQLExecutionStatus, number> = { RUNNING: 0, COMPLETED: 0, FAILED: 0 };
  /** Executions by the accumulators of their metrics, while they run. */
  readonly #byMetric = new Map<number, SqlEntry>();

  constructor(private readonly limits: Limits) {}

  started(event: EventOf<"SQLExecutionStart">): void {
    const entry: SqlEntry = {
      id: event.executionId,
      rootId: event.rootExecutionId ?? event.executionId,
      description: event.description,
      details: event.details,
      startTime: event.time,
      endTime: undefined,
      error: undefined,
      status: "RUNNING",
      physicalPlan: event.physicalPlanDescription,
      plan: event.sparkPlanInfo,
      plans: event.plans,
      changes: [],
      jobs: new Map(),
      stages: new Set(),
      metrics: new Map(),
      jobGroup: event.jobGroupId,
      queryId: event.queryId,
    };
    this.executions.set(entry.id, entry);
    this.#learnMetrics(entry, event.sparkPlanInfo);
    this.counts.RUNNING++;
    trim(
      this.executions,
      this.limits.executions,
      (one) => one.status !== "RUNNING",
      (one) => one.status === "FAILED",
    );
  }

  changed(event: EventOf<"SQLAdaptiveExecutionUpdate">): void {
    const entry = this.executions.get(event.executionId);
    if (entry === undefined) return;
    entry.physicalPlan = event.physicalPlanDescription;
    entry.plan = event.sparkPlanInfo;
    if (entry.changes.length < 100) entry.changes.push({ time: event.time ?? 0, text: event.physicalPlanDescription });
    this.#learnMetrics(entry, event.sparkPlanInfo);
  }

  metricsAdded({ executionId, sqlPlanMetrics }: EventOf<"SQLAdaptiveSQLMetricUpdates">): void {
    const entry = this.executions.get(executionId);
    if (entry !== undefined) for (const { accumulatorId } of sqlPlanMetrics) this.#learn(entry, accumulatorId);
  }

  driverUpdates({ executionId, accumUpdates }: EventOf<"DriverAccumUpdates">): void {
    const entry = this.executions.get(executionId);
    if (entry === undefined) return;
    for (const [id, update] of accumUpdates) addValue(this.#learn(entry, id), update, -1, 0, -1);
  }

  progress({ executionId, totals }: EventOf<"FiresteelSqlProgress">): void {
    const entry = this.executions.get(executionId);
    if (entry === undefined) return;
    for (const [id, total] of totals) this.#learn(entry, id).live = total;
  }

  ended({ executionId, time, errorMessage }: EventOf<"SQLExecutionEnd">): void {
    const entry = this.executions.get(executionId);
    if (entry === undefined) return;
    entry.endTime = time;
    entry.error = errorMessage;
    const failed = errorMessage !== "" || [...entry.jobs.values()].includes("FAILED");
    entry.status = failed ? "FAILED" : "COMPLETED";
    this.counts.RUNNING--;
    this.counts[entry.status]++;
    for (const id of entry.metrics.keys()) this.#byMetric.delete(id);
  }

  jobStarted(job: JobEntry): void {
    const entry = job.sqlExecutionId === undefined ? undefined : this.executions.get(job.sqlExecutionId);
    if (entry === undefined) return;
    entry.jobs.set(job.id, "RUNNING");
    for (const id of job.stageIds) entry.stages.add(id);
  }

  jobEnded(job: JobEntry): void {
    const entry = job.sqlExecutionId === undefined ? undefined : this.executions.get(job.sqlExecutionId);
    entry?.jobs.set(job.id, job.status);
  }

  taskEnded(stage: StageEntry, taskId: number, accumulables: readonly AccumulableInfo[]): void {
    for (const { id, update, metadata } of accumulables) {
      if (metadata !== "sql" || update === undefined) continue;
      const metric = this.#byMetric.get(id)?.metrics.get(id);
      if (metric !== undefined) addValue(metric, Number(update), stage.id, stage.attempt, taskId);
    }
  }

  #learnMetrics(entry: SqlEntry, plan: SparkPlanInfo): void {
    for (const { accumulatorId } of plan.metrics) this.#learn(entry, accumulatorId);
    for (const child of plan.children) this.#learnMetrics(entry, child);
  }

  #learn(entry: SqlEntry, id: number): MetricValues {
    let metric = entry.metrics.get(id);
    if (metric === undefined) {
      entry.metrics.set(id, (metric = { sum: 0, count: 0, values: [], live: 0 }));
      this.#byMetric.set(id, entry);
    }
    return metric;
  }
}

function addValue(metric: MetricValues, value: number, stageId: number, attempt: number, taskId: number): void {
  metric.sum += Math.max(0, value);
  metric.count++;
  if (metric.values.length < MOST_VALUES) metric.values.push({ value, stageId, attempt, taskId });
}
