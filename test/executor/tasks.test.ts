/** Tasks in a real executor: results, failures, output, calls between threads. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutor, Harness } from "./harness";

let bundles: string;
let harness: Harness;
beforeAll(async () => {
  bundles = await buildExecutor();
  harness = await new Harness(bundles).start();
});
afterAll(async () => {
  await harness.stop();
  rmSync(bundles, { recursive: true, force: true });
});

test("a task sees its payload and what it is", async () => {
  const source =
    "return [payload && Buffer.from(payload).toString(), env.info.partition, env.info.attempt, env.info.stageId >= 0, env.info.localProperties]";
  const set = harness.set(source, { localProperties: { a: "b" } });
  const ended = await harness.run(set, { payload: Buffer.from("hello"), partition: 3, attempt: 2 }).ended;
  expect(ended).toMatchObject({ state: "finished", output: { kind: "result" } });
  expect(JSON.parse(Buffer.from((ended as { output: { bytes: Uint8Array } }).output.bytes).toString())).toEqual([
    "hello",
    3,
    2,
    true,
    { a: "b" },
  ]);
  expect(await harness.value("return payload")).toBeNull();
});

test("payloads and results of any size", async () => {
  for (const size of [1, 231, 232, 233, 5000, 70_000, 2 ** 20]) {
    const ended = await harness.run("return payload", { payload: Buffer.alloc(size, size & 255) }).ended;
    const { bytes } = (ended as { output: { bytes: Uint8Array } }).output;
    expect(bytes.length).toBe(size);
    expect(Buffer.compare(bytes, Buffer.alloc(size, size & 255))).toBe(0);
  }
  // Beyond spark.task.maxDirectResultSize it stays with the executor.
  const kept = await harness.run("return payload", { payload: Buffer.alloc(3_000_000) }).ended;
  expect(kept).toMatchObject({ output: { kind: "kept", bytes: 3_000_000 }, metrics: { resultSize: 3_000_000 } });
});

test("map outputs travel as a status", async () => {
  const ended = await harness.run("return {offsets: Float64Array.of(0, 5, 5, 300), checksums: Uint32Array.of(1, 0, 4e9)}").ended;
  expect(ended).toMatchObject({ state: "finished", output: { kind: "map" } });
  const { decodeMapStatus } = await import("../../src/wire/map-status");
  const status = decodeMapStatus((ended as { output: { status: Uint8Array } }).output.status);
  expect([...status.offsets]).toEqual([0, 5, 5, 300]);
  expect([...status.checksums]).toEqual([1, 0, 4e9]);
});

test("more tasks than the queue holds, each exactly once", async () => {
  const tasks = harness.runAll(
    "return env.info.partition",
    Array.from({ length: 5000 }, () => ({})),
  );
  const ended = await Promise.all(tasks.map((task) => task.ended));
  const values = ended.map((one) =>
    one.state === "finished" && one.output.kind === "result" ? Number(Buffer.from(one.output.bytes).toString()) : -1,
  );
  expect(values).toEqual(Array.from({ length: 5000 }, (_, i) => i));
});

test("no task waits behind a long one while a thread is idle", async () => {
  const folder = mkdtempSync(join(tmpdir(), "long-"));
  const end = join(folder, "end");
  const long = harness.run(`while (!require("fs").existsSync(${JSON.stringify(end)})); return 1`);
  await Promise.all(
    harness
      .runAll(
        "return 1",
        Array.from({ length: 50 }, () => ({})),
      )
      .map((task) => task.ended),
  );
  writeFileSync(end, "");
  expect((await long.ended).state).toBe("finished");
  rmSync(folder, { recursive: true });
});

test("long tasks are reported as started, metrics tell run and CPU time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "long-"));
  const end = join(folder, "end");
  const { taskId, ended } = harness.run(
    `for (let i = 0; i < 3e7 || !require("fs").existsSync(${JSON.stringify(end)}); i++) Math.sin(i); return 1`,
  );
  await harness.until(() => harness.started.includes(taskId));
  writeFileSync(end, "");
  const done = await ended;
  rmSync(folder, { recursive: true });
  if (done.state !== "finished") throw new Error(done.state);
  expect(done.metrics.executorRunTime).toBeGreaterThanOrEqual(10);
  expect(done.metrics.executorCpuTimeNs).toBeGreaterThan(5e6);
  const garbage = await harness.run("let kept; for (let i = 0; i < 3e6; i++) kept = { i, kept: kept && kept.kept }; return 1")
    .ended;
  expect((garbage as typeof done).metrics.jvmGcTime).toBeGreaterThan(0);
});

test("errors arrive with name, message, stack and cause", async () => {
  const failure = await harness.failure("throw new TypeError('no good', { cause: new Error('deeper') })");
  expect(failure).toMatchObject({
    kind: "exception",
    description: "TypeError: no good",
    error: { name: "TypeError", message: "no good", cause: { message: "deeper" } },
  });
  expect((failure.error as unknown as { stack: string }).stack).toContain("at ");
  expect(await harness.failure("throw 42")).toMatchObject({ description: "42" });
  expect(await harness.failure("throw null")).toMatchObject({ description: "null" });
  expect(await harness.failure("throw { a: 1 }")).toMatchObject({ description: '{"a":1}' });
  expect(
    await harness.failure("throw new Proxy({}, { get() { throw new Error('trap') }, getPrototypeOf() { throw 1 } })"),
  ).toMatchObject({ kind: "exception" });
});

test("asynchronous tasks: awaited, rejected, never settled", async () => {
  expect(await harness.value("return new Promise((resolve) => setTimeout(resolve, 30)).then(() => 'late')")).toBe("late");
  expect(await harness.failure("return Promise.reject(new Error('later'))")).toMatchObject({ description: "Error: later" });
  expect(await harness.failure("return new Promise(() => {})")).toMatchObject({
    kind: "threadEnded",
    description: expect.stringContaining("never settle"),
  });
  expect(await harness.value("return 1")).toBe(1);
});

test("what is not awaited fails the task all the same", async () => {
  expect(await harness.failure("Promise.reject(new Error('nobody looks')); return 1")).toMatchObject({
    description: "unhandled rejection: Error: nobody looks",
  });
  expect(
    await harness.failure(
      "setTimeout(() => { throw new Error('in a timer') }, 5); return new Promise((r) => setTimeout(r, 500))",
    ),
  ).toMatchObject({ description: "uncaught in a callback: Error: in a timer" });
  expect(await harness.value("return 1")).toBe(1);
});

test("questions to the main thread: answers, errors of their own class, large answers", async () => {
  expect(await harness.value("return env.blocks.fetchBytes('block')")).toBe("block");
  expect(await harness.failure("env.blocks.fetchBytes('missing')")).toMatchObject({
    kind: "fetchFailed",
    fetch: { shuffleId: 7, map: 3, reduce: 2, executorId: "9" },
    description: "FetchFailed: segment 2 of map 3 is gone",
  });
  expect(await harness.failure("return env.shuffle.mapOutputs(4)")).toMatchObject({
    description: expect.stringContaining("no map outputs in this test"),
  });
  expect(await harness.value("return new Promise((r) => setTimeout(r, 5)).then(() => env.blocks.fetchBytes('later'))")).toBe(
    "later",
  );
});

test("a denied commit is told as such", async () => {
  expect(await harness.failure("env.requestCommit()")).toMatchObject({ kind: "commitDenied" });
});

test("what tasks print appears at once and whole", async () => {
  await harness.run("console.log('printed %d', 7); console.error('to stderr'); process.stdout.write('raw\\n'); return 1").ended;
  await harness.until(
    () => harness.stdout.includes("printed 7\n") && harness.stdout.includes("raw\n") && harness.stderr.includes("to stderr\n"),
  );
  await harness.run("for (let i = 0; i < 2000; i++) console.log('line', i, 'x'.repeat(100)); return 1").ended;
  await harness.until(() => harness.stdout.includes("line 1999 "));
  expect(harness.stdout.match(/^line \d+ x{100}$/gm)).toHaveLength(2000);
});

test("a thread that keeps handles open or was tampered with is not used again", async () => {
  const thread = "require('worker_threads').threadId";
  const ids = async (): Promise<Set<unknown>> => {
    const found = new Set<unknown>();
    for (let i = 0; i < 6; i++) found.add(await harness.value(`return ${thread}`));
    return found;
  };
  const leaky = (await harness.value(`setInterval(() => {}, 1000); return ${thread}`)) as number;
  const patched = (await harness.value(`Array.prototype.map = () => 'mine'; return ${thread}`)) as number;
  const after = await ids();
  expect(after.has(leaky)).toBe(false);
  expect(after.has(patched)).toBe(false);
  expect(await harness.value("return [1, 2].map((x) => x + 1)")).toEqual([2, 3]);
});

test("threads that end at the same time are all replaced", async () => {
  const slots = async (): Promise<number> => (await harness.endpoint.threadDump(harness.executorId())).length;
  for (let round = 0; round < 3; round++) {
    const tasks = harness.runAll(
      "process.exit(1)",
      Array.from({ length: 6 }, () => ({})),
    );
    expect((await Promise.all(tasks.map((task) => task.ended))).every((one) => one.state === "failed")).toBe(true);
  }
  for (let seen = 0; seen < 2;) seen = await slots();
  expect(await slots()).toBe(2);
});

test("the secret and the settings are not in reach of user code", async () => {
  const seen = await harness.value(`
    const fs = require('fs');
    return [JSON.stringify(process.env), fs.readFileSync('/proc/self/environ', 'utf8'), fs.readFileSync('/proc/self/cmdline', 'utf8')].join()`);
  expect(seen).not.toContain(harness.secret);
  expect(await harness.value("return Object.keys(process.env).filter((key) => key.startsWith('FIRESTEEL'))")).toEqual([]);
});

test("a thread dump shows what a thread spins in, and leaves it running", async () => {
  // A thread that an earlier test spoilt may not be replaced yet.
  for (let slots = 0; slots < 2;) slots = (await harness.endpoint.threadDump(harness.executorId())).length;
  const folder = mkdtempSync(join(tmpdir(), "long-"));
  const end = join(folder, "end");
  const { taskId, ended } = harness.run(
    `function spinning() { while (!require("fs").existsSync(${JSON.stringify(end)})); } spinning(); return 'went on'`,
  );
  await harness.until(() => harness.started.includes(taskId));
  for (let round = 0; round < 2; round++) {
    const threads = await harness.endpoint.threadDump(harness.executorId());
    expect(threads).toHaveLength(2);
    expect(threads.find((thread) => thread.taskId === taskId)).toMatchObject({
      state: "running",
      stack: expect.stringMatching(/^ {4}at [^]*\bspinning /),
    });
    expect(threads.find((thread) => thread.taskId === null)).toMatchObject({ state: "idle", stack: "" });
  }
  writeFileSync(end, "");
  expect((await ended).state).toBe("finished");
  rmSync(folder, { recursive: true });
  expect(await harness.value("return 1")).toBe(1);
  await expect(harness.endpoint.threadDump("nobody")).rejects.toThrow(/no executor nobody/);
});
