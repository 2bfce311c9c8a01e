/**
 * One random history of a scheduler against a simulated cluster that knows the truth: which processes live, which map
 * outputs and cached partitions really exist, which tasks really run. Reports to the scheduler come late, in any order,
 * twice. Throws when the scheduler breaks a rule; at the end every job must be resolved and nothing may be left over.
 */
import type { Command, JobFailure, LaunchTasks, PrepareStage } from "../../../../src/driver/scheduler/commands";
import {
  DEFAULT_CONFIG,
  DEFAULT_EXCLUSION,
  DEFAULT_SPECULATION,
  type SchedulerConfig,
} from "../../../../src/driver/scheduler/config";
import type { SchedulerEvent, TaskOutcome } from "../../../../src/driver/scheduler/events";
import { ROLLED_BACK } from "../../../../src/driver/scheduler/dag/indeterminate";
import { Scheduler } from "../../../../src/driver/scheduler/scheduler";
import type { LineageNode } from "../../../../src/rdd/lineage";
import type { MapOutputId } from "../../../../src/storage/task-env";
import { checkInvariants } from "./invariants";
import { LineageBuilder } from "./lineage";
import { Random } from "./random";

/**
 * What was read of the outputs of indeterminate stages, near or far: the task that made each, by "shuffle:map". Whatever goes
 * together must not come of two versions of one output.
 */
type Provenance = ReadonlyMap<string, number>;

const NOTHING: Provenance = new Map();

/** A map output. */
interface SimFile {
  readonly stageId: number;
  readonly attempt: number;
  readonly read: Provenance;
}

interface SimResult {
  readonly partition: number;
  readonly read: Provenance;
}

interface SimExecutor {
  readonly id: string;
  readonly host: string;
  readonly cores: number;
  alive: boolean;
  draining: boolean;
  /** The scheduler was told that it begins no further task. */
  paused: boolean;
  /** The scheduler was told that it is lost. */
  reported: boolean;
  /** Its map outputs outlive it until they are moved. */
  filesSurvive: boolean;
  readonly tasks: SimTask[];
  /** By "shuffle:map". */
  readonly files: Map<string, SimFile>;
  /** "rdd:partition" */
  readonly blocks: Set<string>;
}

interface SimTask {
  readonly taskId: number;
  readonly executor: SimExecutor;
  readonly stageId: number;
  readonly attempt: number;
  readonly partition: number;
  readonly epoch: number;
  /** Ends only when it is killed. */
  readonly endless: boolean;
  readonly launched: number;
  killed: string | null;
  ended: boolean;
  /** What it has read, where that is all its input: what gets lost now does not concern it. */
  read: Provenance | null;
  /** The coordinator let it commit. */
  committed: boolean;
}

interface SimJob {
  readonly id: number;
  readonly node: LineageNode;
  readonly partitions: readonly number[];
  /** What it writes, where that is all that it does. */
  readonly shuffle: number | null;
  readonly group: string;
  readonly delivered: Map<number, Provenance>;
  cancelled: boolean;
  outcome: "succeeded" | JobFailure | null;
}

interface SimStage {
  readonly prepare: PrepareStage;
  readonly tasks: SimTask[];
  readyAt: number;
  ended: boolean;
}

/** What a failing history looks like to whoever reads it. */
export class HistoryError extends Error {
  constructor(seed: number, message: string, log: readonly string[]) {
    super(`Seed ${seed}: ${message}\n${log.slice(-80).join("\n")}`);
  }
}

const MOST_STEPS = 4000;
/** Reports kept to be sent again. */
const MOST_PAST = 20;
/** Of every map output, as far as places of reduce tasks depend on them: each segment is worth waiting for. */
const SEGMENTS = Float64Array.from({ length: 1001 }, (_, reduce) => reduce * 2 ** 21);

export function runHistory(seed: number): void {
  const simulation = new Simulation(seed);
  try {
    simulation.run();
  } catch (error) {
    throw new HistoryError(seed, (error as Error).message, simulation.log);
  }
}

