/**
 * A standalone cluster whose processes are killed while jobs run: the master (kill -9, started again on its journal), a worker (kill -9,
 * another one joins), a worker that is decommissioned (SIGTERM), workers whose lifetimes end, executors that are restarted one after the
 * other. Every answer must be right, decommissioned data must not be computed again, and nothing may be left. Uses the built package.
 *
 *   node test/faults/standalone.mjs [--rounds N]
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "1" } } });
const cli = join(dirname(fileURLToPath(import.meta.url)), "../../dist/cli.js");
const directory = mkdtempSync(join(tmpdir(), "firesteel-faults-"));
const before = new Set(leftovers());
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const PROGRAM = `
import { existsSync, rmSync } from "node:fs";
import { SparkContext } from "firesteel";
await using sc = new SparkContext();
const made = sc.longAccumulator("made");
const base = sc.range(0, 2000, 1, 20).map((i) => { made.add(1); const end = Date.now() + 3; while (Date.now() < end); return [i % 10, i] as [number, number]; }).cache();
const sums = base.reduceByKey((a, b) => a + b, 4);
const expected = JSON.stringify(Array.from({ length: 10 }, (_, k) => [k, 200 * k + 10 * 199 * 100]));
// The last two rounds begin after the fault.
const [least, faultIsOver, restartAsked] = [Number(process.argv[2]), process.argv[3]!, process.argv[4]!];
let restart: Promise<void> | undefined;
for (let round = 0, after = 0; round < least || after < 2; round++) {
  if (existsSync(faultIsOver)) after++;
  if (restart === undefined && existsSync(restartAsked)) {
    const old = sc.getExecutorIds();
    restart = sc.restartExecutors().then(() => {
      if (sc.getExecutorIds().some((id) => old.includes(id))) throw new Error("an executor was not restarted");
      rmSync(restartAsked);
    });
    restart.catch((error) => { console.error(error); process.exit(1); });
  }
  const answer = JSON.stringify((await sums.map((p) => p).collect()).sort((a, b) => a[0] - b[0]));
  if (answer !== expected) throw new Error("wrong answer: " + answer);
  console.log("round " + round);
  await new Promise((resolve) => setTimeout(resolve, 250));
}
console.log("made " + made.value);
`;

function run(args, onLine = () => undefined) {
  const child = spawn(process.execPath, [cli, ...args], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    for (const line of String(chunk).split("\n")) onLine(line);
    text += chunk;
  });
  child.stderr.on("data", (chunk) => (text += chunk));
  const ended = new Promise((resolve) => child.once("close", (code) => resolve({ code, text })));
  return { child, ended };
}

function leftovers() {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("firesteel-app-"));
}

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const found = server.address().port;
    server.close(() => resolve(found));
  });
});
const url = `firesteel://127.0.0.1:${port}`;
writeFileSync(join(directory, "program.ts"), PROGRAM);
mkdirSync(join(directory, "work"));

/** Resolves when the daemon says that it is there; it may say so again, when `there` is called, too. */
async function daemon(args, there = () => undefined) {
  let ready;
  const begun = new Promise((resolve) => (ready = resolve));
  const process_ = run(args, (line) => {
    if (!/firesteel (?:master at|worker worker-)/.test(line)) return;
    ready();
    there();
  });
  await Promise.race([begun, process_.ended.then(({ text }) => Promise.reject(new Error(`a daemon ended: ${text}`)))]);
  return process_;
}
const startMaster = () =>
  daemon(["master", "-p", String(port), "--webui-port", "0", "--recovery-dir", "recovery", "--conf", "spark.worker.timeout=10s"]);
const WORKER = ["worker", url, "--webui-port", "0", "-c", "1", "-m", "2g", "-d", "work"];
const startWorker = () => daemon([...WORKER, "--conf", "spark.decommission.enabled=true"]);
const LIFETIME = ["--lifetime", "8s", "--lifetime-stagger", "2s"];

const faultIsOver = join(directory, "fault-is-over");
/** The program removes it when it has restarted its executors. */
const restartAsked = join(directory, "restart-asked");

/** Runs the program, does `fault` after its first round; resolves with how often records were made. */
async function job(name, fault) {
  let begun;
  const first = new Promise((resolve) => (begun = resolve));
  rmSync(faultIsOver, { force: true });
  const { child, ended } = run(
    ["submit", "--master", url, "program.ts", "8", faultIsOver, restartAsked],
    (line) => line === "round 0" && begun(),
  );
  const watchdog = setTimeout(() => child.kill("SIGKILL"), 300_000);
  await Promise.race([first, ended]);
  await Promise.race([fault(), ended]);
  writeFileSync(faultIsOver, "");
  const { code, text } = await ended;
  clearTimeout(watchdog);
  rmSync(restartAsked, { force: true });
  const made = /made (\d+)/.exec(text)?.[1];
  if (code !== 0 || made === undefined) throw new Error(`${name}: the program ended with ${code}: ${text}`);
  console.log(`${name}: right, ${made} records were made of 2000`);
  return Number(made);
}

const end = async ({ child, ended }, signal) => {
  child.kill(signal);
  await ended;
};

let master = await startMaster();
let workers = [await startWorker(), await startWorker()];
try {
  for (let round = 0; round < Number(options.rounds); round++) {
    const undisturbed = await job("a master is killed", async () => {
      await end(master, "SIGKILL");
      await sleep(500);
      master = await startMaster();
    });
    if (undisturbed !== 2000) throw new Error("the loss of a master must not cost anything");
    await job("a worker is killed", async () => {
      await end(workers.shift(), "SIGKILL");
      workers.push(await startWorker());
    });
    const moved = await job("a worker is decommissioned", async () => {
      const [leaving] = workers.splice(0, 1);
      workers.push(await startWorker());
      await end(leaving, "SIGTERM");
    });
    if (moved !== 2000) throw new Error("what a decommissioned worker held must move");
    // They join before the job begins, and hold some of its blocks.
    let restarted;
    const again = new Promise((resolve) => (restarted = resolve));
    let joined = 0;
    const lasting = await daemon([...WORKER, ...LIFETIME, "--lifetime-restart"], () => ++joined === 2 && restarted());
    const passing = await daemon([...WORKER, ...LIFETIME]);
    const held = await job("workers' lifetimes end", async () => {
      const [{ code, text }] = await Promise.all([passing.ended, again]);
      if (code !== 0) throw new Error(`a worker whose lifetime is over ended with ${code}: ${text}`);
    });
    await end(lasting, "SIGTERM");
    if (held !== 2000) throw new Error("what a worker held whose lifetime is over must move");
    const kept = await job("executors are restarted one after the other", async () => {
      writeFileSync(restartAsked, "");
      while (existsSync(restartAsked)) await sleep(100);
    });
    if (kept !== 2000) throw new Error("what restarted executors held must move");
  }
} finally {
  for (const worker of workers) await end(worker, "SIGTERM");
  await end(master, "SIGTERM");
}
// The program and its executors remove their files when they end; those of killed ones are removed by the next.
const remaining = () => leftovers().filter((name) => !before.has(name));
for (let i = 0; i < 240 && remaining().length > 1; i++) await sleep(500);
const left = remaining();
if (left.length > 1) throw new Error(`left behind: ${left.join(", ")}`);
rmSync(directory, { recursive: true, force: true });
console.log("ok");
