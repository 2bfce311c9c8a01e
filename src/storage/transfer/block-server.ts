/**
 * Serves blocks to other processes over a Unix socket or TCP. Knows sockets, framing and backpressure; what a request
 * means is the `serve` function's affair. Callers that cannot prove that they know the secret get nothing.
 */
import { rmSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import { ClusterError } from "../../common/errors";
import { afterRunning } from "../../common/running-time";
import type { Endpoint } from "../block-address";
import { endpointName } from "../block-address";
import { readLocal, readLocalAsync } from "../local-data";
import type { Encryption } from "./block-client";
import type { AnyRequest, ErrorBody, Header, Meta } from "./frames";
import { decodeHeader, decodeRequest, encodeMessage, ERROR, HEAD, HEADER_BYTES, MAX_BODY_BYTES } from "./frames";
import { CLIENT_GREETING_BYTES, CLIENT_REPLY_BYTES, ServerHandshake } from "./handshake";

/** Files are read and sent in pieces of this size. */
const PIECE = 2 ** 20;
/** Reads below this are done at once: a trip through the thread pool costs more than the read. */
const SYNC_READ = 128 * 1024;
/** Buffers that a server keeps for reading files. */
const KEPT_BUFFERS = 8;
const MAX_QUEUED = 1024;
const HANDSHAKE_MS = 10_000;
const MAX_STRANGERS = 256;

export type BodyPart =
  { readonly bytes: Uint8Array } | { readonly fd: number; readonly position: number; readonly length: number };

export interface Answer {
  /** `total` must be the sum of the parts' lengths. */
  readonly meta: Meta;
  readonly parts: readonly BodyPart[];
  /** Called once, when the bytes are sent or nobody wants them any more. */
  release?(): void;
}

/** A rejection is sent to the caller as an error; a `ServeError` with the segment it is about. */
export type Serve = (request: AnyRequest) => Promise<Answer> | Answer;

/** A failure that the other end may know: its message crosses. */
export class ServeError extends Error {
  override readonly name = "ServeError";
  constructor(readonly body: ErrorBody) {
    super(body.message);
  }
}

export interface BlockServerOptions {
  readonly secret: Uint8Array;
  readonly serve: Serve;
  /** The process may end although the server listens: a driver's, whose program has reached its end. */
  readonly background?: boolean;
  /** Connections to a port are encrypted. */
  readonly encryption?: Encryption | null;
}

/** Buffers of `PIECE` bytes, used again: fresh memory would cost its page faults for every piece. */
class BufferPool {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE);
  }

  give(buffer: Buffer): void {
    if (this.#free.length < KEPT_BUFFERS) this.#free.push(buffer);
  }
}

export class BlockServer {
  readonly #buffers = new BufferPool();
  readonly #connections = new Set<ServerConnection>();
  #strangers = 0;
  /** Connections that were closed because they proved nothing or broke the form. */
  refused = 0;

  private constructor(
    private readonly server: Server | null,
    private readonly options: BlockServerOptions,
  ) {
    const encrypted = typeof server?.address() === "string" ? null : (options.encryption ?? null);
    const take = (socket: Socket): void => this.take(socket);
    server?.on("connection", encrypted === null ? take : guarded(encrypted.accept(take)));
    if (options.background === true) server?.unref();
  }

  /** A server without a port of its own: connections are given to it by `take`. */
  static withoutPort(options: BlockServerOptions): BlockServer {
    return new BlockServer(null, options);
  }

