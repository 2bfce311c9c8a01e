/** ALTER TABLE, ALTER VIEW, ALTER DATABASE. */
import type { AlterTableAction, ColumnChange, ColumnDefinition, PartitionSpec, Statement } from "../../syntax/command";
import type { Cursor } from "../cursor";
import { isQueryStart } from "../primary";
import { keyList, propertyList, refuseReserved } from "../properties";
import { objectName } from "../relation-names";
import { collationName, dataType } from "../type-parser";
import { columnDefinition, columnOptions, columnPosition, constraint, isConstraint, textOf } from "./columns";
import { optionalPartitionSpec, partitionSpec } from "./partition-spec";
import { schemaBinding, viewBody } from "./view";

export function alterStatement(p: Cursor): Statement {
  p.expect("ALTER");
  if (p.accept("TABLE")) {
    const name = objectName(p);
    return { kind: "alterTable", name, action: tableAction(p) };
  }
  if (p.accept("VIEW")) return alterView(p);
  if (p.accept("DATABASE") || p.accept("SCHEMA") || p.accept("NAMESPACE")) return alterDatabase(p);
  throw p.unexpected();
}

function alterView(p: Cursor): Statement {
  const name = objectName(p);
  if (p.is("WITH") && p.isAt(1, "SCHEMA")) {
    return { kind: "alterView", name, action: { kind: "schemaBinding", binding: schemaBinding(p) } };
  }
  if (p.is("AS") || isQueryStart(p, 0)) {
    p.accept("AS");
    return { kind: "alterView", name, action: { kind: "query", query: viewBody(p) } };
  }
  const common = tableOrViewAction(p);
  if (common === null) {
    const part = p.is("ADD") || p.is("DROP") ? p.token.symbol : null;
    if (part !== null && (p.isAt(1, "PARTITION") || p.isAt(1, "IF")))
      throw p.error("INVALID_STATEMENT_OR_CLAUSE", { operation: `ALTER VIEW ... ${part} PARTITION` }, p.token.start);
    throw p.unexpected();
  }
  return { kind: "alterView", name, action: common };
}

function tableOrViewAction(
  p: Cursor,
): Extract<AlterTableAction, { kind: "rename" | "setProperties" | "unsetProperties" }> | null {
  if (p.accept("RENAME", "TO")) return { kind: "rename", to: p.names() };
  const { start } = p.token;
  if (p.accept("SET", "TBLPROPERTIES")) {
    const properties = propertyList(p);
    refuseReserved(p, Object.keys(properties), "table", start);
    return { kind: "setProperties", properties };
  }
  if (p.accept("UNSET", "TBLPROPERTIES")) {
    const ifExists = p.accept("IF", "EXISTS");
    const keys = keyList(p);
    refuseReserved(p, keys, "table", start);
    return { kind: "unsetProperties", keys, ifExists };
  }
  return null;
}

function alterDatabase(p: Cursor): Statement {
  const name = objectName(p);
  if (p.accept("UNSET")) {
    if (!p.accept("DBPROPERTIES")) p.expect("PROPERTIES");
    return { kind: "alterDatabase", name, unset: keyList(p) };
  }
  if (p.accept("DEFAULT", "COLLATION")) return { kind: "alterDatabase", name, collation: p.names().join(".") };
  p.expect("SET");
  if (p.accept("LOCATION")) return { kind: "alterDatabase", name, location: p.string() };
  const { start } = p.token;
  if (!p.accept("DBPROPERTIES")) p.expect("PROPERTIES");
  const properties = propertyList(p);
  refuseReserved(p, Object.keys(properties), "namespace", start);
  return { kind: "alterDatabase", name, properties };
}

function tableAction(p: Cursor): AlterTableAction {
  const start = p.token.start;
  const common = tableOrViewAction(p);
  if (common !== null) return common;
  if (p.accept("ADD")) return addAction(p);
  if (p.accept("RENAME", "COLUMN")) {
    const column = p.names();
    p.expect("TO");
    return { kind: "renameColumn", column, to: p.strictName() };
  }
  if (p.accept("DROP")) return dropAction(p);
  if (p.accept("RECOVER", "PARTITIONS")) return { kind: "recoverPartitions" };
  if (p.accept("CLUSTER", "BY")) {
    return { kind: "clusterBy", columns: p.accept("NONE") ? null : p.parenthesized(() => p.names()) };
  }
  if (p.accept("DEFAULT", "COLLATION")) return { kind: "setCollation", collation: collationName(p) };
  if (p.accept("ALTER")) {
    p.accept("COLUMN");
    return alterColumn(p);
  }
  const partition = optionalPartitionSpec(p);
  if (partition !== null && p.accept("RENAME", "TO")) return { kind: "renamePartition", from: partition, to: partitionSpec(p) };
  if (p.accept("CHANGE")) {
    p.accept("COLUMN");
    return changeColumn(p, partition);
  }
  if (p.accept("REPLACE", "COLUMNS")) return { kind: "replaceColumns", columns: p.parenthesized(() => columnDefinition(p)) };
  if (p.accept("SET")) return setAction(p, partition);
  if (partition === null && !HIVE_ACTIONS.has(p.token.symbol)) throw p.unexpected();
  throw p.error("INVALID_STATEMENT_OR_CLAUSE", { operation: `ALTER TABLE ${p.token.symbol}`.trim() }, start);
}

