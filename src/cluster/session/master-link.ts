/**
 * A peer's end of its session with a master: connects to the first of the masters that takes it, and again when the connection was
 * lost. What is sent while there is no connection is dropped: after each connection the peer tells everything anew.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { ClientDuplexStream } from "@grpc/grpc-js";
import type { MasterAddress } from "../../common/cluster-master";
import { hostPort } from "../../common/cluster-master";
import { ClusterError } from "../../common/errors";
import { clusterProof, isNonce, newNonce, proves } from "../../wire/auth";
import { admission, isNotAdmitted } from "../../wire/admission";
import { connectionFault, openChannel } from "../../wire/channel";
import type { TlsFiles } from "../../wire/tls";
import { ownVersions } from "../../wire/versions";
import { passBytes, wire } from "../../wire/wire";
import type { Messages } from "../../wire/wire";
import type { Role } from "./peer-server";
import { MASTER_PATH, NO_SECRET } from "./peer-server";

export interface MasterLinkOptions {
  readonly masters: readonly MasterAddress[];
  readonly role: Role;
  readonly secret: Uint8Array;
  readonly tls: Pick<TlsFiles, "ca"> | null;
  /** Whether the link keeps the process alive: a driver's does not, whose program may come to its end. */
  readonly keepAlive: boolean;
}

export interface MasterLinkHandlers {
  /** Connected, for the first time or again: now everything is to be told. */
  connected(master: string): void;
  message(message: Messages.FromMaster.$Shape): void;
  /** The connection is gone; it is tried again. */
  disconnected(reason: string): void;
  /** A round over all masters failed. */
  failed?(error: ClusterError): void;
}

const CONNECT_MS = 5000;
/** A master that is frozen, or whose machine is gone, is given up after twice this time. */
const PING_MS = 5000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5000;

type Stream = ClientDuplexStream<Buffer, Buffer>;

/** A session that stands. */
interface Open {
  readonly stream: Stream;
  readonly master: string;
  close(): void;
}

/** A master said no, in words: trying again does not help unless something is changed. */
export class RefusedError extends ClusterError {
  constructor(master: string, reason: string) {
    super("MASTER_REFUSED", `The master at ${master} refused: ${reason}`);
  }
}

/** A master that is there, and is not the active one: another one is, or will be in a moment. */
export class StandbyError extends ClusterError {
  constructor(master: string, reason: string) {
    super("STANDBY", `The master at ${master} takes nothing: ${reason}.`);
  }
}

export class MasterLink {
  #open: Open | null = null;
  #closed = false;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly options: MasterLinkOptions,
    private readonly handlers: MasterLinkHandlers,
  ) {}

  start(): void {
    void this.#connect();
  }

  get connected(): boolean {
    return this.#open !== null;
  }

  send(message: Messages.ToMaster.$Properties): void {
    this.#open?.stream.write(wire().messages.ToMaster.encode(message).finish() as Buffer);
  }

  /** Gives the connection up and makes another. */
  reconnect(reason: string): void {
    this.#lost(reason);
  }

  /** Sends what is queued, and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 300);
      open.stream.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      open.stream.end();
    });
    open.close();
  }

  async #connect(): Promise<void> {
    this.#timer = null;
    const errors: ClusterError[] = [];
    for (const address of this.options.masters) {
      if (this.#closed) return;
      const master = hostPort(address);
      try {
        const open = await openSession(master, this.options);
        if (this.#closed) return open.close();
        return this.#opened(open);
      } catch (error) {
        errors.push(error instanceof ClusterError ? error : new ClusterError("UNREACHABLE", String(error)));
      }
    }
    if (this.#closed) return;
    const worst = [RefusedError, StandbyError].map((kind) => errors.find((error) => error instanceof kind));
    this.handlers.failed?.(worst[0] ?? worst[1] ?? errors[0]!);
    this.#later();
  }

  #opened(open: Open): void {
    this.#open = open;
    this.#pause = FIRST_PAUSE;
    const lost = (reason: string) => (): void => {
      if (this.#open === open) this.#lost(reason);
    };
    open.stream.on("data", (bytes: Buffer) => {
      if (this.#open !== open) return;
      const message = wire().messages.FromMaster.decode(bytes) as Messages.FromMaster.$Shape;
      if (message.refused) return lost(message.refused.reason ?? "refused")();
      this.handlers.message(message);
    });
    open.stream.on("end", lost("the master closed the connection"));
    open.stream.on("close", lost("the connection to the master is closed"));
    open.stream.on("error", (error: Error) => lost(`the connection to the master failed: ${error.message}`)());
    this.handlers.connected(open.master);
  }

  #lost(reason: string): void {
    const open = this.#open;
    if (open === null) return;
    this.#open = null;
    open.close();
    this.handlers.disconnected(reason);
    if (!this.#closed) this.#later();
  }

  #later(): void {
    const timer = setTimeout(() => void this.#connect(), this.#pause);
    if (!this.options.keepAlive) timer.unref();
    this.#timer = timer;
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }
}

/** Somebody listens there, and ends what speaks without TLS. */
function tlsAdvice(error: Error): string {
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/.test(connectionFault(error))) return "";
  return " If it has TLS, --tls-ca, --tls-cert and --tls-key are needed here, too.";
}

