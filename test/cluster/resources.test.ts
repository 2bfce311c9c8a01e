/** Tasks that take a GPU on a standalone cluster of real executors: they wait, with a reason that everybody sees, until a worker has one. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Attention, MasterState } from "../../src/ui/api-types";
import { type RunningDaemonUi, startDaemonUi } from "../../src/ui/daemon-ui";
import { until } from "../support/until";
import { TestCluster } from "./harness";

// The built package's processes are to be of the same version.
jest.mock("../../src/common/version", () => ({
  version: jest.requireActual<{ version: string }>("../../package.json").version,
}));

const cluster = new TestCluster();
const REASON = "no worker has 2 gpu (spark.executor.resource.gpu.amount); it waits for one that has.";
let pages: RunningDaemonUi;

/** Each task fails where another that runs has its address; the first two wait for each other, so that two run at once. */
const PROGRAM = `
  import { closeSync, existsSync, openSync, unlinkSync, writeFileSync } from "node:fs";
  import { join } from "node:path";
  import { SparkContext, TaskContext } from "firesteel";
  await using sc = new SparkContext();
  const folder = process.argv[2]!;
  const seen = await sc.parallelize(Array.from({ length: 24 }, (_, i) => i), 24).map(() => {
    const { name, addresses } = TaskContext.get().resources().get("gpu")!;
    const mark = join(folder, "in-use-" + addresses[0]);
    closeSync(openSync(mark, "wx"));
    writeFileSync(join(folder, "seen-" + addresses[0]), "");
    while (!existsSync(join(folder, "seen-7")) || !existsSync(join(folder, "seen-9")));
    unlinkSync(mark);
    return name + " " + addresses.join("+");
  }).collect();
  const all = await (await fetch(sc.uiWebUrl + "/api/v1/applications/" + sc.applicationId + "/executors")).json();
  const executors = all.filter(({ id }) => id !== "driver").map(({ resources, maxTasks }) => ({ resources, maxTasks }));
  console.log(JSON.stringify({ seen: [...new Set(seen)].sort(), executors }));
`;

beforeAll(async () => {
  await cluster.startMaster();
  await cluster.startWorker({ cores: 4 });
  pages = await startDaemonUi({
    version: "0",
    webFolder: "/nowhere",
    host: "127.0.0.1",
    port: 0,
    portRetries: 0,
    allowedHosts: [],
    kind: "master",
    reverseProxy: false,
    stateOf: () => cluster.master.stateOf(),
  });
});

afterAll(async () => {
  await pages.close();
  await cluster.stop();
});

test("an application waits for a worker with what its executors need; then no two tasks hold one address", async () => {
  const folder = join(cluster.directory, "program");
  mkdirSync(folder);
  const file = join(folder, "program.ts");
  writeFileSync(file, PROGRAM);
  const settings = [
    "spark.executor.resource.gpu.amount=2",
    "spark.task.resource.gpu.amount=1",
    "spark.ui.enabled=true",
    "spark.ui.port=0",
  ];
  const running = cluster.submit([...settings.flatMap((one) => ["--conf", one]), file, folder]);
  const waiting = async (): Promise<MasterState["activeApplications"][number] | undefined> => {
    const state = (await (await fetch(`${pages.url}/api/firesteel/v1/master`)).json()) as MasterState;
    return state.activeApplications.find(({ uiUrl }) => uiUrl !== null);
  };
  let app = await waiting();
  await until(async () => (app = await waiting()) !== undefined, "the application");
  expect(app).toMatchObject({ state: "WAITING", executors: 0, resourcesPerExecutor: { gpu: 2 }, waitingFor: REASON });
  const attention = async (): Promise<Attention[]> =>
    (await (await fetch(`${app!.uiUrl}/api/firesteel/v1/applications/${app!.id}/attention`)).json()) as Attention[];
  const words = `Initial job has not accepted any resources: ${REASON}`;
  await until(async () => (await attention()).some(({ kind }) => kind === "noExecutor"), "the word on the application's page");
  expect(await attention()).toEqual([expect.objectContaining({ kind: "noExecutor", severity: "serious", text: words })]);

  const worker = await cluster.startWorker({ cores: 4, resources: { gpu: ["7", "9"] } });
  const { code, stdout } = await running;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    seen: ["gpu 7", "gpu 9"],
    executors: [{ resources: { gpu: { name: "gpu", addresses: ["7", "9"] } }, maxTasks: 2 }],
  });
  await until(() => worker.stateOf().finishedExecutors.length > 0, "the executor's end");
  expect(worker.stateOf().finishedExecutors).toMatchObject([{ resources: { gpu: ["7", "9"] } }]);
});

const HOLDER = `
  import { existsSync, writeFileSync } from "node:fs";
  import { join } from "node:path";
  import { SparkContext, TaskContext } from "firesteel";
  await using sc = new SparkContext();
  const [, , folder, name] = process.argv;
  const seen = await sc.parallelize([0], 1).map(() => {
    writeFileSync(join(folder!, name + "-runs"), "");
    while (!existsSync(join(folder!, name + "-may-end")));
    return TaskContext.get().resources().get("gpu")!.addresses.join("+");
  }).collect();
  console.log(seen.join(" "));
`;

test("a master that starts anew gives nobody the addresses that are in use", async () => {
  const folder = join(cluster.directory, "holders");
  mkdirSync(folder);
  const file = join(folder, "program.ts");
  writeFileSync(file, HOLDER);
  const submit = (name: string): ReturnType<TestCluster["submit"]> => {
    const settings = ["spark.executor.resource.gpu.amount=1", "spark.task.resource.gpu.amount=1", "spark.cores.max=1"];
    const conf = [...settings, `spark.app.name=${name}`].flatMap((one) => ["--conf", one]);
    return cluster.submit([...conf, file, folder, name]);
  };
  const runs = (name: string): Promise<void> => until(() => existsSync(join(folder, `${name}-runs`)), `the task of ${name}`);
  const mayEnd = (name: string): void => writeFileSync(join(folder, `${name}-may-end`), "");
  const first = submit("first");
  await runs("first");
  const { port } = cluster.master;
  await cluster.master.stop();
  await until(() => cluster.workers.every((one) => !one.stateOf().connected), "the loss of the master");
  await cluster.startMaster({ port });
  await until(
    () => cluster.master.stateOf().workers.some(({ resourcesUsed }) => resourcesUsed["gpu"]?.length === 1),
    "the worker",
  );
  await until(() => cluster.master.stateOf().activeApplications[0]?.executors.length === 1, "the application");
  const second = submit("second");
  await runs("second");
  const third = submit("third");
  const waitsFor = (): string | null | undefined =>
    cluster.master.stateOf().activeApplications.find(({ name }) => name === "third")?.waitingFor;
  await until(() => typeof waitsFor() === "string", "the third application");
  expect(waitsFor()).toMatch(/^what workers have of 1 core, .* MiB, 1 gpu is in use by other applications and drivers\.$/);
  mayEnd("second");
  await runs("third");
  mayEnd("first");
  mayEnd("third");
  expect((await Promise.all([first, second, third])).map(({ stdout }) => stdout.trim())).toEqual(["7", "9", "9"]);
});
