/**
 * Working memory that the tasks of a thread use one after another: allocating it for each of many small tasks would bring
 * a garbage collection every few of them.
 */
export class Spare<T> {
  readonly #kept: T[] = [];

  /** @param most so many are kept; what is given back beyond that is let go. */
  constructor(
    private readonly make: () => T,
    private readonly most = 1,
  ) {}

  /** One that nobody else uses, with whatever it was left with. */
  take(): T {
    return this.#kept.pop() ?? this.make();
  }

  /** The caller refers to it no more. What is not given back is garbage like any other. */
  giveBack(used: T): void {
    if (this.#kept.length < this.most) this.#kept.push(used);
  }
}
