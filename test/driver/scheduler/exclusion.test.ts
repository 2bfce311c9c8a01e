import { DEFAULT_EXCLUSION } from "../../../src/driver/scheduler/config";
import { Harness } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

describe("Exclusion on failure", () => {
  test("a task does not go back to the executor on which it failed", () => {
    const h = new Harness({ exclusion: DEFAULT_EXCLUSION });
    h.executor("1", 2);
    h.executor("2", 2);
    h.submit(new LineageBuilder().source(1));
    const first = h.tasks()[0]!;
    h.fail(first);
    expect(h.tasks()[0]!.executorId).not.toBe(first.executorId);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("an executor on which two tasks failed is excluded for the stage, and later for the application", () => {
    const h = new Harness({ exclusion: { ...DEFAULT_EXCLUSION, timeout: 5000 } });
    h.executor("1", 2);
    h.executor("2", 2);
    h.submit(new LineageBuilder().source(6));
    h.failTogether(h.tasks().filter(({ executorId }) => executorId === "1"));
    expect(h.eventsOf("ExecutorExcludedForStage")).toEqual([
      expect.objectContaining({ executorId: "1", taskFailures: 2, stageId: 0 }),
    ]);
    expect(h.tasks().every(({ executorId }) => executorId === "2")).toBe(true);
    h.finishAll();
    expect(h.eventsOf("ExecutorExcluded")).toEqual([{ type: "ExecutorExcluded", time: h.now, executorId: "1", taskFailures: 2 }]);
    h.submit(new LineageBuilder().source(4));
    expect(h.tasks().map(({ executorId }) => executorId)).toEqual(["2", "2"]);
    h.tick(5000);
    expect(h.eventsOf("ExecutorUnexcluded")).toHaveLength(1);
    expect(h.tasks()).toHaveLength(4);
  });

  test("hosts are excluded with their executors", () => {
    const h = new Harness({ exclusion: DEFAULT_EXCLUSION, taskMaxFailures: 10 });
    h.executor("1", 2, "bad");
    h.executor("2", 2, "bad");
    h.executor("3", 2, "good");
    h.submit(new LineageBuilder().source(6));
    h.failTogether(h.tasks().filter(({ executorId }) => executorId !== "3"));
    expect(h.eventsOf("NodeExcludedForStage")).toEqual([expect.objectContaining({ hostId: "bad", executorFailures: 2 })]);
    h.executor("4", 2, "bad");
    expect(h.tasks().every(({ executorId }) => executorId === "3")).toBe(true);
  });

  test("a task that can run nowhere fails its job", () => {
    const h = new Harness({ exclusion: DEFAULT_EXCLUSION });
    h.executor("1", 1);
    h.submit(new LineageBuilder().source(1));
    h.fail(h.tasks()[0]);
    expect(h.failed.get(0)).toMatchObject({
      kind: "excluded",
      message: expect.stringMatching(
        /Aborting TaskSet 0.0 because task 0 \(partition 0\)\ncannot run anywhere due to node and executor excludeOnFailure.\nMost recent failure:\nLost task 0.0/,
      ),
    });
  });

  test("excluded executors can be ended", () => {
    const h = new Harness({ exclusion: { ...DEFAULT_EXCLUSION, killExcludedExecutors: true } });
    h.executor("1", 2);
    h.executor("2", 2);
    h.submit(new LineageBuilder().source(4));
    h.failTogether(h.tasks().filter(({ executorId }) => executorId === "1"));
    h.finishAll();
    expect(h.commandsOf("ReleaseExecutors")).toEqual([expect.objectContaining({ executorIds: ["1"] })]);
  });
});
