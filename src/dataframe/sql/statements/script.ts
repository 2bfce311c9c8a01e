/** Scripts: BEGIN … END with declarations, handlers and control flow. */
import type { CompoundBody, ConditionHandler, ScriptStatement, Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { Cursor } from "../cursor";
import { checkedState, Declarations, jumpLabel, within } from "./script-declarations";
import { declareVariable } from "./variables";

/** Parses one statement that is no control flow. */
export type StatementRule = (p: Cursor) => Statement;

/** BEGIN stands at the cursor, perhaps behind a label. */
export function isCompound(p: Cursor): boolean {
  return p.is("BEGIN") || (p.isName() && p.isAt(1, ":") && p.isAt(2, "BEGIN"));
}

export function compound(p: Cursor, statement: StatementRule): CompoundBody {
  const start = p.token.start;
  const label = beginLabel(p);
  return within(p, label, "block", start, () => block(p, label, statement));
}

function beginLabel(p: Cursor): string | null {
  if (!p.isName() || !p.isAt(1, ":")) return null;
  const label = p.name().toLowerCase();
  p.expect(":");
  return label;
}

/** A label behind END must be the one at the beginning. */
function endLabel(p: Cursor, label: string | null): void {
  if (!p.isName() || p.token.kind === "end") return;
  const start = p.token.start;
  const end = p.name().toLowerCase();
  if (label === null) throw p.error("END_LABEL_WITHOUT_BEGIN_LABEL", { endLabel: `\`${end}\`` }, start);
  if (end !== label) throw p.error("LABELS_MISMATCH", { beginLabel: `\`${label}\``, endLabel: `\`${end}\`` }, start);
}

function block(p: Cursor, label: string | null, statement: StatementRule): CompoundBody {
  p.expect("BEGIN");
  const atomic = p.accept("ATOMIC");
  if (!atomic) p.accept("NOT", "ATOMIC");
  const around = p.scriptConditions.length;
  const body = statements(p, statement, (end) => end.is("END"), true);
  p.scriptConditions.length = around;
  p.expect("END");
  endLabel(p, label);
  return { ...body, label, atomic };
}

/** Statements up to a word that ends them; each but the last has its semicolon. */
function statements(p: Cursor, statement: StatementRule, ends: (p: Cursor) => boolean, isBlock = false): CompoundBody {
  const conditions: { name: string; sqlState: string | null }[] = [];
  const handlers: ConditionHandler[] = [];
  const list: ScriptStatement[] = [];
  const declared = new Declarations(p, isBlock);
  while (p.accept(";"));
  while (!ends(p)) {
    if (p.is("DECLARE") && (p.isAt(2, "CONDITION") || p.isAt(2, "HANDLER"))) {
      const start = p.token.start;
      p.next();
      if (p.isAt(1, "HANDLER")) handlers.push(declared.handler(handler(p, statement), start));
      else conditions.push(declared.condition(condition(p), start));
    } else {
      const start = p.token.start;
      list.push(declared.statement(scriptStatement(p, statement), start));
    }
    if (!p.is(";") && !ends(p)) throw p.unexpected();
    while (p.accept(";"));
  }
  return { label: null, atomic: false, conditions, handlers, statements: list };
}

function condition(p: Cursor): { name: string; sqlState: string | null } {
  const name = p.name().toUpperCase();
  p.expect("CONDITION");
  if (!p.accept("FOR")) return { name, sqlState: null };
  return { name, sqlState: sqlState(p) };
}

function sqlState(p: Cursor): string {
  p.expect("SQLSTATE");
  p.accept("VALUE");
  const start = p.token.start;
  return checkedState(p, p.string(), start);
}

/** EXIT | CONTINUE HANDLER FOR conditions statement */
function handler(p: Cursor, statement: StatementRule): ConditionHandler {
  const kind = p.is("EXIT") ? "exit" : "continue";
  if (kind === "continue" && !p.is("CONTINUE")) throw p.unexpected();
  p.next();
  p.expect("HANDLER", "FOR");
  const conditions = p.list((): ConditionHandler["conditions"][number] => {
    if (p.is("SQLSTATE")) return { kind: "sqlState", value: sqlState(p) };
    if (p.accept("NOT", "FOUND")) return { kind: "condition", value: "NOT FOUND" };
    return { kind: "condition", value: p.names().join(".").toUpperCase() };
  });
  if (isCompound(p)) return { kind, conditions, body: compound(p, statement) };
  const only = scriptStatement(p, statement);
  return { kind, conditions, body: { label: null, atomic: false, conditions: [], handlers: [], statements: [only] } };
}

function scriptStatement(p: Cursor, statement: StatementRule): ScriptStatement {
  const start = p.token.start;
  const label = beginLabel(p);
  const kind = p.is("BEGIN") ? "block" : "loop";
  return within(p, label, kind, start, () => labelled(p, statement, label, start));
}

function labelled(p: Cursor, statement: StatementRule, label: string | null, start: number): ScriptStatement {
  const located = (inner: ScriptStatement): ScriptStatement => ({ ...inner, at: p.at(start) });
  switch (p.token.symbol) {
    case "BEGIN":
      return located({ kind: "block", body: block(p, label, statement) });
    case "WHILE": {
      p.next();
      const condition = p.rules.expression(p);
      const body = loopBody(p, statement, "DO", "WHILE", label);
      return located({ kind: "while", label, condition, body });
    }
    case "REPEAT": {
      p.next();
      const body = statements(p, statement, (end) => end.is("UNTIL"));
      p.expect("UNTIL");
      const until = p.rules.expression(p);
      p.expect("END", "REPEAT");
      endLabel(p, label);
      return located({ kind: "repeat", label, until, body });
    }
    case "LOOP": {
      const body = loopBody(p, statement, "LOOP", "LOOP", label);
      return located({ kind: "loop", label, body });
    }
    case "FOR":
      return located(forStatement(p, statement, label));
    default:
      break;
  }
  if (label !== null) throw p.unexpected();
  switch (p.token.symbol) {
    case "IF":
      return located(ifStatement(p, statement));
    case "CASE":
      return located(caseStatement(p, statement));
    case "LEAVE":
      p.next();
      return located({ kind: "leave", label: jumpLabel(p, "LEAVE") });
    case "ITERATE":
      p.next();
      return located({ kind: "iterate", label: jumpLabel(p, "ITERATE") });
    case "SIGNAL":
      return located(signal(p));
    case "RESIGNAL":
      p.next();
      return located({ kind: "resignal" });
    case "DECLARE": {
      p.next();
      return located({ kind: "statement", statement: declareVariable(p, start) });
    }
    default:
      return located({ kind: "statement", statement: statement(p) });
  }
}

/** DO statements END WHILE: `open` begins the body, `close` is behind END. */
function loopBody(p: Cursor, statement: StatementRule, open: string, close: string, label: string | null): CompoundBody {
  p.expect(open);
  const body = statements(p, statement, (end) => end.is("END"));
  p.expect("END", close);
  endLabel(p, label);
  return body;
}

function forStatement(p: Cursor, statement: StatementRule, label: string | null): ScriptStatement {
  p.expect("FOR");
  const start = p.token.start;
  const variable = p.isName() && p.isAt(1, "AS") ? p.name() : null;
  if (variable !== null) p.expect("AS");
  const stop = p.aliasStop;
  p.aliasStop = "DO";
  const query = p.rules.query(p);
  p.aliasStop = stop;
  const body = within(p, variable, "variable", start, () => loopBody(p, statement, "DO", "FOR", label));
  return { kind: "for", label, variable, query, body };
}

function ifStatement(p: Cursor, statement: StatementRule): ScriptStatement {
  const branches: { condition: UnresolvedExpression; body: CompoundBody }[] = [];
  const ends = (end: Cursor): boolean => end.is("ELSEIF") || end.is("ELSE") || end.is("END");
  p.expect("IF");
  do {
    const condition = p.rules.expression(p);
    p.expect("THEN");
    branches.push({ condition, body: statements(p, statement, ends) });
  } while (p.accept("ELSEIF"));
  const otherwise = p.accept("ELSE") ? statements(p, statement, (end) => end.is("END")) : null;
  p.expect("END", "IF");
  return { kind: "if", branches, otherwise };
}

function caseStatement(p: Cursor, statement: StatementRule): ScriptStatement {
  const branches: { condition: UnresolvedExpression; body: CompoundBody }[] = [];
  const ends = (end: Cursor): boolean => end.is("WHEN") || end.is("ELSE") || end.is("END");
  p.expect("CASE");
  const value = p.is("WHEN") ? null : p.rules.expression(p);
  while (p.accept("WHEN")) {
    const condition = p.rules.expression(p);
    p.expect("THEN");
    branches.push({ condition, body: statements(p, statement, ends) });
  }
  if (branches.length === 0) throw p.unexpected();
  const otherwise = p.accept("ELSE") ? statements(p, statement, (end) => end.is("END")) : null;
  p.expect("END", "CASE");
  return { kind: "case", value, branches, otherwise };
}

function signal(p: Cursor): ScriptStatement {
  p.expect("SIGNAL");
  const state = p.is("SQLSTATE") ? sqlState(p) : null;
  const name = state === null ? p.names().join(".").toUpperCase() : null;
  let message: UnresolvedExpression | null = null;
  if (p.accept("SET", "MESSAGE_TEXT")) {
    p.expect("=");
    message = p.rules.expression(p);
  }
  return { kind: "signal", condition: name, sqlState: state, message };
}
