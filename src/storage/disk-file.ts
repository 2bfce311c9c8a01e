/** Writing a file that may outgrow its directory: when the device is full the file moves to another and goes on there. */
import { copyFileSync, rmSync } from "node:fs";
import type { FileLayout } from "./file-layout";
import { diskFull, isFull } from "./file-layout";
import { closeLocal, openLocal, truncateLocal, writeLocal } from "./local-data";

/**
 * Appends synchronously, so for worker threads. `pathIn` gives the path under one of the layout's directories. Until
 * `close` the file belongs to the writer, afterwards to the caller.
 */
export class DiskFile {
  #path: string;
  #fd: number;
  #length = 0;

  constructor(
    private readonly layout: FileLayout,
    private readonly pathIn: (directory?: string) => string,
  ) {
    this.#path = pathIn();
    this.#fd = this.#open();
  }

  /** Where the file is now. */
  get path(): string {
    return this.#path;
  }

  /** Bytes appended. */
  get length(): number {
    return this.#length;
  }

  /** Appends all of `bytes`. Throws a ClusterError DISK_FULL when no directory has room; the file is then only good for `discard`. */
  append(bytes: Uint8Array): void {
    let done = 0;
    let untried: string[] | null = null;
    while (done < bytes.length) {
      try {
        done += writeLocal(this.#fd, bytes, done, bytes.length - done, this.#length + done);
      } catch (error) {
        if (!isFull(error)) throw error;
        untried ??= this.layout.others(this.#path);
        this.#move(untried, bytes.length - done, this.#length + done, error);
      }
    }
    this.#length += bytes.length;
  }

  close(): void {
    if (this.#fd >= 0) closeLocal(this.#fd);
    this.#fd = -1;
  }

  discard(): void {
    this.close();
    rmSync(this.#path, { force: true });
  }

  #open(): number {
    try {
      return openLocal(this.#path, "wx");
    } catch (error) {
      if (!isFull(error)) throw error;
      for (const directory of this.layout.others(this.#path)) {
        try {
          this.#path = this.pathIn(directory);
          return openLocal(this.#path, "wx");
        } catch (again) {
          if (!isFull(again)) throw again;
        }
      }
      throw diskFull(this.#path, 0, error);
    }
  }

  /** Continues with the first `length` bytes in the first of the directories that has room for them, and takes those tried off the list. */
  #move(directories: string[], wanted: number, length: number, cause: unknown): void {
    for (let directory = directories.shift(); directory !== undefined; directory = directories.shift()) {
      const path = this.pathIn(directory);
      try {
        copyFileSync(this.#path, path);
        const fd = openLocal(path, "r+");
        truncateLocal(fd, length);
        this.discard();
        this.#path = path;
        this.#fd = fd;
        return;
      } catch (error) {
        rmSync(path, { force: true });
        if (!isFull(error)) throw error;
      }
    }
    throw diskFull(this.#path, wanted, cause);
  }
}
