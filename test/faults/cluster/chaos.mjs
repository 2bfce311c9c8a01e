/**
 * Does harm to a standalone cluster from outside: to executors, workers, the master, connections and disks. Each fault tells what it
 * hit, or null when there was nothing to hit; those that take a while go on beside.
 */
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { connectionsOf, cutConnection, executorsOfApplication, signal } from "./processes.mjs";

export class ClusterChaos {
  #stopped = new Set();
  #timers = new Set();
  /** Daemons that are being started again. A worker is not there before it has a master. */
  #starts = new Set();
  #ended = false;
  application = "";
  /** What went wrong with a daemon: none may end by itself, and all must start. */
  problems = [];

  /** @param small a directory on a device of its own; null without one. @param driver the driver's process id. */
  constructor({ daemons, small, driver }) {
    Object.assign(this, { daemons, small, driver });
  }

  killExecutor(pick) {
    const victim = this.#executor(pick);
    return victim !== null && signal(victim.pid, "SIGKILL") ? `executor ${victim.id}` : null;
  }

  stopExecutor(pick, ms) {
    const victim = this.#executor(pick);
    if (victim === null || !this.#stop(victim.pid, ms)) return null;
    return `executor ${victim.id} for ${ms} ms`;
  }

  killWorker(pick) {
    const worker = this.#worker(pick);
    if (worker === null) return null;
    signal(worker.child.pid, "SIGKILL");
    this.#replace(worker);
    return worker.name;
  }

  stopWorker(pick, ms) {
    const worker = this.#worker(pick);
    if (worker === null || !this.#stop(worker.child.pid, ms)) return null;
    return `${worker.name} for ${ms} ms`;
  }

  /** SIGTERM: what it holds moves to others, and it ends by itself. */
  decommission(pick) {
    const worker = this.#worker(pick);
    if (worker === null || this.daemons.workers.length < 3) return null;
    // One that leaves is nobody's victim any more.
    this.daemons.workers = this.daemons.workers.filter((one) => one !== worker);
    signal(worker.child.pid, "SIGTERM");
    this.#replace(worker);
    return worker.name;
  }

  killMaster(ms) {
    const { master } = this.daemons;
    if (master === null) return null;
    this.daemons.master = null;
    signal(master.child.pid, "SIGKILL");
    this.#start(async () => {
      await master.ended;
      await new Promise((resolve) => setTimeout(resolve, ms));
      await this.daemons.startMaster();
    });
    return `back after ${ms} ms`;
  }

  stopMaster(ms) {
    const { master } = this.daemons;
    if (master === null || !this.#stop(master.child.pid, ms)) return null;
    return `for ${ms} ms`;
  }

  /** Resets one connection, or a third of them: sessions with the master and the driver, and those of blocks. */
  cut(pick, many) {
    const pids = new Set([this.driver, ...executorsOfApplication(this.application).map(({ pid }) => pid)]);
    for (const { child } of [...this.daemons.workers, this.daemons.master ?? []].flat()) pids.add(child.pid);
    const all = connectionsOf(pids);
    if (all.length === 0) return null;
    const chosen = many ? all.filter((_, i) => (i + Math.floor(pick * 3)) % 3 === 0) : [all[Math.floor(pick * all.length)]];
    const done = chosen.filter(cutConnection).length;
    return done === 0 ? null : `${done} connections`;
  }

  fullDisk(ms) {
    if (this.small === null) return null;
    const filler = join(this.small, "filler");
    const file = openSync(filler, "w");
    const zeros = Buffer.alloc(2 ** 18);
    try {
      for (;;) writeSync(file, zeros);
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    } finally {
      closeSync(file);
    }
    this.#later(ms, () => rmSync(filler, { force: true }));
    return `for ${ms} ms`;
  }

  /** No more harm; what was stopped runs, what was filled is emptied, what was to be started has been. */
  async end() {
    this.#ended = true;
    for (const timer of this.#timers) {
      clearTimeout(timer.handle);
      timer.run();
    }
    while (this.#starts.size > 0) await Promise.all(this.#starts);
  }

  #executor(pick) {
    const executors = executorsOfApplication(this.application);
    return executors.length === 0 ? null : executors[Math.floor(pick * executors.length)];
  }

  #worker(pick) {
    const { workers } = this.daemons;
    return workers.length === 0 ? null : workers[Math.floor(pick * workers.length)];
  }

  #replace(worker) {
    this.#start(async () => {
      await Promise.race([worker.ended, new Promise((resolve) => setTimeout(resolve, 500))]);
      await this.daemons.startWorker();
    });
  }

  #start(work) {
    const started = work()
      .catch((error) => this.problems.push(error.message))
      .finally(() => this.#starts.delete(started));
    this.#starts.add(started);
  }

  #stop(pid, ms) {
    if (this.#ended || !signal(pid, "SIGSTOP")) return false;
    this.#stopped.add(pid);
    this.#later(ms, () => {
      this.#stopped.delete(pid);
      signal(pid, "SIGCONT");
    });
    return true;
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
}
