/** Fields of lines, which are ranges of bytes, to columns of their types. */
import type { DataType } from "../../../columnar/types";
import type { FixedVector } from "../../../columnar/vector";
import type { Heap } from "../wasm/heap";
import { powersOfFive } from "../../types/powers-of-five";

/** How the fields of a column become values: a kernel, and what its results are. */
export interface FieldParser {
  readonly kind: "text" | "parsed";
  /** Bytes of a result. */
  readonly bytes: number;
  parse(heap: Heap, src: number, starts: number, ends: number, count: number, to: number, odd: number): void;
  values(buffer: ArrayBuffer, length: number): FixedVector["values"];
}

/** Options that say how values are written. */
export interface FieldFormats {
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly timestampNtzFormat: string | undefined;
  readonly timeZone: string;
}

const fives = new WeakMap<Heap, number>();

/** The address of the powers of five in the memory of a thread's kernels. */
function fivesOf(heap: Heap): number {
  let address = fives.get(heap);
  if (address === undefined) {
    const powers = new Uint8Array(powersOfFive().buffer);
    address = heap.allocate(powers.length);
    heap.bytes.set(powers, address);
    fives.set(heap, address);
  }
  return address;
}

/** Null where the values of a type need the reader of records. */
export function fieldParser(type: DataType, options: FieldFormats): FieldParser | null {
  const doubles = (buffer: ArrayBuffer, length: number): Float64Array => new Float64Array(buffer, 0, length);
  const whole = (
    bits: number,
    bytes: number,
    shrink: ((h: Heap, at: number, n: number) => void) | null,
  ): Omit<FieldParser, "values"> => ({
    kind: "parsed",
    bytes,
    parse(h, src, starts, ends, count, to, odd) {
      const limit = bits === 64 ? 2 ** 53 : 2 ** (bits - 1);
      h.kernels.wholeFields(src, starts, ends, count, -limit, limit - 1, to, odd);
      shrink?.(h, to, count);
    },
  });
  switch (type.kind) {
    case "string":
      return type.length !== undefined ? null : { kind: "text", bytes: 0, parse: () => {}, values: doubles };
    case "byte":
      return { ...whole(8, 1, (h, at, n) => h.kernels.doublesAsBytes(at, n, at)), values: (b, n) => new Int8Array(b, 0, n) };
    case "short":
      return { ...whole(16, 2, (h, at, n) => h.kernels.doublesAsShorts(at, n, at)), values: (b, n) => new Int16Array(b, 0, n) };
    case "int":
      return { ...whole(32, 4, (h, at, n) => h.kernels.doublesAsInts(at, n, at)), values: (b, n) => new Int32Array(b, 0, n) };
    case "long":
      return { ...whole(64, 8, null), values: doubles };
    case "decimal":
      return {
        kind: "parsed",
        bytes: 8,
        parse: (h, src, starts, ends, count, to, odd) =>
          h.kernels.decimalFields(src, starts, ends, count, type.scale, 10 ** Math.min(type.precision, 15), to, odd),
        values: doubles,
      };
    case "float":
    case "double": {
      const single = type.kind === "float";
      return {
        kind: "parsed",
        bytes: single ? 4 : 8,
        parse(h, src, starts, ends, count, to, odd) {
          h.kernels.doubleFields(src, starts, ends, count, fivesOf(h), to, odd);
          if (single) h.kernels.doublesAsFloats(to, count, to);
        },
        values: (buffer, length) => (single ? new Float32Array(buffer, 0, length) : doubles(buffer, length)),
      };
    }
    case "date":
      if (options.dateFormat !== undefined) return null;
      return {
        kind: "parsed",
        bytes: 4,
        parse: (h, src, starts, ends, count, to, odd) => h.kernels.dateFields(src, starts, ends, count, to, odd),
        values: (buffer, length) => new Int32Array(buffer, 0, length),
      };
    case "timestamp":
    case "timestamp_ntz": {
      const format = type.kind === "timestamp" ? options.timestampFormat : options.timestampNtzFormat;
      if (format !== undefined) return null;
      const utc = options.timeZone === "UTC" || options.timeZone === "Etc/UTC";
      const zoned = type.kind === "timestamp_ntz" ? 0 : utc ? 2 : 1;
      return {
        kind: "parsed",
        bytes: 8,
        parse: (h, src, starts, ends, count, to, odd) => h.kernels.timestampFields(src, starts, ends, count, zoned, to, odd),
        values: doubles,
      };
    }
    case "boolean":
      return {
        kind: "parsed",
        bytes: 1,
        parse: (h, src, starts, ends, count, to, odd) => h.kernels.booleanFields(src, starts, ends, count, to, odd),
        values: (buffer, length) => new Uint8Array(buffer, 0, length),
      };
    default:
      return null;
  }
}
