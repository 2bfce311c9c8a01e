/** Exact integers beyond doubles: what generated code calls where its fast paths end. */
export { narrowed } from "../../columnar/batch";
import { narrowed } from "../../columnar/batch";

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

/** a % b of safe integers, b other than 0: without the loop over bits that % of doubles is. NaN where one is NaN. */
export function remainder(a: number, b: number): number {
  const rest = a - Math.trunc(a / b) * b;
  // The quotient may be rounded up to the next integer. Where it is large the product is not exact.
  if (!(Math.abs(a) <= MOST_EXACT && Math.abs(b) <= MOST_EXACT)) return (a % b) + 0;
  if (a >= 0) return rest < 0 ? rest + Math.abs(b) : rest + 0;
  return rest > 0 ? rest - Math.abs(b) : rest + 0;
}

const MOST_EXACT = 2 ** 52;
const WORD = 2 ** 32;

/** `a & b`, `a | b` or `a ^ b` of safe integers; beyond what is safe only where it was at its end. NaN where one is NaN. */
export function wideBits(operator: string, a: number, b: number): number {
  if (a !== a || b !== b) return NaN;
  const [high, otherHigh] = [Math.floor(a / WORD), Math.floor(b / WORD)];
  switch (operator) {
    case "&":
      return (high & otherHigh) * WORD + ((a & b) >>> 0);
    case "|":
      return (high | otherHigh) * WORD + ((a | b) >>> 0);
    default:
      return (high ^ otherHigh) * WORD + ((a ^ b) >>> 0);
  }
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

/** More digits may be beyond safe integers. */
const SAFE_DIGITS = 15;

/** The number of a text that is nothing but digits, perhaps behind a minus; NaN for others and for long ones. */
export function digitsIn(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === 45;
  const first = negative ? start + 1 : start;
  if (first >= end || end - first > SAFE_DIGITS) return NaN;
  let value = 0;
  for (let i = first; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? 0 - value : value;
}
