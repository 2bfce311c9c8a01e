/** Datasets that programs compute over, on the driver: batches of DataFrames, and records of programs, kept by executors where asked. */
import { randomUUID } from "node:crypto";
import type { StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError, TaskError, UsageError } from "../../common/errors";
import { driverMemory } from "../../common/reused-memory";
import { parseBytes } from "../../common/units";
import { DataFrame } from "../../dataframe/api/dataframe";
import { AnalysisError, QueryError } from "../../dataframe/errors";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { callAround } from "../../rdd/api/call-scope";
import { runJob } from "../../rdd/api/run";
import { releaseWith } from "../../rdd/cleaner";
import type { Call, ContextPort } from "../../rdd/context-port";
import { PlanNode, type PlanStage } from "../../rdd/nodes/plan-node";
import { IndexPartitioner } from "../../rdd/nodes/shuffle-dependency";
import { ShuffledNode } from "../../rdd/nodes/shuffled-node";
import { RDD } from "../../rdd/rdd";
import { StorageLevel } from "../../storage/storage-level";
import { type CrewResult, crewSteps, type CrewTask, type KeptAs } from "./crew-steps";
import { arrayBytes, decodePlain, encodePlain } from "./plain";
import {
  type AggregateProgram,
  aggregateProgram,
  type BroadcastRef,
  type ProgramInput,
  type RowsProgram,
  type Sent,
} from "./programs";
import { MOST_ASK_BYTES } from "./rounds";
import type { ShippedProgram } from "./runtime";
import type { StepsProgram } from "./steps";

const NONE = new Uint8Array(0);

/** Records up to so many bytes, and up to this share of an executor's memory, are for a crew: of more, a step takes so long that the latency of jobs does not matter. */
const MOST_BYTES = 128 << 20;
const SHARE = 1 / 16;
/** Of several executors one thread works on records up to so many bytes: that takes less than a job of each step. */
const FEW_BYTES = 1 << 20;
const MOST_PARTITIONS = 1024;

export interface AggregateOptions {
  readonly signal?: AbortSignal;
}

export interface StepsOptions extends AggregateOptions {
  /** As what the aggregates have threads keep the records (kept-records); null, the default, where they do not. */
  readonly kept?: KeptAs | null;
}

/** A dataset of records R: column batches, or plain data of a program. Nothing is computed before a result is asked for. */
export class TaskData<R> {
  constructor(
    private readonly rdd: RDD<Uint8Array>,
    private readonly form: ProgramInput,
    private readonly call: Call,
    private readonly other: RDD<Uint8Array> | null = null,
  ) {}

  get port(): ContextPort {
    return this.rdd.node.context;
  }

  /** Partitions; what must run to know them, runs. */
  async numPartitions(): Promise<number> {
    await this.rdd.node.prepare();
    return this.rdd.node.numPartitions;
  }

