import type { ResourceAddresses } from "../../src/common/resources";
import type { ExecutorClaim, MasterCommand, MasterEvent } from "../../src/cluster/master/events";
import { MasterMachine } from "../../src/cluster/master/machine";
import { applicationFacts, CONFIG, driverFacts, GIB, SimulatedCluster, workerFacts } from "./simulated-cluster";

class Master {
  readonly machine: MasterMachine;
  now = 0;

  constructor(config: Partial<typeof CONFIG> = {}) {
    this.machine = new MasterMachine({ ...CONFIG, ...config });
  }

  tell(event: MasterEvent): MasterCommand[] {
    return this.machine.handle(event, this.now);
  }

  worker(id: string, cores: number, memory = 8 * GIB): MasterCommand[] {
    return this.tell({
      type: "WorkerRegistered",
      worker: workerFacts(id, cores, memory),
      executors: [],
      drivers: [],
      dataOf: [],
    });
  }

  application(id: string, more: Parameters<typeof applicationFacts>[1] = {}): MasterCommand[] {
    return this.tell({ type: "ApplicationRegistered", app: applicationFacts(id, more), held: [] });
  }

  state(id: string): string {
    return this.machine.applications.get(id)!.state;
  }
}

/** "w0:2 w1:2" for executors that are launched. */
function launched(commands: readonly MasterCommand[]): string {
  return commands
    .filter((command) => command.type === "LaunchExecutor")
    .map(({ workerId, place }) => `${workerId}:${place.cores}`)
    .sort()
    .join(" ");
}

function of<T extends MasterCommand["type"]>(commands: readonly MasterCommand[], type: T): Extract<MasterCommand, { type: T }>[] {
  return commands.filter((one): one is Extract<MasterCommand, { type: T }> => one.type === type);
}

describe("who gets which cores", () => {
  test("an application without a bound takes all there are, and all that come", () => {
    const master = new Master();
    master.worker("w0", 4);
    expect(launched(master.application("a"))).toBe("w0:4");
    expect(launched(master.worker("w1", 2))).toBe("w1:2");
  });

  test("spread out over the workers, or on as few as possible", () => {
    const spread = new Master();
    for (const id of ["w0", "w1", "w2"]) spread.worker(id, 4);
    expect(launched(spread.application("a", { coresMax: 6 }))).toBe("w0:2 w1:2 w2:2");
    const packed = new Master({ spreadOut: false });
    for (const id of ["w0", "w1", "w2"]) packed.worker(id, 4);
    expect(launched(packed.application("a", { coresMax: 6 }))).toBe("w0:4 w1:2");
  });

  test("executors of a size: several on a worker, and only whole ones", () => {
    const master = new Master();
    master.worker("w0", 5);
    master.worker("w1", 3);
    expect(launched(master.application("a", { executorCores: 2, coresMax: 7 }))).toBe("w0:2 w0:2 w1:2");
  });

  test("memory is counted for each executor", () => {
    const master = new Master();
    master.worker("w0", 8, 3 * GIB);
    expect(launched(master.application("a", { executorCores: 1, executorMemory: GIB }))).toBe("w0:1 w0:1 w0:1");
    expect(launched(master.application("b"))).toBe("");
    expect(master.state("b")).toBe("WAITING");
  });

  test("the second application waits until cores are free, in the order in which they came", () => {
    const master = new Master();
    master.worker("w0", 2);
    master.application("first");
    expect(launched(master.application("second"))).toBe("");
    master.application("third");
    expect([master.state("first"), master.state("second"), master.state("third")]).toEqual(["RUNNING", "WAITING", "WAITING"]);
    master.tell({ type: "ApplicationEnded", appId: "first", state: "FINISHED" });
    const end = { state: "KILLED", reason: "", exitCode: 0, signal: null, outOfMemory: false } as const;
    const commands = master.tell({ type: "ExecutorEnded", workerId: "w0", appId: "first", executorId: "0", end });
    expect(launched(commands)).toBe("w0:2");
    expect(of(commands, "LaunchExecutor")[0]!.app.id).toBe("second");
    expect(master.machine.completedApplications[0]).toMatchObject({ id: "first", state: "FINISHED", executors: [] });
    expect(master.machine.completedApplications[0]!.most.executors).toBeGreaterThan(0);
    expect(master.machine.completedApplications[0]!.most.cores).toBeGreaterThan(0);
  });

  test("spark.deploy.defaultCores bounds those that say nothing", () => {
    const master = new Master({ defaultCores: 3 as never });
    master.worker("w0", 8);
    expect(launched(master.application("a"))).toBe("w0:3");
    expect(launched(master.application("b", { coresMax: 4 }))).toBe("w0:4");
  });

  test("fewer executors than would fit where the application wants no more, and more when it does", () => {
    const master = new Master();
    for (const id of ["w0", "w1", "w2"]) master.worker(id, 2);
    expect(launched(master.application("a", { executorLimit: 1, executorCores: 1 }))).toBe("w0:1");
    expect(launched(master.tell({ type: "ExecutorsRequested", appId: "a", total: 3 }))).toBe("w1:1 w2:1");
  });

  test("an executor gets no more cores than its memory serves", () => {
    const master = new Master();
    master.worker("w0", 64);
    const [first] = of(master.application("a", { executorMemory: GIB }), "LaunchExecutor");
    expect(first!.place.cores).toBeLessThan(64);
    const unset = new Master();
    unset.worker("w0", 64);
    const [whole] = of(unset.application("a", { executorMemory: null }), "LaunchExecutor");
    expect(whole!.place).toMatchObject({ cores: 64 });
    expect(whole!.place.memory).toBeGreaterThan(GIB);
  });
});

