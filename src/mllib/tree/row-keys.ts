/** What rows are known by when samples are drawn: their content. */
import { joined, mixed } from "./random";

/** Words of 32 bits, `width` of them for each row. */
export interface RowWords {
  readonly words: Uint32Array;
  readonly width: number;
}

/** Everything that the trees can see of rows. */
export function contentOf(cells: Uint8Array, stride: number, labels: Float64Array, weights: Float64Array | null): RowWords[] {
  const doubles = (values: Float64Array): RowWords => {
    return { words: new Uint32Array(values.buffer, values.byteOffset, 2 * values.length), width: 2 };
  };
  const bins = { words: new Uint32Array(cells.buffer, cells.byteOffset, cells.length / 4), width: stride / 4 };
  return [bins, doubles(labels), ...(weights === null ? [] : [doubles(weights)])];
}

/** Rows are told apart in groups of about so many: their table stays in a processor's second-level cache. */
const GROUP_ROWS = 8192;

/**
 * Keys of rows by their content: equal rows get keys of their own by being told apart as first, second … of their kind, so that
 * the multiset of keys depends on the multiset of rows alone.
 */
export function rowKeys(content: readonly RowWords[], rows: number): Uint32Array {
  const keys = new Uint32Array(rows);
  const checks = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    let a = 0x2545f491;
    let b = 0x6c078965;
    for (const { words, width } of content)
      for (let i = row * width, end = i + width; i < end; i++) {
        const word = words[i]!;
        a = Math.imul(a ^ word, 0xcc9e2d51);
        a = (a << 15) | (a >>> 17);
        b = Math.imul(b + word, 0x1b873593);
        b = (b << 13) | (b >>> 19);
      }
    a = mixed(a);
    keys[row] = a;
    checks[row] = mixed(b ^ a);
  }
  tellApart(keys, checks);
  return keys;
}

/** Equal rows have equal keys and checks; of each but the first the key is changed by how many were before. */
function tellApart(keys: Uint32Array, checks: Uint32Array): void {
  const rows = keys.length;
  const bits = Math.max(0, Math.ceil(Math.log2(rows / GROUP_ROWS)));
  const groupOf = (check: number): number => (bits === 0 ? 0 : check >>> (32 - bits));
  const ends = new Uint32Array(2 ** bits);
  for (let row = 0; row < rows; row++) ends[groupOf(checks[row]!)]!++;
  let largest = 0;
  for (let group = 0, end = 0; group < ends.length; group++) {
    largest = Math.max(largest, ends[group]!);
    const begin = end;
    end += ends[group]!;
    ends[group] = begin;
  }
  // Rows of a group one after the other, in their order.
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[ends[groupOf(checks[row]!)]!++] = row;
  const size = 2 ** Math.ceil(Math.log2(2 * largest + 1));
  const slots = new Int32Array(size);
  const firstKeys = new Uint32Array(largest);
  const firstChecks = new Uint32Array(largest);
  const seen = new Uint32Array(largest);
  let from = 0;
  for (const to of ends) {
    slots.fill(-1);
    let kinds = 0;
    for (; from < to; from++) {
      const row = order[from]!;
      const key = keys[row]!;
      const check = checks[row]!;
      let slot = check & (size - 1);
      let kind = slots[slot]!;
      while (kind >= 0 && (firstKeys[kind] !== key || firstChecks[kind] !== check)) {
        slot = (slot + 1) & (size - 1);
        kind = slots[slot]!;
      }
      if (kind >= 0) {
        keys[row] = joined(key, ++seen[kind]!);
        continue;
      }
      slots[slot] = kinds;
      firstKeys[kinds] = key;
      firstChecks[kinds] = check;
      seen[kinds++] = 0;
    }
  }
}
