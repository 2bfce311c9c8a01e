/**
 * A TCP port of ours: under TLS where the cluster has certificates, with gRPC and block transfers side by side. The first four bytes of
 * a connection tell which it is. Whoever says nothing, or something else, or opens no stream that is admitted (admission.ts) in time,
 * is cut off; few of such may be connected at once.
 */
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import { createServer } from "node:net";
import { ClusterError } from "../common/errors";
import { afterRunning } from "../common/running-time";
import { MAGIC as BLOCKS } from "../storage/transfer/handshake";
import type { Address } from "./address";
import { formatAddress } from "./address";
import type { TlsFiles } from "./tls";
import { securing } from "./tls";

/** How connections of HTTP/2 begin. */
const HTTP2 = Buffer.from("PRI ", "latin1");

const ADMISSION_MS = 10_000;
const MAX_STRANGERS = 512;
/** Who is turned away is told so before the connection ends, ms. */
const FAREWELL_MS = 100;

export interface PortOptions {
  readonly tls: TlsFiles | null;
  /** The process may end although the port is open. */
  readonly background: boolean;
  readonly grpc: (socket: Socket) => void;
  /** Without it there are no block transfers on this port. The first four bytes are still to be read. */
  readonly blocks?: (socket: Socket) => void;
}

export class Port {
  readonly #sockets = new Set<Socket>();
  /** Connections of gRPC that are not admitted yet, by "address:port" of their other end. */
  readonly #waiting = new Map<string, { admit(): void; refuse(): void }>();
  #strangers = 0;
  /** Connections that were cut off because they began as nothing that belongs here, or did not show the secret. */
  refused = 0;

  private constructor(
    private readonly listener: NetServer,
    private readonly listened: Address,
    private readonly options: PortOptions,
  ) {}

  /** Port 0 takes a free one. Rejects with a ClusterError when the place is taken. */
  static async open(address: Address, options: PortOptions): Promise<Port> {
    const accept: { port?: Port } = {};
    const secure = options.tls === null ? null : securing(options.tls, (socket) => accept.port!.#begin(socket));
    const listener = createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => socket.destroy());
      const port = accept.port!;
      if (!port.#admit(socket)) return;
      if (secure === null) port.#begin(socket);
      else secure(socket);
    });
    await new Promise<void>((resolve, reject) => {
      listener.once("error", (error) => {
        reject(
          new ClusterError("CANNOT_LISTEN", `Cannot listen on ${formatAddress(address)}: ${error.message}.`, { cause: error }),
        );
      });
      listener.listen(address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port }, resolve);
    });
    if (options.background) listener.unref();
    const listened = address.kind === "unix" ? address : { ...address, port: (listener.address() as AddressInfo).port };
    accept.port = new Port(listener, listened, options);
    return accept.port;
  }

  get address(): Address {
    return this.listened;
  }

  /** The connection from `peer` ("address:port") is one of ours. */
  admit(peer: string): void {
    this.#waiting.get(peer)?.admit();
  }

  /** It is not. One that was admitted before stays. */
  turnAway(peer: string): void {
    const waiting = this.#waiting.get(peer);
    if (waiting !== undefined) setTimeout(() => waiting.refuse(), FAREWELL_MS).unref();
  }

  /** No new connections; those that are open go on. */
  stopListening(): void {
    this.listener.close();
  }

  close(): void {
    this.listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #admit(socket: Socket): boolean {
    if (this.#strangers >= MAX_STRANGERS) {
      this.refused++;
      socket.destroy();
      return false;
    }
    if (this.options.background) socket.unref();
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    return true;
  }

  #begin(socket: Socket): void {
    // Only this user's processes reach a socket in a directory of his.
    if (this.listened.kind === "unix") return this.options.grpc(socket);
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#strangers++;
    let settled = false;
    const settle = (): void => {
      if (settled) return;
      settled = true;
      this.#strangers--;
      inTime();
      if (this.#waiting.get(peer)?.admit === settle) this.#waiting.delete(peer);
    };
    const refuse = (): void => {
      if (!settled) this.refused++;
      settle();
      socket.destroy();
    };
    const inTime = afterRunning(ADMISSION_MS, refuse);
    socket.once("close", settle);
    let first: Buffer = Buffer.alloc(0);
    const look = (chunk: Buffer): void => {
      first = first.length === 0 ? chunk : Buffer.concat([first, chunk]);
      if (first.length < HTTP2.length) return;
      const start = first.subarray(0, HTTP2.length);
      const take = HTTP2.equals(start) ? this.options.grpc : BLOCKS.equals(start) ? this.options.blocks : undefined;
      if (take === undefined) return refuse();
      socket.off("data", look);
      socket.pause();
      if (take === this.options.grpc) this.#waiting.set(peer, { admit: settle, refuse });
      else settle();
      socket.unshift(first);
      take(socket);
    };
    socket.on("data", look);
  }
}
