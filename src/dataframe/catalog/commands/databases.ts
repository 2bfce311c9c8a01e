/** CREATE, ALTER, DROP, USE and DESCRIBE of databases. */
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { idText } from "../../analysis/messages";
import type { Statement } from "../../syntax/command";
import { NOTHING, table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import { locationOf } from "../store";
import { SESSION_CATALOG } from "../table";
import { nameParts } from "./names";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export async function createDatabase(command: Command<"createDatabase">, session: CommandSession): Promise<CommandResult> {
  refuseCollation(command.collation, command.at);
  const { catalog } = session;
  const name = catalog.databaseName(await nameParts(command.name, session));
  if (catalog.store.database(name) !== null) {
    if (command.ifNotExists) return NOTHING;
    throw new AnalysisError("SCHEMA_ALREADY_EXISTS", { schemaName: idText([name]) }, command.at);
  }
  if (command.location === "") throw new AnalysisError("INVALID_EMPTY_LOCATION", { location: "" }, command.at);
  catalog.store.saveDatabase({
    name,
    comment: command.comment ?? "",
    location: command.location === undefined ? catalog.store.defaultLocation(name) : locationOf(command.location),
    owner: session.settings().currentUser,
    properties: command.properties,
  });
  return NOTHING;
}

/** As Spark's session catalog does. */
function refuseCollation(collation: string | undefined, at: QueryContext | undefined): void {
  if (collation !== undefined) throw new AnalysisError("UNSUPPORTED_FEATURE.SCHEMA_LEVEL_COLLATIONS", {}, at);
}

export async function alterDatabase(command: Command<"alterDatabase">, session: CommandSession): Promise<CommandResult> {
  refuseCollation(command.collation, command.at);
  const { catalog } = session;
  const database = catalog.requireDatabase(catalog.databaseName(await nameParts(command.name, session)));
  if (command.location === "") throw new AnalysisError("INVALID_EMPTY_LOCATION", { location: "" }, command.at);
  const unset = new Set(command.unset ?? []);
  catalog.store.saveDatabase({
    ...database,
    properties: Object.fromEntries(
      Object.entries({ ...database.properties, ...command.properties }).filter(([key]) => !unset.has(key)),
    ),
    ...(command.location !== undefined && { location: locationOf(command.location) }),
  });
  return NOTHING;
}

export async function dropDatabase(command: Command<"dropDatabase">, session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const name = catalog.databaseName(await nameParts(command.name, session));
  if (catalog.store.database(name) === null) {
    if (command.ifExists) return NOTHING;
    throw new AnalysisError("SCHEMA_NOT_FOUND", { schemaName: idText([SESSION_CATALOG, name]) }, command.at);
  }
  if (name === "default") {
    throw new AnalysisError("UNSUPPORTED_FEATURE.DROP_DATABASE", { database: idText([SESSION_CATALOG, name]) }, command.at);
  }
  const holds = catalog.store.tables(name).length > 0 || catalog.store.functions(name).length > 0;
  if (holds && !command.cascade) throw new AnalysisError("SCHEMA_NOT_EMPTY", { schemaName: idText([name]) }, command.at);
  catalog.store.dropDatabase(name);
  if (catalog.currentDatabase === name) catalog.useDatabase("default");
  return NOTHING;
}

export async function useDatabase(command: Command<"use">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.name, session);
  if (parts.length === 1 && !command.database && lower(parts[0] as string) === SESSION_CATALOG) return NOTHING;
  session.catalog.useDatabase(session.catalog.databaseName(parts));
  return NOTHING;
}

export function setCatalog(name: string): CommandResult {
  if (lower(name) === SESSION_CATALOG) return NOTHING;
  throw new AnalysisError("CATALOG_NOT_FOUND", { catalogName: idText([name]), config: `"spark.sql.catalog.${name}"` });
}

export async function describeDatabase(command: Command<"describeDatabase">, session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const database = catalog.requireDatabase(catalog.databaseName(await nameParts(command.name, session)));
  const rows: [string, string][] = [
    ["Catalog Name", SESSION_CATALOG],
    ["Namespace Name", database.name],
    ["Comment", database.comment],
    ["Location", database.location],
    ["Owner", database.owner === "" ? session.settings().currentUser : database.owner],
  ];
  if (database.collation !== undefined) rows.push(["Collation", database.collation]);
  if (command.extended) {
    const properties = Object.entries(database.properties).sort(([a], [b]) => (a < b ? -1 : 1));
    const text = properties.length === 0 ? "" : `(${properties.map(([key, value]) => `(${key},${value})`).join(", ")})`;
    rows.push(["Properties", text]);
  }
  return table(["info_name", "info_value"], rows, ["info_value"]);
}
