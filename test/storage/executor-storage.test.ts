/** Executors with real worker threads, a real block server each, and a stand-in for the driver. */
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { untilPasses } from "../support/until";
import type { TestExecutor } from "./support/executor";
import { TestCluster } from "./support/executor";

let cluster: TestCluster;
beforeEach(() => {
  cluster = new TestCluster();
});
afterEach(() => cluster.close());

/** What the scenarios make of records 0 … count - 1. */
function sum(count: number): object {
  const total = (Math.max(1, count) * (Math.max(1, count) - 1)) / 2;
  return { rows: count, sum: total, textSum: total };
}

const MIB = 2 ** 20;

function files(directory: string, pattern: RegExp): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => pattern.test(path));
}

/** Resolves when a thread has set the flag's first word. */
async function isSet(flag: Int32Array): Promise<void> {
  while (Atomics.load(flag, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Paths of the files that this process has open. */
function openFiles(): string[] {
  return readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ""; // the descriptor of this very listing
    }
  });
}

function damage(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 0x40;
  writeFileSync(path, bytes);
}

/** Everything that tasks could have left behind. */
function expectClean(executor: TestExecutor, memoryUsed = 0): void {
  expect(executor.storage.status()).toMatchObject({ memoryUsed, executionUsed: 0 });
  for (const directory of executor.storage.shared.directories) expect(files(directory, /\/tmp\/\d+-\d+/)).toEqual([]);
}

test("threads measure their heaps by the old generation, for V8 gives up when that is full", async () => {
  const executor = await cluster.add({ plan: { heapPerSlotMb: 80, youngPerSlotMb: 16 } });
  expect(executor.storage.shared.heapBytes).toBe(80 * MIB);
});

