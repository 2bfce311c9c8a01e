/**
 * The jobs of the crowd: each gives a value that must be the same whatever happens meanwhile. They share tables (`makeTables`), and run many at
 * once in one application. A task sleeps a little where it can, so that faults find it at work without using the processor.
 */
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { byKey, mix, numbers, pairs, sum } from "./data.mjs";

const ROWS = 60_000;

/** Writes the tables that the jobs read: facts, a tenth of which have one key; items; days. */
export async function makeTables(spark, folder) {
  const sc = spark.sparkContext;
  const facts = sc.range(0, ROWS, 1, 6).map((i) => {
    const h = mix(i, 77);
    return [i, i % 10 === 0 ? 7 : h % 900, `g${h % 37}`, (h % 100_000) - 50_000, i % 17 === 0 ? null : h % 31];
  });
  await spark.createDataFrame(facts, "id BIGINT, k INT, g STRING, v BIGINT, d INT").write.parquet(join(folder, "facts"));
  const items = sc.range(0, 1000, 1, 3).map((i) => [i, `item ${mix(i, 5) % 400}`, mix(i, 6) % 50]);
  await spark.createDataFrame(items, "k INT, name STRING, price INT").write.parquet(join(folder, "items"));
  const days = sc.range(0, 40, 1, 1).map((i) => [i, i % 7, `day ${i}`]);
  await spark.createDataFrame(days, "d INT, week INT, title STRING").write.parquet(join(folder, "days"));
}

export function openTables(spark, folder, nap) {
  spark.udf.register(
    "slowly",
    (x) => {
      if (x % 2500 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, nap);
      return x;
    },
    "bigint",
  );
  for (const name of ["facts", "items", "days"]) spark.read.parquet(join(folder, name)).createOrReplaceTempView(name);
}

const rowsOf = async (frame) =>
  (await frame.collect()).map((row) => JSON.stringify(row.toArray(), (_, v) => (typeof v === "bigint" ? `${v}n` : v)));
const unordered = async (frame) => (await rowsOf(frame)).sort();

