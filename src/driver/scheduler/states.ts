/**
 * The states of jobs, stages and executors and the only moves between them. A move that is not in the table is a defect
 * of the scheduler: it throws with the entity's history. (Tasks have their own, compact states in tasks/task-set.)
 */
import { InternalError } from "../../common/errors";

/** `deferred`: a barrier stage needs more slots than there are; looked at again later. */
export type JobState = "deferred" | "running" | "succeeded" | "failed";

export const JOB_TRANSITIONS: Transitions<JobState> = {
  deferred: ["running", "failed"],
  running: ["succeeded", "failed"],
  succeeded: [],
  failed: [],
};

export type StageState =
  /** Nothing of it runs and nothing was asked for: new, or its outputs are all there, or an attempt ended well. */
  | "idle"
  /** Asked for; waits for map outputs of its parents. */
  | "waiting"
  /** `PrepareStage` was sent. */
  | "preparing"
  /** An attempt has a live task set. */
  | "running"
  /** An attempt failed; the next one starts after a delay. */
  | "retrying"
  /** No job needs it any more. */
  | "removed";

export const STAGE_TRANSITIONS: Transitions<StageState> = {
  idle: ["waiting", "preparing", "removed"],
  waiting: ["idle", "preparing", "removed"],
  preparing: ["running", "idle", "removed"],
  running: ["idle", "retrying", "removed"],
  retrying: ["idle", "removed"],
  removed: [],
};

export type ExecutorStatus = "active" | "draining" | "lost";

export const EXECUTOR_TRANSITIONS: Transitions<ExecutorStatus> = {
  active: ["draining", "lost"],
  draining: ["lost"],
  lost: [],
};

export type Transitions<S extends string> = Readonly<Record<S, readonly S[]>>;

const HISTORY_LENGTH = 16;

/** The state of one entity, moved only along its table. */
export class Lifecycle<S extends string> {
  #state: S;
  readonly #history: string[] = [];

  constructor(
    private readonly entity: string,
    private readonly table: Transitions<S>,
    initial: S,
  ) {
    this.#state = initial;
  }

  get state(): S {
    return this.#state;
  }

  is(...states: readonly S[]): boolean {
    return states.includes(this.#state);
  }

  /** Moves on; `cause` is for the history. Throws an InternalError when the table has no such move. */
  to(next: S, cause: string): void {
    if (!this.table[this.#state].includes(next)) {
      throw new InternalError(`${this.entity} cannot go from ${this.#state} to ${next} (${cause}). History: ${this.history()}.`);
    }
    if (this.#history.length === HISTORY_LENGTH) this.#history.shift();
    this.#history.push(`${this.#state} → ${next} (${cause})`);
    this.#state = next;
  }

  /** The latest moves, oldest first. */
  history(): string {
    return this.#history.length === 0 ? "none" : this.#history.join("; ");
  }
}
