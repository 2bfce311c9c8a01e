import type { RDD } from "../../src/rdd";
import { HashPartitioner, Partitioner, RangePartitioner } from "../../src/rdd/partitioner";
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

const sorted = <T>(records: readonly T[]): T[] => [...records].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const a = () =>
  sc.parallelize(
    [
      ["k", 1],
      ["m", 2],
      ["k", 3],
    ],
    2,
  );
const b = () =>
  sc.parallelize(
    [
      ["k", "x"],
      ["z", "y"],
    ],
    2,
  );
const shape = (): [number, string][] => sc.stages.map(({ tasks, output }) => [tasks, output]);

test("reduceByKey combines across partitions in two stages", async () => {
  const words = sc
    .parallelize(["a b", "c a", "b a"], 3)
    .flatMap((line) => line.split(" "))
    .map((word) => [word, 1]);
  expect(sorted(await words.reduceByKey((x, y) => x + y).collect())).toEqual([
    ["a", 3],
    ["b", 2],
    ["c", 1],
  ]);
  expect(shape()).toEqual([
    [3, "shuffle"],
    [3, "action"],
  ]);
});

test("aggregations by key", async () => {
  expect(
    sorted(
      await a()
        .groupByKey()
        .mapValues((vs) => [...vs].sort())
        .collect(),
    ),
  ).toEqual([
    ["k", [1, 3]],
    ["m", [2]],
  ]);
  expect(
    sorted(
      await sc
        .parallelize(
          [
            ["a", 1],
            ["b", 1],
            ["a", 1],
          ],
          2,
        )
        .foldByKey(10, (x, y) => x + y)
        .collect(),
    ),
  ).toEqual([
    ["a", 22],
    ["b", 11],
  ]);
  expect(
    sorted(
      await a()
        .combineByKey(
          (v) => [v],
          (c, v) => [...c, v],
          (c, d) => [...c, ...d],
        )
        .mapValues((v) => v.sort())
        .collect(),
    ),
  ).toEqual([
    ["k", [1, 3]],
    ["m", [2]],
  ]);
  expect(
    sorted(
      await a()
        .combineByKey(
          (v) => v,
          (c, v) => c + v,
          (c, d) => c + d,
          2,
          false,
        )
        .collect(),
    ),
  ).toEqual([
    ["k", 4],
    ["m", 2],
  ]);
  expect(await a().reduceByKeyLocally((x, y) => x + y)).toEqual(
    new Map([
      ["k", 4],
      ["m", 2],
    ]),
  );
  expect(
    sorted(
      await sc
        .range(0, 6, 1, 2)
        .groupBy((x) => x % 2)
        .mapValues((xs) => [...xs].sort())
        .collect(),
    ),
  ).toEqual([
    [0, [0, 2, 4]],
    [1, [1, 3, 5]],
  ]);
  expect(await a().countByKey()).toEqual(
    new Map([
      ["k", 2],
      ["m", 1],
    ]),
  );
  expect(await a().collectAsMap()).toEqual(
    new Map([
      ["k", 3],
      ["m", 2],
    ]),
  );
});

test("joins", async () => {
  expect(sorted(await a().join(b()).collect())).toEqual([
    ["k", [1, "x"]],
    ["k", [3, "x"]],
  ]);
  expect(sorted(await a().leftOuterJoin(b()).collect())).toEqual([
    ["k", [1, "x"]],
    ["k", [3, "x"]],
    ["m", [2, undefined]],
  ]);
  expect(sorted(await a().rightOuterJoin(b()).collect())).toEqual([
    ["k", [1, "x"]],
    ["k", [3, "x"]],
    ["z", [undefined, "y"]],
  ]);
  expect(await a().fullOuterJoin(b()).count()).toBe(4);
  expect(
    sorted(
      await a()
        .cogroup(b())
        .mapValues(([v, w]) => [[...v].sort(), [...w]])
        .collect(),
    ),
  ).toEqual([
    ["k", [[1, 3], ["x"]]],
    ["m", [[2], []]],
    ["z", [[], ["y"]]],
  ]);
  const three = sc
    .parallelize([
      ["a", 5],
      ["b", 6],
    ])
    .groupWith(sc.parallelize([["a", 1]]), sc.parallelize([["b", 2]]));
  expect(sorted(await three.collect())).toEqual([
    ["a", [[5], [1], []]],
    ["b", [[6], [], [2]]],
  ]);
  expect(sorted(await a().subtractByKey(b()).collect())).toEqual([["m", 2]]);
});

