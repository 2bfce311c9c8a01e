/** Arrow record batches, of whatever library version wrote them, as batches of the engine. */
import type * as Arrow from "apache-arrow";
import { narrowed } from "../../columnar/batch";
import { vectorOfBoxed } from "../../columnar/batch/boxed";
import type { DataType, StructType } from "../../columnar/types";
import type { ColumnBatch, FixedVector, Vector, WideVector } from "../../columnar/vector";
import { UsageError } from "../../common/errors";
import { arrow } from "./library";

/** The schema of an Arrow table or record batch. Throws a UsageError for types that SQL has not. */
export function schemaFromArrow(schema: Arrow.Schema): StructType {
  return {
    kind: "struct",
    fields: schema.fields.map((field) => ({
      name: field.name,
      type: typeFromArrow(field.type as Arrow.DataType, field.name),
      nullable: field.nullable,
    })),
  };
}

function typeFromArrow(type: Arrow.DataType, path: string): DataType {
  const { Type } = arrow();
  switch (type.typeId) {
    case Type.Null:
      return { kind: "null" };
    case Type.Bool:
      return { kind: "boolean" };
    case Type.Int: {
      const { bitWidth, isSigned } = type as Arrow.Int;
      const bits = isSigned ? bitWidth : bitWidth * 2;
      if (bits > 64) return { kind: "decimal", precision: 20, scale: 0 };
      return { kind: bits === 8 ? "byte" : bits === 16 ? "short" : bits === 32 ? "int" : "long" };
    }
    case Type.Float:
      return { kind: Number((type as Arrow.Float).precision) === 2 ? "double" : "float" };
    case Type.Decimal: {
      const { precision, scale } = type as Arrow.Decimal;
      return { kind: "decimal", precision, scale };
    }
    case Type.Utf8:
    case Type.LargeUtf8:
      return { kind: "string" };
    case Type.Binary:
    case Type.LargeBinary:
    case Type.FixedSizeBinary:
      return { kind: "binary" };
    case Type.Date:
      return { kind: "date" };
    case Type.Timestamp:
      return { kind: typeof (type as Arrow.Timestamp).timezone === "string" ? "timestamp" : "timestamp_ntz" };
    case Type.Time:
      return { kind: "time" };
    case Type.Duration:
      return { kind: "dayTimeInterval", start: 0, end: 3 };
    case Type.Interval:
      if (Number((type as Arrow.Interval).unit) === 0) return { kind: "yearMonthInterval", start: 0, end: 1 };
      break;
    case Type.List:
    case Type.FixedSizeList: {
      const field = (type as Arrow.List).children[0]!;
      return { kind: "array", element: typeFromArrow(field.type as Arrow.DataType, path), containsNull: field.nullable };
    }
    case Type.Map: {
      const [key, value] = ((type as Arrow.Map_).children[0]!.type as Arrow.Struct).children as [Arrow.Field, Arrow.Field];
      return {
        kind: "map",
        key: typeFromArrow(key.type as Arrow.DataType, path),
        value: typeFromArrow(value.type as Arrow.DataType, path),
        valueContainsNull: value.nullable,
      };
    }
    case Type.Struct:
      return {
        kind: "struct",
        fields: (type as Arrow.Struct).children.map((field) => ({
          name: field.name,
          type: typeFromArrow(field.type as Arrow.DataType, `${path}.${field.name}`),
          nullable: field.nullable,
        })),
      };
    case Type.Dictionary:
      return typeFromArrow((type as Arrow.Dictionary).dictionary as Arrow.DataType, path);
    default:
      break;
  }
  throw new UsageError("UNSUPPORTED_ARROWTYPE", `Column ${path}: SQL has no type for Arrow's type ${String(type.typeId)}.`);
}

export function fromArrowBatch(batch: Arrow.RecordBatch, schema: StructType): ColumnBatch {
  const { length } = batch.data;
  return {
    length,
    columns: schema.fields.map((field, i) => fromArrowData(batch.data.children[i]!, field.type)),
  };
}

