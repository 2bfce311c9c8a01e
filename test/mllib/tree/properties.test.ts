/** Trees in the calling thread: kernels against a plain reckoning, and what holds whatever the data. */
import fc from "fast-check";
import { TreeMemory } from "../../../src/mllib/kernels/trees/tree-kernels";
import { TreeGrower } from "../../../src/mllib/tree/grow";
import type { InstanceBlock } from "../../../src/mllib/compute/instances";
import { isWide, packingOf, scaleFor, strideOf, type BinnedTable } from "../../../src/mllib/tree/binned-table";
import { BlockBinner } from "../../../src/mllib/tree/binning";
import { boost } from "../../../src/mllib/tree/boost";
import {
  featuresPerNode,
  type FeatureBins,
  type GrowthSpec,
  strategyProblem,
  thresholdsOf,
} from "../../../src/mllib/tree/features";
import { featureSubset, mixed, sampleLimits } from "../../../src/mllib/tree/random";
import { rowKeys } from "../../../src/mllib/tree/row-keys";
import { RowSampler, sampledThresholds } from "../../../src/mllib/tree/row-sample";
import { binnedShortRows, ShortRowCollector } from "../../../src/mllib/tree/short-rows";
import {
  cutEach,
  cutToDepth,
  depthOf,
  mergeEqualLeaves,
  predictionOf,
  sizeOf,
  type TreeData,
} from "../../../src/mllib/tree/tree-data";

const WIDTH = 6;

interface Sample {
  readonly bins: readonly (readonly number[])[];
  readonly classes: readonly number[];
  readonly weights: readonly number[];
}

const samples = (bins: number, classes: number): fc.Arbitrary<Sample> =>
  fc.integer({ min: 1, max: 120 }).chain((rows) =>
    fc.record({
      bins: fc.array(fc.array(fc.integer({ min: 0, max: bins - 1 }), { minLength: WIDTH, maxLength: WIDTH }), {
        minLength: rows,
        maxLength: rows,
      }),
      classes: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows }),
      weights: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows }),
    }),
  );

const continuous = (bins: number): FeatureBins => ({
  kind: "continuous",
  thresholds: Float64Array.from({ length: bins - 1 }, (_, i) => i + 0.5),
  arity: -1,
});

function tableOf(
  { bins, classes, weights }: Sample,
  options: { wide?: boolean; weighted?: boolean; values?: boolean } = {},
): BinnedTable {
  const rows = bins.length;
  const wide = options.wide === true;
  const stride = strideOf(WIDTH, wide);
  const cells = new Uint8Array(rows * stride);
  const view = wide ? new Uint16Array(cells.buffer) : cells;
  bins.forEach((row, i) => view.set(row, (i * stride) / (wide ? 2 : 1)));
  const labels = Float64Array.from(classes);
  return {
    rows,
    stride,
    wide,
    cells,
    classes: options.values === true ? null : Uint16Array.from(classes),
    targets: options.values === true ? labels : null,
    weights: options.weighted === true ? Float64Array.from(weights) : null,
    keys: rowKeys(
      [{ words: Uint32Array.from(bins.flatMap((row, i) => [...row, classes[i]!])), width: bins[0]!.length + 1 }],
      rows,
    ),
  };
}

const growth = (more: Partial<GrowthSpec>, bins: number): GrowthSpec => ({
  features: Array.from({ length: WIDTH }, () => continuous(bins)),
  classes: 3,
  impurity: "gini",
  maxDepth: 5,
  minInstancesPerNode: 1,
  minWeight: 0,
  minInfoGain: 0,
  featuresPerNode: WIDTH,
  seed: 7,
  sampling: null,
  ...more,
});
const WHOLE = { weight: 1, value: 1, square: 1, center: 0 };
const grown = (table: BinnedTable, spec: GrowthSpec, tree = 0): TreeData => new TreeGrower(spec, table, WHOLE).grow(tree);

/** The node at which a row of bins ends, asked with the values that stand for the bins. */
function leafOf(tree: TreeData, row: readonly number[]): number {
  let node = 0;
  while (tree.feature[node]! >= 0) node = row[tree.feature[node]!]! <= tree.threshold[node]! ? node + 1 : tree.right[node]!;
  return node;
}

