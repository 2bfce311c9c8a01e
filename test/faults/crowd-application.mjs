/** What the crowds on local-cluster and on a standalone cluster have in common: plans of applications, and one application from its start to its end. */
import { fork } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { kinds } from "./crowd-jobs.mjs";

const here = dirname(fileURLToPath(import.meta.url));
/** No job ends for so long: something hangs. */
const WATCHDOG_MS = 300_000;
const EXIT_MS = 120_000;

const SETTINGS = [
  {
    "spark.speculation": "true",
    "spark.speculation.quantile": "0.5",
    "spark.speculation.multiplier": "1.2",
    "spark.speculation.minTaskRuntime": "20ms",
  },
  { "spark.sql.autoBroadcastJoinThreshold": "-1" },
  { "spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes": "20k", "spark.sql.adaptive.skewJoin.skewedPartitionFactor": "1.5", "spark.sql.adaptive.advisoryPartitionSizeInBytes": "20k" }, // prettier-ignore
  { "firesteel.memory.maxPerTask": "300k" },
  { "spark.task.maxDirectResultSize": "200" },
  { "spark.sql.adaptive.enabled": "false" },
  { "spark.sql.files.maxPartitionBytes": "60k" },
  { "spark.dynamicAllocation.enabled": "true", "spark.dynamicAllocation.minExecutors": "2", "spark.dynamicAllocation.maxExecutors": "4", "spark.dynamicAllocation.executorIdleTimeout": "1s", "spark.dynamicAllocation.cachedExecutorIdleTimeout": "3s", "spark.dynamicAllocation.schedulerBacklogTimeout": "200ms" }, // prettier-ignore
  { "spark.decommission.enabled": "true" },
  { "spark.scheduler.mode": "FAIR" },
  { "spark.broadcast.blockSize": "4k" },
];

/** Jobs and settings of an application, drawn. `only`: the kinds of jobs it may have. */
export function drawPlan(r, { only, jobs: count, masters }) {
  const named = Object.assign({}, ...SETTINGS.filter(() => r.next() < 0.3));
  const atOnce = r.pick([1, 3, 8, 20]);
  // A barrier stage needs executors that stay.
  const possible = only.filter((name) => name !== "barrier" || named["spark.dynamicAllocation.enabled"] === undefined);
  const jobs = Array.from({ length: count }, (_, number) => ({
    number,
    kind: r.pick(possible),
    salt: r.int(1, 2 ** 30),
    ...(r.next() < 0.15 ? { cancelAfter: r.int(0, 1500) } : {}),
  }));
  const master = r.pick(masters);
  const conf = {
    "spark.master": master,
    "spark.executor.heartbeatInterval": "400ms",
    "spark.task.maxFailures": "100000",
    "spark.stage.maxConsecutiveAttempts": "100000",
    "spark.sql.shuffle.partitions": String(r.int(2, 9)),
    ...named,
  };
  const stopAfter = r.next() < 0.2 ? r.int(500, 15_000) : undefined;
  return { plan: { jobs, atOnce, stopAfter, make: false, nap: 30, named: { master, atOnce, stopAfter, ...named } }, conf };
}

/** Every kind once, undisturbed; the tables are made before. */
export function undisturbed(only) {
  const jobs = only.map((kind, number) => ({ number, kind, salt: 1 }));
  const conf = { "spark.master": "local[2]", "spark.executor.memory": "1g" };
  return { plan: { jobs, atOnce: 3, make: true, nap: 0, named: {} }, conf };
}

export const kindNames = Object.keys(kinds);

/** Moments within ten minutes, by chance. */
export function drawFaults(r, faults, { intensity, without }) {
  return faults
    .filter(({ name }) => !without.includes(name))
    .map(({ name, rate, draw }) => {
      const times = [];
      const mean = 1000 / (rate * intensity);
      for (let at = -Math.log(1 - r.next()) * mean; at < 600_000; at += -Math.log(1 - r.next()) * mean) times.push([at, draw(r)]);
      return { name, times };
    });
}

/** Counts what came of all applications, and holds what jobs gave when nothing disturbed them. */
export class Totals {
  passed = 0;
  stopped = 0;
  /** Jobs that failed as no executor could be had: harm may leave none, and on a busy machine often does. */
  withoutExecutors = 0;
  slowest = 0;
  problems = [];
  hits = {};
  wanted = new Map();

  fail(what) {
    this.problems.push(what);
    console.log(`FAILED: ${what}`);
  }

