/** What stays behind when a driver is killed: nothing. The driver is a process of its own here. */
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
  await build({
    stdin: {
      resolveDir: __dirname,
      contents: `
        const { Harness } = require("./harness");
        const harness = new Harness(${JSON.stringify(bundles)}, { executors: 2, cores: 1 });
        harness.start().then(() => {
          harness.run("for (;;);");
          console.log(JSON.stringify({ pids: [...harness.live.values()].map((one) => one.pid), directory: harness.directory }));
        });`,
    },
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    outfile: join(bundles, "driver.js"),
    logLevel: "warning",
    external: ["./grpc.js", "esbuild"],
    alias: { "firesteel-grpc": "./grpc.js" },
  });
  // The harness builds bundles with esbuild; the driver process does not, and need not find it.
  const stub = join(bundles, "node_modules/esbuild");
  mkdirSync(stub, { recursive: true });
  writeFileSync(join(stub, "index.js"), "");
});
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

test.each(["SIGKILL", "SIGTERM"] as const)(
  "after %s of the driver its executors end and their files are gone",
  async (signal) => {
    const temporary = mkdtempSync(join(tmpdir(), "firesteel-lost-"));
    const driver = spawn(process.execPath, [join(bundles, "driver.js")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: temporary },
    });
    const line = await new Promise<string>((resolve) => createInterface(driver.stdout).once("line", resolve));
    const { pids, directory } = JSON.parse(line) as { pids: number[]; directory: string };
    expect(pids.filter(isAlive)).toHaveLength(2);
    expect(readdirSync(directory).filter((name) => name.startsWith("executor-"))).toHaveLength(2);
    driver.kill(signal);
    const deadline = Date.now() + 5000;
    while (pids.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(directory) ? readdirSync(directory).filter((name) => name.startsWith("executor-")) : []).toEqual([]);
    rmSync(temporary, { recursive: true, force: true });
  },
);
