import { DEFAULT_SPECULATION } from "../../../src/driver/scheduler/config";
import { DurationMedian } from "../../../src/driver/scheduler/tasks/speculation";
import { Harness, ok, type HarnessOptions } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

/** Ten tasks on two executors, nine of them done after 200 ms. */
function nineOfTen(options: HarnessOptions = {}): Harness {
  const h = new Harness({ speculation: DEFAULT_SPECULATION, ...options });
  h.executor("1", 5, "alpha");
  h.executor("2", 5, "beta");
  h.submit(new LineageBuilder().source(10));
  h.now += 200;
  for (const task of h.tasks().slice(1)) h.finish(task);
  return h;
}

describe("Speculation", () => {
  test("a task three times slower than the median gets a copy on another host, and the winner has the other one killed", () => {
    const h = nineOfTen();
    const slow = h.tasks()[0]!;
    h.tick(399);
    expect(h.tasks()).toHaveLength(1);
    h.tick(100);
    const copy = h.tasks()[1]!;
    expect([copy.partition, copy.attemptNumber, copy.executorId === slow.executorId]).toEqual([slow.partition, 1, false]);
    expect(h.eventsOf("SpeculativeTaskSubmitted")).toHaveLength(1);
    expect(h.eventsOf("TaskStart").at(-1)!.taskInfo.speculative).toBe(true);
    h.finish(copy, ok("copy"));
    expect(h.succeeded).toEqual([0]);
    expect(h.killed.get(slow.taskId)).toBe("another attempt succeeded");
    h.finish(slow, ok("too late"));
    expect(h.results.get(0)!.get(slow.partition)).toBe("copy");
  });

  test("it waits until nine tenths are done, and at least 100 ms", () => {
    const h = new Harness({ speculation: DEFAULT_SPECULATION });
    h.executor("1", 5, "alpha");
    h.executor("2", 5, "beta");
    h.submit(new LineageBuilder().source(10));
    for (const task of h.tasks().slice(2)) h.finish(task);
    h.tick(60_000);
    expect(h.tasks()).toHaveLength(2);
    h.finish(h.tasks()[1]);
    h.tick(100);
    expect(h.tasks()).toHaveLength(2);
  });

  test("without another executor there is no copy", () => {
    const h = new Harness({ speculation: { ...DEFAULT_SPECULATION, quantile: 0.5 } });
    h.executor("1", 4);
    h.submit(new LineageBuilder().source(2));
    h.finish(h.tasks()[0]);
    h.tick(60_000);
    expect(h.tasks()).toHaveLength(1);
    h.executor("2", 1, "host-1");
    expect(h.tasks()).toHaveLength(2);
  });

  test("an attempt that reads as fast as the others is spared for a while", () => {
    const h = new Harness({ speculation: DEFAULT_SPECULATION });
    h.executor("1", 5, "alpha");
    h.executor("2", 5, "beta");
    h.submit(new LineageBuilder().source(10));
    h.now += 200;
    const metrics = {
      inputRecords: 200,
      shuffleRecordsRead: 0,
      executorRunTime: 200,
      executorDeserializeTime: 0,
      resultSize: 0,
    } as never;
    for (const task of h.tasks().slice(1)) h.finish(task, ok("x", { metrics }));
    h.now += 500;
    h.send({ type: "TaskProgress", taskId: h.tasks()[0]!.taskId, recordsRead: 700 });
    h.tick(0);
    expect(h.tasks()).toHaveLength(1);
    h.tick(1000);
    expect(h.tasks()).toHaveLength(2);
  });

  test("the original's failure leaves the copy running", () => {
    const h = nineOfTen({ taskMaxFailures: 2 });
    h.tick(600);
    h.fail(h.tasks()[0]);
    expect(h.tasks()).toHaveLength(1);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("the median of durations as they come", () => {
    const median = new DurationMedian();
    expect(median.value).toBe(0);
    const values: number[] = [];
    for (const value of [5, 1, 9, 9, 2, 7, 0, 4, 4, 8]) {
      median.add(value);
      values.push(value);
      const sorted = [...values].sort((a, b) => a - b);
      const middle = sorted.length >> 1;
      expect(median.value).toBe(sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2);
    }
  });
});
