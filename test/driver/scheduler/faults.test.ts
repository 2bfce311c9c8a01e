import { fetchFailed, Harness, ok, type HarnessOptions } from "./support/harness";
import { LineageBuilder, shuffleIdsOf } from "./support/lineage";
import type { SchedulerEvent } from "../../../src/driver/scheduler/events";
import type { LineageNode } from "../../../src/rdd/lineage";
import { newTaskMetrics } from "../../../src/storage/task-env";

/** Two executors with a host each, and a job of a map stage (0) of two tasks, one on each, and a reduce stage (1). */
function twoStages(options: HarnessOptions = {}, reducers = 2): { h: Harness; shuffleId: number; reduced: LineageNode } {
  const h = new Harness(options);
  const l = new LineageBuilder();
  h.executor("1", 2);
  h.executor("2", 2);
  const reduced = l.shuffle(reducers, l.source(2));
  h.submit(reduced);
  return { h, shuffleId: shuffleIdsOf(reduced)[0]!, reduced };
}

describe("Failing tasks", () => {
  test("a flaky task is tried again with the next attempt number", () => {
    const h = new Harness();
    h.executor("1", 4);
    h.submit(new LineageBuilder().source(2));
    h.fail(h.task(0, 1));
    expect(h.task(0, 1)!.attemptNumber).toBe(1);
    h.fail(h.task(0, 1));
    expect(h.task(0, 1)!.attemptNumber).toBe(2);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("a task that fails four times fails its job in Spark's words, with the user's error as the cause", () => {
    const h = new Harness();
    h.executor("7", 4, "alpha");
    h.submit(new LineageBuilder().source(2));
    const error = new Error("boom");
    for (let i = 0; i < 4; i++) h.finish(h.task(0, 1), { kind: "userError", className: "Error", description: "boom", error });
    expect(h.failed.get(0)).toEqual({
      kind: "taskFailed",
      stageId: 0,
      cause: error,
      message:
        "Job aborted due to stage failure: Task 1 in stage 0.0 failed 4 times, most recent failure: Lost task 1.3 in stage 0.0 (TID 4) (alpha executor 7): Error: boom",
    });
    expect([...h.killed.keys()]).toEqual([0]);
    h.finish(h.task(0, 0), { kind: "killed", reason: "Stage cancelled" });
    expect(h.last.at(-1)).toMatchObject({ type: "StageEnded", retained: false });
  });

  test("the attempt that ended its executor is charged with it, its neighbours run again at no cost", () => {
    const h = new Harness({ taskMaxFailures: 2 });
    h.executor("1", 3);
    h.submit(new LineageBuilder().source(3));
    for (let round = 1; round <= 2; round++) {
      expect(h.failed.size).toBe(0);
      h.lose(String(round), { reason: "out of memory", culprits: [h.task(0, 1)!.taskId] });
      h.executor(String(round + 1), 3);
    }
    expect(h.failed.get(0)!.message).toContain("Task 1 in stage 0.0 failed 2 times");
    const ends = h.events.flatMap((event) => (event.type === "TaskEnd" ? [[event.taskInfo.index, event.reason]] : []));
    expect(ends).toHaveLength(6);
    for (const [index, reason] of ends)
      expect(reason).toMatchObject({ reason: "ExecutorLostFailure", exitCausedByApp: index === 1, lossReason: "out of memory" });
  });

  test("without a culprit, or with one that has ended, all or none are charged", () => {
    const h = new Harness({ taskMaxFailures: 1 });
    h.executor("1", 2);
    h.submit(new LineageBuilder().source(2));
    h.lose("1", { culprits: [77] });
    expect(h.failed.size).toBe(0);
    h.executor("2", 2);
    h.lose("2");
    expect(h.failed.size).toBe(1);
  });

  test("killed, denied and recalled attempts do not count as failures", () => {
    const h = new Harness({ taskMaxFailures: 1 });
    h.executor("1", 1);
    h.submit(new LineageBuilder().source(1));
    h.finish(h.task(0, 0), { kind: "killed", reason: "asked for" });
    h.finish(h.task(0, 0), { kind: "commitDenied", message: "another attempt committed" });
    h.finish(h.task(0, 0), { kind: "executorGone", reason: "preempted", causedByApp: false });
    expect(h.task(0, 0)!.attemptNumber).toBe(3);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("lost results and executors that a task brought down count", () => {
    const h = new Harness({ taskMaxFailures: 3 });
    h.executor("1", 1);
    h.executor("2", 1);
    h.submit(new LineageBuilder().source(1));
    h.finish(h.task(0, 0), { kind: "resultLost" });
    h.lose(h.task(0, 0)!.executorId);
    h.finish(h.task(0, 0), { kind: "executorGone", reason: "out of memory", causedByApp: true });
    expect(h.failed.get(0)!.message).toMatch(
      /failed 3 times, .*ExecutorLostFailure \(executor \d exited caused by one of the running tasks\) Reason: out of memory/,
    );
  });

  test("an error that trying again cannot mend fails the job at once", () => {
    const h = new Harness();
    h.executor("1", 1);
    h.submit(new LineageBuilder().source(1));
    h.finish(h.task(0, 0), { kind: "userError", className: "DataCloneError", description: "a socket", fatal: true });
    expect(h.failed.get(0)!.message).toMatch(/had a result that cannot be sent: .*DataCloneError: a socket/);
  });

  test("results larger than spark.driver.maxResultSize in all fail the job", () => {
    const h = new Harness({ maxResultSize: 1000 });
    h.executor("1", 2);
    h.submit(new LineageBuilder().source(2));
    const metrics = { ...newTaskMetrics(), resultSize: 600 };
    h.finish(h.task(0, 0), ok("a", { metrics }));
    h.finish(h.task(0, 1), ok("b", { metrics }));
    expect(h.failed.get(0)).toMatchObject({
      kind: "resultTooLarge",
      message: expect.stringMatching(/results of 2 tasks \(1.2 KiB\) is bigger than spark.driver.maxResultSize/),
    });
  });

  describe("a result that is fetched apart", () => {
    test("is counted before it is fetched, so that too much never reaches the driver", () => {
      const h = new Harness({ maxResultSize: 1000 });
      h.executor("1", 2);
      h.submit(new LineageBuilder().source(2));
      const [first, second] = h.tasks();
      h.now += 5;
      h.send({ type: "TaskGettingResult", taskId: first!.taskId, executorId: "1", resultSize: 600 });
      expect(h.failed.size).toBe(0);
      expect(h.eventsOf("TaskGettingResult").map((event) => event.taskInfo)).toMatchObject([
        { taskId: first!.taskId, gettingResultTime: h.now, finishTime: 0 },
      ]);
      h.send({ type: "TaskGettingResult", taskId: second!.taskId, executorId: "1", resultSize: 600 });
      expect(h.failed.get(0)).toMatchObject({
        kind: "resultTooLarge",
        message: expect.stringMatching(/results of 2 tasks \(1.2 KiB\) is bigger than spark.driver.maxResultSize \(1.0 KiB\)/),
      });
    });

    test("counts once, and not at all when it gets lost: the task runs again", () => {
      const h = new Harness({ maxResultSize: 1000 });
      h.executor("1", 1);
      h.submit(new LineageBuilder().source(1));
      const lost = h.tasks()[0]!;
      h.send({ type: "TaskGettingResult", taskId: lost.taskId, executorId: "1", resultSize: 600 });
      h.finish(lost, { kind: "resultLost" });
      const again = h.tasks()[0]!;
      expect([again.partition, again.attemptNumber]).toEqual([0, 1]);
      h.send({ type: "TaskGettingResult", taskId: again.taskId, executorId: "1", resultSize: 600 });
      h.finish(again, ok("a", { metrics: { ...newTaskMetrics(), resultSize: 600 } }));
      expect(h.succeeded).toEqual([0]);
      expect(h.eventsOf("TaskEnd").at(-1)!.taskInfo.gettingResultTime).toBeGreaterThan(0);
    });

    test("of an attempt that is not known is ignored", () => {
      const h = new Harness();
      h.executor("1", 1);
      h.submit(new LineageBuilder().source(1));
      h.send({ type: "TaskGettingResult", taskId: 99, executorId: "1", resultSize: 1 });
      h.send({ type: "TaskGettingResult", taskId: h.tasks()[0]!.taskId, executorId: "2", resultSize: 1 });
      expect(h.eventsOf("TaskGettingResult")).toEqual([]);
    });
  });

  test("a binary that cannot be made fails the job with its cause", () => {
    const h = new Harness({ autoReady: false });
    h.submit(new LineageBuilder().source(1));
    const cause = new Error("holder.deep.promise cannot travel");
    h.send({ type: "StageFailedToPrepare", stageId: 0, attempt: 0, message: cause.message, cause });
    expect(h.failed.get(0)).toMatchObject({
      kind: "notPrepared",
      cause,
      message: "Job aborted due to stage failure: holder.deep.promise cannot travel",
    });
  });

  test("a partition that does not exist fails the job", () => {
    const h = new Harness();
    h.submit(new LineageBuilder().source(4), { partitions: [5] });
    expect(h.failed.get(0)!.message).toBe("Attempting to access a non-existent partition: 5. Total number of partitions: 4");
  });
});

describe("Lost executors", () => {
  test("tasks of a lost executor run elsewhere", () => {
    const h = new Harness();
    h.executor("1", 1);
    h.executor("2", 1);
    h.submit(new LineageBuilder().source(2));
    const lost = h.tasks().find((task) => task.executorId === "1")!;
    h.lose("1");
    h.finish(h.tasks()[0]);
    expect(h.tasks()).toEqual([expect.objectContaining({ partition: lost.partition, executorId: "2", attemptNumber: 1 })]);
  });

  test("map outputs of a lost executor are made again while their stage still runs", () => {
    const { h } = twoStages();
    h.finish(h.task(0, 0));
    h.lose("1");
    expect(h.tasks(0).map(({ partition, executorId }) => [partition, executorId])).toEqual([
      [1, "2"],
      [0, "2"],
    ]);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("a stage whose inputs got lost launches nothing more until they are back, and does not count that as a failed attempt", () => {
    const { h } = twoStages({}, 6);
    h.finishAll(0);
    expect(h.tasks(1)).toHaveLength(4);
    h.lose("1");
    const left = h.tasks(1);
    expect(left.map((task) => task.executorId)).toEqual(["2", "2"]);
    h.finish(left[0]);
    expect(h.tasks().map(({ stageId, attempt, partition }) => [stageId, attempt, partition])).toEqual([
      [1, 0, left[1]!.partition],
      [0, 1, 0],
    ]);
    h.finish(h.task(0, 0));
    expect(h.tasks(1).every((task) => task.attempt === 0)).toBe(true);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
    expect(h.eventsOf("StageCompleted").filter(({ stageInfo }) => stageInfo.failureReason !== undefined)).toEqual([]);
  });

  test("map outputs that survive on disk are not made again once another executor serves them", () => {
    const { h, shuffleId } = twoStages({}, 6);
    h.finishAll(0);
    h.lose("1", { shuffleFilesSurvive: true });
    expect(h.scheduler.mapOutputs.isComplete(shuffleId)).toBe(true);
    h.executor("3", 2, "host-1");
    h.send({ type: "MapOutputsRelocated", from: "1", to: "3" });
    expect(h.scheduler.mapOutputs.executorOf(shuffleId, 0)).toBe("3");
    expect(h.last).toContainEqual({ type: "MapOutputsChanged", shuffleId, epoch: 1 });
    h.finishAll();
    expect(h.commandsOf("PrepareStage").map(({ stageId, attempt }) => [stageId, attempt])).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  test("without anybody to serve them they are lost after all", () => {
    const { h } = twoStages({}, 6);
    h.finishAll(0);
    h.lose("1", { shuffleFilesSurvive: true });
    h.send({ type: "MapOutputsRelocated", from: "1", to: null });
    expect(h.tasks(0)).toEqual([]);
    h.finish(h.tasks(1)[0]);
    expect(h.tasks(0)).toEqual([expect.objectContaining({ partition: 0, attempt: 1 })]);
  });

  describe("map outputs found by the replacement of their executor", () => {
    const found = (shuffleId: number, executorId: string, maps: readonly number[]): SchedulerEvent => ({
      type: "MapOutputsFound",
      executorId,
      outputs: maps.map((map) => ({ shuffleId, map, status: `found ${map}` })),
    });

    test("are not made again, and running copies of their tasks are killed", () => {
      const h = new Harness();
      const l = new LineageBuilder();
      h.executor("1", 2);
      h.executor("2", 2);
      const reduced = l.shuffle(4, l.source(8));
      const [shuffleId] = shuffleIdsOf(reduced) as [number];
      h.submit(reduced);
      h.finishAll(0);
      const { mapOutputs } = h.scheduler;
      const lost = [0, 1, 2, 3, 4, 5, 6, 7].filter((map) => mapOutputs.executorOf(shuffleId, map) === "1");
      expect(lost.length).toBeGreaterThan(2);
      h.lose("1");
      h.finish(h.tasks(1)[0]); // leaves a slot for the first of them
      const again = h.tasks(0);
      expect(again.map((task) => task.partition)).toEqual([lost[0]]);
      h.send({ type: "ExecutorRegistered", executorId: "3", host: "host-1", cores: 2 }, found(shuffleId, "3", lost));
      expect(h.killed.get(again[0]!.taskId)).toBe("another attempt succeeded");
      expect(h.tasks(0)).toEqual(again);
      expect(lost.map((map) => mapOutputs.locations(shuffleId)!.statuses[map])).toEqual(lost.map((map) => `found ${map}`));
      h.finishAll(1);
      expect(h.succeeded).toEqual([0]);
    });

    test("do not replace what was made again before, and do not count for executors that are not there", () => {
      const { h, shuffleId } = twoStages();
      const { mapOutputs } = h.scheduler;
      const first = h.task(0, 0);
      h.finish(first);
      h.send(found(shuffleId, "9", [1]));
      expect(mapOutputs.isAvailable(shuffleId, 1)).toBe(false);
      h.executor("3", 1);
      h.send(found(shuffleId, "3", [0]));
      expect(mapOutputs.executorOf(shuffleId, 0)).toBe(first!.executorId);
    });

    test("do not count where no task has reported them: what it told accumulators is not known", () => {
      const { h, shuffleId } = twoStages();
      const { mapOutputs } = h.scheduler;
      h.lose("1");
      h.send({ type: "ExecutorRegistered", executorId: "3", host: "host-1", cores: 2 }, found(shuffleId, "3", [0, 1]));
      expect(mapOutputs.numAvailable(shuffleId)).toBe(0);
      expect(h.tasks(0).map(({ partition }) => partition)).toEqual(expect.arrayContaining([0, 1]));
      h.finishAll(0);
      h.finishAll(1);
      expect(h.succeeded).toEqual([0]);
    });

    test("of a shuffle that nobody knows any more are to be removed", () => {
      const h = new Harness();
      h.executor("1", 1);
      h.send(found(5, "1", [0, 1]));
      expect(h.last).toEqual([{ type: "FreeShuffle", shuffleId: 5 }]);
    });
  });

  test("late reports of a lost executor are ignored", () => {
    const { h, shuffleId } = twoStages();
    const late = h.task(0, 0)!;
    h.lose("1");
    expect(h.send({ type: "TaskFinished", taskId: late.taskId, executorId: "1", outcome: ok() })).toEqual([]);
    expect(h.send({ type: "ExecutorRegistered", executorId: "1", host: "host-1", cores: 2 })).toEqual([]);
    h.send({ type: "BlockUpdated", rddId: 0, partition: 0, executorId: "1", stored: true, memSize: 1, diskSize: 0 });
    expect(h.scheduler.dag.cached.hasAny(0)).toBe(false);
    expect(h.scheduler.mapOutputs.isAvailable(shuffleId, 0)).toBe(false);
  });
});

describe("Failed fetches", () => {
  test("the attempt fails, only the missing map output is made again, and the stage is tried again after a while", () => {
    const { h, shuffleId } = twoStages();
    h.finishAll(0);
    h.finish(h.task(1, 0), fetchFailed(shuffleId, 0, "1", { unreachable: false }));
    expect(h.eventsOf("StageCompleted").at(-1)!.stageInfo).toMatchObject({
      stageId: 1,
      attemptNumber: 0,
      failureReason: expect.stringContaining("Map output 0"),
    });
    expect(h.tasks(0)).toEqual([expect.objectContaining({ partition: 0, attempt: 1 })]);
    h.finish(h.task(0, 0));
    expect(h.tasks(1).map(({ attempt }) => attempt)).toEqual([0]);
    h.tick(200);
    expect(h.tasks(1).map(({ attempt, partition }) => [attempt, partition])).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
  });

  test("what tasks of the failed attempt still finish counts, and their copies are killed", () => {
    const { h, shuffleId } = twoStages();
    h.finishAll(0);
    const old = h.task(1, 1)!;
    h.finish(h.task(1, 0), fetchFailed(shuffleId, 0, "1", { unreachable: false }));
    h.finish(h.task(0, 0));
    h.tick(200);
    const copy = h.task(1, 1)!;
    h.finish(old, ok("from the old attempt"));
    expect(h.results.get(0)!.get(1)).toBe("from the old attempt");
    expect(h.killed.get(copy.taskId)).toBe("another attempt succeeded");
    h.finish(copy, ok("late"));
    h.finish(h.task(1, 0));
    expect(h.succeeded).toEqual([0]);
  });

  test("an executor that cannot be reached loses all its map outputs, of all shuffles", () => {
    const { h, shuffleId } = twoStages({}, 2);
    h.finishAll(0);
    h.finish(h.task(1, 0), fetchFailed(shuffleId, 0, "1", { unreachable: true }));
    expect(h.scheduler.mapOutputs.missing(shuffleId)).toEqual([0]);
    expect(h.commandsOf("MapOutputsChanged")).toEqual([{ type: "MapOutputsChanged", shuffleId, epoch: 1 }]);
  });

  test("a stage fails its job after four failed attempts in a row", () => {
    const { h, shuffleId } = twoStages();
    h.finishAll(0);
    for (let attempt = 0; attempt < 4; attempt++) {
      for (const task of h.tasks(1).filter((old) => old.attempt < attempt))
        h.finish(task, fetchFailed(shuffleId, 0, task.executorId));
      h.finish(h.task(1, 0), fetchFailed(shuffleId, 0, h.scheduler.mapOutputs.executorOf(shuffleId, 0)!, { unreachable: false }));
      if (attempt === 3) break;
      h.finishAll(0);
      h.tick(200);
    }
    expect(h.failed.get(0)).toMatchObject({
      kind: "stageFailed",
      message: expect.stringMatching(
        /^Job aborted due to stage failure: ResultStage 1 \(collect at test.ts:1:1\) has failed the maximum allowable number of times: 4. Most recent failure reason:\nMap output 0/,
      ),
    });
  });

  test("a stage that fails again for damaged outputs gives up all of their executor, then all of the shuffle", () => {
    const h = new Harness();
    h.executor("1", 4);
    h.executor("2", 4);
    const l = new LineageBuilder();
    const reduced = l.shuffle(2, l.source(8));
    h.submit(reduced);
    const [shuffleId] = shuffleIdsOf(reduced) as [number];
    h.finishAll(0);
    const { mapOutputs } = h.scheduler;
    const heldBy = (executorId: string): number[] => mapOutputs.heldBy(shuffleId, executorId);
    const fail = (): void => {
      const [map] = heldBy("1");
      h.finish(h.tasks(1).at(-1), fetchFailed(shuffleId, map!, "1", { unreachable: false }));
    };
    const goOn = (): void => {
      h.finishAll(0);
      h.tick(200);
    };
    const [first] = heldBy("1");
    fail();
    expect(mapOutputs.missing(shuffleId)).toEqual([first]);
    goOn();
    const ofOne = heldBy("1");
    fail();
    expect(ofOne.length).toBeGreaterThan(1);
    expect(mapOutputs.missing(shuffleId)).toEqual(ofOne);
    goOn();
    fail();
    expect(mapOutputs.numAvailable(shuffleId)).toBe(0);
    goOn();
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("a failed fetch of an output known to be lost neither fails the attempt nor counts", () => {
    const { h, shuffleId } = twoStages({ stageMaxAttempts: 1 });
    h.finishAll(0);
    const task = h.tasks(1).find(({ executorId }) => executorId === "2")!;
    h.lose("1");
    h.finish(task, fetchFailed(shuffleId, 0, "1"));
    expect(h.tasks(0)).toEqual([expect.objectContaining({ partition: 0, attempt: 1 })]);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("nor does one from before the output was made again", () => {
    const { h, shuffleId } = twoStages({ stageMaxAttempts: 1 }, 6);
    h.finishAll(0);
    const [first, second] = h.tasks(1).filter(({ executorId }) => executorId === "2");
    h.lose("1");
    h.finish(first);
    h.finish(h.task(0, 0));
    h.finish(second, fetchFailed(shuffleId, 0, "1"));
    expect(h.scheduler.mapOutputs.isComplete(shuffleId)).toBe(true);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("an output that a task cannot use is made again, also where the task does not say who has it", () => {
    const { h, shuffleId } = twoStages();
    h.finishAll(0);
    h.finish(h.task(1, 0), fetchFailed(shuffleId, 0, null, { unreachable: false }));
    expect(h.scheduler.mapOutputs.missing(shuffleId)).toEqual([0]);
    expect(h.tasks(0)).toEqual([expect.objectContaining({ partition: 0, attempt: 1 })]);
    h.finish(h.task(0, 0));
    h.tick(200);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  describe("of several outputs", () => {
    /** Map stages 0 and 1 of five and three tasks, which are over, and two tasks (stage 2) that read both. */
    function twoInputs(options: HarnessOptions, executors = ["1"]): { h: Harness; first: number; second: number } {
      const h = new Harness(options);
      const l = new LineageBuilder();
      for (const executor of executors) h.executor(executor, 8);
      const joined = l.shuffle(2, l.source(5), l.source(3));
      h.submit(joined);
      h.finishAll(0);
      h.finishAll(1);
      const [first, second] = shuffleIdsOf(joined) as [number, number];
      return { h, first, second };
    }

    const missing = (h: Harness, ...shuffles: number[]): number[][] => shuffles.map((id) => h.scheduler.mapOutputs.missing(id));

    test("all are made again, of all shuffles, at the cost of one attempt", () => {
      const { h, first, second } = twoInputs({ stageMaxAttempts: 2 });
      const also = [
        { shuffleId: first, map: 2 },
        { shuffleId: first, map: 4 },
        { shuffleId: second, map: 1 },
      ];
      h.finish(h.task(2, 0), fetchFailed(first, 0, null, { unreachable: false, also }));
      expect(missing(h, first, second)).toEqual([[0, 2, 4], [1]]);
      expect(h.tasks(0).map(({ partition }) => partition)).toEqual([0, 2, 4]);
      expect(h.tasks(1).map(({ partition }) => partition)).toEqual([1]);
      h.finishAll(0);
      h.finishAll(1);
      h.tick(200);
      h.finishAll();
      expect(h.succeeded).toEqual([0]);
    });

    test("tasks of one attempt that each find others make it fail once", () => {
      const { h, first, second } = twoInputs({ stageMaxAttempts: 2 });
      const [one, other] = h.tasks(2);
      h.finish(one, fetchFailed(first, 0, null, { unreachable: false, also: [{ shuffleId: first, map: 2 }] }));
      h.finish(other, fetchFailed(second, 2, null, { unreachable: false, also: [{ shuffleId: first, map: 3 }] }));
      expect(missing(h, first, second)).toEqual([[0, 2, 3], [2]]);
      h.finishAll(0);
      h.finishAll(1);
      h.tick(200);
      h.finishAll();
      expect(h.succeeded).toEqual([0]);
    });

    test("those that were made again since the task began are left alone", () => {
      const { h, first, second } = twoInputs({ stageMaxAttempts: 3 });
      const [one, other] = h.tasks(2);
      h.finish(one, fetchFailed(first, 0, null, { unreachable: false }));
      h.finishAll(0);
      const also = [
        { shuffleId: first, map: 0 },
        { shuffleId: second, map: 0 },
      ];
      h.finish(other, fetchFailed(first, 3, null, { unreachable: false, also }));
      expect(missing(h, first, second)).toEqual([[3], [0]]);
    });

    test("one of which is not known to be lost fails the attempt, though it is not the first", () => {
      const { h, first, second } = twoInputs({ stageMaxAttempts: 1 }, ["1", "2"]);
      const task = h.tasks(2).find(({ executorId }) => executorId === "1")!;
      h.lose("2");
      const [lost] = h.scheduler.mapOutputs.missing(first);
      const map = [0, 1, 2].find((at) => h.scheduler.mapOutputs.isAvailable(second, at))!;
      h.finish(task, fetchFailed(first, lost!, null, { unreachable: false, also: [{ shuffleId: second, map }] }));
      expect(h.failed.get(0)!.kind).toBe("stageFailed");
    });
  });

  test("a task that finds no places over and over fails the attempt in the end", () => {
    const { h, shuffleId } = twoStages({ stageMaxAttempts: 1 }, 1);
    h.finishAll(0);
    for (let i = 0; i < 9; i++) h.finish(h.task(1, 0), fetchFailed(shuffleId, -1, null, { unreachable: false }));
    expect(h.failed.get(0)!.kind).toBe("stageFailed");
  });
});

describe("Cached partitions", () => {
  function cacheAll(h: Harness, rddId: number, places: readonly string[]): void {
    for (const [partition, executorId] of places.entries())
      h.send({ type: "BlockUpdated", rddId, partition, executorId, stored: true, memSize: 10, diskSize: 0 });
  }

  test("a fully cached dataset makes what is behind it needless, a partly cached one does not", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    h.executor("2", 4);
    const cached = l.shuffleWith(2, { persisted: true }, l.source(2));
    cacheAll(h, cached.id, ["1", "2"]);
    h.submit(l.map(cached));
    expect(h.tasks().map(({ stageId, partition, executorId }) => [stageId, partition, executorId])).toEqual([
      [1, 0, "1"],
      [1, 1, "2"],
    ]);
    h.finishAll();
    h.lose("1");
    h.submit(l.map(cached));
    expect(h.tasks().map(({ stageId }) => stageId)).toEqual([2, 2]);
  });

  test("unpersisting forgets the places", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const cached = l.shuffleWith(1, { persisted: true }, l.source(1));
    cacheAll(h, cached.id, ["1"]);
    h.send({ type: "RddUnpersisted", rddId: cached.id });
    h.submit(cached);
    expect(h.tasks()).toEqual([expect.objectContaining({ stageId: 0 })]);
  });

  test("where the cache turns out to be gone the shuffle behind it is made", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    h.executor("1", 4);
    const cached = l.shuffleWith(1, { persisted: true }, l.source(2));
    cacheAll(h, cached.id, ["1"]);
    h.submit(cached);
    h.finish(h.task(1, 0), fetchFailed(shuffleIdsOf(cached)[0]!, -1, null, { unreachable: false }));
    expect(h.tasks(0)).toHaveLength(2);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });
});
