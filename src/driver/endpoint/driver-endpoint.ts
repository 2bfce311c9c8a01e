/**
 * The driver's end of all executor sessions: a gRPC server on a unix socket or an interface, the registry of executors,
 * their deadlines, and typed messages in both directions. Decides nothing: what comes goes to the handlers, what the
 * scheduler wants goes out.
 */
import type { Server, ServerDuplexStream } from "@grpc/grpc-js";
import { ClusterError } from "../../common/errors";
import type { BlockAddress } from "../../storage/block-address";
import type { BlockServer } from "../../storage/transfer/block-server";
import type { Address } from "../../wire/address";
import { formatAddress } from "../../wire/address";
import { decodeBlockUpdate, encodeBlockAddress } from "../../wire/block-messages";
import { Doorkeeper } from "../../wire/admission";
import { Port } from "../../wire/port";
import { grpcServer } from "../../wire/server";
import type { TlsFiles } from "../../wire/tls";
import { passBytes, SESSION_PATH, wire } from "../../wire/wire";
import type { Messages } from "../../wire/wire";
import { decodeHeartbeat, decodeMapOutputs, decodeTaskUpdate, decodeThreads } from "./decode";
import { Departures } from "./departures";
import { Liveness } from "./liveness";
import { Session } from "./session";
import type {
  EndpointHandlers,
  Inspection,
  LastWords,
  LaunchTask,
  MapOutputsAnswer,
  RegisteredExecutor,
  Removal,
  TaskSetInfo,
  TaskUpdate,
  ThreadState,
} from "./types";

export interface DriverEndpointOptions {
  readonly applicationId: string;
  readonly secret: Uint8Array;
  /** The application's settings, told to every executor. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly handlers: EndpointHandlers;
  /** Text of the driver's block server's address ("unix:/path" or "host:port"); "" or absent without one. */
  readonly driverBlockEndpoint?: string;
  /** spark.network.timeout, ms: an executor that says nothing for so long is lost. */
  readonly networkTimeoutMs?: number;
  /**
   * How long a broken connection waits for `executorExited` to give the reason, ms; 0 (the default) where no launcher
   * watches the processes.
   */
  readonly exitReasonGraceMs?: number;
  /** The port is under TLS. */
  readonly tls?: TlsFiles | null;
  /** Serves blocks on this same port, for executors that reach no other. */
  readonly blocks?: BlockServer;
}

interface Connected {
  readonly session: Session;
  readonly executor: RegisteredExecutor;
  readonly killReasons: Map<number, string>;
}

const EMPTY = new Uint8Array(0);
const THREAD_DUMP_TIMEOUT = 10_000;
/** Executors have so long to take their farewell, ms. */
const STOP_TIMEOUT = 500;
/** Tables of map outputs are told before they are asked for where there are not more of them, nor longer ones, bytes. */
const SHUFFLES_AHEAD = 8;
const OUTPUTS_AHEAD = 16 * 1024;

export class DriverEndpoint {
  readonly #executors = new Map<string, Connected>();
  /** Lost connections whose reason is waited for. */
  readonly #leaving = new Departures();
  readonly #sessions = new Set<Session>();
  /** Ids are never used twice: a process that was given up does not come back under its old name. */
  readonly #past = new Set<string>();
  /** Those that were decommissioned. */
  readonly #going = new Set<string>();
  readonly #liveness: Liveness;
  readonly #doorkeeper: Doorkeeper;
  readonly #dumps = new Map<
    number,
    { resolve(threads: readonly ThreadState[]): void; reject(error: Error): void; timer: NodeJS.Timeout; executorId: string }
  >();
  readonly #inspections = new Map<
    number,
    { resolve(profile: string): void; reject(error: Error): void; timer: NodeJS.Timeout }
  >();
  #nextDump = 1;
  #server: Server | null = null;
  #port: Port | null = null;
  #stopped = false;

