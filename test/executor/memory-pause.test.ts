/** An executor that is near its end by memory begins no further task beside those that run. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutorHeartbeat } from "../../src/driver/endpoint/types";
import { MemoryPause } from "../../src/executor/process/memory-pause";
import { TaskQueueReader, TaskQueueWriter } from "../../src/executor/shared/task-queue";
import { buildExecutor, Harness } from "./harness";

describe("the decision", () => {
  function pauseOf(fraction = 0.8): { pause: MemoryPause; state: { running: number; allowed: boolean }; turns: boolean[] } {
    const state = { running: 2, allowed: true };
    const turns: boolean[] = [];
    const pause = new MemoryPause({
      limitBytes: 1000,
      fraction,
      running: () => state.running,
      allowed: () => state.allowed,
      changed: (paused) => turns.push(paused),
    });
    return { pause, state, turns };
  }
  const look = (pause: MemoryPause, ...sizes: number[]): boolean[] => sizes.map((size) => (pause.look(size), pause.paused));

  test("begins with the second look above the mark, and ends somewhat below it", () => {
    const { pause, turns } = pauseOf();
    expect(look(pause, 700, 900, 700, 810, 820, 900, 790, 700)).toEqual([false, false, false, false, true, true, true, false]);
    expect(turns).toEqual([true, false]);
    expect(pause.pausesAt).toBe(800);
  });

  test("ends when nothing runs: what stays is no task's, and the next pause begins nearer to the end", () => {
    const { pause, state } = pauseOf();
    expect(look(pause, 900, 900)).toEqual([false, true]);
    state.running = 0;
    expect(look(pause, 900, 900)).toEqual([true, false]);
    expect(pause.pausesAt).toBe(950);
    state.running = 3;
    expect(look(pause, 900, 900, 960, 960)).toEqual([false, false, false, true]);
    expect(look(pause, 700)).toEqual([false]);
    expect(pause.pausesAt).toBe(800);
  });

  test("is none while tasks must run together, without a task, or when it is switched off", () => {
    const { pause, state } = pauseOf();
    state.allowed = false;
    expect(look(pause, 900, 900, 900)).toEqual([false, false, false]);
    state.allowed = true;
    expect(look(pause, 900, 900)).toEqual([false, true]);
    state.allowed = false;
    expect(look(pause, 900)).toEqual([false]);
    state.allowed = true;
    state.running = 0;
    expect(look(pause, 900, 900)).toEqual([false, false]);
    const never = pauseOf(1).pause;
    expect(look(never, 999, 999)).toEqual([false, false]);
    expect(never.pausesAt).toBe(0);
  });
});

test("nothing is taken from a closed queue, but it can be called back", () => {
  const writer = new TaskQueueWriter();
  const reader = new TaskQueueReader(writer.buffer, 0);
  const task = (taskId: number) => ({ taskId, taskSet: 1, partition: 0, attempt: 0, payload: null });
  writer.push(task(1));
  writer.push(task(2));
  writer.close();
  expect(reader.take(() => undefined)).toBeNull();
  expect(reader.closed).toBe(true);
  expect(writer.recall(1)).toBe(true);
  writer.open();
  expect(reader.take(() => undefined)?.taskId).toBe(2);
});

test("a task that holds much keeps others from beginning beside it until it gives memory back", async () => {
  const bundles = await buildExecutor();
  const told: ExecutorHeartbeat[] = [];
  // The process alone is above a fiftieth of its end: it is paused whenever a task runs that was seen twice.
  const conf = { "firesteel.memory.pauseFraction": "0.02", "spark.executor.heartbeatInterval": "1h" };
  const harness = await new Harness(bundles, { conf, handlers: { heartbeat: (_id, beat) => void told.push(beat) } }).start();
  try {
    const release = join(harness.directory, "release");
    const holds = `while (!require("fs").existsSync(${JSON.stringify(release)})) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);`;
    const first = harness.run(`${holds} return Date.now()`);
    await harness.until(() => told.at(-1)?.paused === true);
    const second = harness.run("return Date.now()");
    // A third one is called back: it had not begun, though a slot was free.
    const third = harness.run("return 3");
    harness.endpoint.recallTasks(harness.executorId(), [third.taskId]);
    expect((await third.ended).state).toBe("recalled");
    expect(told.at(-1)).toMatchObject({ paused: true, running: [{ taskId: first.taskId }] });
    writeFileSync(release, "");
    const at = await Promise.all(
      [first, second].map(async ({ ended }) => {
        const end = await ended;
        if (end.state !== "finished" || end.output.kind !== "result") throw new Error(JSON.stringify(end));
        return Number(Buffer.from(end.output.bytes).toString());
      }),
    );
    expect(at[1]!).toBeGreaterThanOrEqual(at[0]!);
    await harness.until(() => told.at(-1)?.paused === false);
    expect(harness.lost).toEqual([]);
  } finally {
    await harness.stop();
    rmSync(bundles, { recursive: true, force: true });
  }
});
