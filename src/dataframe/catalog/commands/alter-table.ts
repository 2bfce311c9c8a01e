/** ALTER TABLE, COMMENT ON. */
import { mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { StructField } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { idText, quoted, typeText } from "../../analysis/messages";
import { unresolvedName } from "../../analysis/suggestions";
import { sameType } from "../../types/text";
import type { AlterTableAction, ColumnChange, ColumnDefinition, Statement } from "../../syntax/command";
import { NOTHING } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import { localPath, locationOf } from "../store";
import { dataColumns, qualifiedTable, SESSION_CATALOG } from "../table";
import type { TableMetadata } from "../table";
import { fieldOf, refuseRepeated, withCollation } from "./columns";
import { constantDefault } from "./defaults";
import { nameParts, requireTable, requireView } from "./names";
import { addPartition, dropPartition, movePartition, moveTable, renamePartition, repairPartitions } from "./partitions";
import { alreadyExists } from "./tables";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

const OPERATIONS: Readonly<Record<AlterTableAction["kind"], string>> = {
  addColumns: "ALTER TABLE ... ADD COLUMNS",
  replaceColumns: "ALTER TABLE ... REPLACE COLUMNS",
  dropColumns: "ALTER TABLE ... DROP COLUMNS",
  renameColumn: "ALTER TABLE ... RENAME COLUMN",
  alterColumn: "ALTER TABLE ... CHANGE COLUMN",
  changeColumn: "ALTER TABLE ... CHANGE COLUMN",
  rename: "ALTER TABLE ... RENAME TO",
  setProperties: "ALTER TABLE ... SET TBLPROPERTIES",
  unsetProperties: "ALTER TABLE ... UNSET TBLPROPERTIES",
  setLocation: "ALTER TABLE ... SET LOCATION ...",
  setSerde: "ALTER TABLE ... SET [SERDE|SERDEPROPERTIES]",
  addPartitions: "ALTER TABLE ... ADD PARTITION ...",
  dropPartitions: "ALTER TABLE ... DROP PARTITION ...",
  renamePartition: "ALTER TABLE ... RENAME TO PARTITION",
  recoverPartitions: "ALTER TABLE ... RECOVER PARTITIONS",
  clusterBy: "ALTER TABLE ... CLUSTER BY",
  setCollation: "ALTER TABLE ... DEFAULT COLLATION",
  addConstraint: "ALTER TABLE ... ADD CONSTRAINT",
  dropConstraint: "ALTER TABLE ... DROP CONSTRAINT",
};

export async function alterTable(command: Command<"alterTable">, session: CommandSession): Promise<CommandResult> {
  const { action } = command;
  if (action.kind === "rename") return rename(command, action.to, session);
  const table = await requireTable(
    command.name,
    session,
    OPERATIONS[action.kind],
    command.at,
    action.kind === "setProperties" || action.kind === "unsetProperties" ? "USE_ALTER_VIEW" : "NO_ALTERNATIVE",
  );
  const replaced = (changed: TableMetadata): CommandResult => {
    session.catalog.store.saveTable(changed);
    session.data.refresh(table, null);
    return NOTHING;
  };
  const save = (changed: Partial<TableMetadata>): CommandResult => replaced({ ...table, ...changed });
  switch (action.kind) {
    case "addColumns":
      return save(await withColumns(table, action.columns, session, command.at));
    case "alterColumn":
      await checkNewDefault(table, action.column, action.change, session);
      return save(changedColumn(table, action.column, action.change, command.at));
    case "changeColumn":
      return save(redefinedColumn(table, action.column, action.definition, command.at));
    case "setProperties": {
      const { comment, ...properties } = action.properties;
      return save({ properties: { ...table.properties, ...properties }, ...(comment !== undefined && { comment }) });
    }
    case "unsetProperties":
      return replaced(withoutProperties(table, new Set(action.keys)));
    case "setLocation":
      if (action.location === "") throw new AnalysisError("INVALID_EMPTY_LOCATION", { location: "" }, command.at);
      if (action.partition === undefined) return replaced(moveTable(table, locationOf(action.location)));
      requirePartitioned(table, "ALTER TABLE SET LOCATION", command.at);
      return replaced(await movePartition(table, action.partition, action.location, session));
    case "setSerde":
      if (action.partition !== undefined) throw new AnalysisError("_LEGACY_ERROR_TEMP_1247", {}, command.at);
      if (action.serde !== undefined) {
        const tableName = idText(qualifiedTable(table));
        throw new AnalysisError("UNSUPPORTED_FEATURE.ALTER_TABLE_SERDE_FOR_DATASOURCE_TABLE", { tableName }, command.at);
      }
      return save({ options: { ...table.options, ...action.properties } });
    case "addPartitions": {
      requirePartitioned(table, "ALTER TABLE ADD PARTITION", command.at);
      let changed = table;
      for (const one of action.partitions) changed = await addPartition(changed, one, action.ifNotExists, session);
      return replaced(changed);
    }
    case "dropPartitions": {
      requirePartitioned(table, "ALTER TABLE DROP PARTITION", command.at);
      let changed = table;
      for (const spec of action.partitions) changed = await dropPartition(changed, spec, action.ifExists, session);
      return replaced(changed);
    }
    case "renamePartition":
      requirePartitioned(table, "ALTER TABLE RENAME PARTITION", command.at);
      return replaced(await renamePartition(table, action.from, action.to, session));
    case "recoverPartitions":
      return repairTable(table, { add: true, drop: false }, "ALTER TABLE RECOVER PARTITIONS", session, command.at);
    case "setCollation":
      return save({ collation: action.collation });
    case "clusterBy":
      return save({ clusterBy: knownColumns(table, action.columns ?? [], command.at) });
    case "replaceColumns":
      throw unsupported(table, "REPLACE COLUMNS", command.at);
    case "dropColumns":
      throw unsupported(table, "DROP COLUMN", command.at);
    case "renameColumn":
      throw unsupported(table, "RENAME COLUMN", command.at);
    default:
      throw unsupported(table, OPERATIONS[action.kind], command.at);
  }
}

function unsupported(table: TableMetadata, operation: string, at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: idText(qualifiedTable(table)), operation }, at);
}

