/**
 * Rows into a table of a database. Each attempt of a task writes a staging table of its own (of SQLite: a file beside the database); the
 * job's commit moves the rows of the accepted attempts into the table in one transaction, so that others see all of them or none.
 */
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { boxedReader } from "../../../columnar/batch";
import type { StructType } from "../../../columnar/types";
import { DataError, UsageError } from "../../../common/errors";
import { AnalysisError } from "../../errors";
import { simpleString } from "../../types/text";
import type { BatchSink, BatchSpool, SaveRequest, SourceOptions, SourceWriter, WriteJob, WriteTask } from "../data-source";
import { booleanOption, option } from "../options";
import type { Connection, Dialect } from "./dialect";
import { tableRequest, type TableRequest } from "./request";

interface Spec {
  readonly options: SourceOptions;
  readonly schema: StructType;
  /** What names of staging tables and files begin with. */
  readonly prefix: string;
}

interface Commit {
  /** Null where the task had no rows. */
  readonly staging: string | null;
  readonly rows: number;
}

export const jdbcWriter: SourceWriter = {
  async begin(request, _driver): Promise<WriteJob | null> {
    const { options, mode, schema, partitionBy, jobId } = request;
    const table = targetOf(options);
    if (partitionBy.length > 0)
      throw new UsageError("INVALID_ARGUMENT", "partitionBy: a table of a database has no partition columns.");
    const columns = columnsSql(table.dialect, schema, options);
    const prefix = `firesteel_${jobId.replaceAll("-", "_")}_`;
    const connection = await open(table, table.target);
    try {
      if (await exists(connection, table)) {
        if (mode === "ignore") return null;
        if (mode === "error") throw new AnalysisError("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: `\`${table.table}\`` });
      }
      await mark(connection, table, prefix);
    } finally {
      await connection.close();
    }
    const spec: Spec = { options, schema, prefix };
    return {
      spec,
      async commit(commits) {
        const staged = (commits as readonly Commit[]).filter(({ staging }) => staging !== null);
        await publish(table, request, columns, staged);
        await clear(table, spec.prefix);
        return { files: 0, bytes: 0, rows: staged.reduce((sum, { rows }) => sum + rows, 0) };
      },
      abort: () => clear(table, spec.prefix),
    };
  },
  open(given, task) {
    return new StagingSink(given as Spec, task);
  },
};

function targetOf(options: SourceOptions): TableRequest & { readonly table: string } {
  const request = tableRequest(options);
  if (request.table === null)
    throw new UsageError("INVALID_ARGUMENT", "A query cannot be written: give a table's name as dbtable.");
  return request as TableRequest & { readonly table: string };
}

async function open({ dialect, connect }: TableRequest, target: string): Promise<Connection> {
  return dialect.connect(target, { ...connect, readOnly: false });
}

async function exists(connection: Connection, { dialect, table }: TableRequest & { readonly table: string }): Promise<boolean> {
  return (await connection.all(dialect.exists(table))).length > 0;
}

/** The columns of a new table. createTableColumnTypes says others: "name VARCHAR(100), price NUMERIC(8,2)". */
function columnsSql(dialect: Dialect, schema: StructType, options: SourceOptions): string {
  const given = new Map<string, string>();
  for (const part of (option(options, "createTableColumnTypes") ?? "").split(/,(?![^(]*\))/)) {
    const [name, ...type] = part.trim().split(/\s+/);
    if (name !== undefined && type.length > 0) given.set(name.toLowerCase(), type.join(" "));
  }
  return schema.fields
    .map(({ name, type }) => {
      const own = dialect.columnType(type);
      if (own === null)
        throw new AnalysisError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {
          format: `jdbc ${dialect.name}`,
          columnName: `\`${name}\``,
          columnType: `"${simpleString(type).toUpperCase()}"`,
        });
      return `${dialect.quoted(name)} ${given.get(name.toLowerCase()) ?? own}`;
    })
    .join(", ");
}

/** All in one transaction: the table is made, emptied or kept, and gets the staged rows. */
async function publish(
  table: TableRequest & { readonly table: string },
  { options, mode, schema }: SaveRequest,
  columns: string,
  staged: readonly Commit[],
): Promise<void> {
  const { dialect } = table;
  const names = schema.fields.map(({ name }) => dialect.quoted(name)).join(", ");
  const connection = await open(table, table.target);
  try {
    await connection.run(dialect.writing === "staging files" ? "BEGIN IMMEDIATE" : "BEGIN");
    try {
      const there = await exists(connection, table);
      const truncate = booleanOption(options, "truncate", false);
      if (there && mode === "overwrite")
        await connection.run(truncate ? `DELETE FROM ${table.table}` : `DROP TABLE ${table.table}`);
      if (!there || (mode === "overwrite" && !truncate))
        await connection.run(`CREATE TABLE ${table.table} (${columns}) ${option(options, "createTableOptions") ?? ""}`);
      for (const { staging } of staged) {
        if (dialect.writing === "staging tables")
          await connection.run(`INSERT INTO ${table.table} (${names}) SELECT ${names} FROM ${staging!}`);
        else await copyFile(connection, table, staging!, names, schema.fields.length);
      }
      await connection.run("COMMIT");
    } catch (error) {
      await Promise.resolve(connection.run("ROLLBACK")).catch(() => undefined);
      throw error;
    }
  } finally {
    await connection.close();
  }
}

async function copyFile(
  to: Connection,
  table: TableRequest & { readonly table: string },
  path: string,
  names: string,
  width: number,
): Promise<void> {
  const from = await open(table, path);
  try {
    const insert = `INSERT INTO ${table.table} (${names}) VALUES (${Array.from({ length: width }, () => "?").join(", ")})`;
    for await (const row of from.rows(`SELECT ${names} FROM staged`, table.fetchSize)) await to.run(insert, row);
  } finally {
    await from.close();
  }
}

