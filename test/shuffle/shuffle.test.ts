import fc from "fast-check";
import { compareKeys } from "../../src/columnar/keys/order";
import { type Aggregation, hashPartition, type ShuffleSpec } from "../../src/shuffle";
import { asMap, groupsOf, KEY_KINDS, KEYS, maps, MEMORIES, number, type Pair, shown, string } from "./arbitraries";
import { runShuffle } from "./shuffle-harness";

const HASH3: Pick<ShuffleSpec, "shuffleId" | "partitioning" | "carries" | "mapSideCombine"> = {
  shuffleId: 7,
  partitioning: { kind: "hash", numPartitions: 3 },
  carries: "pairs",
  mapSideCombine: false,
};

const RUNS = { numRuns: 12 };

describe.each(MEMORIES)("with %s", (_name, memory) => {
  describe.each(KEY_KINDS)("%s keys", (kind) => {
    const key = KEYS[kind];

    test("a plain shuffle delivers every record to the partition of its key, in the order of its map task", () => {
      fc.assert(
        fc.property(maps(key, fc.oneof(fc.integer(), fc.string(), fc.record({ x: fc.double() }), fc.constant(null))), (tasks) => {
          const { partitions } = runShuffle(HASH3, tasks, memory);
          const expected: Pair[][] = [[], [], []];
          for (const rows of tasks) for (const row of rows) expected[hashPartition(row[0], 3)]!.push(row);
          expect(partitions).toEqual(expected);
        }),
        RUNS,
      );
    });

    test.each([true, false])("numbers are summed by key, combined on the map side: %s", (mapSideCombine) => {
      const aggregation: Aggregation = { kind: "reduce", call: "reduceByKey", merge: (a, b) => (a as number) + (b as number) };
      fc.assert(
        fc.property(maps(key, fc.integer({ min: -100, max: 100 })), (tasks) => {
          const { partitions } = runShuffle({ ...HASH3, aggregation, mapSideCombine }, tasks, memory);
          const expected = [...groupsOf(tasks.flat())].map(
            ([k, values]) => [k, (values as number[]).reduce((a, b) => a + b)] as const,
          );
          expect(asMap(partitions.flat())).toEqual(new Map(expected));
        }),
        RUNS,
      );
    });

    test.each([true, false])("combiners of any kind, combined on the map side: %s", (mapSideCombine) => {
      const aggregation: Aggregation = {
        kind: "combine",
        call: "combineByKey",
        createCombiner: (value) => [value],
        mergeValue: (list, value) => [...(list as unknown[]), value],
        mergeCombiners: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
      };
      fc.assert(
        fc.property(maps(key, fc.oneof(fc.integer(), fc.string({ maxLength: 3 }))), (tasks) => {
          const short = tasks.map((rows) => rows.slice(0, 60));
          const { partitions } = runShuffle({ ...HASH3, aggregation, mapSideCombine }, short, memory);
          const sort = (values: unknown): unknown[] => [...(values as unknown[])].map(String).sort();
          const expected = new Map([...groupsOf(short.flat())].map(([k, values]) => [k, sort(values)]));
          const actual = new Map([...asMap(partitions.flat())].map(([k, values]) => [k, sort(values)]));
          expect(actual).toEqual(expected);
        }),
        RUNS,
      );
    });

    test("a combiner that stops being a number halfway", () => {
      const aggregation: Aggregation = {
        kind: "reduce",
        call: "reduceByKey",
        merge: (a, b) =>
          typeof a === "bigint" || typeof b === "bigint" || (a as number) + (b as number) > 50
            ? BigInt(a as number) + BigInt(b as number)
            : (a as number) + (b as number),
      };
      fc.assert(
        fc.property(maps(key, fc.integer({ min: 1, max: 9 })), (tasks) => {
          const { partitions } = runShuffle({ ...HASH3, aggregation, mapSideCombine: true }, tasks, memory);
          const expected = new Map(
            [...groupsOf(tasks.flat())].map(([k, values]) => [k, BigInt((values as number[]).reduce((a, b) => a + b))]),
          );
          expect(new Map([...asMap(partitions.flat())].map(([k, sum]) => [k, BigInt(sum as number)]))).toEqual(expected);
        }),
        RUNS,
      );
    });

    test("groups hold every value, those of a map task in their order", () => {
      fc.assert(
        fc.property(maps(key, fc.oneof(fc.integer(), fc.string())), (tasks) => {
          const { partitions } = runShuffle({ ...HASH3, aggregation: { kind: "group" } }, tasks, memory);
          expect(asMap(partitions.flat())).toEqual(groupsOf(tasks.flat()));
        }),
        RUNS,
      );
    });

    test.each([true, false])("distinct keys, combined on the map side: %s", (mapSideCombine) => {
      fc.assert(
        fc.property(maps(key, fc.constant(null)), (tasks) => {
          const spec: ShuffleSpec = { ...HASH3, carries: "keys", aggregation: { kind: "distinct" }, mapSideCombine };
          const { partitions } = runShuffle(
            spec,
            tasks.map((rows) => rows.map(([k]) => k)),
            memory,
          );
          const keys = partitions.flat().map(shown);
          expect(new Set(keys).size).toBe(keys.length);
          expect(new Set(keys)).toEqual(new Set(groupsOf(tasks.flat()).keys()));
        }),
        RUNS,
      );
    });
  });

  test.each([true, false])("sorting by a range of numbers or strings, ascending: %s", (ascending) => {
    fc.assert(
      fc.property(fc.oneof(maps(number, fc.integer()), maps(string, fc.record({ x: fc.integer() }))), (tasks) => {
        const all = tasks.flat();
        const sample = all.map(([k]) => k).sort(compareKeys);
        const bounds = all.length === 0 ? [] : [sample[Math.floor(all.length / 3)], sample[Math.floor((2 * all.length) / 3)]];
        const spec: ShuffleSpec = { ...HASH3, partitioning: { kind: "range", bounds, ascending }, ordering: { ascending } };
        const { partitions } = runShuffle(spec, tasks, memory);
        // Array.prototype.sort is stable, as this sort is.
        const expected = [...all].sort(([a], [b]) => (ascending ? compareKeys(a, b) : compareKeys(b, a)));
        expect(partitions.flat()).toEqual(expected);
      }),
      RUNS,
    );
  });

  test("sorting by the user's own order within the partitions of the user's own partitioner", () => {
    fc.assert(
      fc.property(maps(fc.integer({ min: 0, max: 99 }), fc.string()), (tasks) => {
        const compare = (a: unknown, b: unknown): number => ((a as number) % 10) - ((b as number) % 10);
        const spec: ShuffleSpec = {
          ...HASH3,
          partitioning: { kind: "custom", numPartitions: 2, getPartition: (k) => ((k as number) > 50 ? 1 : 0) },
          ordering: { ascending: true, compare },
        };
        const { partitions } = runShuffle(spec, tasks, memory);
        const all = tasks.flat();
        const expected = [0, 1].map((p) =>
          all.filter(([k]) => ((k as number) > 50 ? 1 : 0) === p).sort(([a], [b]) => compare(a, b)),
        );
        expect(partitions).toEqual(expected);
      }),
      RUNS,
    );
  });

  test("pairs of each key with itself", () => {
    fc.assert(
      fc.property(fc.oneof(maps(number, fc.constant(0)), maps(string, fc.constant(0))), fc.boolean(), (tasks, exception) => {
        const twins = tasks.map((rows) => rows.map(([k], i) => [k, exception && i === 5 ? -0 : k] as Pair));
        const { partitions } = runShuffle(HASH3, twins, memory);
        const expected: Pair[][] = [[], [], []];
        for (const rows of twins) for (const row of rows) expected[hashPartition(row[0], 3)]!.push(row);
        expect(partitions).toEqual(expected);
      }),
      RUNS,
    );
  });

  test("values alone", () => {
    fc.assert(
      fc.property(maps(fc.integer({ min: 0, max: 9 }), fc.oneof(fc.integer(), fc.record({ x: fc.string() }))), (tasks) => {
        const spec: ShuffleSpec = {
          ...HASH3,
          carries: "values",
          partitioning: { kind: "custom", numPartitions: 10, getPartition: (k) => k as number },
        };
        const { partitions } = runShuffle(spec, tasks, memory);
        const expected = Array.from({ length: 10 }, (_, p) =>
          tasks
            .flat()
            .filter(([k]) => k === p)
            .map(([, v]) => v),
        );
        expect(partitions).toEqual(expected);
      }),
      RUNS,
    );
  });
});
