// Where rows go: partitioners, orders, stages that are skipped, events.
import assert from "node:assert/strict";
import { HashPartitioner, Partitioner, RangePartitioner, SparkConf, SparkContext, TaskContext } from "firesteel";
import type { SparkListener } from "firesteel";

const sc = SparkContext.getOrCreate(new SparkConf().setAppName("placement"));
const seen = { jobs: 0, stages: 0, tasks: 0, rows: 0 };
const listener: SparkListener = {
  onJobStart: () => void seen.jobs++,
  onStageCompleted: () => void seen.stages++,
  onTaskEnd: () => void seen.tasks++,
};
sc.addSparkListener(listener);
async function during(body: () => Promise<unknown>): Promise<number[]> {
  await sc.flushListeners();
  Object.assign(seen, { jobs: 0, stages: 0, tasks: 0 });
  await body();
  await sc.flushListeners();
  return [seen.jobs, seen.stages, seen.tasks];
}

const pairs = sc.range(0, 400, 1, 4).map((i) => [i % 40, i]);
const grouped = pairs.groupByKey(5);
assert.deepEqual(await during(() => grouped.count()), [1, 2, 9]);
assert.deepEqual(await during(() => grouped.mapValues((xs) => [...xs].length).collect()), [1, 1, 5]);
assert.deepEqual(
  await during(() =>
    grouped
      .mapValues((xs) => [...xs].length)
      .reduceByKey((a, b) => a + b)
      .count(),
  ),
  [1, 1, 5],
); // in place
assert.deepEqual(await during(() => pairs.filter(([k]) => k < 3).first()), [1, 1, 1]);

class Halves extends Partitioner {
  override readonly numPartitions = 2;
  constructor(readonly border: number) {
    super();
  }
  override getPartition(key: number): number {
    return key < this.border ? 0 : 1;
  }
  override equals(other: unknown): boolean {
    return other instanceof Halves && other.border === this.border;
  }
}
const halves = pairs.partitionBy(new Halves(10));
assert.deepEqual(await halves.keys().distinct(1).count(), 40);
assert.deepEqual(
  await halves
    .glom()
    .map((rows) => rows.length)
    .collect(),
  [100, 300],
);
// Equal partitioners: the second one moves nothing, and neither does the join. Others: one side moves twice.
assert.deepEqual(await during(() => halves.join(halves.mapValues((v) => -v).partitionBy(new Halves(10))).count()), [1, 1, 2]);
assert.deepEqual(await during(() => halves.join(halves.mapValues((v) => -v).partitionBy(new Halves(20))).count()), [1, 3, 6]);
assert.ok((await halves.filter(() => true).partitioner())?.equals(new Halves(10)));
assert.equal(await pairs.partitionBy(new HashPartitioner(3)).getNumPartitions(), 3);

const ranges = await RangePartitioner.sample(pairs, 4);
const sizes = await pairs
  .partitionBy(ranges)
  .mapPartitions((rows) => [new Set([...rows].map(([k]) => k)).size])
  .collect();
assert.equal(
  sizes.reduce((a, b) => a + b, 0),
  40,
);
assert.ok(sizes.length === 4 && Math.max(...sizes) <= 20, String(sizes));
const descending = await pairs.sortByKey(false, 3).keys().collect();
assert.deepEqual(
  descending,
  [...descending].sort((a, b) => b - a),
);
assert.deepEqual(
  await sc
    .parallelize(
      [
        ["b", 2],
        ["a", 9],
        ["b", 1],
      ],
      2,
    )
    .sortBy(([k, v]) => [k, v], true, 2)
    .collect(),
  [
    ["a", 9],
    ["b", 1],
    ["b", 2],
  ],
);

assert.deepEqual(
  await pairs
    .coalesce(2)
    .mapPartitionsWithIndex((index) => [index])
    .collect(),
  [0, 1],
);
assert.deepEqual(
  await pairs
    .repartition(6)
    .glom()
    .map((rows) => rows.length > 40)
    .collect(),
  Array(6).fill(true),
);
assert.deepEqual(
  await sc
    .parallelize([1, 2, 3, 4], 2)
    .map((x) => x * 10 + TaskContext.getPartitionId())
    .collect(),
  [10, 20, 31, 41],
);
const one = sc.range(0, 1000, 1, 4).sample(false, 0.2, 11);
assert.deepEqual(await one.collect(), await one.collect());
sc.removeSparkListener(listener);
await sc.stop();
console.log("ok");
