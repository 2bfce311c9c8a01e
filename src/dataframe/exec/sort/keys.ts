/**
 * Columns as sort keys: words whose unsigned order is the order of the values, and a comparison for where words do not
 * tell all. Descending keys have their words turned over; nulls are told apart before words are looked at.
 */
import { boxedReader, flattened } from "../../../columnar/batch";
import { pick } from "../../../columnar/batch/picking";
import type { DataType } from "../../../columnar/types";
import type { BytesVector, Vector } from "../../../columnar/vector";
import { compareBytes, equalBytes } from "../../codegen/bytes";
import { wordsOf } from "../../codegen/pairs";
import { isBinaryString } from "../../types/families";
import { compareValues } from "../../expressions/compare";
import type { SortOrder } from "../../expressions/expression";

export interface SortKey {
  readonly nullsFirst: boolean;
  /** 1 where there is a value; null where none is missing. */
  readonly valid: Uint8Array | null;
  /** Writes the words of rows order[from … to) at these places; false where only `compare` knows the order. */
  words(order: Int32Array, from: number, to: number, high: Uint32Array, low: Uint32Array): boolean;
  /**
   * Whether rows of one range with equal words, of which `low` is the low one, have equal values. Where not, words of a range of
   * these rows alone tell more. Null: always.
   */
  readonly isWhole: ((low: number) => boolean) | null;
  /** Order of two rows that have values, as wanted. */
  compare(a: number, b: number): number;
  /** Sets marks[i] to 1 where row i, from 1 on and below `length`, differs from the row before it; nulls are alike. */
  markChanges(marks: Uint8Array, length: number): void;
}

export function sortKey(vector: Vector, type: DataType, order: SortOrder): SortKey {
  const key = ascendingKey(vector, type);
  const { isWhole, compare } = key;
  const { valid } = vector;
  return {
    nullsFirst: order.nullsFirst,
    valid,
    isWhole: order.ascending || isWhole === null ? isWhole : (low) => isWhole(~low),
    words: order.ascending
      ? key.words
      : (rows, from, to, high, low) => {
          if (!key.words(rows, from, to, high, low)) return false;
          for (let i = from; i < to; i++) {
            high[i] = ~high[i]!;
            low[i] = ~low[i]!;
          }
          return true;
        },
    compare: order.ascending ? compare : (a, b) => compare(b, a),
    markChanges:
      valid === null
        ? key.markChanges
        : (marks, length) => {
            for (let i = 1; i < length; i++) {
              const has = valid[i]!;
              if (has !== valid[i - 1] || (has === 1 && compare(i - 1, i) !== 0)) marks[i] = 1;
            }
          },
  };
}

type AscendingKey = Pick<SortKey, "isWhole" | "words" | "compare" | "markChanges">;

function ascendingKey(vector: Vector, type: DataType): AscendingKey {
  switch (vector.form) {
    case "fixed": {
      const { values } = vector;
      if (values instanceof Float32Array) return doubles(values);
      if (values instanceof Float64Array)
        return type.kind === "double" || type.kind === "float" ? doubles(values) : wholes(values);
      return integers(values);
    }
    case "wide":
      if (vector.words === 1) return longs(wordsOf(vector.values));
      break;
    case "bytes":
      if (isBinaryString(type)) return strings(vector);
      break;
    case "dictionary": {
      const { dictionary, codes, length } = vector;
      if (dictionary.form === "bytes" && isBinaryString(type) && dictionary.length <= length) {
        return integers(pick(ranksOf(dictionary), codes, length, false));
      }
      if (dictionary.form === "fixed" || (dictionary.form === "bytes" && isBinaryString(type))) {
        return ascendingKey(flattened(vector), type);
      }
      break;
    }
    default:
      break;
  }
  const read = boxedReader({ ...vector, valid: null } as Vector, type);
  const order = compareValues(type);
  const compare = (a: number, b: number): number => order(read(a), read(b));
  return { isWhole: null, words: () => false, compare, markChanges: marking((i) => compare(i - 1, i) !== 0) };
}

/** Marks the rows of which `differs` says so. */
function marking(differs: (row: number) => boolean): SortKey["markChanges"] {
  return (marks, length) => {
    for (let i = 1; i < length; i++) if (differs(i)) marks[i] = 1;
  };
}

function integers(values: Uint8Array | Int8Array | Int16Array | Int32Array): AscendingKey {
  return {
    isWhole: null,
    words: (order, from, to, high, low) => {
      for (let i = from; i < to; i++) high[i] = values[order[i]!]! ^ 0x80000000;
      low.fill(0, from, to);
      return true;
    },
    compare: (a, b) => values[a]! - values[b]!,
    markChanges: (marks, length) => {
      for (let i = 1; i < length; i++) if (values[i] !== values[i - 1]) marks[i] = 1;
    },
  };
}

