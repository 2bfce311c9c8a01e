/**
 * Expressions after analysis: every name is an attribute with an id, every function an entry of the registry, every node
 * has a type. Plain data; made by analysis and by functions' `bind`, rewritten by the optimizer, compiled by codegen,
 * and evaluated one row at a time by interpret.ts, the oracle of the tests.
 */
import type { Boxed, DataType } from "../../columnar/types";
import type { QueryContext } from "../errors";
import type { UserFunction } from "../syntax/expression";
import type { LogicalPlan } from "../logical/plan";

/** Unique in a session. */
export type ExprId = number;

/** A column of a plan. */
export interface Attribute {
  readonly kind: "attribute";
  readonly id: ExprId;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** Table alias parts, for resolution and for printing; empty for computed columns. */
  readonly qualifier: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

interface Typed {
  readonly type: DataType;
  readonly nullable: boolean;
  /** Where it was written, for errors at run time. */
  readonly at?: QueryContext;
  /** How Spark prints it where the node is a rewriting of what was written: `locate(bar, foobarbar, 1)`. */
  readonly printed?: string;
}

export interface Literal extends Typed {
  readonly kind: "literal";
  readonly value: Boxed;
  /** Its text in names of columns, where that depends on the session's time zone. */
  readonly printed?: string;
}

export interface Alias extends Typed {
  readonly kind: "alias";
  readonly id: ExprId;
  readonly name: string;
  readonly child: Expression;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export type CastMode = "ansi" | "try" | "legacy";

export interface Cast extends Typed {
  readonly kind: "cast";
  readonly child: Expression;
  readonly mode: CastMode;
  /** Put in by coercion: not printed. */
  readonly implicit?: boolean;
}

/** A scalar function or operator of the registry; `fn` is the entry's primary name. */
export interface Call extends Typed {
  readonly kind: "call";
  readonly fn: string;
  /** As the user spelled the name, lower case: Spark prints it. */
  readonly alias?: string;
  readonly args: readonly Expression[];
  /** What `bind` decided and the evaluator needs: plain data (ANSI or not, a parsed pattern, a schema). */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** An aggregate function; only in Aggregate and Window nodes. */
export interface AggregateCall extends Typed {
  readonly kind: "aggregate";
  readonly fn: string;
  readonly alias?: string;
  readonly args: readonly Expression[];
  readonly distinct: boolean;
  readonly filter: Expression | null;
  readonly options?: Readonly<Record<string, unknown>>;
  /** A user's Aggregator. */
  readonly user?: UserFunction;
}

/** An aggregate or window function over a window; only in Window nodes after analysis. */
export interface WindowCall extends Typed {
  readonly kind: "window";
  readonly function: AggregateCall | WindowFunctionCall;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortOrder[];
  readonly frame: Frame;
}

/** rank, lag, ntile, …: `fn` is an entry of kind "window". */
export interface WindowFunctionCall extends Typed {
  readonly kind: "windowFunction";
  readonly fn: string;
  readonly alias?: string;
  readonly args: readonly Expression[];
  readonly ignoreNulls: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Frame {
  readonly unit: "rows" | "range";
  readonly start: Bound;
  readonly end: Bound;
}

/** Offsets: a count of rows, or a foldable expression that is subtracted from or added to the order column. */
export type Bound =
  | { readonly kind: "unboundedPreceding" | "unboundedFollowing" | "currentRow" }
  | {
      readonly kind: "preceding" | "following";
      readonly offset: Expression;
      /** Its text where it is not that of the offset: that of a bound which is cast to the type of the order. */
      readonly printed?: string;
    };

export interface SortOrder {
  readonly kind: "sortOrder";
  readonly child: Expression;
  readonly ascending: boolean;
  readonly nullsFirst: boolean;
}

export interface Lambda extends Typed {
  readonly kind: "lambda";
  readonly params: readonly LambdaVariable[];
  readonly body: Expression;
}

export interface LambdaVariable extends Typed {
  readonly kind: "lambdaVariable";
  readonly id: ExprId;
  readonly name: string;
}

/** A column of a query around the subquery that it is written in. */
export interface OuterReference extends Typed {
  readonly kind: "outer";
  readonly attribute: Attribute;
}

/** Subqueries; the optimizer makes joins of them, or leaves an uncorrelated scalar one to be run before the query. */
export interface ScalarSubquery extends Typed {
  readonly kind: "scalarSubquery";
  readonly plan: LogicalPlan;
}

export interface Exists extends Typed {
  readonly kind: "exists";
  readonly plan: LogicalPlan;
}

export interface InSubquery extends Typed {
  readonly kind: "inSubquery";
  readonly values: readonly Expression[];
  readonly plan: LogicalPlan;
}

/** A user's scalar or batch function. */
export interface UserCall extends Typed {
  readonly kind: "userCall";
  readonly fn: UserFunction;
  readonly args: readonly Expression[];
}

/**
 * A function written in SQL whose body holds a subquery. During analysis alone: what is called with may be a group's aggregate or a
 * window's result, which are columns only when the query around is bound; `expandRoutines` then puts the body in the call's place.
 */
export interface RoutineCall extends Typed {
  readonly kind: "routineCall";
  /** The function's full name. */
  readonly routine: readonly string[];
  /** One a parameter, of its type. */
  readonly args: readonly Expression[];
  readonly parameters: readonly Attribute[];
  /** Over `parameters`. */
  readonly body: Expression;
}

/** A generator (explode, inline, json_tuple, …); only in Generate nodes after analysis. `type` is the struct of a row. */
export interface GeneratorCall extends Typed {
  readonly kind: "generator";
  readonly fn: string;
  readonly alias?: string;
  readonly args: readonly Expression[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly user?: UserFunction;
}

export type Expression =
  | Attribute
  | Literal
  | Alias
  | Cast
  | Call
  | AggregateCall
  | WindowCall
  | WindowFunctionCall
  | Lambda
  | LambdaVariable
  | OuterReference
  | ScalarSubquery
  | Exists
  | InSubquery
  | UserCall
  | RoutineCall
  | GeneratorCall;

/** What gives a column a name: an attribute or an alias. */
export type NamedExpression = Attribute | Alias;