test("statistics of every leaf are those of its rows: one and two bytes a bin, weights, numbers", () => {
  fc.assert(
    fc.property(samples(9, 3), fc.boolean(), fc.boolean(), fc.boolean(), (sample, wide, weighted, values) => {
      const bins = wide ? 300 : 9;
      const spec = growth(values ? { classes: 0, impurity: "variance" } : {}, bins);
      const tree = grown(tableOf(sample, { wide, weighted, values }), spec);
      const wanted = new Float64Array(sizeOf(tree) * 3);
      const raw = new Float64Array(sizeOf(tree));
      sample.bins.forEach((row, i) => {
        const leaf = leafOf(tree, row);
        const weight = weighted ? sample.weights[i]! : 1;
        const y = sample.classes[i]!;
        raw[leaf]!++;
        if (!values) wanted[leaf * 3 + y]! += weight;
        else [weight, weight * y, weight * y * y].forEach((part, k) => (wanted[leaf * 3 + k]! += part));
      });
      for (let node = 0; node < sizeOf(tree); node++)
        if (tree.feature[node]! < 0) {
          expect([...tree.stats.subarray(node * 3, node * 3 + 3)]).toEqual([...wanted.subarray(node * 3, node * 3 + 3)]);
          expect(tree.rawCount[node]).toBe(raw[node]);
        }
    }),
    { numRuns: 60 },
  );
});

test("a tree contains the shallower ones, and those with merged leaves predict the same", () => {
  fc.assert(
    fc.property(samples(6, 3), fc.integer({ min: 0, max: 6 }), fc.boolean(), (sample, depth, sampled) => {
      const more = { sampling: sampled ? { rate: 0.8, replacement: true } : null, featuresPerNode: 2 };
      const table = tableOf(sample);
      const deep = grown(table, growth({ ...more, maxDepth: 6 }, 6), 3);
      const shallow = grown(table, growth({ ...more, maxDepth: depth }, 6), 3);
      expect(cutToDepth(deep, depth)).toEqual(shallow);
      const merged = mergeEqualLeaves(deep);
      expect(mergeEqualLeaves(cutToDepth(deep, depth))).toEqual(mergeEqualLeaves(shallow));
      for (const row of sample.bins)
        expect(predictionOf(merged, leafOf(merged, row))).toBe(predictionOf(deep, leafOf(deep, row)));
    }),
    { numRuns: 60 },
  );
});

test("trees are cut when they are looked at, once", () => {
  const table = tableOf(fc.sample(samples(6, 3), { numRuns: 1, seed: 4 })[0]!);
  const deep = [1, 2, 3].map((tree) => grown(table, growth({ maxDepth: 6 }, 6), tree));
  const cuts = cutEach(deep, 1);
  const made = (): boolean[] => deep.map((_, i) => "value" in Object.getOwnPropertyDescriptor(cuts, i)!);
  expect(cuts).toHaveLength(3);
  const once = cuts[1];
  expect(once).toEqual(cutToDepth(deep[1]!, 1));
  expect(cuts[1]).toBe(once);
  expect(made()).toEqual([false, true, false]);
  expect(cuts).toEqual(deep.map((tree) => cutToDepth(tree, 1)));
  expect(made()).toEqual([true, true, true]);
});

test("keys in memory that was used before are the same", () => {
  const words = Uint32Array.from({ length: 40_000 }, (_, i) => i % 7919);
  const content = [{ words, width: 2 }];
  const used: Uint8Array[] = [];
  const memory = {
    bytes: (length: number) => used.pop()?.subarray(0, length) ?? new Uint8Array(length).fill(0xa5),
    giveBack: (data: object) => {
      for (const array of (Array.isArray(data) ? data : [data]) as Int32Array[])
        used.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(0x5a));
    },
  };
  const keys = rowKeys(content, 20_000);
  expect(rowKeys(content, 20_000, memory)).toEqual(keys);
  expect(rowKeys(content, 20_000, memory)).toEqual(keys);
  expect(used).toHaveLength(4);
});

