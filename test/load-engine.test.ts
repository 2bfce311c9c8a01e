/** How dist/index.js loads the engine: with compiled code that was kept, but as a test runner loads it where one is at work. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

const directory = mkdtempSync(join(tmpdir(), "firesteel-test-"));

beforeAll(() => {
  buildSync({
    entryPoints: [join(__dirname, "../src/load-engine.ts")],
    bundle: true,
    platform: "node",
    external: ["./engine.js"],
    outfile: join(directory, "load.js"),
  });
  writeFileSync(join(directory, "engine.js"), "const api = { list: [] }; exports.programs = () => ({ api });");
  writeFileSync(join(directory, "index.js"), `module.exports = require("./load.js").loadEngine(module).api;`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("a program gets the one engine, and its code is kept", () => {
  const program = `console.log(require("./index.js") === require("./engine.js").programs().api)`;
  const env = { ...process.env, XDG_CACHE_HOME: join(directory, "cache") };
  for (let i = 0; i < 2; i++) {
    const done = spawnSync(process.execPath, ["-e", program], { cwd: directory, env, encoding: "utf8" });
    expect(done.stderr + done.stdout).toBe("true\n");
  }
  expect(readdirSync(join(directory, "cache", "firesteel"))).toHaveLength(1);
});

test("under Jest it is of the test's world", () => {
  const { list } = require(join(directory, "index.js")) as { list: unknown };
  expect(list instanceof Array).toBe(true);
});