describe("cached blocks", () => {
  test.each(["MEMORY_ONLY", "MEMORY_AND_DISK", "DISK_ONLY"])(
    "%s: small and large blocks, written by one thread and read by another",
    async (level) => {
      const executor = await cluster.add({ slots: 2 });
      for (const [partition, count] of [
        [0, 0],
        [1, 1],
        [2, 500],
        [3, 40_000],
      ] as const) {
        const id = `rdd_1_${partition}`;
        expect((await executor.run("cache", { id, level, count })).result).toEqual(sum(count));
        expect((await executor.run("read", { id }, { slot: 1 })).result).toEqual(sum(count));
        const update = cluster.updates.findLast((candidate) => candidate.id === id)!;
        expect(update).toMatchObject({
          rows: count,
          level: { useMemory: level !== "DISK_ONLY", useDisk: level === "DISK_ONLY" },
        });
        expect(update.memoryBytes > 0).toBe(level !== "DISK_ONLY" && count > 0);
      }
      expect((await executor.run("read", { id: "rdd_9_9" })).result).toBeNull();
      executor.storage.removeRdd(1);
      expect((await executor.run("read", { id: "rdd_1_3" })).result).toBeNull();
      expectClean(executor);
    },
  );

  test("a block in memory is read with one call to the main thread, and written small with one", async () => {
    const executor = await cluster.add();
    await executor.run("cache", { id: "rdd_1_0", level: "MEMORY_ONLY", count: 100 }); // asks for the slabs too
    expect((await executor.run("cache", { id: "rdd_1_1", level: "MEMORY_ONLY", count: 100 })).callsMade).toBe(1);
    expect((await executor.run("read", { id: "rdd_1_0" })).callsMade).toBe(1);
  });

  test("MEMORY_ONLY without room: the task goes on with a file of its own and nothing is kept", async () => {
    const executor = await cluster.add({ plan: { poolBytes: MIB, arenaBytes: MIB, protectedStorageBytes: 0 } });
    expect((await executor.run("cache", { id: "rdd_1_0", level: "MEMORY_ONLY", count: 100_000 })).result).toEqual(sum(100_000));
    expect(cluster.updates).toEqual([]);
    expect((await executor.run("read", { id: "rdd_1_0" })).result).toBeNull();
    expectClean(executor);
  });

  test("MEMORY_AND_DISK without room: the block is on disk", async () => {
    const executor = await cluster.add({ plan: { poolBytes: MIB, arenaBytes: MIB, protectedStorageBytes: 0 } });
    expect((await executor.run("cache", { id: "rdd_1_0", level: "MEMORY_AND_DISK", count: 100_000 })).result).toEqual(
      sum(100_000),
    );
    expect(cluster.updates).toEqual([expect.objectContaining({ memoryBytes: 0 })]);
    expect((await executor.run("read", { id: "rdd_1_0" })).result).toEqual(sum(100_000));
    expectClean(executor);
  });

  test("of a dataset with a bound no more is in memory, whoever writes; the rest is on disk, and others have what they had", async () => {
    const executor = await cluster.add({ slots: 2 });
    const block = { level: "MEMORY_AND_DISK", count: 40_000 } as const;
    await executor.run("cache", { ...block, id: "rdd_1_0" });
    const each = executor.storage.status().memoryUsed;
    const most = 3.5 * each;
    const all = Array.from({ length: 8 }, (_, partition) => partition);
    for (let at = 0; at < all.length; at += 2)
      await Promise.all([0, 1].map((slot) => executor.run("cache", { ...block, id: `rdd_2_${at + slot}`, most }, { slot })));
    for (const partition of all) expect((await executor.run("read", { id: `rdd_2_${partition}` })).result).toEqual(sum(40_000));
    const inMemory = executor.storage.status().memoryUsed - each;
    expect(inMemory).toBeGreaterThan(0);
    expect(inMemory).toBeLessThanOrEqual(most);
    const levels = all.map((partition) => cluster.updates.findLast(({ id }) => id === `rdd_2_${partition}`)!.level);
    expect(levels.filter(({ useMemory }) => useMemory).length).toBeLessThanOrEqual(3);
    expect(levels.filter(({ useDisk }) => useDisk).length).toBeGreaterThanOrEqual(5);
    expect(cluster.updates.findLast(({ id }) => id === "rdd_1_0")!.level.useMemory).toBe(true);
  });

  test("another dataset's blocks make room; one that is being read stays until it is read", async () => {
    const executor = await cluster.add({ slots: 2, plan: { poolBytes: 4 * MIB, arenaBytes: 4 * MIB, protectedStorageBytes: 0 } });
    await executor.run("cache", { id: "rdd_1_0", level: "MEMORY_ONLY", count: 60_000 });
    const flag = new Int32Array(new SharedArrayBuffer(8));
    const reading = executor.run("readSlowly", { id: "rdd_1_0", flag });
    await isSet(flag);
    for (let i = 0; i < 3; i++)
      await executor.run("cache", { id: `rdd_2_${i}`, level: "MEMORY_ONLY", count: 60_000 }, { slot: 1 });
    executor.storage.removeRdd(1);
    Atomics.store(flag, 1, 1);
    Atomics.notify(flag, 1);
    expect((await reading).result).toEqual(sum(60_000));
    expect(executor.storage.status().blocks).toBeGreaterThan(0);
  });

  test.each([
    ["MEMORY_AND_DISK_2", 2],
    ["MEMORY_ONLY_2", 2],
    ["DISK_ONLY_3", 3],
  ] as const)("%s: %i copies, and the others serve when one executor is gone", async (level, copies) => {
    const [first, ...others] = [await cluster.add(), await cluster.add(), await cluster.add()];
    await first.run("cache", { id: "rdd_1_0", level, count: 20_000 });
    expect(cluster.holders("rdd_1_0")).toHaveLength(copies);
    const reader = others.find(({ id }) => !cluster.holders("rdd_1_0").includes(id)) ?? others[0];
    await first.stop();
    cluster.executors.splice(0, 1);
    expect((await reader.run("read", { id: "rdd_1_0" })).result).toEqual(sum(20_000));
  });

  test("executors that copy blocks to each other at the same time do not wait for each other", async () => {
    const executors = [await cluster.add({ slots: 2 }), await cluster.add({ slots: 2 })];
    const write = async (executor: TestExecutor, rdd: number, slot: number): Promise<void> => {
      for (let step = 0; step < 10; step++)
        await executor.run("cache", { id: `rdd_${rdd}_${slot * 10 + step}`, level: "MEMORY_ONLY_2", count: 20_000 }, { slot });
    };
    await Promise.all(executors.flatMap((executor, rdd) => [write(executor, rdd, 0), write(executor, rdd, 1)]));
    for (const executor of executors) expect(executor.storage.status().blocks).toBe(40);
  });

  test.each(["MEMORY_ONLY", "DISK_ONLY"])("%s: read from another executor, and the copy is given back", async (level) => {
    const [writer, reader] = [await cluster.add(), await cluster.add()];
    await writer.run("cache", { id: "rdd_1_0", level, count: 30_000 });
    expect((await reader.run("read", { id: "rdd_1_0" })).result).toEqual(sum(30_000));
    expectClean(reader);
    expect(reader.storage.status().blocks).toBe(0);
  });

  test("read from another executor with no room in memory: through a file", async () => {
    const writer = await cluster.add();
    const reader = await cluster.add({ plan: { poolBytes: 65_536, arenaBytes: 65_536, protectedStorageBytes: 0 } });
    await writer.run("cache", { id: "rdd_1_0", level: "MEMORY_ONLY", count: 30_000 });
    expect((await reader.run("read", { id: "rdd_1_0" })).result).toEqual(sum(30_000));
    await untilPasses(() => {
      for (const directory of reader.storage.shared.directories) expect(files(directory, /received/)).toEqual([]);
    });
  });

  test("a damaged file: the copy is dropped and named, another copy serves, without one nobody has the block", async () => {
    const [first, second] = [await cluster.add(), await cluster.add()];
    await first.run("cache", { id: "rdd_1_0", level: "DISK_ONLY_2", count: 30_000 });
    const file = (executor: TestExecutor): string => files(executor.storage.shared.directories[0]!, /rdd_1_0.*block$/)[0]!;
    damage(file(first), 5000);
    expect((await first.run("read", { id: "rdd_1_0" })).result).toEqual(sum(30_000)); // from the second
    expect(cluster.updates.filter(({ lost }) => lost !== undefined)).toEqual([
      expect.objectContaining({ id: "rdd_1_0", executorId: first.id }),
    ]);
    damage(file(second), 5000);
    expect((await first.run("read", { id: "rdd_1_0" })).result).toBeNull(); // the bytes that came did not match
    await untilPasses(() => expect(cluster.holders("rdd_1_0")).toEqual([])); // the second looked at its file and dropped it
  });

  test("the leases, memory and files of a thread that dies are given back", async () => {
    const executor = await cluster.add();
    const flag = new Int32Array(new SharedArrayBuffer(8));
    const running = executor.run("fillAndHang", { id: "rdd_1_0", bytes: 3 * MIB, reserve: MIB, flag });
    const failed = expect(running).rejects.toThrow(/thread ended/);
    await isSet(flag);
    expect(executor.storage.status()).toMatchObject({ executionUsed: MIB });
    expect(executor.storage.status().memoryUsed).toBeGreaterThanOrEqual(3 * MIB);
    await executor.killThread(0);
    await failed;
    expectClean(executor);
    expect((await executor.run("cache", { id: "rdd_1_0", level: "MEMORY_ONLY", count: 10 })).result).toEqual(sum(10));
  });

  test("an aborted block leaves nothing", async () => {
    const executor = await cluster.add();
    await executor.run("abort", { id: "rdd_1_0", bytes: 3 * MIB });
    expectClean(executor);
  });
});

