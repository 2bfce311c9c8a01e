/** A stage in a worker thread: opens the task binary once, and computes partitions of what it describes. */
import { deserialize } from "node:v8";
import { InternalError, unreachable } from "../../common/errors";
import type { TaskEnv } from "../../storage/task-env";
import { LoopCache } from "../pipeline/loop";
import { isThenable, type MaybePromise } from "../pipeline/source";
import type { NodeSpec, PayloadTable, StageSpec } from "../stage-spec";
import type { StageProgram, TaskOutput } from "../task-runner";
import { setThreadTask, type ThreadTask } from "../shared/thread-task";
import { resetAccumulators, resolveAccumulator, takeAccumulatorUpdates } from "../shared/accumulator";
import { CachedExec } from "./cached-exec";
import { CartesianExec } from "./cartesian-exec";
import type { ExecNode } from "./chain";
import { AlignedUnionExec, RegroupedExec, UnionExec } from "./concat-exec";
import { BlocksExec, FilesExec, InputFormatExec } from "./file-exec";
import { FoldedExec } from "./folded-exec";
import { GlomExec, MapPartitionsExec } from "./map-partitions-exec";
import { OpExec } from "./op-exec";
import { runOutput } from "./output";
import { PipeExec } from "./pipe-exec";
import { PlanExec } from "./plan-exec";
import { EmptyExec, RangeExec, SlicesExec } from "./sources";
import { profileTask } from "./task-profile";
import { type CaptureReviver, type StageCaptures, TaskRun } from "./task-run";
import { AggregatedExec, CoGroupExec, FilterByKeysExec, GatheredExec, JoinExec, ShuffledExec, sidesOf } from "./wide-exec";
import { ZipExec } from "./zip-exec";

const EMPTY = new Uint8Array(0);

export class Program implements StageProgram {
  readonly #spec: StageSpec;
  readonly #loops = new LoopCache();
  readonly #captures: StageCaptures;
  readonly #root: ExecNode;

