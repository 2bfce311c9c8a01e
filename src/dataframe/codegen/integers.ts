/** Exact integers beyond doubles: what generated code calls where its fast paths end. */
export { narrowed } from "../../columnar/batch";
import { narrowed } from "../../columnar/batch";

/** Value `index` of a vector of two words. */
export function narrowed2(values: BigInt64Array, index: number): number | bigint {
  return narrowed((values[2 * index + 1]! << 64n) | BigInt.asUintN(64, values[2 * index]!));
}

/** numerator / denominator to the nearest integer, halves away from zero. */
export function dividedHalfUp(numerator: number | bigint, denominator: number | bigint): number | bigint {
  if (typeof numerator === "number" && typeof denominator === "number") {
    const magnitude = Math.abs(numerator);
    const divisor = Math.abs(denominator);
    let quotient = Math.floor(magnitude / divisor);
    // The quotient may be rounded up to the next integer; the remainder is exact.
    let rest = magnitude % divisor;
    if (quotient * divisor + rest > magnitude) quotient--;
    if (rest * 2 >= divisor) {
      quotient++;
      rest = 0;
    }
    return numerator < 0 !== denominator < 0 ? 0 - quotient : quotient;
  }
  const n = BigInt(numerator);
  const d = BigInt(denominator);
  const magnitude = n < 0n ? -n : n;
  const divisor = d < 0n ? -d : d;
  const quotient = (magnitude * 2n + divisor) / (divisor * 2n);
  return narrowed(n < 0n !== d < 0n ? -quotient : quotient);
}

/** value × 10^digits. */
export function timesPowerOfTen(value: number | bigint, digits: number): number | bigint {
  if (typeof value === "number" && digits <= 15) {
    const product = value * 10 ** digits;
    if (Math.abs(product) <= Number.MAX_SAFE_INTEGER) return product;
  }
  return narrowed(BigInt(value) * 10n ** BigInt(digits));
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

/** Of equal numbers equal; NaN and -0 have one each with NaN and 0. */
export function hashDouble(value: number): number {
  double[0] = value === value ? value + 0 : NaN;
  const hash = Math.imul(words[0]! ^ Math.imul(words[1]!, 0x85ebca6b), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

export function hashInteger(value: number | bigint): number {
  if (typeof value === "number") {
    const hash = Math.imul((value | 0) ^ Math.imul((value / 4294967296) | 0, 0x85ebca6b), 0x9e3779b1);
    return hash ^ (hash >>> 15);
  }
  const hash = Math.imul(Number(BigInt.asIntN(32, value)) ^ Number(BigInt.asIntN(32, value >> 32n)), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** How many bits are set. */
export function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
