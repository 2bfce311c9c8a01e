/**
 * A driver that is killed: its executors end and its files are gone, soon, when they can do it; at the start of the next
 * application when they were killed too.
 */
import { fork } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { executorsOf } from "./chaos.mjs";
import { random } from "./random.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { seed, firesteel } = JSON.parse(process.env.KILLED_PLAN);
/** For what hangs: on a busy machine seconds say nothing. */
const SOON_MS = 120_000;
const SIZE = { rows: 60_000, maps: 8, reducers: 6, nap: 20 };
const work = mkdtempSync(join(tmpdir(), "fsf-killed-"));
const temporary = join(work, "tmp");
const roots = [join(work, "a"), join(work, "b")];
for (const path of [temporary, ...roots]) mkdirSync(path);

function startDriver(kinds) {
  const conf = {
    "spark.master": "local-cluster[3,1,512]",
    "spark.local.dir": roots.join(","),
    "spark.ui.showConsoleProgress": "false",
  };
  const jobs = kinds.map((kind, number) => ({ number, kind, salt: number + 1 }));
  return fork(join(here, "driver.mjs"), {
    env: {
      ...process.env,
      TMPDIR: temporary,
      FAULTS_PLAN: JSON.stringify({
        jobs,
        size: SIZE,
        conf,
        output: join(work, "out"),
        checkpoints: join(work, "checkpoints"),
        firesteel,
      }),
    },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

const files = () =>
  [temporary, ...roots].flatMap((root) =>
    readdirSync(root)
      .filter((name) => !name.startsWith("firesteel-transforms-"))
      .map((name) => join(root, name)),
  );
const isAlive = (pid) => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function within(ms, holds) {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(50)) if (holds()) return true;
  return holds();
}

const problems = [];
const check = (holds, what) => {
  if (!holds) problems.push(what);
};

/** Kills a driver `after` ms into its second job; `first` happens to its executors just before. */
async function killDriver(after, first) {
  const driver = startDriver(["lasting", "chain", "chain", "chain", "chain"]);
  let words = "";
  driver.stderr.on("data", (text) => (words += text));
  const begun = new Promise((done, failed) => {
    driver.on("message", (message) => message.begins === 1 && done());
    driver.once("close", (code) => failed(new Error(`the driver ended with ${code}: ${words}`)));
  });
  await begun;
  await sleep(after);
  await within(SOON_MS, () => executorsOf(driver.pid).length === 3 && files().length === 3);
  const executors = executorsOf(driver.pid);
  check(executors.length === 3, `there are ${executors.length} executors`);
  check(files().length === 3, `directories of the application: ${files().join(" ")}`);
  process.kill(driver.pid, "SIGSTOP"); // it replaces nobody
  for (const { pid } of executors) first(pid);
  process.kill(driver.pid, "SIGKILL");
  return executors.map(({ pid }) => pid);
}

const r = random(seed);
for (let round = 0; round < 3; round++) {
  const executors = await killDriver(r.int(0, 300), () => undefined);
  const started = performance.now();
  check(await within(SOON_MS, () => !executors.some(isAlive)), `executors outlive their driver by ${SOON_MS} ms`);
  check(await within(SOON_MS, () => files().length === 0), `files outlive the driver: ${files().join(" ")}`);
  console.log(`driver killed: executors and files gone after ${Math.round(performance.now() - started)} ms`);
}

// Executors that do not come to it.
const executors = await killDriver(100, (pid) => process.kill(pid, "SIGKILL"));
check(await within(SOON_MS, () => !executors.some(isAlive)), "killed executors live");
check(files().length === 3, `files of an application killed as a whole: ${files().join(" ")}`);
const next = startDriver(["reduceByKey"]);
next.stderr.resume();
await new Promise((done) => next.once("exit", done));
check(await within(SOON_MS, () => files().length === 0), `files are left after the next application: ${files().join(" ")}`);
console.log("driver and executors killed: files gone with the next application");

rmSync(work, { recursive: true, force: true });
for (const problem of problems) console.log(`FAILED: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
