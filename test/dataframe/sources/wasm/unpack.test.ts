/** Bit-packed groups and runs of all widths beside bits taken one by one; nothing is written far behind the last value. */
import fc from "fast-check";
import { heap } from "../../../../src/dataframe/sources/wasm/heap";

const ROOM = 16;
const GUARD = 64;

/** Values of `width` bits one behind the other, the lowest bit first, in whole groups of eight. */
function packed(values: readonly number[], width: number): number[] {
  const bytes = new Array<number>(Math.ceil(values.length / 8) * width).fill(0);
  values.forEach((value, i) => {
    for (let b = 0; b < width; b++) {
      const bit = i * width + b;
      if ((value >>> b) & 1) bytes[bit >>> 3]! |= 1 << (bit & 7);
    }
  });
  return bytes;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

type Part = { readonly run: number; readonly value: number } | { readonly values: readonly number[] };

function encoded(parts: readonly Part[], width: number): number[] {
  return parts.flatMap((part) => {
    if ("values" in part) return [...varint(((part.values.length / 8) << 1) | 1), ...packed(part.values, width)];
    const bytes = Array.from({ length: (width + 7) >> 3 }, (_, b) => (part.value >>> (8 * b)) & 255);
    return [...varint(part.run << 1), ...bytes];
  });
}

function decoded(bytes: readonly number[], width: number, count: number): number[] {
  const memory = heap();
  const size = width <= 8 ? 1 : width <= 16 ? 2 : 4;
  // A group may be written whole.
  const all = (count + 8) * size + ROOM + GUARD;
  const [from, to] = [memory.allocate(bytes.length + 32), memory.allocate(all)];
  try {
    memory.bytes.set(bytes, from);
    memory.bytes.fill(0xa5, from + bytes.length, from + bytes.length + 32);
    memory.bytes.fill(0xa5, to, to + all);
    const { hybrid8, hybrid16, hybrid32 } = memory.kernels;
    const kernel = size === 1 ? hybrid8 : size === 2 ? hybrid16 : hybrid32;
    expect(kernel(from, from + bytes.length, width, count, to)).toBe(bytes.length);
    expect(memory.bytes.subarray(to + all - GUARD, to + all).every((byte) => byte === 0xa5)).toBe(true);
    const kind = size === 1 ? Uint8Array : size === 2 ? Uint16Array : Uint32Array;
    return Array.from(new kind(memory.buffer, to, count));
  } finally {
    memory.free(from);
    memory.free(to);
  }
}

const widths = Array.from({ length: 33 }, (_, width) => width);

test.each(widths)("%i bits", (width) => {
  const most = width === 32 ? 0xffffffff : 2 ** width - 1;
  const value = fc.oneof(fc.constantFrom(0, most), fc.integer({ min: 0, max: most }));
  const part = fc.oneof(
    fc.integer({ min: 1, max: 5 }).chain((groups) => fc.array(value, { minLength: 8 * groups, maxLength: 8 * groups })),
    fc.record({ run: fc.integer({ min: 1, max: 40 }), value }),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.nat(7), (found, less) => {
      const parts = found.map((one): Part => (Array.isArray(one) ? { values: one } : one));
      const values = parts.flatMap((one) => ("values" in one ? one.values : new Array<number>(one.run).fill(one.value)));
      const last = parts.at(-1)!;
      const count = values.length - ("values" in last ? less : 0);
      expect(decoded(encoded(parts, width), width, count)).toEqual(values.slice(0, count));
    }),
  );
});