test("the order of the rows does not matter, equal rows included", () => {
  fc.assert(
    fc.property(samples(3, 2), fc.boolean(), (sample, values) => {
      const spec = growth({ classes: values ? 0 : 2, impurity: values ? "variance" : "entropy", sampling: { rate: 1, replacement: true }, featuresPerNode: 3 }, 3); // prettier-ignore
      const reversed = {
        bins: sample.bins.toReversed(),
        classes: sample.classes.toReversed(),
        weights: sample.weights.toReversed(),
      };
      expect(grown(tableOf(reversed, { values }), spec, 2)).toEqual(grown(tableOf(sample, { values }), spec, 2));
    }),
    { numRuns: 40 },
  );
});

test("weights are repeated rows", () => {
  fc.assert(
    fc.property(samples(5, 3), fc.boolean(), (sample, values) => {
      const spec = growth({ classes: values ? 0 : 3, impurity: values ? "variance" : "gini", maxDepth: 3 }, 5);
      const repeat = <T>(list: readonly T[]): T[] =>
        list.flatMap((item, i) => Array.from({ length: sample.weights[i]! }, () => item));
      const repeated = { bins: repeat(sample.bins), classes: repeat(sample.classes), weights: repeat(sample.weights) };
      if (repeated.bins.length === 0) return;
      const weighted = grown(tableOf(sample, { weighted: true, values }), spec);
      const plain = grown(tableOf(repeated, { values }), spec);
      expect([weighted.feature, weighted.threshold, weighted.stats]).toEqual([plain.feature, plain.threshold, plain.stats]);
    }),
    { numRuns: 40 },
  );
});

test("boosting contains its shorter runs, and its loss falls", () => {
  const rows = 200;
  const sample: Sample = {
    bins: Array.from({ length: rows }, (_, i) => Array.from({ length: WIDTH }, (_, j) => (i * (j + 3) + ((i * i) >> j)) % 8)),
    classes: Array.from({ length: rows }, (_, i) => (i * 3 + ((i * i) >> 2)) % 8),
    weights: [],
  };
  const table = tableOf(sample, { values: true });
  const spec = {
    growth: growth({ classes: 0, impurity: "variance", maxDepth: 3 }, 8),
    loss: "squared" as const,
    stepSize: 0.3,
    validationTol: 0.01,
  };
  const long = boost({ ...spec, iterations: 9 }, table, null, () => undefined);
  const short = boost({ ...spec, iterations: 4 }, table, null, () => undefined);
  expect(long.trees.slice(0, 4)).toEqual(short.trees);
  expect(long.best).toBe(9);
  const impurity = (tree: TreeData): number => tree.stats[2]!;
  for (let i = 2; i < 9; i++) expect(impurity(long.trees[i]!)).toBeLessThan(impurity(long.trees[i - 1]!));
});

test("limits: rows and weight of children, gain, depth 0, one row", () => {
  const sample: Sample = {
    bins: Array.from({ length: 40 }, (_, i) => Array.from({ length: WIDTH }, (_, j) => (i * (j + 1)) % 8)),
    classes: Array.from({ length: 40 }, (_, i) => (i % 8 > 4 ? 1 : 0)),
    weights: [],
  };
  const table = tableOf(sample);
  for (const more of [{ minInstancesPerNode: 6 }, { minWeight: 6 }]) {
    const tree = grown(table, growth({ ...more, classes: 2 }, 8));
    expect(sizeOf(tree)).toBeGreaterThan(1);
    for (let node = 0; node < sizeOf(tree); node++) expect(tree.rawCount[node]).toBeGreaterThanOrEqual(6);
  }
  expect(sizeOf(grown(table, growth({ minInfoGain: 0.6, classes: 2 }, 8)))).toBe(1);
  expect(depthOf(grown(table, growth({ maxDepth: 0, classes: 2 }, 8)))).toBe(0);
  const one = grown(tableOf({ bins: [sample.bins[3]!], classes: [1], weights: [] }), growth({ classes: 2 }, 8));
  expect([sizeOf(one), predictionOf(one, 0)]).toEqual([1, 1]);
});

