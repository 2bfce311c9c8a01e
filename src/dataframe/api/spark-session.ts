/** SparkSession: the way into DataFrames and SQL. */
import { inspect } from "node:util";
import { TRAVEL } from "../../columnar";
import { UsageError } from "../../common/errors";
import { SparkConf } from "../../common/conf";
import { version } from "../../common/version";
import { withinCall } from "../../rdd/api/call-scope";
import type { Statement } from "../syntax/command";
import type { UnresolvedPlan } from "../syntax/plan";
import { Catalog } from "./catalog";
import { nameParts } from "./column";
import { plansOf } from "./create-dataframe";
import type { Records, SchemaOrNames } from "./create-dataframe";
import { DataFrame } from "./dataframe";
import { noStreaming } from "./dataframe-base";
import { bindParameters, parametersOf, valuesAmong } from "./parameters";
import type { SqlArguments } from "./parameters";
import { referencesIn, referredText } from "./references";
import type { SqlReferences } from "./references";
import { setParseOptions } from "./parse-options";
import { pendingPlan } from "./pending";
import type { SessionFactory } from "./query-port";
import { DataFrameReader } from "./reader";
import { RuntimeConfig } from "./runtime-config";
import { SessionCore } from "./session-core";
import { DataSourceRegistration } from "./data-source-registration";
import { tableFunctionPlan, tableValuedFunctions } from "./tvf";
import type { TableValuedFunctions } from "./tvf";
import { UDFRegistration, UDTFRegistration } from "./udf-registration";
import type { Columns } from "../types/typed-columns";
import type { DeclaredStruct } from "./schema-input";

/** Types of the layer above, which joins the parts: the entry point fills it in. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- to be merged with
export interface SessionTypes {}

/** The type of `spark.sparkContext`. */
export type SparkContextOfSession = SessionTypes extends { readonly sparkContext: infer Context } ? Context : unknown;

let factory: SessionFactory | undefined;

/** Internal: how sessions get their ports. */
export function setSessionFactory(installed: SessionFactory): void {
  factory = installed;
}

function sessions(): SessionFactory {
  if (factory === undefined)
    throw new UsageError("NO_ENGINE", "There is no engine to make a session with: import firesteel itself.");
  return factory;
}

/** The sessions that were made and not stopped; the last that the builder made or was asked for is the active one. */
const known: SparkSession[] = [];
let active: SparkSession | null = null;

/**
 * The way into DataFrames and SQL: one for a program, made by `SparkSession.builder.getOrCreate()`.
 *
 * @example
 * const spark = SparkSession.builder.appName("report").getOrCreate();
 * const people = spark.read.parquet("people.parquet");
 * await people.groupBy("city").count().show();
 * await spark.stop();
 */
export class SparkSession {
  /** Where sessions begin: `SparkSession.builder.appName("x").config("spark.sql.ansi.enabled", false).getOrCreate()`. */
  static get builder(): SparkSessionBuilder {
    return new SparkSessionBuilder();
  }

  /** The session that the builder made or was asked for last, or null; `newSession` does not change it. */
  static getActiveSession(): SparkSession | null {
    return active;
  }
  static getDefaultSession(): SparkSession | null {
    return known[0] ?? null;
  }
  /** The active session; an error where there is none. */
  static active(): SparkSession {
    if (active === null)
      throw new UsageError("NO_ACTIVE_SESSION", "There is no active session: make one with SparkSession.builder.getOrCreate().");
    return active;
  }
  static setActiveSession(session: SparkSession): void {
    active = session;
  }
  static clearActiveSession(): void {
    active = null;
  }

  /** Internal. */
  readonly core: SessionCore;
  readonly conf: RuntimeConfig;
  /** Functions of the program for SQL text. */
  readonly udf: UDFRegistration;
  /** Registers table functions. */
  readonly udtf: UDTFRegistration;
  /** Data sources that the program brings. */
  readonly dataSource: DataSourceRegistration = new DataSourceRegistration();
  readonly catalog: Catalog;

  /** Internal: sessions are made by `SparkSession.builder` and `newSession`. */
  constructor(core: SessionCore) {
    if (!(core instanceof SessionCore))
      throw new UsageError(
        "INVALID_ARGUMENT",
        "SparkSession is not made by new: SparkSession.builder.getOrCreate() makes one, on the SparkContext that there is.",
      );
    this.core = core;
    this.conf = new RuntimeConfig(core.port.conf);
    this.udf = new UDFRegistration(core.port);
    this.udtf = new UDTFRegistration(core.port);
    this.catalog = new Catalog(this);
    register(this);
  }

  get version(): string {
    return version;
  }

  /** The SparkContext under this session. */
  get sparkContext(): SparkContextOfSession {
    return this.core.sparkContext as SparkContextOfSession;
  }

  /** Reads files and other sources: `spark.read.option("header", true).csv(path)`. */
  get read(): DataFrameReader {
    return new DataFrameReader(this);
  }

  /** Always an error: there is no Structured Streaming. */
  get readStream(): never {
    throw noStreaming("readStream", "spark.read reads what there is.");
  }

