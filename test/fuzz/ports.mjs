/**
 * Strangers at every port of a cluster: driver, executors, master, the dashboards of driver, master and worker, and the history server,
 * each a process of the built package that holds a secret. They send noise, HTTP/2 frames and gRPC messages that are damaged, cut short or
 * say that they are enormous, valid messages without or with a wrong secret, a byte at a time, and requests to change something.
 *
 *   node test/fuzz/ports.mjs [--messages N] [--seed N] [--dist DIRECTORY] [--verbose]
 *
 * Passes when no process ended or grew, nobody without the secret heard anything of value, those who say nothing were cut off, and
 * the application still computes. Linux only (it finds ports and memory in /proc).
 */
import { fork, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createHmac } from "node:crypto";
import { Daemons } from "../faults/cluster/daemons.mjs";
import { executorsOfApplication, factsOf, listeningPorts, processesWith } from "../faults/cluster/processes.mjs";
import { random } from "../faults/random.mjs";
import { dataFrames, WRITINGS } from "./strangers.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    messages: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    dist: { type: "string", default: join(here, "../../dist") },
    verbose: { type: "boolean", default: false },
  },
});
const dist = resolve(options.dist);
const grpc = createRequire(import.meta.url)(join(dist, "grpc.js"));
const { version } = JSON.parse((await import("node:fs")).readFileSync(join(here, "../../package.json"), "utf8"));
const AT_A_TIME = 40;
/** A connection is held for so long, unless the other side ends it, ms. */
const HELD_MS = 40;
/** Strangers who say little are cut off within; the engine's own limit is 10 s. */
const SLOW_MS = 120_000;
/** What a process may gain by all of it, MiB: garbage that is collected late. */
const GROWTH = 40;
const SECRET = "a secret that nobody can guess";

const base = random(Number(options.seed));
const r = { ...base, bytes: (length) => Buffer.from(Uint8Array.from({ length }, () => base.int(0, 255))) };
const kinds = Object.keys(WRITINGS);
const problems = [];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const work = mkdtempSync(join(tmpdir(), "fsp-"));
const [temporary, local, events] = ["tmp", "local", "events"].map((name) => join(work, name));
for (const path of [temporary, local, events]) mkdirSync(path);
const secretFile = join(work, "secret");
writeFileSync(secretFile, SECRET, { mode: 0o600 });
process.on("exit", () => {
  for (const pid of processesWith(work).keys()) process.kill(pid, "SIGKILL");
  rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

// ── The cluster ──────────────────────────────────────────────────────────────────────────────────────────────────────

const daemons = new Daemons({
  cli: join(dist, "cli.js"),
  work,
  temporary,
  workRoots: [local],
  ownTree: [],
  cores: 1,
  memory: "1g",
  masterConf: {},
  workerConf: {},
  options: ["--secret-file", secretFile, "--host", "127.0.0.1"],
});
await daemons.startMaster();
await daemons.startWorker();
const history = spawn(process.execPath, [join(dist, "cli.js"), "history", "--dir", events, "--port", "0"], {
  cwd: work,
  env: { ...process.env, TMPDIR: temporary },
  stdio: "ignore",
});
const conf = {
  "spark.executor.memory": "512m",
  "spark.local.dir": local,
  "spark.ui.enabled": "true",
  "spark.ui.port": "0",
  "spark.eventLog.enabled": "true",
  "spark.eventLog.dir": events,
  "spark.authenticate.secret.file": secretFile,
  "spark.ui.showConsoleProgress": "false",
};
const driver = fork(join(here, "ports-driver.mjs"), {
  env: {
    ...process.env,
    TMPDIR: temporary,
    PORTS_PLAN: JSON.stringify({ master: daemons.url, conf, firesteel: pathToFileURL(join(dist, "index.mjs")).href }),
  },
});
const answer = () => new Promise((done) => driver.once("message", done));
const { ready: application } = await answer();

async function computes(when) {
  const came = answer();
  driver.send("job");
  const { sum, error } = await Promise.race([came, sleep(180_000).then(() => ({ error: "no answer within 180 s" }))]);
  if (sum !== 499_500) problems.push(`${when} the application answers ${error ?? sum}`);
}

/** [{ name, pid, port, page }] */
async function targets() {
  const [executor] = executorsOfApplication(application);
  const all = [
    ["master", daemons.master.child.pid],
    ["worker", daemons.workers[0].child.pid],
    ["history server", history.pid],
    ["driver", driver.pid],
    ["executor", executor.pid],
  ];
  const found = [];
  for (const [name, pid] of all)
    for (const port of new Set(listeningPorts(new Set([pid])))) found.push({ name, pid, port, page: await isPage(port) });
  return found;
}

function isPage(port) {
  return fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(30_000) }).then(
    () => true,
    () => false,
  );
}