class Simulation {
  readonly log: string[] = [];
  readonly #random: Random;
  readonly #config: SchedulerConfig;
  readonly #scheduler: Scheduler;
  readonly #lineage = new LineageBuilder();
  readonly #nodes: LineageNode[] = [];
  #now = 1_000_000;
  #wake = Infinity;
  readonly #inFlight: SchedulerEvent[] = [];
  /** Map outputs that executors left on a host's disk, for the next one there to find. */
  readonly #orphans = new Map<string, (readonly [string, SimFile])[]>();
  readonly #past: SchedulerEvent[] = [];
  readonly #executors: SimExecutor[] = [];
  readonly #jobs: SimJob[] = [];
  readonly #stages = new Map<number, SimStage>();
  readonly #tasks = new Map<number, SimTask>();
  /** Failures that count, told to the scheduler, by stage attempt and partition. */
  readonly #failures = new Map<string, number>();
  readonly #notPrepared = new Set<number>();
  /** Failed attempts of a stage since one ended well, as the events tell. */
  readonly #failedAttempts = new Map<number, number>();
  /** Failures that count, by stage attempt, partition and executor. */
  readonly #failedOn = new Set<string>();
  readonly #merged = new Set<string>();
  /** Map outputs, "shuffle:map", of whose tasks one had its accumulator updates merged. */
  readonly #counted = new Set<string>();
  #nextExecutor = 0;
  /** Nothing goes wrong any more. */
  #calm = false;
  readonly #events = new Map<string, number>();
  readonly #startedTasks = new Set<number>();
  /** Percent of the tasks that fail, and of the steps that damage a map output or a cached partition. */
  readonly #errorRate: number;
  readonly #damageRate: number;
  readonly #mostPartitions: number;
  /** Results are written out, and tasks ask before they do. */
  readonly #asksToCommit: boolean;
  /** There are steps that depend on the order of their input; then nothing is cached, for what is cached is not made again. */
  readonly #usesOrder: boolean;
  /** Few and long jobs that lose map outputs over and over and that nobody cancels. */
  readonly #isStorm: boolean;
  /** Some of the events that are handled tells of outputs that cannot be had. */
  #losing = false;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#asksToCommit = this.#random.chance(0.5);
    this.#isStorm = this.#random.chance(0.3);
    this.#usesOrder = this.#random.chance(0.4);
    this.#errorRate = this.#isStorm ? 0 : this.#random.pick([0, 2, 8]);
    this.#damageRate = this.#random.pick([1, 8]);
    // Executors have as many addresses as cores: slots stay what cores make them.
    this.#config = { ...this.#randomConfig(), ...(seed % 5 === 4 ? { taskResources: { gpu: seed % 2 === 0 ? 1 : 0.5 } } : {}) };
    // Tasks are queued ahead only where there are many.
    this.#mostPartitions = this.#random.pick(this.#config.tasksAhead > 0 ? [4, 16, 16] : [3, 4, 6]);
    this.#scheduler = new Scheduler({ config: this.#config, wants: () => true, statusOffsets: () => SEGMENTS });
  }

  run(): void {
    for (let i = this.#random.between(1, 3); i > 0; i--) this.#addExecutor();
    const steps = this.#isStorm ? this.#random.between(60, this.#usesOrder ? 300 : 160) : this.#random.between(20, 90);
    for (let i = 0; i < steps; i++) {
      if (this.#isStorm) this.#stormStep();
      else this.#step();
    }
    this.#calm = true;
    for (const executor of this.#living()) if (executor.paused) this.#pause(executor, false);
    for (let i = 0; i < MOST_STEPS; i++) if (!this.#calmStep()) break;
    this.#checkEnd();
  }

  #randomConfig(): SchedulerConfig {
    const random = this.#random;
    return {
      ...DEFAULT_CONFIG,
      taskMaxFailures: random.between(1, 3),
      stageMaxAttempts: random.between(2, 4),
      mode: random.chance(0.3) ? "FAIR" : "FIFO",
      tasksAhead: random.chance(0.4) ? 2 : 0,
      taskCpus: random.chance(0.1) ? 2 : 1,
      speculation: random.chance(0.3)
        ? { ...DEFAULT_SPECULATION, quantile: 0.5, efficiency: random.chance(0.5) ? DEFAULT_SPECULATION.efficiency : null }
        : null,
      exclusion: random.chance(0.15) ? { ...DEFAULT_EXCLUSION, killExcludedExecutors: random.chance(0.3) } : null,
    };
  }

  // ── Lineage ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #newNode(): LineageNode {
    const random = this.#random;
    const lineage = this.#lineage;
    if (this.#isStorm) return this.#stormNode();
    const options = this.#usesOrder ? { orderSensitive: random.chance(0.5) } : { persisted: random.chance(0.2) };
    const old = this.#nodes.length > 0 ? random.pick(this.#nodes) : null;
    if (old === null || random.chance(0.2)) {
      const prefers = random.chance(0.2) ? (p: number): readonly string[] => (p % 2 === 0 ? [`host${p % 3}`] : []) : undefined;
      return lineage.source(random.between(1, this.#mostPartitions), prefers === undefined ? options : { ...options, prefers });
    }
    const kind = random.below(10);
    if (kind < 3) return lineage.map(old, options);
    if (kind < 7) return lineage.shuffleWith(random.between(1, this.#mostPartitions), options, old);
    if (kind < 8) return lineage.shuffleWith(random.between(1, 3), options, old, random.pick(this.#nodes));
    if (kind < 9) return lineage.union(old, random.pick(this.#nodes));
    return random.chance(0.5) ? lineage.coalesce(old, 1) : lineage.shuffleWith(2, { barrier: true }, old);
  }

  /** Two or three shuffles one after the other. */
  #stormNode(): LineageNode {
    const random = this.#random;
    let node = this.#lineage.source(random.between(2, 4));
    for (let i = this.#usesOrder ? random.between(2, 4) : random.between(1, 3); i > 0; i--) {
      const before = node;
      node = this.#lineage.shuffleWith(random.between(2, 5), { orderSensitive: this.#usesOrder && random.chance(0.7) }, node);
      // Two ways to the same outputs.
      if (this.#usesOrder && random.chance(0.3)) node = this.#lineage.shuffle(random.between(2, 4), node, before);
    }
    return node;
  }

  // ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #step(): void {
    const random = this.#random;
    const roll = random.below(100);
    if (roll < 10) this.#submit();
    else if (roll < 45) this.#deliver();
    else if (roll < 70) this.#finishSome();
    else if (roll < 73) this.#readSome();
    else if (roll < 73 + this.#damageRate) this.#damage();
    else if (roll < 84) this.#addExecutor();
    else if (roll < 86) this.#killExecutor();
    else if (roll < 87) this.#cancel();
    else if (roll < 88) this.#killAttempt();
    else if (roll < 90) this.#deliverAgain();
    else if (roll < 91) this.#decommission();
    else if (roll < 93) this.#relocate();
    else if (roll < 94) {
      this.#progress();
      this.#pauseOne();
    } else this.#passTime();
  }

  #stormStep(): void {
    const roll = this.#random.below(100);
    if (this.#usesOrder) return this.#orderStep(roll);
    if (roll < 2 || this.#jobs.length === 0) this.#submit();
    else if (roll < 45) this.#deliver();
    else if (roll < 68) this.#finishSome();
    else if (roll < 76) this.#readSome();
    else if (roll < 86) this.#damage();
    else if (roll < 88) this.#addExecutor();
    else if (roll < 89) this.#killExecutor();
    else if (roll < 91) this.#deliverAgain();
    else this.#passTime();
  }

  /** Reports stay on their way for long: what they tell of may have been rolled back. */
  #orderStep(roll: number): void {
    if (roll < 2 || this.#jobs.length === 0) this.#submit();
    else if (roll < 36) this.#deliver();
    else if (roll < 66) this.#finishSome();
    else if (roll < 78) this.#readSome();
    else if (roll < 84) this.#damage();
    else if (roll < 88) this.#addExecutor();
    else if (roll < 91) this.#killExecutor();
    else if (roll < 93) this.#deliverAgain();
    else this.#passTime();
  }

  /** False when all is done. */
  #calmStep(): boolean {
    if (this.#inFlight.length > 0) this.#deliver();
    else if (this.#jobs.every((job) => job.outcome !== null) && this.#outstanding().length === 0) return false;
    else if (!this.#finishSome() && !this.#relocate()) {
      const able = this.#executors.some((executor) => executor.alive && !executor.draining && executor.cores >= 8);
      if (!able || this.#random.chance(0.05)) this.#addExecutor(8);
      else if (this.#wake < Infinity) this.#passTime();
      else throw new Error("Stuck: nothing runs, nothing is on its way, and no time is asked for.");
    }
    return true;
  }

  #submit(): void {
    const random = this.#random;
    if (this.#jobs.length >= 4) return;
    this.#nodes.push(this.#newNode());
    const node = random.chance(0.7) ? this.#nodes.at(-1)! : random.pick(this.#nodes);
    const all = Array.from({ length: node.numPartitions }, (_, i) => i);
    const some = random.chance(0.8) ? all : all.filter(() => random.chance(0.5));
    const writesOnly = some !== all && some.length % 2 === 1;
    const shuffle = writesOnly ? node.dependencies.find((dependency) => dependency.kind === "shuffle") : undefined;
    const partitions = shuffle === undefined ? some : [];
    const group = `g${random.below(2)}`;
    const job: SimJob = {
      id: this.#jobs.length,
      node,
      partitions,
      shuffle: shuffle?.shuffleId ?? null,
      group,
      delivered: new Map(),
      cancelled: false,
      outcome: null,
    };
    this.#jobs.push(job);
    const properties = {
      "spark.jobGroup.id": group,
      "spark.job.tags": `t${job.id % 2},x`,
      "spark.scheduler.pool": random.pick(["default", "a"]),
    };
    const only = shuffle === undefined ? { finalNode: node } : { finalNode: shuffle.node, shuffle };
    this.#handle([{ type: "JobSubmitted", jobId: job.id, ...only, partitions, properties, callSite: "test" }]);
  }

  #deliver(): void {
    const random = this.#random;
    if (this.#inFlight.length === 0) return;
    const batch: SchedulerEvent[] = [];
    for (let i = random.chance(0.2) ? 3 : 1; i > 0 && this.#inFlight.length > 0; i--) {
      const at = random.below(this.#inFlight.length);
      const event = this.#inFlight[at]!;
      // What is noted of these depends on what came before.
      if (batch.length > 0 && (event.type === "ExecutorLost" || batch.some((other) => isSameTask(other, event)))) break;
      this.#inFlight.splice(at, 1);
      batch.push(event);
      if (this.#past.length === MOST_PAST) this.#past.splice(random.below(MOST_PAST), 1);
      this.#past.push(event);
      if (event.type === "ExecutorLost") break;
    }
    this.#handle(batch);
  }

  #deliverAgain(): void {
    if (this.#past.length > 0) this.#handle([this.#random.pick(this.#past)]);
  }

  #addExecutor(cores = this.#random.between(1, 4)): void {
    const id = String(this.#nextExecutor++);
    const executor: SimExecutor = {
      id,
      host: `host${this.#random.below(3)}`,
      cores,
      alive: true,
      draining: false,
      paused: false,
      reported: false,
      filesSurvive: false,
      tasks: [],
      files: new Map(),
      blocks: new Set(),
    };
    this.#executors.push(executor);
    const resources = { gpu: Array.from({ length: cores }, (_, at) => `${at}`) };
    this.#inFlight.push({ type: "ExecutorRegistered", executorId: id, host: executor.host, cores, resources });
    const found = this.#orphans.get(executor.host) ?? [];
    this.#orphans.delete(executor.host);
    if (found.length === 0) return;
    for (const [name, file] of found) executor.files.set(name, file);
    const outputs = [...executor.files.keys()].map((file) => {
      const [shuffleId, map] = file.split(":").map(Number);
      return { shuffleId: shuffleId!, map: map!, status: null };
    });
    this.#inFlight.push({ type: "MapOutputsFound", executorId: id, outputs });
  }

  #living(): SimExecutor[] {
    return this.#executors.filter((executor) => executor.alive);
  }

  /** Often one whose report of outputs that it found is on its way. */
  #killExecutor(): void {
    const living = this.#living();
    if (living.length === 0) return;
    const finders = living.filter(({ id }) =>
      this.#inFlight.some((event) => event.type === "MapOutputsFound" && event.executorId === id),
    );
    const chosen = finders.length > 0 && this.#random.chance(0.5) ? finders : living;
    this.#end(this.#random.pick(chosen), this.#random.chance(0.5), "killed");
  }

  #end(executor: SimExecutor, causedByApp: boolean, reason: string): void {
    executor.alive = false;
    executor.filesSurvive = this.#random.chance(0.3);
    executor.blocks.clear();
    if (!executor.filesSurvive) {
      if (this.#random.chance(0.5))
        this.#orphans.set(executor.host, [...(this.#orphans.get(executor.host) ?? []), ...executor.files]);
      executor.files.clear();
    }
    const running = executor.tasks.map((task) => task.taskId);
    for (const task of executor.tasks) task.ended = true;
    executor.tasks.length = 0;
    const culprits = causedByApp && running.length > 0 && this.#random.chance(0.4) ? [this.#random.pick(running)] : null;
    this.#inFlight.push({
      type: "ExecutorLost",
      executorId: executor.id,
      reason,
      causedByApp,
      ...(culprits === null ? {} : { culprits }),
      shuffleFilesSurvive: executor.filesSurvive,
    });
  }

  /** A map output goes bad, or a cached partition is evicted. */
  #damage(): void {
    const living = this.#living();
    if (living.length === 0) return;
    const executor = this.#random.pick(living);
    if (this.#random.chance(0.8)) {
      if (executor.files.size > 0) executor.files.delete(this.#random.pick([...executor.files.keys()]));
      return;
    }
    if (executor.blocks.size === 0) return;
    const block = this.#random.pick([...executor.blocks]);
    executor.blocks.delete(block);
    this.#reportBlock(block, executor, false);
  }

  #reportBlock(block: string, executor: SimExecutor, stored: boolean): void {
    const [rddId, partition] = block.split(":").map(Number);
    this.#inFlight.push({
      type: "BlockUpdated",
      rddId: rddId!,
      partition: partition!,
      executorId: executor.id,
      stored,
      memSize: 10,
      diskSize: 0,
    });
  }

  #cancel(): void {
    const random = this.#random;
    if (this.#jobs.length === 0) return;
    const job = random.pick(this.#jobs);
    const kind = random.below(5);
    const cancelled = (matches: (other: SimJob) => boolean): void => {
      for (const other of this.#jobs) if (other.outcome === null && matches(other)) other.cancelled = true;
    };
    if (kind === 0) {
      cancelled((other) => other === job);
      this.#handle([{ type: "JobCancelled", jobId: job.id }]);
    } else if (kind === 1) {
      cancelled((other) => other.group === job.group);
      this.#handle([{ type: "GroupCancelled", group: job.group }]);
    } else if (kind === 2) {
      cancelled((other) => other.id % 2 === job.id % 2);
      this.#handle([{ type: "TagCancelled", tag: `t${job.id % 2}` }]);
    } else if (kind === 3) {
      cancelled(() => true);
      this.#handle([{ type: "AllCancelled" }]);
    } else {
      const stage = [...this.#stages.values()].at(-1);
      if (stage === undefined) return;
      const ended = this.#jobs.filter((other) => other.outcome === null).length;
      cancelled(() => true);
      this.#handle([{ type: "StageCancelled", stageId: stage.prepare.stageId }]);
      for (const other of this.#jobs) if (other.outcome === null) other.cancelled = false;
      if (ended < this.#jobs.filter((other) => other.outcome === null).length)
        throw new Error("A cancelled stage brought jobs to life.");
    }
    const left = kind < 4 ? this.#jobs.find((other) => other.cancelled && other.outcome === null) : undefined;
    if (left !== undefined) throw new Error(`Job ${left.id} was cancelled and is still there.`);
  }

  #killAttempt(): void {
    const tasks = this.#outstanding();
    if (tasks.length === 0) return;
    const task = this.#random.pick(tasks);
    this.#handle([{ type: "KillTaskAttempt", taskId: task.taskId, interrupt: true, reason: "asked for" }]);
  }

  #decommission(): void {
    const living = this.#living().filter((executor) => this.#scheduler.dag.tasks.executors.get(executor.id) !== undefined);
    if (living.length < 2) return;
    const executor = this.#random.pick(living);
    executor.draining = true;
    this.#handle([{ type: "ExecutorDecommissioned", executorId: executor.id }]);
  }

  /** One whose memory is short, or is so no longer. */
  #pauseOne(): void {
    const living = this.#living().filter((executor) => this.#scheduler.dag.tasks.executors.get(executor.id) !== undefined);
    if (living.length === 0) return;
    const executor = this.#random.pick(living);
    this.#pause(executor, !executor.paused);
  }

  #pause(executor: SimExecutor, paused: boolean): void {
    executor.paused = paused;
    this.#handle([{ type: "ExecutorPaused", executorId: executor.id, paused }]);
  }

  /** A living executor takes over the files of a dead one; or nobody does. False when there is no such file. */
  #relocate(): boolean {
    const dead = this.#executors.find((executor) => !executor.alive && executor.filesSurvive && executor.reported);
    if (dead === undefined) return false;
    const heirs = this.#living().filter((executor) => this.#scheduler.dag.tasks.executors.get(executor.id) !== undefined);
    const to = heirs.length > 0 && this.#random.chance(0.7) ? this.#random.pick(heirs) : null;
    if (to !== null) for (const [name, file] of dead.files) putFile(to, name, file);
    dead.files.clear();
    dead.filesSurvive = false;
    this.#handle([{ type: "MapOutputsRelocated", from: dead.id, to: to?.id ?? null }]);
    return true;
  }

  #progress(): void {
    const tasks = this.#outstanding();
    if (tasks.length > 0)
      this.#handle([{ type: "TaskProgress", taskId: this.#random.pick(tasks).taskId, recordsRead: this.#random.below(100) }]);
  }

  #passTime(): void {
    const random = this.#random;
    if (this.#wake < Infinity && random.chance(this.#calm ? 1 : 0.6)) this.#now = Math.max(this.#now, this.#wake);
    else this.#now += random.pick([1, 50, 200, 1000, 5000]);
    this.#handle([{ type: "Tick" }]);
  }

  // ── Tasks ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #outstanding(): SimTask[] {
    return this.#executors.flatMap((executor) => executor.tasks);
  }

  /** Some tasks get all their input. */
  #readSome(): void {
    for (const task of this.#outstanding()) {
      if (this.#random.chance(0.5)) continue;
      const read = task.read === null ? this.#readAll(task) : null;
      if (read instanceof Map) task.read = read;
    }
  }

  /** Ends one task that really runs. False when there is none that can end. */
  #finishSome(): boolean {
    const running: SimTask[] = [];
    for (const executor of this.#executors) {
      const slots = Math.floor(executor.cores / this.#config.taskCpus);
      for (let i = 0; i < Math.min(slots, executor.tasks.length); i++) {
        const task = executor.tasks[i]!;
        if (!task.endless || task.killed !== null || this.#calm) running.push(task);
      }
    }
    if (this.#calm) {
      const needed = running.filter((task) => !task.endless || task.killed !== null);
      const endless = running.find((task) => task.endless && task.killed === null);
      if (needed.length === 0 && endless !== undefined && !this.#isUseful(endless)) {
        throw new Error(
          `Task ${endless.taskId} of stage ${endless.stageId}.${endless.attempt} runs for ever: nobody needs it and it was not killed.`,
        );
      }
      if (needed.length === 0 && endless === undefined) return false;
      this.#finish(needed.length > 0 ? this.#random.pick(needed) : endless!);
      return true;
    }
    if (running.length === 0) return false;
    this.#finish(this.#random.pick(running));
    return true;
  }

  #isUseful(task: SimTask): boolean {
    return this.#scheduler.dag.stages.has(task.stageId);
  }

  #finish(task: SimTask): void {
    const at = task.executor.tasks.indexOf(task);
    task.executor.tasks.splice(at, 1);
    task.ended = true;
    const outcome = this.#outcomeOf(task);
    const ofResultStage = this.#stages.get(task.stageId)!.prepare.shuffle === undefined;
    if (outcome.kind === "success" && ofResultStage && this.#random.chance(0.1))
      this.#handle([{ type: "TaskGettingResult", taskId: task.taskId, executorId: task.executor.id, resultSize: 10 }]);
    this.#inFlight.push({ type: "TaskFinished", taskId: task.taskId, executorId: task.executor.id, outcome });
    if (!this.#calm && this.#random.chance(0.05))
      this.#inFlight.push({ type: "TaskFinished", taskId: task.taskId, executorId: task.executor.id, outcome });
  }

  #outcomeOf(task: SimTask): TaskOutcome {
    const random = this.#random;
    if (task.killed !== null && random.chance(0.7)) {
      return random.chance(0.8)
        ? { kind: "killed", reason: task.killed }
        : { kind: "userError", className: "Error", description: "while it was killed" };
    }
    if (!this.#calm) {
      const roll = random.next() * 100 - this.#errorRate;
      if (roll < 0) return { kind: "userError", className: "Error", description: "boom" };
      if (roll < 1) return { kind: "resultLost" };
      if (roll < 2) return { kind: "executorGone", reason: "thread ended", causedByApp: random.chance(0.5) };
      if (roll < 3) return { kind: "killed", reason: "for no reason" };
      if (roll < 3.2) return { kind: "userError", className: "Error", description: "cannot be sent", fatal: true };
    }
    const { prepare } = this.#stages.get(task.stageId)!;
    const read = task.read ?? this.#readAll(task);
    if (!(read instanceof Map)) return read as TaskOutcome;
    if (prepare.shuffle !== undefined) {
      this.#writeFile(task, prepare.shuffle.shuffleId, read, prepare.node.determinism === "indeterminate");
      return { kind: "success", result: null, accumUpdates: "updates" };
    }
    if (this.#asksToCommit && !this.#mayCommit(task)) return { kind: "commitDenied", message: "denied" };
    return { kind: "success", result: { partition: task.partition, read } satisfies SimResult, accumUpdates: "updates" };
  }

  #writeFile(
    { taskId, stageId, attempt, partition, executor }: SimTask,
    shuffleId: number,
    read: Provenance,
    isNew: boolean,
  ): void {
    const name = `${shuffleId}:${partition}`;
    putFile(executor, name, { stageId, attempt, read: isNew ? new Map([...read, [name, taskId]]) : read });
  }

  /** Reads all that the task needs; the failure where something is not there. */
  #readAll(task: SimTask): Provenance | TaskOutcome {
    const read = new Map<string, number>();
    return this.#readInputs(this.#stages.get(task.stageId)!.prepare.node, task.partition, new Set(), read) ?? read;
  }

  /** Reads what the partition is made from as an executor would; leaves cached partitions behind. Null when all is there. */
  #readInputs(node: LineageNode, partition: number, seen: Set<string>, read: Map<string, number>): TaskOutcome | null {
    const key = `${node.id}:${partition}`;
    if (seen.has(key)) return null;
    seen.add(key);
    if (node.persisted && this.#executors.some((executor) => executor.alive && executor.blocks.has(key))) return null;
    for (const dependency of node.dependencies) {
      if (dependency.kind === "shuffle") {
        const missing = this.#fetch(dependency.shuffleId, partition, read);
        if (missing !== null) return missing;
        continue;
      }
      for (const parent of dependency.parents(partition)) {
        const missing = this.#readInputs(dependency.node, parent, seen, read);
        if (missing !== null) return missing;
      }
    }
    if (node.persisted && this.#random.chance(0.8)) {
      const holder = this.#random.pick(this.#executors);
      if (holder.alive) {
        holder.blocks.add(key);
        this.#reportBlock(key, holder, true);
      }
    }
    return null;
  }

  #fetch(shuffleId: number, reduce: number, read: Map<string, number>): TaskOutcome | null {
    const locations = this.#scheduler.mapOutputs.locations(shuffleId);
    if (locations === null)
      return { kind: "fetchFailed", shuffleId, map: -1, reduce, executorId: null, unreachable: false, message: "no places" };
    for (const [map, index] of locations.executorOf.entries()) {
      if (!this.#counted.has(`${shuffleId}:${map}`)) throw new Error(`Nothing was counted of output ${shuffleId}:${map}.`);
      const executorId = locations.executors[index]!;
      const executor = this.#executors[Number(executorId)]!;
      const made = executor.alive ? executor.files.get(`${shuffleId}:${map}`) : undefined;
      if (made !== undefined) {
        // Two versions in one task are as wrong as in two: the first is kept, and found out at the end of the job.
        for (const [output, task] of made.read)
          if (read.get(output) !== task) read.set(read.has(output) ? `${output} again` : output, task);
        continue;
      }
      const found = { kind: "fetchFailed", shuffleId, map, reduce, message: `map output ${map} is gone` } as const;
      // Every other task tells of all that it cannot use, and not of who has it.
      if (executor.alive && (map + reduce) % 2 === 1)
        return { ...found, executorId: null, unreachable: false, also: this.#damaged(shuffleId, map + 1) };
      return { ...found, executorId, unreachable: !executor.alive };
    }
    return null;
  }

  /** Outputs from map `first` on that executors which are alive were to have, and do not have. */
  #damaged(shuffleId: number, first: number): MapOutputId[] {
    const { executorOf, executors } = this.#scheduler.mapOutputs.locations(shuffleId)!;
    const maps = Array.from({ length: executorOf.length - first }, (_, i) => first + i);
    return maps
      .filter((map) => {
        const { alive, files } = this.#executors[Number(executors[executorOf[map]!])]!;
        return alive && !files.has(`${shuffleId}:${map}`);
      })
      .map((map) => ({ shuffleId, map }));
  }

  #mayCommit(task: SimTask): boolean {
    if (!this.#scheduler.commits.canCommit(task.stageId, task.partition, task.taskId)) return false;
    task.committed = true;
    const rival = this.#stages
      .get(task.stageId)!
      .tasks.find(
        (other) =>
          other !== task &&
          other.partition === task.partition &&
          other.committed &&
          this.#scheduler.dag.tasks.attempts.has(other.taskId),
      );
    if (rival !== undefined)
      throw new Error(
        `Tasks ${rival.taskId} and ${task.taskId} may both commit partition ${task.partition} of stage ${task.stageId}.`,
      );
    return true;
  }

  // ── The scheduler's side ─────────────────────────────────────────────────────────────────────────────────────────

  #handle(events: readonly SchedulerEvent[]): void {
    for (const event of events) this.#before(event);
    this.#losing = events.some(losesOutputs);
    if (this.#now >= this.#wake) this.#wake = Infinity;
    const commands = this.#scheduler.handleAll(events, this.#now);
    for (const command of commands) this.#perform(command);
    // Events of a stage that several jobs need come with the last of them.
    for (const command of commands)
      if (command.type === "JobFailed") this.#checkFailure(this.#jobs[command.jobId]!, command.failure);
    checkInvariants(this.#scheduler, this.#now);
    this.#checkOrder(commands);
    this.#checkPlaces();
  }

  /** Nothing is taken to be where it cannot be. */
  #checkPlaces(): void {
    const { dag, mapOutputs } = this.#scheduler;
    for (const stage of dag.stages.values()) {
      if (stage.output.kind !== "shuffle") continue;
      // A stage that an old attempt completed has ended well too, though no event says so.
      if (mapOutputs.isComplete(stage.output.dependency.shuffleId)) this.#failedAttempts.set(stage.id, 0);
      for (let map = 0; map < stage.numSlots; map++) {
        const id = mapOutputs.executorOf(stage.output.dependency.shuffleId, map);
        const executor = id === undefined ? undefined : this.#executors[Number(id)]!;
        if (executor !== undefined && executor.reported && !executor.filesSurvive) {
          throw new Error(
            `Map output ${map} of stage ${stage.id} is taken to be on executor ${executor.id}, which is known to be lost.`,
          );
        }
      }
    }
  }

  /** Notes what the scheduler is told, where it is not stale. */
  #before(event: SchedulerEvent): void {
    this.log.push(`${this.#now - 1_000_000} < ${describe(event)}`);
    if (event.type === "StageReady") {
      const stage = this.#stages.get(event.stageId)!;
      if (stage.prepare.attempt === event.attempt) stage.readyAt = Math.min(stage.readyAt, this.#now);
    } else if (event.type === "ExecutorLost") {
      const executor = this.#executors[Number(event.executorId)]!;
      executor.reported = true;
      if (event.causedByApp) {
        for (const attempt of this.#scheduler.dag.tasks.attempts.values())
          if (attempt.executor.id === event.executorId && attempt.started && (event.culprits?.includes(attempt.taskId) ?? true))
            this.#countFailure(attempt.taskId);
      }
    } else if (event.type === "TaskFinished" && this.#scheduler.dag.tasks.attempts.has(event.taskId)) {
      const { outcome } = event;
      const counts =
        outcome.kind === "resultLost" || (outcome.kind === "executorGone" && outcome.causedByApp) || outcome.kind === "userError";
      if (counts) this.#countFailure(event.taskId, outcome.kind === "userError" && outcome.fatal === true ? 100 : 1);
    }
  }

  #countFailure(taskId: number, times = 1): void {
    const task = this.#tasks.get(taskId)!;
    if (task.killed !== null) return;
    const key = `${task.stageId}.${task.attempt}:${task.partition}`;
    this.#failedOn.add(`${key}@${task.executor.id}`);
    this.#failures.set(key, (this.#failures.get(key) ?? 0) + times);
  }

  #perform(command: Command): void {
    if (command.type !== "Emit") this.log.push(`${this.#now - 1_000_000}   > ${describe(command)}`);
    switch (command.type) {
      case "PrepareStage":
        this.#prepare(command);
        return;
      case "LaunchTasks":
        this.#launch(command);
        return;
      case "KillTask":
        this.#kill(command.taskId, command.reason, command.onlyIfQueued);
        return;
      case "TaskResult": {
        const job = this.#jobs[command.jobId]!;
        if (job.outcome !== null) throw new Error(`Job ${job.id} got a result after its end.`);
        if (job.delivered.has(command.outputIndex)) throw new Error(`Result ${command.outputIndex} of job ${job.id} came twice.`);
        const { partition, read } = command.result as SimResult;
        if (partition !== job.partitions[command.outputIndex])
          throw new Error(`Result ${command.outputIndex} of job ${job.id} is another one's.`);
        job.delivered.set(command.outputIndex, read);
        return;
      }
      case "JobSucceeded": {
        const job = this.#jobs[command.jobId]!;
        if (job.delivered.size !== job.partitions.length)
          throw new Error(`Job ${job.id} succeeded with ${job.delivered.size} of ${job.partitions.length} results.`);
        // What is handled together with the job's last task may have told of a loss after it.
        if (job.shuffle !== null && !this.#scheduler.mapOutputs.isComplete(job.shuffle) && !this.#losing)
          throw new Error(`Job ${job.id} succeeded, and outputs of shuffle ${job.shuffle} are missing.`);
        this.#checkVersions(job);
        this.#resolve(job, "succeeded");
        return;
      }
      case "JobFailed":
        this.#resolve(this.#jobs[command.jobId]!, command.failure);
        return;
      case "StageEnded":
        this.#stageEnded(command.stageId, command.attempt, command.retained);
        return;
      case "WakeAt":
        this.#wake = Math.min(this.#wake, command.time);
        return;
      case "ReleaseExecutors":
        for (const id of command.executorIds) {
          const executor = this.#executors[Number(id)]!;
          if (executor.alive) this.#end(executor, false, "released");
        }
        return;
      case "MergeAccumulators": {
        const stage = this.#stages.get(command.stageId)!;
        const key =
          stage.prepare.shuffle !== undefined
            ? `task ${command.taskId}`
            : `partition ${this.#tasks.get(command.taskId)!.partition} of stage ${command.stageId}`;
        if (this.#merged.has(key)) throw new Error(`Accumulator updates of ${key} count twice.`);
        this.#merged.add(key);
        if (stage.prepare.shuffle !== undefined)
          this.#counted.add(`${stage.prepare.shuffle.shuffleId}:${this.#tasks.get(command.taskId)!.partition}`);
        return;
      }
      case "Emit":
        if (command.event.type === "StageCompleted") {
          const { stageId, failureReason } = command.event.stageInfo;
          if (failureReason !== ROLLED_BACK)
            this.#failedAttempts.set(stageId, failureReason === undefined ? 0 : (this.#failedAttempts.get(stageId) ?? 0) + 1);
        }
        this.#note(
          command.event.type,
          command.event.type === "TaskStart" || command.event.type === "TaskEnd" ? command.event.taskInfo.taskId : -1,
        );
        return;
      default:
    }
  }

  /** The results of the job, or the outputs that it wrote, come of one version of each map output. */
  #checkVersions(job: SimJob): void {
    const parts = [...job.delivered.values()];
    if (job.shuffle !== null) {
      const places = this.#scheduler.mapOutputs.locations(job.shuffle);
      for (const [map, index] of places?.executorOf.entries() ?? [])
        parts.push(this.#executors[Number(places!.executors[index]!)]!.files.get(`${job.shuffle}:${map}`)?.read ?? NOTHING);
    }
    const versions = new Map<string, number>();
    for (const part of parts) {
      for (const [output, task] of part) {
        const other = versions.get(output) ?? task;
        if (other !== task || output.endsWith("again"))
          throw new Error(`Job ${job.id} used map output ${output} as tasks ${other} and ${task} made it.`);
        versions.set(output, task);
      }
    }
  }

  #note(type: string, taskId: number): void {
    this.#events.set(type, (this.#events.get(type) ?? 0) + 1);
    if (type === "TaskStart") {
      if (this.#startedTasks.has(taskId)) throw new Error(`Task ${taskId} started twice.`);
      this.#startedTasks.add(taskId);
    } else if (type === "TaskEnd" && !this.#startedTasks.delete(taskId))
      throw new Error(`Task ${taskId} ended without a start, or twice.`);
  }

  #resolve(job: SimJob, outcome: "succeeded" | JobFailure): void {
    if (job.outcome !== null) throw new Error(`Job ${job.id} was resolved twice.`);
    job.outcome = outcome;
  }

  #prepare(command: PrepareStage): void {
    const known = this.#stages.get(command.stageId);
    if (known !== undefined && command.attempt !== known.prepare.attempt + 1)
      throw new Error(`Stage ${command.stageId} goes from attempt ${known.prepare.attempt} to ${command.attempt}.`);
    const failed = this.#failedAttempts.get(command.stageId) ?? 0;
    if (failed >= this.#config.stageMaxAttempts)
      throw new Error(`Stage ${command.stageId} is tried again after ${failed} failed attempts.`);
    if (known === undefined && command.attempt !== 0)
      throw new Error(`Stage ${command.stageId} starts with attempt ${command.attempt}.`);
    this.#stages.set(command.stageId, { prepare: command, tasks: known?.tasks ?? [], readyAt: Infinity, ended: false });
    if (!this.#calm && this.#random.chance(0.02)) {
      this.#notPrepared.add(command.stageId);
      this.#inFlight.push({
        type: "StageFailedToPrepare",
        stageId: command.stageId,
        attempt: command.attempt,
        message: "cannot travel",
        cause: null,
      });
    } else this.#inFlight.push({ type: "StageReady", stageId: command.stageId, attempt: command.attempt });
  }

  /** An address serves one of the tasks that run, or two where each takes a half. */
  #checkAddresses(): void {
    const amount = this.#config.taskResources["gpu"];
    if (amount === undefined) return;
    const taken = new Map<string, number>();
    for (const { taskId, executor, resources } of this.#scheduler.dag.tasks.attempts.values()) {
      const [address, ...more] = resources!["gpu"]!;
      const key = `${address} of executor ${executor.id}`;
      taken.set(key, (taken.get(key) ?? 0) + amount);
      if (address === undefined || more.length > 0 || taken.get(key)! > 1)
        throw new Error(`Task ${taskId} has address ${key}, which others have, or not one.`);
    }
  }

  #launch(command: LaunchTasks): void {
    this.#checkAddresses();
    const executor = this.#executors[Number(command.executorId)]!;
    const stage = this.#stages.get(command.stageId)!;
    const live = this.#scheduler.dag.stages.get(command.stageId);
    if (executor.reported) throw new Error(`Tasks are launched on executor ${executor.id}, which is known to be lost.`);
    if (executor.draining) throw new Error(`Tasks are launched on executor ${executor.id}, which is to go.`);
    if (executor.paused) throw new Error(`Tasks are launched on executor ${executor.id}, which is paused.`);
    if (live === undefined) throw new Error(`Tasks of stage ${command.stageId} are launched though no job needs it.`);
    if (command.attempt !== stage.prepare.attempt)
      throw new Error(`Tasks of an old attempt of stage ${command.stageId} are launched.`);
    for (const [i, taskId] of command.taskIds.entries()) {
      const partition = command.partitions[i]!;
      if (this.#tasks.has(taskId)) throw new Error(`Task id ${taskId} was used twice.`);
      this.#checkLaunch(stage, partition, executor);
      const task: SimTask = {
        taskId,
        executor,
        stageId: command.stageId,
        attempt: command.attempt,
        partition,
        epoch: command.epoch,
        launched: this.#now,
        endless: !this.#calm && this.#random.chance(0.05),
        killed: null,
        ended: !executor.alive,
        read: null,
        committed: false,
      };
      this.#tasks.set(taskId, task);
      stage.tasks.push(task);
      if (executor.alive) executor.tasks.push(task);
    }
  }

  #checkLaunch(stage: SimStage, partition: number, executor: SimExecutor): void {
    const { stageId, attempt, shuffle, node } = stage.prepare;
    const parents = this.#scheduler.dag.stages.get(stageId)!.parents;
    for (const { output } of this.#nodes.some((known) => known.persisted) ? [] : parents) {
      if (output.kind === "shuffle" && !this.#scheduler.mapOutputs.isComplete(output.dependency.shuffleId)) {
        throw new Error(
          `Partition ${partition} of stage ${stageId} is launched though shuffle ${output.dependency.shuffleId} is not complete.`,
        );
      }
    }
    const failures = this.#failures.get(`${stageId}.${attempt}:${partition}`) ?? 0;
    if (failures >= this.#config.taskMaxFailures)
      throw new Error(`Partition ${partition} of stage ${stageId} is launched again after ${failures} failures.`);
    if (shuffle !== undefined && this.#scheduler.mapOutputs.isAvailable(shuffle.shuffleId, partition)) {
      throw new Error(`Map task ${partition} of stage ${stageId} is launched though its output is there.`);
    }
    if (this.#config.exclusion !== null && this.#failedOn.has(`${stageId}.${attempt}:${partition}@${executor.id}`)) {
      throw new Error(
        `Partition ${partition} of stage ${stageId} is launched again on executor ${executor.id}, where it failed.`,
      );
    }
    const others = stage.tasks.filter(
      (task) => task.partition === partition && task.attempt === attempt && this.#scheduler.dag.tasks.attempts.has(task.taskId),
    );
    if (others.length > (this.#config.speculation === null ? 0 : 1))
      throw new Error(`Partition ${partition} of stage ${stageId} has ${others.length + 1} copies.`);
    if (others.some((task) => task.executor === executor))
      throw new Error(`Two copies of partition ${partition} of stage ${stageId} are on executor ${executor.id}.`);
    const isFirst = stage.tasks.every((task) => task.partition !== partition);
    if (isFirst && this.#now - stage.readyAt < this.#config.localityWaitNode) this.#checkLocality(node, partition, executor);
  }

  /** Just after submission a task of a source that prefers a host runs there, if an executor is there. */
  #checkLocality(node: LineageNode, partition: number, executor: SimExecutor): void {
    if (node.dependencies.length > 0 || node.persisted || node.barrier) return;
    const [host] = node.preferredLocations(partition);
    if (host === undefined || host === executor.host || !this.#scheduler.dag.tasks.executors.hasHost(host)) return;
    const others = Array.from({ length: node.numPartitions }, (_, p) => p).every((p) => node.preferredLocations(p).length > 0);
    if (others && this.#hostsStable)
      throw new Error(`A task that prefers ${host} is launched on ${executor.host} without waiting.`);
  }

  /** Executors came or went only before the stages that run now: waits are then easy to tell. */
  get #hostsStable(): boolean {
    return this.#executors.every((executor) => this.#scheduler.dag.tasks.executors.get(executor.id) !== undefined);
  }

  #kill(taskId: number, reason: string, onlyIfQueued: boolean): void {
    const task = this.#tasks.get(taskId);
    if (task === undefined) throw new Error(`Task ${taskId} is to be killed and was never launched.`);
    if (onlyIfQueued) {
      const position = task.executor.tasks.indexOf(task);
      if (position < Math.floor(task.executor.cores / this.#config.taskCpus)) return;
      task.executor.tasks.splice(position, 1);
      task.ended = true;
      this.#inFlight.push({
        type: "TaskFinished",
        taskId,
        executorId: task.executor.id,
        outcome: { kind: "killed", reason, neverStarted: true },
      });
      return;
    }
    if (task.killed !== null) throw new Error(`Task ${taskId} is killed twice.`);
    task.killed = reason;
  }

  #checkFailure(job: SimJob, failure: JobFailure): void {
    const { stageId } = failure;
    const wrong = (why: string): never => {
      throw new Error(`Job ${job.id} failed (${failure.message}), but ${why}.`);
    };
    switch (failure.kind) {
      case "taskFailed": {
        const most = Math.max(
          0,
          ...[...this.#failures].filter(([key]) => key.startsWith(`${stageId}.`)).map(([, count]) => count),
        );
        if (most < this.#config.taskMaxFailures) wrong(`no task of stage ${stageId} failed more than ${most} times`);
        return;
      }
      case "stageFailed":
        if (this.#failedAttempts.get(stageId!)! < this.#config.stageMaxAttempts)
          wrong(`stage ${stageId} failed ${this.#failedAttempts.get(stageId!)} times in a row`);
        return;
      case "cancelled":
        if (!job.cancelled) wrong("nobody cancelled it");
        return;
      case "indeterminate":
        if (!this.#usesOrder) wrong("nothing depends on the order of records");
        if (job.delivered.size === 0) wrong("no result was given out");
        return;
      case "notPrepared":
        if (!this.#notPrepared.has(stageId!)) wrong("its binary could be made");
        return;
      case "excluded":
        if (this.#config.exclusion === null) wrong("exclusion is off");
        return;
      case "barrier":
        return;
      default:
        wrong("that cannot be");
    }
  }

  #stageEnded(stageId: number, attempt: number, retained: boolean): void {
    const stage = this.#stages.get(stageId)!;
    if (stage.ended) throw new Error(`Stage ${stageId} ended twice.`);
    stage.ended = !retained;
    for (const task of stage.tasks) {
      const over = !retained || task.attempt === attempt;
      if (over && this.#scheduler.dag.tasks.attempts.has(task.taskId))
        throw new Error(`Stage ${stageId}.${attempt} ended and its task ${task.taskId} is alive.`);
    }
  }

  /** First come, first served; barrier tasks together; no more on an executor than it has slots for. */
  #checkOrder(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.type !== "LaunchTasks") continue;
      const set = this.#scheduler.dag.stages.get(command.stageId)?.taskSet;
      if (set === undefined || set === null) continue;
      if (this.#config.mode === "FIFO" && this.#config.exclusion === null) {
        for (const other of this.#scheduler.dag.tasks.pools.sets) {
          if (
            other.priority < set.priority &&
            other.pendingCount > 0 &&
            !other.blocked &&
            !other.barrier &&
            other.pending.isPlain
          ) {
            throw new Error(`Job ${set.priority} is served before job ${other.priority}.`);
          }
        }
      }
      if (set.barrier && set.pendingCount > 0) throw new Error(`Only a part of barrier stage ${command.stageId} was launched.`);
      if (set.blocked) throw new Error(`Tasks of stage ${command.stageId} are launched though its inputs are missing.`);
    }
    if (this.#config.tasksAhead > 0) return;
    const live = new Map<string, number>();
    for (const { executor } of this.#scheduler.dag.tasks.attempts.values())
      live.set(executor.id, (live.get(executor.id) ?? 0) + 1);
    for (const [id, count] of live) {
      if (count > Math.floor(this.#executors[Number(id)]!.cores / this.#config.taskCpus))
        throw new Error(`Executor ${id} has ${count} tasks.`);
    }
  }

  #checkEnd(): void {
    const open = this.#jobs.find((job) => job.outcome === null);
    if (open !== undefined) throw new Error(`Job ${open.id} is stuck: it has no outcome after ${MOST_STEPS} quiet steps.`);
    const { dag } = this.#scheduler;
    if (dag.tasks.attempts.size > 0) throw new Error(`${dag.tasks.attempts.size} attempts are left over.`);
    if (dag.stages.size > 0 || dag.jobs.size > 0 || dag.tasks.pools.sets.length > 0)
      throw new Error("Stages, jobs or task sets are left over.");
    for (const stage of this.#stages.values())
      if (!stage.ended) throw new Error(`Stage ${stage.prepare.stageId} was never told to have ended.`);
    for (const [start, end] of [
      ["JobStart", "JobEnd"],
      ["StageSubmitted", "StageCompleted"],
      ["TaskStart", "TaskEnd"],
    ] as const) {
      const starts = this.#events.get(start) ?? 0,
        ends = this.#events.get(end) ?? 0;
      if (starts !== ends) throw new Error(`There are ${starts} ${start} events and ${ends} ${end} events.`);
    }
  }
}

/** Of two versions the later is kept, and of the same stage attempt the first. */
function putFile({ files }: SimExecutor, name: string, file: SimFile): void {
  const before = files.get(name);
  const isLater =
    before === undefined || file.stageId > before.stageId || (file.stageId === before.stageId && file.attempt > before.attempt);
  if (isLater) files.set(name, file);
}

/** A fetch that failed: one executor's outputs, or some of several, are then taken to be lost. */
function losesOutputs(event: SchedulerEvent): boolean {
  return event.type === "TaskFinished" && event.outcome.kind === "fetchFailed";
}

function isSameTask(a: SchedulerEvent, b: SchedulerEvent): boolean {
  return a.type === "TaskFinished" && b.type === "TaskFinished" && a.taskId === b.taskId;
}

function describe(message: SchedulerEvent | Command): string {
  return JSON.stringify(message, (key: string, value: unknown) =>
    key === "finalNode" || key === "node" ? `rdd${(value as LineageNode).id}` : value,
  );
}
