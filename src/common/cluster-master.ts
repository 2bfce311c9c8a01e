/** Master URLs of standalone clusters: firesteel://host:port, or several masters: firesteel://host1:port1,host2:port2. */
import { UsageError } from "./errors";
import { parseLocalMaster } from "./local-master";

export const DEFAULT_MASTER_PORT = 7077;
const SCHEME = "firesteel://";

export interface MasterAddress {
  readonly host: string;
  readonly port: number;
}

/** Throws a UsageError for a master URL of no known form. */
export function checkMaster(master: string): void {
  if (isClusterMaster(master)) parseClusterMaster(master);
  else parseLocalMaster(master);
}

export function isClusterMaster(master: string): boolean {
  return master.startsWith(SCHEME);
}

/** Addresses of the masters, in the order in which they are tried. Throws a UsageError for anything else. */
export function parseClusterMaster(url: string): MasterAddress[] {
  const invalid = (why: string): UsageError =>
    new UsageError(
      "INVALID_MASTER",
      `The master "${url}" ${why}: write firesteel://host:port, or firesteel://host1:port1,host2:port2.`,
      {
        parameters: { master: url },
      },
    );
  if (!isClusterMaster(url)) throw invalid("is not that of a cluster");
  return url
    .slice(SCHEME.length)
    .split(",")
    .map((part) => {
      const [, host, digits] = /^(\[[0-9a-fA-F:.%]+\]|[^:/\s@[\]]+)(?::(\d{1,5}))?$/.exec(part.trim()) ?? [];
      const port = digits === undefined ? DEFAULT_MASTER_PORT : Number(digits);
      if (host === undefined) throw invalid(`names no host in "${part.trim()}"`);
      if (port < 1 || port > 65_535) throw invalid(`has a port that does not exist in "${part.trim()}"`);
      return { host: host.replace(/^\[|\]$/g, ""), port };
    });
}

export function masterUrl(addresses: readonly MasterAddress[]): string {
  return SCHEME + addresses.map(hostPort).join(",");
}

export function hostPort({ host, port }: MasterAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
