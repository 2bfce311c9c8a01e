/**
 * A query on its way: cut at exchanges into stages, planned again whenever one has been carried out.
 *
 *   const run = new QueryRun(plan, settings, services);
 *   for (;;) {
 *     const stages = run.together();           // all that they read is there
 *     if (stages[0].kind === "result") …       // the last
 *     run.finished(stages[i].id, sizes);       // each, after it has been carried out
 *   }
 *
 * What has been measured decides how the rest goes: small sides are broadcast, small partitions read together, skewed
 * ones split, what can give no rows is left out.
 */
import { InternalError } from "../../common/errors";
import type { LogicalPlan } from "../logical/plan";
import { enabled, numberSetting, sizeSetting } from "../optimizer/context";
import type { SqlSettings } from "../settings";
import { pruneEmpty } from "./empty";
import type { ExchangeExec, LimitExec, Partitioning, PhysicalPlan, ReusedExchangeExec, StageTaskInput } from "./plan";
import { isPartial } from "./join-keys";
import { planWith } from "./plan-query";
import { CTE_ROLE, type ExchangeLink, layoutOfPartitioning, QueryState } from "./planner";
import type { PlanServices } from "./services";
import { reuseExchanges } from "./reuse";
import { ROWS_OF_A_TASK, taskInputs, type ShuffleSizes, type TaskSettings } from "./task-inputs";
import { childrenOf, mapChildren, transformUp, walk } from "./traverse";

export type Stage = ExchangeStage | ResultStage;

interface CutPlan {
  /** Leaves are scans, local rows, and reads of `shuffles` and `broadcasts`. */
  readonly root: PhysicalPlan;
  /** Ids of the stages whose shuffles are read, as ShuffleReadExec.input numbers them. */
  readonly shuffles: readonly number[];
  /** Ids of the stages that were broadcast, as BroadcastReadExec.broadcast numbers them. */
  readonly broadcasts: readonly number[];
  readonly tasks: readonly StageTaskInput[];
}

export interface ExchangeStage extends CutPlan {
  readonly kind: "exchange";
  /** The id of the ExchangeExec. */
  readonly id: number;
  /** Where its rows go. "range": bounds are to be found first, by a sample. "broadcast": the rows are collected. */
  readonly partitioning: Partitioning;
  readonly estimatedBytes: number;
}

export interface ResultStage extends CutPlan {
  readonly kind: "result";
  /** Of the tasks' rows one after the other, these are the result; with it tasks need not run once there are enough. Null: all. */
  readonly take: { readonly limit: number | null; readonly offset: number } | null;
}

/** What a stage wrote. */
export interface StageOutcome {
  /** Bytes of each reduce partition; of a broadcast: one number. */
  readonly bytes: readonly number[];
  readonly rows: number | null;
  /** Bytes of each map task's part of a reduce partition. */
  readonly mapBytes?: (reduce: number) => readonly number[];
}

const SMALL_BROADCAST = 4 << 20;
const MIN_PARTITION_SIZE = "spark.sql.adaptive.coalescePartitions.minPartitionSize";

interface DoneStage {
  readonly exchange: ExchangeExec;
  readonly sizes: ShuffleSizes;
}

export class QueryRun {
  readonly #state: QueryState;
  readonly #done = new Map<number, DoneStage>();
  /** Given out by `together` and not yet finished. */
  readonly #running = new Map<number, ExchangeExec>();
  readonly #adaptive: boolean;
  readonly #context: { readonly settings: SqlSettings };
  #logical: LogicalPlan;
  /** Null while something has been measured that it does not know. */
  #planned: PhysicalPlan | null = null;

  constructor(
    logical: LogicalPlan,
    private readonly settings: SqlSettings,
    private readonly services: PlanServices,
  ) {
    this.#state = new QueryState();
    this.#logical = logical;
    this.#context = { settings };
    this.#adaptive = enabled(this.#context, "spark.sql.adaptive.enabled", true);
    this.#planned = this.#planAgain();
  }

  get #plan(): PhysicalPlan {
    return (this.#planned ??= this.#planAgain());
  }

  /** The plan as it stands: for explain. Exchanges that were carried out are shown with what they were made of. */
  get plan(): PhysicalPlan {
    return this.#withDone(this.#plan);
  }

