/** Growing prefixes over a database of sequences that executors keep, and mining what remains behind those that are grown enough. */
import { aggregateProgram, rowsProgram } from "../compute";
import { concatArrays, concatEnds } from "../compute/arrays";
import type { Sent } from "../compute/programs";
import { listsFor, sentLists } from "../compute/sending";
import { type PatternBlock, PatternMiner } from "./patterns";
import { extensionsOf, FoundExtensions, Postfixes, type Prefixes, PrefixWalker } from "./postfixes";
import { type BasketPart, WeightedBaskets } from "./weighted-baskets";

/** Extensions of prefixes: the key is the prefix's number times `extensionsOf(items)` plus the extension. Plain data. */
export interface ExtensionCounts {
  readonly keys: Float64Array;
  /** How many sequences have the prefix with the extension. */
  readonly counts: Float64Array;
  /** What remains of them behind that: items and delimiters; equal sequences of a block count once. */
  readonly remains: Float64Array;
}

interface GrowthSpec {
  readonly prefixes: Prefixes;
  readonly items: number;
}

/** Counts of a partition, to the partitions that add them up. */
export const sentExtensions = rowsProgram<GrowthSpec & { readonly to: number }, BasketPart, Sent<ExtensionCounts>>({
  name: "mllib.fpm.extensions",
  *run(blocks, { prefixes, items, to }) {
    const walker = new PrefixWalker(prefixes, items);
    const found = new FoundExtensions(items);
    const width = extensionsOf(items);
    const sums: { readonly counts: Float64Array; readonly remains: Float64Array }[] = [];
    for (const block of blocks)
      for (let sequence = 0; sequence < block.ends.length; sequence++)
        walker.walk(block, sequence, (prefix, postfix) => {
          const { counts, remains } = (sums[prefix] ??= { counts: new Float64Array(width), remains: new Float64Array(width) });
          found.find(postfix, 0, block);
          for (let i = 0; i < found.count; i++) {
            const extension = found.extensions[i]!;
            counts[extension]! += block.counts[sequence]!;
            remains[extension]! += found.remains[i]!;
          }
        });
    const parts = listsFor(to, "keys", "counts", "remains");
    sums.forEach(({ counts, remains }, prefix) => {
      for (let extension = 0; extension < width; extension++) {
        if (counts[extension] === 0) continue;
        const part = parts[((extension >> 1) + prefix) % to]!;
        part.keys.push(prefix * width + extension);
        part.counts.push(counts[extension]!);
        part.remains.push(remains[extension]!);
      }
    });
    yield* sentLists(parts);
  },
});

/** Those of at least `minCount` sequences. */
export const frequentExtensions = aggregateProgram<{ readonly minCount: number }, ExtensionCounts, ExtensionCounts>({
  name: "mllib.fpm.extensions.frequent",
  run(parts, { minCount }) {
    const sums = new Map<number, [count: number, remains: number]>();
    for (const { keys, counts, remains } of parts)
      for (let i = 0; i < keys.length; i++) {
        const sum = sums.get(keys[i]!);
        if (sum === undefined) sums.set(keys[i]!, [counts[i]!, remains[i]!]);
        else {
          sum[0] += counts[i]!;
          sum[1] += remains[i]!;
        }
      }
    const kept = [...sums].filter(([, [count]]) => count >= minCount);
    return {
      keys: Float64Array.from(kept, ([key]) => key),
      counts: Float64Array.from(kept, ([, [count]]) => count),
      remains: Float64Array.from(kept, ([, [, remains]]) => remains),
    };
  },
});

interface GroupsSpec extends GrowthSpec {
  /** The group of each prefix. */
  readonly groupOf: Int32Array;
  readonly groups: number;
}

/** Ranks that a task holds before it sends them, about. */
const MOST_RANKS = 1 << 21;

/** To each group of prefixes the sequences of which something remains behind one of them. */
export const sentSequences = rowsProgram<GroupsSpec, BasketPart, Sent<BasketPart>>({
  name: "mllib.fpm.sequences.groups",
  *run(blocks, { prefixes, items, groupOf, groups }) {
    const walker = new PrefixWalker(prefixes, items);
    const parts = Array.from({ length: groups }, () => new WeightedBaskets());
    /** The sequence that was last added to each group. */
    const added = new Int32Array(groups);
    let number = 0;
    let held = 0;
    for (const block of blocks)
      for (let sequence = 0, start = 0; sequence < block.ends.length; start = block.ends[sequence++]!) {
        number++;
        let own: Int32Array | null = null;
        walker.walk(block, sequence, (prefix) => {
          const group = groupOf[prefix]!;
          if (added[group] === number) return;
          added[group] = number;
          own ??= block.ranks.subarray(start, block.ends[sequence]);
          parts[group]!.add(own, own.length, block.counts[sequence]);
          held += own.length;
        });
        if (held < MOST_RANKS) continue;
        yield* taken(parts);
        held = 0;
      }
    yield* taken(parts);
  },
});

function* taken(parts: readonly WeightedBaskets[]): Generator<Sent<BasketPart>> {
  for (const [to, part] of parts.entries()) if (!part.isEmpty) yield { to, record: part.take() };
}

interface MiningSpec extends GroupsSpec {
  readonly minCount: number;
  readonly maxLength: number;
  /** Patterns that are known already: those of the first partition. */
  readonly known: readonly PatternBlock[];
}

/** One group of prefixes a partition: the patterns that begin with one of them. */
export const patternsOfGroup = rowsProgram<MiningSpec, BasketPart, PatternBlock>({
  name: "mllib.fpm.patterns",
  *run(parts, { prefixes, items, groupOf, minCount, maxLength, known }, task) {
    const { partition } = task;
    if (partition === 0) yield* known;
    const database = joined([...parts]);
    const walker = new PrefixWalker(prefixes, items, (prefix) => groupOf[prefix] === partition);
    const postfixes = new Map<number, Postfixes>();
    for (let sequence = 0; sequence < database.ends.length; sequence++)
      walker.walk(database, sequence, (prefix, postfix) => {
        let own = postfixes.get(prefix);
        if (own === undefined) postfixes.set(prefix, (own = new Postfixes()));
        own.addCopy(postfix, 0);
      });
    const miner = new PatternMiner(database, items, minCount, maxLength, () => task.checkInterrupted());
    for (const prefix of [...postfixes.keys()].sort((a, b) => a - b)) {
      const start = prefix === 0 ? 0 : prefixes.ends[prefix - 1]!;
      yield* miner.patterns(prefixes.extensions.subarray(start, prefixes.ends[prefix]), postfixes.get(prefix)!);
      postfixes.delete(prefix);
    }
    yield* miner.rest();
  },
});

function joined(parts: readonly BasketPart[]): BasketPart {
  const lists = parts.map(({ ranks }) => ranks);
  return {
    ranks: concatArrays(lists, Int32Array),
    ends: concatEnds(parts.map(({ ends }) => ends), lists), // prettier-ignore
    counts: concatArrays(parts.map(({ counts }) => counts), Float64Array), // prettier-ignore
  };
}
