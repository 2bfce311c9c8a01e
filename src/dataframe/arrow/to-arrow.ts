/**
 * Batches as Arrow record batches. Values of 32 bits and less, doubles, and strings that lie one behind the other are handed over
 * as they are; longs and decimals, which the engine carries as doubles, are written as integers, and validity becomes bits.
 */
import type * as Arrow from "apache-arrow";
import { flattened } from "../../columnar/batch";
import { compactBytes, compactRanges } from "../../columnar/batch/gather";
import type { DataType, StructField } from "../../columnar/types";
import type { BytesVector, ColumnBatch, Vector } from "../../columnar/vector";
import { InternalError, unreachable } from "../../common/errors";
import { arrow } from "./library";

/** The schema of fields; `timeZone` is the session's, which Arrow's timestamps name. */
export function arrowSchema(fields: readonly StructField[], timeZone: string): Arrow.Schema {
  const { Schema } = arrow();
  return new Schema(fields.map((field) => arrowField(field.name, field.type, field.nullable, timeZone)));
}

function arrowField(name: string, type: DataType, nullable: boolean, timeZone: string): Arrow.Field<Arrow.DataType> {
  return new (arrow().Field)(name, arrowType(type, timeZone), nullable);
}

export function arrowType(type: DataType, timeZone: string): Arrow.DataType {
  const lib = arrow();
  switch (type.kind) {
    case "null":
      return new lib.Null();
    case "boolean":
      return new lib.Bool();
    case "byte":
      return new lib.Int8();
    case "short":
      return new lib.Int16();
    case "int":
      return new lib.Int32();
    case "long":
      return new lib.Int64();
    case "float":
      return new lib.Float32();
    case "double":
      return new lib.Float64();
    case "decimal":
      return new lib.Decimal(type.scale, type.precision, 128);
    case "string":
      return new lib.Utf8();
    case "binary":
      return new lib.Binary();
    case "date":
      return new lib.DateDay();
    case "timestamp":
      return new lib.TimestampMicrosecond(timeZone);
    case "timestamp_ntz":
      return new lib.TimestampMicrosecond();
    case "time":
      return new lib.TimeNanosecond();
    case "dayTimeInterval":
      return new lib.DurationMicrosecond();
    case "yearMonthInterval":
      return new lib.IntervalYearMonth();
    case "calendarInterval":
      return new lib.Struct([
        new lib.Field("months", new lib.Int32(), true),
        new lib.Field("days", new lib.Int32(), true),
        new lib.Field("microseconds", new lib.Int64(), true),
      ]);
    case "variant":
      return new lib.Struct([new lib.Field("value", new lib.Binary(), true), new lib.Field("metadata", new lib.Binary(), true)]);
    case "array":
      return new lib.List(arrowField("element", type.element, type.containsNull, timeZone));
    case "map":
      return new lib.Map_(
        new lib.Field(
          "entries",
          new lib.Struct<{ key: Arrow.DataType; value: Arrow.DataType }>([
            arrowField("key", type.key, false, timeZone),
            arrowField("value", type.value, type.valueContainsNull, timeZone),
          ]),
          false,
        ),
      );
    case "struct":
      return new lib.Struct(type.fields.map((field) => arrowField(field.name, field.type, field.nullable, timeZone)));
    case "udt":
      return arrowType(type.sqlType, timeZone);
    default:
      return unreachable(type);
  }
}

/** One record batch. */
export function toArrowBatch(batch: ColumnBatch, fields: readonly StructField[], schema: Arrow.Schema): Arrow.RecordBatch {
  const lib = arrow();
  const children = batch.columns.map((column, i) =>
    toArrowData(column, fields[i]!.type, schema.fields[i]!.type as Arrow.DataType),
  );
  const data = lib.makeData({
    type: new lib.Struct(schema.fields),
    length: batch.length,
    nullCount: 0,
    children,
  });
  return new lib.RecordBatch(schema, data);
}

