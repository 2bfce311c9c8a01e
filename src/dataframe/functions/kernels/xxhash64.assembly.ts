// XXH64, of single values one after the other: each has the hash of those before it as its seed.
import { INPUT, OUTPUT, SCRATCH } from "./memory.assembly";

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(acc: u64, input: u64): u64 {
  return rotl(acc + input * P2, 31) * P1;
}

// @ts-ignore: decorator
@inline
function merge(acc: u64, value: u64): u64 {
  return (acc ^ round(0, value)) * P1 + P4;
}

// @ts-ignore: decorator
@inline
function finish(hash: u64): void {
  let h = (hash ^ (hash >> 33)) * P2;
  h = (h ^ (h >> 29)) * P3;
  store<u64>(OUTPUT, h ^ (h >> 32));
}

// @ts-ignore: decorator
@inline
function withInt(hash: u64, value: u64): u64 {
  return rotl(hash ^ (value * P1), 23) * P2 + P3;
}

// @ts-ignore: decorator
@inline
function withLong(hash: u64, value: u64): u64 {
  return rotl(hash ^ round(0, value), 27) * P1 + P4;
}

/** The hash at OUTPUT, with an integer of 32 bits. */
export function hashInt(value: i32): void {
  finish(withInt(load<u64>(OUTPUT) + P5 + 4, value as u32 as u64));
}

/** With the integer that a double is. */
export function hashWhole(value: f64): void {
  finish(withLong(load<u64>(OUTPUT) + P5 + 8, value as i64 as u64));
}

/** With 64 bits. */
export function hashWords(low: i32, high: i32): void {
  finish(withLong(load<u64>(OUTPUT) + P5 + 8, ((high as u64) << 32) | (low as u32 as u64)));
}

/** With the bits of a double: zero has no sign, and there is one NaN. */
export function hashDouble(value: f64): void {
  const bits: u64 = value == value ? reinterpret<u64>(value + 0) : 0x7ff8000000000000;
  finish(withLong(load<u64>(OUTPUT) + P5 + 8, bits));
}

/** With `length` bytes at INPUT, at most MOST_BYTES. */
export function hashBytes(length: i32): void {
  if (length < 32) return rest(load<u64>(OUTPUT) + P5 + (length as u64), INPUT, INPUT + (length as usize));
  beginLanes();
  endLanes(takeStripes(length), length, length);
}

/** Longer bytes: `beginLanes`, `takeStripes` for each part, whole stripes of 32 bytes but for the last part, `endLanes`. */
export function beginLanes(): void {
  const seed = load<u64>(OUTPUT);
  store<u64>(SCRATCH, seed + P1 + P2);
  store<u64>(SCRATCH, seed + P2, 8);
  store<u64>(SCRATCH, seed, 16);
  store<u64>(SCRATCH, seed - P1, 24);
}

/** Takes the whole stripes of `length` bytes at INPUT; gives how many bytes these are. */
export function takeStripes(length: i32): i32 {
  let a = load<u64>(SCRATCH);
  let b = load<u64>(SCRATCH, 8);
  let c = load<u64>(SCRATCH, 16);
  let d = load<u64>(SCRATCH, 24);
  const stripes = length & ~31;
  const end = INPUT + (stripes as usize);
  for (let p = INPUT; p < end; p += 32) {
    a = round(a, load<u64>(p));
    b = round(b, load<u64>(p, 8));
    c = round(c, load<u64>(p, 16));
    d = round(d, load<u64>(p, 24));
  }
  store<u64>(SCRATCH, a);
  store<u64>(SCRATCH, b, 8);
  store<u64>(SCRATCH, c, 16);
  store<u64>(SCRATCH, d, 24);
  return stripes;
}

/** What INPUT has from `from` to `to` are the bytes behind the last stripe, of `total` in all. */
export function endLanes(from: i32, to: i32, total: f64): void {
  const a = load<u64>(SCRATCH);
  const b = load<u64>(SCRATCH, 8);
  const c = load<u64>(SCRATCH, 16);
  const d = load<u64>(SCRATCH, 24);
  let h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
  h = merge(h, a);
  h = merge(h, b);
  h = merge(h, c);
  h = merge(h, d);
  rest(h + (total as u64), INPUT + (from as usize), INPUT + (to as usize));
}

// @ts-ignore: decorator
@inline
function rest(hash: u64, from: usize, end: usize): void {
  let h = hash;
  let p = from;
  for (; p + 8 <= end; p += 8) h = withLong(h, load<u64>(p));
  if (p + 4 <= end) {
    h = withInt(h, load<u32>(p) as u64);
    p += 4;
  }
  for (; p < end; p++) h = rotl(h ^ ((load<u8>(p) as u64) * P5), 11) * P1;
  finish(h);
}
