/**
 * How a query is carried out: operators, plain data. The planner makes them from logical plans, stages.ts cuts them at exchanges,
 * and exec/ runs what is left between: a stage's tree, whose leaves are scans and reads of exchanges.
 *
 * Expressions refer to attributes by id; exec binds them to columns of the child's `output`.
 */
import type { StructType } from "../../columnar/types";
import type {
  AggregateCall,
  Attribute,
  Expression,
  GeneratorCall,
  NamedExpression,
  SortOrder,
  WindowCall,
} from "../expressions/expression";
import type { Relation } from "../sources/relation";
import type { SqlSettings } from "../settings";
import type { UserFunction } from "../syntax/expression";
import type { ScriptFormats } from "../syntax/plan";

interface Node {
  /** Unique in the query: metrics and explain refer to it. */
  readonly id: number;
  readonly output: readonly Attribute[];
}

/** How rows are laid out over partitions. */
export type Partitioning =
  | { readonly kind: "single" }
  /** Spark's: pmod(murmur3(expressions, seed 42), n). */
  | { readonly kind: "hash"; readonly expressions: readonly Expression[]; readonly numPartitions: number }
  /** The number of the partition is that of the expression, modulo n; 0 for null. */
  | { readonly kind: "id"; readonly expression: Expression; readonly numPartitions: number }
  | { readonly kind: "range"; readonly order: readonly SortOrder[]; readonly numPartitions: number }
  /**
   * By turns: "rows" as they come, "sorted" in the order of their content, which is the same in every attempt of a task; "tasks": all
   * rows of a task to one partition.
   */
  | { readonly kind: "roundRobin"; readonly numPartitions: number; readonly deal?: "rows" | "sorted" | "tasks" }
  | { readonly kind: "broadcast" }
  | { readonly kind: "unknown"; readonly numPartitions: number };

export interface ScanExec extends Node {
  readonly kind: "scan";
  readonly relation: Relation;
  /** As in logical Scan: field paths of the relation for each output column. */
  readonly columns: readonly (readonly string[])[];
  readonly pushed: readonly Expression[];
  readonly partitionFilters: readonly Expression[];
  readonly limit: number | null;
  /** As in logical Scan. */
  readonly bucketed?: boolean;
  /** Each task gives the rows of its range only. */
  readonly within?: ScanRanges;
  /** The splits that every task reads, all of them; absent where tasks have splits of their own. */
  readonly whole?: readonly unknown[];
}

/** Task i has the rows with from[i] <= column < from[i + 1]; the first starts at -Infinity, the last has no end. */
export interface ScanRanges {
  /** Place in `output`; without nulls. */
  readonly column: number;
  readonly from: readonly number[];
}

export interface LocalTableExec extends Node {
  readonly kind: "localTable";
  /** Encoded batches (columnar batch codec), one for each partition. */
  readonly partitions: readonly Uint8Array[];
  /** As in LocalRelation. */
  readonly loop?: number;
}

export interface RangeExec extends Node {
  readonly kind: "range";
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  readonly numPartitions: number;
}

/** Records of an RDD, or of a relation of the session ("arrow", "cached"), as rows of `output`. `source` as in ExternalRelation. */
export interface ExternalExec extends Node {
  readonly kind: "external";
  readonly what: "arrow" | "rdd" | "cached";
  readonly source: number;
}

export interface ProjectExec extends Node {
  readonly kind: "project";
  readonly child: PhysicalPlan;
  readonly expressions: readonly NamedExpression[];
}

export interface FilterExec extends Node {
  readonly kind: "filter";
  readonly child: PhysicalPlan;
  readonly condition: Expression;
}

/**
 * partial: rows in, grouping columns and states out. final: states in, results out. merge: states in, states out.
 * complete: rows in, results out. `output` is grouping then states (partial, merge) or results (final, complete).
 * Without grouping a final or complete aggregate gives one row also for no input.
 */
