import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { log } from "../../../src/common/log";
import { FileSystems } from "../../../src/filesystem/file-systems";
import { type Metadata, ModelDirectory } from "../../../src/mllib/persistence/directory";

const folder = mkdtempSync(join(tmpdir(), "firesteel-models-"));
const lines: string[] = [];
beforeAll(() => void jest.spyOn(log, "warn").mockImplementation((line) => void lines.push(line)));
afterAll(() => rmSync(folder, { recursive: true }));

class OnDisk extends ModelDirectory {
  override get files(): ModelDirectory["files"] {
    return new FileSystems(() => undefined).of(this.path);
  }
}

/** Reads metadata that say so of the version. */
function read(name: string, version: string | undefined): Promise<Metadata> {
  mkdirSync(join(folder, name, "metadata"), { recursive: true });
  writeFileSync(
    join(folder, name, "metadata/part-00000"),
    JSON.stringify({ class: "C", uid: "u", timestamp: 0, sparkVersion: version }),
  );
  return new OnDisk(null as never, `file:${join(folder, name)}`).readMetadata();
}

test("models of earlier versions, and of this one, are read without a word", async () => {
  for (const version of ["2.4.8", "4.2.1", "4.9.0-SNAPSHOT"])
    expect(await read("known", version)).toMatchObject({ sparkVersion: version });
  expect(lines).toEqual([]);
});

test("models of a later major version are read with one warning, however many there are", async () => {
  for (const name of ["stage-1", "stage-2"]) expect(await read(name, "5.0.1")).toMatchObject({ uid: "u" });
  expect(lines).toEqual([
    `the model at file:${join(folder, "stage-1")} was saved by Spark 5.0.1, and is read as one of Spark 4.2.1: the layout may differ`,
  ]);
});

test("metadata whose version is none are refused, as Spark refuses them", async () => {
  for (const version of ["foreign", "4", undefined])
    await expect(read("foreign", version)).rejects.toThrow(`Spark ${String(version)} saved it, which is no version`);
});
