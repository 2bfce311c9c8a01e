import { DEFAULT_EXCLUSION } from "../../../src/driver/scheduler/config";
import type { LineageNode } from "../../../src/rdd/lineage";
import { Harness, type HarnessOptions, type LaunchedTask } from "./support/harness";
import { LineageBuilder, type NodeOptions } from "./support/lineage";

const MIB = 2 ** 20;

/** Two executors on two hosts, and a dataset of which executor 1 has every partition. */
function pinned(
  tasks: number,
  { mebibytes = 1, hosts = ["alpha", "beta"], slots = 1, node = {}, ...options }: Setup = {},
): { h: Harness; l: LineageBuilder; data: LineageNode } {
  const h = new Harness(options);
  const l = new LineageBuilder();
  h.executor("1", slots, hosts[0]);
  h.executor("2", slots, hosts[1]);
  const data = l.source(tasks, { persisted: true, ...node });
  for (let partition = 0; partition < tasks; partition++) store(h, data, partition, "1", mebibytes);
  return { h, l, data };
}

interface Setup extends HarnessOptions {
  readonly mebibytes?: number;
  readonly hosts?: readonly string[];
  readonly slots?: number;
  readonly node?: NodeOptions;
}

function store(h: Harness, { id: rddId }: LineageNode, partition: number, executorId: string, mebibytes: number): void {
  h.send({ type: "BlockUpdated", rddId, partition, executorId, stored: true, memSize: mebibytes * MIB, diskSize: 0 });
}

/** Lets all running tasks end after `ms`, over and over; answers what ran meanwhile, in turn. */
function work(h: Harness, ms: number, most = Infinity): LaunchedTask[][] {
  const turns: LaunchedTask[][] = [];
  while (h.running.size > 0 && turns.length < most) {
    turns.push(h.tasks());
    h.now += ms;
    for (const task of h.tasks()) h.finish(task);
  }
  return turns;
}

const executorsOf = (turn: readonly LaunchedTask[]): string[] => turn.map(({ executorId }) => executorId).sort();
const stolen = (turns: readonly LaunchedTask[][]): number => turns.flat().filter(({ executorId }) => executorId === "2").length;

