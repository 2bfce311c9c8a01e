/**
 * Workers, applications and those who submit drivers around a real master machine, with connections that break, messages that are
 * lost with them, masters that start anew from their journal, and processes that end: all by a seeded random.
 */
import type {
  ApplicationFacts,
  DriverFacts,
  ExecutorClaim,
  MasterCommand,
  MasterEvent,
  WorkerFacts,
} from "../../src/cluster/master/events";
import { MasterMachine } from "../../src/cluster/master/machine";

export const GIB = 2 ** 30;

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function workerFacts(id: string, cores: number, memory = 8 * GIB): WorkerFacts {
  return { id, host: `host-${id}`, cores, memory, webUrl: "", decommissioning: false, resources: {} };
}

export function applicationFacts(id: string, more: Partial<ApplicationFacts> = {}): ApplicationFacts {
  return {
    id,
    name: id,
    user: "user",
    driverUrl: "driver:1",
    salt: "",
    coresMax: null,
    executorCores: null,
    executorMemory: GIB,
    executorResources: {},
    executorLimit: null,
    executorEnv: {},
    nodeOptions: [],
    configuration: {},
    webUrl: "",
    startTime: 0,
    ...more,
  };
}

export function driverFacts(more: Partial<DriverFacts> = {}): DriverFacts {
  const base = { archive: "a", mainFile: "/main.ts", args: [], settings: {}, cores: 1, memory: GIB, supervise: false };
  return { ...base, name: "driver", submitTime: 0, restarts: 0, ...more };
}

export const CONFIG = { defaultCores: null, spreadOut: true, retainedApplications: 20, retainedDrivers: 20, retainedWorkers: 20 };

interface SimulatedWorker {
  facts: WorkerFacts;
  connected: boolean;
  registered: boolean;
  alive: boolean;
  readonly executors: Map<string, ExecutorClaim>;
  readonly drivers: Map<string, DriverFacts>;
  inbox: MasterCommand[];
  outbox: MasterEvent[];
}

interface SimulatedApplication {
  facts: ApplicationFacts;
  connected: boolean;
  /** On this connection: before that the master has nothing to say to it. */
  registered: boolean;
  ended: boolean;
  readonly held: Map<string, ExecutorClaim>;
  /** Why it has no executor, as it was told. */
  awaits: string | null;
  inbox: MasterCommand[];
  outbox: MasterEvent[];
}

type Value = Extract<MasterCommand, { type: "Persist" }>["entry"]["value"];

