import type { Dag, ExecutorMemory, Profile, SearchCandidate, SqlPlanGraph } from "../../../src/ui/api-types";
import { held, panned, ticks, zoomed } from "../../../src/ui/web/lib/axis";
import { flameFrames, hotFunctions } from "../../../src/ui/web/lib/flame";
import { curve, layoutDag, layoutPlan } from "../../../src/ui/web/lib/graph-layout";
import { pack } from "../../../src/ui/web/lib/lanes";
import { clusterSeries, memoryBar } from "../../../src/ui/web/lib/memory";
import { ColourKeeper, DARK, LIGHT, readable, sharedColours } from "../../../src/ui/web/lib/palette";
import { scoreGrid, timeLeft, varyingParams } from "../../../src/ui/web/lib/search-grid";

const node = (id: string, scope: string, cached = false) => ({
  id,
  label: `rdd ${id}`,
  scope: { id: scope, name: scope },
  callSite: "",
  cached,
  barrier: false,
  cachedPartitions: 0,
  partitions: 4,
});
const stage = (stageId: number, nodes: Dag["stages"][number]["nodes"]) => ({
  stageId,
  attempt: 0,
  name: `stage ${stageId}`,
  state: "done" as const,
  numTasks: 4,
  numDone: 4,
  numRunning: 0,
  numFailed: 0,
  nodes,
});

const inside = (a: { x: number; y: number; width: number; height: number }, b: typeof a) =>
  a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width + 0.5 && a.y + a.height <= b.y + b.height + 0.5;

test("a job's stages stand from left to right, their operations inside of them from above to below", () => {
  const dag: Dag = {
    stages: [stage(0, [node("0", "textFile"), node("1", "textFile"), node("2", "map")]), stage(1, [node("3", "reduceByKey")])],
    edges: [
      { from: "0", to: "1", kind: "narrow" },
      { from: "1", to: "2", kind: "narrow" },
      { from: "2", to: "3", kind: "shuffle" },
    ],
  };
  const { stages, lines, width, height } = layoutDag(dag);
  const [first, second] = stages;
  expect(first!.scopes.map(({ name, nodes }) => [name, nodes.length])).toEqual([
    ["textFile", 2],
    ["map", 1],
  ]);
  expect(second!.x).toBeGreaterThan(first!.x + first!.width);
  for (const box of stages) {
    expect(inside(box, { x: 0, y: 0, width, height })).toBe(true);
    for (const scope of box.scopes) expect(inside(scope, box)).toBe(true);
  }
  expect(first!.scopes[1]!.y).toBeGreaterThan(first!.scopes[0]!.y + first!.scopes[0]!.height);
  expect(lines.map(({ shuffle }) => shuffle)).toEqual([false, true]);
});

test("an empty graph has no size", () => {
  expect(layoutDag({ stages: [], edges: [] })).toEqual({ width: 0, height: 0, stages: [], lines: [] });
});

test("operators of a pipeline share a frame that holds no others", () => {
  const operator = (id: number, pipeline: number | null) => ({
    id,
    name: `op ${id}`,
    description: "",
    pipeline,
    stageIds: [],
    state: "done" as const,
    reuses: null,
    metrics: [],
  });
  const graph: SqlPlanGraph = {
    executionId: 0,
    status: "COMPLETED",
    nodes: [operator(0, 1), operator(1, 1), operator(2, null), operator(3, 2)],
    edges: [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ],
  };
  const { nodes, pipelines, lines } = layoutPlan(graph, 200, () => 50);
  expect(pipelines.map(({ id }) => id)).toEqual([1]);
  expect([0, 1, 2, 3].map((id) => inside(nodes.get(id)!, pipelines[0]!))).toEqual([true, true, false, false]);
  expect(nodes.get(3)!.y).toBeGreaterThan(nodes.get(2)!.y);
  expect(lines).toHaveLength(3);
  expect(curve(lines[0]!.points, false)).toMatch(/^M[\d.]+,[\d.]+C/);
});

