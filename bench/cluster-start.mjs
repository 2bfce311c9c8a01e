/**
 * From nothing to a first result: a master, then two workers and a program that sums a thousand numbers on both. firesteel's standalone
 * cluster, and Spark's if it is asked for, in turns on the same cores. The program is submitted as soon as the master listens.
 *
 *   node bench/cluster-start.mjs [--runs 5] [--cpus 0,1] [--spark PYTHON]     PYTHON has the pyspark package
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { runs: { type: "string", default: "5" }, cpus: { type: "string" }, spark: { type: "string" } },
});
const cli = join(dirname(fileURLToPath(import.meta.url)), "../dist/cli.js");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

async function listening(port) {
  for (;;) {
    const there = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => (socket.destroy(), resolve(true))).once("error", () => resolve(false));
    });
    if (there) return;
    await sleep(5);
  }
}

const firesteel = {
  program: ["sum.ts", `import { SparkContext } from "firesteel";\nawait using sc = new SparkContext();\nconsole.log("sum", await sc.range(0, 1000, 1, 4).sum());\n`], // prettier-ignore
  master: (port) => [process.execPath, cli, "master", "-p", port, "--webui-port", "0", "--recovery-dir", "recovery"],
  worker: (port, i) => [process.execPath, cli, "worker", `firesteel://127.0.0.1:${port}`, "-c", "1", "-m", "1g", "--webui-port", "0", "-d", `work-${i}`], // prettier-ignore
  submit: (port) => [process.execPath, cli, "submit", "--master", `firesteel://127.0.0.1:${port}`, "--executor-memory", "512m", "sum.ts"], // prettier-ignore
};

function spark(python) {
  const home = execFileSync(python, ["-c", "import pyspark, os; print(os.path.dirname(pyspark.__file__))"], { encoding: "utf8" }).trim(); // prettier-ignore
  const command = (name, ...args) => ["env", `PYSPARK_PYTHON=${python}`, "SPARK_LOCAL_IP=127.0.0.1", join(home, "bin", name), ...args]; // prettier-ignore
  return {
    program: ["sum.py", `from pyspark import SparkContext\nsc = SparkContext()\nprint("sum", sc.parallelize(range(1000), 4).sum())\nsc.stop()\n`], // prettier-ignore
    master: (port) => command("spark-class", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", "0"), // prettier-ignore
    worker: (port, i) => command("spark-class", "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "-c", "1", "-m", "1g", "--webui-port", "0", "-d", `work-${i}`, `spark://127.0.0.1:${port}`), // prettier-ignore
    submit: (port) => command("spark-submit", "--master", `spark://127.0.0.1:${port}`, "--executor-memory", "512m", "sum.py"),
  };
}

/** Seconds until the master listens, and until the result is there. */
async function once(engine) {
  const directory = mkdtempSync(join(tmpdir(), "cluster-start-"));
  writeFileSync(join(directory, engine.program[0]), engine.program[1]);
  const port = await freePort();
  const started = [];
  const start = ([command, ...args]) => {
    const pinned = options.cpus === undefined ? [command, ...args] : ["taskset", "-c", options.cpus, command, ...args];
    const child = spawn(pinned[0], pinned.slice(1).map(String), { cwd: directory, stdio: ["ignore", "pipe", "ignore"], detached: true }); // prettier-ignore
    child.stdout.on("data", () => undefined);
    started.push(child);
    return child;
  };
  try {
    const begin = performance.now();
    start(engine.master(port));
    await listening(port);
    const master = performance.now() - begin;
    for (let i = 0; i < 2; i++) start(engine.worker(port, i));
    const program = start(engine.submit(port));
    await new Promise((resolve, reject) => {
      let text = "";
      program.stdout.on("data", (chunk) => /sum 499500/.test((text += chunk)) && resolve());
      program.once("close", (code) => reject(new Error(`the program ended with ${code}: ${text}`)));
    });
    return { master: master / 1000, result: (performance.now() - begin) / 1000 };
  } finally {
    for (const { pid } of started) {
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    await sleep(300);
    rmSync(directory, { recursive: true, force: true });
  }
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const engines = { firesteel, ...(options.spark === undefined ? {} : { spark: spark(options.spark) }) };
const times = Object.fromEntries(Object.keys(engines).map((name) => [name, []]));
await once(firesteel); // compiled code is kept from the first start on
for (let run = 0; run < Number(options.runs); run++)
  for (const [name, engine] of Object.entries(engines)) times[name].push(await once(engine));
for (const [name, all] of Object.entries(times)) {
  const result = median(all.map((one) => one.result)).toFixed(2);
  console.log(`${name}: master listens after ${median(all.map((one) => one.master)).toFixed(2)} s, first result after ${result} s (median of ${all.length})`); // prettier-ignore
}
if (options.spark !== undefined)
  console.log(`ratio ${(median(times.firesteel.map((one) => one.result)) / median(times.spark.map((one) => one.result))).toFixed(3)}`); // prettier-ignore