export class SimulatedCluster {
  machine: MasterMachine;
  now = 1_000_000;
  readonly workers: SimulatedWorker[] = [];
  readonly applications: SimulatedApplication[] = [];
  readonly #journal = new Map<string, NonNullable<Value>>();
  readonly #ids = new Set<string>();
  #serial = 0;
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = random(seed);
    this.machine = new MasterMachine({ ...CONFIG, spreadOut: this.#random() < 0.7 });
  }

  step(): void {
    this.now += this.#below(2000);
    const choice = this.#random();
    if (choice < 0.04) this.#addWorker();
    else if (choice < 0.09) this.#addApplication();
    else if (choice < 0.11) this.#submitDriver();
    else if (choice < 0.14) this.#breakWorker();
    else if (choice < 0.17) this.#breakApplication();
    else if (choice < 0.18) this.#loseWorker();
    else if (choice < 0.19) this.#restartMaster();
    else if (choice < 0.24) this.#endExecutor();
    else if (choice < 0.26) this.#endDriver();
    else if (choice < 0.3) this.#request();
    else if (choice < 0.33) this.#dismiss();
    else if (choice < 0.35) this.#endApplication();
    else if (choice < 0.36) this.#decommission();
    else if (choice < 0.37) this.handle({ type: "Tick" });
    else if (choice < 0.45) this.#reconnect();
    else this.#deliver();
  }

  /** All connect again, and all that is under way arrives. */
  settle(): void {
    for (let round = 0; round < 1000; round++) {
      let busy = false;
      for (const worker of this.workers) {
        if (!worker.alive) continue;
        busy ||= !worker.connected;
        if (!worker.connected) this.#connectWorker(worker);
        busy = this.#deliverWorker(worker) || busy;
      }
      for (const app of this.applications) {
        if (app.ended) continue;
        busy ||= !app.connected;
        if (!app.connected) this.#connectApplication(app);
        busy = this.#deliverApplication(app) || busy;
      }
      this.now += 61_000;
      this.handle({ type: "Tick" });
      if (
        !busy &&
        this.workers.every((one) => one.inbox.length === 0) &&
        this.applications.every((one) => one.inbox.length === 0)
      )
        break;
      for (const id of [...this.machine.workers.keys()]) {
        // Placeholders of workers that never come, and those that died: their time is up.
        if (!this.workers.some((one) => one.facts.id === id && one.alive))
          this.handle({ type: "WorkerLost", workerId: id, reason: "silent" });
      }
      for (const id of [...this.machine.applications.keys()]) {
        if (!this.applications.some((one) => one.facts.id === id && !one.ended))
          this.handle({ type: "ApplicationEnded", appId: id, state: "KILLED" });
      }
    }
  }

  handle(event: MasterEvent): void {
    for (const command of this.machine.handle(event, this.now)) this.#carryOut(command);
  }

  #carryOut(command: MasterCommand): void {
    switch (command.type) {
      case "LaunchExecutor": {
        const key = `${command.app.id}/${command.place.executorId}`;
        if (this.#ids.has(key)) throw new Error(`executor id ${key} is used twice`);
        this.#ids.add(key);
        this.#toWorker(command.workerId, command);
        return;
      }
      case "KillExecutor":
      case "LaunchDriver":
      case "StopDriver":
        return this.#toWorker(command.workerId, command);
      case "TellAdded":
      case "TellUpdated":
      case "TellWaiting":
      case "Accepted": {
        const app = this.applications.find((one) => one.facts.id === command.appId);
        if (app?.connected === true && app.registered) app.inbox.push(command);
        return;
      }
      case "Persist": {
        const { key, value } = command.entry;
        if (value === null) this.#journal.delete(key);
        else this.#journal.set(key, structuredClone(value));
        return;
      }
      default:
    }
  }

  #toWorker(workerId: string, command: MasterCommand): void {
    const worker = this.workers.find((one) => one.facts.id === workerId);
    if (worker === undefined || !worker.connected) throw new Error(`${command.type} for ${workerId}, which is not connected`);
    worker.inbox.push(command);
  }

  #addWorker(): void {
    if (this.workers.filter((one) => one.alive).length >= 5) return;
    const sized = workerFacts(`w${this.#serial++}`, 1 + this.#below(8), (1 + this.#below(8)) * GIB);
    const gpus = Array.from({ length: this.#below(4) }, (_, at) => String(at));
    const facts = { ...sized, resources: gpus.length === 0 ? {} : { gpu: gpus } };
    const worker: SimulatedWorker = {
      facts,
      connected: false,
      registered: false,
      alive: true,
      executors: new Map(),
      drivers: new Map(),
      inbox: [],
      outbox: [],
    };
    this.workers.push(worker);
    this.#connectWorker(worker);
  }

  #connectWorker(worker: SimulatedWorker): void {
    worker.connected = true;
    worker.outbox = [
      {
        type: "WorkerRegistered",
        worker: worker.facts,
        executors: [...worker.executors.values()],
        drivers: [...worker.drivers].map(([id, facts]) => ({ id, facts })),
        dataOf: [],
      },
    ];
  }

  #addApplication(): void {
    if (this.applications.filter((one) => !one.ended).length >= 4) return;
    const chance = (p: number): boolean => this.#random() < p;
    const facts = applicationFacts(`app${this.#serial++}`, {
      coresMax: chance(0.5) ? 1 + this.#below(8) : null,
      executorCores: chance(0.5) ? 1 + this.#below(3) : null,
      executorMemory: chance(0.7) ? GIB / 2 + this.#below(3) * GIB : null,
      executorLimit: chance(0.3) ? this.#below(4) : null,
      executorResources: chance(0.3) ? { gpu: 1 + this.#below(2) } : {},
    });
    const app: SimulatedApplication = {
      facts,
      connected: false,
      registered: false,
      ended: false,
      held: new Map(),
      awaits: null,
      inbox: [],
      outbox: [],
    };
    this.applications.push(app);
    this.#connectApplication(app);
  }

  #connectApplication(app: SimulatedApplication): void {
    app.connected = true;
    app.registered = false;
    app.awaits = null;
    app.outbox = [{ type: "ApplicationRegistered", app: app.facts, held: [...app.held.values()] }];
  }