test("what is laid out alike is not moved again", async () => {
  const left = sc
    .range(0, 100, 1, 4)
    .map((i) => [i % 10, i])
    .partitionBy(new HashPartitioner(5));
  const right = sc
    .range(0, 50, 1, 2)
    .map((i) => [i, String(i)])
    .partitionBy(new HashPartitioner(5));
  expect(await left.join(right).count()).toBe(100);
  expect(shape()).toEqual([
    [4, "shuffle"],
    [2, "shuffle"],
    [5, "action"],
  ]);
  sc.stages.length = 0;
  expect(
    sorted(
      await left
        .mapValues((v) => v % 2)
        .reduceByKey((x, y) => x + y, 5)
        .collect(),
    )[0],
  ).toEqual([0, 0]);
  expect(await left.union(right.mapValues(Number)).getNumPartitions()).toBe(5);
  expect(await left.partitionBy(new HashPartitioner(5)).groupByKey().count()).toBe(10);
  expect(shape()).toEqual([
    [5, "action"],
    [5, "action"],
  ]);
  expect((await left.mapValues((v) => v).partitioner())?.equals(new HashPartitioner(5))).toBe(true);
  expect(await left.map((pair) => pair).partitioner()).toBeUndefined();
});

test("lookup reads one partition where the layout is known", async () => {
  expect((await a().lookup("k")).sort()).toEqual([1, 3]);
  sc.stages.length = 0;
  expect(await a().partitionBy(4).lookup("m")).toEqual([2]);
  expect(shape().at(-1)).toEqual([1, "action"]);
});

test("partitioners of the user's own", async () => {
  class Mod3 extends Partitioner {
    override readonly numPartitions = 3;
    override getPartition(key: number): number {
      return key % 3;
    }
    override equals(other: unknown): boolean {
      return other instanceof Mod3;
    }
  }
  const parts = await sc
    .range(0, 30, 1, 4)
    .map((i) => [i, i])
    .partitionBy(new Mod3())
    .keys()
    .glom()
    .collect();
  expect(parts.every((keys, i) => keys.length === 10 && keys.every((key) => key % 3 === i))).toBe(true);
  expect(new HashPartitioner(4).getPartition(null)).toBe(0);
  expect(() => new HashPartitioner(-1)).toThrow(/number of partitions/);
});

test("a partitioner must have a whole number of partitions, and some where there are records", async () => {
  class Some extends Partitioner {
    constructor(override readonly numPartitions: number) {
      super();
    }
    override getPartition(): number {
      return 0;
    }
  }
  for (const wrong of [-1, NaN, 1.5, Infinity, 5_000_000, "3" as never]) {
    for (const call of [
      () => a().partitionBy(new Some(wrong)),
      () => a().reduceByKey((x, y) => x + y, new Some(wrong)),
      () => a().join(b(), new Some(wrong)),
      () => a().cogroup(b(), new Some(wrong)),
      () => a().subtract(a(), new Some(wrong)),
      () => a().repartitionAndSortWithinPartitions(new Some(wrong)),
    ]) {
      expect(call).toThrow(/^\[INVALID_ARGUMENT\] \w+: the numPartitions of the partitioner \(Some\) must be /);
    }
  }
  for (const none of [new Some(0), new HashPartitioner(0)]) {
    await expect(a().partitionBy(none).collect()).rejects.toThrow(
      "partitionBy: the partitioner has no partitions (its numPartitions is 0), and the RDD has 2, whose records would go nowhere.",
    );
    await expect(a().join(b(), none).count()).rejects.toThrow("join: the partitioner has no partitions");
    expect(await sc.emptyRDD<[string, number]>().partitionBy(none).collect()).toEqual([]);
  }
  expect(sc.stages).toEqual([]);
});

