import { checkApplicationResources, checkSettings } from "../../src/common/check-settings";
import { executorResources, resourceRequests, slotsOf, taskResources } from "../../src/common/resources";

const settings = (more: Readonly<Record<string, string>>): [string, string][] => Object.entries(more);
const check = (more: Readonly<Record<string, string>>): string[] => [
  ...checkSettings(settings(more)),
  ...checkApplicationResources(settings(more)),
];

describe("settings of resources", () => {
  test("amounts of executors and tasks, by name; none of amount 0", () => {
    const all = settings({
      "spark.executor.resource.gpu.amount": "2",
      "spark.executor.resource.gpu.vendor": "nvidia.com",
      "spark.executor.resource.fpga.amount": "0",
      "spark.task.resource.gpu.amount": "0.25",
      "spark.worker.resource.gpu.amount": "4",
      "spark.worker.resource.gpu.discoveryScript": "/opt/gpus.sh",
    });
    expect(executorResources(all)).toEqual({ gpu: 2 });
    expect(taskResources(all)).toEqual({ gpu: 0.25 });
    expect(resourceRequests(all, "worker")).toEqual({ gpu: { amount: 4, discoveryScript: "/opt/gpus.sh" } });
  });

  test.each([
    [
      { "spark.executor.resource.gpu": "1" },
      "You must specify an amount config for resource: gpu config: spark.executor.resource.gpu",
    ],
    [{ "spark.executor.resource.gpu.discoveryScript": "/x" }, "You must specify an amount for gpu"],
    [
      { "spark.executor.resource.gpu.amount": "abc" },
      `spark.executor.resource.gpu.amount must be a number of at least 0, not "abc"`,
    ],
    [{ "spark.executor.resource.gpu.amount": "1.5" }, "Only tasks support fractional resources"],
    [
      { "spark.executor.resource.gpu.amount": "2", "spark.task.resource.gpu.amount": "0.6" },
      "The task resource amount 0.6 must be either <= 0.5, or a whole number",
    ],
    [
      { "spark.task.resource.gpu.amount": "1" },
      "No executor resource configs were specified for the following task configs: gpu",
    ],
    [
      { "spark.executor.resource.gpu.amount": "1", "spark.task.resource.gpu.amount": "2" },
      "The executor resource: gpu, amount: 1 needs to be >= the task resource request amount of 2",
    ],
    [{ "spark.driver.resource.gpu.amount": "1" }, "spark.driver.resource.gpu.amount=1 is not supported"],
  ])("%j is refused in Spark's words", (wrong: Readonly<Record<string, string>>, message) => {
    expect(() => check(wrong)).toThrow(message);
  });

  test("a part of the settings, as of a command line whose program has more, is not held against the rest", () => {
    expect(checkSettings(settings({ "spark.task.resource.gpu.amount": "1" }))).toEqual([]);
    expect(checkSettings(settings({ "spark.executor.resource.gpu.vendor": "nvidia.com" }))).toEqual([]);
  });

  test("what lies idle is told of", () => {
    const gpus = { "spark.executor.resource.gpu.amount": "3", "spark.task.resource.gpu.amount": "1" };
    expect(check({ "spark.executor.resource.gpu.amount": "1" })).toEqual([
      "The executor resource config for resource: gpu was specified but no corresponding task resource request was specified.",
    ]);
    expect(check({ ...gpus, "spark.master": "local-cluster[1,2,1024]" })).toEqual([
      "The configuration of resource: gpu (exec = 3, task = 1/1, runnable tasks = 3) will result in wasted resources due to resource cpus " +
        "limiting the number of runnable tasks per executor to: 2. Please adjust your configuration.",
    ]);
    expect(check({ ...gpus, "spark.executor.cores": "8", "spark.task.cpus": "2" })).toEqual([
      "The configuration of cores (exec = 8 task = 2, runnable tasks = 4) will result in wasted resources due to resource gpu limiting the " +
        "number of runnable tasks per executor to: 3. Please adjust your configuration.",
    ]);
    expect(check(gpus)).toEqual([]);
  });
});

test("an executor's slots follow what limits them", () => {
  expect(slotsOf(8, 2, {}, {})).toBe(4);
  expect(slotsOf(8, 1, { gpu: 3 }, { gpu: 1 })).toBe(3);
  expect(slotsOf(8, 1, { gpu: 3 }, { gpu: 2 })).toBe(1);
  expect(slotsOf(8, 1, { gpu: 1 }, { gpu: 0.3 })).toBe(3);
  expect(slotsOf(8, 1, {}, { gpu: 1 })).toBe(0);
});
