/** Bugs to be planted in the scheduler's source: each must be found by random histories, or these are not worth much. */
import type { SourcePatch } from "./bundle";

export interface PlantedBug extends SourcePatch {
  readonly bug: string;
  /** Of a history that found it, where it takes many: those from there on come first, for the sake of time. */
  readonly seed?: number;
}

const DAG = "dag/dag-scheduler.ts";
const STAGES = "dag/stage-attempts.ts";
const RECOVERED = "dag/recovered-outputs.ts";
const TASKS = "tasks/task-scheduler.ts";
const ATTEMPTS = "tasks/live-attempts.ts";
const OFFERS = "tasks/offers.ts";
const COMMIT = "output-commit.ts";

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    bug: "a task may fail once too often",
    file: TASKS,
    find: "failures >= outbox.config.taskMaxFailures",
    replace: "failures > outbox.config.taskMaxFailures",
  },
  {
    bug: "executors that end on purpose count as failures of their tasks",
    file: "tasks/failure-reasons.ts",
    find: "return failure.causedByApp && attempt.started;",
    replace: "return true;",
  },
  {
    bug: "killed attempts count as failures",
    file: "tasks/failure-reasons.ts",
    find: `    case "fetchFailed":
    case "killed":
    case "commitDenied":
      return false;`,
    replace: `    case "fetchFailed":
    case "commitDenied":
      return false;
    case "killed":
      return true;`,
  },
  {
    bug: "what became of an attempt that was told to end counts as a failure",
    seed: 571,
    file: "tasks/failure-reasons.ts",
    find: "if (attempt.killReason !== null) return false;",
    replace: "",
  },
  {
    bug: "a finished attempt is not forgotten",
    file: ATTEMPTS,
    find: "    this.#attempts.delete(attempt.taskId);\n",
    replace: "",
  },
  {
    bug: "a slot is never given back",
    file: ATTEMPTS,
    find: "if (next === undefined) executor.used--;\n      else {",
    replace: "if (next !== undefined) {",
  },
  {
    bug: "an attempt that ended keeps its addresses",
    file: ATTEMPTS,
    find: "if (attempt.resources !== null) executor.resources!.giveBack(attempt.resources);",
    replace: "",
  },
  {
    bug: "an address is not taken from those that are free",
    file: "tasks/task-resources.ts",
    find: "          free[at]!--;\n",
    replace: "",
  },
  { bug: "a launch does not take a slot", file: ATTEMPTS, find: "      executor.used++;\n", replace: "" },
  {
    bug: "tasks of a lost executor are not run again",
    file: TASKS,
    find: `for (const attempt of gone)
      this.#failed(attempt, { kind: "executorGone", reason, causedByApp: event.causedByApp && isCulprit(attempt) });`,
    replace: "",
  },
  {
    bug: "neighbours of the task that ended an executor are charged with it",
    file: TASKS,
    find: "causedByApp: event.causedByApp && isCulprit(attempt)",
    replace: "causedByApp: event.causedByApp",
  },
  {
    bug: "the task that ended an executor is not charged with it",
    file: TASKS,
    find: "event.culprits?.includes(attempt.taskId) ?? true;",
    replace: "event.culprits === undefined;",
  },
  {
    bug: "a late registration brings a lost executor back",
    file: "tasks/executors.ts",
    find: "return this.#lost.has(id);",
    replace: "return false;",
  },
  {
    bug: "executors that are to go get tasks",
    file: "tasks/executors.ts",
    find: ' && executor.life.state === "active"',
    replace: "",
  },
  {
    bug: "a result is delivered twice",
    seed: 988,
    file: STAGES,
    find: "return stage.output.job.delivered[slot] === 0;",
    replace: "return true;",
  },
  { bug: "what was delivered is not noted", file: STAGES, find: "    job.delivered[slot] = 1;\n", replace: "" },
  {
    bug: "results of ended jobs are taken",
    file: STAGES,
    find: 'if (stage.life.state === "removed" || set.attempt < stage.firstValidAttempt) return false;',
    replace: "if (set.attempt < stage.firstValidAttempt) return false;",
  },
  {
    bug: "what an older attempt finished is done again by the newer one",
    seed: 139,
    file: STAGES,
    find: "if (current !== null && current !== set) this.tasks.markDone(current, slot);",
    replace: "",
  },
  {
    bug: "lost outputs of a running map stage are not made again",
    file: STAGES,
    find: "else this.tasks.invalidate(set, maps);",
    replace: "",
  },
  {
    bug: "map outputs of lost executors stay registered",
    file: STAGES,
    find: "this.#outputsLost(shuffleFilesSurvive ? new Map() : this.mapOutputs.unregisterExecutor(executorId));",
    replace: "this.#outputsLost(new Map());",
  },
  {
    bug: "a stage whose inputs got lost goes on",
    file: STAGES,
    find: "this.tasks.setBlocked(set, stage.blockedOn.size > 0);",
    replace: "this.tasks.setBlocked(set, false);",
  },
  {
    bug: "a stage that waits is not started when its inputs are there",
    file: STAGES,
    find: "if (missing.length === 0) this.#startAttempt(stage);\n        else for",
    replace: "for",
  },
  {
    bug: "a stage that was held back is not let go",
    file: STAGES,
    find: "if (stage.blockedOn.delete(mapStage)) {\n        this.#blockOnMissing(stage);",
    replace: "if (stage.blockedOn.delete(mapStage)) {",
  },
  {
    bug: "the task binary of an old attempt starts the new one",
    seed: 278,
    file: STAGES,
    find: 'stage.life.state === "preparing" && stage.attempt === attempt',
    replace: 'stage.life.state === "preparing"',
  },
  {
    bug: "a stage is tried once too often",
    file: STAGES,
    find: "stage.failedAttempts >= config.stageMaxAttempts",
    replace: "stage.failedAttempts > config.stageMaxAttempts",
  },
  {
    bug: "a stage is tried once too few",
    file: STAGES,
    find: "stage.failedAttempts >= config.stageMaxAttempts",
    replace: "stage.failedAttempts >= config.stageMaxAttempts - 1",
  },
  {
    bug: "failed attempts add up over successes",
    seed: 439,
    file: STAGES,
    find: "    stage.failedAttempts = 0;\n    this.#deliverHeld(stage);",
    replace: "    this.#deliverHeld(stage);",
  },
  {
    bug: "nobody wakes a stage that is to be tried again",
    file: STAGES,
    find: "    this.outbox.wakeAt(this.#retryAt);\n  }\n\n  #retryNow",
    replace: "  }\n\n  #retryNow",
  },
  {
    bug: "tasks of ended jobs are not killed",
    file: STAGES,
    find: "this.tasks.killAll(set, reason, interrupt);",
    replace: "",
  },
  {
    bug: "task sets of ended jobs stay open",
    file: STAGES,
    find: "reason, interrupt);\n      this.tasks.close(set);",
    replace: "reason, interrupt);",
  },
  {
    bug: "an attempt that lost outputs of others ends the stage",
    file: STAGES,
    find: "      this.events.stageCompleted(stage);\n      this.submit(stage);",
    replace: "      this.events.stageCompleted(stage);",
  },
  {
    bug: "a stage whose last output came late is tried again",
    seed: 696,
    file: STAGES,
    find: '} else if (this.graph.isAvailable(stage) && stage.life.is("retrying", "waiting")) {',
    replace: "} else if (stage.numSlots < 0) {",
  },
  { bug: "ended jobs keep their stages", file: DAG, find: "      stage.jobs.delete(job);\n", replace: "" },
  {
    bug: "a job on no partitions never ends",
    file: DAG,
    find: "if (job.partitions.length === 0 && job.shuffle === null) {",
    replace: "if (job.partitions.length < 0) {",
  },
  {
    bug: "a job on some partitions computes others",
    file: "dag/stage.ts",
    find: "this.output.job.partitions[slot]!",
    replace: "slot",
  },
  {
    bug: "an attempt that failed keeps its right to commit",
    file: COMMIT,
    find: "if (stage.holders.get(partition) === taskId) stage.holders.delete(partition);",
    replace: "",
  },
  { bug: "everybody may commit", file: COMMIT, find: "return holder === taskId;", replace: "return true;" },
  { bug: "a copy runs beside the slow attempt", file: OFFERS, find: "candidate !== slow.executor &&\n", replace: "" },
  {
    bug: "barrier tasks start one by one",
    file: OFFERS,
    find: "    if (set.barrier) return this.#offerBarrier(set, executors);\n",
    replace: "",
  },
  {
    bug: "one failed barrier task is tried again alone",
    seed: 1371,
    file: TASKS,
    find: "if (set.barrier) owner.barrierTaskFailed(set, attempt, describeLoss(attempt, reason));\n    else if",
    replace: "if",
  },
  {
    bug: "last come, first served",
    file: "tasks/pools.ts",
    find: "return a.priority - b.priority ||",
    replace: "return b.priority - a.priority ||",
  },
  {
    bug: "an attempt is killed twice",
    file: ATTEMPTS,
    find: "    if (attempt.killReason !== null) return;\n    attempt.killReason = reason;",
    replace: "    attempt.killReason = reason;",
  },
  {
    bug: "a task is tried again while a copy of it runs",
    file: TASKS,
    find: "else if (set.copiesOf(index) === 0) this.#giveBack(set, index);",
    replace: "else this.#giveBack(set, index);",
  },
  { bug: "a queued attempt is not noted as started", file: ATTEMPTS, find: "        next.started = true;\n", replace: "" },
  {
    bug: "the end of an attempt that never started is told",
    seed: 5301,
    file: TASKS,
    find: "if (attempt.started) this.#events.ended(attempt, reason, failure);",
    replace: "this.#events.ended(attempt, reason, failure);",
  },
  {
    bug: "a task goes back to an executor on which it failed",
    seed: 387,
    file: "tasks/exclusion.ts",
    find: ">= this.config.maxTaskAttemptsPerExecutor) return true;",
    replace: "< 0) return true;",
  },
  {
    bug: "a job put off for its barrier stage is forgotten",
    seed: 200,
    file: DAG,
    find: "      if (!onTime) job.slotCheckFailures--;\n      this.#startJob(job);",
    replace: "",
  },
  {
    bug: "nobody waits for a better place",
    file: "tasks/task-set.ts",
    find: "now - this.#levelSince >= wait",
    replace: "now >= 0",
  },
  {
    bug: "tasks whose output was found are launched all the same",
    seed: 273,
    file: RECOVERED,
    find: "        if (stage.taskSet !== null) tasks.markDone(stage.taskSet, map);\n",
    replace: "",
  },
  {
    bug: "nobody goes on when the last missing output was found",
    file: STAGES,
    find: `    if (stage.life.state === "idle" && this.graph.isAvailable(stage)) this.#outputsComplete(stage);
    else this.#checkProgress(stage);`,
    replace: "",
  },
  {
    bug: "what a lost executor had found counts",
    seed: 731,
    file: RECOVERED,
    find: "    if (tasks.executors.get(executorId) === undefined) return;\n    const touched",
    replace: "    const touched",
  },
  {
    bug: "what was made of indeterminate outputs stays when these are made again",
    file: STAGES,
    find: "stage.isMapStage && stage.isIndeterminate ? this.#rollBackSuccessors(stage) : [];",
    replace: "[] as Stage[];",
  },
  {
    bug: "a job with a part of its results goes on with other inputs",
    file: STAGES,
    find: 'if (stage.output.kind === "result" && stage.output.job.numDelivered > 0)',
    replace: 'if (stage.output.kind === "result" && stage.output.job.numDelivered < 0)',
  },
  {
    bug: "nobody runs a stage again that was rolled back",
    file: STAGES,
    find: "    for (const successor of rolledBack) this.submit(successor);\n",
    replace: "",
  },
  {
    bug: "tasks are launched on executors that are paused",
    file: "tasks/executors.ts",
    find: " && !executor.paused",
    replace: "",
  },
  {
    bug: "map outputs found on a disk count whose tasks have told nothing",
    seed: 1688,
    file: RECOVERED,
    find: "mapOutputs.wasRegistered(shuffleId, map) && ",
    replace: "",
  },
];
