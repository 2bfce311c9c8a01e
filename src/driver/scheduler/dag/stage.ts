import { Lifecycle, STAGE_TRANSITIONS, type StageState } from "../states";
import type { LineageNode, ShuffleDependencyInfo } from "../../../rdd/lineage";
import type { TaskSet } from "../tasks/task-set";
import type { Job } from "./job";

/** What the tasks of a stage write: the outputs of a shuffle, or results of a job. */
export type StageOutput =
  { readonly kind: "shuffle"; readonly dependency: ShuffleDependencyInfo } | { readonly kind: "result"; readonly job: Job };

/**
 * A run of narrow transformations that ends at a shuffle or at a job's action. Its tasks are numbered by slot: the map
 * index of a map stage, the output index of a result stage.
 */
export class Stage {
  readonly life: Lifecycle<StageState>;
  /** Jobs that need it, oldest first. */
  readonly jobs = new Set<Job>();
  /** Number of the latest attempt; -1 before the first. */
  attempt = -1;
  /** Number of tasks of the latest attempt. */
  attemptTasks: number;
  /** Task set of the latest attempt while that attempt is the current one. */
  taskSet: TaskSet | null = null;
  /** That one, and closed ones of which attempts are alive. */
  readonly taskSets = new Set<TaskSet>();
  /** Attempts failed by lost map outputs or by a barrier task since the stage last ended well. */
  failedAttempts = 0;
  submissionTime: number | undefined;
  /** Map stages whose outputs got lost while this one runs: nothing is launched until they are back. */
  readonly blockedOn = new Set<Stage>();
  /** Results of attempts before this one no longer count: what they read has been made again, and differs. */
  firstValidAttempt = 0;
  /** The last `StageEnded` was sent. */
  ended = false;
  /** Results and updates of a barrier result stage, held until all its tasks are done. */
  held: HeldResult[] = [];

  constructor(
    readonly id: number,
    readonly node: LineageNode,
    readonly numSlots: number,
    readonly output: StageOutput,
    /** Map stages whose outputs it reads directly. */
    readonly parents: readonly Stage[],
    readonly barrier: boolean,
    readonly name: string,
    readonly details: string,
  ) {
    this.attemptTasks = numSlots;
    this.life = new Lifecycle<StageState>(`Stage ${id}`, STAGE_TRANSITIONS, "idle");
  }

  get isMapStage(): boolean {
    return this.output.kind === "shuffle";
  }

  /** A task of it that runs again may give other records. */
  get isIndeterminate(): boolean {
    return this.node.determinism === "indeterminate";
  }

  /** Its outputs go together only when one attempt made them all. */
  get isOfOneAttempt(): boolean {
    return this.barrier || (this.isMapStage && this.isIndeterminate);
  }

  /** The partition of `node` that a slot computes. */
  partitionOf(slot: number): number {
    return this.output.kind === "shuffle" ? slot : this.output.job.partitions[slot]!;
  }

  /** As messages call it: "ShuffleMapStage 1 (map at app.ts:3:9)". */
  toString(): string {
    return `${this.isMapStage ? "ShuffleMapStage" : "ResultStage"} ${this.id} (${this.name})`;
  }
}

export interface HeldResult {
  readonly slot: number;
  readonly taskId: number;
  readonly result: unknown;
  readonly accumUpdates: unknown;
}
