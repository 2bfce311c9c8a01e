/**
 * Carries a query out: asks the plan's state machine (physical/stages) for the next stage, runs it as a job, tells what it
 * wrote, until the last stage gives the result.
 */
import { decodeValue } from "../../columnar";
import { decodeBatchesOf, sliceBatch } from "../../columnar/batch";
import type { Boxed } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { Call, ContextPort } from "../../rdd/context-port";
import type { DatasetNode } from "../../rdd/nodes/node";
import type { PlanInput, PlanStage } from "../../rdd/nodes/plan-node";
import type { KeySample } from "../exec/exchange/sample";
import { rowOrder } from "../exec/exchange/route";
import { QueryError } from "../errors";
import type { LogicalPlan } from "../logical/plan";
import { sizeSetting } from "../optimizer/context";
import { bytesText } from "../physical/explain";
import type { ExchangeStage, ResultStage, Stage } from "../physical/stages";
import { QueryRun } from "../physical/stages";
import { type KeptSteps, RepeatedRun, type StagedQuery } from "../physical/repeated-run";
import type { StageSink, StageTaskInput } from "../physical/plan";
import type { PlanServices } from "../physical/services";
import type { SqlSettings } from "../settings";
import type { BadRecords } from "./bad-records";
import { knownRows } from "./known-rows";
import type { Operation, Operations } from "./operations";
import { type PlanTexts, QueryEvents } from "./query-events";
import { QueryMetrics } from "./query-metrics";
import { type ReadyStage, StageJobs, type WrittenShuffle } from "./stage-jobs";
import { travellingPlan } from "./travelling-plan";

/** What a query runs on. */
export interface RunServices extends PlanServices {
  readonly port: ContextPort;
  readonly operations: Operations;
  readonly badRecords: BadRecords;
  /** The dataset behind an external relation. */
  external(source: number): DatasetNode;
}

/** Tasks of the first round of a limited result; each round has four times as many. */
const FIRST_TASKS = 1;
const SAMPLE_SIZE = 100;

export class QueryRunner {
  readonly run: StagedQuery;
  readonly metrics: QueryMetrics;
  readonly #jobs: StageJobs;
  readonly #events: QueryEvents;
  readonly #operation: Operation;
  readonly #written = new Map<number, WrittenShuffle>();

  constructor(
    plan: LogicalPlan,
    private readonly settings: SqlSettings,
    private readonly services: RunServices,
    private readonly call: Call,
    texts: () => PlanTexts,
    /** Of earlier runs of the plan, under the same settings and services; null where it may differ. */
    kept: KeptSteps | null = null,
  ) {
    const { port } = services;
    const begin = (): QueryRun => new QueryRun(plan, settings, services);
    this.run = kept === null ? begin() : new RepeatedRun(kept, begin);
    this.metrics = new QueryMetrics(port.nextSharedVariableId(), services);
    port.registerAccumulator(this.metrics);
    this.#events = new QueryEvents(port, this.metrics, () => this.run.plan, texts);
    this.#operation = services.operations.operation(call.signal);
    this.#jobs = new StageJobs(port, { ...call, signal: this.#operation.signal }, this.metrics.id);
  }

  /** The rows of the result, partition by partition. */
  collect(): Promise<ColumnBatch[]> {
    return this.#told(() => this.#collect());
  }

