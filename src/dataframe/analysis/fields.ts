/** `x.f` and `x[i]`: fields of structs, items of arrays and maps, all through the entry "extract_item". */
import type { QueryContext } from "../errors";
import { literal, STRING } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import type { Binder } from "./binder";
import { bindContext } from "./bind-context";

export function itemOf(binder: Binder, child: Expression, index: Expression, at: QueryContext | undefined): Expression {
  return binder.context.functions.scalar("extract_item").bind([child, index], bindContext(binder, "extract_item", at));
}

/** A column followed by names of fields. */
export function fieldOf(binder: Binder, column: Expression, path: readonly string[], at: QueryContext | undefined): Expression {
  return path.reduce<Expression>((child, name) => itemOf(binder, child, literal(name, STRING), at), column);
}
