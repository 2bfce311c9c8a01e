/**
 * What the types of RDDs promise, checked by tsc: this file is never run. `exactly` takes values of one type and no other.
 */
import type { SparkContext } from "../../src/driver/spark-context";
import type { RDD, StatCounter } from "../../src/rdd";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function exactly<Expected>(): { of<Actual>(value: Actual, same: Same<Actual, Expected>): void };
declare const sc: SparkContext;
declare const numbers: RDD<number>;
declare const words: RDD<string>;
declare const pairs: RDD<[string, number]>;
declare const others: RDD<[string, Date]>;
declare const maybe: RDD<number | undefined>;

export async function typeTests(): Promise<void> {
  // Pairs come from functions that return two-element arrays, everything else stays what it is.
  exactly<RDD<[string, number]>>().of(
    words.map((w) => [w, 1]),
    true,
  );
  exactly<RDD<[string, number, number]>>().of(
    words.map((w) => [w, 1, 2]),
    true,
  );
  exactly<RDD<number>>().of(
    numbers.map(async (x) => x + 1),
    true,
  );
  exactly<RDD<[number, string]>>().of(
    numbers.map(async (x): Promise<[number, string]> => [x, "a"]),
    true,
  );
  // `cond ? 1 : 0` is of type 0 | 1, and its sum is a number nevertheless.
  const flags = numbers.map((x) => (x > 0 ? 1 : 0));
  exactly<RDD<0 | 1>>().of(flags, true);
  exactly<number>().of(await flags.reduce((a, b) => a + b), true);
  exactly<number>().of(await flags.fold(0, (a, b) => a + b), true);
  exactly<number>().of(await flags.treeReduce((a, b) => a + b), true);
  exactly<RDD<[string, number]>>().of(
    words.map((w) => [w, w === "" ? 1 : 0]).reduceByKey((a, b) => a + b),
    true,
  );
  exactly<RDD<["a" | "b", number]>>().of(
    numbers
      .keyBy((x): "a" | "b" => (x > 0 ? "a" : "b"))
      .mapValues((x) => (x > 0 ? 1 : 0))
      .reduceByKey((a, b) => a + b),
    true,
  );
  exactly<Map<string, number>>().of(await pairs.mapValues((x) => (x > 0 ? 1 : 0)).reduceByKeyLocally((a, b) => a + b), true);
  exactly<RDD<number[]>>().of(
    numbers.map((x) => Array.from({ length: x }, (_, i) => i)),
    true,
  );
  exactly<RDD<string>>().of(
    words.flatMap((line) => line.split(" ")),
    true,
  );
  exactly<RDD<[string, number]>>().of(
    words.flatMap((line) => line.split(" ").map((w): [string, number] => [w, 1])),
    true,
  );
  exactly<RDD<[number, string]>>().of(
    words.keyBy((w) => w.length),
    true,
  );
  exactly<RDD<number>>().of(
    maybe.filter((x): x is number => x !== undefined),
    true,
  );
  exactly<RDD<string>>().of(
    numbers.mapPartitions(function* (records) {
      for (const x of records) yield String(x);
    }),
    true,
  );
  exactly<RDD<[string, number]>>().of(words.zipWithIndex(), true);
  exactly<RDD<string[]>>().of(words.glom(), true);

  // So are pairs within pairs; an array of one item counts as a list where values are put together.
  exactly<RDD<[string, number]>>().of(
    words
      .map((w) => [w, [[w], w === "" ? 1 : 0]])
      .reduceByKey(([a, n], [b, m]) => [[...a, ...b], n + m])
      .mapValues(([all, n]) => all.length / n),
    true,
  );
  exactly<RDD<[string, number]>>().of(
    words
      .map((w) => [[w, w.length], 1])
      .reduceByKey((a, b) => a + b)
      .map(([[w, length], n]) => [w.slice(length), n]),
    true,
  );
  exactly<RDD<[string, [number, number]]>>().of(
    words.map((w) => [w, [w.length, w === "" ? 1 : 0]]).reduceByKey(([a, n], [b, m]) => [a + b, n + m]),
    true,
  );
  exactly<RDD<[Date, [string, number]]>>().of(
    pairs.join(others).map(([k, [n, date]]) => [date, [k, n]]),
    true,
  );
  exactly<RDD<[string, number[]]>>().of(
    words.map((w) => [w, [w.length]]).reduceByKey((a, b) => [...a, ...b]),
    true,
  );
  exactly<RDD<[string, string[]]>>().of(
    words.keyBy((w) => w).mapValues((w) => w.split(",")),
    true,
  );
  pairs.partitionBy(3, (key) => key.length).repartitionAndSortWithinPartitions(2, (key) => key.charCodeAt(0), false);
  pairs.sortByKey(true, undefined, (key) => key.toLowerCase());

  // Operations by key.
  exactly<RDD<[string, number]>>().of(
    pairs.reduceByKey((a, b) => a + b),
    true,
  );
  exactly<RDD<[string, number[]]>>().of(pairs.groupByKey(), true);
  exactly<RDD<[string, number]>>().of(
    pairs
      .aggregateByKey(
        [0, 0],
        ([s, n], v) => [s + v, n + 1],
        ([a, b], [c, d]) => [a + c, b + d],
      )
      .mapValues(([s, n]) => s / n),
    true,
  );
  exactly<RDD<[string, number[]]>>().of(
    pairs.combineByKey(
      (v) => [v],
      (c, v) => [...c, v],
      (c, d) => [...c, ...d],
    ),
    true,
  );
  exactly<RDD<[string, [number, Date]]>>().of(pairs.join(others), true);
  exactly<RDD<[string, [number, Date | undefined]]>>().of(pairs.leftOuterJoin(others), true);
  exactly<RDD<[string, [number | undefined, Date | undefined]]>>().of(pairs.fullOuterJoin(others), true);
  exactly<RDD<[string, [number[], Date[], string[]]]>>().of(
    pairs.cogroup(
      others,
      words.keyBy((w) => w),
    ),
    true,
  );
  exactly<RDD<string>>().of(pairs.keys(), true);
  exactly<number[]>().of(await pairs.lookup("a"), true);
  exactly<Map<string, number>>().of(await pairs.countByKey(), true);

  // Actions.
  exactly<[number, number]>().of(
    await numbers.aggregate(
      [0, 0],
      ([s, n], x) => [s + x, n + 1],
      ([a, b], [c, d]) => [a + c, b + d],
    ),
    true,
  );
  exactly<StatCounter>().of(await numbers.stats(), true);
  const [edges, heights] = await numbers.histogram(2);
  exactly<number[]>().of(edges, true);
  exactly<number[]>().of(heights, true);
  await numbers.count({ signal: new AbortController().signal });

  // Tuples of any length, within tuples too, where values are put together.
  const triples = words.map((w): [string, [number, string, number]] => [w, [1, w, 2]]);
  exactly<RDD<[string, [number, string, number]]>>().of(
    triples.reduceByKey(([a, b, c], [d, e, f]) => [a + d, b + e, Math.max(c, f)]),
    true,
  );
  exactly<RDD<[string, [[number, number], number]]>>().of(
    words
      .map((w): [string, [[number, number], number]] => [w, [[1, 2], 3]])
      .reduceByKey(([[a, b], c], [[d, e], f]) => [[a + d, b + e], c + f]),
    true,
  );
  exactly<[number, number, number]>().of(
    await numbers.aggregate(
      [0, 0, 0],
      ([s, n, q], x) => [s + x, n + 1, q + x * x],
      ([a, b, c], [d, e, f]) => [a + d, b + e, c + f],
    ),
    true,
  );
  exactly<[number, [number, number]]>().of(
    await numbers.treeAggregate(
      [0, [0, 0]],
      ([s, [a, b]], x) => [s + x, [Math.min(a, x), Math.max(b, x)]],
      ([s, [a, b]], [t, [c, d]]) => [s + t, [Math.min(a, c), Math.max(b, d)]],
    ),
    true,
  );
  exactly<number | null>().of(
    await numbers.aggregate(
      null as number | null,
      (a, x) => (a === null ? x : a + x),
      (a, b) => a ?? b,
    ),
    true,
  );
  exactly<RDD<[string, [number, number, number]]>>().of(
    pairs.aggregateByKey(
      [0, 0, 0],
      ([a, b, c], v) => [a + v, b + 1, c + v * v],
      ([a, b, c], [d, e, f]) => [a + d, b + e, c + f],
    ),
    true,
  );
  exactly<RDD<[string, [number, number]]>>().of(
    pairs.combineByKey(
      (v) => [v, 1],
      ([s, n], v) => [s + v, n + 1],
      ([a, b], [c, d]) => [a + c, b + d],
    ),
    true,
  );
  exactly<RDD<[string, number]>>().of(
    pairs.combineByKey(
      (v) => v,
      (a, v) => a + v,
      (a, b) => a + b,
    ),
    true,
  );
  // Rows of a program's text have types of their own for their places, lists have one.
  exactly<RDD<[string, number, boolean]>>().of(sc.parallelize([["a", 1, true], ["b", 2, false]]), true); // prettier-ignore
  exactly<RDD<number[]>>().of(sc.parallelize([[1, 2, 3], [4, 5, 6]]), true); // prettier-ignore
  exactly<RDD<string>>().of(sc.parallelize(["a", "b"]), true);
  pairs.sampleByKey(false, { a: 0.5 }, 1);
  // @ts-expect-error an object's keys are strings
  numbers.keyBy((x) => x).sampleByKey(false, { 1: 0.5 });

  // @ts-expect-error reduceByKey is for pairs
  numbers.reduceByKey((a: number, b: number) => a + b);
  // @ts-expect-error sum is for numbers
  await words.sum();
  // @ts-expect-error keys are for pairs
  words.keys();
  // @ts-expect-error values of a key combine to values
  pairs.reduceByKey((a, b) => String(a + b));
  // @ts-expect-error a join needs equal types of keys
  pairs.join(numbers.keyBy((x) => x));
  // @ts-expect-error the record is a number
  numbers.map((x: string) => x);
  // @ts-expect-error unions have records of one type
  numbers.union(words);
  // @ts-expect-error edges of words are words
  await words.histogram([1, 2]);
  // @ts-expect-error a partitioner or a number
  pairs.partitionBy("4");
  // @ts-expect-error levels are StorageLevel's
  numbers.persist("MEMORY_ONLY");
}
