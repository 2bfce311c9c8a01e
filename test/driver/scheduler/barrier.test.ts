import { Harness, ok } from "./support/harness";
import { LineageBuilder } from "./support/lineage";
import { DEFAULT_ALLOCATION } from "../../../src/driver/scheduler/config";

describe("Barrier stages", () => {
  test("all tasks start together, announced in partition order", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 2, "alpha");
    h.executor("2", 2, "beta");
    h.submit(l.source(2));
    h.submit(l.map(l.source(3, { barrier: true })));
    expect(h.tasks(1)).toEqual([]);
    h.finish(h.task(0, 0));
    expect(h.tasks(1)).toHaveLength(3);
    const start = h.commandsOf("StartBarrier")[0]!;
    expect(start.taskIds).toEqual([0, 1, 2].map((partition) => h.task(1, partition)!.taskId));
    expect(start.hosts).toEqual(start.executorIds.map((id) => (id === "1" ? "alpha" : "beta")));
    expect(h.last.findIndex(({ type }) => type === "StartBarrier")).toBeLessThan(
      h.last.findIndex(({ type }) => type === "LaunchTasks"),
    );
  });

  test("when one task fails all are killed and the whole stage is tried again; results come once, at its end", () => {
    const h = new Harness();
    h.executor("1", 3);
    h.submit(new LineageBuilder().source(3, { barrier: true }));
    h.finish(h.task(0, 0), ok("first attempt"));
    expect(h.results.size).toBe(0);
    const other = h.task(0, 2)!;
    h.fail(h.task(0, 1));
    expect([...h.killed.keys()]).toEqual([other.taskId]);
    h.finish(other, { kind: "killed", reason: "barrier" });
    h.tick(200);
    expect(h.tasks(0).map(({ attempt, partition }) => [attempt, partition])).toEqual([
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    h.finish(h.task(0, 0), ok("second attempt"));
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
    expect(h.results.get(0)!.get(0)).toBe("second attempt");
  });

  test("a barrier map stage that loses an output runs again whole", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 1);
    h.executor("2", 2);
    h.submit(l.shuffle(1, l.source(2, { barrier: true })));
    h.finishAll(0);
    expect(h.tasks(1)).toHaveLength(1);
    h.lose("1");
    h.fail(h.tasks(1)[0]);
    h.finishAll();
    expect(h.commandsOf("StartBarrier").map(({ attempt, taskIds }) => [attempt, taskIds.length])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(h.succeeded).toEqual([0]);
  });

  test("it gives up after four attempts", () => {
    const h = new Harness();
    h.executor("1", 1);
    h.submit(new LineageBuilder().source(1, { barrier: true }));
    for (let attempt = 0; attempt < 4; attempt++) {
      h.fail(h.tasks()[0]);
      h.tick(200);
    }
    expect(h.failed.get(0)!.message).toMatch(
      /ResultStage 0 \(.*\) has failed the maximum allowable number of times: 4. Most recent failure reason:\nStage failed because barrier task 0 of stage 0.3/,
    );
  });

  test("more tasks than slots are put off 40 times 15 s, then refused in Spark's words", () => {
    const h = new Harness();
    h.executor("1", 2);
    h.submit(new LineageBuilder().source(3, { barrier: true }));
    for (let i = 0; i < 38; i++) h.tick(15_000);
    expect(h.failed.size).toBe(0);
    h.tick(15_000);
    expect(h.failed.get(0)!.message).toMatch(
      /^\[SPARK-24819\]: Barrier execution mode does not allow run a barrier stage that requires more slots/,
    );
  });

  test("others are held back when it finds no slots for 5 s", () => {
    const h = new Harness({ mode: "FAIR" });
    h.executor("1", 2);
    const flood = { properties: { "spark.scheduler.pool": "flood" } };
    h.submit(new LineageBuilder().source(100), flood);
    h.submit(new LineageBuilder().source(2, { barrier: true }));
    h.finish(h.tasks(0)[0]);
    expect(h.tasks(0)).toHaveLength(2);
    h.tick(5000);
    h.finish(h.tasks(0)[0]);
    expect(h.tasks(0)).toHaveLength(1);
    h.finish(h.tasks(0)[0]);
    expect(h.tasks(1)).toHaveLength(2);
  });

  test("they start as soon as the slots are there", () => {
    const h = new Harness();
    h.executor("1", 2);
    h.submit(new LineageBuilder().source(3, { barrier: true }));
    h.executor("2", 1);
    expect(h.tasks()).toHaveLength(3);
  });

  test("forms that Spark refuses are refused", () => {
    const l = new LineageBuilder();
    const barrier = l.source(2, { barrier: true });
    for (const node of [l.union(barrier, l.source(1)), l.coalesce(barrier, 1)]) {
      const h = new Harness();
      h.executor("1", 4);
      h.submit(node);
      expect(h.failed.get(0)!.message).toMatch(/SPARK-24820/);
    }
    const part = new Harness();
    part.executor("1", 4);
    part.submit(l.map(barrier), { partitions: [0] });
    expect(part.failed.get(0)!.kind).toBe("barrier");
    const dynamic = new Harness({ allocation: DEFAULT_ALLOCATION });
    dynamic.submit(barrier);
    expect(dynamic.failed.get(0)!.message).toMatch(/SPARK-24942/);
  });
});