  end() {
    const hits = Object.entries(this.hits).map(([name, n]) => `${name} ${n}`);
    console.log(
      `harm: ${hits.join(", ")}; ended by stop(): ${this.stopped}; without executors: ${this.withoutExecutors}; slowest job ${Math.round(this.slowest)} ms`,
    );
    console.log(`${this.passed} passed, ${this.problems.length} failed`);
    process.exit(this.problems.length === 0 ? 0 : 1);
  }
}

/**
 * Runs an application to its end and gives its id.
 * @param harm null, or { faults, chaosFor(driver's process id, application's id) }: who does what is drawn in `faults`
 */
export async function application(index, { plan, conf }, { environment, paths, firesteel, verbose, totals }, harm) {
  const driver = fork(join(here, "crowd-driver.mjs"), {
    env: {
      ...process.env,
      ...environment,
      CROWD_PLAN: JSON.stringify({
        ...plan,
        ...paths,
        firesteel,
        conf: {
          "spark.app.name": `crowd-${index}`,
          "spark.ui.showConsoleProgress": "false",
          "spark.log.level": verbose ? "WARN" : "OFF",
          ...conf,
        },
      }),
    },
    stdio: ["ignore", "inherit", verbose ? "inherit" : "pipe", "ipc"],
  });
  const fail = (what) => totals.fail(what);
  let words = "";
  driver.stderr?.on("data", (text) => (words = (words + text).slice(-20_000)));
  const chaos = harm?.chaosFor(driver.pid);
  const running = new Map();
  const byNumber = new Map(plan.jobs.map((job) => [job.number, job]));
  let id = "";
  let last = "it was started";
  let watchdog;
  let harmless;
  const hits = [];
  const ended = new Promise((done) => driver.once("close", (code, signal) => done(signal ?? code)));
  const watch = (ms) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      const still = [...running.values()].map(({ kind, number }) => `${number} ${kind}`).join(", ");
      fail(
        `application ${index} ${JSON.stringify(plan.named)} hangs after ${last}; running: ${still}; ${hits.slice(-8).join("; ")}`,
      );
      if (process.env.FAULTS_KEEP !== undefined) console.log(`driver ${driver.pid} is left for a look`);
      else driver.kill("SIGKILL");
    }, ms);
  };
  watch(WATCHDOG_MS);
  driver.on("message", (message) => {
    if (message.started !== undefined) {
      id = message.started;
      if (chaos !== undefined) {
        chaos.application = id;
        harmless = harming(chaos, harm.faults, (name, hit) => {
          totals.hits[name] = (totals.hits[name] ?? 0) + 1;
          hits.push(`${name} ${hit}`);
          if (verbose) console.log(`  ${name} ${hit}`);
        });
      }
    }
    if (message.begins !== undefined) running.set(message.begins, byNumber.get(message.begins));
    if (message.ended !== undefined) {
      const job = byNumber.get(message.ended);
      running.delete(message.ended);
      last = `the end of job ${message.ended} (${job.kind})`;
      totals.slowest = Math.max(totals.slowest, message.ms);
      if (verbose) console.log(`job ${message.ended} ${job.kind} ${Math.round(message.ms)} ms`);
      const cancelled = job.cancelAfter === undefined ? "" : `, cancelled after ${job.cancelAfter} ms`;
      const about = `application ${index} ${JSON.stringify(plan.named)}, job ${message.ended} (${job.kind}, salt ${job.salt}${cancelled})`;
      const after = `\n after ${hits.slice(-6).join("; ")}`;
      if (message.error?.includes("[NO_EXECUTORS]")) totals.withoutExecutors++;
      else if (message.error !== undefined) fail(`${about}: ${message.error}${after}`);
      else if (message.digest === undefined) totals.stopped++;
      else if (harm === null) totals.wanted.set(job.kind, message);
      else if (totals.wanted.get(job.kind).digest !== message.digest)
        fail(`${about}: another answer: ${message.sample}\nwanted ${totals.wanted.get(job.kind).sample}${after}`);
      else totals.passed++;
    }
    if (message.stopping !== undefined) {
      last = "stop()";
      harmless?.();
    }
    watch(message.stopping === undefined ? WATCHDOG_MS : EXIT_MS);
  });
  const exit = await ended;
  clearTimeout(watchdog);
  harmless?.();
  await chaos?.end();
  for (const problem of chaos?.problems ?? []) fail(problem);
  if (exit !== 0) fail(`application ${index} ended with ${exit}: ${words.slice(-3000)}`);
  return id;
}

function harming(chaos, faults, hit) {
  const timers = faults.flatMap(({ name, times }) =>
    times.map(([at, values]) =>
      setTimeout(() => {
        const what = chaos[name](...values);
        if (what !== null) hit(name, what);
      }, at),
    ),
  );
  return () => timers.forEach(clearTimeout);
}