  /** The records that a program makes of these, partition by partition. */
  map<S, O>(program: RowsProgram<S, R, O>, spec: S): TaskData<O> {
    return new TaskData<O>(new RDD<Uint8Array>(this.#node(program.name, spec)), "records", this.call);
  }

  /** The same records; programs over them also see those of `other` in the same partition. Both have equally many partitions. */
  beside(other: TaskData<unknown>): TaskData<R> {
    return new TaskData<R>(this.rdd, this.form, this.call, other.rdd);
  }

  /** The records that a program makes of these, each in the partition that it is sent to, in no order. */
  send<S, O>(program: RowsProgram<S, R, Sent<O>>, spec: S, numPartitions: number): TaskData<O> {
    const { port, call } = this;
    const sent = this.#node(program.name, spec, true);
    const index = (): IndexPartitioner => new IndexPartitioner(numPartitions);
    const received = new ShuffledNode(port, program.name, sent, index, { carries: "values" }, call.site);
    return new TaskData<O>(new RDD<Uint8Array>(received), "records", call);
  }

  /**
   * Executors keep the records from when they are first computed: in memory up to a part of theirs, on disk what is beyond. Of records that do
   * not all fit into memory, which each pass reads in turn, those that do save little: without that bound the memory of a fit would grow with its rows
   * until nothing more fits.
   */
  persist(): this {
    const { port, rdd } = this;
    const share = Number(port.conf("firesteel.mllib.blockShare") ?? 0.125);
    rdd.node.mostMemory = Math.floor(executorMemory(port) * share);
    rdd.persist(StorageLevel.MEMORY_AND_DISK);
    return this;
  }

  /**
   * What a program makes of these, as a DataFrame of `schema`: computed for each query anew. What executors keep of these records, they keep
   * while the DataFrame is there.
   */
  frame<S>(session: SparkSession, program: RowsProgram<S, R, ColumnBatch>, spec: S, schema: StructType): DataFrame {
    const rows = new RDD<Uint8Array>(this.#node(program.name, spec));
    return new DataFrame(session, session.core.port.fromBatches(rows, schema, [rows, this.rdd, ...(this.other === null ? [] : [this.other])])); // prettier-ignore
  }

  async release(): Promise<void> {
    await this.rdd.unpersist();
  }

  /** Frees something that the records are computed from, once nobody can ask for them any more. `free` must not refer to them. */
  freeWith(free: () => Promise<void>): void {
    releaseWith(this.rdd.node.lifeline(), free, this);
  }

  /** The next job that computes the records writes them to the application's checkpoint directory, and forgets how they were made. */
  checkpoint(): void {
    this.rdd.checkpoint();
  }

  /** The directory of the checkpoint; undefined where there is none. */
  checkpointFile(): Promise<string | undefined> {
    return this.rdd.getCheckpointFile();
  }

  /** The partial results of all partitions as one; null where there is no partition. */
  async aggregate<S, P>(program: AggregateProgram<S, R, P>, spec: S, options: AggregateOptions = {}): Promise<P | null> {
    if (program.merge === undefined) throw new UsageError("INVALID_ARGUMENT", `${program.name} has no merge.`);
    let merged: P | null = null;
    await this.eachPartial(program, spec, (part) => (merged = merged === null ? part : program.merge!(merged, part)), options);
    return merged;
  }

  /** Hands on the partial results, partition after partition, each as soon as it and those before it are there. */
  async eachPartial<S, P>(
    program: AggregateProgram<S, R, P>,
    spec: S,
    take: (partial: P) => void,
    options: AggregateOptions = {},
  ): Promise<void> {
    let next = 0;
    const early = new Map<number, P>();
    await this.#run(program.name, spec, options, (index, partial: P) => {
      early.set(index, partial);
      for (; early.has(next); next++) {
        const part = early.get(next)!;
        early.delete(next);
        take(part);
      }
    });
  }

  /**
   * What a computation comes to whose steps ask for aggregates of these records. Each step is a job; or, where executors keep the records and
   * few enough of them in one process, and what is asked is short enough, all steps are one job whose tasks work on them together. Of several executors, one task does where the
   * records are very few.
   */
  async steps<S, T>(program: StepsProgram<S, T>, spec: S, options: StepsOptions = {}): Promise<T> {
    const steps = program.run(spec);
    let next = steps.next();
    for (let step = 0; next.done !== true; step++) {
      // The first step may be what makes executors keep the records. Of what is too long to ask a crew, not even the computation is sent to one.
      const crew = step < 2 && arrayBytes(next.value.spec) <= MOST_ASK_BYTES ? await this.#crew() : null;
      const result = crew === null ? null : await this.#stepsOfCrew<S, T>(crew, program, spec, options);
      if (result !== null) return result.value;
      next = steps.next(await this.aggregate(next.value.program, next.value.spec, options));
    }
    return next.value;
  }

  /** Null where steps are jobs. */
  async #crew(): Promise<{ readonly members: number; readonly partitions: number } | null> {
    const { port, rdd, form, other } = this;
    const executors = port.executorCores?.() ?? [];
    if (form !== "records" || other !== null || executors.length === 0) return null;
    const partitions = await this.numPartitions();
    const kept = port.storageInfo(rdd.id);
    if (kept?.numCachedPartitions !== partitions || kept.diskBytes > 0 || partitions > MOST_PARTITIONS) return null;
    if (kept.memoryBytes > Math.min(MOST_BYTES, executorMemory(port) * SHARE)) return null;
    if (executors.length > 1) return kept.memoryBytes <= FEW_BYTES ? { members: 1, partitions } : null;
    const slots = Math.floor(executors[0]! / Number(port.conf("spark.task.cpus") ?? 1));
    return { members: Math.max(1, Math.min(slots, partitions)), partitions };
  }

