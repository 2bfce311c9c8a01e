/** Keys of groups, column by column, by group number. Strings are copied: once each where they come with dictionaries, else once a group. */
import { codesFor, vectorBuilder, vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import { ByteSink } from "../../codegen/bytes";
import { keyKind, type KeyKind } from "../../codegen/key-code";
import { grown } from "./grown";
import { Strings } from "./strings";

/** More different strings than this are only kept apart from the groups while groups share them. */
const MANY_STRINGS = 1 << 16;
/** Groups for each string, at the least, that are worth a dictionary. */
const GROUPS_PER_ENTRY = 4;

export class KeyColumn {
  readonly kind: KeyKind;
  /** bool, int, f64, long (NaN for one that is a bigint); numbers of `strings`. */
  values: Uint8Array | Int32Array | Float64Array | null;
  /** Longs that are no safe integers, by group. */
  readonly bigs = new Map<number, bigint>();
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

  setBig(group: number, value: bigint): void {
    this.values![group] = NaN;
    this.bigs.set(group, value);
  }

  get bytesUsed(): number {
    return (this.sink?.used ?? 0) + (this.entries?.byteLength ?? 0) + (this.strings?.bytesUsed ?? 0);
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
        if (this.bigs.size > 0) return this.#wide(from, to);
        return { form: "fixed", length, values: (this.values as Float64Array).subarray(from, to), valid };
      }
      default:
        return { form: "fixed", length, values: narrowed(this.values!.subarray(from, to), this.type), valid };
    }
  }

  #wide(from: number, to: number): Vector {
    const builder = vectorBuilder(this.type, to - from);
    for (let group = from; group < to; group++) {
      builder.append(this.valid[group] === 0 ? null : (this.bigs.get(group) ?? this.values![group]!));
    }
    return builder.finish();
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