  constructor(
    binary: Uint8Array,
    private readonly reviver: CaptureReviver,
  ) {
    this.#spec = deserialize(binary) as StageSpec;
    reviver.addModules(this.#spec.modules);
    for (const frozen of [...this.#spec.classes, ...this.#spec.captures]) reviver.declareClasses(frozen);
    this.#captures = { frozen: this.#spec.captures, revived: new Map() };
    const nodes: ExecNode[] = [];
    for (const { spec, cache } of this.#spec.nodes) {
      const node = makeNode(spec, nodes.length, nodes);
      nodes.push(cache === null ? node : new CachedExec(node, cache));
    }
    this.#root = nodes.at(-1)!;
  }

  run(payload: Uint8Array | null, env: TaskEnv): MaybePromise<TaskOutput> {
    resetAccumulators(this.reviver);
    const thread: ThreadTask = { env, completed: [] };
    setThreadTask(thread);
    const task = new TaskRun(env, this.#loops, this.reviver, this.#captures, this.#payloadOf(payload, env));
    this.#beginProfile(thread);
    let output: MaybePromise<TaskOutput>;
    try {
      output = this.#runRoot(env.info.partition, task);
    } catch (error) {
      return failTask(task, thread, error);
    }
    if (!isThenable(output)) return this.#finish(output, task, thread);
    return output.then(
      (done): TaskOutput => this.#finish(done, task, thread),
      (error: unknown): never => failTask(task, thread, error),
    );
  }

  /** Profiles the task until it has ended, also where it fails. */
  #beginProfile(thread: ThreadTask): void {
    const { profile } = this.#spec;
    if (profile === null) return;
    const end = profileTask();
    thread.completed.push(() => resolveAccumulator(profile, this.reviver).add(end()));
  }

  #runRoot(partition: number, task: TaskRun): MaybePromise<TaskOutput> {
    const { output } = this.#spec;
    if (output.kind !== "plan") return runOutput(this.#root.chain(partition), output, task);
    if (!(this.#root instanceof PlanExec)) throw new InternalError("The stage does not end in a query plan.");
    return this.#root.finish(partition, task);
  }

  #finish(output: TaskOutput, task: TaskRun, thread: ThreadTask): TaskOutput {
    const failure = endTask(task, thread, null);
    if (failure !== null) throw failure.error;
    const own = takeAccumulatorUpdates(this.reviver, task.values);
    if (own.length === 0 && task.reported.length === 0) return output;
    return { ...output, accumulators: [...(output.accumulators ?? []), ...task.reported, ...own] };
  }

  #payloadOf(payload: Uint8Array | null, env: TaskEnv): (leaf: number, partition: number) => Uint8Array {
    const form = this.#spec.payload;
    if (form.kind === "table") {
      const table = new Map(
        (deserialize(payload!) as PayloadTable).map(([leaf, partition, bytes]) => [`${leaf} ${partition}`, bytes]),
      );
      return (leaf, partition) => table.get(`${leaf} ${partition}`) ?? noPayload(leaf, partition);
    }
    return (leaf, partition) => {
      if (form.kind !== "leaf" || form.leaf !== leaf || partition !== env.info.partition) return noPayload(leaf, partition);
      // A partition without records has a payload of no bytes, which a message does not carry.
      return payload ?? EMPTY;
    };
  }
}

interface Failure {
  readonly error: unknown;
}

/**
 * Lets go of what the task held and calls its listeners, all of them whatever fails. Gives the error that the task ends
 * with: its own where it failed.
 */
function endTask(task: TaskRun, thread: ThreadTask, failed: Failure | null): Failure | null {
  let failure = failed;
  const attempt = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      failure ??= { error };
    }
  };
  attempt(() => task.close());
  for (let listener = thread.completed.pop(); listener !== undefined; listener = thread.completed.pop()) {
    const call = listener;
    attempt(() => call(failure?.error));
  }
  setThreadTask(undefined);
  return failure;
}

function failTask(task: TaskRun, thread: ThreadTask, error: unknown): never {
  throw endTask(task, thread, { error })!.error;
}

function noPayload(leaf: number, partition: number): never {
  throw new InternalError(`The task has no payload for partition ${partition} of node ${leaf}.`);
}

function makeNode(spec: NodeSpec, ref: number, nodes: readonly ExecNode[]): ExecNode {
  switch (spec.kind) {
    case "op":
      return new OpExec(nodes[spec.parent]!, spec.op);
    case "pass":
      return nodes[spec.parent]!;
    case "empty":
      return new EmptyExec();
    case "range":
      return new RangeExec(spec);
    case "slices":
      return new SlicesExec(ref);
    case "files":
      return new FilesExec(ref, spec.format);
    case "input":
      return new InputFormatExec(ref, spec.format);
    case "blocks":
      return new BlocksExec(spec.rddId);
    case "union":
      return new UnionExec(
        spec.parents.map((parent) => nodes[parent]!),
        spec.counts,
      );
    case "unionAligned":
      return new AlignedUnionExec(spec.parents.map((parent) => nodes[parent]!));
    case "regrouped":
      return new RegroupedExec(nodes[spec.parent]!, spec.groups);
    case "cartesian":
      return new CartesianExec(nodes[spec.left]!, nodes[spec.right]!, spec.rightPartitions);
    case "zip":
      return new ZipExec(
        spec.parents.map((parent) => nodes[parent]!),
        spec.f,
      );
    case "mapPartitions":
      return new MapPartitionsExec(nodes[spec.parent]!, spec);
    case "plan":
      return new PlanExec(
        ref,
        spec.runtime,
        spec.plan,
        spec.parents.map((parent) => nodes[parent]!),
        new Map(spec.functions),
      );
    case "glom":
      return new GlomExec(nodes[spec.parent]!);
    case "folded":
      return new FoldedExec(nodes[spec.parent]!, spec.fold);
    case "pipe":
      return new PipeExec(nodes[spec.parent]!, spec.pipe);
    case "shuffled":
      return new ShuffledExec(spec.shuffle);
    case "gathered":
      return new GatheredExec(spec.shuffleId, spec.groups);
    case "aggregated":
      return new AggregatedExec(nodes[spec.parent]!, spec.aggregation);
    case "cogroup":
      return new CoGroupExec(sidesOf(spec.sides, nodes));
    case "join":
      return new JoinExec(sidesOf(spec.sides, nodes), spec.join);
    case "filterByKeys":
      return new FilterByKeysExec(sidesOf(spec.sides, nodes), spec.keep, spec.carries);
    default:
      return unreachable(spec);
  }
}
