/**
 * Correlated predicates pulled out of a subquery's plan, to become the condition of a join with the query around it:
 *
 *   Aggregate [], [sum(b) AS s]              Aggregate [a], [sum(b) AS s, a]       condition: a = x
 *   +- Filter (a = outer(x)) AND (b > 1)  →  +- Filter (b > 1)
 *      +- Relation [a, b]                       +- Relation [a, b]
 *
 * Works where each operator between the predicate and the top can be computed for all values of the outer columns at once.
 * Gives null where that is not so; domain.ts can do the rest.
 */
import { alias, attributeOf, INT, literal } from "../../expressions/build";
import type { Alias, Attribute, Expression, ExprId, NamedExpression, WindowCall } from "../../expressions/expression";
import { attributesOf, mapChildren } from "../../expressions/traverse";
import { outputOf } from "../../logical/output";
import type { Aggregate, Limit, LogicalPlan } from "../../logical/plan";
import { childrenOf, expressionsOf, withChildren } from "../../logical/traverse";
import type { OptimizerContext } from "../context";
import { and, conjunction, conjuncts, substitute } from "../predicates";
import { BOOLEAN, call } from "../../expressions/build";
import { isCorrelated, refersOuter, replaceOuter } from "./outer-references";

export interface PulledUp {
  readonly plan: LogicalPlan;
  /** Over the plan's columns and the outer ones, those as plain attributes. */
  readonly conditions: readonly Expression[];
  /**
   * What columns of an aggregate without groups are where no row matches: count is 0 there. Only for scalar subqueries.
   * Columns that are not in it are null then.
   */
  readonly defaults: ReadonlyMap<ExprId, Expression>;
  /** Set where a row of such an aggregate may be rejected: whether it was not, and whether that of no rows is not. */
  readonly kept: { readonly column: Attribute; readonly onEmpty: Expression } | null;
}

const NO_DEFAULTS: ReadonlyMap<ExprId, Expression> = new Map();

export class PullUp {
  constructor(
    private readonly outer: ReadonlySet<ExprId>,
    private readonly context: OptimizerContext,
    /** One value a row is wanted, and no row is as good as null. */
    private readonly scalar: boolean,
  ) {}

  /** As `of`, and columns of rejected rows are null. */
  whole(plan: LogicalPlan): PulledUp | null {
    const pulled = this.of(plan);
    if (pulled === null || pulled.kept === null) return pulled;
    const { column: kept, onEmpty } = pulled.kept;
    const keys = new Set(pulled.conditions.flatMap((condition) => attributesOf(condition).map(({ id }) => id)));
    const defaults = new Map<ExprId, Expression>();
    const expressions: NamedExpression[] = [];
    for (const column of outputOf(pulled.plan)) {
      if (column.id === kept.id) continue;
      const nulled = keys.has(column.id) ? null : call("case", [kept, column], column.type, true);
      expressions.push(nulled === null ? column : alias(nulled, column.name, column.id));
      const otherwise = pulled.defaults.get(column.id);
      if (otherwise !== undefined) defaults.set(column.id, call("case", [onEmpty, otherwise], column.type, true));
    }
    return { ...pulled, plan: { kind: "project", child: pulled.plan, expressions }, defaults, kept: null };
  }

