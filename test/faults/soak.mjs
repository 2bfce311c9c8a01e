/**
 * The soak: many small jobs of all kinds in one context. Memory, files, handles and threads of the driver and its
 * executors must return to where they were after two fifths of them.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executorsOf } from "./chaos.mjs";
import { kindNames, runJob } from "./jobs.mjs";
import { random } from "./random.mjs";

const { jobs, seed, firesteel } = JSON.parse(process.env.SOAK_PLAN);
const { SparkConf, SparkContext, StorageLevel } = await import(firesteel);
const SIZE = { rows: 4000, maps: 4, reducers: 3, nap: 0 };
/** Datasets that are kept do not fit what is measured. */
const KINDS = kindNames.filter((kind) => kind !== "lasting");
/** What may differ after the warm-up, for one process; memory in MiB. Collectors of threads that idle do not run. */
const TOLERANCE = { resident: 60, heap: 12, handles: 8, threads: 2, files: 12, disk: 1 };

const work = mkdtempSync(join(tmpdir(), "fsf-soak-"));
const local = join(work, "local");
mkdirSync(local);
process.env.TMPDIR = join(work, "tmp");
mkdirSync(process.env.TMPDIR);
const sc = new SparkContext(
  new SparkConf()
    .setMaster("local-cluster[2,2,512]")
    .setAppName("soak")
    .set("spark.local.dir", local)
    .set("spark.ui.showConsoleProgress", "false")
    .set("spark.cleaner.periodicGC.interval", "500ms"),
);
sc.setCheckpointDir(join(work, "checkpoints"));

function* filesUnder(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile()) yield statSync(path).size;
  }
}

function ofProcess(pid) {
  return {
    resident: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    threads: readdirSync(`/proc/${pid}/task`).length,
  };
}

/** The driver's garbage is collected twice at least, and the executors have heard what was freed. */
const settle = () => new Promise((done) => setTimeout(done, 1500));

async function measure() {
  await settle();
  const sizes = [...filesUnder(local)];
  const driver = { ...ofProcess(process.pid), heap: process.memoryUsage().heapUsed / 2 ** 20 };
  const executors = executorsOf(process.pid).map(({ pid, id }) => [`executor ${id}`, ofProcess(pid)]);
  return new Map([
    ["driver", driver],
    ...executors,
    ["disk", { files: sizes.length, disk: sizes.reduce((a, b) => a + b, 0) / 2 ** 20 }],
  ]);
}

const round = (facts) =>
  Object.entries(facts)
    .map(([name, n]) => `${name} ${Math.round(n * 10) / 10}`)
    .join(", ");
const problems = [];
const r = random(seed);
let before;
const started = performance.now();
const marks = new Set([0.2, 0.4, 0.6, 0.8, 1].map((part) => Math.round(jobs * part)));
for (let number = 1; number <= jobs; number++) {
  const kind = r.pick(KINDS);
  const salt = r.int(1, 2 ** 30);
  await runJob(kind, { sc, size: SIZE, salt, number, random: random(salt), output: join(work, "output"), StorageLevel });
  if (!marks.has(number)) continue;
  const now = await measure();
  console.log(`after ${number} jobs (${Math.round((performance.now() - started) / 1000)} s)`);
  for (const [who, facts] of now) console.log(`  ${who}: ${round(facts)}`);
  if (number >= jobs * 0.4) before ??= now;
  if (number < jobs) continue;
  for (const [who, facts] of before) {
    const later = now.get(who);
    if (later === undefined) problems.push(`${who} is gone`);
    else
      for (const [name, value] of Object.entries(facts))
        if (later[name] > value + TOLERANCE[name]) problems.push(`${who}: ${name} went from ${value} to ${later[name]}`);
  }
}
if (process.env.SOAK_SNAPSHOT !== undefined) (await import("node:v8")).writeHeapSnapshot(process.env.SOAK_SNAPSHOT);
await sc.stop();
rmSync(work, { recursive: true, force: true });
for (const problem of problems) console.log(`FAILED: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
