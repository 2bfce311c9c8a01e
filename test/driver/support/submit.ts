/** Runs programs with the built command line (dist/), executors and all, and tells how they ended. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CLI = join(__dirname, "../../../dist/cli.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SubmitOptions {
  readonly master?: string;
  readonly conf?: Readonly<Record<string, string>>;
  /** Further options of `firesteel submit`. */
  readonly options?: readonly string[];
  readonly args?: readonly string[];
}

/** A directory that is removed when the test file has run. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "firesteel-program-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs a program that is given as text. `name` is its file's name in `directory`. */
export function submit(directory: string, name: string, program: string, options: SubmitOptions = {}): Promise<Ended> {
  const file = join(directory, name);
  writeFileSync(file, program);
  const { master = "local[2]", conf = {}, options: more = [], args = [] } = options;
  const settings = Object.entries(conf).flatMap(([key, value]) => ["--conf", `${key}=${value}`]);
  const child = spawn(process.execPath, [CLI, "submit", "--master", master, ...settings, ...more, file, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // Jest's own would make the program believe that it runs in a test.
    env: { ...process.env, NODE_OPTIONS: "", JEST_WORKER_ID: undefined },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** What a program printed as one line of JSON; fails with its error output where it did not end well. */
export async function resultOf<T>(ended: Promise<Ended>): Promise<T> {
  const { code, stdout, stderr } = await ended;
  if (code !== 0) throw new Error(`The program ended with ${code}:\n${stderr}\n${stdout}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as T;
}
