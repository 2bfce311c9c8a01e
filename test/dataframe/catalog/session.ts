/** A session of commands without an engine: settings in a map, tables without files, queries that give no rows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BoxedRow } from "../../../src/columnar/vector";
import { analyzePlan, schemaOf } from "../../../src/dataframe/catalog/analysis-context";
import { runCommand } from "../../../src/dataframe/catalog/commands/run-command";
import type { CommandResult, CommandSession, DataPort, WriteRequest } from "../../../src/dataframe/catalog/ports";
import { SessionCatalog } from "../../../src/dataframe/catalog/session-catalog";
import { CatalogStore } from "../../../src/dataframe/catalog/store";
import { Operations } from "../../../src/dataframe/query/operations";
import { builtins } from "../../../src/dataframe/functions";
import type { LogicalPlan } from "../../../src/dataframe/logical/plan";
import { parseStatement } from "../../../src/dataframe/sql/parse";
import { simpleString } from "../../../src/dataframe/types/text";

const FILE_FORMATS: ReadonlySet<string> = new Set(["parquet", "json", "csv", "text"]);

const warehouses: string[] = [];
afterAll(() => {
  for (const path of warehouses) rmSync(path, { recursive: true, force: true });
});

function newWarehouse(): string {
  const path = mkdtempSync(join(tmpdir(), "firesteel-catalog-"));
  warehouses.push(path);
  return path;
}

export class CommandHarness {
  readonly warehouse: string;
  readonly catalog: SessionCatalog;
  readonly written: WriteRequest[] = [];
  readonly collected: LogicalPlan[] = [];
  /** What the next queries give. */
  readonly answers: (readonly BoxedRow[])[] = [];
  readonly session: CommandSession;
  readonly #conf = new Map<string, string>();
  #lastId = 0;

  constructor(warehouse: string = newWarehouse()) {
    this.warehouse = warehouse;
    this.catalog = new SessionCatalog(new CatalogStore(warehouse));
    const conf = this.#conf;
    this.session = {
      catalog: this.catalog,
      functions: builtins,
      conf: {
        get: (key) => conf.get(key),
        set: (key, value) => void conf.set(key, value),
        unset: (key) => void conf.delete(key),
        entries: () => [...conf],
        documented: () => [],
        reset: () => conf.clear(),
      },
      settings: () => ({
        ansi: conf.get("spark.sql.ansi.enabled") !== "false",
        timeZone: "UTC",
        caseSensitive: conf.get("spark.sql.caseSensitive") === "true",
        now: 1_700_000_000_000_000,
        currentUser: "user",
        currentCatalog: "spark_catalog",
        currentDatabase: this.catalog.currentDatabase,
        conf: Object.fromEntries(conf),
      }),
      nextId: () => ++this.#lastId,
      data: this.#data(),
      operations: new Operations(),
    };
  }

  run(sql: string): Promise<CommandResult> {
    return runCommand(parseStatement(sql), this.session);
  }

  async rows(sql: string): Promise<readonly BoxedRow[]> {
    return (await this.run(sql)).rows;
  }

  analyzed(sql: string): Promise<LogicalPlan> {
    const statement = parseStatement(sql);
    if (statement.kind !== "query") throw new Error("Not a query.");
    return analyzePlan(statement.plan, this.session);
  }

  /** The schema of a query, or of what a command gives. */
  async schema(sql: string): Promise<string> {
    const statement = parseStatement(sql);
    if (statement.kind !== "query") return simpleString((await runCommand(statement, this.session)).schema);
    return simpleString(schemaOf(await analyzePlan(statement.plan, this.session)));
  }

  #data(): DataPort {
    return {
      collect: async (plan) => {
        this.collected.push(plan);
        return this.answers.shift() ?? [];
      },
      write: async (request) => {
        this.written.push(request);
        return [];
      },
      relation: async (spec) => ({
        format: spec.format,
        name: spec.table?.name ?? spec.format,
        schema: spec.schema ?? { kind: "struct", fields: [] },
        partitionColumns: spec.table?.partitionColumns ?? [],
        options: spec.options,
        files: null,
        statistics: { sizeInBytes: 0, rowCount: null, columns: {} },
      }),
      explain: async () => "a plan",
      isFileFormat: (name) => FILE_FORMATS.has(name.toLowerCase()),
      isSource: (name) => FILE_FORMATS.has(name.toLowerCase()),
      isPathless: () => false,
      external: () => ({ what: "arrow", sizeInBytes: null, rowCount: null }),
      cache: async () => undefined,
      uncache: async () => true,
      clearCache: async () => undefined,
      refresh: () => undefined,
      forget: () => undefined,
      addResource: () => undefined,
      listResources: () => [],
    };
  }
}
