/** Grows trees over a table of bins, in one thread: histograms by node, depth first. */
import { type Address, type TreeKernels, TreeMemory } from "../kernels/trees/tree-kernels";
import { type BinnedTable, packingOf, type Scales } from "./binned-table";
import { binsOf, type GrowthSpec } from "./features";
import { finishSums, GrowthRules, restScaleOf } from "./growth-rules";
import { Histograms } from "./histograms";
import { type Leaf, LeafPasses } from "./leaves";
import { LOSS_NUMBERS, type LossName } from "./losses";
import { featureSubset, sampleLimits, treeSeed } from "./random";
import { type BinLayout, layoutOf, SplitFinder, totalsWidth } from "./split-finder";
import { TreeBuilder, type TreeData } from "./tree-data";
import { entriesIn, type OfferMemory, type Ranges, Work } from "./work";

/** How a grower is used. */
export interface GrowerOptions {
  readonly checkInterrupted?: () => void;
  /** Boosting: the table's targets are labels, and trees learn what `learnGradients` makes of them. */
  readonly boosting?: boolean;
  /** Boosting with a crew. */
  readonly offer?: OfferMemory | undefined;
}

/** Of so many pairs of leaves in a tree, where sums are packed, rows are not divided before their labels are summed up. */
const MOST_PAIRS = 256;
/** Packed sums are of features with as many bins at most. */
const PAIR_BYTES = 256;

type Sides = readonly [left: Ranges, right: Ranges];

export class TreeGrower {
  readonly #memory = TreeMemory.take();
  readonly #work: Work;
  readonly #layout: BinLayout;
  readonly #finder: SplitFinder;
  readonly #rules: GrowthRules;
  readonly #histograms: Histograms;
  readonly #checkInterrupted: () => void;
  readonly #wide: number;
  /** Bins by features. */
  readonly #columns: Address;
  readonly #keys: Address;
  readonly #labels: Address;
  readonly #values: Address;
  /** Of regression: labels, weights as they came. */
  readonly #targets: Address;
  readonly #weights: Address;
  readonly #passes: LeafPasses;
  readonly #limits: Address;
  readonly #limitCount: number;
  readonly #entries: Address;
  /** Entries of a node's children, where its own stand in `entries`, and the other way round. */
  readonly #turned: Address;
  /** Which bins go left; and after that of pairs of leaves whose rows are not divided. */
  readonly #goes: Address;
  readonly #goesOfPairs: Address;
  readonly #subtracts: boolean;
  /** Whether entries have whole numbers in place of counts (histograms are packed). */
  readonly #packed: boolean;
  /** Of boosting: labels and predictions. */
  readonly #labelsOfAll: Address;
  readonly #predictions: Address;
  /** Of boosting: the number of each one's leaf, and what leaves add to predictions. */
  readonly #leafOf: Address;
  readonly #leafValues: Address;
  /** Leaves of the last tree, with their rows, and how many of them are pairs. */
  readonly #leaves: Leaf[] = [];
  #pairs = 0;
  #tree = 0;

