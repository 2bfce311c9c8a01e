/** A data source used as a query would use it, without one: tables loaded, scanned into boxed rows, and saved. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOfBoxed, boxedRows } from "../../../src/columnar/batch";
import type { MapValue } from "../../../src/columnar/types";
import { type Boxed, type DataType, type StructType } from "../../../src/columnar/types";
import type { ColumnBatch } from "../../../src/columnar/vector";
import type { Attribute, Expression } from "../../../src/dataframe/expressions/expression";
import type { SqlSettings } from "../../../src/dataframe/settings";
import type { DriverContext, KeySet, SaveMode, ScanColumn, ScanEnv } from "../../../src/dataframe/sources/data-source";
import "../../../src/dataframe/functions";
import { sourceNamed } from "../../../src/dataframe/sources/registry";
import type { Relation } from "../../../src/dataframe/sources/relation";
import { FileSystems } from "../../../src/filesystem/file-systems";
import { localTaskStorage, type TaskStorage } from "../../../src/filesystem/task-storage";

export const settings: SqlSettings = {
  ansi: true,
  timeZone: "UTC",
  caseSensitive: false,
  now: 0,
  currentUser: "user",
  currentCatalog: "spark_catalog",
  currentDatabase: "default",
  conf: {},
};

export function withConf(conf: Readonly<Record<string, string>>): SqlSettings {
  return { ...settings, conf };
}

export class Sources {
  readonly directory = mkdtempSync(join(tmpdir(), "firesteel-sources-"));
  readonly fileSystems = new FileSystems(() => undefined);
  #temporary = 0;
  #jobs = 0;
  readonly storage: TaskStorage = localTaskStorage((purpose) => join(this.directory, `${purpose}-${this.#temporary++}`));
  /** What the last scan read. */
  bytesRead = 0;
  rowsRead = 0;

  constructor(readonly format: string) {}

  at(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  driver(conf: SqlSettings = settings): DriverContext {
    return { fileSystems: this.fileSystems, settings: conf };
  }

  load(
    path: string | readonly string[],
    options: Readonly<Record<string, string>> = {},
    schema: StructType | null = null,
    conf: SqlSettings = settings,
  ): Promise<Relation> {
    const paths = typeof path === "string" ? [path] : path;
    return sourceNamed(this.format).relation({ paths, options, schema }, this.driver(conf));
  }

  async scan(relation: Relation, options: ScanOptions = {}): Promise<Boxed[][]> {
    const {
      columns = allColumns(relation),
      pushed = [],
      keys = [],
      transient = false,
      transientStrings = new Set(),
      partitionFilters = [],
      limit = null,
      conf = settings,
    } = options;
    const use = { keys, transient, transientStrings };
    const source = sourceNamed(this.format);
    this.bytesRead = this.rowsRead = 0;
    const request = { relation, columns, pushed, partitionFilters, limit, parallelism: options.parallelism ?? 2 };
    const tasks = await source.plan(request, this.driver(conf));
    const env: ScanEnv = {
      storage: this.storage,
      checkInterrupted: () => {},
      readsFile: () => {},
      badRecord: () => {},
      read: (bytes, rows) => {
        this.bytesRead += bytes;
        this.rowsRead += rows;
      },
      userFunction: noFunctions,
    };
    const rows: Boxed[][] = [];
    for (const splits of tasks) {
      const scan = source.open(splits, { relation, columns, pushed, limit, settings: conf, ...use }, env);
      const types = columns.map((column) => column.type);
      for (let batch = scan.next(); batch !== null; batch = scan.next()) {
        options.batch?.(batch);
        rows.push(...boxedRows(batch, types));
      }
      scan.close();
    }
    return rows;
  }

  /** Each element of `parts` is the rows of one task. */
  async save(
    path: string,
    schema: StructType,
    parts: readonly (readonly (readonly Boxed[])[])[],
    options: SaveOptions = {},
  ): Promise<void> {
    const batches = parts.map((rows) => [
      batchOfBoxed(
        rows,
        schema.fields.map((field) => field.type),
      ),
    ]);
    await this.saveBatches(path, schema, batches, options);
  }

  async saveBatches(
    path: string,
    schema: StructType,
    parts: readonly (readonly ColumnBatch[])[],
    options: SaveOptions = {},
  ): Promise<void> {
    const { mode = "error", partitionBy = [], conf = settings } = options;
    const writer = sourceNamed(this.format).writer!;
    const request = {
      path,
      options: options.options ?? {},
      mode,
      schema,
      partitionBy,
      settings: conf,
      jobId: `job${this.#jobs++}`,
    };
    const job = await writer.begin(request, this.driver(conf));
    if (job === null) return;
    const commits: unknown[] = [];
    try {
      parts.forEach((batches, partition) => {
        const task = {
          partition,
          attemptId: partition,
          storage: this.storage,
          checkInterrupted: () => {},
          userFunction: noFunctions,
          spool: noFunctions,
        };
        const sink = writer.open(JSON.parse(JSON.stringify(job.spec)), task);
        try {
          for (const batch of batches) sink.write(batch);
          if (options.failIn === partition) throw new Error("the task failed");
          commits.push(sink.commit());
        } catch (error) {
          sink.abort();
          throw error;
        }
      });
    } catch (error) {
      await job.abort(commits);
      throw error;
    }
    await job.commit(commits);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export interface ScanOptions {
  readonly columns?: readonly ScanColumn[];
  readonly pushed?: readonly Expression[];
  readonly keys?: readonly KeySet[];
  readonly transient?: boolean;
  readonly transientStrings?: ReadonlySet<number>;
  /** Called with each batch while its memory lasts. */
  readonly batch?: (batch: ColumnBatch) => void;
  readonly partitionFilters?: readonly Expression[];
  readonly limit?: number | null;
  readonly parallelism?: number;
  readonly conf?: SqlSettings;
}

export interface SaveOptions {
  readonly mode?: SaveMode;
  readonly partitionBy?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
  readonly conf?: SqlSettings;
  /** The task of this partition fails when it has written its rows. */
  readonly failIn?: number;
}

export function attributeOf(relation: Relation, name: string): Attribute {
  const id = relation.schema.fields.findIndex((field) => field.name === name);
  const { type } = relation.schema.fields[id]!;
  return { kind: "attribute", id, name, type, nullable: true, qualifier: [] };
}

export function allColumns(relation: Relation): ScanColumn[] {
  return columnsNamed(
    relation,
    relation.schema.fields.map((field) => field.name),
  );
}

export function columnsNamed(relation: Relation, names: readonly string[]): ScanColumn[] {
  return names.map((name) => {
    const attribute = attributeOf(relation, name);
    return { path: [name], type: attribute.type, attribute };
  });
}

/** Values as golden files have them: integers as text, binaries as hexadecimal digits, NaN and infinities by name. */
export function plain(value: Boxed, type: DataType): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case "array":
      return (value as readonly Boxed[]).map((element) => plain(element, type.element));
    case "map": {
      const { keys, values } = value as MapValue;
      return keys.map((key, i) => [plain(key, type.key), plain(values[i]!, type.value)]);
    }
    case "struct":
      return type.fields.map((field, i) => plain((value as readonly Boxed[])[i]!, field.type));
    case "binary":
      return Buffer.from(value as Uint8Array).toString("hex");
    case "float":
    case "double":
      return Number.isFinite(value) ? value : String(value);
    case "string":
    case "boolean":
      return value;
    default:
      return String(value);
  }
}

export function struct(fields: Readonly<Record<string, DataType>>): StructType {
  return { kind: "struct", fields: Object.entries(fields).map(([name, type]) => ({ name, type, nullable: true })) };
}

function noFunctions(): never {
  throw new Error("These sources have no functions of programs.");
}