  async #stepsOfCrew<S, T>(
    { members, partitions }: { readonly members: number; readonly partitions: number },
    program: StepsProgram<S, T>,
    spec: S,
    { kept = null, ...options }: StepsOptions,
  ): Promise<{ readonly value: T } | null> {
    const { rdd, call } = this;
    const crew = randomUUID();
    const assistants = Array.from({ length: members - 1 }, (): CrewTask => ({ kind: "assist", crew, partitions, kept }));
    const tasks: CrewTask[] = [{ kind: "lead", crew, members, partitions, program: program.name, spec, kept }, ...assistants];
    const all = Array.from({ length: partitions }, (_, partition) => partition);
    const stage: PlanStage = {
      runtime: "program",
      plan: encodePlain({ name: crewSteps.name, input: "any", sends: false, beside: false } satisfies ShippedProgram),
      payloads: tasks.map((task) => encodePlain(task)),
      shuffles: [],
      inputs: [{ node: rdd.node, parents: () => all }],
      functions: new Map(),
    };
    const node = new PlanNode(this.port, program.name, stage, call.site);
    const result = await firstOf<CrewResult>((onResult) => runProgram(node, { ...call, ...options }, onResult));
    return result as { readonly value: T } | null;
  }

  /** How many records there are; where they are to be kept, they are from then on. */
  async numRecords(options: AggregateOptions = {}): Promise<number> {
    return (await this.aggregate(recordCount, null, options)) ?? 0;
  }

  /** One partial result for each partition, in order. */
  async partials<S, P>(program: AggregateProgram<S, R, P>, spec: S, options: AggregateOptions = {}): Promise<P[]> {
    const all: P[] = [];
    await this.#run(program.name, spec, options, (index, partial: P) => {
      all[index] = partial;
    });
    return all;
  }

  /** The partial result of one partition; the others are not computed. */
  async partial<S, P>(
    partition: number,
    program: AggregateProgram<S, R, P>,
    spec: S,
    options: AggregateOptions = {},
  ): Promise<P> {
    let found: P | undefined;
    await runProgram(this.#node(program.name, spec), { ...this.call, ...options }, (_, partial: P) => void (found = partial), [
      partition,
    ]);
    return found!;
  }

  async #run<S, P>(
    name: string,
    spec: S,
    options: AggregateOptions,
    onPartial: (index: number, partial: P) => void,
  ): Promise<void> {
    await runProgram(this.#node(name, spec), { ...this.call, ...options }, onPartial);
  }

  #node(name: string, spec: unknown, sends = false): PlanNode {
    const { rdd, form, call, other } = this;
    const parents = [rdd, ...(other === null ? [] : [other])].map(({ node }) => node);
    const stage = async (): Promise<PlanStage> => {
      for (const parent of parents) await parent.prepare();
      return {
        runtime: "program",
        plan: encodePlain({ name, input: form, spec, sends, beside: other !== null } satisfies ShippedProgram),
        payloads: Array.from({ length: parents[0]!.numPartitions }, () => NONE),
        shuffles: [],
        inputs: parents.map((node) => ({ node, parents: (partition) => [partition] })),
        functions: new Map(),
      };
    };
    return new PlanNode(this.port, name, stage, call.site);
  }
}

const recordCount = aggregateProgram<null, unknown, number>({
  name: "mllib.records",
  run(records) {
    let count = 0;
    for (const record of records) if (record !== null) count++;
    return count;
  },
  merge: (a, b) => a + b,
});

