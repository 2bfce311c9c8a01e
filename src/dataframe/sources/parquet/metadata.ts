/** What a Parquet file says of itself, as plain data. Numbers are Thrift's ids of parquet.thrift. */

export const enum Physical {
  Boolean = 0,
  Int32 = 1,
  Int64 = 2,
  Int96 = 3,
  Float = 4,
  Double = 5,
  ByteArray = 6,
  FixedLength = 7,
}

export const enum Repetition {
  Required = 0,
  Optional = 1,
  Repeated = 2,
}

/** The older annotations. */
export const enum Converted {
  Utf8 = 0,
  Map = 1,
  MapKeyValue = 2,
  List = 3,
  Enum = 4,
  Decimal = 5,
  Date = 6,
  TimeMillis = 7,
  TimeMicros = 8,
  TimestampMillis = 9,
  TimestampMicros = 10,
  Uint8 = 11,
  Uint16 = 12,
  Uint32 = 13,
  Uint64 = 14,
  Int8 = 15,
  Int16 = 16,
  Int32 = 17,
  Int64 = 18,
  Json = 19,
  Bson = 20,
  Interval = 21,
}

export const enum Encoding {
  Plain = 0,
  PlainDictionary = 2,
  Rle = 3,
  BitPacked = 4,
  DeltaBinaryPacked = 5,
  DeltaLengthByteArray = 6,
  DeltaByteArray = 7,
  RleDictionary = 8,
  ByteStreamSplit = 9,
}

export const enum Codec {
  None = 0,
  Snappy = 1,
  Gzip = 2,
  Lzo = 3,
  Brotli = 4,
  Lz4 = 5,
  Zstd = 6,
  Lz4Raw = 7,
}

export const enum PageType {
  Data = 0,
  Dictionary = 2,
  DataV2 = 3,
}

export type TimeUnit = "millis" | "micros" | "nanos";

/** The newer annotations. */
export type Logical =
  | { readonly kind: "string" | "map" | "list" | "enum" | "date" | "null" | "json" | "bson" | "uuid" | "float16" | "variant" }
  | { readonly kind: "decimal"; readonly scale: number; readonly precision: number }
  | { readonly kind: "time" | "timestamp"; readonly utc: boolean; readonly unit: TimeUnit }
  | { readonly kind: "integer"; readonly bits: number; readonly signed: boolean }
  | { readonly kind: "unknown" };

export interface SchemaElement {
  readonly name: string;
  readonly type: Physical | null;
  readonly typeLength: number;
  readonly repetition: Repetition;
  readonly children: number;
  readonly converted: Converted | null;
  readonly scale: number;
  readonly precision: number;
  readonly fieldId: number | null;
  readonly logical: Logical | null;
}

export interface Statistics {
  /** In PLAIN encoding without lengths; `min` and `max` null where not known, or known only in the wrong order. */
  readonly min: Uint8Array | null;
  readonly max: Uint8Array | null;
  readonly nullCount: number | null;
  /** The deprecated pair, compared as signed. */
  readonly oldMin: Uint8Array | null;
  readonly oldMax: Uint8Array | null;
}

export interface ColumnChunk {
  readonly path: readonly string[];
  readonly type: Physical;
  readonly codec: Codec;
  readonly values: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
  readonly dataOffset: number;
  /** 0 where there is none. */
  readonly dictionaryOffset: number;
  readonly statistics: Statistics | null;
  /** Pages by [type, encoding, count]; null where the writer did not say. */
  readonly encodingStats: readonly (readonly [number, number, number])[] | null;
  readonly bloomOffset: number;
  readonly bloomLength: number;
  readonly offsetIndex: readonly [offset: number, length: number] | null;
  readonly columnIndex: readonly [offset: number, length: number] | null;
  /** The chunk is in another file. */
  readonly external: boolean;
  readonly encrypted: boolean;
}

export interface RowGroup {
  readonly columns: readonly ColumnChunk[];
  readonly rows: number;
  readonly bytes: number;
}

export interface FileMetadata {
  readonly schema: readonly SchemaElement[];
  readonly rows: number;
  readonly rowGroups: readonly RowGroup[];
  readonly keyValues: ReadonlyMap<string, string>;
  readonly createdBy: string;
  /** Columns (by leaf) whose min and max follow the type's own order. */
  readonly typeOrder: readonly boolean[] | null;
}
