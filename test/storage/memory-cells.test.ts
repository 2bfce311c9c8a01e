import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { HeapGauge } from "../../src/storage/heap-gauge";
import type { HostCalls } from "../../src/storage/host-calls";
import { MemoryCells } from "../../src/storage/memory-cells";
import { SlotMemory } from "../../src/storage/slot-memory";
import { newTaskMetrics } from "../../src/storage/task-env";

const KIB = 1024;

/** The heap of a test process is full of what earlier tests left. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}

describe("MemoryCells", () => {
  test("a lone task may have all but the others' assured halves", () => {
    const cells = MemoryCells.create(2, 1000 * KIB);
    cells.begin(0, 7);
    expect(cells.tryAdd(0, 750)).toBe(true);
    expect(cells.tryAdd(0, 1)).toBe(false);
    cells.begin(1, 8);
    expect(cells.tryAdd(1, 250)).toBe(true);
    expect(cells.tryAdd(1, 1)).toBe(false);
    expect(cells.used).toBe(1000 * KIB);
    cells.subtract(0, 400);
    expect(cells.tryAdd(1, 150)).toBe(true); // up to a quarter above its half, for slot 0 is assured of its own
    expect(cells.runs(1, 8)).toBe(true);
    cells.clear(1);
    expect(cells.runs(1, 8)).toBe(false);
    expect(cells.usedBy(1)).toBe(0);
  });

  test("whatever is asked for, the sum stays within the limit and an assured half is never refused", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.record({ slot: fc.nat(4), amount: fc.integer({ min: -400, max: 400 }) }), { maxLength: 80 }),
        (slots, steps) => {
          const cells = MemoryCells.create(slots, 1000 * KIB);
          const assured = Math.floor(1000 / (2 * slots));
          for (let slot = 0; slot < slots; slot++) cells.begin(slot, slot);
          for (const { slot: any, amount } of steps) {
            const slot = any % slots;
            const held = cells.usedBy(slot) / KIB;
            if (amount < 0) cells.subtract(slot, Math.min(held, -amount));
            else if (held + amount <= assured) expect(cells.tryAdd(slot, amount)).toBe(true);
            else cells.tryAdd(slot, amount);
            expect(cells.used).toBeLessThanOrEqual(1000 * KIB);
          }
        },
      ),
    );
  });
});

describe("SlotMemory", () => {
  function setup(limit: number, needMemory: () => boolean): { memory: SlotMemory; cells: MemoryCells; asked: () => number } {
    const cells = MemoryCells.create(1, limit);
    let asked = 0;
    const calls: HostCalls = {
      call: (op) => {
        if (op !== "storage.needMemory") throw new Error(op);
        asked++;
        return needMemory();
      },
      send: () => undefined,
    };
    const memory = new SlotMemory(cells, 0, calls, 100e6);
    return { memory, cells, asked: () => asked };
  }

  test("counts exact bytes, asks the main thread only when the pool is short, and keeps the peak", () => {
    const { memory, cells, asked } = setup(10 * KIB, () => false);
    const metrics = newTaskMetrics();
    memory.begin(1, metrics);
    for (let i = 0; i < 100; i++) expect(memory.reserve(100)).toBe(true);
    expect(cells.used).toBe(10 * KIB);
    expect(asked()).toBe(0);
    expect(memory.reserve(241)).toBe(false);
    expect(asked()).toBe(1);
    expect(memory.reserve(240)).toBe(true);
    memory.release(10_240);
    expect(cells.used).toBe(0);
    expect(metrics.peakExecutionMemory).toBe(10_240);
    expect(() => memory.release(1)).toThrow(/released/);
    memory.reserve(5);
    memory.end();
    expect(cells.used).toBe(0);
  });

  test("tries again when blocks gave memory up", () => {
    const { memory, cells } = setup(10 * KIB, () => {
      cells.setLimit(20 * KIB);
      return true;
    });
    memory.begin(1, newTaskMetrics());
    expect(memory.reserve(15 * KIB)).toBe(true);
  });
});

describe("HeapGauge", () => {
  test("looks at what is alive before it says full, and not at every call", () => {
    let used = 60;
    let live = 30;
    let collected = 0;
    let time = 0;
    const gauge = new HeapGauge(100, {
      usedBytes: () => used,
      collect: () => {
        collected++;
        used = live;
      },
      now: () => time,
    });
    expect(gauge.full()).toBe(false);
    expect(collected).toBe(0);
    used = 90;
    expect(gauge.full()).toBe(false); // too soon to look again
    expect(collected).toBe(0);
    time = 1;
    expect(gauge.full()).toBe(false); // garbage
    expect(collected).toBe(1);
    used = 90;
    live = 60;
    time = 2;
    expect(gauge.full()).toBe(true);
    expect(collected).toBe(2);
  });

  test("V8's own figures rise with live objects and fall when they are dropped", () => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const gauge = new HeapGauge((before + 60e6) / 0.7);
    let hoard: object[] = [];
    let rounds = 0;
    const until = Date.now() + 20_000;
    let full = false;
    while (!(full = gauge.full()) && Date.now() < until) {
      for (let i = 0; i < 1000; i++) hoard.push({ i, text: [i] });
      rounds++;
    }
    expect(rounds).toBeGreaterThan(10);
    expect(full).toBe(true);
    hoard = [];
    collectGarbage();
    const from = Date.now();
    while (Date.now() - from < 3);
    expect(gauge.full()).toBe(false);
    expect(hoard).toHaveLength(0);
  });
});
