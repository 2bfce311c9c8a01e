/** What must be true of a scheduler after every event. Throws an error that says what is not. */
import type { Stage } from "../../../../src/driver/scheduler/dag/stage";
import type { Scheduler } from "../../../../src/driver/scheduler/scheduler";
import { DONE, PENDING, RUNNING, type TaskSet } from "../../../../src/driver/scheduler/tasks/task-set";

export function checkInvariants(scheduler: Scheduler, now: number): void {
  checkSlots(scheduler);
  checkTaskSets(scheduler);
  checkStages(scheduler);
  checkJobs(scheduler);
  checkIdleSlots(scheduler, now);
}

function expect(condition: boolean, message: () => string): void {
  if (!condition) throw new Error(`Invariant broken: ${message()}`);
}

/** Slots are conserved: each executor runs as many as its started attempts, and queues only when full. */
function checkSlots({ dag }: Scheduler): void {
  const { tasks } = dag;
  const started = new Map<string, number>();
  for (const attempt of tasks.attempts.values()) {
    expect(
      tasks.executors.get(attempt.executor.id) === attempt.executor,
      () => `attempt ${attempt.taskId} runs on lost executor ${attempt.executor.id}`,
    );
    if (attempt.started) started.set(attempt.executor.id, (started.get(attempt.executor.id) ?? 0) + 1);
    else expect(attempt.executor.queue.includes(attempt), () => `attempt ${attempt.taskId} is neither started nor queued`);
  }
  for (const executor of tasks.executors.all()) {
    expect(
      executor.used === (started.get(executor.id) ?? 0),
      () => `executor ${executor.id} counts ${executor.used} used slots, has ${started.get(executor.id) ?? 0}`,
    );
    expect(executor.used <= executor.slots, () => `executor ${executor.id} runs ${executor.used} in ${executor.slots} slots`);
    expect(
      executor.queue.length === 0 || executor.used === executor.slots,
      () => `executor ${executor.id} queues though it has free slots`,
    );
    const open = executor.used < executor.slots && executor.life.state === "active" && !executor.paused;
    expect(tasks.executors.open.has(executor) === open, () => `executor ${executor.id} is ${open ? "not " : ""}listed as open`);
    expect(
      (executor.idleSince === Infinity) === executor.used > 0,
      () => `executor ${executor.id}: idle since ${executor.idleSince} with ${executor.used} running`,
    );
    for (const queued of executor.queue)
      expect(!queued.started && tasks.attempts.get(queued.taskId) === queued, () => `stale attempt ${queued.taskId} in a queue`);
  }
}

/** The counts of each set agree with its tasks and with the attempts that are alive. */
function checkTaskSets({ dag }: Scheduler): void {
  const copies = new Map<TaskSet, Map<number, number>>();
  for (const attempt of dag.tasks.attempts.values()) {
    const { set, index } = attempt;
    let byIndex = copies.get(set);
    if (byIndex === undefined) copies.set(set, (byIndex = new Map()));
    byIndex.set(index, (byIndex.get(index) ?? 0) + 1);
  }
  const sets = new Set([...copies.keys(), ...dag.tasks.pools.sets]);
  for (const set of sets) {
    let pending = 0,
      done = 0,
      live = 0;
    for (let index = 0; index < set.size; index++) {
      const state = set.stateOf(index);
      const alive = copies.get(set)?.get(index) ?? 0;
      live += alive;
      if (state === PENDING) pending++;
      else if (state === DONE) done++;
      expect(
        set.copiesOf(index) === alive,
        () => `task ${index} of ${set.name} counts ${set.copiesOf(index)} attempts, has ${alive}`,
      );
      expect(state !== PENDING || alive === 0, () => `task ${index} of ${set.name} waits and runs`);
      expect(
        set.closed || state !== RUNNING || alive > 0,
        () => `task ${index} of ${set.name} is lost: it neither waits nor runs nor is done`,
      );
    }
    expect(set.pendingCount === pending && set.doneCount === done && set.live === live, () => `counts of ${set.name} are wrong`);
    expect(
      set.closed !== dag.tasks.pools.sets.includes(set),
      () => `${set.name} is ${set.closed ? "closed and" : "open and not"} in the pools`,
    );
  }
}

