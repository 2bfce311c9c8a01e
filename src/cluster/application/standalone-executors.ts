/** The executors of an application whose master is a standalone cluster, for the driver's platform port. */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { tmpdir, userInfo } from "node:os";
import { isIP } from "node:net";
import { lookup } from "node:dns/promises";
import { hostPort, parseClusterMaster } from "../../common/cluster-master";
import type { MasterAddress } from "../../common/cluster-master";
import type { SparkConf } from "../../common/conf";
import { APP_NAME, EXECUTOR_MEMORY, MASTER, MAX_DIRECT_RESULT_SIZE, UI_BIND_ADDRESS } from "../../common/config-entries";
import { ClusterError, UsageError } from "../../common/errors";
import { executorResources } from "../../common/resources";
import type { ExecutorGroup } from "../../driver/platform";
import type { Launcher, LauncherHandlers } from "../../driver/endpoint/launcher";
import { LocalDirectories } from "../../storage/local-directories";
import { planMemory } from "../../storage/memory-plan";
import { isEveryAddress, parseAddress } from "../../wire/address";
import { applicationSecret, newNonce } from "../../wire/auth";
import type { TlsFiles } from "../../wire/tls";
import { tlsFiles } from "../../wire/tls";
import { checkReach, clusterSecret, isClusterSecret } from "../secret";
import type { Registration } from "./standalone-launcher";
import { StandaloneLauncher } from "./standalone-launcher";

const EXECUTOR_ENV = "spark.executorEnv.";
/** Settings that workers look at, not executors. */
const FOR_WORKERS = /^spark\.(?:executor\.logs\.|local\.dir$)/;
/** At pauses that double from 0.1 to 5 s: eleven seconds, in which a master that was killed is back. */
const FIRST_ATTEMPTS = 8;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/;

export class StandaloneExecutors implements ExecutorGroup {
  readonly applicationId: string;
  readonly secret: string;
  readonly directory: string;
  readonly driverListen: string;
  readonly blocksListen = null;
  readonly tls: TlsFiles | null;
  readonly maxFailures = null;
  #granted = 0;
  #launcher: StandaloneLauncher | null = null;
  /** Name or address by which others reach this machine, once it is known. */
  #host = "127.0.0.1";
  readonly #masters: readonly MasterAddress[];
  readonly #clusterSecret: Buffer;
  readonly #directories: LocalDirectories;
  readonly #salt = newNonce();

