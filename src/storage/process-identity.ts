/**
 * Tells whether the process that owns a directory still lives. A process id alone comes round again, so the time at
 * which the process started goes with it; both mean something only within one pid namespace of one boot.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; differs between two processes that had the same id. */
  readonly started: string;
  readonly machine: string;
  /** Names the boot and pid namespace in which `pid` counts. */
  readonly namespace: string;
}

/** The identity of a process of this machine; null when there is none with that id. */
export function identify(pid: number): ProcessIdentity | null {
  const started = startTime(pid);
  return started === null ? null : { pid, started, machine: hostname(), namespace: namespaceId() };
}

/**
 * "alive", "gone", or "unknown" for a process of another machine or namespace, about which this one cannot tell. After
 * a restart of the machine its earlier processes are gone.
 */
export function stateOf(owner: ProcessIdentity): "alive" | "gone" | "unknown" {
  if (owner.machine !== hostname()) return "unknown";
  const [ownerBoot, ownerNamespace] = owner.namespace.split("|");
  try {
    const [boot, pidNamespace] = namespaceId().split("|");
    if (boot !== ownerBoot) return "gone";
    if (pidNamespace !== ownerNamespace) return "unknown";
    return startTime(owner.pid) === owner.started ? "alive" : "gone";
  } catch {
    return "unknown"; // too many open files, say: what cannot be seen may live
  }
}

/** Null where there is no such process. Throws where that cannot be seen. */
function startTime(pid: number): string | null {
  if (process.platform !== "linux") {
    const { status, stdout, error } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
    if (error !== undefined || status === null) throw error ?? new Error("ps was ended");
    return stdout.trim() || null;
  }
  try {
    // The name in parentheses may hold anything; fields count from after it. Field 22 of the whole is the start in clock ticks.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : fields[19]!;
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

function namespaceId(): string {
  if (process.platform !== "linux") return "|";
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}|${readlinkSync("/proc/self/ns/pid")}`;
}
