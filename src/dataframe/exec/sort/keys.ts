/**
 * Columns as sort keys: words whose unsigned order is the order of the values, and a comparison for where words do not
 * tell all. Descending keys have their words turned over; nulls are told apart before words are looked at.
 */
import { boxedReader } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { BytesVector, Vector } from "../../../columnar/vector";
import { compareBytes } from "../../codegen/bytes";
import { isBinaryString } from "../../types/families";
import { compareValues } from "../../expressions/compare";
import type { SortOrder } from "../../expressions/expression";

export interface SortKey {
  readonly nullsFirst: boolean;
  /** 1 where there is a value; null where none is missing. */
  readonly valid: Uint8Array | null;
  /** The words of rows order[from … to), in that order; none where only `compare` knows the order. */
  words(order: Int32Array, from: number, to: number): { readonly high: Uint32Array; readonly low: Uint32Array } | null;
  /**
   * Whether rows of one range with equal words, of which `low` is the low one, have equal values. Where not, words of a range of
   * these rows alone tell more.
   */
  isWhole(low: number): boolean;
  /** Order of two rows that have values, as wanted. */
  compare(a: number, b: number): number;
}

export function sortKey(vector: Vector, type: DataType, order: SortOrder): SortKey {
  const direction = order.ascending ? 1 : -1;
  const key = ascendingKey(vector, type);
  const { compare } = key;
  const flip = order.ascending ? 0 : -1;
  return {
    nullsFirst: order.nullsFirst,
    valid: vector.valid,
    isWhole: order.ascending ? key.isWhole : (low) => key.isWhole(~low),
    words: (rows, from, to) => {
      const words = key.words(rows, from, to);
      if (words !== null && flip !== 0) {
        const { high, low } = words;
        for (let i = 0; i < high.length; i++) {
          high[i] = ~high[i]!;
          low[i] = ~low[i]!;
        }
      }
      return words;
    },
    compare: direction === 1 ? compare : (a, b) => compare(b, a),
  };
}

type AscendingKey = Pick<SortKey, "isWhole" | "words" | "compare">;

const always = (): boolean => true;

function ascendingKey(vector: Vector, type: DataType): AscendingKey {
  switch (vector.form) {
    case "fixed":
      return vector.values instanceof Float64Array || vector.values instanceof Float32Array
        ? doubles(vector.values)
        : integers(vector.values);
    case "bytes":
      if (isBinaryString(type)) return strings(vector);
      break;
    case "dictionary":
      if (vector.dictionary.form === "bytes" && isBinaryString(type) && vector.dictionary.length <= vector.length) {
        return ranked(vector.dictionary, vector.codes);
      }
      if (vector.dictionary.form === "bytes" && isBinaryString(type)) return coded(strings(vector.dictionary), vector.codes);
      if (vector.dictionary.form === "fixed") return coded(ascendingKey(vector.dictionary, type), vector.codes);
      break;
    default:
      break;
  }
  const read = boxedReader({ ...vector, valid: null } as Vector, type);
  const compare = compareValues(type);
  return { isWhole: always, words: () => null, compare: (a, b) => compare(read(a), read(b)) };
}

function integers(values: Uint8Array | Int8Array | Int16Array | Int32Array): AscendingKey {
  return {
    isWhole: always,
    words: (order, from, to) => {
      const high = new Uint32Array(to - from);
      for (let i = from; i < to; i++) high[i - from] = values[order[i]!]! ^ 0x80000000;
      return { high, low: new Uint32Array(to - from) };
    },
    compare: (a, b) => values[a]! - values[b]!,
  };
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** By their bits, turned so that they order as unsigned words do. */
function doubles(values: Float64Array | Float32Array): AscendingKey {
  return {
    isWhole: always,
    words: (order, from, to) => {
      const high = new Uint32Array(to - from);
      const low = new Uint32Array(to - from);
      for (let i = from; i < to; i++) {
        const value = values[order[i]!]!;
        // Adding 0 makes 0 of -0; NaN of any bits becomes the one above all numbers.
        double[0] = value === value ? value + 0 : NaN;
        const top = words[1]!;
        const sign = top >> 31;
        high[i - from] = top ^ (sign | 0x80000000);
        low[i - from] = words[0]! ^ sign;
      }
      return { high, low };
    },
    compare: (a, b) => {
      const x = values[a]!;
      const y = values[b]!;
      if (x < y) return -1;
      if (x > y) return 1;
      if (x === y) return 0;
      return x === x ? -1 : y === y ? 1 : 0;
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
    words: (order, from, to) => {
      const skip = commonPrefix(vector, order, from, to);
      const high = new Uint32Array(to - from);
      const low = new Uint32Array(to - from);
      for (let i = from; i < to; i++) {
        const row = order[i]!;
        const start = starts[row]! + skip;
        const left = ends[row]! - start;
        let h = 0;
        let l = 0;
        for (let k = 0; k < 4; k++) h = (h << 8) | (k < left ? bytes[start + k]! : 0);
        for (let k = 4; k < IN_WORDS; k++) l = (l << 8) | (k < left ? bytes[start + k]! : 0);
        high[i - from] = h;
        low[i - from] = (l << 8) | (left > IN_WORDS ? LONGER : left);
      }
      return { high, low };
    },
    compare: (a, b) => compareBytes(bytes, starts[a]!, ends[a]!, bytes, starts[b]!, ends[b]!),
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

/** A dictionary that is sorted once: its entries' places are the keys. Equal entries have one place. */
function ranked(dictionary: BytesVector, codes: Int32Array | Uint16Array | Uint8Array): AscendingKey {
  const { compare } = strings(dictionary);
  const order = Array.from({ length: dictionary.length }, (_, i) => i).sort(compare);
  const ranks = new Int32Array(dictionary.length);
  order.forEach((entry, i) => {
    ranks[entry] = i > 0 && compare(order[i - 1]!, entry) === 0 ? ranks[order[i - 1]!]! : i;
  });
  return coded(integers(ranks), codes);
}

function coded(key: AscendingKey, codes: Int32Array | Uint16Array | Uint8Array): AscendingKey {
  return {
    isWhole: key.isWhole,
    words: (order, from, to) => {
      const entries = new Int32Array(to - from);
      for (let i = from; i < to; i++) entries[i - from] = codes[order[i]!]!;
      return key.words(entries, 0, to - from);
    },
    compare: (a, b) => key.compare(codes[a]!, codes[b]!),
  };
}
