/** XXH64 of SQL values as Spark has it: numbers by their bits, strings by their bytes, what is inside arrays, maps and structs one after the other. */
import type { Boxed, CalendarInterval, DataType, MapValue } from "../../../columnar/types";
import { MOST_BYTES, type ValueMemory, valueMemory } from "../kernels/host";

/** The hash while it is made, which is the seed of what follows. There is one a thread: nothing else is hashed between its steps. */
export class XxHash64 {
  readonly #memory: ValueMemory = valueMemory();
  /** The hash: the lower word, the higher word. */
  readonly words = this.#memory.words;
  readonly #long = new BigInt64Array(this.words.buffer, this.words.byteOffset, 1);
  /** Integers of at most 32 bits. */
  readonly int = this.#memory.kernels.hashInt;
  /** Safe integers, as numbers of 64 bits. */
  readonly whole = this.#memory.kernels.hashWhole;
  /** 64 bits: the lower word, the higher word. */
  readonly pair = this.#memory.kernels.hashWords;
  readonly double = this.#memory.kernels.hashDouble;

  seed(value: number): void {
    this.words[0] = value;
    this.words[1] = value < 0 ? -1 : 0;
  }

  /** Of bytes[start, end). */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    const memory = this.#memory;
    if (end - start > MOST_BYTES) this.#parts(bytes, start, end);
    else memory.kernels.hashBytes(memory.put(bytes, start, end));
  }

  #parts(bytes: Uint8Array, start: number, end: number): void {
    const memory = this.#memory;
    const { beginLanes, takeStripes, endLanes } = memory.kernels;
    beginLanes();
    for (let at = start; ; at += MOST_BYTES) {
      const length = memory.put(bytes, at, Math.min(at + MOST_BYTES, end));
      const taken = takeStripes(length);
      if (at + length === end) return endLanes(taken, length, end - start);
    }
  }

  /** As a signed integer of 64 bits. */
  value(): number | bigint {
    const near = this.words[1]! * 2 ** 32 + (this.words[0]! >>> 0);
    return Number.isSafeInteger(near) ? near : this.#long[0]!;
  }
}

let shared: XxHash64 | undefined;

/** Of this thread. */
export function xxHash64(): XxHash64 {
  return (shared ??= new XxHash64());
}

function hashLong(value: number | bigint, hash: XxHash64): void {
  if (typeof value === "number") hash.whole(value);
  else hash.pair(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
}

function hashAll(bytes: Uint8Array, hash: XxHash64): void {
  hash.bytes(bytes, 0, bytes.length);
}

/** Makes of the hash so far, as its seed, that of a value after it. Nulls leave it as it is. */
export type Hasher = (value: Boxed, hash: XxHash64) => void;

const bits = new DataView(new ArrayBuffer(4));
const encoder = new TextEncoder();
let text = new Uint8Array(1 << 10);

function hashText(value: string, hash: XxHash64): void {
  if (text.length < value.length * 3) text = new Uint8Array(value.length * 3);
  const { written } = encoder.encodeInto(value, text);
  hash.bytes(text, 0, written);
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
      return (value, hash) => hash.int(value === true ? 1 : 0);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "yearMonthInterval":
      return (value, hash) => hash.int(value as number);
    case "float":
      return (value, hash) => {
        bits.setFloat32(0, (value as number) + 0);
        hash.int(bits.getInt32(0));
      };
    case "double":
      return (value, hash) => hash.double(value as number);
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
        hash.int(days);
        hash.int(months);
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
