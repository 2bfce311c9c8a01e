/** Grows trees over a table of bins, in one thread: histograms by node, depth first. */
import { MOST_ITEMS } from "../kernels/crew";
import { type Address, type HistogramKernels, HistogramMemory } from "../kernels/histogram-kernels";
import { type BinnedTable, packingOf, type Scales } from "./binned-table";
import { binsOf, type GrowthSpec } from "./features";
import { finishSums, GrowthRules, restScaleOf } from "./growth-rules";
import { Histograms } from "./histograms";
import { LOSS_NUMBERS, type LossName } from "./losses";
import { featureSubset, sampleLimits, treeSeed } from "./random";
import { type BinLayout, layoutOf, SplitFinder, totalsWidth } from "./split-finder";
import { TreeBuilder, type TreeData } from "./tree-data";
import { type OfferMemory, Work } from "./work";

interface Leaf {
  readonly node: number;
  readonly from: Address;
  readonly to: Address;
}

/** How a grower is used. */
export interface GrowerOptions {
  readonly checkInterrupted?: () => void;
  /** Boosting: the table's targets are labels, and trees learn what `learnGradients` makes of them. */
  readonly boosting?: boolean;
  /** Boosting with a crew. */
  readonly offer?: OfferMemory | undefined;
}

export class TreeGrower {
  readonly #memory = new HistogramMemory();
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
  /** Of regression: labels, weights as they came, two sums for each of some leaves. */
  readonly #targets: Address;
  readonly #weights: Address;
  readonly #leafSums: Address;
  readonly #limits: Address;
  readonly #limitCount: number;
  readonly #entries: Address;
  /** Entries of a node's children, where its own stand in `entries`, and the other way round. */
  readonly #turned: Address;
  readonly #goes: Address;
  readonly #subtracts: boolean;
  /** Whether entries have whole numbers in place of counts (histograms are packed). */
  readonly #packed: boolean;
  /** Of boosting: labels and predictions. */
  readonly #labelsOfAll: Address;
  readonly #predictions: Address;
  /** Leaves of the last tree, with their rows. */
  readonly leaves: Leaf[] = [];
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
    const address = memory.allocate(table.cells.byteLength);
    this.#columns = memory.allocate(rows * features.length * (1 + this.#wide));
    this.#keys = table.keys === null ? 0 : memory.allocate(rows * 4);
    this.#labels = table.classes === null ? 0 : memory.allocate(rows * 2);
    const valueBytes = classes > 0 ? (weighted ? 8 : 0) : this.#packed ? 0 : 16;
    this.#values = valueBytes === 0 ? 0 : memory.allocate(rows * valueBytes);
    this.#targets = classes > 0 ? 0 : memory.allocate(rows * 8);
    this.#weights = classes > 0 || !weighted ? 0 : memory.allocate(rows * 8);
    this.#leafSums = memory.allocate(MOST_ITEMS * 16);
    const limits = sampling === null ? new Uint32Array(0) : sampleLimits(sampling.rate, sampling.replacement);
    this.#limitCount = limits.length;
    this.#limits = memory.allocate(limits.byteLength);
    this.#entries = memory.allocate(rows * 8);
    this.#turned = memory.allocate(rows * 8);
    this.#goes = memory.allocate(features.reduce((most, feature) => Math.max(most, binsOf(feature)), 1));
    this.#labelsOfAll = boosting ? memory.allocate(rows * 8) : 0;
    this.#predictions = boosting ? memory.allocate(rows * 8) : 0;
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
      new Float64Array(buffer, this.#targets, rows).set(table.targets);
      if (boosting) new Float64Array(buffer, this.#labelsOfAll, rows).set(table.targets);
    }

    this.#overRows("columns", (from, to) => [this.#wide, address, stride, features.length, from, to, rows, this.#columns]);
    if (table.targets !== null) this.#scaleTargets(scales);
  }

  #setWeights(weights: Float64Array): void {
    const scaled = new Float64Array(this.#memory.buffer, this.#values, this.table.rows);
    for (let row = 0; row < weights.length; row++) scaled[row] = Math.round(weights[row]! * this.scales.weight);
  }

  #scaleTargets(scales: Scales): void {
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

