/**
 * From a logical plan to operators. Bottom-up: when an operator is made, how its children's rows lie is known, so an
 * exchange or a sort is put in exactly where it is missing.
 *
 * While a query runs it is planned again with what has been measured: exchanges that have been carried out are known by
 * the logical node and the purpose they were made for (`finished`), and are read instead of planned.
 */
import { exactJson } from "../../common/exact-json";
import type { Attribute, Expression, NamedExpression, SortOrder } from "../expressions/expression";
import { isDeterministic } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { Statistics } from "../optimizer/statistics";
import { enabled, numberSetting, sizeSetting } from "../optimizer/context";
import type { SqlSettings } from "../settings";
import { KnownExchanges } from "./known-exchanges";
import { ascending, isClustered, isOrdered, projectLayout, SINGLE, unknownLayout, type Layout } from "./layout";
import type { ExchangeExec, Partitioning, PhysicalPlan, ReusedExchangeExec, SortExec } from "./plan";
import { userSetting, type PlanServices } from "./services";
import { ROWS_OF_A_TASK } from "./task-inputs";

/** An exchange whose rows are there. */
export interface FinishedExchange {
  readonly exchange: ExchangeExec;
  readonly bytes: number;
  /** Null where they are not known. */
  readonly rows: number | null;
  /** For a read of it: the layout that it has. */
  readonly layout: Layout;
}

/** What the exchanges of a plan were made for: a node of the logical plan and a word. */
export interface ExchangeLink {
  readonly node: LogicalPlan;
  readonly role: string;
}

/** Begins the roles of exchanges that hold only what the node needs of its input. */
export const REDUCED = "reduced";

/** Of exchanges that several places of a query read. */
export const CTE_ROLE = "cte";

/** Exchanges of a query by what they are for. */
export class ExchangeBook {
  readonly #finished = new Map<LogicalPlan, Map<string, FinishedExchange>>();
  readonly #byId = new Map<number, FinishedExchange>();
  readonly links = new Map<number, ExchangeLink>();

  finish(link: ExchangeLink, finished: FinishedExchange): void {
    let roles = this.#finished.get(link.node);
    if (roles === undefined) this.#finished.set(link.node, (roles = new Map<string, FinishedExchange>()));
    roles.set(link.role, finished);
    this.#byId.set(finished.exchange.id, finished);
  }

  /** Of the exchange with this id; undefined while it has not been carried out. */
  finishedOf(exchange: number): FinishedExchange | undefined {
    return this.#byId.get(exchange);
  }

  find(node: LogicalPlan, role: string): FinishedExchange | undefined {
    return this.#finished.get(node)?.get(role);
  }

  /** Any finished shuffle of the node's own rows, whatever it was partitioned for. */
  anyOf(node: LogicalPlan): FinishedExchange | undefined {
    const roles = this.#finished.get(node);
    if (roles === undefined) return undefined;
    for (const [role, finished] of roles) if (role.startsWith("rows:")) return finished;
    return undefined;
  }

  /** Whether a finished exchange is known by this node: its rows, or what it makes them of. */
  isRead(node: LogicalPlan): boolean {
    const roles = this.#finished.get(node);
    if (roles === undefined) return false;
    return [...roles.keys()].some((role) => role.startsWith("rows:") || role === "states" || role.startsWith(`${REDUCED}:`));
  }
}

/** Shared by all plannings of one query. */
export class QueryState {
  readonly statistics: Statistics = new Statistics();
  readonly book: ExchangeBook = new ExchangeBook();
  /** Splits of scans by their node id. */
  readonly splits = new Map<number, readonly (readonly unknown[])[]>();
  readonly layouts = new WeakMap<PhysicalPlan, Layout>();
  /** Leaves are planned once: their splits and bytes stay what they are. */
  readonly leaves = new Map<LogicalPlan, PhysicalPlan>();
  /** Build sides that each task reads itself. */
  readonly readByEach = new WeakSet<PhysicalPlan>();
  /** Ids of broadcast exchanges. */
  readonly broadcasts = new Set<number>();
  /** Exchanges that were carried out. */
  readonly carriedOut: KnownExchanges = new KnownExchanges();
  #lastNode = 0;

