/** What the driver warns of: each with its figures and what to do. */
import { performance } from "node:perf_hooks";
import { log } from "../../src/common/log";
import type { ExecutorHeartbeat, RegisteredExecutor } from "../../src/driver/endpoint/types";
import { Warnings } from "../../src/driver/warnings";

let lines: string[];
beforeEach(() => {
  lines = [];
  jest.spyOn(log, "warn").mockImplementation((line) => void lines.push(line));
});
afterEach(() => jest.restoreAllMocks());

test("code and records above 10 MB, once for each place of the program", () => {
  const warnings = new Warnings();
  warnings.sent(10_000_000, "code", "count at a.ts:1:1");
  expect(lines).toEqual([]);
  for (let i = 0; i < 3; i++) warnings.sent(20 * 2 ** 20, "code", "count at a.ts:1:1");
  warnings.sent(11 * 2 ** 20, "records", "sum at a.ts:2:1");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^the functions of count at a\.ts:1:1 take 20\.0 MiB .* sc\.broadcast\(data\)/);
  expect(lines[1]).toMatch(/^a task of sum at a\.ts:2:1 is sent 11\.0 MiB of records .* files/);
});

test("an executor that was lost, and one that pauses: what its memory is taken by", () => {
  const warnings = new Warnings();
  warnings.lost({ executorId: "3", host: "node7" } as RegisteredExecutor, "killed by SIGKILL");
  const memory = {
    residentBytes: 900 * 2 ** 20,
    pausesAtBytes: 860 * 2 ** 20,
    storageUsedBytes: 2 ** 28,
    executionUsedBytes: 2 ** 27,
  };
  warnings.paused("4", memory as ExecutorHeartbeat);
  expect(lines[0]).toMatch(/^executor 3 on node7 is lost: killed by SIGKILL\. .*--executor-memory/);
  expect(lines[1]).toContain(
    "of 900.0 MiB resident (it pauses at 860.0 MiB) 256.0 MiB are cached blocks, 128.0 MiB operators' and 516.0 MiB neither",
  );
  expect(lines[1]).toContain("More partitions");
});

test("a program that keeps the event loop while jobs run, or a machine that has no processor for it; not a process that was stopped", () => {
  // What the clock says, how long turns of the event loop took so far, and how long they waited for a processor.
  const [time, turns, waits] = [{ ms: 0 }, { ms: 0 }, { ms: 0 }];
  jest.useFakeTimers();
  jest.spyOn(performance, "now").mockImplementation(() => time.ms);
  const utilization = (now?: { active: number }, before?: { active: number }): unknown =>
    before === undefined ? { active: turns.ms } : { active: now!.active - before.active };
  jest.spyOn(performance, "eventLoopUtilization").mockImplementation(utilization as typeof performance.eventLoopUtilization);
  const passes = (ms: number, inTurns: number, waiting = 0): void => {
    time.ms += ms;
    turns.ms += inTurns;
    waits.ms += waiting;
    jest.advanceTimersByTime(1000);
  };
  try {
    const warnings = new Warnings(() => waits.ms);
    warnings.working(true);
    passes(1000, 990);
    passes(3500, 3400);
    passes(60_000, 20);
    expect(lines).toEqual([]);
    passes(6000, 5990);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^the program kept the driver's event loop for 5\.0 s while a job ran: .*\(await\)$/);
    // Told once in a while.
    passes(6000, 5990);
    expect(lines).toHaveLength(1);
    passes(60_000, 59_000);
    expect(lines).toHaveLength(2);
    passes(60_000, 20);
    passes(6000, 5990, 4800);
    expect(lines[2]).toMatch(/^the driver waited 4\.8 s for a processor while a job ran: .* processors/);
    passes(60_000, 20);
    passes(12_000, 11_900, 4800);
    expect(lines[3]).toMatch(/^the program kept the driver's event loop for 11\.0 s/);
    expect(lines).toHaveLength(4);
    warnings.working(false);
    passes(100_000, 100_000);
    expect(lines).toHaveLength(4);
  } finally {
    jest.useRealTimers();
  }
});
