/**
 * Multipliers of hash tables by where in a shuffle they stand. A table that is filled from the drained slots of another
 * one must not put keys in the same order, or they crowd one part of it while it grows.
 */
export const MAP_SIDE = 0x9e3779b1 | 0;
export const REDUCE_SIDE = 0x85ebca77 | 0;

/** For tables over a part of what did not fit, `depth` divisions down. */
export function dividedMultiplier(depth: number): number {
  return Math.imul(0xc2b2ae3d, 2 * depth + 1);
}