describe("execution memory", () => {
  test("tasks evict blocks down to the protected part", async () => {
    const executor = await cluster.add({ plan: { poolBytes: 8 * MIB, arenaBytes: 8 * MIB, protectedStorageBytes: 2 * MIB } });
    for (let i = 0; i < 8; i++) await executor.run("cache", { id: `rdd_1_${i}`, level: "MEMORY_AND_DISK", count: 70_000 });
    expect(executor.storage.status().memoryUsed).toBeGreaterThan(6 * MIB);
    const { result, metrics } = await executor.run<number>("reserve", { bytes: 64 * 1024, times: 10_000 });
    expect(result).toBeGreaterThanOrEqual(6 * 16);
    expect(result).toBeLessThan(8 * 16);
    expect(metrics.peakExecutionMemory).toBe(result * 64 * 1024);
    expect(executor.storage.status().executionUsed).toBe(0);
    for (let i = 0; i < 8; i++) expect((await executor.run("read", { id: `rdd_1_${i}` })).result).toEqual(sum(70_000));
  });
});

describe("broadcasts", () => {
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 13) >>> 3);

  test.each([0, 10, 70_000, 64 * 1024 * 20 + 5])(
    "%i bytes, fetched once an executor, whatever the number of tasks",
    async (length) => {
      const executor = await cluster.add({ slots: 2 });
      const content = bytes(length);
      cluster.hub.put("broadcast_1", content);
      const outcomes = await Promise.all([0, 1].map((slot) => executor.run("bytes", { id: "broadcast_1" }, { slot })));
      for (const { result } of outcomes) expect(result).toEqual({ length, crc: crc32(content) });
      expect((await executor.run("bytes", { id: "broadcast_1" })).result).toEqual({ length, crc: crc32(content) });
      expect(cluster.hub.bytesServed).toBe(length);
      executor.storage.removeBroadcast("broadcast_1");
      expectClean(executor);
    },
  );

  test("executors that come later fetch from each other", async () => {
    const content = bytes(64 * 1024 * 32);
    cluster.hub.put("broadcast_2", content);
    for (let i = 0; i < 4; i++) {
      const executor = await cluster.add();
      expect((await executor.run("bytes", { id: "broadcast_2" })).result).toEqual({
        length: content.length,
        crc: crc32(content),
      });
    }
    expect(cluster.hub.bytesServed).toBe(content.length);
    expect(cluster.updates).toEqual([]); // pieces are no cached blocks
  });

  test("a peer that is gone costs a detour, not the broadcast; a removed broadcast is an error", async () => {
    const content = bytes(64 * 1024 * 6);
    cluster.hub.put("broadcast_3", content);
    const first = await cluster.add();
    await first.run("bytes", { id: "broadcast_3" });
    await first.stop();
    const second = await cluster.add({ conf: { "spark.shuffle.io.maxRetries": "0" } });
    expect((await second.run("bytes", { id: "broadcast_3" })).result).toEqual({ length: content.length, crc: crc32(content) });
    second.storage.removeBroadcast("broadcast_3");
    cluster.hub.remove("broadcast_3");
    await expect(second.run("bytes", { id: "broadcast_3" })).rejects.toThrow(/has no block broadcast_3/);
  });

  test("pieces evicted to disk are read from there", async () => {
    const executor = await cluster.add({ plan: { poolBytes: MIB, arenaBytes: MIB, protectedStorageBytes: 0 } });
    const content = bytes(64 * 1024 * 24);
    cluster.hub.put("broadcast_4", content);
    expect((await executor.run("bytes", { id: "broadcast_4" })).result).toEqual({ length: content.length, crc: crc32(content) });
    expect(cluster.hub.bytesServed).toBe(content.length);
  });
});

