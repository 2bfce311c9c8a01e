/** What the API asks of a session (api/query-port), over the session's state. */
import { encodedBatch, hashBoxed } from "../../columnar/batch";
import type { StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { UsageError } from "../../common/errors";
import type { RDD } from "../../rdd";
import { parallelize } from "../../rdd/create";
import type { Call, ContextPort } from "../../rdd/context-port";
import { PlanNode } from "../../rdd/nodes/plan-node";
import { RDD as RddClass } from "../../rdd/rdd";
import type { StorageLevel } from "../../storage/storage-level";
import { fromArrowBatch, schemaFromArrow } from "../arrow/from-arrow";
import { arrow } from "../arrow/library";
import type { ParameterValues } from "../analysis/context";
import { idText } from "../analysis/messages";
import { analyzeAlone, schemaOf } from "../catalog/analysis-context";
import { detachedPlan } from "../catalog/detached";
import { runCommand } from "../catalog/commands/run-command";
import type { SessionCatalog } from "../catalog/session-catalog";
import { AnalysisError, ParseError } from "../errors";
import { foldExpression } from "../expressions/fold";
import type { StageSink } from "../physical/plan";
import { logicalSignature } from "../logical/signature";
import { walkPlan } from "../logical/traverse";
import type { SqlSettings } from "../settings";
import { uriOf } from "../sources/files/constant-columns";
import { parseTableIdentifier } from "../sql/parse";
import type { ExplainMode, Statement } from "../syntax/command";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import type { Row } from "../types/row";
import { toExternal } from "../types/values";
import type { ConfigurationPort, OperationsPort, QueryPort, QueryResult, WriteSpec } from "../api/query-port";
import { callOfSession } from "./call";
import type { External } from "./externals";
import type { SessionState } from "./session-state";
import { writePlan } from "./write-plan";

let planIds = 0;

export class SessionPort implements QueryPort {
  readonly conf: ConfigurationPort;

  constructor(private readonly session: SessionState) {
    const { sessionConf } = session;
    this.conf = {
      find: (key) => sessionConf.find(key),
      set: (key, value) => sessionConf.set(key, value),
      unset: (key) => sessionConf.unset(key),
      isModifiable: (key) => sessionConf.isModifiable(key),
      getAll: () => sessionConf.getAll(),
    };
  }

  get context(): ContextPort {
    return this.session.port;
  }

  get operations(): OperationsPort {
    return this.session.operations;
  }

  get catalog(): SessionCatalog {
    return this.session.catalog;
  }

  nextPlanId(): number {
    return ++planIds;
  }

  settings(): SqlSettings {
    return this.session.settings();
  }

  async schema(plan: UnresolvedPlan): Promise<StructType> {
    return schemaOf(await this.session.analyze(plan));
  }

  async collect(plan: UnresolvedPlan, call: Call): Promise<QueryResult> {
    this.context.assertRunning(call.scope);
    const execution = await this.session.query(plan, call);
    const batches = await execution.collect();
    this.session.executed.set(plan, execution);
    return { schema: schemaOf(execution.analyzed), batches };
  }

  async *stream(plan: UnresolvedPlan, call: Call): AsyncIterable<ColumnBatch> {
    const execution = await this.session.query(plan, call);
    const runner = await execution.runner();
    try {
      yield* runner.stream();
    } finally {
      runner.release();
    }
  }

  rows(plan: () => Promise<UnresolvedPlan>): RDD<Row> {
    return new RddClass<Row>(this.#dataset(plan, callOfSession(this.session, "rdd"), { kind: "rows" }));
  }

  batches(plan: () => Promise<UnresolvedPlan>, call: Call): RDD<Uint8Array> {
    return new RddClass<Uint8Array>(this.#dataset(plan, call, { kind: "batches" }));
  }

  /** Its stage is found when it is first needed: exchanges below it run as jobs then. */
  #dataset(plan: () => Promise<UnresolvedPlan>, call: Call, sink: StageSink): PlanNode {
    return new PlanNode(
      this.context,
      call.scope,
      async () => (await (await this.session.query(await plan(), call)).runner()).stage(sink),
      call.site,
    );
  }

  explain(plan: UnresolvedPlan, mode: ExplainMode): Promise<string> {
    return this.session.data.explainPlan(plan, mode);
  }

  async execute(statement: Statement, parameters?: ParameterValues): Promise<UnresolvedPlan> {
    const session = parameters === undefined ? this.session : this.session.withParameters(parameters);
    if (statement.kind === "query" && parameters === undefined) return statement.plan;
    const { schema, rows } = await runCommand(statement, session);
    return { kind: "local", schema, rows };
  }

  async write(plan: UnresolvedPlan, spec: WriteSpec, call: Call): Promise<void> {
    await writePlan(this.session, plan, spec, call);
  }

  async createTempView(name: string, plan: UnresolvedPlan, how: { global: boolean; replace: boolean }): Promise<void> {
    const known = viewName(name);
    const columns = await this.schema(plan);
    // A view may replace one that it is made of.
    const kept = detachedPlan(plan, this.catalog);
    const view = { name: known, global: how.global, plan: kept, schema: null, columns, scope: null, properties: {} };
    this.catalog.setTempView(view, how.replace);
  }

  registerFunction(name: string, fn: UserFunction): void {
    this.catalog.tempFunctions.set(name.toLowerCase(), { kind: "user", fn: { ...fn, name } });
  }

  fromRdd(rdd: RDD<unknown>, schema: StructType): UnresolvedPlan {
    return this.#external({ what: "rdd", node: rdd.node, holds: [rdd] }, schema);
  }

  fromBatches(rdd: RDD<Uint8Array>, schema: StructType, holds: readonly object[]): UnresolvedPlan {
    return this.#external({ what: "cached", node: rdd.node, holds }, schema);
  }

  #external(external: Pick<External, "what" | "node" | "holds">, schema: StructType): UnresolvedPlan {
    return { kind: "external", schema, ...this.session.externals.add({ ...external, sizeInBytes: null, rowCount: null }) };
  }

  fromArrow(table: unknown): UnresolvedPlan {
    const { Table, tableFromIPC } = arrow();
    const known = table instanceof Table ? table : ArrayBuffer.isView(table) ? tableFromIPC(table as Uint8Array) : null;
    if (known === null)
      throw new UsageError("INVALID_ARGUMENT", "createDataFrame needs an Arrow table, or the bytes of an Arrow stream or file.");
    const schema = schemaFromArrow(known.schema);
    const batches = known.batches.map((batch) => encodedBatch(fromArrowBatch(batch, schema)));
    const slices = Math.max(1, Math.min(batches.length, this.context.defaultParallelism));
    const node = parallelize(this.context, batches, slices).node;
    const sizeInBytes = batches.reduce((sum, bytes) => sum + bytes.length, 0);
    const relation = this.session.externals.add({ what: "arrow", node, sizeInBytes, rowCount: known.numRows });
    return { kind: "external", schema, ...relation };
  }

  async persist(plan: UnresolvedPlan, level: StorageLevel, call: Call): Promise<void> {
    this.session.cache.add(this.session, await this.session.analyze(plan), level, call);
  }

  async unpersist(plan: UnresolvedPlan, blocking: boolean): Promise<void> {
    await this.session.cache.remove(await this.session.analyze(plan), blocking);
  }

  async storageLevel(plan: UnresolvedPlan): Promise<StorageLevel> {
    return this.session.cache.level(await this.session.analyze(plan));
  }

  async checkpoint(plan: UnresolvedPlan, how: { local: boolean; eager: boolean }, call: Call): Promise<UnresolvedPlan> {
    const execution = await this.session.query(plan, call);
    const node = new PlanNode(
      this.context,
      "checkpoint",
      async () => (await execution.runner()).stage({ kind: "batches" }),
      call.site,
    );
    const rdd = new RddClass<Uint8Array>(node);
    if (how.local) rdd.localCheckpoint();
    else rdd.checkpoint();
    if (how.eager) await rdd.count();
    return this.#external({ what: "cached", node }, schemaOf(execution.analyzed));
  }

  async inputFiles(plan: UnresolvedPlan): Promise<readonly string[]> {
    const execution = await this.session.query(plan, callOfSession(this.session, "inputFiles"));
    const files = new Set<string>();
    walkPlan(execution.optimized, (node) => {
      if (node.kind === "scan") for (const { path } of node.relation.files?.files ?? []) files.add(uriOf(path));
    });
    return [...files];
  }

  async sameSemantics(a: UnresolvedPlan, b: UnresolvedPlan): Promise<boolean> {
    return (await this.#signature(a)) === (await this.#signature(b));
  }

  async semanticHash(plan: UnresolvedPlan): Promise<number> {
    return hashBoxed(await this.#signature(plan), { kind: "string" }, 42);
  }

  async #signature(plan: UnresolvedPlan): Promise<string> {
    return logicalSignature((await this.session.query(plan, callOfSession(this.session, "sameSemantics"))).optimized);
  }

  async evaluate(expression: UnresolvedExpression): Promise<unknown> {
    const settings = this.settings();
    const value = foldExpression(await analyzeAlone(expression, this.session), settings);
    return toExternal(value.value, value.type, settings);
  }

  onObserved(name: string, listener: (metrics: Row) => void): void {
    this.session.observations.on(name, listener);
  }

  fork(): QueryPort {
    return new SessionPort(this.session.fork());
  }

  stop(): Promise<void> {
    return this.session.engine.stop();
  }
}

/** One name, in backticks where it is no word. */
function viewName(text: string): string {
  const parts = nameParts(text);
  if (parts === null) throw new AnalysisError("_LEGACY_ERROR_TEMP_1321", { viewName: text });
  const [name, ...others] = parts;
  if (others.length > 0) throw new AnalysisError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", { actualName: idText(parts) });
  return name as string;
}

function nameParts(text: string): readonly string[] | null {
  try {
    return parseTableIdentifier(text);
  } catch (error) {
    if (error instanceof ParseError) return null;
    throw error;
  }
}
