import type { RDD } from "../../src/rdd";
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

type Binary = (a: number, b: number) => number;

const sum: Binary = (a, b) => a + b;
const async = (async (a: number, b: number) => a + b) as unknown as Binary;
/** As an async function that was compiled for an older JavaScript. */
const promising = ((a: number, b: number) => Promise.resolve(a + b)) as unknown as Binary;

const numbers = (): RDD<number> => sc.range(1, 7, 1, 2);
const pairs = (): RDD<[number, number]> => numbers().map((n): [number, number] => [n % 2, n]);
const texts = (): RDD<[string, string]> => numbers().map((n): [string, string] => [`k${n % 2}`, `v${n}`]);
const create = (n: number): number => n;

/** What each call makes of a function in each of its places, and what messages call the place on the driver and in tasks. */
const CASES: [call: string, place: string, inTask: string, run: (f: Binary) => Promise<unknown>][] = [
  ["reduce", "the function", "the function", async (f) => numbers().reduce(f)],
  ["fold", "the function", "the function", async (f) => numbers().fold(0, f)],
  ["treeReduce", "the function", "the function", async (f) => numbers().treeReduce(f)],
  ["aggregate", "the function that takes in values", "", async (f) => numbers().aggregate(0, f, sum)],
  ["aggregate", "the function that combines", "", async (f) => numbers().aggregate(0, sum, f)],
  ["treeAggregate", "the function that takes in values", "", async (f) => numbers().treeAggregate(0, f, sum)],
  ["treeAggregate", "the function that combines", "", async (f) => numbers().treeAggregate(0, sum, f)],
  ["reduceByKey", "the function", "the function, or what made its values,", async (f) => pairs().reduceByKey(f).collect()],
  [
    "reduceByKey",
    "the function",
    "the function, or what made its values,",
    async (f) =>
      texts()
        .reduceByKey(f as never)
        .collect(),
  ],
  [
    "reduceByKeyLocally",
    "the function",
    "the function, or what made its values,",
    async (f) => pairs().coalesce(1).reduceByKeyLocally(f),
  ],
  ["reduceByKeyLocally", "the function", "", async (f) => pairs().repartition(6).reduceByKeyLocally(f)],
  ["foldByKey", "the function", "the function that takes in values", async (f) => pairs().foldByKey(0, f).collect()],
  ["aggregateByKey", "the function that takes in values", "", async (f) => pairs().aggregateByKey(0, f, sum).collect()],
  ["aggregateByKey", "the function that combines", "", async (f) => pairs().aggregateByKey(0, sum, f).collect()],
  [
    "combineByKey",
    "the function create",
    "the function that takes in values",
    async (f) =>
      pairs()
        .combineByKey(f as never, sum, sum)
        .collect(),
  ],
  [
    "combineByKey",
    "the function mergeValue",
    "the function that takes in values",
    async (f) => pairs().combineByKey(create, f, sum).collect(),
  ],
  [
    "combineByKey",
    "the function mergeCombiners",
    "the function that combines",
    async (f) => pairs().combineByKey(create, sum, f).collect(),
  ],
];

const words = (call: string, place: string): string =>
  `${call}: ${place} returns a promise (it is asynchronous), and what combines records must give its result at once. ` +
  `Do what has to wait in a map before the ${call}`;

test.each(CASES)("%s refuses an async function for %s before it runs anything", async (call, place, _inTask, run) => {
  await expect(run(async)).rejects.toThrow(words(call, place));
  expect(sc.stages).toEqual([]);
});

test.each(CASES)("%s names %s where it returned a promise", async (call, place, inTask, run) => {
  await expect(run(promising)).rejects.toThrow(
    inTask === ""
      ? new RegExp(`${call}: .*${place === "the function" ? "function" : place}.* returns a promise`)
      : words(call, inTask),
  );
});

test("what comes behind an aggregation never sees a promise", async () => {
  await expect(
    pairs()
      .combineByKey(create, sum, promising)
      .mapValues((n) => `${n}`)
      .collect(),
  ).rejects.toThrow(words("combineByKey", "the function that combines"));
});

test("functions of ours have no promise to refuse", async () => {
  expect(await numbers().countApproxDistinct()).toBe(6);
});
