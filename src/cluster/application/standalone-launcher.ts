/**
 * Executors of an application on a standalone cluster: the master decides where they run, workers start them. Registers the
 * application, passes on what the master tells of executors, and comes back with all that it holds when a master was gone.
 */
import { log } from "../../common/log";
import type { ClusterError } from "../../common/errors";
import type { ResourceAddresses } from "../../common/resources";
import type { ExecutorExit, Launcher, LauncherHandlers } from "../../driver/endpoint/launcher";
import { decodeResources, encodeResources } from "../../wire/resources";
import type { Messages } from "../../wire/wire";
import { MasterLink, RefusedError, StandbyError } from "../session/master-link";
import type { MasterLinkOptions } from "../session/master-link";

/** What the application asks for; the driver's address comes when it listens. */
export type Registration = Omit<Messages.RegisterApplication.$Properties, "driverUrl" | "executors" | "executorLimit">;

export interface StandaloneLauncherOptions {
  readonly link: Pick<MasterLinkOptions, "masters" | "secret" | "tls">;
  readonly registration: Omit<Registration, "webUrl">;
  /** Executors wanted at most; -1: no bound. */
  readonly executorLimit: number;
  /** spark.deploy.maxExecutorRetries: executors that end before they register, one after the other, before the application fails. */
  readonly maxFalseStarts: number;
  /** Rounds over all masters that may fail before the first registration. */
  readonly maxAttempts: number;
  /** "host:port" by which executors reach the driver, of the address on which it listens. */
  advertise(listening: string): Promise<string>;
  /** The master answered: cores that are being started. */
  granted(cores: number): void;
}

interface Held {
  readonly workerId: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly resources: ResourceAddresses;
  registered: boolean;
}

export class StandaloneLauncher implements Launcher {
  readonly #held = new Map<string, Held>();
  readonly #link: MasterLink;
  #driverUrl: string | null = null;
  #webUrl = "";
  #limit: number;
  #falseStarts = 0;
  #attempts = 0;
  #registeredOnce = false;
  #ending = false;
  /** Why there is no executor, in the master's words. */
  #waitingFor: string | null = null;
  /** Why no master can be asked for any; null while one can. */
  #unreachable: string | null = null;
  /** Which of both the driver was told last. */
  #told: string | null = null;

  constructor(
    private readonly options: StandaloneLauncherOptions,
    private readonly handlers: LauncherHandlers,
    private readonly address: Promise<string>,
  ) {
    this.#limit = options.executorLimit;
    this.#link = new MasterLink(
      { ...options.link, role: "application", keepAlive: false },
      {
        connected: () => this.#register(),
        message: (message) => this.#message(message),
        disconnected: (reason) => {
          if (this.#ending) return;
          log.warn(`lost the master: ${reason}; executors go on, and the master is tried again`);
          this.#unreachable = `the master is lost (${reason}); it is tried again.`;
          this.#tellAwaited();
        },
        failed: (error) => this.#failed(error),
      },
    );
  }

