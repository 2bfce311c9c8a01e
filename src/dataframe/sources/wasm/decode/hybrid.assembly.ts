// Parquet's packed values: hybrid runs, levels and booleans. As in decompress: results below 0 mean damaged input, and up to
// 32 bytes behind inputs may be read and 16 behind outputs be written.

/** Where the run that `hybrid` is in begins; a run-length header is a varint. */
let at: usize = 0;

// @ts-ignore: decorator
@inline
function varint(end: usize): u32 {
  let result: u32 = 0;
  let shift: u32 = 0;
  while (at < end && shift < 35) {
    const byte = load<u8>(at++) as u32;
    result |= (byte & 127) << shift;
    if (byte < 128) return result;
    shift += 7;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function put<T extends number>(to: usize, index: usize, value: u32): void {
  store<T>(to + index * sizeof<T>(), value as T);
}

/**
 * How packed values are laid into lanes, by their width: which bytes each lane takes, and by what it is multiplied so that its value ends with the lane;
 * then all lanes are shifted alike. Eight lanes of 16 bits for widths up to 8; for those up to 25 twice four of 32 bits, the second four from the
 * byte on in which their first value begins.
 */
const NARROW: usize = memory.data(9 * 32, 16);
const WIDE: usize = memory.data(26 * 64, 16);
const WIDEST: u32 = 25;

for (let width: u32 = 0; width <= 8; width++) {
  const table = NARROW + 32 * width;
  for (let lane: u32 = 0; lane < 8; lane++) {
    const bit = lane * width;
    store<u8>(table + 2 * lane, (bit >> 3) as u8);
    store<u8>(table + 2 * lane + 1, ((bit >> 3) + 1) as u8);
    store<u16>(table + 16 + 2 * lane, width == 0 ? 0 : ((1 as u32) << (16 - width - (bit & 7))) as u16);
  }
}

for (let width: u32 = 1; width <= WIDEST; width++) {
  for (let half: u32 = 0; half < 2; half++) {
    const table = WIDE + 64 * width + 32 * half;
    for (let lane: u32 = 0; lane < 4; lane++) {
      const bit = half * ((4 * width) & 7) + lane * width;
      for (let b: u32 = 0; b < 4; b++) store<u8>(table + 4 * lane + b, ((bit >> 3) + b) as u8);
      store<u32>(table + 16 + 4 * lane, (1 as u32) << (32 - width - (bit & 7)));
    }
  }
}

/** `groups` times 8 values of `width` bits. */
// @ts-ignore: decorator
@inline
function unpack<T extends number>(from: usize, width: u32, groups: usize, to: usize): void {
  if (sizeof<T>() == 1) {
    const bytes = v128.load(NARROW + 32 * width);
    const factors = v128.load(NARROW + 32 * width, 16);
    const shift = (16 - width) as i32;
    const pairs = groups >> 1;
    for (let g: usize = 0; g < pairs; g++) {
      const low = i16x8.shr_u(i16x8.mul(i8x16.swizzle(v128.load(from), bytes), factors), shift);
      const high = i16x8.shr_u(i16x8.mul(i8x16.swizzle(v128.load(from + width), bytes), factors), shift);
      v128.store(to, i8x16.narrow_i16x8_u(low, high));
      from += 2 * width;
      to += 16;
    }
    if (groups & 1) {
      const last = i16x8.shr_u(i16x8.mul(i8x16.swizzle(v128.load(from), bytes), factors), shift);
      store<u64>(to, i64x2.extract_lane(i8x16.narrow_i16x8_u(last, last), 0));
    }
  } else if (width <= WIDEST) {
    const table = WIDE + 64 * width;
    const bytes = v128.load(table);
    const factors = v128.load(table, 16);
    const bytes2 = v128.load(table, 32);
    const factors2 = v128.load(table, 48);
    const half = (4 * width) >> 3;
    const shift = (32 - width) as i32;
    for (let g: usize = 0; g < groups; g++) {
      const low = i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(from), bytes), factors), shift);
      const high = i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(from + half), bytes2), factors2), shift);
      if (sizeof<T>() == 2) v128.store(to, i16x8.narrow_i32x4_u(low, high));
      else {
        v128.store(to, low);
        v128.store(to, high, 16);
      }
      from += width;
      to += 8 * sizeof<T>();
    }
  } else {
    const mask: u64 = ((1 as u64) << (width as u64)) - 1;
    let bit: usize = 0;
    for (let i: usize = 0; i < groups * 8; i++) {
      store<T>(to, ((load<u64>(from + (bit >> 3)) >> ((bit & 7) as u64)) & mask) as T);
      bit += width;
      to += sizeof<T>();
    }
  }
}

// @ts-ignore: decorator
@inline
function hybrid<T extends number>(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  at = src;
  let done: usize = 0;
  const all = count as usize;
  const bytes = ((width + 7) >> 3) as usize;
  while (done < all) {
    if (at >= end) return -1;
    const header = varint(end);
    if (header & 1) {
      const groups = (header >> 1) as usize;
      if (groups == 0) return -1;
      const there = width == 0 ? groups : (end - at) / width;
      const left = (all - done + 7) >> 3;
      // Writers may leave out the padding of the last run.
      const whole = min(groups, min(there, left));
      unpack<T>(at, width, whole, dst + done * sizeof<T>());
      done += whole * 8;
      if (done < all && whole < groups) {
        const tail = min(((end - at - whole * width) * 8) / width, all - done);
        if (done + tail < all) return -1;
        unpack<T>(at + whole * width, width, 1, dst + done * sizeof<T>());
        done += tail;
      }
      at = min(at + groups * width, end);
    } else {
      const run = (header >> 1) as usize;
      if (run == 0 || bytes > end - at) return -1;
      let value: u32 = 0;
      for (let b: usize = 0; b < bytes; b++) value |= (load<u8>(at + b) as u32) << ((b as u32) * 8);
      at += bytes;
      const stop = min(all, done + run);
      if (sizeof<T>() == 1) memory.fill(dst + done, value as u8, stop - done);
      else {
        const x = sizeof<T>() == 2 ? i16x8.splat(value as i16) : i32x4.splat(value as i32);
        let to = dst + done * sizeof<T>();
        const last = dst + stop * sizeof<T>();
        for (; to < last; to += 16) v128.store(to, x);
      }
      done = stop;
    }
  }
  return (at - src) as i32;
}

