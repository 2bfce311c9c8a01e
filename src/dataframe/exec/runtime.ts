/** Stages of queries in task threads: opens plans for the RDD layer, and ends each task in what its stage's sink says. */
import { ByteWriter, type ChunkSource, encodeValue } from "../../columnar";
import { encodeBatch, sliceBatch } from "../../columnar/batch";
import type { Boxed } from "../../columnar/types";
import type { BatchSource } from "../../columnar/vector";
import { InternalError, unreachable } from "../../common/errors";
import type { PlanProgram, PlanRuntime, PlanTask } from "../../rdd/plan-port";
import type { TaskOutput } from "../../rdd/task-runner";
import type { StagePlan, StageTaskInput } from "../physical/plan";
import { type Columns, routerOf } from "./exchange/route";
import { sampleKeys } from "./exchange/sample";
import { ExchangeWriter } from "./exchange/shuffle-writer";
import type { OpenTask } from "./operator";
import { planFromBytes } from "./plan-bytes";
import { Projection } from "./projection";
import { recordsOf } from "./records";
import { openStage, type StageProgram } from "./stage-program";
import { TaskEnvironment } from "./task-environment";
import { taskServices } from "./thread-services";
import { writeTask } from "./write";

/** What the driver sends as the plan of a stage. */
export type ShippedPlan =
  | {
      readonly kind: "stage";
      readonly stage: StagePlan;
      /** The shuffle that a stage with that sink writes. */
      readonly shuffleId: number | null;
      /** Sources of external leaves, in the order of the stage's inputs. */
      readonly inputs: readonly number[];
      /** The accumulator that takes the metrics of operators. */
      readonly metrics: number;
    }
  /** Bytes of the segments of the only shuffle that is read: [map tasks, sizes map by map], as doubles. Nothing is fetched. */
  | { readonly kind: "mapSizes"; readonly reducers: number };

export const queryRuntime: PlanRuntime = {
  open(bytes) {
    const plan = planFromBytes<ShippedPlan>(bytes);
    return plan.kind === "stage" ? new Stage(plan) : new MapSizes(plan.reducers);
  },
};

class MapSizes implements PlanProgram {
  constructor(private readonly reducers: number) {}

  run(task: PlanTask): TaskOutput {
    const outputs = task.env.shuffle.mapOutputs(task.shuffles[0]!);
    const { reducers } = this;
    const sizes = new Float64Array(1 + outputs.numMaps * reducers);
    sizes[0] = outputs.numMaps;
    for (let map = 0; map < outputs.numMaps; map++) {
      for (let reduce = 0; reduce < reducers; reduce++) sizes[1 + map * reducers + reduce] = outputs.size(map, reduce);
    }
    return { kind: "result", bytes: new Uint8Array(sizes.buffer) };
  }

  rows(): never {
    throw new InternalError("The sizes of a shuffle are no rows.");
  }
}

class Stage implements PlanProgram {
  readonly #plan: StagePlan;
  #program: StageProgram | undefined;

  constructor(private readonly shipped: Extract<ShippedPlan, { kind: "stage" }>) {
    this.#plan = shipped.stage;
  }

  run(task: PlanTask): TaskOutput {
    const { metrics, shuffleId } = this.shipped;
    const env = new TaskEnvironment(task);
    const output = finish(this.#open(task, env), shuffleId);
    return { ...output, accumulators: [{ id: metrics, value: encodeValue(env.updates(), task.env.values, "metrics") }] };
  }

  rows(task: PlanTask): ChunkSource {
    const { source } = this.#open(task, new TaskEnvironment(task));
    return recordsOf(source, this.#plan);
  }

  #open(task: PlanTask, env: TaskEnvironment): OpenStage {
    const plan = this.#plan;
    const services = taskServices(env, this.shipped.inputs, plan.settings);
    this.#program ??= openStage(plan, services);
    const input = planFromBytes<StageTaskInput>(task.payload);
    const source = this.#program.run(input, env, services);
    task.onClose(() => source.close());
    const evaluation = { settings: plan.settings, partition: env.partition, inputFile: () => env.inputFile() };
    return { source, env, task: { plan, input, env, services, evaluation } };
  }
}

interface OpenStage {
  readonly source: BatchSource;
  readonly env: TaskEnvironment;
  readonly task: OpenTask;
}

function finish(stage: OpenStage, shuffleId: number | null): TaskOutput {
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
      for (let batch = source.next(); batch !== null; batch = source.next()) {
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
      return { kind: "result", bytes: collect(source, sink.limit) };
    case "write":
      return { kind: "result", bytes: writeTask(sink, source, env) };
    case "sample":
      return { kind: "result", bytes: sampleKeys(source, sink.order, sink.size, columns, env.partition, env.task.env.values) };
    case "rows":
    case "batches":
      throw new InternalError(`A stage that ends in ${sink.kind} gives no result.`);
    default:
      return unreachable(sink);
  }
}

function collect(source: BatchSource, limit: number | null): Uint8Array {
  const out = new ByteWriter(1 << 12);
  let left = limit ?? Infinity;
  while (left > 0) {
    const batch = source.next();
    if (batch === null) break;
    const kept = batch.length > left ? sliceBatch(batch, 0, left) : batch;
    if (kept.length > 0) encodeBatch(out, kept);
    left -= kept.length;
  }
  return out.written();
}
