import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ThreadHandlers } from "../../src/executor/process/task-thread";
import { TaskThreadHandle } from "../../src/executor/process/task-thread";

/** A thread that tells how many messages have come for it each time that it is activated. */
const COUNTS = `
const { parentPort, receiveMessageOnPort, workerData } = require("node:worker_threads");
parentPort.on("message", () => {
  let count = 0;
  while (receiveMessageOnPort(workerData.calls) !== undefined) count++;
  parentPort.postMessage({ type: "report", taskId: count, tag: 0, report: new Uint8Array(0) });
});
`;

test("a thread in reserve is sent no notices, which it would not read", async () => {
  const directory = mkdtempSync(join(tmpdir(), "firesteel-thread-"));
  const file = join(directory, "counts.cjs");
  writeFileSync(file, COUNTS);
  let counted: (count: number) => void = () => undefined;
  let gone: () => void = () => undefined;
  const handlers: ThreadHandlers = {
    loaded: () => undefined,
    wake: () => undefined,
    report: (_, count) => counted(count),
    call: () => undefined,
    exited: () => gone(),
  };
  const shared = (): SharedArrayBuffer => new SharedArrayBuffer(64);
  const thread = new TaskThreadHandle({ file, thread: 0, queue: shared(), board: shared(), limits: {} }, handlers);
  const notice = { id: 0, sets: [1], binaries: ["a"] } as const;
  const count = (): Promise<number> =>
    new Promise((resolve) => {
      counted = resolve;
      thread.activate({ type: "activate", slot: 0, executorId: "0", host: "localhost", storage: null, conf: {} });
    });
  try {
    for (let i = 0; i < 3; i++) thread.notice(notice);
    expect(await count()).toBe(0);
    thread.notice(notice);
    expect(await count()).toBe(1);
  } finally {
    const ended = new Promise<void>((resolve) => (gone = resolve));
    thread.terminate("the test is over");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
});
