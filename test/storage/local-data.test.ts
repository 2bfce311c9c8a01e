/** Local files as they are read and written where a key is set, and where none is. */
import { createDecipheriv } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import {
  closeLocal,
  encryptLocalData,
  localDataKey,
  moveLocal,
  openLocal,
  readLocal,
  readLocalAsync,
  sizeOfLocal,
  truncateLocal,
  writeLocal,
  writeLocalAsync,
} from "../../src/storage/local-data";

let folder: string;
let files = 0;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "local-data-"))));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => encryptLocalData(null));

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const newPath = (): string => join(folder, String(files++));

function conf(settings: Readonly<Record<string, string>>): (key: string) => string | undefined {
  return (key) => settings[key];
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeLocal(fd, bytes, done, bytes.length - done, position + done);
}

function readAll(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let done = 0;
  for (let got = 1; got > 0 && done < length; done += got) got = readLocal(fd, bytes, done, length - done, position + done);
  return bytes.subarray(0, done);
}

test("any part of a file is read as it was written, whatever the pieces it was written in", () => {
  encryptLocalData(KEY);
  const pieces = fc.array(fc.uint8Array({ minLength: 0, maxLength: 100 }), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, fc.nat(1300), fc.nat(1300), (written, from, length) => {
      const path = newPath();
      const fd = openLocal(path, "w+");
      let end = 0;
      for (const piece of written) {
        writeAll(fd, piece, end);
        end += piece.length;
      }
      const whole = Buffer.concat(written);
      expect(sizeOfLocal(fd)).toBe(end);
      expect(readAll(fd, from, length)).toEqual(whole.subarray(from, from + length));
      closeLocal(fd);
      const again = openLocal(path, "r");
      expect(readAll(again, from, length)).toEqual(whole.subarray(from, from + length));
      closeLocal(again);
      rmSync(path);
    }),
  );
});

test("long writes and reads go over the pieces in which they are encrypted, into shared memory, too", async () => {
  encryptLocalData(KEY);
  const bytes = new Uint8Array(new SharedArrayBuffer(5 * 2 ** 19 + 7)).map((_, i) => i % 251);
  const fd = openLocal(newPath(), "wx");
  for (let done = 0; done < bytes.length;) done += await writeLocalAsync(fd, bytes, done, bytes.length - done, 3 + done);
  closeLocal(fd);
  const read = openLocal(join(folder, String(files - 1)), "r");
  const into = new Uint8Array(new SharedArrayBuffer(bytes.length));
  expect(readLocal(read, into, 0, into.length, 3)).toBe(bytes.length);
  expect(Buffer.compare(into, bytes)).toBe(0);
  expect(await readLocalAsync(read, into.fill(0), 5, 100, 1_000_003)).toBe(100);
  expect(Buffer.compare(into.subarray(5, 105), bytes.subarray(1_000_000, 1_000_100))).toBe(0);
  closeLocal(read);
});

test("what is on disk is AES in counter mode with a counter of its own in each file, for keys of each length", () => {
  for (const bits of [128, 192, 256]) {
    const settings = { "spark.io.encryption.enabled": "true", "spark.io.encryption.keySizeBits": String(bits) };
    const key = localDataKey("a secret", conf(settings))!;
    expect(key).toHaveLength(bits / 8);
    encryptLocalData(key);
    const text = Buffer.from("an open secret".repeat(10));
    const contents = [newPath(), newPath()].map((path) => {
      const fd = openLocal(path, "w");
      writeAll(fd, text, 0);
      closeLocal(fd);
      return readFileSync(path);
    });
    expect(contents[0]!.equals(contents[1]!)).toBe(false);
    for (const content of contents) {
      expect(content.includes("secret")).toBe(false);
      const decipher = createDecipheriv(`aes-${bits}-ctr`, key, content.subarray(8, 24));
      expect(decipher.update(content.subarray(24))).toEqual(text);
    }
  }
});

test("the counter is carried over all of its bytes", () => {
  encryptLocalData(KEY);
  const path = newPath();
  const fd = openLocal(path, "w+");
  writeAll(fd, new Uint8Array(64), 0);
  // Far into a file that has a hole: the counter of the block is more than 32 bits can say.
  const far = 16 * 2 ** 33 + 5;
  writeAll(fd, Buffer.from("far away"), far);
  expect(readAll(fd, far, 8).toString()).toBe("far away");
  truncateLocal(fd, 64);
  expect(statSync(path).size).toBe(64 + 24);
  const content = readFileSync(path);
  const decipher = createDecipheriv("aes-128-ctr", KEY, content.subarray(8, 24));
  expect(decipher.update(content.subarray(24))).toEqual(Buffer.alloc(64));
  closeLocal(fd);
});

test("secrets make keys of their own; without the setting there is none, and files are as they are written", () => {
  const on = conf({ "spark.io.encryption.enabled": "true" });
  expect(localDataKey("a", on)).toEqual(localDataKey(Buffer.from("a"), on));
  expect(localDataKey("a", on)).not.toEqual(localDataKey("b", on));
  expect(localDataKey("a", conf({}))).toBeNull();
  expect(() =>
    localDataKey("a", conf({ "spark.io.encryption.enabled": "true", "spark.io.encryption.keySizeBits": "64" })),
  ).toThrow("keySizeBits");
  const path = newPath();
  const fd = openLocal(path, "w");
  writeAll(fd, Buffer.from("plain"), 0);
  closeLocal(fd);
  expect(readFileSync(path, "utf8")).toBe("plain");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  // Of before the key was set: it stays readable.
  encryptLocalData(KEY);
  const old = openLocal(path, "r");
  expect([sizeOfLocal(old), readAll(old, 1, 3).toString()]).toEqual([5, "lai"]);
  closeLocal(old);
});

test("a copy goes on where the original ended", () => {
  encryptLocalData(KEY);
  const [path, copy] = [newPath(), newPath()];
  const fd = openLocal(path, "wx");
  writeAll(fd, Buffer.from("begun here, "), 0);
  closeLocal(fd);
  copyFileSync(path, copy);
  const other = openLocal(copy, "r+");
  truncateLocal(other, 10);
  writeAll(other, Buffer.from(" there"), 10);
  expect(readAll(other, 0, 100).toString()).toBe("begun here there");
  closeLocal(other);
});

test("files can be made and moved where their folder was taken away", () => {
  const gone = join(folder, "gone");
  const path = join(gone, "0", "staging");
  for (const flags of ["w", "w+", "wx"] as const) {
    closeLocal(openLocal(path, flags));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(gone).mode & 0o777).toBe(0o700);
    rmSync(gone, { recursive: true });
  }
  expect(() => openLocal(path, "r")).toThrow(/ENOENT/);
  const from = newPath();
  closeLocal(openLocal(from, "w"));
  moveLocal(from, path);
  expect(statSync(path).size).toBe(0);
  expect(() => moveLocal(from, path)).toThrow(/ENOENT/);
});
