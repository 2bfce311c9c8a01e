// The text of doubles, by R. Giulietti, "The Schubfach way to render doubles" (2020), and doubles of texts.
import { doubleAt } from "../../sources/wasm/text/fields.assembly";
import { INPUT, OUTPUT, POWERS } from "./memory.assembly";

/** Of powers of ten in the table at POWERS, and those among them that are not cut off. */
const LEAST: i32 = -342;
const GREATEST: i32 = 308;
const LEAST_EXACT: i32 = -27;
const GREATEST_EXACT: i32 = 55;

/** The double that `length` bytes at INPUT are, or NaN: see doubleAt. */
export function doubleOf(length: i32): f64 {
  return doubleAt(INPUT, INPUT + (length as usize), POWERS);
}

/** The upper half of a product of 128 bits. */
// @ts-ignore: decorator
@inline
function upper(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const cross = a1 * b0 + ((a0 * b0) >> 32);
  const middle = a0 * b1 + (cross & 0xffffffff);
  return a1 * b1 + (cross >> 32) + (middle >> 32);
}

/** The upper 64 bits of (high, low) × factor; the last bit is set where any below these is. */
// @ts-ignore: decorator
@inline
function roundedToOdd(high: u64, low: u64, factor: u64): u64 {
  const middle = high * factor;
  const sum = middle + upper(low, factor);
  const top = upper(high, factor) + (sum < middle ? 1 : 0);
  return top | (sum > 1 ? 1 : 0);
}

// @ts-ignore: decorator
@inline
function digitsOf(number: u32, end: usize, count: i32): void {
  let rest = number;
  for (let p = end - 1; count > 0; count--, p--) {
    const tens = rest / 10;
    store<u8>(p, (48 + rest - tens * 10) as u8);
    rest = tens;
  }
}

// @ts-ignore: decorator
@inline
function countOf(number: u32): i32 {
  if (number < 10000) return number < 100 ? (number < 10 ? 1 : 2) : number < 1000 ? 3 : 4;
  if (number < 1000000) return number < 100000 ? 5 : 6;
  if (number < 100000000) return number < 10000000 ? 7 : 8;
  return number < 1000000000 ? 9 : 10;
}

/**
 * The text of a double at OUTPUT as Java 17 has it; gives its length, or 0 where Java has rules of its own, which are not known here: for NaN and
 * infinities, powers of two, from 2^53 on, below 10^-291, and for a single digit with an exponent.
 */
export function textOfDouble(value: f64): i32 {
  const bits = reinterpret<u64>(value);
  const size = Math.abs(value);
  let p = OUTPUT;
  if (bits >> 63 != 0) store<u8>(p++, 45);
  if (size < 1e7 && floor(size) == size) {
    const whole = size as u32;
    const count = countOf(whole);
    p += count;
    digitsOf(whole, p, count);
    store<u16>(p, 0x302e);
    return (p + 2 - OUTPUT) as i32;
  }
  const fraction = bits & 0xfffffffffffff;
  if (!(size < 9007199254740992) || size < 1e-291 || fraction == 0) return 0;
  const q = (((bits >> 52) & 0x7ff) as i32) - 1075;
  const c = fraction | 0x10000000000000;
  let decimal: u64;
  let k: i32 = 0;
  if (floor(size) == size) decimal = size as u64;
  else {
    k = (q * 1262611) >> 22;
    const power = -k;
    const h = q + ((power * 1741647) >> 19) + 1;
    const entry = POWERS + 16 * ((power - LEAST) as usize);
    let high = load<u64>(entry);
    let low = load<u64>(entry, 8);
    // The algorithm has powers rounded up.
    if (power < LEAST_EXACT || power > GREATEST_EXACT) {
      low++;
      if (low == 0) high++;
    }
    const odd = c & 1;
    const lower = roundedToOdd(high, low, ((c << 2) - 2) << (h as u64)) + odd;
    const exact = roundedToOdd(high, low, (c << 2) << (h as u64));
    const higher = roundedToOdd(high, low, ((c << 2) + 2) << (h as u64)) - odd;
    const s = exact >> 2;
    const tens = s / 10;
    const tenBelow = lower <= 40 * tens;
    const tenAbove = 40 * tens + 40 <= higher;
    if (tenBelow != tenAbove) {
      decimal = tens + (tenAbove ? 1 : 0);
      k++;
    } else {
      const below = lower <= 4 * s;
      const above = 4 * s + 4 <= higher;
      const middle = 4 * s + 2;
      const up = below != above ? above : exact > middle || (exact == middle && (s & 1) != 0);
      decimal = s + (up ? 1 : 0);
    }
  }
  const first = (decimal / 100000000) as u32;
  const second = (decimal - (first as u64) * 100000000) as u32;
  let count = first == 0 ? countOf(second) : countOf(first) + 8;
  // The number is 0.digits × 10^point. Its digits are put where they stay, or one place behind where a point comes among them.
  const point = count + k;
  const far = point > 7 || point < -2;
  const digits = p + (far || point > 0 ? 1 : 2 - point);
  if (first == 0) digitsOf(second, digits + count, count);
  else {
    digitsOf(first, digits + count - 8, count - 8);
    digitsOf(second, digits + count, 8);
  }
  while (load<u8>(digits + count - 1) == 48) count--;
  if (far) {
    if (count == 1) return 0;
    store<u8>(p, load<u8>(p + 1));
    store<u8>(p + 1, 46);
    p += count + 1;
    store<u8>(p++, 69);
    const exponent = point - 1;
    if (exponent < 0) store<u8>(p++, 45);
    const length = countOf(abs(exponent));
    p += length;
    digitsOf(abs(exponent), p, length);
    return (p - OUTPUT) as i32;
  }
  if (point <= 0) {
    store<u16>(p, 0x2e30);
    for (p += 2; p < digits; p++) store<u8>(p, 48);
    return (digits + count - OUTPUT) as i32;
  }
  for (let i: i32 = 0; i < point; i++) store<u8>(p + i, load<u8>(digits + i));
  store<u8>(p + point, 46);
  return (p + count + 1 - OUTPUT) as i32;
}
