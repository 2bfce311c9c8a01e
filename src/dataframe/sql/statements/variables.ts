/** Session variables, EXECUTE IMMEDIATE and CALL. */
import type { ObjectName, Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import { namedExpressions } from "../aliases";
import type { Cursor } from "../cursor";
import { isQueryStart } from "../primary";
import { objectName } from "../relation-names";
import { dataType } from "../type-parser";
import { textOf } from "./columns";
import { valueOrDefault } from "./data";

/** The cursor stands behind SET [VARIABLE]. */
export function setVariable(p: Cursor, start: number): Statement {
  if (!p.is("(")) {
    const assignments = p.list(() => {
      const name = objectName(p);
      p.expect("=");
      return { name, value: valueOrDefault(p) };
    });
    return { kind: "setVariable", assignments };
  }
  p.next();
  if (p.accept(")")) {
    p.expect("=");
    p.rules.expression(p);
    throw p.error("INVALID_SET_SYNTAX", {}, start);
  }
  const names = p.list(() => objectName(p));
  p.expect(")", "=", "(");
  const query = p.rules.query(p);
  p.expect(")");
  return { kind: "setVariableFromQuery", names, query };
}

/** The cursor stands behind DECLARE. */
export function declareVariable(p: Cursor, start: number): Statement {
  const orReplace = p.accept("OR", "REPLACE");
  if ((p.is("VARIABLE") || p.is("VAR")) && p.isName(1) && !p.isAt(1, "DEFAULT")) p.next();
  if (p.is("IF") && (p.isAt(1, "NOT") || p.isAt(1, "EXISTS"))) throw p.unexpected();
  const names: readonly ObjectName[] = p.list(() => objectName(p));
  const typed = p.token.kind !== "end" && !p.is(";") && !p.is("=") && !(p.is("DEFAULT") && !p.isAt(1, "="));
  const type = typed ? dataType(p) : null;
  const given = p.accept("DEFAULT") || p.accept("=");
  const value = given ? textOf(p) : null;
  if (type === null && value === null) {
    throw p.error("INVALID_SQL_SYNTAX.VARIABLE_TYPE_OR_DEFAULT_REQUIRED", {}, start);
  }
  return { kind: "declareVariable", names, orReplace, type, default: value };
}

export function executeImmediate(p: Cursor): Statement {
  p.expect("EXECUTE", "IMMEDIATE");
  const query = p.rules.expression(p);
  const into = p.accept("INTO") ? p.list(() => objectName(p)) : [];
  const using = p.is("USING") ? usingClause(p) : [];
  return { kind: "executeImmediate", query, into, using };
}

function usingClause(p: Cursor): readonly UnresolvedExpression[] {
  const start = p.token.start;
  p.expect("USING");
  const parentheses = p.is("(") && !isQueryStart(p, 1) && closesList(p);
  if (parentheses) p.next();
  const values = namedExpressions(p);
  if (parentheses) p.expect(")");
  const names = values.flatMap((value) => (value.kind === "alias" ? value.names : []));
  const twice = names.filter((name, i) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) !== i);
  if (twice.length > 0) {
    const aliases = [...new Set(twice)].map((name) => `\`${name}\``).join(", ");
    throw p.error("EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", { aliases }, start);
  }
  return values;
}

/** The parenthesis at the cursor is closed by the statement's last token. */
function closesList(p: Cursor): boolean {
  let depth = 0;
  for (let n = 0; p.peek(n).kind !== "end"; n++) {
    if (p.isAt(n, "(")) depth++;
    else if (p.isAt(n, ")") && --depth === 0) return p.peek(n + 1).kind === "end" || p.isAt(n + 1, ";");
  }
  return false;
}

export function callStatement(p: Cursor): Statement {
  p.expect("CALL");
  const procedure = objectName(p);
  const argNames: (string | null)[] = [];
  const args: UnresolvedExpression[] = [];
  p.expect("(");
  if (!p.is(")")) {
    p.list(() => {
      const named = p.isName() && p.isAt(1, "=>");
      argNames.push(named ? p.name() : null);
      if (named) p.expect("=>");
      args.push(p.rules.expression(p));
    });
  }
  p.expect(")");
  return { kind: "call", procedure, args, argNames };
}
