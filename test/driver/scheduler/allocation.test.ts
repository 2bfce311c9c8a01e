import { DEFAULT_ALLOCATION } from "../../../src/driver/scheduler/config";
import { Harness } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

const allocation = { ...DEFAULT_ALLOCATION, maxExecutors: 20 };

describe("Dynamic allocation", () => {
  test("a lasting backlog asks for 1, 2, 4, 8 more, never more than there is work for", () => {
    const h = new Harness({ allocation });
    h.submit(new LineageBuilder().source(12));
    for (let i = 0; i < 8; i++) h.tick(1000);
    expect(h.commandsOf("RequestExecutors").map(({ total }) => total)).toEqual([0, 1, 3, 7, 12]);
    expect(h.scheduler.desiredExecutors()!.total).toBe(12);
  });

  test("idle executors are given back after 60 s, and get no tasks from then on", () => {
    const h = new Harness({ allocation: { ...allocation, initialExecutors: 2, minExecutors: 1 } });
    h.executor("1", 1);
    h.executor("2", 1);
    h.submit(new LineageBuilder().source(2));
    h.finishAll();
    h.tick(59_999);
    expect(h.commandsOf("ReleaseExecutors")).toEqual([]);
    h.tick(1);
    const [released] = h.commandsOf("ReleaseExecutors");
    expect(released!.executorIds).toHaveLength(1);
    h.submit(new LineageBuilder().source(2));
    expect(h.tasks().map(({ executorId }) => executorId)).toEqual([released!.executorIds[0] === "1" ? "2" : "1"]);
    h.lose(released!.executorIds[0]!, { causedByApp: false });
    expect(h.scheduler.desiredExecutors()!.leaving).toEqual([]);
  });

  test("executors with cached partitions or map outputs stay", () => {
    const h = new Harness({ allocation });
    const l = new LineageBuilder();
    h.executor("1", 1);
    h.executor("2", 1);
    h.executor("3", 1);
    h.send({ type: "BlockUpdated", rddId: 99, partition: 0, executorId: "1", stored: true, memSize: 1, diskSize: 0 });
    h.submit(l.shuffle(1, l.source(1)));
    h.finishAll();
    const holder = h.scheduler.mapOutputs.executorOf(0, 0)!;
    h.tick(120_000);
    const released = h.commandsOf("ReleaseExecutors").flatMap(({ executorIds }) => executorIds);
    expect(released.sort()).toEqual(["1", "2", "3"].filter((id) => id !== "1" && id !== holder));
  });
});
