/** DECLARE, SET and DROP of session variables. */
import type { Boxed, DataType } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import type { QueryContext } from "../../errors";
import { checkCast } from "../../analysis/casts";
import { idText } from "../../analysis/messages";
import { alias, coerced } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { foldExpression } from "../../expressions/fold";
import { exists } from "../../expressions/traverse";
import { outputOf } from "../../logical/output";
import type { LogicalPlan } from "../../logical/plan";
import { parseExpression } from "../../sql/parse";
import type { ObjectName, Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { UnresolvedPlan } from "../../syntax/plan";
import { analyzeAlone, analyzePlan } from "../analysis-context";
import { NOTHING } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import type { VariableDefinition } from "../session-catalog";
import { holdsSubquery, isDefault, mentionsDefault } from "./defaults";
import { nameParts } from "./names";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

const SEARCH_PATH = "`system`.`session`";

function unresolved(parts: readonly string[], at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("UNRESOLVED_VARIABLE", { variableName: idText(parts), searchPath: SEARCH_PATH }, at);
}

/** The last part of x, session.x, system.session.x. */
function variableName(parts: readonly string[], at: QueryContext | undefined): string {
  const qualifier = parts.slice(0, -1).map(lower).join(".");
  if (qualifier !== "" && qualifier !== "session" && qualifier !== "system.session") throw unresolved(parts, at);
  return lower(parts.at(-1) as string);
}

/** The value that an expression has now: subqueries are run. */
export async function evaluated(expression: Expression, session: CommandSession): Promise<Boxed> {
  const settings = session.settings();
  const needsRun = exists(
    expression,
    (node) => node.kind === "scalarSubquery" || node.kind === "exists" || node.kind === "inSubquery",
  );
  if (!needsRun) return foldExpression(expression, settings).value;
  const row: LogicalPlan = { kind: "localRelation", output: [], rows: [[]] };
  const named = alias(expression, "value", session.nextId());
  const rows = await session.data.collect({ kind: "project", child: row, expressions: [named] });
  return rows[0]?.[0] ?? null;
}

export async function declareVariable(command: Command<"declareVariable">, session: CommandSession): Promise<CommandResult> {
  const variables = await initialValue(command, session);
  for (const variable of variables) {
    if (session.catalog.variables.has(variable.name) && !command.orReplace) {
      const variableName = idText(["system", "session", variable.name]);
      throw new AnalysisError("VARIABLE_ALREADY_EXISTS", { variableName }, command.at);
    }
    session.catalog.variables.set(variable.name, variable);
  }
  return NOTHING;
}

/** The variables that a DECLARE makes, with what they begin as. */
export async function initialValue(
  command: Command<"declareVariable">,
  session: CommandSession,
): Promise<readonly VariableDefinition[]> {
  const names = await Promise.all(command.names.map(async (name) => variableName(await nameParts(name, session), command.at)));
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new AnalysisError("DUPLICATE_VARIABLE_NAME_INSIDE_DECLARE", { variableName: idText([repeated]) }, command.at);
  }
  const written = command.default;
  if (written !== null && holdsSubquery(written.tree)) {
    throw new AnalysisError(
      "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION",
      { statement: "DECLARE VARIABLE", colName: idText(["system", "session", names[0] as string]), defaultValue: written.sql },
      command.at,
    );
  }
  const bound = written === null ? null : await analyzeAlone(written.tree, session);
  const type: DataType = command.type ?? bound?.type ?? { kind: "null" };
  const value = bound === null ? null : await evaluated(assigned(bound, type, session, command.at), session);
  return names.map((name) => ({ name, type, value, defaultText: written?.sql ?? "NULL" }));
}

function assigned(value: Expression, type: DataType, session: CommandSession, at: QueryContext | undefined): Expression {
  const settings = session.settings();
  checkCast(settings, value, type, settings.ansi ? "ansi" : "legacy", at);
  return coerced(value, type, { settings });
}

async function required(name: ObjectName, session: CommandSession, at: QueryContext | undefined): Promise<VariableDefinition> {
  const parts = await nameParts(name, session);
  const found = session.locals?.find(parts) ?? session.catalog.findVariable(parts);
  if (found === null) {
    const path = [
      ["system", "builtin"],
      ["system", "session"],
      ["spark_catalog", session.catalog.currentDatabase],
    ].map(idText);
    throw new AnalysisError("UNRESOLVED_VARIABLE", { variableName: idText(parts), searchPath: `[${path.join(", ")}]` }, at);
  }
  return found;
}

