/**
 * The soak: jobs of all kinds on a standalone cluster for a long time, and short applications that come and go beside. What driver, master,
 * workers and executors take must stay what it is.
 *
 *   node test/faults/cluster/soak.mjs [--minutes N] [--warm-up JOBS] [--most MB_PER_HOUR] [--seed N] [--dist DIRECTORY] [--samples FILE]
 *
 * Resident memory under load goes up and down by itself, by tens of megabytes in ten minutes: V8 collects late, and moves what lives together only when
 * its pages have become sparse. So every two minutes the load stops for some seconds, all threads of all
 * processes collect their garbage (soak-collector.cjs), twice, as executors hear of what was garbage on the driver, and what is resident then
 * is a point of the line: Theil and Sen's, over `--minutes` after the warm-up. In the warm-up histories and caches reach their bounds
 * (the soak's settings make them small) and V8 compiles what is used often, which is most of what grows for the first thousands of jobs. The
 * line of the floors of two minutes under load is printed beside, and those of the parts: compiled code, allocator, all else. Pages of Node's binary are
 * not counted: they come and go with what others on the machine do. All processes have the settings of the allocator that a worker gives to executors
 * and drivers (docs/operations.md).
 *
 * `--samples` writes all points to a file, and what each thread's heap was to FILE.heaps: V8 doubles or halves the young generation of a thread
 * when more or less is allocated, which moves an executor's points by 8 MB when the machine becomes faster or slower for a while.
 *
 * A slope is above `--most` (1) when the lower end of its interval of 95 % is. A process that is killed by the system for want of memory, or a
 * job whose answer is wrong, ends the soak.
 */
