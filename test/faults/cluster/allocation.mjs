/**
 * Dynamic allocation on a standalone cluster: executors come with a backlog, leave when they idle, and what they hold moves or waits:
 * nothing that was cached or shuffled is computed again, and executors do not come and go for nothing. Uses the built package.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Daemons } from "./daemons.mjs";
import { processesWith, signal } from "./processes.mjs";

const cli = join(dirname(fileURLToPath(import.meta.url)), "../../../dist/cli.js");
const work = mkdtempSync(join(tmpdir(), "fsc-da-"));
const [temporary, local] = ["tmp", "local"].map((name) => join(work, name));
for (const path of [temporary, local]) mkdirSync(path);
process.on("exit", () => {
  for (const pid of processesWith(work).keys()) signal(pid, "SIGKILL");
  rmSync(work, { recursive: true, force: true });
});

writeFileSync(
  join(work, "program.ts"),
  `
import { SparkContext } from "firesteel";
await using sc = new SparkContext();
const there = new Set<string>();
let added = 0, most = 0;
sc.addSparkListener({
  onExecutorAdded: ({ executorId }) => { there.add(executorId); added++; most = Math.max(most, there.size); },
  onExecutorRemoved: ({ executorId }) => void there.delete(executorId),
});
const tell = (name: string, value: unknown): void => console.log(name + " " + JSON.stringify(value));
const until = async (holds: () => boolean): Promise<boolean> => {
  for (let i = 0; i < 2400 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  return holds();
};
const nap = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const made = sc.longAccumulator("made");
tell("at first", there.size);
const busy = sc.range(0, 40, 1, 40).map((i) => { nap(250); return i; });
tell("busy", await busy.sum());
tell("most", most);
const kept = sc.range(0, 4000, 1, 8).map((i) => { made.add(1); if (i % 500 === 0) nap(50); return [i % 10, i] as [number, number]; }).cache();
const sums = kept.reduceByKey((a, b) => a + b, 4);
tell("sums", (await sums.values().sum()));
tell("made", made.value);
tell("few again", await until(() => there.size <= 1));
const before = added;
tell("sums again", await sums.mapValues((x) => x).values().sum());
tell("kept again", await kept.count());
tell("made again", made.value);
tell("came for it", added - before);
tell("all", added);
`,
);

const daemons = new Daemons({
  cli,
  work,
  temporary,
  workRoots: [local],
  ownTree: [],
  cores: 2,
  memory: "3g",
  masterConf: {},
  workerConf: {},
});
await daemons.startMaster();
await Promise.all([daemons.startWorker(), daemons.startWorker()]);
const settings = {
  "spark.dynamicAllocation.enabled": "true",
  "spark.dynamicAllocation.minExecutors": "1",
  "spark.dynamicAllocation.maxExecutors": "4",
  "spark.dynamicAllocation.executorIdleTimeout": "2s",
  "spark.dynamicAllocation.cachedExecutorIdleTimeout": "3s",
  "spark.dynamicAllocation.schedulerBacklogTimeout": "300ms",
  "spark.dynamicAllocation.shuffleTracking.enabled": "true",
  "spark.dynamicAllocation.shuffleTracking.timeout": "3s",
  "spark.decommission.enabled": "true",
  "spark.storage.decommission.enabled": "true",
  "spark.executor.cores": "1",
  "spark.executor.memory": "512m",
  "spark.local.dir": local,
};
const { FIRESTEEL_SUBMIT_ARGS: _submitted, ...inherited } = process.env;
const confs = Object.entries(settings).flatMap(([key, value]) => ["--conf", `${key}=${value}`]);
const child = spawn(process.execPath, [cli, "submit", "--master", daemons.url, ...confs, "program.ts"], {
  cwd: work,
  env: { ...inherited, TMPDIR: temporary },
});
let text = "";
for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
const timer = setTimeout(() => child.kill("SIGKILL"), 300_000);
const code = await new Promise((done) => child.once("close", done));
clearTimeout(timer);
const told = (name) => JSON.parse(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1] ?? "null");
const problems = [];
let passed = 0;
const check = (holds, what) => {
  if (holds) passed++;
  else problems.push(what);
};
check(code === 0, `the program ended with ${code}: ${text}`);
check(told("busy") === 780, `the busy job's answer is ${told("busy")}`);
check(told("most") >= 3 && told("most") <= 4, `${told("most")} executors came for 40 tasks of a quarter of a second, of 4`);
check(told("sums") === 7_998_000 && told("sums again") === 7_998_000, "the sums are right");
check(told("kept again") === 4000, `kept: ${told("kept again")}`);
check(told("few again") === true, "idle executors leave");
check(told("made") === 4000, `records were made ${told("made")} times`);
check(told("made again") === 4000, `what executors held that left was made again: ${told("made again")} of 4000`);
check(told("all") <= 12, `executors come and go: ${told("all")} came`);
for (const name of await daemons.stop(240_000)) check(false, `${name} did not end by itself`);
console.log(
  text
    .trim()
    .split("\n")
    .filter((line) => !/^Stage/.test(line))
    .join("; "),
);
for (const problem of problems) console.log(`FAILED: ${problem}`);
console.log(`${passed} passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);
