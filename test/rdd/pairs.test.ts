import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

const sorted = <T>(records: readonly T[]): T[] => [...records].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

test("reduceByKey combines across partitions in two stages", async () => {
  const words = sc.parallelize(["a b", "c a", "b a"], 3).flatMap((line) => line.split(" ")).map((word) => [word, 1]);
  expect(sorted(await words.reduceByKey((a, b) => a + b).collect())).toEqual([["a", 3], ["b", 2], ["c", 1]]);
  expect(sc.stages.map(({ tasks, output }) => [tasks, output])).toEqual([[3, "shuffle"], [3, "action"]]);
});
