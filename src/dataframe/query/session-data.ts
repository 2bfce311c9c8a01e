/** What commands ask about data: queries run, tables read and written, plans kept and explained. */
import type { StructField } from "../../columnar/types";
import type { BoxedRow } from "../../columnar/vector";
import { decodeValue } from "../../columnar";
import type { Call } from "../../rdd/context-port";
import { callOfSession } from "./call";
import { StorageLevel } from "../../storage/storage-level";
import { existenceDefaults } from "../catalog/existence-defaults";
import type { CacheOptions, DataPort, WriteRequest } from "../catalog/ports";
import type { TableMetadata } from "../catalog/table";
import type { ReadSpec } from "../analysis/context";
import { qualifyPath } from "../../filesystem/path";
import { AnalysisError } from "../errors";
import { attribute, call, INT, literal } from "../expressions/build";
import type { Attribute, Expression, SortOrder } from "../expressions/expression";
import { builtins } from "../functions";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { planText } from "../logical/print";
import { assumedSources } from "../exec/stage-program";
import { type Explained, explain, explainDescription } from "../physical/explain";
import { cutStages } from "../physical/stages";
import type { Buckets, Relation } from "../sources/relation";
import type { SaveRequest } from "../sources/data-source";
import { findSource, sourceNamed } from "../sources/registry";
import type { ExplainMode, Statement } from "../syntax/command";
import type { UnresolvedPlan } from "../syntax/plan";
import { unresolvedPlanText } from "../syntax/print";
import { EXISTS_DEFAULT } from "../types/existence-default";
import { localPath } from "../catalog/store";
import type { Changed } from "./cache";
import { QueryExecution } from "./query-execution";
import type { SessionState } from "./session-state";
import type { WriteStageSpec } from "../exec/write";
import type { FileSystem } from "../../filesystem/file-system";
import { rebalanced } from "./rebalanced-write";
import { isSingle, saveSingle } from "./single-file";

export interface SaveTarget {
  readonly format: string;
  readonly path: string;
  readonly mode: "append" | "overwrite" | "error" | "ignore";
  readonly partitionBy: readonly string[];
  readonly buckets?: Buckets | undefined;
  readonly partitions?: SaveRequest["partitions"];
  readonly options: Readonly<Record<string, string>>;
}

/** What writers of files know of a column. */
function writtenField({ name, type, nullable, metadata }: Attribute): StructField {
  const constant = metadata?.[EXISTS_DEFAULT];
  return { name, type, nullable, ...(constant !== undefined && { metadata: { [EXISTS_DEFAULT]: constant } }) };
}

function bucketsOf({ bucket }: TableMetadata): Buckets | undefined {
  return bucket && { count: bucket.buckets, columns: bucket.columns, sort: bucket.sort };
}

/** What may stand before a path in FROM. */
const FILE_FORMATS = new Set(["parquet", "csv", "json", "text", "arrow", "binaryfile"]);

let saves = 0;

export class SessionData implements DataPort {
  constructor(private readonly session: SessionState) {}

  async collect(plan: LogicalPlan): Promise<readonly BoxedRow[]> {
    return new QueryExecution(this.session, plan, callOfSession(this.session, "collect")).rows();
  }

  async relation(spec: ReadSpec & { readonly table?: TableMetadata }): Promise<Relation> {
    const { format, paths, options, schema, at, table } = spec;
    const relation = await sourceNamed(format).relation(
      {
        paths: paths.map(localPathOf),
        options,
        schema: schema ?? null,
        ...(table !== undefined && { partitionColumns: table.partitionColumns }),
        ...(table?.partitionPlaces !== undefined && { partitionPlaces: placesOf(table) }),
      },
      {
        fileSystems: this.session.port.fileSystems,
        settings: this.session.settings(),
        rowsOf: (inner) => this.#rowsOf(inner, at?.callSite),
      },
    );
    const defaults = relation.files === null ? null : await existenceDefaults(relation.schema.fields, this.session);
    const whole = defaults === null ? relation : { ...relation, existenceDefaults: defaults };
    if (table === undefined) return whole;
    const bucketing = this.session.sessionConf.get("spark.sql.sources.bucketing.enabled") !== "false";
    const buckets = bucketing && relation.files !== null ? bucketsOf(table) : undefined;
    return { ...whole, name: catalogName(table), ...(buckets && { buckets }) };
  }

