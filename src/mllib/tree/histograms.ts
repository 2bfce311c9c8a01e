/** Histograms of nodes, in the kernels' memory: made of rows, part by part; of a parent less a child; as the finder reads them. */
import { type Address, type TreeKernels, type TreeMemory, NEAR_BYTES } from "../kernels/trees/tree-kernels";
import { binsOf, type FeatureBins, type GrowthSpec } from "./features";
import type { BinLayout, Sums } from "./split-finder";
import { entriesIn, MOST_PARTS, type Ranges, type Work } from "./work";

/** The table of bins that histograms are made of. */
export interface TableAt {
  readonly address: Address;
  readonly stride: number;
  readonly wide: boolean;
  /** Labels or weights as whole numbers, 0 where entries have all there is. */
  readonly values: Address;
}

/** Where the sums of the offered features begin. */
export interface NodeSums {
  readonly sums: Sums;
  readonly starts: ArrayLike<number>;
}

/** Kinds of numbers, as the kernels know them. */
const COUNTS = 0;
const DOUBLES = 1;
const PACKED = 2;

/** Packed sums have room for so many bins of each feature, where they are enough for all. */
const FEW_BINS = 32;
const MOST_BINS = 256;

export class Histograms {
  /** Bytes of a node's. */
  readonly #bytes: number;
  readonly #kind: number;
  readonly #free: Address[] = [];
  /** Of parts of a node's rows. */
  readonly #partial: Address[] = [];
  readonly #offsets: Address;
  readonly #places: Address;
  readonly #unpacked: Address = 0;
  readonly #near: Address;
  readonly #room: number;

  /**
   * `slots` nodes at a time. `shift`: sums are packed, rows below so many bits, all features of each node are offered, and all rows
   * count once; null: not so. With `parts`, rows are worked on in parts.
   */
  constructor(
    private readonly memory: TreeMemory,
    private readonly spec: GrowthSpec,
    private readonly layout: BinLayout,
    private readonly table: TableAt,
    private readonly shift: number | null,
    slots: number,
    parts: boolean,
  ) {
    const { features } = spec;
    const mostBins = features.reduce((most, feature) => Math.max(most, binsOf(feature)), 1);
    this.#kind = shift !== null ? PACKED : layout.classes > 0 && !layout.weighted ? COUNTS : DOUBLES;
    this.#room = mostBins <= FEW_BINS ? FEW_BINS : MOST_BINS;
    // A node that looks at some features has the largest ones at worst.
    const largest = features.map((feature) => this.#bytesOf(feature)).toSorted((a, b) => b - a);
    this.#bytes = largest.slice(0, spec.featuresPerNode).reduce((sum, bytes) => sum + bytes, 0);
    if (shift !== null) {
      this.#bytes = this.#packedFeatures * this.#room * 8;
      this.#unpacked = memory.allocate(this.#bytes * 2);
    }
    for (let i = 0; i < slots; i++) this.#free.push(memory.allocate(this.#bytes));
    if (parts) for (let i = 1; i < MOST_PARTS; i++) this.#partial.push(memory.allocate(this.#bytes));
    this.#near = memory.allocate(NEAR_BYTES * MOST_PARTS);
    this.#offsets = memory.allocate(features.length * 4);
    this.#places = memory.allocate(features.length * 4 * MOST_PARTS);
  }

  get #packedFeatures(): number {
    return 4 * Math.ceil(this.spec.features.length / 4);
  }