  /** Always an error: there is no Structured Streaming. */
  get streams(): never {
    throw noStreaming("streams", "spark.sparkContext.statusTracker tells of running jobs.");
  }

  /** A table or view by its name. */
  table(name: string): DataFrame {
    const at = this.core.place("table");
    return new DataFrame(this, { kind: "table", name: nameParts(name), at });
  }

  /** The numbers from `start` up to but without `end`, in a column `id`; with one number, from 0. */
  range(start: number | bigint, end?: number | bigint, step: number | bigint = 1, numPartitions?: number): DataFrame {
    if (BigInt(step) === 0n) throw new UsageError("INVALID_ARGUMENT", "range: the step must not be 0.");
    const [from, to] = end === undefined ? [0, start] : [start, end];
    const partitions = numPartitions === undefined ? {} : { numPartitions };
    return new DataFrame(this, { kind: "range", start: from, end: to, step, ...partitions, at: this.core.place("range") });
  }

  /**
   * A DataFrame of data of the program: objects, arrays or Rows, an RDD of them, or an Arrow table. `schema` is a StructType, text
   * ("name STRING, age INT"), or names of columns; types that are not given are found in the data.
   */
  createDataFrame<S extends Columns>(data: Records, schema: DeclaredStruct<S>): DataFrame<S>;
  createDataFrame(data: Records, schema?: SchemaOrNames): DataFrame;
  createDataFrame(data: unknown, schema?: SchemaOrNames): DataFrame {
    this.core.port.context.assertRunning("createDataFrame");
    return new DataFrame(this, plansOf(this.core, data, schema));
  }

  /** A DataFrame without rows and columns. */
  emptyDataFrame(): DataFrame {
    return new DataFrame(this, { kind: "local", schema: { kind: "struct", fields: [] }, rows: [] });
  }

  /**
   * A query or another statement in SQL. Markers `:name` and `?` stand for values of `args`: an object, or an array. Statements other
   * than queries run at once; the result's rows are what they tell, and errors come with the first action (or uncaught, if none
   * is awaited). `{name}` in the text stands for a DataFrame, Column or value of `references`, or of `args` where there are none,
   * and `{df.x}` for a column.
   *
   * @example
   * await spark.sql("SELECT * FROM people WHERE age > :age", { age: 30 }).show();
   * await spark.sql("SELECT count(*) FROM {people} WHERE age > :age", { people, age: 30 }).show();
   */
  sql(text: string, args?: SqlArguments, references?: SqlReferences): DataFrame {
    if (typeof text !== "string") throw new UsageError("INVALID_ARGUMENT", "sql needs text.");
    this.core.port.context.assertRunning("sql");
    const referable = references ?? referencesIn(text, args);
    const parameters = parametersOf(referable === args ? valuesAmong(args) : args);
    const referred = referable === null ? null : referredText(text, referable);
    const parse = (): Statement => {
      const statement = this.core.parsed(referred?.text ?? text);
      return referred === null ? statement : referred.resolve(statement);
    };
    const planOf = async (statement: Statement, site: string): Promise<UnresolvedPlan> => {
      if (statement.kind === "query")
        return parameters === undefined ? statement.plan : bindParameters(statement.plan, parameters);
      // The stack no longer tells where the program called when the statement's jobs start.
      return withinCall(
        "sql",
        () => site,
        () => this.core.port.execute(statement, parameters),
      );
    };
    if (!this.core.isChanging) {
      const statement = attempted(parse);
      if (statement instanceof Error) return this.#promised(Promise.reject(statement));
      if (statement.kind === "query") {
        const plan = attempted(() => (parameters === undefined ? statement.plan : bindParameters(statement.plan, parameters)));
        return plan instanceof Error ? this.#promised(Promise.reject(plan)) : new DataFrame(this, plan);
      }
      const { site } = this.core.call("sql");
      return this.#promised(this.core.change(() => planOf(statement, site)));
    }
    // Statements under way may change what this text means: it is read when they have ended.
    const { site } = this.core.call("sql");
    return this.#promised(this.core.change(async () => planOf(parse(), site)));
  }