/** The table's columns and `added` ones, which stand before those that it is partitioned by. */
async function withColumns(
  table: TableMetadata,
  added: readonly ColumnDefinition[],
  session: CommandSession,
  at: QueryContext | undefined,
): Promise<Partial<TableMetadata>> {
  const constants: (string | null)[] = [];
  for (const column of added) constants.push(await constantDefault(column, "ALTER TABLE ADD COLUMNS", session));
  const fields = added.map((column, i) => {
    if (column.name.length > 1) throw unsupported(table, "ADD COLUMN with qualified column", at);
    if (column.position !== undefined) throw unsupported(table, "ALTER COLUMN ... FIRST | AFTER", at);
    const field = fieldOf(column, constants[i]!);
    return { ...field, type: withCollation(field.type, table.collation) };
  });
  refuseRepeated([...table.schema.fields, ...fields].map((field) => field.name));
  const data = dataColumns(table);
  return { schema: { kind: "struct", fields: [...data, ...fields, ...table.schema.fields.slice(data.length)] } };
}

/** CHANGE COLUMN says all of a column again; only its type, comment and position may be others. */
function redefinedColumn(
  table: TableMetadata,
  column: readonly string[],
  definition: ColumnDefinition,
  at: QueryContext | undefined,
): Partial<TableMetadata> {
  if (lower(definition.name.at(-1) as string) !== lower(column.at(-1) as string)) throw unsupported(table, "RENAME COLUMN", at);
  const change: ColumnChange = {
    type: definition.type,
    ...(definition.comment !== undefined && { comment: definition.comment }),
    ...(definition.position !== undefined && { position: definition.position }),
  };
  return changedColumn(table, column, change, at);
}

/** The comment is a property, too. */
function withoutProperties(table: TableMetadata, keys: ReadonlySet<string>): TableMetadata {
  const properties = Object.fromEntries(Object.entries(table.properties).filter(([key]) => !keys.has(key)));
  const { comment, ...rest } = table;
  return { ...rest, properties, ...(comment !== undefined && !keys.has("comment") && { comment }) };
}

function knownColumns(
  table: TableMetadata,
  columns: readonly (readonly string[])[],
  at: QueryContext | undefined,
): readonly (readonly string[])[] {
  const known = table.schema.fields.map((field) => lower(field.name));
  const missing = columns.find((column) => !known.includes(lower(column[0] as string)));
  if (missing === undefined) return columns;
  throw new AnalysisError("_LEGACY_ERROR_TEMP_3060", { name: missing.join("."), schema: known.join(", ") }, at);
}

function requirePartitioned(table: TableMetadata, action: string, at: QueryContext | undefined): void {
  if (table.partitionColumns.length > 0) return;
  throw new AnalysisError("_LEGACY_ERROR_TEMP_1251", { action, tableName: table.name }, at);
}

/** What directories and the catalog say of a table's partitions is made one. */
export function repairTable(
  table: TableMetadata,
  how: { readonly add: boolean; readonly drop: boolean },
  operation: string,
  session: CommandSession,
  at: QueryContext | undefined,
): CommandResult {
  if (table.partitionColumns.length === 0)
    throw new AnalysisError("NOT_A_PARTITIONED_TABLE", { operation, tableIdentWithDB: idText(qualifiedTable(table)) }, at);
  session.catalog.store.saveTable(repairPartitions(table, how));
  session.data.refresh(table, null);
  return NOTHING;
}

async function checkNewDefault(
  table: TableMetadata,
  name: readonly string[],
  change: ColumnChange,
  session: CommandSession,
): Promise<void> {
  const field = table.schema.fields.find((one) => lower(one.name) === lower(name[0] as string));
  if (field === undefined || name.length > 1 || change.default === undefined || change.default === null) return;
  await constantDefault({ name, type: field.type, default: change.default }, "ALTER TABLE ALTER COLUMN", session);
}

