/** The cache of what can be made again does not grow without end. */
import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trimCache } from "../../src/common/user-cache";

const directory = mkdtempSync(join(tmpdir(), "firesteel-cache-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Entries of so many MiB (without blocks on the disk), the first the oldest. */
function entries(sizes: readonly number[], extension: string): void {
  sizes.forEach((mebibytes, i) => {
    const path = join(directory, `${String(i).padStart(4, "0")}${extension}`);
    writeFileSync(path, "");
    truncateSync(path, mebibytes * 2 ** 20);
    utimesSync(path, 1000 + i, 1000 + i);
  });
}

test("large entries: the oldest go until half of the bytes are left", () => {
  entries([60, 60, 60, 60], ".code");
  entries([300], ".json");
  trimCache(directory, ".code");
  expect(readdirSync(directory)).toHaveLength(5);
  entries([60, 60, 60, 60, 60], ".code");
  trimCache(directory, ".code");
  expect(readdirSync(directory).sort()).toEqual(["0000.json", "0003.code", "0004.code"]);
});

test("many entries: the older half goes", () => {
  entries(new Array<number>(2001).fill(0), ".small");
  trimCache(directory, ".small");
  const left = readdirSync(directory)
    .filter((name) => name.endsWith(".small"))
    .sort();
  expect([left.length, left[0], left.at(-1)]).toEqual([1000, "1001.small", "2000.small"]);
});
