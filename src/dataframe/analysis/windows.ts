/** OVER: window specifications, frames with their checks, and the Window nodes that compute what a select list asks for. */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { attribute, cast, DOUBLE, INT, literal } from "../expressions/build";
import type {
  AggregateCall,
  Attribute,
  Bound as FrameBound,
  Expression,
  Frame,
  SortOrder,
  WindowCall,
  WindowFunctionCall,
} from "../expressions/expression";
import { printed, printedBound, printedFrame, printedSortOrder } from "../expressions/print";
import { exists, isFoldable, mapChildren, sameExpression, sameSortOrders } from "../expressions/traverse";
import type { LogicalPlan, Window } from "../logical/plan";
import type { UnresolvedBound, UnresolvedWindow } from "../syntax/expression";
import { canCast } from "../types/cast";
import { isOrderable, sameType } from "../types/text";
import { bindContext } from "./bind-context";
import type { Binder, Scope } from "./binder";
import { DOCS } from "./documentation";
import { exprText, typeText } from "./messages";
import { checkOrdering, sortOrderOf } from "./sort-order";

export interface BoundWindow {
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortOrder[];
  /** Null where none was written. */
  readonly frame: Frame | null;
}

export function bindWindow(binder: Binder, written: UnresolvedWindow, scope: Scope): BoundWindow {
  const window = withReference(written, scope);
  const inner: Scope = { ...scope, inWindow: true };
  const expressionOf = (item: UnresolvedWindow["partitionBy"][number]): Expression => {
    const one = binder.expression(item, inner);
    return one.kind === "alias" ? one.child : one;
  };
  const partitionBy = window.partitionBy.map(expressionOf);
  for (const key of partitionBy)
    if (!isOrderable(key.type) && key.type.kind !== "null")
      throw new AnalysisError(
        "EXPRESSION_TYPE_IS_NOT_ORDERABLE",
        { expr: exprText(key), exprType: typeText(key.type) },
        key.kind === "attribute" ? written.at : key.at,
      );
  const orderBy = window.orderBy.map((item): SortOrder => {
    if (item.kind === "sortOrder") return sortOrderOf(item, expressionOf(item.child));
    return { kind: "sortOrder", child: expressionOf(item), ascending: true, nullsFirst: true };
  });
  orderBy.forEach((order, i) => checkOrdering(order, window.orderBy[i]?.at));
  const frame = window.frame === undefined ? null : bindFrame(binder, window.frame, orderBy, inner, written.at);
  return { partitionBy, orderBy, frame };
}

/** `OVER w` and `OVER (w ROWS …)`: what the named window says and this one does not. */
function withReference(written: UnresolvedWindow, scope: Scope): UnresolvedWindow {
  if (written.reference === undefined) return written;
  const name = Object.keys(scope.env.windows).find((one) => one.toLowerCase() === written.reference?.toLowerCase());
  if (name === undefined) {
    throw new AnalysisError("MISSING_WINDOW_SPECIFICATION", { windowName: written.reference, docroot: DOCS }, written.at);
  }
  const base = withReference(scope.env.windows[name] as UnresolvedWindow, scope);
  const frame = written.frame ?? base.frame;
  return {
    partitionBy: written.partitionBy.length > 0 ? written.partitionBy : base.partitionBy,
    orderBy: written.orderBy.length > 0 ? written.orderBy : base.orderBy,
    ...(frame && { frame }),
    ...(written.at && { at: written.at }),
  };
}

