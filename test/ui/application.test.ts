/** The dashboard's server of a context that runs: its answers, its notices of change, and whom it refuses. */
import { request } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  ApplicationEnvironmentInfo,
  ApplicationSummary,
  ChangeNotice,
  ExecutorMemory,
  ExecutorSummary,
  Identity,
  JobData,
  Profile,
  StageData,
  StageFindings,
  TaskStream,
  ThreadStackTrace,
} from "../../src/ui/api-types";
import type { SparkContext as Context } from "../../src/driver/spark-context";

const { SparkContext, SparkConf } = require("../../dist") as typeof import("../../src");

let sc: Context;
let base: string;
let app: string;
let mine: string;

beforeAll(async () => {
  const conf = new SparkConf();
  conf.set("spark.ui.enabled", "true").set("spark.ui.port", "0").set("spark.ui.password", "hunter2").set("spark.x", "hunter2");
  conf.set("spark.ui.allowFramingFrom", "https://notebooks.example.org");
  sc = new SparkContext("local[2]", "dashboard test", conf);
  base = await sc.openUi();
  app = `/api/v1/applications/${sc.applicationId}`;
  mine = `/api/firesteel/v1/applications/${sc.applicationId}`;
  const pairs = sc.parallelize([1, 2, 3, 4, 5, 6], 3).map((x) => [x % 2, x] as [number, number]);
  await pairs.reduceByKey((a, b) => a + b, 2).collect();
  await sc
    .parallelize([1], 1)
    .map(() => {
      throw new Error("wanted");
    })
    .count()
    .catch(() => undefined);
  await sc.flushListeners();
});
afterAll(() => sc.stop());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(base + path), { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function get<T>(path: string): Promise<T> {
  const { status, text } = await ask(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

async function post(path: string): Promise<Answer> {
  const { token } = await get<Identity>("/api/firesteel/v1/identity");
  return ask(`${mine}/${path}`, { "x-firesteel-token": token! }, "POST");
}

test("jobs, stages and tasks are counted", async () => {
  expect(sc.uiWebUrl).toBe(base);
  const jobs = await get<JobData[]>(`${app}/jobs`);
  expect(jobs.map(({ jobId, status, numTasks }) => [jobId, status, numTasks])).toEqual([
    [1, "FAILED", 1],
    [0, "SUCCEEDED", 5],
  ]);
  const summary = await get<ApplicationSummary>(`${mine}/summary`);
  expect(summary).toMatchObject({ name: "dashboard test", completed: false, jobs: { active: 0, succeeded: 1, failed: 1 } });
  expect(summary.tasks.complete).toBe(5);
  const stream = await get<TaskStream>(`${mine}/stages/0/0/taskStream`);
  expect(stream).toMatchObject({ total: 3, sampled: false, status: ["SUCCESS", "SUCCESS", "SUCCESS"] });
  const failed = await get<StageFindings[]>(`${mine}/jobs/1/findings`);
  expect(failed[0]!.findings.find(({ kind }) => kind === "retries")!.text).toContain("wanted");
});

test("accumulators with names are shown with what each task added", async () => {
  const seen = sc.longAccumulator("seen");
  const words = sc.collectionAccumulator<string>("words");
  const unnamed = sc.longAccumulator();
  const add = (x: number): number => {
    seen.add(x);
    words.add(`w${x}`);
    unnamed.add(1);
    return x;
  };
  await sc.parallelize([1, 2, 3, 4], 2).map(add).count();
  await sc.flushListeners();
  const [job] = await get<JobData[]>(`${app}/jobs`);
  const [stage] = await get<StageData[]>(`${app}/stages/${job!.stageIds[0]}`);
  expect(stage!.accumulatorUpdates).toContainEqual({ id: seen.id, name: "seen", value: "10" });
  const tasks = Object.values(stage!.tasks!).map(({ accumulatorUpdates }) =>
    accumulatorUpdates.map(({ name, update }) => [name, update]),
  );
  expect(tasks).toEqual([
    [
      ["seen", "3"],
      ["words", '["w1","w2"]'],
    ],
    [
      ["seen", "7"],
      ["words", '["w3","w4"]'],
    ],
  ]);
});

test("secrets are masked wherever settings are shown", async () => {
  const { text } = await ask(`${app}/environment`);
  expect(text).toContain(`["spark.ui.password","*********(redacted)"]`);
  expect(text).toContain(`["spark.x","hunter2"]`);
});

test("what is not there is a 404 in words, what is not understood a 400", async () => {
  for (const path of [
    "/api/v1/applications/other/jobs",
    `${app}/jobs/99`,
    `${app}/stages/99/0`,
    `${app}/nothing`,
    "/nothing",
    "/%2e%2e/package.json",
  ])
    expect([path, (await ask(path)).status]).toEqual([path, 404]);
  for (const path of [
    `${app}/jobs/x`,
    `${app}/jobs?status=odd`,
    `${app}/stages/0/0/taskSummary?quantiles=a`,
    `${app}/stages/0/0/taskList?sortBy=odd`,
  ])
    expect([path, (await ask(path)).status]).toEqual([path, 400]);
  expect((await ask(`${app}/jobs`, {}, "DELETE")).status).toBe(403);
});

test("other host names are refused, addresses and localhost are not", async () => {
  expect((await ask("/health", { host: "evil.example" })).status).toBe(403);
  for (const host of ["localhost:4040", "127.0.0.1", "[::1]:4040"]) expect((await ask("/health", { host })).status).toBe(200);
});

test("killing needs a token, and a page of this server", async () => {
  const { token } = await get<Identity>("/api/firesteel/v1/identity");
  const running = sc
    .parallelize([1], 1)
    .map(() => {
      for (;;);
    })
    .count();
  const failure = expect(running).rejects.toThrow(/killed from the dashboard/);
  const job = await untilRuns();
  const kill = `${mine}/jobs/${job}/kill`;
  expect((await ask(kill, {}, "POST")).status).toBe(403);
  expect((await ask(kill, { "x-firesteel-token": "wrong" }, "POST")).status).toBe(403);
  expect((await ask(kill, { "x-firesteel-token": token!, origin: "http://evil.example" }, "POST")).status).toBe(403);
  expect((await ask(kill, { "x-firesteel-token": token! }, "GET")).status).toBe(405);
  expect((await ask(kill, { "x-firesteel-token": token!, origin: base }, "POST")).text).toBe(`{"killed":true}`);
  await failure;
  expect((await ask(kill, { "x-firesteel-token": token!, origin: base }, "POST")).text).toBe(`{"killed":false}`);
});

async function untilRuns(): Promise<number> {
  for (;;) {
    const jobs = await get<JobData[]>(`${app}/jobs?status=running`);
    if (jobs.length > 0 && jobs[0]!.numActiveTasks > 0) return jobs[0]!.jobId;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("changes are told by topic", async () => {
  const notices: ChangeNotice[] = [];
  const heard = new Promise<void>((resolve, reject) => {
    const sent = request(new URL(`${base}/api/firesteel/v1/events?application=${sc.applicationId}`), (response) => {
      expect(response.headers["content-type"]).toContain("text/event-stream");
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        for (const line of piece.split("\n"))
          if (line.startsWith("data: ")) notices.push(JSON.parse(line.slice(6)) as ChangeNotice);
        if (!notices.some(({ topic }) => topic === "jobs")) return;
        sent.destroy();
        resolve();
      });
    });
    sent.on("error", reject);
    sent.end();
  });
  await sc.parallelize([1, 2], 2).count();
  await heard;
  expect(notices.every(({ version }) => version > 0)).toBe(true);
  expect((await ask("/api/firesteel/v1/events?application=other")).status).toBe(404);
});

test("pages and answers forbid what a page of ours does not need", async () => {
  const { headers } = await ask("/health");
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'self' https://notebooks.example.org");
});

test.each([
  ["/individual/task-stream", "../#/individual/task-stream"],
  ["/individual", "./#/individual"],
  ["/status", "./#/status"],
  ["/individual-workers-memory", "./#/individual/workers-memory"],
  ["/workers", "./#/executors"],
  ["/system", "./#/executors/driver"],
  ["/groups", "./#/individual/graph"],
  ["/info/main/workers.html", "../../plain"],
  ["/jobs/", "../#/jobs"],
  ["/jobs/job/?id=3", "../../#/jobs/3"],
  ["/jobs/job", "../#/jobs"],
  ["/stages/stage?id=3&attempt=1", "../#/stages/3/1"],
  ["/storage/rdd/?id=a%2Fb", "../../#/storage/a%2Fb"],
  ["/executors", "./#/executors"],
  ["/SQL/execution/?id=0", "../../#/sql/0"],
])("%s, an address that servers are told, leads to the page", async (path, page) => {
  const { status, headers } = await ask(path);
  expect([status, headers["location"]]).toEqual([302, page]);
});

test("executors have the figures, names and labels of Spark's own endpoint for Prometheus", async () => {
  const { text, headers } = await ask("/metrics/executors/prometheus");
  expect(headers["content-type"]).toContain("version=0.0.4");
  const lines = text.trimEnd().split("\n");
  expect(lines.shift()).toMatch(/^spark_info\{version="4\.[0-9.]+", revision=""\} 1\.0$/);
  const label =
    /^metrics_executor_[A-Za-z_]+\{application_id="[^"]+", application_name="dashboard test", executor_id="[^"]+"\} [0-9.e+-]+$/;
  expect(lines.filter((line) => !label.test(line))).toEqual([]);
  const of = (executor: string): string[] =>
    lines.filter((line) => line.includes(`executor_id="${executor}"`)).map((line) => /^metrics_executor_(\w+)/.exec(line)![1]!);
  expect(of("driver").slice(0, 15)).toEqual([
    "rddBlocks",
    "memoryUsed_bytes",
    "diskUsed_bytes",
    "totalCores",
    "maxTasks",
    "activeTasks",
    "failedTasks_total",
    "completedTasks_total",
    "totalTasks_total",
    "totalDuration_seconds_total",
    "totalGCTime_seconds_total",
    "totalInputBytes_bytes_total",
    "totalShuffleRead_bytes_total",
    "totalShuffleWrite_bytes_total",
    "maxMemory_bytes",
  ]);
});

test("metrics are in Prometheus's text format", async () => {
  const { text, headers } = await ask("/metrics/prometheus");
  expect(headers["content-type"]).toContain("version=0.0.4");
  const types = new Map<string, string>();
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE ([a-z_:][a-z0-9_:]*) (gauge|counter)$/.exec(line);
    if (type !== null) types.set(type[1]!, type[2]!);
    else if (!line.startsWith("# HELP ")) {
      const sample = /^([a-z_:][a-z0-9_:]*)\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\} -?[0-9.e+-]+$/.exec(line);
      expect([line, sample !== null && types.has(sample[1]!)]).toEqual([line, true]);
      expect(sample![1]!.endsWith("_total")).toBe(types.get(sample![1]!) === "counter");
    }
  }
  expect(text).toMatch(/firesteel_tasks_ended_total\{[^}]*outcome="success"\} [0-9]+/);
});

