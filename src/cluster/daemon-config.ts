/** Spark's settings of masters and workers. */
import * as settings from "../common/cluster-config-entries";
import { DECOMMISSION } from "../common/config-entries";
import type { ConfigEntry } from "../common/config-entry";
import type { MasterOptions } from "./master/master-daemon";

/** The value of a setting, or its default. */
export type Read = <T>(entry: ConfigEntry<T>) => T;

/** How long an application may be away, unless the workers' time is shorter, ms. */
const APPLICATION_TIMEOUT = 20_000;
const RETAINED_WORKERS = 100;

export function masterConfig(
  read: Read,
): Omit<MasterOptions, "host" | "listenHost" | "port" | "secret" | "tls" | "recoveryDirectory"> {
  const workerTimeoutMs = read(settings.WORKER_TIMEOUT);
  return {
    defaultCores: read(settings.DEFAULT_CORES) ?? null,
    spreadOut: read(settings.SPREAD_OUT),
    retainedApplications: read(settings.RETAINED_APPLICATIONS),
    retainedDrivers: read(settings.RETAINED_DRIVERS),
    retainedWorkers: RETAINED_WORKERS,
    workerTimeoutMs,
    leaseTimeoutMs: read(settings.LEASE_TIMEOUT),
    applicationTimeoutMs: Math.min(APPLICATION_TIMEOUT, workerTimeoutMs),
  };
}

/** Folders of applications that ended go after a while; null where that is switched off. */
export function cleanupConfig(read: Read): { readonly intervalMs: number; readonly ttlMs: number } | null {
  if (!read(settings.CLEANUP)) return null;
  return { intervalMs: read(settings.CLEANUP_INTERVAL), ttlMs: read(settings.CLEANUP_TTL) };
}

export interface WorkerDecommission {
  readonly enabled: boolean;
  /** Longest time that the executors may take to move what they hold, ms. */
  readonly withinMs: number;
}

export function decommissionConfig(read: Read): WorkerDecommission {
  return { enabled: read(DECOMMISSION), withinMs: read(settings.DECOMMISSION_TIMEOUT) };
}