test("sorting", async () => {
  const shuffled = sc.range(0, 1000, 1, 5).map((i) => [(i * 7919) % 1000, i]);
  const upTo = Array.from({ length: 1000 }, (_, i) => i);
  expect(await shuffled.sortByKey(true, 4).keys().collect()).toEqual(upTo);
  expect(await shuffled.sortByKey(false, 4).keys().collect()).toEqual(upTo.toReversed());
  expect(
    await shuffled
      .sortBy(([k]) => -k)
      .keys()
      .take(3),
  ).toEqual([999, 998, 997]);
  expect(
    await sc
      .parallelize(["b", "á", "a", "Z"], 2)
      .sortBy((s) => s)
      .collect(),
  ).toEqual(["Z", "a", "b", "á"]);
  const parts = await shuffled
    .sortByKey(true, 4)
    .glom()
    .map((g) => g.length)
    .collect();
  expect(Math.max(...parts)).toBeLessThan(3 * Math.min(...parts));
  const inside = await sc
    .parallelize(
      [
        [0, 5],
        [3, 8],
        [2, 6],
        [0, 8],
        [3, 8],
        [1, 3],
      ],
      2,
    )
    .repartitionAndSortWithinPartitions(new HashPartitioner(2))
    .glom()
    .collect();
  for (const part of inside) expect(part.map(([k]) => k)).toEqual(part.map(([k]) => k).sort());
});

test("ranges of keys", async () => {
  const pairs = sc.range(0, 100, 1, 4).map((i) => [i, 1]);
  const range = await RangePartitioner.sample(
    pairs.map(([k]) => [k * k, 1]),
    4,
  );
  expect(range.numPartitions).toBe(4);
  const ranged = await pairs
    .map(([k]) => [k * k, 1])
    .partitionBy(range)
    .keys()
    .glom()
    .collect();
  for (let i = 1; i < ranged.length; i++) expect(Math.min(...ranged[i]!)).toBeGreaterThan(Math.max(...ranged[i - 1]!));
  const sortedPairs = pairs.sortByKey(true, 4);
  sc.stages.length = 0;
  expect(await sortedPairs.filterByRange(10, 12).keys().collect()).toEqual([10, 11, 12]);
  expect(shape().at(-1)).toEqual([1, "action"]);
});

test("keys compare by content", async () => {
  const keys: [unknown, number][] = [
    [["a", 1], 1],
    [["a", 1], 1],
    [{ x: 1 }, 1],
    [{ x: 1 }, 1],
    [new Date(5), 1],
    [new Date(5), 1],
    [7n, 1],
    [null, 1],
    [null, 1],
    [NaN, 1],
    [NaN, 1],
    [1, 1],
    ["1", 1],
  ];
  expect(
    (
      await sc
        .parallelize(keys, 3)
        .reduceByKey((x, y) => x + y)
        .values()
        .collect()
    ).sort(),
  ).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
});

test("a wrong layout is refused at the call", () => {
  expect(() => a().reduceByKey((x, y) => x + y, 0)).toThrow(/reduceByKey: the number of partitions/);
  expect(() => a().partitionBy(undefined as never)).toThrow(/partitionBy/);
});

