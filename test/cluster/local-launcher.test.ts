/** Child processes that are no executors: what the launcher makes of their ends. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalLauncher } from "../../src/cluster/local-launcher";
import { until } from "../support/until";

const directory = mkdtempSync(join(tmpdir(), "firesteel-launcher-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("it does not give up while an executor works, however many others end as soon as they start", async () => {
  const executorFile = join(directory, "executor.js");
  // The first lives until it is killed, or until this process is gone; all others end at once.
  const text = `
    if (process.argv[process.argv.indexOf("--executor-id") + 1] !== "0") process.exit(9);
    const parent = process.ppid;
    setInterval(() => process.ppid === parent || process.exit(), 100);
  `;
  writeFileSync(executorFile, text);
  let ended = 0;
  let gaveUp: string | undefined;
  const launcher = new LocalLauncher({
    executorFile,
    applicationId: "app-launcher",
    executors: 2,
    coresPerExecutor: 1,
    memoryBytes: 2 ** 28,
    resources: {},
    lacking: null,
    driverUrl: `unix:${join(directory, "driver.sock")}`,
    secret: "secret",
    configuration: {},
    host: "localhost",
    blockListen: (id) => `unix:${join(directory, `executor-${id}.sock`)}`,
    handlers: {
      executorExited: () => void ended++,
      gaveUp: (reason) => (gaveUp = reason),
      decommissioning: () => undefined,
      awaited: () => undefined,
    },
  });
  try {
    launcher.start();
    launcher.registered("0");
    await until(() => ended >= 5, "five ends");
    expect(gaveUp).toBeUndefined();
    process.kill(launcher.processes.get("0")!, "SIGKILL");
    await until(() => gaveUp !== undefined, "the end of all tries");
    expect(gaveUp).toMatch(/^executors end as soon as they have started: .*code 9/);
  } finally {
    await launcher.stop();
  }
});
