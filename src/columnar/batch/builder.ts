/** Grows a vector value by value, from boxed values. Generated code writes typed arrays itself; this is for everything else. */
import { InternalError } from "../../common/errors";
import { asBuffer } from "../bytes";
import type { Boxed, CalendarInterval, DataType, MapValue, VariantValue } from "../types";
import type { Vector } from "../vector";

export interface VectorBuilder {
  append(value: Boxed): void;
  readonly length: number;
  /** The vector; the builder is used up. */
  finish(): Vector;
}

/** A builder of a vector of `type`; `expected` values make it its first size. */
export function vectorBuilder(type: DataType, expected = 16): VectorBuilder {
  switch (type.kind) {
    case "null":
      return new NullBuilder();
    case "boolean":
      return new FixedBuilder(new Uint8Array(expected));
    case "byte":
      return new FixedBuilder(new Int8Array(expected));
    case "short":
      return new FixedBuilder(new Int16Array(expected));
    case "int":
    case "date":
    case "yearMonthInterval":
      return new FixedBuilder(new Int32Array(expected));
    case "float":
      return new FixedBuilder(new Float32Array(expected));
    case "double":
      return new FixedBuilder(new Float64Array(expected));
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
    case "dayTimeInterval":
      return new IntegerBuilder(expected, 1);
    case "decimal":
      return new IntegerBuilder(expected, type.precision <= 18 ? 1 : 2);
    case "string":
    case "binary":
      return new BytesBuilder(expected);
    case "array":
      return new ListBuilder(type.element, expected);
    case "map":
      return new MapBuilder(type.key, type.value, expected);
    case "struct":
      return new StructBuilder(
        type.fields.map((field) => field.type),
        (value) => value as readonly Boxed[],
        expected,
      );
    case "calendarInterval":
      return new StructBuilder(
        [{ kind: "int" }, { kind: "int" }, { kind: "long" }],
        (value) => {
          const { months, days, microseconds } = value as CalendarInterval;
          return [months, days, microseconds];
        },
        expected,
      );
    case "variant":
      return new StructBuilder(
        [{ kind: "binary" }, { kind: "binary" }],
        (value) => {
          const { value: bytes, metadata } = value as VariantValue;
          return [bytes, metadata];
        },
        expected,
      );
    case "udt":
      return vectorBuilder(type.sqlType, expected);
  }
}

/** A copy with room for at least `length` values. */
export function grown<A extends { readonly length: number; set(from: A): void }>(array: A, length: number): A {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(16, length, array.length * 2));
  larger.set(array);
  return larger;
}

class Validity {
  #valid: Uint8Array | null = null;

