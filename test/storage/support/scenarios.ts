/**
 * What the storage tests run inside worker threads: each scenario is one task, given by name with its arguments. Scenarios
 * return plain data.
 */
import { closeSync, existsSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { decodeBatches } from "../../../src/columnar/rows/decoder";
import { BatchEncoder } from "../../../src/columnar/rows/encoder";
import { ByteWriter } from "../../../src/columnar/bytes";
import { iterate } from "../../../src/columnar/read-code";
import type { ChunkSource } from "../../../src/columnar/chunk";
import type { ValueContext } from "../../../src/columnar/value-context";
import { StorageLevel } from "../../../src/storage/storage-level";
import type { TaskStorage } from "../../../src/storage/worker-storage";
import type { TaskMetrics } from "../../../src/storage/task-env";

export const values: ValueContext = {
  classId: () => {
    throw new Error("no classes in these tests");
  },
  classOf: () => {
    throw new Error("no classes in these tests");
  },
};

export const decode = decodeBatches;

type LevelName = keyof typeof StorageLevel &
  ("MEMORY_ONLY" | "MEMORY_AND_DISK" | "DISK_ONLY" | "MEMORY_ONLY_2" | "MEMORY_AND_DISK_2" | "DISK_ONLY_3");

/** Records first … first + count - 1 as [i, "row i"], encoded `batch` at a time. */
function* runs(first: number, count: number, batch: number): Generator<Uint8Array> {
  const encoder = new BatchEncoder(values);
  for (let from = first; from < first + count; from += batch) {
    const to = Math.min(from + batch, first + count);
    const out = new ByteWriter();
    encoder.encodeRows(
      Array.from({ length: to - from }, (_, i) => [from + i, `row ${from + i}`]),
      0,
      to - from,
      out,
    );
    yield out.bytes.subarray(0, out.length);
  }
}

interface Sum {
  rows: number;
  sum: number;
  textSum: number;
}

function summed(source: ChunkSource | null): Sum | null {
  if (source === null) return null;
  const result = { rows: 0, sum: 0, textSum: 0 };
  for (const row of iterate(source) as Iterable<[number, string]>) {
    result.rows++;
    result.sum += row[0];
    result.textSum += Number(row[1].slice(4));
  }
  source.close();
  return result;
}

export const scenarios = {
  /** Writes a block and reads back what commit gives. */
  cache(
    task: TaskStorage,
    {
      id,
      level,
      first = 0,
      count,
      batch = 1000,
      most = null,
    }: { id: string; level: LevelName; first?: number; count: number; batch?: number; most?: number | null },
  ): Sum | null {
    const writer = task.blocks.writer(id, StorageLevel[level], most);
    for (const run of runs(first, count, batch)) writer.write(run);
    return summed(writer.commit(count));
  },
  read(task: TaskStorage, { id }: { id: string }): Sum | null {
    return summed(task.blocks.get(id));
  },
  /** Opens a block, tells, and reads on when `flag` (shared) is set. */
  readSlowly(task: TaskStorage, { id, flag }: { id: string; flag: Int32Array }): Sum | null {
    const source = task.blocks.get(id);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    Atomics.wait(flag, 1, 0, 20_000);
    return summed(source);
  },
  /** Fills a block and never ends. */
  fillAndHang(
    task: TaskStorage,
    { id, bytes, reserve, flag }: { id: string; bytes: number; reserve: number; flag: Int32Array },
  ): void {
    const writer = task.blocks.writer(id, StorageLevel.MEMORY_ONLY);
    for (let done = 0; done < bytes; done += 2 ** 16) writer.write(new Uint8Array(2 ** 16));
    task.memory.reserve(reserve);
    const fd = openSync(task.tempFile("left"), "w");
    writeSync(fd, "x");
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    Atomics.wait(flag, 1, 0);
  },
  abort(task: TaskStorage, { id, bytes }: { id: string; bytes: number }): void {
    const writer = task.blocks.writer(id, StorageLevel.MEMORY_ONLY);
    for (let done = 0; done < bytes; done += 2 ** 16) writer.write(new Uint8Array(2 ** 16));
    writer.abort();
  },
  bytes(task: TaskStorage, { id }: { id: string }): { length: number; crc: number } {
    const bytes = task.blocks.fetchBytes(id);
    return { length: bytes.length, crc: crc32(bytes) };
  },
  reserve(task: TaskStorage, { bytes, times = 1 }: { bytes: number; times?: number }): number {
    let granted = 0;
    while (granted < times && task.memory.reserve(bytes)) granted++;
    return granted;
  },
  /** Writes a map output whose segment for reduce r has sizes[r] bytes, each byte depending on map and r. */
  writeMap(
    task: TaskStorage,
    { shuffleId, map, sizes, salt = 0 }: { shuffleId: number; map: number; sizes: number[]; salt?: number },
  ): { offsets: Float64Array; checksums: Uint32Array } {
    const fd = openSync(task.shuffle.stagingFile(shuffleId, map), "w");
    const output = { offsets: new Float64Array(sizes.length + 1), checksums: new Uint32Array(sizes.length) };
    sizes.forEach((size, reduce) => {
      const segment = new Uint8Array(size).fill((map * 31 + reduce * 7 + salt) & 255);
      if (size > 0) writeSync(fd, segment);
      output.offsets[reduce + 1] = output.offsets[reduce]! + size;
      output.checksums[reduce] = size === 0 ? 0 : crc32(segment);
    });
    task.shuffle.commit(shuffleId, map, output, fd);
    closeSync(fd);
    return output;
  },
  /** Of each segment [map, reduce, length, first byte], and a 1 when it came as a part of a file. */
  fetch(
    task: TaskStorage,
    {
      shuffleId,
      requests,
      stopAfter = Infinity,
    }: { shuffleId: number; requests: { map: number; reduce: number }[]; stopAfter?: number },
    metrics: TaskMetrics,
  ): { got: number[][]; local: number; remote: number } {
    const got: number[][] = [];
    for (const { map, reduce, bytes, file } of task.shuffle.fetch(shuffleId, requests)) {
      if (bytes !== undefined) {
        got.push([map, reduce, bytes.length, bytes[0]!]);
      } else {
        const content = new Uint8Array(file.end - file.start);
        readSync(file.fd, content, 0, content.length, file.start);
        if (content.some((byte) => byte !== content[0])) throw new Error("the parts of a long segment are not in order");
        got.push([map, reduce, content.length, content[0]!, 1]);
      }
      if (got.length === stopAfter) break;
    }
    return { got, local: metrics.shuffleLocalBlocksFetched, remote: metrics.shuffleRemoteBlocksFetched };
  },
  sizes(task: TaskStorage, { shuffleId }: { shuffleId: number }): number[][] {
    const outputs = task.shuffle.mapOutputs(shuffleId);
    return Array.from({ length: outputs.numMaps }, (_, map) => [outputs.size(map, 0), outputs.size(map, 1)]);
  },
  /** Fetches all segments of `reduces` reducers of all maps and counts those that hold something. */
  fetchAll(task: TaskStorage, { shuffleId, reduces }: { shuffleId: number; reduces: number }): number {
    const { numMaps } = task.shuffle.mapOutputs(shuffleId);
    let segments = 0;
    for (let reduce = 0; reduce < reduces; reduce++) {
      const requests = Array.from({ length: numMaps }, (_, map) => ({ map, reduce }));
      for (const { bytes } of task.shuffle.fetch(shuffleId, requests)) segments += bytes?.length === 0 ? 0 : 1;
    }
    return segments;
  },
  temp(task: TaskStorage): { path: string; exists: boolean } {
    const path = task.tempFile("spill");
    closeSync(openSync(path, "w"));
    return { path, exists: existsSync(path) && statSync(path).size === 0 };
  },
};

export type ScenarioName = keyof typeof scenarios;
