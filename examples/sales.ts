// Makes up a table of orders, writes it as Parquet, and asks it questions: in SQL, and with the DataFrame API.
// Shows: columns pruned and row groups skipped at the scan, a join, a window, the plan.
//
//   npx firesteel run-example sales              1,000,000 orders
//   npx firesteel run-example sales 10000000
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { functions as F, SparkSession, Window } from "firesteel";

const { col } = F;
const orders = Number(process.argv[2] ?? 1_000_000);
const spark = SparkSession.builder.appName("sales").getOrCreate();
const folder = mkdtempSync(join(tmpdir(), "firesteel-sales-"));
const path = join(folder, "orders");

let begin = performance.now();
await spark
  .range(0, orders)
  .select(
    col("id").as("order"),
    F.expr("CAST(1 + id * 7919 % 5 AS INT)").as("region"),
    F.expr("date_add(DATE'2024-01-01', CAST(id * 31 % 366 AS INT))").as("day"),
    F.expr("CAST(id * 17 % 20000 AS DECIMAL(10, 2)) / 100").cast("decimal(10,2)").as("amount"),
  )
  .write.parquet(path);
console.log(`${orders.toLocaleString("en")} orders written as Parquet in ${Math.round(performance.now() - begin)} ms\n`);

await spark.read.parquet(path).createOrReplaceTempView("orders");
await spark
  .createDataFrame(
    [
      [1, "North"],
      [2, "East"],
      [3, "South"],
      [4, "West"],
      [5, "Online"],
    ],
    "region INT, name STRING",
  ) // prettier-ignore
  .createOrReplaceTempView("regions");

const bySql = spark.sql(`
  SELECT name, count(*) AS orders, sum(amount) AS revenue, round(avg(amount), 2) AS average
  FROM orders JOIN regions USING (region)
  WHERE day >= DATE'2024-06-01'
  GROUP BY name
  ORDER BY revenue DESC`);
await bySql.explain();
begin = performance.now();
await bySql.show();
console.log(`in ${Math.round(performance.now() - begin)} ms\n`);

begin = performance.now();
await spark
  .table("orders")
  .groupBy("region", F.month("day").as("month"))
  .agg(F.sum("amount").as("revenue"))
  .withColumn("rank", F.rank().over(Window.partitionBy("region").orderBy(col("revenue").desc())))
  .where("rank = 1")
  .orderBy("region")
  .show();
console.log(`The best month of each region, in ${Math.round(performance.now() - begin)} ms`);

await spark.stop();
rmSync(folder, { recursive: true });
