/**
 * Fetches from block servers: a connection per server with any number of requests under way, a limit on the bytes
 * asked for at a time, timeouts, and new tries when a connection fails. Bytes are read from the socket straight into the
 * memory that the receiver names.
 */
import type { OnReadOpts, Socket } from "node:net";
import { connect } from "node:net";
import { ClusterError } from "../../common/errors";
import type { Endpoint } from "../block-address";
import { endpointName } from "../block-address";
import type { ErrorBody, Meta, Requests, RequestType } from "./frames";
import { decodeHeader, encodeRequest, ERROR, HEAD, HEADER_BYTES, MAX_BODY_BYTES } from "./frames";
import { ClientHandshake, MAGIC, SERVER_HELLO_BYTES, SERVER_PROOF_BYTES } from "./handshake";

/** Where a response's bytes go. Starts anew with `begin` when a failed request is tried again. */
export interface Receiver<M extends Meta = Meta> {
  /** The head has come: `meta.total` bytes follow. Throwing refuses them, which ends the connection. */
  begin(meta: M): void;
  /** A place for the next bytes, at least one long. Asked again after each `filled`. */
  place(): Uint8Array;
  /** The first `count` bytes of the last place have come. */
  filled(count: number): void;
}

export interface BlockClientOptions {
  readonly secret: Uint8Array;
  /** Bytes asked for and not there yet, over all servers; a longer response goes alone. Default 48 MB (spark.reducer.maxSizeInFlight). */
  readonly maxBytesInFlight?: number;
  /** Connections to ports are encrypted. */
  readonly encryption?: Encryption | null;
  /** New tries after a connection failed. Default 3 (spark.shuffle.io.maxRetries). */
  readonly maxRetries?: number;
  /** Pause before a new try, ms. Default 5,000 (spark.shuffle.io.retryWait). */
  readonly retryWait?: number;
  /** Longest silence of a server that owes an answer, ms. Default 120,000 (spark.network.timeout). */
  readonly timeout?: number;
}

/** How connections between hosts are encrypted. Sockets of this machine are not. */
export interface Encryption {
  /** A socket that reads into the buffers of `onread`; connected, with everything verified, when it first reads. */
  connect(host: string, port: number, onread: OnReadOpts): Socket;
  /** Makes of accepted sockets encrypted ones, which are `ready` when their handshakes are done. */
  accept(ready: (socket: Socket) => void): (socket: Socket) => void;
}

/** The server answered that it cannot: trying again is of no use. */
export class RemoteError extends Error {
  override readonly name = "RemoteError";
  constructor(readonly body: ErrorBody) {
    super(body.message);
  }
}

/**
 * Requests that the server answers only after it has fetched something itself. Answers come in order on a connection, so
 * that two executors that copy blocks to each other would wait for each other if these had not a connection of their own.
 */
const WAITS_FOR_OTHERS: ReadonlySet<RequestType> = new Set<RequestType>(["replicate", "suspect", "takeMapOutput"]);

export class BlockClient {
  readonly #connections = new Map<string, Connection>();
  readonly #waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  readonly #maxBytesInFlight: number;
  readonly #timer: NodeJS.Timeout;
  #inFlight = 0;
  #closed = false;