/** Runs and bit-packed groups as bytes; the result is how many bytes of input they took. */
export function hybrid8(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  return hybrid<u8>(src, end, width, count, dst);
}

export function hybrid16(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  return hybrid<u16>(src, end, width, count, dst);
}

export function hybrid32(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  return hybrid<u32>(src, end, width, count, dst);
}

/** The deprecated BIT_PACKED encoding of levels: most significant bits first. */
export function bitPackedLevels(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  const bytes = ((count as u64) * width + 7) >> 3;
  if (bytes > (end - src) as u64) return -1;
  let bit: usize = 0;
  for (let i = 0; i < count; i++) {
    let value: u32 = 0;
    for (let b: u32 = 0; b < width; b++) {
      value = (value << 1) | (((load<u8>(src + (bit >> 3)) as u32) >> (7 - (bit & 7))) & 1);
      bit++;
    }
    store<u8>(dst + i, value as u8);
  }
  return bytes as i32;
}

export function maxOf8(src: usize, count: i32): i32 {
  let x = i8x16.splat(0);
  const whole = (count as usize) & ~15;
  for (let i: usize = 0; i < whole; i += 16) x = i8x16.max_u(x, v128.load(src + i));
  let result: i32 = 0;
  store<v128>(8, x);
  for (let i: usize = 0; i < 16; i++) result = max(result, load<u8>(8 + i) as i32);
  for (let i = whole; i < (count as usize); i++) result = max(result, load<u8>(src + i) as i32);
  return result;
}

export function maxOf16(src: usize, count: i32): i32 {
  let x = i16x8.splat(0);
  const whole = (count as usize) & ~7;
  for (let i: usize = 0; i < whole; i += 8) x = i16x8.max_u(x, v128.load(src + 2 * i));
  let result: i32 = 0;
  store<v128>(8, x);
  for (let i: usize = 0; i < 8; i++) result = max(result, load<u16>(8 + 2 * i) as i32);
  for (let i = whole; i < (count as usize); i++) result = max(result, load<u16>(src + 2 * i) as i32);
  return result;
}

export function maxOf32(src: usize, count: i32): u32 {
  let x = i32x4.splat(0);
  const whole = (count as usize) & ~3;
  for (let i: usize = 0; i < whole; i += 4) x = i32x4.max_u(x, v128.load(src + 4 * i));
  let result: u32 = 0;
  store<v128>(8, x);
  for (let i: usize = 0; i < 4; i++) result = max(result, load<u32>(8 + 4 * i));
  for (let i = whole; i < (count as usize); i++) result = max(result, load<u32>(src + 4 * i));
  return result;
}

/** Bytes that equal `level` become 1, others 0; the result is how many are 1. */
export function markLevel(levels: usize, count: i32, level: i32, dst: usize): i32 {
  const splat = i8x16.splat(level as i8);
  const one = i8x16.splat(1);
  let total: i32 = 0;
  let i: usize = 0;
  const whole = (count as usize) & ~15;
  for (; i < whole; i += 16) {
    const equal = i8x16.eq(v128.load(levels + i), splat);
    total += popcnt<i32>(i8x16.bitmask(equal));
    v128.store(dst + i, v128.and(equal, one));
  }
  for (; i < (count as usize); i++) {
    const equal: i32 = load<u8>(levels + i) == (level as u8) ? 1 : 0;
    total += equal;
    store<u8>(dst + i, equal as u8);
  }
  return total;
}

/** Bytes that are at least `level` become 1. */
export function markFrom(levels: usize, count: i32, level: i32, dst: usize): i32 {
  let total: i32 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const present: i32 = load<u8>(levels + i) >= (level as u8) ? 1 : 0;
    total += present;
    store<u8>(dst + i, present as u8);
  }
  return total;
}

/** Spreads the packed values at `src` over the places that are valid, zero elsewhere. Regions must not overlap. */
// @ts-ignore: decorator
@inline
function spread<T extends number>(src: usize, valid: usize, count: i32, dst: usize): void {
  let from = src;
  for (let i: usize = 0; i < (count as usize); i++) {
    const v = load<u8>(valid + i) as usize;
    store<T>(dst + i * sizeof<T>(), v != 0 ? load<T>(from) : (0 as T));
    from += v * sizeof<T>();
  }
}

export function spread8(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u8>(src, valid, count, dst);
}

export function spread16(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u16>(src, valid, count, dst);
}

export function spread32(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u32>(src, valid, count, dst);
}

export function spread64(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u64>(src, valid, count, dst);
}

export function spread128(src: usize, valid: usize, count: i32, dst: usize): void {
  let from = src;
  for (let i: usize = 0; i < (count as usize); i++) {
    const v = load<u8>(valid + i) as usize;
    v128.store(dst + i * 16, v != 0 ? v128.load(from) : i64x2.splat(0));
    from += v * 16;
  }
}

/** PLAIN booleans: bits, least significant first. */
export function booleans(src: usize, count: i32, dst: usize): void {
  unpack<u8>(src, 1, ((count as usize) + 7) >> 3, dst);
}
