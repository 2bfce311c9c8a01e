import fc from "fast-check";
import type { TaskStream } from "../../../src/ui/api-types";
import { TaskRows, paintRow, partsOf, taskAt } from "../../../src/ui/web/lib/task-rows";

interface Made {
  id: number;
  start: number;
  end: number;
  executor?: string;
  delay?: number;
  wait?: number;
  write?: number;
  status?: "RUNNING" | "SUCCESS" | "FAILED";
}

function stream(tasks: readonly Made[]): TaskStream {
  const executors = [...new Set(tasks.map(({ executor }) => executor ?? "1"))];
  const zero = tasks.map(() => 0);
  return {
    total: tasks.length,
    sampled: false,
    names: ["map at a.ts:1"],
    executors,
    stageId: zero,
    attempt: zero,
    taskId: tasks.map(({ id }) => id),
    index: tasks.map(({ id }) => id),
    executor: tasks.map(({ executor }) => executors.indexOf(executor ?? "1")),
    slot: zero,
    name: zero,
    start: tasks.map(({ start }) => start),
    end: tasks.map(({ end }) => end),
    parts: {
      schedulerDelay: tasks.map(({ delay }) => delay ?? 0),
      deserialise: zero,
      fetchWait: tasks.map(({ wait }) => wait ?? 0),
      compute: zero,
      shuffleWrite: tasks.map(({ write }) => write ?? 0),
      serialise: zero,
      gettingResult: zero,
      gc: zero,
    },
    status: tasks.map(({ status, end }) => status ?? (end === 0 ? "RUNNING" : "SUCCESS")),
    speculative: tasks.map(() => false),
  };
}

test("tasks take the first free slot of their executor, and executors stand in order", () => {
  const rows = new TaskRows();
  rows.add(
    stream([
      { id: 1, start: 0, end: 100, executor: "10" },
      { id: 2, start: 0, end: 300, executor: "2" },
      { id: 3, start: 50, end: 200, executor: "2" },
      { id: 4, start: 210, end: 400, executor: "2" },
    ]),
  );
  expect(rows.rows.map(({ executor, slot, tasks }) => [executor, slot, tasks.map(({ taskId }) => taskId)])).toEqual([
    ["2", 0, [2]],
    ["2", 1, [3, 4]],
    ["10", 0, [1]],
  ]);
});

test("an update replaces what ran, adds what is new and changes nothing else", () => {
  const rows = new TaskRows();
  rows.add(stream([{ id: 1, start: 0, end: 0 }, { id: 2, start: 0, end: 90 }])); // prettier-ignore
  rows.add(stream([{ id: 1, start: 0, end: 500 }, { id: 2, start: 0, end: 90 }, { id: 3, start: 100, end: 0 }])); // prettier-ignore
  expect(rows.size).toBe(3);
  expect(rows.rows.flatMap(({ tasks }) => tasks.map(({ taskId, end }) => [taskId, end]))).toEqual([
    [1, 500],
    [2, 90],
    [3, 0],
  ]);
  expect([rows.from, rows.to]).toEqual([0, 500]);
});

test("what waited in the queue of a slot does not need a slot", () => {
  const rows = new TaskRows();
  rows.add(stream([{ id: 1, start: 0, end: 1000 }, { id: 2, start: 0, delay: 1000, end: 2000 }])); // prettier-ignore
  expect(rows.rows).toHaveLength(1);
});

test("tasks of a row do not overlap, in whatever pieces they come", () => {
  const task = fc.record({ start: fc.nat(5000), length: fc.integer({ min: 1, max: 400 }) });
  fc.assert(
    fc.property(fc.array(task, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (made, piece) => {
      const rows = new TaskRows();
      const tasks = made.map(({ start, length }, id) => ({ id, start: start + 1, end: start + 1 + length }));
      for (let at = 0; at < tasks.length; at += piece) rows.add(stream(tasks.slice(Math.max(0, at - 3), at + piece)));
      expect(rows.rows.reduce((sum, row) => sum + row.tasks.length, 0)).toBe(tasks.length);
      for (const { tasks } of rows.rows) {
        tasks.forEach((one, at) => {
          const before = tasks[at - 1];
          if (before !== undefined) expect(before.end - one.begin).toBeLessThanOrEqual(25);
        });
      }
    }),
  );
});

test("the oldest are forgotten when there are too many", () => {
  const rows = new TaskRows();
  rows.add(stream(Array.from({ length: 100 }, (_, id) => ({ id, start: id * 10, end: id * 10 + 8 }))));
  rows.trim(80);
  expect(rows.size).toBe(60);
  expect(rows.rows[0]!.tasks[0]!.taskId).toBe(40);
});

function paint(rows: TaskRows, from: number, to: number, width: number) {
  const spans: [number, number, string][] = [];
  paintRow(rows.rows[0]!, from, to, width, to, (x, w, kind) => spans.push([Math.round(x), Math.round(w * 10) / 10, kind]));
  return spans;
}

test("a wide task is drawn in its parts, in their order", () => {
  const rows = new TaskRows();
  rows.add(stream([{ id: 1, start: 100, end: 200, delay: 10, wait: 20, write: 30 }]));
  expect(paint(rows, 100, 200, 100)).toEqual([
    [0, 10, "delay"],
    [10, 20, "transfer"],
    [30, 40, "compute"],
    [70, 30, "disk"],
  ]);
});

test("parts that say more than the task's time are scaled to it", () => {
  const rows = new TaskRows();
  rows.add(stream([{ id: 1, start: 0, end: 100, wait: 150, write: 50 }]));
  const parts = partsOf(rows.rows[0]!.tasks[0]!, 100);
  expect(parts.reduce((sum, [, ms]) => sum + ms, 0)).toBeCloseTo(100);
});

test("100,000 tasks cost no more spans than there are pixels, and a failure among them shows", () => {
  const rows = new TaskRows();
  const tasks = Array.from({ length: 100_000 }, (_, id): Made => ({ id, start: id * 2, end: id * 2 + 2 }));
  tasks[50_000]!.status = "FAILED";
  rows.add(stream(tasks));
  const spans = paint(rows, 0, 200_000, 1000);
  expect(spans.length).toBeLessThanOrEqual(1000);
  expect(spans.filter(([, , kind]) => kind === "error").map(([x]) => x)).toEqual([500]);
});

test("a pointer finds the task under it, and one nearby", () => {
  const rows = new TaskRows();
  rows.add(stream([{ id: 1, start: 0, end: 100 }, { id: 2, start: 200, end: 0 }])); // prettier-ignore
  const [row] = rows.rows;
  expect(taskAt(row!, 50, 0, 1000)?.taskId).toBe(1);
  expect(taskAt(row!, 150, 10, 1000)).toBeUndefined();
  expect(taskAt(row!, 195, 10, 1000)?.taskId).toBe(2);
  expect(taskAt(row!, 900, 0, 1000)?.taskId).toBe(2);
});