describe("who gets which resources", () => {
  const gpus = (...addresses: string[]): ResourceAddresses => ({ gpu: addresses });

  /** "w0:0+1" for executors that are launched. */
  function addresses(commands: readonly MasterCommand[]): string[] {
    return of(commands, "LaunchExecutor").map(({ workerId, place }) => `${workerId}:${place.resources["gpu"]?.join("+") ?? ""}`);
  }

  function worker(master: Master, id: string, cores: number, resources: ResourceAddresses, executors: ExecutorClaim[] = []) {
    const facts = { ...workerFacts(id, cores), resources };
    return master.tell({ type: "WorkerRegistered", worker: facts, executors, drivers: [], dataOf: [] });
  }

  test("each executor has addresses of its own, and there are no more executors than the addresses serve", () => {
    const master = new Master();
    worker(master, "w0", 8, gpus("0", "1", "2"));
    worker(master, "w1", 8, gpus("0"));
    worker(master, "w2", 8, {});
    expect(addresses(master.application("a", { executorCores: 1, executorResources: { gpu: 1 } })).toSorted()).toEqual([
      "w0:0",
      "w0:1",
      "w0:2",
      "w1:0",
    ]);
    expect(addresses(master.application("b", { executorCores: 2 })).length).toBeGreaterThan(0);
  });

  test("an executor of several addresses, with all the cores of its worker", () => {
    const master = new Master();
    worker(master, "w0", 8, gpus("0", "1", "2"));
    const commands = master.application("a", { executorResources: { gpu: 2 } });
    expect(addresses(commands)).toEqual(["w0:0+1"]);
    expect(launched(commands)).toBe("w0:8");
  });

  test("who waits says why, and gets its executors from a worker that has what it needs", () => {
    const master = new Master();
    const reasons = (commands: readonly MasterCommand[]): (string | null)[] =>
      of(commands, "TellWaiting").map(({ reason }) => reason);
    expect(reasons(master.application("a", { executorResources: { gpu: 1 } }))).toEqual([
      "no worker has registered that takes executors.",
    ]);
    expect(reasons(master.worker("w0", 2))).toEqual([
      "no worker has 1 gpu (spark.executor.resource.gpu.amount); it waits for one that has.",
    ]);
    expect(master.machine.applications.get("a")!.info()).toMatchObject({
      state: "WAITING",
      waitingFor: expect.stringContaining("1 gpu"),
    });
    const joined = worker(master, "w1", 2, gpus("7"));
    expect(addresses(joined)).toEqual(["w1:7"]);
    expect(reasons(joined)).toEqual([null]);
    expect(reasons(master.application("b", { executorResources: { gpu: 1 } }))).toEqual([
      "what workers have of 1 core, 1024 MiB, 1 gpu is in use by other applications and drivers.",
    ]);
    expect(reasons(master.application("c", { executorCores: 9 }))).toEqual([
      "no worker has 9 cores (spark.executor.cores); it waits for one that has.",
    ]);
  });

  test("an address is free again when its executor has ended, not when it was told to", () => {
    const master = new Master();
    worker(master, "w0", 8, gpus("0"));
    master.application("a", { executorCores: 1, executorResources: { gpu: 1 } });
    const dismissed = master.tell({ type: "ExecutorsDismissed", appId: "a", executorIds: ["0"], reason: "test" });
    expect(addresses(dismissed)).toEqual([]);
    const end = { state: "KILLED", reason: "", exitCode: 0, signal: null, outOfMemory: false } as const;
    expect(addresses(master.tell({ type: "ExecutorEnded", workerId: "w0", appId: "a", executorId: "0", end }))).toEqual(["w0:0"]);
  });

  test("a new master gives nobody the addresses of executors that come back", () => {
    const master = new Master();
    const app = applicationFacts("a", { executorCores: 1, executorResources: { gpu: 1 } });
    const claim = { appId: "a", executorId: "4", workerId: "w0", cores: 1, memory: GIB, resources: gpus("1") };
    master.tell({ type: "ApplicationRegistered", app, held: [claim] });
    expect(addresses(worker(master, "w0", 8, gpus("0", "1", "2"), [claim]))).toEqual(["w0:0", "w0:2"]);
  });
});

