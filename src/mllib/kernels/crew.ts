/**
 * Threads of one executor that work through a task's calls of kernels together. The task that needs them leads: it lays out
 * items, calls of one kernel on different parts of one shared memory, and works on them itself; whoever has joined takes items
 * too. The leader waits for no one who has not taken an item, so that it is right, and only slower, alone.
 *
 * In the memory, from CONTROL on: cells (Int32), results and arguments (doubles). An item is taken by making the ticket larger by 1;
 * its upper bits number the round. Items of a round are not changed before all of them are done.
 */
import { InternalError } from "../../common/errors";

export type Kernel = (...args: number[]) => number | void;
export type Kernels = Readonly<Record<string, Kernel>>;

export const CONTROL = 1024;
/** Bytes of the control area. */
export const CONTROL_BYTES = 16_384;

export const MOST_ITEMS = 64;
const MOST_ARGUMENTS = 14;

const ROUND_SHIFT = 12;
const ROUND_MASK = 0xfffff;
const ITEM_MASK = (1 << ROUND_SHIFT) - 1;
/** A ticket of a round whose items are being laid out. */
const CLOSED = ITEM_MASK;

const TICKET = 0;
const COUNT = 1;
const DONE = 2;
/** The round that was last opened: what the others wait for. */
const OPENED = 3;
const KERNEL = 4;
const ARGUMENTS = 5;
const JOINED = 6;
const FAILED = 7;
/** 0 while there is a leader. */
const ENDED = 8;
/** The leader's task is over, as the memory's owner says. */
const OVER = 1;
/** The leader needs nobody any more. */
const LET_GO = 2;
/** How many of those who joined were seen to be over, and how many have said that they go: fewer where one was stopped at work. */
const GONE = 9;
const LEFT = 10;
const CELLS = 16;

/** Where the memory says that the leader's task is over. */
export const ENDED_AT = CONTROL + 4 * ENDED;
/** Where it counts the others whose tasks are over. */
export const GONE_AT = CONTROL + 4 * GONE;

/** Looks at a cell before a thread goes to sleep, some tens of microseconds. */
const SPINS = 2000;
const SLEEP_MS = 100;

/** A thread that shared the work was ended in the middle of an item, which is half done for ever. */
export class CrewLost extends InternalError {
  constructor() {
    super("A thread that shared the work of this task was ended in the middle of it.");
  }
}

class Board {
  readonly cells: Int32Array;
  readonly results: Float64Array;
  readonly args: Float64Array;
  readonly #names: readonly string[];

  constructor(
    buffer: ArrayBufferLike,
    private readonly kernels: Kernels,
  ) {
    this.cells = new Int32Array(buffer, CONTROL, CELLS);
    this.results = new Float64Array(buffer, CONTROL + 4 * CELLS, MOST_ITEMS);
    this.args = new Float64Array(buffer, CONTROL + 4 * CELLS + 8 * MOST_ITEMS, MOST_ITEMS * MOST_ARGUMENTS);
    this.#names = Object.keys(kernels).toSorted();
  }

  numberOf(kernel: string): number {
    return this.#names.indexOf(kernel);
  }

  /** Takes items of the round that is open until there are none. */
  work(): void {
    const { cells } = this;
    for (;;) {
      const ticket = Atomics.load(cells, TICKET);
      const item = ticket & ITEM_MASK;
      if (item >= Atomics.load(cells, COUNT)) return;
      // The count may be of another round than the ticket, unless the ticket is still the same now.
      if (Atomics.compareExchange(cells, TICKET, ticket, ticket + 1) !== ticket) continue;
      try {
        const kernel = this.kernels[this.#names[cells[KERNEL]!]!]!;
        const from = item * MOST_ARGUMENTS;
        this.results[item] = kernel(...this.args.subarray(from, from + cells[ARGUMENTS]!)) ?? 0;
      } catch (error) {
        Atomics.store(cells, FAILED, 1);
        throw error;
      } finally {
        Atomics.add(cells, DONE, 1);
        Atomics.notify(cells, DONE);
      }
    }
  }
}

export class CrewLeader {
  readonly #board: Board;
  #round = 0;

