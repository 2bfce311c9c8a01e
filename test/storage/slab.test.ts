import fc from "fast-check";
import { Arena, GRANULE } from "../../src/storage/arena";
import { Slab } from "../../src/storage/slab";

describe("Slab", () => {
  test("extents never overlap, books add up, and everything can be had again", () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("allocate" as const), length: fc.integer({ min: 1, max: 90 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("free" as const), which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("shrink" as const), which: fc.nat(), part: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const slab = new Slab(256);
        const live: { start: number; length: number }[] = [];
        for (const action of steps) {
          const chosen = action.kind === "allocate" ? -1 : live.length === 0 ? -1 : action.which % live.length;
          if (action.kind === "allocate") {
            const longest = slab.largestFree();
            const start = slab.allocate(action.length);
            expect(start >= 0).toBe(longest >= action.length);
            if (start < 0) continue;
            for (const other of live)
              expect(start + action.length <= other.start || other.start + other.length <= start).toBe(true);
            live.push({ start, length: action.length });
          } else if (chosen >= 0 && action.kind === "free") {
            slab.free(live.splice(chosen, 1)[0]!.start);
          } else if (chosen >= 0 && action.kind === "shrink") {
            const extent = live[chosen]!;
            extent.length = 1 + (action.part % extent.length);
            slab.shrink(extent.start, extent.length);
          }
          slab.check();
          expect(slab.used).toBe(live.reduce((sum, { length }) => sum + length, 0));
        }
        for (const { start } of live) slab.free(start);
        expect(slab.largestFree()).toBe(256);
      }),
      { numRuns: 300 },
    );
  });

  test("refuses to free what is not an extent in use", () => {
    const slab = new Slab(16);
    const start = slab.allocate(4);
    expect(() => slab.free(start + 1)).toThrow(/not the start of an extent/);
    slab.free(start);
    expect(() => slab.free(start)).toThrow(/not the start of an extent/);
  });
});

describe("Arena", () => {
  test("hands out bytes of shared memory up to its limit, adding slabs on demand", () => {
    const arena = new Arena(4 * 65_536, 2 * 65_536);
    expect(arena.memories).toHaveLength(0);
    const first = arena.allocate(65_536 + 1)!;
    expect(first).toEqual({ slab: 0, offset: 0, length: 65_537 });
    expect(arena.used).toBe(65_536 + GRANULE);
    const second = arena.allocate(65_536)!;
    expect(second.slab).toBe(1);
    expect(arena.memories).toHaveLength(2);
    expect(arena.allocate(2 * 65_536)).toBeNull();
    arena.bytes(first).fill(1);
    arena.bytes(second).fill(2);
    expect(new Uint8Array(arena.memories[1]!.buffer)[second.offset]).toBe(2);
    expect(arena.bytes(first).every((byte) => byte === 1)).toBe(true);
    const smaller = arena.shrink(first, 10);
    expect(arena.capacityOf(smaller)).toBe(GRANULE);
    arena.release(smaller);
    arena.release(second);
    expect(arena.used).toBe(0);
    expect(arena.touched).toBeGreaterThan(0);
    arena.check();
  });
});
