/** One logical node as operators. */
import { bucketColumns } from "./bucketed-scans";
import { batchOfBoxed, encodeBatch } from "../../columnar/batch";
import { ByteWriter } from "../../columnar";
import { InternalError, unreachable } from "../../common/errors";
import { alias, attributeOf } from "../expressions/build";
import type { Attribute, Expression, NamedExpression, SortOrder } from "../expressions/expression";
import { outputOf } from "../logical/output";
import type {
  ExternalRelation,
  Limit,
  LocalRelation,
  LogicalPlan,
  RangeRelation,
  Repartition,
  Scan,
  Sort,
  WithCte,
} from "../logical/plan";
import { renameLayout, through, unknownLayout } from "./layout";
import type { Partitioning, PhysicalPlan, ScanExec, TopKExec } from "./plan";
import { childrenOf as stageChildren } from "./traverse";
import { planAggregate } from "./plan-aggregate";
import { planJoin } from "./plan-join";
import { planBelowFilter, planWindow } from "./plan-window";
import { CTE_ROLE, type Planner } from "./planner";
import { rangedSplits } from "./ranges";

export function planNode(planner: Planner, node: LogicalPlan, prefer: readonly Expression[] | null): PhysicalPlan {
  const id = (): number => planner.id();
  switch (node.kind) {
    case "scan":
      return planScan(planner, node);
    case "localRelation":
      return planLocal(planner, node);
    case "externalRelation":
      return planExternal(planner, node);
    case "range":
      return planRange(planner, node);
    case "project": {
      const inner = prefer === null ? null : through(prefer, node.expressions);
      return planner.project(planner.plan(node.child, inner), node.expressions, outputOf(node));
    }
    case "filter": {
      const child = planBelowFilter(planner, node, prefer);
      return { kind: "filter", id: id(), output: outputOf(node), child, condition: node.condition };
    }
    case "join":
      return planJoin(planner, node, prefer);
    case "aggregate":
      return planAggregate(planner, node, prefer);
    case "distinct": {
      const columns = outputOf(node.child);
      return planAggregate(
        planner,
        { kind: "aggregate", child: node.child, grouping: columns, aggregates: columns },
        prefer,
        node,
      );
    }
    case "sort":
      return planSort(planner, node);
    case "limit":
      return planLimit(planner, node);
    case "tail": {
      const child = planner.plan(node.child);
      const local: PhysicalPlan = { kind: "tail", id: id(), output: child.output, child, limit: node.limit };
      if (planner.layoutOf(child).count === 1) return local;
      return { ...local, id: id(), child: planner.single(node, "local", local) };
    }
    case "union": {
      const children = node.children.map((child) => planner.plan(child));
      return { kind: "union", id: id(), output: node.output, children };
    }
    case "window":
      return planWindow(planner, node, prefer);
    case "generate": {
      const child = planner.plan(node.child, prefer);
      const output = outputOf(node);
      const generated = output.slice(output.length - node.output.length);
      return { kind: "generate", id: id(), output, child, generator: node.generator, outer: node.outer, generated };
    }
    case "expand": {
      const { output, projections, byRow = false } = node;
      return { kind: "expand", id: id(), output, child: planner.plan(node.child), projections, byRow };
    }
    case "sample": {
      const child = planner.plan(node.child);
      const { lower, upper, withReplacement, seed } = node;
      return { kind: "sample", id: id(), output: child.output, child, lower, upper, withReplacement, seed };
    }
    case "repartition":
      return planRepartition(planner, node);
    case "mapBatches":
      return { kind: "mapBatches", id: id(), output: node.output, child: planner.plan(node.child), fn: node.fn };
    case "appendColumns": {
      const { program, spec, user, inputs, output: appended } = node;
      const child = planner.plan(node.child, prefer);
      const output = [...child.output, ...appended];
      return { kind: "appendColumns", id: id(), output, child, program, spec, inputs, appended, ...(user && { user }) };
    }
    case "applyInGroups": {
      const { grouping } = node;
      const gathered = gather(planner, node.child, grouping, "rows:groups");
      return {
        kind: "applyInGroups",
        id: id(),
        output: node.output,
        child: planner.sortedBy(gathered, grouping),
        grouping,
        fn: node.fn,
      };
    }
    case "cogroup": {
      const { leftGrouping, rightGrouping } = node;
      const [left, right] = coGathered(planner, node);
      return {
        kind: "cogroup",
        id: id(),
        output: node.output,
        left: planner.sortedBy(left, leftGrouping),
        right: planner.sortedBy(right, rightGrouping),
        leftGrouping,
        rightGrouping,
        fn: node.fn,
      };
    }
    case "scriptTransform": {
      const { input, command, formats, keyed, output } = node;
      return { kind: "scriptTransform", id: id(), output, child: planner.plan(node.child), input, command, formats, keyed };
    }
    case "collectMetrics": {
      const child = planner.plan(node.child, prefer);
      return { kind: "collectMetrics", id: id(), output: child.output, child, name: node.name, metrics: node.metrics };
    }
    case "subqueryAlias":
    case "hint":
      return planner.plan(node.child, prefer);
    case "withCte":
      return planWithCte(planner, node);
    case "cteReference": {
      const shared = planner.shared.get(node.id);
      if (shared === undefined) throw new InternalError(`CTE ${node.id} is not defined.`);
      const columns = renameLayout(shared.layout, shared.exchange.output, node.output);
      const source = { ...shared.exchange, output: shared.exchange.output };
      const rows: PhysicalPlan = shared.used
        ? planner.laid({ kind: "reusedExchange", id: id(), output: source.output, exchange: source.id }, shared.layout)
        : shared.exchange;
      shared.used = true;
      return planner.laid(planner.project(rows, renamed(source.output, node.output), node.output), columns);
    }
    case "recursiveCte":
      throw new InternalError("A recursive query reached the planner: its rows are to be found first.");
    case "setOperation":
      throw new InternalError(`${node.operation} reached the planner: the optimizer makes joins of it.`);
    default:
      return unreachable(node);
  }
}

