/** The history server: the applications of a directory of event logs, each shown from its log, read when it is asked for. */
import type { Readable } from "node:stream";
import { SPARK_VERSION } from "../../common/spark-version";
import { UsageError } from "../../common/errors";
import { log } from "../../common/log";
import { type AccessList, joined, type PageAccess, viewersOf } from "../../common/page-access";
import { eventFromJson } from "../../events/event-from-json";
import type { Json } from "../../events/event-json";
import { type EventLogFiles, linesOf } from "../../events/event-log-files";
import type { TlsFiles } from "../../wire/tls";
import type { ApplicationInfo, HistoryEntry } from "../api-types";
import { reportHtml } from "../report/report";
import { addApiFiresteel, addIdentity } from "../server/api-firesteel";
import { isListed, type Visitor } from "../server/access";
import { addHistoryAddresses } from "../server/page-addresses";
import { addPlainPages } from "../server/plain";
import { addApiV1 } from "../server/api-v1";
import type { Applications } from "../server/applications";
import { HttpServer } from "../server/http-server";
import { daemonText, metricsReply } from "../server/prometheus";
import { json, Routes } from "../server/routes";
import { StaticFiles } from "../server/static-files";
import { AppStore, DEFAULT_LIMITS } from "../store/app-store";
import { infoOf, type Listed, Listing } from "./listing";
import { zipOf } from "./zip";

export interface HistoryOptions {
  readonly version: string;
  readonly webFolder: string;
  /** Of event logs. */
  readonly directory: string;
  /** Where summaries of logs are remembered; null: nowhere. */
  readonly cacheFolder: string | null;
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly tls?: TlsFiles | null;
  /** Who may look at these pages, and who at all applications; null: everybody at everything. */
  readonly access?: { readonly pages: PageAccess; readonly admins: AccessList } | null;
  readonly framedBy: readonly string[];
  /** How often the directory is looked at, ms: spark.history.fs.update.interval. */
  readonly updateInterval: number;
  /** Applications kept in memory: spark.history.retainedApplications. */
  readonly retained: number;
  /** Logs that are older than so many ms, or more than so many, are deleted; null: never. spark.history.fs.cleaner.*. */
  readonly cleaner: { readonly maxAge: number; readonly maxCount: number; readonly interval: number } | null;
}

interface Loaded {
  readonly size: number;
  readonly modified: number;
  readonly store: Promise<AppStore>;
}

/** Lines that are applied before others get their turn. */
const SLICE = 2000;

export class HistoryUi implements Applications {
  readonly #listing: Listing;
  /** By path of the log, the one that was asked for last at the end. */
  readonly #loaded = new Map<string, Loaded>();
  #server: HttpServer | undefined;
  readonly #timers: NodeJS.Timeout[] = [];

  /** Throws a UsageError where the directory cannot be read. */
  constructor(private readonly options: HistoryOptions) {
    this.#listing = new Listing(options.directory, options.cacheFolder);
    try {
      this.#listing.refresh();
    } catch (error) {
      throw new UsageError("HISTORY_DIRECTORY", `The directory of event logs cannot be read: ${(error as Error).message}`);
    }
    this.#clean();
  }

