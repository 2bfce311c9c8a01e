/** `spark.catalog`: databases, tables, views, columns and functions. */
import { AnalysisError } from "../errors";
import { idText, searchPathOf } from "../analysis/messages";
import { SESSION_CATALOG, type TableMetadata } from "../catalog/table";
import { builtins } from "../functions";
import type { StorageLevel } from "../../storage/storage-level";
import { parseTableIdentifier } from "../sql/parse";
import type { Statement } from "../syntax/command";
import { simpleString } from "../types/text";
import { DataFrame } from "./dataframe";
import { schemaOf } from "./schema-input";
import type { SchemaInput } from "./schema-input";
import type { SparkSession } from "./spark-session";

export interface CatalogMetadata {
  readonly name: string;
  readonly description: string | null;
}

export interface Database {
  readonly name: string;
  readonly catalog: string;
  readonly description: string | null;
  readonly locationUri: string;
}

export interface Table {
  readonly name: string;
  readonly catalog: string | null;
  readonly namespace: readonly string[] | null;
  readonly database: string | null;
  readonly description: string | null;
  /** "MANAGED", "EXTERNAL", "VIEW" or "TEMPORARY". */
  readonly tableType: string;
  readonly isTemporary: boolean;
}

export interface TableColumn {
  readonly name: string;
  readonly description: string | null;
  readonly dataType: string;
  readonly nullable: boolean;
  readonly isPartition: boolean;
  readonly isBucket: boolean;
  readonly isCluster: boolean;
}

export interface CatalogFunction {
  readonly name: string;
  readonly catalog: string | null;
  readonly namespace: readonly string[] | null;
  readonly description: string | null;
  readonly isTemporary: boolean;
}

const CATALOG = "spark_catalog";

function matcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const alternatives = pattern.split("|").map((part) => {
    const source = part
      .trim()
      .split("*")
      .map((text) => text.replace(/[\\^$.+?()[\]{}]/g, "\\$&"))
      .join(".*");
    return new RegExp(`^${source}$`, "i");
  });
  return (name) => alternatives.some((alternative) => alternative.test(name));
}

/**
 * What `spark.catalog` is. Names of tables, views and functions may have the database in front ("db.t"), and are written as in SQL:
 * with backquotes where a part has other characters than letters, digits and underscores. A `pattern` has `*` for any text and `|` between
 * alternatives, and is compared without regard to case; without one, all are listed. Lists are ordered by name. Errors are
 * AnalysisErrors of the classes that are named here; a name that is not one is a PARSE_SYNTAX_ERROR.
 */
export class Catalog {
  constructor(private readonly spark: SparkSession) {}

