/** An executor whose connection broke: until it is known to be lost, nobody hears that its map outputs are. */
import { DriverEndpoint } from "../../../src/driver/endpoint/driver-endpoint";
import type { EndpointHandlers } from "../../../src/driver/endpoint/types";
import { DriverLink } from "../../../src/executor/process/driver-link";
import { newSecret } from "../../../src/wire/auth";

const secret = Buffer.from(newSecret());
const status = Buffer.from("status");

test("a reader waits until the loss is told, and then hears what is left", async () => {
  let lost: string | null = null;
  const asked: (string | null)[] = [];
  const handlers = {
    executorRegistered: () => undefined,
    executorLost: (id: string) => void (lost = id),
    heartbeat: () => undefined,
    mapOutputs: () => {
      asked.push(lost);
      const executorOf = lost === null ? Int32Array.of(0, 1) : Int32Array.of(-1, 0);
      return { epoch: 1, executors: lost === null ? ["0", "1"] : ["1"], executorOf, statuses: [status, status] };
    },
  } as unknown as EndpointHandlers;
  const endpoint = new DriverEndpoint({ applicationId: "app", secret, configuration: {}, handlers, exitReasonGraceMs: 60_000 });
  const driverUrl = await endpoint.start({ kind: "tcp", host: "127.0.0.1", port: 0 });
  const join = async (executorId: string): Promise<DriverLink> => {
    const link = await DriverLink.connect({ driverUrl, applicationId: "app", executorId, secret, timeoutMs: 120_000 });
    const blockAddress = { executorId: "", host: "h", endpoint: "127.0.0.1:1", fileSystem: "f", directories: [] };
    link.send({ ready: { cores: 1, host: "h", pid: 1, blockAddress } });
    return link;
  };
  const [going, staying] = [await join("0"), await join("1")];
  while (endpoint.executors.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await going.close();
  while (endpoint.executors.length > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  const reply = staying.ask({ mapOutputs: { shuffleId: 0 } });
  while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(lost).toBeNull();
  endpoint.executorExited("0", "killed by SIGKILL");
  expect([...((await reply).mapOutputs!.owners ?? [])]).toEqual([0, 1]);
  expect(asked).toEqual([null, "0"]);
  await staying.close();
  await endpoint.stop();
});
