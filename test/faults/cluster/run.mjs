/**
 * Chaos on a standalone cluster of four workers: jobs on RDDs, queries and fits, each checked against plain JavaScript, while executors,
 * workers and the master are killed and stopped, workers leave and others join, connections are reset and a disk is full. What happens
 * in which job, and when, is drawn from the seed. Uses the built package; Linux only.
 *
 *   node test/faults/cluster/run.mjs [--seed N] [--jobs N] [--contexts N] [--intensity F] [--only KIND] [--without FAULT,…]
 *                                    [--dist DIRECTORY] [--verbose]
 *
 * Passes when every job gave the right answer in time, and of each application nothing is left: no process, no file, no port, no
 * connection that a daemon keeps; and when all daemons end by themselves at last.
 */
import { execFileSync, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { mountSmall, unmount } from "../chaos.mjs";
import { allKindNames } from "../jobs.mjs";
import { random } from "../random.mjs";
import { ClusterChaos } from "./chaos.mjs";
import { Daemons } from "./daemons.mjs";
import { applicationFiles, factsOf, listeningPorts, processesWith, signal } from "./processes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "200" },
    contexts: { type: "string" },
    intensity: { type: "string", default: "1" },
    only: { type: "string" },
    without: { type: "string", default: "" },
    dist: { type: "string", default: join(here, "../../../dist") },
    verbose: { type: "boolean", default: false },
  },
});
const dist = resolve(options.dist);
const WORKERS = 4;
/** A job that takes longer hangs; machines of tests are shared. */
const WATCHDOG_MS = 240_000;
const EXIT_MS = 120_000;
const NETWORK_TIMEOUT_MS = 4000;
const WORKER_TIMEOUT_S = 4;
const SMALL_DISK_MB = 192;
const SIZE = { rows: 60_000, maps: 12, reducers: 6, nap: 40 };
/** Handles of a daemon may differ by so many between two applications: reconnections of workers come and go. */
const HANDLES = 12;

/** Per job: how likely each fault is. */
const FAULTS = [
  { name: "killExecutor", chance: 0.25, draw: (r) => [r.next()] },
  { name: "stopExecutor", chance: 0.08, draw: (r) => [r.next(), r.int(100, 1500)] },
  { name: "stopExecutor", chance: 0.03, draw: (r) => [r.next(), NETWORK_TIMEOUT_MS + 2000] },
  { name: "killWorker", chance: 0.08, draw: (r) => [r.next()] },
  { name: "stopWorker", chance: 0.05, draw: (r) => [r.next(), r.int(200, 2000)] },
  { name: "stopWorker", chance: 0.02, draw: (r) => [r.next(), WORKER_TIMEOUT_S * 1000 + 3000] },
  { name: "decommission", chance: 0.05, draw: (r) => [r.next()] },
  { name: "killMaster", chance: 0.05, draw: (r) => [r.int(0, 2000)] },
  { name: "stopMaster", chance: 0.03, draw: (r) => [r.int(200, 3000)] },
  { name: "cut", chance: 0.12, draw: (r) => [r.next(), r.next() < 0.4] },
  { name: "fullDisk", chance: 0.06, draw: (r) => [r.int(200, 2000)] },
];

function plan(seed, count) {
  const without = new Set(options.without.split(","));
  const r = random(seed);
  return Array.from({ length: count }, (_, number) => ({
    number,
    kind: options.only ?? r.pick(allKindNames),
    salt: r.int(1, 2 ** 30),
    faults: FAULTS.flatMap(({ name, chance, draw }) => {
      const fault = { name, after: r.int(0, 600), arguments: draw(r) };
      return r.next() < chance * Number(options.intensity) && !without.has(name) ? [fault] : [];
    }),
  }));
}