test("partitions by a function of the key, modulo their number", async () => {
  const base = 97;
  const pairs = a().partitionBy(3, (key) => base - key.charCodeAt(0));
  expect(await pairs.glom().collect()).toEqual([[["m", 2]], [], [["k", 1], ["k", 3]]]); // prettier-ignore
  expect(
    await a()
      .repartitionAndSortWithinPartitions(1, () => 7, false)
      .keys()
      .collect(),
  ).toEqual(["m", "k", "k"]);
  await expect(
    a()
      .partitionBy(2, () => 0.5)
      .collect(),
  ).rejects.toThrow(/must give an integer, not 0.5/);
  expect(() => a().partitionBy(2, "x" as never)).toThrow(/partitionBy: the function of a key's partition must be a function/);
  expect(() => a().partitionBy(1e9)).toThrow(/at most 4000000, not 1000000000/);
});

test("sortByKey by what a function makes of the keys", async () => {
  const pairs = sc.parallelize([["b", 1], ["A", 2], ["c", 3]], 2); // prettier-ignore
  expect(
    await pairs
      .sortByKey(false, 2, (key) => key.toLowerCase())
      .keys()
      .collect(),
  ).toEqual(["c", "b", "A"]);
});

test("flatMap and flatMapValues say what they were given instead of an iterable", async () => {
  const wrong = sc.parallelize([1]).flatMap((x) => x as never);
  await expect(wrong.collect()).rejects.toThrow(
    /flatMap must return an iterable of records, and returned a value of type number/,
  );
  const missing = a().flatMapValues(() => undefined as never);
  await expect(missing.collect()).rejects.toThrow(/flatMapValues must return .* returned undefined/);
});

test("operations on pairs refuse records that are none", async () => {
  for (const [record, seen] of [
    [5, "a value of type number"],
    ["ab", "a value of type string"],
    [null, "null"],
    [[1], "an array of 1"],
    [[1, 2, 3], "an array of 3"],
  ] as [unknown, string][]) {
    const pairs = sc.parallelize([record], 1) as unknown as RDD<[number, number]>;
    for (const call of [
      () => pairs.keys().collect(),
      () => pairs.values().collect(),
      () => pairs.mapValues((value) => value).collect(),
      () => pairs.flatMapValues((value) => [value]).collect(),
      () => pairs.countByKey(),
      () => pairs.collectAsMap(),
      () => pairs.lookup(1),
      () => pairs.reduceByKey((left) => left).collect(),
    ]) {
      await expect(call()).rejects.toThrow(`This operation takes records of the form [key, value], and found ${seen}.`);
    }
  }
});

describe("distinct of pairs that are laid out by key", () => {
  const laidOut = (): RDD<[number, string]> =>
    sc
      .range(0, 40, 1, 4)
      .map((i): [number, string] => [i % 10, `v${i % 2}`])
      .partitionBy(new HashPartitioner(3));
  const wanted = Array.from({ length: 10 }, (_, i) => [i, `v${i % 2}`]);

  test.each([undefined, 3])("into %p partitions: nothing moves, and the layout stays known", async (numPartitions) => {
    const distinct = laidOut().distinct(numPartitions);
    expect(sorted(await distinct.collect())).toEqual(wanted);
    // The shuffle of partitionBy, and the action.
    expect(shape()).toEqual([
      [4, "shuffle"],
      [3, "action"],
    ]);
    expect((await distinct.partitioner())?.equals(new HashPartitioner(3))).toBe(true);
    expect(await distinct.getNumPartitions()).toBe(3);
    expect(await distinct.toDebugString()).not.toMatch(/ShuffledRDD[^]*ShuffledRDD/);
    sc.stages.length = 0;
    expect(await distinct.groupByKey().count()).toBe(10);
    expect(shape()).toEqual([[3, "action"]]);
  });

  test("whatever the partitioner is, and also where spark.default.parallelism is set", async () => {
    sc.settings.set("spark.default.parallelism", "64");
    const odd = laidOut().partitionBy(2, (key) => key);
    expect(sorted(await odd.distinct().collect())).toEqual(wanted);
    expect(sorted(await odd.distinct(2).collect())).toEqual(wanted);
    expect(shape().filter(([, output]) => output === "shuffle")).toHaveLength(2);
  });

  test("into another number of partitions they move, and the layout is not known", async () => {
    const distinct = laidOut().distinct(5);
    expect(sorted(await distinct.collect())).toEqual(wanted);
    expect(shape()).toEqual([
      [4, "shuffle"],
      [3, "shuffle"],
      [5, "action"],
    ]);
    expect(await distinct.partitioner()).toBeUndefined();
  });
});
