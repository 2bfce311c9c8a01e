// Transformations, actions, keys by content, several jobs at a time.
import assert from "node:assert/strict";
import { SparkConf, SparkContext } from "firesteel";

await using sc = new SparkContext(new SparkConf().setAppName("transformations"));
const byJson = <T>(values: T[]): T[] => [...values].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

const lines = sc.parallelize(["to be or not to be", "that is the question", "", "be"], 3);
const counts = lines
  .flatMap((line) => line.split(" ").filter((word) => word !== ""))
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b);
assert.deepEqual(await counts.sortBy(([word, count]) => [-count, word]).take(3), [
  ["be", 3],
  ["to", 2],
  ["is", 1],
]);
assert.equal(await counts.values().sum(), 11);
assert.deepEqual(
  await counts.filter(([, count]) => count > 1).collectAsMap(),
  new Map([
    ["be", 3],
    ["to", 2],
  ]),
);

const numbers = sc.range(1, 101, 1, 7);
assert.equal(await numbers.map((x) => (x % 3 === 0 ? 1 : 0)).reduce((a, b) => a + b), 33);
assert.deepEqual(
  await numbers
    .keyBy((x) => x % 4)
    .mapValues((x) => (x > 50 ? 1 : 0))
    .reduceByKey((a, b) => a + b)
    .sortByKey()
    .collect(),
  [
    [0, 13],
    [1, 12],
    [2, 12],
    [3, 13],
  ],
);
assert.deepEqual(
  await numbers.treeAggregate(
    [0, 0],
    ([s, n], x) => [s + x, n + 1],
    ([a, b], [c, d]) => [a + c, b + d],
  ),
  [5050, 100],
);
assert.deepEqual(await numbers.mapPartitions((records) => [[...records].length]).collect(), [14, 14, 14, 15, 14, 14, 15]);
assert.deepEqual(
  await numbers
    .filter((x) => x > 98)
    .cartesian(sc.parallelize(["a", "b"], 1))
    .collect(),
  [
    [99, "a"],
    [99, "b"],
    [100, "a"],
    [100, "b"],
  ],
);
assert.deepEqual(
  byJson(
    await numbers
      .groupBy((x) => x % 2 === 0)
      .mapValues((xs) => [...xs].length)
      .collect(),
  ),
  [
    [false, 50],
    [true, 50],
  ],
);
assert.deepEqual(await numbers.takeOrdered(2, (x) => Math.abs(x - 50)), [50, 49]);
const stats = await numbers.stats();
assert.deepEqual([stats.count, stats.mean, stats.min, stats.max], [100, 50.5, 1, 100]);

// what keys are equal
class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}
class Pixel {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}
const keys: unknown[] = [
  new Point(1, 2),
  new Point(1, 2),
  new Pixel(1, 2),
  { x: 1, y: 2 },
  { y: 2, x: 1 },
  [1, [2]],
  [1, [2]],
  undefined,
  undefined,
  null,
  0,
  -0,
  "0",
  new Uint8Array([1]),
  new Uint8Array([1]),
  true,
  1n,
];
assert.equal(await sc.parallelize(keys, 4).distinct().count(), 11);
await assert.rejects(
  () =>
    sc
      .parallelize([[new Map(), 1]], 2)
      .groupByKey()
      .count(),
  /Map/,
);

// joins of different shapes
const people = sc.parallelize(
  [
    [1, "ada"],
    [2, "bob"],
    [3, "cyd"],
  ],
  2,
);
const visits = sc.parallelize(
  [
    [1, "paris"],
    [1, "rome"],
    [3, "oslo"],
    [4, "bern"],
  ],
  3,
);
assert.deepEqual(
  byJson(
    await people
      .join(visits)
      .map(([, [name, town]]) => `${name} ${town}`)
      .collect(),
  ),
  ["ada paris", "ada rome", "cyd oslo"],
);
assert.deepEqual(byJson(await people.rightOuterJoin(visits).keys().collect()), [1, 1, 3, 4]);
assert.deepEqual(byJson(await people.subtractByKey(visits).collect()), [[2, "bob"]]);
assert.deepEqual(
  byJson(
    await people
      .cogroup(visits)
      .mapValues(([a, b]) => [...a].length * 10 + [...b].length)
      .collect(),
  ),
  [
    [1, 12],
    [2, 10],
    [3, 11],
    [4, 1],
  ],
);

// promises are awaited in order; a function must decide
const delayed = async (x: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(x * 2), (100 - x) % 7));
assert.deepEqual(await numbers.map(delayed).take(5), [2, 4, 6, 8, 10]);
await assert.rejects(
  () =>
    sc
      .range(0, 4, 1, 1)
      .map((x): number | Promise<number> => (x % 2 ? Promise.resolve(x) : x))
      .collect(),
  /promise/i,
);

// jobs side by side, and streams in and out
const sums = await Promise.all(Array.from({ length: 8 }, (_, i) => numbers.map((x) => x * i).sum()));
assert.deepEqual(
  sums,
  sums.map((_, i) => 5050 * i),
);
async function* letters(): AsyncGenerator<string> {
  for (const letter of "streams") yield letter;
}
assert.equal(
  (
    await sc
      .fromStream(letters())
      .map((letter) => letter.toUpperCase())
      .collect()
  ).join(""),
  "STREAMS",
);
let read = 0;
for await (const x of numbers.toReadable()) read += x as number;
assert.equal(read, 5050);
assert.deepEqual(
  await numbers
    .zipWithIndex()
    .filter(([, index]) => index % 50 === 0)
    .collect(),
  [
    [1, 0],
    [51, 50],
  ],
);
assert.match(await counts.toDebugString(), /ShuffledRDD/);
console.log("ok");
