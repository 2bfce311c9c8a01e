/** From the physical values of a page to those of a vector: which kernels make the one of the other, in the heap. */
import type { DataType } from "../../../columnar/types";
import { DamagedPage } from "./codecs";
import { type Logical, Physical, type TimeUnit } from "./metadata";
import type { ParquetNode } from "./schema";
import type { Heap } from "../wasm/heap";

/** Arrays of a vector. */
export const enum Form {
  Uint8,
  Int8,
  Int16,
  Int32,
  Float32,
  Float64,
  Wide1,
  Wide2,
  Bytes,
}

export const FORM_BYTES: readonly number[] = [1, 1, 2, 4, 4, 8, 8, 16, 0];

/** Packed values in the heap. Bytes have ranges, relative to `address`, and the length of what they are in. */
export interface Packed {
  form: Form;
  address: number;
  starts: number;
  ends: number;
  bytesLength: number;
}

/**
 * Converts `count` values of `width` physical bytes each at packed.address, or the byte arrays of `packed`, and says in
 * `packed` where the results are: there still, or at `to`, where 16 bytes a value are free.
 */
export type Conversion = (heap: Heap, packed: Packed, count: number, to: number) => void;

/** Bytes of a physical value in a page; 0 for byte arrays. Booleans have been unpacked to a byte. */
export function physicalBytes(node: ParquetNode): number {
  switch (node.element.type!) {
    case Physical.Boolean:
      return 1;
    case Physical.Int32:
    case Physical.Float:
      return 4;
    case Physical.Int64:
    case Physical.Double:
      return 8;
    case Physical.Int96:
      return 12;
    case Physical.ByteArray:
      return 0;
    case Physical.FixedLength:
      return node.element.typeLength;
  }
}

function asIs(form: Form): Conversion {
  return (_heap, packed) => {
    packed.form = form;
  };
}

/** How a leaf becomes a column of `type`; null where the two do not fit. */
export function conversionTo(node: ParquetNode, type: DataType): Conversion | null {
  const target = type.kind === "udt" ? type.sqlType : type;
  const { logical } = node;
  switch (node.element.type!) {
    case Physical.Boolean:
      return target.kind === "boolean" ? asIs(Form.Uint8) : null;
    case Physical.Int32:
      return fromInt32(logical, target);
    case Physical.Int64:
      return fromInt64(logical, target);
    case Physical.Int96:
      return target.kind === "timestamp" || target.kind === "timestamp_ntz"
        ? (heap, packed, count, to) => {
            heap.kernels.int96(packed.address, count, to);
            packed.address = to;
            longs(heap, packed, count);
          }
        : null;
    case Physical.Float:
      if (target.kind === "float") return asIs(Form.Float32);
      return target.kind === "double" ? widen("floatsAsDoubles", Form.Float64) : null;
    case Physical.Double:
      return target.kind === "double" ? asIs(Form.Float64) : null;
    case Physical.ByteArray:
      if (target.kind === "string" || target.kind === "binary") return logical?.kind === "decimal" ? null : asIs(Form.Bytes);
      return target.kind === "decimal" && logical?.kind === "decimal" ? fromByteArray(logical.scale, target) : null;
    case Physical.FixedLength:
      return fromFixed(node, target);
  }
}

function widen(kernel: "floatsAsDoubles" | "intsAsDoubles", form: Form): Conversion {
  return (heap, packed, count, to) => {
    heap.kernels[kernel](packed.address, count, to);
    packed.address = to;
    packed.form = form;
  };
}

/** 64-bit integers to doubles where all are safe. */
function longs(heap: Heap, packed: Packed, count: number): void {
  // In place a failure would have lost the values: look, then convert.
  packed.form = heap.kernels.areSafe(packed.address, count) === 1 ? Form.Float64 : Form.Wide1;
  if (packed.form === Form.Float64) heap.kernels.longs(packed.address, count, packed.address);
}

/** 64-bit integers that must not be changed where they are. */
function longsTo(heap: Heap, packed: Packed, count: number, to: number): void {
  if (heap.kernels.longs(packed.address, count, to) === 1) {
    packed.form = Form.Float64;
    packed.address = to;
  } else packed.form = Form.Wide1;
}

