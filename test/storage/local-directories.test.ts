import { spawn } from "node:child_process";
import fs from "node:fs";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlockStore } from "../../src/storage/block-store";
import { DiskFile } from "../../src/storage/disk-file";
import { FileLayout } from "../../src/storage/file-layout";
import { LocalDirectories, localRoots, removeApplication, removeStaleApplications } from "../../src/storage/local-directories";
import { appendIndex, type MapOutputIndex, mapOutputName, readIndex } from "../../src/storage/map-output-file";
import { MapOutputFiles } from "../../src/storage/map-output-files";
import { planMemory } from "../../src/storage/memory-plan";
import { MemoryPool } from "../../src/storage/memory-pool";
import { identify, stateOf } from "../../src/storage/process-identity";
import { StorageLevel } from "../../src/storage/storage-level";
import { adoptSurvivors } from "../../src/storage/survivors";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "fs-local-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A process that lives until it is told to end. */
async function otherProcess(): Promise<{ pid: number; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ["-e", "console.log('up'); process.stdin.resume()"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    pid: child.pid!,
    end: () => {
      child.stdin.end();
      return exited;
    },
  };
}

/** Makes the owner of an executor's directory a process that has ended. */
async function orphan(directories: LocalDirectories): Promise<void> {
  const other = await otherProcess();
  const identity = identify(other.pid);
  for (const directory of directories.directories) writeFileSync(join(directory, "owner"), JSON.stringify(identity));
  await other.end();
}

/** Ends a file of segments with its index. */
function indexed(path: string, index: MapOutputIndex): void {
  const fd = openSync(path, "r+");
  appendIndex(fd, index);
  closeSync(fd);
}

describe("processes", () => {
  test("one is alive, gone, or of another machine", async () => {
    expect(stateOf(identify(process.pid)!)).toBe("alive");
    expect(stateOf({ ...identify(process.pid)!, started: "1" })).toBe("gone"); // the same id, another process
    expect(stateOf({ ...identify(process.pid)!, machine: "elsewhere" })).toBe("unknown");
    expect(stateOf({ ...identify(process.pid)!, namespace: identify(process.pid)!.namespace + "0" })).toBe("unknown");
    expect(stateOf({ ...identify(process.pid)!, namespace: "another boot|" })).toBe("gone");
    const other = await otherProcess();
    const identity = identify(other.pid)!;
    expect(stateOf(identity)).toBe("alive");
    await other.end();
    expect(stateOf(identity)).toBe("gone");
    expect(identify(other.pid)).toBeNull();
  });
});

