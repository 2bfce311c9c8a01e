import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { Chunk } from "../../src/columnar/chunk";
import { openBinaryFiles, openBinaryRecords, openWholeTextFiles } from "../../src/filesystem/binary-source";
import { openObjectSplit, ObjectPartWriter } from "../../src/filesystem/object-file";
import { openSink } from "../../src/filesystem/part-writers";
import type { FileStatus } from "../../src/filesystem/file-system";
import { fileGroups, objectSplits, recordSplits } from "../../src/filesystem/splits";
import type { FileSplit } from "../../src/filesystem/splits";
import { rowsOf, storageIn, temporaryDirectory } from "./support";

const directory = temporaryDirectory();
const storage = storageIn(directory);
let files = 0;

function put(bytes: Uint8Array, name = `f${files++}`): FileStatus {
  writeFileSync(join(directory, name), bytes);
  return { path: `file:${directory}/${name}`, length: bytes.length, isDirectory: false, modificationTime: 0 };
}

describe("whole files", () => {
  test("come as pairs of path and text, decompressed", () => {
    const crlf = put(Buffer.from("x\r\ny\r\n"), "b.txt");
    const packed = put(gzipSync("é\n"), "c.txt.gz");
    const empty = put(Buffer.alloc(0), "e.txt");
    const [group] = fileGroups([crlf, packed, empty], 1);
    const source = openWholeTextFiles(group!, storage);
    expect(rowsOf(source)).toEqual([
      [`file:${directory}/b.txt`, "x\r\ny\r\n"],
      [`file:${directory}/c.txt.gz`, "é\n"],
      [`file:${directory}/e.txt`, ""],
    ]);
    expect(source.bytesRead).toBe(crlf.length + packed.length);
  });

  test("come as bytes as they are stored", () => {
    const packed = gzipSync("é\n");
    const status = put(packed, "d.gz");
    expect(rowsOf(openBinaryFiles(fileGroups([status], 1)[0]!, storage))).toEqual([[status.path, new Uint8Array(packed)]]);
  });

  test("that became shorter are an error", () => {
    const status = put(Buffer.from("123"));
    const group = { files: [{ path: status.path, length: 4 }] };
    expect(() => rowsOf(openBinaryFiles(group, storage))).toThrow(
      /FAILED_READ_FILE.*had 4 bytes when the job began, and has 3 now/,
    );
  });
});

describe("records of fixed length", () => {
  test("80 bytes in records of 8 are 10", () => {
    const bytes = Uint8Array.from({ length: 80 }, (_, i) => i);
    const status = put(bytes);
    for (const parts of [1, 3, 10]) {
      const rows = recordSplits([status], 8, parts).flatMap((split) => rowsOf(openBinaryRecords(split, 8, storage)));
      expect(rows).toEqual(Array.from({ length: 10 }, (_, i) => bytes.subarray(i * 8, i * 8 + 8)));
    }
  });

  test("stay what they were when the next chunk is read", () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
    const [split] = recordSplits([put(bytes)], 100_000, 1);
    const rows = rowsOf(openBinaryRecords(split!, 100_000, storage)) as Uint8Array[];
    expect(Buffer.concat(rows).equals(bytes)).toBe(true);
  });

  test("a file that does not divide is refused by name", () => {
    const [split] = recordSplits([put(new Uint8Array(81), "odd.bin")], 8, 1);
    expect(() => openBinaryRecords(split!, 8, storage)).toThrow(/PARTIAL_RECORD.*odd\.bin has 81 bytes/);
  });
});

describe("object files", () => {
  const decode = (payload: Uint8Array, records: number): Chunk => ({
    kind: "rows",
    rows: [[Buffer.from(payload).toString("hex"), records]],
    start: 0,
    end: 1,
  });

  function write(batches: readonly Uint8Array[]): FileStatus {
    const name = `o${files++}`;
    const sink = openSink(join(directory, name), null, name);
    const writer = new ObjectPartWriter(sink);
    batches.forEach((batch, i) => writer.writeBatch(batch, i));
    writer.finish();
    return { path: `file:${directory}/${name}`, length: writer.bytesWritten, isDirectory: false, modificationTime: 0 };
  }

  const rowsOfSplit = (split: FileSplit): unknown[] => rowsOf(openObjectSplit(split, storage, decode));

  test("give every batch once, however they are split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        (batches, splitBytes) => {
          const status = write(batches);
          const expected = batches.map((batch, i) => [Buffer.from(batch).toString("hex"), i]);
          const splits = objectSplits([status], 1, splitBytes);
          expect(splits.flatMap(rowsOfSplit)).toEqual(expected);
        },
      ),
      { numRuns: 100 },
    );
  });

  test("are found in the midst of a batch larger than the search window", () => {
    const status = write([new Uint8Array(200_000).fill(1), new Uint8Array(3).fill(2)]);
    const splits = objectSplits([status], 3);
    expect(splits.map((split) => rowsOfSplit(split).length)).toEqual([1, 0, 1]);
  });

  test("tell which block of which file is damaged", () => {
    const status = write([Buffer.from("one"), Buffer.from("two")]);
    const path = status.path.slice("file:".length);
    const whole = objectSplits([status], 1)[0]!;
    const good = readFileSync(path);
    const damage = (at: number): void => {
      const bytes = Buffer.from(good);
      bytes[at]! ^= 1;
      writeFileSync(path, bytes);
    };
    damage(good.length - 1);
    expect(() => rowsOfSplit(whole)).toThrow(/FAILED_READ_FILE.*file:.*: the block at byte 65 is damaged: its checksum is/);
    damage(65);
    expect(() => rowsOfSplit(whole)).toThrow(/the block at byte 65 is damaged: its marker is missing/);
    damage(65 + 16 + 2);
    expect(() => rowsOfSplit(whole)).toThrow(/the block at byte 65 is damaged: it is longer than the file/);
    writeFileSync(path, good.subarray(0, good.length - 1));
    expect(() => rowsOfSplit({ ...whole, length: good.length - 1, fileLength: good.length - 1 })).toThrow(/damaged/);
    damage(17);
    expect(() => rowsOfSplit(whole)).toThrow(/version 3; this release reads version 2/);
    damage(0);
    expect(() => rowsOfSplit(whole)).toThrow(/no object file/);
  });
});
