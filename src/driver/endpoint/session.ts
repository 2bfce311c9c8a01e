/**
 * One executor's stream, on the driver's side: the handshake, then messages both ways. Tells its owner what came; knows
 * nothing of other executors, deadlines, or what messages mean.
 */
import type { ServerDuplexStream } from "@grpc/grpc-js";
import { afterRunning } from "../../common/running-time";
import { isNonce, newNonce, proofOf, proves } from "../../wire/auth";
import type { SessionIds } from "../../wire/auth";
import { encodeResources } from "../../wire/resources";
import { ownVersions, versionMismatch } from "../../wire/versions";
import { wire } from "../../wire/wire";
import type { Messages } from "../../wire/wire";
import { decodeReady } from "./decode";
import type { LastWords, LaunchTask, RegisteredExecutor, TaskSetInfo } from "./types";

export interface SessionOwner {
  readonly applicationId: string;
  readonly secret: Uint8Array;
  readonly configuration: Readonly<Record<string, string>>;
  /** Text of the driver's block server's address; "" without one. */
  readonly driverBlockEndpoint: string;
  /** Why this executor is not wanted, in words; null when it is. Asked once it proved to hold the secret. */
  refuse(executorId: string): string | null;
  ready(session: Session, executor: RegisteredExecutor): void;
  message(session: Session, message: Messages.FromExecutor.$Shape): void;
  /** Once, for sessions that became ready. */
  closed(session: Session, reason: string): void;
}

/** A stranger has so long to become an executor, ms. */
const HANDSHAKE_TIMEOUT = 60_000;
/** LaunchTasks messages are cut at about this size. */
const LAUNCH_BYTES = 4 * 2 ** 20;
/** What is longer than that together goes out message by message. */
const BATCH_BYTES = 2 ** 20;
/**
 * Binaries that are not used any more are kept by the executor for at most so long, ms, or until there are so many bytes of them: the next job of a
 * loop, and the next run of a query, often have the same ones, and task threads what they have made of them.
 */
const BINARY_KEPT = 5000;
const BINARY_BYTES_KEPT = 4 * 2 ** 20;

export class Session {
  executorId = "";
  #state: "hello" | "register" | "ready?" | "open" | "closed" = "hello";
  #nonces: { executor: Uint8Array; driver: Uint8Array } | null = null;
  readonly #inTime: () => void;
  #lastWords: LastWords | null = null;
  /** Messages of this turn of the event loop, tasks of one launch gathered. */
  #outgoing: Messages.ToExecutor.$Properties[] = [];
  #tasks: Messages.Task.$Properties[] | null = null;
  #taskBytes = 0;
  #outgoingBytes = 0;
  #flushing = false;
  /** Resolves when both sides have ended the stream, or it broke. */
  readonly closed: Promise<void>;
  readonly #knownSets = new Set<number>();
  /** With their lengths. */
  readonly #knownBinaries = new Map<string, number>();
  /** Of the known binaries those that the executor is to forget. */
  readonly #unusedBinaries = new Set<string>();
  #unusedBytes = 0;
  #forgetTimer: NodeJS.Timeout | null = null;
  #forgottenSets: number[] = [];

