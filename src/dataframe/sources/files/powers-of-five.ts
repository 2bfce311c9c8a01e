/** Powers of five for the kernel that reads doubles (wasm/text/doubles.assembly.ts). */
import type { Heap } from "../wasm/heap";

const LEAST = -342;
const GREATEST = 308;

const tables = new WeakMap<Heap, number>();

/** The address of 128 bits, the upper 64 first, of 5^-342 to 5^308, each with its highest bit set; made once for a thread. */
export function powersOfFive(heap: Heap): number {
  let table = tables.get(heap);
  if (table === undefined) {
    table = heap.allocate(16 * (GREATEST - LEAST + 1));
    for (let power = LEAST, at = table; power <= GREATEST; power++, at += 16) {
      const bits = normalized(power);
      heap.bytes.writeBigUInt64LE(bits >> 64n, at);
      heap.bytes.writeBigUInt64LE(bits & (2n ** 64n - 1n), at + 8);
    }
    tables.set(heap, table);
  }
  return table;
}

/** Cut off, but for those whose inverse has less than 64 bits: these are rounded up, so that exact quotients come out exact. */
function normalized(power: number): bigint {
  const five = 5n ** BigInt(Math.abs(power));
  const length = five.toString(2).length;
  if (power >= 0) return length <= 128 ? five << BigInt(128 - length) : five >> BigInt(length - 128);
  const quotient = 2n ** BigInt(length + 127) / five;
  return power >= -27 ? quotient + 1n : quotient;
}
