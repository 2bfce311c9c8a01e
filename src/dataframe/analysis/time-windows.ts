/**
 * window and session_window in a query: their span becomes a column under the select list, which all mentions of it mean and which can be
 * named `window` or `session_window`.
 *
 * Rows without a time are left out. Windows that overlap give a row each. Sessions of a GROUP BY are spans that touch each other among
 * rows with the same other keys: rows in the order of their start, a new session where one starts after all before it have ended.
 */
import { AnalysisError } from "../errors";
import type { StructType } from "../../columnar/types";
import { alias, attribute, attributeOf, BOOLEAN, callByName, fieldAt, INT, literal, LONG, STRING } from "../expressions/build"; // prettier-ignore
import type { Alias, Attribute, Call, Expression, SortOrder, WindowCall } from "../expressions/expression";
import { shiftedWindow, type WindowOptions } from "../functions/families/time-window";
import { requireRoom } from "../functions/value-size";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import { bindContext } from "./bind-context";
import type { Binder, Bound, Env, Scope } from "./binder";
import { fieldOf } from "./fields";
import { hasAggregate, selectScope } from "./select";

/** The functions, each with the metadata that its column has. */
const MARKS: ReadonlyMap<string, string> = new Map([
  ["window", "spark.timeWindow"],
  ["session_window", "spark.sessionWindow"],
]);

type CallSyntax = Extract<UnresolvedExpression, { kind: "call" }>;

/** The input of a select list with the span that its expressions speak of, if they do. `groupBy`: its keys, with aggregates among them for ALL. */
export function withTimeWindow(
  binder: Binder,
  input: Bound,
  env: Env,
  written: readonly UnresolvedExpression[],
  groupBy: readonly UnresolvedExpression[] = [],
): Bound {
  const keys = groupBy.map((key) => spanOf(key, written));
  const calls = [...written, ...keys].flatMap((one) => windowCalls(one));
  const first = calls[0];
  if (first === undefined) return input;
  const scope = selectScope(binder, { ...input, hidden: input.hidden.filter((column) => !isTimeWindow(column)) }, env);
  const spans = calls.map((call) => binder.expression(call, scope)).filter(isSpanCall);
  const span = spans[0];
  if (span === undefined) return input;
  if (spans.some((other) => JSON.stringify(withoutPlace(other)) !== JSON.stringify(withoutPlace(span))))
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1039", {}, first.at);
  const sessionKeys = keys.some((key) => windowCalls(key).length > 0) && span.fn === "session_window";
  const others = keys.filter((key) => windowCalls(key).length === 0);
  const { plan, column } = sessionKeys
    ? sessions(
        binder,
        input.plan,
        span,
        others.map((key) => keyOf(binder, key, written, scope)).filter((key) => !hasAggregate(key)),
      )
    : windows(binder, input.plan, span);
  return { ...input, plan, hidden: [...input.hidden, column], block: null };
}

/** The column that a call of window or session_window means here, if the input has one. */
export function timeWindowColumn(name: string, scope: Scope): Attribute | null {
  return MARKS.has(name) ? (scope.columns.hidden.find((column) => isTimeWindow(column) && column.name === name) ?? null) : null;
}

function isTimeWindow(column: Attribute): boolean {
  return [...MARKS.values()].some((mark) => column.metadata?.[mark] === true);
}

function isSpanCall(expression: Expression): expression is Call {
  return expression.kind === "call" && MARKS.has(expression.fn);
}

function withoutPlace(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutPlace);
  return Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (key === "at" ? [] : [[key, withoutPlace(part)]])));
}

/** Calls anywhere in an expression, but not in its subqueries. */
function windowCalls(syntax: UnresolvedExpression): readonly CallSyntax[] {
  const found: CallSyntax[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
    if (Array.isArray(value)) return value.forEach(visit);
    const node = value as Partial<CallSyntax>;
    if (node.kind === "call" && node.name?.length === 1 && node.over === undefined && MARKS.has(node.name[0]!.toLowerCase())) {
      found.push(node as CallSyntax);
      return;
    }
    for (const [key, part] of Object.entries(value)) if (key !== "plan" && key !== "type" && key !== "at") visit(part);
  };
  visit(syntax);
  return found;
}

