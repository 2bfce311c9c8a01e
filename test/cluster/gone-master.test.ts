/** What an application is told of executors that it waits for, by its master and while there is none. */
import { StandaloneLauncher } from "../../src/cluster/application/standalone-launcher";
import { until } from "../support/until";
import { TestCluster } from "./harness";

const cluster = new TestCluster();
const told: (string | null)[] = [];
let launcher: StandaloneLauncher;

beforeAll(async () => {
  await cluster.startMaster();
  launcher = new StandaloneLauncher(
    {
      link: { masters: [{ host: "127.0.0.1", port: cluster.master.port }], secret: cluster.secret, tls: null },
      registration: { appId: "app-20261123000000-00000000", name: "waits", user: "me" },
      executorLimit: -1,
      maxFalseStarts: 1,
      maxAttempts: 1,
      advertise: (listening) => Promise.resolve(listening),
      granted: () => undefined,
    },
    {
      executorExited: () => undefined,
      decommissioning: () => undefined,
      awaited: (reason) => told.push(reason),
      gaveUp: (reason) => told.push(`gave up: ${reason}`),
    },
    Promise.resolve("127.0.0.1:1"),
  );
  launcher.start();
});

afterAll(async () => {
  launcher.ending();
  await launcher.stop();
  await cluster.stop();
});

const last = (): string | null => told.at(-1) ?? null;

test("while the master is gone an application that has no executor waits for the master", async () => {
  await until(() => last() === "no worker has registered that takes executors.", "the master's reason");
  const { port } = cluster.master;
  await cluster.master.stop();
  await until(() => last()?.includes("cannot be reached") === true, "the driver's reason");
  expect(last()).toMatch(new RegExp(`^The master at 127\\.0\\.0\\.1:${port} cannot be reached: .* It is tried again\\.$`));
  // Who wants none waits for nobody.
  launcher.setTotal(0);
  expect(last()).toBeNull();
  launcher.setTotal(1);
  expect(last()).toContain("cannot be reached");
  await cluster.startMaster({ port });
  await until(() => last() === "no worker has registered that takes executors.", "the master's reason again");
});
