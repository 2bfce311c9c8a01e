// MD5 (RFC 1321) and SHA-1 (FIPS 180-4) of the bytes at INPUT, at most MOST_BYTES; their hexadecimal digits are at OUTPUT.
import { INPUT, OUTPUT, SCRATCH } from "./memory.assembly";

/** Puts what stands behind a message: its length in bits is the last word. Gives where the last block of 64 bytes ends. */
// @ts-ignore: decorator
@inline
function pad(length: i32, bigEndian: bool): usize {
  const from = INPUT + (length as usize);
  const end = INPUT + (((length as usize) + 72) & ~63);
  store<u8>(from, 0x80);
  memory.fill(from + 1, 0, end - from - 1);
  const bits = (length as u64) << 3;
  store<u64>(end - 8, bigEndian ? bswap(bits) : bits);
  return end;
}

/** The digits of the `count` bytes at SCRATCH. */
// @ts-ignore: decorator
@inline
function digits(count: i32): void {
  for (let i: i32 = 0; i < count; i += 8) {
    // Each half of a byte in a byte of its own: high ones first.
    const bytes = v128.load64_zero(SCRATCH + (i as usize));
    const low = v128.and(bytes, i8x16.splat(15));
    const high = i8x16.shr_u(bytes, 4);
    const halves = i8x16.shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const letters = v128.and(i8x16.gt_s(halves, i8x16.splat(9)), i8x16.splat(39));
    v128.store(OUTPUT + 2 * (i as usize), i8x16.add(i8x16.add(halves, i8x16.splat(48)), letters));
  }
}

const MD5_TABLE = memory.data<u32>([
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1,
  0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453,
  0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942,
  0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05,
  0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d,
  0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
]);

/** One step: the word of the message at `at`, and the entry of the table at `entry`. */
// @ts-ignore: decorator
@inline
function step(f: u32, a: u32, b: u32, block: usize, at: i32, entry: usize, bits: u32): u32 {
  return b + rotl(a + f + load<u32>(block + 4 * ((at & 15) as usize)) + load<u32>(entry), bits);
}

// @ts-ignore: decorator
@inline
function choice(x: u32, y: u32, z: u32): u32 {
  return z ^ (x & (y ^ z));
}

// @ts-ignore: decorator
@inline
function majority(x: u32, y: u32, z: u32): u32 {
  return (x & y) | (z & (x | y));
}

export function md5(length: i32): void {
  const end = pad(length, false);
  let a0: u32 = 0x67452301;
  let b0: u32 = 0xefcdab89;
  let c0: u32 = 0x98badcfe;
  let d0: u32 = 0x10325476;
  for (let block = INPUT; block < end; block += 64) {
    let a = a0;
    let b = b0;
    let c = c0;
    let d = d0;
    let entry = MD5_TABLE;
    for (let i: i32 = 0; i < 16; i += 4) {
      a = step(choice(b, c, d), a, b, block, i, entry, 7);
      d = step(choice(a, b, c), d, a, block, i + 1, entry + 4, 12);
      c = step(choice(d, a, b), c, d, block, i + 2, entry + 8, 17);
      b = step(choice(c, d, a), b, c, block, i + 3, entry + 12, 22);
      entry += 16;
    }
    for (let i: i32 = 0; i < 4; i++) {
      const from = 20 * i + 1;
      a = step(choice(d, b, c), a, b, block, from, entry, 5);
      d = step(choice(c, a, b), d, a, block, from + 5, entry + 4, 9);
      c = step(choice(b, d, a), c, d, block, from + 10, entry + 8, 14);
      b = step(choice(a, c, d), b, c, block, from + 15, entry + 12, 20);
      entry += 16;
    }
    for (let i: i32 = 0; i < 4; i++) {
      const from = 12 * i + 5;
      a = step(b ^ c ^ d, a, b, block, from, entry, 4);
      d = step(a ^ b ^ c, d, a, block, from + 3, entry + 4, 11);
      c = step(d ^ a ^ b, c, d, block, from + 6, entry + 8, 16);
      b = step(c ^ d ^ a, b, c, block, from + 9, entry + 12, 23);
      entry += 16;
    }
    for (let i: i32 = 0; i < 4; i++) {
      const from = 28 * i;
      a = step(c ^ (b | ~d), a, b, block, from, entry, 6);
      d = step(b ^ (a | ~c), d, a, block, from + 7, entry + 4, 10);
      c = step(a ^ (d | ~b), c, d, block, from + 14, entry + 8, 15);
      b = step(d ^ (c | ~a), b, c, block, from + 21, entry + 12, 21);
      entry += 16;
    }
    a0 += a;
    b0 += b;
    c0 += c;
    d0 += d;
  }
  store<u32>(SCRATCH, a0);
  store<u32>(SCRATCH, b0, 4);
  store<u32>(SCRATCH, c0, 8);
  store<u32>(SCRATCH, d0, 12);
  digits(16);
}