  /** What is still to be done. */
  get remainingPlan(): PhysicalPlan {
    return this.#plan;
  }

  /**
   * Stages that could run now. The result stands alone, at the end. Small ones first.
   * @param driverTakes the driver takes the rows of a limit at the top out of the tasks' results; else an exchange is made
   *   for it, as writes and datasets need it.
   */
  ready(driverTakes = true): readonly Stage[] {
    const exchanges = this.#readyExchanges(driverTakes);
    if (exchanges.length === 0) return [this.#result(driverTakes)];
    const stages = exchanges.map((exchange) => this.#stage(exchange));
    return stages.sort((a, b) => a.estimatedBytes - b.estimatedBytes);
  }

  /** The first of them. */
  next(driverTakes = true): Stage {
    return this.ready(driverTakes)[0] as Stage;
  }

  /**
   * Stages to be run at the same time: the smallest one, and what is broadcast beside it. The others wait, as what has been
   * measured by then may change them.
   */
  together(driverTakes = true): readonly Stage[] {
    const [first, ...others] = this.ready(driverTakes) as [Stage, ...Stage[]];
    if (first.kind === "result") return [first];
    const stages = [first, ...others.filter((stage) => stage.kind === "exchange" && isSmallBroadcast(stage))];
    for (const stage of stages) if (stage.kind === "exchange") this.#running.set(stage.id, this.#find(stage.id)!);
    return stages;
  }

  /** In any order, of what ran together. */
  finished(id: number, outcome: StageOutcome): void {
    // Those that ran beside another one belong to the plan before the last.
    const exchange = this.#running.get(id) ?? this.#find(id);
    this.#running.delete(id);
    const link = this.#state.book.links.get(id);
    if (exchange === null || link === undefined) throw new InternalError(`No stage ${id} was to be run.`);
    const bytes = outcome.bytes.reduce((sum, size) => sum + size, 0);
    const layout = layoutOfPartitioning(exchange.partitioning);
    this.#done.set(id, {
      exchange,
      sizes: {
        partitions: outcome.bytes.length,
        bytes: outcome.bytes,
        rows: outcome.rows,
        ...(outcome.mapBytes && { mapBytes: outcome.mapBytes }),
      },
    });
    this.#state.book.finish(link, { exchange, bytes, rows: outcome.rows, layout });
    this.#state.carriedOut.findOrAdd(exchange);
    if (!this.#adaptive) {
      this.#planned = transformUp(this.#plan, (node) => (node.kind === "exchange" && node.id === id ? this.#readOf(node) : node));
      return;
    }
    this.#planned = null;
    if (isPartial(link.role)) return;
    this.#state.statistics.measured(link.node, link.role === "states" ? null : outcome.rows, bytes);
    // Rows are counted by accumulators, so they estimate. What was written tells for sure: a partition without rows takes no bytes.
    if (bytes === 0) {
      const hasRows = link.role === "states" && !hasGrouping(link.node);
      if (!hasRows) this.#logical = pruneEmpty(this.#logical, link.node, this.#state.book);
    }
  }

  #planAgain(): PhysicalPlan {
    const plan = planWith(this.#logical, this.settings, this.services, this.#state);
    return enabled(this.#context, "spark.sql.exchange.reuse", true) ? reuseExchanges(plan, this.#state) : plan;
  }

  #readyExchanges(driverTakes: boolean): readonly ExchangeExec[] {
    const found: ExchangeExec[] = [];
    const seen = new Set<number>();
    const visit = (node: PhysicalPlan): boolean => {
      const children = childrenOf(node);
      const complete = children.map(visit).every((done) => done);
      if (node.kind === "reusedExchange") return this.#done.has(node.exchange);
      if (node.kind !== "exchange") return complete;
      if (complete && !seen.has(node.id)) {
        seen.add(node.id);
        found.push(node);
      }
      return false;
    };
    visit(driverTakes ? withTake(this.#plan).root : this.#plan);
    return found;
  }

  #find(id: number): ExchangeExec | null {
    let found: ExchangeExec | null = null;
    walk(this.#plan, (node) => {
      if (node.kind === "exchange" && node.id === id) found = node;
    });
    return found;
  }

