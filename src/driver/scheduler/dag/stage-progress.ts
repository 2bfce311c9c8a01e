/** How far stages are, for progress bars and status calls: those that run, those that wait, and the last ones that ended. */
import type { TaskSet } from "../tasks/task-set";
import type { Stage } from "./stage";

/** A stage's latest attempt. */
export interface StageProgress {
  readonly stageId: number;
  /** 0 before the first, too. */
  readonly attempt: number;
  readonly name: string;
  readonly jobIds: readonly number[];
  /** Milliseconds since the epoch; 0 of a stage that was not submitted. */
  readonly submissionTime: number;
  readonly numTasks: number;
  readonly numActiveTasks: number;
  readonly numCompletedTasks: number;
  /** Attempts of tasks that failed; those that were killed do not count. */
  readonly numFailedTasks: number;
}

/** @param set of the latest attempt; null where none runs. */
export function progressOf(stage: Stage, set: TaskSet | null): StageProgress {
  return {
    stageId: stage.id,
    attempt: set?.attempt ?? Math.max(0, stage.attempt),
    name: stage.name,
    jobIds: [...stage.jobs].map((job) => job.id),
    submissionTime: stage.submissionTime ?? 0,
    numTasks: stage.numSlots,
    numActiveTasks: set?.live ?? 0,
    numCompletedTasks: set === null ? 0 : stage.numSlots - set.size + set.doneCount,
    numFailedTasks: set?.failedAttempts ?? 0,
  };
}

/** Stages of which nothing runs any more that are remembered: the default of spark.ui.retainedStages. */
const RETAINED_STAGES = 1000;

/** What became of stages whose attempt is over, and of those that no job needs any more without having run; the newest of them. */
export class PastStages {
  readonly #progress = new Map<number, StageProgress>();

  /** @param set of the attempt that is over; null where the stage goes without one: what an earlier attempt left stands then. */
  add(stage: Stage, set: TaskSet | null): void {
    if (set === null && this.#progress.has(stage.id)) return;
    this.#progress.delete(stage.id);
    this.#progress.set(stage.id, { ...progressOf(stage, set), numActiveTasks: 0 });
    if (this.#progress.size > RETAINED_STAGES) this.#progress.delete(this.#progress.keys().next().value!);
  }

  get(stageId: number): StageProgress | undefined {
    return this.#progress.get(stageId);
  }
}
