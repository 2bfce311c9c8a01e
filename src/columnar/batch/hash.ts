/**
 * Spark's Murmur3 of columns: where a row goes in a hash exchange, and SQL's hash(). A null leaves the hash as it is; -0.0
 * counts as 0.0, all NaNs as one; decimals up to 18 digits as longs, larger ones as their big-endian bytes.
 */
import { unreachable } from "../../common/errors";
import { compile } from "../compile";
import { hashBytes, hashInt, hashLong, hashText, SEED } from "../keys/murmur3";
import type { Boxed, CalendarInterval, DataType, MapValue, VariantValue } from "../types";
import type { FixedVector, Vector } from "../vector";
import { boxedReader } from "./boxed";

const double = new Float64Array(1);
const float = new Float32Array(double.buffer);
const words = new Int32Array(double.buffer);

/** The hash of each of `length` rows over `columns`, which have `types`; in `out`, where it is given, which is as long. */
export function hashRows(
  columns: readonly Vector[],
  types: readonly DataType[],
  length: number,
  out: Int32Array = new Int32Array(length),
): Int32Array {
  out.fill(SEED);
  columns.forEach((column, i) => hashColumn(column, types[i]!, out, i === 0));
  return out;
}

/** hashes[i] becomes the hash of value i seeded with hashes[i]. `isFirst`: all seeds are the first one still. */
function hashColumn(vector: Vector, type: DataType, hashes: Int32Array, isFirst: boolean): void {
  const { length } = hashes;
  const { valid } = vector;
  if (vector.form === "null") return;
  if (vector.form === "bytes") {
    const { bytes, starts, ends } = vector;
    for (let i = 0; i < length; i++) {
      if (valid === null || valid[i] === 1) hashes[i] = hashBytes(bytes, starts[i]!, ends[i]!, hashes[i]!);
    }
    return;
  }
  if (vector.form === "dictionary" && vector.dictionary.form === "bytes") {
    const { codes } = vector;
    const { bytes, starts, ends } = vector.dictionary;
    if (isFirst && vector.dictionary.length < length) {
      const known = new Int32Array(vector.dictionary.length);
      for (let entry = 0; entry < known.length; entry++) known[entry] = hashBytes(bytes, starts[entry]!, ends[entry]!, SEED);
      for (let i = 0; i < length; i++) if (valid === null || valid[i] === 1) hashes[i] = known[codes[i]!]!;
      return;
    }
    for (let i = 0; i < length; i++) {
      const code = codes[i]!;
      if (valid === null || valid[i] === 1) hashes[i] = hashBytes(bytes, starts[code]!, ends[code]!, hashes[i]!);
    }
    return;
  }
  if (vector.form === "fixed" && hashFixed(vector.values, valid, type, hashes)) return;
  if (vector.form === "wide" && vector.words === 1 && !(type.kind === "decimal" && type.precision > 18)) {
    const { buffer, byteOffset } = vector.values;
    const halves = new Int32Array(buffer, byteOffset, 2 * length);
    for (let i = 0; i < length; i++) {
      if (valid === null || valid[i] === 1) hashes[i] = hashLong(halves[2 * i]!, halves[2 * i + 1]!, hashes[i]!);
    }
    return;
  }
  if (vector.form === "dictionary" && vector.dictionary.form === "fixed") {
    const { codes } = vector;
    const { values } = vector.dictionary;
    const all = new Float64Array(length);
    for (let i = 0; i < length; i++) all[i] = values[codes[i]!]!;
    if (hashFixed(all, valid, type, hashes)) return;
  }
  const read = boxedReader(vector, type);
  for (let i = 0; i < length; i++) hashes[i] = hashBoxed(read(i), type, hashes[i]!);
}

type Numbers = FixedVector["values"];
type HashingLoop = (values: Numbers, valid: Uint8Array | null, hashes: Int32Array) => void;

/** A loop for each kinds of arrays: one that has seen several is slow for all. */
const loops = new Map<string, HashingLoop>();

/** False for types that are not hashed as integers. */
function hashFixed(values: Numbers, valid: Uint8Array | null, type: DataType, hashes: Int32Array): boolean {
  const hashedAs = integerKind(type);
  if (hashedAs === null) return false;
  const key = `${hashedAs} ${values.constructor.name} ${valid === null}`;
  let loop = loops.get(key);
  if (loop === undefined) {
    loop = compile<HashingLoop>(loopSource(hashedAs, valid !== null), { hashInt, hashLong });
    loops.set(key, loop);
  }
  loop(values, valid, hashes);
  return true;
}