  /** Resolves with the address. */
  async listen(): Promise<string> {
    const {
      host,
      port,
      allowedHosts,
      tls = null,
      access = null,
      framedBy,
      webFolder,
      version,
      updateInterval,
      cleaner,
    } = this.options;
    const routes = new Routes();
    addIdentity(routes, () => ({
      kind: "history",
      title: "History",
      version,
      sparkVersion: SPARK_VERSION,
      killEnabled: false,
      links: [],
    }));
    addApiV1(routes, this);
    addApiFiresteel(routes, this, (store) => reportHtml(store, webFolder, version));
    addPlainPages(routes, this);
    addHistoryAddresses(routes);
    routes.get("/api/firesteel/v1/history", () => json(this.#entries()));
    routes.get("/health", () => json({ status: "ok", applications: this.#listing.applications.length }));
    routes.get("/ready", () => json({ status: "ok" }));
    routes.get("/metrics/prometheus", () => metricsReply(this.#metrics()));
    const versions = { version: (topic: string) => (topic === "history" ? this.#listing.version : 0) };
    this.#server = new HttpServer(
      {
        host,
        port,
        portRetries: 0,
        allowedHosts,
        tls,
        access: access?.pages ?? null,
        framedBy,
        files: new StaticFiles(webFolder),
        versions: () => Promise.resolve(versions),
        background: false,
      },
      routes,
    );
    const bound = await this.#server.listen();
    this.#timers.push(setInterval(() => this.#refresh(), updateInterval));
    if (cleaner !== null) this.#timers.push(setInterval(() => this.#clean(), cleaner.interval));
    return this.#server.urlAt(bound);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#server?.close();
  }

  #metrics(): string {
    const { applications } = this.#listing;
    const completed = applications.filter(({ entry }) => entry.completed).length;
    return daemonText("firesteel_history", [
      ["applications_completed", "Applications that have ended.", completed],
      ["applications_incomplete", "Applications that run, or ended without saying so.", applications.length - completed],
      ["applications_loaded", "Applications whose pages are in memory.", this.#loaded.size],
      ["resident_memory_bytes", "Resident memory of the process.", process.memoryUsage.rss()],
    ]);
  }

  list(): ApplicationInfo[] {
    return this.#listing.applications.map(infoOf);
  }

  async find(id: string, attemptId?: string): Promise<AppStore | null> {
    const listed = this.#listing.find(id, attemptId) ?? this.#looked(id, attemptId);
    return listed === undefined ? null : this.#store(listed);
  }

  refusal({ application: { user }, environment }: AppStore, visitor: Visitor): string | null {
    const { access = null } = this.options;
    if (access === null || isListed(visitor, joined(access.admins, viewersOf(user, environment?.sparkProperties ?? {}))))
      return null;
    return `User ${visitor.user} is not authorized to access this application.`;
  }

  download(id: string, attemptId?: string): Promise<{ name: string; content: Readable } | null> {
    const listed = this.#listing.find(id, attemptId);
    if (listed === undefined) return Promise.resolve(null);
    return Promise.resolve({ name: `eventLogs-${id}.zip`, content: zipOf(listed.files) });
  }

  #entries(): HistoryEntry[] {
    return this.#listing.applications.map(({ entry }) => entry);
  }

  /** An application that has only just begun. */
  #looked(id: string, attemptId: string | undefined): Listed | undefined {
    this.#refresh();
    return this.#listing.find(id, attemptId);
  }

  #refresh(): void {
    try {
      this.#listing.refresh();
    } catch (error) {
      log.warn(`The directory of event logs cannot be read: ${(error as Error).message}`);
    }
  }

  #store({ files }: Listed): Promise<AppStore> {
    const known = this.#loaded.get(files.path);
    this.#loaded.delete(files.path);
    const current = known !== undefined && known.size === files.size && known.modified === files.modified;
    const loaded = current ? known : { size: files.size, modified: files.modified, store: replay(files) };
    this.#loaded.set(files.path, loaded);
    loaded.store.catch(() => this.#loaded.delete(files.path));
    for (const path of this.#loaded.keys()) {
      if (this.#loaded.size <= this.options.retained) break;
      this.#loaded.delete(path);
    }
    return loaded.store;
  }

  #clean(): void {
    const { cleaner } = this.options;
    if (cleaner === null) return;
    const now = Date.now();
    const old = (one: Listed) => now - one.entry.lastUpdated > cleaner.maxAge;
    const all = this.#listing.applications;
    // As in Spark, what goes by its age does not count: of the others the newest stay.
    const surplus = all.filter((one) => !old(one) && one.entry.completed).slice(cleaner.maxCount);
    const doomed = [...all.filter(old), ...surplus];
    for (const one of doomed) {
      log.info(`the event log of ${one.entry.id} is deleted: it is old`);
      this.#listing.remove(one);
      this.#loaded.delete(one.files.path);
    }
    if (doomed.length > 0) this.#refresh();
  }
}

/** All events of a log. Lines that are cut off, or of no known kind, are passed over. */
async function replay(files: EventLogFiles): Promise<AppStore> {
  const store = new AppStore(DEFAULT_LIMITS);
  let count = 0;
  for (const part of files.parts) {
    for (const line of linesOf(part)) {
      let event;
      try {
        event = eventFromJson(JSON.parse(line) as Json);
      } catch {
        continue;
      }
      if (event !== null) store.apply(event);
      if (++count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return store;
}
