/** MurmurHash3 x64 128 (A. Appleby, public domain), as DataSketches takes it. */
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

function rotated(value: bigint, by: bigint): bigint {
  return wrap(value << by) | (value >> (64n - by));
}

function mixed(value: bigint): bigint {
  let mix = wrap((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn);
  mix = wrap((mix ^ (mix >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return mix ^ (mix >> 33n);
}

/** The first 64 bits, unsigned. */
export function murmur3x64(bytes: Uint8Array, seed: bigint): bigint {
  return murmur3x64Words(bytes, seed)[0];
}

/** Both words, unsigned. */
export function murmur3x64Words(bytes: Uint8Array, seed: bigint): readonly [bigint, bigint] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let h1 = seed;
  let h2 = seed;
  const blocks = bytes.length >> 4;
  for (let i = 0; i < blocks; i++) {
    h1 ^= wrap(rotated(wrap(view.getBigUint64(i * 16, true) * C1), 31n) * C2);
    h1 = wrap(wrap(rotated(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= wrap(rotated(wrap(view.getBigUint64(i * 16 + 8, true) * C2), 33n) * C1);
    h2 = wrap(wrap(rotated(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  const tail = new DataView(new ArrayBuffer(16));
  for (let i = blocks * 16; i < bytes.length; i++) tail.setUint8(i - blocks * 16, bytes[i]!);
  h2 ^= wrap(rotated(wrap(tail.getBigUint64(8, true) * C2), 33n) * C1);
  h1 ^= wrap(rotated(wrap(tail.getBigUint64(0, true) * C1), 31n) * C2);
  const length = BigInt(bytes.length);
  h1 = wrap((h1 ^ length) + (h2 ^ length));
  h2 = wrap((h2 ^ length) + h1);
  const second = mixed(h2);
  const first = wrap(mixed(h1) + second);
  return [first, wrap(second + first)];
}
