/**
 * Hashes of keys: keys that are the same (same.ts) have the same hash, in every thread, process and run. Murmur3 with seed 42 over
 * the forms that Spark would hash: int32 for numbers that are one (0 and -0 alike), int64 for larger whole numbers, the
 * bits of the double for others; UTF-8 for strings; composites element by element, each seeding the next. null and undefined
 * hash to 0 alone and leave the hash as it is inside of composites.
 */
import { unreachable } from "../../common/errors";
import { contentOf, MAX_KEY_DEPTH, refuseKey, tooDeep } from "./content";
import { hashInt, hashLong, hashText, SEED } from "./murmur3";

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** int32. A UsageError for what cannot be a key. */
export function hashKey(key: unknown): number {
  switch (typeof key) {
    case "number":
      return hashNumber(key, SEED);
    case "string":
      return hashText(key, 0, key.length, SEED);
    case "undefined":
      return 0;
    default:
      return key === null ? 0 : hashPart(key, SEED, 0);
  }
}

/** hashKey of numbers[i] for i < count, into out[i]. */
export function hashNumbers(numbers: Float64Array | Int32Array, count: number, out: Int32Array): void {
  if (numbers instanceof Int32Array) for (let index = 0; index < count; index++) out[index] = hashInt(numbers[index]!, SEED);
  else for (let index = 0; index < count; index++) out[index] = hashNumber(numbers[index]!, SEED);
}

/** hashKey of the strings of a column: text.substring(offsets[i], offsets[i + 1]) for i < count, into out[i]. */
export function hashStrings(text: string, offsets: Int32Array, count: number, out: Int32Array): void {
  let start = offsets[0]!;
  for (let index = 0; index < count; index++) {
    const end = offsets[index + 1]!;
    out[index] = hashText(text, start, end, SEED);
    start = end;
  }
}

/** The remainder with the sign of the divisor: which of `partitions` a hash belongs to. */
export function nonNegativeMod(hash: number, partitions: number): number {
  const remainder = (hash % partitions) | 0;
  return remainder < 0 ? remainder + partitions : remainder;
}

function hashNumber(value: number, seed: number): number {
  const int = value | 0;
  if (int === value) return hashInt(int, seed);
  if (Number.isSafeInteger(value)) return hashLong(value | 0, Math.floor(value / 0x1_0000_0000) | 0, seed);
  // All NaNs are one key, whatever their bits.
  if (value !== value) return hashLong(0, 0x7ff80000, seed);
  double[0] = value;
  return hashLong(words[0]!, words[1]!, seed);
}

function hashPart(part: unknown, seed: number, depth: number): number {
  switch (typeof part) {
    case "number":
      return hashNumber(part, seed);
    case "string":
      return hashText(part, 0, part.length, seed);
    case "boolean":
      return hashInt(part ? 1 : 0, seed);
    case "bigint":
      return hashBigInt(part, seed);
    case "undefined":
      return seed;
    case "object":
      return part === null ? seed : hashComposite(part, seed, depth);
    default:
      return refuseKey(part);
  }
}

function hashBigInt(value: bigint, seed: number): number {
  if (BigInt.asIntN(64, value) === value) {
    return hashLong(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)), seed);
  }
  const text = value.toString(16);
  return hashText(text, 0, text.length, seed);
}

function hashComposite(key: object, seed: number, depth: number): number {
  if (depth > MAX_KEY_DEPTH) throw tooDeep();
  if (Array.isArray(key) && Reflect.getPrototypeOf(key) === Array.prototype) return hashItems(key, seed, depth);
  const content = contentOf(key);
  switch (content.kind) {
    case "array":
      return hashItems(content.items, seed, depth);
    case "record": {
      let hash = seed;
      for (const name of content.keys) {
        hash = hashText(name, 0, name.length, hash);
        hash = hashPart(content.object[name], hash, depth + 1);
      }
      return hash;
    }
    case "date":
      return hashNumber(content.time, seed);
    case "regexp":
      return hashText(content.source, 0, content.source.length, seed);
    case "numbers": {
      let hash = seed;
      for (let index = 0; index < content.values.length; index++) hash = hashPart(content.values[index], hash, depth + 1);
      return hash;
    }
    case "hooked":
      return hashPart(content.data, seed, depth + 1);
    default:
      return unreachable(content);
  }
}

function hashItems(items: readonly unknown[], seed: number, depth: number): number {
  let hash = seed;
  for (let index = 0; index < items.length; index++) hash = hashPart(items[index], hash, depth + 1);
  return hash;
}
