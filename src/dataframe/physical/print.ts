/** Operators as text, under the names that Spark's plans have. */
import { unreachable } from "../../common/errors";
import type { Attribute, Expression } from "../expressions/expression";
import { attributeText, expressionText, fieldList, joinName, list, orderList, orderText, treeText } from "../logical/print";
import { selectedBuckets } from "../sources/files/buckets";
import { metadataColumnOf } from "../sources/files/constant-columns";
import { simpleString } from "../types/text";
import type { ExchangeExec, HashAggregateExec, HashJoinExec, Partitioning, PhysicalPlan, ScanExec } from "./plan";
import { childrenOf } from "./traverse";

/** `inner`: plans of subqueries, shown under the operators whose expressions hold them. */
export function physicalText(plan: PhysicalPlan, inner: (node: PhysicalPlan) => readonly PhysicalPlan[] = () => []): string {
  const exchanges = exchangesOf(plan);
  return treeText(plan, (node) => operatorText(node, exchanges), childrenOf, inner);
}

const printedPlans = new WeakMap<PhysicalPlan, PrintedPlan>();

/** A plan of which several things are told: each of its operators is put into words once, when that is asked for first. */
export class PrintedPlan {
  readonly #operators = new Map<PhysicalPlan, string>();
  #exchanges: Exchanges | undefined;
  #text: string | undefined;

  private constructor(readonly plan: PhysicalPlan) {}

  /** The same for the same plan: that of a query that runs again. */
  static of(plan: PhysicalPlan): PrintedPlan {
    let printed = printedPlans.get(plan);
    if (printed === undefined) printedPlans.set(plan, (printed = new PrintedPlan(plan)));
    return printed;
  }

