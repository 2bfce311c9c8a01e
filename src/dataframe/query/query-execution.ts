/**
 * One query from its analysed plan to its rows: cached parts are put in, the optimizer rewrites it, subqueries that stand alone
 * run first, sources say how their scans are cut, and the runner carries it out.
 */
import { bucketSplits, withSelectedBuckets } from "../sources/files/buckets";
import { withBucketedScans } from "../physical/bucketed-scans";
import { boxedRows } from "../../columnar/batch";
import type { BoxedRow, ColumnBatch } from "../../columnar/vector";
import type { Call } from "../../rdd/context-port";
import { InternalError } from "../../common/errors";
import type { Attribute } from "../expressions/expression";
import { outputOf } from "../logical/output";
import type { LogicalPlan, Scan } from "../logical/plan";
import { expressionText } from "../logical/print";
import { walkPlan } from "../logical/traverse";
import { optimize, optimizeAgain } from "../optimizer/optimize";
import type { CarriedOut } from "../physical/explain";
import type { PhysicalPlan, ScanExec } from "../physical/plan";
import { planQuery } from "../physical/plan-query";
import { resolveBeforePlanning } from "../physical/resolve";
import { withoutRecursions } from "../physical/subqueries";
import { sourceNamed } from "../sources/registry";
import type { SqlSettings } from "../settings";
import type { KeptPlan, PlannedScan, PlannedScans } from "./kept-plans";
import { type PlanTexts, planTexts } from "./query-events";
import { type RunServices, QueryRunner } from "./query-runner";
import type { SessionState } from "./session-state";

export class QueryExecution {
  readonly settings: SqlSettings;
  #optimized: LogicalPlan | undefined;
  #ran: CarriedOut | null = null;

  constructor(
    readonly session: SessionState,
    readonly analyzed: LogicalPlan,
    readonly call: Call,
    /** Parts that are cached have been put in: what a cached plan itself is made by must not read it. */
    private readonly cachedPutIn = false,
    /** That of `analyzed`, where its optimized form may be there already. */
    private readonly kept: KeptPlan | null = null,
  ) {
    this.settings = session.settings();
  }

  get output(): readonly Attribute[] {
    return outputOf(this.analyzed);
  }

  get withCached(): LogicalPlan {
    return this.cachedPutIn ? this.analyzed : this.session.cache.use(this.analyzed);
  }

  get optimized(): LogicalPlan {
    this.#optimized ??= this.#optimize(this.withCached);
    return this.#optimized;
  }

  #optimize(plan: LogicalPlan): LogicalPlan {
    const context = this.session.optimizerContext(this.settings);
    return plan === this.kept?.analyzed ? this.kept.optimized(context) : optimize(plan, context);
  }

  /** The plan as it would be carried out, before anything of it has run. Subqueries stay. */
  async physical(): Promise<PhysicalPlan> {
    const plan = withBucketedScans(withoutRecursions(this.optimized), this.settings);
    return planQuery(plan, this.settings, this.#services(await this.#planScans(plan)));
  }

  /** The runner of this query: a query may be run several times, each with one of its own. */
  async runner(): Promise<QueryRunner> {
    const resolved = await resolveBeforePlanning(this.optimized, this.settings, (query) => this.#rowsOf(query));
    const optimized =
      resolved === this.optimized ? resolved : optimizeAgain(resolved, this.session.optimizerContext(this.settings));
    const plan = withBucketedScans(optimized, this.settings);
    const scans = await this.#planScans(plan);
    const kept = this.kept?.stepsOf(plan, this.settings, { parallelism: this.session.engine.defaultParallelism, scans }) ?? null;
    const texts = (): PlanTexts => (kept === null ? planTexts(this.analyzed, plan) : this.kept!.texts);
    return new QueryRunner(plan, this.settings, this.#services(scans), this.call, texts, kept);
  }

  async rows(): Promise<BoxedRow[]> {
    const types = this.output.map((column) => column.type);
    return (await this.collect()).flatMap((batch) => boxedRows(batch, types));
  }

  async collect(): Promise<ColumnBatch[]> {
    const runner = await this.runner();
    try {
      const batches = await runner.collect();
      this.session.observations.deliver(this.analyzed, runner.metrics, this.settings);
      const totals = runner.metrics.value;
      this.#ran = { plan: runner.run.plan, rowsOf: (operator) => totals.get(operator)?.rows ?? null };
      return batches;
    } finally {
      runner.release();
    }
  }

  /** The plan as it was carried out last, and what its operators did; null before. */
  get ran(): CarriedOut | null {
    return this.#ran;
  }

  /** The rows of a query that needs none of ours. */
  async #rowsOf(plan: LogicalPlan): Promise<readonly BoxedRow[]> {
    return new QueryExecution(this.session, plan, this.call).rows();
  }

  #services(scans: PlannedScans): RunServices {
    const { session } = this;
    const nextId = (): number => session.nextId();
    return {
      port: session.engine.port,
      operations: session.operations,
      badRecords: session.badRecords,
      parallelism: session.engine.defaultParallelism,
      nextId: this.kept?.idsOfRun(nextId) ?? nextId,
      isSet: (key) => session.sessionConf.isSet(key),
      splits: (scan) => {
        const found = scans.get(scanKey(scan));
        if (found === undefined) throw new InternalError(`The scan of ${scan.relation.name} was not planned.`);
        return found.splits;
      },
      parts: (scan) => scans.get(scanKey(scan))?.parts ?? null,
      partitionsOf: (source) => session.externals.numPartitions(source),
      external: (source) => session.externals.node(source),
    };
  }

  async #planScans(plan: LogicalPlan): Promise<PlannedScans> {
    const { session } = this;
    const planned = new Map<string, PlannedScan>();
    const scans: Scan[] = [];
    const externals: number[] = [];
    walkPlan(plan, (node) => {
      if (node.kind === "scan") scans.push(node);
      if (node.kind === "externalRelation") externals.push(node.source);
    });
    for (const source of externals) await session.externals.node(source).prepare();
    await Promise.all(
      scans.map(async (scan) => {
        const { relation, output, pushed, partitionFilters, limit } = scan;
        const columns = output.map((attribute, i) => ({ path: scan.columns[i]!, type: attribute.type, attribute }));
        const source = sourceNamed(relation.format);
        const request = {
          relation: withSelectedBuckets(relation, pushed, columns),
          columns,
          pushed,
          partitionFilters,
          limit,
          parallelism: session.engine.defaultParallelism,
        };
        const driver = { fileSystems: session.engine.port.fileSystems, settings: this.settings };
        const splits = await source.plan(request, driver);
        if (scan.bucketed === true) {
          planned.set(scanKey(scan), { splits: bucketSplits(splits, relation.buckets!), parts: null });
          return;
        }
        const parts = limit === null ? await source.parts?.(request, driver) : null;
        planned.set(scanKey(scan), { splits, parts: parts ?? null });
      }),
    );
    return planned;
  }
}

/** Scans that give the same columns of the same relation under the same ids, filtered alike, are one. */
function scanKey(scan: Pick<Scan | ScanExec, "output" | "pushed" | "partitionFilters" | "relation" | "bucketed">): string {
  const { output, pushed, partitionFilters, relation, bucketed } = scan;
  const filters = [...pushed, ...partitionFilters].map(expressionText);
  return [relation.name, bucketed === true ? "bucketed" : "", output.map(({ id }) => id).join(","), ...filters].join(" ");
}
