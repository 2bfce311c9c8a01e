/** Queries as the REST API gives them, and their plans as graphs. */
import type { SparkPlanInfo, SqlMetricInfo } from "../../events/listener-events";
import type { DagNodeState, ExecutionData, SqlMetric, SqlNode, SqlPlanGraph, SqlPlanTexts } from "../api-types";
import type { MetricValues, SqlEntry } from "../store/entries";
import { bytesText, countText, dateText, durationText } from "./format";

export interface SqlOptions {
  readonly details: boolean;
  readonly planDescription: boolean;
}

export function executionData(entry: SqlEntry, options: SqlOptions): ExecutionData {
  const jobs = (status: string): number[] => [...entry.jobs].filter((job) => job[1] === status).map(([id]) => id);
  const graph = options.details ? planGraph(entry.plan) : { nodes: [], edges: [] };
  return {
    id: entry.id,
    status: entry.status,
    description: entry.description,
    planDescription: options.planDescription ? entry.physicalPlan : "",
    submissionTime: dateText(entry.startTime),
    duration: Math.max(0, (entry.endTime ?? Date.now()) - entry.startTime),
    runningJobIds: jobs("RUNNING"),
    successJobIds: jobs("SUCCEEDED"),
    failedJobIds: jobs("FAILED"),
    // The last operator of the tree first, as Spark lists them.
    nodes: graph.nodes.map((node) => restNode(entry, node)).reverse(),
    edges: graph.edges,
    ...(entry.queryId === undefined ? {} : { queryId: entry.queryId }),
    errorMessage: entry.error ?? "",
    rootExecutionId: entry.rootId,
  };
}

export interface PlanNode {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly metrics: readonly SqlMetricInfo[];
  /** Number of the generated loop that it runs in. */
  readonly codegenId: number | null;
  /** A box around other nodes, not an operator. */
  readonly isCluster: boolean;
  /** For nodes inside a box: the box. */
  readonly cluster: number | null;
  readonly reuses: number | null;
}

export interface PlanGraph {
  readonly nodes: PlanNode[];
  readonly edges: { fromId: number; toId: number }[];
}

/**
 * The tree as a graph, numbered as Spark does (SparkPlanGraph): whole-stage codegen becomes a box around its operators,
 * adapters are left out, and an exchange that is used again is one node.
 */
export function planGraph(plan: SparkPlanInfo): PlanGraph {
  const nodes: PlanNode[] = [];
  const edges: { fromId: number; toId: number }[] = [];
  const exchanges = new Map<string, number>();
  let nextId = 0;

  const visit = (info: SparkPlanInfo, parent: number | null, cluster: number | null, codegen: number | null): void => {
    const { nodeName: name } = info;
    const codegenMatch = /^WholeStageCodegen(?: \((\d+)\))?$/.exec(name);
    if (codegenMatch !== null) {
      const id = nextId++;
      const codegenId = codegenMatch[1] === undefined ? null : Number(codegenMatch[1]);
      nodes.push(node(info, id, { isCluster: true, codegenId }));
      for (const child of info.children) visit(child, parent, id, codegenId);
      return;
    }
    if (
      name === "InputAdapter" ||
      name === "BroadcastQueryStage" ||
      name === "ShuffleQueryStage" ||
      name === "TableCacheQueryStage" ||
      name === "ResultQueryStage"
    ) {
      for (const child of info.children) visit(child, parent, null, null);
      return;
    }
    if (name === "Subquery" && cluster !== null) {
      for (const child of info.children) visit(child, parent, null, null);
      return;
    }
    if (name === "ReusedExchange" && info.children.length > 0) {
      const reused = exchanges.get(key(info.children[0]!));
      if (reused !== undefined && parent !== null) edges.push({ fromId: reused, toId: parent });
      else for (const child of info.children) visit(child, parent, null, null);
      return;
    }
    const id = nextId++;
    nodes.push(node(info, id, { cluster, codegenId: codegen }));
    if (parent !== null) edges.push({ fromId: id, toId: parent });
    const isExchange = name === "Exchange" || name === "BroadcastExchange";
    if (isExchange) exchanges.set(key(info), id);
    for (const child of info.children) visit(child, id, isExchange ? null : cluster, isExchange ? null : codegen);
  };
  visit(plan, null, null, null);
  return { nodes, edges };
}

function node(
  info: SparkPlanInfo,
  id: number,
  more: { isCluster?: boolean; codegenId?: number | null; cluster?: number | null },
): PlanNode {
  return {
    id,
    name: info.nodeName,
    description: info.simpleString,
    metrics: info.metrics,
    codegenId: more.codegenId ?? null,
    isCluster: more.isCluster ?? false,
    cluster: more.cluster ?? null,
    reuses: null,
  };
}

/** Equal plans have equal metrics: exchanges that are used again share them. */
function key(info: SparkPlanInfo): string {
  return `${info.simpleString}\n${info.metrics.map(({ accumulatorId }) => accumulatorId).join(",")}`;
}

