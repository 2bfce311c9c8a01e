import { inspect } from "node:util";
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

const sorted = <T>(records: readonly T[]): T[] => [...records].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const ten = () => sc.parallelize([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3);

test("slices, ranges and empty datasets", async () => {
  expect(await ten().glom().collect()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9, 10],
  ]);
  expect(await sc.parallelize([1, 2], 5).glom().collect()).toEqual([[], [], [1], [], [2]]);
  expect(await sc.range(0, 10, 3, 3).glom().collect()).toEqual([[0], [3], [6, 9]]);
  expect(await sc.range(5).collect()).toEqual([0, 1, 2, 3, 4]);
  expect(await sc.range(5, 0).collect()).toEqual([]);
  expect(await sc.emptyRDD().getNumPartitions()).toBe(0);
  expect(await sc.emptyRDD().isEmpty()).toBe(true);
  expect(() => sc.range(0, 5, 0)).toThrow(/step/);
  expect(() => sc.range(2 ** 53)).toThrow(/end must be at most 9007199254740991, the largest integer that numbers hold exactly/);
  expect(() => sc.parallelize([1], 0)).toThrow(/number of partitions/);
});

test("actions on the empty dataset", async () => {
  const empty = sc.parallelize<number>([], 2);
  for (const call of [
    () => empty.reduce((a, b) => a + b),
    () => empty.first(),
    () => empty.max(),
    () => empty.treeReduce((a, b) => a + b),
    () => empty.mean(),
  ]) {
    await expect(call()).rejects.toThrow(/empty collection/);
  }
  expect(await empty.sum()).toBe(0);
  expect(await empty.fold(3, (a, b) => a + b)).toBe(9);
  expect(await sc.emptyRDD<number>().fold(3, (a, b) => a + b)).toBe(3);
  expect(String(await empty.stats())).toBe("(count: 0, mean: 0, stdev: NaN, max: -Infinity, min: Infinity)");
  await expect(empty.histogram(2)).rejects.toThrow(/empty collection/);
});

test("fold, aggregate and tree versions use zero as Spark does", async () => {
  expect(await sc.parallelize([1, 2, 3, 4], 2).fold(1, (a, b) => a + b)).toBe(13);
  expect(
    await ten().aggregate(
      [1, 1],
      ([s, n], x) => [s + x, n + 1],
      ([a, b], [c, d]) => [a + c, b + d],
    ),
  ).toEqual([59, 14]);
  expect(await ten().treeReduce((a, b) => a + b, 2)).toBe(55);
  expect(
    await sc.range(0, 100, 1, 20).treeAggregate(
      0,
      (a, b) => a + b,
      (a, b) => a + b,
      2,
    ),
  ).toBe(4950);
  await expect(ten().treeReduce((a, b) => a + b, 0)).rejects.toThrow(/depth/);
});

test("a zero that is changed in place stays the caller's own", async () => {
  const zero: number[] = [];
  const add = (list: number[], x: number): number[] => (list.push(x), list);
  expect((await ten().aggregate(zero, add, (a, b) => (a.push(...b), a))).sort((a, b) => a - b)).toEqual(
    upTo(10).map((i) => i + 1),
  );
  expect(zero).toEqual([]);
  const byKey = ten()
    .map((x) => [x % 2, x])
    .aggregateByKey(zero, add, (a, b) => [...a, ...b]);
  expect(sorted((await byKey.collect()).map(([k, v]) => [k, v.sort((a, b) => a - b)]))).toEqual([
    [0, [2, 4, 6, 8, 10]],
    [1, [1, 3, 5, 7, 9]],
  ]);
});

test("take reads one partition first, then at most four times as many", async () => {
  const many = sc.range(0, 100, 1, 50);
  expect(await many.take(3)).toEqual([0, 1, 2]);
  expect(sc.stages.map(({ tasks }) => tasks)).toEqual([1, 1]);
  sc.stages.length = 0;
  expect(await many.filter((x) => x >= 50).take(1)).toEqual([50]);
  expect(sc.stages.map(({ tasks }) => tasks)).toEqual([1, 4, 20, 25]);
  expect(await many.take(0)).toEqual([]);
  await expect(many.take(-1)).rejects.toThrow(/at least 0/);
});