function fromArrowData(data: Arrow.Data, type: DataType): Vector {
  const { Type } = arrow();
  const { length } = data;
  const valid = validOf(data);
  switch (data.typeId) {
    case Type.Null:
      return { form: "null", length, valid: new Uint8Array(length) };
    case Type.Bool:
      return { form: "fixed", length, values: unpackBits(data.values as Uint8Array, data.offset, length), valid };
    case Type.Int:
    case Type.Float:
    case Type.Date:
    case Type.Timestamp:
    case Type.Time:
    case Type.Duration:
    case Type.Interval:
      return numbers(data, type, valid);
    case Type.Decimal:
      return decimals(data, valid);
    case Type.Utf8:
    case Type.Binary: {
      const offsets = data.valueOffsets as unknown as Int32Array;
      const bytes = data.values as Uint8Array;
      return { form: "bytes", length, bytes, starts: offsets.subarray(0, length), ends: offsets.subarray(1, length + 1), valid };
    }
    case Type.LargeUtf8:
    case Type.LargeBinary: {
      const offsets = Int32Array.from(data.valueOffsets as unknown as BigInt64Array, Number);
      const bytes = data.values as Uint8Array;
      return { form: "bytes", length, bytes, starts: offsets.subarray(0, length), ends: offsets.subarray(1, length + 1), valid };
    }
    case Type.FixedSizeBinary: {
      const width = (data.type as Arrow.FixedSizeBinary).byteWidth;
      const starts = Int32Array.from({ length }, (_, i) => i * width);
      const ends = Int32Array.from({ length }, (_, i) => (i + 1) * width);
      return { form: "bytes", length, bytes: data.values as Uint8Array, starts, ends, valid };
    }
    case Type.List:
    case Type.Map: {
      const offsets = data.valueOffsets as unknown as Int32Array;
      const ranges = { length, starts: offsets.subarray(0, length), ends: offsets.subarray(1, length + 1), valid };
      const child = data.children[0]!;
      if (type.kind === "map") {
        const [keys, items] = child.children as [Arrow.Data, Arrow.Data];
        return { form: "map", ...ranges, keys: fromArrowData(keys, type.key), items: fromArrowData(items, type.value) };
      }
      return { form: "list", ...ranges, child: fromArrowData(child, (type as { element: DataType }).element) };
    }
    case Type.FixedSizeList: {
      const size = (data.type as Arrow.FixedSizeList).listSize;
      const first = data.offset;
      return {
        form: "list",
        length,
        starts: Int32Array.from({ length }, (_, i) => (first + i) * size),
        ends: Int32Array.from({ length }, (_, i) => (first + i + 1) * size),
        child: fromArrowData(data.children[0]!, (type as { element: DataType }).element),
        valid,
      };
    }
    case Type.Struct: {
      const fields = (type as StructType).fields;
      return { form: "struct", length, children: fields.map((field, i) => fromArrowData(data.children[i]!, field.type)), valid };
    }
    case Type.Dictionary: {
      const values = data.dictionary!.data.map((chunk) => fromArrowData(chunk as Arrow.Data, type));
      const [dictionary] = values;
      const codes = data.values as ArrayLike<number>;
      if (values.length === 1 && dictionary!.valid === null && ["fixed", "wide", "bytes"].includes(dictionary!.form)) {
        return {
          form: "dictionary",
          length,
          codes: Int32Array.from({ length }, (_, i) => codes[i]!),
          dictionary: dictionary as FixedVector,
          valid,
        };
      }
      break;
    }
    default:
      break;
  }
  throw new UsageError("UNSUPPORTED_ARROWTYPE", `SQL has no type for Arrow's type ${String(data.typeId)}.`);
}

function validOf(data: Arrow.Data): Uint8Array | null {
  const bits = data.nullBitmap as Uint8Array | undefined;
  if (data.nullCount === 0 || bits === undefined || bits.length === 0) return null;
  return unpackBits(bits, data.offset, data.length);
}

function unpackBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (bits[(offset + i) >> 3]! >> ((offset + i) & 7)) & 1;
  return bytes;
}

/** What one unit of an Arrow column is in ours: microseconds, nanoseconds of a day, days. */
function scaleOf(data: Arrow.Data, type: DataType): { readonly multiply: bigint; readonly divide: bigint } {
  const { Type } = arrow();
  const unit = [1_000_000_000n, 1_000_000n, 1_000n, 1n][(data.type as Arrow.Timestamp).unit] ?? 1n; // in nanoseconds
  switch (data.typeId) {
    case Type.Timestamp:
    case Type.Duration:
      return unit >= 1000n ? { multiply: unit / 1000n, divide: 1n } : { multiply: 1n, divide: 1000n };
    case Type.Time:
      return { multiply: unit, divide: 1n };
    case Type.Date:
      return Number((data.type as Arrow.Date_).unit) === 0 || type.kind !== "date"
        ? { multiply: 1n, divide: 1n }
        : { multiply: 1n, divide: 86_400_000n };
    default:
      return { multiply: 1n, divide: 1n };
  }
}

function numbers(data: Arrow.Data, type: DataType, valid: Uint8Array | null): Vector {
  const { length } = data;
  const values = (data.values as Float64Array | BigInt64Array).subarray(0, length);
  const { multiply, divide } = scaleOf(data, type);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    const boxed = Array.from(values, (value) => narrowed((value * multiply) / divide));
    return vectorOfBoxed(
      boxed.map((value, i) => (valid === null || valid[i] === 1 ? value : null)),
      type,
    );
  }
  const target = ARRAYS[type.kind];
  const factor = Number(multiply);
  if (target === undefined || (values instanceof target && factor === 1))
    return { form: "fixed", length, values: values as FixedVector["values"], valid };
  const out = new target(length);
  for (let i = 0; i < length; i++) out[i] = values[i]! * factor;
  return { form: "fixed", length, values: out, valid };
}

const ARRAYS: Readonly<Partial<Record<DataType["kind"], typeof Float64Array | typeof Int32Array | typeof Int16Array>>> = {
  short: Int16Array,
  int: Int32Array,
  date: Int32Array,
  yearMonthInterval: Int32Array,
  long: Float64Array,
  time: Float64Array,
  double: Float64Array,
};

function decimals(data: Arrow.Data, valid: Uint8Array | null): Vector {
  const { length } = data;
  const words = data.values as Uint32Array;
  const longs = new BigInt64Array(
    words.buffer.slice(words.byteOffset, words.byteOffset + length * 16) as ArrayBuffer,
    0,
    length * 2,
  );
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const value = (longs[2 * i + 1]! << 64n) | BigInt.asUintN(64, longs[2 * i]!);
    const number = narrowed(value);
    if (typeof number === "bigint") return { form: "wide", length, words: 2, values: longs, valid } satisfies WideVector;
    values[i] = number;
  }
  return { form: "fixed", length, values, valid };
}
