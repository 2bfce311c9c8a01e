/** What an approximate action knows when its time is over, and how to wait for the rest. */
export class PartialResult<R> {
  readonly #final: Promise<R>;

  /** Internal. */
  constructor(
    readonly initialValue: R,
    /** Nothing was missing. */
    readonly isInitialValueFinal: boolean,
    final: Promise<R>,
  ) {
    this.#final = final;
    // Nobody has to ask.
    final.catch(() => undefined);
  }

  /** The value of all partitions: the job goes on after the time is over. Rejects when it fails. */
  getFinalValue(): Promise<R> {
    return this.#final;
  }

  toString(): string {
    return `(${this.isInitialValueFinal ? "final" : "partial"}: ${String(this.initialValue)})`;
  }
}