/** In bytes. */
function executorMemory(port: ContextPort): number {
  return parseBytes(port.conf("spark.executor.memory") ?? "1g", "spark.executor.memory", "m");
}

/** The rows of a DataFrame, with exactly these columns, as batches. */
export function batchesOf(df: DataFrame, columns: readonly string[], scope?: string): TaskData<ColumnBatch> {
  const { core } = df.sparkSession;
  const call = core.call(callAround()?.scope ?? scope ?? "batches");
  const { plan } = df.select(...columns.map((name) => `\`${name.replaceAll("`", "``")}\``));
  return new TaskData<ColumnBatch>(core.port.batches(core.completion(plan), call), "batches", call);
}

/** Runs one task for each of `specs`; gives their results in the same order. */
export async function onExecutors<S, P>(
  session: SparkSession,
  program: AggregateProgram<S, never, P>,
  specs: readonly S[],
  options: AggregateOptions = {},
): Promise<P[]> {
  if (specs.length === 0) return [];
  const results: P[] = [];
  await runOnExecutors(session, program, specs, options, (index, result) => {
    results[index] = result;
  });
  return results;
}

/** Runs one task for each of `specs`; gives the result of the first as soon as that is there, and lets the others end. */
export function firstOnExecutors<S, P>(
  session: SparkSession,
  program: AggregateProgram<S, never, P>,
  specs: readonly [S, ...S[]],
  options: AggregateOptions = {},
): Promise<P> {
  return firstOf((onResult) => runOnExecutors(session, program, specs, options, onResult));
}

/** The result of the first task; where that is there, a failure of the rest is of no consequence. */
function firstOf<P>(run: (onResult: (index: number, result: P) => void) => Promise<void>): Promise<P> {
  return new Promise((resolve, reject) => {
    run((index, result) => {
      if (index === 0) resolve(result);
    }).catch(reject);
  });
}

async function runOnExecutors<S, P>(
  session: SparkSession,
  program: AggregateProgram<S, never, P>,
  specs: readonly S[],
  options: AggregateOptions,
  onResult: (index: number, result: P) => void,
): Promise<void> {
  const { core } = session;
  const call = core.call(program.name);
  const stage: PlanStage = {
    runtime: "program",
    plan: encodePlain({ name: program.name, input: "none", sends: false, beside: false } satisfies ShippedProgram),
    payloads: specs.map((spec) => encodePlain(spec)),
    shuffles: [],
    inputs: [],
    functions: new Map(),
  };
  await runProgram(new PlanNode(core.port.context, program.name, stage, call.site), { ...call, ...options }, onResult);
}

async function runProgram<P>(
  node: PlanNode,
  call: Call,
  onPartial: (index: number, partial: P) => void,
  partitions?: readonly number[],
): Promise<void> {
  try {
    await runJob(
      node,
      call,
      { kind: "plan" },
      (index, bytes) => onPartial(index, decodePlain<P>(bytes)),
      partitions && (() => partitions),
    );
  } catch (error) {
    // What a program says of the data is the fit's own error, not that of the job that met it.
    const cause = error instanceof TaskError ? error.cause : undefined;
    const own =
      cause instanceof DataError || cause instanceof QueryError || cause instanceof AnalysisError || cause instanceof UsageError;
    throw own ? cause : error;
  }
}

/** Bytes on the way to executors, which tasks ask for by `ref`. */
export interface Broadcast {
  readonly ref: BroadcastRef;
  readonly byteLength: number;
  release(): Promise<void>;
}

/** Offers plain data to tasks: each executor fetches them once, when a task first asks. Released when no task that matters may ask. */
export function broadcastPlain(session: SparkSession, value: unknown): Broadcast {
  const port = session.core.port.context;
  const id = port.nextSharedVariableId();
  const bytes = encodePlain(value, (length) => driverMemory.bytes(length));
  port.publishBroadcast(id, bytes);
  return {
    ref: { broadcast: id },
    byteLength: bytes.byteLength,
    async release() {
      await port.removeBroadcast(id, true, false);
      driverMemory.giveBack(bytes);
    },
  };
}