/** Runs a driver with its jobs while chaos has its way; resolves when it has ended and nothing of it is left. */
async function runContext(jobs, index, cluster, totals) {
  const { daemons, work, temporary, roots, small } = cluster;
  const conf = {
    "spark.master": daemons.url,
    "spark.app.name": `chaos-${index}`,
    "spark.executor.memory": "512m",
    "spark.local.dir": roots.join(","),
    "spark.network.timeout": `${NETWORK_TIMEOUT_MS}ms`,
    "spark.executor.heartbeatInterval": "400ms",
    "spark.task.maxFailures": "20",
    "spark.decommission.enabled": "true",
    "spark.storage.decommission.enabled": "true",
    "spark.sql.shuffle.partitions": String(SIZE.reducers),
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": options.verbose ? "WARN" : "OFF",
  };
  const plan_ = {
    jobs,
    size: SIZE,
    conf,
    output: join(work, `out${index}`),
    checkpoints: join(work, `cp${index}`),
    firesteel: pathToFileURL(join(dist, "index.mjs")).href,
  };
  const driver = fork(join(here, "../driver.mjs"), {
    env: { ...process.env, TMPDIR: temporary, FAULTS_PLAN: JSON.stringify(plan_) },
    stdio: ["ignore", "inherit", options.verbose ? "inherit" : "pipe", "ipc"],
  });
  let words = "";
  driver.stderr?.on("data", (text) => (words = (words + text).slice(-20_000)));
  const chaos = new ClusterChaos({ daemons, small, driver: driver.pid });
  const fail = (what) => {
    totals.problems.push(what);
    console.log(`FAILED: ${what}`);
  };
  const ended = new Promise((done) => driver.once("close", (code, signal) => done(signal ?? code)));
  const timers = new Set();
  let watchdog;
  let current = null;
  driver.on("message", (message) => {
    clearTimeout(watchdog);
    if (message.started !== undefined) chaos.application = message.started;
    if (message.begins !== undefined) {
      current = jobs.find((job) => job.number === message.begins);
      current.hits = [];
      for (const fault of current.faults) {
        const timer = setTimeout(() => {
          timers.delete(timer);
          const hit = chaos[fault.name](...fault.arguments);
          if (hit === null) return;
          totals.hits[fault.name] = (totals.hits[fault.name] ?? 0) + 1;
          current.hits.push(`${fault.name} ${hit}`);
          if (options.verbose) console.log(`  job ${current.number} (${current.kind}): ${fault.name} ${hit}`);
        }, fault.after);
        timers.add(timer);
      }
    }
    if (message.ended !== undefined) {
      totals.ended++;
      totals.slowest = Math.max(totals.slowest, message.ms);
      const hits = current.hits.join("; ") || "no fault";
      if (message.error === undefined) totals.passed++;
      else fail(`job ${message.ended} (${current.kind}) with ${hits}: ${message.error}`);
      if (options.verbose) console.log(`job ${message.ended} ${current.kind} ${Math.round(message.ms)} ms, ${hits}`);
    }
    if (message.accounts !== undefined) totals.accounts.push(message.accounts);
    watchdog = setTimeout(
      () => {
        fail(
          message.begins === undefined
            ? `context ${index} hangs after ${JSON.stringify(Object.keys(message)[0])}`
            : `job ${current.number} (${current.kind}) with ${current.hits.join("; ") || "no fault"} hangs`,
        );
        if (process.env.FAULTS_KEEP !== undefined) console.log(`driver ${driver.pid} is left for a look`);
        else driver.kill("SIGKILL");
      },
      message.accounts === undefined ? WATCHDOG_MS : EXIT_MS,
    );
  });
  const exit = await ended;
  clearTimeout(watchdog);
  for (const timer of timers) clearTimeout(timer);
  await chaos.end();
  for (const problem of chaos.problems) fail(problem);
  if (exit !== 0) fail(`context ${index} ended with ${exit}: ${words.slice(-3000)}`);
  await nothingLeft(chaos.application, index, cluster, fail);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Executors may take a moment to notice that the driver is gone, and workers to hear of it. */
async function nothingLeft(application, index, { roots, temporary }, fail) {
  const look = () => ({
    processes: application === "" ? [] : [...processesWith(application).keys()],
    files: applicationFiles([...roots, temporary]),
  });
  let left = look();
  for (let i = 0; i < 1200 && left.processes.length + left.files.length > 0; i++) {
    await sleep(100);
    left = look();
  }
  if (left.processes.length > 0) fail(`context ${index} left processes: ${left.processes.join(" ")}`);
  if (left.files.length > 0) fail(`context ${index} left files: ${left.files.join(" ")}`);
}

/** Workers whose place was taken are there again, and no daemon holds more than it did. */
async function daemonsAsBefore(daemons, before, fail) {
  while (daemons.workers.length < WORKERS) await daemons.startWorker();
  for (let i = 0; ; i++) {
    const late = [daemons.master, ...daemons.workers].flatMap(({ name, child }) => {
      const facts = factsOf(child.pid);
      if (facts === null) return [`${name} is gone: ${daemons.words.get(name)}`];
      const kind = name.split(" ")[0];
      before[kind] ??= facts.handles;
      return facts.handles > before[kind] + HANDLES ? [`${name} holds ${facts.handles} handles; ${before[kind]} at first`] : [];
    });
    if (late.length === 0) return;
    if (i === 1200) return late.forEach(fail);
    await sleep(100);
  }
}

function report({ hits, accounts, slowest }) {
  const add = (field) => accounts.reduce((all, one) => all + one[field], 0);
  const list = Object.entries(hits).map(([name, n]) => `${name} ${n}`);
  console.log(`faults that hit: ${list.join(", ") || "none"}; executors lost: ${add("executorsRemoved")}`);
  console.log(`Spark jobs: ${add("jobs")}, tasks launched: ${add("launches")} for ${add("pieces")} pieces of work`);
  console.log(`lost map outputs: ${add("lostOutputs")}; computed again: ${add("again")}; slowest job: ${Math.round(slowest)} ms`);
  for (const one of new Set(accounts.flatMap((account) => account.exceptions)))
    console.log(`  a task threw: ${one.slice(0, 300)}`);
}

/** A command that gives its arguments a file tree of their own; [] where this user may not. */
function ownTree() {
  const command = ["unshare", "-m", "--propagation", "unchanged"];
  try {
    execFileSync(command[0], [...command.slice(1), "true"], { stdio: "ignore" });
    return command;
  } catch {
    console.log("no file trees can be made here: blocks are read in place, not over connections");
    return [];
  }
}

const count = Number(options.jobs);
const seed = Number(options.seed);
const contexts = Math.max(1, Number(options.contexts ?? Math.ceil(count / 50)));
console.log(`chaos on a standalone cluster: seed ${seed}, ${count} jobs in ${contexts} applications`);
const started = performance.now();
const work = mkdtempSync(join(tmpdir(), "fsc-"));
const [temporary, local, smallPath] = ["tmp", "local", "small"].map((name) => join(work, name));
for (const path of [temporary, local, smallPath]) mkdirSync(path);
const mounted = mountSmall(smallPath, SMALL_DISK_MB);
if (!mounted) console.log("no device can be mounted here: disks are not filled");
const small = mounted ? smallPath : null;
const roots = [...(mounted ? [smallPath] : []), local];
const daemons = new Daemons({
  cli: join(dist, "cli.js"),
  work,
  temporary,
  workRoots: roots,
  ownTree: ownTree(),
  cores: 1,
  memory: "2g",
  masterConf: { "spark.worker.timeout": `${WORKER_TIMEOUT_S}s` },
  workerConf: { "spark.decommission.enabled": "true", "spark.worker.decommission.timeout": "20s" },
});
const everything = () => processesWith(work);
process.on("exit", () => {
  for (const pid of everything().keys()) signal(pid, "SIGKILL");
  if (mounted) unmount(smallPath);
  if (process.env.FAULTS_KEEP === undefined) rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
const totals = { passed: 0, ended: 0, hits: {}, problems: [], accounts: [], slowest: 0 };
const fail = (what) => {
  totals.problems.push(what);
  console.log(`FAILED: ${what}`);
};
await daemons.startMaster();
await Promise.all(Array.from({ length: WORKERS }, () => daemons.startWorker()));
const jobs = plan(seed, count);
const before = {};
for (let i = 0; i < contexts; i++) {
  const share = jobs.slice(Math.floor((i * count) / contexts), Math.floor(((i + 1) * count) / contexts));
  await runContext(share, i, { daemons, work, temporary, roots, small }, totals);
  await daemonsAsBefore(daemons, before, fail);
}
const ports = listeningPorts(new Set(everything().keys()));
for (const name of await daemons.stop(240_000)) fail(`${name} did not end within 240 s of SIGTERM`);
const remaining = () => [...everything().values()].map((args) => args.slice(0, 6).join(" "));
for (let i = 0; i < 1200 && remaining().length > 0; i++) await sleep(100);
const rest = remaining();
if (rest.length > 0) fail(`processes are left: ${rest.join("; ")}`);
if (ports.length === 0) fail("no port of a daemon was found");
report(totals, count);
if (totals.ended < count) fail(`${count - totals.ended} jobs were not run`);
console.log(`${Math.round((performance.now() - started) / 1000)} s`);
console.log(`${totals.passed} passed, ${totals.problems.length} failed`);
process.exit(totals.problems.length === 0 ? 0 : 1);
