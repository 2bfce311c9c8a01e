/** XXH64 of SQL values as Spark has it: numbers by their bits, strings by their bytes, what is inside arrays, maps and structs one after the other. */
import type { Boxed, CalendarInterval, DataType, MapValue } from "../../../columnar/types";

/** A hash while it is made, and the seed of what follows: the lower word, the higher word. */
export class Hash {
  readonly words = new Int32Array(2);
  readonly #long = new BigInt64Array(this.words.buffer);

  seed(value: number): this {
    this.words[0] = value;
    this.words[1] = value < 0 ? -1 : 0;
    return this;
  }

  /** As a signed integer of 64 bits. */
  value(): number | bigint {
    const near = this.words[1]! * 2 ** 32 + (this.words[0]! >>> 0);
    return Number.isSafeInteger(near) ? near : this.#long[0]!;
  }
}

type Words = Int32Array;

/*
 * The constants of XXH64 stand where they are used, each as its lower and its higher word: P1 is 0x9e3779b1 85ebca87, P2 0xc2b2ae3d 27d4eb4f,
 * P3 0x165667b1 9e3779f9, P4 0x85ebca77 c2b2ae63, P5 0x27d4eb2f 165667c5. All steps are operations on int32, which the machine has as such.
 */

/** Times a number of 64 bits, modulo 2^64. */
function multiply(h: Words, low: number, high: number): void {
  const a = h[0]!;
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = low & 0xffff;
  const b1 = low >>> 16;
  // Sums of a product of two 16-bit numbers and one of them are below 2^32.
  const middle = (Math.imul(a0, b1) + (Math.imul(a0, b0) >>> 16)) | 0;
  const other = (Math.imul(a1, b0) + (middle & 0xffff)) | 0;
  h[1] = (Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16) + Math.imul(a, high) + Math.imul(h[1]!, low)) | 0;
  h[0] = Math.imul(a, low);
}

function add(h: Words, low: number, high: number): void {
  const sum = (h[0]! + low) | 0;
  h[0] = sum;
  h[1] = (h[1]! + high + (sum >>> 0 < low >>> 0 ? 1 : 0)) | 0;
}

function rotate(h: Words, bits: number): void {
  const low = h[0]!;
  const high = h[1]!;
  h[0] = (low << bits) | (high >>> (32 - bits));
  h[1] = (high << bits) | (low >>> (32 - bits));
}

function xor(h: Words, low: number, high: number): void {
  h[0] = h[0]! ^ low;
  h[1] = h[1]! ^ high;
}

function finish(h: Words): void {
  h[0] = h[0]! ^ (h[1]! >>> 1);
  multiply(h, 0x27d4eb4f, 0xc2b2ae3d);
  xor(h, (h[0] >>> 29) | (h[1]! << 3), h[1]! >>> 29);
  multiply(h, 0x9e3779f9, 0x165667b1);
  h[0] = h[0] ^ h[1]!;
}

const scratch = new Int32Array(2);

/** An accumulator takes a word in. */
function round(accumulator: Words, low: number, high: number): void {
  scratch[0] = low;
  scratch[1] = high;
  multiply(scratch, 0x27d4eb4f, 0xc2b2ae3d);
  add(accumulator, scratch[0], scratch[1]);
  rotate(accumulator, 31);
  multiply(accumulator, 0x85ebca87, 0x9e3779b1);
}

const lane = new Int32Array(2);

function mixWord(h: Words, low: number, high: number): void {
  lane[0] = 0;
  lane[1] = 0;
  round(lane, low, high);
  xor(h, lane[0], lane[1]);
  rotate(h, 27);
  multiply(h, 0x85ebca87, 0x9e3779b1);
  add(h, 0xc2b2ae63, 0x85ebca77);
}

/** Takes in the last four bytes, as a word. */
function mixInt(h: Words, value: number): void {
  scratch[0] = value;
  scratch[1] = 0;
  multiply(scratch, 0x85ebca87, 0x9e3779b1);
  xor(h, scratch[0], scratch[1]);
  rotate(h, 23);
  multiply(h, 0x27d4eb4f, 0xc2b2ae3d);
  add(h, 0x9e3779f9, 0x165667b1);
}

export function hashInt(value: number, { words: h }: Hash): void {
  add(h, 0x165667c5, 0x27d4eb2f);
  add(h, 4, 0);
  mixInt(h, value);
  finish(h);
}

export function hashWords(low: number, high: number, { words: h }: Hash): void {
  add(h, 0x165667c5, 0x27d4eb2f);
  add(h, 8, 0);
  mixWord(h, low, high);
  finish(h);
}

function hashLong(value: number | bigint, hash: Hash): void {
  if (typeof value === "number") hashWords(value | 0, Math.floor(value / 2 ** 32), hash);
  else hashWords(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), hash);
}

const lanes = [new Int32Array(2), new Int32Array(2), new Int32Array(2), new Int32Array(2)] as const;
const ROTATIONS = [1, 7, 12, 18];

