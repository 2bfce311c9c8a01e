/**
 * Two masters that share a recovery directory: the active one is killed, then stopped (SIGSTOP), while a job runs. The other one takes over,
 * the job ends right and computes nothing twice, what is submitted meanwhile waits for it, and the stopped one ends when it is woken. Uses the
 * built package.
 *
 *   node test/faults/standby.mjs
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Every process that was started. */
const all = [];
const cli = join(dirname(fileURLToPath(import.meta.url)), "../../dist/cli.js");
const directory = mkdtempSync(join(tmpdir(), "standby-test-"));

const PROGRAM = `
import { SparkContext } from "firesteel";
await using sc = new SparkContext();
const made = sc.longAccumulator("made");
const base = sc.range(0, 2000, 1, 20).map((i) => { made.add(1); const end = Date.now() + 2; while (Date.now() < end); return [i % 10, i] as [number, number]; }).cache();
const sums = base.reduceByKey((a, b) => a + b, 4);
for (let round = 0; round < Number(process.argv[2]); round++) {
  const total = (await sums.values().collect()).reduce((a, b) => a + b, 0);
  if (total !== 1999000) throw new Error("wrong answer: " + total);
  console.log("round " + round);
  await new Promise((resolve) => setTimeout(resolve, 250));
}
console.log("made " + made.value);
`;

/** Nothing here takes longer than some seconds; what hangs says where. */
const PATIENCE_MS = 240_000;

async function within(what, state, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      const others = all.map(({ name, text }) => `--- ${name}\n${text}`).join("\n");
      reject(new Error(`${what}: ${state.text}\nAll of them:\n${others}`));
    }, PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function run(args) {
  const child = spawn(process.execPath, [cli, ...args], { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
  const state = { child, name: `${args[0]} ${child.pid}`, text: "", waiting: [] };
  const heard = (chunk) => {
    state.text += chunk;
    state.waiting = state.waiting.filter(({ pattern, resolve }) => !pattern.test(state.text) || resolve());
  };
  child.stdout.on("data", heard);
  child.stderr.on("data", heard);
  state.ended = new Promise((resolve) => child.once("close", resolve));
  const gone = state.ended.then((code) => Promise.reject(new Error(`firesteel ${args[0]} ended with ${code}: ${state.text}`)));
  gone.catch(() => undefined);
  /** Resolves when the process has written what fits. */
  state.says = (pattern) => {
    const said = new Promise((resolve) => (pattern.test(state.text) ? resolve() : state.waiting.push({ pattern, resolve })));
    return within(`firesteel ${args[0]} does not say ${pattern}`, state, Promise.race([said, gone]));
  };
  state.exit = () => within(`firesteel ${args[0]} does not end`, state, state.ended);
  all.push(state);
  return state;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const ports = [await freePort(), await freePort()];
const url = `firesteel://127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}`;
const settings = ["spark.worker.timeout=20s", "firesteel.deploy.leaseTimeout=3s"].flatMap((pair) => ["--conf", pair]);
const startMaster = async (i) => {
  const master = run(["master", "-p", String(ports[i]), "--webui-port", "0", "--recovery-dir", "recovery", ...settings]);
  await master.says(/firesteel master at/);
  return master;
};
const submit = (rounds) => run(["submit", "--master", url, "program.ts", String(rounds)]);
const check = (condition, what) => {
  if (!condition) throw new Error(what);
  console.log(`right: ${what}`);
};

writeFileSync(join(directory, "program.ts"), PROGRAM);
try {
  const masters = [await startMaster(0), await startMaster(1)];
  await masters[1].says(/this master is a standby; the active one is at firesteel:\/\/127\.0\.0\.1:/);
  const workers = ["work-1", "work-2"].map((work) =>
    run(["worker", url, "--webui-port", "0", "-c", "1", "-m", "2g", "-d", work]),
  );
  for (const worker of workers) await worker.says(/firesteel worker worker-/);

  const first = submit(8);
  await first.says(/round 0/);
  masters[0].child.kill("SIGKILL");
  const during = submit(1); // while nobody is active
  await masters[1].says(/took over/);
  check((await first.exit()) === 0 && first.text.includes("made 2000"), "the loss of the active master cost the job nothing");
  check((await during.exit()) === 0 && during.text.includes("made 2000"), "what was submitted meanwhile ran");

  masters[0] = await startMaster(0);
  await masters[0].says(/this master is a standby/);
  const second = submit(40);
  await second.says(/round 0/);
  masters[1].child.kill("SIGSTOP");
  await masters[0].says(/took over/);
  // They come back in any order.
  await masters[0].says(/(?:worker \S+ (?:joined|is back)[^]*){2}/);
  await masters[0].says(/application \S+ \(program\) (?:registered|is back)/);
  check((await second.exit()) === 0 && second.text.includes("made 2000"), "a frozen master cost the job nothing");
  const third = submit(1);
  check((await third.exit()) === 0, "the other one takes new applications");
  masters[1].child.kill("SIGCONT");
  check(
    (await masters[1].exit()) === 1 && /not the active one any more/.test(masters[1].text),
    "the frozen one ended when it woke up",
  );
} finally {
  for (const { child } of all) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
}
console.log("ok");
