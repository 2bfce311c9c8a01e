/** CREATE FUNCTION in SQL, DROP, DESCRIBE and SHOW of functions. */
import type { DataType, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { analyze, analyzeExpression } from "../../analysis/analyze";
import { checkCast } from "../../analysis/casts";
import { idText, quoted, searchPathOf } from "../../analysis/messages";
import { outputOf } from "../../logical/output";
import { exists } from "../../expressions/traverse";
import { printed } from "../../expressions/print";
import type { ColumnDefinition, SqlFunctionSpec, Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { UnresolvedPlan } from "../../syntax/plan";
import { sqlName } from "../../types/text";
import { analyzeAlone, contextFor, sqlRoutine } from "../analysis-context";
import { NOTHING, table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import { SESSION_CATALOG } from "../table";
import type { FunctionMetadata } from "../table";
import { dateText } from "./information";
import { matcher, nameParts } from "./names";
import { nothingUsed, recording, refuseTemporary } from "./views";
import type { Used } from "./views";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export async function createFunction(command: Command<"createFunction">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.name, session);
  const { catalog } = session;
  const [, database, name] = command.temporary ? ["", "", lower(parts.at(-1) as string)] : catalog.qualified(parts);
  if (command.temporary && parts.length > 1) {
    const qualifier = parts.slice(0, -1).map(lower).join(".");
    if (qualifier !== "session" && qualifier !== "system.session") {
      throw new AnalysisError(
        "INVALID_TEMP_OBJ_QUALIFIER",
        { objectType: "FUNCTION", objectName: idText(parts.slice(-1)), qualifier: idText(parts.slice(0, -1)) },
        command.at,
      );
    }
  }
  const known = command.temporary ? catalog.tempFunctions.has(name) : catalog.store.function(database, name) !== null;
  if (known && !command.orReplace && command.ifNotExists) return NOTHING;
  if (!command.temporary) catalog.requireDatabase(database);
  const fullName = command.temporary ? [name] : [SESSION_CATALOG, database, name];
  const metadata = await definition(
    command.spec,
    command.temporary ? null : database,
    parts.at(-1) as string,
    fullName,
    session,
    command.at,
  );
  if (known && !command.orReplace) {
    throw new AnalysisError(
      "ROUTINE_ALREADY_EXISTS",
      { routineName: idText([name]), newRoutineType: "routine", existingRoutineType: "routine" },
      command.at,
    );
  }
  if (command.temporary) catalog.tempFunctions.set(name, { kind: "sql", metadata });
  else catalog.store.saveFunction(database, metadata);
  return NOTHING;
}

async function definition(
  spec: SqlFunctionSpec,
  database: string | null,
  shownName: string,
  fullName: readonly string[],
  session: CommandSession,
  at: QueryContext | undefined,
): Promise<FunctionMetadata> {
  checkParameters(spec, shownName, at);
  await checkDefaults(spec.parameters, shownName, session);
  const isQuery = spec.body.tree.plan !== undefined;
  const base: FunctionMetadata = {
    database,
    name: lower(shownName),
    parameters: spec.parameters.map((one) => ({
      name: one.name.at(-1) as string,
      type: one.type,
      ...(one.comment !== undefined && { comment: one.comment }),
      ...(one.default !== undefined && { defaultValue: one.default.sql }),
    })),
    returns: declared(spec, shownName, at),
    body: spec.body.sql,
    isQuery,
    ...(spec.comment !== undefined && { comment: spec.comment }),
    deterministic: spec.deterministic ?? true,
    readsData: false,
    catalog: SESSION_CATALOG,
    currentDatabase: session.catalog.currentDatabase,
    conf: {
      "spark.sql.ansi.enabled": String(session.settings().ansi),
      "spark.sql.session.timeZone": session.settings().timeZone,
    },
    created: Date.now(),
  };
  return checkedBody(base, spec, fullName, session, at);
}

function declared(spec: SqlFunctionSpec, name: string, at: QueryContext | undefined): FunctionMetadata["returns"] {
  const returns = spec.returns;
  if (returns === undefined) return { kind: "scalar", type: { kind: "null" } };
  if (returns.kind !== "table") return { kind: "scalar", type: returns };
  if (spec.body.tree.plan === undefined) {
    throw new AnalysisError("USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", { name }, at);
  }
  const fields = returns.schema?.fields ?? [];
  const repeated = repeatedNames(fields.map((field) => field.name));
  if (repeated.length > 0) {
    throw new AnalysisError("DUPLICATE_ROUTINE_RETURNS_COLUMNS", { columns: repeated.join(", "), routineName: name }, at);
  }
  return { kind: "table", schema: { kind: "struct", fields } };
}

function repeatedNames(names: readonly string[]): readonly string[] {
  const folded = names.map(lower);
  return [...new Set(folded.filter((name, i) => folded.indexOf(name) !== i))].map(quoted);
}

function checkParameters(spec: SqlFunctionSpec, routineName: string, at: QueryContext | undefined): void {
  const { parameters } = spec;
  const columns = spec.returns?.kind === "table" ? (spec.returns.schema?.fields ?? []) : [];
  const text = (list: readonly { readonly name: string; readonly type: DataType; readonly nullable: boolean }[]): string =>
    list.map((one) => `${one.name} ${sqlName(one.type)}${one.nullable ? "" : " NOT NULL"}`).join(", ");
  const limited = [...parameters.map((one) => one.type), ...columns.map((one) => one.type)];
  if (limited.some((type) => type.kind === "string" && type.length !== undefined)) {
    throw new AnalysisError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {}, at);
  }
  if (parameters.some((one) => one.generated !== undefined || one.identity !== undefined)) {
    throw new AnalysisError("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_GENERATED_COLUMNS_AS_PARAMETERS", {}, at);
  }
  if (parameters.some((one) => (one.constraints?.length ?? 0) > 0)) {
    throw new AnalysisError("INVALID_SQL_SYNTAX.CREATE_FUNC_WITH_COLUMN_CONSTRAINTS", {}, at);
  }
  const named = parameters.map((one) => ({ name: one.name.at(-1) as string, type: one.type, nullable: one.nullable }));
  for (const list of [named, columns]) {
    if (list.some((one) => !one.nullable)) {
      throw new AnalysisError("USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", { input: text(list) }, at);
    }
  }
  const repeated = repeatedNames(named.map((one) => one.name));
  if (repeated.length > 0)
    throw new AnalysisError("DUPLICATE_ROUTINE_PARAMETER_NAMES", { names: repeated.join(", "), routineName }, at);
  parameters.forEach((parameter, i) => {
    const next = parameters[i + 1];
    if (parameter.default === undefined || next === undefined || next.default !== undefined) return;
    throw new AnalysisError(
      "USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION",
      {
        functionName: routineName,
        parameterName: parameter.name.at(-1) as string,
        nextParameterName: next.name.at(-1) as string,
      },
      at,
    );
  });
}

async function checkDefaults(
  parameters: readonly ColumnDefinition[],
  functionName: string,
  session: CommandSession,
): Promise<void> {
  for (const parameter of parameters) {
    if (parameter.default === undefined) continue;
    const bound = await analyzeAlone(parameter.default.tree, session);
    checkCast(session.settings(), bound, parameter.type, "ansi", parameter.default.tree.at);
    const allowed = !exists(
      bound,
      (node) =>
        node.kind === "scalarSubquery" || node.kind === "aggregate" || node.kind === "window" || node.kind === "generator",
    );
    if (!allowed) {
      throw new AnalysisError("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION", {
        functionName,
        parameterName: parameter.name.at(-1) as string,
      });
    }
  }
}

/** Analyses a call of the function with nulls: what is wrong in the body is told when it is made. Fills in a return type that was not written. */
async function checkedBody(
  metadata: FunctionMetadata,
  spec: SqlFunctionSpec,
  fullName: readonly string[],
  session: CommandSession,
  at: QueryContext | undefined,
): Promise<FunctionMetadata> {
  const used = nothingUsed();
  // As its author sees it now, temporary things included: those are refused below.
  const routine = { ...sqlRoutine(metadata, fullName), scope: null };
  const { tree } = spec.body;
  const context = recording(await contextFor(tree, session), session, used);
  const noRoutine = (name: readonly string[]): AnalysisError =>
    new AnalysisError("ROUTINE_NOT_FOUND", { routineName: idText(session.catalog.tableKey(name) ?? name) }, at);
  let calledSelf = false;
  const withSelf: typeof context = {
    ...context,
    routine: (name, inside) => {
      const key = session.catalog.tableKey(name, inside?.database);
      const self =
        metadata.database === null
          ? name.length === 1 && lower(name[0] as string) === metadata.name
          : key !== null && key[0] === metadata.database && key[1] === metadata.name;
      if (!self) {
        const found = context.routine(name, inside);
        if (found === null && name.length === 1 && session.functions.find(lower(name[0] as string)) === undefined)
          throw noRoutine(name);
        return found;
      }
      if (calledSelf && context.routine(name, inside) === null) throw noRoutine(name);
      if (calledSelf) {
        const functionName = fullName.join(".");
        throw new AnalysisError("CYCLIC_FUNCTION_REFERENCE", { path: `${functionName} -> ${functionName}` }, at);
      }
      calledSelf = true;
      return routine;
    },
  };
  const nulls = spec.parameters.map((one): UnresolvedExpression => ({
    kind: "cast",
    child: { kind: "literal", value: null, type: { kind: "null" } },
    type: one.type,
    mode: "cast",
  }));
  if (metadata.returns.kind === "table") {
    const plan: UnresolvedPlan = { kind: "tableFunction", name: fullName, args: nulls };
    const width = tree.plan === undefined ? 0 : bodyWidth(tree.plan, metadata, spec, withSelf);
    const fields = metadata.returns.schema.fields;
    const inferred = fields.length === 0 && width > 0;
    if (!inferred && width !== fields.length) {
      throw new AnalysisError(
        "USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH",
        { name: fullName.join("."), outputSize: String(width), returnParamSize: String(fields.length) },
        at,
      );
    }
    calledSelf = false;
    const analyzed = analyze(plan, withSelf);
    refuseIfPersistent(metadata, fullName, used, at);
    const readsData = refuseData(spec, used, session, at);
    if (!inferred) return { ...metadata, readsData };
    const schema: StructType = {
      kind: "struct",
      fields: outputOf(analyzed).map(({ name, type }) => ({ name, type, nullable: true })),
    };
    return { ...metadata, readsData, returns: { kind: "table", schema } };
  }
  const call: UnresolvedExpression = { kind: "call", name: fullName, args: nulls };
  const bound = analyzeExpression(call, withSelf);
  refuseComplex(bound, fullName, at);
  refuseIfPersistent(metadata, fullName, used, at);
  const readsData = refuseData(spec, used, session, at);
  const returns = spec.returns === undefined ? ({ kind: "scalar", type: bound.type } as const) : metadata.returns;
  return { ...metadata, readsData, returns };
}

/** How many columns the query of a table function has. */
function bodyWidth(
  plan: UnresolvedPlan,
  metadata: FunctionMetadata,
  spec: SqlFunctionSpec,
  context: Parameters<typeof analyze>[1],
): number {
  const columns = spec.parameters.map((one) => ({ name: one.name.at(-1) as string, type: one.type, nullable: true }));
  const parameters: UnresolvedPlan = {
    kind: "alias",
    name: metadata.name,
    child: { kind: "local", schema: { kind: "struct", fields: columns }, rows: [] },
  };
  const joined: UnresolvedPlan = { kind: "join", left: parameters, right: plan, type: "inner", lateral: true };
  return outputOf(analyze(joined, context)).length - columns.length;
}

function refuseComplex(bound: ReturnType<typeof analyzeExpression>, name: readonly string[], at: QueryContext | undefined): void {
  const complex = exists(bound, (node) => node.kind === "aggregate" || node.kind === "window" || node.kind === "generator");
  if (!complex) return;
  throw new AnalysisError(
    "USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS",
    { queryText: `${name.join(".")}: ${printed(bound)}` },
    at,
  );
}

function refuseIfPersistent(
  metadata: FunctionMetadata,
  name: readonly string[],
  used: Parameters<typeof refuseTemporary>[2],
  at: QueryContext | undefined,
): void {
  if (metadata.database !== null) refuseTemporary("FUNCTION", name, used, at);
}

/** Whether the body reads tables, itself or through other functions; with CONTAINS SQL it may not. */
function refuseData(spec: SqlFunctionSpec, used: Used, session: CommandSession, at: QueryContext | undefined): boolean {
  const reads = used.routines.some((name) => {
    const found = session.catalog.findFunction(name);
    return found?.kind === "sql" && found.metadata.readsData;
  });
  const readsData = spec.containsSql === false || used.relations.length > 0 || reads;
  if (readsData && spec.containsSql === true) throw new AnalysisError("INVALID_SQL_FUNCTION_DATA_ACCESS", {}, at);
  return readsData;
}

function refuseBuiltin(name: string, session: CommandSession, at: QueryContext | undefined): void {
  if (session.functions.find(name) === undefined) return;
  throw new AnalysisError("FORBIDDEN_OPERATION", { statement: "DROP", objectType: "FUNCTION", objectName: idText([name]) }, at);
}

export async function dropFunction(command: Command<"dropFunction">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.name, session);
  const { catalog } = session;
  const name = lower(parts.at(-1) as string);
  if (command.temporary) {
    if (catalog.tempFunctions.delete(name)) return NOTHING;
    if (parts.length === 1) refuseBuiltin(name, session, command.at);
    if (command.ifExists) return NOTHING;
    throw new AnalysisError("ROUTINE_NOT_FOUND", { routineName: idText([name]) }, command.at);
  }
  const key = catalog.tableKey(parts);
  if (key !== null && catalog.store.function(key[0], key[1]) !== null) {
    catalog.store.dropFunction(key[0], key[1]);
    return NOTHING;
  }
  if (parts.length === 1) refuseBuiltin(name, session, command.at);
  if (parts.length === 1 && catalog.tempFunctions.has(name)) {
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1017", { name: idText([name]), cmd: "DROP FUNCTION", hintStr: "" }, command.at);
  }
  if (command.ifExists) return NOTHING;
  throw new AnalysisError("ROUTINE_NOT_FOUND", { routineName: idText(key ?? parts) }, command.at);
}

