/** Processes, connections and files of a test, as the system tells of them (Linux). */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** The arguments of every process of this user that has `text` among them or in its environment, by its id. Zombies are gone. */
export function processesWith(text) {
  const found = new Map();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      if (stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z")) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      if (command.includes(text) || readFileSync(`/proc/${name}/environ`, "utf8").includes(text))
        found.set(pid, command.split("\0"));
    } catch {
      // It ended meanwhile, or is another user's.
    }
  }
  return found;
}

/** Sends a process a signal: false when it has ended meanwhile. */
export function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Executors of an application: [{ pid, id }]. */
export function executorsOfApplication(application) {
  return [...processesWith(application)]
    .filter(([, args]) => args.includes("--executor-id"))
    .map(([pid, args]) => ({ pid, id: args[args.indexOf("--executor-id") + 1] }))
    .sort((a, b) => a.id - b.id);
}

/** { resident (MiB), handles, sockets, threads } of a process; null when it is gone. */
export function factsOf(pid) {
  try {
    const kinds = readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    });
    return {
      resident: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024,
      handles: kinds.length,
      sockets: kinds.filter((kind) => kind.startsWith("socket:")).length,
      threads: readdirSync(`/proc/${pid}/task`).length,
    };
  } catch {
    return null;
  }
}

/** TCP connections that stand and that one of `pids` holds: [{ local, peer }], "host:port" each. */
export function connectionsOf(pids) {
  let lines;
  try {
    lines = execFileSync("ss", ["-Htnp", "state", "established"], { encoding: "utf8" }).split("\n");
  } catch {
    return [];
  }
  return lines.flatMap((line) => {
    const [, , local, peer, who = ""] = line.trim().split(/\s+/);
    return [...who.matchAll(/pid=(\d+)/g)].some(([, pid]) => pids.has(Number(pid))) ? [{ local, peer }] : [];
  });
}

/** Resets a connection under both ends; needs root and a kernel that can do it. */
export function cutConnection({ local, peer }) {
  try {
    execFileSync("ss", ["-K", "src", local, "dst", peer], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Ports on which one of `pids` listens. */
export function listeningPorts(pids) {
  try {
    return execFileSync("ss", ["-Hltnp"], { encoding: "utf8" })
      .split("\n")
      .filter((line) => [...line.matchAll(/pid=(\d+)/g)].some(([, pid]) => pids.has(Number(pid))))
      .map((line) => Number(line.trim().split(/\s+/)[3].split(":").at(-1)));
  } catch {
    return [];
  }
}

/** Names in directories of temporary files that belong to applications. */
export function applicationFiles(roots) {
  return roots.flatMap((root) =>
    readdirSync(root)
      .filter((name) => name.startsWith("firesteel-") && !/^firesteel-transforms-/.test(name))
      .map((name) => join(root, name)),
  );
}
