/** How many files a write makes, and with the option `rebalance`. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firesteel, testSession } from "../../support/built-session";

const spark = testSession({ "spark.sql.shuffle.partitions": "4" });
const directory = mkdtempSync(join(tmpdir(), "firesteel-rebalance-"));
afterAll(() => rmSync(directory, { recursive: true }));

function files(name: string): string[] {
  return (readdirSync(join(directory, name), { recursive: true }) as string[]).filter((file) =>
    /part-[^/]*\.parquet$/.test(file),
  );
}

test("a directory has a file of each task that has rows for it, as in Spark; with rebalance one", async () => {
  const df = spark().range(0, 1000, 1, 8).withColumn("k", firesteel.functions.col("id").mod(5));
  await df.write.partitionBy("k").parquet(join(directory, "plain"));
  expect(files("plain")).toHaveLength(40);
  await df.write.partitionBy("k").option("rebalance", true).parquet(join(directory, "few"));
  expect(files("few")).toHaveLength(5);
  expect(await spark().read.parquet(join(directory, "few")).agg({ id: "sum", k: "sum" }).first()).toMatchObject({
    "sum(id)": 499_500,
    "sum(k)": 2000,
  });
  await df.write.parquet(join(directory, "one"), { rebalance: true });
  expect(files("one")).toHaveLength(1);
});

test("a setting says it for all writes; a write can say otherwise; the program's own layout stays", async () => {
  const df = spark().range(0, 100, 1, 3);
  spark().conf.set("firesteel.sql.write.rebalance", true);
  try {
    await df.write.parquet(join(directory, "set"));
    await df.write.parquet(join(directory, "not"), { rebalance: false });
    await df.repartition(2).write.parquet(join(directory, "laid"));
  } finally {
    spark().conf.unset("firesteel.sql.write.rebalance");
  }
  expect([files("set"), files("not"), files("laid")].map((list) => list.length)).toEqual([1, 3, 2]);
});
