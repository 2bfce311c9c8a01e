/** Sequential patterns: how they are written, and how one task finds all that begin with a prefix. */
import { grown } from "../../columnar/batch";
import { type Extension, extensionsOf, FoundExtensions, joins, Postfixes, rankOfExtension } from "./postfixes";
import type { BasketPart } from "./weighted-baskets";

/** Pattern i has the itemsets ends[i - 1] to before ends[i], itemset j ranks[itemsetEnds[j - 1], itemsetEnds[j]), from 0 on. Plain data. */
export interface PatternBlock {
  readonly ends: Int32Array;
  readonly itemsetEnds: Int32Array;
  readonly ranks: Int32Array;
  /** How many sequences have them. */
  readonly freqs: Float64Array;
}

/** Items that patterns of one block have together, about. */
const BLOCK_ITEMS = 1 << 15;
const CHECK_EVERY = 1 << 10;

export class PatternWriter {
  #current = new Int32Array(64);
  #length = 0;
  #ranks = new Int32Array(64);
  #used = 0;
  #ends: number[] = [];
  #itemsetEnds: number[] = [];
  #freqs: number[] = [];

  get isFull(): boolean {
    return this.#used >= BLOCK_ITEMS;
  }

  get isEmpty(): boolean {
    return this.#ends.length === 0;
  }

  /** Makes the extension the last one of the pattern, at this place. */
  put(place: number, extension: Extension): void {
    if (place === this.#current.length) this.#current = grown(this.#current, place + 1);
    this.#current[place] = extension;
    this.#length = place + 1;
  }

  /** Writes the pattern. */
  add(freq: number): void {
    const length = this.#length;
    if (this.#used + length > this.#ranks.length) this.#ranks = grown(this.#ranks, this.#used + length);
    for (let i = 0; i < length; i++) {
      const extension = this.#current[i]!;
      if (i > 0 && !joins(extension)) this.#itemsetEnds.push(this.#used);
      this.#ranks[this.#used++] = rankOfExtension(extension) - 1;
    }
    this.#itemsetEnds.push(this.#used);
    this.#ends.push(this.#itemsetEnds.length);
    this.#freqs.push(freq);
  }

  take(): PatternBlock {
    const block = {
      ends: Int32Array.from(this.#ends),
      itemsetEnds: Int32Array.from(this.#itemsetEnds),
      ranks: this.#ranks.slice(0, this.#used),
      freqs: Float64Array.from(this.#freqs),
    };
    this.#used = 0;
    this.#ends = [];
    this.#itemsetEnds = [];
    this.#freqs = [];
    return block;
  }
}

/** The postfixes of a prefix, and its frequent extensions. */
class Level {
  readonly own = new Postfixes();
  extensions: readonly Extension[] = [];
  freqs: readonly number[] = [];
  /** The extension whose patterns are next. */
  at = 0;
}

/** Finds patterns of at least `minCount` sequences of a database. */
export class PatternMiner {
  readonly #out = new PatternWriter();
  readonly #levels: Level[] = [];
  readonly #found: FoundExtensions;
  readonly #counts: Float64Array;
  #steps = 0;

  constructor(
    private readonly database: BasketPart,
    items: number,
    private readonly minCount: number,
    private readonly maxLength: number,
    private readonly check: () => void,
  ) {
    this.#found = new FoundExtensions(items);
    this.#counts = new Float64Array(extensionsOf(items));
  }

  /** Patterns that begin with the prefix, longer than that, up to `maxLength` items. What is found last comes with `rest`. */
  *patterns(prefix: ArrayLike<Extension>, postfixes: Postfixes): Generator<PatternBlock> {
    const out = this.#out;
    for (let i = 0; i < prefix.length; i++) out.put(i, prefix[i]!);
    if (prefix.length >= this.maxLength) return;
    this.#count(this.#level(0), postfixes);
    for (let depth = 0; depth >= 0;) {
      const level = this.#level(depth);
      if (level.at === level.extensions.length) {
        depth--;
        continue;
      }
      const extension = level.extensions[level.at]!;
      const length = prefix.length + depth + 1;
      out.put(length - 1, extension);
      out.add(level.freqs[level.at++]!);
      if (out.isFull) yield out.take();
      if (length >= this.maxLength) continue;
      const below = this.#level(++depth);
      this.#project(depth === 1 ? postfixes : this.#level(depth - 1).own, extension, below.own);
      this.#count(below, below.own);
    }
  }

  *rest(): Generator<PatternBlock> {
    if (!this.#out.isEmpty) yield this.#out.take();
  }

  #level(depth: number): Level {
    return (this.#levels[depth] ??= new Level());
  }

  #project(of: Postfixes, extension: Extension, to: Postfixes): void {
    to.clear();
    for (let at = 0; at < of.size; at++) {
      if (++this.#steps % CHECK_EVERY === 0) this.check();
      to.addProjection(of, at, extension, this.database);
    }
  }

  #count(level: Level, of: Postfixes): void {
    const found = this.#found;
    const counts = this.#counts;
    const { sequences } = of;
    const met: Extension[] = [];
    for (let at = 0; at < of.size; at++) {
      found.find(of, at, this.database);
      const count = this.database.counts[sequences[at]!]!;
      for (let i = 0; i < found.count; i++) {
        const extension = found.extensions[i]!;
        if (counts[extension] === 0) met.push(extension);
        counts[extension]! += count;
      }
    }
    level.extensions = met.filter((extension) => counts[extension]! >= this.minCount).sort((a, b) => a - b);
    level.freqs = level.extensions.map((extension) => counts[extension]!);
    level.at = 0;
    for (const extension of met) counts[extension] = 0;
  }
}
