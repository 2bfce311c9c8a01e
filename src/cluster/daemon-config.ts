/** Spark's settings of masters and workers, with Spark's defaults. */
import { UsageError } from "../common/errors";
import { parseDuration } from "../common/units";
import type { MasterOptions } from "./master/master-daemon";

type Get = (key: string) => string | undefined;

/** How long an application may be away, unless the workers' time is shorter, ms. */
const APPLICATION_TIMEOUT = 20_000;

export function masterConfig(get: Get): Omit<MasterOptions, "host" | "port" | "secret" | "tls" | "recoveryDirectory"> {
  const workerTimeoutMs = seconds(get, "spark.worker.timeout", "60s");
  return {
    defaultCores: get("spark.deploy.defaultCores") === undefined ? null : count(get, "spark.deploy.defaultCores", 1, 1),
    spreadOut: flag(get, "spark.deploy.spreadOut", flag(get, "spark.deploy.spreadOutApps", true)),
    retainedApplications: count(get, "spark.deploy.retainedApplications", 200, 0),
    retainedDrivers: count(get, "spark.deploy.retainedDrivers", 200, 0),
    retainedWorkers: 100,
    workerTimeoutMs,
    leaseTimeoutMs: seconds(get, "firesteel.deploy.leaseTimeout", "10s"),
    applicationTimeoutMs: Math.min(APPLICATION_TIMEOUT, workerTimeoutMs),
  };
}

/** spark.worker.cleanup.*: folders of applications that ended go after a week; null where that is switched off. */
export function cleanupConfig(get: Get): { readonly intervalMs: number; readonly ttlMs: number } | null {
  if (!flag(get, "spark.worker.cleanup.enabled", true)) return null;
  return {
    intervalMs: seconds(get, "spark.worker.cleanup.interval", "30min"),
    ttlMs: seconds(get, "spark.worker.cleanup.appDataTtl", "7d"),
  };
}

export interface WorkerDecommission {
  readonly enabled: boolean;
  /** Longest time that the executors may take to move what they hold, ms. */
  readonly withinMs: number;
}

export function decommissionConfig(get: Get): WorkerDecommission {
  return {
    enabled: flag(get, "spark.decommission.enabled", false),
    withinMs: seconds(get, "spark.worker.decommission.timeout", "120s"),
  };
}

function seconds(get: Get, key: string, fallback: string): number {
  const ms = parseDuration(get(key) ?? fallback, key, "s");
  if (ms <= 0) throw new UsageError("INVALID_CONF_VALUE", `${key} must be more than nothing, not "${get(key)}".`);
  return ms;
}

function count(get: Get, key: string, fallback: number, least: number): number {
  const text = get(key);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError("INVALID_CONF_VALUE", `${key} must be an integer of at least ${least}, not "${text}".`);
}

function flag(get: Get, key: string, fallback: boolean): boolean {
  const text = get(key)?.trim().toLowerCase();
  if (text === undefined) return fallback;
  if (text === "true" || text === "false") return text === "true";
  throw new UsageError("INVALID_CONF_VALUE", `${key} must be true or false, not "${text}".`);
}