/** The words of a message and those made of them. */
const SCHEDULE: usize = SCRATCH + 0x100;

export function sha1(length: i32): void {
  const end = pad(length, true);
  let a0: u32 = 0x67452301;
  let b0: u32 = 0xefcdab89;
  let c0: u32 = 0x98badcfe;
  let d0: u32 = 0x10325476;
  let e0: u32 = 0xc3d2e1f0;
  for (let block = INPUT; block < end; block += 64) {
    for (let i: usize = 0; i < 64; i += 4) store<u32>(SCHEDULE + i, bswap(load<u32>(block + i)));
    for (let p = SCHEDULE + 64; p < SCHEDULE + 320; p += 4)
      store<u32>(p, rotl(load<u32>(p - 12) ^ load<u32>(p - 32) ^ load<u32>(p - 56) ^ load<u32>(p - 64), 1));
    let a = a0;
    let b = b0;
    let c = c0;
    let d = d0;
    let e = e0;
    for (let p = SCHEDULE + 0; p < SCHEDULE + 80; p += 20) {
      e += rotl(a, 5) + choice(b, c, d) + 0x5a827999 + load<u32>(p);
      b = rotl(b, 30);
      d += rotl(e, 5) + choice(a, b, c) + 0x5a827999 + load<u32>(p, 4);
      a = rotl(a, 30);
      c += rotl(d, 5) + choice(e, a, b) + 0x5a827999 + load<u32>(p, 8);
      e = rotl(e, 30);
      b += rotl(c, 5) + choice(d, e, a) + 0x5a827999 + load<u32>(p, 12);
      d = rotl(d, 30);
      a += rotl(b, 5) + choice(c, d, e) + 0x5a827999 + load<u32>(p, 16);
      c = rotl(c, 30);
    }
    for (let p = SCHEDULE + 80; p < SCHEDULE + 160; p += 20) {
      e += rotl(a, 5) + (b ^ c ^ d) + 0x6ed9eba1 + load<u32>(p);
      b = rotl(b, 30);
      d += rotl(e, 5) + (a ^ b ^ c) + 0x6ed9eba1 + load<u32>(p, 4);
      a = rotl(a, 30);
      c += rotl(d, 5) + (e ^ a ^ b) + 0x6ed9eba1 + load<u32>(p, 8);
      e = rotl(e, 30);
      b += rotl(c, 5) + (d ^ e ^ a) + 0x6ed9eba1 + load<u32>(p, 12);
      d = rotl(d, 30);
      a += rotl(b, 5) + (c ^ d ^ e) + 0x6ed9eba1 + load<u32>(p, 16);
      c = rotl(c, 30);
    }
    for (let p = SCHEDULE + 160; p < SCHEDULE + 240; p += 20) {
      e += rotl(a, 5) + majority(b, c, d) + 0x8f1bbcdc + load<u32>(p);
      b = rotl(b, 30);
      d += rotl(e, 5) + majority(a, b, c) + 0x8f1bbcdc + load<u32>(p, 4);
      a = rotl(a, 30);
      c += rotl(d, 5) + majority(e, a, b) + 0x8f1bbcdc + load<u32>(p, 8);
      e = rotl(e, 30);
      b += rotl(c, 5) + majority(d, e, a) + 0x8f1bbcdc + load<u32>(p, 12);
      d = rotl(d, 30);
      a += rotl(b, 5) + majority(c, d, e) + 0x8f1bbcdc + load<u32>(p, 16);
      c = rotl(c, 30);
    }
    for (let p = SCHEDULE + 240; p < SCHEDULE + 320; p += 20) {
      e += rotl(a, 5) + (b ^ c ^ d) + 0xca62c1d6 + load<u32>(p);
      b = rotl(b, 30);
      d += rotl(e, 5) + (a ^ b ^ c) + 0xca62c1d6 + load<u32>(p, 4);
      a = rotl(a, 30);
      c += rotl(d, 5) + (e ^ a ^ b) + 0xca62c1d6 + load<u32>(p, 8);
      e = rotl(e, 30);
      b += rotl(c, 5) + (d ^ e ^ a) + 0xca62c1d6 + load<u32>(p, 12);
      d = rotl(d, 30);
      a += rotl(b, 5) + (c ^ d ^ e) + 0xca62c1d6 + load<u32>(p, 16);
      c = rotl(c, 30);
    }
    a0 += a;
    b0 += b;
    c0 += c;
    d0 += d;
    e0 += e;
  }
  store<u32>(SCRATCH, bswap(a0));
  store<u32>(SCRATCH, bswap(b0), 4);
  store<u32>(SCRATCH, bswap(c0), 8);
  store<u32>(SCRATCH, bswap(d0), 12);
  store<u32>(SCRATCH, bswap(e0), 16);
  digits(20);
}