/** A running stage has its set, and what the set holds as done is registered or delivered. */
function checkStages(scheduler: Scheduler): void {
  const { dag, mapOutputs } = scheduler;
  for (const stage of dag.stages.values()) {
    const { state } = stage.life;
    expect(stage.jobs.size > 0, () => `${stage.toString()} is kept though no job needs it`);
    expect(
      (state === "running") === (stage.taskSet !== null),
      () => `${stage.toString()} is ${state} ${stage.taskSet === null ? "without" : "with"} a task set`,
    );
    for (const set of stage.taskSets)
      expect(set === stage.taskSet || (set.closed && set.live > 0), () => `${set.name} is kept though it is over`);
    if (stage.taskSet !== null) checkDone(stage, stage.taskSet, scheduler);
    if (state === "waiting") {
      const asked = stage.parents.some((parent) => !parent.life.is("idle"));
      expect(asked, () => `${stage.toString()} waits though none of its parents is under way: it is stuck`);
    }
    const set = stage.taskSet;
    if (set !== null && set.blocked && set.pendingCount > 0) {
      for (const parent of stage.blockedOn)
        expect(!parent.life.is("idle", "removed"), () => `${stage.toString()} is blocked on a stage that nobody runs`);
      expect(stage.blockedOn.size > 0, () => `${stage.toString()} is blocked on nothing`);
    }
    if (stage.output.kind === "shuffle") {
      const { shuffleId } = stage.output.dependency;
      let available = 0;
      for (let map = 0; map < stage.numSlots; map++) if (mapOutputs.isAvailable(shuffleId, map)) available++;
      expect(available === mapOutputs.numAvailable(shuffleId), () => `shuffle ${shuffleId} counts its outputs wrong`);
      expect(
        available < stage.numSlots || !["running", "waiting", "retrying"].includes(state),
        () => `${stage.toString()} is ${state} though its outputs are all there`,
      );
    }
  }
}

function checkDone(stage: Stage, set: TaskSet, { mapOutputs }: Scheduler): void {
  for (let index = 0; index < set.size; index++) {
    const slot = set.slotOf(index);
    const done = set.stateOf(index) === DONE;
    if (stage.output.kind === "shuffle") {
      expect(
        done === mapOutputs.isAvailable(stage.output.dependency.shuffleId, slot),
        () => `task ${index} of ${set.name}: ${done ? "done without" : "not done with"} an output`,
      );
    } else if (!stage.barrier) {
      expect(
        done === (stage.output.job.delivered[slot] === 1),
        () => `task ${index} of ${set.name}: ${done ? "done without" : "not done with"} a result`,
      );
    }
  }
}

function checkJobs({ dag }: Scheduler): void {
  for (const job of dag.jobs.values()) {
    expect(job.life.is("deferred", "running"), () => `job ${job.id} is kept though it ${job.life.state}`);
    if (job.life.state !== "running") continue;
    const delivered = job.delivered.reduce((sum, one) => sum + one, 0);
    expect(
      delivered === job.numDelivered && !job.finished,
      () => `job ${job.id} delivered ${delivered}, counts ${job.numDelivered}`,
    );
    const active = [...job.stages].some((stage) => stage.life.is("preparing", "running", "retrying"));
    expect(active, () => `job ${job.id} is stuck: none of its stages is under way`);
    for (const stage of job.stages) expect(stage.jobs.has(job), () => `${stage.toString()} does not know its job ${job.id}`);
  }
}

/** No slot stays free while a task without preferences could use it. */
function checkIdleSlots({ dag }: Scheduler, now: number): void {
  if (dag.tasks.executors.open.size === 0 || !dag.tasks.isOffering) return;
  if (dag.tasks.pools.sets.some((set) => set.barrier && set.pendingCount > 0)) return;
  for (const set of dag.tasks.pools.sets) {
    const waits = !set.blocked && set.pendingCount > 0 && !set.barrier && set.exclusion === null;
    if (waits && set.pending.isPlain)
      throw new Error(`Invariant broken: ${set.name} waits for a slot at ${now} though there are free ones`);
  }
}
