/**
 * A tree reduction on workers that are hosts of their own: results are combined where they lie. The bytes that cross are those that
 * executors read from each other; the values are large, so that a few of them would show.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/until";
import { TestCluster } from "./harness";

// The built package's processes are to be of the same version.
jest.mock("../../src/common/version", () => ({
  version: jest.requireActual<{ version: string }>("../../package.json").version,
}));

const cluster = new TestCluster();
const HOSTS = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"];
const MB = 1e6;

beforeAll(async () => {
  await cluster.startMaster();
  await Promise.all(HOSTS.map((host) => cluster.startWorker({ host, listenHost: host })));
});

afterAll(() => cluster.stop());

/** 64 arrays of 1 MB, of which number i has its 1 at place i: their sum is 1 everywhere that a partition was taken once. */
const PROGRAM = `
  import { closeSync, openSync, writeFileSync } from "node:fs";
  import { join } from "node:path";
  import { SparkContext } from "firesteel";
  await using sc = new SparkContext();
  const [, , folder, harm] = process.argv as [string, string, string, string];
  const moved = { remote: 0, local: 0, lost: 0 };
  sc.addSparkListener({
    onTaskEnd: ({ taskMetrics: metrics }) => {
      moved.remote += metrics.shuffleRemoteBytesRead;
      moved.local += metrics.shuffleLocalBytesRead;
    },
    onExecutorRemoved: () => void moved.lost++,
  });
  const driver = process.pid;
  const suffer = () => {
    try {
      closeSync(openSync(join(folder, "claimed"), "wx"));
    } catch {
      return;
    }
    writeFileSync(join(folder, "victim"), String(process.pid));
    if (harm === "kill") process.kill(process.pid, "SIGKILL");
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  };
  const sum = await sc
    .range(0, 64, 1, 64)
    .map((i) => { const ones = new Float64Array(125_000); ones[i] = 1; return ones; })
    .treeReduce((a, b) => {
      if (harm !== "none" && process.pid !== driver) suffer();
      for (let i = 0; i < a.length; i++) a[i]! += b[i]!;
      return a;
    });
  await sc.flushListeners();
  console.log(JSON.stringify({ ...moved, sum: [...new Set(sum.subarray(0, 64))], rest: sum.subarray(64).some((x) => x !== 0) }));
`;

interface Outcome {
  readonly remote: number;
  readonly local: number;
  readonly lost: number;
  readonly sum: readonly number[];
  readonly rest: boolean;
}

async function reduce(
  harm: "none" | "kill" | "stop",
  during: (folder: string) => Promise<void> = async () => undefined,
): Promise<Outcome> {
  const folder = join(cluster.directory, harm);
  mkdirSync(folder);
  const file = join(folder, "program.ts");
  writeFileSync(file, PROGRAM);
  const settings = {
    "spark.executor.memory": "512m",
    "spark.scheduler.minRegisteredResourcesRatio": "1",
    // On one machine files would be read in place, and nothing would cross.
    "spark.shuffle.readHostLocalDisk": "false",
    // A host that is slow for a while keeps its tasks.
    "spark.locality.wait": "10min",
  };
  const confs = Object.entries(settings).flatMap(([key, value]) => ["--conf", `${key}=${value}`]);
  const running = cluster.submit([...confs, file, folder, harm]);
  await during(folder);
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`The program ended with ${code}:\n${stderr}\n${stdout}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Outcome;
}

const ONCE_EACH = { sum: [1], rest: false };

test("moves less than a quarter of its input between four workers", async () => {
  const { remote, local, ...result } = await reduce("none");
  expect(result).toEqual({ lost: 0, ...ONCE_EACH });
  expect(remote + local).toBeGreaterThan(63 * MB);
  expect(remote).toBeLessThan(16 * MB);
});

test("an executor that is killed while it combines costs no partition and counts none twice", async () => {
  expect(await reduce("kill")).toMatchObject({ lost: 1, ...ONCE_EACH });
});

test("what a worker takes with it while it combines is made again by the others", async () => {
  const outcome = await reduce("stop", async (folder) => {
    const victim = join(folder, "victim");
    await until(() => existsSync(victim) && readFileSync(victim, "utf8") !== "", "a task that combines");
    const pid = Number(readFileSync(victim, "utf8"));
    const worker = cluster.workers.find((one) => one.stateOf().executors.some((child) => child.pid === pid))!;
    await worker.stop("the test takes it away");
  });
  expect(outcome).toMatchObject({ lost: 1, ...ONCE_EACH });
});