  #rowsOf(relation: Relation, site: string | undefined): Promise<readonly BoxedRow[]> {
    const { fields } = relation.schema;
    const plan: LogicalPlan = {
      kind: "scan",
      relation,
      output: fields.map(({ name, type, nullable }) => attribute(this.session.nextId(), name, type, nullable)),
      columns: fields.map(({ name }) => [name]),
      pushed: [],
      partitionFilters: [],
      limit: null,
    };
    return new QueryExecution(this.session, plan, callOfSession(this.session, relation.format, site)).rows();
  }

  async write(request: WriteRequest): Promise<readonly string[]> {
    const { query, target, mode, below, dynamicOverwrite } = request;
    const call = callOfSession(this.session, "insertInto");
    if (target.kind === "path") {
      const { path, format, options } = target;
      return (await this.save(query, { format, path, mode, partitionBy: [], options }, call)) ?? [];
    }
    const { table } = target;
    const format = table.provider ?? "parquet";
    if (table.location === null && !this.isPathless(format))
      throw new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: table.name, operation: "INSERT" });
    const written = await this.save(
      query,
      {
        format,
        path: table.location === null ? "" : localPathOf(table.location),
        mode,
        partitionBy: table.partitionColumns,
        buckets: bucketsOf(table),
        options: { ...table.options, partitionOverwriteMode: dynamicOverwrite ? "dynamic" : "static" },
        ...(table.partitionColumns.length > 0 && { partitions: { below, places: placesOf(table) } }),
      },
      call,
    );
    return written ?? [];
  }

  /** Runs a query into files, or whatever the format is. Gives the partitions that got rows, null where there are none. */
  async save(query: LogicalPlan, target: SaveTarget, call: Call): Promise<readonly string[] | null> {
    let partitions: readonly string[] | null = null;
    if (!FILE_FORMATS.has(target.format.toLowerCase()) || !isSingle(target)) {
      partitions = await this.#saveAll(query, target, call);
    } else {
      const fileSystemOf = (path: string): FileSystem => this.session.port.fileSystems.of(path);
      await saveSingle(query, target, fileSystemOf, async (rows, directory) => void (await this.#saveAll(rows, directory, call)));
    }
    if (FILE_FORMATS.has(target.format.toLowerCase())) this.refresh(null, target.path);
    return partitions;
  }

  async #saveAll(query: LogicalPlan, target: SaveTarget, call: Call): Promise<readonly string[] | null> {
    const { session } = this;
    const { format, path, mode, partitionBy, buckets, partitions, options } = target;
    const { writer } = sourceNamed(format);
    if (writer === undefined) throw new AnalysisError("UNSUPPORTED_DATA_SOURCE_SAVE_MODE", { source: format, createMode: mode });
    const settings = session.settings();
    const columns = outputOf(query).map(writtenField);
    const job = await writer.begin(
      {
        path,
        options,
        mode,
        schema: { kind: "struct", fields: columns },
        partitionBy,
        ...(buckets && { buckets }),
        ...(partitions && { partitions }),
        settings,
        jobId: `${Date.now()}-${process.pid}-${++saves}`,
      },
      { fileSystems: session.port.fileSystems, settings },
    );
    if (job === null) return null;
    const commits: unknown[] = [];
    try {
      const spec: WriteStageSpec = { format: writer.taskSource ?? format, spec: job.spec };
      const runner = await new QueryExecution(
        session,
        buckets === undefined ? rebalanced(query, target, settings) : byBuckets(query, partitionBy, buckets),
        call,
      ).runner();
      try {
        const results = await runner.into({ kind: "write", spec, schema: { kind: "struct", fields: columns } });
        for (const bytes of results) commits.push(decodeValue(bytes, session.port.values));
      } finally {
        runner.release();
      }
      return (await job.commit(commits)).partitions ?? null;
    } catch (error) {
      await job.abort(commits);
      throw error;
    }
  }

  async explain(mode: ExplainMode, statement: Statement): Promise<string> {
    if (statement.kind === "describeQuery") return explainDescription(mode, statement.query.sql);
    if (statement.kind !== "query") return `== Physical Plan ==\nExecute ${statement.kind}\n`;
    return this.explainPlan(statement.plan, mode);
  }

  async explainPlan(plan: UnresolvedPlan, mode: ExplainMode): Promise<string> {
    const { session } = this;
    const known = session.executed.get(plan);
    // What has been cached since would be read instead.
    const before = known !== undefined && session.cache.use(known.analyzed) === known.analyzed ? known : undefined;
    const analyzed = before?.analyzed ?? (await session.analyze(plan));
    const execution = before ?? new QueryExecution(session, analyzed, callOfSession(session, "explain"));
    const { optimized, settings } = execution;
    if (mode === "logical") return planText(optimized);
    const physical = await execution.physical();
    const codegen = (): readonly { readonly title: string; readonly code: string }[] =>
      cutStages(physical).map(({ root }, i) => ({
        title: `Stage ${i + 1}`,
        code: assumedSources({ root, sink: { kind: "collect", limit: null }, settings }, builtins).join("\n\n"),
      }));
    const { conf } = session.settings();
    const limits = {
      fields: Number(conf["spark.sql.debug.maxToStringFields"] ?? 25),
      characters: Number(conf["spark.sql.maxPlanStringLength"] ?? Infinity),
    };
    const query: Explained = {
      parsed: () => unresolvedPlanText(plan, settings.timeZone),
      analyzed,
      optimized,
      physical,
      adaptive: settings.conf["spark.sql.adaptive.enabled"] !== "false",
      ...(execution.ran !== null && { ran: execution.ran }),
      codegen,
    };
    return explain(mode, query, limits);
  }

  isFileFormat(name: string): boolean {
    return FILE_FORMATS.has(name.toLowerCase()) && this.isSource(name);
  }

  isSource(name: string): boolean {
    return findSource(name) !== undefined;
  }

  isPathless(name: string): boolean {
    return findSource(name)?.pathless === true;
  }

  external(source: number): ReturnType<DataPort["external"]> {
    const { what, sizeInBytes, rowCount } = this.session.externals.get(source);
    return { what, sizeInBytes, rowCount };
  }

  async cache(plan: UnresolvedPlan, name: string, options: CacheOptions): Promise<void> {
    const analyzed = await this.session.analyze(plan);
    const { storageLevel: level = StorageLevel.MEMORY_AND_DISK } = options;
    this.session.cache.add(this.session, analyzed, level, callOfSession(this.session, "cache"), name);
    if (!options.lazy) await this.collect({ kind: "aggregate", child: analyzed, grouping: [], aggregates: [] });
  }

  async uncache(plan: UnresolvedPlan): Promise<boolean> {
    return this.session.cache.remove(await this.session.analyze(plan));
  }

  async clearCache(): Promise<void> {
    await this.session.cache.clear();
  }

  /** Files are listed anew for every query: what is cached of them alone could be stale. */
  refresh(table: TableMetadata | null, path: string | null): void {
    this.session.cache.refresh(changed(table, path));
  }

  forget(table: TableMetadata): void {
    this.session.cache.forget(changed(table, null));
  }

  addResource(resource: string, paths: readonly string[]): void {
    const { engine } = this.session;
    // There is no Java to load.
    if (resource.startsWith("JAR")) throw new AnalysisError("UNSUPPORTED_FEATURE.ADD_RESOURCE", { resource });
    for (const path of paths) {
      if (resource.startsWith("ARCHIVE")) engine.addArchive(path);
      else engine.addFile(path);
    }
  }

  listResources(resource: string): readonly string[] {
    const { engine } = this.session;
    if (resource.startsWith("JAR")) return [];
    return (resource.startsWith("ARCHIVE") ? engine.listArchives() : engine.listFiles()).map(qualifyPath).sort();
  }
}

