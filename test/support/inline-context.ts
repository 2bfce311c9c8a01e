/**
 * A ContextPort for tests that runs stages one after the other in the calling thread, against a MemoryWorld: what the
 * driver and its executors do, without scheduling. Functions are handed over as they are, unless it is told to
 * capture them.
 */
import { decodeValue, encodeValue, type ValueContext } from "../../src/columnar";
import { driverClasses } from "../../src/closure/driver-classes";
import { configureClosures, freeze, freezeValue } from "../../src/closure/freeze";
import type { Frozen } from "../../src/closure/frozen";
import { CancelledError, UsageError } from "../../src/common/errors";
import { FileSystems } from "../../src/filesystem/file-systems";
import type { CachedPartitionsInfo, ContextPort, JobRequest, MapOutputSizes, ShuffleRequest } from "../../src/rdd/context-port";
import * as create from "../../src/rdd/create";
import { encodeStage, type StageCode } from "../../src/rdd/encode-stage";
import type { CaptureReviver } from "../../src/rdd/exec/task-run";
import * as engine from "../../src/rdd";
import { openTaskRunner } from "../../src/rdd/exec/thread-runner";
import { ancestors, type DatasetNode, type ShuffleEdge } from "../../src/rdd/nodes/node";
import type { RDD } from "../../src/rdd/rdd";
import { type AccumulatorBase, mergeUpdate } from "../../src/rdd/shared/accumulator";
import type { TaskOutput, TaskRunner } from "../../src/rdd/task-runner";
import { MemoryWorld } from "./memory-task-env";

/** What stands for captures, which stay in this process: they refer to no modules and bring no classes. */
const NOTHING_FROZEN = freezeValue(null).bytes;

export interface RanStage {
  readonly scope: string;
  readonly tasks: number;
  readonly output: "action" | "shuffle";
}

export class InlineContext implements ContextPort {
  readonly world = new MemoryWorld();
  readonly context = this;
  readonly applicationId = "app-test";
  readonly fileSystems = new FileSystems((key) => this.settings.get(key));
  readonly values: ValueContext = this.world.values;
  readonly defaultMinPartitions: number;
  checkpointDir: string | undefined;
  /** Stages that ran, in order. */
  readonly stages: RanStage[] = [];
  /** What was released, in order: "shuffle 0", "rdd 3", "broadcast 1". */
  readonly released: string[] = [];
  readonly settings = new Map<string, string>();
  /** Where the output of a map task lies. */
  hostOf: (map: number) => string = () => "here";
  readonly #captured = new Map<string, unknown>();
  readonly #runner: TaskRunner;
  readonly #accumulators = new Map<number, AccumulatorBase>();
  readonly #doneShuffles = new Set<number>();
  #ids = 0;
  #shuffleIds = 0;
  #sharedIds = 0;
  #stageIds = 0;
  #stopped = false;

  /** @param closures captures functions as the driver does, instead of handing them over. */
  constructor(
    readonly defaultParallelism = 2,
    private readonly closures = false,
  ) {
    this.defaultMinPartitions = Math.min(2, defaultParallelism);
    if (closures) {
      configureClosures({ engine });
      this.values = driverClasses;
      this.#runner = openTaskRunner(engine);
      return;
    }
    const reviver: CaptureReviver = { revive: (frozen) => this.#revive(frozen), addModules() {}, declareClasses() {} };
    this.#runner = openTaskRunner(engine, { reviver, values: this.values });
  }

  parallelize<K, V>(data: Iterable<[K, V]>, numSlices?: number): RDD<[K, V]>;
  parallelize<T>(data: Iterable<T>, numSlices?: number): RDD<T>;
  parallelize<T>(data: Iterable<T>, numSlices?: number): RDD<T> {
    return create.parallelize(this, data, numSlices);
  }

  range(start: number, end?: number, step?: number, numSlices?: number): RDD<number> {
    return create.range(this, start, end, step, numSlices);
  }

  emptyRDD<T>(): RDD<T> {
    return create.emptyRDD(this);
  }

  textFile(path: string, minPartitions?: number): RDD<string> {
    return create.textFile(this, path, minPartitions);
  }

  nextRddId(): number {
    return this.#ids++;
  }

  nextShuffleId(): number {
    return this.#shuffleIds++;
  }

  nextSharedVariableId(): number {
    return this.#sharedIds++;
  }

  conf(key: string): string | undefined {
    return this.settings.get(key);
  }

  isSet(key: string): boolean {
    return this.settings.has(key);
  }

  freeze(value: unknown, call = "test"): Frozen {
    if (this.closures) return typeof value === "function" ? freeze(value, { name: call }) : freezeValue(value, { name: call });
    const hash = `capture ${this.#captured.size}`;
    const live = typeof value === "function" || (typeof value === "object" && value !== null && !isPlain(value));
    this.#captured.set(hash, live ? value : encodeValue(value, this.values));
    return { hash, bytes: NOTHING_FROZEN, reusable: live, name: "test" };
  }

  #revive(frozen: Frozen): unknown {
    const kept = this.#captured.get(frozen.hash);
    return frozen.reusable ? kept : decodeValue(kept as Uint8Array, this.values);
  }