  nextNode(): number {
    return ++this.#lastNode;
  }
}

/** Reads of at most this many bytes are one task, */
const ONE_TASK_BYTES = 2 << 20;
/** unless they are more rows than this: columns of codes pack a hundred thousand rows into so few bytes. */
const ONE_TASK_ROWS = 2 * ROWS_OF_A_TASK;
const BYTES_PER_PARTITION = 32 << 20;

export class Planner {
  readonly statistics: Statistics;
  /** Exchanges of this planning that several places read: CTEs. */
  readonly shared = new Map<number, { readonly exchange: ExchangeExec; readonly layout: Layout; used: boolean }>();
  readonly broadcastThreshold: number;
  /** The same for what has been measured. */
  readonly measuredThreshold: number;
  readonly preferSortMerge: boolean;
  /** So many times as many keys must be left out as stay for rows to be filtered before an exchange; 0: always. */
  readonly leastKeyGain: number;
  readonly #userPartitions: number | null;

  constructor(
    readonly settings: SqlSettings,
    readonly services: PlanServices,
    readonly state: QueryState,
    private readonly planNode: (planner: Planner, node: LogicalPlan, prefer: readonly Expression[] | null) => PhysicalPlan,
  ) {
    this.statistics = state.statistics;
    this.broadcastThreshold = sizeSetting({ settings }, "spark.sql.autoBroadcastJoinThreshold", 10 << 20);
    this.leastKeyGain = numberSetting({ settings }, "firesteel.sql.filterByKnownKeys.minGain", 4);
    this.preferSortMerge = userSetting(settings, services, "spark.sql.join.preferSortMergeJoin", "true") === "true";
    const adaptive = enabled({ settings }, "spark.sql.adaptive.enabled", true);
    const initial = adaptive ? settings.conf["spark.sql.adaptive.coalescePartitions.initialPartitionNum"] : undefined;
    const partitions = initial ?? userSetting(settings, services, "spark.sql.shuffle.partitions", "200");
    this.#userPartitions = partitions === null ? null : Math.max(1, Number(partitions));
    this.measuredThreshold = adaptive
      ? sizeSetting({ settings }, "spark.sql.adaptive.autoBroadcastJoinThreshold", this.broadcastThreshold)
      : this.broadcastThreshold;
  }

  /** `prefer`: what the operator above clusters by; an exchange that is needed anyway is best made by (a part of) these. */
  plan(node: LogicalPlan, prefer: readonly Expression[] | null = null): PhysicalPlan {
    const finished = this.state.book.anyOf(node);
    if (finished !== undefined) return this.read(finished);
    if (!isLeaf(node)) return this.planNode(this, node, prefer);
    let leaf = this.state.leaves.get(node);
    if (leaf === undefined) this.state.leaves.set(node, (leaf = this.planNode(this, node, prefer)));
    return leaf;
  }

  layoutOf(plan: PhysicalPlan): Layout {
    const found = this.state.layouts.get(plan);
    if (found !== undefined) return found;
    const layout = this.#layout(plan);
    this.state.layouts.set(plan, layout);
    return layout;
  }

  /** Gives a node and says how its rows lie, where that does not follow from its children. */
  laid<P extends PhysicalPlan>(plan: P, layout: Layout): P {
    this.state.layouts.set(plan, layout);
    return plan;
  }

  id(): number {
    return this.state.nextNode();
  }

  /** The child's rows moved; the rows of a finished exchange for the same purpose where there is one. */
  exchange(
    link: ExchangeLink,
    child: () => PhysicalPlan,
    partitioning: Partitioning,
    origin: ExchangeExec["origin"] = "ensure",
  ): PhysicalPlan {
    const finished = this.state.book.find(link.node, link.role);
    if (finished !== undefined) return this.read(finished);
    return this.newExchange(link, child(), partitioning, origin);
  }

