/** Starts something that is needed later, once, when there is nothing else to do: its start must not take turns with tasks. */

/** Between two looks whether there is work, ms. */
const LOOK = 300;
/** An executor that always has work starts it at this look all the same. */
const MOST_LOOKS = 10;

export class IdleStart {
  #timer: NodeJS.Timeout | null = null;
  #looks = 0;

  constructor(
    private readonly isBusy: () => boolean,
    private readonly start: () => void,
  ) {}

  /** From the first call on it is looked whether there is work. The process need not stay for it. */
  arm(): void {
    if (this.#timer === null) this.#look();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = setTimeout(() => {
      if (++this.#looks < MOST_LOOKS && this.isBusy()) this.#look();
      else this.start();
    }, LOOK).unref();
  }
}
