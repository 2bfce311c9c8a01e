import fc from "fast-check";
import { compressSync } from "snappy";
import { heap } from "../../../../src/dataframe/sources/wasm/heap";

/** Copies in steps may touch so many bytes behind what was asked for. */
const SLACK = 32;
const GUARD = 64;

/** The decompressed bytes, or null; fails where anything else was written. */
function decompressed(block: Uint8Array, size: number): Buffer | null {
  const memory = heap();
  const from = memory.allocate(block.length + SLACK);
  const to = memory.allocate(size + SLACK + GUARD);
  try {
    memory.bytes.set(block, from);
    memory.bytes.fill(0xa5, to, to + size + SLACK + GUARD);
    const written = memory.kernels.snappyDecompress(from, from + block.length, to, to + size);
    const behind = memory.bytes.subarray(to + size + SLACK, to + size + SLACK + GUARD);
    expect(behind.every((byte) => byte === 0xa5)).toBe(true);
    expect(written).toBeLessThanOrEqual(size);
    return written === size ? Buffer.from(memory.bytes.subarray(to, to + size)) : null;
  } finally {
    memory.free(from);
    memory.free(to);
  }
}

/** Bytes in which much is repeated, from near and far, in pieces of all lengths. */
const repetitive = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 90 }).map((bytes) => ({ bytes, back: 0, length: 0 })),
      fc.record({
        bytes: fc.constant(new Uint8Array(0)),
        back: fc.integer({ min: 1, max: 70_000 }),
        length: fc.integer({ min: 4, max: 200 }),
      }),
      fc.record({
        bytes: fc.constant(new Uint8Array(0)),
        back: fc.integer({ min: 1, max: 20 }),
        length: fc.integer({ min: 4, max: 70 }),
      }),
    ),
    { minLength: 1, maxLength: 300 },
  )
  .map((pieces) => {
    const out: number[] = [];
    for (const { bytes, back, length } of pieces) {
      out.push(...bytes);
      const distance = Math.min(back, out.length);
      if (distance > 0) for (let i = 0; i < length; i++) out.push(out[out.length - distance]!);
    }
    return Buffer.from(out);
  });

const numbers = fc
  .array(fc.integer({ min: 0, max: 1 << 24 }), { minLength: 1, maxLength: 2000 })
  .map((values) => Buffer.from(new Float64Array(values).buffer));

test("what snappy compressed is what it was", () => {
  fc.assert(
    fc.property(fc.oneof(repetitive, numbers), (bytes) => {
      expect(decompressed(compressSync(bytes), bytes.length)).toEqual(bytes);
    }),
    { numRuns: 200 },
  );
});

test("damaged blocks end in an error or in bytes, and nothing is written elsewhere", () => {
  fc.assert(
    fc.property(
      repetitive,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.nat(80),
      (bytes, flips, less) => {
        const block = compressSync(bytes);
        // Not in the length that the block says it has.
        for (const [at, value] of flips) block[3 + (at % Math.max(1, block.length - 3))] = value;
        decompressed(block.subarray(0, Math.max(1, block.length - (less % 3))), Math.max(0, bytes.length - less));
      },
    ),
    { numRuns: 300 },
  );
});
