/**
 * The fault run: contexts on local-cluster[4,1,512] whose jobs are checked against plain JavaScript while executors are
 * killed and stopped, connections cut, a disk is full and files are corrupted. What happens in which job, and when, is
 * drawn from the seed. After it a soak (soak.mjs) and drivers that are killed (driver-killed.mjs). Uses the built
 * package; Linux only (it finds processes in /proc).
 *
 *   node test/faults/run.mjs [--seed N] [--jobs N] [--contexts N] [--soak-jobs N] [--intensity F] [--only KIND]
 *                            [--without FAULT,…] [--dist DIRECTORY] [--verbose]
 *
 * A soak of fewer than 300 jobs has no warm-up to speak of; 0 leaves it out.
 * With FAULTS_KEEP in the environment files, and drivers that hang, are left for a look.
 *
 * Passes when every job gave the right answer in time, no more was computed again than was lost and needed and ten per
 * cent (see accounts.mjs), neither a process nor a file of the applications is left, and soak and killed drivers pass.
 */
import { fork, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Chaos, executorsOf, mountSmall, unmount } from "./chaos.mjs";
import { kindNames } from "./jobs.mjs";
import { random } from "./random.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    jobs: { type: "string", default: "300" },
    contexts: { type: "string", default: "3" },
    "soak-jobs": { type: "string", default: "1000" },
    intensity: { type: "string", default: "1" },
    only: { type: "string" },
    without: { type: "string", default: "" },
    dist: { type: "string", default: join(here, "../../dist") },
    verbose: { type: "boolean", default: false },
  },
});
const firesteel = pathToFileURL(resolve(options.dist, "index.mjs")).href;
/** A job that takes longer hangs. */
const WATCHDOG_MS = 240_000;
/** After its context was stopped, the driver ends by itself within. */
const EXIT_MS = 120_000;
const NETWORK_TIMEOUT_MS = 3000;
const SMALL_DISK_MB = 160;
/** Transformed modules are kept for other applications of the user. */
const LASTING = /^firesteel-transforms-\d+$/;
const SIZE = { rows: 120_000, maps: 16, reducers: 8, nap: 40 };

/** Per job: how likely each fault is. */
const FAULTS = [
  { name: "kill", chance: 0.2, draw: (r) => [r.next()] },
  { name: "stop", chance: 0.08, draw: (r) => [r.next(), r.int(100, 1500)] },
  { name: "stop", chance: 0.02, draw: (r) => [r.next(), NETWORK_TIMEOUT_MS + 2000] },
  { name: "cutSession", chance: 0.06, draw: (r) => [r.next()] },
  { name: "cutBlocks", chance: 0.1, draw: () => [] },
  { name: "fullDisk", chance: 0.06, draw: (r) => [r.int(200, 2000)] },
  { name: "corrupt", chance: 0.12, draw: (r) => [r.next(), r.pick(["flip", "flip", "flip", "truncate", "remove"]), r.int(1, 4)] },
];

function plan(seed, count) {
  const without = new Set(options.without.split(","));
  const r = random(seed);
  return Array.from({ length: count }, (_, number) => ({
    number,
    kind: options.only ?? (number % 6 === 0 ? "lasting" : r.pick(kindNames)),
    salt: r.int(1, 2 ** 30),
    faults: FAULTS.flatMap(({ name, chance, draw }) => {
      const fault = { name, after: r.int(0, number % 4 === 0 ? 100 : 400), arguments: draw(r) };
      return r.next() < chance * Number(options.intensity) && !without.has(name) ? [fault] : [];
    }),
  }));
}

