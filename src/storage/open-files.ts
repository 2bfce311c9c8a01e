/** Descriptors of map outputs that one thread keeps open, the least recently used closed first. */
import { closeLocal } from "./local-data";

/** Maps of one shuffle are fewer than this. */
const MAPS = 2 ** 26;

export class OpenFiles {
  /** In order of last use. */
  readonly #files = new Map<number, number>();
  #holds = 0;
  /** Closed while held: for when nobody holds any more. */
  readonly #late: number[] = [];

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.#files.size;
  }

  get(shuffleId: number, map: number): number | undefined {
    const key = shuffleId * MAPS + map;
    const fd = this.#files.get(key);
    if (fd !== undefined && this.#files.size * 2 > this.capacity) {
      this.#files.delete(key);
      this.#files.set(key, fd);
    }
    return fd;
  }

  put(shuffleId: number, map: number, fd: number): number {
    if (this.#files.size >= this.capacity) {
      const [oldest, old] = this.#files.entries().next().value!;
      this.#files.delete(oldest);
      this.#close(old);
    }
    this.#files.set(shuffleId * MAPS + map, fd);
    return fd;
  }

  close(shuffleId: number, map: number): void {
    this.#take(shuffleId * MAPS + map);
  }

  closeShuffle(shuffleId: number): void {
    for (const key of this.#files.keys()) if (Math.floor(key / MAPS) === shuffleId) this.#take(key);
  }

  closeAll(): void {
    for (const key of this.#files.keys()) this.#take(key);
  }

  /** Descriptors got from now on stay good until the returned function is called. */
  hold(): () => void {
    this.#holds++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#holds === 0) for (const fd of this.#late.splice(0)) closeLocal(fd);
    };
  }

  #take(key: number): void {
    const fd = this.#files.get(key);
    if (fd === undefined) return;
    this.#files.delete(key);
    this.#close(fd);
  }

  #close(fd: number): void {
    if (this.#holds > 0) this.#late.push(fd);
    else closeLocal(fd);
  }
}
