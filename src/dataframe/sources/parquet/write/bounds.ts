/** Least and greatest value of pages and chunks, as the bytes that statistics have. */
import { Physical } from "../metadata";
import type { Heap } from "../../wasm/heap";
import type { WriteLeaf } from "./schema";

export interface PageBounds {
  readonly min: Buffer;
  readonly max: Buffer;
}

/** Longer bounds are cut: what they are for does not need more. */
const MAX_BYTES = 64;

/** Bounds of `count` packed values; null where there are none that order them. */
export function fixedBounds(heap: Heap, leaf: WriteLeaf, values: number, count: number, scratch: number): PageBounds | null {
  if (count === 0) return null;
  const { kernels } = heap;
  const pair = (width: number): PageBounds => ({
    min: Buffer.from(heap.bytes.subarray(scratch, scratch + width)),
    max: Buffer.from(heap.bytes.subarray(scratch + width, scratch + 2 * width)),
  });
  switch (leaf.storage) {
    case "boolean": {
      const trues = kernels.sumOfBytes(values, count);
      return { min: Buffer.of(trues === count ? 1 : 0), max: Buffer.of(trues > 0 ? 1 : 0) };
    }
    case "int":
      kernels.bounds32(values, count, scratch);
      return pair(4);
    case "float":
      return kernels.boundsFloats(values, count, scratch) === 1 ? pair(4) : null;
    case "double":
      return kernels.boundsDoubles(values, count, scratch) === 1 ? pair(8) : null;
    case "long":
    case "millis":
    case "timeMicros":
      kernels.bounds64(values, count, scratch);
      return pair(8);
    case "fixedDecimal":
      kernels.bounds128(values, count, scratch);
      kernels.wordsAsFixed(scratch, leaf.typeLength, 2, scratch + 32);
      return {
        min: Buffer.from(heap.bytes.subarray(scratch + 32, scratch + 32 + leaf.typeLength)),
        max: Buffer.from(heap.bytes.subarray(scratch + 32 + leaf.typeLength, scratch + 32 + 2 * leaf.typeLength)),
      };
    default:
      return null;
  }
}

export function bytesBounds(
  heap: Heap,
  leaf: WriteLeaf,
  bytes: number,
  starts: number,
  ends: number,
  count: number,
): PageBounds | null {
  if (count === 0) return null;
  const both = heap.kernels.boundsOfBytes(bytes, starts, ends, count);
  const value = (place: number): Buffer => {
    const from = heap.bytes.readInt32LE(starts + 4 * place);
    const to = heap.bytes.readInt32LE(ends + 4 * place);
    return Buffer.from(heap.bytes.subarray(bytes + from, bytes + to));
  };
  const isText = leaf.type.kind === "string";
  const max = cutUpper(value(Number(both >> 32n)), isText);
  return max === null ? null : { min: cutLower(value(Number(both & 0xffffffffn)), isText), max };
}

function cutLower(value: Buffer, isText: boolean): Buffer {
  return value.length <= MAX_BYTES ? value : value.subarray(0, isText ? characterStart(value, MAX_BYTES) : MAX_BYTES);
}

/** Above all values that begin as it does: the last byte that can be is raised. Of text, the last ASCII character. */
function cutUpper(value: Buffer, isText: boolean): Buffer | null {
  if (value.length <= MAX_BYTES) return value;
  const most = isText ? 0x7f : 0xff;
  for (let last = MAX_BYTES - 1; last >= 0; last--) {
    if (value[last]! >= most) continue;
    const cut = Buffer.from(value.subarray(0, last + 1));
    cut[last]!++;
    return cut;
  }
  return null;
}

function characterStart(value: Buffer, at: number): number {
  let start = at;
  while (start > 0 && (value[start]! & 0xc0) === 0x80) start--;
  return start;
}

/** Whether the first bound is below the second, in the order of the column. */
export function isBoundBelow(leaf: WriteLeaf, a: Buffer, b: Buffer): boolean {
  switch (leaf.physical) {
    case Physical.Int32:
      return a.readInt32LE() < b.readInt32LE();
    case Physical.Int64:
      return a.readBigInt64LE() < b.readBigInt64LE();
    case Physical.Float:
      return a.readFloatLE() < b.readFloatLE();
    case Physical.Double:
      return a.readDoubleLE() < b.readDoubleLE();
    case Physical.FixedLength:
      // Two's complement, big-endian.
      if ((a[0]! ^ b[0]!) & 0x80) return (a[0]! & 0x80) !== 0;
      return Buffer.compare(a, b) < 0;
    default:
      return Buffer.compare(a, b) < 0;
  }
}
