import type { ShufflePart } from "../../../src/rdd/lineage";
import { Harness } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

const places = (h: Harness): unknown[] => h.tasks().map(({ partition, executorId }) => [partition, executorId]);
const localities = (h: Harness): string[] => h.eventsOf("TaskStart").map(({ taskInfo }) => taskInfo.taskLocality);

/** Offsets of segments for map outputs whose status is their sizes in MB. */
function megabytes(status: unknown): Float64Array {
  const sizes = status as readonly number[];
  const offsets = new Float64Array(sizes.length + 1);
  for (const [reduce, size] of sizes.entries()) offsets[reduce + 1] = offsets[reduce]! + size * 1e6;
  return offsets;
}

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

  test("a host that is lost is not waited for, though others are", () => {
    const h = new Harness();
    const hosts = ["alpha", "beta"];
    for (const [i, host] of hosts.entries()) h.executor(String(i), 1, host);
    h.submit(new LineageBuilder().source(4, { prefers: (partition) => [hosts[partition % 2]!] }));
    h.lose("1");
    h.finish(h.tasks()[0]);
    for (let i = 0; i < 3; i++) h.finish(h.tasks()[0]);
    expect(h.succeeded).toHaveLength(1);
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
    const h = new Harness({ statusOffsets: megabytes });
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

  /** Two hosts, and a shuffle whose outputs 0 and 2 are on alpha, 1 and 3 on beta, each with these sizes, in MB. */
  function written(sizes: readonly number[], parts?: (partition: number) => readonly ShufflePart[]): Harness {
    const h = new Harness({ statusOffsets: megabytes });
    const l = new LineageBuilder();
    h.executor("1", 2, "alpha");
    h.executor("2", 2, "beta");
    const source = l.source(4, { prefers: (partition) => [partition % 2 === 0 ? "alpha" : "beta"] });
    h.submit(l.shuffleWith(sizes.length, parts === undefined ? {} : { parts }, source));
    for (const task of h.tasks(0)) h.finish(task, { kind: "success", result: sizes });
    return h;
  }
  const hostsOf = (h: Harness): unknown[] =>
    h
      .tasks(1)
      .map(({ partition, executorId }) => [partition, executorId === "1" ? "alpha" : "beta"])
      .sort();

  test("a task that reads some map outputs runs near those, whatever the others of its reduce partition hold", () => {
    const groups = [
      [1, 3],
      [0, 2],
    ];
    const h = written([5, 5], (partition) => [{ reduce: 0, maps: groups[partition]! }]);
    expect(hostsOf(h)).toEqual([
      [0, "beta"],
      [1, "alpha"],
    ]);
    expect(localities(h).slice(4)).toEqual(["NODE_LOCAL", "NODE_LOCAL"]);
  });

  test("a task that reads several reduce partitions runs near what it reads, and one that reads nothing runs anywhere", () => {
    const h = written([1, 40], (partition) =>
      partition === 0
        ? [
            { reduce: 0, maps: [0] },
            { reduce: 1, maps: [1] },
          ]
        : [],
    );
    expect(hostsOf(h)[0]).toEqual([0, "beta"]);
    expect(localities(h).slice(4).sort()).toEqual(["NODE_LOCAL", "PROCESS_LOCAL"]);
  });

  test("input of less than a MiB is not waited for", () => {
    // What runs anywhere is told as local.
    expect(localities(written([0.1, 0.2])).slice(4)).toEqual(["PROCESS_LOCAL", "PROCESS_LOCAL"]);
  });

  test("outputs that were made again elsewhere are looked for there", () => {
    const h = new Harness({ statusOffsets: megabytes });
    const l = new LineageBuilder();
    h.executor("1", 1, "alpha");
    const shuffled = l.shuffle(1, l.source(1));
    h.submitShuffle(shuffled);
    h.finish(h.tasks()[0], { kind: "success", result: [50] });
    h.executor("2", 1, "beta");
    h.executor("3", 1, "gamma");
    h.submit(shuffled);
    expect(h.tasks()[0]?.executorId).toBe("1");
    h.lose("1", { shuffleFilesSurvive: false });
    const again = h.tasks()[0]!;
    expect(again.executorId).not.toBe("1");
    h.finish(again, { kind: "success", result: [50] });
    h.finish(h.tasks()[0]);
    h.submit(shuffled);
    expect(h.tasks()[0]?.executorId).toBe(again.executorId);
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
