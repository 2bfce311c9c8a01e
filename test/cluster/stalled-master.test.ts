/** A master that did not run for a while (stopped, starved) gives nobody up for the time that it lost itself. */
import { MasterLink } from "../../src/cluster/session/master-link";
import { log } from "../../src/common/log";
import { until } from "../support/until";
import { TestCluster } from "./harness";

const WAIT_MS = 2500;
const cluster = new TestCluster();
const links: MasterLink[] = [];
afterAll(async () => {
  await Promise.all(links.map((link) => link.close()));
  await cluster.stop();
});

const appId = "app-20261122000000-00000000";

/** Registers the application and resolves with its link and what the master answered. */
function register(): Promise<{ link: MasterLink; answer: string }> {
  return new Promise((resolve, reject) => {
    const link = new MasterLink(
      {
        masters: [{ host: "127.0.0.1", port: cluster.master.port }],
        role: "application",
        secret: cluster.secret,
        tls: null,
        keepAlive: true,
      },
      {
        connected: () =>
          link.send({
            registerApplication: { appId, name: "stalled", user: "me", driverUrl: "127.0.0.1:1", executorLimit: -1 },
          }),
        message: (message) => resolve({ link, answer: Object.keys(message)[0] ?? "" }),
        disconnected: () => undefined,
        failed: reject,
      },
    );
    links.push(link);
    link.start();
  });
}

test("an application that is about to come back when the master runs again is taken", async () => {
  await cluster.startMaster({ applicationTimeoutMs: WAIT_MS });
  const first = await register();
  expect(first.answer).toBe("applicationRegistered");
  const heard = jest.spyOn(log, "debug");
  await first.link.close();
  await until(() => heard.mock.calls.some(([type]) => type === "ApplicationDisconnected"), "the end of its connection");
  // The master does not run for longer than it waits for the application.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS + 500);
  const second = await register();
  expect(second.answer).toBe("applicationRegistered");
  await second.link.close();
  await until(() => cluster.master.stateOf().completedApplications.length === 1, "the end of the wait");
  expect(cluster.master.stateOf().completedApplications).toMatchObject([{ id: appId, state: "KILLED" }]);
});
