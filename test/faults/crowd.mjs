/**
 * A crowd: applications on local-cluster in which many jobs run at once (queries, writes, cached data, fits), some of them cancelled and run
 * again, some applications stopped in their midst, while harm is done as in run.mjs and besides: directories are removed, connections stand still.
 * Settings differ by application: speculation, dynamic allocation, decommissioning, tiny memory, results kept by executors, no broadcasts.
 * Every job must give what it gave in an undisturbed application; nothing may be left. Uses the built package; Linux only.
 *
 *   node test/faults/crowd.mjs [--seed N] [--contexts N] [--jobs N (of each)] [--intensity F] [--only KIND,…] [--without FAULT,…]
 *                              [--dist DIRECTORY] [--verbose]
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Chaos, mountSmall, unmount } from "./chaos.mjs";
import { processesWith } from "./cluster/processes.mjs";
import { application, drawFaults, drawPlan, kindNames, Totals, undisturbed } from "./crowd-application.mjs";
import { random } from "./random.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    contexts: { type: "string", default: "4" },
    jobs: { type: "string", default: "60" },
    intensity: { type: "string", default: "1" },
    only: { type: "string" },
    without: { type: "string", default: "" },
    dist: { type: "string", default: join(here, "../../dist") },
    verbose: { type: "boolean", default: false },
  },
});
const firesteel = pathToFileURL(resolve(options.dist, "index.mjs")).href;
const NETWORK_TIMEOUT_MS = 3000;
/** Transformed modules are kept for other applications of the user. */
const LASTING = /^firesteel-transforms-\d+$/;
const MASTERS = ["local-cluster[3,1,512]", "local-cluster[2,2,768]", "local-cluster[2,1,512]", "local-cluster[2,3,1024]"];

/** Harm per second. */
const FAULTS = [
  { name: "kill", rate: 0.12, draw: (r) => [r.next()] },
  { name: "killAll", rate: 0.012, draw: () => [] },
  { name: "stop", rate: 0.06, draw: (r) => [r.next(), r.int(100, 1500)] },
  { name: "stop", rate: 0.02, draw: (r) => [r.next(), NETWORK_TIMEOUT_MS + r.int(500, 6000)] },
  { name: "cutSession", rate: 0.05, draw: (r) => [r.next()] },
  { name: "cutBlocks", rate: 0.08, draw: () => [] },
  { name: "stall", rate: 0.04, draw: (r) => [r.next(), r.int(200, NETWORK_TIMEOUT_MS + 3000), r.next() < 0.5] },
  { name: "fullDisk", rate: 0.05, draw: (r) => [r.int(200, 3000)] },
  { name: "corrupt", rate: 0.12, draw: (r) => [r.next(), r.pick(["flip", "flip", "truncate", "remove"]), r.int(1, 4)] },
  { name: "removeDirectory", rate: 0.03, draw: (r) => [r.next()] },
];

const only = options.only?.split(",") ?? kindNames;
const totals = new Totals();
const work = mkdtempSync(join(tmpdir(), "fscrowd-"));
const [tables, smallPath] = ["tables", "small"].map((name) => join(work, name));
for (const path of [tables, smallPath]) mkdirSync(path);
const mounted = mountSmall(smallPath, 256);
const small = mounted ? { path: smallPath, mounted } : null;
process.on("exit", () => {
  if (mounted) unmount(smallPath);
  if (process.env.FAULTS_KEEP === undefined) rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

async function run(index, { plan, conf }, faults) {
  const [temporary, local, output] = ["t", "l", "out"].map((name) => join(work, `${name}${index}`));
  for (const path of [temporary, local, output]) mkdirSync(path);
  const roots = [...(small === null || faults === null ? [] : [small.path]), local];
  const setting = {
    environment: { TMPDIR: temporary },
    paths: { tables, output, checkpoints: join(work, `cp${index}`) },
    firesteel,
    verbose: options.verbose,
    totals,
  };
  const all = { ...conf, "spark.local.dir": roots.join(","), "spark.network.timeout": `${NETWORK_TIMEOUT_MS}ms` };
  const harm = faults === null ? null : { faults, chaosFor: (pid) => new Chaos({ pid, temporary, small, roots }) };
  const id = await application(String(index), { plan, conf: all }, setting, harm);
  await nothingLeft(index, id, [temporary, ...roots]);
}

async function nothingLeft(index, id, roots) {
  const look = () => [
    ...(id === "" ? [] : [...processesWith(id).keys()].map((pid) => `process ${pid}`)),
    ...roots.flatMap((root) =>
      readdirSync(root)
        .filter((name) => !LASTING.test(name))
        .map((name) => join(root, name)),
    ),
  ];
  for (let i = 0; i < 1200 && look().length > 0; i++) await new Promise((done) => setTimeout(done, 100));
  const left = look();
  if (left.length > 0) totals.fail(`application ${index} left ${left.join(" ")}`);
}

const seed = Number(options.seed);
console.log(`crowd: seed ${seed}, ${options.contexts} applications of ${options.jobs} jobs`);
await run(0, undisturbed(only), null);
for (let i = 1; i <= Number(options.contexts); i++) {
  const r = random(seed * 1000 + i);
  const drawn = drawPlan(r, { only, jobs: Number(options.jobs), masters: MASTERS });
  const faults = drawFaults(r, FAULTS, { intensity: Number(options.intensity), without: options.without.split(",") });
  const begun = performance.now();
  await run(i, drawn, faults);
  const { master, atOnce, stopAfter } = drawn.plan.named;
  const stopped = stopAfter === undefined ? "" : ", stopped in its midst";
  console.log(`application ${i}: ${master}, ${atOnce} at once, ${Math.round((performance.now() - begun) / 1000)} s${stopped}`);
}
totals.end();
