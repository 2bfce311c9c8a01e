/**
 * The master as a state machine: events in, commands out, in one synchronous step. No I/O and no clock of its own. Workers
 * and applications hold connections to it and come back by themselves after either side was gone, with what they run; so a
 * master that starts anew knows everything again within seconds, and its journal only adds what waits and what is over.
 *
 * Whom to believe: a worker about what runs on it; an application about which executors it works with. An executor that its
 * worker reports and its application gave up is killed.
 */
import { unreachable } from "../../common/errors";
import { countsOf } from "../../common/resources";
import type { ApplicationInfo, DriverInfo, WorkerInfo } from "../state";
import { assignCores } from "./assign";
import { DriverQueue } from "./driver-queue";
import type { DriverFacts, ExecutorClaim, ExecutorEnd, ExecutorPlace, MasterCommand, MasterEvent } from "./events";
import { whyNoExecutor } from "./waiting";
import { ApplicationRecord, executorKey, ExecutorRecord, WorkerRecord } from "./records";

export interface MachineConfig {
  /** spark.deploy.defaultCores; null: no bound. */
  readonly defaultCores: number | null;
  /** spark.deploy.spreadOut. */
  readonly spreadOut: boolean;
  /** spark.deploy.retainedApplications and .retainedDrivers. */
  readonly retainedApplications: number;
  readonly retainedDrivers: number;
  /** Dead workers that are still shown. */
  readonly retainedWorkers: number;
}

const LOST: ExecutorEnd = { state: "LOST", reason: "", exitCode: null, signal: null, outOfMemory: false };

export class MasterMachine {
  readonly workers = new Map<string, WorkerRecord>();
  readonly applications = new Map<string, ApplicationRecord>();
  readonly drivers: DriverQueue;
  readonly #completed: ApplicationInfo[] = [];
  readonly #ended = new Set<string>();
  readonly #deadWorkers: WorkerInfo[] = [];
  #commands: MasterCommand[] = [];
  #now = 0;

