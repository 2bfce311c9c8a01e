/** Every statement that is not a query, and what it gives. */
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { outputOf } from "../../logical/output";
import { QueryBinder } from "../../analysis/analyze";
import { idText, searchPathOf } from "../../analysis/messages";
import { identifierParts } from "../../analysis/identifiers";
import { EMPTY_ENV } from "../../analysis/binder";
import { noColumns } from "../../analysis/relations";
import type { Statement } from "../../syntax/command";
import { analyzePlan, contextFor, schemaOf } from "../analysis-context";
import { NOTHING, table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { qualifiedTable, SESSION_CATALOG } from "../table";
import { alterTable, commentOn, repairTable } from "./alter-table";
import { analyzeTable, analyzeTables } from "./analyze-table";
import { cacheTable, listResources, refreshFunction, refreshTable, uncacheTable } from "./cache";
import { alterDatabase, createDatabase, describeDatabase, dropDatabase, setCatalog, useDatabase } from "./databases";
import { explainFailure } from "../../physical/explain";
import { unresolvedPlanText } from "../../syntax/print";
import { describeQuery, describeTable } from "./describe";
import { executeImmediate } from "./execute-immediate";
import { createFunction, describeFunction, dropFunction, showFunctions } from "./functions";
import { insert, insertDirectory } from "./insert";
import { fullName, nameParts, requireRelation, requireTable } from "./names";
import { runScript } from "./script";
import { resetCommand, setCommand, setTimeZone } from "./settings";
import {
  showCatalogs,
  showColumns,
  showCurrentNamespace,
  showDatabases,
  showPartitions,
  showTableExtended,
  showTableProperties,
  showTables,
  showViews,
} from "./show";
import { showCreateTable } from "./show-create";
import { createTable, createTableLike, dropTable, truncateTable } from "./tables";
import { declareVariable, dropVariable, setVariables, setVariablesFromQuery } from "./variables";
import { alterView, createTempViewUsing, createView, dropView } from "./views";

/** Queries too: analysed, run and given as rows. */
export async function runCommand(command: Statement, session: CommandSession): Promise<CommandResult> {
  switch (command.kind) {
    case "query": {
      const plan = await analyzePlan(command.plan, session);
      return { schema: schemaOf(plan), rows: outputOf(plan).length === 0 ? [] : await session.data.collect(plan) };
    }
    case "explain":
      return table(["plan"], await explained(command, session), ["plan"]);
    case "insert":
      return insert(command, session);
    case "insertDirectory":
      return insertDirectory(command, session);
    case "multiInsert":
      for (const one of command.inserts) await runCommand(one, session);
      return NOTHING;
    case "update":
    case "delete":
    case "merge":
      throw await rowLevel(command, session);
    case "loadData":
      throw new AnalysisError(
        "_LEGACY_ERROR_TEMP_1261",
        { tableIdentwithDB: idText(qualifiedTable(await requireTable(command.table, session, "LOAD DATA", command.at))) },
        command.at,
      );
    case "truncateTable":
      return truncateTable(command, session);
    case "createDatabase":
      return createDatabase(command, session);
    case "alterDatabase":
      return alterDatabase(command, session);
    case "dropDatabase":
      return dropDatabase(command, session);
    case "use":
      return useDatabase(command, session);
    case "setCatalog":
      return setCatalog(await catalogName(command, session));
    case "createTable":
      return createTable(command, session);
    case "createTableLike":
      return createTableLike(command, session);
    case "dropTable":
      return dropTable(command, session);
    case "alterTable":
      return alterTable(command, session);
    case "createView":
      return createView(command, session);
    case "createTempViewUsing":
      return createTempViewUsing(command, session);
    case "alterView":
      return alterView(command, session);
    case "dropView":
      return dropView(command, session);
    case "comment":
      return commentOn(command, session);
    case "repairTable": {
      const one = await requireTable(command.name, session, "MSCK REPAIR TABLE", command.at);
      return repairTable(one, command, "MSCK REPAIR TABLE", session, command.at);
    }
    case "analyzeTable":
      return analyzeTable(command, session);
    case "analyzeTables":
      return analyzeTables(command, session);
    case "createIndex":
    case "dropIndex": {
      const operation = command.kind === "createIndex" ? "CREATE INDEX" : "DROP INDEX";
      const tableName = fullName(await requireRelation(command.table, session, command.at)).join(".");
      throw new AnalysisError("_LEGACY_ERROR_TEMP_1332", { operation, tableName }, command.at);
    }
    case "createFunction":
      return createFunction(command, session);
    case "createClassFunction":
      throw new AnalysisError(
        "CANNOT_LOAD_FUNCTION_CLASS",
        { className: command.className, functionName: idText(await nameParts(command.name, session)) },
        command.at,
      );
    case "dropFunction":
      return dropFunction(command, session);
    case "declareVariable":
      return declareVariable(command, session);
    case "setVariable":
      return setVariables(command, session);
    case "setVariableFromQuery":
      return setVariablesFromQuery(command, session);
    case "dropVariable":
      return dropVariable(command, session);
    case "executeImmediate":
      return executeImmediate(command, session, runCommand);
    case "call":
      throw noProcedure(await nameParts(command.procedure, session), session, command.at);
    case "showDatabases":
      return showDatabases(command, session);
    case "showCatalogs":
      return showCatalogs(command);
    case "showTables":
      return showTables(command, session);
    case "showTableExtended":
      return showTableExtended(command, session);
    case "showViews":
      return showViews(command, session);
    case "showColumns":
      return showColumns(command, session);
    case "showPartitions":
      return showPartitions(command, session);
    case "showTableProperties":
      return showTableProperties(command, session);
    case "showCreateTable":
      return showCreateTable(command, session);
    case "showFunctions":
      return showFunctions(command, session);
    case "showProcedures":
      throw new AnalysisError("MISSING_CATALOG_ABILITY.PROCEDURES", { plugin: SESSION_CATALOG }, command.at);
    case "showCurrentNamespace":
      return showCurrentNamespace(session);
    case "showCollations":
      throw new AnalysisError("UNSUPPORTED_FEATURE.OPERATION", { operation: "SHOW COLLATIONS" }, command.at);
    case "describeTable":
      return describeTable(command, session);
    case "describeQuery":
      return describeQuery(command, session);
    case "describeFunction":
      return describeFunction(command, session);
    case "describeDatabase":
      return describeDatabase(command, session);
    case "describeProcedure":
      throw noProcedure(await nameParts(command.name, session), session, command.at);
    case "set":
      return setCommand(command, session);
    case "reset":
      return resetCommand(command, session);
    case "setTimeZone":
      return setTimeZone(command, session);
    case "cacheTable":
      return cacheTable(command, session);
    case "uncacheTable":
      return uncacheTable(command, session);
    case "clearCache":
      await session.data.clearCache();
      return NOTHING;
    case "refreshTable":
      return refreshTable(command, session);
    case "refreshFunction":
      return refreshFunction(command, session);
    case "refreshResource":
      session.data.refresh(null, command.path);
      return NOTHING;
    case "addResource":
      session.data.addResource(command.resource, command.paths);
      return NOTHING;
    case "listResources":
      return listResources(command, session);
    case "compound":
      if (session.conf.get("spark.sql.scripting.enabled") === "false")
        throw new AnalysisError("UNSUPPORTED_FEATURE.SQL_SCRIPTING", { sqlScriptingEnabled: '"spark.sql.scripting.enabled"' });
      return runScript(command.body, session, runCommand);
    default:
      return command satisfies never;
  }
}

/** UPDATE, DELETE and MERGE: tables of files do not take them. */
async function rowLevel(
  command: Extract<Statement, { kind: "update" | "delete" | "merge" }>,
  session: CommandSession,
): Promise<AnalysisError> {
  let target = command.kind === "merge" ? command.target : command.table;
  while (target.kind === "alias") target = target.child;
  const operation = `${command.kind.toUpperCase()}${command.kind === "update" ? " TABLE" : command.kind === "merge" ? " INTO TABLE" : ""}`;
  if (target.kind !== "table") {
    return new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: "", operation }, command.at);
  }
  const { name } = target;
  const found = await requireRelation(name, session, target.at);
  // Spark's error about UPDATE does not know the table.
  if (command.kind === "update" && found.kind === "table") {
    return new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: "`unknown`", operation }, command.at);
  }
  const full = found.kind === "table" ? ["spark_catalog", found.table.database, found.table.name] : [found.view.name];
  return new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: idText(full), operation }, command.at);
}

