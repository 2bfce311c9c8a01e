/** What user code can do to its thread and its process, and what it costs: the task, at worst its executor, nothing else. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutor, Harness, isAlive } from "./harness";

let bundles: string;
let harness: Harness;
beforeAll(async () => {
  bundles = await buildExecutor();
});
beforeEach(async () => {
  harness = await new Harness(bundles, { memoryMiB: 256, conf: { "firesteel.task.killGrace": "100ms" } }).start();
});
afterEach(() => harness.stop());
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

const SPIN = "for (;;);";

describe("kill", () => {
  /** The ids of both threads: two tasks that wait for each other run in one each. */
  async function threads(): Promise<unknown[]> {
    const meeting = mkdtempSync(join(tmpdir(), "threads-"));
    const source = `
      const { readdirSync, writeFileSync } = require("fs");
      const { threadId } = require("worker_threads");
      writeFileSync(${JSON.stringify(meeting)} + "/" + threadId, "");
      while (readdirSync(${JSON.stringify(meeting)}).length < 2);
      return threadId;`;
    const ended = await Promise.all(harness.runAll(source, [{}, {}]).map((one) => one.ended));
    rmSync(meeting, { recursive: true });
    return ended
      .map((one) => (one.state === "finished" && one.output.kind === "result" ? Buffer.from(one.output.bytes).toString() : one))
      .sort();
  }

  test("a task whose loops look at the flag ends by itself, in its thread", async () => {
    const before = await threads();
    const { taskId, ended } = harness.run("while (!env.interrupted()); env.checkInterrupted()");
    await harness.until(() => harness.started.includes(taskId));
    harness.endpoint.killTask(harness.executorId(), taskId, "no longer needed", false);
    expect(await ended).toMatchObject({ state: "killed", reason: "no longer needed" });
    expect(await threads()).toEqual(before);
  });

  test("a task that never looks loses its thread after the grace, and another one takes its slot", async () => {
    const tasks = harness.runAll(SPIN, [{}, {}]);
    await harness.until(() => tasks.every(({ taskId }) => harness.started.includes(taskId)));
    for (const { taskId } of tasks) harness.endpoint.killTask(harness.executorId(), taskId, "cancelled", true);
    for (const { ended } of tasks) expect(await ended).toMatchObject({ state: "killed", reason: "cancelled" });
    expect(await harness.value("return 1")).toBe(1);
    expect(harness.lost).toEqual([]);
  });

  test("one that waits for the main thread is woken, and keeps its thread", async () => {
    const before = await threads();
    const { taskId, ended } = harness.run("env.blocks.fetchBytes('never')");
    await harness.until(() => harness.started.includes(taskId));
    harness.endpoint.killTask(harness.executorId(), taskId, "enough", false);
    expect(await ended).toMatchObject({ state: "killed" });
    expect(await threads()).toEqual(before);
  });

  test("one that waits for a promise, and one that has not begun", async () => {
    const waiting = harness.run("return new Promise((resolve) => setTimeout(resolve, 60000))");
    await harness.until(() => harness.started.includes(waiting.taskId));
    harness.endpoint.killTask(harness.executorId(), waiting.taskId, "a", true);
    expect(await waiting.ended).toMatchObject({ state: "killed", reason: "a" });
    const spinning = harness.runAll(SPIN, [{}, {}]);
    const queued = harness.runAll(
      "return 1",
      Array.from({ length: 3000 }, () => ({})),
    );
    const last = queued.at(-1)!;
    harness.endpoint.killTask(harness.executorId(), last.taskId, "b", true);
    harness.endpoint.killTask(harness.executorId(), queued[0]!.taskId, "c", true);
    expect(await last.ended).toMatchObject({ state: "killed", startedAt: 0, reason: "b" });
    expect(await queued[0]!.ended).toMatchObject({ state: "killed", startedAt: 0, reason: "c" });
    harness.endpoint.recallTasks(harness.executorId(), [spinning[0]!.taskId, queued[1]!.taskId, queued[2]!.taskId]);
    expect((await queued[1]!.ended).state).toBe("recalled");
    expect((await queued[2]!.ended).state).toBe("recalled");
    for (const { taskId } of spinning) harness.endpoint.killTask(harness.executorId(), taskId, "d", true);
    expect(new Set((await Promise.all(queued.slice(3, -1).map((one) => one.ended))).map((one) => one.state))).toEqual(
      new Set(["finished"]),
    );
  });

  test("a thread that does not come back from native code costs the process", async () => {
    const [id] = harness.live.keys();
    const { taskId, ended } = harness.run("require('child_process').spawnSync('sleep', ['30'])");
    await harness.until(() => harness.started.includes(taskId));
    harness.endpoint.killTask(id!, taskId, "stuck", true);
    expect(await ended).toMatchObject({ reason: expect.stringContaining("did not end within 2000 ms") });
    await harness.until(() => harness.live.size === 1 && !harness.live.has(id!));
    expect(await harness.value("return 1")).toBe(1);
  });
});