test("numbers and statistics", async () => {
  const stats = await ten().stats();
  expect(inspect(stats)).toBe(`StatCounter ${String(stats)}`);
  expect([stats.count, stats.mean, stats.min, stats.max, stats.sum]).toEqual([10, 5.5, 1, 10, 55]);
  expect(stats.stdev).toBeCloseTo(2.8722813232690143, 14);
  expect(await sc.parallelize([1], 1).sampleStdev()).toBeNaN();
  expect(await ten().variance()).toBeCloseTo(8.25, 14);
  expect(await sc.range(0, 51).histogram(2)).toEqual([
    [0, 25, 50],
    [25, 26],
  ]);
  expect(await sc.range(0, 51).histogram([0, 5, 25, 50])).toEqual([
    [0, 5, 25, 50],
    [5, 20, 26],
  ]);
  expect(await sc.range(0, 51).histogram([0, 15, 30, 45, 60])).toEqual([
    [0, 15, 30, 45, 60],
    [15, 15, 15, 6],
  ]);
  expect(await sc.parallelize([0, 7]).histogram(3)).toEqual([
    [0, 7 / 3, 14 / 3, 7],
    [1, 0, 1],
  ]);
  expect(await sc.parallelize([1, 1]).histogram(3)).toEqual([[1, 1], [2]]);
  expect(await sc.parallelize(["ab", "ac", "b", "bd", "ef"]).histogram(["a", "b", "c"])).toEqual([
    ["a", "b", "c"],
    [2, 2],
  ]);
  for (const buckets of [[1], [1, 1], [3, 1], 0]) await expect(ten().histogram(buckets)).rejects.toThrow();
  await expect(sc.parallelize([1, Infinity]).histogram(2)).rejects.toThrow(/infinite/);
});

test("order: top, takeOrdered, min and max, with keys", async () => {
  const xs = sc.parallelize([10, 4, 2, 12, 3], 2);
  expect(await xs.top(2)).toEqual([12, 10]);
  expect(await xs.takeOrdered(3)).toEqual([2, 3, 4]);
  expect(await xs.top(3, (x) => -x)).toEqual([2, 3, 4]);
  expect(await sc.parallelize(["ccc", "a", "bb"], 2).takeOrdered(2, (s) => -s.length)).toEqual(["ccc", "bb"]);
  expect([await xs.min(), await xs.max(), await xs.max(String)]).toEqual([2, 12, 4]);
  expect(await xs.takeOrdered(0)).toEqual([]);
});

test("numbering", async () => {
  expect(await sc.parallelize(["a", "b", "c", "d", "e"], 3).zipWithUniqueId().collect()).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 4],
    ["d", 2],
    ["e", 5],
  ]);
  expect(sc.stages).toHaveLength(1);
  sc.stages.length = 0;
  expect(await sc.parallelize(["a", "b", "c"], 2).zipWithIndex().collect()).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 2],
  ]);
  expect(sc.stages.map(({ tasks }) => tasks)).toEqual([1, 2]);
});

test("zip, union, cartesian, coalesce, repartition", async () => {
  expect(
    await ten()
      .zip(ten().map((x) => -x))
      .take(2),
  ).toEqual([
    [1, -1],
    [2, -2],
  ]);
  await expect(
    ten()
      .zip(sc.range(0, 10, 1, 2))
      .count(),
  ).rejects.toThrow(/partition/);
  await expect(
    sc
      .parallelize([1, 2, 3], 2)
      .zip(sc.parallelize([1, 2], 2))
      .count(),
  ).rejects.toThrow(/same number of elements/);
  expect(
    await ten()
      .zipPartitions(ten(), (a, b) => [[...a].length + [...b].length])
      .collect(),
  ).toEqual([6, 6, 8]);
  expect(await ten().union(ten()).glom().collect()).toEqual([
    ...(await ten().glom().collect()),
    ...(await ten().glom().collect()),
  ]);
  expect(
    await sc
      .parallelize([1, 2], 2)
      .cartesian(sc.parallelize([3, 4], 2))
      .glom()
      .collect(),
  ).toEqual([[[1, 3]], [[1, 4]], [[2, 3]], [[2, 4]]]);
  expect(await sc.range(0, 10, 1, 10).coalesce(3).glom().collect()).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8, 9],
  ]);
  expect(
    await sc
      .range(0, 10, 1, 10)
      .map((x) => x)
      .coalesce(7)
      .map((x) => x)
      .glom()
      .collect(),
  ).toEqual([[0], [1], [2, 3], [4], [5, 6], [7], [8, 9]]);
  expect(await ten().coalesce(8).getNumPartitions()).toBe(3);
  // The partitions of Spark 4.2: sc.parallelize(0 until 20, 3).repartition(7)
  expect((await sc.range(0, 20, 1, 3).repartition(7).glom().collect()).map((part) => part.sort((a, b) => a - b))).toEqual([
    [4, 7, 18],
    [5, 8, 19],
    [9, 13],
    [0, 10, 14],
    [1, 11, 15],
    [2, 12, 16],
    [3, 6, 17],
  ]);
  expect(() => ten().coalesce(0)).toThrow(/number of partitions/);
});

test("a cartesian product with more on the right than is kept in memory", async () => {
  const product = sc.range(0, 300, 1, 1).cartesian(sc.range(0, 60_000, 1, 1));
  const [count, sum] = await product.aggregate(
    [0, 0],
    ([n, s], [a, b]) => [n + 1, s + a * b],
    ([n, s], [m, t]) => [n + m, s + t],
  );
  expect(count).toBe(300 * 60_000);
  expect(sum).toBe(((300 * 299) / 2) * ((60_000 * 59_999) / 2));
  expect(await sc.emptyRDD().cartesian(sc.range(3)).count()).toBe(0);
  expect(await sc.range(0, 5, 1, 2).cartesian(sc.parallelize([], 2)).count()).toBe(0);
});

