/** EXECUTE IMMEDIATE: a statement that is text, with values for its parameters. */
import { AnalysisError } from "../../errors";
import { exprText, idText, typeText } from "../../analysis/messages";
import { exists } from "../../expressions/traverse";
import { parseStatement } from "../../sql/parse";
import type { Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { ParameterValues } from "../../analysis/context";
import { analyzeAlone } from "../analysis-context";
import { type CommandResult, type CommandSession, sessionWith } from "../ports";
import { assignFromQuery, evaluated, requireTarget } from "./variables";

type ExecuteImmediate = Extract<Statement, { kind: "executeImmediate" }>;

export async function executeImmediate(
  command: ExecuteImmediate,
  session: CommandSession,
  run: (statement: Statement, session: CommandSession) => Promise<CommandResult>,
): Promise<CommandResult> {
  const text = await queryText(command, session);
  const inner = parseStatement(text);
  if (inner.kind === "compound") throw new AnalysisError("SQL_SCRIPT_IN_EXECUTE_IMMEDIATE", { sqlString: text }, command.at);
  for (const name of command.into) await requireTarget(name, session, command.at);
  const markers = markersOf(inner);
  if (markers.named && markers.positional) throw new AnalysisError("INVALID_QUERY_MIXED_QUERY_PARAMETERS", {});
  if (inner.kind === "executeImmediate" && command.into.length > 0) throw notAQuery(text);
  const parameters = await parameterValues(command, markers.named, session);
  const withParameters = sessionWith(session, { parameters });
  if (command.into.length === 0) return run(inner, withParameters);
  if (inner.kind !== "query") throw notAQuery(text);
  return assignFromQuery(command.into, inner.plan, withParameters, command.at);
}

function notAQuery(sqlString: string): AnalysisError {
  return new AnalysisError("INVALID_STATEMENT_FOR_EXECUTE_INTO", { sqlString: sqlString.toUpperCase() });
}

async function queryText(command: ExecuteImmediate, session: CommandSession): Promise<string> {
  const bound = await analyzeAlone(command.query, session);
  if (bound.type.kind !== "string") {
    throw new AnalysisError("INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE", { exprType: typeText(bound.type) }, command.at);
  }
  const value = await evaluated(bound, session);
  if (value === null) {
    const varName = command.query.kind === "name" ? idText(command.query.parts) : exprText(bound);
    throw new AnalysisError("NULL_QUERY_STRING_EXECUTE_IMMEDIATE", { varName }, command.at);
  }
  return value as string;
}

async function parameterValues(command: ExecuteImmediate, named: boolean, session: CommandSession): Promise<ParameterValues> {
  const positional: UnresolvedExpression[] = [];
  const byName: Record<string, UnresolvedExpression> = {};
  const unnamed: string[] = [];
  const repeated: string[] = [];
  for (const syntax of command.using) {
    const inner = syntax.kind === "alias" ? syntax.child : syntax;
    const bound = await analyzeAlone(inner, session);
    if (exists(bound, (node) => ["scalarSubquery", "exists", "inSubquery", "aggregate", "window"].includes(node.kind))) {
      throw new AnalysisError("UNSUPPORTED_EXPR_FOR_PARAMETER", { invalidExprSql: exprText(bound) }, inner.at);
    }
    const value: UnresolvedExpression = { kind: "literal", value: await evaluated(bound, session), type: bound.type };
    positional.push(value);
    const alias = syntax.kind === "alias" ? syntax.names[0] : undefined;
    const name = alias ?? (syntax.kind === "name" ? syntax.parts.at(-1) : undefined);
    if (name === undefined) {
      unnamed.push(exprText(bound));
      continue;
    }
    if (alias !== undefined && name in byName) repeated.push(idText([name]));
    byName[name] = value;
  }
  if (repeated.length > 0) {
    throw new AnalysisError("EXEC_IMMEDIATE_DUPLICATE_ARGUMENT_ALIASES", { aliases: repeated.join(", ") }, command.at);
  }
  if (named && unnamed.length > 0) throw new AnalysisError("ALL_PARAMETERS_MUST_BE_NAMED", { exprs: unnamed.join(", ") });
  return { named: byName, positional };
}

function markersOf(node: unknown): { readonly named: boolean; readonly positional: boolean } {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return { named: false, positional: false };
  const { kind, name } = node as { readonly kind?: unknown; readonly name?: unknown };
  if (kind === "parameter") return { named: name !== null, positional: name === null };
  const inner = Object.values(node).map(markersOf);
  return { named: inner.some((one) => one.named), positional: inner.some((one) => one.positional) };
}
