/** Parameter markers, `:name` and `?`: the values that came with the text stand in their places. */
import { AnalysisError } from "../errors";
import type { Expression } from "../expressions/expression";
import type { UnresolvedExpression } from "../syntax/expression";
import { EMPTY_ENV } from "./binder";
import type { Binder, Scope } from "./binder";
import { columnsOf } from "./columns";

export function bindParameter(
  binder: Binder,
  syntax: Extract<UnresolvedExpression, { kind: "parameter" }>,
  _scope: Scope,
): Expression {
  const values = binder.context.parameters;
  const value =
    syntax.name === null
      ? values?.positional[syntax.position]
      : Object.entries(values?.named ?? {}).find(([name]) => name.toLowerCase() === syntax.name?.toLowerCase())?.[1];
  if (value === undefined) {
    const name = syntax.name ?? `_${syntax.at?.startIndex ?? syntax.position}`;
    throw new AnalysisError("UNBOUND_SQL_PARAMETER", { name }, syntax.at);
  }
  const bound = binder.expression(value, { columns: columnsOf(binder), env: EMPTY_ENV, clause: "other" });
  return bound.kind === "alias" ? bound.child : bound;
}
