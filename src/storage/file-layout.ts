/**
 * Where a file of an executor is, from its name alone: main thread, worker threads and other processes of the machine
 * agree on it without asking. Files whose directory was full when they were made are in another of the executor's
 * directories, so whoever looks for one tries all.
 */
import { mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { ClusterError } from "../common/errors";

const SUBDIRECTORIES = 64;
/** A directory with less free space is passed over while another has more. */
const LOW_SPACE = 64 * 2 ** 20;

/** The place of `name` under one directory, without making anything. */
export function fileIn(directory: string, name: string): string {
  return join(directory, ((hash(name) >>> 8) % SUBDIRECTORIES).toString(16).padStart(2, "0"), name);
}

export class FileLayout {
  readonly #made = new Set<string>();
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

  /**
   * A new path for a file of a running task, in a folder of the task's own, so that those of a dead thread can be found.
   * `directory` is chosen in turn when not given.
   */
  temporary(slot: number, taskId: number, name: string, directory?: string): string {
    const folder = join(directory ?? this.#roomy(this.#turn++), "tmp", `${slot}-${taskId}`);
    this.#make(folder);
    return join(folder, name);
  }

  /** Removes whatever a task has left in the folders that this layout made; cheap when there is none. */
  removeTemporary(slot: number, taskId: number): void {
    for (const folder of this.#temporaryFolders(slot, taskId)) {
      if (this.#made.delete(folder)) rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Removes what a task has left whose thread is gone, whoever made the folder. */
  removeTemporaryOfDead(slot: number, taskId: number): void {
    for (const folder of this.#temporaryFolders(slot, taskId)) rmSync(folder, { recursive: true, force: true });
  }

  /** The directories other than the one that holds `path`, for a file that has to move. */
  others(path: string): string[] {
    return this.directories.filter((directory) => !path.startsWith(directory + "/"));
  }

  #temporaryFolders(slot: number, taskId: number): string[] {
    return this.directories.map((directory) => join(directory, "tmp", `${slot}-${taskId}`));
  }

  /** The first directory from `seed` on that has space left; the very first when none has. */
  #roomy(seed: number): string {
    const order = this.#from(seed);
    return (order.length === 1 ? undefined : order.find((directory) => freeSpace(directory) >= LOW_SPACE)) ?? order[0]!;
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

function freeSpace(directory: string): number {
  try {
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
