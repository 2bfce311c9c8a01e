/**
 * What the types of RDDs promise, checked by tsc: this file is never run. `same` holds where both types are identical.
 */
import type { RDD, StatCounter } from "../../src/rdd";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(holds: Same<A, B>): void;
declare const numbers: RDD<number>;
declare const words: RDD<string>;
declare const pairs: RDD<[string, number]>;
declare const others: RDD<[string, Date]>;
declare const maybe: RDD<number | undefined>;

export async function typeTests(): Promise<void> {
  // Pairs come from functions that return two-element arrays, everything else stays what it is.
  const counted = words.map((w) => [w, 1]);
  same<typeof counted, RDD<[string, number]>>(true);
  const triples = words.map((w) => [w, 1, 2]);
  same<typeof triples, RDD<[string, number, number]>>(true);
  const later = numbers.map(async (x) => x + 1);
  same<typeof later, RDD<number>>(true);
  const laterPairs = numbers.map(async (x): Promise<[number, string]> => [x, "a"]);
  same<typeof laterPairs, RDD<[number, string]>>(true);
  const listed = numbers.map((x) => Array.from({ length: x }, (_, i) => i));
  same<typeof listed, RDD<number[]>>(true);
  const split = words.flatMap((line) => line.split(" "));
  same<typeof split, RDD<string>>(true);
  const emitted = words.flatMap((line) => line.split(" ").map((w): [string, number] => [w, 1]));
  same<typeof emitted, RDD<[string, number]>>(true);
  const keyed = words.keyBy((w) => w.length);
  same<typeof keyed, RDD<[number, string]>>(true);
  const present = maybe.filter((x): x is number => x !== undefined);
  same<typeof present, RDD<number>>(true);
  const generated = numbers.mapPartitions(function* (records) {
    for (const x of records) yield String(x);
  });
  same<typeof generated, RDD<string>>(true);
  const indexed = words.zipWithIndex();
  same<typeof indexed, RDD<[string, number]>>(true);
  const glommed = words.glom();
  same<typeof glommed, RDD<string[]>>(true);

  // Operations by key.
  const reduced = pairs.reduceByKey((a, b) => a + b);
  same<typeof reduced, RDD<[string, number]>>(true);
  const grouped = pairs.groupByKey();
  same<typeof grouped, RDD<[string, number[]]>>(true);
  const averaged = pairs.aggregateByKey([0, 0], ([s, n], v) => [s + v, n + 1], ([a, b], [c, d]) => [a + c, b + d]).mapValues(([s, n]) => s / n);
  same<typeof averaged, RDD<[string, number]>>(true);
  const combined = pairs.combineByKey((v) => [v], (c, v) => [...c, v], (c, d) => [...c, ...d]);
  same<typeof combined, RDD<[string, number[]]>>(true);
  const joined = pairs.join(others);
  same<typeof joined, RDD<[string, [number, Date]]>>(true);
  const left = pairs.leftOuterJoin(others);
  same<typeof left, RDD<[string, [number, Date | undefined]]>>(true);
  const full = pairs.fullOuterJoin(others);
  same<typeof full, RDD<[string, [number | undefined, Date | undefined]]>>(true);
  const together = pairs.cogroup(others, words.keyBy((w) => w));
  same<typeof together, RDD<[string, [number[], Date[], string[]]]>>(true);
  const keys = pairs.keys();
  same<typeof keys, RDD<string>>(true);
  const found = await pairs.lookup("a");
  same<typeof found, number[]>(true);
  const counts = await pairs.countByKey();
  same<typeof counts, Map<string, number>>(true);

  // Actions.
  const [sum, count] = await numbers.aggregate([0, 0], ([s, n], x) => [s + x, n + 1], ([a, b], [c, d]) => [a + c, b + d]);
  same<typeof sum, number>(true);
  same<typeof count, number>(true);
  const stats = await numbers.stats();
  same<typeof stats, StatCounter>(true);
  const [edges, heights] = await numbers.histogram(2);
  same<typeof edges, number[]>(true);
  same<typeof heights, number[]>(true);
  await numbers.count({ signal: new AbortController().signal });

  // @ts-expect-error reduceByKey is for pairs
  numbers.reduceByKey((a, b) => a + b);
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
