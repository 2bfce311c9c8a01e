/**
 * docker-compose.yml with a real Docker daemon: the image is built, the cluster comes up, programs run from the client and from outside, a
 * worker is killed while a job runs, more workers are added, and at the end nothing is left. Uses the built package for the driver outside.
 *
 *   node test/compose/run.mjs [--keep-image]
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { baseImage, openDocker, run } from "./docker.mjs";
import { PORT_TAKEN, publishablePorts } from "./ports.mjs";

const { values: options } = parseArgs({ options: { "keep-image": { type: "boolean", default: false } } });
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const project = `firesteel-test-${process.pid}`;
const image = `${project}-image`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let passed = 0;
let failed = 0;

async function check(name, body) {
  const start = Date.now();
  try {
    await body();
    passed++;
    console.log(`ok    ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}: ${error.message}`);
  }
}

function must(result, what) {
  if (!result.ok) throw new Error(`${what} ended with ${result.code}:\n${result.text.trim().slice(-3000)}`);
  return result.stdout;
}

function equal(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected))
    throw new Error(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
}

async function until(condition, what, seconds = 240) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

const docker = await openDocker();
const base = docker.unavailable === undefined ? baseImage("node:20-bookworm-slim") : docker;
if (base.unavailable !== undefined) {
  console.log(`Not tested with Docker: ${base.unavailable}.`);
  await docker.close?.();
  console.log("0 passed, 0 failed");
  process.exit(0);
}

let [masterPort, masterUi, historyPort] = [];
const cores = Math.min(2, availableParallelism());
const env = {
  COMPOSE_PROJECT_NAME: project,
  FIRESTEEL_IMAGE: image,
  FIRESTEEL_NODE_IMAGE: base.image,
  FIRESTEEL_CLUSTER_SECRET: "",
  FIRESTEEL_WORKER_CORES: String(cores),
};
async function choosePorts() {
  [masterPort, masterUi, historyPort] = await publishablePorts(3);
  env.FIRESTEEL_MASTER_PORT = String(masterPort);
  env.FIRESTEEL_MASTER_UI_PORT = String(masterUi);
  env.FIRESTEEL_HISTORY_PORT = String(historyPort);
}
const [composeCommand, ...composeFirst] = docker.compose;
const composeArgs = (args) => [...composeFirst, "-f", join(root, "docker-compose.yml"), ...args];
const compose = (...args) => run(composeCommand, composeArgs(args), { env, cwd: root });
/** Starts everything; with other ports where somebody has taken one of them since it was looked at. */
async function up() {
  for (let attempt = 1; ; attempt++) {
    await choosePorts();
    const result = compose("up", "-d", "--no-build");
    if (result.ok || attempt === 5 || !PORT_TAKEN.test(result.text)) return must(result, "up");
    must(compose("down", "-v", "--remove-orphans"), "down");
  }
}
const inClient = (...args) => ["run", "--rm", "-T", "client", ...args];
/** On a connection of its own: one that was kept may be over while a command runs here. */
const getJson = (url) =>
  new Promise((resolve, reject) => {
    const answered = async (response) => JSON.parse((await response.toArray()).join(""));
    get(url, { agent: false }, (response) => answered(response).then(resolve, reject)).on("error", reject);
  });
const masterState = () => getJson(`http://127.0.0.1:${masterUi}/api/firesteel/v1/master`);
const alive = async () => (await masterState()).workers.filter(({ state }) => state === "ALIVE");
const containers = (service) =>
  must(compose("ps", "-q", service), "ps")
    .trim()
    .split("\n");
const inspect = (id, format) => must(run("docker", ["inspect", "--format", format, id]), "inspect").trim();
/** What flights prints, less what depends on time. */
const findings = (text) => text.split("\n").filter((line) => /^ +\d|^best|^predictions/.test(line));
const directory = mkdtempSync(join(tmpdir(), "compose-test-"));
chmodSync(directory, 0o755); // programs in it are read by the user of the container
const HOSTS = `
import { hostname } from "node:os";
import { SparkContext } from "firesteel";
await using sc = new SparkContext();
const hosts = sc.range(0, 64, 1, 64).map(() => { const end = Date.now() + 100; while (Date.now() < end); return hostname(); });
console.log("hosts", await hosts.distinct().count());
`;
// So many rows that the grid search is still far from its end when a worker is killed at its beginning.
// The number of partitions is fixed: by default it follows the cores that are there when a query is planned, and so would what is sampled.
const FLIGHTS = ["run-example", "--conf", "spark.default.parallelism=4", "flights", "200000", "/var/lib/firesteel/data"];

