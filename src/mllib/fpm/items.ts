/** Items: values of any type that can be compared, as places in a list of those that differ from each other. */
import { boxedReader } from "../../columnar/batch";
import type { Boxed, DataType } from "../../columnar/types";
import type { BytesVector, FixedVector, Vector } from "../../columnar/vector";
import { UsageError } from "../../common/errors";
import { simpleString } from "../../dataframe/types/text";
import { asBuffer } from "../../columnar/bytes";

type Key = string | number | bigint | boolean | null;

/** Equal of equal values of one type: -0 is 0. */
function keyOf(value: Boxed): Key {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  return (value as readonly Boxed[]).map((part) => `${typeof part}:${String(keyOf(part))}`.replaceAll(/[\\,]/g, "\\$&")).join();
}

const WITHOUT_ORDER = new Set<DataType["kind"]>(["map", "variant", "calendarInterval"]);

/** Throws of items that cannot be compared. */
export function checkItems(type: DataType, name: string, who: string): void {
  const parts = type.kind === "struct" ? type.fields.map((field) => field.type) : type.kind === "array" ? [type.element] : [];
  for (const part of parts) checkItems(part, name, who);
  if (WITHOUT_ORDER.has(type.kind))
    throw new UsageError(
      "INVALID_COLUMN_TYPE",
      `${who}: items of column ${name} must be comparable, but are ${simpleString(type)}.`,
      {
        parameters: { column: name, type: simpleString(type) },
      },
    );
}

/** An order of items that does not depend on where they lie. */
export function compareItems(a: Boxed, b: Boxed): number {
  const [left, right] = [keyOf(a), keyOf(b)];
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whole numbers below this one are found in an array. */
const FEW = 1 << 16;

/** Numbers items in the order in which they are first seen. */
export class ItemCodes {
  /** The item of each number. */
  readonly values: Boxed[] = [];
  readonly #codes = new Map<Key, number>();
  readonly #texts = new TextCodes();
  /** Of whole numbers: the code plus one. */
  readonly #few = new Int32Array(FEW);
  #dictionary: { readonly column: Vector; readonly codes: Int32Array } | null = null;

  /** @param type of the items */
  constructor(
    private readonly type: DataType,
    values: readonly Boxed[] = [],
  ) {
    for (const value of values) this.codeOf(value);
  }

  codeOf(value: Boxed): number {
    if (typeof value === "string" && this.type.kind === "string")
      return this.#text(Buffer.from(value), 0, Buffer.byteLength(value));
    const key = keyOf(value);
    let code = this.#codes.get(key);
    if (code === undefined) this.#codes.set(key, (code = this.values.push(value) - 1));
    return code;
  }

  /** Of each value of the column; -1 of NaN, which equals nothing. */
  of(column: Vector): Int32Array {
    const codes = this.#present(column);
    if (column.valid !== null) for (let i = 0; i < codes.length; i++) if (column.valid[i] === 0) codes[i] = this.codeOf(null);
    return codes;
  }

  #present(column: Vector): Int32Array {
    const { length, valid } = column;
    if (column.form === "dictionary") {
      if (this.#dictionary?.column !== column.dictionary)
        this.#dictionary = { column: column.dictionary, codes: this.#present(column.dictionary) };
      const { codes } = this.#dictionary;
      return Int32Array.from(column.codes, (code) => codes[code] ?? 0);
    }
    const codes = new Int32Array(length);
    if (column.form === "fixed" && this.type.kind !== "boolean") this.#numbers(column, codes);
    else if (column.form === "bytes" && this.type.kind === "string") this.#textsOf(column, codes);
    else {
      const read = boxedReader(column, this.type);
      for (let i = 0; i < length; i++) if (valid?.[i] !== 0) codes[i] = this.codeOf(read(i));
    }
    return codes;
  }

  #numbers({ values, valid, length }: FixedVector, codes: Int32Array): void {
    for (let i = 0; i < length; i++) {
      if (valid?.[i] === 0) continue;
      const value = values[i]!;
      const few = value >>> 0 === value && value < FEW;
      if (few && this.#few[value] !== 0) codes[i] = this.#few[value]! - 1;
      else {
        codes[i] = value === value ? this.codeOf(value) : -1;
        if (few) this.#few[value] = codes[i]! + 1;
      }
    }
  }

  #textsOf({ bytes, starts, ends, valid, length }: BytesVector, codes: Int32Array): void {
    const buffer = asBuffer(bytes);
    for (let i = 0; i < length; i++) if (valid?.[i] !== 0) codes[i] = this.#text(buffer, starts[i]!, ends[i]!);
  }

  #text(bytes: Uint8Array, start: number, end: number): number {
    const place = this.#texts.find(bytes, start, end);
    if (place >= 0) return place;
    const code = this.values.push(asBuffer(bytes).utf8Slice(start, end)) - 1;
    this.#texts.add(bytes, start, end, code);
    return code;
  }
}

/** Numbers by the bytes of texts: strings need not be made to find them. */
class TextCodes {
  #bytes = new Uint8Array(1 << 12);
  #used = 0;
  #size = 0;
  /** Entry plus one; 0 of an empty slot. */
  #slots = new Int32Array(1 << 10);
  /** Hash, start, end and number of each entry. */
  #entries = new Int32Array(4 << 9);
  /** Of what was last looked for. */
  #hash = 0;
  #slot = 0;

  /** -1 where there is none; `add` must follow then. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let hash = end - start;
    for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[(slot = (slot + 1) & mask)]!)
      if (this.#entries[(entry - 1) * 4] === hash && this.#same(entry - 1, bytes, start, end))
        return this.#entries[(entry - 1) * 4 + 3]!;
    this.#hash = hash;
    this.#slot = slot;
    return -1;
  }

  add(bytes: Uint8Array, start: number, end: number, code: number): void {
    const length = end - start;
    if (this.#used + length > this.#bytes.length) {
      const more = new Uint8Array(Math.max(this.#used + length, this.#bytes.length * 2));
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#used);
    this.#entries.set([this.#hash, this.#used, this.#used + length, code], this.#size * 4);
    this.#used += length;
    this.#slots[this.#slot] = ++this.#size;
    if (this.#size * 2 === this.#slots.length) this.#grow();
  }

  #same(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.#entries[entry * 4 + 1]!;
    if (this.#entries[entry * 4 + 2]! - at !== end - start) return false;
    for (let i = start, j = at; i < end; i++, j++) if (bytes[i] !== this.#bytes[j]) return false;
    return true;
  }

  #grow(): void {
    const entries = new Int32Array(this.#entries.length * 2);
    entries.set(this.#entries);
    this.#entries = entries;
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.#size; entry++) {
      let slot = entries[entry * 4]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}