export interface HashAggregateExec extends Node {
  readonly kind: "hashAggregate";
  readonly mode: "partial" | "merge" | "final" | "complete";
  readonly child: PhysicalPlan;
  /** Attributes of the child in merge and final modes. */
  readonly grouping: readonly NamedExpression[];
  readonly aggregates: readonly AggregateItem[];
}

export interface AggregateItem {
  readonly call: AggregateCall;
  /** The result's column (final, complete). */
  readonly result: Attribute;
  /** The state's columns: one for each of the accumulator's stateTypes. */
  readonly state: readonly Attribute[];
}

export interface SortExec extends Node {
  readonly kind: "sort";
  readonly child: PhysicalPlan;
  readonly order: readonly SortOrder[];
}

/** The first `limit` rows after `offset` in `order` of each partition. */
export interface TopKExec extends Node {
  readonly kind: "topK";
  readonly child: PhysicalPlan;
  readonly order: readonly SortOrder[];
  readonly limit: number;
  readonly offset: number;
}

/** Of each partition; global ones stand above a single partition. */
export interface LimitExec extends Node {
  readonly kind: "limit";
  readonly child: PhysicalPlan;
  readonly limit: number | null;
  readonly offset: number;
}

export interface TailExec extends Node {
  readonly kind: "tail";
  readonly child: PhysicalPlan;
  readonly limit: number;
}

export type PhysicalJoinType = "inner" | "left" | "right" | "full" | "leftSemi" | "leftAnti" | "existence" | "nullAwareAnti";

/** Equal keys. `build` is the side in the table; the other streams. Broadcast where that side is an exchange of kind broadcast. */
export interface HashJoinExec extends Node {
  readonly kind: "hashJoin";
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly type: PhysicalJoinType;
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  readonly build: "left" | "right";
  /** Over the columns of both sides, besides the keys. */
  readonly condition: Expression | null;
  readonly exists?: Attribute;
}

/** Both sides are sorted by their keys, ascending, nulls first. */
export interface SortMergeJoinExec extends Node {
  readonly kind: "sortMergeJoin";
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly type: PhysicalJoinType;
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  readonly condition: Expression | null;
  readonly exists?: Attribute;
}

/** No equal keys; the build side is broadcast, or one partition. */
export interface NestedLoopJoinExec extends Node {
  readonly kind: "nestedLoopJoin";
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly type: PhysicalJoinType;
  readonly build: "left" | "right";
  readonly condition: Expression | null;
  readonly exists?: Attribute;
}

/** Which rows of `left`, a broadcast, the rows of `right` match: one row for each task, of bits in the order of the broadcast. */
export interface MarkMatchesExec extends Node {
  readonly kind: "markMatches";
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  readonly condition: Expression | null;
  /** Places of the columns of `left` by which a row is marked or not. */
  readonly by: readonly number[];
}

/** The rows of a broadcast, in one partition: those that all of `marks` have marked (or have not, where `matched` is false). */
export interface MarkedRowsExec extends Node {
  readonly kind: "markedRows";
  readonly child: PhysicalPlan;
  /** Exchanges of MarkMatches over the same broadcast. */
  readonly marks: readonly PhysicalPlan[];
  readonly matched: readonly boolean[];
  /** What `by` of each MarkMatches is. */
  readonly by: readonly (readonly number[])[];
}

/** The child's rows come sorted by partitionBy, then orderBy. `output` is the child's, then one column a function. */
export interface WindowExec extends Node {
  readonly kind: "window";
  readonly child: PhysicalPlan;
  readonly functions: readonly { readonly result: Attribute; readonly call: WindowCall }[];
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortOrder[];
}

/** Of the rows of each group of partitionBy, in the order of orderBy, those whose rank is at most `limit`. */
export interface GroupLimit {
  readonly rank: "row_number" | "rank" | "dense_rank";
  readonly limit: number;
}

/**
 * Drops rows that cannot be among the first of their group; others may stay. Rows keep their order. `partial`: before rows of a
 * group are together.
 */
export interface WindowGroupLimitExec extends Node, GroupLimit {
  readonly kind: "windowGroupLimit";
  readonly child: PhysicalPlan;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortOrder[];
  readonly partial: boolean;
}

