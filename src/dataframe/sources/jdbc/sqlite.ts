/**
 * SQLite, by Node's own module where it has one, else by the package node-sqlite3-wasm, an optional peer dependency. Everything
 * is synchronous. The file must be reachable by every executor.
 */
import { existsSync } from "node:fs";
import type { DataType } from "../../../columnar/types";
import { DataError, UsageError } from "../../../common/errors";
import type { SqlSettings } from "../../settings";
import { parseType } from "../../sql/parse-type";
import { valueToString } from "../../types/print";
import type { Connection, DatabaseColumn, Dialect } from "./dialect";

/** What both libraries can do. */
interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
}

interface Statement {
  run(...values: unknown[]): unknown;
  iterate(...values: unknown[]): Iterable<Readonly<Record<string, unknown>>>;
  setReadBigInts?(enabled: boolean): void;
  finalize?(): void;
}

function openDatabase(path: string, readOnly: boolean): { readonly database: Database; readonly asArray: boolean } {
  const builtin = (process as { getBuiltinModule?: (id: string) => unknown }).getBuiltinModule?.("node:sqlite") as
    { DatabaseSync: new (path: string, options: object) => Database } | undefined;
  if (builtin !== undefined) return { database: new builtin.DatabaseSync(path, { readOnly }), asArray: false };
  let library: { Database: new (path: string, options: object) => Database };
  try {
    library = require("node-sqlite3-wasm") as typeof library;
  } catch (cause) {
    throw new UsageError(
      "SQLITE_CLIENT_NOT_INSTALLED",
      "jdbc:sqlite needs Node 22.13 or later, or the package node-sqlite3-wasm: run `npm install node-sqlite3-wasm`.",
      { cause },
    );
  }
  return { database: new library.Database(path, { readOnly, fileMustExist: readOnly }), asArray: true };
}

const BUSY_MS = 60_000;

class SqliteConnection implements Connection {
  readonly #database: Database;
  /** Values of a statement are one array. */
  readonly #asArray: boolean;
  #views = 0;

  constructor(path: string, readOnly: boolean) {
    if (readOnly && !existsSync(path))
      throw new DataError(
        "FAILED_JDBC.CONNECTION",
        `There is no SQLite database ${path}. Executors need to reach the file, too.`,
      );
    const { database, asArray } = attempt(() => openDatabase(path, readOnly), path);
    this.#database = database;
    this.#asArray = asArray;
    // Of the package's locks even readers need one each: they wait for each other.
    this.run(`PRAGMA busy_timeout = ${BUSY_MS}`);
  }

  #values(values: readonly unknown[]): unknown[] {
    return this.#asArray ? (values.length === 0 ? [] : [[...values]]) : [...values];
  }

  run(sql: string, values: readonly unknown[] = []): void {
    attempt(() => {
      if (values.length === 0) return this.#database.exec(sql);
      const statement = this.#database.prepare(sql);
      try {
        statement.run(...this.#values(values));
      } finally {
        statement.finalize?.();
      }
    }, sql);
  }

  all(sql: string): readonly unknown[][] {
    return [...this.rows(sql)];
  }

  *rows(sql: string): Generator<unknown[], void, undefined> {
    const statement = attempt(() => this.#database.prepare(sql), sql);
    try {
      statement.setReadBigInts?.(true);
      const rows = attempt(() => statement.iterate(), sql)[Symbol.iterator]();
      for (let next = rows.next(); next.done !== true; next = attempt(() => rows.next(), sql)) yield Object.values(next.value);
    } finally {
      statement.finalize?.();
    }
  }

  /** A view tells the declared types of a query's columns; where it has none, the first value does. */
  columns(query: string): readonly DatabaseColumn[] {
    const view = `firesteel_view_${++this.#views}`;
    this.run("PRAGMA temp_store = MEMORY");
    this.run(`CREATE TEMP VIEW ${view} AS SELECT * FROM ${query}`);
    try {
      const declared = [...this.rows(`SELECT name, type FROM pragma_table_info('${view}')`)] as [string, string][];
      const names = declared.map(([name]) => `typeof(${sqlite.quoted(name)}) AS ${sqlite.quoted(`type of ${name}`)}`);
      const [first] = [...this.rows(`SELECT ${names.join(", ")} FROM ${view} LIMIT 1`)];
      return declared.map(([name, type], i) => {
        const found = typeOf(type === "" ? ((first?.[i] as string | undefined) ?? "text") : type);
        return { name, type: found, comparable: ["long", "double", "string"].includes(found.kind) };
      });
    } finally {
      this.run(`DROP VIEW ${view}`);
    }
  }

  close(): void {
    this.#database.close();
  }
}

function attempt<T>(work: () => T, about: string): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new DataError("FAILED_JDBC.QUERY", `SQLite: ${(cause as Error).message}\nStatement: ${about.slice(0, 500)}`, { cause });
  }
}

