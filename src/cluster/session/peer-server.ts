/**
 * The master's end of its sessions: accepts streams, makes each peer prove that it holds the cluster's secret, and hands out
 * what the proven ones say. Who proves nothing gets a nonce and no more.
 */
import type { Server, ServerDuplexStream } from "@grpc/grpc-js";
import { afterRunning } from "../../common/running-time";
import type { Address } from "../../wire/address";
import { clusterProof, isNonce, newNonce, proves } from "../../wire/auth";
import { Doorkeeper } from "../../wire/admission";
import { Port } from "../../wire/port";
import { grpcServer } from "../../wire/server";
import type { TlsFiles } from "../../wire/tls";
import { versionRefusal } from "../../wire/versions";
import { passBytes, wire } from "../../wire/wire";
import type { Messages } from "../../wire/wire";

export type Role = "worker" | "application" | "client";
const ROLES: readonly string[] = ["worker", "application", "client"];

export const MASTER_PATH = "/firesteel.Master/Session";

const HANDSHAKE_MS = 10_000;
/** Longest message of a peer: pieces of archives are far below it. */
const MAX_MESSAGE = 8 * 2 ** 20;
/** A hello or a proof is not longer than this. */
const MAX_STRANGER_MESSAGE = 1024;
const STOP_MS = 500;
export const NO_SECRET =
  "It does not hold the cluster's secret (spark.authenticate.secret), or is of another version of firesteel.";

export interface PeerHandlers {
  /** Why a peer that has proven itself is to look for another master; null: it need not. */
  standby(): string | null;
  message(peer: Peer, message: Messages.ToMaster.$Shape): void;
  /** Once for every peer that has proven itself. */
  closed(peer: Peer): void;
}

export class Peer {
  role: Role = "client";
  /** "ip:port" of its end. */
  readonly from: string;
  #state: "hello" | "proof" | "open" | "closed" = "hello";
  #nonces: { peer: Uint8Array; master: Uint8Array } | null = null;
  readonly #inTime: () => void;

  constructor(
    private readonly stream: ServerDuplexStream<Buffer, Buffer>,
    private readonly secret: Uint8Array,
    private readonly handlers: PeerHandlers,
    private readonly onRefused: (reason: string, from: string) => void,
  ) {
    this.from = stream.getPeer();
    this.#inTime = afterRunning(HANDSHAKE_MS, () => this.refuse("The handshake took too long."));
    stream.on("data", (bytes: Buffer) => this.#received(bytes));
    for (const event of ["end", "close", "cancelled", "error"]) stream.on(event, () => this.close());
  }

  send(message: Messages.FromMaster.$Properties): void {
    if (this.#state !== "open") return;
    this.#write(message);
  }

  /** Says why, and ends the session. */
  refuse(reason: string): void {
    if (this.#state === "closed") return;
    if (this.#state !== "open") this.onRefused(reason, this.from);
    this.#write({ refused: { reason } });
    this.close();
  }

  close(): void {
    if (this.#state === "closed") return;
    const wasOpen = this.#state === "open";
    this.#state = "closed";
    this.#inTime();
    this.stream.end();
    if (wasOpen) this.handlers.closed(this);
  }

  #received(bytes: Buffer): void {
    if (this.#state === "closed") return;
    if (this.#state !== "open" && bytes.length > MAX_STRANGER_MESSAGE) return this.refuse("The handshake is out of order.");
    let message: Messages.ToMaster.$Shape;
    try {
      message = wire().messages.ToMaster.decode(bytes);
    } catch {
      return this.refuse("A message could not be read.");
    }
    if (this.#state === "open") this.handlers.message(this, message);
    else if (this.#state === "hello" && message.hello) this.#hello(message.hello);
    else if (this.#state === "proof" && message.proof) this.#proof(message.proof.proof ?? new Uint8Array(0));
    else this.refuse("The handshake is out of order.");
  }

  #hello(hello: Messages.PeerHello.$Properties): void {
    const refusal = versionRefusal({ protocol: hello.protocol ?? 0, version: hello.version ?? "" });
    if (refusal !== null) return this.refuse(refusal);
    const nonce = hello.nonce ?? new Uint8Array(0);
    if (!ROLES.includes(hello.role ?? "") || !isNonce(nonce)) return this.refuse("The handshake is out of order.");
    this.role = hello.role as Role;
    this.#nonces = { peer: nonce, master: newNonce() };
    this.#state = "proof";
    this.#write({ challenge: { nonce: this.#nonces.master } });
  }

  #proof(proof: Uint8Array): void {
    const { peer, master } = this.#nonces!;
    if (!proves(proof, clusterProof(this.secret, "peer", this.role, peer, master))) return this.refuse(NO_SECRET);
    const standby = this.handlers.standby();
    if (standby !== null) {
      this.#write({ refused: { reason: standby, standby: true } });
      return this.close();
    }
    this.#inTime();
    this.#state = "open";
    this.#write({ welcome: { proof: clusterProof(this.secret, "master", this.role, peer, master) } });
  }

  #write(message: Messages.FromMaster.$Properties): void {
    this.stream.write(wire().messages.FromMaster.encode(message).finish() as Buffer);
  }
}

export interface PeerServerOptions {
  readonly listen: Address;
  readonly tls: TlsFiles | null;
  /** Empty: a cluster without a secret. */
  readonly secret: Uint8Array;
  readonly handlers: PeerHandlers;
  readonly refused: (reason: string, from: string) => void;
}

export class PeerServer {
  readonly #peers = new Set<Peer>();

  private constructor(
    private readonly server: Server,
    private readonly port: Port,
    private readonly doorkeeper: Doorkeeper,
  ) {}

  static async open(options: PeerServerOptions): Promise<PeerServer> {
    const server = grpcServer({ "grpc.max_receive_message_length": MAX_MESSAGE });
    const opened: { it?: PeerServer } = {};
    const method = {
      path: MASTER_PATH,
      requestStream: true,
      responseStream: true,
      requestSerialize: passBytes,
      requestDeserialize: passBytes,
      responseSerialize: passBytes,
      responseDeserialize: passBytes,
    } as const;
    server.addService(
      { Session: method },
      { Session: (stream: ServerDuplexStream<Buffer, Buffer>) => opened.it!.#accept(stream, options) },
    );
    const injector = server.createConnectionInjector(wire().ServerCredentials.createInsecure());
    const port = await Port.open(options.listen, {
      tls: options.tls,
      background: false,
      grpc: (socket) => injector.injectConnection(socket),
    });
    opened.it = new PeerServer(server, port, new Doorkeeper(options.secret, MASTER_PATH));
    return opened.it;
  }

  get address(): Address {
    return this.port.address;
  }

  get refusedConnections(): number {
    return this.port.refused;
  }

  async close(): Promise<void> {
    this.port.stopListening();
    for (const peer of this.#peers) peer.close();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, STOP_MS);
      this.server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.server.forceShutdown();
    this.port.close();
  }

  #accept(stream: ServerDuplexStream<Buffer, Buffer>, { secret, handlers, refused }: PeerServerOptions): void {
    if (!this.doorkeeper.admits(stream, this.port)) return refused(NO_SECRET, stream.getPeer());
    const peer = new Peer(stream, secret, handlers, refused);
    this.#peers.add(peer);
    stream.on("close", () => this.#peers.delete(peer));
  }
}