import { execFile, fork } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Daemons } from "./daemons.mjs";
import { applicationFiles, executorsOfApplication, factsOf, processesWith, signal } from "./processes.mjs";
import { floors, partsOf, trend } from "./trend.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    "warm-up": { type: "string", default: "5000" },
    most: { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
    dist: { type: "string", default: join(here, "../../../dist") },
    samples: { type: "string" },
  },
});
const MINUTE = 60_000;
const minutes = Number(options.minutes);
const warmUp = Number(options["warm-up"]);
const dist = resolve(options.dist);
const SAMPLE_MS = 2000;
/** Between two points of the line, and between two floors under load. */
const REST_MINUTES = 2;
/** Every thread has found the order to collect, and has carried it out. */
const COLLECT_MS = 4000;
const QUIET_MS = 1000;
const PAUSE_MS = 20;
const WORKERS = 4;
/** What the driver forgets after the first time, executors do after the second. */
const COLLECTIONS = 2;
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
const order = join(work, "collect");
const heaps = `${order}.heaps`;
for (const file of [order, heaps]) writeFileSync(file, "");
const environment = {
  NODE_OPTIONS: `--require ${join(here, "soak-collector.cjs")}`,
  SOAK_COLLECT: order,
  MALLOC_ARENA_MAX: "2",
};
/** Of the driver besides (src/cluster/allocator.ts). */
const OWN_PAGES = { MALLOC_MMAP_THRESHOLD_: "131072", MALLOC_TRIM_THRESHOLD_: "131072" };
process.on("exit", () => {
  for (const pid of processesWith(work).keys()) signal(pid, "SIGKILL");
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
  env: environment,
});
await daemons.startMaster();
await Promise.all(Array.from({ length: WORKERS }, () => daemons.startWorker()));
const conf = {
  "spark.master": daemons.url,
  "spark.app.name": "soak",
  "spark.executorEnv.NODE_OPTIONS": environment.NODE_OPTIONS,
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
  env: { ...process.env, ...environment, ...OWN_PAGES, TMPDIR: temporary, SOAK_PLAN: JSON.stringify(plan) },
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
let application = "";
let done = 0;
/** Calls the driver's answer to a wish. */
const answered = { resting: () => undefined, quiet: () => undefined };
driver.on("message", (message) => {
  if (message.started !== undefined) application = message.started;
  if (message.done !== undefined) ({ done } = message);
  for (const answer of Object.keys(answered)) if (message[answer]) answered[answer]();
});
const ended = new Promise((settle) => driver.once("close", (code, signal) => settle(signal ?? code)));

/** { load: [[minutes since the start, MiB]], rest: [[minutes, parts]], handles } by process. */
const series = new Map();
const started = performance.now();
const elapsed = () => (performance.now() - started) / MINUTE;
let visitors = 0;
let visiting = false;
let looking = false;

const processes = () => [
  ["driver", driver.pid],
  ["master", daemons.master.child.pid],
  ...daemons.workers.map(({ name, child }) => [name, child.pid]),
  ...(application === "" ? [] : executorsOfApplication(application)).map(({ pid, id }) => [`executor ${id}`, pid]),
];

function seriesOf(name) {
  const one = series.get(name) ?? { load: [], rest: [], handles: [] };
  series.set(name, one);
  return one;
}

function sample() {
  if (looking) return;
  for (const [name, pid] of processes()) {
    const facts = factsOf(pid);
    if (facts === null) continue;
    seriesOf(name).load.push([elapsed(), facts.resident]);
    seriesOf(name).handles.push(facts.handles);
  }
}

const pass = (ms) => new Promise((settle) => setTimeout(settle, ms));

/** The load stops, garbage goes, and what is left is noted. */
async function look() {
  looking = true;
  while (visiting) await pass(100);
  const answer = (kind) => Promise.race([new Promise((settle) => (answered[kind] = settle)), ended]);
  const resting = answer("resting");
  driver.send("collect");
  await resting;
  for (let time = 0; time < COLLECTIONS; time++) {
    utimesSync(order, new Date(), new Date());
    await pass(COLLECT_MS);
  }
  const quiet = answer("quiet");
  if (!gone) driver.send("rest");
  await quiet;
  await pass(QUIET_MS);
  for (const [name, pid] of processes()) {
    const parts = partsOf(pid);
    if (parts !== null) seriesOf(name).rest.push([elapsed(), parts]);
  }
  if (!gone) driver.send("work");
  looking = false;
}

function visit() {
  if (visiting || looking) return;
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
/** When the warm-up was over, in minutes. */
let warm = Infinity;
for (let told = 1, looks = 1; elapsed() < warm + minutes && !gone; await pass(500)) {
  if (done >= warmUp && warm === Infinity) {
    warm = elapsed();
    driver.send("warm");
  }
  if (elapsed() >= looks * REST_MINUTES) {
    looks++;
    await look();
  }
  if (elapsed() < told * 5) continue;
  told++;
  const now = [...series].map(([name, { rest }]) => `${name} ${rest.at(-1)?.[1].own.toFixed(1) ?? "?"}`).join(", ");
  console.log(`${Math.round(elapsed())} min, ${done} jobs, ${visitors} applications beside; at rest ${now}`);
}
for (const timer of timers) clearInterval(timer);
if (!gone) driver.send("enough");
const exit = await ended;
if (exit !== 0) problems.push(`the driver ended with ${exit}`);
while (visiting) await pass(100);
await pass(2000);
const left = applicationFiles([temporary, local]);
if (left.length > 0) problems.push(`files are left: ${left.join(" ")}`);
for (const name of await daemons.stop(240_000)) problems.push(`${name} did not end by itself`);

const rate = ({ slope, low, high }) => `${slope.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
const hourly = (points) => points.map(([minute, value]) => [minute / 60, value]);
console.log(
  `${done} jobs and ${visitors} applications beside in ${Math.round(elapsed())} minutes, MB an hour in the last ${minutes}, with the interval of 95 %:`,
);
for (const [name, { load, rest, handles }] of series) {
  const points = rest.filter(([minute]) => minute >= warm);
  if (points.length < 3) continue;
  const line = (part) => trend(hourly(points.map(([minute, parts]) => [minute, parts[part]])));
  const total = line("own");
  const busy = floors(hourly(load.filter(([minute]) => minute >= warm)), REST_MINUTES / 60);
  const [first, last] = [points[0][1], points.at(-1)[1]];
  console.log(
    `  ${name.padEnd(11)} at rest ${rate(total)}, ${first.own.toFixed(1)} → ${last.own.toFixed(1)} MiB ` +
      `(code ${line("code").slope.toFixed(1)}, allocator ${line("allocator").slope.toFixed(1)}, all else ${line("rest").slope.toFixed(1)}); ` +
      `under load ${rate(trend(busy))}; handles ${handles[Math.floor(handles.length / 3)]} → ${handles.at(-1)}`,
  );
  if (total.low > Number(options.most)) problems.push(`${name} grows by ${rate(total)} MB an hour`);
}
if (options.samples !== undefined) {
  writeFileSync(options.samples, JSON.stringify([...series]));
  copyFileSync(heaps, `${options.samples}.heaps`);
}
for (const problem of problems) console.log(`FAILED: ${problem}`);
console.log(problems.length === 0 ? "1 passed, 0 failed" : `0 passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);
