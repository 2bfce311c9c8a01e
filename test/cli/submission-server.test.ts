/** Spark's REST submission on a master: what Spark's own answers, and whom it refuses. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSubmissionServer, type SubmissionServer } from "../../src/cli/submission-server";
import { TestCluster } from "../cluster/harness";
import { until } from "../support/until";

// The built package's processes are to be of the same version.
jest.mock("../../src/common/version", () => ({
  ...jest.requireActual<object>("../../src/common/version"),
  version: jest.requireActual<{ version: string }>("../../package.json").version,
}));

const SECRET = "a secret of the test, long enough";
const cluster = new TestCluster(Buffer.from(SECRET));
const file = join(cluster.directory, "programs", "program.ts");
let server: SubmissionServer;

beforeAll(async () => {
  await cluster.startMaster();
  await cluster.startWorker();
  const { master, secret } = cluster;
  server = await startSubmissionServer({ host: "127.0.0.1", publicHost: "127.0.0.1", port: 0, secret, tls: null, master });
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, `if (process.argv[2] !== "seven") throw new Error("no argument");`);
});
afterAll(async () => {
  await server.close();
  await cluster.stop();
});

const bearer = { authorization: `Bearer ${SECRET}` };

async function ask(
  path: string,
  body?: unknown,
  headers: Record<string, string> = bearer,
): Promise<{ readonly status: number; readonly [field: string]: unknown }> {
  const method = /create|kill/.test(path) ? "POST" : "GET";
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(`${server.url}${path}`, { method, headers, body: text });
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}

function request(properties: Record<string, string> = {}): Record<string, unknown> {
  return {
    action: "CreateSubmissionRequest",
    appResource: `file:${file}`,
    mainClass: "",
    appArgs: ["seven"],
    clientSparkVersion: "4.2.1",
    environmentVariables: { SPARK_ENV_LOADED: "1" },
    sparkProperties: { "spark.app.name": "by REST", "spark.driver.memory": "256m", ...properties },
  };
}

test("a program is submitted, runs on a worker and ends; its state is told on the way", async () => {
  const created = await ask("/v1/submissions/create", request());
  expect(created).toMatchObject({ status: 200, action: "CreateSubmissionResponse", success: true });
  const id = created["submissionId"] as string;
  expect(created["message"]).toBe(`Driver successfully submitted as ${id}`);
  const status = () => ask(`/v1/submissions/status/${id}`);
  await until(async () => (await status())["driverState"] === "FINISHED", "the driver's end");
  expect(await status()).toMatchObject({ action: "SubmissionStatusResponse", submissionId: id, success: true });
  expect(await ask(`/v1/submissions/kill/${id}`)).toMatchObject({ success: false, message: expect.stringContaining("finished") });
  expect(cluster.master.stateOf().completedDrivers).toMatchObject([{ id, name: "by REST" }]);
});

test("one that waits can be killed", async () => {
  const { submissionId } = await ask("/v1/submissions/create", request({ "spark.driver.cores": "50" }));
  const id = submissionId as string;
  expect(await ask(`/v1/submissions/status/${id}`)).toMatchObject({ driverState: "SUBMITTED", success: true });
  expect(await ask(`/v1/submissions/kill/${id}`)).toMatchObject({ message: `Kill request for ${id} submitted`, success: true });
  expect(await ask(`/v1/submissions/status/${id}`)).toMatchObject({ driverState: "KILLED", success: true });
});

test("what is not known, and what cannot be understood, is answered as Spark does", async () => {
  expect(await ask("/v1/submissions/status/driver-x")).toMatchObject({ status: 200, success: false, submissionId: "driver-x" });
  expect(await ask("/v1/submissions/kill/driver-x")).toMatchObject({ status: 200, success: false });
  expect(await ask("/v1/submissions/status")).toMatchObject({ status: 400, action: "ErrorResponse" });
  expect(await ask("/v2/submissions/status/x")).toMatchObject({ status: 468, highestProtocolVersion: "v1" });
  expect(await ask("/v1/submissions/readyz")).toMatchObject({ status: 200, action: "ReadyzResponse", success: true });
  for (const [body, why] of [
    ["nonsense", /Malformed request/],
    [{}, /action is missing/],
    [{ ...request(), extra: 1 }, /unknown fields extra/],
    [{ ...request(), appResource: "hdfs://x/y.ts" }, /not one of hdfs:/],
    [{ ...request(), appResource: "/nowhere/y.ts" }, /there is no file \/nowhere\/y.ts/],
    [{ ...request(), environmentVariables: { HOME: "x" } }, /HOME/],
    [request({ "spark.driver.cores": "many" }), /spark.driver.cores/],
  ] as const)
    expect(await ask("/v1/submissions/create", body)).toMatchObject({
      status: 400,
      action: "ErrorResponse",
      message: expect.stringMatching(why),
    });
});

test("nobody submits without the secret, nor from a page in a browser, nor is the secret asked for in clear text", async () => {
  expect(await ask("/v1/submissions/create", request(), {})).toMatchObject({ status: 401, action: "ErrorResponse" });
  expect(await ask("/v1/submissions/create", request(), { authorization: "Bearer guess" })).toMatchObject({ status: 401 });
  expect(await ask("/v1/submissions/create", request(), { ...bearer, origin: "http://other.example" })).toMatchObject({
    status: 403,
  });
  const { master, secret } = cluster;
  const open = { host: "0.0.0.0", publicHost: "master.example", port: 0, tls: null, master };
  await expect(startSubmissionServer({ ...open, secret })).rejects.toThrow(/clear text/);
  await expect(startSubmissionServer({ ...open, secret: Buffer.alloc(0) })).rejects.toThrow(/this machine only/);
});