async function runContext(jobs, index, work, small, totals) {
  const temporary = join(work, `t${index}`);
  const local = join(work, `l${index}`);
  for (const path of [temporary, local]) mkdirSync(path);
  const roots = [...(small === null ? [] : [small.path]), local];
  const conf = {
    "spark.master": "local-cluster[4,1,512]",
    "spark.app.name": `faults-${index}`,
    "spark.local.dir": roots.join(","),
    "spark.network.timeout": `${NETWORK_TIMEOUT_MS}ms`,
    "spark.executor.heartbeatInterval": "400ms",
    "spark.task.maxFailures": "10",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": options.verbose ? "WARN" : "OFF",
  };
  const driver = fork(join(here, "driver.mjs"), {
    env: {
      ...process.env,
      TMPDIR: temporary,
      FAULTS_PLAN: JSON.stringify({
        jobs,
        size: SIZE,
        conf,
        output: join(work, `out${index}`),
        checkpoints: join(work, `cp${index}`),
        firesteel,
      }),
    },
    stdio: ["ignore", "inherit", options.verbose ? "inherit" : "pipe", "ipc"],
  });
  let words = "";
  driver.stderr?.on("data", (text) => (words = (words + text).slice(-20_000)));
  const chaos = new Chaos({ pid: driver.pid, temporary, small, roots });
  let watchdog;
  let application = "";
  const fail = (what) => {
    totals.problems.push(what);
    console.log(`FAILED: ${what}`);
  };
  const ended = new Promise((done) => driver.once("close", (code, signal) => done(signal ?? code)));
  let current = null;
  driver.on("message", (message) => {
    clearTimeout(watchdog);
    if (message.started !== undefined) application = message.started;
    if (message.begins !== undefined) {
      current = jobs.find((job) => job.number === message.begins);
      current.hits = [];
      for (const fault of current.faults) {
        setTimeout(() => {
          const hit = chaos[fault.name](...fault.arguments);
          if (hit === null) return;
          totals.hits[fault.name] = (totals.hits[fault.name] ?? 0) + 1;
          current.hits.push(`${fault.name} ${hit}`);
          if (options.verbose) console.log(`  job ${current.number} (${current.kind}): ${fault.name} ${hit}`);
        }, fault.after);
      }
    }
    if (message.ended !== undefined) {
      totals.ended++;
      totals.slowest = Math.max(totals.slowest, message.ms);
      if (options.verbose)
        console.log(
          `job ${message.ended} ${current.kind} ${message.error === undefined ? "ok" : "FAILED"} ${Math.round(message.ms)} ms`,
        );
      if (message.error !== undefined)
        fail(`job ${message.ended} (${current.kind}) with ${current.hits.join("; ") || "no fault"}: ${message.error}`);
      else totals.passed++;
    }
    if (message.accounts !== undefined) totals.accounts.push(message.accounts);
    watchdog = setTimeout(
      () => {
        const where =
          message.begins === undefined
            ? "the context"
            : `job ${current.number} (${current.kind}) with ${current.hits.join("; ") || "no fault"}`;
        fail(`${where} hangs after ${JSON.stringify(Object.keys(message)[0])}`);
        if (process.env.FAULTS_KEEP !== undefined) console.log(`driver ${driver.pid} is left for a look`);
        else driver.kill("SIGKILL");
      },
      message.accounts === undefined ? WATCHDOG_MS : EXIT_MS,
    );
  });
  const exit = await ended;
  clearTimeout(watchdog);
  chaos.end();
  if (exit !== 0) fail(`context ${index} ended with ${exit}: ${words.slice(-3000)}`);
  await nothingLeft({ index, application, temporary, roots, fail });
  return words;
}

/** Executors may take a moment to notice that the driver is gone; then neither they nor files are there. */
async function nothingLeft({ index, application, temporary, roots, fail }) {
  const look = () => ({
    processes: processesOf(application),
    files: [temporary, ...roots].flatMap((root) =>
      readdirSync(root)
        .filter((name) => !LASTING.test(name))
        .map((name) => join(root, name)),
    ),
  });
  let left = look();
  for (let i = 0; i < 1200 && left.processes.length + left.files.length > 0; i++) {
    await new Promise((done) => setTimeout(done, 100));
    left = look();
  }
  if (left.processes.length > 0) fail(`context ${index} left processes: ${left.processes.join(" ")}`);
  if (left.files.length > 0) fail(`context ${index} left files: ${left.files.join(" ")}`);
}

function processesOf(application) {
  if (application === "") return [];
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(application);
    } catch {
      return false;
    }
  });
}