describe("what is lost and comes back", () => {
  const exited = { state: "EXITED", reason: "exited with code 3", exitCode: 3, signal: null, outOfMemory: false } as const;

  test("an executor that ends is replaced, under a new id, and its application is told", () => {
    const master = new Master();
    master.worker("w0", 2);
    master.application("a");
    const commands = master.tell({ type: "ExecutorEnded", workerId: "w0", appId: "a", executorId: "0", end: exited });
    expect(of(commands, "TellUpdated")).toMatchObject([{ executorId: "0", end: exited, workerLost: false }]);
    expect(of(commands, "LaunchExecutor")[0]!.place.executorId).toBe("1");
  });

  test("one that its driver gave up counts for its worker until it is gone, and is replaced elsewhere at once", () => {
    const master = new Master();
    master.worker("w0", 2);
    master.application("a", { coresMax: 2 });
    master.worker("w1", 2);
    const commands = master.tell({ type: "ExecutorsDismissed", appId: "a", executorIds: ["0"], reason: "silent" });
    expect(of(commands, "KillExecutor")).toMatchObject([{ workerId: "w0", executorId: "0" }]);
    expect(launched(commands)).toBe("w1:2");
    expect(master.machine.workers.get("w0")!.coresUsed).toBe(2);
  });

  test("a worker that is lost takes its executors with it; others take their places", () => {
    const master = new Master();
    master.worker("w0", 2);
    master.application("a", { coresMax: 2 });
    master.worker("w1", 2);
    const commands = master.tell({ type: "WorkerLost", workerId: "w0", reason: "silent" });
    expect(of(commands, "TellUpdated")).toMatchObject([{ executorId: "0", workerLost: true, end: { state: "LOST" } }]);
    expect(launched(commands)).toBe("w1:2");
    expect(master.machine.deadWorkers).toMatchObject([{ id: "w0", state: "DEAD" }]);
  });

  test("a worker that comes back after it was given up is told to end what others do now", () => {
    const master = new Master();
    master.worker("w0", 2);
    master.application("a", { coresMax: 2 });
    master.worker("w1", 2);
    master.tell({ type: "WorkerLost", workerId: "w0", reason: "silent" });
    const claim = { appId: "a", executorId: "0", workerId: "w0", cores: 2, memory: GIB, resources: {} };
    const commands = master.tell({
      type: "WorkerRegistered",
      worker: workerFacts("w0", 2),
      executors: [claim],
      drivers: [],
      dataOf: [],
    });
    expect(of(commands, "KillExecutor")).toMatchObject([{ executorId: "0" }]);
  });

  test("a worker that was away when an application ended is told so when it is back", () => {
    const master = new Master();
    for (const id of ["w0", "w1"]) master.worker(id, 2);
    for (const id of ["a", "b"]) master.application(id, { coresMax: 2 });
    master.tell({ type: "WorkerDisconnected", workerId: "w0" });
    const ended = master.tell({ type: "ApplicationEnded", appId: "a", state: "FINISHED" });
    expect(of(ended, "CleanUp")).toEqual([{ type: "CleanUp", appId: "a", workerId: null }]);
    const back = { type: "WorkerRegistered", worker: workerFacts("w0", 2), executors: [], drivers: [] } as const;
    // Of "c" nothing is known: it may be about to register with a new master.
    const commands = master.tell({ ...back, dataOf: ["a", "b", "c"] });
    expect(of(commands, "CleanUp")).toEqual([{ type: "CleanUp", appId: "a", workerId: "w0" }]);
  });

  test("nothing is started on a worker that is not connected, or decommissioned", () => {
    const master = new Master();
    master.worker("w0", 2);
    master.tell({ type: "WorkerDisconnected", workerId: "w0" });
    master.worker("w1", 2);
    master.tell({ type: "WorkerLeaving", workerId: "w1", reason: "SIGTERM", later: true });
    expect(launched(master.application("a"))).toBe("");
    master.worker("w0", 2);
    expect(master.state("a")).toBe("RUNNING");
  });

  test("a decommissioned worker's applications are told of it", () => {
    const master = new Master();
    master.worker("w0", 2);
    master.application("a");
    const commands = master.tell({ type: "WorkerLeaving", workerId: "w0", reason: "SIGTERM", later: true });
    expect(of(commands, "TellUpdated")).toMatchObject([{ executorId: "0", end: { state: "DECOMMISSIONED" } }]);
  });

  test("a new master learns of everything from those who come back, in either order", () => {
    const app = applicationFacts("a", { coresMax: 2 });
    const claim = { appId: "a", executorId: "4", workerId: "w0", cores: 2, memory: GIB, resources: {} };
    for (const workerFirst of [true, false]) {
      const master = new Master();
      const commands: MasterCommand[] = [];
      const worker = (): void =>
        void commands.push(
          ...master.tell({ type: "WorkerRegistered", worker: workerFacts("w0", 2), executors: [claim], drivers: [], dataOf: [] }),
        );
      if (workerFirst) worker();
      commands.push(...master.tell({ type: "ApplicationRegistered", app, held: [claim] }));
      if (!workerFirst) worker();
      expect(launched(commands)).toBe("");
      expect(of(commands, "KillExecutor")).toEqual([]);
      expect(master.machine.applications.get("a")!.info()).toMatchObject({ coresGranted: 2, state: "RUNNING" });
      expect(master.machine.workers.get("w0")!.coresUsed).toBe(2);
      // Its next executor has a new id.
      const lost = master.tell({ type: "ExecutorEnded", workerId: "w0", appId: "a", executorId: "4", end: exited });
      expect(of(lost, "LaunchExecutor")[0]!.place.executorId).toBe("5");
    }
  });
});