/** Queries whose rows are compared as sets; `slowly` is the identity. */
const QUERIES = {
  joinInner:
    "SELECT i.name, count(*), sum(f.v), min(f.id) FROM facts f JOIN items i ON f.k = i.k WHERE slowly(f.id) >= 0 GROUP BY i.name",
  joinLeft:
    "SELECT i.price, count(*), count(f.id), sum(f.v) FROM items i LEFT JOIN (SELECT * FROM facts WHERE slowly(id) % 3 = 0 AND k > 100) f ON f.k = i.k GROUP BY i.price",
  joinRight:
    "SELECT f.d, i.price % 5, count(*), sum(f.v) FROM facts f RIGHT JOIN items i ON f.k = i.k AND slowly(f.id) % 7 < 3 GROUP BY f.d, i.price % 5",
  joinFull:
    "SELECT coalesce(a.k, b.k) % 10, count(*), count(a.n), count(b.n), sum(a.n), sum(b.n) FROM (SELECT k, count(slowly(id)) n FROM facts WHERE id % 5 = 1 GROUP BY k) a FULL JOIN (SELECT k + 3 k, count(*) n FROM facts WHERE id % 7 = 2 GROUP BY k) b ON a.k = b.k GROUP BY 1",
  joinSemi:
    "SELECT g, count(*), sum(v) FROM facts LEFT SEMI JOIN (SELECT k FROM items WHERE price > 40) i USING (k) WHERE slowly(id) > 10 GROUP BY g",
  joinAnti:
    "SELECT g, count(*), sum(v) FROM facts f WHERE NOT EXISTS (SELECT 1 FROM items i WHERE i.k = f.k AND i.price < 25) AND slowly(id) > 10 GROUP BY g",
  joinNotIn: "SELECT count(*), sum(id) FROM facts WHERE slowly(id) > 5 AND d NOT IN (SELECT d FROM days WHERE week = 3)",
  joinSkew:
    "SELECT a.k % 3, count(*), sum(a.v - b.v) FROM facts a JOIN (SELECT * FROM facts WHERE id % 100 = 0) b ON a.k = b.k WHERE slowly(a.id) % 2 = 0 GROUP BY 1",
  joinRange:
    "SELECT d.title, count(*), sum(f.v) FROM days d JOIN (SELECT * FROM facts WHERE slowly(id) % 20 = 0) f ON f.d BETWEEN d.d - 1 AND d.d + 1 GROUP BY d.title",
  joinThree:
    "SELECT d.week, i.price % 4, count(*), sum(f.v) FROM facts f JOIN items i ON f.k = i.k JOIN days d ON f.d = d.d WHERE d.week < 3 AND i.price > 10 AND slowly(f.id) >= 0 GROUP BY 1, 2",
  selfJoin:
    "WITH s AS (SELECT k, g, sum(slowly(v)) t FROM facts GROUP BY k, g) SELECT a.g, count(*), sum(a.t), max(b.t) FROM s a JOIN s b ON a.k = b.k AND a.g < b.g GROUP BY a.g",
  distincts:
    "SELECT g, count(DISTINCT k), count(DISTINCT d), sum(DISTINCT v % 100), count(*) FROM facts WHERE slowly(id) >= 0 GROUP BY g",
  highCardinality:
    "SELECT sum(n), max(n), count(*), sum(s) FROM (SELECT id % 25000 a, g, count(*) n, sum(v) s FROM facts WHERE slowly(id) >= 0 GROUP BY 1, 2)",
  lists: "SELECT k % 50, sort_array(collect_set(g)), size(collect_list(id)) FROM facts WHERE slowly(id) % 4 = 0 GROUP BY 1",
  cube: "SELECT g, d, grouping_id(), count(*), sum(v) FROM facts WHERE slowly(id) % 3 = 0 GROUP BY CUBE (g, d)",
  window:
    "SELECT k % 20, sum(r), sum(l), max(s) FROM (SELECT k, row_number() OVER (PARTITION BY k ORDER BY id) r, lag(v, 2) OVER (PARTITION BY k ORDER BY id) l, sum(v) OVER (PARTITION BY k ORDER BY id ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) s FROM facts WHERE slowly(id) >= 0) GROUP BY 1",
  windowTop:
    "SELECT * FROM (SELECT g, id, v, rank() OVER (PARTITION BY g ORDER BY v DESC, id) r FROM facts WHERE slowly(id) >= 0) WHERE r <= 3",
  scalar:
    "SELECT count(*), sum(v) FROM facts WHERE v > (SELECT avg(slowly(v)) FROM facts WHERE k < 300) AND k = (SELECT max(k) - 1 FROM items WHERE price < 20) + 0",
  exists:
    "SELECT i.price, count(*) FROM items i WHERE EXISTS (SELECT 1 FROM facts f WHERE f.k = i.k AND f.v > 49000 AND slowly(f.id) > 0) GROUP BY i.price",
  correlated: "SELECT i.k, (SELECT sum(f.v) FROM facts f WHERE f.k = i.k AND slowly(f.id) >= 0) s FROM items i WHERE i.k < 200",
  sets: "(SELECT k FROM facts WHERE slowly(id) % 2 = 0 EXCEPT SELECT k FROM items WHERE price < 30) UNION ALL (SELECT k FROM items INTERSECT SELECT d FROM days)",
  unionAll:
    "SELECT tag, count(*), sum(x) FROM (SELECT 'a' tag, v x FROM facts WHERE slowly(id) > 0 UNION ALL SELECT 'b', price FROM items UNION ALL SELECT 'c', week FROM days) GROUP BY tag",
  explode:
    "SELECT w, count(*), sum(id) FROM facts LATERAL VIEW explode(split(concat(g, ' ', k % 5), ' ')) t AS w WHERE slowly(id) % 3 = 1 GROUP BY w",
  pivot: "SELECT * FROM (SELECT k % 6 x, d % 4 y, v FROM facts WHERE slowly(id) >= 0) PIVOT (sum(v) FOR y IN (0, 1, 2, 3))",
  percentiles:
    "SELECT g, percentile(v, 0.5), max_by(id, v + id / 1000000), bit_xor(id) FROM facts WHERE slowly(id) >= 0 GROUP BY g",
  emptySide:
    "SELECT f.g, count(*), count(e.k) FROM facts f LEFT JOIN (SELECT k FROM items WHERE slowly(price) > 1000) e ON f.k = e.k GROUP BY f.g",
  almostEmpty:
    "SELECT f.g, sum(e.price), count(*) FROM facts f JOIN (SELECT k, price FROM items WHERE slowly(price) >= 0 AND name = 'item 3') e ON f.k = e.k GROUP BY f.g",
};

