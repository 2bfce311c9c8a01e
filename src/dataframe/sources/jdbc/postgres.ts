/** PostgreSQL, by the package pg, which is loaded when the first database is read: an optional peer dependency. */
import type * as Pg from "pg";
import type { DataType } from "../../../columnar/types";
import { DataError, UsageError } from "../../../common/errors";
import { valueToString } from "../../types/print";
import type { SqlSettings } from "../../settings";
import type { Connection, ConnectOptions, DatabaseColumn, Dialect } from "./dialect";

function library(): typeof Pg {
  try {
    return require("pg") as typeof Pg;
  } catch (cause) {
    throw new UsageError("POSTGRES_CLIENT_NOT_INSTALLED", "jdbc:postgresql needs the package pg: run `npm install pg`.", {
      cause,
    });
  }
}

/** Values stay text: the engine's own readers know what types they have. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

class PostgresConnection implements Connection {
  #cursors = 0;

  constructor(private readonly client: Pg.Client) {}

  async run(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.#ask(sql, values);
  }

  async #ask(sql: string, values: readonly unknown[] = []): Promise<Pg.QueryArrayResult> {
    try {
      return await this.client.query({ text: sql, values: [...values], rowMode: "array", types: AS_TEXT });
    } catch (error) {
      throw databaseError(error, sql);
    }
  }

  async all(sql: string): Promise<readonly unknown[][]> {
    return (await this.#ask(sql)).rows as unknown[][];
  }

  async *rows(sql: string, fetchSize: number): AsyncGenerator<unknown[], void, undefined> {
    const cursor = `firesteel_${++this.#cursors}`;
    await this.#ask("BEGIN READ ONLY");
    try {
      await this.#ask(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`);
      for (;;) {
        const { rows } = await this.#ask(`FETCH ${fetchSize} FROM ${cursor}`);
        yield* rows as unknown[][];
        if (rows.length < fetchSize) break;
      }
    } finally {
      await this.client.query("ROLLBACK").catch(() => undefined);
    }
  }

  async columns(query: string): Promise<readonly DatabaseColumn[]> {
    const { fields } = await this.#ask(`SELECT * FROM ${query} LIMIT 0`);
    return fields.map(({ name, dataTypeID, dataTypeModifier }) => ({ name, ...typeOf(dataTypeID, dataTypeModifier) }));
  }

  close(): Promise<void> {
    return this.client.end().catch(() => undefined);
  }
}

function databaseError(error: unknown, sql: string): Error {
  const { message, code } = error as { readonly message: string; readonly code?: string };
  return new DataError(
    "FAILED_JDBC.QUERY",
    `The database refused a statement: ${message}${code === undefined ? "" : ` (SQLSTATE ${code})`}\nStatement: ${sql.slice(0, 500)}`,
    { cause: error },
  );
}

const LONG: DataType = { kind: "long" };
const STRING: DataType = { kind: "string" };

/** By the numbers of pg_type. Types that SQL has not are read as their text. */
function typeOf(id: number, modifier: number): Omit<DatabaseColumn, "name"> {
  const plain = (type: DataType, comparable = true): Omit<DatabaseColumn, "name"> => ({ type, comparable });
  switch (id) {
    case 16:
      return plain({ kind: "boolean" });
    case 17:
      return plain({ kind: "binary" }, false);
    case 20:
    case 26:
      return plain(LONG, id === 20);
    case 21:
      return plain({ kind: "short" });
    case 23:
      return plain({ kind: "int" });
    case 25:
    case 1043:
      return plain(STRING);
    case 700:
      return plain({ kind: "float" }, false);
    case 701:
      return plain({ kind: "double" });
    case 1082:
      return plain({ kind: "date" });
    case 1114:
      return plain({ kind: "timestamp_ntz" }, false);
    case 1184:
      return plain({ kind: "timestamp" });
    case 1700: {
      if (modifier < 4) return plain({ kind: "decimal", precision: 38, scale: 18 }, false);
      const precision = ((modifier - 4) >> 16) & 0xffff;
      const scale = (modifier - 4) & 0x7ff;
      return precision > 38 || scale > precision
        ? plain({ kind: "decimal", precision: 38, scale: 18 }, false)
        : plain({ kind: "decimal", precision, scale });
    }
    default:
      return plain(STRING, false);
  }
}