function changedColumn(
  table: TableMetadata,
  parts: readonly string[],
  change: ColumnChange,
  at: QueryContext | undefined,
): Partial<TableMetadata> {
  const index = table.schema.fields.findIndex((field) => lower(field.name) === lower(parts[0] as string));
  const field = table.schema.fields[index];
  if (field === undefined)
    throw unresolvedName(
      parts,
      table.schema.fields.map((one) => [one.name]),
      at,
    );
  if (parts.length > 1) throw unsupported(table, "ALTER COLUMN with qualified column", at);
  if (table.partitionColumns.includes(field.name)) {
    const parameters = { tableName: idText(qualifiedTable(table)), columnName: quoted(field.name) };
    throw new AnalysisError("CANNOT_ALTER_PARTITION_COLUMN", parameters, at);
  }
  if (change.position !== undefined) throw unsupported(table, "ALTER COLUMN ... FIRST | AFTER", at);
  if (change.nullable === false) throw unsupported(table, "ALTER COLUMN ... SET NOT NULL", at);
  if (change.type !== undefined && !sameType(change.type, field.type) && !isOtherCollation(field, change)) {
    throw new AnalysisError(
      "NOT_SUPPORTED_CHANGE_COLUMN",
      {
        table: idText(qualifiedTable(table)),
        originName: quoted(field.name),
        originType: typeText(field.type),
        newName: quoted(field.name),
        newType: typeText(change.type),
      },
      at,
    );
  }
  const metadata: Record<string, unknown> = { ...field.metadata };
  if (change.comment !== undefined) metadata["comment"] = change.comment;
  if (change.default === null) {
    delete metadata["CURRENT_DEFAULT"];
  } else if (change.default !== undefined) {
    metadata["CURRENT_DEFAULT"] = change.default.sql;
  }
  const { metadata: _, ...plain } = field;
  const changed: StructField = {
    ...plain,
    ...(change.type !== undefined && { type: change.type }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
  return { schema: { kind: "struct", fields: table.schema.fields.map((one, i) => (i === index ? changed : one)) } };
}

/** Another collation is another way to read the same text; lengths of VARCHAR and CHAR stay. */
function isOtherCollation(field: StructField, change: ColumnChange): boolean {
  const [from, to] = [field.type, change.type];
  return from.kind === "string" && to?.kind === "string" && from.length === undefined && to.length === undefined;
}

async function rename(command: Command<"alterTable">, to: readonly string[], session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const parts = await nameParts(command.name, session);
  const temporary = catalog.findTemp(parts);
  if (temporary !== null) {
    if (to.length > 1) {
      throw new AnalysisError(
        "_LEGACY_ERROR_TEMP_1074",
        { oldName: quoted(temporary.name), newName: idText(to), db: to[0] as string },
        command.at,
      );
    }
    if (catalog.findTemp(to) !== null) {
      throw new AnalysisError("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: idText(to) }, command.at);
    }
    catalog.dropTempView(temporary.name, temporary.global);
    catalog.setTempView({ ...temporary, name: to[0] as string }, false);
    return NOTHING;
  }
  const table = await requireTable(command.name, session, OPERATIONS.rename, command.at, "USE_ALTER_VIEW");
  const [, database, name] = catalog.qualified(to.length === 1 ? [table.database, ...to] : to);
  if (database !== table.database) {
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1073", { db: table.database, newDb: database }, command.at);
  }
  if (catalog.store.table(database, name) !== null) throw alreadyExists([SESSION_CATALOG, database, name], command.at);
  catalog.store.saveTable({ ...table, name, location: movedLocation(table, name) });
  catalog.store.dropTable(table.database, table.name);
  session.data.forget(table);
  return NOTHING;
}

/** A managed table's folder has its name. */
function movedLocation(table: TableMetadata, name: string): string | null {
  if (table.kind !== "managed" || table.location === null) return table.location;
  const target = `${dirname(table.location)}/${name}`;
  mkdirSync(localPath(table.location), { recursive: true });
  renameSync(localPath(table.location), localPath(target));
  return target;
}

export async function commentOn(command: Command<"comment">, session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const comment = command.comment ?? "";
  if (command.on === "database") {
    const database = catalog.requireDatabase(catalog.databaseName(await nameParts(command.name, session)));
    catalog.store.saveDatabase({ ...database, comment });
    return NOTHING;
  }
  const parts = await nameParts(command.name, session);
  if (command.on === "column") {
    const table = await requireTable(parts.slice(0, -1), session, "COMMENT ON COLUMN", command.at);
    catalog.store.saveTable({ ...table, ...changedColumn(table, parts.slice(-1), { comment }, command.at) });
    return NOTHING;
  }
  const found = catalog.find(parts);
  if (found?.kind === "table" && found.table.kind === "view") await requireView(parts, session, "COMMENT ON TABLE", command.at);
  const table = await requireTable(parts, session, "COMMENT ON TABLE", command.at);
  catalog.store.saveTable({ ...table, comment });
  return NOTHING;
}
