import fs, { closeSync, openSync, readdirSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { readShuffle, type ShuffleSpec } from "../../src/shuffle";
import { sorted } from "../../src/shuffle/sort";
import { FetchFailed } from "../../src/storage/task-env";
import { type MemoryTaskOptions, MemoryWorld } from "../support/memory-task-env";
import { asMap, expectSameMap, expectSameRows, groupsOf, type Pair } from "./arbitraries";
import { readAll, rowsSource, runShuffle, writeMap } from "./shuffle-harness";

const SPEC: ShuffleSpec = {
  shuffleId: 3,
  partitioning: { kind: "hash", numPartitions: 2 },
  carries: "pairs",
  mapSideCombine: true,
};
const SUM: ShuffleSpec["aggregation"] = { kind: "reduce", call: "reduceByKey", merge: (a, b) => (a as number) + (b as number) };

const KEYS: Record<string, (i: number) => unknown> = {
  numbers: (i) => i * 0.5,
  "short strings": (i) => `k${i}`,
  "long strings": (i) => `a key that is not packed ${i}`,
  composites: (i) => [i, `${i % 7}`],
};
const LITTLE: MemoryTaskOptions = { memoryLimit: 30_000 };
const NONE: MemoryTaskOptions = { memoryLimit: 0 };
const FULL_HEAP: MemoryTaskOptions = { heapFull: () => true };

/** Many keys, each a few times, spread over the map tasks. */
function manyKeys(keyOf: (i: number) => unknown, value: (i: number) => unknown): Pair[][] {
  return [0, 1, 2].map((map) => Array.from({ length: 4500 }, (_, i) => [keyOf((i * 7 + map) % 3501), value(i)] as Pair));
}

function spilled(tasks: ReturnType<typeof runShuffle>["tasks"]): number {
  return tasks.reduce((sum, { metrics }) => sum + metrics.diskBytesSpilled, 0);
}

describe.each(Object.keys(KEYS))("many keys: %s", (kind) => {
  const keyOf = KEYS[kind]!;

  test.each([
    ["little memory", LITTLE],
    ["no memory", NONE],
    ["a full heap", FULL_HEAP],
  ])("sums with %s", (_name, memory) => {
    const maps = manyKeys(keyOf, (i) => i);
    for (const mapSideCombine of [true, false]) {
      const { partitions, tasks } = runShuffle({ ...SPEC, aggregation: SUM, mapSideCombine }, maps, memory);
      const expected = new Map(
        [...groupsOf(maps.flat())].map(([key, values]) => [key, (values as number[]).reduce((a, b) => a + b)]),
      );
      expectSameMap(asMap(partitions.flat()), expected);
      // Composites are on V8's heap, numbers and short strings are not.
      if (memory === NONE || (memory === FULL_HEAP) === (kind === "composites" || kind === "long strings"))
        expect(spilled(tasks)).toBeGreaterThan(20_000);
    }
  });

  test.each([
    ["little memory", LITTLE],
    ["no memory", NONE],
    ["a full heap", FULL_HEAP],
  ])("groups of objects with %s", (_name, memory) => {
    const maps = manyKeys(keyOf, (i) => ({ id: i, text: `t${i}` }));
    const { partitions, tasks } = runShuffle({ ...SPEC, aggregation: { kind: "group" } }, maps, memory);
    if (memory !== LITTLE || kind !== "composites") expect(spilled(tasks)).toBeGreaterThan(100_000);
    // Values of one key keep the order of each map task; tasks come in the order in which they were fetched.
    expectSameMap(asMap(partitions.flat()), groupsOf(maps.flat()));
  });

  test.each([
    ["little memory", LITTLE],
    ["no memory", NONE],
    ["a full heap", FULL_HEAP],
  ])("sorted with %s", (_name, memory) => {
    const maps = manyKeys(keyOf, (i) => (i % 2 === 0 ? i : `t${i}`));
    const { partitions, tasks } = runShuffle({ ...SPEC, ordering: { ascending: false } }, maps, memory);
    expect(spilled(tasks)).toBeGreaterThan(100_000);
    const sort = (rows: Pair[]): Pair[] =>
      [...rows].sort(([a], [b]) => {
        const [x, y] = [Array.isArray(a) ? a[0] : a, Array.isArray(b) ? b[0] : b] as [number, number];
        return x < y ? 1 : x > y ? -1 : 0;
      });
    for (const rows of partitions as Pair[][]) expectSameRows(rows, sort(rows));
    const plain = runShuffle({ ...SPEC, mapSideCombine: false }, maps).partitions as Pair[][];
    partitions.forEach((rows, reduce) => expectSameRows(rows, sort(plain[reduce]!)));
  });
});

test("more sorted runs than are merged at a time", () => {
  const rows = Array.from({ length: 300_000 }, (_, i) => [Math.imul(i, 0x9e3779b1) % 1000, i] as Pair);
  const world = new MemoryWorld();
  const task = world.task({ memoryLimit: 0 });
  const result = readAll(sorted(task, rowsSource(rows), { ascending: true }, "pairs")) as Pair[];
  world.dispose();
  const wrong = result.findIndex(([key, value], i) => {
    const [before, earlier] = (result[i - 1] ?? [-Infinity, -1]) as [number, number];
    return (key as number) < before || (key === before && (value as number) < earlier);
  });
  expect(wrong).toBe(-1);
  expect(result.length).toBe(rows.length);
  expect(task.memory.used).toBe(0);
});

test.each(["snappy", "none"])("segments compressed with %s", (codec) => {
  const conf = { "spark.shuffle.compress": "true", "spark.shuffle.spill.compress": "true", "spark.io.compression.codec": codec };
  const maps = manyKeys(
    (i) => `key ${i}`,
    (i) => ({ text: `the same text every time, and a number ${i % 10}` }),
  );
  const { partitions, tasks } = runShuffle({ ...SPEC, aggregation: { kind: "group" } }, maps, { conf, memoryLimit: 1 << 20 });
  expectSameMap(asMap(partitions.flat()), groupsOf(maps.flat()));
  const written = tasks.reduce((sum, { metrics }) => sum + metrics.shuffleBytesWritten, 0);
  const plain = runShuffle({ ...SPEC, aggregation: { kind: "group" } }, maps).tasks.reduce(
    (sum, { metrics }) => sum + metrics.shuffleBytesWritten,
    0,
  );
  if (codec === "none") expect(written).toBe(plain);
  else expect(written).toBeLessThan(plain / 3);
});

test("an unknown codec is refused by name", () => {
  const conf = { "spark.shuffle.compress": "true", "spark.io.compression.codec": "lzo" };
  expect(() => runShuffle(SPEC, [[[1, 1]]], { conf })).toThrow(/lzo.*supported/);
});

describe("damage", () => {
  const rows: Pair[] = Array.from({ length: 5000 }, (_, i) => [i, i]);

  function shuffled(): MemoryWorld {
    const world = new MemoryWorld();
    writeMap(world.task(), { ...SPEC, mapSideCombine: false }, rows);
    return world;
  }

  test("a flipped byte anywhere in a segment is a FetchFailed that names the map output", () => {
    const world = shuffled();
    const { path, offsets } = world.output(3, 0);
    for (const at of [0, 5, 21, 700, offsets[1]! - 1]) {
      const fd = openSync(path, "r+");
      const byte = readFileSync(path)[at]!;
      writeSync(fd, Uint8Array.of(byte ^ 0x40), 0, 1, at);
      const read = (): unknown => readAll(readShuffle(world.task(), { ...SPEC, mapSideCombine: false }, [0]));
      expect(read).toThrow(expect.objectContaining({ name: "FetchFailed", map: 0, reduce: 0 }));
      writeSync(fd, Uint8Array.of(byte), 0, 1, at);
      closeSync(fd);
      expect(read).not.toThrow();
    }
    world.dispose();
  });

  test("bytes with the right checksum that are no records are a FetchFailed too", () => {
    const world = shuffled();
    const task = world.task();
    const bytes = Buffer.alloc(64, 7);
    const lying = { ...task, shuffle: { ...task.shuffle, fetch: () => [{ map: 0, reduce: 0, bytes }] } };
    expect(() => readAll(readShuffle(lying, { ...SPEC, mapSideCombine: false }, [0]))).toThrow(FetchFailed);
    world.dispose();
  });

  test("a lost map output is a FetchFailed", () => {
    const world = shuffled();
    writeMap(world.task({ info: { partition: 1 } }), { ...SPEC, mapSideCombine: false }, rows);
    world.lose(3, 0);
    expect(() => readAll(readShuffle(world.task(), { ...SPEC, mapSideCombine: false }, [1]))).toThrow(FetchFailed);
    world.dispose();
  });
});

describe("files and memory", () => {
  test("nothing is left after success, an error in the user's function, and an abort", () => {
    const world = new MemoryWorld();
    const rows: Pair[] = Array.from({ length: 30_000 }, (_, i) => [i, i]);
    const failing: ShuffleSpec = {
      ...SPEC,
      aggregation: {
        kind: "reduce",
        call: "reduceByKey",
        merge: () => {
          throw new Error("the user's");
        },
      },
    };
    const task = world.task({ memoryLimit: 100_000 });
    expect(() => writeMap(task, failing, [[1, 1], ...rows])).toThrow("the user's");
    expect(task.memory.used).toBe(0);
    writeMap(world.task({ memoryLimit: 100_000 }), { ...SPEC, aggregation: SUM }, rows);
    expect(readdirSync(world.directory)).toEqual(["output-3-0"]);
    world.dispose();
  });

  test("a full disk is named, and the task gives everything back", () => {
    const world = new MemoryWorld();
    const task = world.task({ memoryLimit: 0 });
    const full = jest.spyOn(fs, "writeSync").mockImplementation(() => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    });
    try {
      expect(() =>
        writeMap(
          task,
          { ...SPEC, mapSideCombine: false },
          Array.from({ length: 80_000 }, (_, i) => [i, i]),
        ),
      ).toThrow(/DISK_FULL.*shuffle-write/);
    } finally {
      full.mockRestore();
    }
    expect(task.memory.used).toBe(0);
    expect(readdirSync(world.directory)).toEqual([]);
    world.dispose();
  });

  test("a reader closed halfway removes its spill files", () => {
    const world = new MemoryWorld();
    const spec: ShuffleSpec = { ...SPEC, mapSideCombine: false, ordering: { ascending: true } };
    writeMap(
      world.task(),
      spec,
      Array.from({ length: 30_000 }, (_, i) => [i, `v${i}`]),
    );
    const task = world.task({ memoryLimit: 0 });
    const source = readShuffle(task, spec, [0]);
    expect(source.next()).not.toBeNull();
    expect(readdirSync(world.directory).length).toBeGreaterThan(1);
    source.close();
    expect(readdirSync(world.directory)).toEqual(["output-3-0"]);
    expect(task.memory.used).toBe(0);
    world.dispose();
  });

  test("a spill file cut short is an error in words", () => {
    const world = new MemoryWorld();
    const spec: ShuffleSpec = { ...SPEC, mapSideCombine: false, ordering: { ascending: true } };
    writeMap(
      world.task(),
      spec,
      Array.from({ length: 30_000 }, (_, i) => [i, `v${i}`.repeat(20)]),
    );
    const task = world.task({ memoryLimit: 0 });
    const source = readShuffle(task, spec, [0]);
    source.next();
    const spill = readdirSync(world.directory).find((name) => name.startsWith("sort"))!;
    truncateSync(`${world.directory}/${spill}`, 1000);
    expect(() => readAll(source)).toThrow(/ends at byte/);
    source.close();
    world.dispose();
  });
});

test("a record that is no pair is named", () => {
  expect(() => runShuffle(SPEC, [[[1, 2], 5]])).toThrow(/\[key, value\].*type number/);
  expect(() => runShuffle(SPEC, [[[1, 2, 3]]])).toThrow(/array of 3/);
  expect(() => runShuffle(SPEC, [[null]])).toThrow(/null/);
});

test("a partitioner of the user's that leaves its partitions is named", () => {
  const spec: ShuffleSpec = { ...SPEC, partitioning: { kind: "custom", numPartitions: 2, getPartition: () => 2 } };
  expect(() => runShuffle(spec, [[[1, 2]]])).toThrow(/getPartition gave 2.*from 0 to 1/);
});
