/** Baskets on executors: how often items are in them, and what of them each group of items needs. */
import type { Boxed, DataType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { hashBoxed } from "../../columnar/batch";
import { DataError } from "../../common/errors";
import { aggregateProgram, rowsProgram } from "../compute";
import type { Sent } from "../compute/programs";
import { listsOf } from "../compute/texts";
import { ItemCodes } from "./items";
import { type ItemsetBlock, minedItemsets } from "./mine";
import { type BasketPart, WeightedBaskets } from "./weighted-baskets";

/** Baskets of a partition. Items are numbers in a list that grows from block to block. Plain data. */
export interface BasketBlock {
  /** Items that no block before this one has. */
  readonly added: readonly Boxed[];
  /** The items of basket i are codes[ends[i - 1], ends[i]). */
  readonly ends: Int32Array;
  readonly codes: Int32Array;
}

/** A batch's baskets; a row without an array is none. An item that is NaN equals nothing, and is left out. */
export const toBaskets = rowsProgram<{ readonly type: DataType }, ColumnBatch, BasketBlock>({
  name: "mllib.fpm.baskets",
  *run(batches, { type }) {
    const items = new ItemCodes(type);
    let known = 0;
    let seen = new Int32Array(1024);
    let basket = 0;
    for (const { columns, length } of batches) {
      const { starts, ends, valid, items: all } = listsOf(columns[0]!, (child) => items.of(child), new Int32Array(0));
      if (seen.length < items.values.length) {
        const more = new Int32Array(items.values.length * 2);
        more.set(seen);
        seen = more;
      }
      const basketEnds: number[] = [];
      const codes = new Int32Array(all.length);
      let used = 0;
      for (let row = 0; row < length; row++) {
        if (valid?.[row] === 0) continue;
        basket++;
        for (let at = starts[row]!; at < ends[row]!; at++) {
          const code = all[at]!;
          if (code < 0) continue;
          if (seen[code] === basket)
            throw notUnique(Array.from(all.subarray(starts[row], ends[row]), (one) => items.values[one]));
          seen[code] = basket;
          codes[used++] = code;
        }
        basketEnds.push(used);
      }
      yield { added: items.values.slice(known), ends: Int32Array.from(basketEnds), codes: codes.slice(0, used) };
      known = items.values.length;
    }
  },
});

const MOST_SHOWN = 20;

function notUnique(items: readonly unknown[]): DataError {
  const more = items.length > MOST_SHOWN ? ", …" : "";
  return new DataError(
    "DUPLICATE_ITEMS",
    `FPGrowth: items in a transaction must be unique but got [${items.slice(0, MOST_SHOWN).map(String).join(", ")}${more}]. array_distinct(items) drops the others.`, // prettier-ignore
  );
}

/** Of some items, in how many rows each is, and how many rows there are in all. */
export interface ItemCounts {
  readonly rows: number;
  readonly items: readonly Boxed[];
  readonly counts: Float64Array;
}

/** Counts of the items of a partition, to the partitions that add them up; the rows to all of them. */
export const sentCounts = rowsProgram<{ readonly type: DataType; readonly to: number }, BasketBlock, Sent<ItemCounts>>({
  name: "mllib.fpm.counts",
  *run(blocks, { type, to }) {
    const items: Boxed[] = [];
    let counts = new Float64Array(1024);
    let rows = 0;
    for (const { added, ends, codes } of blocks) {
      for (const item of added) items.push(item);
      if (counts.length < items.length) {
        const more = new Float64Array(items.length * 2);
        more.set(counts);
        counts = more;
      }
      for (let i = 0; i < codes.length; i++) counts[codes[i]!]!++;
      rows += ends.length;
    }
    yield* countsByItem(items, counts, rows, type, to);
  },
});

/** What of the counts goes to which of `to` partitions. */
export function* countsByItem(
  items: readonly Boxed[],
  counts: Float64Array,
  rows: number,
  type: DataType,
  to: number,
): Generator<Sent<ItemCounts>> {
  const places: number[][] = Array.from({ length: to }, () => []);
  for (let code = 0; code < items.length; code++) places[(hashBoxed(items[code]!, type, 42) >>> 0) % to]!.push(code);
  for (const [partition, codes] of places.entries()) {
    const record = { rows, items: codes.map((code) => items[code]!), counts: Float64Array.from(codes, (code) => counts[code]!) };
    yield { to: partition, record };
  }
}

/** The items that are in at least the share `minSupport` of the rows. */
export const frequentItems = aggregateProgram<{ readonly type: DataType; readonly minSupport: number }, ItemCounts, ItemCounts>({
  name: "mllib.fpm.frequent",
  run(parts, { type, minSupport }) {
    const items = new ItemCodes(type);
    const sums: number[] = [];
    let rows = 0;
    for (const part of parts) {
      rows += part.rows;
      for (const [i, item] of part.items.entries()) {
        const code = items.codeOf(item);
        sums[code] = (sums[code] ?? 0) + part.counts[i]!;
      }
    }
    const least = minCountOf(minSupport, rows);
    const kept = sums.flatMap((count, code) => (count >= least ? [code] : []));
    return { rows, items: kept.map((code) => items.values[code]!), counts: Float64Array.from(kept, (code) => sums[code]!) };
  },
});

export const minCountOf = (minSupport: number, rows: number): number => Math.ceil(minSupport * rows);

/** Ranks that a task holds before it sends them. */
const MOST_RANKS = 1 << 22;

export interface GroupSpec {
  readonly type: DataType;
  /** The frequent ones, by falling frequency: their places are their ranks. */
  readonly items: readonly Boxed[];
  readonly groups: number;
}

/**
 * To each group of items each basket up to its last item of the group (H. Li, Y. Wang, D. Zhang, M. Zhang, E. Chang, PFP, 2008); of equal ones, how
 * many there are.
 */
export const sentBaskets = rowsProgram<GroupSpec, BasketBlock, Sent<BasketPart>>({
  name: "mllib.fpm.groups",
  *run(blocks, { type, items, groups }) {
    const frequent = new ItemCodes(type, items);
    const ranks: number[] = [];
    const parts = Array.from({ length: groups }, () => new WeightedBaskets());
    /** The basket that was last added to each group. */
    const added = new Int32Array(groups);
    let number = 0;
    let basket = new Int32Array(256);
    for (const block of blocks) {
      for (const item of block.added) ranks.push(rankOf(frequent, item, items.length));
      const { ends, codes } = block;
      for (let row = 0, at = 0; row < ends.length; row++) {
        if (basket.length < ends[row]! - at) basket = new Int32Array(ends[row]! - at);
        let length = 0;
        for (; at < ends[row]!; at++) {
          const rank = ranks[codes[at]!]!;
          if (rank >= 0) basket[length++] = rank;
        }
        sortRising(basket, length);
        number++;
        for (; length > 0; length--) {
          const group = basket[length - 1]! % groups;
          if (added[group] === number) continue;
          added[group] = number;
          parts[group]!.add(basket, length);
        }
      }
      if (parts.reduce((sum, { used }) => sum + used, 0) > MOST_RANKS) yield* taken(parts);
    }
    yield* taken(parts);
  },
});

function* taken(parts: readonly WeightedBaskets[]): Generator<Sent<BasketPart>> {
  for (const [to, part] of parts.entries()) if (!part.isEmpty) yield { to, record: part.take() };
}

/** -1 where the item is none of the frequent ones. */
export function rankOf(frequent: ItemCodes, item: Boxed, known: number): number {
  const code = frequent.codeOf(item);
  return code < known ? code : -1;
}

const SHORT = 24;

function sortRising(values: Int32Array, length: number): void {
  if (length > SHORT) {
    values.subarray(0, length).sort();
    return;
  }
  for (let i = 1; i < length; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

export interface ItemsetsSpec {
  readonly items: number;
  readonly minCount: number;
  readonly groups: number;
}

/** One group of items a partition. */
export const itemsetsOfGroup = rowsProgram<ItemsetsSpec, BasketPart, ItemsetBlock>({
  name: "mllib.fpm.mine",
  run: (parts, spec, task) => minedItemsets(parts, { ...spec, group: task.partition }, () => task.checkInterrupted()),
});