  #submitDriver(): void {
    const facts = driverFacts({ supervise: this.#random() < 0.5, cores: 1 + this.#below(2) });
    this.handle({ type: "DriverSubmitted", driverId: `driver${this.#serial++}`, facts });
  }

  #breakWorker(): void {
    const worker = this.#pick(this.workers.filter((one) => one.connected));
    if (worker === undefined) return;
    this.#cutWorker(worker);
    this.handle({ type: "WorkerDisconnected", workerId: worker.facts.id });
  }

  #cutWorker(worker: SimulatedWorker): void {
    worker.connected = false;
    worker.inbox = [];
    worker.outbox = [];
  }

  #breakApplication(): void {
    const app = this.#pick(this.applications.filter((one) => one.connected));
    if (app === undefined) return;
    app.connected = false;
    app.inbox = [];
    app.outbox = [];
    this.handle({ type: "ApplicationDisconnected", appId: app.facts.id });
  }

  /** It dies, or only its time is up. */
  #loseWorker(): void {
    const worker = this.#pick(this.workers.filter((one) => one.alive));
    if (worker === undefined) return;
    if (this.#random() < 0.5) worker.alive = false;
    if (!worker.alive) {
      worker.executors.clear();
      worker.drivers.clear();
    }
    this.#cutWorker(worker);
    this.handle({ type: "WorkerDisconnected", workerId: worker.facts.id });
    this.handle({ type: "WorkerLost", workerId: worker.facts.id, reason: "silent" });
  }

  #restartMaster(): void {
    this.machine = new MasterMachine(CONFIG);
    for (const worker of this.workers) this.#cutWorker(worker);
    for (const app of this.applications) {
      app.connected = false;
      app.inbox = [];
      app.outbox = [];
    }
    for (const [key, value] of this.#journal) {
      const [kind, id] = key.split(" ") as [string, string];
      if (kind === "app") this.machine.recover(value as never);
      else this.machine.recoverDriver(id, value as never);
    }
  }

  #endExecutor(): void {
    const worker = this.#pick(this.workers.filter((one) => one.executors.size > 0));
    const claim = this.#pick([...(worker?.executors.values() ?? [])]);
    if (worker === undefined || claim === undefined) return;
    worker.executors.delete(`${claim.appId}/${claim.executorId}`);
    this.#tell(worker, claim, "EXITED");
  }

  #tell(worker: SimulatedWorker, { appId, executorId }: ExecutorClaim, state: "EXITED" | "KILLED"): void {
    if (!worker.connected) return; // it is missing in the next registration
    const end = { state, reason: "", exitCode: 1, signal: null, outOfMemory: false };
    worker.outbox.push({ type: "ExecutorEnded", workerId: worker.facts.id, appId, executorId, end });
  }

  #endDriver(): void {
    const worker = this.#pick(this.workers.filter((one) => one.drivers.size > 0));
    const driverId = this.#pick([...(worker?.drivers.keys() ?? [])]);
    if (worker === undefined || driverId === undefined) return;
    worker.drivers.delete(driverId);
    const state = this.#random() < 0.5 ? "FINISHED" : "FAILED";
    if (worker.connected) worker.outbox.push({ type: "DriverEnded", workerId: worker.facts.id, driverId, state, message: "" });
  }

  #request(): void {
    const app = this.#pick(this.applications.filter((one) => one.connected));
    if (app === undefined) return;
    const total = this.#below(5);
    app.facts = { ...app.facts, executorLimit: total };
    app.outbox.push({ type: "ExecutorsRequested", appId: app.facts.id, total });
  }

  #dismiss(): void {
    const app = this.#pick(this.applications.filter((one) => one.held.size > 0 && !one.ended));
    const executorId = this.#pick([...(app?.held.keys() ?? [])]);
    if (app === undefined || executorId === undefined) return;
    app.held.delete(executorId);
    if (app.connected)
      app.outbox.push({ type: "ExecutorsDismissed", appId: app.facts.id, executorIds: [executorId], reason: "" });
  }

  #endApplication(): void {
    const app = this.#pick(this.applications.filter((one) => one.connected));
    if (app === undefined) return;
    app.ended = true;
    app.held.clear();
    app.outbox.push({ type: "ApplicationEnded", appId: app.facts.id, state: "FINISHED" });
    this.#deliverApplication(app);
    app.connected = false;
  }

  #decommission(): void {
    const worker = this.#pick(this.workers.filter((one) => one.connected));
    if (worker === undefined) return;
    worker.facts = { ...worker.facts, decommissioning: true };
    worker.outbox.push({ type: "WorkerLeaving", workerId: worker.facts.id, reason: "", later: true });
  }

  #reconnect(): void {
    const worker = this.#pick(this.workers.filter((one) => one.alive && !one.connected));
    const app = this.#pick(this.applications.filter((one) => !one.ended && !one.connected));
    if (worker !== undefined) this.#connectWorker(worker);
    if (app !== undefined) this.#connectApplication(app);
  }

  #deliver(): void {
    const worker = this.#pick(this.workers.filter((one) => one.connected));
    if (worker !== undefined) this.#deliverWorker(worker);
    const app = this.#pick(this.applications.filter((one) => one.connected));
    if (app !== undefined) this.#deliverApplication(app);
  }

  #deliverWorker(worker: SimulatedWorker): boolean {
    let busy = false;
    for (const command of worker.inbox.splice(0, 1 + this.#below(3))) {
      busy = true;
      this.#workerDoes(worker, command);
    }
    for (const event of worker.outbox.splice(0, 1 + this.#below(3))) {
      busy = true;
      // A master that gave a worker up makes it register again first.
      if (event.type !== "WorkerRegistered" && !this.machine.workers.has(worker.facts.id)) this.#connectWorker(worker);
      else this.handle(event);
    }
    return busy;
  }

  #workerDoes(worker: SimulatedWorker, command: MasterCommand): void {
    if (command.type === "LaunchExecutor") {
      const { executorId, workerId, cores, memory, resources } = command.place;
      const claim = { appId: command.app.id, executorId, workerId, cores, memory, resources };
      worker.executors.set(`${command.app.id}/${executorId}`, claim);
      if ((resources["gpu"]?.length ?? 0) !== (command.app.executorResources["gpu"] ?? 0))
        throw new Error(`executor ${executorId} of ${command.app.id} has not the addresses that it needs`);
      this.#checkWorker(worker);
    } else if (command.type === "KillExecutor") {
      const claim = { appId: command.appId, executorId: command.executorId, workerId: "", cores: 0, memory: 0, resources: {} };
      worker.executors.delete(`${command.appId}/${command.executorId}`);
      this.#tell(worker, claim, "KILLED");
    } else if (command.type === "LaunchDriver") {
      worker.drivers.set(command.driverId, command.facts);
      this.#checkWorker(worker);
    } else if (command.type === "StopDriver") {
      if (worker.drivers.delete(command.driverId))
        worker.outbox.push({
          type: "DriverEnded",
          workerId: worker.facts.id,
          driverId: command.driverId,
          state: "KILLED",
          message: "",
        });
    }
  }

  /** What really runs there. */
  #checkWorker({ facts, executors, drivers }: SimulatedWorker): void {
    const sum = (key: "cores" | "memory"): number =>
      [...executors.values(), ...drivers.values()].reduce((total, one) => total + one[key], 0);
    if (sum("cores") > facts.cores) throw new Error(`${facts.id} runs more than its ${facts.cores} cores`);
    if (sum("memory") > facts.memory) throw new Error(`${facts.id} runs more than its memory`);
    const addresses = [...executors.values()].flatMap(({ resources }) => resources["gpu"] ?? []);
    const known = addresses.every((address) => facts.resources["gpu"]?.includes(address) === true);
    if (!known || new Set(addresses).size < addresses.length) throw new Error(`${facts.id} gives an address to two executors`);
  }

  #deliverApplication(app: SimulatedApplication): boolean {
    let busy = false;
    for (const command of app.inbox.splice(0, 1 + this.#below(3))) {
      busy = true;
      if (command.type === "TellAdded") app.held.set(command.place.executorId, { ...command.place, appId: app.facts.id });
      else if (command.type === "TellWaiting") app.awaits = command.reason;
      else if (command.type === "TellUpdated" && command.end.state !== "DECOMMISSIONED") app.held.delete(command.executorId);
    }
    for (const event of app.outbox.splice(0)) {
      busy = true;
      if (event.type === "ApplicationRegistered") app.registered = true;
      this.handle(event);
    }
    return busy;
  }

  #below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#below(from.length)];
  }
}