/** The span that a key of GROUP BY means by its place or its alias among the items; any other key as it is. */
function spanOf(key: UnresolvedExpression, items: readonly UnresolvedExpression[]): UnresolvedExpression {
  const item =
    key.kind === "literal" && key.type.kind === "int"
      ? items[(key.value as number) - 1]
      : key.kind === "name" && key.parts.length === 1
        ? items.find((one) => one.kind === "alias" && one.names[0]?.toLowerCase() === key.parts[0]?.toLowerCase())
        : undefined;
  const child = item?.kind === "alias" ? item.child : item;
  return child !== undefined && windowCalls(child).length > 0 ? child : key;
}

/** A key of GROUP BY, which may be the place or the alias of an item. */
function keyOf(binder: Binder, key: UnresolvedExpression, items: readonly UnresolvedExpression[], scope: Scope): Expression {
  const childOf = (item: UnresolvedExpression): UnresolvedExpression => (item.kind === "alias" ? item.child : item);
  if (key.kind === "literal" && key.type.kind === "int") {
    const item = items[(key.value as number) - 1];
    if (item !== undefined) return binder.expression(childOf(item), scope);
  }
  if (key.kind === "name" && key.parts.length === 1 && scope.columns.find(key.parts, { at: key.at }) === null) {
    const named = items.find((item) => item.kind === "alias" && item.names[0] === key.parts[0]);
    if (named !== undefined) return binder.expression(childOf(named), scope);
  }
  const bound = binder.expression(key, scope);
  return bound.kind === "alias" ? bound.child : bound;
}

/** About what the expressions of one window of many that overlap take. */
const PROJECTION_BYTES = 1 << 12;

interface WithColumn {
  readonly plan: LogicalPlan;
  readonly column: Attribute;
}

function windows(binder: Binder, child: LogicalPlan, span: Call): WithColumn {
  const time = span.args[0] as Expression;
  const timed: LogicalPlan = { kind: "filter", child, condition: callByName("isnotnull", [time], context(binder)) };
  const { window, slide } = (span.options ?? { window: 1, slide: 1 }) as unknown as WindowOptions;
  const overlapping = span.fn === "window" ? Math.ceil(window / slide) : 1;
  if (overlapping === 1) {
    const column = marked(binder, span.fn, span);
    return projected(span.fn === "window" ? timed : ofSomeLength(binder, timed, span), outputOf(child), column);
  }
  requireRoom(overlapping * PROJECTION_BYTES, { name: span.fn, at: span.at });
  const output = outputOf(child);
  const { fields } = span.type as StructType;
  const [start, end] = fields.map(({ name, type }) => attribute(binder.nextId(), name, type, true)) as [Attribute, Attribute];
  const projections = Array.from({ length: overlapping }, (_, i) => {
    const window = shiftedWindow(span, i);
    return [...output, fieldAt(window, 0), fieldAt(window, 1)];
  });
  const expanded: LogicalPlan = { kind: "expand", child: timed, projections, output: [...output, start, end], byRow: true };
  const condition = callByName(
    "and",
    [callByName(">=", [time, start], context(binder)), callByName("<", [time, end], context(binder))],
    context(binder),
  );
  const held: LogicalPlan = { kind: "filter", child: expanded, condition };
  const column = { ...marked(binder, span.fn, spanOfTimes(binder, span, start, end)), nullable: true };
  return projected(held, output, column);
}

/** The struct of a span: of the type that the call has. */
function spanOfTimes(binder: Binder, span: Call, start: Expression, end: Expression): Expression {
  const parts = [literal("start", STRING), start, literal("end", STRING), end];
  return { ...callByName("named_struct", parts, context(binder)), type: span.type };
}