export interface ExpandExec extends Node {
  readonly kind: "expand";
  readonly child: PhysicalPlan;
  readonly projections: readonly (readonly Expression[])[];
  readonly byRow: boolean;
}

/** `output` is the required columns of the child, then the generator's. */
export interface GenerateExec extends Node {
  readonly kind: "generate";
  readonly child: PhysicalPlan;
  readonly generator: GeneratorCall;
  readonly outer: boolean;
  readonly generated: readonly Attribute[];
}

/** Partitions of the children one after the other. */
export interface UnionExec extends Node {
  readonly kind: "union";
  readonly children: readonly PhysicalPlan[];
}

/** Fewer partitions without a shuffle. */
export interface CoalesceExec extends Node {
  readonly kind: "coalesce";
  readonly child: PhysicalPlan;
  readonly numPartitions: number;
}

export interface SampleExec extends Node {
  readonly kind: "sample";
  readonly child: PhysicalPlan;
  readonly lower: number;
  readonly upper: number;
  readonly withReplacement: boolean;
  readonly seed: number;
}

export interface MapBatchesExec extends Node {
  readonly kind: "mapBatches";
  readonly child: PhysicalPlan;
  readonly fn: UserFunction;
}

/** The child's columns, and those that a program of a library makes of `inputs` (exec/column-programs). */
export interface AppendColumnsExec extends Node {
  readonly kind: "appendColumns";
  readonly child: PhysicalPlan;
  readonly program: string;
  readonly spec: Uint8Array;
  /** The user's batch function that computes the column, in the place of a program. */
  readonly user?: UserFunction;
  readonly inputs: readonly Expression[];
  readonly appended: readonly Attribute[];
}

/** The child's rows come grouped (sorted by grouping). */
export interface ApplyInGroupsExec extends Node {
  readonly kind: "applyInGroups";
  readonly child: PhysicalPlan;
  readonly grouping: readonly Attribute[];
  readonly fn: UserFunction;
}

export interface CogroupExec extends Node {
  readonly kind: "cogroup";
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly leftGrouping: readonly Attribute[];
  readonly rightGrouping: readonly Attribute[];
  readonly fn: UserFunction;
}

export interface ScriptTransformExec extends Node {
  readonly kind: "scriptTransform";
  readonly child: PhysicalPlan;
  readonly input: readonly Expression[];
  readonly command: string;
  readonly formats: ScriptFormats;
  /** No columns were written: the first two fields of a line are its key and value. */
  readonly keyed: boolean;
}

export interface CollectMetricsExec extends Node {
  readonly kind: "collectMetrics";
  readonly child: PhysicalPlan;
  readonly name: string;
  readonly metrics: readonly NamedExpression[];
}

/** Where a plan is cut: the child is a stage of its own, or several. */
export interface ExchangeExec extends Node {
  readonly kind: "exchange";
  readonly child: PhysicalPlan;
  readonly partitioning: Partitioning;
  /** Why: "repartition by the user" keeps its partition count, others may be changed at run time. */
  readonly origin: "ensure" | "userCount" | "userKeys" | "rebalance";
  /** For explain, of one that was carried out: as in ReusedExchangeExec. */
  readonly whole?: boolean;
}

/** The same exchange as another of the query. */
export interface ReusedExchangeExec extends Node {
  readonly kind: "reusedExchange";
  /** The `id` of the ExchangeExec. */
  readonly exchange: number;
  /** Each task reads all of it, as if it were a broadcast. */
  readonly whole?: boolean;
}

/** In stages only: the rows of shuffle `input` (an index into the stage's shuffles) that the task's payload names. */
export interface ShuffleReadExec extends Node {
  readonly kind: "shuffleRead";
  readonly input: number;
  /** For explain: "coalesced", "coalesced and skewed", "local". */
  readonly how: string;
}