  /** Sets what trees learn to the negative gradients at the predictions; `scalesOf` is given the largest size. */
  learnGradients(loss: LossName, scalesOf: (most: number) => Scales): void {
    const kind = LOSS_NUMBERS[loss];
    const sizes = this.#overRows("gradients", (from, to) => [
      kind,
      this.#labelsOfAll,
      this.#predictions,
      from,
      to,
      this.#targets,
    ]);
    this.#scaleTargets(scalesOf(Math.max(0, ...sizes)));
  }

  /** Adds to the predictions what the leaves of the last tree give their rows. */
  addLeaves(valueOf: (node: number) => number): void {
    this.#overLeaves("shift", ({ node, from, to }) => [from, to, this.#predictions, valueOf(node)]);
  }

  /** The crew goes. */
  end(): void {
    this.#work.end();
  }

  #overRows(
    kernel: keyof HistogramKernels,
    argumentsOf: (from: number, to: number) => readonly number[],
  ): ArrayLike<number> & Iterable<number> {
    return this.#work.run(
      kernel,
      this.#work.parts(this.table.rows).map(([from, to]) => argumentsOf(from, to)),
    );
  }

  #overLeaves(
    kernel: keyof HistogramKernels,
    argumentsOf: (leaf: Leaf, place: number) => readonly number[],
    done?: (leaves: readonly Leaf[]) => void,
  ): void {
    const together = this.#work.parts(this.table.rows).length > 1 && this.leaves.length <= MOST_ITEMS ? MOST_ITEMS : 1;
    for (let i = 0; i < this.leaves.length; i += together) {
      const leaves = this.leaves.slice(i, i + together);
      this.#work.run(kernel, leaves.map(argumentsOf));
      done?.(leaves);
    }
  }

  /** Tree number `tree` of the spec's seed. */
  grow(tree: number): TreeData {
    const { spec, scales } = this;
    this.#tree = treeSeed(spec.seed, tree);
    const end = this.#draw();
    const builder = new TreeBuilder(spec.classes > 0 ? spec.classes : 3, spec.impurity);
    this.leaves.length = 0;
    const totals = new Float64Array(totalsWidth(this.#layout));
    const offered = featureSubset(this.#tree, 1, spec.features.length, spec.featuresPerNode);
    const histogram = this.#histograms.take();
    this.#histograms.build(histogram, this.#entries, end, offered, this.#work);
    const { sums, starts } = this.#histograms.read(histogram, offered);
    this.#finder.totals(sums, starts[0]!, binsOf(spec.features[offered[0]!]!), totals);
    this.#node(builder, 1, 0, this.#entries, end, totals, histogram, offered, scales);
    if (spec.classes === 0) this.#finishSums(builder, scales);
    return builder.finish();
  }

  /** The rows that the tree sees; gives the end of their entries. */
  #draw(): Address {
    const entries = this.#entries;
    const end = this.#sample();
    if (!this.#packed) return end;
    const { value, center } = this.scales;
    this.#work.run(
      "quantize",
      this.#work.parts((end - entries) / 8).map(([a, b]) => [entries + 8 * a, entries + 8 * b, this.#targets, value, center]),
    );
    return end;
  }

  /** An empty sample is none: the tree then sees every row once. */
  #sample(): Address {
    const { kernels } = this.#memory;
    const { rows } = this.table;
    const entries = this.#entries;
    if (this.spec.sampling !== null) {
      const end = kernels.sample(this.#keys, 0, rows, this.#tree, this.#limits, this.#limitCount, this.#labels, entries);
      if (end !== entries) return end;
    }
    this.#overRows("all", (from, to) => [from, to, this.#labels, entries + 8 * from]);
    return entries + 8 * rows;
  }

  /** Grows the subtree of rows from … end; gives its node. `histogram` (0: none yet) is this call's to free. */
  #node(
    builder: TreeBuilder,
    path: number,
    depth: number,
    from: Address,
    end: Address,
    totals: Float64Array,
    histogram: Address,
    known: Uint32Array | null,
    scales: Scales,
  ): number {
    const { spec } = this;
    const node = builder.add(depth, this.#rules.stats(totals, scales), totals[totals.length - 1]!);
    if (!this.#rules.mayGrow(totals, depth)) {
      if (depth < spec.maxDepth && this.#rules.isMixed(totals)) builder.refuse(node);
      this.#leaf(node, from, end, histogram);
      return node;
    }
    this.#checkInterrupted();
    let slot = histogram;
    const offered = known ?? featureSubset(this.#tree, path, spec.features.length, spec.featuresPerNode);
    if (slot === 0) {
      slot = this.#histograms.take();
      this.#histograms.build(slot, from, end, offered, this.#work);
    }
    const finder = this.#finder;
    const { sums, starts } = this.#histograms.read(slot, offered);
    finder.find(sums, offered, starts, totals);
    if (finder.place < 0) {
      if (!finder.valid) builder.refuse(node);
      this.#leaf(node, from, end, slot);
      return node;
    }
    const feature = offered[finder.place]!;
    this.#ask(builder, node, feature);
    const left = finder.left.slice();
    const right = totals.map((sum, i) => sum - left[i]!);
    const growsLeft = this.#rules.mayGrow(left, depth + 1);
    const growsRight = this.#rules.mayGrow(right, depth + 1);
    // The rows of children that are leaves matter in regression alone, for the squares of their labels.
    let [start, middle, stop] = [from, from, from];
    if (growsLeft || growsRight || spec.classes === 0) [start, middle, stop] = this.#route(from, end, feature);
    let leftSlot = 0;
    let rightSlot = 0;
    if (this.#subtracts && (growsLeft || growsRight)) {
      const small = this.#histograms.take();
      const leftIsSmall = middle - start <= stop - middle;
      if (leftIsSmall) this.#histograms.build(small, start, middle, offered, this.#work);
      else this.#histograms.build(small, middle, stop, offered, this.#work);
      if (leftIsSmall ? growsRight : growsLeft) this.#histograms.subtract(slot, small);
      [leftSlot, rightSlot] = leftIsSmall ? [small, slot] : [slot, small];
    } else this.#histograms.give(slot);
    const all = this.#subtracts ? offered : null;
    this.#node(builder, path * 2, depth + 1, start, middle, left, leftSlot, all, scales);
    builder.setRight(node, this.#node(builder, path * 2 + 1, depth + 1, middle, stop, right, rightSlot, all, scales));
    return node;
  }

  /** Writes a node's entries to the other place, those that go left first; gives where they begin, part and end there. */
  #route(from: Address, end: Address, feature: number): [start: Address, middle: Address, stop: Address] {
    const size = 1 + this.#wide;
    const question = [this.#columns + feature * this.table.rows * size, size, this.#goes] as const;
    const inEntries = from >= this.#entries && from < this.#entries + 8 * this.table.rows;
    const start = inEntries ? from - this.#entries + this.#turned : from - this.#turned + this.#entries;
    const parts = this.#work.parts((end - from) / 8);
    const ranges = parts.map(([a, b]) => [this.#wide, from + 8 * a, from + 8 * b, ...question] as const);
    const lefts = [...this.#work.run("countLeft", ranges)];
    const middle = start + lefts.reduce((sum, bytes) => sum + bytes, 0);
    let left = start;
    let right = middle;
    const items = ranges.map((range, i) => {
      const item = [...range, left, right];
      left += lefts[i]!;
      right += range[2] - range[1] - lefts[i]!;
      return item;
    });
    this.#work.run("split", items);
    return [start, middle, start + (end - from)];
  }

  #leaf(node: number, from: Address, to: Address, histogram: Address): void {
    if (histogram !== 0) this.#histograms.give(histogram);
    if (this.spec.classes === 0) this.leaves.push({ node, from, to });
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
    const sums = new Float64Array(this.#memory.buffer, this.#leafSums, 2 * MOST_ITEMS).fill(0);
    const { value, center, square } = scales;
    const rest = restScaleOf(rows);
    const ends = [value, center, rest, square] as const;
    const { kernel, before } = this.#packed
      ? ({ kernel: "packedLeafSums", before: [this.#targets] } as const)
      : ({ kernel: "leafSums", before: [this.#targets, this.#weights] } as const);
    this.#overLeaves(
      kernel,
      ({ from, to }, place) => [from, to, ...before, ...ends, this.#leafSums + 16 * place],
      (leaves) => {
        leaves.forEach(({ node }, place) => {
          rests[node] = sums[2 * place]!;
          squares[node] = sums[2 * place + 1]!;
        });
        sums.fill(0);
      },
    );
    finishSums(builder, rests, squares, rows, scales);
  }
}