function fromInt32(logical: Logical | null, target: DataType): Conversion | null {
  const unsigned = logical?.kind === "integer" && !logical.signed && logical.bits === 32;
  if (logical?.kind === "decimal" || target.kind === "decimal") {
    if (target.kind !== "decimal" || unsigned) return null;
    if (logical !== null && logical.kind !== "decimal" && logical.kind !== "integer") return null;
    const scale = logical?.kind === "decimal" ? logical.scale : 0;
    return rescaled(scale, target, (heap, packed, count, to) => {
      heap.kernels.intsAsLongs(packed.address, count, to);
      packed.address = to;
    });
  }
  if (logical?.kind === "date") {
    if (target.kind === "date") return asIs(Form.Int32);
    return target.kind === "timestamp_ntz"
      ? times(86_400_000_000n, (heap, packed, count, to) => {
          heap.kernels.intsAsLongs(packed.address, count, to);
          packed.address = to;
        })
      : null;
  }
  if (logical?.kind === "time") {
    return target.kind === "time"
      ? times(NANOS_OF[logical.unit], (heap, packed, count, to) => {
          heap.kernels.intsAsLongs(packed.address, count, to);
          packed.address = to;
        })
      : null;
  }
  switch (target.kind) {
    case "byte":
      return (heap, packed, count, to) => {
        heap.kernels.intsAsBytes(packed.address, count, to);
        packed.address = to;
        packed.form = Form.Int8;
      };
    case "short":
      return (heap, packed, count, to) => {
        heap.kernels.intsAsShorts(packed.address, count, to);
        packed.address = to;
        packed.form = Form.Int16;
      };
    case "int":
    case "yearMonthInterval":
      return unsigned ? null : asIs(Form.Int32);
    case "date":
      return null;
    case "long":
      if (!unsigned) return widen("intsAsDoubles", Form.Float64);
      return (heap, packed, count, to) => {
        heap.kernels.unsignedAsLongs(packed.address, count, to);
        packed.address = to;
        longs(heap, packed, count);
      };
    case "double":
      return unsigned ? null : widen("intsAsDoubles", Form.Float64);
    default:
      return null;
  }
}

const NANOS_OF: Readonly<Record<TimeUnit, bigint>> = { millis: 1_000_000n, micros: 1000n, nanos: 1n };

function fromInt64(logical: Logical | null, target: DataType): Conversion | null {
  if (logical?.kind === "integer" && !logical.signed && logical.bits === 64) {
    return target.kind === "decimal" && target.precision >= 20 + target.scale && target.scale === 0
      ? (heap, packed, count, to) => {
          heap.kernels.unsignedAsWords(packed.address, count, to);
          packed.address = to;
          wordsTo(heap, packed, count, target.precision);
        }
      : null;
  }
  if (logical?.kind === "decimal" || target.kind === "decimal") {
    if (target.kind !== "decimal") return null;
    if (logical !== null && logical.kind !== "decimal" && logical.kind !== "integer") return null;
    return rescaled(logical?.kind === "decimal" ? logical.scale : 0, target, null);
  }
  if (logical?.kind === "timestamp") {
    if (target.kind !== "timestamp" && target.kind !== "timestamp_ntz") return null;
    if (logical.unit === "micros") return longsTo;
    if (logical.unit === "millis") return times(1000n, null);
    return (heap, packed, count, to) => {
      heap.kernels.longsOver(packed.address, count, 1000n, to);
      packed.address = to;
      longs(heap, packed, count);
    };
  }
  if (logical?.kind === "time") {
    if (target.kind !== "time") return null;
    return logical.unit === "nanos" ? longsTo : times(NANOS_OF[logical.unit], null);
  }
  return target.kind === "long" || target.kind === "dayTimeInterval" ? longsTo : null;
}

type Prepare = Conversion | null;

/** Integers times a factor: units of time. */
function times(factor: bigint, prepare: Prepare): Conversion {
  return (heap, packed, count, to) => {
    prepare?.(heap, packed, count, to);
    const { kernels } = heap;
    // Backwards dependencies do not arise: results are as long as the values they come from.
    const state = kernels.longsTimes(packed.address, count, factor, to, 1);
    if (state === 2) throw new DamagedPage("a time does not fit 64 bits of microseconds");
    packed.address = to;
    longs(heap, packed, count);
  };
}

