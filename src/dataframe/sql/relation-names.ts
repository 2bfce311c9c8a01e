/** Names of tables, views, functions and databases. */
import type { ObjectName } from "../syntax/command";
import type { Cursor } from "./cursor";

/** a.b.c or IDENTIFIER(expression) */
export function objectName(p: Cursor): ObjectName {
  const start = p.token.start;
  if (p.is("IDENTIFIER") && p.isAt(1, "(")) {
    p.next();
    p.expect("(");
    const expression = p.rules.expression(p);
    p.expect(")");
    return { kind: "identifier", expression, at: p.at(start) };
  }
  return p.names();
}
