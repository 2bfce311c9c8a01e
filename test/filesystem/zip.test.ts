/** Zip archives: one as Info-ZIP writes it, and broken ones. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzip } from "../../src/filesystem/zip";

/** bin/run.sh (executable), data/deep/numbers.txt (deflated), data/grüße.txt, empty. */
const ARCHIVE = Buffer.from(
  "UEsDBAoAAAAAAMsZdV0AAAAAAAAAAAAAAAAFAAAAZW1wdHlQSwMECgAAAAAAyxl1XQAAAAAAAAAAAAAAAAUAAABkYXRhL1BLAwQKAAAAAADLGXVdofkNxAMAAAADAAAAEAAAAGRhdGEvZ3LDvMOfZS50eHTDvApQSwMECgAAAAAAyxl1XQAAAAAAAAAAAAAAAAoAAABkYXRhL2RlZXAvUEsDBBQAAAAIAMsZdV12BaSIBAIAAEQEAAAVAAAAZGF0YS9kZWVwL251bWJlcnMudHh0HdPLEQUhDAPBu6JBAgzkn9iO9+56n2lhRVNLW6WjqycP2XLkKS95yyUf+cpPGYqVKFNZylZKOcpVnubQtCYfOTWX5tYszaN5NZ/W0LJWtPjGpbW1SutoXa2nPbStHe2pzQ/a2qV9tK/2Uw2VVVFN1VLxe0t1VFf1dIaOdaIzdZbO1uHvHJ2r83SHrnWjO3WX7tYtXf7t1X16Q8960Zt6S2/rld7RI0bXIMegxyDIoMggyaDJIMqgyiDL4O7Pxl2H63Kdrtt1vK7X+ehnAjrdlzsamoimosloOpqQpqRJaVp6NgR35DQ9TVBT1CQ1TU1UU9Vk9Wox7ihr0pq2Jq6pa/KaviawKezdtNwR2VQ2mU1nE9qUNqlNaxPb1Rvgjt4muClukpvmJrqpbrKb7j49Fu5Ib9qb+Ka+yW/6GwAjYAh8e1XcoWAYjIOBMBKGwlgYDKPh1/Pr/TFAPIJH8AgewSN4BI/gETziHip3eASP4BE8gkfwCB7pPfeg/0Vz15vuUfeqe9a96x42HsEjeGT29LnDI3gEj+ARPIJH8AgewSOr3wh3eASP4BE8gkfwCB7BI3hk92PiDo/gETyCR/AIHsEjeASPVL867vAIHsEjeASP4BE8gkfwyOnnyR0ewSN4BI/gETyCR/AIHrn9jrnDI3gEj+ARPIJH8AgewSOvH3y/+KEPUEsDBAoAAAAAAMsZdV0AAAAAAAAAAAAAAAAEAAAAYmluL1BLAwQKAAAAAADLGXVdLzra6RIAAAASAAAACgAAAGJpbi9ydW4uc2gjIS9iaW4vc2gKZWNobyBoaQpQSwECHgMKAAAAAADLGXVdAAAAAAAAAAAAAAAABQAAAAAAAAAAAAAApIEAAAAAZW1wdHlQSwECHgMKAAAAAADLGXVdAAAAAAAAAAAAAAAABQAAAAAAAAAAABAA7UEjAAAAZGF0YS9QSwECHgMKAAAAAADLGXVdofkNxAMAAAADAAAAEAAAAAAAAAABAAAApIFGAAAAZGF0YS9ncsO8w59lLnR4dFBLAQIeAwoAAAAAAMsZdV0AAAAAAAAAAAAAAAAKAAAAAAAAAAAAEADtQXcAAABkYXRhL2RlZXAvUEsBAh4DFAAAAAgAyxl1XXYFpIgEAgAARAQAABUAAAAAAAAAAQAAAKSBnwAAAGRhdGEvZGVlcC9udW1iZXJzLnR4dFBLAQIeAwoAAAAAAMsZdV0AAAAAAAAAAAAAAAAEAAAAAAAAAAAAEADtQdYCAABiaW4vUEsBAh4DCgAAAAAAyxl1XS862ukSAAAAEgAAAAoAAAAAAAAAAQAAAO2B+AIAAGJpbi9ydW4uc2hQSwUGAAAAAAcABwCJAQAAMgMAAAAA",
  "base64",
);

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "firesteel-zip-"))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The archive with one byte (or more) of it changed; `at` counts from the first place where `behind` stands. */
function changed(behind: string | Buffer, at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(ARCHIVE);
  const place = copy.indexOf(behind);
  expect(place).toBeGreaterThan(0);
  bytes.forEach((byte, i) => (copy[place + at + i] = byte));
  return copy;
}