describe("LocalDirectories", () => {
  const options = (executorId: string, extra: object = {}): Parameters<typeof LocalDirectories.create>[0] => ({
    roots: [root],
    appId: "a",
    executorId,
    ...extra,
  });

  test("roots come from spark.local.dir", () => {
    expect(localRoots(() => undefined)).toEqual([tmpdir()]);
    expect(localRoots(() => " /a , /b,")).toEqual(["/a", "/b"]);
  });

  test("a root that cannot be written is passed over; when none can, that is said with the reasons", () => {
    writeFileSync(join(root, "file"), "");
    const roots = [join(root, "file"), join(root, "new")];
    expect(LocalDirectories.create({ ...options("0"), roots }).directories).toEqual([join(root, "new", "firesteel-a", "0")]);
    expect(() => LocalDirectories.create({ ...options("0"), roots: [join(root, "file")] })).toThrow(
      /NO_LOCAL_DIRECTORY.*spark\.local\.dir.*file/,
    );
    expect(() => LocalDirectories.create(options("../x"))).toThrow(/cannot be the name/);
  });

  test("are private, and somebody's link in their place is refused", () => {
    const { directories } = LocalDirectories.create(options("0"));
    expect(readdirSync(root)).toEqual(["firesteel-a"]);
    chmodSync(directories[0]!, 0o700);
    mkdirSync(join(root, "target"));
    symlinkSync(join(root, "target"), join(root, "firesteel-b"));
    expect(() => LocalDirectories.create({ ...options("0"), appId: "b" })).toThrow(/somebody else/);
  });

  test("those of applications whose owner is gone are removed, the others stay", async () => {
    const other = await otherProcess();
    LocalDirectories.create({ ...options("0"), appId: "living" });
    LocalDirectories.create({ ...options("0", { ownerPid: other.pid }), appId: "dying" });
    mkdirSync(join(root, "firesteel-just-being-made"));
    mkdirSync(join(root, "firesteel-never-owned"));
    utimesSync(join(root, "firesteel-never-owned"), new Date(0), new Date(0));
    mkdirSync(join(root, "something-else"));
    // A folder of the user's, by its name one of ours.
    mkdirSync(join(root, "firesteel-results", "kept"), { recursive: true });
    utimesSync(join(root, "firesteel-results"), 0, 0);
    expect(await removeStaleApplications([root, join(root, "missing")])).toEqual([join(root, "firesteel-never-owned")]);
    await other.end();
    expect(await removeStaleApplications([root])).toEqual([join(root, "firesteel-dying")]);
    expect(readdirSync(root).sort()).toEqual([
      "firesteel-just-being-made",
      "firesteel-living",
      "firesteel-results",
      "something-else",
    ]);
    removeApplication([root], "living");
    expect(existsSync(join(root, "firesteel-living"))).toBe(false);
  });

  test("nothing is removed while it cannot be seen whose it is", async () => {
    const { directories } = LocalDirectories.create({ roots: [root], appId: "app-1", executorId: "1" });
    const application = join(root, "firesteel-app-1");
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(application, longAgo, longAgo);
    const full = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
    const { readFileSync: read, readdirSync: list } = fs;
    for (const hidden of ["owner-", "/stat", "boot_id", "firesteel-app-1"]) {
      const refuse = (path: unknown): void => {
        if (String(path).includes(hidden)) throw full;
      };
      const spies = [
        jest.spyOn(fs, "readFileSync").mockImplementation(((path: string, ...rest: never[]) => {
          refuse(path);
          return read(path, ...rest);
        }) as never),
        jest.spyOn(fs, "readdirSync").mockImplementation(((path: string, ...rest: never[]) => {
          refuse(path);
          return list(path, ...rest);
        }) as never),
      ];
      try {
        expect(await removeStaleApplications([root])).toEqual([]);
      } finally {
        for (const spy of spies) spy.mockRestore();
      }
    }
    expect(existsSync(directories[0]!)).toBe(true);
  });

  test("what a dead executor left is taken over once: whole map outputs and blocks, the latest attempt", async () => {
    const dead = LocalDirectories.create(options("0"));
    const deadLayout = new FileLayout(dead.directories);
    const write = (map: number, stageAttempt: number, layout: FileLayout): string => {
      const path = layout.place(layout.directories[0]!, mapOutputName(3, map));
      writeFileSync(path, Buffer.alloc(30, map));
      indexed(path, {
        shuffleId: 3,
        map,
        stageId: 1,
        stageAttempt,
        offsets: new Float64Array([0, 10, 30]),
        checksums: new Uint32Array([5, 6]),
      });
      return path;
    };
    write(0, 0, deadLayout);
    write(1, 0, deadLayout);
    const broken = write(2, 0, deadLayout);
    writeFileSync(broken, readFileSync(broken).subarray(0, 60)); // cut short
    const pool = new MemoryPool(planMemory({ executorMemory: "256m", slots: 1 }));
    const updates: unknown[] = [];
    const store = (executorId: string, layout: FileLayout): BlockStore =>
      new BlockStore({ executorId, pool, layout, report: (update) => void updates.push(update) });
    const pinned = await store("0", deadLayout).putBytes("rdd_4_1", StorageLevel.DISK_ONLY, 7, [new Uint8Array(100)]);
    expect(pinned).not.toBeNull();
    writeFileSync(deadLayout.temporary(0, 1, "spill"), "x");

    const living = LocalDirectories.create(options("1"));
    const layout = new FileLayout(living.directories);
    const files = new MapOutputFiles(layout);
    const blocks = store("1", layout);
    expect(adoptSurvivors(living, layout, files, blocks)).toEqual({ mapOutputs: [], blocks: [] }); // its process lives
    await orphan(dead);
    files.adopt({
      shuffleId: 3,
      map: 1,
      stageId: 1,
      stageAttempt: 1,
      offsets: new Float64Array([0, 1, 2]),
      checksums: new Uint32Array(2),
      path: write(1, 1, layout),
    });
    const survivors = adoptSurvivors(living, layout, files, blocks);
    expect(survivors.mapOutputs).toEqual([
      { shuffleId: 3, map: 0, offsets: new Float64Array([0, 10, 30]), checksums: new Uint32Array([5, 6]) },
    ]);
    expect(survivors.blocks).toEqual([expect.objectContaining({ id: "rdd_4_1", executorId: "1", rows: 7, memoryBytes: 0 })]);
    expect(files.segment(3, 0, 1)).toMatchObject({ position: 10, length: 20 });
    expect(files.segment(3, 2, 1)).toBeNull();
    const block = blocks.open("rdd_4_1")!;
    expect(await blocks.copy(block)).toEqual([new Uint8Array(100)]);
    block.unpin();
    expect(readdirSync(join(root, "firesteel-a")).filter((name) => !name.startsWith("owner"))).toEqual(["1"]);
    expect(adoptSurvivors(living, layout, files, blocks)).toEqual({ mapOutputs: [], blocks: [] });
    files.close();
  });
});

