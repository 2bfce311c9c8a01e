/**
 * Does harm to a running application from outside: to its executor processes, its connections, its disks and its files.
 * Each fault answers what it hit, or null when there was nothing to hit.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { signal } from "./cluster/processes.mjs";

/** Executor processes of the driver `pid`, by executor id. */
export function executorsOf(pid) {
  const found = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(parent) !== pid || state === "Z") continue;
      const args = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      const at = args.indexOf("--executor-id");
      if (at > 0) found.push({ pid: Number(name), id: args[at + 1] });
    } catch {
      // It ended meanwhile.
    }
  }
  return found.sort((a, b) => a.id - b.id);
}

/** Stands between the sockets of an application and those who connect to them, and can cut what goes through it. */
class Wire {
  #sockets = new Set();
  /** Whose bytes do not go on. */
  #still = new Set();
  #server;

  constructor(path) {
    const real = `${path}.real`;
    renameSync(path, real);
    this.#server = createServer((client) => {
      const server = connect(real);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ]) {
        this.#sockets.add(from);
        from.on("error", () => undefined);
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.on("end", () => to.end());
        from.on("data", (bytes) => {
          if (!to.write(bytes)) from.pause();
        });
        to.on("drain", () => {
          if (!this.#still.has(from)) from.resume();
        });
      }
    });
    this.#server.on("error", () => undefined);
    this.#server.listen(path);
  }

  /** Cuts the `nth` connection, counted around, or all. */
  cut(nth) {
    const sockets = [...this.#sockets];
    if (nth === undefined) for (const socket of sockets) socket.destroy();
    else sockets[nth % sockets.length]?.destroy();
    return sockets.length;
  }

  /** Bytes of the `nth` connection, in one direction or both, do not go on for a while. Answers how many connections there are. */
  stall(nth, ms, both) {
    const sockets = [...this.#sockets];
    const first = sockets[nth % sockets.length];
    if (first === undefined) return 0;
    const at = sockets.indexOf(first);
    const chosen = both ? [first, sockets[at ^ 1]].filter((socket) => socket !== undefined) : [first];
    for (const socket of chosen) {
      this.#still.add(socket);
      socket.pause();
    }
    setTimeout(() => {
      for (const socket of chosen) {
        this.#still.delete(socket);
        socket.resume();
      }
    }, ms);
    return sockets.length;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}

export class Chaos {
  #wires = new Map();
  #watching;
  #stopped = new Set();
  #timers = new Set();

  /**
   * @param pid the driver. @param temporary its temporary directory, where its sockets are.
   * @param small a directory of spark.local.dir on a device of its own; null without one. @param roots all of them.
   */
  constructor({ pid, temporary, small, roots }) {
    Object.assign(this, { pid, temporary, small, roots });
    // From the beginning, so that executors connect through the wire.
    this.#watching = setInterval(() => this.#stepBetween(/^(driver|blocks|executor-\d+)\.sock$/), 2);
  }

  kill(pick) {
    const victim = this.#victim(pick);
    if (victim === null) return null;
    return signal(victim.pid, "SIGKILL") ? `executor ${victim.id}` : null;
  }

  killAll() {
    const executors = executorsOf(this.pid);
    const killed = executors.filter(({ pid }) => signal(pid, "SIGKILL")).length;
    return killed === 0 ? null : `${killed} executors`;
  }

  stop(pick, ms) {
    const victim = this.#victim(pick);
    if (victim === null || !signal(victim.pid, "SIGSTOP")) return null;
    this.#stopped.add(victim.pid);
    this.#later(ms, () => this.#go(victim.pid));
    return `executor ${victim.id} for ${ms} ms`;
  }

  /** Cuts an executor off its driver. */
  cutSession(pick) {
    const wire = this.#wires.get("driver.sock");
    const cut = wire?.cut(Math.floor(pick * 1000)) ?? 0;
    return cut === 0 ? null : "a session";
  }

  /** Cuts all connections over which blocks are fetched: cached ones, map outputs, broadcasts. */
  cutBlocks() {
    let cut = 0;
    for (const [name, wire] of this.#wires) if (name !== "driver.sock") cut += wire.cut();
    return cut === 0 ? null : `${cut / 2} connections`;
  }

  /** A connection, to the driver or for blocks, stands still for a while. */
  stall(pick, ms, both) {
    const wires = [...this.#wires.values()];
    const wire = wires[Math.floor(pick * wires.length)];
    const n = wire?.stall(Math.floor(pick * 7919), ms, both) ?? 0;
    return n === 0 ? null : `${both ? "both ways" : "one way"} for ${ms} ms`;
  }

  /** A directory of an executor is removed under it. */
  removeDirectory(pick) {
    const all = this.roots.flatMap((root) =>
      entries(root).flatMap((one) => entries(join(root, one)).map((two) => join(root, one, two))),
    );
    const executors = all.filter((path) => !path.endsWith("/driver") && existsSync(path));
    if (executors.length === 0) return null;
    const path = executors[Math.floor(pick * executors.length)];
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    return path.slice(-40);
  }

  /** One of two directories of spark.local.dir has no room, or cannot be written, for a while. */
  fullDisk(ms) {
    if (this.small === null) return null;
    const { path, mounted } = this.small;
    const filler = join(path, "filler");
    if (mounted) {
      const file = openSync(filler, "w");
      const zeros = Buffer.alloc(2 ** 20);
      try {
        for (;;) writeSync(file, zeros);
      } catch (error) {
        if (error.code !== "ENOSPC") throw error;
      } finally {
        closeSync(file);
      }
      this.#later(ms, () => rmSync(filler, { force: true }));
    } else {
      const folders = [...folderTree(path)];
      for (const folder of folders) chmodSync(folder, 0o500);
      this.#later(ms, () => folders.filter((folder) => existsSync(folder)).forEach((folder) => chmodSync(folder, 0o700)));
    }
    return `${path} for ${ms} ms`;
  }

  /** Flips bits in, cuts short or removes files that the application relies on. */
  corrupt(pick, how, files) {
    const all = this.roots
      .flatMap((root) => [...filesUnder(root)])
      .filter((path) => /\/[0-9a-f]{2}\/(shuffle_\d+_\d+\.\w+|rdd_.*\.block)$/.test(path));
    if (all.length === 0) return null;
    // Most files belong to jobs that are done: the ones written last, and those of the first datasets, which are used again.
    const found = pick < 0.5 ? newest(all, 24) : all.filter((path) => /\/(shuffle_0_|rdd_)/.test(path));
    const hit = [];
    for (let i = 0; i < Math.min(files, found.length); i++) {
      const path = found[Math.floor(((pick + i * 0.618) % 1) * found.length)];
      try {
        const { size } = statSync(path);
        if (size === 0) continue;
        if (how === "remove") rmSync(path);
        else if (how === "truncate") truncateSync(path, Math.floor(size * pick));
        else {
          const file = openSync(path, "r+");
          const byte = Buffer.alloc(1);
          const at = Math.floor(size * ((pick * 7919) % 1));
          readSync(file, byte, 0, 1, at);
          byte[0] ^= 1 << Math.floor(pick * 8);
          writeSync(file, byte, 0, 1, at);
          closeSync(file);
        }
        hit.push(path.slice(path.lastIndexOf("/") + 1));
      } catch (error) {
        if (error.code !== "ENOENT") throw error;
      }
    }
    return hit.length === 0 ? null : `${how} ${hit.join(", ")}`;
  }

  /** Lets go of everything: what was stopped runs, what was filled is emptied. */
  end() {
    clearInterval(this.#watching);
    for (const timer of this.#timers) {
      clearTimeout(timer.handle);
      timer.run();
    }
    for (const wire of this.#wires.values()) wire.close();
  }

  #victim(pick) {
    const executors = executorsOf(this.pid);
    return executors.length === 0 ? null : executors[Math.floor(pick * executors.length)];
  }

  #go(pid) {
    this.#stopped.delete(pid);
    signal(pid, "SIGCONT");
  }

  #later(ms, run) {
    const timer = {
      run,
      handle: setTimeout(() => {
        this.#timers.delete(timer);
        run();
      }, ms),
    };
    this.#timers.add(timer);
  }

  #stepBetween(names) {
    for (const application of entries(this.temporary)) {
      const directory = join(this.temporary, application, "driver");
      for (const name of entries(directory)) {
        if (!names.test(name) || this.#wires.has(name)) continue;
        try {
          this.#wires.set(name, new Wire(join(directory, name)));
        } catch (error) {
          if (error.code !== "ENOENT") throw error;
        }
      }
    }
  }
}

/** A device of `megabytes` mounted at `path`: true, or false where this user may not mount. */
export function mountSmall(path, megabytes) {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "firesteel-faults", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Also while a process that was killed is about to end. */
export function unmount(path) {
  execFileSync("umount", ["-l", path], { stdio: "ignore" });
}

function entries(directory) {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function newest(paths, count) {
  return paths
    .map((path) => ({ path, time: modified(path) }))
    .sort((a, b) => b.time - a.time)
    .slice(0, count)
    .map(({ path }) => path);
}

function modified(path) {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0; // gone meanwhile
  }
}

function* filesUnder(directory) {
  let found;
  try {
    found = readdirSync(directory, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of found) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile()) yield path;
  }
}

function* folderTree(directory) {
  yield directory;
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) yield* folderTree(join(directory, entry.name));
}
