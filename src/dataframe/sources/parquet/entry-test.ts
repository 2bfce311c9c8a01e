/** The places of a column of codes whose entries have a mark: by a kernel, or by a loop where few places are left. */
import { selectingLoop } from "../../../columnar/selecting-loops";
import type { DictionaryVector } from "../../../columnar/vector";
import { heap } from "../wasm/heap";
import { scratch } from "./page-scratch";

/** All codes go to the kernel: where fewer than one in so many are asked for, that is not worth it. */
const FEWEST_ASKED = 4;
/** What a call of a kernel costs is more than it saves for fewer. */
const FEWEST_CODES = 512;

/** The places among from[0..count), or below `count`, whose entries have the mark 1, to `out`, which may be `from`; how many. */
export function placesMarked(
  codes: DictionaryVector["codes"],
  marks: Uint8Array,
  from: Int32Array | null,
  count: number,
  out: Int32Array,
): number {
  const used = from === null ? count : codes.length;
  if (count < FEWEST_CODES || count * FEWEST_ASKED < used)
    return selectingLoop("entry", codes)(codes, marks, 0, 0, from, count, out);
  const memory = heap();
  const { tested, places } = scratch(memory);
  const bytes = used * codes.BYTES_PER_ELEMENT;
  // The codes first, which lie at a multiple of their size.
  const codesAt = tested.need(bytes + marks.length);
  const marksAt = codesAt + bytes;
  const placesAt = places.need(4 * count);
  const kind = codes.constructor as Uint16ArrayConstructor;
  new kind(memory.buffer, codesAt, used).set(codes.subarray(0, used));
  memory.bytes.set(marks, marksAt);
  const numbers = new Int32Array(memory.buffer, placesAt, count);
  if (from !== null) numbers.set(from.subarray(0, count));
  const { placesOf8, placesOf16, placesOf32 } = memory.kernels;
  const kernel = codes instanceof Uint8Array ? placesOf8 : codes instanceof Uint16Array ? placesOf16 : placesOf32;
  const left = kernel(codesAt, from === null ? 0 : placesAt, count, marksAt, placesAt);
  out.set(numbers.subarray(0, left));
  return left;
}
