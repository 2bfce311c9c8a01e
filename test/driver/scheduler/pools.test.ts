import { Harness } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

const inPool = (pool: string): { properties: Record<string, string> } => ({ properties: { "spark.scheduler.pool": pool } });

describe("Scheduling between jobs", () => {
  test("FIFO serves the older job first and the younger one with what is left", () => {
    const h = new Harness();
    h.submit(new LineageBuilder().source(3));
    h.submit(new LineageBuilder().source(3));
    h.executor("1", 4);
    expect(h.tasks().map(({ stageId }) => stageId)).toEqual([0, 0, 0, 1]);
  });

  test("FAIR gives jobs in different pools equal shares, though one came long before", () => {
    const h = new Harness({ mode: "FAIR" });
    h.executor("1", 4);
    h.submit(new LineageBuilder().source(100), inPool("a"));
    h.submit(new LineageBuilder().source(2), inPool("b"));
    h.finish(h.tasks(0)[0]);
    h.finish(h.tasks(0)[0]);
    expect(h.tasks(1)).toHaveLength(2);
    h.finishAll(1);
    expect(h.succeeded).toEqual([1]);
  });

  test("weights share the slots out", () => {
    const h = new Harness({ mode: "FAIR", pools: { heavy: { mode: "FIFO", weight: 3, minShare: 0 } } });
    h.submit(new LineageBuilder().source(100), inPool("light"));
    h.submit(new LineageBuilder().source(100), inPool("heavy"));
    h.executor("1", 8);
    expect([h.tasks(0).length, h.tasks(1).length]).toEqual([2, 6]);
  });

  test("a pool below its minimum share comes first", () => {
    const h = new Harness({ mode: "FAIR", pools: { needy: { mode: "FIFO", weight: 1, minShare: 3 } } });
    h.submit(new LineageBuilder().source(100), inPool("other"));
    h.submit(new LineageBuilder().source(100), inPool("needy"));
    h.executor("1", 3);
    expect([h.tasks(0).length, h.tasks(1).length]).toEqual([0, 3]);
  });

  test("within a pool its own mode counts", () => {
    const pools = { fair: { mode: "FAIR", weight: 1, minShare: 0 }, fifo: { mode: "FIFO", weight: 1, minShare: 0 } } as const;
    for (const [pool, shares] of [
      ["fair", [2, 2]],
      ["fifo", [4, 0]],
    ] as const) {
      const h = new Harness({ mode: "FAIR", pools });
      h.submit(new LineageBuilder().source(100), inPool(pool));
      h.submit(new LineageBuilder().source(100), inPool(pool));
      h.executor("1", 4);
      expect([h.tasks(0).length, h.tasks(1).length]).toEqual(shares);
    }
  });
});
