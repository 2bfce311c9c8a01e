import { Harness } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

describe("Cancellation", () => {
  test("a cancelled job fails at once, its tasks are killed, and their slots come free as they end", () => {
    const h = new Harness();
    h.executor("1", 2);
    h.submit(new LineageBuilder().source(4), { properties: { "spark.job.interruptOnCancel": "true" } });
    h.send({ type: "JobCancelled", jobId: 0, reason: "for the test" });
    expect(h.failed.get(0)).toEqual({ kind: "cancelled", message: "Job 0 cancelled for the test" });
    expect(h.commandsOf("KillTask")).toEqual([0, 1].map((taskId) => expect.objectContaining({ taskId, interrupt: true })));
    const next = h.submit(new LineageBuilder().source(2));
    expect(h.tasks(1)).toEqual([]);
    for (const task of h.tasks(0)) h.finish(task, { kind: "killed", reason: "cancelled" });
    expect(h.tasks(1)).toHaveLength(2);
    h.finishAll();
    expect(h.succeeded).toEqual([next]);
  });

  test("groups and tags reach the jobs that have them", () => {
    const h = new Harness();
    const source = new LineageBuilder().source(1);
    h.submit(source, { properties: { "spark.jobGroup.id": "a", "spark.job.tags": "x,y" } });
    h.submit(source, { properties: { "spark.jobGroup.id": "b", "spark.job.tags": "y" } });
    h.submit(source, { properties: { "spark.jobGroup.id": "b", "spark.job.tags": "yy" } });
    h.send({ type: "GroupCancelled", group: "a" });
    expect([...h.failed]).toEqual([[0, { kind: "cancelled", message: "Job 0 cancelled part of cancelled job group a" }]]);
    h.send({ type: "TagCancelled", tag: "y" });
    expect(h.failed.get(1)!.message).toBe("Job 1 cancelled part of cancelled job tags y");
    h.send({ type: "AllCancelled" });
    expect(h.failed.get(2)!.message).toBe("Job 2 cancelled as part of cancellation of all jobs");
  });

  test("a cancelled stage takes every job with it that needs the stage", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const shared = l.shuffle(2, l.source(2));
    h.submit(l.map(shared));
    h.submit(l.map(shared));
    h.submit(l.source(1));
    h.send({ type: "StageCancelled", stageId: 0 });
    expect([...h.failed.keys()]).toEqual([0, 1]);
    expect(h.failed.get(1)!.message).toBe("Job 1 cancelled because Stage 0 was cancelled");
  });

  test("a stage that another job needs runs on when one of them is cancelled", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const shared = l.shuffle(2, l.source(2));
    h.submit(l.map(shared));
    h.submit(l.map(shared));
    h.send({ type: "JobCancelled", jobId: 0 });
    expect(h.commandsOf("KillTask")).toEqual([]);
    h.finishAll();
    expect(h.succeeded).toEqual([1]);
  });

  test("a killed attempt runs again, and what it says while it is killed is no failure", () => {
    const h = new Harness({ taskMaxFailures: 1 });
    h.executor("1", 1);
    h.submit(new LineageBuilder().source(1));
    h.send({ type: "KillTaskAttempt", taskId: 0, interrupt: false, reason: "asked for" });
    expect(h.last).toEqual([
      { type: "KillTask", taskId: 0, executorId: "1", reason: "asked for", interrupt: false, onlyIfQueued: false },
    ]);
    h.fail(h.task(0, 0));
    expect(h.task(0, 0)!.attemptNumber).toBe(1);
    expect(h.eventsOf("TaskEnd")[0]!.reason).toMatchObject({ reason: "TaskKilled", killReason: "asked for" });
  });

  test("a shuffle is freed when no job needs it any more", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const reduced = l.shuffle(1, l.source(1));
    h.submit(reduced);
    h.finish(h.task(0, 0));
    h.send({ type: "ShuffleReleased", shuffleId: 0 });
    expect(h.last).toEqual([]);
    h.finish(h.task(1, 0));
    expect(h.last).toContainEqual({ type: "FreeShuffle", shuffleId: 0 });
    expect(h.scheduler.mapOutputs.has(0)).toBe(false);
  });
});