  get #elementBytes(): number {
    return this.#kind === COUNTS ? 4 : 8;
  }

  #bytesOf(feature: FeatureBins): number {
    return Math.ceil((binsOf(feature) * this.layout.step * this.#elementBytes) / 16) * 16;
  }

  take(): Address {
    return this.#free.pop()!;
  }

  give(slot: Address): void {
    this.#free.push(slot);
  }

  /** Of the entries in `ranges`. */
  build(slot: Address, ranges: Ranges, offered: Uint32Array, work: Work): void {
    const filled = ranges.filter(([from, to]) => to > from);
    const wide = (this.shift === null ? this.table.wide : this.#room === MOST_BINS) ? 1 : 0;
    const { address, stride } = this.table;
    this.#inParts(slot, filled.length, work.isShared(entriesIn(filled)), (slots, shared) => {
      const [kernel, rest] = this.#kernel(offered, slots);
      work.run(
        kernel,
        filled.map(([from, to], part) => [wide, from, to, address, stride, ...rest(part)]),
        shared,
      );
    });
  }

  /**
   * Of packed sums: divides the entries in `ranges` as `split` does, and builds the histogram of one side (0 left, 1 right); gives where the sides
   * meet in each part. `splitOf` gives the arguments of `splitPacked` for a part up to there.
   */
  splitAndBuild(
    slot: Address,
    ranges: Ranges,
    side: 0 | 1,
    splitOf: (part: number) => readonly number[],
    work: Work,
  ): ArrayLike<number> {
    const { address, stride } = this.table;
    const wide = this.#room === MOST_BINS ? 1 : 0;
    return this.#inParts(slot, ranges.length, work.isShared(entriesIn(ranges)), (slots, shared) => {
      const rest = (part: number): readonly number[] => [slots[part]!, this.#nearOf(part)];
      const common = [side, wide, address, stride, this.#packedFeatures, this.shift!];
      return work.run(
        "splitPacked",
        ranges.map((_, part) => [...splitOf(part), ...common, ...rest(part)]),
        shared,
      );
    });
  }

  /** Has sums made in the slot, or where threads share the work, of each part in one of its own, and adds these up. */
  #inParts<T>(slot: Address, parts: number, shared: boolean, sums: (slots: readonly Address[], shared: boolean) => T): T {
    const own = shared ? this.#partial.slice(0, parts - 1) : [];
    for (const at of [slot, ...own]) new Uint8Array(this.memory.buffer, at, this.#bytes).fill(0);
    const result = sums(
      Array.from({ length: parts }, (_, part) => (part === 0 ? slot : (own[part - 1] ?? slot))),
      shared,
    );
    for (const part of own) this.memory.kernels.add(slot, part, this.#bytes, this.#kind);
    return result;
  }

  #nearOf(part: number): Address {
    return this.#near + part * NEAR_BYTES;
  }

  /** The kernel, and the rest of its arguments for each part. */
  #kernel(offered: Uint32Array, slots: readonly Address[]): readonly [keyof TreeKernels, (part: number) => readonly number[]] {
    const { shift, layout, table } = this;
    if (shift !== null) return ["packed", (part) => [this.#packedFeatures, shift, slots[part]!, this.#nearOf(part)]];
    const { buffer } = this.memory;
    const { features } = this.spec;
    const many = offered.length;
    new Uint32Array(buffer, this.#offsets, many).set(offered.map((feature) => feature * (table.wide ? 2 : 1)));
    slots.forEach((start, part) => {
      const places = new Uint32Array(buffer, this.#places + 4 * part * features.length, many);
      let at = start;
      for (let i = 0; i < many; i++) {
        places[i] = at;
        at += this.#bytesOf(features[offered[i]!]!);
      }
    });
    const common = (part: number): readonly number[] => [this.#offsets, this.#places + 4 * part * features.length, many];
    if (layout.classes === 0) return [layout.weighted ? "weighted" : "pairs", (part) => [...common(part), table.values]];
    if (layout.weighted) return ["weightedClasses", (part) => [...common(part), table.values, layout.classes]];
    return ["classes", (part) => [...common(part), layout.classes, this.#nearOf(part)]];
  }

  /** Takes the rows of one child from those of its parent. */
  subtract(parent: Address, child: Address): void {
    this.memory.kernels.subtract(parent, child, this.#bytes, this.#kind);
  }

  /** Good until the next call, or a change of the slot. */
  read(slot: Address, offered: Uint32Array): NodeSums {
    const { buffer, kernels } = this.memory;
    const { features } = this.spec;
    if (this.shift !== null) {
      const bins = this.#packedFeatures * this.#room;
      kernels.unpack(slot, bins, this.shift, this.#unpacked);
      const starts = Array.from(offered, (feature) => 2 * feature * this.#room);
      return { sums: new Float64Array(buffer, this.#unpacked, 2 * bins), starts };
    }
    const sums = this.#kind === COUNTS ? new Uint32Array(buffer) : new Float64Array(buffer);
    let at = slot;
    const starts = Array.from(offered, (feature) => {
      const own = at / this.#elementBytes;
      at += this.#bytesOf(features[feature]!);
      return own;
    });
    return { sums, starts };
  }
}
