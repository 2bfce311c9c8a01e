/** Frequent itemsets of a tree of baskets, by growing them item by item (FP-growth). */
import { grown } from "../../columnar/batch";
import { FpTree } from "./fp-tree";
import type { BasketPart } from "./weighted-baskets";

/** Itemsets: the ranks of itemset i are those from ends[i - 1] to before ends[i], falling: the least frequent item first. Plain data. */
export interface ItemsetBlock {
  readonly ends: Int32Array;
  readonly ranks: Int32Array;
  /** How many baskets have them. */
  readonly freqs: Float64Array;
}

/** Items that itemsets of one block have together, about. */
const BLOCK_ITEMS = 1 << 15;
const CHECK_EVERY = 1 << 10;

/** What comes before some items in the baskets that have them. */
class Level {
  readonly tree = new FpTree();
  /** Items of the tree are places in this list of ranks, which rises. */
  ranks: Int32Array = new Int32Array(16);
  width = 0;
  /** Of each item: in how many baskets it is, and its first node. */
  supports: Float64Array = new Float64Array(16);
  heads: Int32Array = new Int32Array(16);
  /** Of each node the next one of its item; 0 of the last. */
  next: Int32Array = new Int32Array(64);
  /** While the level below is made: of each node the one that stands for it there, plus one; 0 where that is not known. */
  memo: Int32Array = new Int32Array(64);
  /** The item whose itemsets are next. */
  at = -1;

  /** Makes the items those that are in at least `minCount` baskets, by `conditional` counts of the first `items` of `ranks`; false where none is. */
  begin(conditional: Float64Array, places: Int32Array, items: number, ranks: Int32Array | null, minCount: number): boolean {
    if (this.ranks.length < items) this.ranks = new Int32Array(items * 2);
    let width = 0;
    for (let item = 0; item < items; item++) {
      const frequent = conditional[item]! >= minCount && conditional[item]! > 0;
      places[item] = frequent ? width : -1;
      if (frequent) this.ranks[width++] = ranks === null ? item : ranks[item]!;
    }
    this.width = width;
    this.tree.clear();
    return width > 0;
  }

  /** Finds supports and nodes of the items; `counts` of the tree's nodes are those of the baskets that end there. */
  finish(): void {
    const { tree, width } = this;
    const { size, items, counts, parents } = tree;
    for (let node = size - 1; node > 0; node--) counts[parents[node]!]! += counts[node]!;
    if (this.next.length < size) this.next = new Int32Array(items.length);
    if (this.memo.length < size) this.memo = new Int32Array(items.length);
    if (this.heads.length < width) {
      this.heads = grown(this.heads, width);
      this.supports = grown(this.supports, width);
    }
    this.heads.fill(0, 0, width);
    this.supports.fill(0, 0, width);
    const { next, heads, supports } = this;
    for (let node = 1; node < size; node++) {
      const item = items[node]!;
      supports[item]! += counts[node]!;
      next[node] = heads[item]!;
      heads[item] = node;
    }
    this.at = width - 1;
  }
}

export interface MiningSpec {
  /** How many items are frequent. */
  readonly items: number;
  readonly minCount: number;
  readonly group: number;
  readonly groups: number;
}

/** The itemsets of at least `minCount` baskets whose least frequent item is in the group. */
export function* minedItemsets(parts: Iterable<BasketPart>, spec: MiningSpec, check: () => void): Generator<ItemsetBlock> {
  const { items, minCount, group, groups } = spec;
  const baskets = new GroupBaskets(parts, spec);
  const levels = [new Level()];
  const conditional = new Float64Array(items);
  const places = new Int32Array(items);
  const out = new ItemsetWriter();
  for (let item = group; item < items; item += groups) {
    check();
    const support = baskets.support(item);
    if (support < minCount || support === 0) continue;
    out.put(0, item);
    out.add(support);
    if (!baskets.project(item, minCount, levels[0]!, conditional, places)) continue;
    for (let depth = 0, steps = 1; depth >= 0; steps++) {
      if (steps % CHECK_EVERY === 0) check();
      if (out.isFull) yield out.take();
      const level = levels[depth]!;
      const last = level.at--;
      if (last < 0) {
        depth--;
        continue;
      }
      out.put(depth + 1, level.ranks[last]!);
      out.add(level.supports[last]!);
      const below = (levels[depth + 1] ??= new Level());
      if (last > 0 && project(level, last, minCount, below, conditional, places)) depth++;
    }
  }
  if (!out.isEmpty) yield out.take();
}

/** Makes `below` the tree of what comes before `item`; false where nothing there is frequent. */
function project(
  level: Level,
  item: number,
  minCount: number,
  below: Level,
  conditional: Float64Array,
  places: Int32Array,
): boolean {
  const { next, heads, ranks, memo } = level;
  const { items, parents, counts } = level.tree;
  conditional.fill(0, 0, item);
  for (let node = heads[item]!; node !== 0; node = next[node]!) {
    const count = counts[node]!;
    for (let above = parents[node]!; above !== 0; above = parents[above]!) conditional[items[above]!]! += count;
  }
  if (!below.begin(conditional, places, item, ranks, minCount)) return false;
  const { tree } = below;
  for (let node = heads[item]!; node !== 0; node = next[node]!) {
    // From the node up to one that is known, or the root; then down again. What is known is on the way up from nodes before this one.
    let length = 0;
    let above = parents[node]!;
    for (; above !== 0 && memo[above] === 0; above = parents[above]!) {
      if (length === path.length) path = grown(path, length + 1);
      path[length++] = above;
    }
    let place = above === 0 ? 0 : memo[above]! - 1;
    while (length > 0) {
      const old = path[--length]!;
      const own = places[items[old]!]!;
      if (own >= 0) place = tree.child(place, own);
      memo[old] = place + 1;
    }
    tree.counts[place]! += counts[node]!;
  }
  for (let node = heads[item]!; node !== 0; node = next[node]!)
    for (let above = parents[node]!; above !== 0 && memo[above] !== 0; above = parents[above]!) memo[above] = 0;
  below.finish();
  return true;
}