/** As an integer of how many bits a value of the type is hashed; null for other types. */
function integerKind(type: DataType): "int" | "long" | null {
  switch (type.kind) {
    case "int":
    case "date":
    case "byte":
    case "short":
    case "boolean":
    case "yearMonthInterval":
      return "int";
    case "decimal":
      return type.precision > 18 ? null : "long";
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
    case "dayTimeInterval":
      return "long";
    default:
      return null;
  }
}

function loopSource(hashedAs: "int" | "long", mayMiss: boolean): string {
  const hash =
    hashedAs === "int" ? "hashInt(value, hashes[i])" : "hashLong(value | 0, Math.floor(value / 0x100000000) | 0, hashes[i])";
  return `return (values, valid, hashes) => {
    for (let i = 0; i < hashes.length; i++) {
      ${mayMiss ? "if (valid[i] === 0) continue;" : ""}
      const value = values[i];
      hashes[i] = ${hash};
    }
  };`;
}

/** The hash of one value, seeded. */
export function hashBoxed(value: Boxed, type: DataType, seed: number): number {
  if (value === null) return seed;
  switch (type.kind) {
    case "null":
      return seed;
    case "boolean":
      return hashInt(value === true ? 1 : 0, seed);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "yearMonthInterval":
      return hashInt(value as number, seed);
    case "float":
      float[0] = (value as number) === 0 ? 0 : (value as number);
      return hashInt(value !== value ? 0x7fc00000 : words[0]!, seed);
    case "double":
      double[0] = (value as number) === 0 ? 0 : (value as number);
      return value !== value ? hashLong(0, 0x7ff80000, seed) : hashLong(words[0]!, words[1]!, seed);
    case "long":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
    case "dayTimeInterval":
      return hashInteger(value as number | bigint, seed);
    case "decimal":
      return type.precision <= 18
        ? hashInteger(value as number | bigint, seed)
        : hashUnscaled(BigInt(value as number | bigint), seed);
    case "string":
      return hashText(value as string, 0, (value as string).length, seed);
    case "binary": {
      const bytes = value as Uint8Array;
      return hashBytes(bytes, 0, bytes.length, seed);
    }
    case "array": {
      let hash = seed;
      for (const element of value as readonly Boxed[]) hash = hashBoxed(element, type.element, hash);
      return hash;
    }
    case "map": {
      const { keys, values } = value as MapValue;
      let hash = seed;
      for (let i = 0; i < keys.length; i++) hash = hashBoxed(values[i]!, type.value, hashBoxed(keys[i]!, type.key, hash));
      return hash;
    }
    case "struct": {
      let hash = seed;
      type.fields.forEach((field, i) => (hash = hashBoxed((value as readonly Boxed[])[i]!, field.type, hash)));
      return hash;
    }
    case "calendarInterval": {
      const { months, days, microseconds } = value as CalendarInterval;
      return hashInt(months, hashInt(days, hashInteger(microseconds, seed)));
    }
    case "variant": {
      const { value: bytes, metadata } = value as VariantValue;
      return hashBytes(metadata, 0, metadata.length, hashBytes(bytes, 0, bytes.length, seed));
    }
    case "udt":
      return hashBoxed(value, type.sqlType, seed);
    default:
      return unreachable(type);
  }
}

function hashInteger(value: number | bigint, seed: number): number {
  if (typeof value === "number") return hashLong(value | 0, Math.floor(value / 0x1_0000_0000) | 0, seed);
  return hashLong(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), seed);
}

/** Java's BigInteger.toByteArray: big-endian, two's complement, as short as it can be. */
function hashUnscaled(value: bigint, seed: number): number {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    bytes.unshift(Number(BigInt.asUintN(8, rest)));
    const byte = BigInt.asIntN(8, rest);
    rest >>= 8n;
    if ((rest === 0n && byte >= 0n) || (rest === -1n && byte < 0n)) break;
  }
  return hashBytes(Uint8Array.from(bytes), 0, bytes.length, seed);
}
