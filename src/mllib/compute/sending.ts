/** Numbers on their way to blocks of another dataset. */
import type { Sent } from "./programs";

/** The block of a whole number, which may be negative: Spark's, on which what it draws at random depends. */
export const blockOf = (id: number, blocks: number): number => ((id % blocks) + blocks) % blocks;

/** Lists of numbers, by name. */
type Lists<K extends string> = Record<K, number[]>;

/** For each block lists of these names, to be filled. */
export function listsFor<const K extends string>(blocks: number, ...names: readonly K[]): Lists<K>[] {
  return Array.from({ length: blocks }, () => Object.fromEntries(names.map((name) => [name, [] as number[]])) as Lists<K>);
}

/** The lists of each block that got something as typed arrays. */
export function* sentLists<K extends string>(parts: readonly Lists<K>[]): Generator<Sent<Record<K, Float64Array>>> {
  for (const [to, part] of parts.entries()) {
    const lists = Object.entries<number[]>(part);
    if (lists.some(([, list]) => list.length > 0))
      yield {
        to,
        record: Object.fromEntries(lists.map(([name, list]) => [name, Float64Array.from(list)])) as Record<K, Float64Array>,
      };
  }
}