function ofSomeLength(binder: Binder, child: LogicalPlan, span: Call): LogicalPlan {
  const [start, end] = span.args as readonly [Expression, Expression];
  return { kind: "filter", child, condition: callByName(">", [end, start], context(binder)) };
}

function sessions(binder: Binder, child: LogicalPlan, span: Call, keys: readonly Expression[]): WithColumn {
  const timed = windows(binder, child, span);
  const keyColumns = keys.map((key) => alias(key, "key", binder.nextId()));
  const start = alias(field(timed.column, "start", binder), "start", binder.nextId());
  const end = alias(field(timed.column, "end", binder), "end", binder.nextId());
  const output = outputOf(child);
  const base: LogicalPlan = { kind: "project", child: timed.plan, expressions: [...output, ...keyColumns, start, end] };
  const partitionBy = keyColumns.map(attributeOf);
  const [from, to] = [attributeOf(start), attributeOf(end)];
  const orderBy: readonly SortOrder[] = [{ kind: "sortOrder", child: from, ascending: true, nullsFirst: true }];
  const before = over(binder, "max", to, partitionBy, orderBy, true);
  const opened = withWindows(base, [before], partitionBy, orderBy);
  const isNew = callByName("<", [before.column, from], context(binder));
  const starts = alias(
    callByName("if", [callByName("coalesce", [isNew, literal(true, BOOLEAN)], context(binder)), literal(1, INT), literal(0, INT)], context(binder)), // prettier-ignore
    "starts",
    binder.nextId(),
  );
  const marks: LogicalPlan = { kind: "project", child: opened, expressions: [...outputOf(base), starts] };
  const number = over(binder, "sum", attributeOf(starts), partitionBy, orderBy, false);
  const numbered = withWindows(marks, [number], partitionBy, orderBy);
  const inSession = [...partitionBy, { ...number.column, type: LONG }];
  const first = over(binder, "min", from, inSession, [], false);
  const last = over(binder, "max", to, inSession, [], false);
  const whole = withWindows(numbered, [first, last], inSession, []);
  return projected(whole, output, marked(binder, span.fn, spanOfTimes(binder, span, first.column, last.column)));
}

interface OverColumn {
  readonly column: Attribute;
  readonly call: WindowCall;
}

function over(
  binder: Binder,
  fn: string,
  arg: Expression,
  partitionBy: readonly Expression[],
  orderBy: readonly SortOrder[],
  before: boolean,
): OverColumn {
  const aggregate = callByName(fn, [arg], context(binder)) as WindowCall["function"];
  const one = literal(1, INT);
  const end = before ? ({ kind: "preceding", offset: one } as const) : ({ kind: "currentRow" } as const);
  const call: WindowCall = {
    kind: "window",
    function: aggregate,
    partitionBy,
    orderBy,
    frame: {
      unit: "rows",
      start: { kind: "unboundedPreceding" },
      end: orderBy.length === 0 ? { kind: "unboundedFollowing" } : end,
    },
    type: aggregate.type,
    nullable: true,
  };
  return { column: attribute(binder.nextId(), fn, aggregate.type, true), call };
}

function withWindows(
  child: LogicalPlan,
  columns: readonly OverColumn[],
  partitionBy: readonly Expression[],
  orderBy: readonly SortOrder[],
): LogicalPlan {
  const functions = columns.map(({ column: { id, name }, call }) => ({ id, name, call }));
  return { kind: "window", child, functions, partitionBy, orderBy };
}

function projected(child: LogicalPlan, output: readonly Attribute[], column: Alias): WithColumn {
  return { plan: { kind: "project", child, expressions: [...output, column] }, column: attributeOf(column) };
}

function marked(binder: Binder, name: string, value: Expression): Alias {
  return alias(value, name, binder.nextId(), { [MARKS.get(name)!]: true });
}

function field(struct: Attribute, name: string, binder: Binder): Expression {
  return fieldOf(binder, struct, [name], undefined);
}

function context(binder: Binder): ReturnType<typeof bindContext> {
  return bindContext(binder, "window", undefined);
}
