import { Harness } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

const places = (h: Harness): unknown[] => h.tasks().map(({ partition, executorId }) => [partition, executorId]);
const localities = (h: Harness): string[] => h.eventsOf("TaskStart").map(({ taskInfo }) => taskInfo.taskLocality);

describe("Locality", () => {
  test("a cached partition runs where it is cached", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 2);
    h.executor("2", 2);
    const cached = l.source(2, { persisted: true });
    for (const [partition, executorId] of ["2", "1"].entries()) {
      h.send({ type: "BlockUpdated", rddId: cached.id, partition, executorId, stored: true, memSize: 1, diskSize: 0 });
    }
    h.submit(l.map(l.map(cached)));
    expect(places(h)).toEqual(
      expect.arrayContaining([
        [0, "2"],
        [1, "1"],
      ]),
    );
    expect(localities(h)).toEqual(["PROCESS_LOCAL", "PROCESS_LOCAL"]);
  });

  test("a task waits 3 s for its executor, then 3 s for its host, then runs anywhere", () => {
    const h = new Harness();
    h.executor("1", 1, "alpha");
    h.submit(new LineageBuilder().source(1));
    h.executor("2", 1, "alpha");
    h.executor("3", 1, "beta");
    const busy = h.tasks()[0]!;
    expect(busy.executorId).toBe("1");
    h.submit(new LineageBuilder().source(3, { prefers: () => ["executor_alpha_1"] }));
    expect(h.tasks(1)).toEqual([]);
    expect(h.commandsOf("WakeAt").at(-1)!.time).toBe(h.now + 3000);
    h.tick(2999);
    expect(h.tasks(1)).toEqual([]);
    h.tick(1);
    expect(places(h).slice(1)).toEqual([[0, "2"]]);
    h.tick(2999);
    expect(h.tasks(1)).toHaveLength(1);
    h.tick(1);
    expect(h.tasks(1).map(({ executorId }) => executorId)).toEqual(["2", "3"]);
    expect(localities(h)).toEqual(["PROCESS_LOCAL", "NODE_LOCAL", "ANY"]);
  });

  test("a preferred host without an executor is not waited for", () => {
    const h = new Harness();
    h.executor("1", 2, "alpha");
    h.submit(new LineageBuilder().source(2, { prefers: () => ["gamma"] }));
    expect(h.tasks()).toHaveLength(2);
  });

  test("an executor that is decommissioned is not waited for", () => {
    const h = new Harness();
    h.executor("1", 1, "alpha");
    h.executor("2", 1, "beta");
    h.submit(new LineageBuilder().source(3, { prefers: () => ["executor_alpha_1"] }));
    expect(places(h)).toEqual([[0, "1"]]);
    h.send({ type: "ExecutorDecommissioned", executorId: "1" });
    expect(places(h)).toEqual([
      [0, "1"],
      [1, "2"],
    ]);
    h.finish(h.task(0, 1));
    expect(h.task(0, 2)?.executorId).toBe("2");
  });

  test("tasks without a preference do not wait for those that have one", () => {
    const h = new Harness();
    h.executor("1", 4, "alpha");
    h.executor("2", 1, "beta");
    h.submit(new LineageBuilder().source(1, { prefers: () => ["beta"] }));
    h.submit(new LineageBuilder().source(4, { prefers: (partition) => (partition < 2 ? ["beta"] : []) }));
    expect(h.tasks(1).map(({ partition, executorId }) => [partition, executorId])).toEqual([
      [2, "1"],
      [3, "1"],
    ]);
  });

  test("an executor that comes with the preferred host takes the tasks that wait for it", () => {
    const h = new Harness();
    h.executor("1", 1, "alpha");
    h.executor("2", 1, "beta");
    h.submit(new LineageBuilder().source(1));
    h.submit(new LineageBuilder().source(2, { prefers: () => [`${h.tasks(0)[0]!.executorId === "1" ? "alpha" : "beta"}`] }));
    expect(h.tasks(1)).toEqual([]);
    h.executor("3", 2, h.tasks(0)[0]!.executorId === "1" ? "alpha" : "beta");
    expect(h.tasks(1).map(({ executorId }) => executorId)).toEqual(["3", "3"]);
  });

  test("a reduce task runs near a host that has a fifth of its input", () => {
    const h = new Harness({ statusSize: (status, reduce) => (status as readonly number[])[reduce]! });
    const l = new LineageBuilder();
    h.executor("1", 2, "alpha");
    h.executor("2", 2, "beta");
    h.submit(l.shuffle(2, l.source(2)));
    for (const task of h.tasks(0)) h.finish(task, { kind: "success", result: task.executorId === "1" ? [90, 1] : [10, 99] });
    expect(
      h
        .tasks(1)
        .map(({ partition, executorId }) => [partition, executorId])
        .sort(),
    ).toEqual([
      [0, "1"],
      [1, "2"],
    ]);
    expect(localities(h).slice(2)).toEqual(["NODE_LOCAL", "NODE_LOCAL"]);
  });

  test("few tasks spread over the executors with most free slots", () => {
    const h = new Harness();
    h.executor("1", 4);
    h.executor("2", 2);
    h.submit(new LineageBuilder().source(2));
    expect(h.tasks().map(({ executorId }) => executorId)).toEqual(["1", "2"]);
    h.submit(new LineageBuilder().source(2));
    expect(h.tasks(1).map(({ executorId }) => executorId)).toEqual(["1", "2"]);
  });

  test("spark.task.cpus takes several cores a task", () => {
    const h = new Harness({ taskCpus: 2 });
    h.executor("1", 5);
    h.submit(new LineageBuilder().source(4));
    expect(h.tasks()).toHaveLength(2);
    expect(h.commandsOf("LaunchTasks")[0]!.cpus).toBe(2);
  });

  test("nothing starts before enough executors are registered, or the wait for them is over", () => {
    const options = { minRegisteredRatio: 0.8, expectedCores: 10, maxRegisteredWait: 30_000 };
    const h = new Harness(options);
    h.executor("1", 4);
    const submit = (): number => h.submit(new LineageBuilder().source(1));
    submit();
    expect(h.scheduler.dag.tasks.attempts.size).toBe(0);
    h.executor("2", 4);
    expect(h.tasks()).toHaveLength(1);
    const late = new Harness(options);
    late.executor("1", 4);
    late.submit(new LineageBuilder().source(1));
    late.tick(30_000);
    expect(late.tasks()).toHaveLength(1);
  });

  test("it says every 15 s why nothing runs", () => {
    const h = new Harness();
    h.submit(new LineageBuilder().source(1));
    h.tick(14_999);
    expect(h.commandsOf("Warn")).toEqual([]);
    h.tick(1);
    h.tick(15_000);
    expect(h.commandsOf("Warn").map(({ message }) => message)).toEqual(
      Array(2).fill(expect.stringMatching(/has not accepted any resources: no executor has registered/)),
    );
    h.executor("1", 1);
    expect(h.tasks()).toHaveLength(1);
  });
});
