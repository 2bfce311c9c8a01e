/** Daemons that listen on all addresses of their machine tell others one that can be connected to. */
import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { addDaemonOptions, addPublicHost, publicHostOf } from "../../src/cli/daemon-options";
import { until } from "../support/until";
import { Workplace } from "./support/command";

const place = new Workplace();
const run = join(place.folder, "run");
place.write({
  secret: "a secret of the test, long enough",
  // What an executor was told on its command line.
  "told.ts": `
    import { SparkContext } from "firesteel";
    import { readFileSync } from "node:fs";
    await using sc = new SparkContext();
    const [line] = await sc.range(0, 1, 1, 1).map(() => readFileSync("/proc/self/cmdline", "utf8").split("\\0").join(" ")).collect();
    console.log("told", line);`,
});
const command = (args: readonly string[]) => place.run(args, { env: { FIRESTEEL_RUN_DIR: run } });

afterAll(async () => {
  await command(["stop", "worker", "master"]);
  place.remove();
});

test.each([
  [["--host", "10.0.0.4"], "10.0.0.4", "10.0.0.4"],
  [["--host", "0.0.0.0"], "0.0.0.0", hostname()],
  [["--host", "::"], "::", hostname()],
  [["--host", "0.0.0.0", "--public-host", "master.example"], "0.0.0.0", "master.example"],
  [["--host", "10.0.0.4", "--public-host", "master.example"], "10.0.0.4", "master.example"],
])("%j", (options, listenHost, told) => {
  const parsed = addPublicHost(addDaemonOptions(new Command())).parse(options, { from: "user" });
  expect(publicHostOf(parsed, listenHost)).toBe(told);
});

test("all addresses are none that others are told", () => {
  const parsed = addPublicHost(addDaemonOptions(new Command())).parse(["--public-host", "0.0.0.0"], { from: "user" });
  expect(() => publicHostOf(parsed, "0.0.0.0")).toThrow(/--public-host must be a name/);
});

test("a master and a worker on all addresses: what they tell can be connected to", async () => {
  const everywhere = ["--host", "0.0.0.0", "--public-host", "127.0.0.1", "--secret-file", join(place.folder, "secret")];
  const pages = ["--webui-port", "0", "--conf", "firesteel.ui.bindAddress=0.0.0.0"];
  const master = await command(["start", "master", "-p", "0", ...everywhere, ...pages]);
  const url = /^firesteel master at (firesteel:\/\/127\.0\.0\.1:\d+)$/m.exec(master.stdout)?.[1];
  if (url === undefined) throw new Error(`${master.stdout}${master.stderr}`);
  const worker = await command(["start", "worker", url, "-c", "1", "-m", "1g", "-d", join(place.folder, "work"), ...everywhere, ...pages]); // prettier-ignore
  expect(worker.stderr).toBe("");
  const logs = (): string[] => readdirSync(run).filter((name) => name.endsWith(".log")).map((name) => readFileSync(join(run, name), "utf8")); // prettier-ignore
  // They are announced last.
  await until(() => logs().every((text) => text.includes(": dashboard at ")), "the pages");
  for (const text of logs()) expect(text).toMatch(/^firesteel \w+: dashboard at http:\/\/127\.0\.0\.1:\d+$/m);
  expect(logs().join("")).toContain(`registered with the master at ${url}`);
  expect(logs().join("")).not.toContain("//0.0.0.0");
  if (process.platform !== "linux") return;
  const told = await command(["submit", "--master", url, "--secret-file", join(place.folder, "secret"), "--executor-memory", "512m", join(place.folder, "told.ts")]); // prettier-ignore
  expect(told.stdout).toContain("--hostname 127.0.0.1 --block-listen 0.0.0.0:0 ");
});