  constructor(
    private readonly stream: ServerDuplexStream<Buffer, Buffer>,
    private readonly owner: SessionOwner,
  ) {
    this.#inTime = afterRunning(HANDSHAKE_TIMEOUT, () => this.#refuse("The handshake took too long."));
    this.closed = new Promise((resolve) => stream.on("close", resolve));
    stream.on("data", (bytes: Buffer) => this.#received(bytes));
    stream.on("end", () => this.close("the connection was closed"));
    stream.on("close", () => this.close("the connection was closed"));
    stream.on("cancelled", () => this.close("the connection was lost"));
    stream.on("error", (error: Error) => this.close(`the connection failed: ${error.message}`));
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** What the executor said before it ended; null when it said nothing. */
  get lastWords(): LastWords | null {
    return this.#lastWords;
  }

  /** Queues a message; what is queued goes out together when the current callback is done. */
  send(message: Messages.ToExecutor.$Properties): void {
    this.#tasks = null;
    this.#outgoing.push(message);
    this.#flushSoon();
  }

  knowsSet(id: number): boolean {
    return this.#knownSets.has(id);
  }

  launch(set: TaskSetInfo, tasks: readonly LaunchTask[]): void {
    if (!this.#knownSets.has(set.id)) this.#introduce(set);
    for (const task of tasks) {
      const size = 16 + (task.payload?.length ?? 0);
      if (this.#tasks === null || this.#taskBytes + size > LAUNCH_BYTES) {
        const gathered: Messages.Task.$Properties[] = [];
        this.send({ launchTasks: { tasks: gathered } });
        this.#tasks = gathered;
        this.#taskBytes = 0;
      }
      this.#taskBytes += size;
      this.#outgoingBytes += size;
      const { taskId, partition, attempt, payload, resources } = task;
      const message: Messages.Task.$Properties = { taskId, taskSet: set.id, partition, attempt };
      if (payload !== undefined) message.payload = payload;
      if (resources !== undefined) message.resources = encodeResources(resources);
      this.#tasks.push(message);
    }
  }

  /** Told with the next message, or as binaries are. */
  forgetSet(id: number): void {
    if (!this.#knownSets.delete(id)) return;
    this.#forgottenSets.push(id);
    this.#forgetLater();
  }

  forgetBinary(id: string): void {
    const length = this.#knownBinaries.get(id);
    if (length === undefined || this.#unusedBinaries.has(id)) return;
    this.#unusedBinaries.add(id);
    this.#unusedBytes += length;
    if (this.#unusedBytes > BINARY_BYTES_KEPT) this.#forgetNow();
    else this.#forgetLater();
  }

  /** Sends what is queued now, and ends the stream after it. */
  end(reason: string): void {
    if (this.#state === "closed") return;
    this.send({ shutdown: { reason } });
    this.#flush();
    this.close(reason);
  }

  close(reason: string): void {
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#inTime();
    if (this.#forgetTimer !== null) clearTimeout(this.#forgetTimer);
    this.stream.end();
    if (wasOpen) this.owner.closed(this, reason);
  }

  #introduce(set: TaskSetInfo): void {
    this.#knownSets.add(set.id);
    if (!this.#knownBinaries.has(set.binaryId)) {
      this.#knownBinaries.set(set.binaryId, set.binary.length);
      this.#outgoingBytes += set.binary.length;
      this.send({ taskBinary: { id: set.binaryId, bytes: set.binary } });
    } else if (this.#unusedBinaries.delete(set.binaryId)) this.#unusedBytes -= set.binary.length;
    const { id, binaryId, jobId, stageId, stageAttempt, numPartitions, cpus, localProperties, barrier } = set;
    this.send({
      taskSet: {
        id,
        binaryId,
        jobId,
        stageId,
        stageAttempt,
        numPartitions,
        cpus,
        localProperties,
        ...(barrier === undefined ? {} : { barrier: { addresses: [...barrier.addresses] } }),
      },
    });
  }

  #forgetLater(): void {
    if (this.#forgetTimer !== null || this.#state === "closed") return;
    this.#forgetTimer = setTimeout(() => this.#forgetNow(), BINARY_KEPT);
    this.#forgetTimer.unref();
  }

  #forgetNow(): void {
    if (this.#forgetTimer !== null) clearTimeout(this.#forgetTimer);
    this.#forgetTimer = null;
    for (const binaryId of this.#unusedBinaries) {
      this.#knownBinaries.delete(binaryId);
      this.send({ removal: { binaryId } });
    }
    this.#unusedBinaries.clear();
    this.#unusedBytes = 0;
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    this.#tasks = null;
    const messages: Messages.ToExecutor.$Properties[] = this.#forgottenSets.map((taskSet) => ({ removal: { taskSet } }));
    messages.push(...this.#outgoing);
    const together = messages.length > 1 && this.#outgoingBytes <= BATCH_BYTES;
    this.#forgottenSets = [];
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    if (this.#state === "closed") return;
    if (together) this.#now({ batch: { messages } });
    else for (const message of messages) this.#now(message);
  }

  #received(bytes: Buffer): void {
    if (this.#state === "closed") return;
    let message: Messages.FromExecutor.$Shape;
    try {
      message = wire().messages.FromExecutor.decode(bytes);
    } catch {
      this.#refuse("A message could not be read.");
      return;
    }
    if (this.#state === "open") {
      if (message.ending) {
        const { reason, culprits } = message.ending;
        this.#lastWords = { reason: reason ?? "", ...(culprits?.length ? { culprits } : {}) };
      } else this.owner.message(this, message);
    } else if (this.#state === "hello" && message.hello) this.#hello(message.hello);
    else if (this.#state === "register" && message.register) this.#register(message.register);
    else if (this.#state === "ready?" && message.ready) this.#ready(message.ready);
    else this.#refuse("The handshake is out of order.");
  }

  #hello(hello: Messages.Hello.$Properties): void {
    const theirs = { protocol: hello.protocol ?? 0, nodeMajor: hello.nodeMajor ?? 0, version: hello.version ?? "" };
    const mismatch = versionMismatch(ownVersions, theirs);
    if (mismatch !== null) return this.#refuse(mismatch);
    const nonce = hello.nonce ?? new Uint8Array(0);
    if (hello.applicationId !== this.owner.applicationId || !hello.executorId || !isNonce(nonce))
      return this.#refuse("The handshake is not for this application.");
    this.executorId = hello.executorId;
    this.#nonces = { executor: nonce, driver: newNonce() };
    this.#state = "register";
    this.#now({ challenge: { nonce: this.#nonces.driver, proof: this.#proof("driver") } });
  }

  #register(register: Messages.Register.$Properties): void {
    if (!proves(register.proof ?? new Uint8Array(0), this.#proof("executor")))
      return this.#refuse("The executor does not hold the application's secret.");
    const unwanted = this.owner.refuse(this.executorId);
    if (unwanted !== null) return this.#refuse(unwanted);
    this.#state = "ready?";
    this.#now({
      registered: { configuration: { ...this.owner.configuration }, driverBlockEndpoint: this.owner.driverBlockEndpoint },
    });
  }

  #ready(ready: Messages.Ready.$Properties): void {
    const executor = decodeReady(this.executorId, ready);
    this.#inTime();
    this.#state = "open";
    this.owner.ready(this, executor);
  }

  #proof(side: "driver" | "executor"): Buffer {
    const ids: SessionIds = { applicationId: this.owner.applicationId, executorId: this.executorId };
    return proofOf(this.owner.secret, side, ids, this.#nonces!.executor, this.#nonces!.driver);
  }

  #refuse(reason: string): void {
    if (this.#state === "closed") return;
    this.#now({ refused: { reason } });
    this.close(reason);
  }

  #now(message: Messages.ToExecutor.$Properties): void {
    this.stream.write(wire().messages.ToExecutor.encode(message).finish() as Buffer);
  }
}