/** Rows of a bucket in one piece, in the order that its files have: each task writes one file a bucket after the other. */
function byBuckets(query: LogicalPlan, partitionBy: readonly string[], buckets: Buckets): LogicalPlan {
  const output = outputOf(query);
  const column = (name: string): Attribute => output.find((one) => one.name.toLowerCase() === name.toLowerCase())!;
  const hash = call("hash", buckets.columns.map(column), INT, false);
  const bucket = call("pmod", [hash, literal(buckets.count, INT)], INT, false);
  const by: readonly Expression[] = [...partitionBy.map(column), bucket, ...buckets.sort.map(column)];
  const order = by.map((child): SortOrder => ({ kind: "sortOrder", child, ascending: true, nullsFirst: true }));
  return { kind: "sort", child: query, order, global: false };
}

function changed(table: TableMetadata | null, path: string | null): Changed {
  if (table === null) return { paths: path === null ? [] : [path] };
  const places = [table.location, ...Object.values(table.partitionPlaces ?? {})].filter((place) => place !== null);
  return { name: catalogName(table), paths: places.map(localPathOf) };
}

function catalogName({ database, name }: TableMetadata): string {
  return `spark_catalog.${database}.${name}`;
}

/** Where partitions lie that are not where their name says. */
function placesOf(table: TableMetadata): Readonly<Record<string, string | null>> {
  const places = Object.entries(table.partitionPlaces ?? {});
  return Object.fromEntries(places.map(([name, place]) => [name, place === null ? null : qualifyPath(localPathOf(place))]));
}

function localPathOf(path: string): string {
  return path.startsWith("file:") ? localPath(path) : path;
}
