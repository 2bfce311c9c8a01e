/**
 * A running master: the machine, and around it the port, the connections, the journal and the clock. One message, one event; commands
 * are carried out at once, in order.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../common/clock";
import { unreachable, UsageError } from "../../common/errors";
import { log } from "../../common/log";
import { afterRunning } from "../../common/running-time";
import { WakeTimer } from "../../common/wake-timer";
import { Liveness } from "../../driver/endpoint/liveness";
import { formatAddress } from "../../wire/address";
import type { TlsFiles } from "../../wire/tls";
import { encodeResources } from "../../wire/resources";
import type { Messages } from "../../wire/wire";
import type { Peer } from "../session/peer-server";
import { PeerServer } from "../session/peer-server";
import type { MasterState, StatePort } from "../state";
import { BlobStore } from "./blobs";
import { ClientDesk } from "./client-desk";
import type { ApplicationFacts, DriverFacts, MasterCommand, MasterEvent } from "./events";
import { Journal } from "./journal";
import { Leadership } from "./leadership";
import type { MachineConfig } from "./machine";
import { MasterMachine } from "./machine";
import {
  applicationFacts,
  driverDescription,
  endMessage,
  executorEnd,
  driverFacts,
  heldExecutor,
  runningExecutor,
  workerFacts,
} from "./messages";

export interface MasterOptions extends MachineConfig {
  /** Name or address by which others reach it: what they are told. */
  readonly host: string;
  /** Name or address on which it listens. */
  readonly listenHost: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly secret: Uint8Array;
  readonly tls: TlsFiles | null;
  /** spark.worker.timeout, ms: a worker that is not heard of for so long is lost. */
  readonly workerTimeoutMs: number;
  /** How long an application whose connection broke may take to come back, ms. */
  readonly applicationTimeoutMs: number;
  /** Where the journal and the lease are kept; null: nowhere. Masters with the same directory take turns: one is active. */
  readonly recoveryDirectory: string | null;
  /** firesteel.deploy.leaseTimeout, ms. */
  readonly leaseTimeoutMs: number;
}

const DRIVER_STATES = ["FINISHED", "KILLED", "FAILED", "ERROR"] as const;
const ID = /^[\w.:-]{1,200}$/;

export class MasterDaemon implements StatePort<MasterState> {
  readonly startTime = Date.now();
  /** Where its pages are; told to workers and applications that register from then on. */
  webUrl = "";
  /** Resolves, with the reason, when another master has taken over: this one has closed its connections. */
  readonly overtaken: Promise<string>;
  readonly #machine: MasterMachine;
  #journal: Journal | null = null;
  #leadership: Leadership | null = null;
  #stopped = false;
  #overtake!: (reason: string) => void;
  readonly #blobs: BlobStore;
  readonly #temporary: string | null;
  readonly #desk: ClientDesk;
  readonly #workers = new Map<string, Peer>();
  readonly #applications = new Map<string, Peer>();
  /** What each peer is. */
  readonly #ids = new Map<Peer, string>();
  readonly #liveness: Liveness;
  /** Applications that are gone and may come back, and what ends the wait for them. */
  readonly #absent = new Map<string, () => void>();
  #server: PeerServer | null = null;
  readonly #wake = new WakeTimer(systemClock, () => this.#dispatch({ type: "Tick" }));
  #refused = 0;

  private constructor(private readonly options: MasterOptions) {
    this.#machine = new MasterMachine(options);
    this.overtaken = new Promise((resolve) => (this.#overtake = resolve));
    this.#temporary = options.recoveryDirectory === null ? mkdtempSync(join(tmpdir(), "firesteel-master-")) : null;
    this.#blobs = new BlobStore(join(options.recoveryDirectory ?? this.#temporary!, "archives"));
    this.#liveness = new Liveness(options.workerTimeoutMs, (workerId, silent) => this.#silent(workerId, silent));
    this.#desk = new ClientDesk({
      blobs: this.#blobs,
      machine: this.#machine,
      dispatch: (event) => this.#dispatch(event),
      now: () => Date.now(),
    });
  }