test("what scripts for Dask's dashboard ask for is there: counts, identity, workers, paths", async () => {
  const counts = await get<Record<string, number>>("/json/counts.json");
  expect(counts).toMatchObject({ workers: 1, desired_workers: 1, cores: 2, hosts: 1, waiting: 0, unrunnable: 0 });
  expect(counts["released"]).toBeGreaterThanOrEqual(5);
  expect(counts["tasks"]).toBeGreaterThanOrEqual(counts["released"]! + counts["erred"]! + counts["processing"]!);
  const identity = await get<{ workers: Record<string, { name: string; nthreads: number }> }>("/json/identity.json");
  expect(identity).toMatchObject({
    type: "Scheduler",
    n_workers: 1,
    total_threads: 2,
    services: { dashboard: Number(new URL(base).port) },
  });
  const [[address, worker]] = Object.entries(identity.workers) as [[string, { name: string; nthreads: number }]];
  expect(worker).toMatchObject({ name: "0", nthreads: 2, status: "running" });
  expect(await get("/api/v1/get_workers")).toEqual({ num_workers: 1, workers: [{ name: "0", address }] });
  expect(await get("/api/v1/adaptive_target")).toEqual({ workers: 1 });
  const { paths } = await get<{ paths: string[] }>("/sitemap.json");
  expect(paths).toEqual(expect.arrayContaining(["/health", "/metrics/prometheus", "/json/counts.json", "/eventstream"]));
  const plain = paths.filter((path) => !path.includes(":") && path !== "/eventstream");
  const statuses = await Promise.all(plain.map(async (path) => (await ask(path)).status));
  expect(statuses.filter((status) => status !== 200 && status !== 302)).toEqual([]);
  expect((await ask("/metrics")).text).toContain("firesteel_jobs{");
});

