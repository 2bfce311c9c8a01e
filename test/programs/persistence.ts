// Cached rows, checkpoints, text, objects, and output that is committed or not there at all.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SparkConf, SparkContext, StorageLevel } from "firesteel";

const sc = SparkContext.getOrCreate(new SparkConf().setAppName("persistence"));
const dir = mkdtempSync(join(tmpdir(), "firesteel-program-"));
const computed = sc.longAccumulator("computed");
const records = sc.range(0, 3000, 1, 3).map((i) => {
  computed.add(1);
  return { id: i, name: `n${i % 10}`, tags: i % 2 === 0 ? ["even"] : [], at: new Date(i * 1000) };
});
for (const level of [
  StorageLevel.MEMORY_ONLY,
  StorageLevel.DISK_ONLY,
  StorageLevel.MEMORY_AND_DISK_SER,
  StorageLevel.MEMORY_ONLY_2,
]) {
  computed.reset();
  const kept = records.filter((r) => r.tags.length > 0).persist(level);
  assert.equal(await kept.count(), 1500);
  assert.equal(await kept.map((r) => r.at.getTime()).max(), 2_998_000);
  assert.equal(computed.value, 3000, String(level));
  assert.equal(sc.getPersistentRDDs().size, 1);
  await kept.unpersist(true);
  assert.equal(sc.getPersistentRDDs().size, 0);
}
sc.setCheckpointDir(join(dir, "checkpoints"));
let ranks = sc.range(0, 20, 1, 2).map((i) => [i, 1]);
for (let round = 0; round < 6; round++) {
  ranks = ranks.mapValues((v) => v * 2).partitionBy(2);
  if (round === 3) {
    ranks.checkpoint();
    await ranks.count();
  }
}
assert.deepEqual(await ranks.values().distinct().collect(), [64]);

mkdirSync(join(dir, "in", "part"), { recursive: true });
writeFileSync(join(dir, "in", "a.csv"), "1,x\r\n2,y");
writeFileSync(join(dir, "in", "b.csv.gz"), gzipSync("3,z\n"));
writeFileSync(join(dir, "in", "_skipped"), "no\n");
const cells = sc
  .textFile(join(dir, "in", "*.csv*"), 4)
  .map((line) => line.split(","))
  .map(([id, name]) => [Number(id), name!]);
assert.deepEqual(await cells.sortByKey().collect(), [
  [1, "x"],
  [2, "y"],
  [3, "z"],
]);
assert.equal((await sc.binaryFiles(join(dir, "in", "a.csv")).first())[1].length, 8);
await assert.rejects(() => sc.textFile(join(dir, "nothing-*")).count(), /nothing-/);

await cells
  .map(([id, name]) => `${id}=${name}`)
  .coalesce(1)
  .saveAsTextFile(join(dir, "out"));
assert.equal(
  readdirSync(join(dir, "out"))
    .filter((name) => !name.startsWith("."))
    .sort()
    .join(),
  "_SUCCESS,part-00000",
);
assert.deepEqual(
  readFileSync(join(dir, "out", "part-00000"), "utf8")
    .trim()
    .split("\n")
    .sort(),
  ["1=x", "2=y", "3=z"],
);
await assert.rejects(() => cells.map(String).saveAsTextFile(join(dir, "out")), /exists/i);
await sc
  .parallelize([{ big: 2n ** 80n, map: new Map([["k", [NaN]]]), bytes: new Uint16Array([7]) }], 1)
  .saveAsObjectFile(join(dir, "objects"));
assert.deepEqual(await sc.objectFile(join(dir, "objects")).collect(), [
  { big: 2n ** 80n, map: new Map([["k", [NaN]]]), bytes: new Uint16Array([7]) },
]);
await assert.rejects(
  () =>
    sc
      .range(0, 4, 1, 4)
      .map((i) => (i === 3 ? (JSON.parse("{") as string) : String(i)))
      .saveAsTextFile(join(dir, "failed")),
  (error: Error) => error.cause instanceof SyntaxError,
);
assert.ok(!existsSync(join(dir, "failed")) || !readdirSync(join(dir, "failed")).some((name) => /^(part|_SUCCESS)/.test(name)));
await sc.stop();
rmSync(dir, { recursive: true });
console.log("ok");