test("boosting with many leaves learns what it would learn if rows were sent down its trees", () => {
  const rows = 9001;
  const number = (i: number, below: number): number => mixed(i + 1) % below;
  const bins = Array.from({ length: rows }, (_, row) => Array.from({ length: WIDTH }, (_, f) => number(row * WIDTH + f, 32)));
  const classes = bins.map(([a, b, c], row) => ((a! * b!) % 7) + c! / 8 + number(row, 5));
  for (const weighted of [false, true]) {
    const table = tableOf({ bins, classes, weights: bins.map(([a]) => 1 + (a! % 3)) }, { values: true, weighted });
    const trees = (sampling: GrowthSpec["sampling"]): readonly TreeData[] => {
      const spec = growth({ classes: 0, impurity: "variance", maxDepth: 11, sampling }, 32);
      return boost({ growth: spec, loss: "squared", iterations: 3, stepSize: 0.1, validationTol: 0.01 }, table, null, () => {})
        .trees;
    };
    const all = trees(null);
    // A sample of all rows: predictions are then made by walking the trees.
    expect(trees({ rate: 1, replacement: false })).toEqual(all);
    expect(all[0]!.feature.filter((feature) => feature < 0).length).toBeGreaterThan(512);
  }
});

test("what a growth has left in the memory does not come into the next one's trees", () => {
  const rows = 9001;
  const bins = Array.from({ length: rows }, (_, row) => Array.from({ length: WIDTH }, (_, f) => mixed(row * WIDTH + f + 1) % 32));
  const values = bins.map(([a, b], row) => ((a! * b!) % 7) + (mixed(row + 1) % 5));
  const weights = bins.map(([a]) => 1 + (a! % 3));
  const limits = { iterations: 3, stepSize: 0.1, validationTol: 0.01 };
  const boosted = (weighted: boolean, sampling: GrowthSpec["sampling"]): readonly TreeData[] => {
    const table = tableOf({ bins, classes: values, weights }, { values: true, weighted });
    const spec = growth({ classes: 0, impurity: "variance", sampling }, 32);
    return boost({ growth: spec, loss: "squared", ...limits }, table, null, () => undefined).trees;
  };
  const classified = (weighted: boolean, replacement: boolean): TreeData => {
    const table = tableOf({ bins, classes: bins.map(([a]) => a! % 3), weights }, { weighted });
    return grown(table, growth({ sampling: { rate: 0.7, replacement } }, 32));
  };
  const fits: readonly (() => unknown)[] = [
    () => boosted(false, null),
    () => boosted(true, null),
    () => boosted(false, { rate: 0.5, replacement: false }),
    () => classified(false, true),
    () => classified(true, false),
  ];
  const bytes = 16 << 20;
  for (const fit of fits) {
    // Taken and not given back: the fit makes a memory of its own.
    TreeMemory.take();
    const fresh = fit();
    const memory = TreeMemory.take();
    const at = memory.allocate(bytes);
    new Uint8Array(memory.buffer, at, bytes).fill(0xff);
    memory.giveBack();
    expect(fit()).toEqual(fresh);
  }
});

test("a memory is used again as it is given back, with zeros where they are asked for, unless it is large or work may go on in it", () => {
  const memory = TreeMemory.take();
  const at = memory.allocate(64);
  new Uint8Array(memory.buffer, at, 64).fill(7);
  memory.giveBack();
  expect(TreeMemory.take()).toBe(memory);
  expect(TreeMemory.take()).not.toBe(memory);
  const [any, zeros] = [memory.allocate(32, "any"), memory.allocate(1 << 20)];
  expect(any).toBe(at);
  expect(new Uint8Array(memory.buffer, any, 32)).toEqual(new Uint8Array(32).fill(7));
  expect(new Uint8Array(memory.buffer, zeros, 1 << 20).every((byte) => byte === 0)).toBe(true);
  memory.share();
  memory.giveBack();
  expect(TreeMemory.take()).not.toBe(memory);
  const large = TreeMemory.take();
  large.allocate(256 << 20);
  large.giveBack();
  expect(TreeMemory.take()).not.toBe(large);
});

