/**
 * Where a file of an executor is, from its name alone: main thread, worker threads and other processes of the machine
 * agree on it without asking. Files whose directory was full when they were made are in another of the executor's
 * directories, so whoever looks for one tries all.
 */
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { ClusterError, InternalError } from "../common/errors";

const SUBDIRECTORIES = 64;
/** A directory with less free space is passed over while another has more. */
const LOW_SPACE = 64 * 2 ** 20;

/** The place of `name` under one directory, without making anything. */
export function fileIn(directory: string, name: string): string {
  return join(directory, ((hash(name) >>> 8) % SUBDIRECTORIES).toString(16).padStart(2, "0"), name);
}

export class FileLayout {
  readonly #made = new Set<string>();
  readonly #temporary = new Set<string>();
  #turn = 0;

  constructor(readonly directories: readonly string[]) {}

  /** Where `name` may be, most likely place first. */
  *candidates(name: string): Iterable<string> {
    for (const directory of this.#from(hash(name))) yield fileIn(directory, name);
  }

  /** The directory for a new file of that name: by hash, unless it has little space left. */
  directoryFor(name: string): string {
    return this.#roomy(hash(name));
  }

  /** The path of `name` under one of the directories, its folder made. */
  place(directory: string, name: string): string {
    const path = fileIn(directory, name);
    this.#make(join(path, ".."));
    return path;
  }

  /** The final path of `name` in the directory in which its staging file is; the folder is made. */
  inPlaceOf(stagingFile: string, name: string): string {
    const directory = this.directories.find((candidate) => stagingFile.startsWith(candidate + "/"));
    if (directory === undefined) throw new InternalError(`Staging file ${stagingFile} is outside of the executor's directories.`);
    return this.place(directory, name);
  }

  /**
   * A new path for a file of a running task. Its name begins with the task's, so that the files of a dead thread can be
   * found; the folder is the slot's, so that most tasks make none. `directory` is chosen in turn when not given.
   */
  temporary(slot: number, taskId: number, name: string, directory?: string): string {
    const folder = temporaryFolder(directory ?? this.#roomy(this.#turn++), slot);
    this.#make(folder);
    const path = join(folder, `${taskId}-${name}`);
    this.#temporary.add(path);
    return path;
  }

  /** The file was moved to its final place. */
  moved(path: string): void {
    this.#temporary.delete(path);
  }

  /** Removes whatever the task that runs on this layout has left. */
  removeTemporary(): void {
    for (const path of this.#temporary) rmSync(path, { recursive: true, force: true });
    this.#temporary.clear();
  }

  /** Removes what a task has left whose thread is gone, whoever made it. */
  removeTemporaryOfDead(slot: number, taskId: number): void {
    for (const directory of this.directories) {
      const folder = temporaryFolder(directory, slot);
      for (const name of namesIn(folder))
        if (name.startsWith(`${taskId}-`)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  }

  /** The directories other than the one that holds `path`, for a file that has to move. */
  others(path: string): string[] {
    return this.directories.filter((directory) => !path.startsWith(directory + "/"));
  }

  /** The first directory from `seed` on that has space left; where none has, the one with most. */
  #roomy(seed: number): string {
    const order = this.#from(seed);
    if (order.length === 1) return order[0]!;
    let most = { directory: order[0]!, space: -1 };
    for (const directory of order) {
      const space = freeSpace(directory);
      if (space >= LOW_SPACE) return directory;
      if (space > most.space) most = { directory, space };
    }
    return most.directory;
  }

  #from(seed: number): string[] {
    const first = (seed & 0xff) % this.directories.length;
    return this.directories.map((_, i) => this.directories[(first + i) % this.directories.length]!);
  }

  #make(folder: string): void {
    if (this.#made.has(folder)) return;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#made.add(folder);
  }
}

/** True for the errors of a device that has no room: a full disk, a quota. */
export function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOSPC" || code === "EDQUOT";
}

export function diskFull(path: string, bytes: number, cause: unknown): ClusterError {
  return new ClusterError(
    "DISK_FULL",
    `There is no room to write ${bytes} bytes to ${path}, nor in another directory of spark.local.dir. Free some space, or name more directories.`,
    { cause, parameters: { path, bytes: String(bytes) } },
  );
}

function temporaryFolder(directory: string, slot: number): string {
  return join(directory, "tmp", String(slot));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Bytes; none where nothing can be written, as on a disk that failed and is mounted to be read only. */
function freeSpace(directory: string): number {
  try {
    accessSync(directory, constants.W_OK);
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/** FNV-1a. */
function hash(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
