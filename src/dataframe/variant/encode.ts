/** Builds variants: values are appended, objects and arrays closed behind their parts. */
import { VariantValue } from "../../columnar/types";
import { QueryError } from "../errors";
import { digits } from "../types/exact";
import type { Exact } from "../types/exact";
import { Basic, MOST_BYTES, MOST_SHORT_STRING, Primitive, VERSION, widthOf } from "./format";
import type { VariantReader } from "./decode";

/** A field of an object that is being built: its name's number and where its value starts. */
export interface FieldEntry {
  readonly key: string;
  readonly id: number;
  readonly offset: number;
}

export class VariantBuilder {
  #bytes: Buffer = Buffer.allocUnsafe(128);
  #length = 0;
  readonly #ids = new Map<string, number>();

  /** Where the next value starts. */
  get position(): number {
    return this.#length;
  }

  idOf(key: string): number {
    let id = this.#ids.get(key);
    if (id === undefined) this.#ids.set(key, (id = this.#ids.size));
    return id;
  }

  #reserve(count: number): Buffer {
    const needed = this.#length + count;
    if (needed > MOST_BYTES) {
      throw new QueryError("VARIANT_SIZE_LIMIT", { sizeLimit: `${MOST_BYTES / 1048576}.0 MiB`, functionName: "`parse_json`" });
    }
    if (needed > this.#bytes.length) {
      const wider = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(wider, 0, 0, this.#length);
      this.#bytes = wider;
    }
    return this.#bytes;
  }