  #stage(exchange: ExchangeExec): ExchangeStage {
    const link = this.#state.book.links.get(exchange.id);
    const plan = this.#cut(exchange.child);
    return {
      kind: "exchange",
      id: exchange.id,
      partitioning: this.#dealt(exchange.partitioning, plan.root, link),
      estimatedBytes: link === undefined ? 0 : this.#state.statistics.of(link.node).bytes,
      ...plan,
    };
  }

  /**
   * Where rows come in an order that another attempt may not see again, dealing them out as they come could give a partition other
   * rows when its input is computed anew: what was made of it before, files that were committed, could not stay.
   */
  #dealt(partitioning: Partitioning, root: PhysicalPlan, link: ExchangeLink | undefined): Partitioning {
    if (partitioning.kind !== "roundRobin") return partitioning;
    // As many partitions as tasks: rows stay together as they are.
    if (link?.role === CTE_ROLE) return { ...partitioning, deal: "tasks" };
    if (!isUnordered(root)) return partitioning;
    const sorts = enabled(this.#context, "spark.sql.execution.sortBeforeRepartition", true);
    return sorts ? { ...partitioning, deal: "sorted" } : partitioning;
  }

  #result(driverTakes: boolean): ResultStage {
    const { root, take } = driverTakes ? withTake(this.#plan) : { root: this.#plan, take: null };
    return { kind: "result", take, ...this.#cut(root) };
  }

  #cut(root: PhysicalPlan): CutPlan {
    const shuffles: number[] = [];
    const broadcasts: number[] = [];
    const reads = new Map<number, { readonly done: DoneStage; readonly single: boolean }>();
    const cut = (node: PhysicalPlan): PhysicalPlan => {
      if (node.kind === "exchange") throw new InternalError(`Exchange ${node.id} has not been carried out.`);
      if (node.kind !== "reusedExchange") return mapChildren(node, cut);
      const done = this.#done.get(node.exchange);
      if (done === undefined) throw new InternalError(`Exchange ${node.exchange} has not been carried out.`);
      const { output, id } = node;
      if (done.exchange.partitioning.kind === "broadcast" || node.whole === true) {
        const { partitions } = done.sizes;
        return { kind: "broadcastRead", id, output, broadcast: place(broadcasts, node.exchange), partitions };
      }
      const single = this.#state.layouts.get(node)?.count === 1;
      reads.set(id, { done, single });
      const how = single && done.sizes.partitions > 1 ? "coalesced" : "";
      return { kind: "shuffleRead", id, output, input: place(shuffles, node.exchange), how };
    };
    const plan = cut(root);
    const tasks = taskInputs(
      plan,
      {
        splits: (scan) => this.#state.splits.get(scan) ?? [],
        partitionsOf: (source) => this.services.partitionsOf(source),
        shuffle: (read) => {
          const { done, single } = reads.get(read) as { done: DoneStage; single: boolean };
          const { origin } = done.exchange;
          const fixed = !this.#adaptive || origin === "userCount";
          return { sizes: done.sizes, single, fixed, rebalance: this.#adaptive && origin === "rebalance" };
        },
      },
      this.#taskSettings(),
    );
    return { root: plan, shuffles, broadcasts, tasks };
  }

  #taskSettings(): TaskSettings {
    const skew = enabled(this.#context, "spark.sql.adaptive.skewJoin.enabled", true);
    return {
      divideRebalanced: enabled(this.#context, "spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled", true),
      parallelism: this.services.parallelism,
      coalesce: this.#adaptive && enabled(this.#context, "spark.sql.adaptive.coalescePartitions.enabled", true),
      advisoryBytes: sizeSetting(this.#context, "spark.sql.adaptive.advisoryPartitionSizeInBytes", 64 << 20),
      minBytes: sizeSetting(this.#context, MIN_PARTITION_SIZE, 1 << 20),
      minRows: this.services.isSet?.(MIN_PARTITION_SIZE) === true ? null : ROWS_OF_A_TASK,
      parallelismFirst: enabled(this.#context, "spark.sql.adaptive.coalescePartitions.parallelismFirst", true),
      skew:
        this.#adaptive && skew
          ? {
              factor: numberSetting(this.#context, "spark.sql.adaptive.skewJoin.skewedPartitionFactor", 5),
              bytes: sizeSetting(this.#context, "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes", 256 << 20),
            }
          : null,
    };
  }

  #readOf(exchange: ExchangeExec): ReusedExchangeExec {
    const read: ReusedExchangeExec = {
      kind: "reusedExchange",
      id: this.#state.nextNode(),
      output: exchange.output,
      exchange: exchange.id,
    };
    this.#state.layouts.set(read, layoutOfPartitioning(exchange.partitioning));
    return read;
  }

  #withDone(plan: PhysicalPlan): PhysicalPlan {
    const shown = new Set<number>();
    const visit = (node: PhysicalPlan): PhysicalPlan => {
      if (node.kind !== "reusedExchange" || shown.has(node.exchange)) return mapChildren(node, visit);
      const done = this.#done.get(node.exchange);
      if (done === undefined) return node;
      shown.add(node.exchange);
      const exchange = mapChildren(done.exchange, visit);
      return node.whole === true ? { ...(exchange as ExchangeExec), whole: true } : exchange;
    };
    return visit(plan);
  }
}

/** Whether the plan reads rows that come in any order: shuffles, and datasets that may have been made of some. */
function isUnordered(root: PhysicalPlan): boolean {
  let found = false;
  walk(root, (node) => {
    if (node.kind === "shuffleRead" || (node.kind === "external" && node.what !== "arrow")) found = true;
  });
  return found;
}

function isSmallBroadcast({ partitioning, estimatedBytes }: ExchangeStage): boolean {
  return partitioning.kind === "broadcast" && estimatedBytes <= SMALL_BROADCAST;
}

function hasGrouping(node: LogicalPlan): boolean {
  return node.kind === "distinct" || (node.kind === "aggregate" && node.grouping.length > 0);
}

function place(ids: number[], id: number): number {
  const found = ids.indexOf(id);
  return found >= 0 ? found : ids.push(id) - 1;
}

/** A limit at the top needs no shuffle: the driver takes what it needs from the tasks' results. */
function withTake(plan: PhysicalPlan): { readonly root: PhysicalPlan; readonly take: ResultStage["take"] } {
  if (plan.kind === "project") {
    const below = withTake(plan.child);
    return below.take === null ? { root: plan, take: null } : { root: { ...plan, child: below.root }, take: below.take };
  }
  if (plan.kind !== "limit") return { root: plan, take: null };
  const { child, limit, offset } = plan;
  if (child.kind !== "exchange" || child.partitioning.kind !== "single" || child.origin !== "ensure") {
    return { root: plan, take: null };
  }
  const below = child.child;
  if (limit !== null && !isLocalLimit(below, limit + offset)) return { root: plan, take: null };
  return { root: below, take: { limit, offset } };
}

function isLocalLimit(plan: PhysicalPlan, rows: number): plan is LimitExec {
  return plan.kind === "limit" && plan.limit === rows && plan.offset === 0;
}

/** The stages of a plan before any of it has run, those that are read before those that read them; the result last. */
export function cutStages(
  plan: PhysicalPlan,
): readonly { readonly exchange: ExchangeExec | null; readonly root: PhysicalPlan }[] {
  const stages: { exchange: ExchangeExec | null; root: PhysicalPlan }[] = [];
  const broadcasts = new Set<number>();
  const cut = (node: PhysicalPlan): PhysicalPlan => {
    const below = mapChildren(node, cut);
    if (below.kind !== "exchange" && below.kind !== "reusedExchange") return below;
    const { id, output } = below;
    if (below.kind === "exchange") {
      stages.push({ exchange: below, root: below.child });
      if (below.partitioning.kind === "broadcast") broadcasts.add(id);
    }
    const broadcast = broadcasts.has(below.kind === "exchange" ? id : below.exchange);
    return broadcast
      ? { kind: "broadcastRead", id, output, broadcast: 0, partitions: 1 }
      : { kind: "shuffleRead", id, output, input: 0, how: "" };
  };
  stages.push({ exchange: null, root: cut(plan) });
  return stages;
}
