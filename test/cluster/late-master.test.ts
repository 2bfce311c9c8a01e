/** A program that is started while its master is away: it waits as long as a master takes to be started again. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestCluster } from "./harness";

// The built package's processes are to be of the same version.
jest.mock("../../src/common/version", () => ({
  version: jest.requireActual<{ version: string }>("../../package.json").version,
}));

const CLI = join(__dirname, "../../dist/cli.js");
const directory = mkdtempSync(join(tmpdir(), "firesteel-late-master-"));
const cluster = new TestCluster();

afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

test("a driver that finds no master goes on when one has come", async () => {
  const file = join(directory, "program.ts");
  writeFileSync(
    file,
    `import { SparkContext } from "firesteel";
     await using sc = new SparkContext();
     console.log("sum", await sc.range(0, 10, 1, 2).sum());`,
  );
  await cluster.startMaster();
  const { port } = cluster.master;
  await cluster.master.stop();
  const { FIRESTEEL_SUBMIT_ARGS: _submitted, ...env } = process.env;
  let out = "";
  let err = "";
  let ended = false;
  const child = execFile(process.execPath, [CLI, "submit", "--master", `firesteel://127.0.0.1:${port}`, file], { env });
  const end = new Promise<number | null>((resolve) => child.once("close", (code) => ((ended = true), resolve(code))));
  child.stdout!.on("data", (text: string) => (out += text));
  child.stderr!.on("data", (text: string) => (err += text));
  // As long as a master that was killed may need to be back.
  while (!ended && err.split("trying again").length <= 5) await new Promise((resolve) => setTimeout(resolve, 20));
  await cluster.startMaster({ port });
  await cluster.startWorker();
  const code = await end;
  if (code !== 0) throw new Error(err);
  expect(out).toBe("sum 45\n");
});