/** Four bytes as an int32, the lowest first. */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Of bytes[start, end). */
export function hashBytes(bytes: Uint8Array, start: number, end: number, { words: h }: Hash): void {
  let at = start;
  if (end - start >= 32) {
    for (const one of lanes) one.set(h);
    add(lanes[0], 0x85ebca87, 0x9e3779b1);
    add(lanes[0], 0x27d4eb4f, 0xc2b2ae3d);
    add(lanes[1], 0x27d4eb4f, 0xc2b2ae3d);
    // Less P1: its complement, and 1.
    add(lanes[3], ~0x85ebca87, ~0x9e3779b1);
    add(lanes[3], 1, 0);
    for (; at <= end - 32; at += 32)
      for (let i = 0; i < 4; i++) round(lanes[i]!, wordAt(bytes, at + 8 * i), wordAt(bytes, at + 8 * i + 4));
    h.fill(0);
    lanes.forEach((one, i) => {
      const [low, high] = [one[0]!, one[1]!];
      rotate(one, ROTATIONS[i]!);
      add(h, one[0]!, one[1]!);
      one[0] = low;
      one[1] = high;
    });
    for (const one of lanes) {
      lane.fill(0);
      round(lane, one[0]!, one[1]!);
      xor(h, lane[0]!, lane[1]!);
      multiply(h, 0x85ebca87, 0x9e3779b1);
      add(h, 0xc2b2ae63, 0x85ebca77);
    }
  } else {
    add(h, 0x165667c5, 0x27d4eb2f);
  }
  add(h, end - start, 0);
  for (; at <= end - 8; at += 8) mixWord(h, wordAt(bytes, at), wordAt(bytes, at + 4));
  if (at <= end - 4) {
    mixInt(h, wordAt(bytes, at));
    at += 4;
  }
  for (; at < end; at++) {
    scratch[0] = bytes[at]!;
    scratch[1] = 0;
    multiply(scratch, 0x165667c5, 0x27d4eb2f);
    xor(h, scratch[0], scratch[1]);
    rotate(h, 11);
    multiply(h, 0x85ebca87, 0x9e3779b1);
  }
  finish(h);
}

function hashAll(bytes: Uint8Array, hash: Hash): void {
  hashBytes(bytes, 0, bytes.length, hash);
}

/** Makes of the hash so far, as its seed, that of a value after it. Nulls leave it as it is. */
export type Hasher = (value: Boxed, hash: Hash) => void;

const bits = new DataView(new ArrayBuffer(8));
const encoder = new TextEncoder();
let text = new Uint8Array(1 << 10);

function hashText(value: string, hash: Hash): void {
  if (text.length < value.length * 3) text = new Uint8Array(value.length * 3);
  const { written } = encoder.encodeInto(value, text);
  hashBytes(text, 0, written, hash);
}

export function xxhash64(type: DataType): Hasher {
  const present = presentHash(type);
  return (value, hash) => {
    if (value !== null) present(value, hash);
  };
}

function presentHash(type: DataType): Hasher {
  switch (type.kind) {
    case "null":
      return () => undefined;
    case "boolean":
      return (value, hash) => hashInt(value === true ? 1 : 0, hash);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "yearMonthInterval":
      return (value, hash) => hashInt(value as number, hash);
    case "float":
      return (value, hash) => {
        bits.setFloat32(0, (value as number) + 0);
        hashInt(bits.getInt32(0), hash);
      };
    case "double":
      return (value, hash) => {
        bits.setFloat64(0, (value as number) + 0);
        hashWords(bits.getInt32(4), bits.getInt32(0), hash);
      };
    case "decimal":
      return type.precision <= 18
        ? (value, hash) => hashLong(value as number | bigint, hash)
        : (value, hash) => hashAll(bigIntBytes(BigInt(value as number | bigint)), hash);
    case "string":
      return (value, hash) => hashText(value as string, hash);
    case "binary":
      return (value, hash) => hashAll(value as Uint8Array, hash);
    case "calendarInterval":
      return (value, hash) => {
        const { months, days, microseconds } = value as CalendarInterval;
        hashLong(microseconds, hash);
        hashInt(days, hash);
        hashInt(months, hash);
      };
    case "array": {
      const element = xxhash64(type.element);
      return (value, hash) => {
        for (const item of value as readonly Boxed[]) element(item, hash);
      };
    }
    case "map": {
      const key = xxhash64(type.key);
      const item = xxhash64(type.value);
      return (value, hash) => {
        const { keys, values } = value as MapValue;
        keys.forEach((one, i) => {
          key(one, hash);
          item(values[i] as Boxed, hash);
        });
      };
    }
    case "struct": {
      const fields = type.fields.map((field) => xxhash64(field.type));
      return (value, hash) => (value as readonly Boxed[]).forEach((item, i) => fields[i]!(item, hash));
    }
    case "udt":
      return xxhash64(type.sqlType);
    default:
      return (value, hash) => hashLong(value as number | bigint, hash);
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
