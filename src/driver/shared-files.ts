/** Files, directories and archives that the driver makes readable in tasks: served like broadcasts, and listed in the jobs' properties. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, UsageError } from "../common/errors";
import { sharedBlock, SharedDirectory, type SharedEntry, SHARED_FILES_PROPERTY } from "../rdd/shared/shared-files";
import type { BroadcastHub } from "../storage";

const ARCHIVE = /\.(tar|tar\.gz|tgz|zip)$/i;

export class SharedFiles {
  /** The driver's own copies. */
  readonly directory: SharedDirectory;
  readonly #shared = new Map<string, SharedEntry & { readonly path: string }>();
  /** What jobs tell their tasks. */
  #properties: Readonly<Record<string, string>> = {};

  /**
   * @param serve called before the first file is offered: the driver must listen.
   * @param directory one of the driver's own, which somebody else removes
   */
  constructor(
    private readonly hub: BroadcastHub,
    private readonly serve: () => void,
    directory: string,
  ) {
    this.directory = new SharedDirectory(join(directory, "shared-files"), (block) => hub.bytesOf(block));
  }

  addFile(given: string, recursive: boolean): void {
    const path = local("addFile", given);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) throw new DataError("PATH_NOT_FOUND", `addFile: there is no file ${path}.`);
    if (status.isDirectory() && !recursive)
      throw new UsageError(
        "UNSUPPORTED_ADD_FILE.DIRECTORY",
        `addFile: ${path} is a directory; addFile(path, true) adds all that is in it.`,
      );
    this.#put(status.isDirectory() ? "directory" : "file", basename(path), path);
  }

  addArchive(given: string): void {
    const [name, alias] = given.split("#", 2) as [string, string?];
    const path = local("addArchive", name);
    if (!ARCHIVE.test(path)) throw new UsageError("ARCHIVE_TYPE", `addArchive: ${path} is none of .tar, .tar.gz, .tgz, .zip.`);
    if (alias !== undefined && !/^[^/\\]+$/.test(alias))
      throw new UsageError("INVALID_ARGUMENT", `addArchive: "${alias}" cannot be the name of a folder.`);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
      throw new DataError("PATH_NOT_FOUND", `addArchive: there is no file ${path}.`);
    this.#put("archive", alias ?? basename(path), path);
  }

  /** Paths of what `addFile` added, or `addArchive`. */
  list(by: "file" | "archive"): string[] {
    return [...this.#shared.values()].filter(({ kind }) => (kind === "archive") === (by === "archive")).map((one) => one.path);
  }

  get entries(): readonly SharedEntry[] {
    return [...this.#shared.values()];
  }

  /** Properties of a job by which its tasks know what is shared. */
  get properties(): Readonly<Record<string, string>> {
    return this.#properties;
  }

  #put(kind: SharedEntry["kind"], name: string, path: string): void {
    const known = this.#shared.get(name);
    if (known !== undefined && known.path !== path)
      throw new UsageError("FILE_NAME_TAKEN", `A file with the name ${name} was added from ${known.path} already.`);
    if (known !== undefined) return;
    this.serve();
    const entry = { kind, name, file: kind === "directory" ? `${name}.tar` : basename(path), path };
    this.hub.put(sharedBlock(entry), kind === "directory" ? packed(path) : readFileSync(path));
    this.#shared.set(name, entry);
    this.#properties = {
      [SHARED_FILES_PROPERTY]: JSON.stringify(this.entries.map(({ kind, name, file }) => ({ kind, name, file }))),
    };
  }
}

/** All that is in a directory as a tar, with the files that links lead to in their places. */
function packed(directory: string): Uint8Array {
  try {
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    return execFileSync("tar", ["-chf", "-", "-C", directory, "."], { stdio, maxBuffer: Infinity });
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    throw new DataError(
      "DIRECTORY_NOT_READ",
      `addFile: tar cannot pack ${directory}: ${stderr?.toString().trim() || String(error)}`,
      {
        cause: error,
      },
    );
  }
}

function local(call: string, path: string): string {
  if (typeof path !== "string" || path === "")
    throw new UsageError("INVALID_ARGUMENT", `${call}: the path must be a non-empty string.`);
  if (path.startsWith("file:")) return fileURLToPath(path.startsWith("file://") ? path : `file://${path.slice(5)}`);
  if (/^[a-z0-9]+:\/\//i.test(path))
    throw new UsageError("UNSUPPORTED_SCHEME", `${call} takes local files, not ${path}; read the others in tasks.`);
  return resolve(path);
}
