import { inspect } from "node:util";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as create from "../../src/rdd/create";
import type { InputFormat } from "../../src/rdd/input-format";
import { StorageLevel } from "../../src/storage/storage-level";
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
let dir: string;
beforeEach(() => {
  sc = new InlineContext();
  dir = mkdtempSync(join(tmpdir(), "firesteel-test-"));
});
afterEach(() => {
  sc.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("cached partitions are computed once", async () => {
  let computed = 0;
  const cached = sc
    .range(0, 1000, 1, 4)
    .map((i) => {
      computed++;
      return i * 2;
    })
    .cache();
  expect(await cached.map((x) => x + 1).sum()).toBe(1_000_000);
  expect(await cached.map((x) => x + 1).sum()).toBe(1_000_000);
  expect(computed).toBe(1000);
  expect(() => cached.persist(StorageLevel.DISK_ONLY)).toThrow(/storage level/);
  expect(inspect(StorageLevel.DISK_ONLY)).toBe("StorageLevel(Disk Serialized 1x Replicated)");
  await cached.unpersist();
  await cached.count();
  expect(computed).toBe(2000);
});

test("an asynchronous function fills a cache", async () => {
  const cached = sc
    .range(0, 10, 1, 2)
    .map(async (i) => [i, String(i)])
    .persist(StorageLevel.MEMORY_AND_DISK);
  expect(await cached.mapValues((s) => s + s).collect()).toEqual(Array.from({ length: 10 }, (_, i) => [i, `${i}${i}`]));
  expect(await cached.count()).toBe(10);
});

test("a checkpoint cuts the lineage", async () => {
  const long = sc
    .range(0, 100, 1, 2)
    .map((x) => x + 1)
    .filter((x) => x % 2 === 0);
  expect(() => long.checkpoint()).toThrow(/setCheckpointDir/);
  sc.checkpointDir = join(dir, "cp");
  long.checkpoint();
  expect(await long.isCheckpointed()).toBe(false);
  expect(await long.count()).toBe(50);
  expect(await long.isCheckpointed()).toBe(true);
  expect(await long.toDebugString()).toBe(
    `(2) MapPartitionsRDD[${long.id}] at filter at test.ts:1:1 []\n |  ReliableCheckpointRDD[${long.id + 1}] at count at test.ts:1:1 []`,
  );
  expect(await long.map((x) => x).sum()).toBe(2550);
  expect(
    await create
      .checkpointFile<number>(sc, (await long.getCheckpointFile())!)
      .glom()
      .collect(),
  ).toEqual(await long.glom().collect());
});

test("a local checkpoint keeps blocks and forgets the rest", async () => {
  let computed = 0;
  const local = sc
    .range(0, 10, 1, 2)
    .map((x) => {
      computed++;
      return x;
    })
    .localCheckpoint();
  // Spark says so as soon as it is asked for.
  expect(await local.isLocallyCheckpointed()).toBe(true);
  expect(await local.isCheckpointed()).toBe(false);
  expect(await local.take(1)).toEqual([0]);
  expect(await local.isLocallyCheckpointed()).toBe(true);
  expect(computed).toBe(10);
  expect(await local.sum()).toBe(45);
  expect(computed).toBe(10);
  sc.world.blocks.clear();
  await expect(local.sum()).rejects.toThrow(/CHECKPOINT_BLOCK_NOT_FOUND/);
});

test("text output has a commit protocol", async () => {
  await sc.parallelize(["1", "2", "3"], 2).saveAsTextFile(join(dir, "out"));
  expect(readdirSync(join(dir, "out")).sort()).toEqual(["_SUCCESS", "part-00000", "part-00001"]);
  expect(readFileSync(join(dir, "out", "part-00001"), "utf8")).toBe("2\n3\n");
  await expect(sc.parallelize(["1"]).saveAsTextFile(join(dir, "out"))).rejects.toThrow(/exists/i);
  await sc.parallelize(["q"], 1).saveAsTextFile(join(dir, "gz"), "gzip");
  expect(await sc.textFile(join(dir, "gz")).collect()).toEqual(["q"]);
  await expect(
    sc
      .parallelize([1, 2], 2)
      .map((x) => {
        if (x === 2) throw new Error("no");
        return x;
      })
      .saveAsTextFile(join(dir, "half")),
  ).rejects.toThrow("no");
  expect(existsSync(join(dir, "half"))).toBe(false);
  await sc.parallelize([{ a: 1 }, [2], "x", 3n] as unknown[], 1).saveAsTextFile(join(dir, "kinds"));
  expect(readFileSync(join(dir, "kinds", "part-00000"), "utf8")).toBe('{"a":1}\n[2]\nx\n3\n');
});

test("objects come back as they were", async () => {
  const rich = [{ d: new Date(1), b: 5n, m: new Map([[1, "x"]]), t: new Float64Array([1, 2]), n: [null, undefined] }];
  await sc.parallelize(rich, 1).saveAsObjectFile(join(dir, "obj"));
  expect(await create.objectFile(sc, join(dir, "obj")).collect()).toEqual(rich);
});

test("text input counts what it reads, and names what is missing", async () => {
  await sc
    .range(0, 5000, 1, 3)
    .map((i) => `line ${i}`)
    .saveAsTextFile(join(dir, "in"));
  const text = sc.textFile(join(dir, "in"), 13);
  expect(await text.getNumPartitions()).toBeGreaterThanOrEqual(13);
  expect((await text.collect()).sort()).toEqual(Array.from({ length: 5000 }, (_, i) => `line ${i}`).sort());
  expect(await text.count()).toBe(5000);
  await expect(sc.textFile(join(dir, "missing.txt")).count()).rejects.toThrow(/missing\.txt/);
});

test("streams are drained once, into partitions", async () => {
  let pulled = 0;
  const source = (async function* () {
    for (let i = 0; i < 25; i++) {
      pulled++;
      yield i;
    }
  })();
  const rdd = create.fromStream(sc, source, { recordsPerPartition: 10 });
  expect(pulled).toBe(0);
  expect(
    await rdd
      .glom()
      .map((g) => g.length)
      .collect(),
  ).toEqual([10, 10, 5]);
  expect(await rdd.sum()).toBe(300);
  expect(pulled).toBe(25);
  const pieces = (async function* () {
    yield Buffer.from("a\r\nb");
    yield Buffer.from("b\nc");
  })();
  expect(await create.fromStream(sc, pieces, { lines: true }).collect()).toEqual(["a", "bb", "c"]);
});

test("input formats of the user's own", async () => {
  class Countdown implements InputFormat<number, number> {
    splits(): number[] {
      return [3, 5];
    }
    *read(from: number): Iterable<number> {
      for (let i = from; i > 0; i--) yield i;
    }
  }
  expect(await create.inputFormat(sc, new Countdown()).glom().collect()).toEqual([
    [3, 2, 1],
    [5, 4, 3, 2, 1],
  ]);
});

test("runJob runs a function over chosen partitions", async () => {
  expect(await create.runJob(sc.range(0, 9, 1, 3), (records) => [...records], [0, 2])).toEqual([
    [0, 1, 2],
    [6, 7, 8],
  ]);
  expect(sc.stages[0]?.tasks).toBe(2);
  await expect(create.runJob(sc.range(0, 9, 1, 3), () => 1, [3])).rejects.toThrow(/no partition 3/);
});