  of(plan: LogicalPlan): PulledUp | null {
    if (!isCorrelated(plan, this.outer)) return { plan, conditions: [], defaults: NO_DEFAULTS, kept: null };
    switch (plan.kind) {
      case "filter":
        return this.#filter(plan);
      case "project":
        return this.#project(plan);
      case "aggregate":
        return this.#aggregate(plan);
      case "join":
        return this.#join(plan);
      case "limit":
        return this.#limit(plan);
      case "sort": {
        if (this.#mentions(plan)) return null;
        // Without a limit above it the order of a subquery's rows is nothing.
        return this.of(plan.child);
      }
      case "window": {
        if (this.#mentions(plan)) return null;
        const child = this.of(plan.child);
        const keys = child === null ? null : innerKeys(child.conditions, this.outer);
        if (child === null || keys === null || child.defaults.size > 0) return null;
        const partitionBy = [...plan.partitionBy, ...keys];
        const functions = plan.functions.map((item) => ({
          ...item,
          call: { ...item.call, partitionBy },
        }));
        return { ...child, plan: { ...plan, child: child.plan, partitionBy, functions } };
      }
      case "generate":
      case "subqueryAlias":
      case "collectMetrics": {
        if (this.#mentions(plan)) return null;
        const child = this.of((childrenOf(plan) as [LogicalPlan])[0]);
        if (child === null || child.defaults.size > 0) return null;
        const needed = new Set(child.conditions.flatMap((condition) => attributesOf(condition).map((column) => column.id)));
        const node = plan.kind === "generate" ? { ...plan, unrequired: plan.unrequired.filter((id) => !needed.has(id)) } : plan;
        return { ...child, plan: withChildren(node, [child.plan]) };
      }
      default:
        return null;
    }
  }

  #mentions(plan: LogicalPlan): boolean {
    return expressionsOf(plan).some((expression) => refersOuter(expression, this.outer));
  }

  #asAttributes(expression: Expression): Expression {
    return replaceOuter(expression, this.outer, (column) => column);
  }

  #filter(plan: Extract<LogicalPlan, { kind: "filter" }>): PulledUp | null {
    const child = this.of(plan.child);
    if (child === null) return null;
    const parts = conjuncts(plan.condition);
    const correlated = parts.filter((part) => refersOuter(part, this.outer));
    if (correlated.some(holdsSubquery)) return null;
    if (child.defaults.size > 0) {
      if (correlated.length > 0) return null;
      return this.#marked(child, plan.condition);
    }
    const rest = conjunction(parts.filter((part) => !correlated.includes(part)));
    return {
      ...child,
      plan: rest === null ? child.plan : { kind: "filter", child: child.plan, condition: rest },
      conditions: [...child.conditions, ...correlated.map((part) => this.#asAttributes(part))],
    };
  }

  /** HAVING over an aggregate that always gives a row: the row stays, with a mark. */
  #marked(child: PulledUp, condition: Expression): PulledUp {
    const columns = outputOf(child.plan);
    const onEmpty = substitute(condition, emptyValues(child, columns));
    const kept = alias(child.kept === null ? condition : and(child.kept.column, condition), "_kept", this.context.nextId());
    return {
      ...child,
      plan: {
        kind: "project",
        child: child.plan,
        expressions: [...columns.filter(({ id }) => id !== child.kept?.column.id), kept],
      },
      kept: { column: attributeOf(kept), onEmpty: child.kept === null ? onEmpty : and(child.kept.onEmpty, onEmpty) },
    };
  }

  #project(plan: Extract<LogicalPlan, { kind: "project" }>): PulledUp | null {
    if (this.#mentions(plan)) return null;
    const child = this.of(plan.child);
    if (child === null) return null;
    const needed = child.kept === null ? child.conditions : [...child.conditions, child.kept.column];
    const expressions = withColumns(plan.expressions, needed, outputOf(child.plan));
    const empty = emptyValues(child, outputOf(child.plan));
    const defaults = new Map<ExprId, Expression>();
    if (child.defaults.size > 0) {
      for (const item of plan.expressions) {
        defaults.set(item.id, substitute(item.kind === "alias" ? item.child : item, empty));
      }
    }
    return { ...child, plan: { kind: "project", child: child.plan, expressions }, defaults };
  }

  #aggregate(plan: Aggregate): PulledUp | null {
    if (this.#mentions(plan)) return null;
    const ungrouped = plan.grouping.length === 0;
    if (ungrouped && !this.scalar) return null;
    const child = this.of(plan.child);
    if (child === null || child.defaults.size > 0) return null;
    const grouping = [...plan.grouping];
    const aggregates = [...plan.aggregates];
    const conditions: Expression[] = [];
    for (const condition of child.conditions) {
      const pair = equalityOf(condition, this.outer);
      if (pair === null) return null;
      const key = this.#groupKey(pair.inner, grouping, aggregates);
      conditions.push({ ...pair.call, args: [key, pair.outer] });
    }
    const defaults = new Map<ExprId, Expression>();
    if (ungrouped) for (const item of plan.aggregates) defaults.set(item.id, onNoRows(item.kind === "alias" ? item.child : item));
    return { plan: { kind: "aggregate", child: child.plan, grouping, aggregates }, conditions, defaults, kept: null };
  }

  /** The column of an aggregate that holds the key, added where it is missing. */
  #groupKey(key: Expression, grouping: Expression[], aggregates: NamedExpression[]): Attribute {
    if (key.kind === "attribute") {
      if (!grouping.some((item) => item.kind === "attribute" && item.id === key.id)) grouping.push(key);
      if (!aggregates.some((item) => item.kind === "attribute" && item.id === key.id)) aggregates.push(key);
      return key;
    }
    const named: Alias = alias(key, "_key", this.context.nextId());
    grouping.push(key);
    aggregates.push(named);
    return attributeOf(named);
  }

