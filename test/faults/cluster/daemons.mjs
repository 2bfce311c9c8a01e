/** A master and workers of a standalone cluster, as processes of the built package. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const READY = /firesteel (?:master at|worker worker-)/;
const READY_MS = 180_000;

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Daemons {
  master = null;
  /** Workers that run: [{ name, child, ended }]. */
  workers = [];
  /** What daemons wrote last, by name. */
  words = new Map();
  #started = 0;

  /**
   * @param cli path of the command line. @param work directory in which daemons have theirs.
   * @param temporary TMPDIR of all. @param logs writes `work/logs` to other roots, one by worker in turn.
   * @param ownTree command that runs its arguments in a file tree of their own, for every other worker: blocks then travel over
   *   connections; [] where that cannot be.
   */
  constructor({ cli, work, temporary, workRoots, ownTree, cores, memory, masterConf, workerConf, env = {}, options = [] }) {
    Object.assign(this, { cli, work, temporary, workRoots, ownTree, cores, memory, masterConf, workerConf, env, options });
  }

  get url() {
    return `firesteel://127.0.0.1:${this.port}`;
  }

  /** The first start chooses the port, later ones find the journal of those before. */
  async startMaster() {
    this.port ??= await freePort();
    const recovery = join(this.work, "recovery");
    const args = [
      "master",
      "-p",
      String(this.port),
      "--webui-port",
      "0",
      "--recovery-dir",
      recovery,
      ...settings(this.masterConf),
    ];
    this.master = await this.#start("master", [], [...args, ...this.options]);
  }

  async startWorker() {
    const number = ++this.#started;
    const name = `worker ${number}`;
    const directory = join(this.workRoots[number % this.workRoots.length], `work-${number}`);
    mkdirSync(directory, { recursive: true });
    const size = ["-c", String(this.cores), "-m", this.memory, "-d", directory];
    const worker = await this.#start(name, number % 2 === 0 ? this.ownTree : [], [
      "worker",
      this.url,
      "--webui-port",
      "0",
      ...size,
      ...settings(this.workerConf),
      ...this.options,
    ]);
    this.workers.push(worker);
    void worker.ended.then(() => (this.workers = this.workers.filter((one) => one !== worker)));
    return worker;
  }

  /** Ends all by SIGTERM; resolves with the names of those that had to be killed. */
  async stop(withinMs) {
    const all = [...this.workers, ...(this.master === null ? [] : [this.master])];
    this.master = null;
    const late = await Promise.all(
      all.map(async ({ name, child, ended }) => {
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), withinMs);
        const { signal } = await ended;
        clearTimeout(timer);
        return signal === "SIGKILL" ? name : null;
      }),
    );
    return late.filter((name) => name !== null);
  }

  async #start(name, before, args) {
    const [command, ...rest] = [...before, process.execPath, this.cli, ...args];
    const { FIRESTEEL_SUBMIT_ARGS: _submitted, ...inherited } = process.env;
    const child = spawn(command, rest, {
      cwd: this.work,
      env: { ...inherited, ...this.env, TMPDIR: this.temporary },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
    await new Promise((resolve, reject) => {
      let words = "";
      const hear = (chunk) => {
        words = (words + chunk).slice(-8000);
        this.words.set(name, words);
        if (!READY.test(words)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      const timer = setTimeout(() => reject(new Error(`${name} is not ready after ${READY_MS} ms: ${words}`)), READY_MS);
      void ended.then(({ code, signal }) => reject(new Error(`${name} ended with ${signal ?? code}: ${words}`)));
    });
    return { name, child, ended };
  }
}

function settings(conf) {
  return Object.entries(conf).flatMap(([key, value]) => ["--conf", `${key}=${value}`]);
}
