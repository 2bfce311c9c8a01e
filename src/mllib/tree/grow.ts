/** Grows trees over a table of bins, in one thread: histograms by node, depth first. */
import type { LinearMemory } from "../../common/web-assembly";
import { CrewLeader, type Kernels, MOST_ITEMS } from "../kernels/crew";
import { type Address, type HistogramKernels, HistogramMemory } from "../kernels/histogram-kernels";
import type { BinnedTable, Scales } from "./binned-table";
import { binsOf, type GrowthSpec } from "./features";
import { finishSums, GrowthRules, restScaleOf } from "./growth-rules";
import { LOSS_NUMBERS, type LossName } from "./losses";
import { featureSubset, sampleLimits, treeSeed } from "./random";
import { type BinLayout, layoutOf, SplitFinder, totalsWidth } from "./split-finder";
import { TreeBuilder, type TreeData } from "./tree-data";

/** Rows of a part of the work at least: less is not worth another thread. */
const LEAST_ROWS = 8192;
const MOST_PARTS = 16;

/** Offers the memory to threads that will assist (kernels/crew). */
export type OfferMemory = (memory: LinearMemory) => void;

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
  /** Of regression: labels, weights as they came, two sums for each of some leaves. */
  readonly #targets: Address;
  readonly #weights: Address;
  readonly #leafSums: Address;
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
  /** Histograms of parts of a node's rows. */
  readonly #partial: Address[] = [];
  #crew: CrewLeader | undefined;
  /** Of boosting: labels and predictions. */
  #labelsOfAll: Address = 0;
  #predictions: Address = 0;
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
    this.#targets = classes > 0 ? 0 : memory.allocate(table.rows * 8);
    this.#weights = classes > 0 || !weighted ? 0 : memory.allocate(table.rows * 8);
    this.#leafSums = memory.allocate(MOST_ITEMS * 16);
    const limits = sampling === null ? new Uint32Array(0) : sampleLimits(sampling.rate, sampling.replacement);
    this.#limitCount = limits.length;
    this.#limits = memory.allocate(limits.byteLength);
    this.#entries = memory.allocate(table.rows * 8);
    this.#scratch = memory.allocate(table.rows * 8);
    const mostBins = features.reduce((most, feature) => Math.max(most, binsOf(feature)), 1);
    this.#goes = memory.allocate(mostBins);
    this.#offsets = memory.allocate(features.length * 4);
    this.#places = memory.allocate(features.length * 4 * (1 + MOST_PARTS));
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
    if (this.#weights !== 0) new Float64Array(buffer, this.#weights, table.rows).set(table.weights!);
    new Uint32Array(buffer, this.#limits, limits.length).set(limits);
    this.#sums = size === 4 ? new Uint32Array(buffer) : new Float64Array(buffer);
    if (table.targets !== null) this.learn(table.targets, scales);
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
    new Float64Array(this.#memory.buffer, this.#targets, this.table.rows).set(targets);
    this.#scaleTargets(scales);
  }

  #scaleTargets(scales: Scales): void {
    this.scales = scales;
    this.#finder.valueScale = scales.value;
    const { weight, value, center } = scales;
    this.#overRows("scaled", (from, to) => [this.#targets, this.#weights, from, to, weight, value, center, this.#values]);
  }

  /** Boosting of these labels begins: predictions are 0. */
  boost(labels: Float64Array): void {
    const { rows } = this.table;
    this.#labelsOfAll = this.#memory.allocate(rows * 8);
    this.#predictions = this.#memory.allocate(rows * 8);
    new Float64Array(this.#memory.buffer, this.#labelsOfAll, rows).set(labels);
  }

  /** Takes whoever comes for help, until `end`. Nothing is allocated from now on. */
  lead(offer: OfferMemory): void {
    const memory = this.#memory;
    for (let i = 0; i < MOST_PARTS; i++) this.#partial.push(memory.allocate(this.#histogramBytes));
    this.#crew = new CrewLeader(memory.buffer, memory.kernels as unknown as Kernels, this.checkInterrupted);
    offer(memory.memory);
  }

  get predictions(): Float64Array {
    return new Float64Array(this.#memory.buffer, this.#predictions, this.table.rows);
  }

  /** Sets the labels to the negative gradients at the predictions; `scalesOf` is given the largest size. */
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
    this.#crew?.end();
  }

  /** Into how many parts the work on so many rows is cut. */
  #partsOf(rows: number): number {
    if (this.#crew === undefined) return 1;
    const { size } = this.#crew;
    return size === 1 ? 1 : Math.max(1, Math.min(2 * size, MOST_PARTS, Math.floor(rows / LEAST_ROWS)));
  }

  #run(kernel: keyof HistogramKernels, items: readonly (readonly number[])[]): Float64Array | number[] {
    if (items.length > 1) return this.#crew!.run(kernel, items);
    const kernels = this.#memory.kernels as unknown as Kernels;
    return items.map((item) => kernels[kernel]!(...item) ?? 0);
  }

  #overRows(
    kernel: keyof HistogramKernels,
    argumentsOf: (from: number, to: number) => readonly number[],
  ): ArrayLike<number> & Iterable<number> {
    return this.#run(
      kernel,
      evenParts(this.table.rows, this.#partsOf(this.table.rows)).map(([from, to]) => argumentsOf(from, to)),
    );
  }

  #overLeaves(
    kernel: keyof HistogramKernels,
    argumentsOf: (leaf: Leaf, place: number) => readonly number[],
    done?: (leaves: readonly Leaf[]) => void,
  ): void {
    const together = this.#partsOf(this.table.rows) > 1 && this.leaves.length <= MOST_ITEMS ? MOST_ITEMS : 1;
    for (let i = 0; i < this.leaves.length; i += together) {
      const leaves = this.leaves.slice(i, i + together);
      this.#run(kernel, leaves.map(argumentsOf));
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
    const middle = growsLeft || growsRight || spec.classes === 0 ? from + this.#route(from, end, cell) : from;
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

  /** Brings the rows that go left to the front; gives their bytes. */
  #route(from: Address, end: Address, cell: number): number {
    const { kernels } = this.#memory;
    const common = [this.#table, this.table.stride, cell, this.#goes] as const;
    const parts = evenParts((end - from) / 8, this.#partsOf((end - from) / 8));
    if (parts.length === 1) return kernels.route(this.#wide, from, end, ...common, this.#scratch);
    const bytes = this.#crew!.run(
      "part",
      parts.map(([a, b]) => [this.#wide, from + 8 * a, from + 8 * b, ...common, this.#scratch + 8 * a]),
    );
    let to = from;
    parts.forEach(([a], i) => {
      kernels.move(to, from + 8 * a, bytes[i]!);
      to += bytes[i]!;
    });
    const left = to - from;
    parts.forEach(([a, b], i) => {
      const others = 8 * (b - a) - bytes[i]!;
      kernels.move(to, this.#scratch + 8 * a, others);
      to += others;
    });
    return left;
  }

  #leaf(node: number, from: Address, to: Address, histogram: Address): void {
    if (histogram !== 0) this.#free.push(histogram);
    if (this.spec.classes === 0) this.leaves.push({ node, from, to });
  }

  #build(histogram: Address, from: Address, end: Address, offered: Uint32Array): void {
    const { table, spec } = this;
    const { kernels, buffer } = this.#memory;
    const many = offered.length;
    const rows = (end - from) / 8;
    const parts = evenParts(rows, this.#partsOf(rows));
    const histograms = [histogram, ...this.#partial.slice(0, parts.length - 1)];
    for (const at of histograms) new Uint8Array(buffer, at, this.#histogramBytes).fill(0);
    const offsets = new Uint32Array(buffer, this.#offsets, many);
    for (let i = 0; i < many; i++) offsets[i] = offered[i]! * (1 + this.#wide);
    histograms.forEach((start, part) => {
      const places = new Uint32Array(buffer, this.#places + 4 * part * spec.features.length, many);
      let at = start;
      for (let i = 0; i < many; i++) {
        places[i] = at;
        at += this.#bytesOf(offered[i]!);
      }
    });
    const { weighted } = this.#layout;
    const [kernel, rest] =
      spec.classes > 0
        ? weighted
          ? (["weightedClasses", [this.#values, spec.classes]] as const)
          : (["classes", [spec.classes]] as const)
        : ([weighted ? "weighted" : "pairs", [this.#values]] as const);
    this.#run(
      kernel,
      parts.map(([a, b], part) => [
        this.#wide,
        from + 8 * a,
        from + 8 * b,
        this.#table,
        table.stride,
        this.#offsets,
        this.#places + 4 * part * spec.features.length,
        many,
        ...rest,
      ]),
    );
    const doubles = this.#elementBytes === 8 ? 1 : 0;
    for (const part of histograms.slice(1)) kernels.add(histogram, part, this.#histogramBytes, doubles);
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
    const { rows } = this.table;
    const rests = new Float64Array(builder.size);
    const squares = new Float64Array(builder.size);
    const sums = new Float64Array(this.#memory.buffer, this.#leafSums, 2 * MOST_ITEMS).fill(0);
    const { value, center, square } = scales;
    const rest = restScaleOf(rows);
    this.#overLeaves(
      "leafSums",
      ({ from, to }, place) => [from, to, this.#targets, this.#weights, value, center, rest, square, this.#leafSums + 16 * place],
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

/** [0, count) in even parts, each of an even length but the last. */
function evenParts(count: number, parts: number): (readonly [from: number, to: number])[] {
  const size = 2 * Math.ceil(count / parts / 2);
  return Array.from({ length: parts }, (_, i) => [Math.min(i * size, count), Math.min((i + 1) * size, count)] as const);
}
