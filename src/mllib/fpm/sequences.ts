/** Sequences of itemsets on executors: how many of them have an item, and what is left of them without the items that few have. */
import type { Boxed, DataType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { grown } from "../../columnar/batch";
import { DataError } from "../../common/errors";
import { rowsProgram } from "../compute";
import type { Sent } from "../compute/programs";
import { type Lists, listsOf } from "../compute/texts";
import { countsByItem, type ItemCounts, rankOf } from "./baskets";
import { ItemCodes } from "./items";
import { type BasketPart, WeightedBaskets } from "./weighted-baskets";

/** Sequences of a partition. Items are numbers in a list that grows from block to block. Plain data. */
export interface SequenceBlock {
  /** Items that no block before this one has. */
  readonly added: readonly Boxed[];
  /** Sequence i has the itemsets ends[i - 1] to before ends[i], itemset j the items codes[itemsetEnds[j - 1], itemsetEnds[j]). */
  readonly ends: Int32Array;
  readonly itemsetEnds: Int32Array;
  readonly codes: Int32Array;
}

const NO_LISTS: Lists<Int32Array> = {
  length: 0,
  starts: new Int32Array(0),
  ends: new Int32Array(0),
  valid: null,
  items: new Int32Array(0),
};

/** A batch's sequences; a row without an array is none. An item that is NaN equals nothing, and is left out. */
export const toSequences = rowsProgram<{ readonly type: DataType; readonly name: string }, ColumnBatch, SequenceBlock>({
  name: "mllib.fpm.sequences",
  *run(batches, { type, name }) {
    const known = new ItemCodes(type);
    let before = 0;
    for (const { columns, length } of batches) {
      const rows = listsOf(columns[0]!, (child) => listsOf(child, (items) => known.of(items), NO_LISTS.items), NO_LISTS);
      const itemsets = rows.items;
      const codes: number[] = [];
      const itemsetEnds: number[] = [];
      const ends: number[] = [];
      for (let row = 0; row < length; row++) {
        if (rows.valid?.[row] === 0) continue;
        for (let set = rows.starts[row]!; set < rows.ends[row]!; set++) {
          if (itemsets.valid?.[set] === 0)
            throw new DataError("NULL_VALUE", `PrefixSpan: a sequence of column ${name} has null in place of an itemset.`);
          for (let at = itemsets.starts[set]!; at < itemsets.ends[set]!; at++)
            if (itemsets.items[at]! >= 0) codes.push(itemsets.items[at]!);
          itemsetEnds.push(codes.length);
        }
        ends.push(itemsetEnds.length);
      }
      const plain = { ends: Int32Array.from(ends), itemsetEnds: Int32Array.from(itemsetEnds), codes: Int32Array.from(codes) };
      yield { added: known.values.slice(before), ...plain };
      before = known.values.length;
    }
  },
});

/** In how many sequences of a partition each item is, to the partitions that add that up. */
export const sentSequenceCounts = rowsProgram<{ readonly type: DataType; readonly to: number }, SequenceBlock, Sent<ItemCounts>>({
  name: "mllib.fpm.sequences.counts",
  *run(blocks, { type, to }) {
    const items: Boxed[] = [];
    let counts = new Float64Array(1024);
    /** The sequence that last had the item. */
    let last = new Int32Array(1024);
    let rows = 0;
    for (const { added, ends, itemsetEnds, codes } of blocks) {
      for (const item of added) items.push(item);
      if (counts.length < items.length) {
        counts = grown(counts, items.length);
        last = grown(last, items.length);
      }
      for (let row = 0, set = 0, at = 0; row < ends.length; row++) {
        rows++;
        for (; set < ends[row]!; set++)
          for (; at < itemsetEnds[set]!; at++) {
            const code = codes[at]!;
            if (last[code] !== rows) counts[code]!++;
            last[code] = rows;
          }
      }
    }
    yield* countsByItem(items, counts, rows, type, to);
  },
});

/** Ranks that a block of the database has, about. */
const BLOCK_RANKS = 1 << 18;

/**
 * Sequences of ranks from 1 on: those of an itemset rise, and 0 comes after each itemset. Only frequent items are there; itemsets and sequences
 * without one are not.
 */
export const toDatabase = rowsProgram<{ readonly type: DataType; readonly items: readonly Boxed[] }, SequenceBlock, BasketPart>({
  name: "mllib.fpm.sequences.database",
  *run(blocks, { type, items }) {
    const frequent = new ItemCodes(type, items);
    const ranks: number[] = [];
    const database = new WeightedBaskets();
    let sequence = new Int32Array(256);
    for (const { added, ends, itemsetEnds, codes } of blocks) {
      for (const item of added) ranks.push(rankOf(frequent, item, items.length) + 1);
      for (let row = 0, set = 0, at = 0; row < ends.length; row++) {
        let length = 0;
        for (; set < ends[row]!; set++) {
          const start = length;
          const most = length + itemsetEnds[set]! - at + 1;
          if (most > sequence.length) sequence = grown(sequence, most);
          for (; at < itemsetEnds[set]!; at++) {
            const rank = ranks[codes[at]!]!;
            if (rank > 0) sequence[length++] = rank;
          }
          if (length === start) continue;
          sequence.subarray(start, length).sort();
          sequence[length++] = 0;
        }
        if (length > 0) database.add(sequence, length);
        if (database.used > BLOCK_RANKS) yield database.take();
      }
    }
    if (!database.isEmpty) yield database.take();
  },
});