test("ticks stand on round steps after the origin and not too close", () => {
  const found = ticks({ from: 10_300, to: 70_300 }, 600, 10_000);
  expect(found.map(({ label }) => label)).toEqual(["10 s", "20 s", "30 s", "40 s", "50 s", "1 min"]);
  expect(ticks({ from: 0, to: 0 }, 600, 0)).toEqual([]);
  expect(ticks({ from: 0, to: 3 }, 400, 0).map(({ label }) => label)).toEqual(["0 s", "1 ms", "2 ms", "3 ms"]);
});

test("an axis as narrow as a phone's has two labels at least, whatever time it shows", () => {
  for (let span = 1000; span < 86_400_000; span = Math.ceil(span * 1.07)) {
    for (const from of [0, span / 3, 86_399_000])
      expect({ span, from, labels: ticks({ from, to: from + span }, 260, 0, 64).length > 1 }).toEqual({
        span,
        from,
        labels: true,
      });
  }
});

test("a view keeps the moment under the pointer, and stays within its bounds", () => {
  const bounds = { from: 0, to: 1000 };
  const near = zoomed({ from: 0, to: 1000 }, bounds, 250, 0.5);
  expect(near).toEqual({ from: 125, to: 625 });
  expect(panned(near, bounds, 1000)).toEqual({ from: 500, to: 1000 });
  expect(panned(near, bounds, -1000)).toEqual({ from: 0, to: 500 });
  expect(zoomed(near, bounds, 0, 100)).toEqual(bounds);
  expect(held({ from: -500, to: 2000 }, bounds)).toEqual(bounds);
});

test("intervals are packed into as few lanes as they need", () => {
  const { lane, lanes } = pack([
    { start: 0, end: 10 },
    { start: 5, end: 20 },
    { start: 10, end: 15 },
    { start: 14, end: 30 },
  ]);
  expect(lane).toEqual([0, 1, 0, 2]);
  expect(lanes).toBe(3);
});

const sample = (executorId: string, rss: number, parts: Partial<ExecutorMemory> = {}): ExecutorMemory => ({
  executorId,
  isActive: true,
  limit: 1000,
  targetAt: 700,
  pausesAt: 1200,
  paused: false,
  time: [0, 1000],
  rss: [rss / 2, rss],
  storage: [0, 100],
  execution: [0, 50],
  heap: [0, 200],
  spilled: [0, 0],
  disk: [0, 0],
  cpu: [1, 2],
  activeTasks: [0, 2],
  ...parts,
});

test("memory bars take Dask's colours by thresholds, and their parts add up", () => {
  expect([600, 750, 1300].map((rss) => memoryBar(sample("1", rss)).state)).toEqual(["below", "near", "near"]);
  expect(memoryBar(sample("1", 1300, { paused: true })).state).toBe("paused");
  const bar = memoryBar(sample("1", 600));
  expect([bar.storage, bar.execution, bar.heap, bar.other]).toEqual([100, 50, 200, 250]);
  const late = memoryBar(sample("1", 240));
  expect([late.storage, late.execution, late.heap, late.other]).toEqual([100, 50, 90, 0]);
});

test("the cluster's memory is the sum of what each executor said last, without those that have gone", () => {
  const gone = sample("2", 400, { isActive: false, time: [100, 1100] });
  expect(clusterSeries([sample("1", 600), gone], ({ rss }) => rss)).toEqual([
    [0, 1000],
    [500, 600],
  ]);
  expect(clusterSeries([], ({ rss }) => rss)).toEqual([[], []]);
});

const profile: Profile = {
  running: false,
  intervalMicros: 1000,
  samples: 100,
  from: 0,
  to: 1,
  executors: ["1"],
  functions: ["(root)", "run", "hot", "cold"],
  locations: ["", "e.js:1", "a.ts:3", "a.ts:9"],
  user: [false, false, true, true],
  parent: [-1, 0, 1, 1, 2],
  function: [0, 1, 2, 3, 2],
  self: [0, 10, 50, 20, 20],
  total: [100, 100, 70, 20, 20],
};

