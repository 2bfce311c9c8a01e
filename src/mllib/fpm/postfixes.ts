/** What remains of sequences behind prefixes, without copies of it (J. Pei et al., PrefixSpan, 2001: pseudo-projection). */
import { grown } from "../../columnar/batch";
import { FpTree } from "./fp-tree";
import type { BasketPart } from "./weighted-baskets";

/**
 * An extension of a prefix by an item: an even number where the item begins an itemset, the odd number after that where it joins the last itemset;
 * half of it is the rank, from 1 on. Prefixes are lists of extensions.
 */
export type Extension = number;

export const rankOfExtension = (extension: Extension): number => extension >> 1;
export const joins = (extension: Extension): boolean => (extension & 1) === 1;
/** Numbers below this one are extensions by `items` items. */
export const extensionsOf = (items: number): number => items * 2 + 2;

/** Sequences of `toDatabase`, and of each where its remainders begin. */
export class Postfixes {
  size = 0;
  sequences = new Int32Array(16);
  /** Where the itemsets behind the prefix's last itemset begin. */
  nexts = new Int32Array(16);
  /** Those of postfix i are joints[jointEnds[i - 1], jointEnds[i]): in each itemset that can be the prefix's last one, what follows its last item. */
  joints = new Int32Array(16);
  jointEnds = new Int32Array(16);
  #used = 0;

  clear(): void {
    this.size = this.#used = 0;
  }

  /** The whole sequence, which begins at `start`. */
  addWhole(sequence: number, start: number): void {
    this.#add(sequence, start);
  }

  addCopy(of: Postfixes, at: number): void {
    for (let i = of.jointStart(at); i < of.jointEnds[at]!; i++) this.#join(of.joints[i]!);
    this.#add(of.sequences[at]!, of.nexts[at]!);
  }

