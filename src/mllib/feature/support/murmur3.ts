/**
 * The hash of Spark's HashingTF and FeatureHasher: Murmur3 x86_32 with seed 42, whose last bytes are mixed in as the original does
 * (Murmur3_x86_32.hashUnsafeBytes2). SQL's hash differs from it there.
 */
const SEED = 42;

function mixKey(key: number): number {
  const k = Math.imul(key, 0xcc9e2d51);
  return Math.imul((k << 15) | (k >>> 17), 0x1b873593);
}

export function murmur3(text: string): number {
  const bytes = Buffer.from(text, "utf8");
  const words = bytes.length & ~3;
  let hash = SEED;
  for (let at = 0; at < words; at += 4) {
    hash ^= mixKey(bytes.readInt32LE(at));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = words; at < bytes.length; at++) rest |= bytes[at]! << (8 * (at - words));
  hash ^= mixKey(rest);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A place from 0 to below `size`. */
export function placeOf(text: string, size: number): number {
  const place = murmur3(text) % size;
  return place < 0 ? place + size : place;
}
