/** Gives expressions of the API the place of the DataFrame call that they were given to, where they have none. */
import type { QueryContext } from "../errors";
import type { UnresolvedExpression } from "../syntax/expression";

export function located(expression: UnresolvedExpression, at: QueryContext): UnresolvedExpression {
  if (expression.at !== undefined) return expression;
  const deep = (part: UnresolvedExpression): UnresolvedExpression => located(part, at);
  switch (expression.kind) {
    case "call":
      return {
        ...expression,
        at,
        args: expression.args.map(deep),
        ...(expression.filter && { filter: deep(expression.filter) }),
        ...(expression.over && {
          over: {
            ...expression.over,
            partitionBy: expression.over.partitionBy.map(deep),
            orderBy: expression.over.orderBy.map(deep),
          },
        }),
      };
    case "userFunction":
      return { ...expression, at, args: expression.args.map(deep) };
    case "cast":
    case "alias":
    case "sortOrder":
    case "outer":
      return { ...expression, at, child: deep(expression.child) };
    case "extract":
      return { ...expression, at, child: deep(expression.child), index: deep(expression.index) };
    case "lambda":
      return { ...expression, at, body: deep(expression.body) };
    case "updateFields":
      return {
        ...expression,
        at,
        child: deep(expression.child),
        value: expression.value === null ? null : deep(expression.value),
      };
    case "inSubquery":
      return { ...expression, at, values: expression.values.map(deep) };
    default:
      return { ...expression, at };
  }
}