  /** Value `index` is null; all before it that were not told are not. */
  missing(index: number): void {
    if (this.#valid === null) this.#valid = new Uint8Array(Math.max(64, index * 2)).fill(1);
    else if (index >= this.#valid.length) this.#grow(index);
    this.#valid[index] = 0;
  }

  #grow(index: number): void {
    const before = this.#valid!;
    const valid = new Uint8Array(Math.max(index + 1, before.length * 2)).fill(1, before.length);
    valid.set(before);
    this.#valid = valid;
  }

  finish(length: number): Uint8Array | null {
    if (this.#valid === null) return null;
    if (this.#valid.length < length) this.#grow(length);
    return this.#valid.subarray(0, length);
  }
}

class NullBuilder implements VectorBuilder {
  length = 0;

  append(): void {
    this.length++;
  }

  finish(): Vector {
    return { form: "null", length: this.length, valid: new Uint8Array(this.length) };
  }
}

class FixedBuilder<
  A extends Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array,
> implements VectorBuilder {
  length = 0;
  readonly #validity = new Validity();

  constructor(private values: A) {}

  append(value: Boxed): void {
    if (this.length === this.values.length) this.values = grown(this.values as never, this.length + 1);
    if (value === null) this.#validity.missing(this.length);
    else this.values[this.length] = value as number;
    this.length++;
  }

  finish(): Vector {
    const { length } = this;
    return { form: "fixed", length, values: this.values.subarray(0, length) as A, valid: this.#validity.finish(length) };
  }
}

/** Doubles while all values are safe integers; words of 64 bits from the first one that is not. */
class IntegerBuilder implements VectorBuilder {
  length = 0;
  readonly #validity = new Validity();
  #values: Float64Array;
  #wide: BigInt64Array | null = null;

  constructor(
    expected: number,
    private readonly words: 1 | 2,
  ) {
    this.#values = new Float64Array(expected);
  }

  append(value: Boxed): void {
    const index = this.length++;
    if (value === null) this.#validity.missing(index);
    if (this.#wide !== null || typeof value === "bigint") {
      this.#appendWide(index, BigInt((value ?? 0) as number | bigint));
      return;
    }
    if (index === this.#values.length) this.#values = grown(this.#values, index + 1);
    this.#values[index] = (value ?? 0) as number;
  }

  #appendWide(index: number, value: bigint): void {
    const { words } = this;
    if (this.#wide === null) {
      this.#wide = new BigInt64Array(Math.max(16, 2 * index) * words);
      for (let i = 0; i < index; i++) this.#put(i, BigInt(this.#values[i]!));
    }
    if ((index + 1) * words > this.#wide.length) this.#wide = grown(this.#wide, (index + 1) * words);
    this.#put(index, value);
  }

  #put(index: number, value: bigint): void {
    const wide = this.#wide!;
    if (this.words === 1) wide[index] = value;
    else {
      wide[2 * index] = BigInt.asIntN(64, value);
      wide[2 * index + 1] = value >> 64n;
    }
  }

  finish(): Vector {
    const { length, words } = this;
    const valid = this.#validity.finish(length);
    return this.#wide === null
      ? { form: "fixed", length, values: this.#values.subarray(0, length), valid }
      : { form: "wide", length, words, values: this.#wide.subarray(0, length * words), valid };
  }
}

/** Up to here a loop is faster than a call into the runtime. */
const SHORT_TEXT = 40;

class BytesBuilder implements VectorBuilder {
  length = 0;
  readonly #validity = new Validity();
  #bytes = asBuffer(Buffer.allocUnsafeSlow(256));
  #used = 0;
  #starts: Int32Array;
  #ends: Int32Array;

  constructor(expected: number) {
    this.#starts = new Int32Array(expected);
    this.#ends = new Int32Array(expected);
  }

  append(value: Boxed): void {
    const index = this.length++;
    if (index === this.#starts.length) {
      this.#starts = grown(this.#starts, index + 1);
      this.#ends = grown(this.#ends, index + 1);
    }
    this.#starts[index] = this.#used;
    if (value === null) this.#validity.missing(index);
    else if (typeof value === "string") this.#text(value);
    else this.#raw(value as Uint8Array);
    this.#ends[index] = this.#used;
  }

  #text(text: string): void {
    const { length } = text;
    this.#reserve(length * 3);
    if (length <= SHORT_TEXT) {
      const bytes = this.#bytes;
      const start = this.#used;
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[start + i] = unit;
      }
      if (i === length) {
        this.#used = start + length;
        return;
      }
    }
    this.#used += this.#bytes.utf8Write(text, this.#used);
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#used + count;
    if (needed <= this.#bytes.length) return;
    if (needed > 0x7fffffff) throw new InternalError("A vector of strings would hold more than 2 GiB.");
    const larger = asBuffer(Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }

  finish(): Vector {
    const { length } = this;
    return {
      form: "bytes",
      length,
      bytes: new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#used),
      starts: this.#starts.subarray(0, length),
      ends: this.#ends.subarray(0, length),
      valid: this.#validity.finish(length),
    };
  }
}

class ListBuilder implements VectorBuilder {
  length = 0;
  readonly #validity = new Validity();
  readonly #child: VectorBuilder;
  #starts: Int32Array;
  #ends: Int32Array;

  constructor(element: DataType, expected: number) {
    this.#child = vectorBuilder(element, expected);
    this.#starts = new Int32Array(expected);
    this.#ends = new Int32Array(expected);
  }

  append(value: Boxed): void {
    const index = this.length++;
    if (index === this.#starts.length) {
      this.#starts = grown(this.#starts, index + 1);
      this.#ends = grown(this.#ends, index + 1);
    }
    this.#starts[index] = this.#child.length;
    if (value === null) this.#validity.missing(index);
    else for (const element of value as readonly Boxed[]) this.#child.append(element);
    this.#ends[index] = this.#child.length;
  }

  finish(): Vector {
    const { length } = this;
    return {
      form: "list",
      length,
      starts: this.#starts.subarray(0, length),
      ends: this.#ends.subarray(0, length),
      child: this.#child.finish(),
      valid: this.#validity.finish(length),
    };
  }
}

class MapBuilder implements VectorBuilder {
  length = 0;
  readonly #validity = new Validity();
  readonly #keys: VectorBuilder;
  readonly #items: VectorBuilder;
  #starts: Int32Array;
  #ends: Int32Array;

  constructor(key: DataType, value: DataType, expected: number) {
    this.#keys = vectorBuilder(key, expected);
    this.#items = vectorBuilder(value, expected);
    this.#starts = new Int32Array(expected);
    this.#ends = new Int32Array(expected);
  }

  append(value: Boxed): void {
    const index = this.length++;
    if (index === this.#starts.length) {
      this.#starts = grown(this.#starts, index + 1);
      this.#ends = grown(this.#ends, index + 1);
    }
    this.#starts[index] = this.#keys.length;
    if (value === null) this.#validity.missing(index);
    else {
      const { keys, values } = value as MapValue;
      for (const key of keys) this.#keys.append(key);
      for (const item of values) this.#items.append(item);
    }
    this.#ends[index] = this.#keys.length;
  }

  finish(): Vector {
    const { length } = this;
    return {
      form: "map",
      length,
      starts: this.#starts.subarray(0, length),
      ends: this.#ends.subarray(0, length),
      keys: this.#keys.finish(),
      items: this.#items.finish(),
      valid: this.#validity.finish(length),
    };
  }
}

class StructBuilder implements VectorBuilder {
  length = 0;
  readonly #validity = new Validity();
  readonly #children: readonly VectorBuilder[];

  constructor(
    types: readonly DataType[],
    private readonly fieldsOf: (value: Exclude<Boxed, null>) => readonly Boxed[],
    expected: number,
  ) {
    this.#children = types.map((type) => vectorBuilder(type, expected));
  }

  append(value: Boxed): void {
    const index = this.length++;
    if (value === null) {
      this.#validity.missing(index);
      for (const child of this.#children) child.append(null);
      return;
    }
    const fields = this.fieldsOf(value);
    this.#children.forEach((child, i) => child.append(fields[i]!));
  }

  finish(): Vector {
    const { length } = this;
    return {
      form: "struct",
      length,
      children: this.#children.map((child) => child.finish()),
      valid: this.#validity.finish(length),
    };
  }
}