// ── Strangers ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Writes to a socket, and hears what comes until it ends. */
function write(port, bytes, heldMs) {
  return new Promise((done) => {
    const heard = [];
    const socket = connect(port, "127.0.0.1");
    const timer = setTimeout(() => socket.destroy(), heldMs);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => heard.push(chunk));
    socket.on("close", () => {
      clearTimeout(timer);
      done(Buffer.concat(heard));
    });
    socket.write(bytes);
  });
}

/** Somebody who knows the protocol but not the secret. */
function call(target) {
  const { messages, Metadata } = grpc;
  const master = r.next() < 0.5;
  const path = master ? "/firesteel.Master/Session" : "/firesteel.Driver/Session";
  const client = new grpc.Client(`127.0.0.1:${target.port}`, grpc.credentials.createInsecure(), {
    "grpc.enable_retries": 0,
    "grpc.use_local_subchannel_pool": 1,
  });
  const headers = new Metadata();
  if (r.next() < 0.7) {
    const nonce = r.bytes(r.next() < 0.8 ? 32 : r.int(0, 64));
    const wrong = r.bytes(32);
    headers.set("firesteel-nonce-bin", nonce);
    headers.set(
      "firesteel-proof-bin",
      r.next() < 0.5
        ? r.bytes(32)
        : createHmac("sha256", wrong)
            .update(JSON.stringify(["firesteel admission", path]))
            .update(nonce)
            .digest(),
    );
  }
  const hello = {
    protocol: 1,
    version,
    nodeMajor: Number(process.versions.node.split(".")[0]),
    applicationId: application,
    executorId: "0",
    role: "worker",
    nonce: r.bytes(32),
  };
  const wishes = master
    ? [
        { hello },
        { proof: { proof: r.bytes(32) } },
        { registerWorker: { workerId: "w", host: "h", cores: 8, memoryBytes: 1e10 } },
        { killDriver: { driverId: "driver-1" } },
        { blobRequest: { hash: "../../etc/passwd", offset: 0 } },
      ]
    : [
        { hello },
        { register: { proof: r.bytes(32) } },
        { ready: { cores: 4, host: "h" } },
        { call: { id: 1, mapOutputs: { shuffleId: 0 } } },
      ];
  const type = master ? messages.ToMaster : messages.FromExecutor;
  return new Promise((done) => {
    const heard = [];
    const pass = (bytes) => bytes;
    const stream = client.makeBidiStreamRequest(path, pass, pass, headers);
    const end = () => {
      clearTimeout(timer);
      stream.cancel();
      client.close();
      done(heard);
    };
    const timer = setTimeout(end, 1500);
    stream.on("data", (bytes) => heard.push(bytes));
    stream.on("error", end);
    stream.on("end", end);
    for (const wish of r.next() < 0.5 ? wishes : [r.pick(wishes)]) stream.write(type.encode(wish).finish());
    if (r.next() < 0.2) stream.write(Buffer.alloc(2 ** 20));
    stream.end();
  });
}

async function stranger(target, kind) {
  if (kind === "a call of one who knows the protocol") {
    const heard = await call(target);
    if (heard.length > 0)
      problems.push(`${target.name}:${target.port} answered a call without the secret: ${heard[0].toString("hex").slice(0, 80)}`);
    return;
  }
  const heard = await write(target.port, WRITINGS[kind](r), HELD_MS);
  if (target.page) {
    const head = heard.toString("latin1", 0, 200);
    if (kind === "a request to change something" && /^HTTP\/1.1 2/.test(head))
      problems.push(`${target.name}:${target.port} changed something: ${head}`);
    if (/root:.*:0:0:/.test(heard.toString("latin1"))) problems.push(`${target.name}:${target.port} gave a file away`);
  } else if (heard.subarray(0, 4).equals(Buffer.from("FSB1"))) {
    if (heard.length > 36) problems.push(`${target.name}:${target.port} answered a greeting with ${heard.length} bytes`);
  } else if (dataFrames(heard) > 0) problems.push(`${target.name}:${target.port} answered ${kind} with data`);
}

