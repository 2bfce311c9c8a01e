/** What scripts for Dask's scheduler do at the dashboard's port: let workers go, and follow what changes by websocket. */
import { once } from "node:events";
import { statSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import WebSocket from "ws";
import type { Identity } from "../../src/ui/api-types";
import type { SparkContext as Context } from "../../src/driver/spark-context";
import { until } from "../support/until";

const { SparkContext, SparkConf } = require("../../dist") as typeof import("../../src");

let sc: Context;
let base: string;

beforeAll(async () => {
  const conf = new SparkConf().set("spark.ui.enabled", "true").set("spark.ui.port", "0");
  conf.set("spark.executor.heartbeatInterval", "500ms");
  sc = new SparkContext("local-cluster[4,1,512]", "dask test", conf);
  base = await sc.openUi();
});
afterAll(() => sc.stop());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function ask(path: string, method = "GET", headers: Record<string, string> = {}, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(base + path), { method, headers, agent: false }, (response) => {
      response
        .toArray()
        .then((parts) => resolve({ status: response.statusCode!, headers: response.headers, text: parts.join("") }), reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function retire(body: string): Promise<Answer> {
  const { token } = JSON.parse((await ask("/api/firesteel/v1/identity")).text) as Identity;
  return ask("/api/v1/retire_workers", "POST", { "x-firesteel-token": token! }, body);
}

async function workers(): Promise<{ name: string; address: string }[]> {
  return (JSON.parse((await ask("/api/v1/get_workers")).text) as { workers: { name: string; address: string }[] }).workers;
}

interface Message {
  readonly name: string;
  readonly worker?: string;
  readonly topic?: string;
  readonly version?: number;
  readonly timestamp?: string;
  readonly key?: string;
  readonly action?: string;
  readonly start?: number;
  readonly stop?: number;
}

/** An open socket, and what it has been sent. */
async function follow(headers: Record<string, string> = {}): Promise<{ socket: WebSocket; messages: Message[] }> {
  const socket = new WebSocket(`${base.replace("http", "ws")}/eventstream`, { headers });
  const messages: Message[] = [];
  socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  await once(socket, "open");
  return { socket, messages };
}

function refused(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${base.replace("http", "ws")}/eventstream`, { headers });
    socket.on("unexpected-response", (_, { statusCode }) => resolve(statusCode!));
    socket.on("open", () => resolve(101));
    socket.on("error", () => undefined);
  });
}

test("workers that are to go move their blocks first; the event stream tells; nothing takes their places", async () => {
  const computed = sc.longAccumulator();
  const rdd = sc
    .parallelize([...Array(8).keys()], 8)
    .map((x) => {
      computed.add(1);
      return x;
    })
    .cache();
  await until(() => sc.getExecutorIds().length === 4, "executors");
  expect(await rdd.count()).toBe(8);
  const before = await workers();
  const { socket, messages } = await follow();
  await until(() => messages.length >= 4, "the workers that are there");
  expect(messages.slice(0, 4)).toEqual(before.map(({ address }) => ({ name: "add_worker", worker: address })));

  const gone = before[1]!;
  const { status, text } = await retire(JSON.stringify({ workers: [gone.address, "nobody:1"] }));
  expect([status, JSON.parse(text)]).toEqual([
    200,
    { [gone.address]: expect.objectContaining({ type: "Worker", name: gone.name, nthreads: 1, status: "closed" }) as unknown },
  ]);
  expect(await workers()).toEqual(before.filter(({ name }) => name !== gone.name));
  expect(await rdd.count()).toBe(8);
  expect(computed.value).toBe(8);

  const two = JSON.parse((await retire(`{"n": 2}`)).text) as Record<string, { status: string }>;
  expect(Object.values(two).map((one) => one.status)).toEqual(["closed", "closed"]);
  expect(await workers()).toHaveLength(1);
  expect(await rdd.count()).toBe(8);
  expect(computed.value).toBe(8);
  expect(JSON.parse((await ask("/api/v1/adaptive_target")).text)).toEqual({ workers: 1 });

  await until(() => messages.filter(({ name }) => name === "remove_worker").length === 3, "workers that went");
  const removed = messages.filter(({ name }) => name === "remove_worker").map(({ worker }) => worker);
  expect(new Set(removed)).toEqual(new Set([gone.address, ...Object.keys(two)]));
  // What pages are told by server-sent events.
  const changed = messages.filter(({ name }) => name === "changed");
  expect(changed.map(({ topic }) => topic)).toEqual(expect.arrayContaining(["jobs", "tasks", "executors"]));
  expect(changed.every(({ version }) => Number.isSafeInteger(version))).toBe(true);
  socket.send(`{"name": "ping"}`);
  await until(() => messages.some(({ name }) => name === "pong"), "the answer to a ping");
  socket.close();
});

test("workers tell where they keep files, how many are open, and what their machine moves", async () => {
  interface Worker {
    readonly local_directory: string;
    readonly metrics: { readonly num_fds?: number; readonly host_net_io?: object; readonly host_disk_io?: object };
  }
  const told = async (): Promise<Worker[]> =>
    Object.values((JSON.parse((await ask("/json/identity.json")).text) as { workers: Record<string, Worker> }).workers);
  await until(async () => (await told()).every(({ metrics }) => metrics.num_fds !== undefined), "heartbeats");
  for (const { local_directory: directory, metrics } of await told()) {
    // As long as it lives, it is there.
    expect(statSync(directory).isDirectory()).toBe(true);
    // Its standard streams, at least, and its connection.
    expect(metrics.num_fds).toBeGreaterThan(3);
    const rates = { read_bps: expect.any(Number) as number, write_bps: expect.any(Number) as number };
    expect(metrics).toMatchObject({ host_net_io: rates, host_disk_io: rates });
  }
});

test("tasks that end are told as Dask's transitions, a message for each part of their time", async () => {
  const { socket, messages } = await follow();
  const before = Date.now() / 1000;
  const pairs = sc.range(0, 6, 1, 3).map((x) => [x % 2, x] as [number, number]);
  await pairs.reduceByKey((a, b) => a + b, 2).collect();
  const computed = (): Message[] => messages.filter(({ name, action }) => name === "transition" && action === "compute");
  await until(() => computed().length >= 5, "the tasks");
  const addresses = (await workers()).map(({ address }) => address);
  for (const message of computed()) {
    expect(message).toMatchObject({ status: "OK", attempt: 0, color: expect.stringMatching(/^#[0-9a-f]{6}$/) as string });
    expect(addresses).toContain(message.worker);
    expect(message.start).toBeGreaterThanOrEqual(before - 0.001);
    expect(message.stop).toBeGreaterThanOrEqual(message.start!);
  }
  const stages = new Map<string, number[]>();
  for (const { key } of computed()) {
    const [, stage, partition] = /^(\d+\.0):(\d)$/.exec(key!)!;
    stages.set(stage!, [...(stages.get(stage!) ?? []), Number(partition)].sort());
  }
  expect([...stages.values()]).toEqual([
    [0, 1, 2],
    [0, 1],
  ]);
  // The same as the program is told.
  const records = (await sc.getTaskStream()).filter(({ key }) => stages.has(key.split(":")[0]!));
  const told = records.flatMap(({ key, startstops }) =>
    startstops.map(({ action, start, stop }) => JSON.stringify([key, action, start, stop])),
  );
  const sent = messages.filter(({ name }) => name === "transition");
  expect(sent.map(({ key, action, start, stop }) => JSON.stringify([key, action, start, stop])).sort()).toEqual(told.sort());
  socket.close();
});

test("what is no list of workers is refused in words; who has none to name changes nothing", async () => {
  expect(await retire("{}")).toMatchObject({ status: 200, text: "{}" });
  expect(await retire(`{"workers": ["nobody:1"]}`)).toMatchObject({ status: 200, text: "{}" });
  for (const body of ["", "workers", `{"n": -1}`, `{"n": "two"}`, `{"n": 1.5}`, `{"workers": "all"}`, `{"workers": [null]}`])
    expect(await retire(body)).toMatchObject({ status: 400, text: expect.stringMatching(/\{"error":".*It must be/) as unknown });
  expect((await retire(" ".repeat(70_000))).status).toBe(413);
  expect(await workers()).toHaveLength(1);
});

test("without the token, or from another site's page, nobody goes", async () => {
  const { token } = JSON.parse((await ask("/api/firesteel/v1/identity")).text) as Identity;
  const path = "/api/v1/retire_workers";
  const missing = await ask(path, "POST", {}, `{"n": 1}`);
  expect([missing.status, missing.text]).toEqual([403, expect.stringContaining("/api/firesteel/v1/identity")]);
  const sent = { "x-firesteel-token": token! };
  expect((await ask(path, "POST", { ...sent, origin: "http://evil.example" }, `{"n": 1}`)).status).toBe(403);
  expect((await ask(path, "POST", { ...sent, host: "evil.example" }, `{"n": 1}`)).status).toBe(403);
  const got = await ask(path);
  expect([got.status, got.headers["allow"], got.text]).toEqual([405, "POST", expect.stringContaining("x-firesteel-token")]);
  expect(await workers()).toHaveLength(1);
});

test("websockets are for programs and pages of this server", async () => {
  expect(await refused({ host: "evil.example" })).toBe(403);
  expect(await refused({ origin: "http://evil.example" })).toBe(403);
  expect(await refused({ "sec-fetch-site": "cross-site" })).toBe(403);
  expect(await refused({ origin: base })).toBe(101);
  expect(await ask("/eventstream")).toMatchObject({ status: 426, headers: { upgrade: "websocket" } });
  // Clients that offer HTTP/2 ask for an upgrade, too; they are answered as if they had not.
  const h2c = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAARAAAAAAAIAAAAA" };
  expect(await ask("/health", "GET", h2c)).toMatchObject({ status: 200, text: `{"status":"ok"}` });
  expect((await ask("/health", "GET", { ...h2c, host: "evil.example" })).status).toBe(403);
  expect((await ask("/api/v1/retire_workers", "POST", h2c, `{"n": 1}`)).status).toBe(400);
  const { socket } = await follow();
  socket.send("no JSON");
  expect(await once(socket, "close")).toEqual([1008, Buffer.from("Messages are JSON objects with a name.")]);
});

test("a reader that reads nothing is not answered for ever, whatever it asks for", async () => {
  const { host, hostname, port } = new URL(base);
  const connection = connect(Number(port), hostname);
  await once(connection, "connect");
  connection.write(
    `GET /eventstream HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  await once(connection, "data");
  connection.pause();
  // A masked ping with 100 bytes (RFC 6455, 5.2), masked with zeros, and a masked close.
  const ping = Buffer.concat([Buffer.from([0x89, 0x80 | 100, 0, 0, 0, 0]), Buffer.alloc(100)]);
  const close = Buffer.from([0x88, 0x80 | 2, 0, 0, 0, 0, 1000 >> 8, 1000 & 255]);
  const many = Buffer.concat(Array<Buffer>(10_000).fill(ping));
  for (let i = 0; i < 100; i++) if (!connection.write(many)) await once(connection, "drain");
  connection.write(close);
  let answered = 0;
  for await (const part of connection) answered += (part as Buffer).length;
  // What the kernel's buffers hold, and a little: answers to all would be 102 million bytes.
  expect(answered).toBeLessThan(50_000_000);
});

test("the end of the application closes the stream", async () => {
  const { socket } = await follow();
  const closed = once(socket, "close");
  await sc.stop();
  expect((await closed)[0]).toBe(1001);
});
