/** The small parts of the scheduler by themselves. */
import { schedulerConfig } from "../../../src/driver/scheduler/config";
import { nearestPlaces, shuffleInputs, stageNodes, unknownAncestors } from "../../../src/driver/scheduler/dag/lineage-walk";
import { MapOutputRegistry } from "../../../src/driver/scheduler/map-outputs";
import { OutputCommitCoordinator } from "../../../src/driver/scheduler/output-commit";
import { JOB_TRANSITIONS, Lifecycle } from "../../../src/driver/scheduler/states";
import { PendingTasks } from "../../../src/driver/scheduler/tasks/pending-tasks";
import type { LineageNode } from "../../../src/rdd/lineage";
import { Harness } from "./support/harness";
import { LineageBuilder } from "./support/lineage";

describe("Settings", () => {
  const config = (settings: Record<string, string>) => schedulerConfig((key) => settings[key]);

  test("are read under Spark's keys, with Spark's defaults", () => {
    expect(config({})).toMatchObject({
      taskMaxFailures: 4,
      stageMaxAttempts: 4,
      mode: "FIFO",
      localityWaitNode: 3000,
      speculation: null,
      maxResultSize: 2 ** 30,
    });
    expect(
      config({
        "spark.locality.wait": "500ms",
        "spark.locality.wait.node": "2s",
        "spark.scheduler.mode": "fair",
        "spark.driver.maxResultSize": "2g",
      }),
    ).toMatchObject({ localityWaitProcess: 500, localityWaitNode: 2000, mode: "FAIR", maxResultSize: 2 ** 31 });
    expect(config({ "spark.speculation": "true", "spark.speculation.multiplier": "1.5" }).speculation).toMatchObject({
      multiplier: 1.5,
      quantile: 0.9,
      interval: 100,
    });
    expect(config({ "spark.excludeOnFailure.enabled": "true", "spark.excludeOnFailure.timeout": "1h" }).exclusion).toMatchObject({
      timeout: 3_600_000,
    });
    expect(
      config({
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.minExecutors": "2",
        "spark.dynamicAllocation.executorIdleTimeout": "30",
      }).allocation,
    ).toMatchObject({ minExecutors: 2, initialExecutors: 2, executorIdleTimeout: 30_000, cachedExecutorIdleTimeout: Infinity });
  });

  test.each([
    ["spark.task.maxFailures", "0"],
    ["spark.task.cpus", "two"],
    ["spark.scheduler.mode", "RANDOM"],
    ["spark.speculation", "maybe"],
    ["spark.locality.wait", "soon"],
    ["spark.scheduler.minRegisteredResourcesRatio", "1.5"],
  ])("%s = %s is refused by its name", (key, value) => {
    expect(() => config({ [key]: value })).toThrow(new RegExp(key.replaceAll(".", "\\.")));
  });
});

describe("States", () => {
  test("a move that is not in the table throws with the history", () => {
    const life = new Lifecycle("Job 7", JOB_TRANSITIONS, "deferred");
    life.to("running", "submitted");
    life.to("failed", "cancelled");
    expect(() => life.to("succeeded", "late result")).toThrow(
      /Job 7 cannot go from failed to succeeded \(late result\). History: deferred → running \(submitted\); running → failed \(cancelled\)\./,
    );
  });
});

describe("Output commits", () => {
  test("the first attempt that asks wins, over all attempts of the stage", () => {
    const commits = new OutputCommitCoordinator();
    expect(commits.canCommit(1, 0, 10)).toBe(false);
    commits.stageStarted(1);
    expect([
      commits.canCommit(1, 0, 10),
      commits.canCommit(1, 0, 11),
      commits.canCommit(1, 0, 10),
      commits.canCommit(1, 1, 11),
    ]).toEqual([true, false, true, true]);
  });

  test("a holder that failed is replaced and never wins again", () => {
    const commits = new OutputCommitCoordinator();
    commits.stageStarted(1);
    commits.canCommit(1, 0, 10);
    commits.attemptFailed(1, 0, 10);
    expect([commits.canCommit(1, 0, 10), commits.canCommit(1, 0, 11)]).toEqual([false, true]);
    commits.stageEnded(1);
    expect(commits.canCommit(1, 0, 11)).toBe(false);
  });

  test("the scheduler frees a lost executor's right to commit", () => {
    const h = new Harness();
    h.executor("1", 1);
    h.executor("2", 1);
    h.submit(new LineageBuilder().source(1));
    const first = h.tasks()[0]!;
    expect(h.scheduler.commits.canCommit(0, 0, first.taskId)).toBe(true);
    h.lose(first.executorId);
    expect(h.scheduler.commits.canCommit(0, 0, first.taskId)).toBe(false);
    expect(h.scheduler.commits.canCommit(0, 0, h.tasks()[0]!.taskId)).toBe(true);
  });
});