describe("Work stealing", () => {
  test("a hundred tasks of 0.5 s whose input lies on one of two executors take a little more than half the time, and none runs twice", () => {
    const { h, l, data } = pinned(100);
    h.submit(l.map(data));
    const turns = work(h, 500);
    expect(turns.length).toBeLessThanOrEqual(56);
    expect(new Set(turns.flat().map(({ partition }) => partition)).size).toBe(100);
    expect(h.eventsOf("TaskStart")).toHaveLength(100);
    expect(h.succeeded).toEqual([0]);
  });

  test("tasks are stolen once four told how long they take, until the rest fits into the locality wait", () => {
    const { h, l, data } = pinned(40);
    h.submit(l.map(data));
    const turns = work(h, 500).map(executorsOf);
    expect(turns.slice(0, 4)).toEqual(Array(4).fill(["1"]));
    const last = turns.findLastIndex((turn) => turn.length === 2);
    expect(turns.slice(4, last + 1)).toEqual(Array(last - 3).fill(["1", "2"]));
    expect(turns.slice(last + 1)).toEqual(Array(6).fill(["1"]));
    expect(h.eventsOf("TaskStart").filter(({ taskInfo }) => taskInfo.taskLocality === "ANY")).toHaveLength(last - 3);
  });

  test.each([
    ["short tasks stay, the rest of them fits into the wait", 100, 20, {}],
    ["very short tasks stay", 4000, 5, {}],
    ["tasks stay whose input takes longer to move than they compute", 100, 300, { mebibytes: 64 }],
    ["the bandwidth is what the setting says", 100, 300, { workStealing: { bandwidth: MIB } }],
    ["tasks stay where a longer wait is set", 200, 100, { localityWaitNode: 60_000 }],
    ["nothing is stolen where it is switched off", 40, 500, { workStealing: null }],
  ])("%s", (_, tasks, ms, options: Setup) => {
    const { h, l, data } = pinned(tasks, options);
    h.submit(l.map(data));
    // Beyond the wait tasks run anywhere, as ever.
    expect(stolen(work(h, ms, Math.floor(3000 / ms) - 1))).toBe(0);
  });

  test("tasks that only prefer a place stay: what it would cost to move their input is not known", () => {
    const h = new Harness();
    h.executor("1", 1, "alpha");
    h.executor("2", 1, "beta");
    h.submit(new LineageBuilder().source(40, { prefers: () => ["executor_alpha_1"] }));
    expect(stolen(work(h, 400, 6))).toBe(0);
  });

  test("no more are stolen when those that were took more than twice as long", () => {
    const { h, l, data } = pinned(400);
    h.submit(l.map(data));
    work(h, 100, 4);
    let stolenTasks = 0;
    for (let turn = 0; turn < 28; turn++) {
      h.now += 100;
      for (const task of h.tasks()) {
        if (task.executorId === "1") h.finish(task);
        else if (turn % 4 === 3) {
          stolenTasks++;
          h.finish(task);
        }
      }
    }
    expect(stolenTasks).toBe(4);
    expect(executorsOf(h.tasks())).toEqual(["1"]);
  });

  test("an executor of the same host steals too, and the wait for the host is not held against it", () => {
    const { h, l, data } = pinned(20, { hosts: ["alpha", "alpha"], localityWaitNode: 600_000 });
    h.submit(l.map(data));
    expect(stolen(work(h, 500))).toBeGreaterThan(3);
    expect(h.eventsOf("TaskStart").every(({ taskInfo }) => taskInfo.taskLocality !== "ANY")).toBe(true);
  });

  test("the executor with most work ahead gives", () => {
    const h = new Harness();
    const l = new LineageBuilder();
    for (const id of ["1", "2", "3"]) h.executor(id, 1, `host${id}`);
    const data = l.source(60, { persisted: true });
    for (let partition = 0; partition < 60; partition++) store(h, data, partition, partition < 15 ? "1" : "2", 1);
    h.submit(l.map(data));
    const turns = work(h, 500);
    const taken = turns.flat().filter(({ executorId }) => executorId === "3");
    expect(taken.slice(0, 10).every(({ partition }) => partition >= 15)).toBe(true);
    expect(turns.length).toBeLessThanOrEqual(26);
  });

  test("copies of a block share its work: tasks stay where they would soon be done by all that have one", () => {
    const { h, l, data } = pinned(20);
    for (const id of ["3", "4", "5"]) {
      h.executor(id, 1, `host${id}`);
      for (let partition = 0; partition < 20; partition++) store(h, data, partition, id, 1);
    }
    h.submit(l.map(data));
    expect(stolen(work(h, 500))).toBe(0);
  });

  test("reduce tasks are stolen from the host that has their input, by its bytes", () => {
    for (const [bytes, expected] of [
      [2e6, true],
      [1e9, false],
    ] as const) {
      const h = new Harness({ statusOffsets: () => Float64Array.from({ length: 61 }, (_, at) => at * bytes) });
      const l = new LineageBuilder();
      h.executor("1", 1, "alpha");
      const reduce = l.shuffle(60, l.source(1));
      h.submitShuffle(reduce);
      h.finishAll();
      h.executor("2", 1, "beta");
      h.submit(reduce);
      expect(stolen(work(h, 400, 7)) > 0).toBe(expected);
    }
  });

  test("another job's tasks come before stolen ones", () => {
    const { h, l, data } = pinned(40);
    h.submit(l.map(data));
    work(h, 500, 3);
    const other = l.source(40, { persisted: true });
    for (let partition = 0; partition < 40; partition++) store(h, other, partition, "2", 1);
    h.submit(l.map(other));
    const turns = work(h, 500, 10);
    expect(turns.slice(1).map(executorsOf)).toEqual(Array(9).fill(["1", "2"]));
    expect(turns.flat().every(({ executorId, stageId }) => (executorId === "1") === (stageId === 0))).toBe(true);
  });

  test("a task is not stolen by an executor that it is excluded from", () => {
    const { h, l, data } = pinned(40, { exclusion: { ...DEFAULT_EXCLUSION, stageMaxFailedTasksPerExecutor: 100 } });
    h.submit(l.map(data));
    work(h, 500, 4);
    const failed = h.tasks().find(({ executorId }) => executorId === "2")!;
    h.fail(failed);
    expect(executorsOf(h.tasks())).toEqual(["1"]);
    h.finish(h.tasks()[0]);
    expect(h.tasks().find(({ partition }) => partition === failed.partition)?.executorId).toBe("1");
    expect(executorsOf(h.tasks())).toEqual(["1", "2"]);
  });
});
