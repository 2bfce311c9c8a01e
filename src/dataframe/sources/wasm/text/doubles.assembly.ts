// The double nearest to a decimal number, after Lemire, "Number parsing at a gigabyte per second" (2021, arXiv:2101.11408), algorithm 1.

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

/** Of powers of ten in `fives`. */
const LEAST: i32 = -342;
const GREATEST: i32 = 308;

/**
 * The double nearest to value * 10^power, halves to even; NaN where this way does not know it: for subnormal and infinite numbers, and where the product
 * is not exact enough. `fives` holds 128 bits, the upper 64 first, of each power of five from -342 to 308, with the highest bit set.
 */
export function nearestDouble(value: u64, power: i32, fives: usize): f64 {
  if (value == 0) return 0;
  if (power < LEAST || power > GREATEST) return NaN;
  const zeros = clz(value) as i32;
  const shifted = value << (zeros as u64);
  const five = fives + 16 * ((power - LEAST) as usize);
  let low: u64 = shifted * load<u64>(five);
  let high = upper(shifted, load<u64>(five));
  if ((high & 0x1ff) == 0x1ff) {
    // The lower bits of the power may still change those that count.
    const more = upper(shifted, load<u64>(five, 8));
    low += more;
    if (low < more) high++;
    if (low == 0xffffffffffffffff && (power < -27 || power > 55)) return NaN;
  }
  const top = high >> 63;
  const drop: u64 = top + 9;
  let mantissa = high >> drop;
  let exponent = (((217706 * power) >> 16) + 63 + (top as i32) - zeros + 1023) as i32;
  if (exponent <= 0) return NaN;
  // Exactly between two doubles.
  if (low <= 1 && power >= -4 && power <= 23 && (mantissa & 3) == 1 && mantissa << drop == high) mantissa &= 0xfffffffffffffffe;
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa >= 0x20000000000000) {
    mantissa = 0x10000000000000;
    exponent++;
  }
  if (exponent >= 2047) return NaN;
  return reinterpret<f64>((mantissa & 0xfffffffffffff) | ((exponent as u64) << 52));
}
