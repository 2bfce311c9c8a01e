/** Walking and rewriting expressions. All rewriting keeps a node that did not change, so `===` tells whether something did. */
import type { Boxed } from "../../columnar/types";
import { CalendarInterval, MapValue, VariantValue } from "../../columnar/types";
import { unreachable } from "../../common/errors";
import { exactJson } from "../../common/exact-json";
import { sameType } from "../types/text";
import type { AggregateCall, Attribute, Bound, Call, Expression, ExprId, SortOrder, WindowFunctionCall } from "./expression";
import { functionTable } from "./function-table";

const NONE: readonly Expression[] = [];

/** In the order of evaluation and printing. Plans of subqueries are not entered; the function of a window is a child of it. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "attribute":
    case "literal":
    case "lambdaVariable":
    case "outer":
    case "scalarSubquery":
    case "exists":
      return NONE;
    case "alias":
    case "cast":
      return [expression.child];
    case "call":
    case "windowFunction":
    case "userCall":
    case "routineCall":
    case "generator":
      return expression.args;
    case "aggregate":
      return expression.filter === null ? expression.args : [...expression.args, expression.filter];
    case "window":
      return [
        expression.function,
        ...expression.partitionBy,
        ...expression.orderBy.map((order) => order.child),
        ...boundOffset(expression.frame.start),
        ...boundOffset(expression.frame.end),
      ];
    case "lambda":
      return [expression.body];
    case "inSubquery":
      return expression.values;
    default:
      return unreachable(expression);
  }
}

function boundOffset(bound: Bound): readonly Expression[] {
  return bound.kind === "preceding" || bound.kind === "following" ? [bound.offset] : NONE;
}

export function mapChildren(expression: Expression, f: (child: Expression) => Expression): Expression {
  switch (expression.kind) {
    case "attribute":
    case "literal":
    case "lambdaVariable":
    case "outer":
    case "scalarSubquery":
    case "exists":
      return expression;
    case "alias":
    case "cast": {
      const child = f(expression.child);
      return child === expression.child ? expression : { ...expression, child };
    }
    case "call":
    case "windowFunction":
    case "userCall":
    case "routineCall":
    case "generator": {
      const args = mapAll(expression.args, f);
      return args === expression.args ? expression : { ...expression, args };
    }
    case "aggregate": {
      const args = mapAll(expression.args, f);
      const filter = expression.filter === null ? null : f(expression.filter);
      return args === expression.args && filter === expression.filter ? expression : { ...expression, args, filter };
    }
    case "window": {
      const fn = f(expression.function) as AggregateCall | WindowFunctionCall;
      const partitionBy = mapAll(expression.partitionBy, f);
      const orderBy = mapSortOrders(expression.orderBy, f);
      const start = mapBound(expression.frame.start, f);
      const end = mapBound(expression.frame.end, f);
      const frame =
        start === expression.frame.start && end === expression.frame.end
          ? expression.frame
          : { unit: expression.frame.unit, start, end };
      return fn === expression.function &&
        partitionBy === expression.partitionBy &&
        orderBy === expression.orderBy &&
        frame === expression.frame
        ? expression
        : { ...expression, function: fn, partitionBy, orderBy, frame };
    }
    case "lambda": {
      const body = f(expression.body);
      return body === expression.body ? expression : { ...expression, body };
    }
    case "inSubquery": {
      const values = mapAll(expression.values, f);
      return values === expression.values ? expression : { ...expression, values };
    }
    default:
      return unreachable(expression);
  }
}

/** The same array where no element changed. */
export function mapAll<T>(items: readonly T[], f: (item: T) => T): readonly T[] {
  let changed = false;
  const mapped = items.map((item) => {
    const other = f(item);
    if (other !== item) changed = true;
    return other;
  });
  return changed ? mapped : items;
}

export function mapSortOrders(orders: readonly SortOrder[], f: (child: Expression) => Expression): readonly SortOrder[] {
  return mapAll(orders, (order) => {
    const child = f(order.child);
    return child === order.child ? order : { ...order, child };
  });
}

