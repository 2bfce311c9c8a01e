/** XXH64 of SQL values as Spark has it: numbers by their bits, strings by their bytes, what is inside arrays, maps and structs one after the other. */
import type { Boxed, CalendarInterval, DataType, MapValue } from "../../../columnar/types";

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
const MASK = 0xffffffffffffffffn;

function rotate(x: bigint, bits: bigint): bigint {
  return ((x << bits) & MASK) | (x >> (64n - bits));
}

function times(a: bigint, b: bigint): bigint {
  return (a * b) & MASK;
}

function finish(hash: bigint): bigint {
  let mixed = times(hash ^ (hash >> 33n), P2);
  mixed = times(mixed ^ (mixed >> 29n), P3);
  return mixed ^ (mixed >> 32n);
}

function round(accumulator: bigint, word: bigint): bigint {
  return times(rotate((accumulator + times(word, P2)) & MASK, 31n), P1);
}

function mixWord(hash: bigint, word: bigint): bigint {
  return (times(rotate(hash ^ round(0n, word), 27n), P1) + P4) & MASK;
}

function hashInt(value: number, seed: bigint): bigint {
  const hash = ((seed + P5 + 4n) & MASK) ^ times(BigInt(value >>> 0), P1);
  return finish((times(rotate(hash, 23n), P2) + P3) & MASK);
}

function hashLong(value: bigint, seed: bigint): bigint {
  return finish(mixWord((seed + P5 + 8n) & MASK, BigInt.asUintN(64, value)));
}

/** All hashes and seeds are unsigned 64-bit integers. */
export function xxhash64Bytes(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length;
  let at = 0;
  let hash: bigint;
  if (end >= 32) {
    let a = (seed + P1 + P2) & MASK;
    let b = (seed + P2) & MASK;
    let c = seed;
    let d = (seed - P1) & MASK;
    for (; at <= end - 32; at += 32) {
      a = round(a, view.getBigUint64(at, true));
      b = round(b, view.getBigUint64(at + 8, true));
      c = round(c, view.getBigUint64(at + 16, true));
      d = round(d, view.getBigUint64(at + 24, true));
    }
    hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & MASK;
    for (const lane of [a, b, c, d]) hash = (times(hash ^ round(0n, lane), P1) + P4) & MASK;
  } else {
    hash = (seed + P5) & MASK;
  }
  hash = (hash + BigInt(end)) & MASK;
  for (; at <= end - 8; at += 8) hash = mixWord(hash, view.getBigUint64(at, true));
  if (at <= end - 4) {
    hash = (times(rotate(hash ^ times(BigInt(view.getUint32(at, true)), P1), 23n), P2) + P3) & MASK;
    at += 4;
  }
  for (; at < end; at++) hash = times(rotate(hash ^ times(BigInt(bytes[at] as number), P5), 11n), P1);
  return finish(hash);
}

export type Hash64 = (value: Boxed, seed: bigint) => bigint;

const scratch = new DataView(new ArrayBuffer(8));

/** Nulls leave the seed as it is. */
export function xxhash64(type: DataType): Hash64 {
  const hash = presentHash(type);
  return (value, seed) => (value === null ? seed : hash(value, seed));
}

function presentHash(type: DataType): Hash64 {
  switch (type.kind) {
    case "null":
      return (_, seed) => seed;
    case "boolean":
      return (value, seed) => hashInt(value === true ? 1 : 0, seed);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "yearMonthInterval":
      return (value, seed) => hashInt(value as number, seed);
    case "float":
      return (value, seed) => {
        scratch.setFloat32(0, (value as number) + 0);
        return hashInt(scratch.getInt32(0), seed);
      };
    case "double":
      return (value, seed) => {
        scratch.setFloat64(0, (value as number) + 0);
        return hashLong(scratch.getBigUint64(0), seed);
      };
    case "decimal":
      return type.precision <= 18
        ? (value, seed) => hashLong(BigInt(value as number | bigint), seed)
        : (value, seed) => xxhash64Bytes(bigIntBytes(BigInt(value as number | bigint)), seed);
    case "string":
      return (value, seed) => xxhash64Bytes(Buffer.from(value as string, "utf8"), seed);
    case "binary":
      return (value, seed) => xxhash64Bytes(value as Uint8Array, seed);
    case "calendarInterval":
      return (value, seed) => {
        const { months, days, microseconds } = value as CalendarInterval;
        return hashInt(months, hashInt(days, hashLong(BigInt(microseconds), seed)));
      };
    case "array": {
      const element = xxhash64(type.element);
      return (value, seed) => (value as readonly Boxed[]).reduce((hash: bigint, item) => element(item, hash), seed);
    }
    case "map": {
      const key = xxhash64(type.key);
      const item = xxhash64(type.value);
      return (value, seed) => {
        const { keys, values } = value as MapValue;
        return keys.reduce((hash: bigint, one, i) => item(values[i] as Boxed, key(one, hash)), seed);
      };
    }
    case "struct": {
      const fields = type.fields.map((field) => xxhash64(field.type));
      return (value, seed) =>
        (value as readonly Boxed[]).reduce((hash: bigint, item, i) => (fields[i] as Hash64)(item, hash), seed);
    }
    case "udt":
      return xxhash64(type.sqlType);
    default:
      return (value, seed) => hashLong(BigInt(value as number | bigint), seed);
  }
}

/** Two's complement, high byte first, as few bytes as hold it. */
export function bigIntBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (!((rest === 0n || rest === -1n) && (((bytes[bytes.length - 1] as number) & 0x80) !== 0) === (rest === -1n)));
  return Uint8Array.from(bytes.reverse());
}
