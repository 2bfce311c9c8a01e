/** One dictionary of several: rows of different files and row groups keep their codes when they are put together. */
import type { TextBuffer } from "../bytes";
import type { BytesVector, DictionaryVector, Vector } from "../vector";

/** Rows for each entry, at the least: entries are looked at one by one. */
const ROWS_PER_ENTRY = 4;
const MOST_ENTRIES = 1 << 16;

/** Room for codes, in as few bytes each as they need. */
export function codesFor(entries: number, length: number): Uint8Array | Uint16Array | Int32Array {
  if (entries <= 1 << 8) return new Uint8Array(length);
  return entries <= 1 << 16 ? new Uint16Array(length) : new Int32Array(length);
}

/** Codes of all values one after the other, and the strings that they stand for, each once; null where that does not pay. */
export function mergedDictionary(
  vectors: readonly Vector[],
  length: number,
): { readonly codes: Uint8Array | Uint16Array | Int32Array; readonly dictionary: BytesVector } | null {
  const dictionaries = new Set<BytesVector>();
  let entries = 0;
  for (const vector of vectors) {
    if (vector.form !== "dictionary" || vector.dictionary.form !== "bytes") return null;
    if (dictionaries.has(vector.dictionary)) continue;
    dictionaries.add(vector.dictionary);
    entries += vector.dictionary.length;
    if (entries > MOST_ENTRIES || entries * ROWS_PER_ENTRY > length) return null;
  }
  if (entries === 0) return null;
  const { places, dictionary } = together([...dictionaries], entries);
  const codes = codesFor(dictionary.length, length);
  let at = 0;
  for (const vector of vectors as readonly DictionaryVector[]) {
    const place = places.get(vector.dictionary as BytesVector)!;
    for (let i = 0; i < vector.length; i++) codes[at + i] = place[vector.codes[i]!]!;
    at += vector.length;
  }
  return { codes, dictionary };
}

/** `places`: of each entry of each dictionary in the one of them all. */
function together(
  dictionaries: readonly BytesVector[],
  entries: number,
): { readonly places: ReadonlyMap<BytesVector, Uint16Array>; readonly dictionary: BytesVector } {
  const known = new Map<string, number>();
  const places = new Map<BytesVector, Uint16Array>();
  const starts = new Int32Array(entries);
  const ends = new Int32Array(entries);
  const parts: Uint8Array[] = [];
  let size = 0;
  for (const one of dictionaries) {
    const bytes = Buffer.from(one.bytes.buffer, one.bytes.byteOffset, one.bytes.length) as TextBuffer;
    const place = new Uint16Array(one.length);
    for (let entry = 0; entry < one.length; entry++) {
      const [start, end] = [one.starts[entry]!, one.ends[entry]!];
      // One character a byte: different bytes are different texts.
      const text = bytes.latin1Slice(start, end);
      let found = known.get(text);
      if (found === undefined) {
        known.set(text, (found = known.size));
        starts[found] = size;
        ends[found] = size += end - start;
        parts.push(one.bytes.subarray(start, end));
      }
      place[entry] = found;
    }
    places.set(one, place);
  }
  const bytes = new Uint8Array(size);
  parts.forEach((part, i) => bytes.set(part, starts[i]));
  const length = known.size;
  const dictionary = { form: "bytes", length, bytes, starts: starts.slice(0, length), ends: ends.slice(0, length), valid: null };
  return { places, dictionary: dictionary as BytesVector };
}
