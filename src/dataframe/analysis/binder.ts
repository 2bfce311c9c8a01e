/**
 * The data that the parts of the binder hand each other. One pass from the top: a plan is bound by binding its children,
 * then its expressions against the children's columns. `Bound` is what a node offers to the nodes above it.
 */
import type { QueryContext } from "../errors";
import type { AggregateCall, Attribute, Expression, LambdaVariable, NamedExpression } from "../expressions/expression";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedExpression, UnresolvedWindow } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import type { AnalysisContext, ViewScope } from "./context";

export interface Binder {
  readonly context: AnalysisContext;
  nextId(): number;
  /** Metadata columns that expressions named: nodes between them and their scans are to pass them up. */
  readonly metadataNamed: Set<number>;
  plan(plan: UnresolvedPlan, env: Env): Bound;
  expression(expression: UnresolvedExpression, scope: Scope): Expression;
  /** With stars and regular expressions of column names spread out; what the user named keeps its name. */
  list(expressions: readonly UnresolvedExpression[], scope: Scope): readonly Expression[];
  /** The binder for the body of a view or function that was created under these settings. */
  under(conf: Readonly<Record<string, string>> | undefined): Binder;
}

/** A bound plan and what may be said about it above. */
export interface Bound {
  readonly plan: LogicalPlan;
  /** The columns that `*` means, in order. The plan has these and `hidden` ones. */
  readonly output: readonly Attribute[];
  /** Columns that can be named but that `*` leaves out: the other side's keys of a USING join. */
  readonly hidden: readonly Attribute[];
  /** Columns of the DataFrames in this plan, for `df.col`. */
  readonly planIds: PlanIds;
  /** What ORDER BY, HAVING and filters above may still reach. */
  readonly block: Block | null;
}

/** By the id of a DataFrame: its columns, once for each place where it is part of the plan. */
export type PlanIds = ReadonlyMap<number, readonly PlanColumns[]>;

export interface PlanColumns {
  readonly columns: readonly Attribute[];
  /** How many other DataFrames with ids were made from it on the way up: the nearest one is meant. */
  readonly depth: number;
}

/** A select list as seen from above: columns under it can be added to its plan. */
export interface Block {
  /** The columns under the select list. */
  readonly below: Columns;
  /** Set for aggregates. */
  readonly aggregate: AggregateBlock | null;
  /** The same rows with more columns at the end. */
  extended(extra: readonly NamedExpression[]): LogicalPlan;
}

export interface AggregateBlock {
  /**
   * An expression over the columns under the aggregate and its own output, as one over its own output and `extra`, to
   * which it adds what is missing. A column that is not grouped by is not there: UNRESOLVED_COLUMN.
   */
  lift(expression: Expression, extra: NamedExpression[]): Expression;
  isGrouping(expression: Expression): boolean;
  /** With a condition on the groups. `promised`: aggregates that its subqueries read, by the id of the column they were told. */
  having(condition: Expression, promised: ReadonlyMap<number, Expression>): Bound;
}

/** Finds columns by name. */
export interface Columns {
  /** Null where there is none of that name. Throws AMBIGUOUS_REFERENCE. */
  find(parts: readonly string[], use: NameUse): Expression | null;
  /** All that `*` means. */
  readonly all: readonly Attribute[];
  /** Those that `t.*` means too. */
  readonly hidden: readonly Attribute[];
  /** For suggestions and for errors that list what there is. */
  readonly candidates: readonly Attribute[];
  readonly planIds: PlanIds;
}

export interface NameUse {
  readonly at: QueryContext | undefined;
  readonly planId?: number | undefined;
  /** Only metadata columns are meant. */
  readonly metadata?: boolean | undefined;
  /** Within the arguments of an aggregate function. */
  readonly inAggregate?: boolean | undefined;
}

/** What an expression can see. */
export interface Scope {
  readonly columns: Columns;
  readonly env: Env;
  /** Where it stands, for errors. */
  readonly clause: Clause;
  readonly lambdas?: LambdaScope;
  /** Aliases of the select list to the left. */
  readonly lateral?: LateralAliases;
  readonly inAggregate?: boolean;
  readonly inWindow?: boolean;
  /** Takes an aggregate that a subquery of this clause wants computed here; gives its column. */
  readonly outerAggregate?: (call: AggregateCall) => Attribute | null;
  /** Arguments and statements without a FROM say so instead of suggesting columns. */
  readonly parameters?: boolean;
}

export type Clause = "select" | "where" | "having" | "group" | "order" | "join" | "values" | "limit" | "lateralView" | "other";

export interface LambdaScope {
  readonly variables: ReadonlyMap<string, LambdaVariable>;
  readonly parent?: LambdaScope;
}

export interface LateralAliases {
  /** The column that stands for the alias, or null. */
  find(name: readonly string[], use: NameUse): Expression | null;
}

/** What is visible around a plan, beside its own FROM. */
export interface Env {
  readonly ctes: CteScope | null;
  /** Names around a CTE or a subquery, where they win over those inside of it (an older reading). */
  readonly winning?: CteScope | null;
  /** The scope around a subquery, for correlated columns. */
  readonly outer: Scope | null;
  readonly windows: Readonly<Record<string, UnresolvedWindow>>;
  readonly view: ViewScope | null;
}

export interface CteScope {
  readonly name: string;
  /** Binds the CTE once and gives a reference with ids of its own; null while its own definition must not see it. */
  reference(at: QueryContext | undefined): Bound;
  readonly parent: CteScope | null;
}

export const EMPTY_ENV: Env = { ctes: null, outer: null, windows: {}, view: null };

export function bound(
  plan: LogicalPlan,
  output: readonly Attribute[],
  from: Partial<Omit<Bound, "plan" | "output">> = {},
): Bound {
  return { plan, output, hidden: from.hidden ?? [], planIds: from.planIds ?? NO_PLAN_IDS, block: from.block ?? null };
}

const NO_PLAN_IDS: PlanIds = new Map();

/** The plan with the visible columns alone. */
export function exactly(input: Bound): LogicalPlan {
  return input.hidden.length === 0 ? input.plan : { kind: "project", child: input.plan, expressions: input.output };
}
