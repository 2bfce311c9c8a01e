/** Files and archives that the driver makes readable in tasks: served like broadcasts, under names of their own. */
import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, UsageError } from "../common/errors";
import type { BroadcastHub } from "../storage";

interface Shared {
  readonly kind: "file" | "archive";
  readonly path: string;
}

const ARCHIVE = /\.(tar|tar\.gz|tgz|zip)$/i;

export class SharedFiles {
  readonly #shared = new Map<string, Shared>();

  /** @param serve called before the first file is offered: the driver must listen. */
  constructor(
    readonly hub: BroadcastHub,
    readonly serve: () => void,
  ) {}

  addFile(given: string, recursive: boolean): void {
    const path = local("addFile", given);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) throw new DataError("PATH_NOT_FOUND", `addFile: there is no file ${path}.`);
    if (status.isDirectory()) throw new UsageError("ADD_DIRECTORY", recursive ? `addFile: ${path} is a directory; pack it and use addArchive.` : `addFile: ${path} is a directory.`);
    this.#put("file", basename(path), path);
  }

  addArchive(given: string): void {
    const [name, alias] = given.split("#", 2) as [string, string?];
    const path = local("addArchive", name);
    if (!ARCHIVE.test(path)) throw new UsageError("ARCHIVE_TYPE", `addArchive: ${path} is none of .tar, .tar.gz, .tgz, .zip.`);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new DataError("PATH_NOT_FOUND", `addArchive: there is no file ${path}.`);
    this.#put("archive", alias ?? basename(path), path);
  }

  list(kind: Shared["kind"]): string[] {
    return [...this.#shared.values()].filter((one) => one.kind === kind).map((one) => one.path);
  }

  #put(kind: Shared["kind"], name: string, path: string): void {
    const known = this.#shared.get(name);
    if (known !== undefined && known.path !== path) throw new UsageError("FILE_NAME_TAKEN", `A file with the name ${name} was added from ${known.path} already.`);
    if (known !== undefined) return;
    this.serve();
    this.#shared.set(name, { kind, path });
    // Named by what it was added as: tasks ask for it by this name.
    this.hub.put(`${kind}_${name}`, readFileSync(path));
    if (kind === "archive") this.hub.put(`archive-name_${name}`, Buffer.from(basename(path)));
  }
}

function local(call: string, path: string): string {
  if (typeof path !== "string" || path === "") throw new UsageError("INVALID_ARGUMENT", `${call}: the path must be a non-empty string.`);
  if (path.startsWith("file:")) return fileURLToPath(path.startsWith("file://") ? path : `file://${path.slice(5)}`);
  if (/^[a-z0-9]+:\/\//i.test(path)) throw new UsageError("UNSUPPORTED_SCHEME", `${call} takes local files, not ${path}; read the others in tasks.`);
  return resolve(path);
}
