/**
 * Randomness that depends on names alone: on the seed, the tree, the node, and the content of a row. So a forest contains the
 * smaller and shallower ones of the same seed, and rows may lie in any order in any partitions.
 */

/** The finalizer of MurmurHash3: every bit of the input changes each bit of the result with probability one half. */
export function mixed(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const joined = (a: number, b: number): number => mixed(Math.imul(a, 0x9e3779b1) ^ b);

/** 32 bits for tree number `tree` of a fit. Seeds are whole numbers up to 2^53 in size. */
export function treeSeed(seed: number, tree: number): number {
  const low = (seed % 2 ** 32) | 0;
  const high = Math.floor(seed / 2 ** 32) | 0;
  return joined(joined(mixed(low ^ 0x5bd1e995), high), tree);
}

/** `count` of `all` features for a node, in ascending order. Nodes are numbered as in a heap: the root 1, children 2n and 2n + 1. */
export function featureSubset(seed: number, node: number, all: number, count: number): Uint32Array {
  const features = Uint32Array.from({ length: all }, (_, i) => i);
  if (count >= all) return features;
  let state = joined(seed ^ 0x27d4eb2f, node);
  for (let i = 0; i < count; i++) {
    state = mixed(state + 0x9e3779b9);
    const j = i + Math.floor((state / 2 ** 32) * (all - i));
    const chosen = features[j]!;
    features[j] = features[i]!;
    features[i] = chosen;
  }
  return features.subarray(0, count).sort();
}

/**
 * Limits of a sample: a row counts as often as there are limits that a uniform 32-bit number reaches. With replacement the
 * counts are Poisson distributed with mean `rate`, otherwise 1 with probability `rate`.
 */
export function sampleLimits(rate: number, replacement: boolean): Uint32Array {
  if (!replacement) return Uint32Array.of(Math.min(2 ** 32 - 1, Math.round((1 - rate) * 2 ** 32)));
  const limits: number[] = [];
  let probability = Math.exp(-rate);
  let below = probability;
  for (let count = 1; ; count++) {
    const limit = Math.round(below * 2 ** 32);
    if (limit >= 2 ** 32 || count > 64) return Uint32Array.from(limits);
    limits.push(limit);
    probability *= rate / count;
    below += probability;
  }
}
