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

async function released(): Promise<string[]> {
  for (let i = 0; i < 10 && sc.released.length === 0; i++) {
    collectGarbage();
    await sleep(10);
  }
  return [...sc.released].sort();
}

async function useAndDrop(): Promise<void> {
  const cached = sc.range(0, 100, 1, 2).map((i) => [i % 10, i]).cache();
  await cached.reduceByKey((a, b) => a + b).count();
  makeBroadcast(sc, [1, 2, 3]);
}

test("what no handle stands for any more is released", async () => {
  await useAndDrop();
  expect(await released()).toEqual(["broadcast 0", "rdd 1", "shuffle 0"]);
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
