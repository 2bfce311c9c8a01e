// Expected texts are Spark 4.2's, with our call sites and ids.
import { HashPartitioner } from "../../src/rdd/partitioner";
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

/** Without ids and call sites. */
const bare = (text: string): string[] => text.split("\n").map((line) => line.replace(/\[\d+\] at (\w+) at \S+/, " $1"));
const ten = () => sc.parallelize([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3);

test("one stage, and a shuffle", async () => {
  const counts = ten()
    .map((x) => [x, 1])
    .setName("named")
    .reduceByKey((a, b) => a + b);
  expect(await counts.toDebugString()).toBe(
    [
      "(3) ShuffledRDD[2] at reduceByKey at test.ts:1:1 []",
      " +-(3) named MapPartitionsRDD[1] at map at test.ts:1:1 []",
      "    |  ParallelCollectionRDD[0] at parallelize at test.ts:1:1 []",
    ].join("\n"),
  );
});

test("a join of a laid out and another dataset, with cached partitions", async () => {
  const c = ten()
    .map((x) => [x % 2, x])
    .setName("pairs")
    .cache();
  await c.count();
  const r = c.reduceByKey((a, b) => a + b, 2);
  const text = bare(
    await r
      .join(c, 2)
      .mapValues(([a]) => a)
      .toDebugString(),
  ).map((line) => line.replace(/MemorySize: [^;]+/, "MemorySize"));
  expect(text).toEqual([
    "(2) MapPartitionsRDD mapValues []",
    " |  MapPartitionsRDD join []",
    " |  MapPartitionsRDD join []",
    " |  CoGroupedRDD join []",
    " |  ShuffledRDD reduceByKey []",
    " +-(3) pairs MapPartitionsRDD map []",
    "    |      CachedPartitions: 3; MemorySize; DiskSize: 0.0 B",
    "    |  ParallelCollectionRDD parallelize []",
    " +-(3) pairs MapPartitionsRDD map []",
    "    |      CachedPartitions: 3; MemorySize; DiskSize: 0.0 B",
    "    |  ParallelCollectionRDD parallelize []",
  ]);
  expect(bare(await c.toDebugString())[0]).toBe("(3) pairs MapPartitionsRDD map [Memory Deserialized 1x Replicated]");
  expect(bare(await c.join(c).toDebugString()).slice(2, 5)).toEqual([
    " |  CoGroupedRDD join []",
    " +-(3) pairs MapPartitionsRDD map []",
    " |  |      CachedPartitions: 3; MemorySize: 240.0 B; DiskSize: 0.0 B".replace(
      /MemorySize: [^;]+/,
      (await c.join(c).toDebugString()).match(/MemorySize: [^;]+/)![0],
    ),
  ]);
});

test("the datasets of composed operations", async () => {
  const names = async (text: Promise<string>): Promise<string> =>
    bare(await text)
      .map(
        (line) =>
          line
            .trim()
            .replace(/^[|+\-() \d]+/, "")
            .split(" ")[0],
      )
      .join(" ");
  expect(await names(ten().repartition(2).toDebugString())).toBe(
    "MapPartitionsRDD CoalescedRDD ShuffledRDD MapPartitionsRDD ParallelCollectionRDD",
  );
  expect(await names(ten().distinct().toDebugString())).toBe(
    "MapPartitionsRDD ShuffledRDD MapPartitionsRDD ParallelCollectionRDD",
  );
  expect(
    await names(
      ten()
        .sortBy((x) => x)
        .toDebugString(),
    ),
  ).toBe("MapPartitionsRDD ShuffledRDD MapPartitionsRDD ParallelCollectionRDD");
  expect(await names(ten().subtract(ten()).toDebugString())).toBe(
    "MapPartitionsRDD SubtractedRDD MapPartitionsRDD ParallelCollectionRDD MapPartitionsRDD ParallelCollectionRDD",
  );
  expect(await names(ten().zip(ten()).coalesce(2).toDebugString())).toBe(
    "CoalescedRDD ZippedPartitionsRDD2 ParallelCollectionRDD ParallelCollectionRDD",
  );
  expect(await names(ten().union(ten()).toDebugString())).toBe("UnionRDD ParallelCollectionRDD ParallelCollectionRDD");
  expect(
    await names(
      ten()
        .map((x) => [x, x])
        .partitionBy(new HashPartitioner(3))
        .toDebugString(),
    ),
  ).toBe("ShuffledRDD MapPartitionsRDD ParallelCollectionRDD");
  expect(await names(sc.emptyRDD().toDebugString())).toBe("EmptyRDD");
});
