/** Arguments of calls, and what may stand behind a call: WITHIN GROUP, FILTER, IGNORE NULLS, OVER. */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";
import { windowSpec } from "./windows";
import { sortItem } from "./sort-item";

export type CallSyntax = Extract<UnresolvedExpression, { kind: "call" }>;

type Arguments = Pick<CallSyntax, "args" | "argNames" | "distinct" | "ignoreNulls">;

/** ([DISTINCT | ALL] a, name => b) */
export function callArguments(p: Cursor): Arguments {
  p.expect("(");
  const distinct = p.is("DISTINCT") && beginsArgument(p);
  if (distinct || (p.is("ALL") && beginsArgument(p))) p.next();
  const args: UnresolvedExpression[] = [];
  const names: (string | null)[] = [];
  if (!p.is(")")) {
    do {
      const named = p.isName() && p.isAt(1, "=>");
      names.push(named ? p.name() : null);
      if (named) p.expect("=>");
      args.push(p.rules.expression(p));
    } while (p.accept(","));
  }
  const ignoreNulls = args.length === 1 && p.accept("IGNORE", "NULLS");
  p.expect(")");
  return {
    args,
    ...(names.some((name) => name !== null) && { argNames: names }),
    ...(distinct && { distinct }),
    ...(ignoreNulls && { ignoreNulls }),
  };
}

function beginsArgument(p: Cursor): boolean {
  const { kind, symbol } = p.peek(1);
  if (kind === "symbol")
    return (
      symbol === "(" ||
      symbol === "*" ||
      symbol === "-" ||
      symbol === "+" ||
      symbol === "~" ||
      symbol === ":" ||
      symbol === "?" ||
      symbol === "!"
    );
  return kind !== "end";
}

/** `call` with what stands behind its parentheses. */
export function callTail(p: Cursor, call: CallSyntax, start: number): CallSyntax {
  let result: CallSyntax = call;
  if (p.is("WITHIN") && p.isAt(1, "GROUP")) {
    p.expect("WITHIN", "GROUP", "(", "ORDER", "BY");
    const withinGroup = p.list(() => sortItem(p));
    p.expect(")");
    result = { ...result, withinGroup };
  }
  if (p.is("FILTER") && p.isAt(1, "(")) {
    p.expect("FILTER", "(", "WHERE");
    const filter = p.rules.expression(p);
    p.expect(")");
    result = { ...result, filter };
  }
  if ((p.is("IGNORE") || p.is("RESPECT")) && p.isAt(1, "NULLS")) {
    const ignoreNulls = p.next().symbol === "IGNORE";
    p.next();
    result = { ...result, ignoreNulls };
  }
  if (p.is("OVER") && (p.isAt(1, "(") || p.isName(1))) {
    p.next();
    result = { ...result, over: windowSpec(p) };
  }
  return { ...result, at: p.at(start) };
}