  /** Listens, as the active master or a standby. Rejects with an error that says why it cannot. */
  static async start(options: MasterOptions): Promise<MasterDaemon> {
    const daemon = new MasterDaemon(options);
    try {
      daemon.#server = await PeerServer.open({
        listen: { kind: "tcp", host: options.listenHost, port: options.port },
        tls: options.tls,
        secret: options.secret,
        handlers: {
          standby: () => (daemon.#active ? null : (daemon.#leadership?.standsBy() ?? "this master is about to start")),
          message: (peer, message) => daemon.#message(peer, message),
          closed: (peer) => daemon.#closed(peer),
        },
        refused: (reason, from) => {
          daemon.#refused++;
          log.warn(`refused a connection from ${from}: ${reason}`);
        },
      });
      daemon.#begin();
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return daemon;
  }

  get port(): number {
    const address = this.#server!.address;
    return address.kind === "tcp" ? address.port : 0;
  }

  get url(): string {
    return `firesteel://${formatAddress({ kind: "tcp", host: this.options.host, port: this.port })}`;
  }

  /** Who takes submissions that come another way than through the port; null while another master is active. */
  get desk(): Pick<ClientDesk, "submit" | "report" | "kill"> | null {
    return this.#active ? this.#desk : null;
  }

  stateOf(): MasterState {
    const machine = this.#machine;
    return {
      kind: "master",
      url: this.url,
      startTime: this.startTime,
      status: this.#active ? "ALIVE" : "STANDBY",
      activeMaster: this.#active ? this.url : (this.#leadership?.activeUrl ?? null),
      workers: [...[...machine.workers.values()].map((one) => one.info()), ...machine.deadWorkers],
      activeApplications: [...machine.applications.values()].map((one) => one.info()),
      completedApplications: machine.completedApplications,
      activeDrivers: [...machine.drivers.active.values()].map((one) => one.info()),
      completedDrivers: machine.completedDrivers,
      refusedConnections: this.#refused + (this.#server?.refusedConnections ?? 0),
    };
  }

  /** Closes the port and all connections: workers and applications go on, and try to reach a master again. */
  async stop(): Promise<void> {
    this.#liveness.stop();
    for (const stopWaiting of this.#absent.values()) stopWaiting();
    this.#wake.stop();
    this.#stopped = true;
    await this.#server?.close();
    this.#journal?.close();
    this.#journal = null;
    // With the journal closed the next master may read it.
    this.#leadership?.release();
    if (this.#temporary !== null) rmSync(this.#temporary, { recursive: true, force: true });
  }

  get #active(): boolean {
    if (this.#stopped) return false;
    return this.options.recoveryDirectory === null || (this.#leadership?.active ?? false);
  }

  /** Becomes the active master, or waits until it can. Throws a UsageError when the directory cannot be used. */
  #begin(): void {
    const { recoveryDirectory: directory, leaseTimeoutMs: timeoutMs } = this.options;
    if (directory === null) return;
    try {
      this.#leadership = new Leadership({
        directory,
        url: this.url,
        timeoutMs,
        gained: (term) => {
          this.#journal = new Journal(directory, term);
          this.#recover();
        },
        lost: (reason) => void this.stop().then(() => this.#overtake(reason)),
      });
    } catch (error) {
      throw new UsageError(
        "RECOVERY_DIRECTORY",
        `The master's journal cannot be kept in ${directory}: ${(error as Error).message}. Name another place by --recovery-dir ` +
          `(spark.deploy.recoveryDirectory), or none by --conf spark.deploy.recoveryMode=NONE.`,
        { cause: error },
      );
    }
  }

  #recover(): void {
    let applications = 0;
    let drivers = 0;
    for (const [key, value] of this.#journal?.entries() ?? []) {
      const [kind, id] = key.split(" ") as [string, string];
      if (kind === "app") {
        applications++;
        this.#machine.recover(value as { facts: ApplicationFacts; nextExecutor: number });
        this.#awaitApplication(id, this.options.workerTimeoutMs);
      } else if (kind === "driver") {
        drivers++;
        this.#machine.recoverDriver(id, value as { facts: DriverFacts; workerId: string | null; order: number });
      }
    }
    for (const workerId of this.#machine.workers.keys()) this.#liveness.heard(workerId);
    if (applications + drivers > 0) log.warn(`recovering ${applications} applications and ${drivers} drivers from the journal`);
  }

  #dispatch(event: MasterEvent): void {
    if (this.#stopped || this.#leadership?.confirm() === false) return;
    const { type, ...rest } = event;
    log.debug(type, Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value === "string")));
    for (const command of this.#machine.handle(event, Date.now())) this.#perform(command);
  }