/** Of one projection at a time: nothing of it lasts. */
let path = new Int32Array(64);

/** The baskets of a group, and where its items are in them. */
class GroupBaskets {
  readonly #ranks: Int32Array;
  /** The places of item group + i × groups are those from #first[i] to before #first[i + 1]: where a basket begins, where in it the item is, how many of it there are. */
  readonly #first: Int32Array;
  readonly #starts: Int32Array;
  readonly #places: Int32Array;
  readonly #counts: Float64Array;

  constructor(
    parts: Iterable<BasketPart>,
    private readonly spec: MiningSpec,
  ) {
    const { items, group, groups } = spec;
    const all = [...parts];
    this.#ranks = new Int32Array(all.reduce((sum, { ranks }) => sum + ranks.length, 0));
    const own = Math.max(0, Math.ceil((items - group) / groups));
    const first = new Int32Array(own + 1);
    let used = 0;
    for (const { ranks } of all) {
      this.#ranks.set(ranks, used);
      used += ranks.length;
      for (let i = 0; i < ranks.length; i++) if (ranks[i]! % groups === group) first[(ranks[i]! - group) / groups + 1]!++;
    }
    for (let i = 0; i < own; i++) first[i + 1]! += first[i]!;
    this.#first = first;
    const total = first[own]!;
    this.#starts = new Int32Array(total);
    this.#places = new Int32Array(total);
    this.#counts = new Float64Array(total);
    const at = first.slice();
    used = 0;
    for (const { ends, ranks, counts } of all) {
      for (let basket = 0, start = 0; basket < ends.length; start = ends[basket++]!)
        for (let i = start; i < ends[basket]!; i++) {
          if (ranks[i]! % groups !== group) continue;
          const place = at[(ranks[i]! - group) / groups]!++;
          this.#starts[place] = used + start;
          this.#places[place] = used + i;
          this.#counts[place] = counts[basket]!;
        }
      used += ranks.length;
    }
  }

  #range(item: number): readonly [number, number] {
    const own = (item - this.spec.group) / this.spec.groups;
    return [this.#first[own]!, this.#first[own + 1]!];
  }

  support(item: number): number {
    const [from, to] = this.#range(item);
    let sum = 0;
    for (let i = from; i < to; i++) sum += this.#counts[i]!;
    return sum;
  }

  /** As the function of this name. */
  project(item: number, minCount: number, below: Level, conditional: Float64Array, places: Int32Array): boolean {
    const ranks = this.#ranks;
    const [from, to] = this.#range(item);
    conditional.fill(0, 0, item);
    for (let i = from; i < to; i++) {
      const count = this.#counts[i]!;
      for (let at = this.#starts[i]!, end = this.#places[i]!; at < end; at++) conditional[ranks[at]!]! += count;
    }
    if (!below.begin(conditional, places, item, null, minCount)) return false;
    const { tree } = below;
    for (let i = from; i < to; i++) {
      let node = 0;
      for (let at = this.#starts[i]!, end = this.#places[i]!; at < end; at++) {
        const own = places[ranks[at]!]!;
        if (own >= 0) node = tree.child(node, own);
      }
      tree.counts[node]! += this.#counts[i]!;
    }
    below.finish();
    return true;
  }
}

class ItemsetWriter {
  #current = new Int32Array(64);
  #length = 0;
  #ranks = new Int32Array(BLOCK_ITEMS * 2);
  #used = 0;
  #ends: number[] = [];
  #freqs: number[] = [];

  get isFull(): boolean {
    return this.#used >= BLOCK_ITEMS;
  }

  get isEmpty(): boolean {
    return this.#ends.length === 0;
  }

  /** Makes the rank the last one of the itemset, at this place. */
  put(place: number, rank: number): void {
    if (place === this.#current.length) this.#current = grown(this.#current, place + 1);
    this.#current[place] = rank;
    this.#length = place + 1;
  }

  /** Writes the itemset. */
  add(freq: number): void {
    const length = this.#length;
    if (this.#used + length > this.#ranks.length) this.#ranks = grown(this.#ranks, this.#used + length);
    for (let i = 0; i < length; i++) this.#ranks[this.#used++] = this.#current[i]!;
    this.#ends.push(this.#used);
    this.#freqs.push(freq);
  }

  take(): ItemsetBlock {
    const block = {
      ends: Int32Array.from(this.#ends),
      ranks: this.#ranks.slice(0, this.#used),
      freqs: Float64Array.from(this.#freqs),
    };
    this.#used = 0;
    this.#ends = [];
    this.#freqs = [];
    return block;
  }
}