/** Queries whose rows come in order. */
const ORDERED = {
  sorted: "SELECT id, v, g FROM facts WHERE slowly(id) % 5 = 0 ORDER BY v, id DESC",
  top: "SELECT id, v FROM facts WHERE slowly(id) >= 0 ORDER BY v DESC, id LIMIT 100 OFFSET 20",
  sortedGroups: "SELECT k, sum(v) s, count(*) FROM facts WHERE slowly(id) >= 0 GROUP BY k ORDER BY s, k LIMIT 300",
};

const queries = Object.fromEntries([
  ...Object.entries(QUERIES).map(([name, text]) => [name, ({ spark }) => unordered(spark.sql(text))]),
  ...Object.entries(ORDERED).map(([name, text]) => [name, ({ spark }) => rowsOf(spark.sql(text))]),
]);

/** Data files of a table on disk: no temporary ones, no staging, each partition of it once. */
function outputOf(path) {
  const names = readdirSync(path, { recursive: true }).map(String);
  const strange = names.filter((name) => /_temporary|spark-staging|\.tmp|inprogress/.test(name));
  assert.deepEqual(strange, [], `left in ${path}`);
}

const rest = {
  async limitCount({ spark }) {
    const rows = await spark.sql("SELECT id FROM facts WHERE slowly(id) >= 0 LIMIT 5000").collect();
    return [rows.length, new Set(rows.map((row) => Number(row.get(0)))).size];
  },
  async takes({ spark, sc }) {
    const shape = { n: 20_000, partitions: 12, keys: 50, salt: 3, nap: 10 };
    return [
      (await pairs(sc, shape).take(9000)).length,
      await pairs(sc, shape).first(),
      (await spark.sql("SELECT * FROM facts").take(37)).length,
    ];
  },
  async localIterator({ spark }) {
    let [n, total] = [0, 0];
    for await (const row of spark.sql("SELECT id, v FROM facts WHERE slowly(id) % 2 = 0").toLocalIterator()) {
      n++;
      total += Number(row.get(0)) % 1009;
    }
    return [n, total];
  },
  async largeCollect({ sc }) {
    const found = await numbers(sc, 24_000, 12, 20)
      .map((i) => `${i}:${"x".repeat(1000)}`)
      .collect();
    return [found.length, sum(found.map((text) => text.length)), sum(found.map((text) => Number(text.split(":")[0])))];
  },
  async cached({ spark }) {
    const kept = spark.sql("SELECT k, v, slowly(id) id FROM facts WHERE d IS NOT NULL").cache();
    const found = [];
    for (let pass = 1; pass <= 3; pass++)
      found.push(
        await unordered(kept.selectExpr(`(k + ${pass}) % 5 AS m`, "v", "id").groupBy("m").agg({ v: "sum", id: "count" })),
      );
    await kept.unpersist();
    found.push(await kept.count());
    return found;
  },
  async persisted({ spark, StorageLevel, random }) {
    const level = random.pick(["DISK_ONLY", "MEMORY_ONLY", "MEMORY_AND_DISK", "MEMORY_ONLY_2", "DISK_ONLY_2"]);
    const kept = spark
      .sql("SELECT k, sum(v) s, count(*) n FROM facts WHERE slowly(id) > 0 GROUP BY k")
      .persist(StorageLevel[level]);
    const joined = kept.alias("a").join(spark.table("items").alias("b"), "k").groupBy("price").agg({ s: "sum", n: "max" });
    const found = [await unordered(joined), await kept.count()];
    await kept.unpersist();
    return [...found, await unordered(joined)];
  },
  async checkpointed({ spark, random }) {
    const grouped = spark.sql("SELECT k % 100 a, sum(v) s FROM facts WHERE slowly(id) > 0 GROUP BY 1");
    const kept = await grouped.checkpoint(random.pick([true, false]));
    return [await unordered(kept), await kept.filter("s > 0").count()];
  },
  async accumulators({ sc }) {
    const total = sc.longAccumulator();
    await numbers(sc, 10_000, 10, 20)
      .map((i) => [i % 100, i])
      .reduceByKey((a, b) => a + b, 5)
      .foreach(([, v]) => total.add(v));
    return total.value;
  },
  async rddJoins({ sc }) {
    const left = pairs(sc, { n: 6000, partitions: 6, keys: 500, salt: 1, nap: 20 });
    const right = pairs(sc, { n: 2000, partitions: 4, keys: 900, salt: 2, nap: 20 });
    const hash = ([k, [a, b]]) => [k % 10, (a ?? -1) * 3 + (b ?? -2)];
    const found = [];
    for (const joined of [
      left.fullOuterJoin(right, 5),
      left.leftOuterJoin(right, 5),
      left.subtractByKey(right, 5).mapValues((v) => [v, 0]),
    ])
      found.push(
        (
          await joined
            .map(hash)
            .reduceByKey((a, b) => a + b, 3)
            .collect()
        ).sort(byKey),
      );
    return found;
  },
  async zipped({ sc }) {
    const rows = numbers(sc, 9000, 9, 20)
      .map((i) => mix(i, 4) % 1000)
      .sortBy((x) => x, true, 6)
      .zipWithIndex();
    return [await rows.map(([x, at]) => (x * 7 + at) % 1013).sum(), await rows.count()];
  },
  async cartesian({ sc }) {
    return numbers(sc, 300, 4, 30)
      .cartesian(numbers(sc, 200, 3, 0))
      .map(([a, b]) => (a * b) % 97)
      .sum();
  },
  async coalesced({ sc }) {
    return numbers(sc, 8000, 16, 10)
      .map((i) => [i % 64, i])
      .groupByKey(12)
      .coalesce(3)
      .map(([k, vs]) => k + [...vs].length)
      .sum();
  },
  async barrier({ sc, BarrierTaskContext }) {
    const rows = sc
      .range(0, 1000, 1, 2)
      .barrier()
      .mapPartitions(async (values) => {
        const context = BarrierTaskContext.get();
        const total = [...values].reduce((a, b) => a + b, 0);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
        const all = await context.allGather(String(total));
        await context.barrier();
        return [[context.partitionId(), total, all.join(" ")]];
      });
    return (await rows.collect()).sort(byKey);
  },
  async sampled({ sc }) {
    const rows = numbers(sc, 20_000, 10, 20);
    return [
      await rows.sample(false, 0.1, 5).sum(),
      (await rows.takeSample(false, 50, 9)).length,
      await rows.sample(true, 0.3, 8).count(),
    ];
  },
  async checkpointedRdd({ sc }) {
    const reduced = pairs(sc, { n: 10_000, partitions: 8, keys: 300, salt: 6, nap: 20 }).reduceByKey((a, b) => a + b, 5);
    reduced.checkpoint();
    const n = await reduced.count();
    return [n, (await reduced.map(([k, v]) => [k, v]).collect()).sort(byKey)];
  },
  async roundRobin({ spark }) {
    for (let run = 1; ; run++) {
      try {
        return await unordered(
          spark
            .sql("SELECT id, slowly(v) v FROM facts WHERE id % 3 = 0")
            .repartition(7)
            .selectExpr("id % 11 AS m", "v")
            .groupBy("m")
            .agg({ v: "sum", "*": "count" }),
        );
      } catch (error) {
        // Where a part of the results was out already the job fails, as Spark's does.
        if (error.errorClass !== "INDETERMINATE_STAGE" || run === 20) throw error;
      }
    }
  },
  async written({ spark, output, number, random }) {
    const path = join(output, `written-${number}`);
    const format = random.pick(["parquet", "csv", "json"]);
    await spark
      .sql("SELECT id, k, v, d % 3 AS part FROM facts WHERE slowly(id) % 2 = 0")
      .write.partitionBy("part")
      .format(format)
      .save(path);
    outputOf(path);
    const back = spark.read.schema("id BIGINT, k INT, v BIGINT, part INT").format(format).load(path);
    const found = await unordered(back.groupBy("part").agg({ id: "sum", "*": "count", v: "sum" }));
    rmSync(path, { recursive: true });
    return found;
  },
  async overwritten({ spark, output, number }) {
    const path = join(output, `overwritten-${number}`);
    await spark.sql("SELECT id, v, d % 4 AS part FROM facts WHERE slowly(id) % 2 = 0").write.partitionBy("part").parquet(path);
    await spark
      .sql("SELECT id, slowly(id) * 2 AS v, d % 4 AS part FROM facts WHERE d % 4 = 2")
      .write.mode("overwrite")
      .option("partitionOverwriteMode", "dynamic")
      .partitionBy("part")
      .parquet(path);
    await spark
      .sql("SELECT id, slowly(v) v, 9 AS part FROM facts WHERE id < 5000")
      .write.mode("append")
      .partitionBy("part")
      .parquet(path);
    outputOf(path);
    const found = await unordered(spark.read.parquet(path).groupBy("part").agg({ id: "sum", "*": "count", v: "sum" }));
    rmSync(path, { recursive: true });
    return found;
  },
  async text({ sc, output, number }) {
    const path = join(output, `text-${number}`);
    await pairs(sc, { n: 9000, partitions: 7, keys: 900, salt: 8, nap: 30 })
      .map(([k, i]) => `${k} ${i}`)
      .saveAsTextFile(path);
    outputOf(path);
    const found = (
      await sc
        .textFile(path, 4)
        .map((line) => Number(line.split(" ")[1]))
        .collect()
    ).sort((a, b) => a - b);
    rmSync(path, { recursive: true });
    return [found.length, sum(found)];
  },
  async statistics({ spark }) {
    const found = await spark.sql("SELECT v, k, slowly(id) id FROM facts").describe("v", "k").collect();
    return found.map((row) => row.toArray().map((x) => (Number.isNaN(Number(x)) ? x : Number(x).toPrecision(9))));
  },
  async pandas({ spark }) {
    const found = spark
      .sql("SELECT k, v FROM facts WHERE slowly(id) % 3 = 0")
      .rdd.map((row) => [row.get("k") % 40, Number(row.get("v"))]);
    return (await found.reduceByKey((a, b) => a + b, 4).collect()).sort(byKey);
  },
};

