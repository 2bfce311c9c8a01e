/** Reads variants where they lie: a reader stands on one value, and gives readers of its parts. */
import { VariantValue } from "../../columnar/types";
import { QueryError } from "../errors";
import { normalize } from "../types/exact";
import type { Exact } from "../types/exact";
import { Basic, Primitive, VERSION } from "./format";

export type VariantKind =
  | "null"
  | "boolean"
  | "long"
  | "double"
  | "decimal"
  | "date"
  | "timestamp"
  | "timestamp_ntz"
  | "float"
  | "binary"
  | "string"
  | "uuid"
  | "object"
  | "array";

const KINDS: Readonly<Record<number, VariantKind>> = {
  [Primitive.Null]: "null",
  [Primitive.True]: "boolean",
  [Primitive.False]: "boolean",
  [Primitive.Int8]: "long",
  [Primitive.Int16]: "long",
  [Primitive.Int32]: "long",
  [Primitive.Int64]: "long",
  [Primitive.Double]: "double",
  [Primitive.Decimal4]: "decimal",
  [Primitive.Decimal8]: "decimal",
  [Primitive.Decimal16]: "decimal",
  [Primitive.Date]: "date",
  [Primitive.Timestamp]: "timestamp",
  [Primitive.TimestampNtz]: "timestamp_ntz",
  [Primitive.Float]: "float",
  [Primitive.Binary]: "binary",
  [Primitive.LongString]: "string",
  [Primitive.Uuid]: "uuid",
};

/** Widths and places of an object's or array's parts. */
interface Layout {
  readonly count: number;
  readonly ids: number;
  readonly idWidth: number;
  readonly offsets: number;
  readonly offsetWidth: number;
  readonly data: number;
}

export class VariantReader {
  readonly #value: Buffer;
  readonly #metadata: Buffer;
  readonly #at: number;

  private constructor(value: Buffer, metadata: Buffer, at: number) {
    this.#value = value;
    this.#metadata = metadata;
    this.#at = at;
  }

  static of({ value, metadata }: VariantValue): VariantReader {
    const names = bufferOf(metadata);
    if (names.length < 1 || ((names[0] as number) & 0xf) !== VERSION || value.length < 1) throw malformed();
    return new VariantReader(bufferOf(value), names, 0);
  }