async function catalogName(command: Extract<Statement, { kind: "setCatalog" }>, session: CommandSession): Promise<string> {
  if (typeof command.name === "string") return command.name;
  const binder = new QueryBinder(await contextFor(command.name, session));
  const expression = command.name.kind === "identifier" ? command.name.expression : command.name;
  return identifierParts(binder, expression, noColumns(binder, EMPTY_ENV)).join(".");
}

/** The catalog has none. */
function noProcedure(parts: readonly string[], session: CommandSession, at: QueryContext | undefined): AnalysisError {
  if (parts.length > 2 && parts[0] === SESSION_CATALOG)
    return new AnalysisError("MISSING_CATALOG_ABILITY.PROCEDURES", { plugin: SESSION_CATALOG }, at);
  const searchPath = searchPathOf(SESSION_CATALOG, session.catalog.currentDatabase);
  return new AnalysisError("UNRESOLVED_ROUTINE", { routineName: idText(parts), searchPath }, at);
}

/** The plan, in one row; of a query that cannot be analysed, line by line, what is wrong with it. */
async function explained(command: Extract<Statement, { kind: "explain" }>, session: CommandSession): Promise<string[][]> {
  const { mode, statement } = command;
  try {
    return [[await session.data.explain(mode, statement)]];
  } catch (error) {
    if (!(error instanceof AnalysisError)) throw error;
    if (mode === "extended" && statement.kind === "query") {
      return [[explainFailure(unresolvedPlanText(statement.plan, session.settings().timeZone), error.message)]];
    }
    return ["Error occurred during query planning: ", ...error.message.split("\n")].map((line) => [line]);
  }
}
