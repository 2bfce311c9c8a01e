/**
 * Queries after analysis. Plain immutable data; `outputOf(plan)` (output.ts) gives a node's columns. The optimizer rewrites
 * these into others that give the same rows.
 */
import type { BoxedRow } from "../../columnar/vector";
import type { Attribute, Expression, GeneratorCall, NamedExpression, SortOrder, WindowCall } from "../expressions/expression";
import type { Relation } from "../sources/relation";
import type { JoinType, ScriptFormats } from "../syntax/plan";
import type { UserFunction } from "../syntax/expression";

export interface Project {
  readonly kind: "project";
  readonly child: LogicalPlan;
  readonly expressions: readonly NamedExpression[];
}

export interface Filter {
  readonly kind: "filter";
  readonly child: LogicalPlan;
  readonly condition: Expression;
}

export interface Join {
  readonly kind: "join";
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  /** "existence" adds a boolean column that says whether there is a match; "nullAwareAnti" is NOT IN. */
  readonly type: JoinType | "existence" | "nullAwareAnti";
  readonly condition: Expression | null;
  /** The column of an existence join. */
  readonly exists?: Attribute;
  /** Join hints of the sides: "broadcast" | "merge" | "shuffleHash" | "shuffleReplicateNl". */
  readonly hints?: { readonly left?: string; readonly right?: string };
  /** The right side refers to columns of the left (as OuterReference); decorrelated by the optimizer. */
  readonly lateral?: boolean;
  /** Equal rows of a side count once, as for INTERSECT and EXCEPT: an aggregate above puts them together. Of semi and anti joins only. */
  readonly distinct?: boolean;
}

export interface Aggregate {
  readonly kind: "aggregate";
  readonly child: LogicalPlan;
  readonly grouping: readonly Expression[];
  /** Named expressions over grouping expressions and AggregateCalls. */
  readonly aggregates: readonly NamedExpression[];
}

export interface Sort {
  readonly kind: "sort";
  readonly child: LogicalPlan;
  readonly order: readonly SortOrder[];
  readonly global: boolean;
}

/** `limit` null: offset alone. */
export interface Limit {
  readonly kind: "limit";
  readonly child: LogicalPlan;
  readonly limit: number | null;
  readonly offset: number;
}

/** The last rows. */
export interface Tail {
  readonly kind: "tail";
  readonly child: LogicalPlan;
  readonly limit: number;
}

/** By position; children have as many columns, of the same types. `output` has ids of its own. */
export interface Union {
  readonly kind: "union";
  readonly children: readonly LogicalPlan[];
  readonly output: readonly Attribute[];
}

export interface SetOperation {
  readonly kind: "setOperation";
  readonly operation: "intersect" | "except";
  readonly all: boolean;
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
}

export interface Distinct {
  readonly kind: "distinct";
  readonly child: LogicalPlan;
}

/** All window functions of a node share partitioning and order; each alias becomes a column after the child's. */
export interface Window {
  readonly kind: "window";
  readonly child: LogicalPlan;
  readonly functions: readonly { readonly id: number; readonly name: string; readonly call: WindowCall }[];
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortOrder[];
}

/** Each row of the child with each row that the generator makes of it. `outer`: at least once, with nulls. */
export interface Generate {
  readonly kind: "generate";
  readonly child: LogicalPlan;
  readonly generator: GeneratorCall;
  readonly outer: boolean;
  readonly output: readonly Attribute[];
  /** Ids of the child's columns that nothing above needs. */
  readonly unrequired: readonly number[];
}

/** Each row several times, once a projection: grouping sets, distinct aggregates. */
export interface Expand {
  readonly kind: "expand";
  readonly child: LogicalPlan;
  readonly projections: readonly (readonly Expression[])[];
  readonly output: readonly Attribute[];
  /** What comes of a row stays together, in the order of the projections; otherwise the order of rows is nobody's business. */
  readonly byRow?: boolean;
}

export interface Sample {
  readonly kind: "sample";
  readonly child: LogicalPlan;
  readonly lower: number;
  readonly upper: number;
  readonly withReplacement: boolean;
  readonly seed: number;
}

export interface Repartition {
  readonly kind: "repartition";
  readonly child: LogicalPlan;
  readonly how: "hash" | "id" | "range" | "roundRobin" | "coalesce" | "rebalance";
  readonly numPartitions: number | null;
  readonly by: readonly SortOrder[];
}

/** Rows of the program or of VALUES. */
export interface LocalRelation {
  readonly kind: "localRelation";
  readonly output: readonly Attribute[];
  readonly rows: readonly BoxedRow[];
  /** In plans that are only shown: the number of the recursion whose rows stand here once they are known. */
  readonly loop?: number;
}

/** What the session keeps for a query: an Arrow table, an RDD, a cached plan. `source` is its number; it is kept while `life` lives. */
export interface ExternalRelation {
  readonly kind: "externalRelation";
  readonly output: readonly Attribute[];
  readonly source: number;
  readonly life?: object;
  readonly what: "arrow" | "rdd" | "cached";
  readonly sizeInBytes: number | null;
  readonly rowCount: number | null;
}