  constructor(private readonly options: BlockClientOptions) {
    this.#maxBytesInFlight = options.maxBytesInFlight ?? 48 * 2 ** 20;
    const timeout = options.timeout ?? 120_000;
    const interval = Math.min(1000, Math.max(10, timeout / 4));
    let looked = performance.now();
    this.#timer = setInterval(() => {
      // Time in which this process did not run is no silence of others.
      const passed = Math.min(performance.now() - looked, 2 * interval);
      looked = performance.now();
      for (const connection of this.#connections.values()) connection.silent(passed, timeout);
    }, interval);
    this.#timer.unref();
  }

  /**
   * Sends a request and resolves with the answer's meta when all its bytes are with the receiver. Rejects with a
   * RemoteError when the server says no, with a ClusterError when it cannot be reached after all tries.
   * @param expectedBytes size of the answer as far as known, for the limit of bytes in flight
   */
  async request<Type extends RequestType>(
    endpoint: Endpoint,
    type: Type,
    body: Requests[Type]["body"],
    receiver: Receiver<Requests[Type]["meta"]>,
    expectedBytes = 0,
  ): Promise<Requests[Type]["meta"]> {
    const { maxRetries = 3, retryWait = 5000 } = this.options;
    await this.#acquire(expectedBytes);
    try {
      for (let attempt = 0; ; attempt++) {
        if (this.#closed) throw new ClusterError("TRANSFER_CLOSED", "The block client is closed.");
        try {
          return await this.#connection(endpoint, WAITS_FOR_OTHERS.has(type)).request(type, body, receiver);
        } catch (error) {
          if (error instanceof RemoteError || error instanceof RefusedByReceiver || this.#closed) throw error;
          if (attempt >= maxRetries || isGone(endpoint, error)) {
            const tries = attempt === 0 ? "1 try" : `${attempt + 1} tries`;
            const reason = (error as Error).message;
            throw new ClusterError(
              "BLOCK_SERVER_UNREACHABLE",
              `${endpointName(endpoint)} did not answer after ${tries}: ${reason}.`,
              { cause: error },
            );
          }
          await new Promise((resolve) => setTimeout(resolve, retryWait));
        }
      }
    } finally {
      this.#release(expectedBytes);
    }
  }

  /** Sends a request whose answer has no bytes, or few: they are returned. */
  async call<Type extends RequestType>(
    endpoint: Endpoint,
    type: Type,
    body: Requests[Type]["body"],
  ): Promise<Requests[Type]["meta"]> {
    return this.request(endpoint, type, body, {
      begin: (meta) => {
        if (meta.total > 0) throw new Error(`an answer without bytes was expected, not ${meta.total}`);
      },
      place: () => new Uint8Array(1),
      filled: () => undefined,
    });
  }

  /** Fails what is under way and ends all connections. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const connection of this.#connections.values()) connection.destroy(new Error("the block client is closed"));
  }

  #connection(endpoint: Endpoint, apart: boolean): Connection {
    const name = endpointName(endpoint) + (apart ? " (waiting)" : "");
    let connection = this.#connections.get(name);
    if (connection === undefined) {
      connection = new Connection(endpoint, this.options, () => {
        if (this.#connections.get(name) === connection) this.#connections.delete(name);
      });
      this.#connections.set(name, connection);
    }
    return connection;
  }

  #acquire(bytes: number): Promise<void> | void {
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#inFlight += bytes;
      return;
    }
    return new Promise((resolve) => {
      this.#waiting.push({ bytes, start: resolve });
    });
  }

  #release(bytes: number): void {
    this.#inFlight -= bytes;
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inFlight += next.bytes;
      next.start();
    }
  }

  #fits(bytes: number): boolean {
    return this.#inFlight === 0 || this.#inFlight + bytes <= this.#maxBytesInFlight;
  }
}

/** A Unix socket on which nobody listens belonged to a process that is gone: no later try can succeed. */
function isGone(endpoint: Endpoint, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return "path" in endpoint && (code === "ENOENT" || code === "ECONNREFUSED");
}

/** The receiver would not take the answer; the error it threw is the cause. */
class RefusedByReceiver extends ClusterError {
  constructor(cause: unknown) {
    super("UNEXPECTED_ANSWER", `An answer of a block server is not what was asked for: ${(cause as Error).message}.`, { cause });
  }
}

interface Pending {
  readonly requestId: number;
  readonly receiver: Receiver;
  readonly resolve: (meta: Meta) => void;
  readonly reject: (error: Error) => void;
}

const SCRATCH = 64 * 1024;
/** With less than this to come, the next read also takes in the head that follows. */
const DIRECT = 16 * 1024;

type State = "hello" | "proof" | "header" | "head" | "body";

class Connection {
  readonly #socket: Socket;
  readonly #handshake: ClientHandshake;
  readonly #pending: Pending[] = [];
  /** Requests made before the handshake ended. */
  #unsent: Buffer[] | null = [];
  #nextId = 1;
  #state: State = "hello";
  /** Bytes that the current state needs, or that remain of a body. */
  #need = SERVER_HELLO_BYTES;
  #headType = 0;
  #meta: Meta = { total: 0 };
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH);
  #partial: Buffer[] = [];
  #partialBytes = 0;
  /** The place given to the socket, when it is the receiver's own. */
  #direct = false;
  /** ms since something came, or was asked for while nothing was owed. */
  #silence = 0;
  #failure: Error | null = null;

  constructor(
    endpoint: Endpoint,
    { secret, encryption = null }: Pick<BlockClientOptions, "secret" | "encryption">,
    private readonly onClosed: () => void,
  ) {
    this.#handshake = new ClientHandshake(secret);
    const onread = {
      buffer: () => this.#nextPlace(),
      callback: (count: number, bytes: Uint8Array) => {
        this.#read(count, bytes);
        return true;
      },
    };
    this.#socket =
      "path" in endpoint
        ? connect({ path: endpoint.path, onread })
        : encryption !== null
          ? encryption.connect(endpoint.host, endpoint.port, onread)
          : connect({ host: endpoint.host, port: endpoint.port, noDelay: true, onread });
    this.#socket.write(MAGIC);
    this.#socket.on("error", (error) => this.destroy(error));
    this.#socket.on("close", () =>
      this.destroy(new Error(this.#state === "proof" ? "it refused the application's secret" : "it closed the connection")),
    );
  }

  request(type: RequestType, body: Requests[RequestType]["body"], receiver: Receiver<never>): Promise<never> {
    return new Promise<Meta>((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      const requestId = this.#nextId++ >>> 0;
      const bytes = encodeRequest(type, requestId, body);
      if (this.#pending.length === 0) {
        this.#silence = 0;
        this.#socket.ref();
      }
      this.#pending.push({ requestId, receiver: receiver, resolve, reject });
      if (this.#unsent !== null) this.#unsent.push(bytes);
      else this.#socket.write(bytes);
    }) as Promise<never>;
  }

  /** So many ms have passed. */
  silent(passed: number, timeout: number): void {
    this.#silence += passed;
    if (this.#pending.length === 0 || this.#silence < timeout) return;
    this.destroy(new Error(`it was silent for ${timeout} ms`));
  }

  /** Ends the connection; requests under way fail. After this no byte is written to any receiver's memory. */
  destroy(error: Error): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#socket.destroy();
    this.onClosed();
    for (const pending of this.#pending.splice(0)) pending.reject(error);
  }

  #nextPlace(): Uint8Array {
    this.#direct = this.#state === "body" && this.#need >= DIRECT && this.#partialBytes === 0;
    if (!this.#direct) return this.#scratch;
    try {
      const place = this.#pending[0]!.receiver.place();
      return place.length > this.#need ? place.subarray(0, this.#need) : place;
    } catch (error) {
      this.#direct = false;
      this.#fail(error);
      return this.#scratch;
    }
  }

  #read(count: number, bytes: Uint8Array): void {
    this.#silence = 0;
    if (this.#failure !== null) return;
    try {
      if (this.#direct) this.#filled(count);
      else this.#parse(Buffer.from(bytes.buffer, bytes.byteOffset, count));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.destroy(error instanceof Error ? error : new Error(String(error)));
  }

  #filled(count: number): void {
    this.#need -= count;
    this.#pending[0]!.receiver.filled(count);
    if (this.#need === 0) this.#complete();
  }

  #parse(input: Buffer): void {
    let rest = input;
    while (rest.length > 0 && this.#failure === null) {
      if (this.#state === "body") {
        const place = this.#pending[0]!.receiver.place();
        const count = Math.min(place.length, rest.length, this.#need);
        place.set(rest.subarray(0, count));
        rest = rest.subarray(count);
        this.#filled(count);
        continue;
      }
      const missing = this.#need - this.#partialBytes;
      if (rest.length < missing) {
        this.#partial.push(Buffer.from(rest)); // the scratch is read into again
        this.#partialBytes += rest.length;
        return;
      }
      const whole =
        this.#partialBytes === 0 ? rest.subarray(0, missing) : Buffer.concat([...this.#partial, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      this.#partial = [];
      this.#partialBytes = 0;
      this.#message(whole);
    }
  }

  #message(bytes: Buffer): void {
    if (this.#state === "hello") {
      const reply = this.#handshake.reply(bytes);
      if (reply === null) throw new Error("it is not a block server of this version");
      this.#socket.write(reply);
      this.#expect("proof", SERVER_PROOF_BYTES);
    } else if (this.#state === "proof") {
      if (!this.#handshake.accepts(bytes)) throw new Error("it does not know the application's secret");
      for (const request of this.#unsent ?? []) this.#socket.write(request);
      this.#unsent = null;
      this.#expect("header", HEADER_BYTES);
    } else if (this.#state === "header") {
      const { length, requestId, type } = decodeHeader(bytes);
      if (
        length > MAX_BODY_BYTES ||
        length === 0 ||
        (type !== HEAD && type !== ERROR) ||
        requestId !== this.#pending[0]?.requestId
      ) {
        throw new Error("it does not keep to the protocol");
      }
      this.#headType = type;
      this.#expect("head", length);
    } else {
      this.#head(JSON.parse(bytes.toString("utf8")));
    }
  }

  #head(value: unknown): void {
    if (this.#headType === ERROR) {
      this.#expect("header", HEADER_BYTES);
      this.#shift().reject(new RemoteError(value as ErrorBody));
      return;
    }
    const meta = value as Meta;
    if (!Number.isSafeInteger(meta.total) || meta.total < 0) throw new Error("it does not keep to the protocol");
    this.#meta = meta;
    try {
      this.#pending[0]!.receiver.begin(meta);
    } catch (error) {
      this.#shift().reject(new RefusedByReceiver(error));
      throw error; // the bytes come all the same: there is no going on with this connection
    }
    this.#need = meta.total;
    this.#state = "body";
    if (meta.total === 0) this.#complete();
  }

  #complete(): void {
    this.#expect("header", HEADER_BYTES);
    this.#shift().resolve(this.#meta);
  }

  #shift(): Pending {
    const pending = this.#pending.shift()!;
    if (this.#pending.length === 0) this.#socket.unref();
    return pending;
  }

  #expect(state: State, need: number): void {
    this.#state = state;
    this.#need = need;
  }
}