  get #catalog(): SparkSession["core"]["port"]["catalog"] {
    return this.spark.core.port.catalog;
  }

  async #settled(): Promise<void> {
    await this.spark.core.settled();
  }

  async #run(statement: Statement): Promise<DataFrame> {
    const { core } = this.spark;
    return new DataFrame(this.spark, await core.change(() => core.port.execute(statement)));
  }

  /** "spark_catalog", the only one. */
  async currentCatalog(): Promise<string> {
    await this.#settled();
    return this.#catalog.currentCatalog;
  }
  /** Throws CATALOG_NOT_FOUND for any but "spark_catalog". */
  async setCurrentCatalog(name: string): Promise<void> {
    await this.#run({ kind: "setCatalog", name });
  }
  /** Names without a description. */
  async listCatalogs(pattern?: string): Promise<CatalogMetadata[]> {
    await this.#settled();
    return [CATALOG].filter(matcher(pattern)).map((name) => ({ name, description: null }));
  }

  /** "default" until another is set. */
  async currentDatabase(): Promise<string> {
    await this.#settled();
    return this.#catalog.currentDatabase;
  }
  /** Names without a database mean this one from now on. Throws SCHEMA_NOT_FOUND where there is none. */
  async setCurrentDatabase(name: string): Promise<void> {
    await this.#run({ kind: "use", name: [name], database: true });
  }
  /** Databases with the places of their tables. */
  async listDatabases(pattern?: string): Promise<Database[]> {
    await this.#settled();
    const matches = matcher(pattern);
    return this.#catalog
      .databases()
      .filter((database) => matches(database.name))
      .map(databaseOf);
  }
  /** Throws SCHEMA_NOT_FOUND where there is none. */
  async getDatabase(name: string): Promise<Database> {
    await this.#settled();
    return databaseOf(this.#catalog.requireDatabase(parseTableIdentifier(name).at(-1)!));
  }
  /** Whether there is such a database; names are compared without regard to case. */
  async databaseExists(name: string): Promise<boolean> {
    await this.#settled();
    const wanted = parseTableIdentifier(name).at(-1)!.toLowerCase();
    return this.#catalog.databases().some((database) => database.name === wanted);
  }
  /** Throws SCHEMA_ALREADY_EXISTS where there is one, unless `ifNotExists`. */
  async createDatabase(name: string, ifNotExists = false): Promise<void> {
    await this.#run({ kind: "createDatabase", name: parseTableIdentifier(name), ifNotExists, properties: {} });
  }
  /** Throws SCHEMA_NOT_FOUND where there is none, unless `ifExists`, and SCHEMA_NOT_EMPTY where it has tables, unless `cascade`. */
  async dropDatabase(name: string, ifExists = false, cascade = false): Promise<void> {
    await this.#run({ kind: "dropDatabase", name: parseTableIdentifier(name), ifExists, cascade });
  }

  /**
   * Tables and views of a database, by default the current one, and the temporary views of the session. Of "global_temp" the
   * views of all sessions. Throws SCHEMA_NOT_FOUND where there is no such database.
   */
  async listTables(database?: string, pattern?: string): Promise<Table[]> {
    await this.#settled();
    const matches = matcher(pattern);
    const catalog = this.#catalog;
    const name = database === undefined ? catalog.currentDatabase : parseTableIdentifier(database).at(-1)!;
    const global = name.toLowerCase() === "global_temp";
    const tables = global ? [] : catalog.tables(name).map(tableOf);
    const temporary = [...(global ? catalog.globalViews.views : catalog.tempViews).keys()].map((view) =>
      temporaryTable(view, global),
    );
    return [...tables, ...temporary].filter((table) => matches(table.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  /** Those of `listTables` that are views. */
  async listViews(database?: string, pattern?: string): Promise<Table[]> {
    return (await this.listTables(database, pattern)).filter((table) => table.tableType === "VIEW" || table.isTemporary);
  }
  /** A table or view, also a temporary one. Throws TABLE_OR_VIEW_NOT_FOUND where there is none. */
  async getTable(name: string): Promise<Table> {
    await this.#settled();
    const parts = parseTableIdentifier(name);
    const found = this.#catalog.find(parts);
    if (found === null) throw this.#catalog.notFound(parts);
    return found.kind === "tempView" ? temporaryTable(found.view.name, found.view.global) : tableOf(found.table);
  }
  /** Whether `getTable` would find it; in `database`, if that is given. */
  async tableExists(name: string, database?: string): Promise<boolean> {
    await this.#settled();
    return this.#catalog.find([...(database === undefined ? [] : [database]), ...parseTableIdentifier(name)]) !== null;
  }
  /**
   * A table of files that exist at `path`, or an empty one with a schema. Its data stay when such a table with a path is dropped.
   *
   * @param source format of the files; by default that of spark.sql.sources.default, "parquet"
   * @param schema by default that of the files
   * @param options those of the format, as `spark.read` takes them
   * @returns the table's rows
   * @throws TABLE_OR_VIEW_ALREADY_EXISTS, DATA_SOURCE_NOT_FOUND, and PATH_NOT_FOUND where there are no files to take the schema from
   */
  async createTable(
    name: string,
    path?: string,
    source?: string,
    schema?: SchemaInput,
    options: Readonly<Record<string, string>> = {},
  ): Promise<DataFrame> {
    const columns = schema === undefined ? [] : schemaOf(schema).fields.map((field) => ({ ...field, name: [field.name] }));
    await this.#run({
      kind: "createTable",
      name: parseTableIdentifier(name),
      ifNotExists: false,
      orReplace: false,
      replace: false,
      external: path !== undefined,
      temporary: false,
      query: null,
      spec: {
        columns,
        constraints: [],
        partitioning: [],
        options,
        properties: {},
        ...(source !== undefined && { provider: [source] }),
        ...(path !== undefined && { location: path }),
      },
    });
    return this.spark.table(name);
  }
  /** As createTable. */
  createExternalTable(
    name: string,
    path?: string,
    source?: string,
    schema?: SchemaInput,
    options?: Readonly<Record<string, string>>,
  ): Promise<DataFrame> {
    return this.createTable(name, path, source, schema, options);
  }
  /** Also views. Throws TABLE_OR_VIEW_NOT_FOUND where there is none, unless `ifExists`. `purge` changes nothing: there is no trash. */
  async dropTable(name: string, ifExists = false, purge = false): Promise<void> {
    await this.#run({ kind: "dropTable", name: parseTableIdentifier(name), ifExists, purge });
  }
  /**
   * Throws TABLE_OR_VIEW_NOT_FOUND where there is none, unless `ifExists`, and WRONG_COMMAND_FOR_OBJECT_TYPE for a table.
   */
  async dropView(name: string, ifExists = false): Promise<void> {
    await this.#run({ kind: "dropView", name: parseTableIdentifier(name), ifExists });
  }
  /** A temporary view of this session. Gives whether there was one. */
  async dropTempView(name: string): Promise<boolean> {
    return this.spark.core.change(async () => this.#catalog.dropTempView(name));
  }
  /** A view of all sessions, by its name without "global_temp". Gives whether there was one. */
  async dropGlobalTempView(name: string): Promise<boolean> {
    return this.spark.core.change(async () => this.#catalog.dropTempView(name, true));
  }
  /** Deletes all rows of a table. Throws TABLE_OR_VIEW_NOT_FOUND where there is none. */
  async truncateTable(name: string): Promise<void> {
    await this.#run({ kind: "truncateTable", table: parseTableIdentifier(name), partition: [] });
  }
  /** Counts a table's rows and bytes, for plans; only bytes with `noScan`. Throws TABLE_OR_VIEW_NOT_FOUND where there is none. */
  async analyzeTable(name: string, noScan = false): Promise<void> {
    await this.#run({ kind: "analyzeTable", name: parseTableIdentifier(name), partition: null, noScan, columns: null });
  }
  /** The statement that makes such a table. Throws UNSUPPORTED_SHOW_CREATE_TABLE for what has none; with `asSerde`, for all but Hive's tables. */
  async getCreateTableString(name: string, asSerde = false): Promise<string> {
    const df = await this.#run({ kind: "showCreateTable", table: parseTableIdentifier(name), asSerde });
    return (await df.first())!.get(0) as string;
  }
  /** What TBLPROPERTIES set. */
  async getTableProperties(name: string): Promise<Record<string, string>> {
    const df = await this.#run({ kind: "showTableProperties", table: parseTableIdentifier(name), key: null });
    return Object.fromEntries((await df.collect()).map((row) => row.toArray() as [string, string]));
  }
  /** Partitions as paths: "day=2024-06-01/city=Bern". Throws INVALID_PARTITION_OPERATION for a table without partitions. */
  async listPartitions(name: string): Promise<string[]> {
    const df = await this.#run({ kind: "showPartitions", table: parseTableIdentifier(name), partition: null });
    return (await df.collect()).map((row) => row.get(0) as string);
  }
  /**
   * Makes directories of partitions known that others have added, as MSCK REPAIR TABLE does. Throws NOT_A_PARTITIONED_TABLE for a
   * table without partitions.
   */
  async recoverPartitions(name: string): Promise<void> {
    await this.#run({ kind: "repairTable", name: parseTableIdentifier(name), add: true, drop: false });
  }
  /** For tables whose files others may have changed: they are looked at again, and what is cached of them is read anew. */
  async refreshTable(name: string): Promise<void> {
    await this.#run({ kind: "refreshTable", table: parseTableIdentifier(name) });
  }
  /** As refreshTable, of all tables and DataFrames that read files below a path. Does nothing where there are none. */
  async refreshByPath(path: string): Promise<void> {
    await this.#run({ kind: "refreshResource", path });
  }

  /** Columns of a table or view in their order, with types as DESCRIBE shows them. Throws TABLE_OR_VIEW_NOT_FOUND where there is none. */
  async listColumns(table: string, database?: string): Promise<TableColumn[]> {
    const name = database === undefined ? table : `${database}.${table}`;
    const parts = parseTableIdentifier(name);
    const schema = await this.spark.table(name).schema();
    const found = this.#catalog.find(parts);
    const known = found?.kind === "table" ? found.table : null;
    return schema.fields.map((field) => ({
      name: field.name,
      description: (field.metadata?.["comment"] as string | undefined) ?? null,
      dataType: simpleString(field.type),
      nullable: field.nullable,
      isPartition: known?.partitionColumns.includes(field.name) ?? false,
      isBucket: known?.bucket?.columns.includes(field.name) ?? false,
      isCluster: known?.clusterBy?.some((column) => column.join(".") === field.name) ?? false,
    }));
  }

  /** Functions of SQL, of the session, and of a database, by default the current one. Throws SCHEMA_NOT_FOUND where there is none such. */
  async listFunctions(database?: string, pattern?: string): Promise<CatalogFunction[]> {
    await this.#settled();
    const catalog = this.#catalog;
    const matches = matcher(pattern);
    const namespace = database === undefined ? catalog.currentDatabase : parseTableIdentifier(database).at(-1)!;
    catalog.requireDatabase(namespace);
    const own = catalog.store.functions(namespace.toLowerCase()).map((fn) => functionOf(fn.name, namespace, fn.comment ?? null));
    const temporary = [...catalog.tempFunctions.keys(), ...builtins.names()].map((name) => functionOf(name, null, null));
    const unique = new Map([...temporary, ...own].map((fn) => [`${String(fn.namespace)}.${fn.name}`, fn]));
    return [...unique.values()].filter((fn) => matches(fn.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  /** A function of the session, a database or SQL. Throws UNRESOLVED_ROUTINE where there is none. */
  async getFunction(name: string): Promise<CatalogFunction> {
    await this.#settled();
    const parts = parseTableIdentifier(name);
    const last = parts.at(-1)!;
    const found = this.#catalog.findFunction(parts);
    if (found !== null) {
      const database = found.kind === "sql" ? found.metadata.database : null;
      return functionOf(last, database, found.kind === "sql" ? (found.metadata.comment ?? null) : null);
    }
    const builtin = parts.length === 1 ? builtins.find(last.toLowerCase()) : undefined;
    if (builtin !== undefined) return functionOf(last.toLowerCase(), null, builtin.doc.usage);
    throw new AnalysisError("UNRESOLVED_ROUTINE", {
      routineName: idText(parts),
      searchPath: searchPathOf(SESSION_CATALOG, this.#catalog.currentDatabase),
    });
  }
  /** Whether `getFunction` would find it; in `database`, if that is given. */
  async functionExists(name: string, database?: string): Promise<boolean> {
    await this.#settled();
    const parts = [...(database === undefined ? [] : [database]), ...parseTableIdentifier(name)];
    return (
      this.#catalog.findFunction(parts) !== null || (parts.length === 1 && builtins.find(parts[0]!.toLowerCase()) !== undefined)
    );
  }
  /** As spark.udf.register. */
  registerFunction(...args: Parameters<SparkSession["udf"]["register"]>): ReturnType<SparkSession["udf"]["register"]> {
    return this.spark.udf.register(...args);
  }

  /**
   * Keeps the table's rows from the first query that reads them on, by default in memory and, what does not fit there, on disk.
   * Throws TABLE_OR_VIEW_NOT_FOUND where there is none.
   */
  async cacheTable(name: string, level?: StorageLevel): Promise<void> {
    const kept = level !== undefined && { level };
    await this.#run({ kind: "cacheTable", table: parseTableIdentifier(name), lazy: true, options: {}, ...kept, query: null });
  }
  /** Drops the rows that are kept; nothing where none are. Throws TABLE_OR_VIEW_NOT_FOUND where there is no such table. */
  async uncacheTable(name: string): Promise<void> {
    await this.#run({ kind: "uncacheTable", table: parseTableIdentifier(name), ifExists: false });
  }
  /** Whether `cacheTable` was called for it. Throws TABLE_OR_VIEW_NOT_FOUND where there is none. */
  async isCached(name: string): Promise<boolean> {
    const level = await this.spark.table(name).storageLevel();
    return level.useMemory || level.useDisk;
  }
  /** Drops what is kept of all tables, views and DataFrames of the session. */
  async clearCache(): Promise<void> {
    await this.#run({ kind: "clearCache" });
  }
}

function databaseOf(database: { readonly name: string; readonly comment: string; readonly location: string }): Database {
  return { name: database.name, catalog: CATALOG, description: database.comment, locationUri: database.location };
}

function tableOf(table: TableMetadata): Table {
  return {
    name: table.name,
    catalog: CATALOG,
    namespace: [table.database],
    database: table.database,
    description: table.comment ?? null,
    tableType: table.kind.toUpperCase(),
    isTemporary: false,
  };
}

function temporaryTable(name: string, global: boolean): Table {
  const namespace = global ? ["global_temp"] : [];
  return {
    name,
    catalog: null,
    namespace,
    database: namespace[0] ?? null,
    description: null,
    tableType: "TEMPORARY",
    isTemporary: true,
  };
}

function functionOf(name: string, database: string | null, description: string | null): CatalogFunction {
  return {
    name,
    catalog: database === null ? null : CATALOG,
    namespace: database === null ? null : [database],
    description,
    isTemporary: database === null,
  };
}
