/**
 * The executor's end of its session with the driver: connects, proves the secret and checks the driver's proof, then
 * sends and receives. Does not try again: an executor whose driver is gone ends.
 */
import { existsSync } from "node:fs";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import { ClusterError } from "../../common/errors";
import { parseAddress } from "../../wire/address";
import type { SessionIds } from "../../wire/auth";
import { admission, isNotAdmitted } from "../../wire/admission";
import { isNonce, newNonce, proofOf, proves } from "../../wire/auth";
import { ownVersions } from "../../wire/versions";
import { connectionFault, openChannel } from "../../wire/channel";
import type { TlsFiles } from "../../wire/tls";
import { passBytes, SESSION_PATH, wire } from "../../wire/wire";
import type { Messages } from "../../wire/wire";

export interface LinkOptions extends SessionIds {
  /** "unix:/path" or "host:port". */
  readonly driverUrl: string;
  readonly secret: Uint8Array;
  /** How long the driver may take to be there and to answer, ms. */
  readonly timeoutMs: number;
  /** Its socket may take any time: this process was started ahead, by one that ends it when nobody comes. */
  readonly ahead?: boolean;
  readonly tls?: Pick<TlsFiles, "ca"> | null;
}

export interface LinkHandlers {
  message(message: Messages.ToExecutor.$Shape): void;
  /** Once, whatever the reason: nothing can be sent any more. */
  lost(reason: string): void;
}

/** What the driver told at registration. */
export interface Registration {
  readonly configuration: Readonly<Record<string, string>>;
  readonly driverBlockEndpoint: string;
}

type Answer = Messages.Reply.$Shape;

/** The driver makes its socket while this process starts: how often to look, ms. */
const SOCKET_POLL = 2;
const PATIENT_POLL = 50;
const PATIENT_AFTER = 5000;
/** A socket is there a moment before its owner listens, and on a busy machine that moment can be long, ms. */
const NOT_LISTENING_YET = 1000;
const CLOSE_TIMEOUT = 300;

export class DriverLink {
  #handlers: LinkHandlers | null = null;
  /** Messages that came before there were handlers. */
  #early: Messages.ToExecutor.$Shape[] = [];
  #lostReason: string | null = null;
  #nextCall = 1;
  readonly #calls = new Map<number, { resolve(reply: Answer): void; reject(error: Error): void }>();

  private constructor(
    private readonly stream: ClientDuplexStream<Buffer, Buffer>,
    private readonly client: { close(): void },
    readonly registration: Registration,
  ) {}

  /** Throws a ClusterError when the driver cannot be reached, is another application's, or refuses; in its words. */
  static async connect(options: LinkOptions): Promise<DriverLink> {
    const address = parseAddress(options.driverUrl);
    const ahead = options.ahead === true;
    if (address.kind === "unix") await socketAt(address.path, ahead ? Infinity : performance.now() + options.timeoutMs);
    const deadline = performance.now() + options.timeoutMs;
    const patience = performance.now() + NOT_LISTENING_YET;
    for (;;) {
      const client = openChannel(options.driverUrl, options.tls ?? null);
      const stream = client.makeBidiStreamRequest(SESSION_PATH, passBytes, passBytes, admission(options.secret, SESSION_PATH));
      try {
        const registration = await handshake(stream, options, deadline);
        const link = new DriverLink(stream, client, registration);
        link.#listen();
        return link;
      } catch (error) {
        client.close();
        const early = address.kind === "unix" && String(error).includes("ECONNREFUSED");
        if (!early || performance.now() > patience) throw error;
        await new Promise((resolve) => setTimeout(resolve, SOCKET_POLL));
      }
    }
  }

