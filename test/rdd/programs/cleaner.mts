/**
 * What the cleaner releases, in a process that holds nothing else: a test runner's own heap takes long to collect and may
 * hold on to frames. Prints one JSON object: what was released in each case.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { makeBroadcast } from "../../../src/rdd";
import type { RDD } from "../../../src/rdd";
import { InlineContext } from "../../support/inline-context";

/** Functions are captured as by the driver: what keeps them is part of the question. */
const newContext = (): InlineContext => new InlineContext(2, true);

let sc = newContext();

/** What was released after some collections; finalizers may take their time until there are `atLeast`. */
async function released(atLeast = 0): Promise<string[]> {
  for (let i = 0; i < 8 || (i < 500 && new Set(sc.released).size < atLeast); i++) {
    (globalThis as unknown as { gc(): void }).gc();
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
  await reduced.partitionBy(3).sortByKey().distinct(4).repartition(2).count();
  makeBroadcast(sc, [1, 2, 3]);
}

async function child(): Promise<RDD<number>> {
  const reduced = sc
    .range(0, 100, 1, 2)
    .map((i) => [i % 10, i])
    .reduceByKey((a, b) => a + b);
  await reduced.count();
  return reduced.values();
}

function mapped(): RDD<number> {
  const table = makeBroadcast(sc, [1, 2, 3]);
  return sc.range(3).map((i) => table.value[i]!);
}

/** The scope of the function reaches the handle of what it is a part of. */
async function reachesItself(): Promise<number> {
  const factor = 2;
  const doubled = sc
    .range(0, 100, 1, 2)
    .map((i) => [i % 10, i * factor])
    .reduceByKey((a, b) => a + b);
  kept.push(doubled.node);
  const later = (): Promise<number> => doubled.count();
  return later();
}

const cases: Record<string, () => Promise<unknown>> = {
  dropped: async () => {
    await useAndDrop();
    return released(7);
  },
  "in use": async () => {
    const values = await child();
    const before = await released();
    sc.stages.length = 0;
    return { before, count: await values.count(), stages: sc.stages.length };
  },
  "reaches itself": async () => {
    const count = await reachesItself();
    return { count, released: await released(1) };
  },
  "tree aggregation": async () => {
    const sum = await sc.range(0, 100, 1, 20).treeReduce((a, b) => a + b);
    return { sum, released: await released(1) };
  },
  broadcast: async () => {
    const rdd = mapped();
    return { before: await released(), sum: await rdd.sum() };
  },
};

const results: Record<string, unknown> = {};
for (const [name, run] of Object.entries(cases)) {
  results[name] = await run();
  sc.stop();
  sc = newContext();
}
sc.stop();
console.log(JSON.stringify(results));
