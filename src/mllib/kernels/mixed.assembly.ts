// The end of MurmurHash3 (A. Appleby): each bit of the result depends on each of the word. Part of other kernels.

// @ts-ignore: decorator
@inline
export function mixed(h: u32): u32 {
  h ^= h >> 16;
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  return h ^ (h >> 16);
}
