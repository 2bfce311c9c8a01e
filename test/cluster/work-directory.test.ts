/** What a worker's directory keeps: folders and archives that are in use or were lately. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobStore } from "../../src/cluster/master/blobs";
import type { Child } from "../../src/cluster/worker/child";
import { ChildSet } from "../../src/cluster/worker/child-set";
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
  const told: unknown[] = [];
  const work = new WorkDirectory(
    directory,
    null,
    (name) => name === "driver-1",
    (name, time) => told.push([name, time]),
  );
  expect((await work.clean(10 * MINUTE, NOW)).sort()).toEqual(["app-1", `archives/${old}`]);
  expect(told).toContainEqual(["app-1", NOW]);
  expect(readdirSync(directory).sort()).toEqual(["app-2", "archives", "driver-1", "journal"]);
  expect(readdirSync(archivesIn(directory)).sort()).toEqual([used, fresh]);
});

test("of what has ended it is remembered when its logs were removed", () => {
  const children = new ChildSet(5);
  for (const [appId, id] of [
    ["app-1", "0"],
    ["app-2", "0"],
    [null, "driver-1"],
  ] as const) {
    const child = { info: () => ({ appId, id, logsRemoved: null }) } as unknown as Child;
    children.add(child);
    children.end(child);
  }
  children.folderRemoved("app-1", 1);
  children.folderRemoved("driver-1", 2);
  children.folderRemoved("app-1", 3);
  expect(children.finished.map(({ appId, logsRemoved }) => [appId, logsRemoved])).toEqual([
    [null, 2],
    ["app-2", null],
    ["app-1", 1],
  ]);
});
