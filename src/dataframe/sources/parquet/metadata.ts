/** What a Parquet file says of itself: footer and page headers, as plain data. Numbers are Thrift's ids of parquet.thrift. */
import { ThriftError, ThriftReader, ThriftType } from "./thrift";

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

export function readMetadata(bytes: Uint8Array): FileMetadata {
  const r = new ThriftReader(bytes, 0);
  let schema: SchemaElement[] = [];
  let rows = 0;
  let rowGroups: RowGroup[] = [];
  const keyValues = new Map<string, string>();
  let createdBy = "";
  let typeOrder: boolean[] | null = null;
  r.struct((id, type) => {
    if (id === 2) schema = expect(type, ThriftType.List) && r.array(() => schemaElement(r));
    else if (id === 3) rows = r.i64();
    else if (id === 4) rowGroups = expect(type, ThriftType.List) && r.array(() => rowGroup(r));
    else if (id === 5) {
      expect(type, ThriftType.List);
      r.array(() => {
        let key = "";
        let value = "";
        r.struct((field) => {
          if (field === 1) key = r.text();
          else if (field === 2) value = r.text();
          else return false;
          return true;
        });
        keyValues.set(key, value);
      });
    } else if (id === 6) createdBy = r.text();
    else if (id === 7) {
      expect(type, ThriftType.List);
      typeOrder = r.array(() => {
        let known = false;
        r.struct((field) => {
          known ||= field === 1;
          return false;
        });
        return known;
      });
    } else return false;
    return true;
  });
  return { schema, rows, rowGroups, keyValues, createdBy, typeOrder };
}

/** The type of a field is as it must be, or its reading would go astray. Gives an empty list, for the convenience of `&&`. */
function expect(type: number, expected: ThriftType): never[] {
  if (type !== (expected as number)) throw new ThriftError("its metadata does not have the form of Parquet's", false);
  return [];
}

function schemaElement(r: ThriftReader): SchemaElement {
  let type: Physical | null = null;
  let typeLength = 0;
  let repetition = Repetition.Required;
  let name = "";
  let children = 0;
  let converted: Converted | null = null;
  let scale = 0;
  let precision = 0;
  let fieldId: number | null = null;
  let logical: Logical | null = null;
  r.struct((id) => {
    switch (id) {
      case 1:
        type = r.i32();
        return true;
      case 2:
        typeLength = r.i32();
        return true;
      case 3:
        repetition = r.i32();
        return true;
      case 4:
        name = r.text();
        return true;
      case 5:
        children = r.i32();
        return true;
      case 6:
        converted = r.i32();
        return true;
      case 7:
        scale = r.i32();
        return true;
      case 8:
        precision = r.i32();
        return true;
      case 9:
        fieldId = r.i32();
        return true;
      case 10:
        logical = logicalType(r);
        return true;
      default:
        return false;
    }
  });
  return { name, type, typeLength, repetition, children, converted, scale, precision, fieldId, logical };
}

const SIMPLE_LOGICAL: Readonly<Record<number, Exclude<Logical["kind"], "decimal" | "time" | "timestamp" | "integer">>> = {
  1: "string",
  2: "map",
  3: "list",
  4: "enum",
  6: "date",
  11: "null",
  12: "json",
  13: "bson",
  14: "uuid",
  15: "float16",
  16: "variant",
};

function logicalType(r: ThriftReader): Logical {
  let logical: Logical = { kind: "unknown" };
  r.struct((id) => {
    switch (id) {
      case 5: {
        let scale = 0;
        let precision = 0;
        r.struct((field) => {
          if (field === 1) scale = r.i32();
          else if (field === 2) precision = r.i32();
          else return false;
          return true;
        });
        logical = { kind: "decimal", scale, precision };
        return true;
      }
      case 7:
      case 8: {
        let utc = false;
        let unit: TimeUnit = "millis";
        r.struct((field, type) => {
          if (field === 1) utc = type === (ThriftType.True as number);
          else if (field === 2) {
            r.struct((which) => {
              unit = which === 1 ? "millis" : which === 2 ? "micros" : "nanos";
              return false;
            });
          } else return false;
          return true;
        });
        logical = { kind: id === 7 ? "time" : "timestamp", utc, unit };
        return true;
      }
      case 10: {
        let bits = 0;
        let signed = false;
        r.struct((field, type) => {
          if (field === 1) bits = r.byte();
          else if (field === 2) signed = type === (ThriftType.True as number);
          else return false;
          return true;
        });
        logical = { kind: "integer", bits, signed };
        return true;
      }
      default: {
        const kind = SIMPLE_LOGICAL[id];
        if (kind !== undefined) logical = { kind };
        return false;
      }
    }
  });
  return logical;
}

function rowGroup(r: ThriftReader): RowGroup {
  let columns: ColumnChunk[] = [];
  let rows = 0;
  let bytes = 0;
  r.struct((id, type) => {
    if (id === 1) columns = expect(type, ThriftType.List) && r.array(() => columnChunk(r));
    else if (id === 2) bytes = r.i64();
    else if (id === 3) rows = r.i64();
    else return false;
    return true;
  });
  return { columns, rows, bytes };
}

const CHUNK_FIELDS: Readonly<Record<number, ThriftType>> = {
  1: ThriftType.I32,
  3: ThriftType.List,
  4: ThriftType.I32,
  5: ThriftType.I64,
  6: ThriftType.I64,
  7: ThriftType.I64,
  9: ThriftType.I64,
  11: ThriftType.I64,
  12: ThriftType.Struct,
  13: ThriftType.List,
  14: ThriftType.I64,
  15: ThriftType.I32,
};