  get exchanges(): Exchanges {
    return (this.#exchanges ??= exchangesOf(this.plan));
  }

  /** As physicalText gives it. */
  get text(): string {
    return (this.#text ??= treeText(this.plan, (node) => this.operator(node), childrenOf));
  }

  operator(node: PhysicalPlan): string {
    let text = this.#operators.get(node);
    if (text === undefined) this.#operators.set(node, (text = operatorText(node, this.exchanges)));
    return text;
  }
}

/** Exchanges by id: what reads of them refer to. */
export type Exchanges = ReadonlyMap<number, ExchangeExec>;

export function exchangesOf(plan: PhysicalPlan): Exchanges {
  const found = new Map<number, ExchangeExec>();
  const visit = (node: PhysicalPlan): void => {
    if (node.kind === "exchange") found.set(node.id, node);
    childrenOf(node).forEach(visit);
  };
  visit(plan);
  return found;
}

export function operatorText(node: PhysicalPlan, exchanges: Exchanges): string {
  const name = operatorName(node, exchanges);
  switch (node.kind) {
    case "scan":
      return scanText(node);
    case "localTable":
      return `${name} ${columns(node.output)}`;
    case "range":
      return `${name} (${node.start}, ${node.end}, step=${node.step}, splits=${node.numPartitions})`;
    case "external":
      return `${name} ${columns(node.output)}`;
    case "project":
      return `${name} ${list(node.expressions)}`;
    case "filter":
      return `${name} ${expressionText(node.condition)}`;
    case "hashAggregate":
      return `${name}(keys=${list(node.grouping)}, functions=[${aggregateTexts(node).join(", ")}])`;
    case "sort":
      return `${name} ${orderList(node.order)}, ${isGlobal(node)}, 0`;
    case "topK": {
      const offset = node.offset > 0 ? `, offset=${node.offset}` : "";
      return `${name}(limit=${node.limit}${offset}, orderBy=${orderList(node.order)}, output=${columns(node.output)})`;
    }
    case "limit":
      return [name, node.limit, node.offset > 0 && `offset ${node.offset}`]
        .filter((part) => part !== false && part !== null)
        .join(" ");
    case "tail":
      return `${name} ${node.limit}`;
    case "hashJoin":
    case "sortMergeJoin":
    case "nestedLoopJoin":
      return joinText(node, name);
    case "window": {
      const functions = node.functions.map(({ result, call }) => `${expressionText(call)} AS ${attributeText(result)}`);
      return `${name} [${functions.join(", ")}], ${list(node.partitionBy)}, ${orderList(node.orderBy)}`;
    }
    case "windowGroupLimit": {
      const { partitionBy, orderBy, rank, limit, partial } = node;
      return `${name} ${list(partitionBy)}, ${orderList(orderBy)}, ${rank}(), ${limit}, ${partial ? "Partial" : "Final"}`;
    }
    case "expand":
      return `${name} [${node.projections.map((row) => list(row)).join(", ")}], ${columns(node.output)}`;
    case "generate":
      return `${name} ${expressionText(node.generator)}, ${columns(node.output.slice(0, -node.generated.length))}, ${node.outer}, ${columns(node.generated)}`;
    case "union":
      return name;
    case "coalesce":
      return `${name} ${node.numPartitions}`;
    case "sample":
      return `${name} ${node.lower}, ${node.upper}, ${node.withReplacement}, ${node.seed}`;
    case "mapBatches":
      return `${name} ${node.fn.name}, ${columns(node.output)}`;
    case "appendColumns":
      return `${name} ${node.program}, ${list(node.inputs)}, ${columns(node.appended)}`;
    case "applyInGroups":
      return `${name} ${list(node.grouping)}, ${node.fn.name}, ${columns(node.output)}`;
    case "cogroup":
      return `${name} ${list(node.leftGrouping)}, ${list(node.rightGrouping)}, ${node.fn.name}, ${columns(node.output)}`;
    case "scriptTransform":
      return `${name} ${list(node.input)}, ${node.command}, ${columns(node.output)}`;
    case "collectMetrics":
      return `${name} ${node.name}, ${list(node.metrics)}`;
    case "exchange":
      if (node.partitioning.kind === "broadcast") return `${name} IdentityBroadcastMode, [plan_id=${node.id}]`;
      return `${name} ${partitioningText(node.partitioning)}, ${ORIGINS[node.origin]}, [plan_id=${node.id}]`;
    case "reusedExchange": {
      const exchange = exchanges.get(node.exchange);
      const what = exchange === undefined ? "Exchange" : operatorText(exchange, exchanges);
      return `${name} ${columns(node.output)}, ${what.replace(/, \[plan_id=\d+\]$/, "")}, [plan_id=${node.exchange}]`;
    }
    case "markMatches": {
      const condition = node.condition === null ? "" : `, ${expressionText(node.condition)}`;
      return `${name} ${list(node.leftKeys)}, ${list(node.rightKeys)}${condition}`;
    }
    case "markedRows":
      return `${name} [${node.matched.map((matched) => (matched ? "LeftSemi" : "LeftAnti")).join(", ")}]`;
    case "shuffleRead":
      return `${name} ${node.how}`.trimEnd();
    case "broadcastRead":
      return name;
    default:
      return unreachable(node);
  }
}

export function operatorName(node: PhysicalPlan, exchanges: Exchanges): string {
  switch (node.kind) {
    case "scan":
      return node.relation.files === null ? `Scan ${node.relation.format}` : `FileScan ${node.relation.format}`;
    case "localTable":
      return node.loop === undefined ? "LocalTableScan" : "UnionLoop";
    case "range":
      return "Range";
    case "external":
      return node.what === "cached" ? "InMemoryTableScan" : node.what === "rdd" ? "Scan ExistingRDD" : "ArrowScan";
    case "project":
      return "Project";
    case "filter":
      return "Filter";
    case "hashAggregate":
      return "HashAggregate";
    case "sort":
      return "Sort";
    case "topK":
      return "TakeOrdered";
    case "limit":
      return "Limit";
    case "tail":
      return "Tail";
    case "hashJoin":
      return isBroadcast(node.build === "left" ? node.left : node.right, exchanges) ? "BroadcastHashJoin" : "ShuffledHashJoin";
    case "sortMergeJoin":
      return "SortMergeJoin";
    case "nestedLoopJoin":
      return isBroadcast(node.build === "left" ? node.left : node.right, exchanges)
        ? "BroadcastNestedLoopJoin"
        : "CartesianProduct";
    case "markMatches":
      return "MarkMatches";
    case "markedRows":
      return "MarkedRows";
    case "window":
      return "Window";
    case "windowGroupLimit":
      return "WindowGroupLimit";
    case "expand":
      return "Expand";
    case "generate":
      return "Generate";
    case "union":
      return "Union";
    case "coalesce":
      return "Coalesce";
    case "sample":
      return "Sample";
    case "mapBatches":
      return "MapInArrow";
    case "appendColumns":
      return "AppendColumns";
    case "applyInGroups":
      return "FlatMapGroupsInArrow";
    case "cogroup":
      return "FlatMapCoGroupsInArrow";
    case "scriptTransform":
      return "ScriptTransformation";
    case "collectMetrics":
      return "CollectMetrics";
    case "exchange":
      return node.partitioning.kind === "broadcast" ? "BroadcastExchange" : "Exchange";
    case "reusedExchange":
      return "ReusedExchange";
    case "shuffleRead":
      return "AQEShuffleRead";
    case "broadcastRead":
      return "BroadcastQueryStage";
    default:
      return unreachable(node);
  }
}

const ORIGINS: Readonly<Record<ExchangeExec["origin"], string>> = {
  ensure: "ENSURE_REQUIREMENTS",
  userCount: "REPARTITION_BY_NUM",
  userKeys: "REPARTITION_BY_COL",
  rebalance: "REBALANCE_PARTITIONS_BY_NONE",
};

function columns(output: readonly Attribute[]): string {
  return `[${fieldList(output.map(attributeText))}]`;
}

export function partitioningText(partitioning: Partitioning): string {
  switch (partitioning.kind) {
    case "single":
      return "SinglePartition";
    case "hash":
      return `hashpartitioning(${[...partitioning.expressions.map(expressionText), partitioning.numPartitions].join(", ")})`;
    case "id":
      return `shufflepartitionidpassthrough(${expressionText(partitioning.expression)}, ${partitioning.numPartitions})`;
    case "range":
      return `rangepartitioning(${[...partitioning.order.map(orderText), partitioning.numPartitions].join(", ")})`;
    case "roundRobin":
      return `RoundRobinPartitioning(${partitioning.numPartitions})`;
    case "broadcast":
      return "IdentityBroadcastMode";
    case "unknown":
      return `UnknownPartitioning(${partitioning.numPartitions})`;
    default:
      return unreachable(partitioning);
  }
}

/** What stands in brackets after a scan, by name: for explain in its forms. */
export function scanDetails(scan: ScanExec): readonly (readonly [name: string, value: string])[] {
  const { relation } = scan;
  const details: (readonly [string, string])[] = [];
  details.push(["Format", relation.format]);
  if (relation.buckets !== undefined)
    details.unshift(["Bucketed", scan.bucketed === true ? "true" : "false (disabled by query planner)"]);
  if (relation.files !== null) {
    const { roots } = relation.files;
    details.push(["Location", `InMemoryFileIndex(${roots.length} paths)[${roots.slice(0, 3).join(", ")}]`]);
    details.push(["PartitionFilters", list(scan.partitionFilters)]);
  }
  details.push(["PushedFilters", `[${scan.pushed.map(sourceFilterText).join(", ")}]`]);
  if (scan.within !== undefined)
    details.push(["Ranges", `[${scan.output[scan.within.column]!.name} in ${scan.within.from.length} ranges]`]);
  if (scan.whole !== undefined) details.push(["ReadBy", "each task"]);
  if (scan.limit !== null) details.push(["PushedLimit", String(scan.limit)]);
  const notInFiles = new Set([...relation.partitionColumns, metadataColumnOf(relation.schema)]);
  const fields = scan.output.flatMap((column, i) => {
    const path = scan.columns[i] as readonly string[];
    return notInFiles.has(path[0]!) ? [] : [`${path.join(".")}:${simpleString(column.type)}`];
  });
  details.push(["ReadSchema", `struct<${fields.join(",")}>`]);
  if (relation.buckets !== undefined && scan.bucketed === true) {
    const columns = scan.output.map((attribute, i) => ({ path: scan.columns[i]!, type: attribute.type, attribute }));
    const { count } = relation.buckets;
    const selected = selectedBuckets(relation, scan.pushed, columns)?.size ?? count;
    details.push(["SelectedBucketsCount", `${selected} out of ${count}`]);
  }
  return details;
}

function scanText(scan: ScanExec): string {
  const output = fieldList(scan.output.map(attributeText)).replaceAll(", ", ",");
  const details = scanDetails(scan).map(([name, value]) => `${name}: ${value}`);
  return `${operatorName(scan, new Map())} ${scan.relation.name}[${output}] ${details.join(", ")}`;
}

const SOURCE_FILTERS: Readonly<Record<string, string>> = {
  "=": "EqualTo",
  "<=>": "EqualNullSafe",
  "<": "LessThan",
  "<=": "LessThanOrEqual",
  ">": "GreaterThan",
  ">=": "GreaterThanOrEqual",
  isnull: "IsNull",
  isnotnull: "IsNotNull",
  startswith: "StringStartsWith",
  endswith: "StringEndsWith",
  contains: "StringContains",
  and: "And",
  or: "Or",
  not: "Not",
};

/** A pushed predicate as Spark's explain writes it: EqualTo(a,1), In(b, [1,2]). */
export function sourceFilterText(filter: Expression): string {
  if (filter.kind === "attribute") return filter.name;
  if (filter.kind !== "call") return expressionText(filter).replace(/^DATE '(.*)'$/, "$1");
  const args = filter.args.map(sourceFilterText);
  if (filter.fn === "in") return `In(${args[0]}, [${args.slice(1).join(",")}])`;
  const name = SOURCE_FILTERS[filter.fn];
  return name === undefined ? expressionText(filter) : `${name}(${args.join(",")})`;
}

export function aggregateTexts(node: HashAggregateExec): readonly string[] {
  const prefix = node.mode === "partial" ? "partial_" : node.mode === "merge" ? "merge_" : "";
  return node.aggregates.map(({ call }) => `${prefix}${expressionText(call)}`);
}

function isGlobal(node: Extract<PhysicalPlan, { kind: "sort" }>): boolean {
  const { child } = node;
  return child.kind === "exchange" && (child.partitioning.kind === "range" || child.partitioning.kind === "single");
}

function isBroadcast(side: PhysicalPlan, exchanges: Exchanges): boolean {
  if (side.kind === "broadcastRead" || isWhole(side)) return true;
  const exchange = side.kind === "reusedExchange" ? exchanges.get(side.exchange) : side;
  return exchange?.kind === "exchange" && exchange.partitioning.kind === "broadcast";
}

/** Each task reads it itself. */
function isWhole(side: PhysicalPlan): boolean {
  if (side.kind === "scan") return side.whole !== undefined;
  if (side.kind === "exchange" || side.kind === "reusedExchange") return side.whole === true;
  return (side.kind === "filter" || side.kind === "project" || side.kind === "hashJoin") && childrenOf(side).every(isWhole);
}

function joinText(
  node: HashJoinExec | Extract<PhysicalPlan, { kind: "sortMergeJoin" | "nestedLoopJoin" }>,
  name: string,
): string {
  const build = node.kind === "sortMergeJoin" ? null : node.build === "left" ? "BuildLeft" : "BuildRight";
  const keys = node.kind === "nestedLoopJoin" ? [] : [list(node.leftKeys), list(node.rightKeys)];
  const parts = [...keys, ...(node.kind === "nestedLoopJoin" && build !== null ? [build] : []), joinName(node)];
  if (node.kind !== "nestedLoopJoin" && build !== null) parts.push(build);
  if (node.condition !== null) parts.push(expressionText(node.condition));
  return `${name} ${parts.join(", ")}`;
}
