/** Who gets into a session, and who does not: real gRPC on loopback and on a unix socket. */
import fs, { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DriverEndpoint } from "../../../src/driver/endpoint/driver-endpoint";
import type { EndpointHandlers } from "../../../src/driver/endpoint/types";
import { DriverLink } from "../../../src/executor/process/driver-link";
import { admission } from "../../../src/wire/admission";
import { newNonce, newSecret, proofOf } from "../../../src/wire/auth";
import { ownVersions } from "../../../src/wire/versions";
import { passBytes, SESSION_PATH, wire } from "../../../src/wire/wire";
import type { Messages } from "../../../src/wire/wire";
import { until } from "../../support/until";

const secret = Buffer.from(newSecret());
const registered: string[] = [];
const handlers: EndpointHandlers = {
  executorRegistered: ({ executorId }) => void registered.push(executorId),
  executorLost: () => undefined,
  heartbeat: () => undefined,
  taskUpdates: () => undefined,
  mapOutputsMoved: () => undefined,
  evacuated: () => undefined,
  blockUpdates: () => undefined,
  mapOutputs: (shuffleId) => {
    if (shuffleId !== 1) throw new Error(`shuffle ${shuffleId} is not known`);
    return {
      epoch: 5,
      executors: ["good", "gone"],
      executorOf: Int32Array.of(0, 1, -1),
      statuses: [Buffer.from("a"), Buffer.from("b"), null],
    };
  },
  blockLocations: (id) => (id === "rdd_1_2" ? ["good", "other", "gone"] : []),
  commitTask: ({ partition }) => partition === 3,
  barrier: ({ message }) => Promise.resolve([message, "other"]),
};
let endpoint: DriverEndpoint;
let address: string;
const directory = mkdtempSync(join(tmpdir(), "firesteel-test-"));
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  endpoint = new DriverEndpoint({ applicationId: "app", secret, configuration: { "a.secret.setting": "hidden" }, handlers });
  address = await endpoint.start({ kind: "tcp", host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(async () => {
  await endpoint.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function connect(executorId: string, more: Partial<Parameters<typeof DriverLink.connect>[0]> = {}): Promise<DriverLink> {
  const link = await DriverLink.connect({
    driverUrl: address,
    applicationId: "app",
    executorId,
    secret,
    timeoutMs: 120_000,
    ...more,
  });
  open.push(link);
  return link;
}

const READY = {
  cores: 2,
  host: "here",
  pid: 1,
  blockAddress: { executorId: "", host: "here", endpoint: "127.0.0.1:1", fileSystem: "f", directories: [] },
};

/** Sends messages on a raw stream and gathers everything that comes back until the stream ends. */
function converse(
  steps: (Messages.FromExecutor.$Properties | Buffer)[],
  reply?: (message: Messages.ToExecutor.$Shape) => Messages.FromExecutor.$Properties | null,
  headers = admission(secret, SESSION_PATH),
) {
  const { Client, credentials, messages } = wire();
  const client = new Client(address, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest(SESSION_PATH, passBytes, passBytes, headers);
  const received: Messages.ToExecutor.$Shape[] = [];
  const send = (one: Messages.FromExecutor.$Properties | Buffer): void =>
    void stream.write(Buffer.isBuffer(one) ? one : (messages.FromExecutor.encode(one).finish() as Buffer));
  return new Promise<Messages.ToExecutor.$Shape[]>((resolve) => {
    const done = (): void => {
      client.close();
      resolve(received);
    };
    stream.on("data", (bytes: Buffer) => {
      const message = messages.ToExecutor.decode(bytes) as Messages.ToExecutor.$Shape;
      received.push(message);
      const next = reply?.(message);
      if (next) send(next);
    });
    stream.on("end", done);
    stream.on("error", done);
    steps.forEach(send);
  });
}

const hello = (more: Messages.Hello.$Properties = {}): Messages.FromExecutor.$Properties => ({
  hello: { ...ownVersions, applicationId: "app", executorId: "stranger", nonce: newNonce(), ...more },
});

test("an executor with the secret gets the settings, and answers to its questions", async () => {
  const good = await connect("good");
  expect(good.registration.configuration).toEqual({ "a.secret.setting": "hidden" });
  good.send({ ready: { ...READY, blockAddress: { ...READY.blockAddress, executorId: "good" } } });
  const other = await connect("other");
  other.send({ ready: { ...READY, blockAddress: { ...READY.blockAddress, executorId: "other" } } });
  expect((await good.ask({ commit: { partition: 3 } })).commit).toMatchObject({ granted: true });
  expect((await good.ask({ commit: { partition: 4 } })).commit?.granted).toBe(false);
  expect((await good.ask({ barrier: { kind: "allGather", message: "m" } })).barrier?.messages).toEqual(["m", "other"]);
  await expect(good.ask({ barrier: { kind: "dance" } })).rejects.toThrow(/dance/);
  expect((await good.ask({ peers: {} })).peers?.executors?.map((one) => one.executorId)).toEqual(["other"]);
  expect(
    (await good.ask({ blockLocations: { blockId: "rdd_1_2" } })).blockLocations?.executors?.map((one) => one.executorId),
  ).toEqual(["other"]);
  const outputs = (await other.ask({ mapOutputs: { shuffleId: 1 } })).mapOutputs!;
  expect(outputs.epoch).toBe(5);
  expect(outputs.owners).toEqual([1, 0, 0]); // who is gone has nothing
  expect(outputs.statuses!.map((one) => Buffer.from(one).toString())).toEqual(["a", "", ""]);
  await expect(other.ask({ mapOutputs: { shuffleId: 2 } })).rejects.toThrow("shuffle 2 is not known");
  expect(registered).toEqual(["good", "other"]);
});

test("an id is taken once and for ever", async () => {
  const link = await connect("once");
  link.send({ ready: { ...READY } });
  await link.ask({ peers: {} });
  await expect(connect("once")).rejects.toThrow(/the executor id once is taken/i);
  await link.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await expect(connect("once")).rejects.toThrow(/taken/);
});

test("who does not show the secret is not listened to: headers that are wrong, are missing or were used before", async () => {
  const { Metadata } = wire();
  const used = admission(secret, SESSION_PATH);
  expect((await converse([hello(), hello()], undefined, used)).map((one) => one.message)).toEqual(["challenge", "refused"]);
  const wrong = admission(Buffer.from(newSecret()), SESSION_PATH);
  const elsewhere = admission(secret, "/firesteel.Master/Session");
  for (const headers of [used, wrong, elsewhere, new Metadata()])
    expect(await converse([hello(), Buffer.alloc(5 * 2 ** 20)], undefined, headers)).toEqual([]);
  await (await connect("after")).close(); // the port goes on
});

test("without the secret nothing is to be had", async () => {
  const wrong = connect("thief", { secret: Buffer.from(newSecret()) });
  await expect(wrong).rejects.toThrow(/does not hold the application's secret/); // the driver's proof does not match either
  const guesses = await converse([hello()], (message) => (message.challenge ? { register: { proof: newNonce() } } : null));
  expect(guesses.map((one) => one.message)).toEqual(["challenge", "refused"]);
  for (const steps of [
    [{ register: { proof: newNonce() } }],
    [{ ready: READY }],
    [{ call: { id: 1, peers: {} } }],
    [{ taskUpdates: { updates: [] } }],
    [Buffer.from([255, 255, 255])],
  ]) {
    const answers = await converse(steps);
    expect(answers.map((one) => one.message)).toEqual(["refused"]);
    expect(JSON.stringify(answers)).not.toContain("hidden");
  }
  // The driver's own proof, sent back, is not the executor's.
  const mirrored = await converse([hello()], (message) =>
    message.challenge ? { register: { proof: message.challenge.proof! } } : null,
  );
  expect(mirrored.at(-1)!.message).toBe("refused");
  expect(registered).not.toContain("stranger");
});

test("a proof is good for its own nonces, application and executor only", () => {
  const [a, b] = [newNonce(), newNonce()];
  const ids = { applicationId: "app", executorId: "1" };
  const proof = proofOf(secret, "driver", ids, a, b).toString("hex");
  expect(proofOf(secret, "driver", ids, a, b).toString("hex")).toBe(proof);
  for (const other of [
    proofOf(secret, "executor", ids, a, b),
    proofOf(secret, "driver", ids, b, a),
    proofOf(secret, "driver", { ...ids, executorId: "2" }, a, b),
    proofOf(secret, "driver", { ...ids, applicationId: "appl" }, a, b),
    proofOf(Buffer.from(newSecret()), "driver", ids, a, b),
  ])
    expect(other.toString("hex")).not.toBe(proof);
});

test("another version is refused in words", async () => {
  const say = async (more: Messages.Hello.$Properties): Promise<string> =>
    (await converse([hello(more)])).at(-1)!.refused!.reason!;
  expect(await say({ version: "9.9.9" })).toMatch(/the executor firesteel 9\.9\.9 .* install the same version/);
  expect(await say({ protocol: 77 })).toMatch(/protocol 77/);
  expect(await say({ nodeMajor: 8 })).toMatch(/the executor on Node 8/);
  expect(await say({ applicationId: "another" })).toMatch(/not for this application/);
});

test("a driver that is not there, and one on a unix socket", async () => {
  await expect(connect("x", { driverUrl: "127.0.0.1:1", timeoutMs: 2000 })).rejects.toThrow(/cannot be reached|did not answer/);
  await expect(connect("x", { driverUrl: `unix:${directory}/none.sock`, timeoutMs: 100 })).rejects.toThrow(/no driver at/);
  // One that was started ahead of its driver waits for the socket as long as it takes.
  const late = join(directory, "late.sock");
  const [timeoutMs, from] = [50, performance.now()];
  let looksAfterTimeout = 0;
  const { existsSync } = fs;
  const looks = jest.spyOn(fs, "existsSync").mockImplementation((path) => {
    if (path === late && performance.now() > from + 2 * timeoutMs) looksAfterTimeout++;
    return existsSync(path);
  });
  const early = connect("x", { driverUrl: `unix:${late}`, timeoutMs, ahead: true }).catch((error: Error) => error.message);
  await until(() => looksAfterTimeout > 1, "another look after the time of others is over");
  looks.mockRestore();
  writeFileSync(late, "");
  expect(await early).toMatch(/cannot be reached|did not answer/);
  const local = new DriverEndpoint({ applicationId: "app", secret, configuration: {}, handlers });
  const path = join(directory, "d.sock");
  expect(await local.start({ kind: "unix", path })).toBe(`unix:${path}`);
  const link = await connect("u", { driverUrl: `unix:${path}` });
  await link.close();
  await local.stop();
});
