/**
 * What the scheduler alone costs: one stage of 1,000,000 tasks, reports fed in and commands thrown away.
 * `node bench/scheduler.mjs [tasks]` prints µs of CPU and bytes of memory per task for some ways to drive it.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const numTasks = Number(process.argv[2] ?? 1_000_000);
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

async function load() {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-bench-"));
  const outfile = join(folder, "scheduler.mjs");
  const source = ["scheduler", "config"]
    .map((name) => `export * from ${JSON.stringify(join(root, "src/driver/scheduler", name))};`)
    .join("\n");
  await build({
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
  });
  const module = await import(pathToFileURL(outfile).href);
  rmSync(folder, { recursive: true, force: true });
  return module;
}

const { Scheduler, DEFAULT_CONFIG } = await load();
const NOWHERE = [];
const METRICS = { executorRunTime: 0.01, executorDeserializeTime: 0, inputRecords: 0, shuffleRecordsRead: 0, resultSize: 100 };

function source(prefers, numTasks) {
  return {
    id: 0,
    name: "source",
    scope: "bench",
    callSite: "bench",
    numPartitions: numTasks,
    dependencies: [],
    persisted: false,
    storageLevel: "",
    barrier: false,
    determinism: "determinate",
    preferredLocations: prefers ? (p) => [`host${p % 8}`] : () => NOWHERE,
  };
}

function memory() {
  for (let i = 0; i < 4; i++) gc();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

/** Runs a job whose only costly stage is a map stage, so that all that is kept of a finished task is there at its end. */
function measure(
  numTasks,
  { executors = 8, cores = 4, batch = 1, wants = () => false, prefers = false, tasksAhead = DEFAULT_CONFIG.tasksAhead },
) {
  const scheduler = new Scheduler({ config: { ...DEFAULT_CONFIG, tasksAhead }, wants });
  const map = source(prefers, numTasks);
  const reduce = { ...source(false, 1), id: 1, dependencies: [{ kind: "shuffle", node: map, shuffleId: 0, numReducers: 1 }] };
  const before = memory();
  const cpuBefore = process.cpuUsage();
  let now = 1_000_000,
    launched = 0,
    messages = 0,
    finished = 0;
  /** Tasks sent, in order. */
  let queue = [];
  let head = 0;
  const perform = (commands) => {
    for (const command of commands) {
      if (command.type === "PrepareStage")
        perform(scheduler.handle({ type: "StageReady", stageId: command.stageId, attempt: command.attempt }, now));
      else if (command.type === "LaunchTasks") {
        messages++;
        launched += command.taskIds.length;
        for (const taskId of command.taskIds) queue.push({ taskId, executorId: command.executorId });
      }
    }
  };
  for (let e = 0; e < executors; e++)
    perform(scheduler.handle({ type: "ExecutorRegistered", executorId: String(e), host: `host${e}`, cores }, now));
  perform(
    scheduler.handle(
      { type: "JobSubmitted", jobId: 0, finalNode: reduce, partitions: [0], properties: {}, callSite: "bench" },
      now,
    ),
  );
  const outcome = { kind: "success", result: null, metrics: METRICS };
  let kept = 0;
  while (head < queue.length) {
    const events = [];
    for (let i = 0; i < batch && head < queue.length; i++) {
      const { taskId, executorId } = queue[head];
      queue[head++] = undefined;
      events.push({ type: "TaskFinished", taskId, executorId, outcome });
    }
    finished += events.length;
    if (finished % 4096 < batch) now += 1;
    if (finished >= numTasks && kept === 0) {
      queue = queue.slice(head);
      head = 0;
      kept = memory() - before;
    }
    perform(scheduler.handleAll(events, now));
  }
  const cpu = process.cpuUsage(cpuBefore);
  if (launched !== numTasks + 1 || scheduler.dag.jobs.size !== 0) throw new Error(`launched ${launched} of ${numTasks} tasks`);
  return { micros: (cpu.user + cpu.system) / numTasks, bytes: kept / numTasks, perMessage: numTasks / messages };
}

const cases = {
  "one report at a time": {},
  "no queueing ahead": { tasksAhead: 0 },
  "32 reports at a time": { batch: 32 },
  "task events wanted": { wants: () => true },
  "every task prefers a host": { prefers: true },
  "1,000 executors of 4 cores": { executors: 1000, batch: 32 },
};
const [, , , only] = process.argv;
if (only !== undefined) {
  measure(50_000, cases[only]);
  console.log(JSON.stringify(measure(numTasks, cases[only])));
} else {
  // Each case in a process of its own: what one leaves behind would blur the memory of the next.
  console.log(
    `scheduler, ${numTasks.toLocaleString("en")} tasks, Node ${process.version}: CPU with garbage collection and the driving loop`,
  );
  for (const name of Object.keys(cases)) {
    const output = execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(numTasks), name], { encoding: "utf8" });
    const { micros, bytes, perMessage } = JSON.parse(output);
    console.log(
      `  ${name.padEnd(28)} ${micros.toFixed(2).padStart(6)} µs/task ${bytes.toFixed(0).padStart(5)} bytes/task ${perMessage.toFixed(1).padStart(6)} tasks/message`,
    );
  }
}