  newExchange(
    link: ExchangeLink,
    child: PhysicalPlan,
    partitioning: Partitioning,
    origin: ExchangeExec["origin"] = "ensure",
  ): ExchangeExec {
    const exchange: ExchangeExec = { kind: "exchange", id: this.id(), output: child.output, child, partitioning, origin };
    this.state.book.links.set(exchange.id, link);
    if (partitioning.kind === "broadcast") this.state.broadcasts.add(exchange.id);
    return this.laid(exchange, layoutOfPartitioning(partitioning));
  }

  /** A leaf that gives a finished exchange's rows. Few of them are read by one task: what stands above needs no exchange then. */
  read(finished: FinishedExchange): PhysicalPlan {
    const { exchange, bytes, rows, layout } = finished;
    const read: ReusedExchangeExec = { kind: "reusedExchange", id: this.id(), output: exchange.output, exchange: exchange.id };
    const few = bytes <= ONE_TASK_BYTES && (rows ?? 0) <= ONE_TASK_ROWS;
    const small = exchange.origin === "ensure" && exchange.partitioning.kind !== "broadcast" && few;
    return this.laid(read, small && layout.count > 1 ? SINGLE : layout);
  }

  /** A read that keeps the exchange's partitions, to be joined with another's. */
  readPartitioned(finished: FinishedExchange): PhysicalPlan {
    const { exchange, layout } = finished;
    return this.laid({ kind: "reusedExchange", id: this.id(), output: exchange.output, exchange: exchange.id }, layout);
  }

  /** Which of the shared exchanges are in the plan so far; to be given back where what was planned since is not taken. */
  sharedUse(before?: ReadonlySet<number>): ReadonlySet<number> {
    if (before !== undefined) for (const [id, shared] of this.shared) shared.used = before.has(id);
    return new Set([...this.shared].flatMap(([id, { used }]) => (used ? [id] : [])));
  }

  /** Whether all tasks see all rows of a side of a join. */
  isBroadcast(side: PhysicalPlan): boolean {
    if (this.state.readByEach.has(side)) return true;
    if (side.kind === "exchange") return side.partitioning.kind === "broadcast";
    return side.kind === "reusedExchange" && this.state.broadcasts.has(side.exchange);
  }

  /** The plan's rows in one partition. */
  single(node: LogicalPlan, role: string, child: PhysicalPlan): PhysicalPlan {
    if (this.layoutOf(child).count === 1) return child;
    return this.exchange({ node, role }, () => child, { kind: "single" });
  }

  /** Rows that agree on `keys` in one partition. */
  clustered(
    node: LogicalPlan,
    role: string,
    child: PhysicalPlan,
    keys: readonly Expression[],
    prefer: readonly Expression[] | null = null,
  ): PhysicalPlan {
    if (isClustered(this.layoutOf(child), keys)) return child;
    const by = preferred(keys, prefer);
    const roleOfKeys = `${role}:${keyText(by)}`;
    return this.exchange({ node, role: roleOfKeys }, () => child, {
      kind: "hash",
      expressions: by,
      numPartitions: this.partitionsFor(this.statistics.of(node).bytes),
    });
  }

  sorted(child: PhysicalPlan, order: readonly SortOrder[]): PhysicalPlan {
    const layout = this.layoutOf(child);
    if (order.length === 0 || isOrdered(layout, order)) return child;
    const sort: SortExec = { kind: "sort", id: this.id(), output: child.output, child, order };
    return this.laid(sort, { ...layout, order });
  }

  sortedBy(child: PhysicalPlan, keys: readonly Expression[]): PhysicalPlan {
    return this.sorted(child, ascending(keys));
  }

