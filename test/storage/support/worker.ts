/** A worker thread for the storage tests: blocking host calls over a message port, one scenario at a time. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { HostCalls } from "../../../src/storage/host-calls";
import type { SharedStorage } from "../../../src/storage/ports";
import { newTaskMetrics } from "../../../src/storage/task-env";
import type { TaskInfo } from "../../../src/storage/task-env";
import { WorkerStorage } from "../../../src/storage/worker-storage";
import type { ScenarioName } from "./scenarios";
import { decode, scenarios, values } from "./scenarios";

const { shared, slot, port, flag } = workerData as { shared: SharedStorage; slot: number; port: MessagePort; flag: Int32Array };
let taskId = 0;
let callsMade = 0;

const calls: HostCalls = {
  call(op, args) {
    callsMade++;
    Atomics.store(flag, 0, 0);
    port.postMessage({ op, args, taskId, answer: true });
    // The notification of the call before may come only now.
    while (Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0);
    const { value, error } = receiveMessageOnPort(port)!.message as { value: never; error?: Error };
    if (error !== undefined) throw error;
    return value;
  },
  send(op, args) {
    port.postMessage({ op, args, taskId, answer: false });
  },
};

const storage = new WorkerStorage({ shared, calls, slot, decode });

parentPort!.on("message", (message: { info: TaskInfo; name: ScenarioName; args: never }) => {
  taskId = message.info.taskId;
  callsMade = 0;
  const metrics = newTaskMetrics();
  const task = storage.openTask({ info: message.info, metrics, values });
  let result: unknown;
  let failure: unknown;
  try {
    result = scenarios[message.name](task, message.args, metrics);
  } catch (error) {
    failure = { ...(error as object), name: (error as Error).name, message: (error as Error).message };
  }
  task.close();
  parentPort!.postMessage({ taskId, result, failure, metrics, callsMade });
});