function mapBound(bound: Bound, f: (child: Expression) => Expression): Bound {
  if (bound.kind !== "preceding" && bound.kind !== "following") return bound;
  const offset = f(bound.offset);
  return offset === bound.offset ? bound : { ...bound, offset };
}

/** Children first; `f` sees a node whose children have been rewritten. */
export function transformUp(expression: Expression, f: (expression: Expression) => Expression): Expression {
  return f(mapChildren(expression, (child) => transformUp(child, f)));
}

/** Parents first; what `f` gives is entered again. */
export function transformDown(expression: Expression, f: (expression: Expression) => Expression): Expression {
  return mapChildren(f(expression), (child) => transformDown(child, f));
}

/** Every node, parents first. Stops where `visit` gives false: that node's children are left out. */
export function walk(expression: Expression, visit: (expression: Expression) => boolean | void): void {
  if (visit(expression) === false) return;
  for (const child of childrenOf(expression)) walk(child, visit);
}

export function exists(expression: Expression, test: (expression: Expression) => boolean): boolean {
  if (test(expression)) return true;
  return childrenOf(expression).some((child) => exists(child, test));
}

/** Attributes that an expression reads from its own plan, each once, in order of first mention. */
export function attributesOf(expression: Expression): readonly Attribute[] {
  const found = new Map<ExprId, Attribute>();
  walk(expression, (node) => {
    if (node.kind === "attribute" && !found.has(node.id)) found.set(node.id, node);
  });
  return [...found.values()];
}

/** The same for every row and known before the query runs. */
export function isFoldable(expression: Expression): boolean {
  switch (expression.kind) {
    case "literal":
      return true;
    case "alias":
    case "cast":
      return isFoldable(expression.child);
    case "call": {
      const entry = functionTable().scalar(expression.fn);
      return entry.deterministic !== false && entry.foldable !== false && expression.args.every(isFoldable);
    }
    case "lambda":
      return isFoldable(expression.body);
    // Bound by the call around it, which is foldable only if what it applies the lambda to is.
    case "lambdaVariable":
      return true;
    default:
      return false;
  }
}

/** Gives the same for the same row, however often it is evaluated. */
export function isDeterministic(expression: Expression): boolean {
  return !exists(expression, (node) => {
    switch (node.kind) {
      case "call":
        return functionTable().scalar(node.fn).deterministic === false;
      case "aggregate":
        return node.user === undefined && functionTable().aggregate(node.fn).deterministic === false;
      case "userCall":
        return !node.fn.deterministic;
      case "routineCall":
        return !isDeterministic(node.body);
      default:
        return false;
    }
  });
}

/** Operators by what they are with their operands exchanged. */
const MIRRORED: ReadonlyMap<string, string> = new Map([
  ...["+", "*", "&", "|", "^", "=", "<=>", "and", "or"].map((fn) => [fn, fn] as const),
  ["<", ">"],
  [">", "<"],
  ["<=", ">="],
  [">=", "<="],
]);

/** a + b and b + a, a < b and b > a. */
function isMirrored(a: Call, b: Call, renamed: ReadonlyMap<ExprId, ExprId>): boolean {
  if (MIRRORED.get(a.fn) !== b.fn || a.args.length !== 2 || b.args.length !== 2) return false;
  const exchanged = [b.args[1] as Expression, b.args[0] as Expression];
  return sameType(a.type, b.type) && samePlain(a.options, b.options) && sameAll(a.args, exchanged, renamed);
}

