/** Keys of groups, column by column, by group number. Strings are copied: once each where they come with dictionaries, else once a group. */
import { codesFor, vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import { ByteSink } from "../../codegen/bytes";
import { keyKind, type KeyKind } from "../../codegen/key-code";
import { storeBig, storePair, wordsOf } from "../../codegen/pairs";
import { isTwoWords } from "../../types/families";
import { grown } from "./grown";
import { Strings } from "./strings";

/** More different strings than this are only kept apart from the groups while groups share them. */
const MANY_STRINGS = 1 << 16;
/** Groups for each string, at the least, that are worth a dictionary. */
const GROUPS_PER_ENTRY = 4;
/** Of an entry of `beyond`, about: two words of a bigint with its header, and its place in the map. */
const BYTES_BEYOND = 64;

export class KeyColumn {
  readonly kind: KeyKind;
  /** bool, int, f64, long (of one that is no safe integer the high part of its pair, NaN where it has none); numbers of `strings`. */
  values: Uint8Array | Int32Array | Float64Array | null;
  /** Of longs: the low parts of their pairs (codegen/pairs.ts); null while all are safe integers. */
  lows: Float64Array | null = null;
  /** Longs without a pair, by group. */
  readonly beyond = new Map<number, bigint>();
  starts: Int32Array | null = null;
  ends: Int32Array | null = null;
  sink: ByteSink | null = null;
  /** What `values` are the numbers of; null where each group has bytes of its own, between `starts` and `ends` of `sink`. */
  strings: Strings | null = null;
  /** Of strings: the entry of a dictionary that the key of a group was found equal to, plus 1; 0 where that is not known. */
  entries: Int32Array | null = null;
  #entriesOf: Vector | null = null;
  /** Of other types: what equal values have in common, and the values. */
  readonly texts: string[] = [];
  readonly boxed: Boxed[] = [];
  /** 1 where the key is not null. */
  valid: Uint8Array;
  /** Some group's key is null. */
  hasNulls = false;

  /** @param mayNumber strings may be numbered, as long as they come with dictionaries */
  constructor(
    readonly type: DataType,
    capacity: number,
    mayNumber: boolean,
  ) {
    this.kind = keyKind(type);
    this.values =
      this.kind === "bool"
        ? new Uint8Array(capacity)
        : this.kind === "int"
          ? new Int32Array(capacity)
          : this.kind === "f64" || this.kind === "long"
            ? new Float64Array(capacity)
            : null;
    if (this.kind === "bytes" && mayNumber) {
      this.strings = new Strings();
      this.values = new Int32Array(capacity);
    } else if (this.kind === "bytes") {
      this.starts = new Int32Array(capacity);
      this.ends = new Int32Array(capacity);
      this.sink = new ByteSink();
    }
    this.valid = new Uint8Array(capacity).fill(1);
  }

  grow(capacity: number): void {
    if (this.values !== null) this.values = grown(this.values, capacity);
    if (this.lows !== null) this.lows = grown(this.lows, capacity);
    if (this.starts !== null) this.starts = grown(this.starts, capacity);
    if (this.ends !== null) this.ends = grown(this.ends, capacity);
    if (this.entries !== null) this.entries = grown(this.entries, capacity);
    if (!this.hasNulls) {
      this.valid = new Uint8Array(capacity).fill(1);
      return;
    }
    const { length } = this.valid;
    this.valid = grown(this.valid, capacity).fill(1, length);
  }

  /** What code that looks for groups depends on. */
  get form(): KeyForm {
    return { numbered: this.strings !== null, hasNulls: this.hasNulls };
  }

  /** From now on each group has bytes of its own, or a place where others have them, too. */
  unnumber(): void {
    const { strings } = this;
    if (strings === null) return;
    const numbers = this.values as Int32Array;
    this.starts = new Int32Array(numbers.length);
    this.ends = new Int32Array(numbers.length);
    if (strings.count > 0) {
      for (let group = 0; group < numbers.length; group++) {
        this.starts[group] = strings.starts[numbers[group]!]!;
        this.ends[group] = strings.ends[numbers[group]!]!;
      }
    }
    this.sink = strings.sink;
    this.strings = null;
    this.values = null;
  }

  /** Whether numbers of strings cost more than they save, `groups` having been found. */
  hasManyStrings(groups: number): boolean {
    return this.strings !== null && this.strings.count > MANY_STRINGS && this.strings.count * GROUPS_PER_ENTRY > groups;
  }

  /** From now on `entries` is about this dictionary. */
  comparesTo(dictionary: Vector): void {
    if (this.#entriesOf === dictionary) return;
    this.#entriesOf = dictionary;
    if (this.entries === null) this.entries = new Int32Array(this.starts!.length);
    else this.entries.fill(0);
  }

  setNull(group: number): void {
    this.valid[group] = 0;
    this.hasNulls = true;
    if (this.kind === "other") {
      this.texts[group] = "~";
      this.boxed[group] = null;
    }
  }

  /** Of a long that is no safe integer: the low part of its pair. The array in which it is now. */
  setLow(group: number, low: number): Float64Array {
    this.lows ??= new Float64Array(this.values!.length);
    this.lows[group] = low;
    return this.lows;
  }

  get bytesUsed(): number {
    const longs = (this.lows?.byteLength ?? 0) + this.beyond.size * BYTES_BEYOND;
    return longs + (this.sink?.used ?? 0) + (this.entries?.byteLength ?? 0) + (this.strings?.bytesUsed ?? 0);
  }

  /** Keys of groups [from, to) of all `groups`. */
  vector(from: number, to: number, groups: number): Vector {
    const length = to - from;
    const valid = this.hasNulls ? this.valid.slice(from, to) : null;
    switch (this.kind) {
      case "bytes":
        if (this.strings !== null && this.strings.count > 0 && this.strings.count * GROUPS_PER_ENTRY <= groups) {
          const codes = codesFor(this.strings.count, length);
          codes.set((this.values as Int32Array).subarray(from, to));
          return { form: "dictionary", length, codes, dictionary: this.strings.dictionary, valid };
        }
        this.unnumber();
        return {
          form: "bytes",
          length,
          bytes: this.sink!.bytes.subarray(0, this.sink!.used),
          starts: this.starts!.subarray(from, to),
          ends: this.ends!.subarray(from, to),
          valid,
        };
      case "other":
        return vectorOfBoxed(this.boxed.slice(from, to), this.type);
      case "long": {
        const values = (this.values as Float64Array).subarray(from, to);
        return this.#isSafe(from, to) ? { form: "fixed", length, values, valid } : this.#wide(from, to, valid);
      }
      default:
        return { form: "fixed", length, values: narrowed(this.values!.subarray(from, to), this.type), valid };
    }
  }

  /** Whether longs of groups [from, to) are safe integers. */
  #isSafe(from: number, to: number): boolean {
    if (this.lows === null && this.beyond.size === 0) return true;
    const values = this.values!;
    for (let group = from; group < to; group++) if (!(Math.abs(values[group]!) <= Number.MAX_SAFE_INTEGER)) return false;
    return true;
  }

  #wide(from: number, to: number, valid: Uint8Array | null): Vector {
    const { lows, type } = this;
    const highs = this.values!;
    const length = to - from;
    const words = isTwoWords(type) ? 2 : 1;
    const values = new BigInt64Array(length * words);
    const halves = wordsOf(values);
    for (let row = 0; row < length; row++) {
      const high = highs[from + row]!;
      if (high === high) storePair(halves, row, words, high, lows === null ? 0 : lows[from + row]!);
      else storeBig(values, row, words, this.beyond.get(from + row)!);
    }
    return { form: "wide", length, words, values, valid };
  }
}

export interface KeyForm {
  /** Strings are numbered. */
  readonly numbered: boolean;
  /** Some group's key is null. */
  readonly hasNulls: boolean;
}

/** In the arrays that vectors of the type have. */
function narrowed(
  values: Uint8Array | Int32Array | Float64Array,
  type: DataType,
): Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array {
  switch (type.kind) {
    case "byte":
      return new Int8Array(values);
    case "short":
      return new Int16Array(values);
    case "float":
      return new Float32Array(values);
    default:
      return values;
  }
}
