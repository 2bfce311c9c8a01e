/** Grows trees over a table of bins, in one thread: histograms by node, depth first. */
import { type Address, HistogramMemory } from "../kernels/histogram-kernels";
import type { BinnedTable, Scales } from "./binned-table";
import { binsOf, type GrowthSpec } from "./features";
import { finishSums, GrowthRules, restScaleOf } from "./growth-rules";
import { featureSubset, sampleLimits, treeSeed } from "./random";
import { type BinLayout, layoutOf, SplitFinder, totalsWidth } from "./split-finder";
import { TreeBuilder, type TreeData } from "./tree-data";

interface Leaf {
  readonly node: number;
  readonly from: Address;
  readonly to: Address;
}

export class TreeGrower {
  readonly #memory = new HistogramMemory();
  readonly #layout: BinLayout;
  readonly #finder: SplitFinder;
  readonly #rules: GrowthRules;
  readonly #wide: number;
  readonly #table: Address;
  readonly #keys: Address;
  readonly #labels: Address;
  readonly #values: Address;
  readonly #squares: Address;
  readonly #rests: Address;
  readonly #limits: Address;
  readonly #limitCount: number;
  readonly #entries: Address;
  readonly #scratch: Address;
  readonly #goes: Address;
  readonly #offsets: Address;
  readonly #places: Address;
  /** Where a feature's bins begin in the histogram of a node that looks at all features. */
  readonly #starts: number[] = [];
  readonly #histogramBytes: number;
  readonly #free: Address[] = [];
  readonly #subtracts: boolean;
  /** Leaves of the last tree, with their rows. */
  readonly leaves: Leaf[] = [];
  #sums: Uint32Array | Float64Array;
  #tree = 0;

