/**
 * Counts what was computed again against what was lost, from a context's listener events.
 *
 * A piece of work is a map output (shuffle, map partition) or a result (stage, partition). Lost are: attempts that ended
 * otherwise than well (their executor ended, a fetch failed, the task failed), and map outputs that were there when their
 * executor was removed or that a failed fetch named. Computed again is every launch of a piece of work beyond its first;
 * attempts taken back before they began do not count. A launch is explained when its piece was lost since its last launch;
 * what was lost and not needed any more (most map outputs) explains nothing. A stage whose records depend on order runs whole, and
 * stages that have read it before are rolled back: what they had made is lost then.
 */
export class Accounts {
  launches = 0;
  pieces = 0;
  again = 0;
  unexplained = [];
  lostAttempts = {};
  /** What tasks threw that failed. */
  exceptions = [];
  lostOutputs = 0;
  executorsRemoved = 0;
  jobs = 0;
  #stages = new Map();
  #work = new Map();
  #removed = new Set();

  onJobEnd() {
    this.jobs++;
  }

  onStageSubmitted({ stageInfo }) {
    const { stageId, shuffleDepId: shuffle, numTasks, rddInfos } = stageInfo;
    this.#stages.set(stageId, { shuffle, name: stageInfo.name });
    if (shuffle === undefined || !rddInfos.some(({ callSite }) => callSite.startsWith("repartition"))) return;
    const outputs = [...this.#work.values()].filter((piece) => piece.shuffle === shuffle);
    if (outputs.length === numTasks) for (const output of outputs) if (output.executor !== null) this.#lose(output);
  }

  onTaskStart({ stageId, taskInfo }) {
    const piece = this.#piece(stageId, taskInfo.partitionId);
    this.launches++;
    if (piece.launches++ === 0) {
      this.pieces++;
      return;
    }
    this.again++;
    if (piece.losses > 0) piece.losses--;
    else
      this.unexplained.push(
        `${piece.name} (attempt of stage ${stageId} on executor ${taskInfo.executorId}); before: ${piece.history.join(", ")}`,
      );
  }

  onTaskEnd({ stageId, reason, taskInfo }) {
    const piece = this.#piece(stageId, taskInfo.partitionId);
    piece.history.push(
      `${reason.reason}${reason.killReason === undefined ? "" : ` (${reason.killReason})`} on ${taskInfo.executorId}`,
    );
    if (reason.reason === "Success") {
      if (piece.isOutput && this.#removed.has(taskInfo.executorId)) this.#lose(piece);
      else piece.executor = taskInfo.executorId;
    } else if (reason.reason === "TaskKilled") {
      // The output was found where a replaced executor had left it: when it is made again after all, that was lost too.
      if (piece.isOutput && piece.executor === null && reason.killReason === "another attempt succeeded") piece.losses++;
      if (reason.killReason.startsWith("Rolled back")) piece.losses++;
      // Taken back, or no longer wanted: that is nobody's loss, and when it runs again after all it is the first time.
      if (taskInfo.launchTime !== 0 && reason.killReason === "recalled") {
        this.launches--;
        if (--piece.launches === 0) this.pieces--;
        else this.again--;
      }
    } else if (reason.reason !== "Resubmitted") {
      this.lostAttempts[reason.reason] = (this.lostAttempts[reason.reason] ?? 0) + 1;
      piece.losses++;
      if (reason.reason === "ExceptionFailure") this.exceptions.push(reason.description);
      if (reason.reason !== "FetchFailed") return;
      const output = this.#work.get(`shuffle ${reason.shuffleId} map ${reason.mapIndex}`);
      if (output?.executor !== null && output?.executor !== undefined) this.#lose(output);
    }
  }

  onExecutorRemoved({ executorId }) {
    this.executorsRemoved++;
    this.#removed.add(executorId);
    for (const piece of this.#work.values()) if (piece.isOutput && piece.executor === executorId) this.#lose(piece);
  }

  #lose(output) {
    output.history.push(`lost with ${output.executor}`);
    output.executor = null;
    output.losses++;
    this.lostOutputs++;
  }

  #piece(stageId, partition) {
    const { shuffle } = this.#stages.get(stageId);
    const name = shuffle === undefined ? `stage ${stageId} partition ${partition}` : `shuffle ${shuffle} map ${partition}`;
    let piece = this.#work.get(name);
    if (piece === undefined)
      this.#work.set(
        name,
        (piece = { name, shuffle, isOutput: shuffle !== undefined, launches: 0, losses: 0, executor: null, history: [] }),
      );
    return piece;
  }
}
