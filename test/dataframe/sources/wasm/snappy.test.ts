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

/** Longs that count up from some start in steps, after bytes that move them away from multiples of eight. */
const keys = fc
  .record({
    before: fc.uint8Array({ maxLength: 80 }),
    first: fc.nat(1 << 30),
    step: fc.integer({ min: 1, max: 40 }),
    count: fc.integer({ min: 1, max: 600 }),
  })
  .map(({ before, first, step, count }) => {
    const longs = BigInt64Array.from({ length: count }, (_, i) => BigInt(first + i * step));
    return Buffer.concat([before, Buffer.from(longs.buffer)]);
  });

test("what snappy compressed is what it was", () => {
  fc.assert(
    fc.property(fc.oneof(repetitive, numbers, keys), (bytes) => {
      expect(decompressed(compressSync(bytes), bytes.length)).toEqual(bytes);
    }),
    { numRuns: 200 },
  );
});

test("damaged blocks end in an error or in bytes, and nothing is written elsewhere", () => {
  fc.assert(
    fc.property(
      fc.oneof(repetitive, keys),
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

/** A block of one literal, then pairs of a literal of one byte and seven bytes from eight back. */
function countingUp(bytes: readonly number[], size: number): Buffer {
  const block = [(size & 127) | 128, size >> 7, (32 - 1) << 2, ...Array<number>(32).fill(7)];
  for (const byte of bytes) block.push(0, byte, ((7 - 4) << 2) | 1, 8);
  return Buffer.from(block);
}

test("longs that differ in their lowest byte keep the others; they end where the bytes are to end", () => {
  const lowest = Array.from({ length: 300 }, (_, i) => (i * 37) & 255);
  const expected = Buffer.concat([Buffer.alloc(32, 7), ...lowest.map((byte) => Buffer.from([byte, 7, 7, 7, 7, 7, 7, 7]))]);
  const size = 32 + 8 * lowest.length;
  expect(decompressed(countingUp(lowest, size), size)).toEqual(expected);
  for (const missing of [1, 8, 100, 170]) expect(decompressed(countingUp(lowest, size), size - missing)).toBeNull();
});
