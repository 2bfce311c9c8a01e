/** Statistics of row groups and pages as bounds of SQL values. */
import type { Boxed, DataType } from "../../../columnar/types";
import { narrowed } from "../../../columnar/batch";
import type { ColumnBounds } from "../may-match";
import type { Statistics } from "./metadata";
import { Physical } from "./metadata";
import type { ParquetNode } from "./schema";

/** Bounds from statistics over `values` entries; null where they say nothing of a column read as `type`. */
export function boundsOf(
  node: ParquetNode,
  type: DataType,
  statistics: Statistics | null,
  values: number,
  typeOrder: boolean,
): ColumnBounds | null {
  if (statistics === null || node.repetition > 0) return null;
  const { nullCount } = statistics;
  const mayBeNull = node.definition > 0 && nullCount !== 0;
  const mayHaveValues = nullCount === null || nullCount < values;
  const decode = boundDecoder(node, type);
  // The old pair has signed order, which is right for numbers; writers of the time got strings wrong.
  const old = node.element.type === Physical.ByteArray || node.element.type === Physical.FixedLength ? null : statistics;
  const min = (typeOrder ? statistics.min : null) ?? old?.oldMin ?? null;
  const max = (typeOrder ? statistics.max : null) ?? old?.oldMax ?? null;
  return bounds(decode, min, max, mayBeNull, mayHaveValues);
}

export function bounds(
  decode: BoundDecoder | null,
  min: Uint8Array | null,
  max: Uint8Array | null,
  mayBeNull: boolean,
  mayHaveValues: boolean,
): ColumnBounds {
  let low = decode === null || min === null ? null : decode(min, false);
  let high = decode === null || max === null ? null : decode(max, true);
  if (Number.isNaN(low) || Number.isNaN(high)) low = high = null;
  return { min: low, max: high, mayBeNull, mayHaveValues };
}

/** A bound's bytes as a value; null where they are none. `upper`: it may have been cut off, and then is above the values. */
export type BoundDecoder = (bytes: Uint8Array, upper: boolean) => Boxed;

/** Null where the column's values are not those of the file in the same order. */
export function boundDecoder(node: ParquetNode, type: DataType): BoundDecoder | null {
  const { logical } = node;
  if (logical?.kind === "integer" && !logical.signed) return null;
  const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (node.element.type!) {
    case Physical.Boolean:
      return (bytes) => (bytes.length === 1 ? bytes[0] !== 0 : null);
    case Physical.Int32:
      if (logical?.kind === "time") return null;
      if (logical?.kind === "date" ? type.kind !== "date" : !isScaled(logical, type, INTEGERS)) return null;
      return (bytes) => (bytes.length === 4 ? view(bytes).getInt32(0, true) : null);
    case Physical.Int64: {
      if (logical?.kind === "time") return null;
      if (logical?.kind === "timestamp") {
        if (type.kind !== "timestamp" && type.kind !== "timestamp_ntz") return null;
        if (logical.unit === "nanos") return null;
        const factor = logical.unit === "millis" ? 1000n : 1n;
        return (bytes) => (bytes.length === 8 ? narrowed(view(bytes).getBigInt64(0, true) * factor) : null);
      }
      if (!isScaled(logical, type, LONGS)) return null;
      return (bytes) => (bytes.length === 8 ? narrowed(view(bytes).getBigInt64(0, true)) : null);
    }
    case Physical.Float:
      return (bytes) => (bytes.length === 4 ? view(bytes).getFloat32(0, true) : null);
    case Physical.Double:
      return (bytes) => (bytes.length === 8 ? view(bytes).getFloat64(0, true) : null);
    case Physical.Int96:
      return null;
    case Physical.ByteArray:
    case Physical.FixedLength:
      if (logical?.kind === "decimal") return isScaled(logical, type, []) ? bigEndian : null;
      if (logical?.kind === "float16") return null;
      if (type.kind === "binary") return (bytes) => bytes;
      if (type.kind !== "string" || type.collation !== undefined) return null;
      return textBound;
  }
}

const INTEGERS = ["byte", "short", "int", "long", "double", "yearMonthInterval"];
const LONGS = ["long", "dayTimeInterval"];

function isScaled(logical: ParquetNode["logical"], type: DataType, kinds: readonly string[]): boolean {
  if (logical?.kind === "decimal") return type.kind === "decimal" && type.scale === logical.scale;
  return kinds.includes(type.kind);
}

function bigEndian(bytes: Uint8Array): Boxed {
  if (bytes.length === 0) return null;
  let value = BigInt((bytes[0]! << 24) >> 24);
  for (let i = 1; i < bytes.length; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return narrowed(value);
}

/** Bounds may be cut within a character: such a lower bound loses its broken end, such an upper one is not used. */
function textBound(bytes: Uint8Array, upper: boolean): Boxed {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
  if (!text.includes("\ufffd")) return text;
  return upper ? null : text.slice(0, text.indexOf("\ufffd"));
}
