/**
 * The written form of row batches. A block is a run of batches, one after the other, each of a length divisible by
 * eight, so that blocks can be put together by putting their bytes together. All numbers are little-endian.
 *
 *   batch   := header content padding
 *   header  := magic u8, version u8, kind u8, 0 u8, bytes of the whole batch u32, records u32, bytes of the shape u32
 *   content := value*                                   (kind Values: one per record, general tagged format, keys shared)
 *            | shape padding column* values?            (kind Columns: shape as `shapeKey` gives it)
 *   column  := type u8, width u8, 0 u16, bytes u32, payload padding
 *   values  := 0 u32, bytes u32, value* padding         (the leaves of type "any", record by record)
 *
 * Payloads: Float64 and Int32 as such; Boolean one byte a record; text: the lengths of the strings in UTF-16 units, as
 * unsigned integers of `width` bytes, padding, then the joined text, of which `bytes` counts the bytes.
 */
export const MAGIC = 0xf5;
export const VERSION = 1;
export const HEADER_BYTES = 16;
export const COLUMN_HEADER_BYTES = 8;

export const BatchKind = { Values: 0, Columns: 1 } as const;

export const ColumnType = { Float64: 1, Int32: 2, Boolean: 3, Latin1: 4, Utf16: 5 } as const;

/** Records of one batch when nothing else limits it. */
export const BATCH_ROWS = 4096;
