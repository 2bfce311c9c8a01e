/** Reading the footer of a Parquet file. */
import {
  Codec,
  type ColumnChunk,
  type Converted,
  type FileMetadata,
  type Logical,
  Physical,
  Repetition,
  type RowGroup,
  type SchemaElement,
  type Statistics,
  type TimeUnit,
} from "./metadata";
import { ThriftError, ThriftReader, ThriftType } from "./thrift";

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

function columnChunk(r: ThriftReader): ColumnChunk {
  let external = false;
  let encrypted = false;
  let metadata: ColumnMetadata | null = null;
  const offsetIndex: [number, number] = [0, 0];
  const columnIndex: [number, number] = [0, 0];
  r.struct((id) => {
    switch (id) {
      case 1:
        external = r.binary().length > 0;
        return true;
      case 3:
        metadata = columnMetadata(r);
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
  const known = (metadata as ColumnMetadata | null) ?? NO_METADATA;
  // Field by field: with a spread, footers take six times as long to read.
  return {
    path: known.path,
    type: known.type,
    codec: known.codec,
    values: known.values,
    compressedSize: known.compressedSize,
    uncompressedSize: known.uncompressedSize,
    dataOffset: known.dataOffset,
    dictionaryOffset: known.dictionaryOffset,
    statistics: known.statistics,
    encodingStats: known.encodingStats,
    bloomOffset: known.bloomOffset,
    bloomLength: known.bloomLength,
    offsetIndex: offsetIndex[1] > 0 ? offsetIndex : null,
    columnIndex: columnIndex[1] > 0 ? columnIndex : null,
    external,
    encrypted: encrypted || metadata === null,
  };
}

/** What ColumnMetaData of parquet.thrift says of a chunk. */
type ColumnMetadata = Omit<ColumnChunk, "offsetIndex" | "columnIndex" | "external" | "encrypted">;

const NO_METADATA: ColumnMetadata = {
  path: [],
  type: Physical.Boolean,
  codec: Codec.None,
  values: 0,
  compressedSize: 0,
  uncompressedSize: 0,
  dataOffset: 0,
  dictionaryOffset: 0,
  statistics: null,
  encodingStats: null,
  bloomOffset: 0,
  bloomLength: 0,
};

const METADATA_FIELDS: Readonly<Record<number, ThriftType>> = {
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

function columnMetadata(r: ThriftReader): ColumnMetadata {
  let { path, type, codec, values, uncompressedSize, compressedSize, dataOffset } = NO_METADATA;
  let { dictionaryOffset, statistics, encodingStats, bloomOffset, bloomLength } = NO_METADATA;
  r.struct((id, fieldType) => {
    // Some writers have put fields of their own under these numbers.
    if (fieldType !== (METADATA_FIELDS[id] as number)) return false;
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
        encodingStats = r.array(() => pageEncodingStats(r));
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
  };
}

/** Page type, encoding, and how many such pages there are. */
function pageEncodingStats(r: ThriftReader): [number, number, number] {
  const entry: [number, number, number] = [0, 0, 0];
  r.struct((field) => {
    if (field < 1 || field > 3) return false;
    entry[field - 1] = r.i32();
    return true;
  });
  return entry;
}

function readStatistics(r: ThriftReader): Statistics {
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