function report(totals, jobs) {
  const add = (field) => totals.accounts.reduce((all, one) => all + one[field], 0);
  const failures = {};
  for (const { lostAttempts } of totals.accounts)
    for (const [reason, n] of Object.entries(lostAttempts)) failures[reason] = (failures[reason] ?? 0) + n;
  const unexplained = totals.accounts.flatMap((one) => one.unexplained);
  const again = add("again");
  console.log(
    `faults that hit: ${
      Object.entries(totals.hits)
        .map(([name, n]) => `${name} ${n}`)
        .join(", ") || "none"
    }; executors lost: ${add("executorsRemoved")}`,
  );
  console.log(`Spark jobs: ${add("jobs")}, tasks launched: ${add("launches")} for ${add("pieces")} pieces of work`);
  const needed = again - unexplained.length;
  console.log(
    `lost: map outputs ${add("lostOutputs")}, attempts ${
      Object.entries(failures)
        .map(([reason, n]) => `${reason} ${n}`)
        .join(" ") || "0"
    }; of these needed again: ${needed}; computed again: ${again}`,
  );
  console.log(`slowest job: ${Math.round(totals.slowest)} ms`);
  for (const one of new Set(totals.accounts.flatMap((account) => account.exceptions)))
    console.log(`  a task threw: ${one.slice(0, 300)}`);
  for (const one of unexplained.slice(0, options.verbose ? Infinity : 5)) console.log(`  without a loss: ${one}`);
  // Of a short run the tenth is a handful: two executors that end at once are as much.
  if (unexplained.length > Math.max(15, needed * 0.1)) totals.problems.push("more was computed again than was lost");
  if (totals.ended < jobs) totals.problems.push(`${jobs - totals.ended} jobs were not run`);
}

/** Runs another program of this folder; it prints what is wrong and exits with 0 when nothing is. */
async function program(name, variables, limitMs) {
  const child = spawn(process.execPath, [join(here, name)], { env: { ...process.env, ...variables }, stdio: "inherit" });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const code = await new Promise((done) => child.once("exit", (exit, signal) => done(signal ?? exit)));
  clearTimeout(timer);
  if (code === 0) totals.passed++;
  else totals.problems.push(`${name} ended with ${code}`);
}

const seed = Number(options.seed);
const count = Number(options.jobs);
const contexts = Math.min(Number(options.contexts), count);
console.log(`fault run: seed ${seed}, ${count} jobs in ${contexts} contexts`);
const work = mkdtempSync(join(tmpdir(), "fsf-"));
const smallPath = join(work, "small");
mkdirSync(smallPath);
const mounted = mountSmall(smallPath, SMALL_DISK_MB);
const small = mounted || process.getuid() !== 0 ? { path: smallPath, mounted } : null;
if (small === null) console.log("no device can be mounted here: disks are not filled");
else if (!mounted) console.log("no device can be mounted here: a directory that cannot be written stands for the full disk");
const totals = { passed: 0, ended: 0, hits: {}, problems: [], accounts: [], slowest: 0 };
const started = performance.now();
process.on("exit", () => {
  if (mounted) unmount(smallPath);
  if (process.env.FAULTS_KEEP === undefined) rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
const jobs = plan(seed, count);
for (let i = 0; i < contexts; i++) {
  const share = jobs.slice(Math.floor((i * count) / contexts), Math.floor(((i + 1) * count) / contexts));
  await runContext(share, i, work, small, totals);
}
report(totals, count);
const soakJobs = Number(options["soak-jobs"]);
if (soakJobs > 0) {
  console.log(`soak: ${soakJobs} jobs in one context`);
  await program("soak.mjs", { SOAK_PLAN: JSON.stringify({ jobs: soakJobs, seed, firesteel }) }, soakJobs * 2000 + 240_000);
}
await program("driver-killed.mjs", { KILLED_PLAN: JSON.stringify({ seed, firesteel }) }, 240_000);
const failed = totals.problems.length;
console.log(`${Math.round((performance.now() - started) / 1000)} s`);
console.log(`${totals.passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