/** While the mark is there, tasks of the job may leave staging tables. Whoever finds it gone takes his own away. */
const MARK = "open";

async function mark(connection: Connection, { dialect, target }: TableRequest, prefix: string): Promise<void> {
  if (dialect.writing === "staging files") writeFileSync(`${target}.${prefix}${MARK}`, "");
  else await connection.run(`CREATE TABLE ${prefix}${MARK} ()`);
}

/** Takes the mark away, and then everything that the job's tasks left. */
async function clear(table: TableRequest, prefix: string): Promise<void> {
  const { dialect, target } = table;
  if (dialect.writing === "staging files") {
    rmSync(`${target}.${prefix}${MARK}`, { force: true });
    for (const file of readdirSync(dirname(target)))
      if (file.startsWith(`${basename(target)}.${prefix}`)) removeFile(join(dirname(target), file));
    return;
  }
  const connection = await open(table, target);
  try {
    await connection.run(`DROP TABLE IF EXISTS ${prefix}${MARK}`);
    const left = await connection.all(`SELECT tablename FROM pg_tables WHERE starts_with(tablename::text, '${prefix}')`);
    for (const [name] of left) await connection.run(`DROP TABLE IF EXISTS ${String(name)}`);
  } finally {
    await connection.close();
  }
}

/** A database that nobody has open, with what stands beside it. */
function removeFile(path: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm", ".lock"]) rmSync(`${path}${suffix}`, { force: true, recursive: true });
}

class StagingSink implements BatchSink {
  readonly #spool: BatchSpool;

  constructor(
    private readonly spec: Spec,
    private readonly task: WriteTask,
  ) {
    this.#spool = task.spool();
  }

  write(batch: Parameters<BatchSink["write"]>[0]): void {
    this.#spool.add(batch);
  }

  async commit(): Promise<Commit> {
    const { options, prefix } = this.spec;
    const table = targetOf(options);
    const name = `${prefix}${this.task.partition}_${String(this.task.attemptId).replace(/\W/g, "_")}`;
    const staging = new StagingTable(table, this.spec.schema, options, name);
    const most = Math.floor(table.dialect.mostParameters / Math.max(1, this.spec.schema.fields.length));
    let rows = 0;
    try {
      for (const values of this.#rows(table.dialect, Math.min(table.batchSize, most))) rows += await staging.insert(values);
      if (rows > 0) await staging.finish(`${prefix}${MARK}`);
    } catch (error) {
      await staging.remove();
      throw error;
    } finally {
      await staging.close();
    }
    return { staging: rows === 0 ? null : staging.place, rows };
  }

  /** Parameters of so many rows at a time, row by row. */
  *#rows(dialect: Dialect, most: number): Generator<unknown[], void, undefined> {
    const { fields } = this.spec.schema;
    const parameters = fields.map(({ type }) => dialect.parameter(type));
    for (const batch of this.#spool.batches()) {
      const readers = batch.columns.map((column, i) => boxedReader(column, fields[i]!.type));
      for (let from = 0; from < batch.length; from += most) {
        this.task.checkInterrupted();
        const values: unknown[] = [];
        for (let row = from; row < Math.min(batch.length, from + most); row++) {
          readers.forEach((read, i) => {
            const value = read(row);
            values.push(value === null ? null : parameters[i]!(value));
          });
        }
        yield values;
      }
    }
  }

  /** What it wrote goes with the job: when it commits, and when it fails. */
  abort(): void {}
}

class StagingTable {
  readonly place: string;
  readonly #inFile: boolean;
  readonly #table: string;
  #connection: Connection | undefined;

  constructor(
    private readonly target: TableRequest,
    private readonly schema: StructType,
    private readonly options: SourceOptions,
    name: string,
  ) {
    this.#inFile = target.dialect.writing === "staging files";
    this.place = this.#inFile ? `${target.target}.${name}` : name;
    this.#table = this.#inFile ? "staged" : name;
  }

  async #start(): Promise<Connection> {
    const { target, schema, options } = this;
    const connection = (this.#connection = await open(target, this.#inFile ? this.place : target.target));
    const kind = this.#inFile ? "TABLE" : "UNLOGGED TABLE";
    await connection.run(`CREATE ${kind} ${this.#table} (${columnsSql(target.dialect, schema, options)})`);
    if (this.#inFile) await connection.run("BEGIN");
    return connection;
  }

  /** The values of some rows, row by row; gives how many rows they are. */
  async insert(values: readonly unknown[]): Promise<number> {
    const connection = this.#connection ?? (await this.#start());
    const { fields } = this.schema;
    const count = values.length / fields.length;
    let position = 0;
    const row = (): string => `(${fields.map(() => this.target.dialect.placeholder(++position)).join(", ")})`;
    await connection.run(`INSERT INTO ${this.#table} VALUES ${Array.from({ length: count }, row).join(", ")}`, values);
    return count;
  }

  async finish(markName: string): Promise<void> {
    const connection = this.#connection!;
    if (this.#inFile) await connection.run("COMMIT");
    const { dialect, target } = this.target;
    const isOpen = this.#inFile
      ? existsSync(`${target}.${markName}`)
      : (await connection.all(dialect.exists(markName))).length > 0;
    if (!isOpen) throw new DataError("JDBC_WRITE_ENDED", "The job that this task wrote for has ended without it.");
  }

  async remove(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (!this.#inFile)
      return void (await Promise.resolve(connection.run(`DROP TABLE IF EXISTS ${this.#table}`)).catch(() => undefined));
    await this.close();
    removeFile(this.place);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }
}