/** By the words that SQLite goes by, and the types that people declare. */
function typeOf(declared: string): DataType {
  const text = declared.toUpperCase();
  if (/^(DECIMAL|NUMERIC)(TEXT)?\s*\(/.test(text)) return parseType(text.replace(/^[A-Z]+/, "DECIMAL"));
  if (/BOOL/.test(text)) return { kind: "boolean" };
  if (/^DATE$/.test(text)) return { kind: "date" };
  if (/DATETIME|TIMESTAMP/.test(text)) return { kind: "timestamp" };
  if (/INT/.test(text)) return { kind: "long" };
  if (/CHAR|CLOB|TEXT/.test(text)) return { kind: "string" };
  if (/BLOB/.test(text)) return { kind: "binary" };
  if (/REAL|FLOA|DOUB|NUMERIC|DECIMAL/.test(text)) return { kind: "double" };
  return { kind: "string" };
}

const UTC = { timeZone: "UTC" } as SqlSettings;

export const sqlite: Dialect = {
  name: "sqlite",
  writing: "staging files",
  mostParameters: 30_000,
  placeholder: () => "?",
  connect(target, { readOnly, sessionInitStatement }) {
    const connection = new SqliteConnection(target, readOnly);
    if (sessionInitStatement !== undefined) connection.run(sessionInitStatement);
    return connection;
  },
  quoted: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  compared: (column) => column,
  literal(value, type) {
    switch (type.kind) {
      case "long":
        return `${value as number}`;
      case "double":
        return Number.isFinite(value) ? `${value as number}` : null;
      case "string":
        return (value as string).includes("\0") ? null : `'${(value as string).replaceAll("'", "''")}'`;
      default:
        return null;
    }
  },
  reader(type) {
    switch (type.kind) {
      case "boolean":
        return (value) => (typeof value === "string" ? /^(true|t|1)$/i.test(value) : Number(value) !== 0);
      case "double":
        return (value) => (typeof value === "bigint" ? Number(value) : value);
      case "decimal":
      case "date":
      case "timestamp":
        return (value) => (typeof value === "bigint" ? value : typeof value === "number" ? String(value) : value);
      case "string":
        return (value) => (typeof value === "string" ? value : value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)); // prettier-ignore
      default:
        return (value) => value;
    }
  },
  columnType(type) {
    switch (type.kind) {
      case "boolean":
        return "BOOLEAN";
      case "byte":
      case "short":
      case "int":
      case "long":
        return "INTEGER";
      case "float":
      case "double":
        return "REAL";
      // More digits than a double has stay text: a type with TEXT in its name is not made a number.
      case "decimal":
        return `${type.precision > 15 ? "DECIMALTEXT" : "DECIMAL"}(${type.precision},${type.scale})`;
      case "string":
        return "TEXT";
      case "binary":
        return "BLOB";
      case "date":
        return "DATE";
      case "timestamp":
      case "timestamp_ntz":
        return "TIMESTAMP";
      default:
        return null;
    }
  },
  parameter(type) {
    switch (type.kind) {
      case "boolean":
        return (value) => (value === true ? 1 : 0);
      case "decimal":
      case "date":
      case "timestamp_ntz":
        return (value) => valueToString(value, type, UTC);
      case "timestamp":
        return (value) => `${valueToString(value, type, UTC)}Z`;
      default:
        return (value) => value;
    }
  },
  exists: (table) => `SELECT 1 FROM sqlite_master WHERE type IN ('table', 'view') AND name = '${table.replaceAll("'", "''")}'`,
};