describe("Map output registry", () => {
  test("knows what is there, and starts an epoch with every loss", () => {
    const registry = new MapOutputRegistry();
    registry.declare(3, 3);
    expect(registry.locations(3)).toBeNull();
    for (const [map, executorId] of ["a", "b", "a"].entries()) registry.register(3, map, executorId, `status ${map}`);
    expect(registry.locations(3)).toMatchObject({
      epoch: 0,
      executorOf: Int32Array.of(0, 1, 0),
      executors: ["a", "b"],
      statuses: ["status 0", "status 1", "status 2"],
    });
    expect(registry.unregisterExecutor("a")).toEqual(new Map([[3, [0, 2]]]));
    expect([registry.epoch, registry.missing(3), registry.locations(3)]).toEqual([1, [0, 2], null]);
    registry.register(3, 0, "b", "again");
    expect([registry.isNewerThan(3, 0, 0), registry.isNewerThan(3, 0, 1), registry.isNewerThan(3, 1, 0)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(registry.unregister(3, 2)).toBe(false);
    expect(registry.relocate("b", "c")).toEqual([3]);
    expect([registry.executorOf(3, 0), registry.holdsOutputs("b"), registry.holdsOutputs("c")]).toEqual(["c", false, true]);
    expect(() => registry.declare(3, 4)).toThrow(/has 3 map tasks, not 4/);
    expect([registry.release(3), registry.release(3), registry.locations(3)]).toEqual([true, false, null]);
  });

  test("counts shuffles and the bytes written for them until they are released", () => {
    const registry = new MapOutputRegistry();
    for (const shuffleId of [1, 2]) registry.declare(shuffleId, 2);
    registry.wrote(1, 100);
    registry.wrote(1, 50);
    registry.wrote(2, 7);
    expect([registry.size, registry.bytesWritten]).toEqual([2, 157]);
    registry.release(1);
    registry.release(1);
    expect([registry.size, registry.bytesWritten]).toEqual([1, 7]);
  });
});

describe("Walks over the lineage", () => {
  test("a chain of 50,000 narrow nodes is no problem", () => {
    const l = new LineageBuilder();
    let node: LineageNode = l.shuffle(1, l.source(1));
    for (let i = 0; i < 50_000; i++) node = l.map(node);
    expect(stageNodes(node)).toHaveLength(50_001);
    expect(shuffleInputs(node)).toHaveLength(1);
    const h = new Harness();
    h.executor("1", 1);
    h.submit(node);
    h.finishAll();
    expect(h.succeeded).toEqual([0]);
  });

  test("nor is one of 5,000 shuffles", () => {
    const l = new LineageBuilder();
    let node: LineageNode = l.source(1);
    for (let i = 0; i < 5000; i++) node = l.shuffle(1, node);
    const ancestors = unknownAncestors(node, () => false);
    expect(ancestors.map(({ shuffleId }) => shuffleId)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test("a diamond of diamonds is not walked twice", () => {
    const l = new LineageBuilder();
    let node: LineageNode = l.source(1);
    for (let i = 0; i < 40; i++) node = l.coalesce(l.union(node, node), 1);
    let asked = 0;
    nearestPlaces(node, 0, () => {
      asked++;
      return null;
    });
    expect(asked).toBeLessThanOrEqual(1000);
  });
});

describe("Waiting tasks", () => {
  test("each is taken once, whatever list it is met in, and again when it came back", () => {
    const pending = new Set([0, 1, 2, 3]);
    const tasks = new PendingTasks(4, (index) => pending.has(index));
    tasks.prefer((index) => (index % 2 === 0 ? { executors: ["e"], hosts: ["h"] } : null));
    const take = (executorId: string, host: string, most: number): number => {
      const index = tasks.take({ executorId, host, accepts: null }, most, false);
      pending.delete(index);
      return index;
    };
    const there = { hasExecutor: () => true, hasHost: () => true };
    expect(tasks.levels(there)).toEqual([0, 1, 2, 3]);
    expect(take("e", "h", 0)).toBe(0);
    expect(take("x", "h", 0)).toBe(-1);
    expect(take("x", "h", 1)).toBe(2);
    expect([take("e", "h", 3), take("e", "h", 3), take("e", "h", 3)]).toEqual([1, 3, -1]);
    pending.add(2);
    tasks.giveBack(2, { executors: ["f"], hosts: [] });
    expect(tasks.hasMoreAt(0, { ...there, hasExecutor: (id) => id !== "f" })).toBe(false);
    expect(tasks.hasMoreAt(0, there)).toBe(true);
    expect([take("f", "g", 0), take("e", "h", 3), tasks.hasMoreAt(0, there)]).toEqual([2, -1, false]);
  });
});
