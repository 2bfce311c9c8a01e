/**
 * Bytes that a tree reduction moves between the machines of a cluster: partitions whose results are large arrays, added up on workers
 * that are hosts of their own (addresses of the loopback network; Linux has all of 127.0.0.0/8) and do not read each other's files.
 *
 *   node bench/tree-reduce.mjs [--workers 4] [--cores 1] [--partitions 64] [--mb 10] [--depth 2]
 */
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

const { values: options } = parseArgs({
  options: {
    workers: { type: "string", default: "4" },
    cores: { type: "string", default: "1" },
    partitions: { type: "string", default: "64" },
    mb: { type: "string", default: "10" },
    depth: { type: "string", default: "2" },
  },
});
const cli = join(dirname(fileURLToPath(import.meta.url)), "../dist/cli.js");

const PROGRAM = `
  import { SparkContext } from "firesteel";
  const [partitions, mb, depth] = process.argv.slice(2).map(Number) as [number, number, number];
  await using sc = new SparkContext();
  const moved = { remote: 0, local: 0, results: 0 };
  sc.addSparkListener({
    onTaskEnd: ({ taskMetrics: m }) => {
      moved.remote += m.shuffleRemoteBytesRead;
      moved.local += m.shuffleLocalBytesRead;
      moved.results += m.resultSize;
    },
  });
  await sc.range(0, 8, 1, 8).count();
  await sc.flushListeners();
  moved.results = 0;
  const length = mb * 125_000;
  const began = performance.now();
  const sum = await sc
    .range(0, partitions, 1, partitions)
    .map((i) => new Float64Array(length).fill(i))
    .treeReduce((a, b) => { for (let i = 0; i < a.length; i++) a[i]! += b[i]!; return a; }, depth);
  const seconds = (performance.now() - began) / 1000;
  await sc.flushListeners();
  if (!sum.every((x) => x === (partitions * (partitions - 1)) / 2)) throw new Error("The sum is wrong.");
  console.log(JSON.stringify({ ...moved, seconds }));
`;

const directory = mkdtempSync(join(tmpdir(), "tree-reduce-"));
const started = [];

function start(...args) {
  const child = spawn(process.execPath, [cli, ...args], { cwd: directory, stdio: ["ignore", "ignore", "inherit"] });
  started.push(child);
}

const port = await new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
const master = `firesteel://127.0.0.1:${port}`;
try {
  writeFileSync(join(directory, "program.ts"), PROGRAM);
  start("master", "--host", "127.0.0.1", "-p", String(port), "--webui-port", "0", "--recovery-dir", "recovery", "--log-level", "ERROR"); // prettier-ignore
  for (let i = 1; i <= Number(options.workers); i++)
    start("worker", master, "--host", `127.0.0.${i}`, "-c", options.cores, "-m", "1g", "--webui-port", "0", "-d", `work-${i}`, "--log-level", "ERROR"); // prettier-ignore
  const settings = { "spark.scheduler.minRegisteredResourcesRatio": "1", "spark.cores.max": String(options.workers * options.cores), "spark.shuffle.readHostLocalDisk": "false", "spark.executor.memory": "1g" }; // prettier-ignore
  const confs = Object.entries(settings).flatMap(([key, value]) => ["--conf", `${key}=${value}`]);
  const { stdout } = await promisify(execFile)(process.execPath, [cli, "submit", "--master", master, ...confs, "program.ts", options.partitions, options.mb, options.depth], { cwd: directory }); // prettier-ignore
  const { remote, local, results, seconds } = JSON.parse(stdout.trim().split("\n").at(-1));
  const input = options.partitions * options.mb * 1e6;
  const line = (what, bytes) => console.log(`${what.padEnd(36)}${(bytes / 1e6).toFixed(1).padStart(8)} MB ${((100 * bytes) / input).toFixed(1).padStart(6)} %`); // prettier-ignore
  line("between workers", remote);
  line("read where it was written", local);
  line("to the driver", results);
  console.log(`${seconds.toFixed(2)} s`);
} finally {
  for (const child of started) child.kill();
  await Promise.all(started.map((child) => child.exitCode ?? new Promise((resolve) => child.once("exit", resolve))));
  rmSync(directory, { recursive: true, force: true });
}
