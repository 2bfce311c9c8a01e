/**
 * The soak: jobs of all kinds on a standalone cluster for a long time, and short applications that come and go beside. Resident memory of
 * driver, master, workers and executors must stay where it is: the slope of a line through it after the warm-up, in MB an hour.
 *
 *   node test/faults/cluster/soak.mjs [--minutes N] [--warm-up MINUTES] [--most MB_PER_HOUR] [--dist DIRECTORY] [--samples FILE]
 *
 * Memory goes up and down by itself with garbage that is collected late; the line goes through the least of every half minute. A
 * process that is killed by the system for want of memory, or a job whose answer is wrong, ends the soak.
 */
import { execFile, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Daemons } from "./daemons.mjs";
import { applicationFiles, executorsOfApplication, factsOf, processesWith } from "./processes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    "warm-up": { type: "string" },
    most: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "1" },
    dist: { type: "string", default: join(here, "../../../dist") },
    samples: { type: "string" },
  },
});
const MINUTE = 60_000;
const minutes = Number(options.minutes);
const warmUp = Number(options["warm-up"] ?? minutes / 3);
const dist = resolve(options.dist);
const SAMPLE_MS = 2000;
const WINDOW_MS = 30_000;
const PAUSE_MS = 60;
/** Other applications: one after the other, with so much between. */
const VISITORS_MS = 30_000;

const VISITOR = `
import { SparkContext } from "firesteel";
await using sc = new SparkContext();
const counts = await sc.range(0, 1000, 1, 4).map((i) => [i % 7, 1] as [number, number]).reduceByKey((a, b) => a + b).collect();
if (counts.reduce((all, [, n]) => all + n, 0) !== 1000) throw new Error("wrong answer");
`;