  async #collect(): Promise<ColumnBatch[]> {
    const stage = await this.#runExchanges(true);
    const { take } = stage;
    const known = knownRows(stage.root);
    if (known !== null) {
      this.metrics.of(stage.root.id).rows += known.reduce((rows, batch) => rows + batch.length, 0);
      return cut(known, take?.offset ?? 0, take?.limit ?? Infinity);
    }
    if (take === null || take.limit === null) {
      const parts = await this.#jobs.run(this.#ready(stage, { kind: "collect", limit: null }));
      return cut(parts.flatMap(batchesOf), take?.offset ?? 0, Infinity);
    }
    const wanted = take.limit + take.offset;
    const batches: ColumnBatch[] = [];
    let rows = 0;
    for (let from = 0, count = FIRST_TASKS; from < stage.tasks.length && rows < wanted; from += count, count *= 4) {
      const tasks = stage.tasks.slice(from, from + count);
      for (const part of await this.#jobs.run(this.#ready({ ...stage, tasks }, { kind: "collect", limit: wanted }))) {
        for (const batch of batchesOf(part)) {
          batches.push(batch);
          rows += batch.length;
        }
      }
    }
    return cut(batches, take.offset, take.limit);
  }

  /** The rows of the result, a task at a time: each is computed when it is asked for. */
  async *stream(): AsyncGenerator<ColumnBatch, void, undefined> {
    this.#begin();
    let failure: unknown;
    try {
      const stage = await this.#runExchanges(false);
      for (const task of stage.tasks) {
        const [part] = await this.#jobs.run(this.#ready({ ...stage, tasks: [task] }, { kind: "collect", limit: null }));
        yield* batchesOf(part!);
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.#operation.end();
      this.services.badRecords.tell();
      this.#events.end(failure);
    }
  }

  /** Runs the last stage into `sink`; gives what each task gave. */
  into(sink: StageSink): Promise<Uint8Array[]> {
    return this.#told(async () => this.#jobs.run(this.#ready(await this.#runExchanges(false), sink)));
  }

  /** The last stage as a dataset's description: all exchanges before it are carried out. */
  stage(sink: StageSink): Promise<PlanStage> {
    const describe = async (): Promise<PlanStage> => {
      const ready = this.#ready(await this.#runExchanges(false), sink);
      return { ...this.#jobs.describe(ready), reportsTo: this.metrics };
    };
    // Where nothing is to be carried out yet there is no execution to tell of: its tasks belong to the job that reads them.
    return this.run.together(false)[0]!.kind === "result" ? describe() : this.#told(describe);
  }

  #begin(): void {
    const { id } = this.#events;
    const tags = this.#operation.jobTags(id);
    this.#operation.begin(id);
    this.#jobs.belongTo({ "spark.sql.execution.id": String(id), "spark.job.tags": tags.join(",") });
    this.#events.start(this.call, tags);
  }

  /** Runs `body` as an execution that listeners hear of. */
  async #told<R>(body: () => Promise<R>): Promise<R> {
    this.#begin();
    let result: R;
    try {
      result = await body();
    } catch (error) {
      this.#events.end(error);
      throw error;
    } finally {
      this.#operation.end();
      this.services.badRecords.tell();
    }
    this.#events.end();
    return result;
  }

  /** Shuffles that the query has written; to be released when nothing reads them any more. */
  get shuffleIds(): readonly number[] {
    return [...this.#written.values()].map(({ shuffle }) => shuffle.shuffleId);
  }

  release(): void {
    for (const id of this.shuffleIds) void this.services.port.releaseShuffle(id, false);
    this.#written.clear();
  }

  /** @param driverTakes the driver applies a limit at the top. */
  async #runExchanges(driverTakes: boolean): Promise<ResultStage> {
    for (;;) {
      const stages = this.run.together(driverTakes);
      const first = stages[0]!;
      if (first.kind === "result") return first;
      // All are waited for: what a failing query has written is released with it.
      const ended = await Promise.allSettled(stages.map((stage) => this.#carryOut(stage as ExchangeStage)));
      for (const end of ended) if (end.status === "rejected") throw end.reason;
      for (const stage of stages) this.#measured(stage as ExchangeStage);
    }
  }

  async #carryOut(stage: ExchangeStage): Promise<void> {
    this.#written.set(stage.id, await this.#exchange(stage));
  }

  #measured(stage: ExchangeStage): void {
    const { numMaps, sizes, shuffle } = this.#written.get(stage.id)!;
    const { numReducers } = shuffle;
    const bytes = new Array<number>(numReducers).fill(0);
    for (let map = 0; map < numMaps; map++)
      for (let reduce = 0; reduce < numReducers; reduce++) bytes[reduce]! += sizes[map * numReducers + reduce]!;
    const { rows } = this.metrics.of(stage.root.id);
    this.run.finished(stage.id, {
      bytes,
      rows,
      mapBytes: (reduce) => Array.from({ length: numMaps }, (_, map) => sizes[map * numReducers + reduce]!),
    });
    const total = bytes.reduce((sum, size) => sum + size, 0);
    const most = sizeSetting({ settings: this.settings }, "spark.sql.maxBroadcastTableSize", 8 * 2 ** 30);
    if (stage.partitioning.kind === "broadcast" && total > most)
      throw new QueryError("_LEGACY_ERROR_TEMP_2249", { maxBroadcastTableBytes: bytesText(most), dataSize: bytesText(total) });
    this.#events.exchanged(stage.id, total, rows);
  }

  async #exchange(stage: ExchangeStage): Promise<WrittenShuffle> {
    const { partitioning } = stage;
    if (partitioning.kind !== "range") {
      const count = "numPartitions" in partitioning ? partitioning.numPartitions : 1;
      return this.#jobs.write(this.#ready(stage, { kind: "shuffle", partitioning }), count);
    }
    const bounds = await this.#bounds(stage, partitioning.order, partitioning.numPartitions);
    return this.#jobs.write(this.#ready(stage, { kind: "shuffle", partitioning, bounds }), bounds.length + 1);
  }

  /** Bounds that divide the rows of a stage evenly, about: from a sample of each task's keys, weighed by its rows. */
  async #bounds(
    stage: ExchangeStage,
    order: Extract<ExchangeStage["partitioning"], { kind: "range" }>["order"],
    numPartitions: number,
  ): Promise<Boxed[][]> {
    const size = Math.max(20, SAMPLE_SIZE * Math.ceil((3 * numPartitions) / Math.max(1, stage.tasks.length)));
    const { values } = this.services.port;
    const samples = (await this.#jobs.run(this.#ready(stage, { kind: "sample", order, size }))).map(
      (bytes) => decodeValue(bytes, values) as KeySample,
    );
    const weighed = samples.flatMap(({ rows, keys }) => keys.map((key) => ({ key, weight: rows / keys.length })));
    const compare = rowOrder(order);
    weighed.sort((a, b) => compare(a.key, b.key));
    const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const bounds: Boxed[][] = [];
    let seen = 0;
    for (const { key, weight } of weighed) {
      seen += weight;
      if (bounds.length === numPartitions - 1) break;
      const last = bounds.at(-1);
      if (seen >= (total * (bounds.length + 1)) / numPartitions && (last === undefined || compare(last, key) < 0))
        bounds.push([...key]);
    }
    return bounds;
  }

  #ready(stage: Pick<Stage, "root" | "shuffles" | "broadcasts" | "tasks">, sink: StageSink): ReadyStage {
    const shuffleOf = (id: number): WrittenShuffle => this.#written.get(id)!;
    const plan = travellingPlan(stage.root, sink, this.settings);
    return {
      plan,
      now: this.settings.now,
      tasks: stage.tasks,
      shuffles: stage.shuffles.map((id) => shuffleOf(id).shuffle),
      broadcasts: stage.broadcasts.map((id) => shuffleOf(id).shuffle),
      inputs: [...plan.externals].map(([source, leaves]) => this.#input(source, leaves, stage.tasks)),
    };
  }

  #input(source: number, leaves: readonly number[], tasks: readonly StageTaskInput[]): PlanInput {
    return {
      node: this.services.external(source),
      parents: (partition) => leaves.flatMap((leaf) => tasks[partition]!.leaves[leaf] ?? []),
    };
  }
}

function batchesOf(bytes: Uint8Array): ColumnBatch[] {
  return [...decodeBatchesOf(bytes)];
}

/** Rows [offset, offset + limit). */
function cut(batches: readonly ColumnBatch[], offset: number, limit: number): ColumnBatch[] {
  const kept: ColumnBatch[] = [];
  let skip = offset;
  let left = limit;
  for (const batch of batches) {
    const from = Math.min(skip, batch.length);
    skip -= from;
    const to = Math.min(batch.length, from + left);
    if (to > from) kept.push(sliceBatch(batch, from, to));
    left -= to - from;
  }
  return kept;
}
