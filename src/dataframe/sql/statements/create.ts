/** What begins with CREATE, REPLACE or DROP. */
import type { Statement } from "../../syntax/command";
import type { Cursor } from "../cursor";
import { propertyList, refuseReserved } from "../properties";
import { objectName } from "../relation-names";
import { createFunction } from "./create-function";
import { createTable } from "./create-table";
import { createView } from "./view";

export function createStatement(p: Cursor): Statement {
  const start = p.token.start;
  const replace = p.accept("REPLACE");
  if (!replace) p.expect("CREATE");
  const orReplace = p.accept("OR", "REPLACE");
  const global = p.accept("GLOBAL");
  const temporary = p.accept("TEMPORARY") || p.accept("TEMP");
  const external = p.accept("EXTERNAL");
  if (p.accept("TABLE")) return createTable(p, { orReplace, replace, external, temporary }, start);
  if (replace) throw p.unexpected();
  if (p.accept("VIEW")) {
    return createView(p, { orReplace, scope: global ? "global" : temporary ? "local" : "persistent" }, start);
  }
  if (p.accept("FUNCTION")) return createFunction(p, { orReplace, temporary }, start);
  if (isDatabase(p)) return createDatabase(p, start);
  if (p.accept("INDEX")) return createIndex(p);
  if (p.is("ROLE") || (p.is("MACRO") && temporary)) throw unsupportedOperation(p, start);
  throw p.unexpected();
}

export function unsupportedOperation(p: Cursor, start: number): Error {
  const words = p.text.slice(start, p.token.end).toUpperCase();
  return p.error("INVALID_STATEMENT_OR_CLAUSE", { operation: words }, start);
}

export function isDatabase(p: Cursor): boolean {
  return p.is("DATABASE") || p.is("SCHEMA") || p.is("NAMESPACE");
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function createDatabase(p: Cursor, start: number): Statement {
  p.next();
  const ifNotExists = p.accept("IF", "NOT", "EXISTS") || p.accept("IF", "!", "EXISTS");
  const name = objectName(p);
  const statement: Mutable<Extract<Statement, { kind: "createDatabase" }>> = {
    kind: "createDatabase",
    name,
    ifNotExists,
    properties: {},
  };
  const seen = new Set<string>();
  const once = (clauseName: string): void => {
    if (seen.has(clauseName)) throw p.error("DUPLICATE_CLAUSES", { clauseName }, start);
    seen.add(clauseName);
  };
  for (;;) {
    if (p.accept("COMMENT")) {
      once("COMMENT");
      statement.comment = p.string();
    } else if (p.accept("LOCATION")) {
      once("LOCATION");
      statement.location = p.string();
    } else if (p.accept("DEFAULT", "COLLATION")) {
      once("DEFAULT COLLATION");
      statement.collation = p.names().join(".");
    } else if (p.accept("WITH", "DBPROPERTIES") || p.accept("WITH", "PROPERTIES")) {
      once("WITH PROPERTIES");
      statement.properties = propertyList(p);
      refuseReserved(p, Object.keys(statement.properties), "namespace", start);
    } else {
      return statement;
    }
  }
}

function createIndex(p: Cursor): Statement {
  const ifNotExists = p.accept("IF", "NOT", "EXISTS") || p.accept("IF", "!", "EXISTS");
  const name = p.name();
  p.expect("ON");
  p.accept("TABLE");
  const table = objectName(p);
  const type = p.accept("USING") ? p.name() : undefined;
  const columns = p.parenthesized(() => ({ name: p.names(), options: p.accept("OPTIONS") ? propertyList(p) : {} }));
  const options = p.accept("OPTIONS") ? propertyList(p) : {};
  return { kind: "createIndex", name, table, ifNotExists, columns, options, ...(type !== undefined && { type }) };
}

export function dropStatement(p: Cursor): Statement {
  const start = p.token.start;
  p.expect("DROP");
  const temporary = p.accept("TEMPORARY") || p.accept("TEMP");
  const ifExists = (): boolean => p.accept("IF", "EXISTS");
  if (temporary && (p.accept("VARIABLE") || p.accept("VAR"))) {
    const exists = ifExists();
    return { kind: "dropVariable", name: objectName(p), ifExists: exists };
  }
  if (p.accept("FUNCTION")) {
    const exists = ifExists();
    return { kind: "dropFunction", name: objectName(p), ifExists: exists, temporary };
  }
  if (temporary) throw p.unexpected();
  if (p.accept("TABLE")) {
    const exists = ifExists();
    const name = objectName(p);
    return { kind: "dropTable", name, ifExists: exists, purge: p.accept("PURGE") };
  }
  if (p.accept("VIEW")) {
    const exists = ifExists();
    return { kind: "dropView", name: objectName(p), ifExists: exists };
  }
  if (isDatabase(p)) {
    p.next();
    const exists = ifExists();
    const name = objectName(p);
    const cascade = p.accept("CASCADE");
    if (!cascade) p.accept("RESTRICT");
    return { kind: "dropDatabase", name, ifExists: exists, cascade };
  }
  if (p.accept("INDEX")) {
    const exists = ifExists();
    const name = p.name();
    p.expect("ON");
    p.accept("TABLE");
    return { kind: "dropIndex", name, table: objectName(p), ifExists: exists };
  }
  if (p.is("ROLE") || p.is("MACRO")) throw unsupportedOperation(p, start);
  throw p.unexpected();
}
