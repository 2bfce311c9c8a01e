/** Stages of queries in task threads: opens plans for the RDD layer, and ends each task in what its stage's sink says. */
import { ByteWriter, encodeValue } from "../../columnar";
import { encodeBatch, sliceBatch } from "../../columnar/batch";
import type { Boxed } from "../../columnar/types";
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import { InternalError, unreachable } from "../../common/errors";
import { withDefaults } from "../conf-defaults";
import type { DirectSource, PlanProgram, PlanRuntime, PlanTask } from "../../rdd/plan-port";
import { type AnySource, type MaybePromise, then } from "../../rdd/pipeline/source";
import { DeferredSource } from "../../rdd/pipeline/iterable-source";
import { ResultWriter } from "../../rdd/exec/result-writer";
import type { TaskOutput } from "../../rdd/task-runner";
import type { ExternalExec, ScanExec, StagePlan, StageTask } from "../physical/plan";
import { walk } from "../physical/traverse";
import { inContentOrder } from "./exchange/content-order";
import { type Columns, routerOf } from "./exchange/route";
import { sampleKeys } from "./exchange/sample";
import { ExchangeWriter } from "./exchange/shuffle-writer";
import { externalBatches } from "./external";
import { sourceOf, type OpenTask } from "./operator";
import { planFromBytes } from "./plan-bytes";
import { Projection } from "./projection";
import { batchesOf, recordsOf } from "./records";
import type { ExecServices } from "./ports";
import { laterScans, openScanLater } from "./scan";
import { Spool } from "./spill/spool";
import { openStage, planOfRun, type StageProgram } from "./stage-program";
import { type MetricsUpdate, TaskEnvironment } from "./task-environment";
import { taskServices } from "./thread-services";
import { writeTask } from "./write";

/** What the driver sends as the plan of a stage. */
export interface ShippedPlan {
  /** Its settings hold what is not Spark's default (conf-defaults.ts). */
  readonly stage: StagePlan;
  /** Sources of external leaves, in the order of the stage's inputs. */
  readonly inputs: readonly number[];
}

export const queryRuntime: PlanRuntime = {
  open: (bytes) => new Stage(planFromBytes<ShippedPlan>(bytes)),
};

/** One for all runs of a query whose stage is the same. */
class Stage implements PlanProgram {
  readonly #plan: StagePlan;
  /** Scans that may have to be waited for. */
  readonly #later: readonly ScanExec[];
  /** Datasets outside of the plan: functions of theirs may be asynchronous. */
  readonly #externals: readonly ExternalExec[];
  #program: StageProgram | undefined;