function toArrowData(vector: Vector, type: DataType, target: Arrow.DataType): Arrow.Data {
  const { makeData } = arrow();
  if (type.kind === "udt") return toArrowData(vector, type.sqlType, target);
  if (vector.form === "dictionary") return toArrowData(flattened(vector), type, target);
  const { length } = vector;
  const nulls = nullsOf(vector);
  const base = { length, ...nulls };
  if (type.kind === "null") return makeData({ type: target as Arrow.Null, length });
  if (vector.form === "null") return toArrowData(emptyLike(type, length), type, target);
  switch (vector.form) {
    case "fixed":
      return makeData({ ...base, type: target as Arrow.Float64, data: fixedValues(vector.values, type) as Float64Array });
    case "wide":
      return makeData({ ...base, type: target as Arrow.Int64, data: wideValues(vector.values, vector.words, type) as never });
    case "bytes": {
      const { bytes, offsets } = arrowBytes(vector);
      return makeData({ ...base, type: target as Arrow.Utf8, valueOffsets: offsets, data: bytes });
    }
    case "list": {
      if (type.kind !== "array") throw new InternalError(`A list cannot hold ${type.kind}.`);
      const { starts, ends, children } = compactRanges(vector);
      const child = toArrowData(children[0]!, type.element, (target as Arrow.List).valueType as Arrow.DataType);
      return makeData({ ...base, type: target as Arrow.List, valueOffsets: offsetsOf(starts, ends), child });
    }
    case "map": {
      if (type.kind !== "map") throw new InternalError(`A map cannot hold ${type.kind}.`);
      const { starts, ends, children, count } = compactRanges(vector);
      const entries = (target as Arrow.Map_).children[0]!.type as Arrow.Struct;
      const child = makeData({
        type: entries,
        length: count,
        nullCount: 0,
        children: [
          toArrowData(children[0]!, type.key, entries.children[0]!.type as Arrow.DataType),
          toArrowData(children[1]!, type.value, entries.children[1]!.type as Arrow.DataType),
        ],
      });
      return makeData({ ...base, type: target as Arrow.Map_, valueOffsets: offsetsOf(starts, ends), child: child as never });
    }
    case "struct": {
      const fields = fieldTypes(type);
      const struct = target as Arrow.Struct;
      const children = vector.children.map((child, i) =>
        toArrowData(child, fields[i]!, struct.children[i]!.type as Arrow.DataType),
      );
      return makeData({ ...base, type: struct, children });
    }
    default:
      return unreachable(vector);
  }
}

function fieldTypes(type: DataType): readonly DataType[] {
  switch (type.kind) {
    case "struct":
      return type.fields.map((field) => field.type);
    case "calendarInterval":
      return [{ kind: "int" }, { kind: "int" }, { kind: "long" }];
    case "variant":
      return [{ kind: "binary" }, { kind: "binary" }];
    default:
      throw new InternalError(`A struct cannot hold ${type.kind}.`);
  }
}

function nullsOf(vector: Vector): { nullCount: number; nullBitmap?: Uint8Array } {
  const { valid, length } = vector;
  if (valid === null) return { nullCount: 0 };
  const bits = packBits(valid, length);
  let missing = 0;
  for (let i = 0; i < length; i++) missing += 1 - valid[i]!;
  return missing === 0 ? { nullCount: 0 } : { nullCount: missing, nullBitmap: bits };
}

function packBits(bytes: ArrayLike<number>, length: number): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (bytes[i] !== 0) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}