  get processes(): ReadonlyMap<string, number> {
    return new Map([...this.#held.keys()].map((id) => [id, 0]));
  }

  start(): void {
    this.address
      .then((listening) => this.options.advertise(listening))
      .then((url) => {
        this.#driverUrl = url;
        if (!this.#ending) this.#link.start();
      })
      .catch((error: unknown) => this.handlers.gaveUp(error instanceof Error ? error.message : String(error)));
  }

  /** Where the application's pages are. */
  pagesAt(webUrl: string): void {
    this.#webUrl = webUrl;
    this.#link.send({ applicationPages: { webUrl } });
  }

  registered(executorId: string): void {
    const held = this.#held.get(executorId);
    if (held !== undefined) held.registered = true;
    this.#falseStarts = 0;
  }

  setTotal(total: number): void {
    this.#limit = total;
    this.#link.send({ requestExecutors: { total } });
    this.#tellAwaited();
  }

  replace(executorId: string, reason: string): void {
    if (!this.#held.delete(executorId)) return;
    this.#link.send({ killExecutors: { executorIds: [executorId], reason } });
    this.#tellAwaited();
  }

  ending(): void {
    this.#ending = true;
    // Executors end now: nothing is to take their places.
    this.#link.send({ requestExecutors: { total: 0 } });
  }

  async stop(): Promise<void> {
    this.#ending = true;
    this.#link.send({ endApplication: { failed: false } });
    await this.#link.close();
  }

  #register(): void {
    this.#link.send({
      registerApplication: {
        ...this.options.registration,
        webUrl: this.#webUrl,
        driverUrl: this.#driverUrl!,
        executorLimit: this.#limit,
        executors: [...this.#held].map(([executorId, { workerId, cores, memoryBytes, resources }]) => ({
          executorId,
          workerId,
          cores,
          memoryBytes,
          resources: encodeResources(resources),
        })),
      },
    });
    // The master says it again where it is so.
    this.#waitingFor = this.#unreachable = null;
    this.#tellAwaited();
  }

  /** The master says what is waited for; while there is none, that is the master. Who has executors, or wants none, waits for nothing. */
  #tellAwaited(): void {
    const wanted = this.#held.size === 0 && this.#limit !== 0;
    const reason = wanted ? (this.#unreachable ?? this.#waitingFor) : null;
    if (reason === this.#told) return;
    this.#told = reason;
    this.handlers.awaited(reason);
  }

  #message(message: Messages.FromMaster.$Shape): void {
    if (message.applicationRegistered) {
      this.#registeredOnce = true;
      this.options.granted(message.applicationRegistered.cores ?? 0);
    } else if (message.executorAdded) {
      const { executorId, workerId, cores, memoryBytes, resources } = message.executorAdded;
      this.#held.set(executorId ?? "", {
        workerId: workerId ?? "",
        cores: cores ?? 1,
        memoryBytes: memoryBytes ?? 0,
        resources: decodeResources(resources),
        registered: false,
      });
    } else if (message.applicationWaiting) {
      this.#waitingFor = message.applicationWaiting.reason || null;
      this.#tellAwaited();
    } else if (message.executorUpdated) this.#updated(message.executorUpdated);
    else if (message.applicationRemoved)
      this.handlers.gaveUp(message.applicationRemoved.reason ?? "the master removed the application");
  }

  #updated(update: Messages.ExecutorUpdated.$Properties): void {
    const executorId = update.executorId ?? "";
    const reason = update.reason ?? "";
    if (update.state === "DECOMMISSIONED") return this.handlers.decommissioning(executorId, reason);
    const held = this.#held.get(executorId);
    if (held === undefined) return; // the driver gave it up itself
    this.#held.delete(executorId);
    const exitCode = update.exitCode ?? -1;
    const exit: ExecutorExit = {
      code: exitCode < 0 ? null : exitCode,
      signal: update.signal || null,
      reason,
      outOfMemory: update.outOfMemory ?? false,
    };
    this.handlers.executorExited(executorId, exit);
    if (held.registered || update.workerLost) return;
    this.#falseStarts++;
    // As Spark's: an application of which an executor works goes on.
    const works = [...this.#held.values()].some(({ registered }) => registered);
    if (works || this.#falseStarts < this.options.maxFalseStarts) return;
    this.#ending = true;
    this.#link.send({ endApplication: { failed: true } });
    this.handlers.gaveUp(
      `${this.#falseStarts} executors one after the other ended as soon as they had started (spark.deploy.maxExecutorRetries): ${reason}`,
    );
  }

  #failed(error: ClusterError): void {
    // Where there is a standby there will be an active master.
    if (!(error instanceof StandbyError)) this.#attempts++;
    const reason = error.message.replace(/^\[[A-Z_]+\] /, "");
    if (this.#registeredOnce) {
      // A master that was there will be there again.
      this.#unreachable = `${reason} It is tried again.`;
      return this.#tellAwaited();
    }
    if (error instanceof RefusedError || this.#attempts >= this.options.maxAttempts) {
      void this.#link.close();
      this.handlers.gaveUp(reason);
    } else log.warn(`trying again: ${error.message}`);
  }
}