test("metrics are what Spark's servlet answers, too", async () => {
  const { version, gauges, counters } = await get<{
    version: string;
    gauges: Record<string, { value: number }>;
    counters: Record<string, { count: number }>;
  }>("/metrics/json");
  expect(version).toBe("4.0.0");
  const [{ totalDuration }] = (await get<ExecutorSummary[]>(`${app}/executors`)).filter(({ id }) => id !== "driver") as [
    ExecutorSummary,
  ];
  expect(counters[`${sc.applicationId}.driver.appStatus.jobs.failedJobs`]).toEqual({
    count: (await get<JobData[]>(`${app}/jobs?status=failed`)).length,
  });
  expect(counters[`${sc.applicationId}.0.executor.runTime`]).toEqual({ count: totalDuration });
  expect(gauges[`${sc.applicationId}.driver.DAGScheduler.job.allJobs`]!.value).toBe((await get<JobData[]>(`${app}/jobs`)).length);
});

test("stacks and a profile of a busy executor name the user's function and file", async () => {
  expect((await post("profile/start")).text).toBe(`{"running":true}`);
  const controller = new AbortController();
  const busy = sc
    .parallelize([1], 1)
    .map(function spin() {
      for (;;) Math.sqrt(Math.random());
    })
    .collect({ signal: controller.signal });
  const ended = expect(busy).rejects.toThrow();
  await untilRuns();
  const [{ id }] = (await get<{ id: string }[]>(`${app}/executors`)).filter((one) => one.id !== "driver") as [{ id: string }];
  // A thread that is just being told to take samples may not answer.
  let stacks: string;
  do stacks = (await ask(`${app}/executors/${id}/threads`)).text;
  while (!stacks.includes("spin"));
  expect(stacks).toMatch(/spin \([^)]*application\.test\.ts/);
  let profile: Profile;
  do profile = await get<Profile>(`${mine}/profile`);
  while (!profile.functions.includes("spin"));
  expect(profile.locations[profile.functions.indexOf("spin")]).toContain("application.test.ts");
  expect(profile.user[profile.functions.indexOf("spin")]).toBe(true);
  expect(profile.total[0]).toBe(profile.self.reduce((a, b) => a + b, 0));
  expect((await post("profile/stop")).text).toBe(`{"running":false}`);
  controller.abort();
  await ended;
});

