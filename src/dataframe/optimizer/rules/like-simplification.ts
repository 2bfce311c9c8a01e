/**
 * Patterns that are prefixes, suffixes or parts.
 *
 *   a LIKE 'x%'    →   startswith(a, 'x')
 *   a LIKE '%x'    →   endswith(a, 'x')
 *   a LIKE '%x%'   →   contains(a, 'x')
 *   a LIKE 'x'     →   (a = 'x')
 *   a LIKE 'x%y'   →   ((length(a) >= 2) AND startswith(a, 'x') AND endswith(a, 'y'))
 */
import { BOOLEAN, call, INT, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { and, equal } from "../predicates";
import { expressionRule } from "./expression-rule";

export const likeSimplification = expressionRule("LikeSimplification", (expression) => {
  if (expression.kind !== "call" || expression.fn !== "like") return expression;
  const [value, pattern] = expression.args as [Expression, Expression];
  const { type } = value;
  const plain = pattern.kind === "literal" && typeof pattern.value === "string" && type.kind === "string";
  if (!plain || type.collation !== undefined) return expression;
  const escape = expression.options?.["escape"];
  const text = pattern.value;
  if (text.includes("_") || text.includes(typeof escape === "string" ? escape : "\\")) return expression;
  const test = (fn: string, part: string): Expression => call(fn, [value, literal(part, pattern.type)], BOOLEAN, value.nullable);
  const parts = text.split("%");
  if (parts.length === 1) return equal(value, pattern);
  const inner = parts.slice(1, -1);
  const [first, last] = [parts[0] as string, parts[parts.length - 1] as string];
  if (inner.length === 1 && first === "" && last === "" && inner[0] !== "") return test("contains", inner[0] as string);
  if (inner.length > 0) return expression;
  if (last === "" && first !== "") return test("startswith", first);
  if (first === "" && last !== "") return test("endswith", last);
  if (first === "" || last === "") return expression;
  const length = call("length", [value], INT, value.nullable);
  const enough = call(">=", [length, literal([...first].length + [...last].length, INT)], BOOLEAN, value.nullable);
  return and(and(enough, test("startswith", first)), test("endswith", last));
});
