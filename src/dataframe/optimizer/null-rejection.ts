/** Predicates that no row passes whose columns of one side are all null. */
import type { Expression, ExprId } from "../expressions/expression";
import { functionTable } from "../expressions/function-table";

/** False or unknown where all of `ids` are null. */
export function nullRejected(part: Expression, ids: ReadonlySet<ExprId>): boolean {
  if (part.kind !== "call") return part.kind === "attribute" && ids.has(part.id);
  switch (part.fn) {
    case "and":
      return part.args.some((arg) => nullRejected(arg, ids));
    case "or":
      return part.args.every((arg) => nullRejected(arg, ids));
    case "isnotnull":
      return isNullWith(part.args[0] as Expression, ids);
    case "not":
      return isNullWith(part.args[0] as Expression, ids);
    default:
      return isNullWith(part, ids);
  }
}

/** Null where all of `ids` are null. */
function isNullWith(expression: Expression, ids: ReadonlySet<ExprId>): boolean {
  switch (expression.kind) {
    case "attribute":
      return ids.has(expression.id);
    case "cast":
      return isNullWith(expression.child, ids);
    case "literal":
      return expression.value === null;
    case "call": {
      if (expression.fn === "and" || expression.fn === "or") return expression.args.every((arg) => isNullWith(arg, ids));
      if (expression.fn === "coalesce") return expression.args.every((arg) => isNullWith(arg, ids));
      if (expression.fn === "in") return isNullWith(expression.args[0] as Expression, ids);
      const { nulls, deterministic } = functionTable().scalar(expression.fn);
      const propagates = (nulls === undefined || nulls === "propagate") && deterministic !== false;
      return propagates && expression.args.some((arg) => isNullWith(arg, ids));
    }
    default:
      return false;
  }
}
