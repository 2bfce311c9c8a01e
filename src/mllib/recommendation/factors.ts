/** Factors of all users or items. */
import { joined, mixed } from "../tree/random";
import { RandomNumbers } from "../clustering/random";

export interface Factors {
  /** Rising. */
  readonly ids: Int32Array;
  /** rank values for each id. */
  readonly values: Float32Array;
}

/** Unit vectors in random directions, or in those without negative parts; for each id its own. */
export function randomFactors(ids: Int32Array, rank: number, seed: number, nonnegative: boolean): Factors {
  const values = new Float32Array(ids.length * rank);
  const factor = new Float64Array(rank);
  for (let i = 0; i < ids.length; i++) {
    const random = new RandomNumbers(joined(seed, mixed(ids[i]!)));
    for (let j = 0; j < rank; j++) {
      const value = random.nextNormal();
      factor[j] = nonnegative ? Math.abs(value) : value;
    }
    const norm = Math.sqrt(factor.reduce((sum, x) => sum + x * x, 0));
    for (let j = 0; j < rank; j++) values[i * rank + j] = factor[j]! / norm;
  }
  return { ids, values };
}

/** Σ f·fᵀ, rank × rank. */
export function gramOf({ ids, values }: Factors, rank: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  for (let at = 0; at < ids.length * rank; at += rank)
    for (let i = 0; i < rank; i++) for (let j = 0; j <= i; j++) gram[i * rank + j]! += values[at + i]! * values[at + j]!;
  return gram;
}

/** All ids of several lists that have none in common, rising, and where each list's ids stand among them. */
export function mergedIds(lists: readonly Int32Array[]): { readonly ids: Int32Array; readonly places: readonly Int32Array[] } {
  const ids = new Int32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    ids.set(list, at);
    at += list.length;
  }
  ids.sort();
  const place = new Map<number, number>();
  ids.forEach((id, i) => place.set(id, i));
  return { ids, places: lists.map((list) => list.map((id) => place.get(id)!)) };
}