function fixedValues(values: ArrayLike<number> & ArrayBufferView, type: DataType): ArrayBufferView {
  switch (type.kind) {
    case "boolean":
      return packBits(values, values.length);
    case "decimal": {
      const words = new Uint32Array(values.length * 4);
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        const high = Math.floor(value / 0x1_0000_0000);
        words[4 * i] = value >>> 0;
        words[4 * i + 1] = high >>> 0;
        words[4 * i + 2] = words[4 * i + 3] = value < 0 ? 0xffffffff : 0;
      }
      return words;
    }
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
    case "dayTimeInterval": {
      const words = new Int32Array(values.length * 2);
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!;
        words[2 * i] = value | 0;
        words[2 * i + 1] = Math.floor(value / 0x1_0000_0000);
      }
      return new BigInt64Array(words.buffer);
    }
    default:
      return values;
  }
}

function wideValues(values: BigInt64Array, words: 1 | 2, type: DataType): ArrayBufferView {
  if (type.kind !== "decimal") return values;
  if (words === 2) return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const out = new BigInt64Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    out[2 * i] = values[i]!;
    out[2 * i + 1] = values[i]! < 0n ? -1n : 0n;
  }
  return new Uint32Array(out.buffer);
}

/** Bytes and offsets as Arrow has them: as they are where each string ends where the next begins. */
function arrowBytes(vector: BytesVector): { readonly bytes: Uint8Array; readonly offsets: Int32Array } {
  const { starts, ends, length } = vector;
  let inOrder = true;
  for (let i = 1; i < length && inOrder; i++) inOrder = starts[i] === ends[i - 1];
  if (inOrder) return { bytes: vector.bytes, offsets: offsetsOf(starts, ends) };
  const packed = compactBytes(vector);
  if (packed !== vector) return { bytes: packed.bytes, offsets: offsetsOf(packed.starts, packed.ends) };
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) offsets[i + 1] = offsets[i]! + ends[i]! - starts[i]!;
  const bytes = new Uint8Array(offsets[length]!);
  for (let i = 0; i < length; i++) bytes.set(vector.bytes.subarray(starts[i], ends[i]), offsets[i]);
  return { bytes, offsets };
}

function offsetsOf(starts: Int32Array, ends: Int32Array): Int32Array {
  const offsets = new Int32Array(starts.length + 1);
  offsets.set(starts);
  offsets[starts.length] = starts.length === 0 ? 0 : ends[starts.length - 1]!;
  return offsets;
}

/** A vector of nulls in the form that `type` has. */
function emptyLike(type: DataType, length: number): Vector {
  const valid = new Uint8Array(length);
  const ranges = { starts: new Int32Array(length), ends: new Int32Array(length) };
  switch (type.kind) {
    case "string":
    case "binary":
      return { form: "bytes", length, bytes: new Uint8Array(0), ...ranges, valid };
    case "array":
      return { form: "list", length, ...ranges, child: emptyLike(type.element, 0), valid };
    case "map":
      return { form: "map", length, ...ranges, keys: emptyLike(type.key, 0), items: emptyLike(type.value, 0), valid };
    case "struct":
    case "calendarInterval":
    case "variant":
      return { form: "struct", length, children: fieldTypes(type).map((field) => emptyLike(field, length)), valid };
    case "boolean":
      return { form: "fixed", length, values: new Uint8Array(length), valid };
    case "byte":
      return { form: "fixed", length, values: new Int8Array(length), valid };
    case "short":
      return { form: "fixed", length, values: new Int16Array(length), valid };
    case "int":
    case "date":
    case "yearMonthInterval":
      return { form: "fixed", length, values: new Int32Array(length), valid };
    case "float":
      return { form: "fixed", length, values: new Float32Array(length), valid };
    default:
      return { form: "fixed", length, values: new Float64Array(length), valid };
  }
}

/** Record batches of `batches` as one table. */
export function toArrowTable(batches: readonly ColumnBatch[], fields: readonly StructField[], timeZone: string): Arrow.Table {
  const { Table } = arrow();
  const schema = arrowSchema(fields, timeZone);
  return new Table(
    schema,
    batches.map((batch) => toArrowBatch(batch, fields, schema)),
  );
}