  constructor(
    buffer: ArrayBufferLike,
    kernels: Kernels,
    private readonly checkInterrupted: () => void,
  ) {
    this.#board = new Board(buffer, kernels);
    // Of a memory that had a leader before, no ticket comes again.
    this.#round = Atomics.load(this.#board.cells, OPENED);
  }

  /** How many threads work on what is given now. */
  get size(): number {
    return 1 + Atomics.load(this.#board.cells, JOINED);
  }

  /** Calls the kernel with the arguments of each item, up to MOST_ITEMS, in any order; gives the results in theirs. Throws CrewLost. */
  run(kernel: string, items: readonly (readonly number[])[]): Float64Array {
    const { cells, args, results } = this.#board;
    this.#round = (this.#round + 1) & ROUND_MASK;
    Atomics.store(cells, TICKET, (this.#round << ROUND_SHIFT) | CLOSED);
    items.forEach((item, i) => args.set(item, i * MOST_ARGUMENTS));
    cells[KERNEL] = this.#board.numberOf(kernel);
    cells[ARGUMENTS] = items[0]!.length;
    Atomics.store(cells, DONE, 0);
    Atomics.store(cells, COUNT, items.length);
    Atomics.store(cells, TICKET, this.#round << ROUND_SHIFT);
    Atomics.store(cells, OPENED, this.#round);
    Atomics.notify(cells, OPENED);
    this.#board.work();
    this.#wait(items.length);
    if (Atomics.load(cells, FAILED) !== 0) throw new InternalError(`Kernel ${kernel} failed in another thread.`);
    return results.slice(0, items.length);
  }

  #wait(count: number): void {
    const { cells } = this.#board;
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(cells, DONE) === count) return;
    for (let done = Atomics.load(cells, DONE); done < count; done = Atomics.load(cells, DONE)) {
      Atomics.wait(cells, DONE, done, SLEEP_MS);
      this.checkInterrupted();
      // Whoever goes in order says so before its task is over.
      const gone = Atomics.load(cells, GONE);
      if (gone > Atomics.load(cells, LEFT) && Atomics.load(cells, DONE) < count) throw new CrewLost();
    }
  }

  /** Lets the others go. */
  end(): void {
    const { cells } = this.#board;
    Atomics.compareExchange(cells, ENDED, 0, LET_GO);
    Atomics.notify(cells, OPENED);
  }
}

/**
 * Makes a memory whose leader has ended, with all items of all rounds done, one for another leader; false where a task that led or
 * joined is not over yet, or was stopped at work. Who was told of the memory before and comes only now works for the next leader.
 */
export function reopen(buffer: ArrayBufferLike): boolean {
  const cells = new Int32Array(buffer, CONTROL, CELLS);
  const at = (cell: number): number => Atomics.load(cells, cell);
  if (at(ENDED) !== OVER || at(JOINED) !== 0 || at(GONE) !== at(LEFT) || at(FAILED) !== 0) return false;
  Atomics.store(cells, ENDED, 0);
  return true;
}

/** Works for the leader of the memory until that is done. */
export function assist(buffer: ArrayBufferLike, kernels: Kernels, checkInterrupted: () => void): void {
  const board = new Board(buffer, kernels);
  const { cells } = board;
  Atomics.add(cells, JOINED, 1);
  try {
    while (Atomics.load(cells, ENDED) === 0) {
      const opened = Atomics.load(cells, OPENED);
      board.work();
      let spin = 0;
      while (spin < SPINS && Atomics.load(cells, OPENED) === opened && Atomics.load(cells, ENDED) === 0) spin++;
      if (spin === SPINS) Atomics.wait(cells, OPENED, opened, SLEEP_MS);
      checkInterrupted();
    }
  } finally {
    Atomics.sub(cells, JOINED, 1);
    Atomics.add(cells, LEFT, 1);
  }
}
