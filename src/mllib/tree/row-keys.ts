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

/** Where keys, and what is needed to make them, stand. Gets back what is needed no more; keys are for the caller to give back. */
export interface KeyMemory {
  /** So many bytes, whatever is in them. */
  bytes(length: number): Uint8Array;
  giveBack(data: object): void;
}

const OWN_MEMORY: KeyMemory = { bytes: (length) => new Uint8Array(length), giveBack: () => undefined };

function wordsIn(memory: KeyMemory, length: number): Int32Array {
  const bytes = memory.bytes(4 * length);
  return new Int32Array(bytes.buffer, bytes.byteOffset, length);
}

/** Rows are told apart in groups of about so many: their table stays in a processor's second-level cache. */
const GROUP_ROWS = 8192;

/**
 * Keys of rows by their content: equal rows get keys of their own by being told apart as first, second … of their kind, so that
 * the multiset of keys depends on the multiset of rows alone.
 */
export function rowKeys(content: readonly RowWords[], rows: number, memory: KeyMemory = OWN_MEMORY): Uint32Array {
  const [keys, checks] = [wordsIn(memory, rows).fill(0x2545f491), wordsIn(memory, rows).fill(0x6c078965)];
  for (const { words, width } of content)
    for (let row = 0, i = 0; row < rows; row++) {
      let a = keys[row]!;
      let b = checks[row]!;
      for (const end = i + width; i < end; i++) {
        const word = words[i]!;
        a = Math.imul(a ^ word, 0xcc9e2d51);
        a = (a << 15) | (a >>> 17);
        b = Math.imul(b + word, 0x1b873593);
        b = (b << 13) | (b >>> 19);
      }
      keys[row] = a;
      checks[row] = b;
    }
  for (let row = 0; row < rows; row++) {
    const key = mixed(keys[row]!);
    keys[row] = key;
    checks[row] = mixed(checks[row]! ^ key);
  }
  tellApart(keys, checks, memory);
  memory.giveBack(checks);
  return new Uint32Array(keys.buffer, keys.byteOffset, rows);
}

/** Equal rows have equal keys and checks; of each but the first the key is changed by how many were before. */
function tellApart(keys: Int32Array, checks: Int32Array, memory: KeyMemory): void {
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
  // Rows of a group one after the other, in their order, with what is compared: their group is then read from the cache alone.
  const [order, ownKeys, ownChecks] = [wordsIn(memory, rows), wordsIn(memory, rows), wordsIn(memory, rows)];
  for (let row = 0; row < rows; row++) {
    const check = checks[row]!;
    const place = ends[groupOf(check)]!++;
    order[place] = row;
    ownKeys[place] = keys[row]!;
    ownChecks[place] = check;
  }
  const mask = 2 ** Math.ceil(Math.log2(2 * largest + 1)) - 1;
  // Open addressing: the place of the first of a kind, or -1.
  const slots = new Int32Array(mask + 1);
  const seen = new Uint32Array(largest);
  let place = 0;
  for (const end of ends) {
    slots.fill(-1);
    for (const begin = place; place < end; place++) {
      const key = ownKeys[place]!;
      const check = ownChecks[place]!;
      let slot = check & mask;
      let first = slots[slot]!;
      while (first >= 0 && (ownKeys[first] !== key || ownChecks[first] !== check)) {
        slot = (slot + 1) & mask;
        first = slots[slot]!;
      }
      if (first >= 0) keys[order[place]!] = joined(key, ++seen[first - begin]!);
      else {
        slots[slot] = place;
        seen[place - begin] = 0;
      }
    }
  }
  memory.giveBack([order, ownKeys, ownChecks]);
}