  constructor(
    private readonly spec: GrowthSpec,
    private readonly table: BinnedTable,
    private scales: Scales,
    { checkInterrupted = () => undefined, boosting = false, offer }: GrowerOptions = {},
  ) {
    const { classes, features, sampling } = spec;
    const { rows } = table;
    const weighted = table.weights !== null;
    this.#checkInterrupted = checkInterrupted;
    this.#layout = layoutOf(classes, weighted, scales.weight);
    this.#finder = new SplitFinder(spec, this.#layout);
    this.#rules = new GrowthRules(spec, this.#finder);
    this.#wide = table.wide ? 1 : 0;
    this.#subtracts = spec.featuresPerNode >= features.length;
    const packing = boosting ? packingOf(rows, weighted, spec) : null;
    this.#packed = packing !== null;

    const memory = this.#memory;
    const address = memory.allocate(table.cells.byteLength, "any");
    this.#columns = memory.allocate(rows * features.length * (1 + this.#wide), "any");
    this.#keys = table.keys === null ? 0 : memory.allocate(rows * 4, "any");
    this.#labels = table.classes === null ? 0 : memory.allocate(rows * 2, "any");
    const valueBytes = classes > 0 ? (weighted ? 8 : 0) : this.#packed ? 0 : 16;
    this.#values = valueBytes === 0 ? 0 : memory.allocate(rows * valueBytes, "any");
    this.#targets = classes > 0 ? 0 : memory.allocate(rows * 8, "any");
    this.#weights = classes > 0 || !weighted ? 0 : memory.allocate(rows * 8, "any");
    const limits = sampling === null ? new Uint32Array(0) : sampleLimits(sampling.rate, sampling.replacement);
    this.#limitCount = limits.length;
    this.#limits = memory.allocate(limits.byteLength);
    this.#entries = memory.allocate(rows * 8, "any");
    this.#turned = memory.allocate(rows * 8, "any");
    this.#goes = memory.allocate(features.reduce((most, feature) => Math.max(most, binsOf(feature)), 1));
    this.#goesOfPairs = this.#packed ? memory.allocate(MOST_PAIRS * PAIR_BYTES) : 0;
    this.#labelsOfAll = boosting ? memory.allocate(rows * 8, "any") : 0;
    this.#predictions = boosting ? memory.allocate(rows * 8) : 0;
    this.#leafOf = boosting ? memory.allocate(rows * 4, "any") : 0;
    this.#leafValues = boosting ? memory.allocate(Math.min(rows, 2 ** spec.maxDepth) * 8) : 0;
    const rowsAt = { targets: this.#targets, weights: this.#weights, leafOf: this.#leafOf };
    this.#passes = new LeafPasses(memory, rowsAt, offer !== undefined);
    const { stride, wide } = table;
    const at = { address, stride, wide, values: this.#values };
    const slots = this.#subtracts ? spec.maxDepth + 2 : 1;
    this.#histograms = new Histograms(memory, spec, this.#layout, at, packing?.shift ?? null, slots, offer !== undefined);

    this.#work = new Work(memory, checkInterrupted);
    // Everything is allocated. Those who assist come while the table is laid out.
    if (offer !== undefined) this.#work.lead(offer);

    const { buffer } = memory;
    new Uint8Array(buffer, address, table.cells.byteLength).set(table.cells);
    if (table.keys !== null) new Uint32Array(buffer, this.#keys, rows).set(table.keys);
    if (table.classes !== null) new Uint16Array(buffer, this.#labels, rows).set(table.classes);
    if (classes > 0 && table.weights !== null) this.#setWeights(table.weights);
    if (this.#weights !== 0) new Float64Array(buffer, this.#weights, rows).set(table.weights!);
    new Uint32Array(buffer, this.#limits, limits.length).set(limits);
    if (table.targets !== null) {
      const targets = new Float64Array(buffer, this.#targets, rows);
      targets.set(table.targets);
      if (boosting) new Float64Array(buffer, this.#labelsOfAll, rows).set(targets);
    }

    this.#overRows("columns", (from, to) => [this.#wide, address, stride, features.length, from, to, rows, this.#columns]);
    if (table.targets !== null) this.scale(scales);
  }

  #setWeights(weights: Float64Array): void {
    const scaled = new Float64Array(this.#memory.buffer, this.#values, this.table.rows);
    for (let row = 0; row < weights.length; row++) scaled[row] = Math.round(weights[row]! * this.scales.weight);
  }

  /** What whole numbers in the sums of the next trees stand for, after what they learn has changed. */
  scale(scales: Scales): void {
    this.scales = scales;
    this.#finder.valueScale = scales.value;
    // Packed, entries are given their whole numbers when they are drawn.
    if (this.#packed) return;
    const { weight, value, center } = scales;
    this.#overRows("scaled", (from, to) => [this.#targets, this.#weights, from, to, weight, value, center, this.#values]);
  }

  get predictions(): Float64Array {
    return new Float64Array(this.#memory.buffer, this.#predictions, this.table.rows);
  }

  /** Sets what trees learn to the negative gradients at the predictions; gives the largest size. */
  learnGradients(loss: LossName): number {
    const kind = LOSS_NUMBERS[loss];
    const [labels, predictions, targets] = [this.#labelsOfAll, this.#predictions, this.#targets];
    return Math.max(0, ...this.#overRows("gradients", (from, to) => [kind, labels, predictions, from, to, targets]));
  }

  /** As `learnGradients`, after adding to the predictions what the leaves of the last tree give their rows: all rows. */
  advance(loss: LossName, valueOf: (node: number) => number): number {
    const nodes = this.#leaves.flatMap((leaf) => leaf.nodes);
    new Float64Array(this.#memory.buffer, this.#leafValues, nodes.length).set(nodes.map(valueOf));
    const before = [LOSS_NUMBERS[loss], this.#leafOf, this.#leafValues, this.#labelsOfAll, this.#predictions];
    return Math.max(0, ...this.#overRows("advance", (from, to) => [...before, from, to, this.#targets]));
  }

  /** The crew goes. */
  end(): void {
    this.#work.end();
  }

  /** After `end`, where nothing went wrong: the next grower of this thread may have the memory. */
  giveBack(): void {
    this.#memory.giveBack();
  }

  #overRows(
    kernel: keyof TreeKernels,
    argumentsOf: (from: number, to: number) => readonly number[],
  ): ArrayLike<number> & Iterable<number> {
    return this.#work.run(
      kernel,
      this.#work.parts(this.table.rows).map(([from, to]) => argumentsOf(from, to)),
    );
  }

  /** Tree number `tree` of the spec's seed. */
  grow(tree: number): TreeData {
    const { spec, scales } = this;
    this.#tree = treeSeed(spec.seed, tree);
    const ranges = this.#draw();
    const builder = new TreeBuilder(spec.classes > 0 ? spec.classes : 3, spec.impurity);
    this.#leaves.length = 0;
    this.#pairs = 0;
    const totals = new Float64Array(totalsWidth(this.#layout));
    const offered = featureSubset(this.#tree, 1, spec.features.length, spec.featuresPerNode);
    const histogram = this.#histograms.take();
    this.#histograms.build(histogram, ranges, offered, this.#work);
    const { sums, starts } = this.#histograms.read(histogram, offered);
    this.#finder.totals(sums, starts[0]!, binsOf(spec.features[offered[0]!]!), totals);
    this.#node(builder, 1, 0, ranges, totals, histogram, offered, scales);
    if (spec.classes === 0) this.#finishSums(builder, scales);
    return builder.finish();
  }

  /** The rows that the tree sees. */
  #draw(): Ranges {
    const sampled = this.#sample();
    const { value, center } = this.scales;
    if (sampled === null)
      return this.#drawn((part, parts, at) =>
        this.#packed
          ? ["allQuantized", [part, parts, this.table.rows, this.#targets, value, center, at]]
          : ["all", [part, parts, this.table.rows, this.#labels, at]],
      );
    const filled = sampled.filter(([from, to]) => to > from);
    if (this.#packed)
      this.#work.run(
        "quantize",
        filled.map(([from, to]) => [from, to, this.#targets, value, center]),
      );
    return sampled;
  }

  /** Null where every row is seen once. An empty sample is none. */
  #sample(): Ranges | null {
    if (this.spec.sampling === null) return null;
    const { rows } = this.table;
    const rest = [this.#keys, this.#tree, this.#limits, this.#limitCount, this.#labels];
    const ranges = this.#drawn((part, parts, at) => ["sample", [part, parts, rows, ...rest, at]]);
    return entriesIn(ranges) === 0 ? null : ranges;
  }

  /** Entries of each part of the rows, by a kernel that says where they end. */
  #drawn(call: (part: number, parts: number, at: Address) => [kernel: keyof TreeKernels, args: readonly number[]]): Ranges {
    const counts = this.#work.rowsOfParts(this.table.rows);
    let at = this.#entries;
    const starts = counts.map((rows) => {
      const start = at;
      at += 8 * rows;
      return start;
    });
    const calls = starts.map((start, part) => call(part, counts.length, start));
    const ends = this.#work.run(
      calls[0]![0],
      calls.map(([, args]) => args),
    );
    return starts.map((start, part) => [start, ends[part]!]);
  }

  /** Grows the subtree of the rows in `ranges`; gives its node. `histogram` (0: none yet) is this call's to free. */
  #node(
    builder: TreeBuilder,
    path: number,
    depth: number,
    ranges: Ranges,
    totals: Float64Array,
    histogram: Address,
    known: Uint32Array | null,
    scales: Scales,
  ): number {
    const { spec } = this;
    const grows = this.#rules.mayGrow(totals, depth);
    const node = this.#add(builder, depth, totals, grows, scales);
    if (!grows) {
      this.#leaf(node, ranges, histogram);
      return node;
    }
    this.#checkInterrupted();
    let slot = histogram;
    const offered = known ?? featureSubset(this.#tree, path, spec.features.length, spec.featuresPerNode);
    if (slot === 0) {
      slot = this.#histograms.take();
      this.#histograms.build(slot, ranges, offered, this.#work);
    }
    const finder = this.#finder;
    const { sums, starts } = this.#histograms.read(slot, offered);
    finder.find(sums, offered, starts, totals);
    if (finder.place < 0) {
      if (!finder.valid) builder.refuse(node);
      this.#leaf(node, ranges, slot);
      return node;
    }
    const feature = offered[finder.place]!;
    this.#ask(builder, node, feature);
    const left = finder.left.slice();
    const right = totals.map((sum, i) => sum - left[i]!);
    const growsLeft = this.#rules.mayGrow(left, depth + 1);
    const growsRight = this.#rules.mayGrow(right, depth + 1);
    if (!growsLeft && !growsRight && this.#packed && this.#pairs < MOST_PAIRS) {
      this.#histograms.give(slot);
      this.#pair(builder, node, depth, ranges, feature, left, right, scales);
      return node;
    }
    // The rows of children that are leaves matter in regression alone, for the squares of their labels.
    let sides: Sides = [[], []];
    let leftSlot = 0;
    let rightSlot = 0;
    if (this.#subtracts && (growsLeft || growsRight)) {
      const small = this.#histograms.take();
      let leftIsSmall: boolean;
      if (this.#packed) {
        // Every entry counts once.
        leftIsSmall = 2 * left[left.length - 1]! <= entriesIn(ranges);
        sides = this.#route(ranges, feature, (splitOf) =>
          this.#histograms.splitAndBuild(small, ranges, leftIsSmall ? 0 : 1, splitOf, this.#work),
        );
      } else {
        sides = this.#route(ranges, feature);
        leftIsSmall = entriesIn(sides[0]) <= entriesIn(sides[1]);
        this.#histograms.build(small, sides[leftIsSmall ? 0 : 1], offered, this.#work);
      }
      if (leftIsSmall ? growsRight : growsLeft) this.#histograms.subtract(slot, small);
      [leftSlot, rightSlot] = leftIsSmall ? [small, slot] : [slot, small];
    } else {
      this.#histograms.give(slot);
      if (growsLeft || growsRight || spec.classes === 0) sides = this.#route(ranges, feature);
    }
    const all = this.#subtracts ? offered : null;
    this.#node(builder, path * 2, depth + 1, sides[0], left, leftSlot, all, scales);
    builder.setRight(node, this.#node(builder, path * 2 + 1, depth + 1, sides[1], right, rightSlot, all, scales));
    return node;
  }

  #add(builder: TreeBuilder, depth: number, totals: Float64Array, grows: boolean, scales: Scales): number {
    const refused = !grows && depth < this.spec.maxDepth && this.#rules.isMixed(totals);
    return builder.add(depth, this.#rules.stats(totals, scales), totals[totals.length - 1]!, refused);
  }

  /** The children of a node, both leaves, of which `ranges` has the rows. */
  #pair(
    builder: TreeBuilder,
    node: number,
    depth: number,
    ranges: Ranges,
    feature: number,
    left: Float64Array,
    right: Float64Array,
    scales: Scales,
  ): void {
    const leftNode = this.#add(builder, depth + 1, left, false, scales);
    const rightNode = this.#add(builder, depth + 1, right, false, scales);
    builder.setRight(node, rightNode);
    const goes = this.#goesOfPairs + this.#pairs++ * PAIR_BYTES;
    const { buffer } = this.#memory;
    new Uint8Array(buffer, goes, PAIR_BYTES).set(new Uint8Array(buffer, this.#goes, binsOf(this.spec.features[feature]!)));
    this.#leaves.push({ nodes: [leftNode, rightNode], ranges, question: { column: this.#columnOf(feature), goes } });
  }

  #columnOf(feature: number): Address {
    return this.#columns + feature * this.table.rows * (1 + this.#wide);
  }

  /**
   * Writes a node's entries to the other place, part by part: those that go left, and the others. `split`, which by default does that alone,
   * gives where the sides of each part meet; `splitOf` are the arguments of the kernels: entries, column, bins that go left, both places.
   */
  #route(ranges: Ranges, feature: number, split?: (splitOf: (part: number) => readonly number[]) => ArrayLike<number>): Sides {
    const size = 1 + this.#wide;
    const column = this.#columnOf(feature);
    const [first] = ranges[0]!;
    const inEntries = first >= this.#entries && first <= this.#entries + 8 * this.table.rows;
    const by = inEntries ? this.#turned - this.#entries : this.#entries - this.#turned;
    const middles =
      split === undefined
        ? this.#work.run(
            "split",
            ranges.map(([from, to]) => [this.#wide, from, to, column, size, this.#goes, from + by, to + by]),
            this.#work.isShared(entriesIn(ranges)),
          )
        : split((part) => {
            const [from, to] = ranges[part]!;
            return [from, to, column, this.#goes, from + by, to + by];
          });
    return [ranges.map(([from], part) => [from + by, middles[part]!]), ranges.map(([, to], part) => [middles[part]!, to + by])];
  }

  #leaf(node: number, ranges: Ranges, histogram: Address): void {
    if (histogram !== 0) this.#histograms.give(histogram);
    if (this.spec.classes === 0) this.#leaves.push({ nodes: [node], ranges, question: null });
  }

  /** Notes the finder's question in the tree, and in `goes` which bins go left. */
  #ask(builder: TreeBuilder, node: number, feature: number): void {
    const { cut, gain, order } = this.#finder;
    const bins = this.spec.features[feature]!;
    const goes = new Uint8Array(this.#memory.buffer, this.#goes, binsOf(bins)).fill(0);
    if (bins.kind === "continuous") {
      goes.fill(1, 0, cut + 1);
      builder.split(node, feature, gain, bins.thresholds[cut]!, -1, []);
      return;
    }
    const categories = order.slice(0, cut + 1);
    for (const category of categories) goes[category] = 1;
    builder.split(node, feature, gain, NaN, bins.arity, categories);
  }

  /** What the histograms did not see comes from the rows of the leaves. */
  #finishSums(builder: TreeBuilder, scales: Scales): void {
    const { rows } = this.table;
    const rests = new Float64Array(builder.size);
    const squares = new Float64Array(builder.size);
    this.#passes.sums(this.#leaves, scales, restScaleOf(rows), this.#packed, this.#work, (node, rest, square) => {
      rests[node] = rest;
      squares[node] = square;
    });
    finishSums(builder, rests, squares, rows, scales);
  }
}