/** Connects and runs the peer's part of the handshake. */
async function openSession(master: string, { role, secret, tls, keepAlive }: MasterLinkOptions): Promise<Open> {
  const sockets = keepAlive ? null : watchSockets();
  const client = openChannel(master, tls, PING_MS);
  const stream: Stream = client.makeBidiStreamRequest(MASTER_PATH, passBytes, passBytes, admission(secret, MASTER_PATH));
  const { ToMaster, FromMaster } = wire().messages;
  const send = (message: Messages.ToMaster.$Properties): void => void stream.write(ToMaster.encode(message).finish() as Buffer);
  const nonce = newNonce();
  try {
    await new Promise<void>((resolve, reject) => {
      let theirs: Uint8Array | null = null;
      const timer = setTimeout(
        () => done(new ClusterError("UNREACHABLE", `The master at ${master} did not answer in time.`)),
        CONNECT_MS,
      );
      if (!keepAlive) timer.unref();
      const done = (error: Error | null): void => {
        clearTimeout(timer);
        stream.off("data", onData).off("end", onEnd).off("error", onError);
        stream.on("error", () => undefined);
        if (error === null) resolve();
        else reject(error);
      };
      const onEnd = (): void => done(new ClusterError("UNREACHABLE", `The master at ${master} closed the connection.`));
      const onError = (error: Error): void =>
        done(
          isNotAdmitted(error)
            ? new RefusedError(master, NO_SECRET)
            : new ClusterError(
                "UNREACHABLE",
                `The master at ${master} cannot be reached: ${connectionFault(error)}. See that it runs there (firesteel master) and that this machine may connect to it.${tls === null ? tlsAdvice(error) : ""}`,
                { cause: error },
              ),
        );
      const onData = (bytes: Buffer): void => {
        const message = FromMaster.decode(bytes) as Messages.FromMaster.$Shape;
        if (message.refused?.standby) done(new StandbyError(master, message.refused.reason ?? ""));
        else if (message.refused) done(new RefusedError(master, message.refused.reason ?? ""));
        else if (message.challenge && theirs === null && isNonce(message.challenge.nonce ?? new Uint8Array(0))) {
          theirs = message.challenge.nonce!;
          send({ proof: { proof: clusterProof(secret, "peer", role, nonce, theirs) } });
        } else if (message.welcome && theirs !== null) {
          const proven = proves(message.welcome.proof ?? new Uint8Array(0), clusterProof(secret, "master", role, nonce, theirs));
          done(proven ? null : new RefusedError(master, "it does not hold the cluster's secret itself"));
        } else done(new ClusterError("UNREACHABLE", `What listens at ${master} is not a master of firesteel.`));
      };
      stream.on("data", onData).on("end", onEnd).on("error", onError);
      send({ hello: { protocol: ownVersions.protocol, version: ownVersions.version, role, nonce } });
    });
    sockets?.unref(master);
  } catch (error) {
    stream.cancel();
    client.close();
    throw error;
  } finally {
    sockets?.stop();
  }
  return { stream, master, close: () => (stream.cancel(), client.close()) };
}

/**
 * gRPC gives no way to its sockets, which keep a process alive while a stream is open. Node tells of every socket that is made; those
 * to the master are let go.
 */
function watchSockets(): { unref(master: string): void; stop(): void } {
  const made: Socket[] = [];
  const note = (message: unknown): void => void made.push((message as { socket: Socket }).socket);
  subscribe("net.client.socket", note);
  return {
    unref: (master) => {
      for (const socket of made) if (master.endsWith(`:${socket.remotePort}`)) socket.unref();
    },
    stop: () => void unsubscribe("net.client.socket", note),
  };
}