  #perform(command: MasterCommand): void {
    switch (command.type) {
      case "LaunchExecutor": {
        const { app, place } = command;
        return this.#workers.get(command.workerId)?.send({
          launchExecutor: {
            appId: app.id,
            appName: app.name,
            executorId: place.executorId,
            cores: place.cores,
            memoryBytes: place.memory,
            resources: encodeResources(place.resources),
            driverUrl: app.driverUrl,
            salt: Buffer.from(app.salt, "base64"),
            executorEnv: { ...app.executorEnv },
            nodeOptions: [...app.nodeOptions],
            configuration: { ...app.configuration },
          },
        });
      }
      case "KillExecutor": {
        const { workerId, appId, executorId, reason } = command;
        return this.#workers.get(workerId)?.send({ killExecutor: { appId, executorId, reason } });
      }
      case "LaunchDriver":
        return this.#workers
          .get(command.workerId)
          ?.send({ launchDriver: { driverId: command.driverId, description: driverDescription(command.facts) } });
      case "StopDriver":
        return this.#workers.get(command.workerId)?.send({ stopDriver: { driverId: command.driverId } });
      case "CleanUp":
        for (const [id, worker] of this.#workers) {
          if (command.workerId === null || command.workerId === id) worker.send({ applicationEnded: { appId: command.appId } });
        }
        return;
      case "Accepted":
        return this.#applications.get(command.appId)?.send({
          applicationRegistered: { masterUrl: this.url, masterWebUrl: this.webUrl, cores: command.cores },
        });
      case "TellAdded": {
        const { executorId, workerId, host, cores, memory, resources } = command.place;
        return this.#applications.get(command.appId)?.send({
          executorAdded: { executorId, workerId, host, cores, memoryBytes: memory, resources: encodeResources(resources) },
        });
      }
      case "TellWaiting":
        return this.#applications.get(command.appId)?.send({ applicationWaiting: { reason: command.reason ?? "" } });
      case "TellUpdated": {
        const { executorId, end, workerLost } = command;
        return this.#applications.get(command.appId)?.send({ executorUpdated: { executorId, ...endMessage(end), workerLost } });
      }
      case "ExpectWorker":
        return this.#liveness.heard(command.workerId);
      case "Persist":
        return this.#journal?.write(command.entry);
      case "ForgetArchive":
        return this.#blobs.remove(command.archive);
      case "WakeAt":
        return this.#wake.at(command.time);
      case "Log":
        return log[command.level](command.message);
      default:
        return unreachable(command);
    }
  }

  #message(peer: Peer, message: Messages.ToMaster.$Shape): void {
    if (peer.role === "worker") this.#fromWorker(peer, message);
    else if (peer.role === "application") this.#fromApplication(peer, message);
    else this.#desk.message(peer, message);
  }

  #fromWorker(peer: Peer, message: Messages.ToMaster.$Shape): void {
    if (message.registerWorker) return this.#registerWorker(peer, message.registerWorker);
    const workerId = this.#ids.get(peer);
    if (workerId === undefined) return peer.refuse("A worker registers before anything else.");
    if (!this.#machine.workers.has(workerId)) return peer.send({ reregister: {} });
    this.#heard(workerId);
    if (message.executorChanged) {
      const { appId = "", executorId = "", state } = message.executorChanged as Required<Messages.ExecutorChanged.$Properties>;
      if (state === "RUNNING") this.#dispatch({ type: "ExecutorRunning", workerId, appId, executorId } as MasterEvent);
      else
        this.#dispatch({
          type: "ExecutorEnded",
          workerId,
          appId: appId ?? "",
          executorId: executorId ?? "",
          end: executorEnd(message.executorChanged),
        });
    } else if (message.driverChanged) {
      const { driverId, state, message: text } = message.driverChanged;
      const known = DRIVER_STATES.find((one) => one === state) ?? "ERROR";
      this.#dispatch({ type: "DriverEnded", workerId, driverId: driverId ?? "", state: known, message: text ?? "" });
    } else if (message.workerLeaving) {
      const { reason, later } = message.workerLeaving;
      this.#dispatch({ type: "WorkerLeaving", workerId, reason: reason ?? "", later: later ?? false });
    } else if (message.blobRequest) {
      const { hash, offset } = message.blobRequest;
      const piece = this.#blobs.read(hash ?? "", offset ?? 0);
      peer.send({
        blobPiece: { hash: hash ?? "", offset: offset ?? 0, total: piece?.total ?? -1, bytes: piece?.bytes ?? Buffer.alloc(0) },
      });
    }
  }

  #registerWorker(peer: Peer, message: Messages.RegisterWorker.$Properties): void {
    const worker = workerFacts(message);
    if (!ID.test(worker.id) || worker.cores < 1) return peer.refuse("A worker needs an id and at least one core.");
    this.#attach(this.#workers, peer, worker.id);
    this.#liveness.heard(worker.id);
    peer.send({
      workerRegistered: { masterUrl: this.url, masterWebUrl: this.webUrl, timeoutMs: this.options.workerTimeoutMs },
    });
    this.#dispatch({
      type: "WorkerRegistered",
      worker,
      executors: (message.executors ?? []).map((one) => runningExecutor(one, worker.id)),
      drivers: (message.drivers ?? []).map((one) => ({ id: one.driverId ?? "", facts: driverFacts(one.description ?? {}) })),
      dataOf: message.dataOf ?? [],
    });
  }

  #fromApplication(peer: Peer, message: Messages.ToMaster.$Shape): void {
    if (message.registerApplication) return this.#registerApplication(peer, message.registerApplication);
    const appId = this.#ids.get(peer);
    if (appId === undefined) return peer.refuse("An application registers before anything else.");
    if (message.requestExecutors)
      this.#dispatch({ type: "ExecutorsRequested", appId, total: message.requestExecutors.total ?? 0 });
    else if (message.killExecutors) {
      const { executorIds, reason } = message.killExecutors;
      this.#dispatch({ type: "ExecutorsDismissed", appId, executorIds: executorIds ?? [], reason: reason ?? "" });
    } else if (message.applicationPages)
      this.#dispatch({ type: "ApplicationPages", appId, webUrl: message.applicationPages.webUrl ?? "" });
    else if (message.endApplication) {
      this.#dispatch({ type: "ApplicationEnded", appId, state: message.endApplication.failed ? "FAILED" : "FINISHED" });
      peer.close();
    }
  }

  #registerApplication(peer: Peer, message: Messages.RegisterApplication.$Properties): void {
    const app = applicationFacts(message);
    if (!ID.test(app.id)) return peer.refuse("An application needs an id.");
    if (!this.#machine.wants(app.id)) return peer.send({ applicationRemoved: { reason: "the master has ended it" } });
    this.#absent.get(app.id)?.();
    this.#absent.delete(app.id);
    this.#attach(this.#applications, peer, app.id);
    this.#dispatch({
      type: "ApplicationRegistered",
      app,
      held: (message.executors ?? []).map((one) => heldExecutor(one, app.id)),
    });
  }

  /** The peer speaks for `id` from now on; an older connection of the same is closed. */
  #attach(peers: Map<string, Peer>, peer: Peer, id: string): void {
    const before = peers.get(id);
    peers.set(id, peer);
    this.#ids.set(peer, id);
    if (before !== undefined && before !== peer) before.close();
  }

  #closed(peer: Peer): void {
    this.#desk.closed(peer);
    const id = this.#ids.get(peer);
    this.#ids.delete(peer);
    if (id === undefined) return;
    if (peer.role === "worker" && this.#workers.get(id) === peer) {
      this.#workers.delete(id);
      this.#dispatch({ type: "WorkerDisconnected", workerId: id });
    } else if (peer.role === "application" && this.#applications.get(id) === peer) {
      this.#applications.delete(id);
      if (!this.#machine.applications.has(id)) return;
      this.#dispatch({ type: "ApplicationDisconnected", appId: id });
      this.#awaitApplication(id, this.options.applicationTimeoutMs);
    }
  }

  #awaitApplication(appId: string, within: number): void {
    const stopWaiting = afterRunning(within, () => {
      this.#absent.delete(appId);
      log.warn(`application ${appId} did not come back`);
      this.#dispatch({ type: "ApplicationEnded", appId, state: "KILLED" });
    });
    this.#absent.set(appId, stopWaiting);
  }

  #heard(workerId: string): void {
    this.#liveness.heard(workerId);
    const worker = this.#machine.workers.get(workerId);
    if (worker !== undefined) worker.lastHeard = Date.now();
  }

  #silent(workerId: string, silentMs: number): void {
    const reason = `it was not heard of for ${Math.round(silentMs / 1000)} s (spark.worker.timeout)`;
    this.#dispatch({ type: "WorkerLost", workerId, reason });
  }
}
