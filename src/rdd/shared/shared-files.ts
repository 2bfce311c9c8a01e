/**
 * Files and archives that a program shares with its tasks: what the driver tells tasks of them, and the directory into
 * which each process puts those that are asked for.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataError, UsageError } from "../../common/errors";
import { unzip } from "../../filesystem/zip";

/** The job property by which tasks know what is shared: JSON of `SharedEntry`s. Absent when there is nothing. */
export const SHARED_FILES_PROPERTY = "firesteel.sharedFiles";

export interface SharedEntry {
  readonly kind: "file" | "directory" | "archive";
  /** By which tasks ask for it. */
  readonly name: string;
  /** Name of the file; an archive's ending tells how it is packed. Directories travel as tars. */
  readonly file: string;
}

/** The named block of the driver that holds the bytes. */
export function sharedBlock({ kind, name }: SharedEntry): string {
  return `${kind}_${name}`;
}

/** A process's copies. Several threads may fill the directory at the same time: whoever is first provides for all. */
export class SharedDirectory {
  constructor(
    readonly root: string,
    private readonly fetch: (block: string) => Uint8Array,
  ) {}

  /** Path of a shared file or unpacked archive, or of something in such an archive ("model/weights.bin"). */
  path(name: string, entries: readonly SharedEntry[]): string {
    if (typeof name !== "string" || name === "")
      throw new UsageError("INVALID_ARGUMENT", "SparkFiles.get: the name must be a non-empty string.");
    const [first] = name.split("/") as [string];
    const entry = entries.find((one) => one.name === first);
    if (entry === undefined) {
      const known = entries.map((one) => one.name).join(", ");
      throw new DataError(
        "SHARED_FILE_NOT_FOUND",
        `SparkFiles.get: no file or archive was added as "${first}"; ${known === "" ? "nothing was added yet" : `there ${entries.length === 1 ? "is" : "are"} ${known}`}.`,
      );
    }
    this.#provide(entry);
    return join(this.root, name);
  }

  /** Puts all of them into the directory. */
  provideAll(entries: readonly SharedEntry[]): void {
    mkdirSync(this.root, { recursive: true });
    for (const entry of entries) this.#provide(entry);
  }

  #provide(entry: SharedEntry): void {
    const target = join(this.root, entry.name);
    if (existsSync(target)) return;
    mkdirSync(this.root, { recursive: true });
    // On the same disk, so that the renaming is atomic.
    const staging = mkdtempSync(`${this.root}-incoming-`);
    try {
      const made = join(staging, "content");
      const bytes = this.fetch(sharedBlock(entry));
      if (entry.kind !== "file") unpack(bytes, entry.file, made, staging);
      else writeFileSync(made, bytes, { mode: 0o755 }); // scripts are shared to be run
      renameSync(made, target);
    } catch (error) {
      // Another thread was faster.
      if (!existsSync(target)) throw error;
    } finally {
      rmSync(staging, { recursive: true, force: true });
    }
  }
}

function unpack(bytes: Uint8Array, file: string, into: string, staging: string): void {
  mkdirSync(into);
  if (/\.zip$/i.test(file)) return unzip(bytes, into, file);
  const packed = join(staging, "packed");
  writeFileSync(packed, bytes);
  try {
    execFileSync("tar", ["-xf", packed, "-C", into], { stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new DataError("ARCHIVE_NOT_UNPACKED", `tar cannot unpack ${file}: ${stderr?.toString().trim() || String(error)}`, {
      cause: error,
    });
  }
}
