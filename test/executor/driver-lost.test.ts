/** What stays behind when a driver is killed: nothing. The driver is a process of its own here. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { buildExecutor, isAlive } from "./harness";

let bundles: string;
beforeAll(async () => {
  bundles = await buildExecutor();
  const buildDriver = (name: string, then: string): Promise<unknown> =>
    build({
      stdin: {
        resolveDir: __dirname,
        contents: `
          const { Harness } = require("./harness");
          const harness = new Harness(${JSON.stringify(bundles)}, { executors: 2, cores: 1 });
          harness.start().then(() => {
            ${then}
            console.log(JSON.stringify({ pids: [...harness.live.values()].map((one) => one.pid), directory: harness.directory }));
          });`,
      },
      bundle: true,
      platform: "node",
      target: "node20.19",
      format: "cjs",
      outfile: join(bundles, `${name}.js`),
      logLevel: "warning",
      external: ["./grpc.js", "esbuild"],
      alias: { "firesteel-grpc": "./grpc.js" },
    });
  await buildDriver("driver", 'harness.run("for (;;);"); setInterval(() => undefined, 1000);');
  await buildDriver("idle-driver", "");
  // The harness builds bundles with esbuild; the driver process does not, and need not find it.
  const stub = join(bundles, "node_modules/esbuild");
  mkdirSync(stub, { recursive: true });
  writeFileSync(join(stub, "index.js"), "");
});
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

async function startDriver(
  name: string,
): Promise<{ driver: ChildProcess; pids: number[]; directory: string; temporary: string }> {
  const temporary = mkdtempSync(join(tmpdir(), "firesteel-lost-"));
  const env = { ...process.env, TMPDIR: temporary };
  const driver = spawn(process.execPath, [join(bundles, `${name}.js`)], { stdio: ["ignore", "pipe", "inherit"], env });
  const line = await new Promise<string>((resolve) => createInterface(driver.stdout).once("line", resolve));
  return { driver, temporary, ...(JSON.parse(line) as { pids: number[]; directory: string }) };
}

async function expectNothingLeft(pids: number[], directory: string): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (pids.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith("executor-")) : []).toEqual([]);
}

test.each(["SIGKILL", "SIGTERM"] as const)(
  "after %s of the driver its executors end and their files are gone",
  async (signal) => {
    const { driver, pids, directory, temporary } = await startDriver("driver");
    expect(pids.filter(isAlive)).toHaveLength(2);
    expect(readdirSync(directory).filter((name) => name.startsWith("executor-"))).toHaveLength(2);
    driver.kill(signal);
    await expectNothingLeft(pids, directory);
    rmSync(temporary, { recursive: true, force: true });
  },
);

test("a driver that has nothing left to do ends, though nobody stopped its executors", async () => {
  const { driver, pids, directory, temporary } = await startDriver("idle-driver");
  const code = driver.exitCode ?? (await new Promise((resolve) => driver.once("exit", resolve)));
  expect(code).toBe(0);
  await expectNothingLeft(pids, directory);
  rmSync(temporary, { recursive: true, force: true });
});