  /** Messages are handed out from now on. */
  listen(handlers: LinkHandlers): void {
    this.#handlers = handlers;
    for (const message of this.#early) handlers.message(message);
    this.#early = [];
    if (this.#lostReason !== null) handlers.lost(this.#lostReason);
  }

  send(message: Messages.FromExecutor.$Properties): void {
    if (this.#lostReason === null) this.stream.write(wire().messages.FromExecutor.encode(message).finish() as Buffer);
  }

  /** Sends reports that threads encoded, as one message. */
  sendUpdates(updates: Uint8Array[]): void {
    if (this.#lostReason !== null) return;
    const { EncodedTaskUpdates, FromExecutor } = wire().messages;
    // The field of FromExecutor is written with the bytes of the message it holds.
    const inner = EncodedTaskUpdates.encode({ updates }).finish();
    this.stream.write(FromExecutor.encode({ taskUpdates: { $unknowns: [inner] } }).finish() as Buffer);
  }

  /** Asks the driver. Rejects with what it answered as an error, or when the connection is lost. */
  ask(call: Omit<Messages.Call.$Properties, "id">): Promise<Answer> {
    if (this.#lostReason !== null) return Promise.reject(new ClusterError("DRIVER_LOST", this.#lostReason));
    const id = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.send({ call: { ...call, id } });
    });
  }

  /** Sends what is queued and ends the stream; resolves when it is out. */
  async close(): Promise<void> {
    this.#handlers = null;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_TIMEOUT);
      for (const event of ["finish", "end", "close"]) {
        this.stream.on(event, () => {
          clearTimeout(timer);
          setImmediate(resolve);
        });
      }
      this.stream.end();
    });
    this.client.close();
  }

  #listen(): void {
    this.stream.on("data", (bytes: Buffer) => this.#received(bytes));
    this.stream.on("end", () => this.#lose("the driver closed the connection"));
    this.stream.on("close", () => this.#lose("the connection to the driver is closed"));
    this.stream.on("error", (error: Error) => this.#lose(`the connection to the driver failed: ${error.message}`));
  }

  #received(bytes: Buffer): void {
    const message = wire().messages.ToExecutor.decode(bytes) as Messages.ToExecutor.$Shape;
    if (message.batch) for (const one of message.batch.messages ?? []) this.#message(one);
    else this.#message(message);
  }

  #message(message: Messages.ToExecutor.$Shape): void {
    if (message.reply) {
      const id = message.reply.id ?? 0;
      const waiting = this.#calls.get(id);
      this.#calls.delete(id);
      if (message.reply.error) waiting?.reject(driverError(message.reply.error));
      else waiting?.resolve(message.reply);
    } else if (this.#handlers === null) this.#early.push(message);
    else this.#handlers.message(message);
  }

  #lose(reason: string): void {
    if (this.#lostReason !== null) return;
    this.#lostReason = reason;
    for (const waiting of this.#calls.values()) waiting.reject(new ClusterError("DRIVER_LOST", reason));
    this.#calls.clear();
    this.#handlers?.lost(reason);
  }
}

/** The driver's error with its own class, where it has one. */
function driverError(text: string): ClusterError {
  const [, errorClass, message] = /^\[([A-Z0-9_.]+)\] (.*)$/s.exec(text) ?? [];
  return new ClusterError(errorClass ?? "DRIVER_REFUSED", message ?? text);
}

async function socketAt(path: string, deadline: number): Promise<void> {
  const from = performance.now();
  while (!existsSync(path)) {
    const now = performance.now();
    if (now > deadline) throw new ClusterError("DRIVER_UNREACHABLE", `There is no driver at unix:${path}.`);
    await new Promise((resolve) => setTimeout(resolve, now - from > PATIENT_AFTER ? PATIENT_POLL : SOCKET_POLL));
  }
}

/** Runs the executor's part of the handshake (wire/auth.ts) on a fresh stream. Leaves no listeners behind. */
function handshake(stream: ClientDuplexStream<Buffer, Buffer>, options: LinkOptions, deadline: number): Promise<Registration> {
  const { FromExecutor, ToExecutor } = wire().messages;
  const send = (message: Messages.FromExecutor.$Properties): void =>
    void stream.write(FromExecutor.encode(message).finish() as Buffer);
  const nonce = newNonce();
  const ids = { applicationId: options.applicationId, executorId: options.executorId };
  return new Promise<Registration>((resolve, reject) => {
    let proved = false;
    const timer = setTimeout(
      () => {
        stream.cancel();
        fail(`The driver at ${options.driverUrl} did not answer in time.`);
      },
      Math.max(1, deadline - performance.now()),
    );
    const settle = (result: Registration | Error): void => {
      clearTimeout(timer);
      stream.off("data", onData).off("end", onEnd).off("error", onError);
      // An error that comes between here and the next listener must not end the process.
      stream.on("error", () => undefined);
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const fail = (why: string): void => settle(new ClusterError("REGISTRATION_FAILED", why));
    const onError = (error: Error): void =>
      fail(
        isNotAdmitted(error)
          ? `The driver at ${options.driverUrl} does not admit this executor, which does not hold the application's secret or is of another version.`
          : `The driver at ${options.driverUrl} cannot be reached: ${connectionFault(error)}`,
      );
    const onEnd = (): void => fail(`The driver at ${options.driverUrl} closed the connection.`);
    const onData = (bytes: Buffer): void => {
      const message = ToExecutor.decode(bytes) as Messages.ToExecutor.$Shape;
      if (message.refused) fail(`The driver refused this executor: ${message.refused.reason}`);
      else if (message.challenge && !proved) {
        const theirs = message.challenge.nonce ?? new Uint8Array(0);
        proved =
          isNonce(theirs) &&
          proves(message.challenge.proof ?? new Uint8Array(0), proofOf(options.secret, "driver", ids, nonce, theirs));
        if (proved) return send({ register: { proof: proofOf(options.secret, "executor", ids, nonce, theirs) } });
        stream.cancel();
        fail(`The driver at ${options.driverUrl} does not hold the application's secret.`);
      } else if (message.registered && proved) {
        settle({
          configuration: message.registered.configuration ?? {},
          driverBlockEndpoint: message.registered.driverBlockEndpoint ?? "",
        });
      } else fail("The driver's handshake is out of order.");
    };
    stream.on("data", onData).on("end", onEnd).on("error", onError);
    send({ hello: { ...ownVersions, ...ids, nonce } });
  });
}