function restNode(entry: SqlEntry, one: PlanNode): SqlNode {
  const metrics = one.metrics.flatMap(({ name, accumulatorId, metricType }) => {
    const values = entry.metrics.get(accumulatorId);
    return values === undefined || (values.count === 0 && values.live === 0)
      ? []
      : [{ name, value: metricText(metricType, values) }];
  });
  return {
    nodeId: one.id,
    nodeName: one.name,
    ...(one.codegenId === null || one.isCluster ? {} : { wholeStageCodegenId: one.codegenId }),
    metrics,
  };
}

/** As Spark's SQLMetrics.stringValue. */
function metricText(type: string, metric: MetricValues): string {
  const total = Math.max(metric.sum, metric.live);
  if (type === "sum") return countText(total);
  const print =
    type === "size"
      ? bytesText
      : type === "nsTiming"
        ? (ns: number) => durationText(ns / 1e6)
        : type === "timing"
          ? durationText
          : average;
  const scale = type === "average" ? 1 / 10 : 1;
  const valid = metric.values.filter(({ value }) => (type === "average" ? value > 0 : value >= 0));
  if (valid.length <= 1 || metric.live > metric.sum)
    return print((valid.length <= 1 && metric.live === 0 ? (valid[0]?.value ?? 0) : total) * scale);
  // Of equal ones the first that was told.
  const max = valid.reduce((best, one) => (one.value > best.value ? one : best));
  valid.sort((a, b) => a.value - b.value);
  const where = max.stageId < 0 ? "driver" : `stage ${max.stageId}.${max.attempt}: task ${max.taskId}`;
  const three = [valid[0]!, valid[Math.floor(valid.length / 2)]!].map(({ value }) => print(value * scale)).join(", ");
  const last = `${print(max.value * scale)} (${where})`;
  return type === "average"
    ? `(min, med, max (stageId: taskId)):\n(${three}, ${last})`
    : `total (min, med, max (stageId: taskId))\n${print(total)} (${three}, ${last})`;
}

function average(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function sqlPlanGraph(entry: SqlEntry): SqlPlanGraph {
  const graph = planGraph(entry.plan);
  const shown = graph.nodes.filter((one) => !one.isCluster);
  const ended = entry.status !== "RUNNING";
  const inputs = new Map(graph.edges.map(({ fromId, toId }) => [toId, shown.find(({ id }) => id === fromId)]));
  return {
    executionId: entry.id,
    status: entry.status,
    nodes: shown.map((one) => {
      const metrics = metricsOf(entry, one, inputs);
      const seen = metrics.some(({ value }) => value > 0);
      const state: DagNodeState = !ended ? (seen ? "running" : "waiting") : entry.status === "FAILED" ? "failed" : "done";
      return {
        id: one.id,
        name: one.name,
        description: one.description,
        pipeline: one.codegenId ?? one.cluster,
        stageIds: stagesOf(entry, one),
        state,
        reuses: one.reuses,
        metrics,
      };
    }),
    edges: graph.edges.map(({ fromId, toId }) => ({ from: fromId, to: toId })),
  };
}

/** Those that something was told of. A projection, which runs inside of the loop of others, has as many rows as its input. */
function metricsOf(entry: SqlEntry, one: PlanNode, inputs: ReadonlyMap<number, PlanNode | undefined>): SqlMetric[] {
  const known = one.metrics.flatMap((info) => {
    const values = entry.metrics.get(info.accumulatorId);
    return values === undefined || (values.count === 0 && values.live === 0) ? [] : [metricOf(info, values)];
  });
  const input = inputs.get(one.id);
  if (known.length > 0 || one.name !== "Project" || input === undefined) return known;
  return metricsOf(entry, input, inputs).filter(({ name }) => name === "number of output rows");
}

/** Stages whose tasks told of the node's metrics. */
function stagesOf(entry: SqlEntry, one: PlanNode): number[] {
  const stages = new Set<number>();
  for (const { accumulatorId } of one.metrics)
    for (const { stageId } of entry.metrics.get(accumulatorId)?.values ?? []) if (stageId >= 0) stages.add(stageId);
  return [...stages].sort((a, b) => a - b);
}

function metricOf({ name, accumulatorId, metricType }: SqlMetricInfo, known: MetricValues): SqlMetric {
  return {
    key: `${accumulatorId}`,
    name,
    type: metricType,
    value: Math.max(known.sum, known.live),
    text: metricText(metricType, known),
  };
}

export function sqlPlanTexts(entry: SqlEntry): SqlPlanTexts {
  return {
    executionId: entry.id,
    parsed: entry.plans?.parsed ?? "",
    analyzed: entry.plans?.analyzed ?? "",
    optimized: entry.plans?.optimized ?? "",
    physical: entry.physicalPlan,
    changes: [...entry.changes],
    error: entry.error ?? "",
  };
}