test.each([
  [3, 1],
  [9, 1],
  [12, 1],
  [12, 40],
])("statistics of the leaves of a boosted tree of depth %d are those of their rows, which are %d at least", (maxDepth, least) => {
  const rows = 12_001;
  const bins = Array.from({ length: rows }, (_, row) => Array.from({ length: WIDTH }, (_, f) => mixed(row * WIDTH + f + 1) % 32));
  const classes = bins.map(([a, b, c], row) => ((a! * b!) % 7) + (c! >> 3) + (mixed(row + 1) % 5));
  const table = tableOf({ bins, classes, weights: [] }, { values: true });
  const spec = growth({ classes: 0, impurity: "variance", maxDepth, minInstancesPerNode: least }, 32);
  expect(packingOf(rows, false, spec)).not.toBeNull();
  const [tree] = boost(
    { growth: spec, loss: "squared", iterations: 1, stepSize: 0.1, validationTol: 0.01 },
    table,
    null,
    () => {},
  ).trees as readonly [TreeData];
  const wanted = new Float64Array(sizeOf(tree) * 3);
  bins.forEach((row, i) => {
    const y = classes[i]!;
    [1, y, y * y].forEach((part, k) => (wanted[leafOf(tree, row) * 3 + k]! += part));
  });
  for (let node = 0; node < sizeOf(tree); node++)
    if (tree.feature[node]! < 0)
      expect([...tree.stats.subarray(node * 3, node * 3 + 3)]).toEqual([...wanted.subarray(node * 3, node * 3 + 3)]);
});

test("bins of values are those of the first threshold that is not below them", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), fc.integer({ min: -5, max: 5 })),
        { minLength: 1, maxLength: 60 },
      ),
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 }),
      (limits, others) => {
        const thresholds = Float64Array.from(limits).sort();
        const feature: FeatureBins = { kind: "continuous", thresholds, arity: -1 };
        const values = Float64Array.from([...limits, ...limits.map((x) => x + 1e-9), ...others]);
        const bins = new BlockBinner([feature], false).bin({
          rows: values.length,
          width: 1,
          dense: values,
          sparse: null,
          label: null,
          weight: null,
          extra: [],
        });
        values.forEach((value, i) => expect(bins[i * 4]).toBe(thresholds.filter((limit) => limit < value).length));
      },
    ),
    { numRuns: 60 },
  );
});

test.each([[30], [300]])("bins of many rows, of continuous features and categories together (%d thresholds)", (many) => {
  const rows = 20_000;
  const thresholds = Float64Array.from({ length: many }, (_, i) => i ** 3);
  const features: FeatureBins[] = [
    { kind: "continuous", thresholds, arity: -1 },
    { kind: "ordered", thresholds: new Float64Array(0), arity: 7 },
    { kind: "continuous", thresholds: new Float64Array(0), arity: -1 },
  ];
  const values = Float64Array.from({ length: rows * 3 }, (_, i) => (i % 3 === 1 ? i % 7 : ((i * 7919) % (many + 3)) ** 3 - 1));
  const wide = many > 255;
  const block = { rows, width: 3, dense: values, sparse: null, label: null, weight: null, extra: [] };
  const bytes = new BlockBinner(features, wide).bin(block);
  const cells = wide ? new Uint16Array(bytes.buffer) : bytes;
  const stride = cells.length / rows;
  const below = (value: number): number => thresholds.reduce((sum, limit) => sum + (limit < value ? 1 : 0), 0);
  let wrong = 0;
  for (let row = 0; row < rows; row++) {
    const [a, b] = [values[3 * row]!, values[3 * row + 1]!];
    if (cells[row * stride] !== below(a) || cells[row * stride + 1] !== b || cells[row * stride + 2] !== 0) wrong++;
  }
  expect(wrong).toBe(0);
});