function bindFrame(
  binder: Binder,
  written: NonNullable<UnresolvedWindow["frame"]>,
  orderBy: readonly SortOrder[],
  scope: Scope,
  at: QueryContext | undefined,
): Frame {
  const isValue = (bound: UnresolvedBound): boolean => bound.kind === "preceding" || bound.kind === "following";
  const range = written.unit === "range";
  const boundOf = (bound: UnresolvedBound, location: "lower" | "upper"): FrameBound => {
    if (bound.kind !== "preceding" && bound.kind !== "following") return { kind: bound.kind };
    const offset = binder.expression(bound.offset, scope);
    if (!isFoldable(offset)) {
      throw new AnalysisError(
        "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE",
        { location, expression: exprText(offset), sqlExpr: exprText(offset) },
        at,
      );
    }
    // What precedes is its negative that follows.
    if (bound.kind === "preceding")
      binder.context.functions.scalar("negative").bind([offset], bindContext(binder, "negative", at));
    if (!range) return { kind: bound.kind, offset: rowOffset(binder, offset, location, at) };
    const value = rangeOffset(binder, offset, orderBy, bound.kind);
    const negated = isNegatedAsDouble(offset.type) ? DOUBLE : offset.type;
    const isCast = bound.kind === "preceding" && !sameType(value.type, negated);
    return { kind: bound.kind, offset: value, ...(isCast && { printed: `(- ${printed(value)}) FOLLOWING` }) };
  };
  const frame: Frame = { unit: written.unit, start: boundOf(written.start, "lower"), end: boundOf(written.end, "upper") };
  const text = printedFrame(frame);
  const mismatch = (kind: string, parameters: Record<string, string>): AnalysisError =>
    new AnalysisError(`DATATYPE_MISMATCH.${kind}`, { ...parameters, sqlExpr: `"${text}"` }, at);
  if (frame.start.kind === "unboundedFollowing") {
    throw mismatch("SPECIFIED_WINDOW_FRAME_INVALID_BOUND", { upper: printedBound(frame.end), lower: printedBound(frame.start) });
  }
  if (frame.end.kind === "unboundedPreceding") {
    throw mismatch("SPECIFIED_WINDOW_FRAME_INVALID_BOUND", { upper: printedBound(frame.end), lower: printedBound(frame.start) });
  }
  checkRange(frame, written, isValue, orderBy, at);
  if (startsAfterEnd(binder, frame)) {
    throw mismatch("SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", { comparison: "less than or equal" });
  }
  return frame;
}

function checkRange(
  frame: Frame,
  written: NonNullable<UnresolvedWindow["frame"]>,
  isValue: (bound: UnresolvedBound) => boolean,
  orderBy: readonly SortOrder[],
  at: QueryContext | undefined,
): void {
  if (frame.unit !== "range") return;
  const spec = `"(${orderBy.length > 0 ? `ORDER BY ${orderBy.map(printedSortOrder).join(", ")} ` : ""}${printedFrame(frame)})"`;
  const unbounded = frame.start.kind === "unboundedPreceding" && frame.end.kind === "unboundedFollowing";
  if (orderBy.length === 0 && !unbounded) {
    throw new AnalysisError("DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", { sqlExpr: spec }, at);
  }
  if (!isValue(written.start) && !isValue(written.end)) return;
  checkSameTypes(frame, at);
  if (orderBy.length > 1) {
    const orderSpec = orderBy.map(printedSortOrder).join(",");
    throw new AnalysisError("DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER", { orderSpec, sqlExpr: spec }, at);
  }
  const orderType = (orderBy[0] as SortOrder).child.type;
  for (const bound of [frame.start, frame.end]) {
    if (bound.kind !== "preceding" && bound.kind !== "following") continue;
    if (orderType.kind === "string" || orderType.kind === "boolean" || !isOffset(bound.offset.type)) {
      throw new AnalysisError(
        "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
        {
          location: bound === frame.start ? "lower" : "upper",
          exprType: typeText(orderType),
          expectedType: '("NUMERIC" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH" or "INTERVAL")',
          sqlExpr: `"${printedFrame(frame)}"`,
        },
        at,
      );
    }
    if (acceptsOffset(orderType, bound.offset.type)) continue;
    throw new AnalysisError(
      "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE",
      { orderSpecType: typeText(orderType), valueBoundaryType: typeText(bound.offset.type), sqlExpr: spec },
      at,
    );
  }
}

/** Both ends are of one type, also where each alone would do. */
function checkSameTypes({ unit, start, end }: Frame, at: QueryContext | undefined): void {
  if (!("offset" in start) || !("offset" in end) || sameType(start.offset.type, end.offset.type)) return;
  throw new AnalysisError(
    "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_DIFF_TYPES",
    {
      lower: exprText(start.offset),
      upper: exprText(end.offset),
      lowerType: typeText(start.offset.type),
      upperType: typeText(end.offset.type),
      sqlExpr: `"${printedFrame({ unit, start, end })}"`,
    },
    at,
  );
}

const NUMERIC: ReadonlySet<string> = new Set(["byte", "short", "int", "long", "float", "double", "decimal"]);
const INTERVALS: ReadonlySet<string> = new Set(["dayTimeInterval", "yearMonthInterval", "calendarInterval"]);

function acceptsOffset(orderType: DataType, offset: DataType): boolean {
  const order = orderType.kind;
  const same = sameType(orderType, offset);
  if (order === "date")
    return ["byte", "short", "int"].includes(offset.kind) || offset.kind === "yearMonthInterval" || isDays(offset);
  if (order === "timestamp" || order === "timestamp_ntz") return INTERVALS.has(offset.kind);
  if (order === "time") return offset.kind === "dayTimeInterval";
  if (NUMERIC.has(order)) return same;
  return INTERVALS.has(order) && same;
}