export async function describeFunction(command: Command<"describeFunction">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.name, session);
  const found = session.catalog.findFunction(parts);
  if (found?.kind === "sql")
    return table(
      ["function_desc"],
      sqlLines(found.metadata, command.extended).map((line) => [line]),
    );
  if (found !== null) {
    const { fn } = found;
    return table(["function_desc"], [[`Function: ${fn.name}`], [`Class: ${fn.form}`], ["Usage: N/A."]]);
  }
  const name = lower(parts.at(-1) as string);
  const qualifier = lower(parts.slice(0, -1).join("."));
  const isBuiltin = qualifier === "" || qualifier === "builtin" || qualifier === "system.builtin";
  const entry = isBuiltin ? session.functions.find(name) : undefined;
  if (entry === undefined && parts.length > 2 && lower(parts[0] as string) !== SESSION_CATALOG)
    throw new AnalysisError(
      "REQUIRES_SINGLE_PART_NAMESPACE",
      { sessionCatalog: SESSION_CATALOG, namespace: idText(parts) },
      command.at,
    );
  if (entry === undefined) {
    const searchPath = searchPathOf(SESSION_CATALOG, session.catalog.currentDatabase);
    throw new AnalysisError("UNRESOLVED_ROUTINE", { routineName: idText(parts), searchPath }, command.at);
  }
  const rows = [[`Function: ${name}`], [`Class: ${entry.names[0]}`], [`Usage: ${entry.doc.usage}`]];
  if (command.extended) {
    const examples = entry.doc.examples.map(([sql, result]) => `      > ${sql};\n       ${result}`).join("\n");
    const since = entry.doc.since === undefined ? "" : `\n    Since: ${entry.doc.since}\n`;
    rows.push([`Extended Usage:\n    Examples:\n${examples}\n  ${since}`]);
  }
  return table(["function_desc"], rows);
}

