// Bounds of values for the statistics of Parquet files.

/** Places of the least and the greatest byte array, as low and high 32 bits. There is one at least. */
export function boundsOfBytes(bytes: usize, starts: usize, ends: usize, count: i32): u64 {
  let low: usize = 0;
  let high: usize = 0;
  for (let i: usize = 1; i < (count as usize); i++) {
    if (compareBytes(bytes, starts, ends, i, low) < 0) low = i;
    else if (compareBytes(bytes, starts, ends, i, high) > 0) high = i;
  }
  return (low as u64) | ((high as u64) << 32);
}

// @ts-ignore: decorator
@inline
function compareBytes(bytes: usize, starts: usize, ends: usize, a: usize, b: usize): i32 {
  const startA = load<i32>(starts + 4 * a);
  const startB = load<i32>(starts + 4 * b);
  const lengthA = load<i32>(ends + 4 * a) - startA;
  const lengthB = load<i32>(ends + 4 * b) - startB;
  const shared = min(lengthA, lengthB) as usize;
  const p = bytes + startA;
  const q = bytes + startB;
  let i: usize = 0;
  for (; i + 8 <= shared; i += 8) {
    const x = load<u64>(p + i);
    const y = load<u64>(q + i);
    if (x != y) return bswap(x) < bswap(y) ? -1 : 1;
  }
  for (; i < shared; i++) {
    const x = load<u8>(p + i) as i32;
    const y = load<u8>(q + i) as i32;
    if (x != y) return x - y;
  }
  return lengthA - lengthB;
}

/** Least and greatest to dst and behind. There is one value at least. */
export function bounds32(src: usize, count: i32, dst: usize): void {
  let low = load<i32>(src);
  let high = low;
  for (let i: usize = 1; i < (count as usize); i++) {
    const x = load<i32>(src + 4 * i);
    low = min(low, x);
    high = max(high, x);
  }
  store<i32>(dst, low);
  store<i32>(dst, high, 4);
}

export function bounds64(src: usize, count: i32, dst: usize): void {
  let low = load<i64>(src);
  let high = low;
  for (let i: usize = 1; i < (count as usize); i++) {
    const x = load<i64>(src + 8 * i);
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  store<i64>(dst, low);
  store<i64>(dst, high, 8);
}

/** NaN is in no bounds; 0 where there is one, or nothing else. */
export function boundsDoubles(src: usize, count: i32, dst: usize): i32 {
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  for (let i: usize = 0; i < (count as usize); i++) {
    const x = load<f64>(src + 8 * i);
    if (x != x) return 0;
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  // Of the two zeros the one that is further out.
  store<f64>(dst, low == 0 ? -0.0 : low);
  store<f64>(dst, high == 0 ? 0.0 : high, 8);
  return 1;
}

export function boundsFloats(src: usize, count: i32, dst: usize): i32 {
  let low: f32 = Infinity;
  let high: f32 = -Infinity;
  for (let i: usize = 0; i < (count as usize); i++) {
    const x = load<f32>(src + 4 * i);
    if (x != x) return 0;
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  store<f32>(dst, low == 0 ? (-0.0 as f32) : low);
  store<f32>(dst, high == 0 ? (0.0 as f32) : high, 4);
  return 1;
}

export function maxOfLongs(src: usize, count: i32): i64 {
  let high: i64 = i64.MIN_VALUE;
  for (let i: usize = 0; i < (count as usize); i++) high = max(high, load<i64>(src + 8 * i));
  return high;
}

/** Least and greatest of two-word integers. There is one value at least. */
export function bounds128(src: usize, count: i32, dst: usize): void {
  let low: usize = 0;
  let high: usize = 0;
  for (let i: usize = 1; i < (count as usize); i++) {
    if (isLess(src, i, low)) low = i;
    else if (isLess(src, high, i)) high = i;
  }
  v128.store(dst, v128.load(src + 16 * low));
  v128.store(dst, v128.load(src + 16 * high), 16);
}

// @ts-ignore: decorator
@inline
function isLess(src: usize, a: usize, b: usize): bool {
  const x = load<i64>(src + 16 * a + 8);
  const y = load<i64>(src + 16 * b + 8);
  return x < y || (x == y && load<u64>(src + 16 * a) < load<u64>(src + 16 * b));
}

