/**
 * Decides which attempt may move its output into place: for each partition of a stage the first attempt that asks wins,
 * over all attempts of the stage, until it is known to have ended without success. Attempts that failed never win.
 */
interface StageCommits {
  /** Holder's task id by partition. */
  readonly holders: Map<number, number>;
  /** Tasks that ended without success: late questions of theirs are refused. */
  readonly failed: Set<number>;
}

export class OutputCommitCoordinator {
  readonly #stages = new Map<number, StageCommits>();

  /** Questions for a stage are refused before this and after `stageEnded`. */
  stageStarted(stageId: number): void {
    if (!this.#stages.has(stageId)) this.#stages.set(stageId, { holders: new Map(), failed: new Set() });
  }

  stageEnded(stageId: number): void {
    this.#stages.delete(stageId);
  }

  /** May the attempt commit? Asking again gives the holder the same answer. */
  canCommit(stageId: number, partition: number, taskId: number): boolean {
    const stage = this.#stages.get(stageId);
    if (stage === undefined || stage.failed.has(taskId)) return false;
    const holder = stage.holders.get(partition);
    if (holder !== undefined) return holder === taskId;
    stage.holders.set(partition, taskId);
    return true;
  }

  /** An attempt ended without success: another one may commit in its place. */
  attemptFailed(stageId: number, partition: number, taskId: number): void {
    const stage = this.#stages.get(stageId);
    if (stage === undefined) return;
    stage.failed.add(taskId);
    if (stage.holders.get(partition) === taskId) stage.holders.delete(partition);
  }
}