/** What Hive takes and Spark does not. */
const HIVE_ACTIONS: ReadonlySet<string> = new Set([
  "NOT",
  "CLUSTERED",
  "SKEWED",
  "EXCHANGE",
  "ARCHIVE",
  "UNARCHIVE",
  "TOUCH",
  "COMPACT",
  "CONCATENATE",
]);

function setAction(p: Cursor, partition: PartitionSpec | null): AlterTableAction {
  const where = partition !== null && { partition };
  if (p.accept("LOCATION")) return { kind: "setLocation", location: p.string(), ...where };
  if (p.accept("SERDEPROPERTIES")) return { kind: "setSerde", properties: propertyList(p), ...where };
  p.expect("SERDE");
  const serde = p.string();
  return { kind: "setSerde", serde, properties: p.accept("WITH", "SERDEPROPERTIES") ? propertyList(p) : {}, ...where };
}

function addAction(p: Cursor): AlterTableAction {
  if (p.accept("COLUMN") || p.accept("COLUMNS")) {
    const columns = p.is("(") ? p.parenthesized(() => columnDefinition(p)) : p.list(() => columnDefinition(p));
    return { kind: "addColumns", columns };
  }
  if (isConstraint(p)) return { kind: "addConstraint", constraint: constraint(p, null) };
  const ifNotExists = p.accept("IF", "NOT", "EXISTS") || p.accept("IF", "!", "EXISTS");
  const partitions: { spec: PartitionSpec; location?: string }[] = [];
  do {
    const spec = partitionSpec(p);
    partitions.push(p.accept("LOCATION") ? { spec, location: p.string() } : { spec });
  } while (p.is("PARTITION"));
  return { kind: "addPartitions", partitions, ifNotExists };
}

function dropAction(p: Cursor): AlterTableAction {
  if (p.accept("COLUMN") || p.accept("COLUMNS")) {
    const ifExists = p.accept("IF", "EXISTS");
    const columns = p.is("(") ? p.parenthesized(() => p.names()) : p.list(() => p.names());
    return { kind: "dropColumns", columns, ifExists };
  }
  if (p.accept("CONSTRAINT")) {
    const ifExists = p.accept("IF", "EXISTS");
    const name = p.strictName();
    const cascade = p.accept("CASCADE");
    if (!cascade) p.accept("RESTRICT");
    return { kind: "dropConstraint", name, ifExists, cascade };
  }
  const ifExists = p.accept("IF", "EXISTS");
  const partitions = p.list(() => partitionSpec(p));
  return { kind: "dropPartitions", partitions, ifExists, purge: p.accept("PURGE") };
}

/** ALTER COLUMN c TYPE … | COMMENT … | FIRST | AFTER … | SET/DROP NOT NULL | SET/DROP DEFAULT */
function alterColumn(p: Cursor): AlterTableAction {
  const column = p.names();
  return { kind: "alterColumn", column, change: columnChange(p) };
}

function columnChange(p: Cursor): ColumnChange {
  if (p.accept("TYPE")) return { type: dataType(p) };
  if (p.accept("COMMENT")) return { comment: p.string() };
  if (p.is("FIRST") || p.is("AFTER")) return { position: columnPosition(p) };
  if (p.accept("SET")) {
    if (p.accept("NOT", "NULL")) return { nullable: false };
    p.expect("DEFAULT");
    return { default: textOf(p) };
  }
  if (p.accept("DROP")) {
    if (p.accept("NOT", "NULL")) return { nullable: true };
    p.expect("DEFAULT");
    return { default: null };
  }
  const message = "ALTER TABLE CHANGE COLUMN needs TYPE, SET, DROP, COMMENT, FIRST or AFTER";
  throw p.error("_LEGACY_ERROR_TEMP_0035", { message }, p.token.start);
}

/** CHANGE [COLUMN] a b INT, Hive's; or CHANGE [COLUMN] a TYPE INT, as ALTER COLUMN. */
function changeColumn(p: Cursor, partition: PartitionSpec | null): AlterTableAction {
  const column = p.names();
  const words = ["TYPE", "COMMENT", "FIRST", "AFTER", "SET", "DROP"];
  if (p.token.kind === "end" || (words.includes(p.token.symbol) && !isHiveForm(p))) {
    return { kind: "alterColumn", column, change: columnChange(p) };
  }
  const definition: ColumnDefinition = columnOptions(p, [p.strictName()]);
  return { kind: "changeColumn", column, definition, ...(partition !== null && { partition }) };
}

function isHiveForm(p: Cursor): boolean {
  return p.is("TYPE") && p.isName(2) && !p.isAt(2, "COMMENT");
}
