/** SHOW: what there is, as rows. */
import { AnalysisError } from "../../errors";
import { idText } from "../../analysis/messages";
import type { ObjectName, Statement } from "../../syntax/command";
import { table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import type { TempView } from "../session-catalog";
import { GLOBAL_TEMP, SESSION_CATALOG } from "../table";
import type { TableMetadata } from "../table";
import { informationText, redacted, shownProperties, temporaryInformation } from "./information";
import { fullName, matcher, nameParts, requireRelation, requireTable, tempName } from "./names";
import { partitionInformation, partitionsOf } from "./partitions";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

async function databaseOf(name: ObjectName | null, session: CommandSession): Promise<string> {
  return name === null ? session.catalog.currentDatabase : session.catalog.databaseName(await nameParts(name, session));
}

function byName<T extends { readonly name: string }>(items: Iterable<T>): readonly T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Views of the session, and those of all sessions where their database is asked for. */
function temporaryViews(database: string, session: CommandSession): readonly TempView[] {
  const local = byName(session.catalog.tempViews.values());
  return database === GLOBAL_TEMP ? [...byName(session.catalog.globalViews.views.values()), ...local] : local;
}

function tablesOf(database: string, session: CommandSession): readonly TableMetadata[] {
  return database === GLOBAL_TEMP ? [] : byName(session.catalog.tables(database));
}

export function showDatabases(command: Command<"showDatabases">, session: CommandSession): CommandResult {
  if (command.catalog !== null && command.catalog.length > 0 && lower(command.catalog[0] as string) !== SESSION_CATALOG) {
    throw new AnalysisError("SCHEMA_NOT_FOUND", { schemaName: idText([SESSION_CATALOG, ...command.catalog]) }, command.at);
  }
  const matches = matcher(command.pattern);
  return table(
    ["namespace"],
    session.catalog
      .databases()
      .filter((one) => matches(one.name))
      .map((one) => [one.name]),
  );
}

export function showCatalogs(command: Command<"showCatalogs">): CommandResult {
  return table(["catalog"], matcher(command.pattern)(SESSION_CATALOG) ? [[SESSION_CATALOG]] : []);
}

export function showCurrentNamespace(session: CommandSession): CommandResult {
  return table(["catalog", "namespace"], [[SESSION_CATALOG, session.catalog.currentDatabase]]);
}

export async function showTables(command: Command<"showTables">, session: CommandSession): Promise<CommandResult> {
  const database = await databaseOf(command.database, session);
  const matches = matcher(command.pattern);
  const rows = [
    ...tablesOf(database, session)
      .filter((one) => matches(one.name))
      .map((one) => [one.database, one.name, false]),
    ...temporaryViews(database, session)
      .filter((one) => matches(one.name))
      .map((one) => [one.global ? GLOBAL_TEMP : "", one.name, true]),
  ];
  return table(["namespace", "tableName", ["isTemporary", "boolean"]], rows);
}

export async function showViews(command: Command<"showViews">, session: CommandSession): Promise<CommandResult> {
  const database = await databaseOf(command.database, session);
  const matches = matcher(command.pattern);
  const rows = [
    ...tablesOf(database, session)
      .filter((one) => one.kind === "view" && matches(one.name))
      .map((one) => [one.database, one.name, false]),
    ...temporaryViews(database, session)
      .filter((one) => matches(one.name))
      .map((one) => [one.global ? GLOBAL_TEMP : "", one.name, true]),
  ];
  return table(["namespace", "viewName", ["isTemporary", "boolean"]], rows);
}

export async function showTableExtended(command: Command<"showTableExtended">, session: CommandSession): Promise<CommandResult> {
  const database = await databaseOf(command.database, session);
  const columns = ["namespace", "tableName", ["isTemporary", "boolean"], "information"] as const;
  if (command.partition !== null) {
    const found = session.catalog.findTable([database, command.pattern]);
    if (found === null) {
      throw new AnalysisError("TABLE_OR_VIEW_NOT_FOUND", { relationName: idText([command.pattern]) }, command.at);
    }
    const information = await partitionInformation(found, command.partition, session);
    return table(columns, [[found.database, found.name, false, information]]);
  }
  const matches = matcher(command.pattern);
  const rows = [
    ...tablesOf(database, session)
      .filter((one) => matches(one.name))
      .map((one) => [one.database, one.name, false, informationText(one, session)]),
    ...temporaryViews(database, session)
      .filter((one) => matches(one.name))
      .map((one) => [one.global ? GLOBAL_TEMP : "", one.name, true, temporaryInformation(one)]),
  ];
  return table(columns, rows);
}

export async function showColumns(command: Command<"showColumns">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.table, session);
  const written = command.database;
  if (written !== null && parts.length > 1) {
    const own = lower(parts[parts.length - 2] as string);
    if (own !== lower(written.at(-1) as string)) {
      throw new AnalysisError(
        "SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE",
        { namespaceA: idText(written), namespaceB: idText(parts.slice(0, -1)) },
        command.at,
      );
    }
  }
  const name = written !== null && parts.length === 1 ? [...written, ...parts] : parts;
  const found = await requireRelation(name, session, command.at);
  const schema = found.kind === "tempView" ? found.view.columns : found.table.schema;
  return table(
    ["col_name"],
    schema.fields.map((field) => [field.name]),
  );
}

export async function showPartitions(command: Command<"showPartitions">, session: CommandSession): Promise<CommandResult> {
  const found = await requireTable(command.table, session, "SHOW PARTITIONS", command.at);
  const partitions = await partitionsOf(found, command.partition, session, command.at);
  return table(
    ["partition"],
    partitions.map((one) => [one.path]),
  );
}

export async function showTableProperties(
  command: Command<"showTableProperties">,
  session: CommandSession,
): Promise<CommandResult> {
  const found = await requireRelation(command.table, session, command.at);
  const own: Readonly<Record<string, string>> =
    found.kind === "tempView" ? {} : redacted({ ...prefixed(found.table.options), ...shownProperties(found.table) });
  const sorted = Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = command.key;
  if (key === null) return table(["key", "value"], sorted);
  const value =
    own[key] ??
    `Table ${(found.kind === "tempView" ? tempName(found.view) : fullName(found)).join(".")} does not have property: ${key}`;
  return table(["key", "value"], [[key, value]]);
}

function prefixed(options: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [`option.${key}`, value]));
}
