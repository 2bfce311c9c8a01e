import { ExecutorEvents } from "../../src/driver/executor-events";
import type { ExecutorHeartbeat, RegisteredExecutor } from "../../src/driver/endpoint/types";
import type { ListenerBus } from "../../src/events/listener-bus";
import type { FiresteelExecutorSampleEvent } from "../../src/events/listener-events";

test("heartbeats that a busy driver gets all at once are no measure of CPU", () => {
  const cpu: number[] = [];
  const bus = {
    wants: (type: string) => type === "FiresteelExecutorSample",
    post: (event: { readonly type: string }) => {
      if (event.type === "FiresteelExecutorSample") cpu.push((event as FiresteelExecutorSampleEvent).cpu);
    },
  };
  const events = new ExecutorEvents(bus as unknown as ListenerBus, () => null);
  const executor = { executorId: "1", host: "a", blockAddress: { endpoint: {} }, storageBytes: 0, memoryBytes: 0 };
  events.executorAdded(executor as unknown as RegisteredExecutor, 1000);
  const at = (time: number, cpuSeconds: number): void =>
    events.heartbeat("1", { cpuMicros: cpuSeconds * 1e6, running: [] } as unknown as ExecutorHeartbeat, time);
  at(2000, 0);
  at(12_000, 20);
  at(32_000, 40);
  at(32_001, 60);
  at(42_001, 80);
  expect(cpu).toEqual([0, 2, 1, 1, 2]);
});