const DIRECTORY_ENTRY = Buffer.from([0x50, 0x4b, 0x01, 0x02]);

/** Where the directory's entry of a file begins, seen from its name. */
const BEFORE_NAME = -46;

function inDirectory(name: string, at: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(ARCHIVE);
  const start = copy.lastIndexOf(name) + BEFORE_NAME;
  expect(copy.subarray(start, start + 4)).toEqual(DIRECTORY_ENTRY);
  bytes.forEach((byte, i) => (copy[start + at + i] = byte));
  return copy;
}

test("files, directories, modes and names", () => {
  unzip(ARCHIVE, directory, "a.zip");
  expect((readdirSync(directory, { recursive: true }) as string[]).sort()).toEqual([
    "bin",
    "bin/run.sh",
    "data",
    "data/deep",
    "data/deep/numbers.txt",
    "data/grüße.txt",
    "empty",
  ]);
  expect(readFileSync(join(directory, "bin/run.sh"), "utf8")).toBe("#!/bin/sh\necho hi\n");
  expect(statSync(join(directory, "bin/run.sh")).mode & 0o111).toBe(0o111);
  expect(readFileSync(join(directory, "data/deep/numbers.txt"), "utf8")).toBe(
    Array.from({ length: 300 }, (_, i) => `${i + 1}\n`).join(""),
  );
  expect(readFileSync(join(directory, "data/grüße.txt"), "utf8")).toBe("ü\n");
  expect(statSync(join(directory, "empty")).size).toBe(0);
});

test("bytes in shared memory, and a comment behind the archive", () => {
  const comment = Buffer.from("a comment");
  const end = Buffer.from(ARCHIVE);
  end.writeUInt16LE(comment.length, end.length - 2);
  const shared = new Uint8Array(new SharedArrayBuffer(end.length + comment.length));
  shared.set(Buffer.concat([end, comment]));
  unzip(shared, directory, "a.zip");
  expect(readFileSync(join(directory, "bin/run.sh"), "utf8")).toContain("echo hi");
});

test.each<[string, () => Buffer, string]>([
  [
    "no archive",
    () => Buffer.from("no archive at all, but long enough to be one"),
    "it is not a zip archive, or not a whole one",
  ],
  ["one cut short", () => ARCHIVE.subarray(0, ARCHIVE.length - 1), "it is not a zip archive, or not a whole one"],
  ["a damaged directory", () => changed(DIRECTORY_ENTRY, 0, 0), "its directory is damaged"],
  ["damaged content", () => changed("echo hi", 0, 0x45), 'its entry "bin/run.sh" is damaged'],
  ["a damaged length", () => inDirectory("data/deep/numbers.txt", 24, 7), 'its entry "data/deep/numbers.txt" is damaged'],
  ["an encrypted entry", () => inDirectory("empty", 8, 1), 'its entry "empty" is encrypted'],
  ["an unknown method", () => inDirectory("empty", 10, 12), 'its entry "empty" is packed by method 12; only deflate is read'],
  ["a symbolic link", () => inDirectory("empty", 41, 0o120000 >>> 8), 'its entry "empty" is a symbolic link'],
  [
    "a name that leaves the directory",
    () => inDirectory("empty", 46, 0x2e, 0x2e, 0x2f),
    'its entry "../ty" lies outside of the archive',
  ],
  ["an absolute name", () => inDirectory("empty", 46, 0x2f), 'its entry "/mpty" lies outside of the archive'],
])("%s is refused", (_what, archive, message) => {
  expect(() => unzip(archive(), directory, "a.zip")).toThrow(`[FAILED_READ_FILE.NO_HINT] Cannot read a.zip: ${message}`);
});