/** Safe integers: by their two's complement, with the sign turned over. */
function wholes(values: Float64Array): AscendingKey {
  return {
    isWhole: null,
    words: (order, from, to, high, low) => {
      for (let i = from; i < to; i++) {
        const value = values[order[i]!]!;
        const top = Math.floor(value / 2 ** 32);
        high[i] = top ^ 0x80000000;
        low[i] = value - top * 2 ** 32;
      }
      return true;
    },
    compare: (a, b) => values[a]! - values[b]!,
    markChanges: (marks, length) => {
      for (let i = 1; i < length; i++) if (values[i] !== values[i - 1]) marks[i] = 1;
    },
  };
}

/** Integers of 64 bits, by their halves: the low one first in `words`. */
function longs(words: Int32Array): AscendingKey {
  return {
    isWhole: null,
    words: (order, from, to, high, low) => {
      for (let i = from; i < to; i++) {
        const at = 2 * order[i]!;
        high[i] = words[at + 1]! ^ 0x80000000;
        low[i] = words[at]!;
      }
      return true;
    },
    compare: (a, b) => words[2 * a + 1]! - words[2 * b + 1]! || (words[2 * a]! >>> 0) - (words[2 * b]! >>> 0),
    markChanges: marking((i) => words[2 * i] !== words[2 * i - 2] || words[2 * i + 1] !== words[2 * i - 1]),
  };
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** By their bits, turned so that they order as unsigned words do. */
function doubles(values: Float64Array | Float32Array): AscendingKey {
  return {
    isWhole: null,
    words: (order, from, to, high, low) => {
      for (let i = from; i < to; i++) {
        const value = values[order[i]!]!;
        // Adding 0 makes 0 of -0; NaN of any bits becomes the one above all numbers.
        double[0] = value === value ? value + 0 : NaN;
        const top = halves[1]!;
        const sign = top >> 31;
        high[i] = top ^ (sign | 0x80000000);
        low[i] = halves[0]! ^ sign;
      }
      return true;
    },
    compare: (a, b) => {
      const x = values[a]!;
      const y = values[b]!;
      if (x < y) return -1;
      if (x > y) return 1;
      if (x === y) return 0;
      return x === x ? -1 : y === y ? 1 : 0;
    },
    markChanges: (marks, length) => {
      for (let i = 1; i < length; i++) {
        const value = values[i]!;
        const before = values[i - 1]!;
        if (value !== before && (value === value || before === before)) marks[i] = 1;
      }
    },
  };
}

/** Bytes of a string in its words; in the last byte of the low one: how many there are, or LONGER. */
const IN_WORDS = 7;
const LONGER = 8;

/** Seven bytes behind what all strings of the range begin with, and how many are left of the string. */
function strings(vector: BytesVector): AscendingKey {
  const { bytes, starts, ends } = vector;
  return {
    isWhole: (low) => (low & 0xff) !== LONGER,
    words: (order, from, to, high, low) => {
      const skip = commonPrefix(vector, order, from, to);
      for (let i = from; i < to; i++) {
        const row = order[i]!;
        const start = starts[row]! + skip;
        const left = ends[row]! - start;
        let h = 0;
        let l = 0;
        for (let k = 0; k < 4; k++) h = (h << 8) | (k < left ? bytes[start + k]! : 0);
        for (let k = 4; k < IN_WORDS; k++) l = (l << 8) | (k < left ? bytes[start + k]! : 0);
        high[i] = h;
        low[i] = (l << 8) | (left > IN_WORDS ? LONGER : left);
      }
      return true;
    },
    compare: (a, b) => compareBytes(bytes, starts[a]!, ends[a]!, bytes, starts[b]!, ends[b]!),
    markChanges: marking((i) => !equalBytes(bytes, starts[i]!, ends[i]!, bytes, starts[i - 1]!, ends[i - 1]!)),
  };
}

function commonPrefix({ bytes, starts, ends }: BytesVector, order: Int32Array, from: number, to: number): number {
  const first = order[from]!;
  const start = starts[first]!;
  let length = ends[first]! - start;
  for (let i = from + 1; i < to && length > 0; i++) {
    const row = order[i]!;
    const other = starts[row]!;
    length = Math.min(length, ends[row]! - other);
    let at = 0;
    while (at < length && bytes[other + at] === bytes[start + at]) at++;
    length = at;
  }
  return length;
}

/** The places of a dictionary's entries in their order; equal entries have one. */
function ranksOf(dictionary: BytesVector): Int32Array {
  const { compare } = strings(dictionary);
  const order = Array.from({ length: dictionary.length }, (_, i) => i).sort(compare);
  const ranks = new Int32Array(dictionary.length);
  order.forEach((entry, i) => {
    ranks[entry] = i > 0 && compare(order[i - 1]!, entry) === 0 ? ranks[order[i - 1]!]! : i;
  });
  return ranks;
}