function columnChunk(r: ThriftReader): ColumnChunk {
  let external = false;
  let encrypted = false;
  let path: string[] = [];
  let type = Physical.Boolean;
  let codec = Codec.None;
  let values = 0;
  let uncompressedSize = 0;
  let compressedSize = 0;
  let dataOffset = 0;
  let dictionaryOffset = 0;
  let statistics: Statistics | null = null;
  let encodingStats: (readonly [number, number, number])[] | null = null;
  let bloomOffset = 0;
  let bloomLength = 0;
  const offsetIndex: [number, number] = [0, 0];
  const columnIndex: [number, number] = [0, 0];
  let hasMetadata = false;
  const metadata = (id: number, fieldType: number): boolean => {
    // Some writers have put fields of their own under these numbers.
    if (fieldType !== (CHUNK_FIELDS[id] as number)) return false;
    switch (id) {
      case 1:
        type = r.i32();
        return true;
      case 3:
        path = r.array(() => r.text());
        return true;
      case 4:
        codec = r.i32();
        return true;
      case 5:
        values = r.i64();
        return true;
      case 6:
        uncompressedSize = r.i64();
        return true;
      case 7:
        compressedSize = r.i64();
        return true;
      case 9:
        dataOffset = r.i64();
        return true;
      case 11:
        dictionaryOffset = r.i64();
        return true;
      case 12:
        statistics = readStatistics(r);
        return true;
      case 13:
        encodingStats = r.array(() => {
          const entry: [number, number, number] = [0, 0, 0];
          r.struct((field) => {
            if (field < 1 || field > 3) return false;
            entry[field - 1] = r.i32();
            return true;
          });
          return entry;
        });
        return true;
      case 14:
        bloomOffset = r.i64();
        return true;
      case 15:
        bloomLength = r.i32();
        return true;
      default:
        return false;
    }
  };
  r.struct((id) => {
    switch (id) {
      case 1:
        external = r.binary().length > 0;
        return true;
      case 3:
        hasMetadata = true;
        r.struct(metadata);
        return true;
      case 4:
        offsetIndex[0] = r.i64();
        return true;
      case 5:
        offsetIndex[1] = r.i32();
        return true;
      case 6:
        columnIndex[0] = r.i64();
        return true;
      case 7:
        columnIndex[1] = r.i32();
        return true;
      case 8:
      case 9:
        encrypted = true;
        return false;
      default:
        return false;
    }
  });
  return {
    path,
    type,
    codec,
    values,
    compressedSize,
    uncompressedSize,
    dataOffset,
    dictionaryOffset,
    statistics,
    encodingStats,
    bloomOffset,
    bloomLength,
    offsetIndex: offsetIndex[1] > 0 ? offsetIndex : null,
    columnIndex: columnIndex[1] > 0 ? columnIndex : null,
    external,
    encrypted: encrypted || !hasMetadata,
  };
}

export function readStatistics(r: ThriftReader): Statistics {
  let min: Uint8Array | null = null;
  let max: Uint8Array | null = null;
  let oldMin: Uint8Array | null = null;
  let oldMax: Uint8Array | null = null;
  let nullCount: number | null = null;
  r.struct((id) => {
    if (id === 1) oldMax = r.binary();
    else if (id === 2) oldMin = r.binary();
    else if (id === 3) nullCount = r.i64();
    else if (id === 5) max = r.binary();
    else if (id === 6) min = r.binary();
    else return false;
    return true;
  });
  return { min, max, oldMin, oldMax, nullCount };
}

/** One object, filled again for each page. */
export class PageHeader {
  type = 0;
  uncompressedSize = 0;
  compressedSize = 0;
  values = 0;
  encoding = 0;
  definitionEncoding = 0;
  repetitionEncoding = 0;
  /** Data pages of version 2. */
  nulls = 0;
  rows = 0;
  definitionBytes = 0;
  repetitionBytes = 0;
  compressed = true;

  /** Reads the header at the reader's position, and leaves the reader behind it. */
  read(r: ThriftReader): void {
    this.type = this.uncompressedSize = this.compressedSize = this.values = this.encoding = -1;
    this.definitionEncoding = this.repetitionEncoding = Encoding.Rle;
    this.nulls = this.rows = this.definitionBytes = this.repetitionBytes = 0;
    this.compressed = true;
    const outer = r.enter();
    for (let type = r.field(); type !== 0; type = r.field()) {
      switch (r.fieldId) {
        case 1:
          this.type = r.i32();
          break;
        case 2:
          this.uncompressedSize = r.i32();
          break;
        case 3:
          this.compressedSize = r.i32();
          break;
        case 5:
        case 7:
          this.#body(r, false);
          break;
        case 8:
          this.#body(r, true);
          break;
        default:
          r.skip(type);
      }
    }
    r.leave(outer);
  }

  #body(r: ThriftReader, version2: boolean): void {
    const outer = r.enter();
    for (let type = r.field(); type !== 0; type = r.field()) {
      switch (r.fieldId + (version2 ? 100 : 0)) {
        case 1:
        case 101:
          this.values = r.i32();
          break;
        case 2:
        case 104:
          this.encoding = r.i32();
          break;
        case 3:
          if (type === (ThriftType.I32 as number)) this.definitionEncoding = r.i32();
          break;
        case 4:
          if (type === (ThriftType.I32 as number)) this.repetitionEncoding = r.i32();
          break;
        case 102:
          this.nulls = r.i32();
          break;
        case 103:
          this.rows = r.i32();
          break;
        case 105:
          this.definitionBytes = r.i32();
          break;
        case 106:
          this.repetitionBytes = r.i32();
          break;
        case 107:
          this.compressed = type === (ThriftType.True as number);
          break;
        default:
          r.skip(type);
      }
    }
    r.leave(outer);
  }
}