  /** Listens; rejects with a ClusterError when the place is taken. */
  static async listen(at: Endpoint, options: BlockServerOptions): Promise<BlockServer> {
    const server = createServer({ noDelay: true, allowHalfOpen: false });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) =>
        reject(new ClusterError("CANNOT_LISTEN", `Cannot listen on ${endpointName(at)}: ${error.message}.`, { cause: error })),
      );
      if ("path" in at) server.listen({ path: at.path }, resolve);
      else server.listen({ host: at.host, port: at.port }, resolve);
    });
    return new BlockServer(server, options);
  }

  /** Where it listens, with the port that was taken. */
  get endpoint(): Endpoint {
    const address = this.server?.address() ?? null;
    if (address === null) throw new ClusterError("NOT_LISTENING", "The block server is closed.");
    return typeof address === "string" ? { path: address } : { host: address.address, port: address.port };
  }

  /** Ends all connections and stops listening. */
  async close(): Promise<void> {
    const address = this.server?.address();
    const closed = new Promise<void>((resolve) => (this.server === null ? resolve() : void this.server.close(() => resolve())));
    for (const connection of this.#connections) connection.destroy();
    await closed;
    if (typeof address === "string") rmSync(address, { force: true });
  }

  /** Serves a connection on which nothing was read yet. */
  take(socket: Socket): void {
    if (this.#strangers >= MAX_STRANGERS) {
      this.refused++;
      socket.destroy();
      return;
    }
    if (this.options.background === true) socket.unref();
    this.#strangers++;
    let known = false;
    const settle = (): void => {
      if (!known) this.#strangers--;
      known = true;
    };
    const connection = new ServerConnection(socket, this.options, this.#buffers, settle, () => {
      this.refused++;
    });
    this.#connections.add(connection);
    socket.once("close", () => {
      settle();
      this.#connections.delete(connection);
      connection.closed();
    });
  }
}

class ServerConnection {
  readonly #handshake: ServerHandshake;
  readonly #inTime: () => void;
  #greeted = false;
  #authenticated = false;
  /** Bytes of an unfinished message; never more than the longest message. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #header: Header | null = null;
  readonly #queue: { readonly requestId: number; readonly request: AnyRequest }[] = [];
  #serving = false;
  #drained: (() => void) | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly options: BlockServerOptions,
    private readonly buffers: BufferPool,
    private readonly onKnown: () => void,
    private readonly onRefused: () => void,
  ) {
    this.#handshake = new ServerHandshake(options.secret);
    this.#inTime = afterRunning(HANDSHAKE_MS, () => this.#refuse());
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => this.#wake());
    socket.on("error", () => socket.destroy());
    socket.write(this.#handshake.hello);
    socket.resume(); // whoever looked at its first bytes has stopped it
  }

  destroy(): void {
    this.socket.destroy();
  }

  closed(): void {
    this.#inTime();
    this.#queue.length = 0;
    this.#wake();
  }

  #refuse(): void {
    if (!this.socket.destroyed) this.onRefused();
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    try {
      while (!this.socket.destroyed && this.#step());
    } catch {
      this.#refuse(); // a body that is not what its type says
    }
  }

  /** Takes one message, or one part of it, off what has come; false when more must come first. */
  #step(): boolean {
    if (!this.#greeted) {
      if (this.#pendingBytes < CLIENT_GREETING_BYTES) return false;
      this.#greeted = true;
      if (this.#handshake.greeted(this.#take(CLIENT_GREETING_BYTES))) return true;
      this.#refuse();
      return false;
    }
    if (!this.#authenticated) {
      if (this.#pendingBytes < CLIENT_REPLY_BYTES) return false;
      const proof = this.#handshake.answer(this.#take(CLIENT_REPLY_BYTES));
      if (proof === null) {
        this.#refuse();
        return false;
      }
      this.#inTime();
      this.#authenticated = true;
      this.onKnown();
      this.socket.write(proof);
      return true;
    }
    if (this.#header === null) {
      if (this.#pendingBytes < HEADER_BYTES) return false;
      const header = decodeHeader(this.#take(HEADER_BYTES));
      if (header.length > MAX_BODY_BYTES || this.#queue.length >= MAX_QUEUED) {
        this.#refuse();
        return false;
      }
      this.#header = header;
    }
    if (this.#pendingBytes < this.#header.length) return false;
    const { requestId, type, length } = this.#header;
    this.#header = null;
    const request = decodeRequest(type, this.#take(length));
    if (request === null) {
      this.#refuse();
      return false;
    }
    this.#queue.push({ requestId, request });
    if (!this.#serving) void this.#serveAll();
    return true;
  }

  #take(length: number): Buffer {
    const all = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending);
    this.#pending = all.length > length ? [all.subarray(length)] : [];
    this.#pendingBytes -= length;
    return all.subarray(0, length);
  }

  async #serveAll(): Promise<void> {
    this.#serving = true;
    for (let next = this.#queue.shift(); next !== undefined && !this.socket.destroyed; next = this.#queue.shift()) {
      await this.#serveOne(next.requestId, next.request);
    }
    this.#serving = false;
  }

  async #serveOne(requestId: number, request: AnyRequest): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.options.serve(request);
    } catch (error) {
      const body: ErrorBody = error instanceof ServeError ? error.body : { message: (error as Error).message };
      await this.#write(encodeMessage(ERROR, requestId, body));
      return;
    }
    try {
      await this.#write(encodeMessage(HEAD, requestId, answer.meta));
      await this.#sendParts(answer);
    } catch {
      // The head has promised bytes that cannot be had (a file cut short, a disk error): the caller must not wait for them.
      this.socket.destroy();
    } finally {
      answer.release?.();
    }
  }

  async #sendParts(answer: Answer): Promise<void> {
    // Short reads are gathered, so that a thousand small segments are a few writes.
    let gathered: Buffer | null = null;
    let filled = 0;
    const flush = async (): Promise<void> => {
      const buffer = gathered;
      gathered = null;
      if (buffer !== null) await this.#writeWhole(buffer.subarray(0, filled), buffer);
    };
    for (const part of answer.parts) {
      if (this.socket.destroyed) break;
      if ("bytes" in part) {
        await flush();
        for (let at = 0; at < part.bytes.length; at += PIECE) await this.#write(part.bytes.subarray(at, at + PIECE));
      } else if (part.length < SYNC_READ) {
        if (filled + part.length > PIECE) await flush();
        if (gathered === null) {
          gathered = this.buffers.take();
          filled = 0;
        }
        readNow(part.fd, gathered, filled, part.length, part.position);
        filled += part.length;
      } else {
        await flush();
        await this.#sendFile(part.fd, part.position, part.length);
      }
    }
    await flush();
  }

  /** Reads one piece ahead of the one that is being sent. */
  async #sendFile(fd: number, position: number, length: number): Promise<void> {
    const read = (at: number): Promise<Buffer> => readFully(fd, this.buffers.take(), Math.min(PIECE, length - at), position + at);
    let reading = read(0);
    for (let at = 0; at < length; at += PIECE) {
      const buffer = await reading;
      if (at + PIECE < length) {
        reading = read(at + PIECE);
        reading.catch(() => undefined); // awaited in the next round, unless the socket fails first
      }
      await this.#writeWhole(buffer.subarray(0, Math.min(PIECE, length - at)), buffer);
    }
  }

