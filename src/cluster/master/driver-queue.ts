/** Drivers that run on workers: their queue, their places, and whether they are started again. Part of the master's machine. */
import type { DriverInfo } from "../state";
import type { DriverFacts, MasterCommand, MasterEvent } from "./events";
import type { WorkerRecord } from "./records";
import { DriverRecord } from "./records";

/** Pause before a supervised driver's first restart, ms; doubled with each one that did not last. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** A driver that ran so long begins again with the first pause, ms. */
const LASTED = 5000;

export class DriverQueue {
  /** Those that wait or run, by id. */
  readonly active = new Map<string, DriverRecord>();
  readonly completed: DriverInfo[] = [];
  #order = 0;
  #turn = 0;

  constructor(
    private readonly retained: number,
    private readonly workers: ReadonlyMap<string, WorkerRecord>,
    private readonly emit: (command: MasterCommand) => void,
  ) {}

  submitted(id: string, facts: DriverFacts): void {
    const driver = new DriverRecord(id, this.#order++, facts);
    this.active.set(id, driver);
    this.#persist(driver);
  }

  recover(id: string, facts: DriverFacts, workerId: string | null, order: number): void {
    const driver = new DriverRecord(id, order, facts);
    this.#order = Math.max(this.#order, order + 1);
    this.active.set(id, driver);
    if (workerId === null) return;
    // Its worker will say that it runs, or be lost.
    driver.state = "UNKNOWN";
    driver.workerId = workerId;
  }

  /** Drivers that a worker runs, or is believed to run. */
  on(workerId: string): DriverRecord[] {
    return [...this.active.values()].filter((one) => one.workerId === workerId);
  }

  /** Gives waiting drivers, oldest first, to workers in turn. */
  schedule(now: number): void {
    const workers = [...this.workers.values()];
    const waiting = [...this.active.values()].filter((one) => one.state === "SUBMITTED" || one.state === "RELAUNCHING");
    for (const driver of waiting.sort((a, b) => a.order - b.order)) {
      if (driver.notBefore > now) {
        this.emit({ type: "WakeAt", time: driver.notBefore });
        continue;
      }
      for (let i = 0; i < workers.length; i++) {
        const worker = workers[(this.#turn + i) % workers.length]!;
        // Where it is still being stopped it cannot run.
        if (!fits(worker, driver.facts) || worker.drivers.has(driver.id)) continue;
        this.#turn = (this.#turn + i + 1) % workers.length;
        this.#launch(driver, worker, now);
        break;
      }
    }
  }

  /** A worker tells what drivers it runs. */
  reported(worker: WorkerRecord, drivers: readonly { readonly id: string; readonly facts: DriverFacts }[], now: number): void {
    const ids = new Set(drivers.map((one) => one.id));
    for (const [id, driver] of [...worker.drivers]) if (!ids.has(id) && this.active.get(id) !== driver) worker.drivers.delete(id);
    for (const driver of this.active.values()) {
      if (driver.workerId === worker.facts.id && !ids.has(driver.id))
        this.lost(driver, `it is not on worker ${worker.facts.id} any more`, now);
    }
    for (const { id, facts } of drivers) {
      const known = this.active.get(id);
      if (known !== undefined && known.workerId === worker.facts.id) {
        worker.drivers.set(id, known);
        known.state = "RUNNING";
        if (known.killed) this.emit({ type: "StopDriver", workerId: worker.facts.id, driverId: id });
      } else if (known === undefined && !this.completed.some((one) => one.id === id)) {
        const driver = new DriverRecord(id, this.#order++, facts);
        driver.state = "RUNNING";
        driver.workerId = worker.facts.id;
        this.active.set(id, driver);
        worker.drivers.set(id, driver);
        this.#persist(driver);
      } else {
        // Given up, or running elsewhere by now: it counts for its worker until it has ended.
        worker.drivers.set(id, new DriverRecord(id, -1, facts));
        this.emit({ type: "StopDriver", workerId: worker.facts.id, driverId: id });
      }
    }
  }

  ended({ driverId, state, message, workerId }: Extract<MasterEvent, { type: "DriverEnded" }>, now: number): void {
    const there = this.workers.get(workerId)?.drivers;
    const ended = there?.get(driverId);
    there?.delete(driverId);
    const driver = this.active.get(driverId);
    if (driver === undefined || driver !== ended) return;
    const again = driver.facts.supervise && !driver.killed && state === "FAILED";
    if (again) this.#relaunch(driver, message, now);
    else this.#finish(driver, driver.killed ? "KILLED" : state, message);
  }

  /** The worker, and the driver with it, is gone. */
  lost(driver: DriverRecord, message: string, now: number): void {
    if (driver.facts.supervise && !driver.killed) this.#relaunch(driver, message, now);
    else this.#finish(driver, driver.killed ? "KILLED" : "ERROR", message);
  }

  kill(id: string): void {
    const driver = this.active.get(id);
    if (driver === undefined) return;
    driver.killed = true;
    if (driver.workerId === null) this.#finish(driver, "KILLED", "");
    else if (this.workers.get(driver.workerId)?.connected === true)
      this.emit({ type: "StopDriver", workerId: driver.workerId, driverId: id });
  }

  #launch(driver: DriverRecord, worker: WorkerRecord, now: number): void {
    const workerId = worker.facts.id;
    driver.state = "RUNNING";
    driver.workerId = workerId;
    driver.startedAt = now;
    worker.drivers.set(driver.id, driver);
    this.emit({ type: "LaunchDriver", workerId, driverId: driver.id, facts: driver.facts });
    this.#persist(driver);
  }

  #relaunch(driver: DriverRecord, message: string, now: number): void {
    this.#leaveWorker(driver);
    const restarts = driver.facts.restarts + 1;
    const pause = now - driver.startedAt > LASTED ? FIRST_PAUSE : Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (restarts - 1));
    driver.facts = { ...driver.facts, restarts };
    driver.state = "RELAUNCHING";
    driver.message = message;
    driver.notBefore = now + pause;
    this.#persist(driver);
    this.emit({ type: "Log", level: "warn", message: `driver ${driver.id} is started again: ${message}` });
  }

  #finish(driver: DriverRecord, state: DriverInfo["state"], message: string): void {
    const workerId = driver.workerId;
    this.#leaveWorker(driver);
    this.active.delete(driver.id);
    driver.state = state;
    driver.message = message;
    this.completed.unshift({ ...driver.info(), workerId });
    this.completed.length = Math.min(this.completed.length, this.retained);
    this.emit({ type: "Persist", entry: { key: `driver ${driver.id}`, value: null } });
    const { archive } = driver.facts;
    if (![...this.active.values()].some((one) => one.facts.archive === archive)) this.emit({ type: "ForgetArchive", archive });
    this.emit({
      type: "Log",
      level: "info",
      message: `driver ${driver.id} ended: ${state}${message === "" ? "" : `, ${message}`}`,
    });
  }

  #leaveWorker(driver: DriverRecord): void {
    if (driver.workerId !== null) this.workers.get(driver.workerId)?.drivers.delete(driver.id);
    driver.workerId = null;
  }

  #persist({ id, facts, workerId, order }: DriverRecord): void {
    this.emit({ type: "Persist", entry: { key: `driver ${id}`, value: { facts, workerId, order } } });
  }
}

function fits(worker: WorkerRecord, facts: DriverFacts): boolean {
  return (
    worker.usable &&
    worker.facts.cores - worker.coresUsed >= facts.cores &&
    worker.facts.memory - worker.memoryUsed >= facts.memory
  );
}