function planScan(planner: Planner, node: Scan): PhysicalPlan {
  const scan: ScanExec = {
    kind: "scan",
    id: planner.id(),
    output: node.output,
    relation: node.relation,
    columns: node.columns,
    pushed: node.pushed,
    // Those that wait for values are a help, not a condition: the join above them stands.
    partitionFilters: node.partitionFilters.filter((filter) => filter.kind !== "inSubquery"),
    limit: node.limit,
    ...(node.bucketed === true && { bucketed: true }),
  };
  const splits = planner.services.splits(scan);
  const ranged = scan.bucketed === true ? null : rangedSplits(planner, scan, splits.length);
  planner.state.splits.set(scan.id, ranged?.splits ?? splits);
  if (ranged !== null) return planner.laid(scan, ranged.layout);
  const hashed = scan.bucketed === true ? bucketColumns(node) : null;
  return planner.laid(scan, { ...unknownLayout(Math.max(1, splits.length)), hashed: hashed === null ? [] : [hashed] });
}

const ROWS_PER_BATCH = 4096;
const BYTES_PER_LOCAL_PARTITION = 4 << 20;

/** What the user said about partitions of rows that come from no file; nothing is said by default. */
function leafPartitions(planner: Planner): number | null {
  const partitions = Number(planner.settings.conf["spark.sql.leafNodeDefaultParallelism"]);
  return Number.isInteger(partitions) && partitions > 0 ? partitions : null;
}

function planLocal(planner: Planner, node: LocalRelation): PhysicalPlan {
  const types = node.output.map((column) => column.type);
  const { bytes } = planner.statistics.of(node);
  const byBytes = Math.min(planner.services.parallelism, Math.floor(bytes / BYTES_PER_LOCAL_PARTITION));
  const rows = node.rows.length;
  const count = Math.max(1, Math.min(rows, leafPartitions(planner) ?? byBytes));
  const partitions = Array.from({ length: count }, (_, i) => {
    const out = new ByteWriter(1 << 12);
    const end = Math.floor(((i + 1) * rows) / count);
    for (let from = Math.floor((i * rows) / count); from < end; from += ROWS_PER_BATCH) {
      encodeBatch(out, batchOfBoxed(node.rows.slice(from, Math.min(end, from + ROWS_PER_BATCH)), types));
    }
    return out.written();
  });
  const { output, loop } = node;
  const table: PhysicalPlan = { kind: "localTable", id: planner.id(), output, partitions, ...(loop !== undefined && { loop }) };
  return planner.laid(table, unknownLayout(count));
}