  constructor(private readonly shipped: ShippedPlan) {
    const { stage } = shipped;
    this.#plan = { ...stage, settings: { ...stage.settings, conf: withDefaults(stage.settings.conf) } };
    this.#later = laterScans(this.#plan.root);
    const externals: ExternalExec[] = [];
    walk(this.#plan.root, (node) => {
      if (node.kind === "external") externals.push(node);
    });
    this.#externals = externals;
  }

  run(task: PlanTask): MaybePromise<TaskOutput> {
    const env = new TaskEnvironment(task);
    const asked = planFromBytes<StageTask>(task.payload);
    const { run } = asked;
    const output = then(this.#open(task, asked, env), (stage) => finish(stage, run.shuffleId));
    return then(output, (done): TaskOutput => {
      return { ...done, accumulators: [{ id: run.metrics, value: encodeValue(env.updates(), task.env.values, "metrics") }] };
    });
  }

  rows(task: PlanTask): AnySource {
    const records = then(this.#read(task), ({ source }): AnySource => recordsOf(source, this.#plan));
    return records instanceof Promise ? new DeferredSource(records) : records;
  }

  direct(task: PlanTask): MaybePromise<DirectSource> | null {
    if (this.#plan.sink.kind !== "batches") return null;
    return then(this.#read(task), ({ source }) => batchesOf(source));
  }

  /** Of a task in which others read the rows: of what the plan did, bad records alone are told. */
  #read(task: PlanTask): MaybePromise<OpenStage> {
    const env = new TaskEnvironment(task);
    const asked = planFromBytes<StageTask>(task.payload);
    task.onClose(() => {
      const { badRecords } = env.updates();
      if (badRecords.length === 0) return;
      const update: MetricsUpdate = { operators: [], observed: [], badRecords };
      task.report({ id: asked.run.metrics, value: encodeValue(update, task.env.values, "metrics") });
    });
    return this.#open(task, asked, env);
  }

  #open(task: PlanTask, asked: StageTask, env: TaskEnvironment): MaybePromise<OpenStage> {
    const { input, run } = asked;
    const plan = planOfRun(this.#plan, run);
    const services = taskServices(env, plan.settings, run);
    this.#program ??= openStage(this.#plan, services);
    const program = this.#program;
    const evaluation = { settings: plan.settings, partition: input.partition, inputFile: () => env.inputFile() };
    const opened: OpenTask = { plan, input, run, env, services, evaluation };
    const start = (own: ExecServices): OpenStage => {
      const source = program.run(asked, env, own);
      task.onClose(() => source.close());
      return { source, env, task: { ...opened, services: own } };
    };
    if (this.#later.length === 0 && this.#externals.length === 0) return start(services);
    return then(this.#leaves(opened, env, task), (ready) =>
      start({
        ...services,
        openScan: (scan, splits, of, use) => ready.get(scan.id) ?? services.openScan(scan, splits, of, use),
        external: (node) => ready.get(node.id)!,
      }),
    );
  }

  /** What may have to be waited for, by the ids of the nodes: opened one after the other. */
  #leaves(opened: OpenTask, env: TaskEnvironment, task: PlanTask): MaybePromise<Map<number, BatchSource>> {
    const ready = new Map<number, BatchSource>();
    let waiting: MaybePromise<void> = undefined;
    for (const scan of this.#later) {
      const splits = opened.input.scans[scan.id];
      if (splits === undefined) continue;
      waiting = then(waiting, () => {
        const rows = openScanLater(scan, splits, env, opened.plan.settings);
        if (!(Symbol.asyncIterator in rows)) return void ready.set(scan.id, rows);
        const spool = new Spool(opened, scan.id);
        env.task.onClose(() => spool.close());
        return keepAll(rows, spool, env).then(() => void ready.set(scan.id, sourceOf(spool.batches())));
      });
    }
    for (const node of this.#externals) {
      const partition = opened.input.leaves[node.id];
      if (partition === undefined) continue;
      waiting = then(waiting, () =>
        then(task.parent(this.shipped.inputs.indexOf(node.source), partition), (records) => {
          ready.set(node.id, externalBatches(node, records, opened.plan.settings));
        }),
      );
    }
    return then(waiting, () => ready);
  }
}

async function keepAll(rows: AsyncIterable<ColumnBatch>, spool: Spool, env: TaskEnvironment): Promise<void> {
  for await (const batch of rows) {
    env.checkInterrupted();
    spool.add(batch);
  }
}

interface OpenStage {
  readonly source: BatchSource;
  readonly env: TaskEnvironment;
  readonly task: OpenTask;
}

function finish(stage: OpenStage, shuffleId: number | null): MaybePromise<TaskOutput> {
  const { source, env } = stage;
  const { sink, root, settings } = stage.task.plan;
  const host = { functions: stage.task.services.functions, settings };
  const columns: Columns = (expressions) => new Projection(expressions, root.output, host).open(stage.task);
  switch (sink.kind) {
    case "shuffle": {
      const bounds = sink.bounds as readonly (readonly Boxed[])[] | undefined;
      const { numPartitions, route } = routerOf(sink.partitioning, bounds, columns, env.partition);
      const writer = new ExchangeWriter(env.task.env, numPartitions, route);
      env.task.onClose(() => writer.close());
      let rows = 0;
      const { partitioning } = sink;
      const sorted = partitioning.kind === "roundRobin" && partitioning.deal === "sorted";
      const dealt = sorted ? inContentOrder(source, root.output, stage.task, root.id) : source;
      for (let batch = dealt.next(); batch !== null; batch = dealt.next()) {
        writer.write(batch);
        rows += batch.length;
      }
      // A stage without rows is left out of what follows: an operator that miscounts would lose them.
      if (env.metrics(root.id).rows !== rows)
        throw new InternalError(`${root.kind} gave ${rows} rows and counted ${env.metrics(root.id).rows}.`);
      if (shuffleId === null) throw new InternalError("A stage that writes a shuffle was not told which.");
      return { kind: "map", output: writer.finish(shuffleId) };
    }
    case "collect":
      return collect(source, sink.limit, env);
    case "write":
      return then(writeTask(sink, source, env, stage.task), (bytes): TaskOutput => ({ kind: "result", bytes }));
    case "sample":
      return { kind: "result", bytes: sampleKeys(source, sink.order, sink.size, columns, env.partition, env.task.env.values) };
    case "rows":
    case "batches":
      throw new InternalError(`A stage that ends in ${sink.kind} gives no result.`);
    default:
      return unreachable(sink);
  }
}

function collect(source: BatchSource, limit: number | null, { task }: TaskEnvironment): TaskOutput {
  const result = new ResultWriter(task.env, (close) => task.onClose(close));
  const out = new ByteWriter(1 << 12);
  let rows = 0;
  let left = limit ?? Infinity;
  while (left > 0) {
    const batch = source.next();
    if (batch === null) break;
    const kept = batch.length > left ? sliceBatch(batch, 0, left) : batch;
    if (kept.length > 0) encodeBatch(out, kept);
    left -= kept.length;
    rows += kept.length;
    result.grown(out);
  }
  return result.finish(out.written(), rows);
}