function isOffset({ kind }: DataType): boolean {
  return NUMERIC.has(kind) || INTERVALS.has(kind);
}

/** An interval that cannot hold a part of a day. */
function isDays(type: DataType): boolean {
  return type.kind === "dayTimeInterval" && type.end === 0;
}

function rowOffset(binder: Binder, offset: Expression, location: string, at: QueryContext | undefined): Expression {
  if (offset.type.kind === "int" || offset.type.kind === "short" || offset.type.kind === "byte") {
    const value = binder.context.evaluate(offset);
    return offset.kind === "literal" ? value : { ...value, printed: printed(offset) };
  }
  throw new AnalysisError(
    "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
    { location, exprType: typeText(offset.type), expectedType: '"INT"', sqlExpr: exprText(offset) },
    at,
  );
}

function isNegatedAsDouble({ kind }: DataType): boolean {
  return kind === "string" || kind === "null";
}

/** Orders whose offsets keep their own types. */
const OWN_OFFSETS: ReadonlySet<string> = new Set(["date", "timestamp", "timestamp_ntz"]);

/** An offset becomes a value of the order column's type where that can be. What precedes is negated: of a text or NULL that is a double. */
function rangeOffset(
  binder: Binder,
  offset: Expression,
  orderBy: readonly SortOrder[],
  kind: "preceding" | "following",
): Expression {
  const order = orderBy[0]?.child.type;
  const mode = binder.context.settings.ansi ? "ansi" : "legacy";
  const text = printed(offset);
  const as = (value: Expression, type: DataType): Expression => {
    return { ...binder.context.evaluate(cast(value, type, mode)), printed: text };
  };
  const value =
    kind === "preceding" && isNegatedAsDouble(offset.type)
      ? as(offset, DOUBLE)
      : { ...binder.context.evaluate(offset), ...(offset.kind !== "literal" && { printed: text }) };
  if (order === undefined || OWN_OFFSETS.has(order.kind)) return value;
  return !sameType(value.type, order) && canCast(value.type, order, mode) ? as(value, order) : value;
}

/** Known only for numbers; other offsets are compared by kind. */
function startsAfterEnd(binder: Binder, frame: Frame): boolean {
  const position = (bound: FrameBound): number | null => {
    if (bound.kind !== "preceding" && bound.kind !== "following") return null;
    const value = binder.context.evaluate(bound.offset).value;
    if (typeof value !== "number" && typeof value !== "bigint") return null;
    return bound.kind === "preceding" ? -Number(value) : Number(value);
  };
  const start = position(frame.start);
  const end = position(frame.end);
  // NaN is above all other numbers, negated, too.
  return start !== null && end !== null && (start > end || (Number.isNaN(start) && !Number.isNaN(end)));
}

const TO_CURRENT_ROW: Frame = { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "currentRow" } };
const RANGE_TO_CURRENT_ROW: Frame = { ...TO_CURRENT_ROW, unit: "range" };
const WHOLE: Frame = { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "unboundedFollowing" } };

/** The frame that a window function works over, whatever is written; null: the written or the default one. */
function requiredFrame(fn: WindowFunctionCall): Frame | null {
  switch (fn.fn) {
    case "row_number":
    case "rank":
    case "dense_rank":
    case "percent_rank":
    case "ntile":
      return TO_CURRENT_ROW;
    case "cume_dist":
      return RANGE_TO_CURRENT_ROW;
    case "lead":
    case "lag": {
      const offset = fn.args[1] ?? literal(1, INT);
      const value = offset.kind === "literal" && typeof offset.value === "number" ? offset.value : 1;
      const signed = literal(fn.fn === "lead" ? value : -value, INT);
      return { unit: "rows", start: { kind: "following", offset: signed }, end: { kind: "following", offset: signed } };
    }
    default:
      return null;
  }
}

/** A bound aggregate or window function over a window. Functions that stand for several keep their shape: each aggregate in them gets the window. */
export function overWindow(fn: Expression, window: BoundWindow, at: QueryContext | undefined): Expression {
  if (fn.kind === "aggregate" || fn.kind === "windowFunction") return windowCall(fn, window, at);
  let first: WindowCall | null = null;
  const visit = (node: Expression): Expression => {
    if (node.kind !== "aggregate" && node.kind !== "windowFunction") return mapChildren(node, visit);
    const call = windowCall(node, window, at);
    first ??= call;
    return call;
  };
  const result = visit(fn);
  if (first === null) throw new AnalysisError("UNSUPPORTED_EXPR_FOR_WINDOW", { sqlExpr: exprText(fn) }, at);
  return result.kind === "attribute" ? result : { ...result, printed: printed(fn) + overText(first) };
}

