/**
 * The variant encoding (Parquet's, version 1): a value is a header byte and what follows it; names of fields are numbers of the
 * metadata's dictionary. All integers are little-endian.
 *
 *   header & 3:  0 primitive, 1 short string, 2 object, 3 array; header >> 2: primitive's kind, string's length, or the widths of
 *                an object's or array's count, ids and offsets
 */
export const enum Basic {
  Primitive = 0,
  ShortString = 1,
  Object = 2,
  Array = 3,
}

export const enum Primitive {
  Null = 0,
  True = 1,
  False = 2,
  Int8 = 3,
  Int16 = 4,
  Int32 = 5,
  Int64 = 6,
  Double = 7,
  Decimal4 = 8,
  Decimal8 = 9,
  Decimal16 = 10,
  Date = 11,
  Timestamp = 12,
  TimestampNtz = 13,
  Float = 14,
  Binary = 15,
  LongString = 16,
  Uuid = 20,
}

export const VERSION = 1;

export const MOST_SHORT_STRING = 63;

/** Bytes of a variant's value or metadata. */
export const MOST_BYTES = 128 * 1024 * 1024;

/** Bytes that an unsigned number takes. */
export function widthOf(value: number): 1 | 2 | 3 | 4 {
  return value <= 0xff ? 1 : value <= 0xffff ? 2 : value <= 0xffffff ? 3 : 4;
}
