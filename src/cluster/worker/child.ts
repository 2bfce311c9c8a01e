/** A process that a worker runs: its output goes into files of its directory, its end is told once. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { ResourceAddresses } from "../../common/resources";
import type { ExecutorStatus, DriverStatus, WorkerProcess } from "../state";
import type { Rolling } from "./rolling-file";
import { RollingFile } from "./rolling-file";

export interface ChildSpec {
  readonly appId: string | null;
  readonly id: string;
  readonly name: string;
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAddresses;
  /** Working directory and place of "stdout" and "stderr"; made if it is not there. */
  readonly directory: string;
  /** Directories under which an executor keeps its data. */
  readonly localRoots?: readonly string[];
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Written to the process's standard input, which is then closed. */
  readonly input: string;
  readonly rolling: Rolling;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last of standard error. */
  readonly stderr: string;
  /** Why the process could not be started; null when it was. */
  readonly failed: string | null;
}

const TAIL = 16 * 1024;

export class Child {
  readonly startTime = Date.now();
  state: ExecutorStatus | DriverStatus = "RUNNING";
  message = "";
  endTime: number | null = null;
  /** Why it was told to end; null: it was not. */
  dismissed: string | null = null;
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  #killTimer: NodeJS.Timeout | null = null;

  constructor(readonly spec: ChildSpec) {
    const { directory, args, env, input, rolling } = spec;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const process_ = (this.#process = spawn(process.execPath, args, { cwd: directory, env, stdio: ["pipe", "pipe", "pipe"] }));
    const stdout = new RollingFile(directory, "stdout", rolling);
    const stderr = new RollingFile(directory, "stderr", rolling);
    let tail = "";
    process_.stdin.on("error", () => undefined); // one that is gone already is told by its exit
    process_.stdin.end(input);
    process_.stdout.on("data", (chunk: Buffer) => stdout.write(chunk));
    process_.stderr.on("data", (chunk: Buffer) => {
      stderr.write(chunk);
      tail = (tail + chunk.toString("utf8")).slice(-TAIL);
    });
    this.ended = new Promise((resolve) => {
      let failed: string | null = null;
      process_.once("error", (error) => {
        failed ??= `the process cannot be started: ${error.message}`;
        if (process_.pid === undefined) finish(null, null);
      });
      const finish = (code: number | null, signal: string | null): void => {
        if (this.#killTimer !== null) clearTimeout(this.#killTimer);
        stdout.close();
        stderr.close();
        this.endTime = Date.now();
        resolve({ code, signal, stderr: tail, failed });
      };
      // "close" comes when the output has been read to its end: the last words are complete.
      process_.once("close", finish);
    });
  }

  get pid(): number | null {
    return this.#process.pid ?? null;
  }

  /** Ends the process for the reason `why`: at once by `signal` unless that is null, by SIGKILL when it is still there after `graceMs`. */
  end(signal: NodeJS.Signals | null, graceMs: number, why: string): void {
    this.dismissed ??= why;
    if (signal !== null) this.#process.kill(signal);
    this.#killTimer ??= setTimeout(() => this.#process.kill("SIGKILL"), graceMs);
  }

  info(): WorkerProcess {
    const { appId, id, name, cores, memory, resources, directory } = this.spec;
    const { state, startTime, endTime, message } = this;
    const pid = endTime === null ? this.pid : null;
    return { appId, id, name, pid, cores, memory, resources, state, startTime, endTime, message, directory, logsRemoved: null };
  }
}
