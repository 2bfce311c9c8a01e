/** Expressions of columns as text, for messages and for `String(column)`. Names that results get are made by analysis. */
import type { UnresolvedExpression } from "../syntax/expression";

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
  "&",
  "|",
  "^",
  "like",
  "rlike",
  "ilike",
]);

export function expressionText(expression: UnresolvedExpression): string {
  switch (expression.kind) {
    case "literal":
      if (typeof expression.value === "object" && expression.value !== null) return expression.type.kind;
      return expression.value === null ? "NULL" : String(expression.value);
    case "name":
      return expression.parts.join(".");
    case "place":
      return String(expression.position);
    case "star":
      return [...expression.qualifier, "*"].join(".");
    case "call": {
      const name = expression.name.at(-1) ?? "";
      const args = expression.args.map(expressionText);
      if (args.length === 2 && INFIX.has(name)) return `(${args[0]!} ${name.toUpperCase()} ${args[1]!})`;
      return `${name}(${args.join(", ")})`;
    }
    case "cast":
      return `CAST(${expressionText(expression.child)} AS ${expression.type.kind.toUpperCase()})`;
    case "alias":
      return `${expressionText(expression.child)} AS ${expression.names.join(", ")}`;
    case "extract":
      return `${expressionText(expression.child)}[${expressionText(expression.index)}]`;
    case "sortOrder":
      return `${expressionText(expression.child)} ${expression.ascending ? "ASC" : "DESC"}`;
    case "userFunction":
      return `${expression.fn.name}(${expression.args.map(expressionText).join(", ")})`;
    case "lambda":
      return `(${expression.params.join(", ")}) -> ${expressionText(expression.body)}`;
    default:
      return expression.kind;
  }
}
