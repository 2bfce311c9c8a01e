/** Whoever does not hold the secret gets no answer from any port of a cluster, whatever he sends, and ends nothing but his connection. */
import type { Socket } from "node:net";
import { connect } from "node:net";
import { MasterLink } from "../../src/cluster/session/master-link";
import { MASTER_PATH } from "../../src/cluster/session/peer-server";
import { DriverEndpoint } from "../../src/driver/endpoint/driver-endpoint";
import { BlockServer } from "../../src/storage";
import { admission } from "../../src/wire/admission";
import { openChannel } from "../../src/wire/channel";
import { ownVersions } from "../../src/wire/versions";
import { passBytes, SESSION_PATH, wire } from "../../src/wire/wire";
import { TestCluster } from "./harness";
import { random } from "./simulated-cluster";

const MESSAGES = Number(process.env["FUZZ_MESSAGES"] ?? 1500);
const AT_A_TIME = 50;
const SECRET = Buffer.from("a secret that nobody can guess");
const chance = random(20_001);
const below = (n: number): number => Math.floor(chance() * n);
const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));

const cluster = new TestCluster(SECRET);
const served: unknown[] = [];
let driver: DriverEndpoint;
let driverPort: number;
const told: string[] = [];

beforeAll(async () => {
  await cluster.startMaster();
  const blocks = BlockServer.withoutPort({
    secret: SECRET,
    serve: (request) => {
      served.push(request);
      return { meta: { total: 0 }, parts: [] };
    },
  });
  const handlers = new Proxy({}, { get: (_target, name) => () => void told.push(String(name)) });
  driver = new DriverEndpoint({ applicationId: "app", secret: SECRET, configuration: {}, handlers: handlers as never, blocks });
  driverPort = Number((await driver.start({ kind: "tcp", host: "127.0.0.1", port: 0 })).split(":").at(-1));
});

afterAll(async () => {
  await driver.stop();
  await cluster.stop();
});

/** What a stranger writes to a socket. */
function rawBytes(): Buffer {
  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  switch (below(6)) {
    case 0:
      return bytes(below(300));
    case 1:
      return Buffer.concat([preface, bytes(below(300))]);
    case 2:
      return Buffer.concat([preface, settings, frame(below(12), below(256), below(8), bytes(below(200)))]);
    case 3:
      return Buffer.concat([Buffer.from("FSB1"), bytes(64), bytes(below(200))]);
    case 4:
      return Buffer.from(`GET /${"x".repeat(below(2000))} HTTP/1.1\r\nHost: a\r\n\r\n`);
    default:
      return Buffer.concat([Buffer.from([22, 3, 1]), bytes(below(300))]);
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function raw(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, "127.0.0.1");
    const timer = setTimeout(() => socket.destroy(), 20 + below(30));
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.write(rawBytes());
  });
}

/** Messages of one stream, each of them as an attacker might make it: garbage, or almost right. */
function* attempts(kind: "master" | "driver"): Generator<Buffer> {
  const { messages } = wire();
  const proof = bytes(32);
  const { protocol, version, nodeMajor } = ownVersions;
  const encode = (message: object): Buffer =>
    kind === "master"
      ? (messages.ToMaster.encode(message).finish() as Buffer)
      : (messages.FromExecutor.encode(message).finish() as Buffer);
  if (chance() < 0.6) {
    const nonce = bytes(chance() < 0.8 ? 32 : below(64));
    yield encode(
      kind === "master"
        ? { hello: { protocol, version, role: ["worker", "application", "client", "king"][below(4)], nonce } }
        : { hello: { protocol, version, nodeMajor, applicationId: "app", executorId: String(below(9)), nonce } },
    );
  }
  if (chance() < 0.6) yield encode(kind === "master" ? { proof: { proof } } : { register: { proof } });
  const wishes: object[] =
    kind === "master"
      ? [
          { registerWorker: { workerId: "evil", host: "h", cores: 8, memoryBytes: 1e10 } },
          { registerApplication: { appId: "evil", driverUrl: "h:1" } },
          { submitDriver: { description: { archive: "a".repeat(64), mainFile: "/m.ts", cores: 1 } } },
          { killDriver: { driverId: "driver-1" } },
          { blobRequest: { hash: "../../etc/passwd", offset: 0 } },
          { workerHeartbeat: {} },
        ]
      : [{ ready: { cores: 4, host: "h" } }, { heartbeat: {} }, { call: { id: 1, mapOutputs: { shuffleId: 0 } } }];
  for (let i = below(4); i > 0; i--) yield chance() < 0.5 ? bytes(below(2000)) : encode(wishes[below(wishes.length)]!);
}

/** Sends them; resolves with the kinds of answers. */
function stream(client: ReturnType<typeof openChannel>, kind: "master" | "driver"): Promise<string[]> {
  const { FromMaster, ToExecutor } = wire().messages;
  return new Promise((resolve) => {
    const answers: string[] = [];
    const path = kind === "master" ? MASTER_PATH : SESSION_PATH;
    // Half of them come with headers of one who holds the secret, as nobody can who does not.
    const headers = admission(chance() < 0.5 ? SECRET : bytes(32), path);
    const call = client.makeBidiStreamRequest(path, passBytes, passBytes, headers);
    const done = (): void => {
      clearTimeout(timer);
      call.cancel();
      resolve(answers);
    };
    const timer = setTimeout(done, 5000);
    call.on("data", (answer: Buffer) => {
      const message = (kind === "master" ? FromMaster : ToExecutor).decode(answer) as { message?: string };
      answers.push(message.message ?? "nothing");
    });
    call.on("error", done);
    call.on("end", done);
    for (const message of attempts(kind)) call.write(message);
    call.end();
  });
}

async function many<T>(count: number, one: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let done = 0; done < count; done += AT_A_TIME)
    results.push(...(await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count - done) }, one))));
  return results;
}

test(`the master's port: ${MESSAGES} connections`, async () => {
  await many(MESSAGES / 2, () => raw(cluster.master.port));
  const client = openChannel(`127.0.0.1:${cluster.master.port}`, null);
  const answers = await many(MESSAGES / 2, () => stream(client, "master"));
  client.close();
  expect([...new Set(answers.flat())].sort()).toEqual(["challenge", "refused"]);
  const state = cluster.master.stateOf();
  expect(state).toMatchObject({ workers: [], activeApplications: [], activeDrivers: [] });
  expect(state.refusedConnections).toBeGreaterThan(0);
  await new Promise<void>((resolve, reject) => {
    const link = new MasterLink(
      { masters: [{ host: "127.0.0.1", port: cluster.master.port }], role: "client", secret: SECRET, tls: null, keepAlive: true },
      {
        connected: () => void link.close().then(resolve),
        message: () => undefined,
        disconnected: () => undefined,
        failed: reject,
      },
    );
    link.start();
  });
}, 600_000);

test(`a driver's port, which blocks share: ${MESSAGES} connections`, async () => {
  await many(MESSAGES / 2, () => raw(driverPort));
  const client = openChannel(`127.0.0.1:${driverPort}`, null);
  const answers = await many(MESSAGES / 2, () => stream(client, "driver"));
  client.close();
  expect([...new Set(answers.flat())].sort()).toEqual(["challenge", "refused"]);
  expect(told).toEqual([]);
  expect(served).toEqual([]);
}, 600_000);