const points = ({ spark, mllib }) =>
  new mllib.VectorAssembler({ inputCols: ["a", "b", "c"], outputCol: "features" }).transform(
    spark.sql(
      "SELECT CAST(v AS DOUBLE) / 50000 a, (k % 100) / 100.0D b, CAST(coalesce(d, 0) AS DOUBLE) / 31 c, CAST(v + k * 100 > 40000 AS DOUBLE) label, slowly(id) id FROM facts WHERE id < 12000",
    ),
  );

const fits = {
  async logistic(context) {
    const rows = points(context).cache();
    const model = await new context.mllib.LogisticRegression({ maxIter: 8 }).fit(rows);
    await rows.unpersist();
    return model.coefficients.toArray().map((x) => x.toPrecision(9));
  },
  async boosted(context) {
    const model = await new context.mllib.GBTClassifier({ maxIter: 3, maxDepth: 3, seed: 1 }).fit(points(context));
    return await model.transform(points(context)).filter("prediction = label").count();
  },
  async forest(context) {
    const model = await new context.mllib.RandomForestClassifier({ numTrees: 4, maxDepth: 4, seed: 3 }).fit(points(context));
    return await model.transform(points(context)).filter("prediction = label").count();
  },
  async kMeans(context) {
    const model = await new context.mllib.KMeans({ k: 3, seed: 2, maxIter: 5 }).fit(points(context));
    return model.clusterCenters.map((center) => center.toArray().map((x) => x.toPrecision(9)));
  },
  async search(context) {
    const { mllib } = context;
    const lr = new mllib.LogisticRegression({ maxIter: 4 });
    const grid = new mllib.ParamGridBuilder().addGrid(lr.regParam, [0, 0.1, 0.3]).build();
    const search = new mllib.CrossValidator({
      estimator: lr,
      estimatorParamMaps: grid,
      evaluator: new mllib.BinaryClassificationEvaluator({ numBins: 0 }),
      numFolds: 2,
      foldCol: "fold",
      parallelism: 3,
    });
    const model = await search.fit(points(context).selectExpr("features", "label", "CAST(id % 2 AS INT) fold"));
    return model.avgMetrics.map((x) => x.toPrecision(6));
  },
};

export const kinds = { ...queries, ...rest, ...fits };