describe("drivers", () => {
  const submit = (master: Master, id: string, more: Parameters<typeof driverFacts>[0] = {}): MasterCommand[] =>
    master.tell({ type: "DriverSubmitted", driverId: id, facts: driverFacts(more) });
  const failed = { type: "DriverEnded", workerId: "w0", driverId: "d", state: "FAILED", message: "exited with code 1" } as const;

  test("waits for a worker with room, before executors take it", () => {
    const master = new Master();
    expect(of(submit(master, "d"), "LaunchDriver")).toEqual([]);
    master.application("a");
    const commands = master.worker("w0", 2);
    expect(of(commands, "LaunchDriver")).toMatchObject([{ workerId: "w0", driverId: "d" }]);
    expect(launched(commands)).toBe("w0:1");
  });

  test("one that fails is over, and started again where it is supervised, ever later", () => {
    const master = new Master();
    master.worker("w0", 2);
    submit(master, "d");
    master.tell(failed);
    expect(master.machine.completedDrivers).toMatchObject([{ id: "d", state: "FAILED", message: "exited with code 1" }]);

    const other = new Master();
    other.worker("w0", 2);
    submit(other, "d", { supervise: true });
    expect(of(other.tell(failed), "WakeAt")).toEqual([{ type: "WakeAt", time: 1000 }]);
    expect(other.machine.drivers.active.get("d")!.info()).toMatchObject({ state: "RELAUNCHING", restarts: 1 });
    other.now = 1000;
    expect(of(other.tell({ type: "Tick" }), "LaunchDriver")).toMatchObject([{ facts: { restarts: 1 } }]);
    expect(of(other.tell(failed), "WakeAt")).toEqual([{ type: "WakeAt", time: 3000 }]);
  });

  test("killed while it waits, and while it runs", () => {
    const master = new Master();
    submit(master, "waiting");
    master.tell({ type: "DriverKillRequested", driverId: "waiting" });
    master.worker("w0", 2);
    submit(master, "d", { supervise: true });
    expect(of(master.tell({ type: "DriverKillRequested", driverId: "d" }), "StopDriver")).toHaveLength(1);
    master.tell({ ...failed, state: "KILLED", message: "" });
    expect(master.machine.completedDrivers).toMatchObject([
      { id: "d", state: "KILLED" },
      { id: "waiting", state: "KILLED" },
    ]);
  });

  test("a lost worker's driver is started elsewhere if it is supervised, and in error if not", () => {
    const master = new Master();
    master.worker("w0", 2);
    submit(master, "d", { supervise: true });
    submit(master, "e");
    master.worker("w1", 2);
    master.tell({ type: "WorkerLost", workerId: "w0", reason: "silent" });
    master.now = 60_000;
    expect(of(master.tell({ type: "Tick" }), "LaunchDriver")).toMatchObject([{ workerId: "w1", driverId: "d" }]);
    expect(master.machine.completedDrivers).toMatchObject([{ id: "e", state: "ERROR", message: "worker w0 is lost: silent" }]);
  });
});