  /** Takes the cluster's secret out of `conf`: executors do not get it, and no event tells it. */
  constructor(private readonly conf: SparkConf) {
    const get = (key: string): string | undefined => conf.get(key);
    this.#masters = parseClusterMaster(conf.read(MASTER));
    this.#clusterSecret = clusterSecret(get);
    this.tls = tlsFiles(get);
    for (const [key] of conf.getAll()) if (isClusterSecret(key)) conf.set(key, null);
    checkSizes(conf);
    // Executors reach the driver, but the driver need not reach them: results come over their own connections.
    conf.setIfMissing(MAX_DIRECT_RESULT_SIZE.key, conf.get("spark.driver.maxResultSize") ?? "1g");
    const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
    this.applicationId = `app-${stamp}-${randomBytes(4).toString("hex")}`;
    this.secret = applicationSecret(this.#clusterSecret, this.#salt);
    this.#directories = LocalDirectories.create({ roots: [tmpdir()], appId: this.applicationId, executorId: "driver" });
    this.directory = this.#directories.directories[0]!;
    const port = positive(conf, "spark.driver.port", 0) ?? 0;
    const bind = get("spark.driver.bindAddress") ?? get("spark.driver.host") ?? (this.#isLocal ? "127.0.0.1" : "0.0.0.0");
    this.driverListen = hostPort({ host: bind, port });
  }

  /** What was granted; before that, what was asked for. */
  get cores(): number {
    return Math.max(this.#granted, this.#granted === 0 ? (positive(this.conf, "spark.cores.max") ?? 0) : 0);
  }

  launch(handlers: LauncherHandlers, address: Promise<string>): Launcher {
    const { conf } = this;
    const instances = positive(conf, "spark.executor.instances", 0);
    const dynamic = conf.get("spark.dynamicAllocation.enabled") === "true";
    const initial = Number(
      conf.get("spark.dynamicAllocation.initialExecutors") ?? conf.get("spark.dynamicAllocation.minExecutors") ?? 0,
    );
    const launcher = new StandaloneLauncher(
      {
        link: { masters: this.#masters, secret: this.#clusterSecret, tls: this.tls },
        registration: this.#registration(),
        executorLimit: dynamic ? Math.max(initial, instances ?? 0) : (instances ?? -1),
        maxFalseStarts: positive(conf, "spark.deploy.maxExecutorRetries", 1) ?? 10,
        maxAttempts: FIRST_ATTEMPTS,
        advertise: (listening) => this.#advertise(listening),
        granted: (cores) => (this.#granted = cores),
      },
      handlers,
      address,
    );
    launcher.start();
    return (this.#launcher = launcher);
  }

  dashboardAt(url: string): void {
    const everywhere = isEveryAddress(this.conf.read(UI_BIND_ADDRESS));
    const { protocol, port } = new URL(url);
    this.#launcher?.pagesAt(everywhere ? `${protocol}//${hostPort({ host: this.#host, port: Number(port) })}` : url);
  }

  dispose(): void {
    this.#directories.remove();
  }

  get #isLocal(): boolean {
    return this.#masters.every(({ host }) => LOOPBACK.test(host));
  }

  #registration(): Registration {
    const { conf } = this;
    const all = conf.getAll();
    return {
      appId: this.applicationId,
      name: conf.read(APP_NAME),
      user: userInfo().username,
      salt: this.#salt,
      coresMax: positive(conf, "spark.cores.max") ?? 0,
      executorCores: positive(conf, "spark.executor.cores") ?? 0,
      executorResources: executorResources(all),
      executorMemoryBytes: conf.contains(EXECUTOR_MEMORY.key) ? conf.read(EXECUTOR_MEMORY) : 0,
      executorEnv: Object.fromEntries(
        all.filter(([key]) => key.startsWith(EXECUTOR_ENV)).map(([key, value]) => [key.slice(EXECUTOR_ENV.length), value]),
      ),
      nodeOptions: (conf.get("spark.executor.extraNodeOptions") ?? "").split(/\s+/).filter((word) => word !== ""),
      configuration: Object.fromEntries(all.filter(([key]) => FOR_WORKERS.test(key))),
      startTime: Date.now(),
    };
  }

  /** Where executors reach the driver: spark.driver.host, else the address by which this machine reaches the master. */
  async #advertise(listening: string): Promise<string> {
    const bound = parseAddress(listening);
    if (bound.kind !== "tcp") throw new ClusterError("CANNOT_LISTEN", "A driver of a cluster listens on a TCP port.");
    const given = this.conf.get("spark.driver.host");
    await checkReach(bound.host, this.#clusterSecret, "The driver");
    const host = (this.#host = given ?? (isEveryAddress(bound.host) ? await addressTowards(this.#masters[0]!) : bound.host));
    return hostPort({ host, port: bound.port });
  }
}

/** The address of this machine in the network in which `peer` is. Nothing is sent. */
async function addressTowards(peer: MasterAddress): Promise<string> {
  const { address, family } = isIP(peer.host) ? { address: peer.host, family: isIP(peer.host) } : await lookup(peer.host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(peer.port, address, () => resolve(socket.address().address));
    });
  } finally {
    socket.close();
  }
}

/** Says now what an executor would say when it starts. */
function checkSizes(conf: SparkConf): void {
  const slots = positive(conf, "spark.executor.cores") ?? 1;
  const memory = conf.read(EXECUTOR_MEMORY);
  if (conf.contains(EXECUTOR_MEMORY.key)) planMemory({ executorMemory: memory, slots, conf: (key) => conf.get(key) });
  const max = positive(conf, "spark.cores.max");
  if (max !== undefined && max < slots)
    throw new UsageError(
      "INVALID_CONF_VALUE",
      `spark.cores.max (${max}) is less than spark.executor.cores (${slots}): no executor would ever fit.`,
    );
}

function positive(conf: SparkConf, key: string, least = 1): number | undefined {
  const text = conf.get(key);
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError("INVALID_CONF_VALUE", `${key} must be an integer of at least ${least}, not "${text}".`);
}
