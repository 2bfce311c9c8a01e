/** What rows are known by when samples are drawn: their content. */
import { joined, mixed } from "./random";

/** Everything that the trees can see of rows, as words. */
export function contentOf(
  rows: number,
  cells: Uint8Array,
  stride: number,
  labels: Float64Array,
  weights: Float64Array | null,
): Uint32Array {
  const width = stride / 4 + (weights === null ? 2 : 4);
  const words = new Uint32Array(rows * width);
  const bins = new Uint32Array(cells.buffer, cells.byteOffset, cells.length / 4);
  const y = new Uint32Array(labels.buffer, labels.byteOffset, rows * 2);
  const w = weights === null ? null : new Uint32Array(weights.buffer, weights.byteOffset, rows * 2);
  const binWords = stride / 4;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let i = 0; i < binWords; i++) words[at++] = bins[row * binWords + i]!;
    words[at++] = y[2 * row]!;
    words[at++] = y[2 * row + 1]!;
    if (w === null) continue;
    words[at++] = w[2 * row]!;
    words[at++] = w[2 * row + 1]!;
  }
  return words;
}

/**
 * Keys of rows by their content, given as words of 32 bits: equal rows get keys of their own by being told apart as
 * first, second … of their kind, so that the multiset of keys depends on the multiset of rows alone.
 */
export function rowKeys(words: Uint32Array, rows: number): Uint32Array {
  const width = rows === 0 ? 0 : words.length / rows;
  let size = 16;
  while (size < rows * 2) size *= 2;
  const mask = size - 1;
  const slots = new Int32Array(size).fill(-1);
  const highs = new Uint32Array(rows);
  const lows = new Uint32Array(rows);
  const seen = new Uint32Array(rows);
  const keys = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    let a = 0x2545f491;
    let b = 0x6c078965;
    for (let i = row * width; i < (row + 1) * width; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0xcc9e2d51);
      a = (a << 15) | (a >>> 17);
      b = Math.imul(b + word, 0x1b873593);
      b = (b << 13) | (b >>> 19);
    }
    a = mixed(a);
    b = mixed(b ^ a);
    highs[row] = a;
    lows[row] = b;
    let slot = b & mask;
    for (;;) {
      const first = slots[slot]!;
      if (first < 0) {
        slots[slot] = row;
        keys[row] = a;
        break;
      }
      if (highs[first] === a && lows[first] === b) {
        keys[row] = joined(a, ++seen[first]!);
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return keys;
}
