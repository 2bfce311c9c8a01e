/** What a worker's directory keeps: folders and archives that are in use or were lately. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobStore } from "../../src/cluster/master/blobs";
import { archivesIn, WorkDirectory } from "../../src/cluster/worker/work-directory";

const directory = mkdtempSync(join(tmpdir(), "work-"));
afterAll(() => rmSync(directory, { recursive: true }));

const NOW = Date.now();
const MINUTE = 60_000;

function written(path: string, minutesAgo: number): void {
  const file = join(directory, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "x");
  const time = new Date(NOW - minutesAgo * MINUTE);
  utimesSync(file, time, time);
  utimesSync(join(file, ".."), time, time);
}

test("folders and archives go when nothing was done with them for long", async () => {
  const [old, used, fresh] = ["a", "b", "c"].map((letter) => letter.repeat(64)) as [string, string, string];
  written("app-1/0/stdout", 20);
  written("app-2/0/stdout", 2);
  utimesSync(join(directory, "app-1"), new Date(NOW - 20 * MINUTE), new Date(NOW - 20 * MINUTE));
  written("driver-1/stdout", 20);
  written("journal", 20);
  written(`archives/${old}`, 20);
  written(`archives/${used}`, 20);
  written(`archives/${fresh}`, 2);
  new BlobStore(archivesIn(directory)).touch(used);
  const work = new WorkDirectory(directory, null, (name) => name === "driver-1");
  expect((await work.clean(10 * MINUTE, NOW)).sort()).toEqual(["app-1", `archives/${old}`]);
  expect(readdirSync(directory).sort()).toEqual(["app-2", "archives", "driver-1", "journal"]);
  expect(readdirSync(archivesIn(directory)).sort()).toEqual([used, fresh]);
});
