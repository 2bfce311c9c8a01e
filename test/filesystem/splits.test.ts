import fc from "fast-check";
import type { FileStatus } from "../../src/filesystem/file-system";
import { fileGroups, objectSplits, recordSplits, textSplits } from "../../src/filesystem/splits";

const MB = 1024 * 1024;

function file(path: string, length: number): FileStatus {
  return { path, length, isDirectory: false, modificationTime: 0 };
}

describe("splits of text", () => {
  test("100 MB with at least 8 give 8", () => {
    expect(textSplits([file("file:/a", 100 * MB)], 8).map((split) => split.length)).toEqual(Array(8).fill(12.5 * MB));
  });

  test("are at most a block long, and the last one a tenth longer", () => {
    expect(textSplits([file("file:/a", 100 * MB)], 2).map((s) => s.length / MB)).toEqual([32, 32, 32, 4]);
    expect(textSplits([file("file:/a", 67 * MB)], 1).map((s) => s.length / MB)).toEqual([32, 35]);
    expect(textSplits([file("file:/a", 64 * MB)], 1, 128 * MB).map((s) => s.length / MB)).toEqual([64]);
  });

  test("hold bytes of one file; compressed files are whole, empty ones give none", () => {
    expect(textSplits([file("file:/a", 10), file("file:/e", 0), file("file:/b.gz", 1000 * MB), file("file:/c", 7)], 2)).toEqual([
      { path: "file:/a", start: 0, length: 10, fileLength: 10, codec: null },
      { path: "file:/b.gz", start: 0, length: 1000 * MB, fileLength: 1000 * MB, codec: "gzip" },
      { path: "file:/c", start: 0, length: 7, fileLength: 7, codec: null },
    ]);
    expect(textSplits([], 8)).toEqual([]);
  });

  test("cover every byte once, in order, and are as many as asked for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3000), { maxLength: 6 }),
        fc.nat(20),
        fc.integer({ min: 30, max: 500 }),
        (lengths, minPartitions, block) => {
          const files = lengths.map((length, i) => file(`file:/${i}`, length));
          const splits = textSplits(files, minPartitions, block);
          for (const { path, length } of files) {
            let at = 0;
            for (const split of splits.filter((s) => s.path === path)) {
              expect(split.start).toBe(at);
              expect(split.length).toBeGreaterThan(0);
              expect(split.length).toBeLessThanOrEqual(block * 1.1);
              at += split.length;
            }
            expect(at).toBe(length);
          }
          const total = lengths.reduce((a, b) => a + b, 0);
          // The last split of a file may be longer, which can cost one in eleven.
          if (total >= minPartitions * 20) expect(splits.length).toBeGreaterThanOrEqual(Math.floor(minPartitions / 1.1));
        },
      ),
    );
  });
});

test("splits of records are cut between records", () => {
  const splits = recordSplits([file("file:/a", 80), file("file:/b.gz", 16)], 8, 5);
  expect(splits.map((s) => [s.path, s.start, s.length, s.codec])).toEqual([
    ["file:/a", 0, 16, null],
    ["file:/a", 16, 16, null],
    ["file:/a", 32, 16, null],
    ["file:/a", 48, 16, null],
    ["file:/a", 64, 16, null],
    ["file:/b.gz", 0, 16, null],
  ]);
  expect(recordSplits([file("file:/a", 80)], 32, 100).map((s) => s.length)).toEqual([32, 32, 16]);
});

test("object files are split whatever their names", () => {
  expect(objectSplits([file("file:/a.gz", 100)], 2).map((s) => [s.length, s.codec])).toEqual([
    [50, null],
    [50, null],
  ]);
});

describe("groups of whole files", () => {
  test("are of about equal size, and empty files belong to one too", () => {
    const sizes = (files: number[], n: number, max?: number): number[][] =>
      fileGroups(
        files.map((length, i) => file(`file:/${i}`, length)),
        n,
        max,
      ).map((group) => group.files.map((f) => f.length));
    expect(sizes([1, 1, 1], 2)).toEqual([[1, 1], [1]]);
    expect(sizes([5, 1, 1, 1, 1, 1], 2)).toEqual([[5], [1, 1, 1, 1, 1]]);
    expect(sizes([0, 0], 2)).toEqual([[0, 0]]);
    expect(sizes([4, 0, 0, 4, 0], 2)).toEqual([
      [4, 0, 0],
      [4, 0],
    ]);
    expect(sizes([3, 3, 9, 1], 1, 8)).toEqual([[3, 3], [9], [1]]);
    expect(sizes([4, 4, 4, 4], 1, 8)).toEqual([
      [4, 4],
      [4, 4],
    ]);
    expect(sizes([], 2)).toEqual([]);
  });
});
