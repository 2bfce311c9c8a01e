import { Harness, ok } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

describe("Jobs and stages", () => {
  test("a job without a shuffle is one stage whose results come back by output index", () => {
    const h = new Harness();
    h.executor("1", 2);
    const job = h.submit(new LineageBuilder().source(3));
    expect(h.tasks(0).map((task) => task.partition)).toEqual([0, 1]);
    h.finish(h.task(0, 1), ok("b"));
    expect(h.tasks(0).map((task) => task.partition)).toEqual([0, 2]);
    h.finish(h.task(0, 2), ok("c"));
    expect(h.succeeded).toEqual([]);
    h.finish(h.task(0, 0), ok("a"));
    expect(h.succeeded).toEqual([job]);
    expect([...h.results.get(job)!]).toEqual([
      [1, "b"],
      [2, "c"],
      [0, "a"],
    ]);
    expect(h.last.at(-1)).toEqual({ type: "JobSucceeded", jobId: job });
  });

  test("a shuffle splits a job into two stages and the second starts when all map outputs are there", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const job = h.submit(l.shuffle(3, l.source(2)));
    expect(h.tasks().map((task) => task.stageId)).toEqual([0, 0]);
    h.finish(h.task(0, 0));
    expect(h.tasks(1)).toEqual([]);
    h.finish(h.task(0, 1));
    expect(h.tasks(1)).toHaveLength(3);
    h.finishAll();
    expect(h.succeeded).toEqual([job]);
    expect(h.eventsOf("StageCompleted").map(({ stageInfo }) => stageInfo.stageId)).toEqual([0, 1]);
  });

  test("a second action on the same shuffle skips the map stage", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const reduced = l.shuffle(3, l.source(2));
    h.submit(reduced);
    h.finishAll();
    const second = h.submit(l.map(reduced));
    expect(h.tasks()).toHaveLength(3);
    h.finishAll();
    expect(h.succeeded).toContain(second);
    expect(h.eventsOf("StageSubmitted").map(({ stageInfo }) => stageInfo.stageId)).toEqual([0, 1, 3]);
    expect(h.eventsOf("JobStart")[1]!.stageInfos.map(({ stageId }) => stageId)).toEqual([2, 3]);
  });

  test("a job that only writes a shuffle ends with its last map output, and what reads it runs no map task", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const reduced = l.shuffle(3, l.source(2));
    const writes = h.submitShuffle(reduced);
    h.finish(h.task(0, 0));
    expect(h.succeeded).toEqual([]);
    h.finish(h.task(0, 1));
    expect(h.succeeded).toEqual([writes]);
    const again = h.submitShuffle(reduced);
    expect(h.tasks()).toEqual([]);
    expect(h.succeeded).toEqual([writes, again]);
    h.submit(reduced);
    expect(h.tasks()).toHaveLength(3);
  });

  test("a job that only writes a shuffle makes lost outputs again before it ends, and fails with its tasks", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 1);
    h.executor("2", 1);
    const writes = h.submitShuffle(l.shuffle(3, l.source(2)));
    const [first, second] = h.tasks();
    h.finish(first);
    h.lose(first!.executorId);
    h.finish(second);
    expect(h.succeeded).toEqual([]);
    h.finishAll();
    expect(h.succeeded).toEqual([writes]);
    const fails = h.submitShuffle(l.shuffle(3, l.source(1)));
    for (let times = 0; times < 4; times++) h.fail(h.tasks()[0]);
    expect([...h.failed.keys()]).toEqual([fails]);
  });

  test("the two map stages of a join run at the same time", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 8);
    h.submit(l.shuffle(2, l.source(3), l.source(2)));
    expect(h.tasks(0)).toHaveLength(3);
    expect(h.tasks(1)).toHaveLength(2);
    h.finishAll(0);
    expect(h.tasks(2)).toEqual([]);
    h.finishAll(1);
    expect(h.tasks(2)).toHaveLength(2);
  });

  test("a job on some partitions runs only these", () => {
    const h = new Harness();
    h.executor("1", 8);
    const job = h.submit(new LineageBuilder().source(5), { partitions: [4, 2] });
    expect(h.tasks().map((task) => task.partition)).toEqual([4, 2]);
    h.finish(h.task(0, 2), ok("two"));
    h.finish(h.task(0, 4), ok("four"));
    expect([...h.results.get(job)!]).toEqual([
      [1, "two"],
      [0, "four"],
    ]);
  });

  test("how far a stage is can be asked while it waits, runs and has failed, and after its end, as Spark's status tracker tells it", () => {
    const h = new Harness({ taskMaxFailures: 2 });
    const l = new LineageBuilder();
    h.executor("1", 8);
    const reduced = l.shuffle(2, l.source(3));
    h.submit(reduced);
    const progress = (stageId: number): unknown => {
      const stage = h.scheduler.stageProgress(stageId);
      return stage && [stage.numTasks, stage.numActiveTasks, stage.numCompletedTasks, stage.numFailedTasks];
    };
    h.fail(h.task(0, 0));
    h.finish(h.task(0, 1));
    expect([progress(0), progress(1), progress(2)]).toEqual([[3, 2, 1, 1], [2, 0, 0, 0], undefined]);
    h.finishAll();
    h.submit(l.map(reduced));
    h.finish(h.task(3, 0));
    h.fail(h.task(3, 1));
    h.fail(h.task(3, 1));
    // The third reads the outputs of the first: its own map stage is skipped.
    expect([0, 1, 2, 3].map(progress)).toEqual([
      [3, 0, 3, 1],
      [2, 0, 2, 0],
      [3, 0, 0, 0],
      [2, 0, 1, 2],
    ]);
  });
});
