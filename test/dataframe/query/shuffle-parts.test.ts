/** The scheduler is told what each task of a query reads of its shuffles, so that it can run near that. */
import type { ShufflePart } from "../../../src/rdd/lineage";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession({ "spark.sql.shuffle.partitions": "8", "spark.sql.autoBroadcastJoinThreshold": "-1" });

/** By task, what the last stage of a query reads of each of its shuffles. */
async function partsOf(run: () => Promise<unknown>): Promise<(readonly ShufflePart[])[][]> {
  const { port } = spark().sparkContext.range(0, 1);
  const runJob = jest.spyOn(port, "runJob");
  try {
    await run();
    const { node } = runJob.mock.lastCall![0];
    const shuffles = node.dependencies.filter((dependency) => dependency.kind === "shuffle");
    return Array.from({ length: node.numPartitions }, (_, partition) => shuffles.map((one) => node.shuffleParts(partition, one)));
  } finally {
    runJob.mockRestore();
  }
}

const keys = (n: number) => spark().range(0, n, 1, 3).select(F.col("id").mod(100).as("k"));

test("partitions that are read together", async () => {
  const parts = await partsOf(() => keys(1000).groupBy("k").count().collect());
  expect(parts).toEqual([[Array.from({ length: 8 }, (_, reduce) => ({ reduce }))]]);
});

test("of each side of a join", async () => {
  spark().conf.set("spark.sql.adaptive.enabled", "false");
  const parts = await partsOf(() => keys(1000).join(keys(500).distinct(), "k").collect());
  spark().conf.unset("spark.sql.adaptive.enabled");
  expect(parts).toEqual(Array.from({ length: 8 }, (_, reduce) => [[{ reduce }], [{ reduce }]]));
});

test("nothing of a broadcast, which every task reads whole", async () => {
  const parts = await partsOf(() =>
    keys(1000)
      .join(F.broadcast(keys(50)), "k")
      .collect(),
  );
  expect(parts.flat(2)).toEqual([]);
  expect(parts.length).toBeGreaterThan(0);
});
