// Values as the writer of Parquet lays them: nulls packed away, numbers in the forms of files, codes of dictionaries renamed.
// Outputs may be written 16 bytes beyond their ends.

// @ts-ignore: decorator
@inline
function pack<T extends number>(src: usize, valid: usize, count: i32, dst: usize): i32 {
  let to = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    store<T>(to, load<T>(src + i * sizeof<T>()));
    to += (load<u8>(valid + i) as usize) * sizeof<T>();
  }
  return ((to - dst) / sizeof<T>()) as i32;
}

/** The values that are valid, one behind the other; how many. In place if need be. */
export function pack8(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u8>(src, valid, count, dst);
}

export function pack16(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u16>(src, valid, count, dst);
}

export function pack32(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u32>(src, valid, count, dst);
}

export function pack64(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u64>(src, valid, count, dst);
}

export function pack128(src: usize, valid: usize, count: i32, dst: usize): i32 {
  let to = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    v128.store(to, v128.load(src + i * 16));
    to += (load<u8>(valid + i) as usize) * 16;
  }
  return ((to - dst) / 16) as i32;
}

export function sumOfBytes(src: usize, count: i32): i32 {
  let sum: i32 = 0;
  for (let i: usize = 0; i < (count as usize); i++) sum += load<u8>(src + i) as i32;
  return sum;
}

export function bytesAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i8>(src + i) as i32);
}

export function shortsAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i16>(src + 2 * i) as i32);
}

/** Doubles that are integers. In place if need be. */
export function doublesAsLongs(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i64>(dst + 8 * i, load<f64>(src + 8 * i) as i64);
}

export function doublesAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<f64>(src + 8 * i) as i32);
}

/** Two-word integers as big-endian ones of `length` bytes, which are enough for them. */
export function wordsAsFixed(src: usize, length: u32, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    let low = load<u64>(src + 16 * i);
    let high = load<u64>(src + 16 * i + 8);
    for (let b: u32 = length; b > 0; b--) {
      store<u8>(dst + b - 1, low as u8);
      low = (low >> 8) | (high << 56);
      high = ((high as i64) >> 8) as u64;
    }
    dst += length;
  }
}

/** Bits, least significant first; the bytes written. `count` bytes of 0 and 1, with seven zeros behind them. */
export function packBits(src: usize, count: i32, dst: usize): i32 {
  const bytes = ((count as usize) + 7) >> 3;
  for (let i: usize = 0; i < bytes; i++) {
    const x = load<u64>(src + 8 * i);
    store<u8>(dst + i, ((x * 0x0102040810204080) >> 56) as u8);
  }
  return bytes as i32;
}

/** PLAIN byte arrays: length, bytes, …; the bytes written. */
export function layBytes(bytes: usize, starts: usize, ends: usize, count: i32, dst: usize): i32 {
  let to = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = (load<i32>(ends + 4 * i) - start) as usize;
    store<u32>(to, length as u32);
    to += 4;
    const from = bytes + start;
    if (length <= 32) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else memory.copy(to, from, length);
    to += length;
  }
  return (to - dst) as i32;
}

/** Microseconds since 1970 as INT96. */
export function microsAsInt96(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const micros = load<i64>(src + 8 * i);
    let day = micros / 86400000000;
    let rest = micros % 86400000000;
    if (rest < 0) {
      day--;
      rest += 86400000000;
    }
    store<i64>(dst, rest * 1000);
    store<i32>(dst, (day + 2440588) as i32, 8);
    dst += 12;
  }
}

/** from[i] + by; empty values, which may lie anywhere, come to 0. */
export function shifted(from: usize, count: i32, by: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, max(0, load<i32>(from + 4 * i) + by));
}

/** codes[i] becomes map[codes[i]], for codes of one, two or four bytes. */
export function remap8(codes: usize, count: i32, map: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i32>(map + 4 * (load<u8>(codes + i) as usize)));
}

export function remap16(codes: usize, count: i32, map: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i32>(map + 4 * (load<u16>(codes + 2 * i) as usize)));
}

export function remap32(codes: usize, count: i32, map: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i32>(map + 4 * (load<u32>(codes + 4 * i) as usize)));
}

