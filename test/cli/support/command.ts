/**
 * Runs the built command line in real processes. Every run has a home, a cache and a temporary folder of its test file's
 * own, so that what it leaves behind is seen.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const root = join(__dirname, "../../..");
export const cli = join(root, "dist/cli.js");

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The command line's file by default. */
  readonly command?: readonly string[];
}

export class Workplace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "firesteel-cli-")));
  readonly temporary = this.#folder("tmp");
  readonly environment: NodeJS.ProcessEnv;

  constructor() {
    this.environment = {
      ...process.env,
      HOME: this.#folder("home"),
      XDG_CACHE_HOME: this.#folder("cache"),
      TMPDIR: this.temporary,
    };
    for (const name of ["FIRESTEEL_SUBMIT_ARGS", "FIRESTEEL_CONF_DIR", "NODE_OPTIONS"]) delete this.environment[name];
    // On a busy machine any stage may take long enough for a line of progress; tests compare what programs print.
    const defaults = join(this.#folder("home/.firesteel"), "spark-defaults.conf");
    writeFileSync(defaults, "spark.ui.showConsoleProgress false\n");
  }

  /** Writes files by their paths below the work folder; returns the first one's path. */
  write(files: Readonly<Record<string, string>>): string {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return join(this.folder, Object.keys(files)[0]!);
  }

  start(args: readonly string[], { env = {}, cwd = this.folder, command = [cli] }: RunOptions = {}): Running {
    const child = spawn(process.execPath, [...command, ...args], {
      cwd,
      env: { ...this.environment, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new Running(child);
  }

  run(args: readonly string[], options?: RunOptions): Promise<Ended> {
    return this.start(args, options).ended;
  }

  submit(args: readonly string[], options?: RunOptions): Promise<Ended> {
    return this.run(["submit", "--master", "local[2]", ...args], options);
  }

  /** What programs have left: folders of applications, and processes that know the temporary folder. */
  leftovers(): string[] {
    const folders = readdirSync(this.temporary, { recursive: true }).map(String);
    const processes = existsSync("/proc")
      ? readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes(this.temporary))
      : [];
    return [...folders, ...processes.map((pid) => `process ${pid}: ${commandOf(pid)}`)];
  }

  /** Waits until nothing is left; gives what still is after minutes. */
  async leftoversAtLast(): Promise<string[]> {
    const until = performance.now() + 120_000;
    while (performance.now() < until && this.leftovers().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    return this.leftovers();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #folder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path);
    return path;
  }
}

export class Running {
  readonly ended: Promise<Ended>;
  stdout = "";
  stderr = "";
  readonly #started = Date.now();

  constructor(readonly child: ChildProcess) {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) =>
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr, ms: Date.now() - this.#started }),
      );
    });
  }

  /** Resolves when the process has printed `text`. */
  async printed(text: string): Promise<void> {
    while (!this.stdout.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`ended without printing ${text}: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** A program that prints a setting as its context sees it. */
export const PRINT_CONF = `
import { SparkContext } from "firesteel";
const sc = new SparkContext();
for (const key of process.argv.slice(2)) console.log(key + "=" + sc.getConf().get(key));
await sc.stop();
`;
