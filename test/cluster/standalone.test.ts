import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MasterLink } from "../../src/cluster/session/master-link";
import { checkReach, clusterSecret } from "../../src/cluster/secret";
import { until } from "../support/until";
import { TestCluster } from "./harness";

// The built package's processes are to be of the same version.
jest.mock("../../src/common/version", () => ({
  version: jest.requireActual<{ version: string }>("../../package.json").version,
}));

const SECRET = "a secret of the test, long enough";
const cluster = new TestCluster(Buffer.from(SECRET));
const programs = join(cluster.directory, "programs");

/** Writes a program and a package that it imports. */
function program(name: string, text: string, greeting = "hello"): string {
  const folder = join(programs, name);
  const installed = join(folder, "node_modules", "greeter");
  mkdirSync(join(installed, "lib"), { recursive: true });
  writeFileSync(join(installed, "package.json"), `{"name": "greeter", "version": "1.0.0", "main": "lib/main.js"}`);
  writeFileSync(join(installed, "lib", "main.js"), `exports.greet = (name) => ${JSON.stringify(greeting)} + " " + name;`);
  writeFileSync(join(folder, "shout.ts"), `export const shout = (text: string): string => text.toUpperCase();`);
  writeFileSync(join(folder, "data.txt"), "from a file");
  const file = join(folder, "program.ts");
  writeFileSync(file, text);
  return file;
}

const GREETINGS = `
  import { readFileSync } from "node:fs";
  import { SparkContext, SparkFiles } from "firesteel";
  import { greet } from "greeter";
  import { shout } from "./shout";
  await using sc = new SparkContext();
  const suffix = sc.broadcast("!");
  const pairs = sc.parallelize(["ann", "bob", "cid", "ann"], 4).map((name) => [name, 1] as [string, number]);
  const counts = await pairs.reduceByKey((a, b) => a + b, 2).collect();
  console.log("counts", JSON.stringify(counts.sort()));
  const texts = await sc.parallelize(["ann", "bob"], 2)
    .map((name) => { console.log("task for " + name); return shout(greet(name)) + suffix.value + readFileSync(SparkFiles.get("data.txt"), "utf8"); })
    .collect();
  console.log("texts", JSON.stringify(texts), process.argv.slice(2).join("|"));
  console.log("driver", sc.getConf().get("spark.submit.deployMode"));
`;

beforeAll(async () => {
  await cluster.startMaster();
  await Promise.all([cluster.startWorker(), cluster.startWorker()]);
});

afterAll(() => cluster.stop());

