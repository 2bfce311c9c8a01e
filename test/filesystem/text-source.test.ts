import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { textSplits } from "../../src/filesystem/splits";
import { LineSource, openTextSplit } from "../../src/filesystem/text-source";
import { openBytes } from "../../src/filesystem/task-storage";
import type { TaskStorage } from "../../src/filesystem/task-storage";
import { linesOf, memoryInput, storageIn, temporaryDirectory } from "./support";

const directory = temporaryDirectory();

/** What java.io.BufferedReader calls the lines of a text. */
function javaLines(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Reads `bytes` by splits of `splitBytes`, each with a buffer of `chunkBytes`, `pieceBytes` at a time. */
function readBySplits(bytes: Uint8Array, splitBytes: number, chunkBytes: number, pieceBytes: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += splitBytes) {
    const end = start + splitBytes >= bytes.length ? Number.POSITIVE_INFINITY : start + splitBytes;
    const input = memoryInput(bytes, start, pieceBytes);
    lines.push(...linesOf(new LineSource("file:/x", input, start, end, chunkBytes)));
    expect(input.closed).toBe(true);
  }
  return lines;
}

const piece = fc.constantFrom(
  "\n",
  "\n",
  "\r",
  "\r\n",
  "\n\r",
  "a",
  "bc",
  "é",
  "€",
  "😀",
  "",
  "long enough to fill a small buffer",
);

describe("lines of splits", () => {
  test("are those of the file, whatever the size of splits, buffers and reads", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 24 }),
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (pieces, chunkBytes, pieceBytes) => {
          const text = pieces.join("");
          const bytes = Buffer.from(text, "utf8");
          for (let splitBytes = 1; splitBytes <= bytes.length + 1; splitBytes++) {
            expect(readBySplits(bytes, splitBytes, chunkBytes, pieceBytes)).toEqual(javaLines(text));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test("hold U+FFFD where bytes are no UTF-8, however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0x41, 0x0a, 0x0d, 0xc3, 0xa9, 0xe2, 0x82, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0xff), {
          maxLength: 24,
        }),
        (array) => {
          const bytes = Uint8Array.from(array);
          const whole = readBySplits(bytes, bytes.length + 1, 64, 64);
          expect(whole.length).toBe(javaLines(Buffer.from(bytes).toString("latin1")).length);
          for (let splitBytes = 1; splitBytes <= bytes.length; splitBytes++)
            expect(readBySplits(bytes, splitBytes, 3, 2)).toEqual(whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  // Column two is what Java 17's decoder gives.
  test.each([
    ["eda080", "\ufffd"],
    ["edbfbf", "\ufffd"],
    ["eda041", "\ufffdA"],
    ["eda0", "\ufffd"],
    ["c080", "\ufffd\ufffd"],
    ["f0808080", "\ufffd\ufffd\ufffd\ufffd"],
    ["e28041", "\ufffdA"],
    ["f09f98", "\ufffd"],
    ["ed9fbfeda080", "\ud7ff\ufffd"],
    ["ff", "\ufffd"],
  ])("decode %s as Java does", (hex, text) => {
    expect(readBySplits(Buffer.from(hex, "hex"), 100, 64, 64)).toEqual([text]);
  });

  test("begin behind a byte order mark at the start of the file only", () => {
    expect(readBySplits(Buffer.from("\ufeffa\n\ufeffb\n"), 100, 64, 64)).toEqual(["a", "\ufeffb"]);
    expect(readBySplits(Buffer.from("\ufeff"), 100, 64, 64)).toEqual([]);
    expect(readBySplits(Buffer.from("\ufeff\nb"), 3, 64, 64)).toEqual(["", "b"]);
  });

  test("may be longer than many buffers", () => {
    const long = "x".repeat(10_000);
    const text = `${long}\na\r\n${long}é`;
    for (const splitBytes of [7, 5000, 10_001, 10_002, 50_000]) {
      expect(readBySplits(Buffer.from(text), splitBytes, 16, 4096)).toEqual([long, "a", `${long}é`]);
    }
  });

  test("come from files of the disk by the splits of the file", () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${"é€😀".repeat(i % 7)}`);
    const path = join(directory, "a.txt");
    writeFileSync(path, lines.join("\n"));
    const length = Buffer.byteLength(lines.join("\n"));
    const splits = textSplits([{ path: `file:${path}`, length, isDirectory: false, modificationTime: 0 }], 13);
    expect(splits.length).toBeGreaterThanOrEqual(13);
    let bytesRead = 0;
    const read = splits.flatMap((split) => {
      const source = openTextSplit(split, storageIn(directory));
      const part = linesOf(source);
      bytesRead += source.bytesRead;
      return part;
    });
    expect(read).toEqual(lines);
    expect(bytesRead).toBeGreaterThanOrEqual(length);
    expect(bytesRead).toBeLessThan(length + splits.length * 65_536);
  });

  test("of a file that is gone name it", () => {
    const split = { path: `file:${directory}/gone.txt`, start: 0, length: 1, fileLength: 1, codec: null };
    expect(() => openTextSplit(split, storageIn(directory))).toThrow(/PATH_NOT_FOUND.*gone\.txt/);
  });
});

describe("remote bytes", () => {
  function remote(bytes: Uint8Array): { storage: TaskStorage; requests: [offset: number, length: number, next: number][] } {
    const requests: [number, number, number][] = [];
    const storage: TaskStorage = {
      ...storageIn(directory),
      fetch: (_path, offset, length, next) => {
        requests.push([offset, length, next]);
        return bytes.slice(offset, offset + length);
      },
    };
    return { storage, requests };
  }

  test("are asked for in large ranges, each announcing the one that follows", () => {
    const megabyte = 1024 * 1024;
    const bytes = Buffer.from(`${"0123456789abcde\n".repeat((10 * megabyte) / 16)}`);
    const { storage, requests } = remote(bytes);
    const split = { path: "s3://b/k", start: 0, length: 9 * megabyte, fileLength: bytes.length, codec: null };
    const count = linesOf(openTextSplit(split, storage)).length;
    expect(count).toBe((9 * megabyte) / 16 + 1);
    expect(requests).toEqual([
      [0, 4 * megabyte, 4 * megabyte],
      [4 * megabyte, 4 * megabyte, megabyte],
      [8 * megabyte, megabyte, 0],
      [9 * megabyte, 65_536, 0],
    ]);
  });

  test("end where the file ends", () => {
    const { storage, requests } = remote(Buffer.from("ab"));
    const input = openBytes("s3://b/k", 0, 2, storage);
    const into = new Uint8Array(1);
    expect([input.read(into, 0, 1), input.read(into, 0, 1), input.read(into, 0, 1)]).toEqual([1, 1, 0]);
    expect(input.bytesRead).toBe(2);
    expect(requests).toEqual([[0, 65_536, 0]]);
  });
});
