/**
 * A cluster whose ports are all under TLS: what `firesteel certs` makes is enough, a program runs in client and in cluster mode, and
 * whoever comes without TLS, or trusts another authority, or has another secret, gets nowhere and is told why. Uses the built package.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { connect as connectTls } from "node:tls";
import { fileURLToPath } from "node:url";
import { Daemons } from "./daemons.mjs";
import { executorsOfApplication, listeningPorts, processesWith, signal } from "./processes.mjs";

const cli = join(dirname(fileURLToPath(import.meta.url)), "../../../dist/cli.js");
const work = mkdtempSync(join(tmpdir(), "fsc-tls-"));
const [temporary, local] = ["tmp", "local"].map((name) => join(work, name));
for (const path of [temporary, local]) mkdirSync(path);
process.on("exit", () => {
  for (const pid of processesWith(work).keys()) signal(pid, "SIGKILL");
  rmSync(work, { recursive: true, force: true });
});
let passed = 0;
const problems = [];
const check = (holds, what) => {
  if (holds) passed++;
  else {
    problems.push(what);
    console.log(`FAILED: ${what}`);
  }
};

function firesteel(...args) {
  const { FIRESTEEL_SUBMIT_ARGS: _submitted, ...inherited } = process.env;
  return new Promise((resolve) => {
    const options = { env: { ...inherited, TMPDIR: temporary }, cwd: work, timeout: 300_000 };
    execFile(process.execPath, [cli, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? 1), text: stdout + stderr }),
    );
  });
}

const security = (folder, secret = folder) => {
  const file = (name, of = folder) => join(work, of, name);
  const files = {
    "--secret-file": file("secret", secret),
    "--tls-ca": file("ca.pem"),
    "--tls-cert": file("cert.pem"),
    "--tls-key": file("key.pem"),
  };
  return Object.entries(files).flat();
};

for (const folder of ["own", "other"])
  check((await firesteel("certs", join(work, folder))).code === 0, `firesteel certs ${folder}`);
/** When this file is there, everything was looked at. */
const seen = join(work, "seen");
writeFileSync(
  join(work, "program.ts"),
  `
import { existsSync } from "node:fs";
import { SparkContext } from "firesteel";
await using sc = new SparkContext();
const big = sc.broadcast("x".repeat(3_000_000));
const sums = await sc.range(0, 1000, 1, 6).map((i) => [i % 5, i + big.value.length] as [number, number]).reduceByKey((a, b) => a + b, 3).cache().values().sum();
console.log("sum " + sums, sc.applicationId);
while (process.argv[2] !== undefined && !existsSync(process.argv[2])) await new Promise((resolve) => setTimeout(resolve, 50));
`,
);
const ANSWER = /sum 3000499500 (app-\S+)/;

const daemons = new Daemons({
  cli,
  work,
  temporary,
  workRoots: [local],
  ownTree: ["unshare", "-m", "--propagation", "unchanged"],
  cores: 1,
  memory: "2g",
  masterConf: {},
  workerConf: {},
  options: ["--host", "127.0.0.1", ...security("own")],
});
if (process.getuid() !== 0) daemons.ownTree = [];
await daemons.startMaster();
await Promise.all([daemons.startWorker(), daemons.startWorker()]);
const submit = (options, ...rest) =>
  firesteel(
    "submit",
    "--master",
    daemons.url,
    ...options,
    "--executor-memory",
    "512m",
    "--conf",
    `spark.local.dir=${local}`,
    ...rest,
  );