  get #header(): number {
    return this.#value[this.#at] as number;
  }

  get #primitive(): Primitive {
    return this.#header >> 2;
  }

  get kind(): VariantKind {
    switch ((this.#header & 3) as Basic) {
      case Basic.ShortString:
        return "string";
      case Basic.Object:
        return "object";
      case Basic.Array:
        return "array";
      case Basic.Primitive: {
        const kind = KINDS[this.#primitive];
        if (kind === undefined) {
          throw new QueryError("UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT", { id: String(this.#primitive) });
        }
        return kind;
      }
    }
  }

  boolean(): boolean {
    return this.#primitive === Primitive.True;
  }

  /** Of long, date, timestamp, timestamp_ntz. */
  integer(): Exact {
    const at = this.#at + 1;
    switch (this.#primitive) {
      case Primitive.Int8:
        return this.#value.readInt8(at);
      case Primitive.Int16:
        return this.#value.readInt16LE(at);
      case Primitive.Int32:
      case Primitive.Date:
        return this.#value.readInt32LE(at);
      default:
        return normalize(this.#value.readBigInt64LE(at));
    }
  }

  /** Of double and float. */
  number(): number {
    return this.#primitive === Primitive.Float ? this.#value.readFloatLE(this.#at + 1) : this.#value.readDoubleLE(this.#at + 1);
  }

  /** Without zeros at the end of the fraction. */
  decimal(): { readonly unscaled: Exact; readonly scale: number } {
    const at = this.#at + 2;
    let scale = this.#value[this.#at + 1] as number;
    let wide: bigint;
    if (this.#primitive === Primitive.Decimal4) wide = BigInt(this.#value.readInt32LE(at));
    else if (this.#primitive === Primitive.Decimal8) wide = this.#value.readBigInt64LE(at);
    else wide = (this.#value.readBigInt64LE(at + 8) << 64n) | this.#value.readBigUInt64LE(at);
    while (scale > 0 && wide % 10n === 0n) {
      wide /= 10n;
      scale--;
    }
    return { unscaled: normalize(wide), scale };
  }

  string(): string {
    if ((this.#header & 3) === (Basic.ShortString as number)) {
      return this.#value.toString("utf8", this.#at + 1, this.#at + 1 + (this.#header >> 2));
    }
    const length = this.#value.readUInt32LE(this.#at + 1);
    return this.#value.toString("utf8", this.#at + 5, this.#at + 5 + length);
  }

  binary(): Uint8Array {
    const length = this.#value.readUInt32LE(this.#at + 1);
    return Uint8Array.from(this.#value.subarray(this.#at + 5, this.#at + 5 + length));
  }

  uuid(): string {
    const hex = this.#value.toString("hex", this.#at + 1, this.#at + 17);
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  /** Number of fields or elements. */
  get size(): number {
    return this.#layout().count;
  }

  #layout(): Layout {
    const info = this.#header >> 2;
    const object = (this.#header & 3) === (Basic.Object as number);
    const large = object ? (info >> 4) & 1 : (info >> 2) & 1;
    const idWidth = object ? ((info >> 2) & 3) + 1 : 0;
    const offsetWidth = (info & 3) + 1;
    const countWidth = large === 1 ? 4 : 1;
    const count = this.#value.readUIntLE(this.#at + 1, countWidth);
    const ids = this.#at + 1 + countWidth;
    const offsets = ids + count * idWidth;
    return { count, ids, idWidth, offsets, offsetWidth, data: offsets + (count + 1) * offsetWidth };
  }

  #part(layout: Layout, i: number): VariantReader {
    const offset = this.#value.readUIntLE(layout.offsets + i * layout.offsetWidth, layout.offsetWidth);
    return new VariantReader(this.#value, this.#metadata, layout.data + offset);
  }

  item(index: number): VariantReader | null {
    const layout = this.#layout();
    return index >= 0 && index < layout.count ? this.#part(layout, index) : null;
  }

  *items(): IterableIterator<VariantReader> {
    const layout = this.#layout();
    for (let i = 0; i < layout.count; i++) yield this.#part(layout, i);
  }

  /** In the order of their names. */
  *entries(): IterableIterator<[name: string, value: VariantReader]> {
    const layout = this.#layout();
    for (let i = 0; i < layout.count; i++) yield [this.#nameAt(layout, i), this.#part(layout, i)];
  }

  field(name: string): VariantReader | null {
    const layout = this.#layout();
    let low = 0;
    let high = layout.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const other = this.#nameAt(layout, middle);
      if (other === name) return this.#part(layout, middle);
      if (other < name) low = middle + 1;
      else high = middle - 1;
    }
    return null;
  }

  #nameAt(layout: Layout, i: number): string {
    return this.#name(this.#value.readUIntLE(layout.ids + i * layout.idWidth, layout.idWidth));
  }

  #name(id: number): string {
    const width = ((this.#metadata[0] as number) >> 6) + 1;
    const count = this.#metadata.readUIntLE(1, width);
    if (id >= count) throw malformed();
    const start = this.#metadata.readUIntLE(1 + (id + 1) * width, width);
    const end = this.#metadata.readUIntLE(1 + (id + 2) * width, width);
    const strings = 1 + (count + 2) * width;
    return this.#metadata.toString("utf8", strings + start, strings + end);
  }

  /** Bytes of the whole value. */
  get length(): number {
    switch ((this.#header & 3) as Basic) {
      case Basic.ShortString:
        return 1 + (this.#header >> 2);
      case Basic.Object:
      case Basic.Array: {
        const layout = this.#layout();
        const size = this.#value.readUIntLE(layout.offsets + layout.count * layout.offsetWidth, layout.offsetWidth);
        return layout.data - this.#at + size;
      }
      case Basic.Primitive:
        switch (this.#primitive) {
          case Primitive.Null:
          case Primitive.True:
          case Primitive.False:
            return 1;
          case Primitive.Int8:
            return 2;
          case Primitive.Int16:
            return 3;
          case Primitive.Int32:
          case Primitive.Date:
          case Primitive.Float:
            return 5;
          case Primitive.Int64:
          case Primitive.Double:
          case Primitive.Timestamp:
          case Primitive.TimestampNtz:
            return 9;
          case Primitive.Decimal4:
            return 6;
          case Primitive.Decimal8:
            return 10;
          case Primitive.Decimal16:
            return 18;
          case Primitive.Uuid:
            return 17;
          case Primitive.Binary:
          case Primitive.LongString:
            return 5 + this.#value.readUInt32LE(this.#at + 1);
        }
    }
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#value.subarray(this.#at, this.#at + this.length));
  }

  /** This value as one of its own, with the whole's names. */
  variant(): VariantValue {
    return new VariantValue(this.bytes(), Uint8Array.from(this.#metadata));
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function malformed(): QueryError {
  return new QueryError("MALFORMED_VARIANT");
}
