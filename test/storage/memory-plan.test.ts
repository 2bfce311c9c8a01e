import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { containerMemoryLimit } from "../../src/storage/container-limit";
import { minimumExecutorMemory, planMemory } from "../../src/storage/memory-plan";

const MIB = 2 ** 20;

describe("planMemory", () => {
  test.each([
    ["1g", 2],
    ["512m", 1],
    ["256m", 1],
    [`${minimumExecutorMemory(1)}`, 1],
    [`${minimumExecutorMemory(16)}`, 16],
    ["64g", 32],
  ])("%s for %i slots adds up", (executorMemory, slots) => {
    const plan = planMemory({ executorMemory, slots });
    const heaps = slots * (plan.heapPerSlotMb + plan.youngPerSlotMb) * MIB;
    const whole = plan.reserve + plan.poolBytes + heaps;
    expect(whole).toBeLessThanOrEqual(plan.executorMemory);
    expect(whole).toBeGreaterThan(plan.executorMemory - slots * 2 * MIB - MIB); // heaps are whole MiB
    expect(plan.arenaBytes).toBeLessThanOrEqual(plan.poolBytes);
    expect(plan.arenaBytes % 65_536).toBe(0);
    expect(plan.executionBytes + plan.protectedStorageBytes).toBe(plan.poolBytes);
    expect(plan.heapPerSlotMb).toBeGreaterThanOrEqual(24);
  });

  test("takes Spark's fractions", () => {
    const conf = new Map([
      ["spark.memory.fraction", "0.3"],
      ["spark.memory.storageFraction", "0.9"],
    ]);
    const plan = planMemory({ executorMemory: "4g", slots: 2, conf: (key) => conf.get(key) });
    expect(plan.poolBytes / (plan.executorMemory - plan.reserve)).toBeCloseTo(0.3, 3);
    expect(plan.protectedStorageBytes / plan.poolBytes).toBeCloseTo(0.9, 3);
    expect(plan.arenaBytes).toBeGreaterThanOrEqual(plan.protectedStorageBytes - 65_536);
  });

  test("refuses what cannot work, in words", () => {
    expect(() => planMemory({ executorMemory: "64m", slots: 1 })).toThrow(
      /INVALID_EXECUTOR_MEMORY.*64\.0 MiB.*1 task slot: give at least \d+m/,
    );
    expect(() => planMemory({ executorMemory: "1g", slots: 64 })).toThrow(/64 task slots/);
    expect(() => planMemory({ executorMemory: "2g", slots: 1, containerLimit: 2 ** 30 })).toThrow(
      /EXECUTOR_MEMORY_ABOVE_LIMIT.*1024\.0 MiB/,
    );
    expect(() => planMemory({ executorMemory: "2g", slots: 1, conf: () => "1.5" })).toThrow(/spark\.memory\.fraction/);
    expect(() => planMemory({ executorMemory: "lots", slots: 1 })).toThrow(/spark\.executor\.memory/);
    expect(() => planMemory({ executorMemory: "1g", slots: 0 })).toThrow(/at least one slot/);
  });
});

describe("containerMemoryLimit", () => {
  let root = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "fs-cgroup-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function group(membership: string, files: Record<string, string>): number {
    writeFileSync(join(root, "membership"), membership);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, "mount", path, ".."), { recursive: true });
      writeFileSync(join(root, "mount", path), text);
    }
    return containerMemoryLimit({ membership: join(root, "membership"), mount: join(root, "mount"), physical: 1e12 });
  }

  test("version 2: the smallest of the group's and its parents' limits", () => {
    expect(group("0::/a/b\n", { "a/b/memory.max": "max\n", "a/memory.max": "1000000\n", "memory.max": "2000000\n" })).toBe(
      1_000_000,
    );
  });
  test("version 1", () => {
    expect(group("5:cpu:/x\n4:memory:/docker/abc\n", { "memory/memory.limit_in_bytes": "536870912\n" })).toBe(536_870_912);
  });
  test("none: physical memory", () => {
    expect(group("", {})).toBe(1e12);
    expect(group("0::/\n", { "memory.max": "max\n" })).toBe(1e12);
  });
});
