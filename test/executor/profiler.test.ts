/** The sampling profiler of an executor's task threads. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Profiler } from "../../src/executor/process/profiler";

/** Works, is then within native code, which makes the file "begun", and comes back when there is the file "end". */
const THREAD = `
  const { execFileSync } = require("node:child_process");
  const { parentPort, workerData: directory } = require("node:worker_threads");
  function hardWork() {
    let sum = 0;
    for (const end = Date.now() + 300; Date.now() < end; ) sum += Math.sqrt(sum + 1);
    return sum;
  }
  parentPort.once("message", () => {
    hardWork();
    execFileSync("sh", ["-c", ': > begun; until [ -e end ]; do sleep 0.02; done'], { cwd: directory });
  });
`;

test("what a thread tells too late is in what is read next", async () => {
  const directory = mkdtempSync(join(tmpdir(), "profiler-"));
  const thread = new Worker(THREAD, { eval: true, workerData: directory, name: "task-thread-0" });
  const profiler = new Profiler();
  try {
    await profiler.start(1000);
    thread.postMessage("go");
    while (!existsSync(join(directory, "begun"))) await setTimeout(10);
    expect((await profiler.read(50)).functions).not.toContain("hardWork");
    writeFileSync(join(directory, "end"), "");
    let read = await profiler.read();
    while (!read.functions.includes("hardWork")) read = await profiler.read();
    expect(read.samples).toBeGreaterThan(0);
  } finally {
    profiler.stop();
    await thread.terminate();
    rmSync(directory, { recursive: true, force: true });
  }
});