test("frames lie below their callers, the widest first; those too narrow are left out", () => {
  const frames = flameFrames(profile, 0, 0.1);
  expect(frames.map(({ node, x, width, depth }) => [node, x, width, depth]).sort((a, b) => a[0]! - b[0]!)).toEqual([
    [0, 0, 1, 0],
    [1, 0, 1, 1],
    [2, 0, 0.7, 2],
    [3, 0.7, 0.2, 2],
    [4, 0, 0.2, 3],
  ]);
  expect(flameFrames(profile, 0, 0.5).map(({ node }) => node)).toEqual([0, 1, 2]);
  expect(flameFrames(profile, 2, 0).find(({ node }) => node === 2)).toEqual({ node: 2, x: 0, width: 1, depth: 2 });
});

test("hot functions count recursion once", () => {
  expect(hotFunctions(profile).map(({ name, self, total }) => [name, self, total])).toEqual([
    ["hot", 70, 70],
    ["cold", 20, 20],
    ["run", 10, 100],
    ["(root)", 0, 100],
  ]);
});

const candidate = (index: number, params: Record<string, string>, mean: number | null): SearchCandidate => ({
  index,
  params,
  scores: [mean],
  mean,
  std: 0,
  rank: null,
  status: "DONE",
  fitTime: 1,
});

test("a grid of scores has the best of each cell, and parameters in the order of their values", () => {
  const candidates = [
    candidate(0, { reg: "0.1", iter: "100", net: "0" }, 0.8),
    candidate(1, { reg: "0.1", iter: "100", net: "1" }, 0.9),
    candidate(2, { reg: "1", iter: "20", net: "0" }, 0.7),
    candidate(3, { reg: "0.01", iter: "20", net: "0" }, null),
  ];
  expect(varyingParams(candidates)).toEqual(["reg", "iter", "net"]);
  expect(varyingParams(candidates.slice(0, 1))).toEqual([]);
  const grid = scoreGrid(candidates, "reg", "iter", true);
  expect([grid.xs, grid.ys]).toEqual([["0.01", "0.1", "1"], ["20", "100"]]); // prettier-ignore
  expect(grid.cells).toEqual([
    [null, null, { mean: 0.7, index: 2 }],
    [null, { mean: 0.9, index: 1 }, null],
  ]);
  expect(scoreGrid(candidates, "reg", "iter", false).cells[1]![1]).toEqual({ mean: 0.8, index: 0 });
});

test("the time that a search needs yet follows its pace", () => {
  expect(timeLeft({ total: 10, done: 4, startTime: 0, endTime: null }, 2000)).toBe(3000);
  expect(timeLeft({ total: 10, done: 0, startTime: 0, endTime: null }, 2000)).toBeNull();
  expect(timeLeft({ total: 10, done: 10, startTime: 0, endTime: 9 }, 2000)).toBeNull();
});

test("names keep their colours, and all colours are taken before one is taken twice", () => {
  const keeper = new ColourKeeper(8);
  const names = Array.from({ length: 8 }, (_, i) => `stage ${i}`);
  const first = names.map((name) => keeper.index(name));
  expect(new Set(first).size).toBe(8);
  expect(names.map((name) => keeper.index(name))).toEqual(first);
});

/** WCAG's contrast of two colours. */
function contrast(a: string, b: string): number {
  const luminance = (text: string) =>
    [1, 3, 5]
      .map((at) => parseInt(text.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at]!, 0);
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test("texts of drawings can be read, and their colours be told from the background", () => {
  for (const palette of [LIGHT, DARK]) {
    expect(contrast(palette.text, palette.background)).toBeGreaterThan(4.5);
    for (const colour of [...palette.categories, palette.transfer])
      expect(contrast(colour, palette.background)).toBeGreaterThan(2);
  }
  for (const colour of ["#14805e", "#eef2f7", "#4f8fe6", "#d83a2e"])
    expect(contrast(readable(colour), colour)).toBeGreaterThan(4.5);
});

test("names that share a colour stand by it together, the newest first", () => {
  const places: Record<string, number> = { load: 3, count: 1, fit: 3, score: 0 };
  expect(sharedColours(Object.keys(places), (name) => places[name]!)).toEqual([
    { index: 0, names: ["score"] },
    { index: 3, names: ["fit", "load"] },
    { index: 1, names: ["count"] },
  ]);
});
