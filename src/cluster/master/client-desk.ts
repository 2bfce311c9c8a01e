/** Those who submit drivers, ask for their state, or kill them. */
import { randomBytes } from "node:crypto";
import type { Messages } from "../../wire/wire";
import type { Peer } from "../session/peer-server";
import type { BlobStore } from "./blobs";
import { hashOf, IncomingBlob, isBlobHash } from "./blobs";
import type { DriverFacts, MasterEvent } from "./events";
import type { MasterMachine } from "./machine";
import { driverFacts } from "./messages";

export interface ClientDeskOptions {
  readonly blobs: BlobStore;
  readonly machine: MasterMachine;
  dispatch(event: MasterEvent): void;
  now(): number;
}

/** What is known of a driver; `state` is "NOT_FOUND" of one that is not known. */
export interface DriverReport {
  readonly driverId: string;
  readonly state: string;
  readonly workerId: string;
  readonly workerHost: string;
  readonly message: string;
  readonly restarts: number;
}

/** A driver as it is asked for. */
export type RequestedDriver = Omit<DriverFacts, "archive" | "submitTime" | "restarts">;

interface Submission {
  readonly facts: DriverFacts;
  readonly incoming: IncomingBlob;
}

export class ClientDesk {
  readonly #submissions = new Map<Peer, Submission>();

  constructor(private readonly options: ClientDeskOptions) {}

  message(peer: Peer, message: Messages.ToMaster.$Shape): void {
    if (message.submitDriver) this.#receive(peer, driverFacts(message.submitDriver.description ?? {}));
    else if (message.blobPiece) this.#piece(peer, message.blobPiece);
    else if (message.driverStatus) peer.send({ driverStatus: this.report(message.driverStatus.driverId ?? "") });
    else if (message.killDriver) {
      const driverId = message.killDriver.driverId ?? "";
      this.kill(driverId);
      peer.send({ driverStatus: this.report(driverId) });
    } else peer.refuse("A client submits, asks or kills.");
  }

  /** Without a connection: a program that is here already. Answers the driver's id. Throws when it cannot be kept. */
  submit(facts: RequestedDriver, archive: Buffer): string {
    const { blobs } = this.options;
    const hash = hashOf(archive);
    if (!blobs.has(hash))
      new IncomingBlob(blobs, hash, randomBytes(4).toString("hex")).take({ offset: 0, total: archive.length, bytes: archive });
    return this.#enter({ ...facts, archive: hash, submitTime: 0, restarts: 0 });
  }

  kill(driverId: string): void {
    this.options.dispatch({ type: "DriverKillRequested", driverId });
  }

  closed(peer: Peer): void {
    this.#submissions.get(peer)?.incoming.drop();
    this.#submissions.delete(peer);
  }

  #receive(peer: Peer, facts: DriverFacts): void {
    const { blobs } = this.options;
    if (!isBlobHash(facts.archive) || facts.mainFile === "" || facts.cores < 1)
      return peer.send({ driverSubmitted: { driverId: "", error: "The submission is not complete." } });
    if (blobs.has(facts.archive)) return this.#accept(peer, facts);
    this.closed(peer);
    const incoming = new IncomingBlob(blobs, facts.archive, randomBytes(4).toString("hex"));
    this.#submissions.set(peer, { facts, incoming });
    peer.send({ blobRequest: { hash: facts.archive, offset: 0 } });
  }

  #piece(peer: Peer, piece: Messages.BlobPiece.$Properties): void {
    const submission = this.#submissions.get(peer);
    if (submission === undefined) return;
    const { facts, incoming } = submission;
    try {
      if (!incoming.take({ offset: piece.offset ?? 0, total: piece.total ?? -1, bytes: piece.bytes ?? Buffer.alloc(0) }))
        return peer.send({ blobRequest: { hash: facts.archive, offset: incoming.offset } });
    } catch (error) {
      this.#submissions.delete(peer);
      return peer.send({ driverSubmitted: { driverId: "", error: (error as Error).message } });
    }
    this.#submissions.delete(peer);
    this.#accept(peer, facts);
  }

  #accept(peer: Peer, facts: DriverFacts): void {
    peer.send({ driverSubmitted: { driverId: this.#enter(facts), error: "" } });
  }

  #enter(facts: DriverFacts): string {
    const now = this.options.now();
    const stamp = new Date(now).toISOString().replace(/\D/g, "").slice(0, 14);
    const driverId = `driver-${stamp}-${randomBytes(3).toString("hex")}`;
    this.options.dispatch({ type: "DriverSubmitted", driverId, facts: { ...facts, submitTime: now, restarts: 0 } });
    return driverId;
  }

  report(driverId: string): DriverReport {
    const { machine } = this.options;
    const driver = machine.drivers.active.get(driverId)?.info() ?? machine.completedDrivers.find((one) => one.id === driverId);
    const worker = machine.workers.get(driver?.workerId ?? "")?.facts;
    return {
      driverId,
      state: driver?.state ?? "NOT_FOUND",
      workerId: driver?.workerId ?? "",
      workerHost: worker?.host ?? "",
      message: driver?.message ?? "",
      restarts: driver?.restarts ?? 0,
    };
  }
}
