/** ORDER BY items. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Expression, SortOrder } from "../expressions/expression";
import type { UnresolvedExpression } from "../syntax/expression";
import { isOrderable } from "../types/text";
import { exprText, typeText } from "./messages";

/** Nulls come first where ascending, unless said otherwise. */
export function sortOrderOf(written: UnresolvedExpression, child: Expression): SortOrder {
  if (written.kind !== "sortOrder") return { kind: "sortOrder", child, ascending: true, nullsFirst: true };
  return {
    kind: "sortOrder",
    child,
    ascending: written.ascending,
    nullsFirst: written.nullsFirst ?? written.ascending,
  };
}

/** Throws for types without an order: maps, variants, calendar intervals. */
export function checkOrdering(order: SortOrder, at: QueryContext | undefined): void {
  if (isOrderable(order.child.type)) return;
  const direction = `${order.ascending ? "ASC" : "DESC"} NULLS ${order.nullsFirst ? "FIRST" : "LAST"}`;
  throw new AnalysisError(
    "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
    {
      functionName: "`sortorder`",
      dataType: typeText(order.child.type),
      sqlExpr: `"${exprText(order.child).slice(1, -1)} ${direction}"`,
    },
    at,
  );
}