/** " OVER (…)" */
function overText(call: WindowCall): string {
  return printed({ ...call, function: { ...call.function, printed: "" } });
}

function windowCall(fn: AggregateCall | WindowFunctionCall, window: BoundWindow, at: QueryContext | undefined): WindowCall {
  if (fn.kind === "windowFunction" && window.orderBy.length === 0 && NEEDS_ORDER.has(fn.fn)) {
    throw new AnalysisError("WINDOW_FUNCTION_FRAME_NOT_ORDERED", { wf_name: fn.fn, wf_expr: printed(fn).toUpperCase() }, at);
  }
  const required = fn.kind === "windowFunction" ? requiredFrame(fn) : null;
  if (required !== null && window.frame !== null && !sameFrame(window.frame, required)) {
    if (fn.fn === "lead" || fn.fn === "lag") throw new AnalysisError("_LEGACY_ERROR_TEMP_1035", { prettyName: fn.fn }, at);
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1036", { wf: printedFrame(window.frame), required: printedFrame(required) }, at);
  }
  const frame = window.frame ?? required ?? (window.orderBy.length > 0 ? RANGE_TO_CURRENT_ROW : WHOLE);
  return {
    kind: "window",
    function: fn,
    partitionBy: window.partitionBy,
    orderBy: window.orderBy,
    frame,
    type: fn.type,
    nullable: fn.nullable,
    ...(at && { at }),
  };
}

const NEEDS_ORDER: ReadonlySet<string> = new Set([
  "rank",
  "dense_rank",
  "percent_rank",
  "cume_dist",
  "ntile",
  "row_number",
  "lead",
  "lag",
]);

function sameFrame(a: Frame, b: Frame): boolean {
  return printedFrame(a) === printedFrame(b);
}

/** What stands in a select list over window functions, and the Window nodes below it that compute them: one a specification. */
export function extractWindows(
  binder: Binder,
  child: LogicalPlan,
  expressions: readonly Expression[],
): { readonly plan: LogicalPlan; readonly expressions: readonly Expression[] } {
  const found: { readonly call: WindowCall; readonly result: Attribute }[] = [];
  const visit = (node: Expression): Expression => {
    if (node.kind !== "window") return mapChildren(node, visit);
    const call: WindowCall = exists(node, (inner) => inner !== node && inner.kind === "window")
      ? (mapChildren(node, visit) as WindowCall)
      : node;
    const known = found.find((one) => sameExpression(one.call, call));
    if (known !== undefined) return known.result;
    const result = attribute(binder.nextId(), printed(call), call.type, call.nullable);
    found.push({ call, result });
    return result;
  };
  const rewritten = expressions.map(visit);
  let plan = child;
  const done = new Set<(typeof found)[number]>();
  for (const first of found) {
    if (done.has(first)) continue;
    const produced = new Set([...done].map((one) => one.result.id));
    const together = found.filter(
      (one) => !done.has(one) && sameSpecification(one.call, first.call) && !dependsOnOthers(one.call, found, produced),
    );
    const group = together.includes(first) ? together : [first];
    const node: Window = {
      kind: "window",
      child: plan,
      functions: group.map(({ call, result }) => ({ id: result.id, name: result.name, call })),
      partitionBy: first.call.partitionBy,
      orderBy: first.call.orderBy,
    };
    for (const one of group) done.add(one);
    plan = node;
  }
  return { plan, expressions: rewritten };
}

function sameSpecification(a: WindowCall, b: WindowCall): boolean {
  return (
    a.partitionBy.length === b.partitionBy.length &&
    a.partitionBy.every((item, i) => sameExpression(item, b.partitionBy[i] as Expression)) &&
    sameSortOrders(a.orderBy, b.orderBy)
  );
}

/** Reads a window function's result that no node computes yet. */
function dependsOnOthers(
  call: WindowCall,
  found: readonly { readonly result: Attribute }[],
  produced: ReadonlySet<number>,
): boolean {
  const results = new Set(found.map((one) => one.result.id));
  return exists(call, (node) => node.kind === "attribute" && results.has(node.id) && !produced.has(node.id));
}

export function containsWindow(expression: Expression): boolean {
  return exists(expression, (node) => node.kind === "window");
}
