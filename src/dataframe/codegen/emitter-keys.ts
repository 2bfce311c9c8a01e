/** Expressions as texts that are equal where the expressions are: what common subexpressions are found by. */
import { InternalError } from "../../common/errors";
import type { Expression, Literal } from "../expressions/expression";
import type { FunctionRegistry } from "../functions/registry";

const keys = new WeakMap<Expression, string | null>();

/** A text that is equal for expressions that are; null where each evaluation gives something else. */
export function keyOf(expression: Expression, functions: FunctionRegistry): string | null {
  const known = keys.get(expression);
  if (known !== undefined) return known;
  const key = computeKey(expression, functions);
  keys.set(expression, key);
  return key;
}

function computeKey(expression: Expression, functions: FunctionRegistry): string | null {
  const all = (args: readonly Expression[]): string | null => {
    const parts = args.map((arg) => keyOf(arg, functions));
    return parts.includes(null) ? null : parts.join(",");
  };
  switch (expression.kind) {
    case "attribute":
    case "lambdaVariable":
      return `#${expression.id}`;
    case "literal":
      return literalKey(expression);
    case "alias":
      return keyOf(expression.child, functions);
    case "cast": {
      const child = keyOf(expression.child, functions);
      return child && `cast(${child},${JSON.stringify(expression.type)},${expression.mode})`;
    }
    case "call": {
      if (functions.scalar(expression.fn).deterministic === false) return null;
      const args = all(expression.args);
      const options = expression.options === undefined ? "" : textOfOptions(expression.options);
      return args === null || options === null ? null : `${expression.fn}(${args})${options}:${JSON.stringify(expression.type)}`;
    }
    case "lambda": {
      const body = keyOf(expression.body, functions);
      return body && `(${expression.params.map((param) => `#${param.id}`).join()})=>${body}`;
    }
    default:
      return null;
  }
}

function literalKey(literal: Literal): string | null {
  const { value, type } = literal;
  if (typeof value === "object" && value !== null) return null;
  const text = Object.is(value, -0) ? "-0" : String(value);
  return `${typeof value}:${JSON.stringify(text)}:${JSON.stringify(type)}`;
}

function textOfOptions(options: Readonly<Record<string, unknown>>): string | null {
  try {
    return JSON.stringify(options, (_, value: unknown) => {
      if (typeof value === "bigint") return `${value}n`;
      if (typeof value === "function") throw new InternalError("A function is no plain data.");
      return value;
    });
  } catch {
    return null;
  }
}
