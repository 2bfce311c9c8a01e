/** Drivers that run on this worker: fetches their program from the master, unpacks it, and runs it as `firesteel submit` would. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mkdirSync, readFileSync } from "node:fs";
import type { MasterAddress } from "../../common/cluster-master";
import { masterUrl } from "../../common/cluster-master";
import { log } from "../../common/log";
import type { TlsFiles } from "../../wire/tls";
import type { Messages } from "../../wire/wire";
import { BlobStore, IncomingBlob, isBlobHash } from "../master/blobs";
import { unpackProgram } from "../program/archive";
import { CLUSTER_SECRET_VARIABLE } from "../secret";
import { Child } from "./child";
import { ChildSet } from "./child-set";
import { withAllocatorOfDriver } from "../allocator";
import { childEnvironment } from "./launch-executor";
import { rollingOf } from "./rolling-file";
import { archivesIn } from "./work-directory";

export interface DriverLauncherOptions {
  readonly workDirectory: string;
  readonly masters: readonly MasterAddress[];
  /** By which executors reach a driver, and on which it listens. */
  readonly host: string;
  readonly listenHost: string;
  readonly secret: Uint8Array;
  readonly tls: TlsFiles | null;
  readonly cliFile: string;
  ask(message: Messages.ToMaster.$Properties): void;
  changed(child: Child, message: Messages.ToMaster.$Properties): void;
}

type Description = Messages.DriverDescription.$Properties;

interface Waiting {
  readonly driverId: string;
  readonly description: Description;
}

const NAME = /^[\w.-]+$/;
const MIB = 2 ** 20;

export class DriverLauncher {
  readonly children: ChildSet;
  readonly #descriptions = new Map<string, Description>();
  readonly #store: BlobStore;
  readonly #fetching = new Map<string, { readonly incoming: IncomingBlob; readonly waiting: Waiting[] }>();
  /** Those that were stopped before they ran. */
  readonly #stopped = new Set<string>();

  constructor(
    private readonly options: DriverLauncherOptions,
    kept: number,
  ) {
    this.children = new ChildSet(kept);
    this.#store = new BlobStore(archivesIn(options.workDirectory));
  }

  descriptionOf(driverId: string): Description {
    return this.#descriptions.get(driverId) ?? {};
  }

  launch(driverId: string, description: Description): void {
    const archive = description.archive ?? "";
    if (!NAME.test(driverId) || driverId.startsWith(".") || !isBlobHash(archive))
      return this.#failed(driverId, "its description is not complete");
    this.#descriptions.set(driverId, description);
    if (this.#store.has(archive)) return this.#start(driverId, description);
    const fetching = this.#fetching.get(archive);
    if (fetching !== undefined) return void fetching.waiting.push({ driverId, description });
    this.#fetching.set(archive, {
      incoming: new IncomingBlob(this.#store, archive, String(process.pid)),
      waiting: [{ driverId, description }],
    });
    this.options.ask({ blobRequest: { hash: archive, offset: 0 } });
  }

  /** A piece of a program that was asked for. */
  piece({ hash, offset, total, bytes }: Messages.BlobPiece.$Properties): void {
    const fetching = this.#fetching.get(hash ?? "");
    if (fetching === undefined) return;
    const { incoming, waiting } = fetching;
    let complete: boolean;
    try {
      complete = incoming.take({ offset: offset ?? 0, total: total ?? -1, bytes: bytes ?? new Uint8Array(0) });
    } catch (error) {
      this.#fetching.delete(incoming.hash);
      for (const { driverId } of waiting) this.#failed(driverId, `its program cannot be fetched: ${(error as Error).message}`);
      return;
    }
    if (!complete) return this.options.ask({ blobRequest: { hash: incoming.hash, offset: incoming.offset } });
    this.#fetching.delete(incoming.hash);
    for (const { driverId, description } of waiting) this.#start(driverId, description);
  }

  stop(driverId: string, graceMs: number): void {
    const child = this.children.running.find(({ spec }) => spec.id === driverId);
    if (child !== undefined) child.end("SIGTERM", graceMs, "it was killed");
    else if (this.#descriptions.has(driverId)) this.#stopped.add(driverId);
  }

  #start(driverId: string, description: Description): void {
    if (this.#stopped.delete(driverId)) {
      this.#descriptions.delete(driverId);
      return this.options.ask({ driverChanged: { driverId, state: "KILLED", message: "" } });
    }
    let child: Child;
    try {
      child = this.#spawn(driverId, description);
    } catch (error) {
      return this.#failed(driverId, (error as Error).message);
    }
    this.children.add(child);
    log.info(`driver ${driverId} is started`);
    void child.ended.then((end) => {
      const finished = end.failed === null && end.code === 0;
      const state = child.dismissed !== null ? "KILLED" : finished ? "FINISHED" : "FAILED";
      const how = end.failed ?? (end.signal === null ? `exited with code ${end.code}` : `killed by ${end.signal}`);
      const message = state === "FAILED" ? how : "";
      child.state = state;
      child.message = message;
      this.children.end(child);
      log.info(`driver ${driverId} ended: ${state}${message === "" ? "" : `, ${message}`}`);
      this.options.changed(child, { driverChanged: { driverId, state, message } });
      this.#descriptions.delete(driverId);
    });
  }

  #spawn(driverId: string, description: Description): Child {
    const { workDirectory, masters, host, listenHost, secret, tls, cliFile } = this.options;
    const directory = join(workDirectory, driverId);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const program = join(directory, "program");
    rmSync(program, { recursive: true, force: true });
    const archive = description.archive ?? "";
    this.#store.touch(archive);
    const { mainFile, files } = unpackProgram(readFileSync(this.#store.path(archive)), program);
    const settings = new Map(Object.entries(description.settings ?? {}));
    settings.set("spark.master", masterUrl(masters));
    settings.set("spark.submit.deployMode", "cluster");
    settings.set("spark.driver.host", host);
    settings.set("spark.driver.bindAddress", listenHost);
    if (!settings.has("spark.app.name") && description.name) settings.set("spark.app.name", description.name);
    for (const [key, list] of Object.entries(files)) settings.set(key, list);
    if (tls !== null) {
      settings.set("spark.ssl.certChain", tls.cert);
      settings.set("spark.ssl.privateKey", tls.key);
      settings.set("spark.ssl.trustStore", tls.ca);
    }
    const properties = join(directory, "driver.properties");
    writeFileSync(properties, [...settings].map(([key, value]) => `${key}=${value.replace(/\r?\n/g, " ")}\n`).join(""), {
      mode: 0o600,
    });
    const memory = description.memoryBytes ?? 0;
    return new Child({
      appId: null,
      id: driverId,
      name: description.name ?? "",
      cores: description.cores ?? 1,
      memory,
      resources: {},
      directory,
      args: [
        ...(memory > 0 ? [`--max-old-space-size=${Math.max(64, Math.floor(memory / MIB))}`] : []),
        cliFile,
        "driver",
        "--properties-file",
        properties,
        mainFile,
        ...(description.args ?? []),
      ],
      env: withAllocatorOfDriver(
        childEnvironment(secret.length === 0 ? {} : { [CLUSTER_SECRET_VARIABLE]: Buffer.from(secret).toString() }),
      ),
      input: "",
      rolling: rollingOf((key) => settings.get(key)),
    });
  }

  #failed(driverId: string, message: string): void {
    log.error(`driver ${driverId} cannot be started: ${message}`);
    this.#descriptions.delete(driverId);
    this.options.ask({ driverChanged: { driverId, state: "ERROR", message } });
  }
}
