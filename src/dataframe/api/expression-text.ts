/**
 * Expressions of columns as text, as they would stand in SQL, for messages and for `String(column)`. Names that results get are made by
 * analysis.
 */
import { caseSql, frameSql } from "../expressions/sql-text";
import type { UnresolvedExpression, UnresolvedWindow } from "../syntax/expression";
import { literalSql } from "../types/print";
import { simpleString } from "../types/text";

const INFIX = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "div",
  "=",
  "!=",
  "<=>",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
  "||",
  "&",
  "|",
  "^",
  "like",
  "rlike",
  "ilike",
]);

type CallExpression = Extract<UnresolvedExpression, { kind: "call" }>;

export function expressionText(expression: UnresolvedExpression): string {
  switch (expression.kind) {
    case "literal":
      return expression.value === null ? "NULL" : literalSql(expression.value, expression.type);
    case "name":
      return expression.parts.join(".");
    case "place":
      return String(expression.position);
    case "star":
      return [...expression.qualifier, "*"].join(".");
    case "call":
      return callText(expression);
    case "cast": {
      const type = simpleString(expression.type).toUpperCase();
      return `${expression.mode === "try" ? "TRY_CAST" : "CAST"}(${expressionText(expression.child)} AS ${type})`;
    }
    case "alias": {
      const [name, ...more] = expression.names;
      return `${expressionText(expression.child)} AS ${more.length === 0 ? name : `(${expression.names.join(", ")})`}`;
    }
    case "extract":
      return `${expressionText(expression.child)}[${expressionText(expression.index)}]`;
    case "sortOrder": {
      const { child, ascending, nullsFirst } = expression;
      return `${expressionText(child)} ${ascending ? "ASC" : "DESC"} NULLS ${(nullsFirst ?? ascending) ? "FIRST" : "LAST"}`;
    }
    case "userFunction":
      return `${expression.fn.name}(${list(expression.args)})${overText(expression.over)}`;
    case "updateFields": {
      const { child, path, value } = expression;
      const place = `${expressionText(child)}, ${path.join(".")}`;
      return value === null ? `drop_field(${place})` : `update_field(${place}, ${expressionText(value)})`;
    }
    case "outer":
      return `outer(${expressionText(expression.child)})`;
    case "lambda":
      return `${expression.params.length === 1 ? expression.params[0] : `(${expression.params.join(", ")})`} -> ${expressionText(expression.body)}`;
    case "scalarSubquery":
      return "(subquery)";
    case "exists":
      return "EXISTS (subquery)";
    case "inSubquery":
      return `${expression.values.length === 1 ? expressionText(expression.values[0]!) : `(${list(expression.values)})`} IN (subquery)`;
    default:
      return expression.kind;
  }
}

const list = (expressions: readonly UnresolvedExpression[]): string => expressions.map(expressionText).join(", ");

function callText(call: CallExpression): string {
  const args = call.args.map(expressionText);
  const [first = "", second, ...more] = args;
  const name = call.name.join(".");
  if (second !== undefined && more.length === 0 && INFIX.has(name)) return `(${first} ${name.toUpperCase()} ${second})`;
  switch (name) {
    case "not":
      return `(NOT ${first})`;
    case "negative":
      return `(- ${first})`;
    case "isnull":
      return `(${first} IS NULL)`;
    case "isnotnull":
      return `(${first} IS NOT NULL)`;
    case "in":
      return `(${first} IN (${args.slice(1).join(", ")}))`;
    case "between":
      return `(${first} BETWEEN ${second} AND ${more[0]})`;
    case "case":
    case "when":
      return caseSql(args);
    default: {
      const filter = call.filter === undefined ? "" : ` FILTER (WHERE ${expressionText(call.filter)})`;
      return `${name}(${call.distinct === true ? "DISTINCT " : ""}${args.join(", ")})${filter}${overText(call.over)}`;
    }
  }
}

function overText(window: UnresolvedWindow | undefined): string {
  return window === undefined ? "" : ` OVER ${windowText(window)}`;
}

export function windowText(window: UnresolvedWindow): string {
  const { reference, partitionBy, orderBy, frame } = window;
  const parts = [
    ...(reference === undefined ? [] : [reference]),
    ...(partitionBy.length === 0 ? [] : [`PARTITION BY ${list(partitionBy)}`]),
    ...(orderBy.length === 0 ? [] : [`ORDER BY ${list(orderBy)}`]),
    ...(frame === undefined ? [] : [frameSql(frame, expressionText)]),
  ];
  return `(${parts.join(" ")})`;
}
