/** Stages that tasks can be started of: their code, which executors get once a binary, and what each task of them is told. */
import { createHash } from "node:crypto";
import { InternalError } from "../common/errors";
import type { ProfileAccumulator } from "../rdd";
import type { JobRequest } from "../rdd/context-port";
import { encodeStage, type StageCode } from "../rdd/encode-stage";
import { ancestors, type DatasetLineage, type DatasetNode, type ShuffleEdge } from "../rdd/nodes/node";
import type { LaunchTask, TaskSetInfo } from "./endpoint/types";
import type { LaunchTasks, PrepareStage, StartBarrier } from "./scheduler/commands";

export interface StageOptions {
  /** Of a task. */
  readonly cpus: number;
  /** Where profiles of the tasks that compute a dataset go; undefined where none are wanted. */
  profileOf(rddId: number): ProfileAccumulator | undefined;
}

interface PreparedStage {
  readonly code: StageCode;
  /** Replaced when a barrier stage starts: only then the hosts of its tasks are known. */
  taskSet: TaskSetInfo;
}

export class PreparedStages {
  /** By stage and attempt. */
  readonly #stages = new Map<string, PreparedStage>();
  /** Of the datasets in jobs so far, until they are released. */
  readonly #shuffles = new Map<number, ShuffleEdge>();
  #nextTaskSetId = 1;

  constructor(private readonly options: StageOptions) {}

  /** The shuffles that a job over this dataset may write. */
  learn(root: DatasetNode): void {
    for (const node of ancestors(root)) {
      for (const dependency of node.dependencies) if (dependency.kind === "shuffle") this.learnShuffle(dependency);
    }
  }

  learnShuffle(shuffle: ShuffleEdge): void {
    this.#shuffles.set(shuffle.shuffleId, shuffle);
  }

  forgetShuffle(shuffleId: number): void {
    this.#shuffles.delete(shuffleId);
  }

  /**
   * @param action what the job of the stage does with its records; null where it only writes a shuffle
   * @throws what keeps the stage's functions from being sent
   */
  prepare(
    { stageId, attempt, jobId, node, shuffle, properties }: PrepareStage,
    action: JobRequest["action"] | null,
  ): TaskSetInfo {
    const { dataset } = node as DatasetLineage;
    const code = this.#codeOf(stageId) ?? this.#encode(dataset, shuffle?.shuffleId, action);
    const taskSet: TaskSetInfo = {
      id: this.#nextTaskSetId++,
      binaryId: createHash("sha1").update(code.binary).digest("base64"),
      binary: code.binary,
      jobId,
      stageId,
      stageAttempt: attempt,
      numPartitions: dataset.numPartitions,
      cpus: this.options.cpus,
      localProperties: properties,
      shuffles: shufflesReadBy(dataset),
    };
    this.#stages.set(stageKey(stageId, attempt), { code, taskSet });
    return taskSet;
  }

  /** Of an earlier attempt: what a stage computes does not change. */
  #codeOf(stageId: number): StageCode | undefined {
    for (const stage of this.#stages.values()) if (stage.taskSet.stageId === stageId) return stage.code;
    return undefined;
  }

  #encode(dataset: DatasetNode, shuffleId: number | undefined, action: JobRequest["action"] | null): StageCode {
    const profile = this.options.profileOf(dataset.id);
    if (shuffleId === undefined) return encodeStage(dataset, { kind: "action", action: action! }, profile);
    const dependency = this.#shuffles.get(shuffleId);
    if (dependency === undefined) throw new InternalError(`Shuffle ${shuffleId} is not known.`);
    return encodeStage(dataset, { kind: "shuffle", dependency }, profile);
  }

  /** The tasks as an executor gets them. */
  tasks({
    stageId,
    attempt,
    taskIds,
    partitions,
    attemptNumbers,
    resources,
  }: LaunchTasks): readonly [TaskSetInfo, readonly LaunchTask[]] {
    const { code, taskSet } = this.#find(stageId, attempt);
    const tasks = new Array<LaunchTask>(taskIds.length);
    for (let i = 0; i < taskIds.length; i++) {
      const partition = partitions[i]!;
      const payload = code.payload(partition);
      tasks[i] = {
        taskId: taskIds[i]!,
        partition,
        attempt: attemptNumbers[i]!,
        ...(payload === null ? {} : { payload }),
        ...(resources === undefined ? {} : { resources: resources[i]! }),
      };
    }
    return [taskSet, tasks];
  }

  /** From now on its tasks know each other's hosts. */
  startBarrier({ stageId, attempt, hosts }: StartBarrier): TaskSetInfo {
    const stage = this.#find(stageId, attempt);
    return (stage.taskSet = { ...stage.taskSet, barrier: { addresses: hosts } });
  }

  /** What an attempt's tasks were told; undefined where it was not prepared. Unless `retained`, none of the stage's attempts is known from then on. */
  end(stageId: number, attempt: number, retained: boolean): TaskSetInfo | undefined {
    const taskSet = this.#stages.get(stageKey(stageId, attempt))?.taskSet;
    if (taskSet === undefined || retained) return taskSet;
    for (const [key, other] of this.#stages) if (other.taskSet.stageId === stageId) this.#stages.delete(key);
    return taskSet;
  }

  #find(stageId: number, attempt: number): PreparedStage {
    const stage = this.#stages.get(stageKey(stageId, attempt));
    if (stage === undefined) throw new InternalError(`Attempt ${attempt} of stage ${stageId} was not prepared.`);
    return stage;
  }
}

function stageKey(stageId: number, attempt: number): string {
  return `${stageId}.${attempt}`;
}

/** Ids of the shuffles that tasks of the dataset's stage may read. */
function shufflesReadBy(root: DatasetNode): number[] {
  const seen = new Set([root]);
  const shuffles = new Set<number>();
  for (const node of seen)
    for (const dependency of node.dependencies)
      if (dependency.kind === "shuffle") shuffles.add(dependency.shuffleId);
      else seen.add(dependency.node);
  return [...shuffles];
}
