import fc from "fast-check";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFooter } from "../../src/storage/block-file";
import type { NewFrames, PinnedBlock } from "../../src/storage/block-store";
import { BlockStore, rddOf } from "../../src/storage/block-store";
import { FileLayout } from "../../src/storage/file-layout";
import type { LevelFlags } from "../../src/storage/host-calls";
import { planMemory } from "../../src/storage/memory-plan";
import { MemoryPool } from "../../src/storage/memory-pool";
import type { BlockUpdate } from "../../src/storage/ports";
import { StorageLevel } from "../../src/storage/storage-level";
import { untilPasses } from "../support/until";

const KIB = 1024;
const { MEMORY_ONLY, MEMORY_AND_DISK, DISK_ONLY } = StorageLevel;

let directory = "";
let updates: BlockUpdate[] = [];

/** A store over an arena of 16 extents of 64 KiB. */
function newStore(protectedStorageBytes = 512 * KIB): { store: BlockStore; pool: MemoryPool } {
  const pool = new MemoryPool({
    ...planMemory({ executorMemory: "256m", slots: 1 }),
    poolBytes: 1024 * KIB,
    arenaBytes: 1024 * KIB,
    protectedStorageBytes,
  });
  return {
    pool,
    store: new BlockStore({
      executorId: "e",
      pool,
      layout: new FileLayout([directory]),
      report: (update) => void updates.push(update),
    }),
  };
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fs-blocks-"));
  updates = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const bytesOf = (id: string, length = 64 * KIB): Uint8Array => new Uint8Array(length).fill(id.length * 37 + Number(id.at(-1)));

async function put(store: BlockStore, id: string, level: LevelFlags, length?: number): Promise<PinnedBlock | null> {
  const pinned = await store.putBytes(id, level, 10, [bytesOf(id, length)]);
  pinned?.unpin();
  return pinned;
}

async function contentOf(store: BlockStore, id: string): Promise<Buffer | null> {
  const pinned = store.open(id);
  if (pinned === null) return null;
  try {
    return Buffer.concat(await store.copy(pinned));
  } finally {
    pinned.unpin();
  }
}

function filesOnDisk(): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("BlockStore", () => {
  test("keeps blocks in memory, gives them back, reports them", async () => {
    const { store, pool } = newStore();
    await put(store, "rdd_1_0", MEMORY_ONLY);
    expect(await contentOf(store, "rdd_1_0")).toEqual(Buffer.from(bytesOf("rdd_1_0")));
    expect(store.memoryUsed).toBe(64 * KIB);
    expect(updates).toEqual([expect.objectContaining({ id: "rdd_1_0", rows: 10, memoryBytes: 64 * KIB, diskBytes: 0 })]);
    expect(updates[0]!.level).toMatchObject({ useMemory: true, useDisk: false });
    store.removeRdd(1);
    expect(store.open("rdd_1_0")).toBeNull();
    expect(pool.arena.used).toBe(0);
    expect(updates[1]!.level).toMatchObject({ useMemory: false, useDisk: false });
  });

  test("MEMORY_ONLY: the least recently used blocks of other datasets are dropped", async () => {
    const { store } = newStore();
    for (let i = 0; i < 16; i++) await put(store, `rdd_1_${i}`, MEMORY_ONLY);
    await contentOf(store, "rdd_1_0"); // now the most recently used
    for (let i = 0; i < 3; i++) await put(store, `rdd_2_${i}`, MEMORY_ONLY);
    expect(store.ids().filter((id) => rddOf(id) === 1)).toEqual([
      ...Array.from({ length: 12 }, (_, i) => `rdd_1_${i + 4}`),
      "rdd_1_0",
    ]);
    expect(filesOnDisk()).toEqual([]);
  });

  test("never evicts blocks of the dataset that is being written", async () => {
    const { store } = newStore();
    for (let i = 0; i < 16; i++) expect(await put(store, `rdd_1_${i}`, MEMORY_ONLY)).not.toBeNull();
    expect(await put(store, "rdd_1_16", MEMORY_ONLY)).toBeNull();
    expect(store.size).toBe(16);
    expect(await put(store, "rdd_1_17", MEMORY_AND_DISK)).not.toBeNull(); // goes to disk
    expect(updates.at(-1)).toMatchObject({ id: "rdd_1_17", memoryBytes: 0 });
    expect(updates.at(-1)!.diskBytes).toBeGreaterThan(64 * KIB);
  });

  test("does not evict in vain: a block that is too large leaves the others alone", async () => {
    const { store } = newStore();
    for (let i = 0; i < 4; i++) await put(store, `rdd_1_${i}`, MEMORY_ONLY);
    expect(await put(store, "rdd_2_0", MEMORY_ONLY, 2048 * KIB)).toBeNull();
    expect(store.size).toBe(4);
  });

  test("MEMORY_AND_DISK: evicted blocks are read from disk, and say so", async () => {
    const { store } = newStore();
    for (let i = 0; i < 16; i++) await put(store, `rdd_1_${i}`, MEMORY_AND_DISK);
    for (let i = 0; i < 16; i++) await put(store, `rdd_2_${i}`, MEMORY_ONLY);
    for (let i = 0; i < 16; i++) expect(await contentOf(store, `rdd_1_${i}`)).toEqual(Buffer.from(bytesOf(`rdd_1_${i}`)));
    expect(
      updates.filter(({ id, diskBytes, memoryBytes }) => rddOf(id) === 1 && diskBytes > 0 && memoryBytes === 0),
    ).toHaveLength(16);
    expect(store.diskUsed).toBeGreaterThan(16 * 64 * KIB);
    store.removeRdd(1);
    await untilPasses(() => {
      expect(store.diskUsed).toBe(0);
      expect(filesOnDisk()).toEqual([]);
    });
  });

  test("DISK_ONLY: a file that says by itself what it is", async () => {
    const { store, pool } = newStore();
    await put(store, "rdd_1_0", DISK_ONLY);
    expect(pool.arena.used).toBe(0);
    expect(readFooter(filesOnDisk()[0]!)).toMatchObject({
      rows: 10,
      level: { useDisk: true, useMemory: false, replication: 1 },
      offsets: new Float64Array([0, 64 * KIB]),
    });
    expect(await contentOf(store, "rdd_1_0")).toEqual(Buffer.from(bytesOf("rdd_1_0")));
  });

  test("a block that is read stays until its last reader is done, also when it is removed", async () => {
    const { store, pool } = newStore();
    await put(store, "rdd_1_0", MEMORY_ONLY);
    const first = store.open("rdd_1_0")!;
    const second = store.open("rdd_1_0")!;
    store.remove("rdd_1_0");
    expect(store.open("rdd_1_0")).toBeNull();
    expect(pool.arena.used).toBe(64 * KIB);
    first.unpin();
    first.unpin(); // once is enough, twice does no harm
    expect(Buffer.concat(await store.copy(second))).toEqual(Buffer.from(bytesOf("rdd_1_0")));
    second.unpin();
    expect(pool.arena.used).toBe(0);
  });

  test("a second copy of a block gives its memory back, the first stays", async () => {
    const { store, pool } = newStore();
    await put(store, "rdd_1_0", MEMORY_ONLY);
    const extent = (await store.allocate(1000, "rdd_1_0"))!;
    const pinned = store.put("rdd_1_0", MEMORY_ONLY, 10, { kind: "memory", extents: [extent] });
    expect(Buffer.concat(await store.copy(pinned))).toEqual(Buffer.from(bytesOf("rdd_1_0")));
    pinned.unpin();
    expect(pool.arena.used).toBe(64 * KIB);
  });

  test("damage on disk: the block is dropped, named, and never given out", async () => {
    const { store } = newStore();
    await put(store, "rdd_1_0", DISK_ONLY);
    const path = filesOnDisk()[0]!;
    const bytes = readFileSync(path);
    bytes[1000]! ^= 1;
    writeFileSync(path, bytes);
    await expect(contentOf(store, "rdd_1_0")).rejects.toThrow(/BLOCK_CORRUPT.*Frame 0 of block file .*rdd_1_0/);
    expect(store.has("rdd_1_0")).toBe(false);
    expect(updates.at(-1)).toMatchObject({ id: "rdd_1_0", diskBytes: 0, lost: expect.stringContaining("checksum") as string });
  });

  test("tasks that need memory get what blocks hold above the protected part", async () => {
    const { store, pool } = newStore();
    for (let i = 0; i < 16; i++) await put(store, `rdd_1_${i}`, i < 8 ? MEMORY_AND_DISK : MEMORY_ONLY);
    expect(pool.cells.limit).toBe(0);
    expect(await store.yieldToExecution(128 * KIB)).toBe(true);
    expect(pool.cells.limit).toBe(128 * KIB);
    expect(pool.cells.tryAdd(0, 128)).toBe(true);
    expect(await store.yieldToExecution(100_000 * KIB)).toBe(true);
    expect(pool.arena.used).toBe(512 * KIB);
    expect(await store.yieldToExecution(100_000 * KIB)).toBe(false);
    expect(store.size).toBe(16); // the older half is on disk
    // Blocks cannot take back what tasks hold.
    pool.cells.tryAdd(0, 384);
    expect(await put(store, "rdd_2_0", MEMORY_ONLY, 1024 * KIB)).toBeNull();
  });

  test("writers that need room at once all get it while blocks are on their way to disk", async () => {
    const { store } = newStore();
    for (let i = 0; i < 16; i++) await put(store, `rdd_1_${i}`, MEMORY_AND_DISK);
    const extents = await Promise.all(Array.from({ length: 16 }, async (_, i) => store.allocate(64 * KIB, `rdd_2_${i}`)));
    expect(extents).not.toContain(null);
    expect(store.size).toBe(16);
    expect(updates.filter(({ diskBytes }) => diskBytes > 0)).toHaveLength(16);
  });

  test("no room on disk for an evicted block: it is dropped with the reason, others go on", async () => {
    const { store } = newStore();
    for (let i = 0; i < 16; i++) await put(store, `rdd_1_${i}`, MEMORY_AND_DISK);
    rmSync(directory, { recursive: true });
    writeFileSync(directory, "not a directory any more");
    expect(await put(store, "rdd_2_0", MEMORY_ONLY)).not.toBeNull();
    expect(updates.find(({ lost }) => lost !== undefined)).toMatchObject({
      id: "rdd_1_0",
      lost: expect.stringMatching(/ENOTDIR|EEXIST/) as string,
    });
    expect(store.has("rdd_1_0")).toBe(false);
  });

  /** LRU against a model: same blocks in memory after any sequence of puts, reads and removals. */
  test("agrees with a model of LRU", async () => {
    const action = fc.record({
      kind: fc.constantFrom("put", "put", "put", "read", "remove"),
      rdd: fc.integer({ min: 1, max: 4 }),
      partition: fc.integer({ min: 0, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
        const { store, pool } = newStore();
        let model: string[] = []; // least recently used first
        for (const { kind, rdd, partition } of actions) {
          const id = `rdd_${rdd}_${partition}`;
          if (kind === "put") {
            const kept = await put(store, id, MEMORY_ONLY);
            if (!model.includes(id)) {
              if (model.length === 16) {
                const victim = model.find((other) => rddOf(other) !== rdd);
                expect(kept === null).toBe(victim === undefined);
                if (victim === undefined) continue;
                model = model.filter((other) => other !== victim);
              }
              model.push(id);
            }
          } else if (kind === "read") {
            const pinned = store.open(id);
            expect(pinned !== null).toBe(model.includes(id));
            if (pinned !== null) model = [...model.filter((other) => other !== id), id];
            pinned?.unpin();
          } else {
            store.remove(id);
            model = model.filter((other) => other !== id);
          }
          expect(store.ids()).toEqual(model);
          expect(pool.arena.used).toBe(model.length * 64 * KIB);
          expect(store.memoryUsed).toBe(model.length * 64 * KIB);
        }
        pool.arena.check();
      }),
      { numRuns: 60 },
    );
  });

  test("takes a file of a task over by moving it", () => {
    const { store } = newStore();
    const path = join(directory, "written-by-a-task");
    writeFileSync(path, "0123456789");
    const frames: NewFrames = {
      kind: "disk",
      path,
      offsets: new Float64Array([0, 10]),
      checksums: new Uint32Array([0x280c069e]),
    };
    store.put("rdd_1_0", DISK_ONLY, 1, frames).unpin();
    expect(existsSync(path)).toBe(false);
    expect(() => store.put("rdd_1_1", DISK_ONLY, 1, { ...frames, path: "/elsewhere/file" })).toThrow(
      /outside of the executor's directories/,
    );
  });
});