describe("random histories", () => {
  const histories = Number(process.env["FUZZ_HISTORIES"] ?? 150);

  test(`of ${histories} none breaks a promise`, () => {
    for (let seed = 1; seed <= histories; seed++) {
      const cluster = new SimulatedCluster(seed);
      try {
        for (let step = 0; step < 400; step++) {
          cluster.step();
          checkInvariants(cluster.machine);
        }
        cluster.settle();
        checkInvariants(cluster.machine);
        checkSettled(cluster);
      } catch (error) {
        throw new Error(`history ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
});

function checkInvariants(machine: MasterMachine): void {
  for (const worker of machine.workers.values()) {
    if (worker.state === "UNKNOWN") continue;
    if (worker.coresUsed > worker.facts.cores) throw new Error(`${worker.facts.id}: ${worker.coresUsed} cores are used`);
    if (worker.memoryUsed > worker.facts.memory) throw new Error(`${worker.facts.id}: too much memory is used`);
  }
  for (const app of machine.applications.values()) {
    // Until it comes back after a restart it may own executors that it gave up before.
    if (app.state !== "UNKNOWN" && app.coresMax !== null && app.coresGranted > app.coresMax)
      throw new Error(`${app.facts.id} has ${app.coresGranted} cores of ${app.coresMax}`);
    for (const executor of app.executors.values()) {
      const worker = machine.workers.get(executor.workerId);
      if (worker?.executors.get(`${app.facts.id}/${executor.id}`) !== executor)
        throw new Error(`executor ${app.facts.id}/${executor.id} is not on its worker`);
      if (executor.dismissed)
        throw new Error(`executor ${app.facts.id}/${executor.id} was dismissed and is still its application's`);
    }
  }
  for (const driver of machine.drivers.active.values()) {
    if (driver.state === "RUNNING" && machine.workers.get(driver.workerId ?? "")?.drivers.get(driver.id) !== driver)
      throw new Error(`driver ${driver.id} is not on its worker`);
  }
}

/** When all is quiet everybody sees the same, and nobody waits for what is there. */
function checkSettled(cluster: SimulatedCluster): void {
  const { machine } = cluster;
  for (const worker of cluster.workers.filter((one) => one.alive)) {
    const seen = machine.workers.get(worker.facts.id);
    expect([...(seen?.executors.keys() ?? [])].sort()).toEqual([...worker.executors.keys()].sort());
    expect([...(seen?.drivers.keys() ?? [])].sort()).toEqual([...worker.drivers.keys()].sort());
  }
  for (const app of cluster.applications.filter((one) => !one.ended)) {
    const seen = machine.applications.get(app.facts.id)!;
    expect([...seen.executors.keys()].sort()).toEqual([...app.held.keys()].sort());
    expect(app.awaits).toBe(seen.waitingFor);
    expect(seen.waitingFor !== null).toBe(seen.executors.size === 0 && seen.limit !== 0);
    const wants = (seen.limit ?? Infinity) > seen.executors.size;
    const size = app.facts.executorCores ?? 1;
    const left = (seen.coresMax ?? Infinity) - seen.coresGranted;
    for (const worker of machine.workers.values()) {
      const fits =
        worker.usable &&
        worker.facts.cores - worker.coresUsed >= size &&
        worker.facts.memory - worker.memoryUsed >= seen.memoryFor(size) &&
        (worker.resourcesFree["gpu"]?.length ?? 0) >= (app.facts.executorResources["gpu"] ?? 0);
      if (wants && left >= size && fits) throw new Error(`${app.facts.id} could have an executor on ${worker.facts.id}`);
    }
  }
}
