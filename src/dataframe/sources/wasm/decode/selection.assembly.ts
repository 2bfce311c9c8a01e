// Values chosen by codes of a dictionary or by their places, and the places of values in a set.

/** dictionary[codes[i]]; codes have been checked. */
// @ts-ignore: decorator
@inline
function pick<C extends number, T extends number>(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    store<T>(dst + i * sizeof<T>(), load<T>(dictionary + (load<C>(codes + i * sizeof<C>()) as usize) * sizeof<T>()));
  }
}

export function pick32by8(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u8, u32>(codes, count, dictionary, dst);
}

export function pick32by16(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u16, u32>(codes, count, dictionary, dst);
}

export function pick32by32(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u32, u32>(codes, count, dictionary, dst);
}

export function pick64by8(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u8, u64>(codes, count, dictionary, dst);
}

export function pick64by16(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u16, u64>(codes, count, dictionary, dst);
}

export function pick64by32(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u32, u64>(codes, count, dictionary, dst);
}

/** The values at the given places, one behind the other. */
// @ts-ignore: decorator
@inline
function take<T extends number>(src: usize, places: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    store<T>(dst + i * sizeof<T>(), load<T>(src + (load<u32>(places + 4 * i) as usize) * sizeof<T>()));
  }
}

export function take8(src: usize, places: usize, count: i32, dst: usize): void {
  take<u8>(src, places, count, dst);
}

export function take16(src: usize, places: usize, count: i32, dst: usize): void {
  take<u16>(src, places, count, dst);
}

export function take32(src: usize, places: usize, count: i32, dst: usize): void {
  take<u32>(src, places, count, dst);
}

export function take64(src: usize, places: usize, count: i32, dst: usize): void {
  take<u64>(src, places, count, dst);
}

/** 2^52, to which an integer of less is added so that its bits are the low ones of the sum. */
const TWO_52: f64 = 4503599627370496.0;
const TWO_52_BITS: u64 = 0x4330000000000000;

/** How far an integer in a double lies above `base`; what is below, or is no number, gives something beyond all spans. */
// @ts-ignore: decorator
@inline
function above64(values: usize, i: i32, base: f64): u64 {
  return reinterpret<u64>(load<f64>(values + ((i as usize) << 3)) - base + TWO_52) - TWO_52_BITS;
}

// @ts-ignore: decorator
@inline
function above32(values: usize, i: i32, base: i32): u64 {
  return ((load<i32>(values + ((i as usize) << 2)) as i64) - (base as i64)) as u64;
}

/** What a place that is kept adds to where the next one is written. */
// @ts-ignore: decorator
@inline
function bitStep(bits: usize, span: u64, k: u64): usize {
  return k < span ? (((load<u32>(bits + (((k >> 5) as usize) << 2)) >> ((k as u32) & 31)) & 1) as usize) << 2 : 0;
}

/**
 * The places among `count` at `places` (0: all below `count`) whose integers, in doubles, are in a set: base + k for each bit k that is set, of
 * `span`. They go to `out`, which may be `places`; the result is how many there are.
 */
export function placesIn64(values: usize, places: usize, count: i32, base: f64, span: f64, bits: usize, out: usize): i32 {
  const most = span as u64;
  let to = out;
  if (places === 0) {
    for (let i = 0; i < count; i++) {
      store<i32>(to, i);
      to += bitStep(bits, most, above64(values, i, base));
    }
  } else {
    for (let k: usize = 0; k < (count as usize); k++) {
      const i = load<i32>(places + (k << 2));
      store<i32>(to, i);
      to += bitStep(bits, most, above64(values, i, base));
    }
  }
  return ((to - out) >> 2) as i32;
}

/** The same of integers of 32 bits. */
export function placesIn32(values: usize, places: usize, count: i32, base: i32, span: f64, bits: usize, out: usize): i32 {
  const most = span as u64;
  let to = out;
  if (places === 0) {
    for (let i = 0; i < count; i++) {
      store<i32>(to, i);
      to += bitStep(bits, most, above32(values, i, base));
    }
  } else {
    for (let k: usize = 0; k < (count as usize); k++) {
      const i = load<i32>(places + (k << 2));
      store<i32>(to, i);
      to += bitStep(bits, most, above32(values, i, base));
    }
  }
  return ((to - out) >> 2) as i32;
}

/** For each integer 1 where it is in the set, else 0. */
export function marksIn64(values: usize, count: i32, base: f64, span: f64, bits: usize, dst: usize): void {
  const most = span as u64;
  for (let i = 0; i < count; i++) store<u8>(dst + (i as usize), (bitStep(bits, most, above64(values, i, base)) >> 2) as u8);
}

export function marksIn32(values: usize, count: i32, base: i32, span: f64, bits: usize, dst: usize): void {
  const most = span as u64;
  for (let i = 0; i < count; i++) store<u8>(dst + (i as usize), (bitStep(bits, most, above32(values, i, base)) >> 2) as u8);
}

/** As placesIn64: the places whose codes have the mark 1. Codes have been checked. */
// @ts-ignore: decorator
@inline
function placesOf<C extends number>(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  let to = out;
  if (places === 0) {
    for (let i: usize = 0; i < (count as usize); i++) {
      store<i32>(to, i as i32);
      to += (load<u8>(marks + (load<C>(codes + i * sizeof<C>()) as usize)) as usize) << 2;
    }
  } else {
    for (let k: usize = 0; k < (count as usize); k++) {
      const i = load<i32>(places + (k << 2)) as usize;
      store<i32>(to, i as i32);
      to += (load<u8>(marks + (load<C>(codes + i * sizeof<C>()) as usize)) as usize) << 2;
    }
  }
  return ((to - out) >> 2) as i32;
}

export function placesOf8(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  return placesOf<u8>(codes, places, count, marks, out);
}

export function placesOf16(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  return placesOf<u16>(codes, places, count, marks, out);
}

export function placesOf32(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  return placesOf<u32>(codes, places, count, marks, out);
}