  /** Resolves when the socket wants more; bytes may still be on their way. */
  #write(bytes: Uint8Array): Promise<void> | void {
    if (this.socket.destroyed || this.socket.write(bytes)) return;
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  /** Resolves when the bytes are with the kernel and their buffer is back in the pool. */
  #writeWhole(bytes: Uint8Array, buffer: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) {
        reject(new Error("the connection is closed"));
        return;
      }
      this.socket.write(bytes, (error) => {
        this.buffers.give(buffer);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  #wake(): void {
    const drained = this.#drained;
    this.#drained = null;
    drained?.();
  }
}

/** Whoever breaks off before the encryption stands ends nothing but the connection. */
function guarded(accept: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.on("error", () => socket.destroy());
    accept(socket);
  };
}

function readNow(fd: number, buffer: Buffer, at: number, length: number, position: number): void {
  for (let done = 0; done < length;) {
    const got = readLocal(fd, buffer, at + done, length - done, position + done);
    if (got === 0) throw new Error("the file is shorter than its index says");
    done += got;
  }
}

/** Fills the first `length` bytes of the buffer, and resolves with it. */
async function readFully(fd: number, buffer: Buffer, length: number, position: number): Promise<Buffer> {
  for (let done = 0; done < length;) {
    const got = await readLocalAsync(fd, buffer, done, length - done, position + done);
    if (got === 0) throw new Error("the file is shorter than its index says");
    done += got;
  }
  return buffer;
}
