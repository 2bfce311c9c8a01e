import type { TaskMetricsInfo } from "../../../src/events/listener-events";
import { Harness, ok } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

const took = (ms: number) =>
  ok("x", { metrics: { executorRunTime: ms, executorDeserializeTime: 0, resultSize: 0 } as TaskMetricsInfo });

/** A stage of 1,000 tasks on two executors of two cores, of which a few were finished. */
function running(ms: number, options = {}): Harness {
  const h = new Harness({ tasksAhead: 32, ...options });
  h.executor("1", 2);
  h.executor("2", 2);
  h.submit(new LineageBuilder().source(1000));
  for (let i = 0; i < 6; i++) h.finish(h.tasks()[0], took(ms));
  return h;
}

describe("Tasks queued ahead", () => {
  test("short tasks are sent before their slots are free", () => {
    const h = running(1);
    expect(h.tasks().length).toBeGreaterThan(30);
    expect(h.scheduler.dag.tasks.executors.get("1")!.used).toBe(2);
  });

  test("long ones are not, nor any with speculation or when it is switched off", () => {
    expect(running(50).tasks()).toHaveLength(4);
    expect(running(1, { tasksAhead: 0 }).tasks()).toHaveLength(4);
  });

  test("a queued task starts, for listeners, when one before it ends", () => {
    const h = running(1);
    const starts = h.eventsOf("TaskStart").length;
    expect(starts).toBe(6 + 4);
    h.now += 7;
    h.finish(h.tasks()[0], took(1));
    const last = h.eventsOf("TaskStart").at(-1)!;
    expect(h.eventsOf("TaskStart")).toHaveLength(starts + 1);
    expect(last.taskInfo.launchTime).toBe(h.now);
  });

  test("one that ended before it was known to run began as long ago as it ran", () => {
    const h = running(1);
    const attempt = h.scheduler.dag.tasks.executors.get("1")!.queue.at(-1)!;
    h.now += 40;
    h.finish(h.running.get(attempt.taskId), took(3));
    const { taskInfo } = h.eventsOf("TaskEnd").at(-1)!;
    expect(taskInfo).toMatchObject({ taskId: attempt.taskId, launchTime: h.now - 3, finishTime: h.now });
    expect(h.eventsOf("TaskStart").at(-1)!.taskInfo.launchTime).toBe(h.now - 3);
  });

  test("the last tasks of a stage are not gathered on one executor", () => {
    const h = new Harness({ tasksAhead: 32 });
    h.executor("1", 1);
    h.executor("2", 1);
    h.submit(new LineageBuilder().source(40));
    for (let i = 0; i < 30; i++) h.finish(h.tasks()[0], took(0.01));
    const queued = ["1", "2"].map((id) => h.scheduler.dag.tasks.executors.get(id)!.queue.length);
    expect(Math.max(...queued)).toBeLessThanOrEqual(8);
  });

  test("tasks that wait behind a slow one are recalled for an idle executor", () => {
    const h = new Harness({ tasksAhead: 32 });
    h.executor("1", 1);
    h.submit(new LineageBuilder().source(30));
    for (let i = 0; i < 6; i++) h.finish(h.tasks()[0], took(0.01));
    const { queue } = h.scheduler.dag.tasks.executors.get("1")!;
    const rest = 30 - 6 - 1 - queue.length;
    expect([queue.length > 5, rest > 5]).toEqual([true, true]);
    const waiting = h.running.get(queue.at(-1)!.taskId)!;
    h.executor("2", rest + 1);
    h.tick(99);
    expect(h.commandsOf("KillTask")).toEqual([]);
    h.tick(1);
    expect(h.commandsOf("KillTask")).toEqual([
      { type: "KillTask", taskId: waiting.taskId, executorId: "1", reason: "recalled", interrupt: false, onlyIfQueued: true },
    ]);
    const ends = h.eventsOf("TaskEnd").length;
    h.finish(waiting, { kind: "killed", reason: "recalled", neverStarted: true });
    expect(h.task(0, waiting.partition)).toMatchObject({ executorId: "2" });
    expect(h.eventsOf("TaskEnd")).toHaveLength(ends);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("an executor that is lost with queued tasks charges only those that ran", () => {
    const h = running(1, { taskMaxFailures: 2 });
    const queued = h.scheduler.dag.tasks.executors.get("1")!.queue.map(({ index }) => index);
    h.lose("1");
    const [set] = h.scheduler.dag.tasks.pools.sets;
    expect(queued.length).toBeGreaterThan(0);
    expect(queued.map((index) => set!.failuresOf(index))).toEqual(queued.map(() => 0));
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });
});
