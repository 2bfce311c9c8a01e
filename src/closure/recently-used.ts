/** A map that forgets what was used longest ago. */
export class RecentlyUsed<T> {
  private readonly entries = new Map<string, { readonly value: T; readonly size: number }>();
  private size = 0;

  /**
   * @param maxEntries how many to keep.
   * @param maxSize how much to keep, in the unit of `set`'s sizes; an entry that is larger by itself is not kept.
   */
  constructor(
    private readonly maxEntries: number,
    private readonly maxSize: number = Infinity,
  ) {}

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, size = 0): void {
    this.remove(key);
    if (size > this.maxSize) return;
    this.entries.set(key, { value, size });
    this.size += size;
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.maxEntries && this.size <= this.maxSize) break;
      this.remove(oldest);
    }
  }

  private remove(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.size -= entry.size;
  }
}