describe("shuffles", () => {
  const requestsOf = (maps: number, reduces: number[]): { map: number; reduce: number }[] =>
    reduces.flatMap((reduce) => Array.from({ length: maps }, (_, map) => ({ map, reduce })));
  const sizes = [100, 0, 70_000, 5];
  const expected = (maps: number, reduces: number[]): number[][] =>
    requestsOf(maps, reduces)
      .filter(({ reduce }) => sizes[reduce]! > 0)
      .map(({ map, reduce }) => [map, reduce, sizes[reduce]!, (map * 31 + reduce * 7) & 255]);
  const ordered = (rows: number[][]): number[][] => [...rows].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);

  test.each([
    ["in place", true, "true", 18, 0],
    ["over the wire", false, "true", 9, 9],
    ["over the wire, as the user wants it", true, "false", 9, 9],
  ] as const)("segments of two executors, %s", async (_name, inPlace, readHostLocalDisk, local, remote) => {
    const options = { inPlace, conf: { "spark.shuffle.readHostLocalDisk": readHostLocalDisk } };
    const [first, second] = [await cluster.add(options), await cluster.add(options)];
    for (let map = 0; map < 6; map++) await cluster.writeMap(map % 2 === 0 ? first : second, 1, map, sizes);
    expect((await first.run("sizes", { shuffleId: 1 })).result).toEqual(Array.from({ length: 6 }, () => [100, 0]));
    const { result } = await first.run<{ got: number[][]; local: number; remote: number }>("fetch", {
      shuffleId: 1,
      requests: requestsOf(6, [0, 1, 2, 3]),
    });
    expect(ordered(result.got)).toEqual(ordered(expected(6, [0, 1, 2, 3])));
    expect(result).toMatchObject({ local, remote });
    expectClean(first);
    expect(cluster.tables).toBe(1);
  });

  test.each([
    ["in place", true],
    ["over the wire", false],
  ])("long segments come through files, checked before they are given out, %s", async (_name, inPlace) => {
    const [first, second] = [await cluster.add({ inPlace }), await cluster.add({ inPlace })];
    const long = 9 * MIB + 8;
    for (let map = 0; map < 2; map++) await cluster.writeMap(map === 0 ? first : second, 1, map, [100, long, 7]);
    const { result } = await first.run<{ got: number[][] }>("fetch", { shuffleId: 1, requests: requestsOf(2, [0, 1, 2]) });
    const expectedLong = [0, 1].flatMap((map) => [
      [map, 0, 100, map * 31],
      [map, 1, long, map * 31 + 7, 1],
      [map, 2, 7, map * 31 + 14],
    ]);
    expect(ordered(result.got)).toEqual(expectedLong);
    expectClean(first);
    damage(files(second.storage.shared.directories[0]!, /shuffle_1_1\.data$/)[0]!, long);
    const failure = first.run("fetch", { shuffleId: 1, requests: [{ map: 1, reduce: 1 }] });
    await expect(failure).rejects.toMatchObject({ fields: { name: "FetchFailed", map: 1, reduce: 1, executorId: "1" } });
    await expect(failure).rejects.toThrow(/checksum/);
    expectClean(first);
  });

  test("an early end gives everything back", async () => {
    const [first, second] = [await cluster.add(), await cluster.add()];
    for (let map = 0; map < 8; map++) await cluster.writeMap(second, 1, map, [2 * MIB, 1]);
    const { result } = await first.run<{ got: number[][] }>("fetch", {
      shuffleId: 1,
      requests: requestsOf(8, [0]),
      stopAfter: 1,
    });
    expect(result.got).toHaveLength(1);
    await untilPasses(() => expectClean(first));
  });

  test("without room in the arena segments come all the same", async () => {
    const first = await cluster.add({ plan: { poolBytes: 65_536, arenaBytes: 65_536, protectedStorageBytes: 0 } });
    const second = await cluster.add();
    for (let map = 0; map < 3; map++) await cluster.writeMap(second, 1, map, sizes);
    const { result } = await first.run<{ got: number[][] }>("fetch", { shuffleId: 1, requests: requestsOf(3, [2]) });
    expect(ordered(result.got)).toEqual(ordered(expected(3, [2])));
  });

  test("the first commit of a map task wins, and the second reports the winner's output", async () => {
    const executor = await cluster.add({ slots: 2 });
    const first = await executor.run("writeMap", { shuffleId: 1, map: 0, sizes: [10, 20] });
    const second = await executor.run(
      "writeMap",
      { shuffleId: 1, map: 0, sizes: [30, 40], salt: 9 },
      { slot: 1, info: { attempt: 1 } },
    );
    expect(second.result).toEqual(first.result);
    expect(files(executor.storage.shared.directories[0]!, /shuffle_1_0/)).toHaveLength(1);
    // A later attempt of the stage runs because the driver gave the first output up.
    const third = await executor.run<{ offsets: Float64Array }>(
      "writeMap",
      { shuffleId: 1, map: 0, sizes: [30, 40] },
      { info: { stageAttempt: 1 } },
    );
    expect([...third.result.offsets]).toEqual([0, 30, 70]);
    expectClean(executor);
  });

  test.each([
    ["its own", 0],
    ["another executor's", 1],
  ])("a damaged segment of %s is named", async (_name, writer) => {
    const executors = [await cluster.add(), await cluster.add()];
    await cluster.writeMap(executors[writer]!, 1, 0, sizes);
    damage(files(executors[writer]!.storage.shared.directories[0]!, /shuffle_1_0\.data$/)[0]!, 50);
    const failure = executors[0]!.run("fetch", { shuffleId: 1, requests: requestsOf(1, [0]) });
    await expect(failure).rejects.toMatchObject({
      fields: { name: "FetchFailed", shuffleId: 1, map: 0, reduce: 0, executorId: String(writer) },
    });
    await expect(failure).rejects.toThrow(/Block shuffle_1_0_0 .*checksum/);
    // An undamaged segment of the same file is still good to read there and then; the executor's own has been dropped.
    expect(files(executors[writer]!.storage.shared.directories[0]!, /shuffle_1_0\.data$/)).toHaveLength(writer);
    // Computed anew by the next attempt of the stage, on the same executor.
    const { result } = await executors[writer]!.run<{ offsets: Float64Array; checksums: Uint32Array }>(
      "writeMap",
      { shuffleId: 1, map: 0, sizes },
      { info: { stageAttempt: 1 } },
    );
    cluster.outputs.get(1)!.set(0, { executor: executors[writer]!, ...result });
    executors[0]!.storage.invalidateMapOutputs(1);
    const again = await executors[0]!.run<{ got: number[][] }>("fetch", { shuffleId: 1, requests: requestsOf(1, [0, 2, 3]) });
    expect(ordered(again.result.got)).toEqual(ordered(expected(1, [0, 2, 3])));
  });

  test("outputs that are lost, files that are gone, executors that are gone: FetchFailed says which", async () => {
    const [first, second] = [await cluster.add({ conf: { "spark.shuffle.io.maxRetries": "1" } }), await cluster.add()];
    await cluster.writeMap(first, 1, 0, sizes);
    await cluster.writeMap(second, 1, 2, sizes);
    await expect(first.run("sizes", { shuffleId: 1 })).rejects.toMatchObject({
      fields: { name: "FetchFailed", map: 1, reduce: -1, executorId: null },
    });
    await expect(first.run("sizes", { shuffleId: 8 })).rejects.toMatchObject({
      fields: { name: "FetchFailed", map: -1, shuffleId: 8 },
    });
    await cluster.writeMap(second, 1, 1, sizes);
    first.storage.invalidateMapOutputs(1);
    second.storage.removeShuffle(1);
    await expect(
      first.run("fetch", {
        shuffleId: 1,
        requests: [
          { map: 2, reduce: 3 },
          { map: 1, reduce: 0 },
        ],
      }),
    ).rejects.toMatchObject({ fields: { name: "FetchFailed", map: 2, reduce: 3, executorId: second.id } });
    await second.stop();
    await expect(first.run("fetch", { shuffleId: 1, requests: [{ map: 1, reduce: 0 }] })).rejects.toMatchObject({
      fields: { name: "FetchFailed", map: 1, reduce: 0, executorId: second.id },
    });
    first.storage.removeShuffle(1);
    await expect(first.run("fetch", { shuffleId: 1, requests: [{ map: 0, reduce: 0 }] })).rejects.toMatchObject({
      fields: { name: "FetchFailed", map: 0, executorId: first.id },
    });
  });

  test("removing a shuffle removes its files, and idle threads let go of them when their next task ends", async () => {
    const executor = await cluster.add();
    for (let map = 0; map < 5; map++) await cluster.writeMap(executor, 1, map, sizes);
    await executor.run("fetch", { shuffleId: 1, requests: requestsOf(5, [0]) });
    const open = (): number => openFiles().filter((path) => /shuffle_1_/.test(path)).length;
    expect(open()).toBe(5);
    executor.storage.removeShuffle(1);
    expect(files(executor.storage.shared.directories[0]!, /shuffle_1_/)).toEqual([]);
    await executor.run("temp", {});
    expect(open()).toBe(0);
  });

  test("40,000 small segments", async () => {
    const executor = await cluster.add();
    const many = Array.from({ length: 200 }, () => 16);
    for (let map = 0; map < 200; map++) await cluster.writeMap(executor, 1, map, many);
    expect((await executor.run("fetchAll", { shuffleId: 1, reduces: 200 })).result).toBe(40_000);
  });
});

