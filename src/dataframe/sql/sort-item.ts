/** expression [ASC | DESC] [NULLS FIRST | LAST] */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";

export function sortItem(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  const child = p.rules.expression(p);
  const descending = p.accept("DESC");
  if (!descending) p.accept("ASC");
  let nullsFirst: boolean | null = null;
  if (p.is("NULLS") && (p.isAt(1, "FIRST") || p.isAt(1, "LAST"))) {
    p.next();
    nullsFirst = p.next().symbol === "FIRST";
  }
  return { kind: "sortOrder", child, ascending: !descending, nullsFirst, at: p.at(start) };
}

export function sortItems(p: Cursor): UnresolvedExpression[] {
  return p.list(() => sortItem(p));
}