/** In stages only: all rows of a broadcast, or of all partitions of another exchange. A hash join builds its table from it once a process. */
export interface BroadcastReadExec extends Node {
  readonly kind: "broadcastRead";
  /** An index into StageRun.broadcasts. */
  readonly broadcast: number;
  readonly partitions: number;
}

export type PhysicalPlan =
  | ScanExec
  | LocalTableExec
  | RangeExec
  | ExternalExec
  | ProjectExec
  | FilterExec
  | HashAggregateExec
  | SortExec
  | TopKExec
  | LimitExec
  | TailExec
  | HashJoinExec
  | SortMergeJoinExec
  | NestedLoopJoinExec
  | MarkMatchesExec
  | MarkedRowsExec
  | WindowExec
  | WindowGroupLimitExec
  | ExpandExec
  | GenerateExec
  | UnionExec
  | CoalesceExec
  | SampleExec
  | MapBatchesExec
  | AppendColumnsExec
  | ApplyInGroupsExec
  | CogroupExec
  | ScriptTransformExec
  | CollectMetricsExec
  | ExchangeExec
  | ReusedExchangeExec
  | ShuffleReadExec
  | BroadcastReadExec;

/** What becomes of a stage's rows. */
export type StageSink =
  /** Map output; range bounds are boxed rows, one less than the partitions. */
  | { readonly kind: "shuffle"; readonly partitioning: Partitioning; readonly bounds?: readonly (readonly unknown[])[] }
  /** The task's result: encoded batches; `limit` rows are enough. */
  | { readonly kind: "collect"; readonly limit: number | null }
  /** Files of a table; the task's result is its commit (sources/files/write-task). */
  | { readonly kind: "write"; readonly spec: unknown; readonly schema: StructType }
  /** Row objects, for RDDs. */
  | { readonly kind: "rows" }
  /** Records that are batches as bytes: what cached data are made of. */
  | { readonly kind: "batches" }
  /** A sample of rows and their number, for range bounds. */
  | { readonly kind: "sample"; readonly order: readonly SortOrder[]; readonly size: number };

/** What tasks of one stage do: plain data, the stage's part of the task binary. */
export interface StagePlan {
  readonly root: PhysicalPlan;
  readonly sink: StageSink;
  readonly settings: SqlSettings;
}

/**
 * What one run of a stage has that another run of the same plan has not. It travels with the tasks: where a query runs again, its stages are the
 * same bytes as before, and task threads go on with what they have made of them.
 */
export interface StageRun {
  /** The query's start, microseconds since the epoch: `SqlSettings.now` of its tasks. */
  readonly now: number;
  /** The accumulator that takes the metrics of operators. */
  readonly metrics: number;
  /** The shuffle that a stage with that sink writes. */
  readonly shuffleId: number | null;
  /** Ids of the shuffles that are read, as ShuffleReadExec.input numbers them. */
  readonly shuffles: readonly number[];
  /** Ids of the shuffles that every task reads whole, as BroadcastReadExec.broadcast numbers them. */
  readonly broadcasts: readonly number[];
}

/** The payload of a task. */
export interface StageTask {
  readonly input: StageTaskInput;
  readonly run: StageRun;
}

export interface UnionPart {
  readonly child: number;
  /** The number of the partition among those of the child. */
  readonly partition: number;
}

/** What one task of a stage reads. */
export interface StageTaskInput {
  /** For each scan of the stage, by ScanExec.id: splits of its files. */
  readonly scans: Readonly<Record<number, readonly unknown[]>>;
  /** For each shuffleRead, by its id: reduce partitions, and of which map tasks (all where absent). */
  readonly shuffles: Readonly<
    Record<number, readonly { readonly reduce: number; readonly maps?: readonly [from: number, to: number] }[]>
  >;
  /** For localTable, range and external leaves, by id: the partition of the leaf that is read; absent: not read by this task. */
  readonly leaves: Readonly<Record<number, number>>;
  /** For each union, by id: the children that are read, one after the other. */
  readonly unions: Readonly<Record<number, readonly UnionPart[]>>;
  /** Its number among the tasks of the stage: a job may run some of them. */
  readonly partition: number;
}