test("rows of short whole numbers have the bins that they have as doubles, in one and two bytes", () => {
  const limit = fc.oneof(fc.integer({ min: -40_000, max: 40_000 }), fc.double({ noNaN: true, min: -50_000, max: 50_000 }));
  const short = fc.oneof(fc.integer({ min: -32_768, max: 32_767 }), fc.constantFrom(-32_768, -1, 0, 1, 32_767));
  fc.assert(
    fc.property(
      fc.uniqueArray(limit, { maxLength: 300, minLength: 0 }),
      fc.array(fc.tuple(short, fc.integer({ min: 0, max: 6 })), { minLength: 1, maxLength: 60 }),
      (limits, pairs) => {
        const features: FeatureBins[] = [
          { kind: "continuous", thresholds: Float64Array.from(limits).sort(), arity: -1 },
          { kind: "ordered", thresholds: new Float64Array(0), arity: 7 },
        ];
        const dense = Float64Array.from(pairs.flat());
        const block = { rows: pairs.length, width: 2, dense, sparse: null, label: dense, weight: null, extra: [] };
        const collector = new ShortRowCollector(Infinity, Infinity);
        for (let i = 0; i < 2; i++) collector.add({ ...block, label: new Float64Array(pairs.length) }, null);
        const bins = new BlockBinner(features, isWide(features)).bin(block);
        const gathered = collector.finish()!;
        expect(gathered.rows).toBe(2 * pairs.length);
        expect(Buffer.concat([bins, bins]).equals(binnedShortRows([gathered], features))).toBe(true);
        expect(Buffer.concat([bins, bins, bins, bins]).equals(binnedShortRows([gathered, gathered], features))).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test("rows that are not short whole numbers, or too many, are not gathered; categories are checked", () => {
  const block = (dense: Float64Array | null, short: Int16Array | null = null): InstanceBlock => {
    const rows = (dense ?? short)!.length;
    return { rows, width: 1, dense, short, sparse: null, label: new Float64Array(rows), weight: null, extra: [] };
  };
  const gathered = (blocks: readonly InstanceBlock[], table = Infinity, sent = Infinity): unknown => {
    const collector = new ShortRowCollector(table, sent);
    for (const each of blocks) collector.add(each, null);
    return collector.finish();
  };
  expect(gathered([block(Float64Array.of(1, -2)), block(null, Int16Array.of(3))])).toMatchObject({
    rows: 3,
    values: Int16Array.of(1, -2, 3),
    weights: null,
  });
  expect(gathered([block(Float64Array.of(1, 2)), block(Float64Array.of(0.5))])).toBe(null);
  expect(gathered([block(Float64Array.of(32_768))])).toBe(null);
  const six = [block(Float64Array.of(1, 2, 3)), block(Float64Array.of(1, 2, 3))];
  expect([gathered(six, 6 * 68, 6 * 26), gathered(six, 5 * 68), gathered(six, Infinity, 5 * 26)]).toEqual([expect.anything(), null, null]); // prettier-ignore
  expect(gathered([])).toBe(null);
  expect(gathered([{ ...block(new Float64Array(300)), rows: 1, width: 300, label: new Float64Array(1) }])).toBe(null);
  const features: FeatureBins[] = [{ kind: "unordered", thresholds: new Float64Array(0), arity: 3 }];
  const rows = gathered([block(Float64Array.of(2, 3))]) as Parameters<typeof binnedShortRows>[0][number];
  expect(() => binnedShortRows([rows], features)).toThrow(/Feature 0 .*\{0, …, 2\}.* 3/);
});

test("thresholds: midpoints while there are few values, equal shares otherwise; none of a constant", () => {
  expect([...thresholdsOf(Float64Array.of(1, 2, 4), Float64Array.of(5, 1, 1), 31)]).toEqual([1.5, 3]);
  expect([...thresholdsOf(Float64Array.of(3), Float64Array.of(9), 31)]).toEqual([]);
  const many = Float64Array.from({ length: 100 }, (_, i) => i);
  expect([...thresholdsOf(many, new Float64Array(100).fill(1), 3)]).toEqual([24.5, 49.5, 74.5]);
});

test("a sample of rows depends on which rows there are, not on where they lie", () => {
  const width = 2;
  const rows = 30_000;
  const values = Float64Array.from({ length: rows * width }, (_, i) => Math.sin(i) * 1000);
  const whole = new RowSampler(width, 2);
  const parts = [new RowSampler(width, 2), new RowSampler(width, 2), new RowSampler(width, 2)];
  const labels = Float64Array.from({ length: rows }, (_, row) => row % 2);
  const rowOf = (row: number): [Float64Array, Float64Array] => [
    values.subarray(row * width, (row + 1) * width),
    labels.subarray(row, row + 1),
  ];
  whole.add(values, labels, null, null);
  for (let row = rows - 1; row >= 0; row--) parts[row % 3]!.add(...rowOf(row), Float64Array.of(1), null);
  const merged = new RowSampler(width, 2);
  for (const part of parts) merged.merge(part.finish());
  const sample = whole.finish();
  const bytes = (part: typeof sample): Buffer =>
    Buffer.concat([part.hashes, part.values, part.counts].map((array) => Buffer.from(array.buffer)));
  expect(bytes(merged.finish()).equals(bytes(sample))).toBe(true);
  expect(sample.halvings).toBeGreaterThan(0);
  const thresholds = sampledThresholds(sample, 0, 3);
  const sorted = values.filter((_, i) => i % 2 === 0).sort();
  thresholds.forEach((threshold, i) => {
    const share = sorted.findIndex((value) => value > threshold) / rows;
    expect(Math.abs(share - (i + 1) / 4)).toBeLessThan(0.02);
  });
});

test("a sample of whole numbers of 16 bits travels as such, and is the same", () => {
  const width = 3;
  const rows = 500;
  const values = Float64Array.from({ length: rows * width }, (_, i) => ((i * 7919) % 65_536) - 32_768);
  const labels = Float64Array.from({ length: rows }, (_, row) => row % 3);
  const sampled = (numbers: Float64Array): RowSampler => {
    const sampler = new RowSampler(width, 32);
    sampler.add(numbers, labels, null, null);
    return sampler;
  };
  const partial = sampled(values).partial();
  expect(partial.values).toBeInstanceOf(Int16Array);
  const merged = new RowSampler(width, 32);
  merged.merge(partial);
  expect(merged.finish()).toEqual(sampled(values).finish());
  for (const other of [0.5, 32_768, -32_769])
    expect(sampled(values.with(5, other)).partial().values).toBeInstanceOf(Float64Array);
});

test("subsets of features and samples are as large as asked", () => {
  const counts = new Float64Array(10);
  let distinct = true;
  for (let node = 1; node <= 4000; node++) {
    const subset = featureSubset(99, node, 10, 3);
    distinct &&= new Set(subset).size === 3;
    for (const feature of subset) counts[feature]!++;
  }
  expect(distinct).toBe(true);
  for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(150);
  expect(sampleLimits(1, true)[0]! / 2 ** 32).toBeCloseTo(Math.exp(-1), 6);
  expect(sampleLimits(0.3, false)[0]! / 2 ** 32).toBeCloseTo(0.7, 6);
  expect(scaleFor(1000, 3) * 1000 * 3).toBeLessThanOrEqual(2 ** 52);
});

test("strategies of feature subsets", () => {
  const of = (strategy: string, trees = 10, classification = true): number =>
    featuresPerNode(strategy, 11, trees, classification);
  expect([of("auto", 1), of("auto"), of("auto", 10, false), of("log2"), of("ALL"), of("0.5"), of("3"), of("99")]).toEqual([
    11, 4, 4, 4, 11, 6, 3, 11,
  ]);
  expect([strategyProblem("7"), strategyProblem("1.0"), strategyProblem("0"), strategyProblem("-1"), strategyProblem("some")].map((problem) => problem === null)).toEqual([true, true, false, false, false]); // prettier-ignore
});

test("thresholds of whole numbers, which are counted, are those of the same numbers sorted", () => {
  const numbers = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 30, maxLength: 200 });
  const thresholds = (values: readonly number[], splits: number): number[] => {
    const sampler = new RowSampler(1, 32);
    sampler.add(Float64Array.from(values), new Float64Array(values.length), null, null);
    const sample = sampler.finish();
    // Every row counts once, as of rows that are all different.
    return [...sampledThresholds({ ...sample, counts: sample.counts.fill(1) }, 0, splits)];
  };
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 20 }), (values, splits) => {
      const halves = values.map((value) => value / 2 + 0.25);
      expect(thresholds(values, splits).map((value) => value / 2 + 0.25)).toEqual(thresholds(halves, splits));
    }),
  );
});

test("keys of rows in several groups tell equal rows apart as first, second, …, in any order", () => {
  const rows = 20_000;
  const kinds = 7000;
  const keys = (order: (row: number) => number): Uint32Array =>
    rowKeys([{ words: Uint32Array.from({ length: 2 * rows }, (_, i) => order(i >> 1) % kinds), width: 2 }], rows);
  const inOrder = keys((row) => row);
  const turned = keys((row) => rows - 1 - row);
  expect(new Set(inOrder).size).toBeGreaterThan(rows - 5);
  expect(turned.sort()).toEqual(inOrder.sort());
});