  /** What remains of a postfix behind the first place of the extension; nothing is added where nothing remains, or where it has none. */
  addProjection(of: Postfixes, at: number, extension: Extension, { ranks, ends }: BasketPart): void {
    const rank = rankOfExtension(extension);
    const end = ends[of.sequences[at]!]!;
    let next = -1;
    if (joins(extension))
      for (let joint = of.jointStart(at); joint < of.jointEnds[at]!; joint++) {
        let i = of.joints[joint]!;
        while (ranks[i]! !== 0 && ranks[i]! < rank) i++;
        if (ranks[i] !== rank) continue;
        i++;
        if (next < 0) next = afterItemset(ranks, i);
        if (ranks[i] !== 0) this.#join(i);
      }
    else
      for (let i = of.nexts[at]!; i < end; i++) {
        if (ranks[i] === rank) {
          if (next < 0) next = afterItemset(ranks, i);
          // The item's first place in an itemset leaves all that its others do.
          if (ranks[i + 1] !== 0) this.#join(i + 1);
          while (ranks[i] !== 0) i++;
        }
      }
    const start = this.size === 0 ? 0 : this.jointEnds[this.size - 1]!;
    if (next >= 0 && (next < end || this.#used > start)) this.#add(of.sequences[at]!, next);
  }

  jointStart(at: number): number {
    return at === 0 ? 0 : this.jointEnds[at - 1]!;
  }

  #join(place: number): void {
    if (this.#used === this.joints.length) this.joints = grown(this.joints, this.#used + 1);
    this.joints[this.#used++] = place;
  }

  #add(sequence: number, next: number): void {
    if (this.size === this.sequences.length) {
      this.sequences = grown(this.sequences, this.size + 1);
      this.nexts = grown(this.nexts, this.size + 1);
      this.jointEnds = grown(this.jointEnds, this.size + 1);
    }
    this.sequences[this.size] = sequence;
    this.nexts[this.size] = next;
    this.jointEnds[this.size++] = this.#used;
  }
}

function afterItemset(ranks: Int32Array, from: number): number {
  let i = from;
  while (ranks[i] !== 0) i++;
  return i + 1;
}

/** The different extensions that a postfix has. */
export class FoundExtensions {
  count = 0;
  readonly extensions: Int32Array;
  /** How much of the sequence is behind the first place of each. */
  readonly remains: Int32Array;
  readonly #seen: Int32Array;
  #stamp = 0;

  constructor(items: number) {
    this.extensions = new Int32Array(extensionsOf(items));
    this.remains = new Int32Array(extensionsOf(items));
    this.#seen = new Int32Array(extensionsOf(items));
  }

  find(of: Postfixes, at: number, { ranks, ends }: BasketPart): void {
    this.count = 0;
    if (++this.#stamp === 2 ** 31) {
      this.#seen.fill(0);
      this.#stamp = 1;
    }
    const end = ends[of.sequences[at]!]!;
    for (let joint = of.jointStart(at); joint < of.jointEnds[at]!; joint++)
      for (let i = of.joints[joint]!; ranks[i] !== 0; i++) this.#put(ranks[i]! * 2 + 1, end - 1 - i);
    for (let i = of.nexts[at]!; i < end; i++) if (ranks[i] !== 0) this.#put(ranks[i]! * 2, end - 1 - i);
  }

  #put(extension: Extension, remains: number): void {
    if (this.#seen[extension] === this.#stamp) return;
    this.#seen[extension] = this.#stamp;
    this.extensions[this.count] = extension;
    this.remains[this.count++] = remains;
  }
}

/** Prefixes: that of number i is extensions[ends[i - 1], ends[i]). Plain data. */
export interface Prefixes {
  readonly ends: Int32Array;
  readonly extensions: Int32Array;
}

export function prefixesOf(all: readonly (readonly Extension[])[]): Prefixes {
  let used = 0;
  return { ends: Int32Array.from(all, (one) => (used += one.length)), extensions: Int32Array.from(all.flat()) };
}

/** Finds which of some prefixes a sequence has; none of them begins with another. */
export class PrefixWalker {
  readonly #tree = new FpTree();
  /** The number of the prefix that ends in a node; -1 where none does. */
  readonly #numbers: Int32Array;
  readonly #found: FoundExtensions;
  /** One postfix for each depth. */
  readonly #stack: Postfixes[] = [new Postfixes()];
  readonly #nodes: number[] = [];

  /** @param wanted those of the prefixes that are looked for */
  constructor({ ends, extensions }: Prefixes, items: number, wanted: (prefix: number) => boolean = () => true) {
    const nodes: number[] = [];
    for (let prefix = 0, start = 0; prefix < ends.length; start = ends[prefix++]!) {
      let node = 0;
      if (!wanted(prefix)) continue;
      for (let i = start; i < ends[prefix]!; i++) node = this.#tree.child(node, extensions[i]!);
      nodes[prefix] = node;
    }
    this.#numbers = new Int32Array(this.#tree.size).fill(-1);
    nodes.forEach((node, prefix) => (this.#numbers[node] = prefix));
    this.#found = new FoundExtensions(items);
  }

  /** Calls `visit` with each prefix that the sequence has, and with what remains behind it: the only one of the postfixes. */
  walk(database: BasketPart, sequence: number, visit: (prefix: number, postfix: Postfixes) => void): void {
    const root = this.#stack[0]!;
    root.clear();
    root.addWhole(sequence, sequence === 0 ? 0 : database.ends[sequence - 1]!);
    this.#descend(database, 0, 0, visit);
  }

  #descend(database: BasketPart, node: number, depth: number, visit: (prefix: number, postfix: Postfixes) => void): void {
    const postfix = this.#stack[depth]!;
    if (this.#numbers[node]! >= 0) {
      visit(this.#numbers[node]!, postfix);
      return;
    }
    const first = this.#nodes.length;
    const found = this.#found;
    found.find(postfix, 0, database);
    for (let i = 0; i < found.count; i++) {
      const child = this.#tree.find(node, found.extensions[i]!);
      if (child !== 0) this.#nodes.push(child);
    }
    const below = (this.#stack[depth + 1] ??= new Postfixes());
    for (let i = first, last = this.#nodes.length; i < last; i++) {
      const child = this.#nodes[i]!;
      below.clear();
      below.addProjection(postfix, 0, this.#tree.items[child]!, database);
      if (below.size > 0) this.#descend(database, child, depth + 1, visit);
    }
    this.#nodes.length = first;
  }
}
