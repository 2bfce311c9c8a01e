/** Runs at most `most` pieces of work at the same time, in the order of the calls; those that go `ahead` begin before all that wait. */
export class Limit {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  async run<T>(work: () => Promise<T>, { ahead = false }: { readonly ahead?: boolean } = {}): Promise<T> {
    if (this.#running >= this.most)
      await new Promise<void>((resolve) => {
        if (ahead) this.#waiting.unshift(resolve);
        else this.#waiting.push(resolve);
      });
    else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // Who waits takes over the place.
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