  /** The place behind the header, with room there. May move the bytes: ask for it before touching them. */
  #header(kind: Primitive, room: number): number {
    this.#reserve(room + 1)[this.#length] = kind << 2;
    const at = this.#length + 1;
    this.#length += room + 1;
    return at;
  }

  null(): void {
    this.#header(Primitive.Null, 0);
  }

  boolean(value: boolean): void {
    this.#header(value ? Primitive.True : Primitive.False, 0);
  }

  /** In as few bytes as hold it. */
  long(value: Exact): void {
    if (typeof value === "bigint" || value < -2147483648 || value > 2147483647) {
      const at = this.#header(Primitive.Int64, 8);
      this.#bytes.writeBigInt64LE(BigInt(value), at);
    } else if (value >= -128 && value <= 127) {
      const at = this.#header(Primitive.Int8, 1);
      this.#bytes.writeInt8(value, at);
    } else if (value >= -32768 && value <= 32767) {
      const at = this.#header(Primitive.Int16, 2);
      this.#bytes.writeInt16LE(value, at);
    } else {
      const at = this.#header(Primitive.Int32, 4);
      this.#bytes.writeInt32LE(value, at);
    }
  }

  double(value: number): void {
    const at = this.#header(Primitive.Double, 8);
    this.#bytes.writeDoubleLE(value, at);
  }

  float(value: number): void {
    const at = this.#header(Primitive.Float, 4);
    this.#bytes.writeFloatLE(value, at);
  }

  decimal(unscaled: Exact, scale: number): void {
    const precision = digits(unscaled);
    if (scale <= 9 && precision <= 9) {
      const at = this.#header(Primitive.Decimal4, 5);
      this.#bytes[at] = scale;
      this.#bytes.writeInt32LE(Number(unscaled), at + 1);
    } else if (scale <= 18 && precision <= 18) {
      const at = this.#header(Primitive.Decimal8, 9);
      this.#bytes[at] = scale;
      this.#bytes.writeBigInt64LE(BigInt(unscaled), at + 1);
    } else {
      const at = this.#header(Primitive.Decimal16, 17);
      const wide = BigInt(unscaled);
      this.#bytes[at] = scale;
      this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, wide), at + 1);
      this.#bytes.writeBigInt64LE(BigInt.asIntN(64, wide >> 64n), at + 9);
    }
  }

  date(days: number): void {
    const at = this.#header(Primitive.Date, 4);
    this.#bytes.writeInt32LE(days, at);
  }

  timestamp(micros: Exact, zoned: boolean): void {
    const at = this.#header(zoned ? Primitive.Timestamp : Primitive.TimestampNtz, 8);
    this.#bytes.writeBigInt64LE(BigInt(micros), at);
  }

  binary(bytes: Uint8Array): void {
    const at = this.#header(Primitive.Binary, 4 + bytes.length);
    this.#bytes.writeUInt32LE(bytes.length, at);
    this.#bytes.set(bytes, at + 4);
  }

  string(text: string): void {
    const length = Buffer.byteLength(text, "utf8");
    if (length <= MOST_SHORT_STRING) {
      const at = this.#length;
      this.#reserve(length + 1)[at] = (length << 2) | Basic.ShortString;
      this.#bytes.write(text, at + 1, "utf8");
      this.#length += length + 1;
    } else {
      const at = this.#header(Primitive.LongString, 4 + length);
      this.#bytes.writeUInt32LE(length, at);
      this.#bytes.write(text, at + 4, "utf8");
    }
  }

  /** The bytes of a value without fields, as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A whole value of another variant; names get this one's numbers. */
  append(reader: VariantReader): void {
    switch (reader.kind) {
      case "object": {
        const start = this.position;
        const fields: FieldEntry[] = [];
        for (const [key, value] of reader.entries()) {
          fields.push({ key, id: this.idOf(key), offset: this.position - start });
          this.append(value);
        }
        this.endObject(start, fields);
        break;
      }
      case "array": {
        const start = this.position;
        const offsets: number[] = [];
        for (const item of reader.items()) {
          offsets.push(this.position - start);
          this.append(item);
        }
        this.endArray(start, offsets);
        break;
      }
      default:
        this.raw(reader.bytes());
    }
  }

  /** Puts the header before the values that were appended since `start`. Names must differ. */
  endObject(start: number, fields: FieldEntry[]): void {
    fields.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    let most = 0;
    fields.forEach((field, i) => {
      most = Math.max(most, field.id);
      if (i > 0 && fields[i - 1]?.key === field.key) throw new DuplicateKey(field.key);
    });
    const size = this.position - start;
    const large = fields.length > 0xff;
    const idWidth = widthOf(most);
    const offsetWidth = widthOf(size);
    const header = (Number(large) << 6) | ((idWidth - 1) << 4) | ((offsetWidth - 1) << 2) | Basic.Object;
    const room = 1 + (large ? 4 : 1) + idWidth * fields.length + offsetWidth * (fields.length + 1);
    let at = this.#makeRoom(start, room, header, fields.length, large);
    for (const field of fields) {
      this.#bytes.writeUIntLE(field.id, at, idWidth);
      at += idWidth;
    }
    for (const field of fields) {
      this.#bytes.writeUIntLE(field.offset, at, offsetWidth);
      at += offsetWidth;
    }
    this.#bytes.writeUIntLE(size, at, offsetWidth);
  }

  endArray(start: number, offsets: readonly number[]): void {
    const size = this.position - start;
    const large = offsets.length > 0xff;
    const offsetWidth = widthOf(size);
    const header = (Number(large) << 4) | ((offsetWidth - 1) << 2) | Basic.Array;
    const room = 1 + (large ? 4 : 1) + offsetWidth * (offsets.length + 1);
    let at = this.#makeRoom(start, room, header, offsets.length, large);
    for (const offset of [...offsets, size]) {
      this.#bytes.writeUIntLE(offset, at, offsetWidth);
      at += offsetWidth;
    }
  }

  /** Moves the values on; writes header and count; gives the place behind them. */
  #makeRoom(start: number, room: number, header: number, count: number, large: boolean): number {
    this.#reserve(room);
    this.#bytes.copy(this.#bytes, start + room, start, this.#length);
    this.#length += room;
    this.#bytes[start] = header;
    this.#bytes.writeUIntLE(count, start + 1, large ? 4 : 1);
    return start + 1 + (large ? 4 : 1);
  }

  finish(): VariantValue {
    return new VariantValue(new Uint8Array(this.#bytes.subarray(0, this.#length)), this.#metadata());
  }

  #metadata(): Uint8Array {
    const keys = [...this.#ids.keys()].map((key) => Buffer.from(key, "utf8"));
    const total = keys.reduce((sum, key) => sum + key.length, 0);
    const width = widthOf(Math.max(total, keys.length));
    const bytes = Buffer.alloc(1 + width * (keys.length + 2) + total);
    bytes[0] = VERSION | ((width - 1) << 6);
    bytes.writeUIntLE(keys.length, 1, width);
    const strings = 1 + width * (keys.length + 2);
    let offset = 0;
    keys.forEach((key, i) => {
      bytes.writeUIntLE(offset, 1 + width * (i + 1), width);
      bytes.set(key, strings + offset);
      offset += key.length;
    });
    bytes.writeUIntLE(offset, 1 + width * (keys.length + 1), width);
    return new Uint8Array(bytes);
  }
}

/** An object names a field twice. */
export class DuplicateKey extends Error {
  constructor(readonly key: string) {
    super(`The field ${key} occurs twice.`);
  }
}
