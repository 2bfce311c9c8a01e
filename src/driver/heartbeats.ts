/** The interval of executors' heartbeats, ms: the shortest that anyone wants, and never longer than the configured one. */
export class Heartbeats {
  readonly #wanted = new Set<{ readonly ms: number }>();
  #interval: number;

  /** @param tell tells an executor the milliseconds between its heartbeats */
  constructor(
    private readonly configured: number,
    private readonly executorIds: () => Iterable<string>,
    private readonly tell: (executorId: string, ms: number) => void,
  ) {
    this.#interval = configured;
  }

  /** All executors are to tell every `ms`, those that come later too, until what this gives is called. */
  want(ms: number): () => void {
    const wish = { ms };
    this.#wanted.add(wish);
    this.#update();
    return () => {
      if (this.#wanted.delete(wish)) this.#update();
    };
  }

  executorAdded(executorId: string): void {
    if (this.#interval !== this.configured) this.tell(executorId, this.#interval);
  }

  #update(): void {
    const interval = Math.min(this.configured, ...[...this.#wanted].map(({ ms }) => ms));
    if (interval === this.#interval) return;
    this.#interval = interval;
    for (const executorId of this.executorIds()) this.tell(executorId, interval);
  }
}