  #join(plan: Extract<LogicalPlan, { kind: "join" }>): PulledUp | null {
    if (plan.lateral === true) return null;
    const parts = plan.condition === null ? [] : conjuncts(plan.condition);
    const correlated = parts.filter((part) => refersOuter(part, this.outer));
    const inner = plan.type === "inner" || plan.type === "cross";
    if (correlated.some(holdsSubquery) || (correlated.length > 0 && !inner)) return null;
    const keepsLeft = inner || plan.type === "left" || plan.type === "leftSemi" || plan.type === "leftAnti";
    const leftIn = isCorrelated(plan.left, this.outer);
    const rightIn = isCorrelated(plan.right, this.outer);
    if ((leftIn && !keepsLeft && plan.type !== "existence") || (rightIn && !inner && plan.type !== "right")) return null;
    const left = this.of(plan.left);
    const right = this.of(plan.right);
    if (left === null || right === null || left.defaults.size > 0 || right.defaults.size > 0) return null;
    const condition = conjunction(parts.filter((part) => !correlated.includes(part)));
    return {
      plan: { ...plan, left: left.plan, right: right.plan, condition },
      conditions: [...left.conditions, ...right.conditions, ...correlated.map((part) => this.#asAttributes(part))],
      defaults: NO_DEFAULTS,
      kept: null,
    };
  }

  /** The first rows for each value of the outer columns. */
  #limit(plan: Limit): PulledUp | null {
    const lowered = limitAtSort(plan);
    if (lowered !== null) return this.of(lowered);
    const sort = plan.child.kind === "sort" ? plan.child : null;
    if (sort !== null && this.#mentions(sort)) return null;
    const child = this.of(sort === null ? plan.child : sort.child);
    if (child === null) return null;
    if (child.defaults.size > 0) return plan.limit === null || plan.limit > 0 ? (plan.offset === 0 ? child : null) : null;
    const keys = innerKeys(child.conditions, this.outer);
    if (keys === null) return null;
    return { ...child, plan: firstRows(child.plan, keys, sort?.order ?? [], plan, this.context) };
  }
}

/** A limit above columns that leave out what their rows are ordered by, put at the order: Limit(Project(Sort)) → Project(Limit(Sort)). */
export function limitAtSort(plan: Limit): LogicalPlan | null {
  const { child } = plan;
  if (child.kind !== "project" || !isSorted(child.child)) return null;
  return { ...child, child: { ...plan, child: child.child } };
}

function isSorted(plan: LogicalPlan): boolean {
  return plan.kind === "sort" || (plan.kind === "project" && isSorted(plan.child));
}

/** Rows after `offset` and up to `limit` among those that agree on `keys`. */
export function firstRows(
  plan: LogicalPlan,
  keys: readonly Expression[],
  order: Extract<LogicalPlan, { kind: "sort" }>["order"],
  { limit, offset }: Pick<Limit, "limit" | "offset">,
  context: OptimizerContext,
): LogicalPlan {
  const orderBy =
    order.length > 0
      ? order
      : keys.slice(0, 1).map((child) => ({ kind: "sortOrder" as const, child, ascending: true, nullsFirst: true }));
  const number: Attribute = {
    kind: "attribute",
    id: context.nextId(),
    name: "row_number",
    type: INT,
    nullable: false,
    qualifier: [],
  };
  const window: WindowCall = {
    kind: "window",
    function: { kind: "windowFunction", fn: "row_number", args: [], ignoreNulls: false, type: INT, nullable: false },
    partitionBy: keys,
    orderBy,
    frame: { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "currentRow" } },
    type: INT,
    nullable: false,
  };
  const numbered: LogicalPlan = {
    kind: "window",
    child: plan,
    functions: [{ id: number.id, name: number.name, call: window }],
    partitionBy: keys,
    orderBy,
  };
  const bounds: Expression[] = [];
  if (offset > 0) bounds.push(call(">", [number, literal(offset, INT)], BOOLEAN, false));
  if (limit !== null) bounds.push(call("<=", [number, literal(limit + offset, INT)], BOOLEAN, false));
  const condition = bounds.length === 0 ? null : bounds.reduce(and);
  const kept: LogicalPlan = condition === null ? numbered : { kind: "filter", child: numbered, condition };
  return { kind: "project", child: kept, expressions: outputOf(plan) };
}