/** How a plain and an encrypted connection to a port end: what came back, and whether our authority vouches for it. */
async function knock(port) {
  const plain = await new Promise((done) => {
    const heard = [];
    const socket = connect(port, "127.0.0.1", () => socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"));
    socket.on("data", (bytes) => heard.push(bytes)).on("error", () => undefined);
    socket.on("close", () => done(Buffer.concat(heard)));
    setTimeout(() => socket.destroy(), 1000);
  });
  const trusts = (folder) =>
    new Promise((done) => {
      const socket = connectTls(
        { host: "127.0.0.1", port, ca: readFileSync(join(work, folder, "ca.pem")), ALPNProtocols: ["h2"] },
        () => (socket.destroy(), done(true)),
      );
      socket.on("error", () => done(false));
    });
  // A TLS server answers garbage with an alert (21) or not at all.
  return { plain: plain.length > 0 && plain[0] !== 21, own: await trusts("own"), other: await trusts("other") };
}

const waiting = submit(security("own"), "program.ts", seen);
let ports = new Map();
for (let i = 0; i < 1200 && ports.size < 4; i++) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const all = processesWith(work);
  const driver = [...all].find(([, args]) => args.includes("program.ts") && !args.includes("--app-id"));
  const executors = [...all].filter(([, args]) => args.includes("--executor-id")).map(([pid]) => pid);
  ports = new Map(
    [
      ["master", daemons.master.child.pid],
      ["driver", driver?.[0]],
      ["executor", executors[0]],
      ["another executor", executors[1]],
    ]
      .filter(([, pid]) => pid !== undefined)
      .flatMap(([name, pid]) => listeningPorts(new Set([pid])).map((port) => [name, port])),
  );
}
// Pages are HTTPS, and take no "h2": the other port is the one that answers our authority.
for (const [name, pid] of [["master", daemons.master.child.pid]]) {
  const found = await Promise.all(listeningPorts(new Set([pid])).map(knock));
  check(
    found.every(({ plain }) => !plain) && found.some(({ own, other }) => own && !other),
    `the ${name}'s port is under TLS: ${JSON.stringify(found)}`,
  );
}
for (const name of ["executor", "another executor"]) {
  const port = ports.get(name);
  const found = port === undefined ? null : await knock(port);
  check(
    found !== null && !found.plain && found.own && !found.other,
    `the port of ${name} is under TLS: ${JSON.stringify(found)}`,
  );
}
writeFileSync(seen, "");
const client = await waiting;
const application = ANSWER.exec(client.text)?.[1];
check(client.code === 0 && application !== undefined, `a program in client mode: ${client.code} ${client.text}`);
for (let i = 0; i < 1200 && application !== undefined && executorsOfApplication(application).length > 0; i++)
  await new Promise((resolve) => setTimeout(resolve, 100));
check(application === undefined || executorsOfApplication(application).length === 0, "its executors have ended");

const cluster = await submit(
  [
    ...security("own"),
    "--deploy-mode",
    "cluster",
    "--driver-memory",
    "512m",
    "--conf",
    "spark.standalone.submit.waitAppCompletion=true",
  ],
  "program.ts",
);
check(cluster.code === 0 && /FINISHED/.test(cluster.text), `a program in cluster mode: ${cluster.code} ${cluster.text}`);

const plain = await submit(["--secret-file", join(work, "own", "secret")], "program.ts");
check(
  plain.code !== 0 && !ANSWER.test(plain.text) && /cannot be reached|TLS/.test(plain.text),
  `without TLS: ${plain.code} ${plain.text}`,
);
const stranger = await submit(security("other", "own"), "program.ts");
check(
  stranger.code !== 0 && /certificate|cannot be reached/.test(stranger.text),
  `with another authority: ${stranger.code} ${stranger.text}`,
);
const secretless = await submit(security("own", "other"), "program.ts");
check(
  secretless.code !== 0 && /does not hold the cluster's secret/.test(secretless.text),
  `with another secret: ${secretless.code} ${secretless.text}`,
);
const half = await firesteel("submit", "--master", daemons.url, "--tls-ca", join(work, "own", "ca.pem"), "program.ts");
check(half.code !== 0 && /TLS needs --tls-cert/.test(half.text), `with half of the files: ${half.code} ${half.text}`);

for (const name of await daemons.stop(240_000)) check(false, `${name} did not end by itself`);
console.log(`${passed} passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);
