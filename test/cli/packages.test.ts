/** `--packages`: fetched by npm from a registry (one of the test's own), imported by the program and by its functions on executors. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestCluster } from "../cluster/harness";

jest.mock("../../src/common/version", () => ({
  version: jest.requireActual<{ version: string }>("../../package.json").version,
}));

const cluster = new TestCluster();
const home = mkdtempSync(join(tmpdir(), "packages-test-"));
let registry: Server;
let url: string;
let asked = 0;

/** Packages of the registry: one that is required and needs another, which is imported. */
const PACKAGES = {
  "loud-greeter": {
    "package.json": { name: "loud-greeter", version: "1.2.0", main: "main.js", dependencies: { "@voice/shout": "^2.0.0" } },
    "main.js": `exports.greet = (name) => require("@voice/shout").shout("hello " + name);`,
  },
  "@voice/shout": {
    "package.json": { name: "@voice/shout", version: "2.1.0", main: "index.js" },
    "index.js": `exports.shout = (text) => text.toUpperCase() + "!";`,
  },
};

beforeAll(async () => {
  const tarballs = new Map<string, Buffer>();
  for (const [name, files] of Object.entries(PACKAGES)) {
    const folder = join(home, "made", name, "package");
    mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries(files))
      writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
    tarballs.set(name, execFileSync("tar", ["-C", join(folder, ".."), "-cz", "package"]));
  }
  registry = createServer((request, response) => {
    asked++;
    const path = decodeURIComponent(request.url ?? "").slice(1);
    const name = path.replace(/\.tgz$/, "");
    const tarball = tarballs.get(name);
    if (tarball === undefined) return void response.writeHead(404).end(`{"error": "Not found"}`);
    if (path !== name) return void response.end(tarball);
    const manifest = PACKAGES[name as keyof typeof PACKAGES]["package.json"];
    const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
    const version = { ...manifest, dist: { tarball: `${url}/${encodeURIComponent(name)}.tgz`, integrity } };
    response.end(JSON.stringify({ name, "dist-tags": { latest: manifest.version }, versions: { [manifest.version]: version } }));
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  await cluster.startMaster();
  await cluster.startWorker({ cores: 2 });
});

afterAll(async () => {
  registry.close();
  await cluster.stop();
  rmSync(home, { recursive: true, force: true });
});

const environment = { XDG_CACHE_HOME: join(home, "cache"), npm_config_cache: join(home, "npm") };

function submit(file: string, packages: string, ...more: string[]) {
  return cluster.submit(["--packages", packages, "--repositories", url, "--executor-memory", "512m", ...more, file], environment);
}

function program(name: string, importing: string): string {
  const file = join(home, name);
  writeFileSync(
    file,
    `${importing}
     import { SparkContext } from "firesteel";
     await using sc = new SparkContext();
     console.log(greet("driver"), JSON.stringify(await sc.parallelize(["ann", "bob"], 2).map((name) => greet(name)).collect()));`,
  );
  return file;
}

const ANSWER = `HELLO DRIVER! ["HELLO ANN!","HELLO BOB!"]`;

test("a program imports them, and so do its functions; the second time nothing is fetched", async () => {
  const file = program("imports.ts", `import { greet } from "loud-greeter";`);
  expect(await submit(file, "loud-greeter@1.2.0")).toMatchObject({ code: 0, stdout: `${ANSWER}\n` });
  expect(readdirSync(join(home, "cache/firesteel/packages"))).toHaveLength(1);
  const before = asked;
  const required = program("requires.mts", `import { createRequire } from "node:module"; const { greet } = createRequire(import.meta.url)("loud-greeter");`); // prettier-ignore
  expect(await submit(required, "loud-greeter@1.2.0")).toMatchObject({ code: 0, stdout: `${ANSWER}\n` });
  expect(asked).toBe(before);
});

test("the shell imports and requires them, and functions of its prompt do on executors", async () => {
  const options = ["--packages", "loud-greeter@1.2.0", "--repositories", url, "--executor-memory", "512m"];
  const shell = (text: string) => cluster.run("shell", options, environment, text);
  const importing = `import { greet } from "loud-greeter";
    (await sc.parallelize(["ann", "bob"], 2).map((name) => greet(name)).collect()).join(" ");`;
  expect(await shell(importing)).toMatchObject({ code: 0, stdout: "'HELLO ANN! HELLO BOB!'\n" });
  const requiring = `const { greet } = require("loud-greeter");
    (await sc.parallelize(["cid"], 1).map((name) => greet(name)).collect()).join(" ");`;
  expect(await shell(requiring)).toMatchObject({ code: 0, stdout: "'HELLO CID!'\n" });
});

test("with the driver on a worker they travel with the program", async () => {
  const file = program("travels.ts", `import { greet } from "loud-greeter";`);
  const wait = ["--conf", "spark.standalone.submit.waitAppCompletion=true", "--driver-memory", "512m"];
  const { code, stderr } = await submit(file, "loud-greeter@1.2.0", "--deploy-mode", "cluster", ...wait);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const [driver] = cluster.workers[0]!.stateOf().finishedDrivers;
  expect(readFileSync(join(driver!.directory, "stdout"), "utf8")).toBe(`${ANSWER}\n`);
});

test("what cannot be had is said in one line", async () => {
  const file = program("never.ts", `import { greet } from "loud-greeter";`);
  const told = async (...args: string[]) => (await cluster.submit([...args, file], environment)).stderr;
  expect(await told("--packages", "left-pad")).toMatch(/^firesteel: --packages takes npm packages with their versions/);
  expect(await told("--packages", "no-such-thing@1.0.0", "--repositories", url)).toMatch(
    /^firesteel: --packages no-such-thing@1\.0\.0: npm could not fetch them: .*404/,
  );
  expect(await told("--jars", "a.jar")).toMatch(/--jars belongs to the JVM/);
  const { stderr } = await cluster.submit(["--packages", "a@1", file], { ...environment, PATH: "/nowhere" });
  expect(stderr).toMatch(/npm is not installed on this machine/);
});