  constructor(private readonly options: DriverEndpointOptions) {
    this.#doorkeeper = new Doorkeeper(options.secret, SESSION_PATH);
    this.#liveness = new Liveness(options.networkTimeoutMs ?? 120_000, (id, silent) =>
      this.disconnect(id, `no heartbeat for ${Math.round(silent / 1000)} s`),
    );
  }

  /**
   * Listens; resolves with the address that executors are to use. Port 0 takes a free one. Loads gRPC. Neither this nor an
   * open session keeps the process alive: whoever waits for results must.
   */
  async start(listen: Address): Promise<string> {
    const server = (this.#server = grpcServer());
    server.addService(
      {
        Session: {
          path: SESSION_PATH,
          requestStream: true,
          responseStream: true,
          requestSerialize: passBytes,
          requestDeserialize: passBytes,
          responseSerialize: passBytes,
          responseDeserialize: passBytes,
        },
      },
      { Session: (stream: ServerDuplexStream<Buffer, Buffer>) => this.#connected(stream) },
    );
    // Sockets of our own, given to gRPC one by one: its listener would keep a process alive that has nothing left to do.
    const injector = server.createConnectionInjector(wire().ServerCredentials.createInsecure());
    const { tls = null, blocks } = this.options;
    this.#port = await Port.open(listen, {
      tls,
      background: true,
      grpc: (socket) => injector.injectConnection(socket),
      ...(blocks === undefined ? {} : { blocks: (socket) => blocks.take(socket) }),
    });
    return formatAddress(this.#port.address);
  }

  /** Executors that take tasks. */
  get executors(): readonly RegisteredExecutor[] {
    return [...this.#executors.values()].map((one) => one.executor);
  }

  executor(id: string): RegisteredExecutor | undefined {
    return this.#executors.get(id)?.executor;
  }

  /**
   * Sends tasks, and before them whatever of `set` the executor does not have. Tasks for an executor that is gone are
   * dropped: its loss has been or will be told.
   */
  launchTasks(executorId: string, set: TaskSetInfo, tasks: readonly LaunchTask[]): void {
    const session = this.#executors.get(executorId)?.session;
    if (session === undefined) return;
    if (!session.knowsSet(set.id)) this.#tellOutputs(session, set.shuffles ?? []);
    session.launch(set, tasks);
  }

  /** What the tasks would ask for first, where that is short: it saves each stage a question and its answer. */
  #tellOutputs(session: Session, shuffles: readonly number[]): void {
    if (shuffles.length > SHUFFLES_AHEAD) return;
    for (const shuffleId of shuffles) {
      const answer = this.#outputsNow(shuffleId);
      if (answer === null || this.#leaving.someOver(answer.executors) !== null) continue;
      const bytes = answer.statuses.reduce((sum: number, status) => sum + (status as Uint8Array).length, 0);
      if (bytes <= OUTPUTS_AHEAD) session.send({ mapOutputs: { shuffleId, table: this.#tableOf(answer) } });
    }
  }

  /** Null where they are not all known: a task will ask, and wait or be told. */
  #outputsNow(shuffleId: number): MapOutputsAnswer | null {
    try {
      const answer = this.options.handlers.mapOutputs(shuffleId);
      return answer instanceof Promise ? null : answer;
    } catch {
      return null;
    }
  }

  /** Answered by an update: killed, or whatever became of it before. `interruptThread` ends the thread after a short grace. */
  killTask(executorId: string, taskId: number, reason: string, interruptThread: boolean): void {
    const connected = this.#executors.get(executorId);
    if (connected === undefined) return;
    connected.killReasons.set(taskId, reason);
    connected.session.send({ killTask: { taskId, interruptThread, reason } });
  }

  /** Those that have not begun come back as "recalled"; there is no answer for the others. */
  recallTasks(executorId: string, taskIds: readonly number[]): void {
    this.#executors.get(executorId)?.session.send({ recallTasks: { taskIds: [...taskIds] } });
  }

  /** Tells all executors to forget something. */
  remove(what: Removal): void {
    for (const { session } of this.#executors.values()) {
      if ("taskSet" in what) session.forgetSet(what.taskSet);
      else if ("binary" in what) session.forgetBinary(what.binary);
      else if ("rdd" in what) session.send({ removal: { rddId: what.rdd } });
      else if ("shuffle" in what) session.send({ removal: { shuffleId: what.shuffle } });
      else if ("block" in what) session.send({ removal: { blockId: what.block } });
      else session.send({ removal: { broadcastId: what.broadcast } });
    }
  }

  /** What executors remember of the shuffle's places is stale. */
  invalidateMapOutputs(shuffleId: number, epoch: number): void {
    for (const { session } of this.#executors.values()) session.send({ invalidateMapOutputs: { shuffleId, epoch } });
  }

  threadDump(executorId: string): Promise<readonly ThreadState[]> {
    const connected = this.#executors.get(executorId);
    if (connected === undefined)
      return Promise.reject(new ClusterError("EXECUTOR_NOT_FOUND", `There is no executor ${executorId}.`));
    const requestId = this.#nextDump++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#dumps.delete(requestId);
        reject(
          new ClusterError(
            "THREAD_DUMP_TIMEOUT",
            `Executor ${executorId} did not answer within ${THREAD_DUMP_TIMEOUT / 1000} s.`,
          ),
        );
      }, THREAD_DUMP_TIMEOUT);
      timer.unref();
      this.#dumps.set(requestId, { resolve, reject, timer, executorId });
      connected.session.send({ threadDump: { requestId } });
    });
  }

  /** Resolves with the call tree as JSON for "stop" and "read", otherwise with "", when the executor has done it. */
  inspect(executorId: string, wanted: Inspection): Promise<string> {
    const connected = this.#executors.get(executorId);
    if (connected === undefined)
      return Promise.reject(new ClusterError("EXECUTOR_NOT_FOUND", `There is no executor ${executorId}.`));
    const requestId = this.#nextDump++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#inspections.delete(requestId);
        const seconds = THREAD_DUMP_TIMEOUT / 1000;
        reject(new ClusterError("INSPECTION_TIMEOUT", `Executor ${executorId} did not answer within ${seconds} s.`));
      }, THREAD_DUMP_TIMEOUT);
      timer.unref();
      this.#inspections.set(requestId, { resolve, reject, timer });
      connected.session.send({ inspect: { requestId, ...wanted } });
    });
  }

  /** The executor goes soon: it is to move what it holds, and gets nothing of others any more. */
  decommission(executorId: string): void {
    const connected = this.#executors.get(executorId);
    if (connected === undefined || this.#going.has(executorId)) return;
    this.#going.add(executorId);
    connected.session.send({ decommission: {} });
  }

  /** The driver gives the executor up: it is told to end, and lost at once. */
  disconnect(executorId: string, reason: string): void {
    const connected = this.#executors.get(executorId);
    if (connected === undefined) return;
    this.#executors.delete(executorId);
    connected.session.end(reason);
    this.#lost(executorId, { reason });
  }

  /** The launcher saw the executor's process end: lost now, for this reason. */
  executorExited(executorId: string, reason: string): void {
    if (this.#leaving.end(executorId)) return this.#lost(executorId, { reason });
    const connected = this.#executors.get(executorId);
    this.#past.add(executorId);
    if (connected === undefined) return;
    this.#executors.delete(executorId);
    connected.session.close(reason);
    this.#lost(executorId, connected.session.lastWords ?? { reason });
  }

  /** Tells all executors to end, and closes the server. Nobody is reported lost. */
  async stop(reason = "the application has ended"): Promise<void> {
    this.#stopped = true;
    this.#liveness.stop();
    this.#leaving.stop();
    for (const [id, dump] of this.#dumps) this.#failDump(id, dump.executorId, reason);
    this.#executors.clear();
    const ended = [...this.#sessions].map((session) => session.closed);
    for (const session of this.#sessions) session.end(reason);
    const server = this.#server;
    this.#server = null;
    this.#port?.stopListening();
    if (server === null) return;
    // Node 24 drops connections whose server shuts down before their streams have closed: executors would lose the last word.
    const inTime = await atMost(STOP_TIMEOUT, Promise.all(ended));
    if (inTime) await atMost(STOP_TIMEOUT, new Promise<void>((resolve) => server.tryShutdown(() => resolve())));
    server.forceShutdown();
    this.#port?.close();
  }

  #connected(stream: ServerDuplexStream<Buffer, Buffer>): void {
    if (!this.#doorkeeper.admits(stream, this.#port!)) return;
    const { applicationId, secret, configuration, driverBlockEndpoint = "" } = this.options;
    const session = new Session(stream, {
      applicationId,
      secret,
      configuration,
      driverBlockEndpoint,
      refuse: (id) =>
        this.#stopped
          ? "The application has ended."
          : this.#executors.has(id) || this.#past.has(id) || this.#leaving.has(id)
            ? `The executor id ${id} is taken.`
            : null,
      ready: (opened, executor) => this.#ready(opened, executor),
      message: (from, message) => this.#message(from, message),
      closed: (gone, reason) => this.#closed(gone, reason),
    });
    this.#sessions.add(session);
    void session.closed.then(() => this.#sessions.delete(session));
  }

  #ready(session: Session, executor: RegisteredExecutor): void {
    const { executorId } = executor;
    if (this.#stopped || this.#past.has(executorId) || this.#executors.has(executorId))
      return session.end(`The executor id ${executorId} is taken.`);
    this.#executors.set(executorId, { session, executor, killReasons: new Map() });
    this.#liveness.heard(executorId);
    this.options.handlers.executorRegistered(executor);
  }

  #closed(session: Session, reason: string): void {
    const id = session.executorId;
    if (this.#executors.get(id)?.session !== session) return;
    this.#executors.delete(id);
    const words = session.lastWords;
    const grace = this.options.exitReasonGraceMs ?? 0;
    if (words !== null || grace === 0) return this.#lost(id, words ?? { reason });
    this.#leaving.begin(id, grace, () => this.#lost(id, { reason }));
  }

  #lost(executorId: string, words: LastWords): void {
    this.#past.add(executorId);
    this.#going.delete(executorId);
    this.#liveness.forget(executorId);
    for (const [id, dump] of this.#dumps) if (dump.executorId === executorId) this.#failDump(id, executorId, words.reason);
    if (!this.#stopped) this.options.handlers.executorLost(executorId, words);
  }

  #failDump(id: number, executorId: string, reason: string): void {
    const dump = this.#dumps.get(id)!;
    this.#dumps.delete(id);
    clearTimeout(dump.timer);
    dump.reject(new ClusterError("EXECUTOR_LOST", `Executor ${executorId} is gone: ${reason}`));
  }

  #message(session: Session, message: Messages.FromExecutor.$Shape): void {
    const id = session.executorId;
    const connected = this.#executors.get(id);
    if (connected?.session !== session) return;
    this.#liveness.heard(id);
    const { handlers } = this.options;
    if (message.taskUpdates) this.#taskUpdates(connected, message.taskUpdates.updates ?? []);
    else if (message.heartbeat) handlers.heartbeat(id, decodeHeartbeat(message.heartbeat));
    else if (message.blockUpdates)
      handlers.blockUpdates(
        id,
        (message.blockUpdates.updates ?? []).map((one) => decodeBlockUpdate(one, id)),
      );
    else if (message.mapOutputsMoved) {
      const { fromExecutorId, mapOutputs } = message.mapOutputsMoved;
      handlers.mapOutputsMoved(id, fromExecutorId ?? "", decodeMapOutputs(mapOutputs));
    } else if (message.evacuated) handlers.evacuated(id);
    else if (message.call) void this.#call(connected, message.call);
    else if (message.threadDump) {
      const dump = this.#dumps.get(message.threadDump.requestId ?? 0);
      if (dump === undefined) return;
      this.#dumps.delete(message.threadDump.requestId ?? 0);
      clearTimeout(dump.timer);
      dump.resolve(decodeThreads(message.threadDump));
    } else if (message.inspected) {
      const { requestId, profile, error } = message.inspected;
      const waiting = this.#inspections.get(requestId ?? 0);
      if (waiting === undefined) return;
      this.#inspections.delete(requestId ?? 0);
      clearTimeout(waiting.timer);
      if (!error) waiting.resolve(profile ?? "");
      else waiting.reject(new ClusterError("INSPECTION_FAILED", `Executor ${id}: ${error}`));
    }
  }

  #taskUpdates(connected: Connected, encoded: readonly Messages.TaskUpdate.$Shape[]): void {
    const { killReasons, executor } = connected;
    const updates: TaskUpdate[] = [];
    for (const one of encoded) {
      let update = decodeTaskUpdate(one);
      if (update === null) continue;
      if (killReasons.size > 0 && update.state !== "started") {
        const reason = killReasons.get(update.taskId);
        killReasons.delete(update.taskId);
        if (reason !== undefined && update.state === "killed") update = { ...update, reason };
      }
      updates.push(update);
    }
    this.options.handlers.taskUpdates(executor.executorId, updates);
  }

  async #call(connected: Connected, call: Messages.Call.$Shape): Promise<void> {
    const id = call.id ?? 0;
    let reply: Messages.Reply.$Properties;
    try {
      reply = { id, ...(await this.#answer(connected.executor.executorId, call)) };
    } catch (error) {
      reply = { id, error: error instanceof Error ? error.message : String(error) };
    }
    connected.session.send({ reply });
  }

  async #answer(executorId: string, call: Messages.Call.$Shape): Promise<Messages.Reply.$Properties> {
    const { handlers } = this.options;
    if (call.mapOutputs) return { mapOutputs: await this.#mapOutputs(call.mapOutputs.shuffleId ?? 0) };
    if (call.blockLocations) {
      return {
        blockLocations: { executors: this.#addresses(handlers.blockLocations(call.blockLocations.blockId ?? ""), executorId) },
      };
    }
    if (call.peers) {
      const staying = [...this.#executors.keys()].filter((id) => !this.#going.has(id));
      return { peers: { executors: this.#addresses(staying, executorId) } };
    }
    if (call.commit) {
      const { stageId = 0, stageAttempt = 0, partition = 0, attempt = 0, taskId = 0 } = plain(call.commit);
      return {
        commit: { granted: await handlers.commitTask({ executorId, stageId, stageAttempt, partition, attempt, taskId }) },
      };
    }
    if (call.barrier) {
      const { taskSet = 0, partition = 0, attempt = 0, taskId = 0, round = 0, kind = "", message = "" } = plain(call.barrier);
      if (kind !== "barrier" && kind !== "allGather")
        throw new ClusterError("PROTOCOL", `There is no meeting of kind "${kind}".`);
      return {
        barrier: {
          messages: [
            ...(await handlers.barrier({ executorId, taskSetId: taskSet, partition, attempt, taskId, round, kind, message })),
          ],
        },
      };
    }
    throw new ClusterError("PROTOCOL", "The driver does not know this call.");
  }

  async #mapOutputs(shuffleId: number): Promise<Messages.MapOutputsReply.$Properties> {
    let answer = await this.options.handlers.mapOutputs(shuffleId);
    // What is said to be with an executor that is going cannot be fetched, and is not known to be lost yet: a reader that was told that
    // it is missing would fail its stage again and again meanwhile.
    for (let going; (going = this.#leaving.someOver(answer.executors)) !== null;) {
      await going;
      answer = await this.options.handlers.mapOutputs(shuffleId);
    }
    return this.#tableOf(answer);
  }

  #tableOf(answer: MapOutputsAnswer): Messages.MapOutputsReply.$Properties {
    // An executor that is gone by now has no address: its outputs count as missing.
    const executors: BlockAddress[] = [];
    const position = answer.executors.map((id) => {
      const executor = this.#executors.get(id)?.executor;
      return executor === undefined ? 0 : executors.push(executor.blockAddress);
    });
    const owners = Array.from(answer.executorOf, (index) => (index < 0 ? 0 : position[index]!));
    const statuses = owners.map((owner, map) => (owner === 0 ? EMPTY : (answer.statuses[map] as Uint8Array)));
    return { epoch: answer.epoch, executors: executors.map(encodeBlockAddress), owners, statuses };
  }

  #addresses(ids: Iterable<string>, without: string): Messages.BlockAddress.$Properties[] {
    const found: Messages.BlockAddress.$Properties[] = [];
    for (const id of ids) {
      const executor = id === without ? undefined : this.#executors.get(id)?.executor;
      if (executor !== undefined) found.push(encodeBlockAddress(executor.blockAddress));
    }
    return found;
  }
}

/** Decoded messages keep defaults on their prototype, which destructuring sees; null is none of ours. */
function plain<T extends object>(message: T): { [K in keyof T]: Exclude<T[K], null> } {
  return message as { [K in keyof T]: Exclude<T[K], null> };
}

/** Waits for `done`, but no longer than `ms`; false when that was too short. Keeps the process alive, which its sockets do not. */
async function atMost(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([done.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