function planExternal(planner: Planner, node: ExternalRelation): PhysicalPlan {
  const { what, source, output } = node;
  const count = Math.max(1, planner.services.partitionsOf(source));
  return planner.laid({ kind: "external", id: planner.id(), output, what, source }, unknownLayout(count));
}

const ROWS_OF_ONE_RANGE = 100_000n;

function planRange(planner: Planner, node: RangeRelation): PhysicalPlan {
  const { start, end, step, output } = node;
  const distance = step > 0n ? end - start : start - end;
  const size = step > 0n ? step : -step;
  const rows = distance <= 0n ? 0n : (distance + size - 1n) / size;
  const numPartitions =
    node.numPartitions ?? leafPartitions(planner) ?? (rows <= ROWS_OF_ONE_RANGE ? 1 : planner.services.parallelism);
  const up = step > 0n;
  const order: readonly SortOrder[] = [{ kind: "sortOrder", child: output[0] as Attribute, ascending: up, nullsFirst: up }];
  return planner.laid(
    { kind: "range", id: planner.id(), output, start, end, step, numPartitions },
    { count: numPartitions, hashed: [], range: order, order },
  );
}

function planSort(planner: Planner, node: Sort): PhysicalPlan {
  const child = planner.plan(node.child);
  const layout = planner.layoutOf(child);
  if (!node.global || layout.count === 1) return planner.sorted(child, node.order);
  const { bytes } = planner.statistics.of(node.child);
  if (bytes <= SORTED_BY_ONE_TASK) return planner.sorted(planner.single(node.child, "rows:single", child), node.order);
  const numPartitions = planner.partitionsFor(bytes);
  const ranged = planner.exchange({ node: node.child, role: "rows:range" }, () => child, {
    kind: "range",
    order: node.order,
    numPartitions,
  });
  return planner.sorted(ranged, node.order);
}

/** Below it a sample for range bounds costs more than it saves: what is sorted is computed a second time for it. */
const SORTED_BY_ONE_TASK = 16 << 20;

const LARGEST_TOP_K = 1 << 20;

function planLimit(planner: Planner, node: Limit): PhysicalPlan {
  const top = topOf(node);
  if (top !== null) return planTopK(planner, node, top.sort, top.projects);
  const child = planner.plan(node.child);
  const limit = (below: PhysicalPlan, count: number | null, offset: number): PhysicalPlan => ({
    kind: "limit",
    id: planner.id(),
    output: below.output,
    child: below,
    limit: count,
    offset,
  });
  if (planner.layoutOf(child).count === 1) return limit(child, node.limit, node.offset);
  const local = node.limit === null ? child : limit(child, node.limit + node.offset, 0);
  return limit(planner.single(node, "local", local), node.limit, node.offset);
}

/** A limit over a global sort, with projections between. */
function topOf(node: Limit): { readonly sort: Sort; readonly projects: readonly (readonly NamedExpression[])[] } | null {
  if (node.limit === null || node.limit + node.offset > LARGEST_TOP_K) return null;
  const projects: (readonly NamedExpression[])[] = [];
  let below = node.child;
  while (below.kind === "project" || below.kind === "subqueryAlias") {
    if (below.kind === "project") projects.push(below.expressions);
    below = below.child;
  }
  return below.kind === "sort" && below.global ? { sort: below, projects } : null;
}

function planTopK(planner: Planner, node: Limit, sort: Sort, projects: readonly (readonly NamedExpression[])[]): PhysicalPlan {
  const child = planner.plan(sort.child);
  const limit = node.limit as number;
  const { order } = sort;
  const topK = (below: PhysicalPlan, count: number, offset: number): TopKExec => ({
    kind: "topK",
    id: planner.id(),
    output: below.output,
    child: below,
    order,
    limit: count,
    offset,
  });
  let top: PhysicalPlan =
    planner.layoutOf(child).count === 1
      ? topK(child, limit, node.offset)
      : topK(planner.single(node, "local", topK(child, limit + node.offset, 0)), limit, node.offset);
  for (const expressions of [...projects].reverse()) top = planner.project(top, expressions, expressions.map(attributeOf));
  return top;
}