/** The variable after INTO, which Spark looks up as a column. */
export async function requireTarget(name: ObjectName, session: CommandSession, at: QueryContext | undefined): Promise<void> {
  const parts = await nameParts(name, session);
  if ((session.locals?.find(parts) ?? session.catalog.findVariable(parts)) !== null) return;
  throw new AnalysisError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", { objectName: idText(parts) }, at);
}

function store(variable: VariableDefinition, value: Boxed, session: CommandSession): void {
  const changed = { ...variable, value };
  if (session.locals?.set(changed) !== true) session.catalog.variables.set(variable.name, changed);
}

function refuseRepeated(variables: readonly VariableDefinition[], at: QueryContext | undefined): void {
  const repeated = variables.filter((one, i) => variables.findIndex((other) => other.name === one.name) !== i);
  if (repeated.length === 0) return;
  const nameList = [...new Set(repeated.map((one) => idText([one.name])))].join(", ");
  throw new AnalysisError("DUPLICATE_ASSIGNMENTS", { nameList }, at);
}

/** All values are computed before the first is stored. */
export async function setVariables(command: Command<"setVariable">, session: CommandSession): Promise<CommandResult> {
  const variables = await Promise.all(command.assignments.map((one) => required(one.name, session, command.at)));
  refuseRepeated(variables, command.at);
  const values: Boxed[] = [];
  for (const [i, { value }] of command.assignments.entries()) {
    const variable = variables[i] as VariableDefinition;
    const expression = isDefault(value) ? parseExpression(variable.defaultText) : value;
    if (mentionsDefault(expression)) throw new AnalysisError("DEFAULT_PLACEMENT_INVALID", {}, command.at);
    const bound = await analyzeAlone(expression, session);
    values.push(await evaluated(assigned(bound, variable.type, session, command.at), session));
  }
  variables.forEach((variable, i) => store(variable, values[i] as Boxed, session));
  return NOTHING;
}

export async function setVariablesFromQuery(
  command: Command<"setVariableFromQuery">,
  session: CommandSession,
): Promise<CommandResult> {
  return assignFromQuery(command.names, command.query, session, command.at);
}

/** The one row of a query; nulls where there is none. */
export async function assignFromQuery(
  names: readonly ObjectName[],
  query: UnresolvedPlan,
  session: CommandSession,
  at: QueryContext | undefined,
): Promise<CommandResult> {
  const variables = await Promise.all(names.map((name) => required(name, session, at)));
  refuseRepeated(variables, at);
  const written = withDefaults(query, variables);
  if (mentionsDefault(written)) throw new AnalysisError("DEFAULT_PLACEMENT_INVALID", {}, at);
  const plan = await analyzePlan(written, session);
  const output = outputOf(plan);
  if (output.length !== variables.length) {
    throw new AnalysisError(
      "ASSIGNMENT_ARITY_MISMATCH",
      { numTarget: String(variables.length), numExpr: String(output.length) },
      at,
    );
  }
  const expressions = output.map((column, i) => {
    const variable = variables[i] as VariableDefinition;
    return alias(assigned(column, variable.type, session, at), column.name, session.nextId());
  });
  const limited: LogicalPlan = { kind: "limit", child: { kind: "project", child: plan, expressions }, limit: 2, offset: 0 };
  const rows = await session.data.collect(limited);
  if (rows.length > 1) throw new QueryError("ROW_SUBQUERY_TOO_MANY_ROWS", {}, at);
  variables.forEach((variable, i) => store(variable, rows[0]?.[i] ?? null, session));
  return NOTHING;
}

/** DEFAULT as a whole item of the list or of VALUES: the default of the variable at that place. */
function withDefaults(query: UnresolvedPlan, variables: readonly VariableDefinition[]): UnresolvedPlan {
  const item = (value: UnresolvedExpression, i: number): UnresolvedExpression => {
    const variable = variables[i];
    return variable !== undefined && isDefault(value) ? parseExpression(variable.defaultText) : value;
  };
  switch (query.kind) {
    case "project":
      return { ...query, expressions: query.expressions.map(item) };
    case "inlineTable":
      return { ...query, rows: query.rows.map((row) => row.map(item)) };
    case "limit":
    case "offset":
    case "sort":
    case "with":
    case "alias":
      return { ...query, child: withDefaults(query.child, variables) };
    default:
      return query;
  }
}

export async function dropVariable(command: Command<"dropVariable">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.name, session);
  const name = variableName(parts, command.at);
  if (session.catalog.variables.delete(name) || command.ifExists) return NOTHING;
  throw new AnalysisError("VARIABLE_NOT_FOUND", { variableName: idText(["system", "session", name]) }, command.at);
}
