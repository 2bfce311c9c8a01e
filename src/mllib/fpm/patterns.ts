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
/** No extension: after those of a postfix. */
const END_OF_POSTFIX = 0;

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
  /** The postfixes that have extension i are owners[ownerEnds[i - 1], ownerEnds[i]); none are known where no longer prefix is looked for. */
  owners = new Int32Array(64);
  ownerEnds = new Int32Array(0);
  /** The extension whose patterns are next. */
  at = 0;
}

/** Finds patterns of at least `minCount` sequences of a database. */
export class PatternMiner {
  readonly #out = new PatternWriter();
  readonly #levels: Level[] = [];
  readonly #found: FoundExtensions;
  readonly #counts: Float64Array;
  /** Of the level that is counted: in how many postfixes an extension is, then the place of its next owner. */
  readonly #places: Int32Array;
  /** The extensions of its postfixes, one postfix after the other. */
  #pairs = new Int32Array(64);
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
    this.#places = new Int32Array(extensionsOf(items));
  }

  /** Patterns that begin with the prefix, longer than that, up to `maxLength` items. What is found last comes with `rest`. */
  *patterns(prefix: ArrayLike<Extension>, postfixes: Postfixes): Generator<PatternBlock> {
    const out = this.#out;
    for (let i = 0; i < prefix.length; i++) out.put(i, prefix[i]!);
    if (prefix.length >= this.maxLength) return;
    this.#count(this.#level(0), postfixes, prefix.length + 1 < this.maxLength);
    for (let depth = 0; depth >= 0;) {
      const level = this.#level(depth);
      if (level.at === level.extensions.length) {
        depth--;
        continue;
      }
      const at = level.at++;
      const length = prefix.length + depth + 1;
      out.put(length - 1, level.extensions[at]!);
      out.add(level.freqs[at]!);
      if (out.isFull) yield out.take();
      if (length >= this.maxLength) continue;
      const below = this.#level(depth + 1);
      this.#project(depth === 0 ? postfixes : level.own, level, at, below.own);
      this.#count(below, below.own, length + 1 < this.maxLength);
      depth++;
    }
  }

  *rest(): Generator<PatternBlock> {
    if (!this.#out.isEmpty) yield this.#out.take();
  }

  #level(depth: number): Level {
    return (this.#levels[depth] ??= new Level());
  }

  /** What remains of those postfixes of a level that have its extension number `index`. */
  #project(of: Postfixes, { extensions, owners, ownerEnds }: Level, index: number, to: Postfixes): void {
    const extension = extensions[index]!;
    to.clear();
    for (let i = index === 0 ? 0 : ownerEnds[index - 1]!; i < ownerEnds[index]!; i++) {
      if (++this.#steps % CHECK_EVERY === 0) this.check();
      to.addProjection(of, owners[i]!, extension, this.database);
    }
  }

  /** `owned`: also which postfixes have each extension. */
  #count(level: Level, of: Postfixes, owned: boolean): void {
    const found = this.#found;
    const counts = this.#counts;
    const places = this.#places;
    const { sequences } = of;
    const met: Extension[] = [];
    let pairs = 0;
    for (let at = 0; at < of.size; at++) {
      if (++this.#steps % CHECK_EVERY === 0) this.check();
      found.find(of, at, this.database);
      const count = this.database.counts[sequences[at]!]!;
      for (let i = 0; i < found.count; i++) {
        const extension = found.extensions[i]!;
        if (places[extension]!++ === 0) met.push(extension);
        counts[extension]! += count;
      }
      if (!owned) continue;
      if (pairs + found.count >= this.#pairs.length) this.#pairs = grown(this.#pairs, pairs + found.count + 1);
      for (let i = 0; i < found.count; i++) this.#pairs[pairs++] = found.extensions[i]!;
      this.#pairs[pairs++] = END_OF_POSTFIX;
    }
    level.extensions = met.filter((extension) => counts[extension]! >= this.minCount).sort((a, b) => a - b);
    level.freqs = level.extensions.map((extension) => counts[extension]!);
    level.at = 0;
    if (owned) this.#own(level, pairs);
    for (const extension of met) counts[extension] = places[extension] = 0;
  }

  /** Sorts the postfixes by the frequent ones of the extensions that they have. */
  #own(level: Level, pairs: number): void {
    const { extensions } = level;
    const places = this.#places;
    const counts = this.#counts;
    let owners = 0;
    for (const extension of extensions) {
      const count = places[extension]!;
      places[extension] = owners;
      owners += count;
    }
    if (level.owners.length < owners) level.owners = grown(level.owners, owners);
    for (let i = 0, at = 0; i < pairs; i++) {
      const extension = this.#pairs[i]!;
      if (extension === END_OF_POSTFIX) at++;
      else if (counts[extension]! >= this.minCount) level.owners[places[extension]!++] = at;
    }
    level.ownerEnds = Int32Array.from(extensions, (extension) => places[extension]!);
  }
}
