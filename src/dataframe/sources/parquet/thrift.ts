/** Thrift's compact protocol: what Parquet's footers, page headers and indexes are written in. */

export const enum ThriftType {
  True = 1,
  False = 2,
  Byte = 3,
  I16 = 4,
  I32 = 5,
  I64 = 6,
  Double = 7,
  Binary = 8,
  List = 9,
  Set = 10,
  Map = 11,
  Struct = 12,
}

/** The bytes end in the middle of a value, or are no thrift. `ended` tells the two apart: with more bytes it might succeed. */
export class ThriftError extends Error {
  constructor(
    message: string,
    readonly ended: boolean,
  ) {
    super(message);
  }
}

const MAX_DEPTH = 32;

/** Reads front to back; whoever reads a struct calls `field` until it gives 0, and reads or skips each field. */
export class ThriftReader {
  /** Number of the field that `field` found. */
  fieldId = 0;
  #depth = 0;

  constructor(
    readonly bytes: Uint8Array,
    public position: number,
    private readonly end: number = bytes.length,
  ) {}

  byte(): number {
    if (this.position >= this.end) throw new ThriftError("it ends in the middle of its metadata", true);
    return this.bytes[this.position++]!;
  }

  #varint(): number {
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      result |= (byte & 127) << shift;
      if (byte < 128) return result >>> 0;
    }
    throw new ThriftError("a number of its metadata is too long", false);
  }

  i32(): number {
    const n = this.#varint();
    return (n >>> 1) ^ -(n & 1);
  }

  /** Exact up to 2^53, nearest beyond. */
  i64(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 128) {
        const negative = (low & 1) === 1;
        const value = (high >>> 1) * 4294967296 + (((low >>> 1) | (high << 31)) >>> 0);
        return negative ? -value - 1 : value;
      }
    }
    throw new ThriftError("a number of its metadata is too long", false);
  }

  double(): number {
    if (this.position + 8 > this.end) throw new ThriftError("it ends in the middle of its metadata", true);
    const value = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.position, 8).getFloat64(0, true);
    this.position += 8;
    return value;
  }

  /** A view, not a copy. */
  binary(): Uint8Array {
    const length = this.#varint();
    if (length > this.end - this.position) throw new ThriftError("it ends in the middle of its metadata", true);
    return this.bytes.subarray(this.position, (this.position += length));
  }

  text(): string {
    const bytes = this.binary();
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  }

  /** Begins a struct; to be matched by the `field` that gives 0. Gives what `fieldId` was. */
  enter(): number {
    if (++this.#depth > MAX_DEPTH) throw new ThriftError("its metadata is nested too deeply", false);
    const outer = this.fieldId;
    this.fieldId = 0;
    return outer;
  }

  leave(outer: number): void {
    this.#depth--;
    this.fieldId = outer;
  }

  /** Type of the next field, 0 at the end of the struct. */
  field(): number {
    const header = this.byte();
    if (header === 0) return 0;
    const delta = header >> 4;
    this.fieldId = delta === 0 ? this.i32() : this.fieldId + delta;
    return header & 15;
  }

  /** The number of elements of a list, and their type in `elementType`. */
  list(): number {
    const header = this.byte();
    this.elementType = header & 15;
    const size = header >> 4 === 15 ? this.#varint() : header >> 4;
    // Every element takes a byte at least.
    if (size > this.end - this.position) throw new ThriftError("a list of its metadata says it is longer than the file", true);
    return size;
  }
  elementType = 0;

  /** Calls `read` for every field of a struct with its number and type; fields for which it gives false are skipped. */
  struct(read: (id: number, type: number) => boolean): void {
    const outer = this.enter();
    for (let type = this.field(); type !== 0; type = this.field()) {
      const id = this.fieldId;
      if (!read(id, type)) this.skip(type);
      this.fieldId = id;
    }
    this.leave(outer);
  }

  /** The elements of a list of structs or other values. */
  array<T>(read: () => T): T[] {
    const size = this.list();
    const result: T[] = [];
    for (let i = 0; i < size; i++) result.push(read());
    return result;
  }

  skip(type: number): void {
    switch (type as ThriftType) {
      case ThriftType.True:
      case ThriftType.False:
        return;
      case ThriftType.Byte:
        this.byte();
        return;
      case ThriftType.I16:
      case ThriftType.I32:
      case ThriftType.I64:
        while (this.byte() >= 128);
        return;
      case ThriftType.Double:
        this.double();
        return;
      case ThriftType.Binary:
        this.binary();
        return;
      case ThriftType.List:
      case ThriftType.Set: {
        const size = this.list();
        const element = this.elementType;
        if (++this.#depth > MAX_DEPTH) throw new ThriftError("its metadata is nested too deeply", false);
        // Booleans of lists take a byte.
        for (let i = 0; i < size; i++) this.skip(element <= 2 ? ThriftType.Byte : element);
        this.#depth--;
        return;
      }
      case ThriftType.Map: {
        const size = this.#varint();
        if (size === 0) return;
        const types = this.byte();
        if (++this.#depth > MAX_DEPTH) throw new ThriftError("its metadata is nested too deeply", false);
        for (let i = 0; i < size; i++) {
          this.skip(types >> 4);
          this.skip(types & 15);
        }
        this.#depth--;
        return;
      }
      case ThriftType.Struct: {
        const outer = this.enter();
        for (let inner = this.field(); inner !== 0; inner = this.field()) this.skip(inner);
        this.leave(outer);
        return;
      }
      default:
        throw new ThriftError(`its metadata has a field of the unknown type ${type}`, false);
    }
  }
}

/** Writes structs field by field, in rising order of their numbers. */
export class ThriftWriter {
  #bytes = new Uint8Array(512);
  #used = 0;
  #last = 0;
  readonly #outer: number[] = [];

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  #reserve(count: number): void {
    if (this.#used + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#used + count, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#used++] = value;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  #field(id: number, type: ThriftType): void {
    const delta = id - this.#last;
    if (delta > 0 && delta < 16) this.#byte((delta << 4) | type);
    else {
      this.#byte(type);
      this.#varint(id * 2);
    }
    this.#last = id;
  }

  i32(id: number, value: number): this {
    this.#field(id, ThriftType.I32);
    return this.#zigzag(value);
  }

  field16(id: number, value: number): this {
    this.#field(id, ThriftType.I16);
    return this.#zigzag(value);
  }

  /** A safe integer. */
  i64(id: number, value: number): this {
    this.#field(id, ThriftType.I64);
    return this.#zigzag(value);
  }

  #zigzag(value: number): this {
    if (Math.abs(value) < 2 ** 51) this.#varint(value < 0 ? -2 * value - 1 : 2 * value);
    else {
      let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
      for (; rest >= 128n; rest >>= 7n) this.#byte(Number(rest & 127n) | 128);
      this.#byte(Number(rest));
    }
    return this;
  }

  byteField(id: number, value: number): this {
    this.#field(id, ThriftType.Byte);
    this.#byte(value & 255);
    return this;
  }

  bool(id: number, value: boolean): this {
    this.#field(id, value ? ThriftType.True : ThriftType.False);
    return this;
  }

  binary(id: number, value: Uint8Array): this {
    this.#field(id, ThriftType.Binary);
    return this.#binary(value);
  }

  #binary(value: Uint8Array): this {
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#used);
    this.#used += value.length;
    return this;
  }

  text(id: number, value: string): this {
    return this.binary(id, Buffer.from(value, "utf8"));
  }

  struct(id: number, write: (writer: this) => void): this {
    this.#field(id, ThriftType.Struct);
    return this.body(write);
  }

  /** A struct without the header of a field: the outermost one, or an element of a list. */
  body(write: (writer: this) => void): this {
    this.#outer.push(this.#last);
    this.#last = 0;
    write(this);
    this.#byte(0);
    this.#last = this.#outer.pop()!;
    return this;
  }

  list(id: number, type: ThriftType, size: number): this {
    this.#field(id, ThriftType.List);
    if (size < 15) this.#byte((size << 4) | type);
    else {
      this.#byte(0xf0 | type);
      this.#varint(size);
    }
    return this;
  }

  structs<T>(id: number, items: readonly T[], write: (item: T) => void): this {
    this.list(id, ThriftType.Struct, items.length);
    for (const item of items) this.body(() => write(item));
    return this;
  }

  numbers(id: number, type: ThriftType.I32 | ThriftType.I64, items: readonly number[]): this {
    this.list(id, type, items.length);
    for (const item of items) this.#zigzag(item);
    return this;
  }

  texts(id: number, items: readonly string[]): this {
    this.list(id, ThriftType.Binary, items.length);
    for (const item of items) this.#binary(Buffer.from(item, "utf8"));
    return this;
  }

  binaries(id: number, items: readonly Uint8Array[]): this {
    this.list(id, ThriftType.Binary, items.length);
    for (const item of items) this.#binary(item);
    return this;
  }

  bools(id: number, items: readonly boolean[]): this {
    this.list(id, ThriftType.True, items.length);
    for (const item of items) this.#byte(item ? 1 : 2);
    return this;
  }
}
