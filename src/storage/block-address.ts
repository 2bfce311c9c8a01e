/** How to reach the blocks of a process: over a socket, or in place by whoever sees the same files. */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A listening block server. */
export type Endpoint = { readonly path: string } | { readonly host: string; readonly port: number };

export interface BlockAddress {
  readonly executorId: string;
  /** Name of the machine, for locality and messages. */
  readonly host: string;
  readonly endpoint: Endpoint;
  /** Processes with the same value read each other's files in place: they see the same ones under the same paths. See `fileSystemId`. */
  readonly fileSystem: string;
  /** The executor's own directories, where its map outputs are. Empty for a process that has none. */
  readonly directories: readonly string[];
}

/** The block under which an executor keeps a task's result that is too long for a message. */
export function resultBlock(taskId: number): string {
  return `taskresult_${taskId}`;
}

export function endpointName(endpoint: Endpoint): string {
  return "path" in endpoint ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
}

let known: string | undefined;

/** Names the file system tree that this process sees: machine, boot and mount namespace. Containers of one host differ. */
export function fileSystemId(): string {
  known ??= [
    hostname(),
    attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    attempt(() => readlinkSync("/proc/self/ns/mnt")),
  ].join("|");
  return known;
}

/** Systems without /proc have one tree per machine. */
function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