  constructor(private readonly config: MachineConfig) {
    this.drivers = new DriverQueue(config.retainedDrivers, this.workers, (command) => this.#commands.push(command));
  }

  handle(event: MasterEvent, now: number): MasterCommand[] {
    this.#now = now;
    this.#commands = [];
    this.#apply(event);
    this.drivers.schedule(now);
    this.#scheduleExecutors();
    for (const app of this.applications.values()) if (app.connected) this.#tellWaiting(app);
    return this.#commands;
  }

  /** What the journal held: applications are not connected yet, drivers keep their places. Before the first event. */
  recover(app: { readonly facts: ApplicationRecord["facts"]; readonly nextExecutor: number }): void {
    // A journal of an earlier version has no resources.
    const record = new ApplicationRecord(
      { ...app.facts, executorResources: app.facts.executorResources ?? {} },
      this.config.defaultCores,
    );
    record.nextExecutor = app.nextExecutor;
    record.connected = false;
    record.state = "UNKNOWN";
    this.applications.set(app.facts.id, record);
  }

  recoverDriver(
    id: string,
    driver: { readonly facts: DriverFacts; readonly workerId: string | null; readonly order: number },
  ): void {
    this.drivers.recover(id, driver.facts, driver.workerId, driver.order);
    if (driver.workerId !== null && !this.workers.has(driver.workerId)) this.#expectWorker(driver.workerId);
  }

  get completedApplications(): readonly ApplicationInfo[] {
    return this.#completed;
  }

  get completedDrivers(): readonly DriverInfo[] {
    return this.drivers.completed;
  }

  get deadWorkers(): readonly WorkerInfo[] {
    return this.#deadWorkers;
  }

  /** False once the application is over: its driver is not to come back. */
  wants(appId: string): boolean {
    return !this.#ended.has(appId);
  }

  #apply(event: MasterEvent): void {
    switch (event.type) {
      case "WorkerRegistered":
        return this.#workerRegistered(event);
      case "WorkerDisconnected": {
        const worker = this.workers.get(event.workerId);
        if (worker !== undefined) worker.connected = false;
        return;
      }
      case "WorkerLost":
        return this.#workerLost(event.workerId, event.reason);
      case "WorkerLeaving":
        return event.later ? this.#decommission(event.workerId, event.reason) : this.#workerLost(event.workerId, event.reason);
      case "ExecutorRunning": {
        const executor = this.#executorOn(event.workerId, event.appId, event.executorId);
        if (executor !== undefined && executor.state === "LAUNCHING") executor.state = "RUNNING";
        return;
      }
      case "ExecutorEnded":
        return this.#executorEnded(event.workerId, event.appId, event.executorId, event.end);
      case "DriverEnded":
        return this.drivers.ended(event, this.#now);
      case "ApplicationRegistered":
        return this.#applicationRegistered(event);
      case "ApplicationDisconnected": {
        const app = this.applications.get(event.appId);
        if (app !== undefined) app.connected = false;
        return;
      }
      case "ApplicationPages": {
        const app = this.applications.get(event.appId);
        if (app !== undefined) app.facts = { ...app.facts, webUrl: event.webUrl };
        return;
      }
      case "ApplicationEnded":
        return this.#applicationEnded(event.appId, event.state);
      case "ExecutorsRequested": {
        const app = this.applications.get(event.appId);
        if (app !== undefined) app.limit = event.total;
        return;
      }
      case "ExecutorsDismissed":
        return this.#dismissed(event.appId, event.executorIds, event.reason);
      case "DriverSubmitted":
        return this.drivers.submitted(event.driverId, event.facts);
      case "DriverKillRequested":
        return this.drivers.kill(event.driverId);
      case "Tick":
        return;
      default:
        return unreachable(event);
    }
  }

  // Workers

  #workerRegistered({ worker: facts, executors, drivers, dataOf }: Extract<MasterEvent, { type: "WorkerRegistered" }>): void {
    const known = this.workers.get(facts.id);
    const worker = known ?? new WorkerRecord(facts, this.#now);
    worker.facts = facts;
    worker.connected = true;
    worker.lastHeard = this.#now;
    worker.state = facts.decommissioning ? "DECOMMISSIONED" : "ALIVE";
    this.workers.set(facts.id, worker);
    const reported = new Set(executors.map((one) => executorKey(one.appId, one.executorId)));
    for (const executor of [...worker.executors.values()])
      if (!reported.has(executorKey(executor.appId, executor.id)))
        this.#lose(executor, { ...LOST, reason: `it is not on worker ${facts.id} any more` }, false);
    for (const claim of executors) this.#reported(worker, claim);
    this.drivers.reported(worker, drivers, this.#now);
    // What ended while it was away, it was not told.
    for (const appId of dataOf) if (!this.wants(appId)) this.#commands.push({ type: "CleanUp", appId, workerId: facts.id });
    const verb = known === undefined ? "joined" : "is back";
    this.#log("info", `worker ${facts.id} ${verb}: ${facts.cores} cores, ${Math.round(facts.memory / 2 ** 20)} MiB`);
  }

  /** A worker says that it runs this executor. */
  #reported(worker: WorkerRecord, claim: ExecutorClaim): void {
    const { appId, executorId, cores, memory, resources } = claim;
    const key = executorKey(appId, executorId);
    const app = this.applications.get(appId);
    const known = worker.executors.get(key);
    if (known !== undefined) {
      if (known.dismissed) this.#kill(known, "it was given up");
      else known.state = "RUNNING";
      return;
    }
    const executor = new ExecutorRecord(appId, executorId, worker.facts.id, cores, memory, resources);
    executor.state = "RUNNING";
    worker.executors.set(key, executor);
    // An application that has not come back after a restart of this master may still work with it.
    if (app?.state === "UNKNOWN" && !app.executors.has(executorId)) {
      app.add(executor);
      app.nextExecutor = Math.max(app.nextExecutor, Number(executorId) + 1);
      return;
    }
    // Unknown applications may be about to register again: their executors wait for it on their worker, at no application's cost.
    if (app === undefined && this.wants(appId)) return;
    executor.dismissed = true;
    this.#kill(executor, "its application does not work with it any more");
  }

  #workerLost(workerId: string, reason: string): void {
    const worker = this.workers.get(workerId);
    if (worker === undefined) return;
    this.workers.delete(workerId);
    worker.state = "DEAD";
    const executors = [...worker.executors.values()];
    const drivers = this.drivers.on(workerId);
    worker.executors.clear();
    worker.drivers.clear();
    this.#deadWorkers.unshift(worker.info());
    this.#deadWorkers.length = Math.min(this.#deadWorkers.length, this.config.retainedWorkers);
    for (const executor of executors) this.#lose(executor, { ...LOST, reason: `worker lost: ${reason}` }, true);
    for (const driver of drivers) this.drivers.lost(driver, `worker ${workerId} is lost: ${reason}`, this.#now);
    this.#log("warn", `worker ${workerId} is lost: ${reason}`);
  }

  #decommission(workerId: string, reason: string): void {
    const worker = this.workers.get(workerId);
    if (worker === undefined) return;
    worker.state = "DECOMMISSIONED";
    worker.facts = { ...worker.facts, decommissioning: true };
    for (const executor of worker.executors.values()) {
      if (executor.dismissed || !this.applications.has(executor.appId)) continue;
      const end: ExecutorEnd = { ...LOST, state: "DECOMMISSIONED", reason };
      this.#commands.push({ type: "TellUpdated", appId: executor.appId, executorId: executor.id, end, workerLost: false });
    }
    this.#log("info", `worker ${workerId} is being decommissioned: ${reason}`);
  }

