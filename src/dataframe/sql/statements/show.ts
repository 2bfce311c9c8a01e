/** SHOW and DESCRIBE. */
import type { ObjectName, Statement } from "../../syntax/command";
import type { Cursor } from "../cursor";
import { isQueryStart } from "../primary";
import { propertyKey } from "../properties";
import { objectName } from "../relation-names";
import { isDatabase, unsupportedOperation } from "./create";
import { optionalPartitionSpec, partitionSpec } from "./partition-spec";
import { viewBody } from "./view";

export function showStatement(p: Cursor): Statement {
  const start = p.token.start;
  p.expect("SHOW");
  const word = p.next().symbol;
  switch (word) {
    case "DATABASES":
    case "SCHEMAS":
    case "NAMESPACES": {
      const catalog = inside(p) ? p.names() : null;
      return { kind: "showDatabases", catalog, pattern: pattern(p) };
    }
    case "CATALOGS":
      return { kind: "showCatalogs", pattern: pattern(p) };
    case "TABLES": {
      const database = inside(p) ? objectName(p) : null;
      return { kind: "showTables", database, pattern: pattern(p), ...(p.accept("AS", "JSON") && { asJson: true }) };
    }
    case "VIEWS": {
      const database = inside(p) ? objectName(p) : null;
      return { kind: "showViews", database, pattern: pattern(p) };
    }
    case "TABLE": {
      p.expect("EXTENDED");
      const database = inside(p) ? objectName(p) : null;
      p.expect("LIKE");
      return { kind: "showTableExtended", database, pattern: p.string(), partition: optionalPartitionSpec(p) };
    }
    case "COLUMNS": {
      if (!inside(p)) throw p.unexpected();
      const table = objectName(p);
      return { kind: "showColumns", table, database: inside(p) ? p.names() : null };
    }
    case "PARTITIONS": {
      const table = objectName(p);
      return { kind: "showPartitions", table, partition: optionalPartitionSpec(p) };
    }
    case "TBLPROPERTIES": {
      const table = objectName(p);
      if (!p.accept("(")) return { kind: "showTableProperties", table, key: null };
      const key = propertyKey(p);
      p.expect(")");
      return { kind: "showTableProperties", table, key };
    }
    case "CREATE": {
      p.expect("TABLE");
      const table = objectName(p);
      return { kind: "showCreateTable", table, asSerde: p.accept("AS", "SERDE") };
    }
    case "CURRENT":
      if (isDatabase(p)) {
        p.next();
        return { kind: "showCurrentNamespace" };
      }
      throw unsupportedOperation(p, start);
    case "COLLATIONS":
      return { kind: "showCollations", pattern: pattern(p) };
    case "PROCEDURES":
      return { kind: "showProcedures", database: inside(p) ? objectName(p) : null };
    case "FUNCTIONS":
      return showFunctions(p, "all");
    case "USER":
    case "SYSTEM":
    case "ALL":
      p.expect("FUNCTIONS");
      return showFunctions(p, word.toLowerCase() as "user" | "system" | "all");
    case "GRANT":
    case "ROLE":
    case "ROLES":
    case "PRINCIPALS":
    case "COMPACTIONS":
    case "TRANSACTIONS":
    case "INDEXES":
    case "LOCKS":
      throw unsupportedOperation(p, start);
    default:
      if (p.is("FUNCTIONS")) {
        throw p.error("INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_SCOPE", { scope: `\`${word.toLowerCase()}\`` }, start);
      }
      p.reset(p.mark - 1);
      throw p.unexpected();
  }
}

function showFunctions(p: Cursor, scope: "user" | "system" | "all"): Statement {
  const start = p.token.start;
  const database = inside(p) ? objectName(p) : null;
  p.accept("LIKE");
  if (p.isName()) {
    const name = p.names();
    if (database !== null) {
      throw p.error("INVALID_SQL_SYNTAX.SHOW_FUNCTIONS_INVALID_PATTERN", { pattern: `\`${name.join(".")}\`` }, start);
    }
    return { kind: "showFunctions", scope, database: null, pattern: null, name };
  }
  return { kind: "showFunctions", scope, database, pattern: pattern(p), name: null };
}

function inside(p: Cursor): boolean {
  return p.accept("FROM") || p.accept("IN");
}

/** [LIKE] 'pattern' */
function pattern(p: Cursor): string | null {
  if (p.accept("LIKE")) return p.string();
  return p.token.kind === "string" ? p.string() : null;
}

export function describeStatement(p: Cursor): Statement {
  if (!p.accept("DESC")) p.expect("DESCRIBE");
  if (p.is("FUNCTION") && !endsThere(p, 1)) {
    p.next();
    const extended = p.is("EXTENDED") && !endsThere(p, 1) ? p.accept("EXTENDED") : false;
    return { kind: "describeFunction", name: functionName(p), extended };
  }
  if (isDatabase(p) && !endsThere(p, 1)) {
    p.next();
    const extended = p.is("EXTENDED") && !endsThere(p, 1) ? p.accept("EXTENDED") : false;
    return { kind: "describeDatabase", name: objectName(p), extended };
  }
  if (p.is("PROCEDURE") && p.isName(1)) {
    p.next();
    return { kind: "describeProcedure", name: objectName(p) };
  }
  if (p.is("QUERY") && !endsThere(p, 1) && isQueryStart(p, 1)) {
    p.next();
    return { kind: "describeQuery", query: viewBody(p) };
  }
  if (isQueryStart(p, 0)) {
    // TABLE t is a query too: DESCRIBE TABLE t means the table, unless it says QUERY.
    if (!p.is("TABLE")) return { kind: "describeQuery", query: viewBody(p) };
    p.next();
  } else if (p.is("TABLE") && !endsThere(p, 1)) {
    p.next();
  }
  const extended = (p.is("EXTENDED") || p.is("FORMATTED")) && p.isName(1);
  if (extended) p.next();
  return describeTable(p, extended);
}

function describeTable(p: Cursor, extended: boolean): Statement {
  const start = p.token.start;
  const table: ObjectName = objectName(p);
  const partition = p.is("PARTITION") && p.isAt(1, "(") ? partitionSpec(p) : null;
  const column = p.isName() && !p.is("AS") ? p.names() : null;
  if (partition?.some(({ value }) => value === null)) {
    const { name } = partition.find(({ value }) => value === null) as (typeof partition)[number];
    throw p.error("INVALID_SQL_SYNTAX.EMPTY_PARTITION_VALUE", { partKey: `\`${name}\`` }, start);
  }
  const asJson = p.accept("AS", "JSON");
  if (asJson && column !== null) throw p.error("UNSUPPORTED_FEATURE.DESC_TABLE_COLUMN_JSON", {}, start);
  if (asJson && !extended) throw p.error("DESCRIBE_JSON_NOT_EXTENDED", {}, start);
  return { kind: "describeTable", table, partition, column, extended, asJson };
}

/** Operators have descriptions too: DESCRIBE FUNCTION +, DESCRIBE FUNCTION 'in'. */
function functionName(p: Cursor): ObjectName {
  if (p.isName()) return objectName(p);
  if (p.token.kind === "string") return [p.string()];
  let name = p.next().symbol;
  while (p.is(">") && name.startsWith(">")) name += p.next().symbol;
  return [name];
}

function endsThere(p: Cursor, n: number): boolean {
  return p.peek(n).kind === "end" || p.isAt(n, ";");
}