const danglingVolumes = () => must(run("docker", ["volume", "ls", "-q", "--filter", "dangling=true"]), "volume ls").trim();
const before = danglingVolumes();
let expected = [];
let secret = "";
try {
  await check("the image is built", () => {
    const args = ["build", "--network", "host", "--build-arg", `NODE_IMAGE=${base.image}`, "-t", image, root];
    must(run("docker", args, { env: { DOCKER_BUILDKIT: "0" } }), "docker build");
    equal(must(run("docker", ["run", "--rm", "--entrypoint", "id", image, "-un"]), "id").trim(), "node", "user of the image");
  });
  await check("the cluster comes up, healthy, with two workers", async () => {
    await up();
    const services = ["master", "worker", "history"].flatMap(containers);
    equal(services.length, 4, "containers");
    for (const id of services)
      await until(() => inspect(id, "{{.State.Health.Status}}") === "healthy", `${inspect(id, "{{.Name}}")} to be healthy`);
    equal((await alive()).length, 2, "workers");
  });
  await check("the secret is made up, and is nowhere but in its file", () => {
    secret = must(compose("exec", "-T", "master", "cat", "/run/firesteel/secret"), "cat").trim();
    if (secret.length < 40) throw new Error(`the secret has ${secret.length} characters`);
    const shown =
      must(compose("logs"), "logs") +
      containers("worker")
        .map((id) => inspect(id, "{{json .}}"))
        .join("");
    if (shown.includes(secret)) throw new Error("it is in the logs or in the description of a container");
  });
  await check("flights, with the driver in the client", () => {
    expected = findings(must(compose(...inClient(...FLIGHTS)), "flights"));
    if (expected.length < 7) throw new Error(`it printed ${expected.join("\n")}`);
  });
  await check("flights, while a worker's container is killed", async () => {
    const child = spawn(composeCommand, composeArgs(inClient(...FLIGHTS)), { env: { ...process.env, ...env }, cwd: root });
    const [victim] = containers("worker");
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    const end = new Promise((resolve) => child.once("close", resolve));
    await until(async () => (await masterState()).activeApplications.some(({ executors }) => executors === 2), "its executors");
    must(run("docker", ["kill", victim]), "docker kill");
    if (findings(text).length > 0) throw new Error("the search was over before a worker was killed");
    equal(await end, 0, `exit code (${text.slice(-2000)})`);
    equal(findings(text), expected, "what it found");
    must(run("docker", ["start", victim]), "docker start");
    await until(async () => (await alive()).length === 2, "the worker to come back");
  });
  await check("a driver outside, by the one published port", () => {
    const file = join(directory, "secret");
    writeFileSync(file, secret, { mode: 0o600 });
    const conf = { "spark.authenticate.secret.file": file, "spark.driver.host": "host.docker.internal", "spark.driver.bindAddress": "0.0.0.0" }; // prettier-ignore
    const args = ["dist/cli.js", "run-example", "--master", `firesteel://127.0.0.1:${masterPort}`, ...Object.entries(conf).flatMap(([key, value]) => ["--conf", `${key}=${value}`]), "pi"]; // prettier-ignore
    const text = must(run(process.execPath, args, { cwd: root, timeout: 300_000 }), "pi");
    if (!/π is about 3\.14/.test(text)) throw new Error(`it printed ${text}`);
  });
  await check("without the secret nobody gets in", () => {
    const args = ["dist/cli.js", "run-example", "--master", `firesteel://127.0.0.1:${masterPort}`, "pi"];
    const { ok, text } = run(process.execPath, args, { cwd: root, timeout: 300_000 });
    if (ok || !text.includes("secret")) throw new Error(`it ended with: ${text.slice(-500)}`);
  });
  await check("--scale worker=4: four workers, and a job on all of them", async () => {
    must(compose("up", "-d", "--no-build", "--scale", "worker=4"), "up");
    await until(async () => (await alive()).length === 4, "four workers");
    writeFileSync(join(directory, "hosts.ts"), HOSTS);
    const result = run(composeCommand, composeArgs(inClient("submit", "hosts.ts")), {
      env: { ...env, FIRESTEEL_PROGRAMS: directory },
      cwd: root,
    });
    if (!must(result, "hosts").includes("hosts 4")) throw new Error(`it printed ${result.text}`);
  });
  await check("the pages of a worker, below the master's", async () => {
    const [{ webUiAddress }] = await alive();
    const { connected } = await getJson(`http://127.0.0.1:${masterUi}/${webUiAddress}api/firesteel/v1/worker`);
    equal(connected, true, "what the worker says");
  });
  await check("the history server shows what has ended", () =>
    until(async () => {
      const all = await getJson(`http://127.0.0.1:${historyPort}/api/v1/applications`);
      return all.filter(({ name, attempts }) => name === "flights" && attempts[0].completed).length === 2;
    }, "two finished applications"),
  );
  await check("SIGTERM ends each container in order", () => {
    const all = ["master", "worker", "history"].flatMap(containers);
    must(compose("stop"), "stop");
    for (const id of all) equal(inspect(id, "{{.State.ExitCode}}"), "0", `exit code of ${inspect(id, "{{.Name}}")}`);
  });
} finally {
  await check("down leaves nothing", () => {
    must(compose("down", "-v", "--remove-orphans"), "down");
    const filter = ["--filter", `label=com.docker.compose.project=${project}`];
    for (const kind of [
      ["ps", "-aq"],
      ["network", "ls", "-q"],
      ["volume", "ls", "-q"],
    ])
      // prettier-ignore
      equal(must(run("docker", [...kind, ...filter]), kind[0]).trim(), "", kind[0]);
    equal(danglingVolumes(), before, "volumes of nobody");
  });
  if (!options["keep-image"]) run("docker", ["rmi", image]);
  await docker.close();
  rmSync(directory, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