  // Executors

  #executorOn(workerId: string, appId: string, executorId: string): ExecutorRecord | undefined {
    return this.workers.get(workerId)?.executors.get(executorKey(appId, executorId));
  }

  #executorEnded(workerId: string, appId: string, executorId: string, end: ExecutorEnd): void {
    const executor = this.#executorOn(workerId, appId, executorId);
    if (executor !== undefined) this.#lose(executor, end, false);
  }

  /** The executor is gone, whoever says so. */
  #lose(executor: ExecutorRecord, end: ExecutorEnd, workerLost: boolean): void {
    const { appId, id, workerId } = executor;
    this.workers.get(workerId)?.executors.delete(executorKey(appId, id));
    const app = this.applications.get(appId);
    if (app === undefined || app.executors.get(id) !== executor) return;
    app.executors.delete(id);
    this.#commands.push({ type: "TellUpdated", appId, executorId: id, end, workerLost });
  }

  #kill(executor: ExecutorRecord, reason: string): void {
    const { appId, id, workerId } = executor;
    if (this.workers.get(workerId)?.connected === true)
      this.#commands.push({ type: "KillExecutor", workerId, appId, executorId: id, reason });
  }

  #dismissed(appId: string, executorIds: readonly string[], reason: string): void {
    const app = this.applications.get(appId);
    for (const id of executorIds) {
      const executor = app?.executors.get(id);
      if (executor === undefined) continue;
      app!.executors.delete(id);
      executor.dismissed = true;
      this.#kill(executor, reason);
    }
  }

  // Applications

  #applicationRegistered({ app: facts, held }: Extract<MasterEvent, { type: "ApplicationRegistered" }>): void {
    const known = this.applications.get(facts.id);
    const app = known ?? new ApplicationRecord(facts, this.config.defaultCores);
    app.facts = facts;
    app.limit = facts.executorLimit;
    app.connected = true;
    app.waitingFor = null;
    this.applications.set(facts.id, app);
    const works = new Set(held.map((one) => one.executorId));
    for (const claim of held) this.#held(app, claim);
    for (const executor of [...app.executors.values()]) {
      // It was told to start while the application was gone, or the application has lost it meanwhile.
      if (!works.has(executor.id)) this.#dismissed(facts.id, [executor.id], "its application does not work with it any more");
    }
    for (const worker of this.workers.values()) {
      for (const executor of worker.executors.values()) {
        if (executor.appId !== facts.id || executor.dismissed || works.has(executor.id)) continue;
        executor.dismissed = true;
        this.#kill(executor, "its application does not work with it any more");
      }
    }
    this.#persist(app);
    this.#log("info", `application ${facts.id} (${facts.name}) ${known === undefined ? "registered" : "is back"}`);
    this.#scheduleExecutors();
    this.#commands.push({ type: "Accepted", appId: facts.id, cores: app.coresGranted });
  }

  /** An application that comes back says that it works with this executor. */
  #held(app: ApplicationRecord, claim: ExecutorClaim): void {
    const { executorId, workerId, cores, memory, resources } = claim;
    app.nextExecutor = Math.max(app.nextExecutor, Number(executorId) + 1);
    if (app.executors.has(executorId)) return;
    const key = executorKey(app.facts.id, executorId);
    const worker = this.workers.get(workerId) ?? this.#expectWorker(workerId);
    let executor = worker.executors.get(key);
    // A worker that registered did not report it, or it was given up and is being killed.
    const gone = executor === undefined ? worker.state !== "UNKNOWN" : executor.dismissed;
    if (executor === undefined || gone) {
      if (gone) {
        const end = { ...LOST, reason: `it was lost with worker ${workerId}` };
        this.#commands.push({ type: "TellUpdated", appId: app.facts.id, executorId, end, workerLost: false });
        return;
      }
      executor = new ExecutorRecord(app.facts.id, executorId, workerId, cores, memory, resources);
      executor.state = "RUNNING";
      worker.executors.set(key, executor);
    }
    app.add(executor);
  }

  #expectWorker(workerId: string): WorkerRecord {
    const worker = new WorkerRecord(
      { id: workerId, host: "", cores: 0, memory: 0, webUrl: "", decommissioning: false, resources: {} },
      this.#now,
    );
    worker.state = "UNKNOWN";
    worker.connected = false;
    this.workers.set(workerId, worker);
    this.#commands.push({ type: "ExpectWorker", workerId });
    return worker;
  }

  #applicationEnded(appId: string, state: "FINISHED" | "FAILED" | "KILLED"): void {
    const app = this.applications.get(appId);
    if (app === undefined) return;
    for (const executor of [...app.executors.values()]) {
      executor.dismissed = true;
      this.#kill(executor, "its application has ended");
    }
    app.executors.clear();
    app.state = state;
    app.endTime = this.#now;
    app.waitingFor = null;
    app.facts = { ...app.facts, webUrl: "" };
    this.applications.delete(appId);
    this.#ended.add(appId);
    this.#completed.unshift(app.info());
    for (const dropped of this.#completed.splice(this.config.retainedApplications)) this.#ended.delete(dropped.id);
    this.#commands.push(
      { type: "CleanUp", appId, workerId: null },
      { type: "Persist", entry: { key: `app ${appId}`, value: null } },
    );
    this.#log("info", `application ${appId} ended: ${state}`);
  }

  #scheduleExecutors(): void {
    for (const app of this.applications.values()) {
      if (app.connected) this.#scheduleFor(app);
      if (app.connected) app.state = app.executors.size > 0 ? "RUNNING" : "WAITING";
    }
  }

  #tellWaiting(app: ApplicationRecord): void {
    const reason = app.executors.size > 0 || app.limit === 0 ? null : this.#whyNoExecutor(app);
    if (reason === app.waitingFor) return;
    app.waitingFor = reason;
    const { id, name } = app.facts;
    if (reason !== null) this.#log("info", `application ${id} (${name}) waits: ${reason}`);
    this.#commands.push({ type: "TellWaiting", appId: id, reason });
  }

  #whyNoExecutor(app: ApplicationRecord): string {
    const workers = [...this.workers.values()].filter((worker) => worker.usable).map(({ facts }) => facts);
    const cores = app.facts.executorCores ?? 1;
    return whyNoExecutor(
      workers.map(({ cores: has, memory, resources }) => ({ cores: has, memory, resources: countsOf(resources) })),
      { cores, memory: app.memoryFor(cores), resources: app.facts.executorResources },
    );
  }

  #scheduleFor(app: ApplicationRecord): void {
    const free = [...this.workers.values()]
      .filter((worker) => worker.usable)
      .map((worker) => ({
        id: worker.facts.id,
        cores: worker.facts.cores - worker.coresUsed,
        memory: worker.facts.memory - worker.memoryUsed,
        resources: countsOf(worker.resourcesFree),
      }))
      .filter(({ cores }) => cores > 0);
    const shares = assignCores(free, {
      cores: (app.coresMax ?? Infinity) - app.coresGranted,
      executors: (app.limit ?? Infinity) - app.executors.size,
      executorCores: app.facts.executorCores,
      executorResources: app.facts.executorResources,
      memoryFor: (cores) => app.memoryFor(cores),
      mostCores: app.mostCores,
      spreadOut: this.config.spreadOut,
    });
    for (const { workerId, executors } of shares)
      for (const cores of executors) this.#launch(app, this.workers.get(workerId)!, cores);
    if (shares.length > 0) this.#persist(app);
  }

  #launch(app: ApplicationRecord, worker: WorkerRecord, cores: number): void {
    const executorId = String(app.nextExecutor++);
    const memory = app.memoryFor(cores);
    const { id: workerId, host } = worker.facts;
    const free = worker.resourcesFree;
    const resources = Object.fromEntries(
      Object.entries(app.facts.executorResources).map(([name, amount]) => [name, free[name]!.slice(0, amount)]),
    );
    const executor = new ExecutorRecord(app.facts.id, executorId, workerId, cores, memory, resources);
    worker.executors.set(executorKey(app.facts.id, executorId), executor);
    app.add(executor);
    const place: ExecutorPlace = { executorId, workerId, host, cores, memory, resources };
    // The application knows of an executor before anything can be heard of it.
    this.#commands.push({ type: "TellAdded", appId: app.facts.id, place });
    this.#commands.push({ type: "LaunchExecutor", workerId, app: app.facts, place });
  }

  #persist(app: ApplicationRecord): void {
    const { facts, nextExecutor } = app;
    this.#commands.push({ type: "Persist", entry: { key: `app ${facts.id}`, value: { facts, nextExecutor } } });
  }

  #log(level: "info" | "warn", message: string): void {
    this.#commands.push({ type: "Log", level, message });
  }
}