const UTC = { timeZone: "UTC" } as SqlSettings;

export const postgres: Dialect = {
  name: "postgresql",
  writing: "staging tables",
  mostParameters: 60_000,
  placeholder: (position) => `$${position}`,
  async connect(target, { user, password, readOnly, sessionInitStatement, queryTimeout }: ConnectOptions) {
    const { Client } = library();
    const client = new Client({
      connectionString: target,
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      application_name: "firesteel",
      ...(queryTimeout > 0 && { statement_timeout: queryTimeout * 1000 }),
    });
    // A connection that breaks while nothing is asked of it: the next question tells.
    client.on("error", () => undefined);
    try {
      await client.connect();
    } catch (cause) {
      const at = `${client.host}:${client.port}/${client.database ?? ""}`;
      throw new DataError("FAILED_JDBC.CONNECTION", `Cannot connect to the database at ${at}: ${(cause as Error).message}`, {
        cause,
      });
    }
    const connection = new PostgresConnection(client);
    await connection.run("SET TIME ZONE 'UTC'");
    await connection.run("SET DateStyle = 'ISO, YMD'");
    await connection.run("SET IntervalStyle = 'iso_8601'");
    if (sessionInitStatement !== undefined) await connection.run(sessionInitStatement);
    if (readOnly) await connection.run("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    return connection;
  },
  quoted: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  compared: (column, type, operator) =>
    type.kind === "string" && operator !== "=" && operator !== "IN" ? `${column} COLLATE "C"` : column,
  literal(value, type) {
    switch (type.kind) {
      case "boolean":
        return value === true ? "TRUE" : "FALSE";
      case "byte":
      case "short":
      case "int":
      case "long":
        return `${value as number}`;
      case "double":
        return `'${value as number}'::float8`;
      case "string":
        return (value as string).includes("\0") ? null : `'${(value as string).replaceAll("'", "''")}'`;
      case "decimal":
        return valueToString(value, type, UTC);
      case "date":
        return `DATE '${valueToString(value, type, UTC)}'`;
      case "timestamp":
        return `TIMESTAMPTZ '${valueToString(value, type, UTC)}+00'`;
      default:
        return null;
    }
  },
  reader(type) {
    switch (type.kind) {
      case "boolean":
        return (value) => value === "t";
      case "short":
      case "int":
      case "float":
      case "double":
        return Number;
      case "long":
        return (value) => BigInt(value as string);
      case "binary":
        return (value) => Buffer.from((value as string).slice(2), "hex");
      case "timestamp":
        return (value) => (value as string).replace(/\+00$/, "Z");
      case "decimal": {
        const { scale } = type;
        return (value) => atScale(value as string, scale);
      }
      default:
        return (value) => value;
    }
  },
  columnType(type) {
    switch (type.kind) {
      case "boolean":
        return "boolean";
      case "byte":
      case "short":
        return "smallint";
      case "int":
        return "integer";
      case "long":
        return "bigint";
      case "float":
        return "real";
      case "double":
        return "double precision";
      case "decimal":
        return `numeric(${type.precision},${type.scale})`;
      case "string":
        return "text";
      case "binary":
        return "bytea";
      case "date":
        return "date";
      case "timestamp":
        return "timestamp with time zone";
      case "timestamp_ntz":
        return "timestamp";
      default:
        return null;
    }
  },
  parameter(type) {
    switch (type.kind) {
      case "boolean":
        return (value) => (value === true ? "true" : "false");
      case "string":
        return (value) => value;
      case "binary":
        return (value) => Buffer.from(value as Uint8Array);
      case "timestamp":
        return (value) => `${valueToString(value, type, UTC)}+00`;
      case "float":
      case "double":
        return String;
      default:
        return (value) => valueToString(value, type, UTC);
    }
  },
  exists: (table) => `SELECT 1 FROM (SELECT to_regclass('${table.replaceAll("'", "''")}') AS found) AS t WHERE found IS NOT NULL`,
};

/** Digits behind `scale` are cut where they are zeros; others are refused by the type that the column is read as. */
function atScale(text: string, scale: number): string {
  const point = text.indexOf(".");
  return point >= 0 && text.length - point - 1 > scale ? text.slice(0, point + 1 + scale) : text;
}
