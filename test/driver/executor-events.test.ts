import { ExecutorEvents } from "../../src/driver/executor-events";
import type { ExecutorHeartbeat, RegisteredExecutor } from "../../src/driver/endpoint/types";
import type { ListenerBus } from "../../src/events/listener-bus";
import type { FiresteelExecutorSampleEvent } from "../../src/events/listener-events";

test("what heartbeats count is divided by the executor's time, whenever they arrive", () => {
  const samples: FiresteelExecutorSampleEvent[] = [];
  const bus = {
    wants: (type: string) => type === "FiresteelExecutorSample",
    post: (event: { readonly type: string }) => {
      if (event.type === "FiresteelExecutorSample") samples.push(event as FiresteelExecutorSampleEvent);
    },
  };
  const events = new ExecutorEvents(bus as unknown as ListenerBus, () => null);
  const executor = { executorId: "1", host: "a", blockAddress: { endpoint: {} }, storageBytes: 0, memoryBytes: 0 };
  events.executorAdded(executor as unknown as RegisteredExecutor, 1000);
  const beat = (uptime: number, cpuSeconds: number, openFiles: number, bytes: number): void => {
    const host = { netReceivedBytes: bytes, netSentBytes: 2 * bytes, diskReadBytes: 3 * bytes, diskWrittenBytes: 4 * bytes };
    const heartbeat = { cpuMicros: cpuSeconds * 1e6, running: [], uptime, openFiles, ...host };
    events.heartbeat("1", heartbeat as unknown as ExecutorHeartbeat, 99_000);
  };
  beat(500, 1, 20, 7000);
  beat(10_500, 21, 21, 17_000);
  // A driver that was busy gets both at the same time; counters of a machine that was started anew begin at 0.
  beat(30_500, 41, 22, 0);
  // Where the system does not tell.
  beat(40_500, 61, 0, 0);
  expect(samples.map(({ cpu }) => cpu)).toEqual([0, 2, 1, 2]);
  const host = samples.map((one) => [one.openFiles, one.hostNetRead, one.hostNetWrite, one.hostDiskRead, one.hostDiskWrite]);
  expect(host).toEqual([[20, 0, 0, 0, 0], [21, 1000, 2000, 3000, 4000], [22, 0, 0, 0, 0], Array(5).fill(undefined)]);
});