export interface RangeRelation {
  readonly kind: "range";
  readonly output: readonly Attribute[];
  readonly start: bigint;
  readonly end: bigint;
  readonly step: bigint;
  readonly numPartitions: number | null;
}

/** A table of files or of another source. Column pruning and pushed filters are in the node. */
export interface Scan {
  readonly kind: "scan";
  readonly relation: Relation;
  /** The columns that are read, out of those of the relation: `columns[i]` is the relation's field of output[i] (a path into structs after nested pruning). */
  readonly output: readonly Attribute[];
  readonly columns: readonly (readonly string[])[];
  /** Conjuncts that the source may use to skip data; they stay above the scan unless the source says that it applies them fully. */
  readonly pushed: readonly Expression[];
  /** Conjuncts over partition columns: applied in full when files are listed. */
  readonly partitionFilters: readonly Expression[];
  /** Rows that are enough. */
  readonly limit: number | null;
  /** The column of facts about the files, which queries may name although it is none of the relation's (metadata-columns.ts). */
  readonly metadata?: Attribute;
  /** A task for each bucket of the relation, so that rows lie by its columns (physical/bucketed-scans.ts). */
  readonly bucketed?: boolean;
}

export interface SubqueryAlias {
  readonly kind: "subqueryAlias";
  readonly child: LogicalPlan;
  readonly name: readonly string[];
}

/** A CTE that is used more than once: computed once. `id` joins definition and references. */
export interface WithCte {
  readonly kind: "withCte";
  readonly child: LogicalPlan;
  readonly definitions: readonly { readonly id: number; readonly plan: LogicalPlan }[];
}

export interface CteReference {
  readonly kind: "cteReference";
  readonly id: number;
  readonly output: readonly Attribute[];
  /** As in RecursiveCte, where that is what is referred to. */
  readonly unlimited?: boolean;
}

/** `step` refers to the rows of the last round through CteReference `id`. */
export interface RecursiveCte {
  readonly kind: "recursiveCte";
  readonly id: number;
  readonly anchor: LogicalPlan;
  readonly step: LogicalPlan;
  readonly all: boolean;
  readonly output: readonly Attribute[];
  readonly maxLevel: number;
  /** LIMIT ALL: it may give more rows than spark.sql.cteRecursionRowLimit. */
  readonly unlimited?: boolean;
}

export interface MapBatches {
  readonly kind: "mapBatches";
  readonly child: LogicalPlan;
  readonly fn: UserFunction;
  readonly output: readonly Attribute[];
}

/**
 * The child's columns, and after them `output`, which a program of a library computes row by row from `inputs`, or the user's batch
 * function `user`. Deterministic, unless `user` says otherwise.
 */
export interface AppendColumns {
  readonly kind: "appendColumns";
  readonly child: LogicalPlan;
  readonly program: string;
  readonly spec: Uint8Array;
  readonly user?: UserFunction;
  readonly inputs: readonly Expression[];
  readonly output: readonly Attribute[];
}

export interface ApplyInGroups {
  readonly kind: "applyInGroups";
  readonly child: LogicalPlan;
  readonly grouping: readonly Attribute[];
  readonly fn: UserFunction;
  readonly output: readonly Attribute[];
}

export interface Cogroup {
  readonly kind: "cogroup";
  readonly left: LogicalPlan;
  readonly right: LogicalPlan;
  readonly leftGrouping: readonly Attribute[];
  readonly rightGrouping: readonly Attribute[];
  readonly fn: UserFunction;
  readonly output: readonly Attribute[];
}

export interface ScriptTransform {
  readonly kind: "scriptTransform";
  readonly child: LogicalPlan;
  readonly input: readonly Expression[];
  readonly command: string;
  readonly formats: ScriptFormats;
  /** No columns were written: the first two fields of a line are its key and value. */
  readonly keyed: boolean;
  readonly output: readonly Attribute[];
}

/** Metrics over the rows that pass, delivered with the action's result. */
export interface CollectMetrics {
  readonly kind: "collectMetrics";
  readonly child: LogicalPlan;
  readonly name: string;
  readonly metrics: readonly NamedExpression[];
}

/** Only between analysis and the optimizer's first batch: a hint on the relation below. */
export interface ResolvedHint {
  readonly kind: "hint";
  readonly child: LogicalPlan;
  readonly hint: string;
}

export type LogicalPlan =
  | Project
  | Filter
  | Join
  | Aggregate
  | Sort
  | Limit
  | Tail
  | Union
  | SetOperation
  | Distinct
  | Window
  | Generate
  | Expand
  | Sample
  | Repartition
  | LocalRelation
  | ExternalRelation
  | RangeRelation
  | Scan
  | SubqueryAlias
  | WithCte
  | CteReference
  | RecursiveCte
  | MapBatches
  | AppendColumns
  | ApplyInGroups
  | Cogroup
  | ScriptTransform
  | CollectMetrics
  | ResolvedHint;