const work = mkdtempSync(join(tmpdir(), "fss-"));
const [temporary, local] = ["tmp", "local"].map((name) => join(work, name));
for (const path of [temporary, local]) mkdirSync(path);
writeFileSync(join(work, "visitor.ts"), VISITOR);
process.on("exit", () => {
  for (const pid of processesWith(work).keys()) process.kill(pid, "SIGKILL");
  rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const problems = [];
const daemons = new Daemons({
  cli: join(dist, "cli.js"),
  work,
  temporary,
  workRoots: [local],
  ownTree: [],
  cores: 3,
  memory: "3g",
  masterConf: { "spark.deploy.retainedApplications": "5" },
  workerConf: {},
});
await daemons.startMaster();
await Promise.all([daemons.startWorker(), daemons.startWorker()]);
const conf = {
  "spark.master": daemons.url,
  "spark.app.name": "soak",
  "spark.executor.cores": "2",
  "spark.cores.max": "4",
  "spark.executor.memory": "512m",
  "spark.local.dir": local,
  "spark.sql.shuffle.partitions": "3",
  "spark.ui.showConsoleProgress": "false",
  // What is remembered for the dashboard has its bounds reached in the warm-up.
  "spark.ui.retainedJobs": "100",
  "spark.ui.retainedStages": "100",
  "spark.ui.retainedTasks": "2000",
  "spark.sql.ui.retainedExecutions": "50",
};
const plan = { conf, seed: Number(options.seed), work, pause: PAUSE_MS, firesteel: pathToFileURL(join(dist, "index.mjs")).href };
const driver = fork(join(here, "soak-driver.mjs"), {
  env: { ...process.env, TMPDIR: temporary, SOAK_PLAN: JSON.stringify(plan) },
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
let application = "";
let done = 0;
let heap = 0;
driver.on("message", (message) => {
  if (message.started !== undefined) application = message.started;
  if (message.done !== undefined) ({ done, heap } = message);
});
const ended = new Promise((settle) => driver.once("close", (code, signal) => settle(signal ?? code)));

/** [minutes since the start, MiB] by process. */
const samples = new Map();
const started = performance.now();
const elapsed = () => (performance.now() - started) / MINUTE;
let visitors = 0;
let visiting = false;

function sample() {
  const processes = [
    ["driver", driver.pid],
    ["master", daemons.master.child.pid],
    ...daemons.workers.map(({ name, child }) => [name, child.pid]),
    ...executorsOfApplication(application).map(({ pid, id }) => [`executor ${id}`, pid]),
  ];
  for (const [name, pid] of processes) {
    const facts = factsOf(pid);
    if (facts === null) continue;
    const line = samples.get(name) ?? [];
    samples.set(name, line);
    line.push([elapsed(), facts.resident, facts.handles]);
  }
  const driverHeap = samples.get("driver's heap") ?? [];
  samples.set("driver's heap", driverHeap);
  driverHeap.push([elapsed(), heap, 0]);
}

function visit() {
  if (visiting) return;
  visiting = true;
  const args = [
    join(dist, "cli.js"),
    "submit",
    "--master",
    daemons.url,
    "--total-executor-cores",
    "2",
    "--executor-memory",
    "256m",
  ];
  execFile(process.execPath, [...args, join(work, "visitor.ts")], { env: { ...process.env, TMPDIR: temporary } }, (error) => {
    visiting = false;
    if (error === null) visitors++;
    else problems.push(`an application beside failed: ${error.message.slice(-2000)}`);
  });
}

const timers = [setInterval(sample, SAMPLE_MS), setInterval(visit, VISITORS_MS)];
let gone = false;
void ended.then(() => (gone = true));
for (let told = 0; elapsed() < minutes && !gone; await new Promise((settle) => setTimeout(settle, 1000))) {
  if (elapsed() < told * 5) continue;
  told++;
  const now = [...samples].map(([name, line]) => `${name} ${Math.round(line.at(-1)[1])}`).join(", ");
  console.log(`${Math.round(elapsed())} min, ${done} jobs, ${visitors} applications beside: ${now}`);
}
for (const timer of timers) clearInterval(timer);
if (!gone) driver.send("enough");
const exit = await ended;
if (exit !== 0) problems.push(`the driver ended with ${exit}`);
while (visiting) await new Promise((settle) => setTimeout(settle, 100));
await new Promise((settle) => setTimeout(settle, 2000));
const left = applicationFiles([temporary, local]);
if (left.length > 0) problems.push(`files are left: ${left.join(" ")}`);
for (const name of await daemons.stop(240_000)) problems.push(`${name} did not end by itself`);

/** The least of every half minute after the warm-up. */
function leasts(line) {
  const windows = new Map();
  for (const [minute, value] of line) {
    if (minute < warmUp) continue;
    const window = Math.floor((minute * MINUTE) / WINDOW_MS);
    const before = windows.get(window);
    if (before === undefined || value < before[1]) windows.set(window, [minute, value]);
  }
  return [...windows.values()];
}

/** Least squares: { slope (units an hour), error of the slope }. */
function regression(points) {
  const n = points.length;
  const mean = (of) => points.reduce((all, point) => all + of(point), 0) / n;
  const [x, y] = [mean(([minute]) => minute / 60), mean(([, value]) => value)];
  let [xx, xy] = [0, 0];
  for (const [minute, value] of points) {
    xx += (minute / 60 - x) ** 2;
    xy += (minute / 60 - x) * (value - y);
  }
  const slope = xy / xx;
  const rest = points.reduce((all, [minute, value]) => all + (value - y - slope * (minute / 60 - x)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / Math.max(1, n - 2) / xx) };
}

console.log(`${done} jobs and ${visitors} applications beside in ${minutes} minutes; after ${Math.round(warmUp)} minutes:`);
for (const [name, line] of samples) {
  const points = leasts(line);
  if (points.length < 3) continue;
  const { slope, error } = regression(points);
  const [first, last] = [points[0][1], points.at(-1)[1]];
  const handles = line.map((one) => one[2]);
  console.log(
    `  ${name.padEnd(14)} ${slope.toFixed(1).padStart(7)} ± ${error.toFixed(1)} MB/h (${first.toFixed(1)} → ${last.toFixed(1)} MiB, ` +
      `handles ${handles[Math.floor(line.length / 3)]} → ${handles.at(-1)})`,
  );
  if (slope - 2 * error > Number(options.most)) problems.push(`${name} grows by ${slope.toFixed(1)} MB an hour`);
}
if (options.samples !== undefined) writeFileSync(options.samples, JSON.stringify([...samples]));
for (const problem of problems) console.log(`FAILED: ${problem}`);
console.log(problems.length === 0 ? "1 passed, 0 failed" : `0 passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);
