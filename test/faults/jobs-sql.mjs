/** Jobs of the fault run that are queries; see jobs.mjs. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { grouped, mix, numbers, pairsHere, sum } from "./data.mjs";

/** A view of columns k (key) and v (number), whose partitions each take a while. */
function view({ sc, spark, size, salt }, name, { n, keys }) {
  const rows = numbers(sc, n, size.maps, size.nap).map((i) => [mix(i, salt) % keys, i]);
  spark.createDataFrame(rows, "k INT, v BIGINT").createOrReplaceTempView(name);
  return pairsHere({ n, keys, salt });
}

const rowsOf = async (frame) => (await frame.collect()).map((row) => row.toArray());
const byFirst = (a, b) => a[0] - b[0];

/** Broadcasts small sides, or never. */
const joining = ({ spark, random }) => spark.conf.set("spark.sql.autoBroadcastJoinThreshold", random.pick(["10485760", "-1"]));

export const queries = {
  async sqlAggregate(context) {
    const { spark, size } = context;
    const here = view(context, "numbers", { n: size.rows, keys: 3000 });
    const found = await rowsOf(spark.sql("SELECT k, count(*), sum(v), max(v) FROM numbers GROUP BY k ORDER BY k"));
    const wanted = [...grouped(here)].map(([k, vs]) => [k, vs.length, sum(vs), vs[vs.length - 1]]).sort(byFirst);
    assert.deepEqual(found, wanted);
  },

  async sqlJoin(context) {
    const { spark, size, salt } = context;
    joining(context);
    const left = view(context, "facts", { n: size.rows / 2, keys: 2000 });
    const right = view({ ...context, salt: salt + 1 }, "names", { n: 3000, keys: 2000 });
    const found = await rowsOf(
      spark.sql(`
        SELECT f.k % 10 AS tens, count(*) AS n, sum(f.v * 3 + d.v) AS total
        FROM facts f JOIN names d ON f.k = d.k WHERE d.v % 2 = 0 GROUP BY f.k % 10 ORDER BY tens`),
    );
    const others = grouped(right.filter(([, v]) => v % 2 === 0));
    const groups = new Map();
    for (const [k, v] of left)
      for (const other of others.get(k) ?? []) {
        const group = groups.get(k % 10) ?? [k % 10, 0, 0];
        group[1]++;
        group[2] += v * 3 + other;
        groups.set(k % 10, group);
      }
    assert.deepEqual(found, [...groups.values()].sort(byFirst));
  },

  async sqlWindow(context) {
    const { spark, size } = context;
    const here = view(context, "events", { n: size.rows / 2, keys: 500 });
    const found = await rowsOf(
      spark.sql(`
        SELECT k, v, before FROM (
          SELECT k, v, row_number() OVER (PARTITION BY k ORDER BY v DESC) AS place, lead(v) OVER (PARTITION BY k ORDER BY v DESC) AS before
          FROM events)
        WHERE place = 1 ORDER BY k`),
    );
    const wanted = [...grouped(here)].map(([k, vs]) => [k, vs[vs.length - 1], vs[vs.length - 2] ?? null]).sort(byFirst);
    assert.deepEqual(found, wanted);
  },

  /** Every row is written once, and nothing but part files is left. */
  async sqlParquet(context) {
    const { spark, size, output, number } = context;
    const here = view(context, "rows", { n: size.rows / 2, keys: 900 });
    const path = join(output, `table-${number}`);
    await spark
      .sql("SELECT k, v, concat('v', CAST(v AS STRING)) AS name, k % 4 AS part FROM rows")
      .write.partitionBy("part")
      .parquet(path);
    assert.deepEqual(
      readdirSync(path)
        .filter((name) => !name.startsWith("."))
        .sort(),
      ["_SUCCESS", "part=0", "part=1", "part=2", "part=3"],
    );
    for (let part = 0; part < 4; part++)
      assert.ok(readdirSync(join(path, `part=${part}`)).every((name) => /^(?:part-.*\.parquet|\..*\.crc)$/.test(name)));
    spark.read.parquet(path).createOrReplaceTempView("written");
    const [found] = await rowsOf(
      spark.sql("SELECT count(*), sum(v), count(DISTINCT name), sum(part) FROM written WHERE k < 450"),
    );
    const rows = here.filter(([k]) => k < 450);
    assert.deepEqual(found, [rows.length, sum(rows.map(([, v]) => v)), rows.length, sum(rows.map(([k]) => k % 4))]);
  },

  async sqlSets(context) {
    const { spark, size, salt } = context;
    joining(context);
    const left = view(context, "one", { n: size.rows / 4, keys: 20_000 });
    const right = view({ ...context, salt: salt + 1 }, "two", { n: size.rows / 4, keys: 20_000 });
    const [a, b] = [left, right].map((rows) => new Set(rows.map(([k]) => k)));
    const [[both, only, all]] = await rowsOf(
      spark.sql(`
        SELECT (SELECT count(DISTINCT k) FROM one WHERE k IN (SELECT k FROM two)),
               (SELECT count(DISTINCT k) FROM one WHERE NOT EXISTS (SELECT 1 FROM two WHERE two.k = one.k)),
               (SELECT count(*) FROM (SELECT k FROM one UNION SELECT k FROM two))`),
    );
    assert.deepEqual(
      [both, only, all],
      [[...a].filter((k) => b.has(k)).length, [...a].filter((k) => !b.has(k)).length, new Set([...a, ...b]).size],
    );
  },

  async sqlCached(context) {
    const { spark, size } = context;
    const here = view(context, "base", { n: size.rows / 2, keys: 1000 });
    const kept = spark.sql("SELECT k, v, v * 2 AS twice FROM base").cache();
    kept.createOrReplaceTempView("kept");
    for (let pass = 1; pass <= 4; pass++) {
      const [[found]] = await rowsOf(spark.sql(`SELECT sum((k * ${pass} + twice) % 997) FROM kept`));
      assert.equal(found, sum(here.map(([k, v]) => (k * pass + 2 * v) % 997)));
    }
    await kept.unpersist();
  },
};