  constructor(
    private readonly spec: GrowthSpec,
    private readonly table: BinnedTable,
    private scales: Scales,
    private readonly checkInterrupted: () => void = () => undefined,
  ) {
    const { classes, features, sampling } = spec;
    const weighted = table.weights !== null;
    this.#layout = layoutOf(classes, weighted, scales.weight);
    this.#finder = new SplitFinder(spec, this.#layout);
    this.#rules = new GrowthRules(spec, this.#finder);
    this.#wide = table.wide ? 1 : 0;
    const memory = this.#memory;
    this.#table = memory.allocate(table.cells.byteLength);
    this.#keys = table.keys === null ? 0 : memory.allocate(table.rows * 4);
    this.#labels = table.classes === null ? 0 : memory.allocate(table.rows * 2);
    this.#values = classes > 0 && !weighted ? 0 : memory.allocate(table.rows * (classes > 0 ? 8 : 16));
    this.#squares = classes > 0 ? 0 : memory.allocate(table.rows * 8);
    this.#rests = classes > 0 ? 0 : memory.allocate(table.rows * 8);
    const limits = sampling === null ? new Uint32Array(0) : sampleLimits(sampling.rate, sampling.replacement);
    this.#limitCount = limits.length;
    this.#limits = memory.allocate(limits.byteLength);
    this.#entries = memory.allocate(table.rows * 8);
    this.#scratch = memory.allocate(table.rows * 8);
    const mostBins = features.reduce((most, feature) => Math.max(most, binsOf(feature)), 1);
    this.#goes = memory.allocate(mostBins);
    this.#offsets = memory.allocate(features.length * 4);
    this.#places = memory.allocate(features.length * 4);
    const size = this.#elementBytes;
    let end = 0;
    const sizes = features.map((feature) => Math.ceil((binsOf(feature) * this.#layout.step * size) / 16) * 16);
    for (const bytes of sizes) {
      this.#starts.push(end);
      end += bytes;
    }
    // A node that looks at some features has the largest ones at worst.
    const largest = sizes.toSorted((a, b) => b - a).slice(0, spec.featuresPerNode);
    this.#histogramBytes = largest.reduce((sum, bytes) => sum + bytes, 0);
    this.#subtracts = spec.featuresPerNode >= features.length;
    const slots = this.#subtracts ? spec.maxDepth + 2 : 1;
    for (let i = 0; i < slots; i++) this.#free.push(memory.allocate(this.#histogramBytes));

    const { buffer } = memory;
    new Uint8Array(buffer, this.#table, table.cells.byteLength).set(table.cells);
    if (table.keys !== null) new Uint32Array(buffer, this.#keys, table.rows).set(table.keys);
    if (table.classes !== null) new Uint16Array(buffer, this.#labels, table.rows).set(table.classes);
    if (classes > 0 && table.weights !== null) this.#setWeights(table.weights);
    if (table.targets !== null) this.learn(table.targets, scales);
    new Uint32Array(buffer, this.#limits, limits.length).set(limits);
    this.#sums = size === 4 ? new Uint32Array(buffer) : new Float64Array(buffer);
  }

  get #elementBytes(): number {
    return this.#layout.classes > 0 && !this.#layout.weighted ? 4 : 8;
  }

  #setWeights(weights: Float64Array): void {
    const scaled = new Float64Array(this.#memory.buffer, this.#values, this.table.rows);
    for (let row = 0; row < weights.length; row++) scaled[row] = Math.round(weights[row]! * this.scales.weight);
  }

  /** Sets what the rows' labels are for the trees that follow. */
  learn(targets: Float64Array, scales: Scales): void {
    this.scales = scales;
    this.#finder.valueScale = scales.value;
    const { rows, weights } = this.table;
    const { buffer } = this.#memory;
    const { weight, value, square, center } = scales;
    const pairs = new Float64Array(buffer, this.#values, rows * 2);
    const squares = new Float64Array(buffer, this.#squares, rows);
    const rests = new Float64Array(buffer, this.#rests, rows);
    const restScale = restScaleOf(rows);
    for (let row = 0; row < rows; row++) {
      const y = targets[row]! - center;
      const w = weights === null ? 1 : weights[row]!;
      const exact = w * y * value;
      const whole = Math.round(exact);
      pairs[2 * row] = weights === null ? 1 : Math.round(w * weight);
      pairs[2 * row + 1] = whole;
      rests[row] = Math.round((exact - whole) * restScale);
      squares[row] = Math.round(w * y * y * square);
    }
  }

  /** Calls with the node and the rows of each leaf of the last tree. */
  eachLeaf(visit: (node: number, rows: Uint32Array, stride: 2) => void): void {
    for (const { node, from, to } of this.leaves) visit(node, new Uint32Array(this.#memory.buffer, from, (to - from) / 4), 2);
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
    const histogram = this.#free.pop()!;
    this.#build(histogram, this.#entries, end, offered);
    this.#finder.totals(this.#sums, histogram / this.#elementBytes, binsOf(spec.features[offered[0]!]!), totals);
    this.#node(builder, 1, 0, this.#entries, end, totals, histogram, offered, scales);
    if (spec.classes === 0) this.#finishSums(builder, scales);
    return builder.finish();
  }

  /** The rows that the tree sees; gives the end of their entries. An empty sample is none: the tree then sees every row once. */
  #draw(): Address {
    const { kernels } = this.#memory;
    const { rows } = this.table;
    const entries = this.#entries;
    if (this.spec.sampling !== null) {
      const end = kernels.sample(this.#keys, 0, rows, this.#tree, this.#limits, this.#limitCount, this.#labels, entries);
      if (end !== entries) return end;
    }
    return kernels.all(0, rows, this.#labels, entries);
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
    this.checkInterrupted();
    let slot = histogram;
    const offered = known ?? featureSubset(this.#tree, path, spec.features.length, spec.featuresPerNode);
    if (slot === 0) {
      slot = this.#free.pop()!;
      this.#build(slot, from, end, offered);
    }
    const finder = this.#finder;
    finder.find(this.#sums, offered, this.#binStarts(slot, offered), totals);
    if (finder.place < 0) {
      if (!finder.valid) builder.refuse(node);
      this.#leaf(node, from, end, slot);
      return node;
    }
    const feature = offered[finder.place]!;
    this.#ask(builder, node, feature);
    const left = finder.left.slice();
    const right = totals.map((sum, i) => sum - left[i]!);
    const { kernels } = this.#memory;
    const growsLeft = this.#rules.mayGrow(left, depth + 1);
    const growsRight = this.#rules.mayGrow(right, depth + 1);
    // The rows of children that are leaves matter in regression alone, for the squares of their labels.
    const cell = feature * (1 + this.#wide);
    const middle =
      growsLeft || growsRight || spec.classes === 0
        ? from + kernels.route(this.#wide, from, end, this.#table, this.table.stride, cell, this.#goes, this.#scratch)
        : from;
    let leftSlot = 0;
    let rightSlot = 0;
    if (this.#subtracts && (growsLeft || growsRight)) {
      const small = this.#free.pop()!;
      const leftIsSmall = middle - from <= end - middle;
      if (leftIsSmall) this.#build(small, from, middle, offered);
      else this.#build(small, middle, end, offered);
      if (leftIsSmall ? growsRight : growsLeft)
        kernels.subtract(slot, small, this.#histogramBytes, this.#elementBytes === 8 ? 1 : 0);
      [leftSlot, rightSlot] = leftIsSmall ? [small, slot] : [slot, small];
    } else this.#free.push(slot);
    const all = this.#subtracts ? offered : null;
    this.#node(builder, path * 2, depth + 1, from, middle, left, leftSlot, all, scales);
    builder.setRight(node, this.#node(builder, path * 2 + 1, depth + 1, middle, end, right, rightSlot, all, scales));
    return node;
  }

  #leaf(node: number, from: Address, to: Address, histogram: Address): void {
    if (histogram !== 0) this.#free.push(histogram);
    if (this.spec.classes === 0) this.leaves.push({ node, from, to });
  }

  #build(histogram: Address, from: Address, end: Address, offered: Uint32Array): void {
    const { table, spec } = this;
    const { kernels, buffer } = this.#memory;
    const many = offered.length;
    new Uint8Array(buffer, histogram, this.#histogramBytes).fill(0);
    const offsets = new Uint32Array(buffer, this.#offsets, many);
    const places = new Uint32Array(buffer, this.#places, many);
    let at = histogram;
    for (let i = 0; i < many; i++) {
      offsets[i] = offered[i]! * (1 + this.#wide);
      places[i] = at;
      at += this.#bytesOf(offered[i]!);
    }
    const run = [this.#wide, from, end, this.#table, table.stride, this.#offsets, this.#places, many] as const;
    const { weighted } = this.#layout;
    if (spec.classes > 0) {
      if (weighted) kernels.weightedClasses(...run, this.#values, spec.classes);
      else kernels.classes(...run, spec.classes);
    } else if (weighted) kernels.weighted(...run, this.#values);
    else kernels.pairs(...run, this.#values);
  }

  #bytesOf(feature: number): number {
    const { features } = this.spec;
    return Math.ceil((binsOf(features[feature]!) * this.#layout.step * this.#elementBytes) / 16) * 16;
  }

  /** Indices into the sums where the bins of the offered features begin. */
  #binStarts(histogram: Address, offered: Uint32Array): Uint32Array {
    const starts = new Uint32Array(offered.length);
    let at = histogram;
    for (let i = 0; i < offered.length; i++) {
      starts[i] = at / this.#elementBytes;
      at += this.#bytesOf(offered[i]!);
    }
    return starts;
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
    const { kernels } = this.#memory;
    const rests = new Float64Array(builder.size);
    const squares = new Float64Array(builder.size);
    for (const { node, from, to } of this.leaves) {
      rests[node] = kernels.total(from, to, this.#rests);
      squares[node] = kernels.total(from, to, this.#squares);
    }
    finishSums(builder, rests, squares, this.table.rows, scales);
  }
}
