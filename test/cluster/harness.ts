/** Masters and workers in this process; their executors, drivers and those who submit are processes of the built package. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { masterConfig } from "../../src/cluster/daemon-config";
import type { MasterOptions } from "../../src/cluster/master/master-daemon";
import { MasterDaemon } from "../../src/cluster/master/master-daemon";
import type { WorkerOptions } from "../../src/cluster/worker/worker-daemon";
import { WorkerDaemon } from "../../src/cluster/worker/worker-daemon";
import { setLogLevel } from "../../src/common/log";

const dist = join(__dirname, "..", "..", "dist");
const NO_SECRET = Buffer.alloc(0);

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class TestCluster {
  readonly directory = mkdtempSync(join(tmpdir(), "firesteel-test-cluster-"));
  master!: MasterDaemon;
  readonly workers: WorkerDaemon[] = [];

  constructor(readonly secret: Buffer = NO_SECRET) {
    setLogLevel("OFF");
  }

  async startMaster(more: Partial<MasterOptions> = {}): Promise<void> {
    this.master = await MasterDaemon.start({
      ...masterConfig((entry) => entry.parse(entry.defaultText, entry.key)),
      host: "127.0.0.1",
      listenHost: "127.0.0.1",
      port: 0,
      secret: this.secret,
      tls: null,
      recoveryDirectory: join(this.directory, "recovery"),
      ...more,
    });
  }

  async startWorker(more: Partial<WorkerOptions> = {}): Promise<WorkerDaemon> {
    const worker = new WorkerDaemon({
      masters: [{ host: "127.0.0.1", port: this.master.port }],
      host: "127.0.0.1",
      listenHost: "127.0.0.1",
      cores: 1,
      memory: 2 * 2 ** 30,
      resources: {},
      workDirectory: join(this.directory, `work-${this.workers.length}`),
      secret: this.secret,
      tls: null,
      executorFile: join(dist, "executor.js"),
      cliFile: join(dist, "cli.js"),
      conf: () => undefined,
      cleanup: null,
      ...more,
    });
    this.workers.push(await worker.start());
    return worker;
  }

  /** `firesteel submit` against this cluster. Resolves with what it wrote and how it ended. */
  submit(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.run("submit", args, env);
  }

  /** A command that takes a master. `input` goes to its standard input. */
  run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, input = ""): Promise<Ended> {
    const { FIRESTEEL_SUBMIT_ARGS: _submitted, ...inherited } = process.env;
    const secret = this.secret.length === 0 ? {} : { FIRESTEEL_CLUSTER_SECRET: this.secret.toString() };
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [join(dist, "cli.js"), command, "--master", this.master.url, ...args],
        { env: { ...inherited, ...secret, ...env }, timeout: 200_000 },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      );
      child.stdin!.end(input);
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop("the test is over")));
    await this.master.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