function sqlLines(fn: FunctionMetadata, extended: boolean): readonly string[] {
  const shown = fn.database === null ? fn.name : `${SESSION_CATALOG}.${fn.database}.${fn.name}`;
  const pad = (name: string): string => name.padEnd(extended ? 15 : 10);
  const parameters = fn.parameters.map((one) => {
    const rest = extended
      ? `${one.defaultValue === undefined ? "" : ` DEFAULT ${one.defaultValue}`}${one.comment === undefined ? "" : ` '${one.comment}'`}`
      : "";
    return `${one.name} ${sqlName(one.type)}${rest}`;
  });
  const returns =
    fn.returns.kind === "scalar"
      ? [sqlName(fn.returns.type)]
      : fn.returns.schema.fields.map((field) => `${field.name} ${sqlName(field.type)}`);
  const lines = [
    `${pad("Function:")}${shown}`,
    `${pad("Type:")}${fn.returns.kind === "scalar" ? "SCALAR" : "TABLE"}`,
    ...aligned(pad("Input:"), parameters.length === 0 ? ["()"] : parameters),
    ...aligned(pad("Returns:"), returns),
  ];
  if (!extended) return lines;
  if (fn.comment !== undefined) lines.push(`${pad("Comment:")}${fn.comment}`);
  lines.push(`${pad("Deterministic:")}${fn.deterministic}`);
  lines.push(`${pad("Data Access:")}${fn.readsData ? "READS SQL DATA" : "CONTAINS SQL"}`);
  lines.push(
    ...aligned(
      pad("Configs:"),
      Object.entries(fn.conf).map(([key, value]) => `${key}=${value}`),
    ),
  );
  lines.push(`${pad("Create Time:")}${dateText(fn.created)}`, `${pad("Body:")}${fn.body}`);
  return lines;
}