describe("a standalone cluster", () => {
  test("runs a program whose driver is here on executors of both workers", async () => {
    const file = program("client", GREETINGS);
    const { code, stdout } = await cluster.submit(["--files", join(file, "..", "data.txt"), file, "x", "y z"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`counts [["ann",2],["bob",1],["cid",1]]`);
    expect(stdout).toContain(`texts ["HELLO ANN!from a file","HELLO BOB!from a file"] x|y z`);
    expect(stdout).toContain("driver client");
    await until(() => cluster.workers.every((one) => one.stateOf().executors.length === 0), "the executors' ends");
    const finished = cluster.workers.flatMap((one) => one.stateOf().finishedExecutors);
    expect(finished).toHaveLength(2);
    for (const { state, message } of finished)
      expect({ state, message }).toEqual({ state: "EXITED", message: expect.stringMatching(/exited with code 0$/) });
    const logs = finished.map(({ directory }) => readFileSync(join(directory, "stdout"), "utf8")).join("");
    expect(logs.split("\n").sort().join("")).toBe("task for anntask for bob");
    expect(cluster.master.stateOf().completedApplications).toMatchObject([{ name: "program", state: "FINISHED" }]);
    for (const { directory } of finished) {
      const rest = readFileSync(join(directory, "stderr"), "utf8");
      expect(rest).toBe("");
    }
  });

  test("runs a driver on a worker, with its files and packages, and tells its state", async () => {
    const file = program("cluster", GREETINGS, "salut");
    const settings = ["--conf", "spark.standalone.submit.waitAppCompletion=true", "--driver-memory", "512m"];
    const { code, stdout, stderr } = await cluster.submit([
      "--deploy-mode",
      "cluster",
      ...settings,
      "--executor-memory",
      "512m",
      "--files",
      join(file, "..", "data.txt"),
      file,
      "one two",
    ]);
    const driverId = stdout.trim();
    expect({ code, driverId }).toEqual({ code: 0, driverId: expect.stringMatching(/^driver-\d{14}-[0-9a-f]{6}$/) });
    expect(stderr).toContain(`${driverId}: FINISHED`);
    const [driver] = cluster.workers.flatMap((one) => one.stateOf().finishedDrivers);
    const said = readFileSync(join(driver!.directory, "stdout"), "utf8");
    expect(said).toContain(`texts ["SALUT ANN!from a file","SALUT BOB!from a file"] one two`);
    expect(said).toContain("driver cluster");
    // Nothing that holds the secret is written down.
    expect(readFileSync(join(driver!.directory, "driver.properties"), "utf8")).not.toContain(SECRET);
    const status = await cluster.submit(["--status", driverId]);
    expect(status.stdout).toContain("FINISHED");
    expect((await cluster.submit(["--status", "driver-0"])).code).toBe(1);
  });

  test("links an application's dashboard while it runs, and the logs of its executors", async () => {
    const file = program(
      "dashboard",
      `import { existsSync } from "node:fs";
       import { SparkConf, SparkContext } from "firesteel";
       await using sc = new SparkContext(new SparkConf().set("spark.ui.enabled", "true").set("spark.ui.port", "0"));
       const { applicationId } = sc;
       while (sc.getExecutorIds().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
       const executors = await (await fetch(sc.uiWebUrl + "/api/v1/applications/" + applicationId + "/executors")).json();
       console.log(JSON.stringify({ url: sc.uiWebUrl, logs: executors.flatMap((one) => Object.values(one.executorLogs)).sort() }));
       while (!existsSync(process.argv[2])) await new Promise((resolve) => setTimeout(resolve, 20));`,
    );
    cluster.workers[0]!.webUrl = "http://worker:8081";
    const done = join(cluster.directory, "seen");
    const running = cluster.submit(["--conf", "spark.cores.max=2", file, done]);
    await until(() => cluster.master.stateOf().activeApplications.some(({ webUrl }) => webUrl !== null), "the dashboard");
    const [app] = cluster.master.stateOf().activeApplications;
    writeFileSync(done, "");
    const told = JSON.parse((await running).stdout) as { url: string; logs: string[] };
    cluster.workers[0]!.webUrl = "";
    expect(app).toMatchObject({ webUrl: told.url });
    const log = new RegExp(`^http://worker:8081/#/logs/${app!.id}%2F\\d\\?stream=std(?:err|out)$`);
    expect(told.logs).toEqual([expect.stringMatching(log), expect.stringMatching(log)]);
    expect(cluster.master.stateOf().completedApplications[0]).toMatchObject({ id: app!.id, webUrl: null });
  });

  test("the level of logs reaches executors that run and those that come", async () => {
    const file = program(
      "levels",
      `import { SparkContext } from "firesteel";
       await using sc = new SparkContext();
       await sc.range(0, 2, 1, 2).collect();
       sc.setLogLevel("INFO");
       await sc.range(0, 2, 1, 2).collect();`,
    );
    expect((await cluster.submit(["--conf", "spark.cores.max=1", file])).code).toBe(0);
    const { id } = cluster.master.stateOf().completedApplications[0]!;
    const logs = () => cluster.workers.flatMap((one) => one.stateOf().finishedExecutors.filter(({ appId }) => appId === id));
    await until(() => logs().length > 0, "the executor's end");
    const text = readFileSync(join(logs()[0]!.directory, "stderr"), "utf8");
    expect(text).toMatch(/executor 0 ends with 0/);
    expect(text).not.toContain("is registered");
  });

  test("kills a driver", async () => {
    const file = program("endless", `console.log("running"); setInterval(() => undefined, 1000);`);
    const driverId = (await cluster.submit(["--deploy-mode", "cluster", "--supervise", file])).stdout.trim();
    await until(() => cluster.workers.some((one) => one.stateOf().drivers.length > 0), "the driver");
    const killed = await cluster.submit(["--kill", driverId]);
    expect(killed.stdout).toMatch(new RegExp(`^${driverId}: KILLED`));
    expect(cluster.workers.every((one) => one.stateOf().drivers.length === 0)).toBe(true);
  });

  test("a task that a decommissioned worker's timeout cuts off has not failed", async () => {
    const started = join(cluster.directory, "started");
    const file = program(
      "cut-off",
      `import { existsSync, writeFileSync } from "node:fs";
       import { SparkContext } from "firesteel";
       await using sc = new SparkContext();
       const started = process.argv[2];
       const run = (n: number): number => {
         if (existsSync(started)) return n;
         writeFileSync(started, "");
         for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       };
       console.log("result", await sc.parallelize([7], 1).map(run).collect());`,
    );
    await cluster.startWorker();
    const settings = { "spark.cores.max": "1", "spark.task.maxFailures": "1", "spark.log.level": "INFO" };
    const running = cluster.submit([
      ...Object.entries(settings).flatMap(([key, value]) => ["--conf", `${key}=${value}`]),
      file,
      started,
    ]);
    await until(() => existsSync(started), "the task");
    const index = cluster.workers.findIndex((one) => one.stateOf().executors.length > 0);
    const worker = cluster.workers.splice(index, 1)[0]!;
    const { directory } = worker.stateOf().executors[0]!;
    worker.decommission("the test wants it", 2 ** 30);
    // It hears so from the driver.
    const moving = "moving what is here to other executors";
    await until(() => readFileSync(join(directory, "stderr"), "utf8").includes(moving), "the executor's farewell");
    // What is done when the time is over.
    await worker.stop("the test wants it");
    expect(await running).toMatchObject({ code: 0, stdout: "result [ 7 ]\n" });
    await worker.ended;
  });

  test("turns away who has no secret, or another one, and counts them", async () => {
    const before = cluster.master.stateOf().refusedConnections;
    const file = program("stranger", GREETINGS);
    const { code, stderr } = await cluster.submit([file], { FIRESTEEL_CLUSTER_SECRET: "another secret of that length" });
    expect(code).toBe(1);
    expect(stderr).toContain("does not hold the cluster's secret");
    expect(cluster.master.stateOf().refusedConnections).toBeGreaterThan(before);
  });

  test("a master that starts anew knows its workers again", async () => {
    const { port } = cluster.master;
    const ids = cluster.workers.map((one) => one.id).sort();
    await cluster.master.stop();
    await until(() => cluster.workers.every((one) => !one.stateOf().connected), "the loss of the master");
    await cluster.startMaster({ port });
    await until(() => cluster.master.stateOf().workers.length === 2, "the workers");
    expect(
      cluster.master
        .stateOf()
        .workers.map((one) => one.id)
        .sort(),
    ).toEqual(ids);
    expect(existsSync(join(cluster.directory, "recovery", "master.journal.2"))).toBe(true);
  });
});

describe("secrets", () => {
  test("without one a daemon listens on this machine only, and says so", async () => {
    await expect(checkReach("0.0.0.0", Buffer.alloc(0), "The master")).rejects.toThrow(
      /has no secret, so it listens on this machine only/,
    );
    await checkReach("127.0.0.1", Buffer.alloc(0), "The master");
    await checkReach("0.0.0.0", Buffer.from(SECRET), "The master");
  });

  test("short ones are refused; files are read", () => {
    const file = join(cluster.directory, "secret");
    writeFileSync(file, `${SECRET}\n`);
    const conf = (settings: Record<string, string>) => (key: string) => settings[key];
    expect(clusterSecret(conf({ "spark.authenticate.secret.file": file })).toString()).toBe(SECRET);
    expect(() => clusterSecret(conf({ "spark.authenticate.secret": "short" }))).toThrow(/at least 16/);
    expect(() => clusterSecret(conf({ "spark.authenticate": "true" }))).toThrow(/there is no secret/);
    expect(() => clusterSecret(conf({ "spark.authenticate.secret.file": "/nowhere" }))).toThrow(/cannot be read/);
  });

  test("a peer finds a master among several", async () => {
    const connected = await new Promise<string>((resolve, reject) => {
      const link = new MasterLink(
        {
          masters: [
            { host: "127.0.0.1", port: 1 },
            { host: "127.0.0.1", port: cluster.master.port },
          ],
          role: "client",
          secret: cluster.secret,
          tls: null,
          keepAlive: true,
        },
        {
          connected: (master) => void link.close().then(() => resolve(master)),
          message: () => undefined,
          disconnected: () => undefined,
          failed: reject,
        },
      );
      link.start();
    });
    expect(connected).toBe(`127.0.0.1:${cluster.master.port}`);
  });
});