/** Says a byte now and then; true when it was cut off in time. */
async function slowly(target, kind) {
  const bytes = kind === "silence" ? Buffer.alloc(0) : WRITINGS[kind](r).subarray(0, 600);
  const started = performance.now();
  await new Promise((done) => {
    const socket = connect(target.port, "127.0.0.1");
    let at = 0;
    const timer = setInterval(() => {
      if (performance.now() - started > SLOW_MS) socket.destroy();
      else if (at < Math.min(bytes.length, 60)) socket.write(bytes.subarray(at, ++at));
    }, 250);
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    socket.on("close", () => {
      clearInterval(timer);
      done();
    });
  });
  return performance.now() - started < SLOW_MS;
}

// ── The run ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const count = Number(options.messages);
await computes("before");
const all = await targets();
console.log(`ports: ${all.map(({ name, port, page }) => `${name} ${port}${page ? " (pages)" : ""}`).join(", ")}`);
for (const name of ["master", "driver", "executor"])
  if (!all.some((target) => target.name === name && !target.page)) problems.push(`no port of the ${name} was found`);
for (const name of ["master", "worker", "driver", "history server"])
  if (!all.some((target) => target.name === name && target.page)) problems.push(`no pages of the ${name} were found`);

const resident = () => new Map(all.map(({ name, pid }) => [name, factsOf(pid)?.resident ?? null]));
const started = performance.now();
const sent = {};
let before = null;
for (let done = 0; done < count; done += AT_A_TIME) {
  // Compilers and caches have had their fill by then.
  if (before === null && done >= count / 2) {
    await sleep(1000);
    before = resident();
  }
  await Promise.all(
    Array.from({ length: AT_A_TIME }, (_, i) => {
      const target = all[(done + i) % all.length];
      const kind = !target.page && r.next() < 0.25 ? "a call of one who knows the protocol" : r.pick(kinds);
      sent[kind] = (sent[kind] ?? 0) + 1;
      return stranger(target, kind);
    }),
  );
}
const slow = all.flatMap((target) =>
  ["silence", "a call and its messages", "a page", "a long head", "a greeting for blocks"].flatMap((kind) =>
    [kind, kind, kind].map((one) => [target, one]),
  ),
);
const inTime = await Promise.all(slow.map(([target, kind]) => slowly(target, kind)));
const late = slow.filter(([target], i) => !inTime[i] && !target.page).map(([target, kind]) => `${target.name} (${kind})`);
if (late.length > 0) problems.push(`not cut off within ${SLOW_MS / 1000} s: ${[...new Set(late)].join(", ")}`);
await sleep(2000);
const after = resident();
for (const [name, was] of before) {
  const is = after.get(name);
  if (is === null) problems.push(`the ${name} has ended: ${daemons.words.get(name) ?? ""}`);
  else if (is > was + GROWTH) problems.push(`the ${name} went from ${Math.round(was)} to ${Math.round(is)} MiB`);
}
await computes("afterwards");
if (executorsOfApplication(application).length !== 1) problems.push("the executor was replaced");
console.log(
  `${count} messages and ${slow.length} slow ones in ${Math.round((performance.now() - started) / 1000)} s; resident, MiB: ${[...before].map(([name, was]) => `${name} ${Math.round(was)} → ${Math.round(after.get(name))}`).join(", ")}`,
);
if (options.verbose) console.log(sent);
driver.send("end");
await new Promise((done) => driver.once("exit", done));
history.kill("SIGTERM");
for (const name of await daemons.stop(240_000)) problems.push(`${name} did not end by itself`);
const kindsOfProblems = [...new Set(problems)];
for (const problem of kindsOfProblems.slice(0, 20)) console.log(`FAILED: ${problem}`);
console.log(kindsOfProblems.length === 0 ? "1 passed, 0 failed" : `0 passed, ${kindsOfProblems.length} failed`);
process.exit(kindsOfProblems.length === 0 ? 0 : 1);
