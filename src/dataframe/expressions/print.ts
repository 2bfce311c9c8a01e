/**
 * The text of an expression as Spark names a column after it: names without qualifiers, implicit casts left out, strings
 * without quotes, operators in parentheses.
 */
import { unreachable } from "../../common/errors";
import { decimalExponentText } from "../types/exact";
import type { Exact } from "../types/exact";
import { literalSql } from "../types/print";
import { isNumeric, quoteIfNeeded, sqlName } from "../types/text";
import type { AggregateCall, Attribute, Bound, Call, Expression, Frame, SortOrder } from "./expression";
import { functionTable } from "./function-table";
import { boundSql, frameSql } from "./sql-text";

export function printed(expression: Expression): string {
  if ("printed" in expression && expression.printed !== undefined) return expression.printed;
  switch (expression.kind) {
    case "attribute":
      return expression.name;
    case "literal":
      return printedLiteral(expression);
    case "alias":
      return `${printed(expression.child)} AS ${quoteIfNeeded(expression.name)}`;
    case "cast": {
      const child = printed(expression.child);
      const { kind } = expression.type;
      if (expression.implicit === true || kind === "array" || kind === "map" || kind === "struct") return child;
      return `${expression.mode === "try" ? "TRY_CAST" : "CAST"}(${child} AS ${sqlName(expression.type)})`;
    }
    case "call":
      return printedCall(expression);
    case "aggregate":
      return printedAggregate(expression);
    case "window": {
      const parts = [
        expression.partitionBy.length > 0 && `PARTITION BY ${expression.partitionBy.map(printed).join(", ")}`,
        expression.orderBy.length > 0 && `ORDER BY ${expression.orderBy.map(printedSortOrder).join(", ")}`,
        printedFrame(expression.frame),
      ].filter((part) => part !== false);
      return `${printed(expression.function)} OVER (${parts.join(" ")})`;
    }
    case "windowFunction":
    case "generator":
      return `${expression.alias ?? expression.fn}(${expression.args.map(printed).join(", ")})`;
    case "lambda":
      return `lambdafunction(${[expression.body, ...expression.params].map(printed).join(", ")})`;
    case "lambdaVariable":
      return "namedlambdavariable()";
    case "outer":
      return `outer(${[...expression.attribute.qualifier, expression.attribute.name].join(".")})`;
    case "scalarSubquery":
      return `scalarsubquery(${outerNames(expression.plan).join(", ")})`;
    case "exists":
      return `exists(${outerNames(expression.plan).join(", ")})`;
    case "inSubquery": {
      const values = expression.values.map(printed);
      const left = values.length === 1 ? values[0] : `named_struct(${namedValues(expression.values)})`;
      return `(${left} IN (listquery(${outerNames(expression.plan).join(", ")})))`;
    }
    case "routineCall":
      return `${expression.routine.join(".")}(${expression.args.map(printed).join(", ")})`;
    case "userCall":
      return `${expression.fn.name}(${expression.args.map(printed).join(", ")})`;
    default:
      return unreachable(expression);
  }
}

function printedLiteral(literal: Extract<Expression, { kind: "literal" }>): string {
  if (literal.value === null) return "NULL";
  if (literal.type.kind === "string") {
    const { collation } = literal.type;
    return collation === undefined ? (literal.value as string) : `'${literal.value as string}' collate ${collation}`;
  }
  if (literal.type.kind === "decimal") return decimalExponentText(literal.value as Exact, literal.type.scale);
  return literalSql(literal.value, literal.type);
}

function printedCall(call: Call): string {
  const args = call.args.map(printed);
  const entry = functionTable().scalar(call.fn);
  return entry.print === undefined ? `${call.alias ?? call.fn}(${args.join(", ")})` : entry.print(call, args);
}

function printedAggregate(call: AggregateCall): string {
  const args = call.args.map(printed);
  const entry = call.user === undefined ? functionTable().aggregate(call.fn) : undefined;
  const text =
    entry?.print === undefined
      ? `${call.alias ?? call.fn}(${call.distinct ? "DISTINCT " : ""}${args.join(", ")})`
      : entry.print(call, args);
  return call.filter === null ? text : `${text} FILTER (WHERE ${printed(call.filter)})`;
}

export function printedSortOrder(order: SortOrder): string {
  return `${printed(order.child)} ${order.ascending ? "ASC" : "DESC"} NULLS ${order.nullsFirst ? "FIRST" : "LAST"}`;
}

export function printedFrame(frame: Frame): string {
  return frameSql(frame, printed);
}

export function printedBound(bound: Bound): string {
  return boundSql(bound, printed);
}

function namedValues(values: readonly Expression[]): string {
  return values.map((value, i) => `'${ownName(value) ?? `_${i}`}', ${printed(value)}`).join(", ");
}

/** What Spark takes for a name: columns, fields of structs, texts, numbers and NULL, with casts that nobody wrote around them. */
function ownName(value: Expression): string | null {
  switch (value.kind) {
    case "attribute":
      return value.name;
    case "cast":
      return value.implicit === true ? printed(value.child) : null;
    case "literal":
      return value.value === null || value.type.kind === "string" || isNumeric(value.type) ? printed(value) : null;
    default:
      return value.kind === "call" && value.fn === "struct_field" ? printed(value) : null;
  }
}

/** Where plans have their children: their mentions come after a node's own. */
const CHILDREN: ReadonlySet<string> = new Set(["child", "left", "right", "children", "definitions", "anchor", "step"]);

/** Columns of the surrounding query that a subquery mentions, each as often as it does, in order; plans are plain data, so any node may hold one. */
function outerNames(plan: unknown): readonly string[] {
  const names: string[] = [];
  const seen = new Set<unknown>();
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null || seen.has(node) || ArrayBuffer.isView(node)) return;
    seen.add(node);
    const { kind, attribute } = node as { kind?: unknown; attribute?: Attribute };
    if (kind === "outer" && attribute !== undefined) {
      names.push(attribute.name);
      return;
    }
    if (Array.isArray(node)) {
      for (const part of node as unknown[]) visit(part);
      return;
    }
    // A function's body reads its parameters, not the query around.
    const parts = Object.entries(node).filter(([name]) => kind !== "routineCall" || name === "args");
    for (const [name, part] of parts) if (!CHILDREN.has(name)) visit(part);
    for (const [name, part] of parts) if (CHILDREN.has(name)) visit(part);
  };
  visit(plan);
  return names;
}
