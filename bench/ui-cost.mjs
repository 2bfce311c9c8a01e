/**
 * What the dashboard and the event log cost a job of many short tasks, and whether the driver's memory grows with tasks.
 *
 *   node bench/ui-cost.mjs [--tasks 10000] [--rounds 7] [--million]
 *
 * Each configuration runs in a process of its own; rounds of all configurations alternate, medians are compared. A task
 * computes for about a millisecond. On a busy machine the driver's CPU time says more than the wall clock: what is added to it,
 * as a part of the CPU time of the whole job.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    tasks: { type: "string", default: "10000" },
    rounds: { type: "string", default: "7" },
    million: { type: "boolean", default: false },
    child: { type: "string" },
    log: { type: "string" },
  },
});
const tasks = Number(values.tasks);

const CONFIGURATIONS = {
  none: { "spark.ui.enabled": "false" },
  ui: { "spark.ui.enabled": "true", "spark.ui.port": "0" },
  "ui and event log": { "spark.ui.enabled": "true", "spark.ui.port": "0", "spark.eventLog.enabled": "true" },
};

if (values.child !== undefined) await child();
else if (values.million) run("ui and event log", ["--million"]);
else {
  const times = Object.fromEntries(Object.keys(CONFIGURATIONS).map((name) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++)
    for (const name of Object.keys(CONFIGURATIONS)) times[name].push(JSON.parse(run(name, [])));
  const median = (list, of) => list.map(of).sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const [wall, cpu] = [({ wall }) => wall, ({ cpu }) => cpu];
  const base = times.none;
  const work = median(base, cpu) + tasks;
  for (const [name, list] of Object.entries(times)) {
    const percent = (of, whole) => (((median(list, of) - median(base, of)) / whole) * 100).toFixed(1).padStart(5);
    console.log(
      `${name.padEnd(18)} wall ${median(list, wall).toFixed(0).padStart(6)} ms ${percent(wall, median(base, wall))} %   ` +
        `driver's CPU ${median(list, cpu).toFixed(0).padStart(5)} ms ${percent(cpu, work)} % of the job's`,
    );
  }
}

function run(name, more) {
  const log = mkdtempSync(join(tmpdir(), "ui-cost-"));
  try {
    const args = [fileURLToPath(import.meta.url), "--child", name, "--log", log, "--tasks", String(tasks), ...more];
    return execFileSync(process.execPath, args, {
      encoding: "utf8",
      stdio: ["ignore", more.length > 0 ? "inherit" : "pipe", "inherit"],
    });
  } finally {
    rmSync(log, { recursive: true });
  }
}

async function child() {
  const { SparkContext, SparkConf } = await import("../dist/index.mjs");
  const conf = new SparkConf().set("spark.eventLog.dir", values.log).set("spark.ui.showConsoleProgress", "false");
  for (const [key, value] of Object.entries(CONFIGURATIONS[values.child])) conf.set(key, value);
  const sc = new SparkContext("local[3]", "ui cost", conf);
  const spin = (x) => {
    let sum = x;
    for (const end = performance.now() + 1; performance.now() < end;) sum++;
    return sum;
  };
  const job = (count) =>
    sc
      .range(0, count, 1, count)
      .map(values.million ? (x) => x : spin)
      .count();
  if (values.million) {
    for (let round = 0; round <= 10; round++) {
      if (round > 0) await job(100_000);
      globalThis.gc?.();
      console.log(`${round * 100_000} tasks: ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB resident`);
    }
  } else {
    await job(2000);
    const start = performance.now();
    const cpu = process.cpuUsage();
    await job(tasks);
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ wall: performance.now() - start, cpu: (user + system) / 1000 }));
  }
  await sc.stop();
}