test("a report is one file that asks for nothing", async () => {
  const directory = mkdtempSync(join(tmpdir(), "report-"));
  try {
    const file = join(directory, "report.html");
    await sc.performanceReport(file);
    const html = readFileSync(file, "utf8");
    expect(html).not.toMatch(/<(script|link)[^>]*(src|href)="(?!data:)[^"]*\.(js|css)"/);
    const data = /<script type="application\/json" id="firesteel-report" data-written="\d+">([^<]*)<\/script>/.exec(html)![1]!;
    const answers = JSON.parse(data) as Record<string, unknown>;
    expect(answers[`${app.slice(1)}/jobs`]).toEqual(await get(`${app}/jobs`));
    await expect(sc.performanceReport(join(directory, "no/such/report.html"))).rejects.toThrow(/cannot be written/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("without a user interface nothing listens, and a report says why there is none", async () => {
  const quiet = new SparkContext("local[1]", "quiet", new SparkConf().set("spark.ui.enabled", "false"));
  await quiet.range(0, 10).count();
  expect(quiet.uiWebUrl).toBeUndefined();
  await expect(quiet.openUi()).rejects.toThrow(/spark.ui.enabled is false/);
  await expect(quiet.performanceReport("/tmp/none.html")).rejects.toThrow(/spark.ui.enabled is false/);
  await quiet.stop();
});

test("there are no processes but the driver and executors, and tools that ask for others learn that", async () => {
  expect(await get<unknown[]>(`${app}/allmiscellaneousprocess`)).toEqual([]);
});

test("the driver is measured, looked into and profiled as executors are", async () => {
  const [memory] = (await get<ExecutorMemory[]>(`${mine}/executors/memory`)).filter(({ executorId }) => executorId === "driver");
  expect(memory!.rss.at(-1)).toBeGreaterThan(2 ** 20);
  expect([memory!.targetAt, memory!.pausesAt]).toEqual([0, 0]);
  const [thread] = await get<ThreadStackTrace[]>(`${app}/executors/driver/threads`);
  expect(thread!.threadName).toBe("main");
  // What it does meanwhile is Jest's and this test's business; nothing, or a stack.
  expect(thread!.threadState).toBe(thread!.stackTrace.elems.length === 0 ? "WAITING" : "RUNNABLE");
  await post("profile/start");
  let profile: Profile;
  do {
    busyDriver(Date.now() + 30);
    profile = await get<Profile>(`${mine}/profile?executor=driver`);
  } while (!profile.functions.includes("busyDriver"));
  expect(profile.executors).toEqual(["driver"]);
  expect((await get<Profile>(`${mine}/profile`)).executors).not.toContain("driver");
  await post("profile/stop");
});

function busyDriver(until: number): number {
  let sum = 0;
  while (Date.now() < until) sum += Math.sqrt(sum + 1);
  return sum;
}

test("the environment has the default resource profile", async () => {
  const { resourceProfiles } = await get<ApplicationEnvironmentInfo>(`${app}/environment`);
  expect(resourceProfiles).toMatchObject([
    { id: 0, executorResources: { memory: { amount: 1024 } }, taskResources: { cpus: { resourceName: "cpus", amount: 1 } } },
  ]);
});
