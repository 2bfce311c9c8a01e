/**
 * How many different keys there are, from a few bytes: HyperLogLog registers over the keys' 32-bit hashes.
 * P. Flajolet et al., HyperLogLog (2007); estimator of O. Ertl, New cardinality estimation algorithms for HyperLogLog sketches (2017).
 */
import { hashInt } from "../../columnar/keys/murmur3";
import { hashKey } from "../../columnar/keys/hash";

/** Registers for a relative standard deviation of about `relativeSD`. */
export function newSketch(relativeSD: number): Uint8Array {
  return new Uint8Array(2 ** Math.max(4, Math.ceil((2 * Math.log(1.054 / relativeSD)) / Math.LN2)));
}

/** What the keys' own hash leaves related must not stay so. */
const SKETCH_SEED = 0x2545f491;

export function addToSketch(registers: Uint8Array, key: unknown): Uint8Array {
  const hash = hashInt(hashKey(key), SKETCH_SEED);
  const bits = 31 - Math.clz32(registers.length);
  const register = hash >>> (32 - bits);
  // The bit below the hash ends the count of zeros.
  const rank = Math.clz32((hash << bits) | (1 << (bits - 1))) + 1;
  if (rank > registers[register]!) registers[register] = rank;
  return registers;
}

export function mergeSketches(into: Uint8Array, other: Uint8Array): Uint8Array {
  for (let i = 0; i < into.length; i++) if (other[i]! > into[i]!) into[i] = other[i]!;
  return into;
}

export function estimateOf(registers: Uint8Array): number {
  const size = registers.length;
  const most = 32 - (31 - Math.clz32(size));
  const counts = new Float64Array(most + 2);
  for (const register of registers) counts[register]!++;
  let z = size * tau(1 - counts[most + 1]! / size);
  for (let k = most; k >= 1; k--) z = 0.5 * (z + counts[k]!);
  z += size * sigma(counts[0]! / size);
  const hashes = (size * size) / (2 * Math.LN2 * z);
  // Different keys may have one hash: this many keys have that many.
  const keys = -(2 ** 32) * Math.log1p(-Math.min(hashes / 2 ** 32, 1 - 2 ** -32));
  return Math.round(keys);
}

function sigma(x: number): number {
  if (x === 1) return Infinity;
  let [y, z] = [1, x];
  for (let before = -1; z !== before;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [y, z] = [1, 1 - x];
  for (let before = -1; z !== before;) {
    x = Math.sqrt(x);
    before = z;
    y /= 2;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