describe("many tasks at once", () => {
  test("random writes, reads, kills and removals under pressure: right answers or none, and nothing left behind", async () => {
    const plan = { poolBytes: 3 * MIB, arenaBytes: 3 * MIB, protectedStorageBytes: MIB };
    const executors = [await cluster.add({ slots: 2, plan }), await cluster.add({ slots: 2, plan })];
    let seed = 20_261_121;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return (seed >>> 8) % below;
    };
    const levels = ["MEMORY_ONLY", "MEMORY_AND_DISK", "DISK_ONLY", "MEMORY_ONLY_2", "MEMORY_AND_DISK_2"];
    const countOf = (partition: number): number => [10, 3000, 20_000, 60_000][partition % 4]!;
    let right = 0;
    let killed = 0;
    const slot = async (executor: TestExecutor, number: number): Promise<void> => {
      for (let step = 0; step < 80; step++) {
        const partition = random(12);
        const id = `rdd_${random(3)}_${partition}`;
        const action = random(20);
        if (action === 0) {
          const flag = new Int32Array(new SharedArrayBuffer(8));
          const hanging = executor
            .run("fillAndHang", { id, bytes: 512 * 1024, reserve: 256 * 1024, flag }, { slot: number })
            .catch(() => undefined);
          await isSet(flag);
          await executor.killThread(number);
          await hanging;
          killed++;
        } else if (action === 1) {
          executor.storage.removeRdd(random(3));
        } else if (action < 10) {
          expect(
            (
              await executor.run(
                "cache",
                { id, level: levels[random(levels.length)], count: countOf(partition) },
                { slot: number },
              )
            ).result,
          ).toEqual(sum(countOf(partition)));
        } else if (action < 13) {
          await executor.run("reserve", { bytes: 128 * 1024, times: 8 }, { slot: number });
        } else {
          const { result } = await executor.run("read", { id }, { slot: number });
          if (result !== null) {
            expect(result).toEqual(sum(countOf(partition)));
            right++;
          }
        }
      }
    };
    await Promise.all(executors.flatMap((executor) => [slot(executor, 0), slot(executor, 1)]));
    expect(right).toBeGreaterThan(10);
    expect(killed).toBeGreaterThan(5);
    for (const executor of executors) for (let rdd = 0; rdd < 3; rdd++) executor.storage.removeRdd(rdd);
    await untilPasses(() => {
      for (const executor of executors) {
        expectClean(executor);
        expect(executor.storage.status()).toMatchObject({ diskUsed: 0, blocks: 0 });
        expect(files(executor.storage.shared.directories[0]!, /block|received/)).toEqual([]);
      }
      for (const id of new Set(cluster.updates.map((update) => update.id))) expect(cluster.holders(id)).toEqual([]);
    });
  });
});

describe("files", () => {
  test("temporary files go with their task, everything with the executor, the application's directory with the last", async () => {
    const [first, second] = [await cluster.add(), await cluster.add()];
    const { result } = await first.run<{ path: string; exists: boolean }>("temp", {});
    expect(result.exists).toBe(true);
    expect(existsSync(result.path)).toBe(false);
    await cluster.writeMap(first, 1, 0, [5]);
    const local = join(cluster.directory, "local");
    expect(readdirSync(local)).toEqual(["firesteel-app-test"]);
    await first.stop();
    expect(files(local, /shuffle/)).toEqual([]);
    expect(readdirSync(local)).toEqual(["firesteel-app-test"]);
    await second.stop();
    expect(readdirSync(local)).toEqual([]);
  });
});
