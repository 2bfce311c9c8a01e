/** Spark's hashes of single values, as generated code calls them: `hash32…` are Murmur3 and give the hash; XXH64 has its state. */
import { hashBytes as hash32Bytes, hashInt as hash32Int, hashLong } from "../../columnar/keys/murmur3";
import { type XxHash64, xxHash64 } from "../functions/sketches/xxhash64";
import { storePair } from "./pairs";

export { hash32Bytes, hash32Int, xxHash64 };

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

export function hash32Long(value: number, seed: number): number {
  return hashLong(value | 0, Math.floor(value / 2 ** 32) | 0, seed);
}

export function hash32Pair(high: number, low: number, seed: number): number {
  storePair(words, 0, 1, high, low);
  return hashLong(words[0]!, words[1]!, seed);
}

/** Zero has no sign, and there is one NaN. */
export function hash32Double(value: number, seed: number): number {
  double[0] = value === 0 ? 0 : value;
  return value !== value ? hashLong(0, 0x7ff80000, seed) : hashLong(words[0]!, words[1]!, seed);
}

export function hash64Pair(high: number, low: number, hash: XxHash64): void {
  storePair(words, 0, 1, high, low);
  hash.pair(words[0]!, words[1]!);
}