  project(child: PhysicalPlan, expressions: readonly NamedExpression[], output: readonly Attribute[]): PhysicalPlan {
    return { kind: "project", id: this.id(), output, child, expressions };
  }

  /** What the user asked for; else by bytes, with work for every slot to the end: three tasks on two slots take as long as four. */
  partitionsFor(bytes: number): number {
    if (this.#userPartitions !== null) return this.#userPartitions;
    const { parallelism } = this.services;
    const byBytes = Math.ceil((Number.isFinite(bytes) ? bytes : 0) / BYTES_PER_PARTITION);
    const rounds = Math.max(1, Math.ceil(byBytes / parallelism));
    return Math.min(MAX_PARTITIONS, rounds * parallelism);
  }

  #layout(plan: PhysicalPlan): Layout {
    switch (plan.kind) {
      case "project":
        return projectLayout(this.layoutOf(plan.child), plan.expressions);
      case "filter":
      case "limit":
      case "tail":
      case "sample":
      case "appendColumns":
      case "collectMetrics":
      case "window":
      case "windowGroupLimit":
        return this.layoutOf(plan.child);
      case "generate":
        return projectLayout(this.layoutOf(plan.child), plan.output);
      case "topK": {
        const child = this.layoutOf(plan.child);
        return { ...child, order: plan.order };
      }
      case "hashAggregate": {
        const child = this.layoutOf(plan.child);
        return { ...projectLayout(child, plan.grouping), order: [] };
      }
      case "hashJoin":
      case "sortMergeJoin":
      case "nestedLoopJoin": {
        const stream = plan.kind === "sortMergeJoin" || plan.build === "right" ? plan.left : plan.right;
        return { ...this.layoutOf(stream), order: [] };
      }
      case "markMatches":
        return unknownLayout(this.layoutOf(plan.right).count);
      case "expand":
      case "mapBatches":
      case "scriptTransform":
      case "applyInGroups":
        return unknownLayout(this.layoutOf(plan.child).count);
      case "cogroup":
        return unknownLayout(this.layoutOf(plan.left).count);
      case "union":
        return unknownLayout(plan.children.reduce((sum, child) => sum + this.layoutOf(child).count, 0));
      case "coalesce":
        return unknownLayout(Math.min(plan.numPartitions, this.layoutOf(plan.child).count));
      case "exchange":
        return layoutOfPartitioning(plan.partitioning);
      case "sort":
        return { ...this.layoutOf(plan.child), order: plan.order };
      default:
        return SINGLE;
    }
  }
}

function isLeaf(node: LogicalPlan): boolean {
  return node.kind === "scan" || node.kind === "localRelation" || node.kind === "externalRelation" || node.kind === "range";
}

const MAX_PARTITIONS = 10_000;

export function layoutOfPartitioning(partitioning: Partitioning): Layout {
  switch (partitioning.kind) {
    case "single":
    case "broadcast":
      return SINGLE;
    case "hash":
      return {
        ...unknownLayout(partitioning.numPartitions),
        hashed: partitioning.expressions.every(isDeterministic) ? [partitioning.expressions] : [],
      };
    case "range":
      return { ...unknownLayout(partitioning.numPartitions), range: partitioning.order };
    default:
      return unknownLayout(partitioning.numPartitions);
  }
}

/** The part of `keys` that the operator above wants, or all of them. */
function preferred(keys: readonly Expression[], prefer: readonly Expression[] | null): readonly Expression[] {
  if (prefer === null) return keys;
  const ids = new Set(prefer.map((item) => (item.kind === "attribute" ? item.id : -1)));
  const common = keys.filter((key) => key.kind === "attribute" && ids.has(key.id));
  return common.length > 0 && common.length === prefer.length ? common : keys;
}

/** Tells exchanges of one node by different keys apart. */
export function keyText(keys: readonly Expression[]): string {
  return exactJson(keys, (name) => name === "at" || name === "qualifier" || name === "nullable" || name === "type")!;
}