  callSite(): string {
    return "test.ts:1:1";
  }

  assertRunning(call: string): void {
    if (this.#stopped) throw new UsageError("CONTEXT_STOPPED", `${call}: the SparkContext was stopped.`);
  }

  stop(): void {
    this.#stopped = true;
    this.world.dispose();
  }

  async #write(dependency: ShuffleEdge): Promise<void> {
    const code = encodeStage(dependency.node, { kind: "shuffle", dependency });
    await this.#runStage(dependency.node, code, allOf(dependency.node), "shuffle", () => undefined);
    this.#doneShuffles.add(dependency.shuffleId);
  }

  async writeShuffle({ node, shuffle, signal }: ShuffleRequest): Promise<MapOutputSizes> {
    if (signal?.aborted === true) throw new CancelledError("JOB_CANCELLED", "The job was cancelled.");
    for (const dependency of this.#missingShuffles(node)) await this.#write(dependency);
    await this.#write(shuffle);
    const { numReducers } = shuffle;
    const outputs = this.world.task({}).shuffle.mapOutputs(shuffle.shuffleId);
    const sizes = Float64Array.from({ length: outputs.numMaps * numReducers }, (_, at) =>
      outputs.size(Math.floor(at / numReducers), at % numReducers),
    );
    return { numMaps: outputs.numMaps, sizes, hosts: Array.from({ length: outputs.numMaps }, (_, map) => this.hostOf(map)) };
  }

  async runJob(job: JobRequest): Promise<void> {
    for (const dependency of this.#missingShuffles(job.node)) await this.#write(dependency);
    const code = encodeStage(job.node, { kind: "action", action: job.action });
    await this.#runStage(job.node, code, job.partitions, "action", (index, output) => {
      if (job.signal?.aborted === true) throw new CancelledError("JOB_CANCELLED", "The job was cancelled.");
      if (output.kind === "result") job.onResult(index, output.bytes);
    });
  }

  /** Shuffles that the stages of `root` read and nobody wrote yet, those first that others need. */
  #missingShuffles(root: DatasetNode): ShuffleEdge[] {
    const missing = new Map<number, ShuffleEdge>();
    for (const node of ancestors(root)) {
      for (const dependency of node.dependencies) {
        if (dependency.kind === "shuffle" && !this.#doneShuffles.has(dependency.shuffleId))
          missing.set(dependency.shuffleId, dependency);
      }
    }
    return [...missing.values()];
  }

  async #runStage(
    node: DatasetNode,
    code: StageCode,
    partitions: readonly number[],
    kind: RanStage["output"],
    done: (index: number, output: TaskOutput) => void,
  ): Promise<void> {
    const stageId = this.#stageIds++;
    this.stages.push({ scope: node.scope, tasks: partitions.length, output: kind });
    const program = this.#runner.loadStage(String(stageId), code.binary);
    for (const [index, partition] of partitions.entries()) {
      const task = this.world.task({
        info: { stageId, partition, numPartitions: node.numPartitions },
        conf: Object.fromEntries(this.settings),
      });
      const env = this.closures ? Object.assign(task, { values: this.#runner.values }) : task;
      const output = await program.run(code.payload(partition), env);
      if (env.memory.used !== 0) throw new Error(`a task of stage ${stageId} kept ${env.memory.used} bytes`);
      for (const { id, value } of output.accumulators ?? []) mergeUpdate(this.#accumulators.get(id)!, value, this.values);
      done(index, output);
    }
  }

  persisted(): void {}

  async unpersisted(rddId: number): Promise<void> {
    this.released.push(`rdd ${rddId}`);
    for (const id of [...this.world.blocks.keys()]) if (id.startsWith(`rdd_${rddId}_`)) this.world.blocks.delete(id);
  }

  async releaseShuffle(shuffleId: number): Promise<void> {
    this.released.push(`shuffle ${shuffleId}`);
    this.#doneShuffles.delete(shuffleId);
  }

  storageInfo(rddId: number): CachedPartitionsInfo | undefined {
    const blocks = [...this.world.blocks].filter(([id]) => id.startsWith(`rdd_${rddId}_`));
    if (blocks.length === 0) return undefined;
    return {
      numCachedPartitions: blocks.length,
      memoryBytes: blocks.reduce((sum, [, bytes]) => sum + bytes.length, 0),
      diskBytes: 0,
    };
  }

  publishBroadcast(id: number, bytes: Uint8Array): void {
    this.world.broadcasts.set(`broadcast_${id}`, bytes);
  }

  async removeBroadcast(id: number, destroy: boolean): Promise<void> {
    this.released.push(`broadcast ${id}`);
    if (destroy) this.world.broadcasts.delete(`broadcast_${id}`);
  }

  registerAccumulator(accumulator: AccumulatorBase): void {
    this.#accumulators.set(accumulator.id, accumulator);
  }

  /** Nobody listens. */
  postEvent(): void {}

  postEventLate(): void {}
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

const allOf = (node: DatasetNode): number[] => Array.from({ length: node.numPartitions }, (_, partition) => partition);