  #promised(plan: Promise<UnresolvedPlan>): DataFrame {
    return new DataFrame(
      this,
      pendingPlan(() => plan),
    );
  }

  /** Table functions as DataFrames: `spark.tvf.explode(functions.array(…))`, or by name, `spark.tvf("range", 3)`. */
  get tvf(): TableValuedFunctions {
    return tableValuedFunctions((name, args) => {
      return new DataFrame(this, tableFunctionPlan(name, args, this.core.place("tvf")));
    });
  }

  /** A session with settings, temporary views and functions of its own, on the same SparkContext and tables. */
  newSession(): SparkSession {
    const before = active;
    const session = new SparkSession(new SessionCore(this.core.port.fork(), this.core.sparkContext));
    active = before;
    return session;
  }

  /** Queries that this call chain starts from now on have the tag, for `interruptTag`. */
  addTag(tag: string): void {
    const { operations } = this.core.port;
    operations.setTags([...operations.tags, checkTag(tag)]);
  }
  removeTag(tag: string): void {
    const { operations } = this.core.port;
    operations.setTags([...operations.tags].filter((other) => other !== checkTag(tag)));
  }
  getTags(): Set<string> {
    return new Set(this.core.port.operations.tags);
  }
  clearTags(): void {
    this.core.port.operations.setTags([]);
  }

  /**
   * Cancels all queries and scripts of this session that run now; the numbers of the queries, as in the dashboard. Their promises reject with a
   * CancelledError.
   */
  interruptAll(): string[] {
    return this.core.port.operations.interrupt(() => true);
  }
  /** The same for those with a tag. */
  interruptTag(tag: string): string[] {
    checkTag(tag);
    return this.core.port.operations.interrupt((_, tags) => tags.has(tag));
  }
  /** The same for the one of a number. */
  interruptOperation(id: string): string[] {
    if (typeof id !== "string" || !/^\d+$/.test(id))
      throw new UsageError("INVALID_ARGUMENT", "interruptOperation: the number of a query is text of digits.");
    return this.core.port.operations.interrupt((other) => other === id);
  }

  /** Stops the SparkContext under this session, and with it all its sessions. */
  async stop(): Promise<void> {
    const { context } = this.core.port;
    for (let i = known.length - 1; i >= 0; i--) if (known[i]!.core.port.context === context) known.splice(i, 1);
    if (active !== null && active.core.port.context === context) active = known.at(-1) ?? null;
    await this.core.port.stop();
  }
  close(): Promise<void> {
    return this.stop();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Runs `work` and prints how long it took. */
  async time<T>(work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    console.log(`Time taken: ${Math.round(performance.now() - start)} ms`);
    return result;
  }

  /** Sessions do not travel to tasks. */
  [TRAVEL](): { refuse: string } {
    return {
      refuse: "a SparkSession cannot be used inside of a function that runs in tasks; take what is needed into a variable first",
    };
  }

  toString(): string {
    return `SparkSession of ${String(this.core.sparkContext)}`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function checkTag(tag: string): string {
  if (typeof tag === "string" && tag !== "" && !tag.includes(",")) return tag;
  throw new UsageError("INVALID_TAG", `A tag is text that is not empty and has no comma, not ${JSON.stringify(tag)}.`);
}

function register(session: SparkSession): void {
  known.push(session);
  active = session;
}

function attempted<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error as Error;
  }
}

/** Internal: the session on the SparkContext that an RDD belongs to. */
export function sessionOf(context: SessionCore["port"]["context"]): SparkSession {
  const found = known.findLast((session) => session.core.port.context === context);
  if (found !== undefined) return active !== null && active.core.port.context === context ? active : found;
  const { port, sparkContext } = sessions().of(context);
  return new SparkSession(new SessionCore(port, sparkContext));
}

setParseOptions(() => active?.core.parseOptions() ?? {});

/** Collects settings for a session. */
export class SparkSessionBuilder {
  readonly #settings: Record<string, string> = {};

  appName(name: string): this {
    return this.config("spark.app.name", name);
  }
  /** "local[4]", "spark://host:7077", … */
  master(master: string): this {
    return this.config("spark.master", master);
  }
  config(key: string, value: string | number | boolean): this;
  config(settings: Readonly<Record<string, string | number | boolean>> | SparkConf): this;
  config(key: string | Readonly<Record<string, string | number | boolean>> | SparkConf, value?: string | number | boolean): this {
    if (typeof key === "string") {
      if (value === undefined) throw new UsageError("INVALID_ARGUMENT", `config: ${key} needs a value.`);
      this.#settings[key] = String(value);
    } else {
      const entries = key instanceof SparkConf ? key.getAll() : Object.entries(key);
      for (const [each, setting] of entries) this.#settings[each] = String(setting);
    }
    return this;
  }
  /** Tables are kept by this engine; there is no Hive metastore. */
  enableHiveSupport(): this {
    throw new UsageError("UNSUPPORTED_FEATURE", "There is no Hive metastore here: tables are kept in spark.sql.warehouse.dir.");
  }
  /** Another engine behind Spark Connect. */
  remote(url: string): this {
    throw new UsageError("UNSUPPORTED_FEATURE", `Sessions on remote engines (${url}) cannot be made.`);
  }

  /** The session there is, with the settings that may change applied to it, or a new one. */
  getOrCreate(): SparkSession {
    const existing = active ?? known.at(-1);
    if (existing !== undefined && existing !== null && !isStopped(existing)) {
      for (const [key, value] of Object.entries(this.#settings)) {
        if (existing.conf.isModifiable(key)) existing.conf.set(key, value);
      }
      active = existing;
      return existing;
    }
    return this.create();
  }

  /** A new session. */
  create(): SparkSession {
    const { port, sparkContext } = sessions().create({ ...this.#settings });
    const session = new SparkSession(new SessionCore(port, sparkContext));
    for (const [key, value] of Object.entries(this.#settings)) if (port.conf.isModifiable(key)) port.conf.set(key, value);
    return session;
  }
}

function isStopped(session: SparkSession): boolean {
  try {
    session.core.port.context.assertRunning("getOrCreate");
    return false;
  } catch {
    return true;
  }
}
