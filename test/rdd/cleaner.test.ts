import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { makeBroadcast } from "../../src/rdd";
import type { RDD } from "../../src/rdd";
import { InlineContext } from "../support/inline-context";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

/** What was released after some collections; finalizers may take their time until there are `atLeast`. */
async function released(atLeast = 0): Promise<string[]> {
  for (let i = 0; i < 8 || (i < 500 && new Set(sc.released).size < atLeast); i++) {
    collectGarbage();
    await sleep(10);
  }
  return [...sc.released].sort();
}

/** Nodes of the lineage, which a scheduler may keep. */
const kept: unknown[] = [];

async function useAndDrop(): Promise<void> {
  const cached = sc
    .range(0, 100, 1, 2)
    .map((i) => [i % 10, i])
    .cache();
  const reduced = cached.reduceByKey((a, b) => a + b);
  kept.push(reduced.node);
  await reduced.count();
  await reduced.partitionBy(3).sortByKey().distinct().repartition(2).count();
  makeBroadcast(sc, [1, 2, 3]);
}

test("what no handle stands for any more is released", async () => {
  await useAndDrop();
  expect(await released(7)).toEqual(["broadcast 0", "rdd 1", "shuffle 0", "shuffle 1", "shuffle 2", "shuffle 3", "shuffle 4"]);
});

async function child(): Promise<RDD<number>> {
  const reduced = sc
    .range(0, 100, 1, 2)
    .map((i) => [i % 10, i])
    .reduceByKey((a, b) => a + b);
  await reduced.count();
  return reduced.values();
}

test("a shuffle lives as long as something made from it", async () => {
  const values = await child();
  expect(await released()).toEqual([]);
  sc.stages.length = 0;
  expect(await values.count()).toBe(10);
  expect(sc.stages).toHaveLength(1);
});

test("what a tree aggregation leaves behind is released", async () => {
  expect(await sc.range(0, 100, 1, 20).treeReduce((a, b) => a + b)).toBe(4950);
  expect(await released(1)).toEqual(["shuffle 0"]);
});

function mapped(): RDD<number> {
  const table = makeBroadcast(sc, [1, 2, 3]);
  return sc.range(3).map((i) => table.value[i]!);
}

test("a broadcast lives as long as a function that uses it", async () => {
  const rdd = mapped();
  expect(await released()).toEqual([]);
  expect(await rdd.sum()).toBe(6);
});
