/** Which records inference looks at: a share of them, always the same ones. */
import type { FileSplit } from "./packing";

/** Numbers of 24 bits below it are chosen. */
export function chosenBelow(ratio: number): number {
  return Math.ceil(Math.min(Math.max(ratio, 0), 1) * 2 ** 24);
}

/** Where the random numbers of a split begin: other ones for each, wherever its directory is. */
export function seedOf({ path, start }: FileSplit): number {
  let hash = 2166136261;
  for (const character of `${path.slice(path.lastIndexOf("/") + 1)} ${start}`)
    hash = Math.imul(hash ^ character.codePointAt(0)!, 16777619);
  return hash >>> 0;
}

export function sampler(ratio: number, seed = 1): () => boolean {
  if (ratio >= 1) return () => true;
  const below = chosenBelow(ratio);
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 8 < below;
  };
}
