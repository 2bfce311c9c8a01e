/** Daemons in the background: started, told of and ended by commands, on this machine and by what stands for ssh. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Workplace } from "./support/command";

const place = new Workplace();
const run = join(place.folder, "run");
place.write({
  workers: "localhost\n# a comment\n\nother.example # by ssh\n",
  // What ssh does with its last argument.
  "ssh.mjs": `
    import { spawnSync } from "node:child_process";
    import { appendFileSync } from "node:fs";
    appendFileSync(${JSON.stringify(join(place.folder, "ssh.log"))}, process.argv[2] + "\\n");
    process.exit(spawnSync("/bin/sh", ["-c", process.argv.at(-1)], { stdio: "inherit" }).status);`,
  "count.ts": `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const hosts = await sc.range(0, 8, 1, 8).map(() => process.ppid).collect();
    console.log("workers", new Set(hosts).size);`,
});
const env = {
  FIRESTEEL_RUN_DIR: run,
  FIRESTEEL_SSH: `${process.execPath} ${join(place.folder, "ssh.mjs")}`,
};
const workers = ["--workers", join(place.folder, "workers")];
const command = (args: readonly string[]) => place.run(args, { env });

afterAll(async () => {
  await command(["stop", "worker", "history", "master"]);
  place.remove();
});

test("start-all and stop-all: a master here and a worker on each machine of the file", async () => {
  const pages = ["--conf", "spark.worker.ui.port=0", "--webui-port", "0"];
  const size = ["-c", "1", "-m", "1g", "-d", join(place.folder, "work")];
  const started = await command(["start-all", ...workers, "--host", "127.0.0.1", "-p", "0", ...size, ...pages]);
  expect(started.stderr).toBe("");
  expect(started.code).toBe(0);
  expect(started.stdout).toMatch(/^firesteel master: process \d+, log in .*master-1\.log$/m);
  expect(started.stdout.match(/^firesteel worker worker-\S+: 1 cores, 1024 MiB$/gm)).toHaveLength(2);
  const master = /^firesteel master: process (\d+)/m.exec(started.stdout)![1]!;
  if (process.platform === "linux") expect(readFileSync(`/proc/${master}/environ`, "utf8")).toContain("MALLOC_ARENA_MAX=");
  const url = /^firesteel master at (\S+)/m.exec(started.stdout)![1]!;

  const counted = await command(["submit", "--master", url, "--executor-memory", "512m", join(place.folder, "count.ts")]);
  expect(counted.stdout).toContain("workers ");
  expect(counted.code).toBe(0);

  const stopped = await command(["stop-all", ...workers]);
  expect(stopped.stderr).toBe("");
  expect(stopped.stdout.match(/ is ended$/gm)).toHaveLength(3);
  expect(readFileSync(join(place.folder, "ssh.log"), "utf8")).toBe("other.example\nother.example\n");
  expect(readdirSync(run).filter((name) => name.endsWith(".pid"))).toEqual([]);
});

test("a daemon that ends at once is told of by its last words", async () => {
  const { code, stderr } = await command(["start", "worker", "nowhere"]);
  expect(code).toBe(1);
  expect(stderr).toContain("firesteel worker ended with exit code 1");
  expect(stderr).toContain("nowhere");
  expect((await command(["start", "baker"])).stderr).toContain('"baker" is none of master, worker, history');
  expect((await command(["start-all", "--workers", "no/such/file"])).stderr).toContain("no/such/file");
});