describe("exits", () => {
  test("process.exit ends the task only", async () => {
    const other = harness.run("const end = Date.now() + 500; while (Date.now() < end); return 'survived'");
    expect(await harness.failure("process.exit(3)")).toMatchObject({
      kind: "threadEnded",
      description: "the function called process.exit(3)",
    });
    expect(await harness.failure("return new Promise(() => setTimeout(() => process.exit(0), 10))")).toMatchObject({
      description: "the function called process.exit(0)",
    });
    expect((await other.ended).state).toBe("finished");
    expect(await harness.value("return 1")).toBe(1);
    expect(harness.lost).toEqual([]);
  });

  test("process.abort is refused, SIGKILL of the own process costs the executor", async () => {
    expect(await harness.failure("process.abort()")).toMatchObject({ description: expect.stringContaining("abort") });
    const [id] = harness.live.keys();
    const ended = await harness.run("process.kill(process.pid, 'SIGKILL')").ended;
    expect(ended).toMatchObject({ reason: expect.stringContaining("SIGKILL") });
    await harness.until(() => harness.live.size === 1 && !harness.live.has(id!));
    expect(await harness.value("return 1")).toBe(1);
    expect(harness.exits).toMatchObject([{ exit: { signal: "SIGKILL" } }]);
  });
});

describe("memory", () => {
  const GROW: Readonly<Record<string, string>> = {
    "a growing array of arrays": "const all = []; for (;;) all.push(new Array(1e6).fill(1.5));",
    push: "const all = []; for (let i = 0; ; i++) all.push(i + 0.5);",
    objects: "let list = null; for (let i = 0; ; i++) list = { i, list, text: 'x' + i };",
    "a growing Map": "const map = new Map(); for (let i = 0; ; i++) map.set('key' + i, { i });",
    Buffers: "const all = []; for (;;) all.push(Buffer.alloc(1e7, 1));",
    strings: "let text = ['x']; for (;;) text.push(text.join('') + 'y'.repeat(100));",
  };
  test.each(Object.entries(GROW))("%s: the task fails with a word about memory, the next one runs", async (_name, source) => {
    const ended = await harness.run(source).ended;
    const text = ended.state === "failed" ? ended.failure.description : ended.state === "killed" ? ended.reason : ended.state;
    expect(text).toMatch(/memory/);
    await harness.until(() => harness.live.size === 1);
    expect(await harness.value("return 1")).toBe(1);
  });
});

describe("processes", () => {
  test("a stopped executor is lost after the timeout, killed and replaced", async () => {
    await harness.stop();
    harness = await new Harness(bundles, { networkTimeoutMs: 3000 }).start();
    const [first] = harness.live.values();
    process.kill(first!.pid, "SIGSTOP");
    // A busy machine may lose the replacement, too.
    await harness.until(() => harness.lost.length >= 1 && harness.live.size === 1);
    expect(harness.lost[0]!.reason).toMatch(/no heartbeat/);
    await harness.until(() => !isAlive(first!.pid));
    expect(await harness.value("return 1")).toBe(1);
  });

  test("stop leaves no process and no file", async () => {
    const pids = [...harness.live.values()].map((executor) => executor.pid);
    void harness.run(SPIN);
    expect(harness.leftFiles()).toHaveLength(1);
    await harness.endpoint.stop();
    await harness.launcher.stop();
    expect(pids.filter(isAlive)).toEqual([]);
    expect(harness.leftFiles()).toEqual([]);
  });

  test("SIGTERM is an orderly end", async () => {
    const [first] = harness.live.values();
    process.kill(first!.pid, "SIGTERM");
    await harness.until(() => harness.lost.length === 1 && harness.live.size === 1);
    expect(harness.lost[0]!.reason).toMatch(/SIGTERM/);
    expect(harness.leftFiles()).toEqual(["executor-1"]);
  });
});