describe("map output files", () => {
  test("say by themselves what they are, and any damaged byte of the index shows", () => {
    const path = join(root, "f");
    const index = {
      shuffleId: 1,
      map: 2,
      stageId: 3,
      stageAttempt: 4,
      offsets: new Float64Array([0, 3, 3, 8]),
      checksums: new Uint32Array([9, 0, 4e9]),
    };
    writeFileSync(path, "01234567");
    indexed(path, index);
    expect(readIndex(path)).toEqual(index);
    const whole = readFileSync(path);
    for (let at = 8; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1 << (at % 8);
      writeFileSync(path, bytes);
      expect(readIndex(path)).toBeNull();
    }
    for (const length of [0, 5, 20, whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, length));
      expect(readIndex(path)).toBeNull();
    }
    writeFileSync(path, Buffer.concat([Buffer.from("x"), whole])); // a segment longer than the index says
    expect(readIndex(path)).toBeNull();
  });
});

describe("DiskFile", () => {
  const layout = (): FileLayout => new FileLayout([join(root, "a"), join(root, "b")]);

  test("appends, reports its length, is removed by discard", () => {
    const files = layout();
    const file = new DiskFile(files, (directory) => files.temporary(0, 1, "x", directory));
    file.append(Buffer.from("abc"));
    file.append(Buffer.from("def"));
    file.close();
    expect(readFileSync(file.path, "utf8")).toBe("abcdef");
    expect(file.length).toBe(6);
    file.discard();
    expect(existsSync(file.path)).toBe(false);
  });

  test("a full device: moves on to the next directory, and names path and bytes when there is none", () => {
    const files = layout();
    const file = new DiskFile(files, (directory) => files.temporary(0, 1, "x", directory ?? files.directories[0]));
    file.append(Buffer.from("kept "));
    const { path } = file;
    let refusals = 1;
    const write = fs.writeSync;
    const spy = jest.spyOn(fs, "writeSync").mockImplementation((...args: Parameters<typeof write>) => {
      if (refusals-- > 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
      return write(...args);
    });
    try {
      file.append(Buffer.from("and more"));
      expect(file.path).not.toBe(path);
      expect(existsSync(path)).toBe(false);
      refusals = 100;
      expect(() => file.append(new Uint8Array(1234))).toThrow(/DISK_FULL.*1234 bytes.*spark\.local\.dir/);
      expect(refusals).toBe(98); // each directory is tried once
    } finally {
      spy.mockRestore();
    }
    file.close();
    expect(readFileSync(file.path, "utf8")).toBe("kept and more");
    file.discard();
  });
});
