/** Placing of tasks that take custom resources: slots are counted by what is there of them, and each task has addresses of its own. */
import type { ResourceAddresses, ResourceAmounts } from "../../../src/common/resources";
import { DEFAULT_ALLOCATION } from "../../../src/driver/scheduler/config";
import { Harness, type HarnessOptions } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

class ResourceHarness extends Harness {
  constructor(taskResources: ResourceAmounts, more: HarnessOptions = {}) {
    super({ taskResources, ...more });
  }

  register(executorId: string, cores: number, resources: ResourceAddresses): void {
    this.send({ type: "ExecutorRegistered", executorId, host: `host-${executorId}`, cores, resources });
  }

  /** Of the tasks that run, in the order of their launch: "gpu:0+1". */
  held(): string[] {
    const given = new Map<number, ResourceAddresses>();
    for (const { taskIds, resources } of this.commandsOf("LaunchTasks"))
      for (const [at, taskId] of taskIds.entries()) given.set(taskId, resources![at]!);
    return this.tasks().map(({ taskId }) =>
      Object.entries(given.get(taskId)!)
        .map(([name, addresses]) => `${name}:${addresses.join("+")}`)
        .join(" "),
    );
  }
}

function submit(h: Harness, tasks: number): void {
  h.submit(new LineageBuilder().source(tasks));
}

test("no more tasks run at once than there are addresses, and each has its own", () => {
  const h = new ResourceHarness({ gpu: 1 });
  h.register("1", 4, { gpu: ["a", "b"] });
  submit(h, 5);
  expect(h.held()).toEqual(["gpu:a", "gpu:b"]);
  h.finish(h.tasks()[1]);
  expect(h.held()).toEqual(["gpu:a", "gpu:b"]);
  h.finish(h.tasks()[0]);
  expect(h.held()).toEqual(["gpu:b", "gpu:a"]);
  h.fail(h.tasks()[0]);
  expect(h.held()).toEqual(["gpu:a", "gpu:b"]);
  h.finishAll();
  expect(h.succeeded).toEqual([0]);
});

test("cores bound the tasks where addresses are many", () => {
  const h = new ResourceHarness({ gpu: 1 });
  h.register("1", 1, { gpu: ["a", "b"] });
  submit(h, 3);
  expect(h.held()).toEqual(["gpu:a"]);
});

test("several addresses and several resources a task", () => {
  const h = new ResourceHarness({ gpu: 2, fpga: 1 });
  h.register("1", 8, { gpu: ["0", "1", "2", "3", "4"], fpga: ["x", "y", "z"] });
  submit(h, 4);
  expect(h.held()).toEqual(["gpu:0+1 fpga:x", "gpu:2+3 fpga:y"]);
});

test("parts of an address are shared by as many tasks as go into one", () => {
  const h = new ResourceHarness({ gpu: 0.4 });
  h.register("1", 8, { gpu: ["0", "1"] });
  submit(h, 6);
  expect(h.held()).toEqual(["gpu:0", "gpu:0", "gpu:1", "gpu:1"]);
  h.finish(h.tasks()[2]);
  expect(h.held()).toEqual(["gpu:0", "gpu:0", "gpu:1", "gpu:1"]);
});

test("tasks wait for an executor that has what they take, with a word about it", () => {
  const h = new ResourceHarness({ gpu: 1 });
  h.register("1", 4, {});
  submit(h, 1);
  expect(h.tasks()).toEqual([]);
  h.tick(15_000);
  expect(h.commandsOf("Warn").at(-1)!.message).toContain("or have not what each task takes: 1 gpu");
  h.register("2", 1, { gpu: ["7"] });
  expect(h.held()).toEqual(["gpu:7"]);
});

test("where there is no executor the word says what their master says, again and again, and listeners hear of it", () => {
  const h = new ResourceHarness({ gpu: 1 });
  h.send({ type: "ExecutorsAwaited", reason: "none of the 2 workers has 1 gpu." });
  h.send({ type: "ExecutorsAwaited", reason: "none of the 2 workers has 1 gpu." });
  submit(h, 1);
  h.tick(15_000);
  h.tick(15_000);
  const words = "Initial job has not accepted any resources: none of the 2 workers has 1 gpu.";
  expect(h.commandsOf("Warn").map(({ message }) => message)).toEqual([words, words]);
  h.send({ type: "ExecutorsAwaited", reason: null });
  expect(h.eventsOf("FiresteelExecutorsAwaited").map(({ reason }) => reason)).toEqual(["none of the 2 workers has 1 gpu.", null]);
});

test("a lost executor's addresses are gone with it", () => {
  const h = new ResourceHarness({ gpu: 1 });
  h.register("1", 2, { gpu: ["a", "b"] });
  submit(h, 2);
  h.lose("1");
  h.register("2", 2, { gpu: ["a"] });
  expect(h.held()).toEqual(["gpu:a"]);
  h.finishAll();
  expect(h.succeeded).toEqual([0]);
});

test("short tasks are not queued ahead: the address of the next is known when one has ended", () => {
  const h = new ResourceHarness({ gpu: 1 }, { tasksAhead: 512 });
  h.register("1", 1, { gpu: ["a"] });
  submit(h, 100);
  for (let i = 0; i < 50; i++) {
    expect(h.held()).toEqual(["gpu:a"]);
    h.finish(h.tasks()[0]);
  }
});

test("a barrier stage waits until there are addresses for all its tasks", () => {
  const h = new ResourceHarness({ gpu: 1 });
  h.register("1", 4, { gpu: ["a"] });
  h.submit(new LineageBuilder().source(2, { barrier: true }));
  expect(h.tasks()).toEqual([]);
  h.register("2", 4, { gpu: ["b"] });
  h.tick(15_000);
  expect(h.held().toSorted()).toEqual(["gpu:a", "gpu:b"]);
});

test("dynamic allocation counts executors by what limits them", () => {
  const allocation = { ...DEFAULT_ALLOCATION, maxExecutors: 100, executorCores: 4, executorResources: { gpu: 2 } };
  const h = new ResourceHarness({ gpu: 1 }, { allocation });
  submit(h, 6);
  for (let i = 0; i < 5; i++) h.tick(1000);
  expect(h.commandsOf("RequestExecutors").at(-1)!.total).toBe(3);
});