test("functions over partitions", async () => {
  expect(
    await ten()
      .mapPartitionsWithIndex((i, it) => [[i, [...it].length]])
      .collect(),
  ).toEqual([
    [0, 3],
    [1, 3],
    [2, 4],
  ]);
  expect(
    await ten()
      .mapPartitions(function* (it) {
        for (const x of it) {
          yield x;
          yield -x;
        }
      })
      .count(),
  ).toBe(20);
  expect(
    await ten()
      .map(async (x) => x * 2)
      .mapPartitions((it) => [...it].map((x) => x + 1))
      .collect(),
  ).toEqual(upTo(10).map((i) => 2 * i + 3));
  expect(
    await ten()
      .mapPartitions(async function* (it) {
        for (const x of it) yield await Promise.resolve(x);
      })
      .map((x) => x + 1)
      .sum(),
  ).toBe(65);
  expect(
    await ten()
      .mapPartitions(async (it) => [...it])
      .glom()
      .mapPartitions((it) => it)
      .count(),
  ).toBe(3);
  await expect(
    ten()
      .mapPartitions(() => 5 as never)
      .count(),
  ).rejects.toThrow(/must return an iterable/);
});

test("a lazy partition function reads no more than is asked for", async () => {
  let made = 0;
  const lazy = sc.range(0, 1000, 1, 1).mapPartitions(function* (it) {
    for (const x of it) {
      made++;
      yield x;
    }
  });
  expect(await lazy.take(1)).toEqual([0]);
  expect(made).toBeLessThan(10);
});

test("sets and bags", async () => {
  expect(sorted(await sc.parallelize([1, 1, 2], 2).distinct().collect())).toEqual([1, 2]);
  expect(
    sorted(
      await sc
        .parallelize([1, 1, 2, 3], 2)
        .intersection(sc.parallelize([1, 1, 3, 5], 2))
        .collect(),
    ),
  ).toEqual([1, 3]);
  expect(
    sorted(
      await sc
        .parallelize([1, 1, 2, 3], 2)
        .subtract(sc.parallelize([3], 1))
        .collect(),
    ),
  ).toEqual([1, 1, 2]);
  expect(await sc.parallelize(["a", "b", "a"], 2).countByValue()).toEqual(
    new Map([
      ["a", 2],
      ["b", 1],
    ]),
  );
  expect(
    (
      await sc
        .parallelize([{ x: 1 }, { x: 1 }, [1], [1]] as unknown[], 3)
        .distinct()
        .collect()
    ).length,
  ).toBe(2);
});

test("iterating and streaming out", async () => {
  const seen: number[] = [];
  for await (const x of ten().toLocalIterator({ prefetchPartitions: true })) seen.push(x);
  expect(seen).toEqual(await ten().collect());
  const streamed: number[] = [];
  for await (const x of ten().toReadable()) streamed.push(x as number);
  expect(streamed).toEqual(seen);
});

test("foreach runs in tasks and may be asynchronous", async () => {
  const seen: number[] = [];
  await ten().foreach((x) => {
    seen.push(x);
  });
  await ten().foreach(async (x) => {
    await Promise.resolve();
    seen.push(x);
  });
  await ten().foreachPartition(async (it) => {
    for (const x of it) seen.push(x);
  });
  expect(seen).toHaveLength(30);
});

test("pipe", async () => {
  expect(await sc.parallelize([1, 2, 3], 2).pipe("cat").collect()).toEqual(["1", "2", "3"]);
  expect(await sc.parallelize(["1", "2", "", "3"], 2).pipe("sed 's/^/x /'").collect()).toEqual(["x 1", "x 2", "x ", "x 3"]);
  expect(await sc.parallelize(["a"], 1).pipe(["sh", "-c", "echo $GREETING"], { GREETING: "hello" }).collect()).toEqual(["hello"]);
  await expect(sc.parallelize(["1"], 1).pipe(["sh", "-c", "echo bad >&2; exit 3"]).collect()).rejects.toThrow(
    /exit status 3[^]*bad/,
  );
  await expect(sc.parallelize(["1"], 1).pipe("no-such-command-here").collect()).rejects.toThrow(/cannot be run/);
  const big = sc.range(0, 200_000, 1, 1).map((i) => `line ${i}`);
  expect(await big.pipe("cat").count()).toBe(200_000);
});

test("wrong arguments name the call", () => {
  expect(() => ten().map(undefined as never)).toThrow(/map: the function is missing/);
  expect(() => ten().filter(3 as never)).toThrow(/filter: the function must be a function, not 3/);
  expect(() => ten().union(3 as never)).toThrow(/union: the other RDD must be an RDD/);
  expect(() => ten().sample("x" as never, 0.5)).toThrow(/sample/);
});
