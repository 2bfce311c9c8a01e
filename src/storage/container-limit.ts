/** The memory limit that the container or the machine sets on this process: cgroup v2, cgroup v1, physical memory. */
import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";

/** Where the kernel shows its state; tests have a directory of their own. */
export interface CgroupRoots {
  /** The process's own groups, `/proc/self/cgroup`. */
  readonly membership: string;
  /** Mount point of the group tree, `/sys/fs/cgroup`. */
  readonly mount: string;
  /** Physical memory, in bytes. */
  readonly physical: number;
}

const SYSTEM: CgroupRoots = { membership: "/proc/self/cgroup", mount: "/sys/fs/cgroup", physical: totalmem() };

/** The smallest limit that holds for this process, in bytes. Limits of parent groups count; a system without groups has physical memory. */
export function containerMemoryLimit(roots: CgroupRoots = SYSTEM): number {
  let limit = roots.physical;
  for (const line of readLines(roots.membership)) {
    // hierarchy:controllers:path; version 2 has hierarchy 0 and no controllers.
    const [hierarchy, controllers = "", ...rest] = line.split(":");
    const unified = hierarchy === "0" && controllers === "";
    if (!unified && !controllers.split(",").includes("memory")) continue;
    const base = unified ? roots.mount : join(roots.mount, "memory");
    const file = unified ? "memory.max" : "memory.limit_in_bytes";
    const parts = rest
      .join(":")
      .split("/")
      .filter((part) => part !== "" && part !== "..");
    // Inside a container the path may name a group of the host that is not mounted here; the container's own is the root.
    for (let depth = parts.length; depth >= 0; depth--)
      limit = Math.min(limit, readLimit(join(base, ...parts.slice(0, depth), file)));
  }
  return limit;
}

function readLimit(path: string): number {
  const text = readLines(path)[0]?.trim() ?? "max";
  const bytes = Number(text);
  return text === "max" || text === "" || !Number.isFinite(bytes) || bytes <= 0 ? Infinity : bytes;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return []; // no such controller, or not a Linux
  }
}