function planRepartition(planner: Planner, node: Repartition): PhysicalPlan {
  const child = planner.plan(node.child);
  const { how, by } = node;
  if (how === "coalesce") {
    const count = node.numPartitions ?? 1;
    if (planner.layoutOf(child).count <= count) return child;
    if (!readsSeveralAtOnce(child)) {
      const partitioning: Partitioning = count === 1 ? { kind: "single" } : { kind: "roundRobin", numPartitions: count };
      return planner.exchange({ node, role: "rows:repartition" }, () => child, partitioning, "userCount");
    }
    return { kind: "coalesce", id: planner.id(), output: child.output, child, numPartitions: count };
  }
  const numPartitions = node.numPartitions ?? planner.partitionsFor(planner.statistics.of(node.child).bytes);
  const expressions = by.map((order) => order.child);
  const origin = how === "rebalance" ? "rebalance" : node.numPartitions === null ? "userKeys" : "userCount";
  const link = { node, role: "rows:repartition" };
  if (how === "range") return planner.exchange(link, () => child, { kind: "range", order: by, numPartitions }, origin);
  if (how === "id")
    return planner.exchange(link, () => child, { kind: "id", expression: expressions[0]!, numPartitions }, origin);
  if (expressions.length === 0) {
    if (numPartitions === 1) return planner.exchange(link, () => child, { kind: "single" }, origin);
    return planner.exchange(link, () => child, { kind: "roundRobin", numPartitions }, origin);
  }
  return planner.exchange(link, () => child, { kind: "hash", expressions, numPartitions }, origin);
}

/** Whether one task can read several partitions of the plan: files and shuffles it can, other leaves have one for each task. */
function readsSeveralAtOnce(plan: PhysicalPlan): boolean {
  switch (plan.kind) {
    case "localTable":
    case "range":
    case "external":
      return false;
    case "scan":
      return plan.within === undefined;
    default:
      return plan.kind === "exchange" || stageChildren(plan).every(readsSeveralAtOnce);
  }
}

/** Each definition becomes an exchange that all its references read. */
function planWithCte(planner: Planner, node: WithCte): PhysicalPlan {
  planner.statistics.defines(node);
  for (const definition of node.definitions) {
    const child = planner.plan(definition.plan);
    const layout = planner.layoutOf(child);
    const numPartitions = layout.count;
    const link = { node: definition.plan, role: CTE_ROLE };
    const finished = planner.state.book.find(link.node, link.role);
    const exchange =
      finished?.exchange ??
      planner.newExchange(link, child, numPartitions === 1 ? { kind: "single" } : { kind: "roundRobin", numPartitions });
    planner.shared.set(definition.id, {
      exchange,
      // What is there and small is read by one task.
      layout: planner.layoutOf(finished === undefined ? exchange : planner.read(finished)),
      used: finished !== undefined,
    });
  }
  return planner.plan(node.child);
}

function gather(planner: Planner, child: LogicalPlan, keys: readonly Expression[], role: string): PhysicalPlan {
  const plan = planner.plan(child, keys);
  return keys.length === 0 ? planner.single(child, "rows:single", plan) : planner.clustered(child, role, plan, keys);
}

function coGathered(planner: Planner, node: Extract<LogicalPlan, { kind: "cogroup" }>): readonly [PhysicalPlan, PhysicalPlan] {
  const left = planner.plan(node.left);
  const right = planner.plan(node.right);
  const keys = node.leftGrouping.length;
  if (planner.layoutOf(left).count === 1 && planner.layoutOf(right).count === 1) return [left, right];
  if (keys === 0) return [planner.single(node.left, "rows:single", left), planner.single(node.right, "rows:single", right)];
  const numPartitions = planner.partitionsFor(planner.statistics.of(node.left).bytes + planner.statistics.of(node.right).bytes);
  const side = (child: LogicalPlan, plan: PhysicalPlan, expressions: readonly Attribute[]): PhysicalPlan => {
    const finished = planner.state.book.find(child, "rows:cogroup");
    if (finished !== undefined) return planner.readPartitioned(finished);
    return planner.newExchange({ node: child, role: "rows:cogroup" }, plan, { kind: "hash", expressions, numPartitions });
  };
  return [side(node.left, left, node.leftGrouping), side(node.right, right, node.rightGrouping)];
}

function renamed(from: readonly Attribute[], to: readonly Attribute[]): readonly NamedExpression[] {
  return from.map((column, i) => {
    const target = to[i] as Attribute;
    return column.id === target.id ? column : alias(column, target.name, target.id);
  });
}