/** Equal as computations: spelling, place in the text, names of lambda variables and which operand comes first do not matter. */
export function sameExpression(a: Expression, b: Expression, renamed: ReadonlyMap<ExprId, ExprId> = new Map()): boolean {
  if (a === b && renamed.size === 0) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case "attribute":
      return a.id === (b as typeof a).id;
    case "lambdaVariable":
      return (renamed.get(a.id) ?? a.id) === (b as typeof a).id;
    case "outer":
      return a.attribute.id === (b as typeof a).attribute.id;
    case "literal":
      return sameType(a.type, b.type) && sameBoxed(a.value, (b as typeof a).value);
    case "alias":
      return sameExpression(a.child, (b as typeof a).child, renamed);
    case "cast":
      return (
        a.mode === (b as typeof a).mode && sameType(a.type, b.type) && sameExpression(a.child, (b as typeof a).child, renamed)
      );
    case "call":
    case "windowFunction":
    case "generator":
    case "aggregate": {
      const other = b as typeof a;
      if (a.kind === "call" && isMirrored(a, other as typeof a, renamed)) return true;
      return (
        a.fn === other.fn &&
        sameType(a.type, other.type) &&
        sameAll(a.args, other.args, renamed) &&
        samePlain(a.options, other.options) &&
        (a.kind !== "windowFunction" || a.ignoreNulls === (other as typeof a).ignoreNulls) &&
        (a.kind !== "generator" || a.user?.id === (other as typeof a).user?.id) &&
        (a.kind !== "aggregate" || sameAggregate(a, other as typeof a, renamed))
      );
    }
    case "routineCall": {
      const other = b as typeof a;
      return samePlain(a.routine, other.routine) && sameAll(a.args, other.args, renamed);
    }
    case "userCall":
      return a.fn.id === (b as typeof a).fn.id && sameAll(a.args, (b as typeof a).args, renamed);
    case "window": {
      const other = b as typeof a;
      return (
        sameExpression(a.function, other.function, renamed) &&
        sameAll(a.partitionBy, other.partitionBy, renamed) &&
        sameSortOrders(a.orderBy, other.orderBy) &&
        a.frame.unit === other.frame.unit &&
        sameBound(a.frame.start, other.frame.start) &&
        sameBound(a.frame.end, other.frame.end)
      );
    }
    case "lambda": {
      const other = b as typeof a;
      if (a.params.length !== other.params.length) return false;
      const inner = new Map(renamed);
      a.params.forEach((param, i) => inner.set(param.id, other.params[i]?.id ?? param.id));
      return sameExpression(a.body, other.body, inner);
    }
    case "inSubquery":
      return a.plan === (b as typeof a).plan && sameAll(a.values, (b as typeof a).values, renamed);
    case "scalarSubquery":
    case "exists":
      return a.plan === (b as typeof a).plan;
    default:
      return unreachable(a);
  }
}

function sameAggregate(a: AggregateCall, b: AggregateCall, renamed: ReadonlyMap<ExprId, ExprId>): boolean {
  if (a.distinct !== b.distinct || a.user?.id !== b.user?.id) return false;
  if (a.filter === null || b.filter === null) return a.filter === b.filter;
  return sameExpression(a.filter, b.filter, renamed);
}

function sameAll(a: readonly Expression[], b: readonly Expression[], renamed: ReadonlyMap<ExprId, ExprId>): boolean {
  return a.length === b.length && a.every((item, i) => sameExpression(item, b[i] as Expression, renamed));
}

export function sameSortOrders(a: readonly SortOrder[], b: readonly SortOrder[]): boolean {
  return (
    a.length === b.length &&
    a.every((order, i) => {
      const other = b[i] as SortOrder;
      return (
        order.ascending === other.ascending && order.nullsFirst === other.nullsFirst && sameExpression(order.child, other.child)
      );
    })
  );
}

function sameBound(a: Bound, b: Bound): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind !== "preceding" && a.kind !== "following") return true;
  return sameExpression(a.offset, (b as typeof a).offset);
}

function samePlain(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return exactJson(a) === exactJson(b);
}

/** Equal as literals: NaN is itself, 0.0 is not -0.0. */
export function sameBoxed(a: Boxed, b: Boxed): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof MapValue) return b instanceof MapValue && sameBoxed(a.keys, b.keys) && sameBoxed(a.values, b.values);
  if (a instanceof CalendarInterval) {
    return b instanceof CalendarInterval && a.months === b.months && a.days === b.days && a.microseconds === b.microseconds;
  }
  if (a instanceof VariantValue) {
    return b instanceof VariantValue && sameBoxed(a.value, b.value) && sameBoxed(a.metadata, b.metadata);
  }
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  return a.length === b.length && a.every((item, i) => sameBoxed(item as Boxed, b[i] as Boxed));
}