export interface Equality {
  readonly call: Extract<Expression, { kind: "call" }>;
  readonly inner: Expression;
  readonly outer: Expression;
}

/** `inner = outer`, one side over the plan's own columns, the other over outer ones. */
export function equalityOf(condition: Expression, outer: ReadonlySet<ExprId>): Equality | null {
  if (condition.kind !== "call" || (condition.fn !== "=" && condition.fn !== "<=>")) return null;
  const [a, b] = condition.args as [Expression, Expression];
  if (isOuterOnly(b, outer) && isInnerOnly(a, outer)) return { call: condition, inner: a, outer: b };
  if (isOuterOnly(a, outer) && isInnerOnly(b, outer)) return { call: condition, inner: b, outer: a };
  return null;
}

function isOuterOnly(expression: Expression, outer: ReadonlySet<ExprId>): boolean {
  return attributesOf(expression).every((column) => outer.has(column.id));
}

function isInnerOnly(expression: Expression, outer: ReadonlySet<ExprId>): boolean {
  const columns = attributesOf(expression);
  return columns.length > 0 && columns.every((column) => !outer.has(column.id));
}

/** The inner sides, where all conditions are equalities. */
function innerKeys(conditions: readonly Expression[], outer: ReadonlySet<ExprId>): readonly Expression[] | null {
  const keys: Expression[] = [];
  for (const condition of conditions) {
    const pair = equalityOf(condition, outer);
    if (pair === null) return null;
    keys.push(pair.inner);
  }
  return keys;
}

/** The projection with the plan's columns that conditions above it need. */
function withColumns(
  expressions: readonly NamedExpression[],
  conditions: readonly Expression[],
  available: readonly Attribute[],
): readonly NamedExpression[] {
  const needed = new Set(conditions.flatMap((condition) => attributesOf(condition).map((column) => column.id)));
  const missing = available.filter((column) => needed.has(column.id) && !expressions.some((item) => item.id === column.id));
  return missing.length === 0 ? expressions : [...expressions, ...missing];
}

/** Each column of an aggregate without groups as it is where there are no rows. */
function emptyValues(child: PulledUp, columns: readonly Attribute[]): ReadonlyMap<ExprId, Expression> {
  if (child.defaults.size === 0) return NO_DEFAULTS;
  return new Map(columns.map((column) => [column.id, child.defaults.get(column.id) ?? literal(null, column.type)]));
}

/** An aggregate expression's value over no rows. */
export function onNoRows(expression: Expression): Expression {
  if (expression.kind !== "aggregate") return mapChildren(expression, onNoRows);
  const { fn, type, user } = expression;
  if (user !== undefined) return literal(null, type);
  const counts = fn === "count" || fn === "count_if" || fn === "regr_count" || fn === "approx_count_distinct";
  if (counts) return literal(0, type);
  const empty = fn === "collect_list" || fn === "collect_set" || fn === "array_agg";
  return empty ? literal([], type) : literal(null, type);
}

function holdsSubquery(expression: Expression): boolean {
  return (
    expression.kind === "scalarSubquery" ||
    expression.kind === "exists" ||
    expression.kind === "inSubquery" ||
    ("args" in expression && expression.args.some(holdsSubquery)) ||
    ("child" in expression && holdsSubquery(expression.child))
  );
}
