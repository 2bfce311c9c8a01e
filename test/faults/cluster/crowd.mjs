/**
 * A crowd (../crowd.mjs) on a standalone cluster: several applications at once, each with many jobs at once, while executors, workers and the
 * master are killed and stopped, workers leave and others join, connections are reset and a disk is full.
 *
 *   node test/faults/cluster/crowd.mjs [--seed N] [--contexts N] [--beside N] [--jobs N (of each)] [--intensity F] [--only KIND,…]
 *                                      [--without FAULT,…] [--dist DIRECTORY] [--verbose]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { mountSmall, unmount } from "../chaos.mjs";
import { application, drawFaults, drawPlan, kindNames, Totals, undisturbed } from "../crowd-application.mjs";
import { random } from "../random.mjs";
import { ClusterChaos } from "./chaos.mjs";
import { Daemons } from "./daemons.mjs";
import { applicationFiles, processesWith, signal } from "./processes.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    contexts: { type: "string", default: "4" },
    beside: { type: "string", default: "2" },
    jobs: { type: "string", default: "40" },
    intensity: { type: "string", default: "1" },
    only: { type: "string" },
    without: { type: "string", default: "" },
    dist: { type: "string", default: join(here, "../../../dist") },
    verbose: { type: "boolean", default: false },
  },
});
const dist = resolve(options.dist);
const firesteel = pathToFileURL(join(dist, "index.mjs")).href;
const NETWORK_TIMEOUT_MS = 4000;
const WORKERS = 3;

/** Harm per second and application. */
const FAULTS = [
  { name: "killExecutor", rate: 0.06, draw: (r) => [r.next()] },
  { name: "stopExecutor", rate: 0.03, draw: (r) => [r.next(), r.int(100, 1500)] },
  { name: "stopExecutor", rate: 0.01, draw: (r) => [r.next(), NETWORK_TIMEOUT_MS + r.int(500, 6000)] },
  { name: "killWorker", rate: 0.02, draw: (r) => [r.next()] },
  { name: "stopWorker", rate: 0.02, draw: (r) => [r.next(), r.int(200, 8000)] },
  { name: "decommission", rate: 0.02, draw: (r) => [r.next()] },
  { name: "killMaster", rate: 0.015, draw: (r) => [r.int(0, 2000)] },
  { name: "stopMaster", rate: 0.01, draw: (r) => [r.int(200, 3000)] },
  { name: "cut", rate: 0.06, draw: (r) => [r.next(), r.next() < 0.4] },
  { name: "fullDisk", rate: 0.03, draw: (r) => [r.int(200, 2000)] },
];

const only = options.only?.split(",") ?? kindNames;
const totals = new Totals();
const work = mkdtempSync(join(tmpdir(), "fscc-"));
const [temporary, local, smallPath, tables] = ["tmp", "local", "small", "tables"].map((name) => join(work, name));
for (const path of [temporary, local, smallPath, tables]) mkdirSync(path);
const mounted = mountSmall(smallPath, 256);
const small = mounted ? smallPath : null;
const roots = [...(mounted ? [smallPath] : []), local];

/** A command that gives its arguments a file tree of their own, so that blocks travel over connections; [] where this user may not. */
function ownTree() {
  const command = ["unshare", "-m", "--propagation", "unchanged"];
  try {
    execFileSync(command[0], [...command.slice(1), "true"], { stdio: "ignore" });
    return command;
  } catch {
    return [];
  }
}

const daemons = new Daemons({
  cli: join(dist, "cli.js"),
  work,
  temporary,
  workRoots: roots,
  ownTree: ownTree(),
  cores: 2,
  memory: "2g",
  masterConf: { "spark.worker.timeout": "4s" },
  workerConf: { "spark.decommission.enabled": "true", "spark.worker.decommission.timeout": "20s" },
});
const everything = () => processesWith(work);
process.on("exit", () => {
  for (const pid of everything().keys()) signal(pid, "SIGKILL");
  if (mounted) unmount(smallPath);
  if (process.env.FAULTS_KEEP === undefined) rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const paths = (index) => {
  const output = join(work, `out${index}`);
  mkdirSync(output);
  return { tables, output, checkpoints: join(work, `cp${index}`) };
};
const setting = (index) => ({
  environment: { TMPDIR: temporary },
  paths: paths(index),
  firesteel,
  verbose: options.verbose,
  totals,
});
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function nothingLeft(ids) {
  const look = () => [
    ...ids.filter((id) => id !== "").flatMap((id) => [...processesWith(id).keys()].map((pid) => `process ${pid} of ${id}`)),
    ...applicationFiles([...roots, temporary]),
  ];
  for (let i = 0; i < 1200 && look().length > 0; i++) await sleep(100);
  const left = look();
  if (left.length > 0) totals.fail(`left: ${left.join(" ")}`);
}

const seed = Number(options.seed);
console.log(
  `crowd on a standalone cluster: seed ${seed}, ${options.contexts} applications, ${options.beside} at once, of ${options.jobs} jobs`,
);
await application("0", undisturbed(only), setting(0), null);
await daemons.startMaster();
await Promise.all(Array.from({ length: WORKERS }, () => daemons.startWorker()));
for (let first = 1; first <= Number(options.contexts); first += Number(options.beside)) {
  const begun = performance.now();
  const ids = await Promise.all(
    Array.from({ length: Number(options.beside) }, (_, i) => {
      const index = first + i;
      const r = random(seed * 1000 + index);
      const { plan, conf } = drawPlan(r, { only, jobs: Number(options.jobs), masters: [daemons.url] });
      const all = {
        "spark.executor.memory": "512m",
        "spark.executor.cores": "1",
        "spark.cores.max": "3",
        "spark.local.dir": roots.join(","),
        "spark.network.timeout": `${NETWORK_TIMEOUT_MS}ms`,
        ...conf,
      };
      const faults = drawFaults(r, FAULTS, { intensity: Number(options.intensity), without: options.without.split(",") });
      return application(String(index), { plan, conf: all }, setting(index), {
        faults,
        chaosFor: (driver) => new ClusterChaos({ daemons, small, driver }),
      });
    }),
  );
  await nothingLeft(ids);
  while (daemons.workers.length < WORKERS) await daemons.startWorker();
  console.log(
    `applications ${first} to ${first + Number(options.beside) - 1}: ${Math.round((performance.now() - begun) / 1000)} s`,
  );
}
for (const name of await daemons.stop(240_000)) totals.fail(`${name} did not end within 240 s of SIGTERM`);
for (let i = 0; i < 1200 && everything().size > 0; i++) await sleep(100);
if (everything().size > 0)
  totals.fail(`processes are left: ${[...everything().values()].map((args) => args.slice(0, 6).join(" ")).join("; ")}`);
totals.end();