/** Decimals of 64 bits at most to another scale. */
function rescaled(scale: number, target: Extract<DataType, { kind: "decimal" }>, prepare: Prepare): Conversion | null {
  if (target.scale < scale) return null;
  const factor = 10n ** BigInt(target.scale - scale);
  if (factor === 1n) {
    return (heap, packed, count, to) => {
      if (prepare === null) longsTo(heap, packed, count, to);
      else {
        prepare(heap, packed, count, to);
        longs(heap, packed, count);
      }
      widenWords(heap, packed, count, to, target.precision);
    };
  }
  return (heap, packed, count, to) => {
    prepare?.(heap, packed, count, to);
    heap.kernels.longsAsWords(packed.address, count, to);
    multiplyWords(heap, to, count, factor);
    packed.address = to;
    wordsTo(heap, packed, count, target.precision);
  };
}

/** What is beyond 18 digits has two words, wherever it came from. */
function widenWords(heap: Heap, packed: Packed, count: number, to: number, precision: number): void {
  if (packed.form !== Form.Wide1 || precision <= 18) return;
  heap.kernels.longsAsWords(packed.address, count, to);
  packed.address = to;
  packed.form = Form.Wide2;
}

/** Two-word integers at packed.address become doubles, one word or two, in place. */
function wordsTo(heap: Heap, packed: Packed, count: number, precision: number): void {
  const { kernels } = heap;
  const { address } = packed;
  if (kernels.areSafeWords(address, count) === 1) {
    kernels.wordsAsDoubles(address, count, address);
    packed.form = Form.Float64;
  } else if (precision > 18) packed.form = Form.Wide2;
  else if (kernels.wordsAsLongs(address, count, address) === 1) packed.form = Form.Wide1;
  else throw new DamagedPage("a decimal does not fit its precision");
}

/** Rare: a file read with a larger scale than it was written with. */
function multiplyWords(heap: Heap, address: number, count: number, factor: bigint): void {
  const words = new BigInt64Array(heap.buffer, address, 2 * count);
  for (let i = 0; i < words.length; i += 2) {
    const product = ((words[i + 1]! << 64n) | BigInt.asUintN(64, words[i]!)) * factor;
    words[i] = BigInt.asIntN(64, product);
    words[i + 1] = product >> 64n;
  }
}

function fromByteArray(scale: number, target: Extract<DataType, { kind: "decimal" }>): Conversion | null {
  if (target.scale < scale) return null;
  const factor = 10n ** BigInt(target.scale - scale);
  return (heap, packed, count, to) => {
    if (heap.kernels.bytesAsWords(packed.address, packed.starts, packed.ends, count, to) === 0)
      throw new DamagedPage("a decimal is beyond 38 digits");
    if (factor !== 1n) multiplyWords(heap, to, count, factor);
    packed.address = to;
    wordsTo(heap, packed, count, target.precision);
  };
}

function fromFixed(node: ParquetNode, target: DataType): Conversion | null {
  const { logical } = node;
  const length = node.element.typeLength;
  if (logical?.kind === "float16") {
    if (target.kind !== "float" && target.kind !== "double") return null;
    return (heap, packed, count, to) => {
      heap.kernels.halves(packed.address, count, to);
      packed.address = to;
      packed.form = Form.Float32;
      if (target.kind === "double") {
        heap.kernels.floatsAsDoubles(to, count, to);
        packed.form = Form.Float64;
      }
    };
  }
  if (logical?.kind === "decimal") {
    if (target.kind !== "decimal" || target.scale < logical.scale) return null;
    const factor = 10n ** BigInt(target.scale - logical.scale);
    return (heap, packed, count, to) => {
      if (factor === 1n && length > 0 && heap.kernels.fixedAsDoubles(packed.address, length, count, to) === 1) {
        packed.address = to;
        packed.form = Form.Float64;
        return;
      }
      if (heap.kernels.fixedAsWords(packed.address, length, count, to) === 0)
        throw new DamagedPage("a decimal is beyond 38 digits");
      if (factor !== 1n) multiplyWords(heap, to, count, factor);
      packed.address = to;
      wordsTo(heap, packed, count, target.precision);
    };
  }
  if (target.kind !== "binary" && target.kind !== "string") return null;
  return (heap, packed, count, to) => {
    const ranges = new Int32Array(heap.buffer, to, 2 * count);
    for (let i = 0; i < count; i++) {
      ranges[i] = i * length;
      ranges[count + i] = (i + 1) * length;
    }
    packed.form = Form.Bytes;
    packed.starts = to;
    packed.ends = to + 4 * count;
    packed.bytesLength = count * length;
  };
}