/** The first line with the label, the others under it. */
function aligned(label: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, i) => `${i === 0 ? label : " ".repeat(label.length)}${line}`);
}

export async function showFunctions(command: Command<"showFunctions">, session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const database =
    command.database === null ? catalog.currentDatabase : catalog.databaseName(await nameParts(command.database, session));
  catalog.requireDatabase(database);
  const matches = matcher(command.pattern ?? command.name?.at(-1) ?? null);
  const system = session.functions.names().filter((name) => /^[a-z_]\w*$/.test(name) || OPERATORS.has(name));
  const user = [
    ...[...catalog.tempFunctions.keys()],
    ...catalog.store.functions(database).map((fn) => `${SESSION_CATALOG}.${database}.${fn.name}`),
  ];
  const chosen = command.scope === "system" ? system : command.scope === "user" ? user : [...system, ...user];
  const rows = chosen
    .filter((name) => matches(name) || matches(name.split(".").at(-1) as string))
    .sort()
    .map((name) => [name]);
  return table(["function"], rows);
}

const OPERATORS: ReadonlySet<string> = new Set([
  "!",
  "!=",
  "%",
  "&",
  "*",
  "+",
  "-",
  "/",
  "<",
  "<=",
  "<=>",
  "<>",
  "=",
  "==",
  ">",
  ">=",
  "^",
  "|",
  "||",
  "~",
]);
