/**
 * The jobs of the fault run: each computes something with the engine and the same in plain JavaScript, and throws when
 * they differ. A task sleeps a little (`nap`) so that faults find it at work without using the processor.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { byKey, byNumber, grouped, mix, pairs, pairsHere, sum } from "./data.mjs";
import { fits } from "./jobs-ml.mjs";
import { queries } from "./jobs-sql.mjs";

const kinds = {
  async join({ sc, size, salt }) {
    const left = { n: size.rows / 2, partitions: size.maps, keys: size.rows / 4, salt, nap: size.nap };
    const right = { ...left, n: size.rows / 4, salt: salt + 1 };
    const joined = pairs(sc, left).join(pairs(sc, right), size.reducers);
    const found = await joined.map(([key, [a, b]]) => (key * 31 + a * 7 + b) % 1_000_003).sum();
    const others = grouped(pairsHere(right));
    let wanted = 0;
    for (const [key, a] of pairsHere(left)) for (const b of others.get(key) ?? []) wanted += (key * 31 + a * 7 + b) % 1_000_003;
    assert.equal(found, wanted);
  },

  async sortByKey({ sc, size, salt }) {
    const shape = { n: size.rows / 2, partitions: size.maps, keys: 2 ** 31, salt, nap: size.nap };
    const found = await pairs(sc, shape).sortByKey(true, size.reducers).keys().collect();
    assert.deepEqual(Float64Array.from(found), Float64Array.from(pairsHere(shape), (pair) => pair[0]).sort());
  },

  async sortByText({ sc, size, salt }) {
    const shape = { n: size.rows / 4, partitions: size.maps, keys: size.rows, salt, nap: size.nap };
    const found = await pairs(sc, shape)
      .map(([key, i]) => `${key}-${i}`)
      .sortBy((text) => text, false, size.reducers)
      .collect();
    assert.deepEqual(
      found,
      pairsHere(shape)
        .map(([key, i]) => `${key}-${i}`)
        .sort()
        .reverse(),
    );
  },

  async reduceByKey({ sc, size, salt }) {
    const shape = { n: size.rows, partitions: size.maps, keys: 5000, salt, nap: size.nap };
    const found = await pairs(sc, shape)
      .reduceByKey((a, b) => a + b, size.reducers)
      .collect();
    assert.deepEqual(found.sort(byKey), [...grouped(pairsHere(shape))].map(([key, values]) => [key, sum(values)]).sort(byKey));
  },

  async groupByKey({ sc, size, salt }) {
    const shape = { n: size.rows / 2, partitions: size.maps, keys: 700, salt, nap: size.nap };
    const found = await pairs(sc, shape)
      .groupByKey(size.reducers)
      .mapValues((values) => [...values].sort((a, b) => a - b))
      .collect();
    assert.deepEqual(found.sort(byKey), [...grouped(pairsHere(shape))].sort(byKey));
  },

  /** Shuffle after shuffle: what is lost late may need all of it again. */
  async chain({ sc, size, salt }) {
    const shape = { n: size.rows / 2, partitions: size.maps, keys: 4000, salt, nap: size.nap };
    const counts = pairs(sc, shape)
      .mapValues(() => 1)
      .reduceByKey((a, b) => a + b, size.reducers);
    const again = counts
      .map(([key, count]) => [count, key])
      .groupByKey(size.reducers)
      .mapValues((keys) => [...keys].reduce((a, b) => a + b, 0));
    const found = await again.sortByKey(true, 4).collect();
    const tally = [...grouped(pairsHere(shape))].map(([key, values]) => [values.length, key]);
    assert.deepEqual(found, [...grouped(tally)].map(([count, keys]) => [count, sum(keys)]).sort(byKey));
  },

  async cachedIterations({ sc, size, salt, random, StorageLevel }) {
    const level = random.pick(["MEMORY_ONLY", "MEMORY_AND_DISK", "DISK_ONLY", "MEMORY_ONLY_2", "DISK_ONLY_2"]);
    const shape = { n: size.rows / 2, partitions: size.maps, keys: 1000, salt, nap: size.nap };
    const cached = pairs(sc, shape).persist(StorageLevel[level]);
    const here = pairsHere(shape);
    for (let pass = 1; pass <= 5; pass++) {
      const found = await cached.map(([key, i]) => (key * pass + i) % 997).sum();
      assert.equal(found, sum(here.map(([key, i]) => (key * pass + i) % 997)), level);
    }
    await cached.unpersist();
  },

  async checkpoint({ sc, size, salt, StorageLevel }) {
    const shape = { n: size.rows / 4, partitions: size.maps, keys: 900, salt, nap: size.nap };
    const reduced = pairs(sc, shape)
      .reduceByKey((a, b) => a + b, size.reducers)
      .persist(StorageLevel.MEMORY_ONLY);
    reduced.checkpoint();
    const wanted = [...grouped(pairsHere(shape))].map(([key, values]) => [key, sum(values)]).sort(byKey);
    assert.equal(await reduced.count(), wanted.length);
    assert.equal(await reduced.isCheckpointed(), true);
    await reduced.unpersist();
    assert.deepEqual((await reduced.collect()).sort(byKey), wanted);
  },

  /** Every record is written exactly once, and nothing but part files is left. */
  async textOutput({ sc, size, salt, number, output }) {
    const shape = { n: size.rows / 4, partitions: size.maps, keys: size.rows, salt, nap: size.nap };
    const path = join(output, `job-${number}`);
    await pairs(sc, shape)
      .sortByKey(true, size.reducers)
      .map(([key, i]) => `${key}\t${i}`)
      .saveAsTextFile(path);
    const names = readdirSync(path).sort();
    assert.deepEqual(names, [
      "_SUCCESS",
      ...Array.from({ length: size.reducers }, (_, i) => `part-${String(i).padStart(5, "0")}`),
    ]);
    const lines = names.slice(1).flatMap((name) => readFileSync(join(path, name), "utf8").split("\n").slice(0, -1));
    assert.deepEqual(
      lines.sort(),
      pairsHere(shape)
        .map(([key, i]) => `${key}\t${i}`)
        .sort(),
    );
    assert.equal(
      await sc
        .textFile(path, 5)
        .map((line) => Number(line.split("\t")[1]))
        .sum(),
      (shape.n * (shape.n - 1)) / 2,
    );
  },

  /** Updates of an action's tasks count once, however often a task was tried. */
  async sharedVariables({ sc, size, salt }) {
    const shape = { n: size.rows / 4, partitions: size.maps, keys: 500, salt, nap: size.nap };
    const weights = sc.broadcast(Float64Array.from({ length: shape.keys }, (_, key) => mix(key, salt + 2) % 1000));
    const total = sc.longAccumulator(`total ${salt}`);
    const records = sc.longAccumulator(`records ${salt}`);
    await pairs(sc, shape)
      .repartition(size.reducers)
      .foreach(([key]) => {
        total.add(weights.value[key]);
        records.add(1);
      });
    assert.equal(records.value, shape.n);
    assert.equal(total.value, sum(pairsHere(shape).map(([key]) => mix(key, salt + 2) % 1000)));
    await weights.destroy();
  },

  async cogroup({ sc, size, salt }) {
    const left = { n: size.rows / 4, partitions: size.maps, keys: 3000, salt, nap: size.nap };
    const right = { ...left, salt: salt + 1 };
    const both = pairs(sc, left).cogroup(pairs(sc, right), size.reducers);
    const found = await both.map(([key, [a, b]]) => [key, [...a].length, [...b].reduce((x, y) => x + y, 0)]).collect();
    const [a, b] = [grouped(pairsHere(left)), grouped(pairsHere(right))];
    const wanted = [...new Set([...a.keys(), ...b.keys()])].map((key) => [key, a.get(key)?.length ?? 0, sum(b.get(key) ?? [])]);
    assert.deepEqual(found.sort(byKey), wanted.sort(byKey));
  },

  /** Places of records in unordered partitions decide where they go: whatever is lost, each is there once. */
  async byPosition({ sc, size, salt }) {
    const shape = { n: size.rows / 4, partitions: size.maps, keys: size.rows, salt, nap: size.nap };
    const spread = pairs(sc, shape)
      .partitionBy(size.reducers)
      .repartition(size.reducers + 1)
      .mapPartitions((rows) => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        return rows;
      })
      .map(([, i]) => [i, 1])
      .reduceByKey((a, b) => a + b, size.reducers);
    let found;
    // Where a part of the results was out already the job fails, as Spark's does.
    for (let run = 1; found === undefined; run++) {
      try {
        found = await spread.collect();
      } catch (error) {
        if (error.errorClass !== "INDETERMINATE_STAGE" || run === 10) throw error;
      }
    }
    assert.deepEqual(
      found.sort(byKey),
      Array.from({ length: shape.n }, (_, i) => [i, 1]),
    );
  },

  async distinctAndUnion({ sc, size, salt }) {
    const shape = { n: size.rows / 2, partitions: size.maps, keys: 20_000, salt, nap: size.nap };
    const keys = pairs(sc, shape).keys();
    const found = await keys
      .union(sc.range(0, 5000, 1, 3))
      .distinct(size.reducers)
      .sum();
    assert.equal(found, sum([...new Set([...pairsHere(shape).map(([key]) => key), ...Array(5000).keys()])]));
  },

  /** Two jobs at the same time on the same shuffle. */
  async together({ sc, size, salt }) {
    const shape = { n: size.rows / 2, partitions: size.maps, keys: 3000, salt, nap: size.nap };
    const reduced = pairs(sc, shape).reduceByKey((a, b) => a + b, size.reducers);
    const [count, total] = await Promise.all([reduced.count(), reduced.values().sum()]);
    assert.equal(count, grouped(pairsHere(shape)).size);
    assert.equal(total, (shape.n * (shape.n - 1)) / 2);
  },

  /** Datasets of the context's first jobs, with whatever is left of their blocks and map outputs by now. */
  async lasting({ sc, size, lasting, StorageLevel, random }) {
    const shape = { n: size.rows / 2, partitions: size.maps, keys: 2500, salt: 11, nap: size.nap };
    if (lasting.size === 0) {
      const here = pairsHere(shape);
      const wanted = { rows: here, sums: [...grouped(here)].map(([key, values]) => [key, sum(values)]).sort(byKey) };
      const base = pairs(sc, shape);
      lasting.set("memory", { rdd: base.map(([key, i]) => [key, i]).persist(StorageLevel.MEMORY_ONLY), wanted });
      lasting.set("disk", { rdd: base.map(([key, i]) => [key, i]).persist(StorageLevel.DISK_ONLY), wanted });
      lasting.set("reduced", { rdd: base.map(([key, i]) => [key, i]).reduceByKey((a, b) => a + b, size.reducers), wanted });
    }
    for (const name of ["memory", "disk", "reduced"]) {
      const { rdd, wanted } = lasting.get(name);
      if (name === "reduced") assert.deepEqual((await rdd.collect()).sort(byKey), wanted.sums);
      else {
        const factor = random.int(2, 50);
        assert.equal(
          await rdd.map(([key, i]) => (key * factor + i) % 1009).sum(),
          sum(wanted.rows.map(([key, i]) => (key * factor + i) % 1009)),
          name,
        );
      }
    }
  },

  async aggregates({ sc, size, salt }) {
    const shape = { n: size.rows, partitions: size.maps, keys: 100_000, salt, nap: size.nap };
    const keys = pairs(sc, shape).keys();
    const here = pairsHere(shape).map(([key]) => key);
    assert.equal(await keys.treeReduce((a, b) => a + b), sum(here));
    assert.deepEqual(await keys.top(20), [...here].sort(byNumber).reverse().slice(0, 20));
    assert.equal(await keys.filter((key) => key % 3 === 0).count(), here.filter((key) => key % 3 === 0).length);
  },
};

export const kindNames = Object.keys(kinds);
/** Queries and fits besides: `runJob` then needs `spark` (a session) and `mllib` (the module). */
export const allKindNames = [...kindNames, ...Object.keys(queries), ...Object.keys(fits)];

/** Runs one job of `kind`; throws an AssertionError when its result is wrong. */
export function runJob(kind, context) {
  return (kinds[kind] ?? queries[kind] ?? fits[kind])(context);
}
