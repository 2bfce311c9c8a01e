/**
 * Threads of one executor that answer questions about the partitions of a dataset together. One leads: it asks, answers for
 * partitions itself, and waits only for those that another thread has taken. So it is right, and only slower, alone.
 *
 * In the shared memory: cells (Int32); of each partition who has taken it, whether there is an answer, and how long that is; the
 * question; and a place for each answer. A partition is taken by making its claim the number of the round. Nothing of a round is
 * changed before all of its partitions are done.
 */
import type { SharedMemory } from "../../storage/shared-memory";
import { newSharedMemory, WASM_PAGE } from "../../storage/shared-memory";

/** The round that is open: what the others wait for. */
const OPENED = 0;
const ENDED = 1;
const JOINED = 2;
/** How many of those who joined were seen to be over, and how many have said that they go: fewer where one was stopped at work. */
const GONE = 3;
const LEFT = 4;
/** Partitions of the open round that are done. */
const DONE = 5;
const ASK_LENGTH = 6;
const PARTITIONS = 7;
const MEMBERS = 8;
const ANSWER_BYTES = 9;
const CELLS = 16;

/** Where the memory says that the leader's task is over, and where it counts the others whose tasks are over. */
export const ENDED_AT = 4 * ENDED;
export const GONE_AT = 4 * GONE;

/** Of a question. */
export const MOST_ASK_BYTES = 1 << 20;
const MOST_ANSWER_BYTES = 1 << 20;
/** Of all answers together. */
const ALL_ANSWER_BYTES = 8 << 20;

/** Looks at a cell before a thread goes to sleep, some tens of microseconds. */
const SPINS = 2000;
const SLEEP_MS = 100;

/** A thread waits for those that are late as many times as long as its own work in a round took, but not longer than this. */
const PATIENCE = 2;
const MOST_PATIENCE_MS = 50;

/** A question or an answer is longer than its place in the shared memory. */
export class TooLong extends Error {}

/** In `states`: the round of the answer that is there, or less than zero where its thread had none. */
const NO_ANSWER = -1;
const LONG_ANSWER = -2;

class Board {
  readonly cells: Int32Array;
  readonly claims: Int32Array;
  readonly states: Int32Array;
  readonly lengths: Int32Array;
  readonly ask: Uint8Array;
  readonly #answers: Uint8Array;
  /** How long the thread has waited for others since it last took a partition that it had to read, in ms. */
  #waited = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.cells = new Int32Array(buffer, 0, CELLS);
    const count = this.cells[PARTITIONS]!;
    const column = (at: number): Int32Array => new Int32Array(buffer, 4 * (CELLS + at * count), count);
    [this.claims, this.states, this.lengths] = [column(0), column(1), column(2)];
    const from = headerBytes(count);
    this.ask = new Uint8Array(buffer, from, MOST_ASK_BYTES);
    this.#answers = new Uint8Array(buffer, from + MOST_ASK_BYTES);
  }

  answer(partition: number): Uint8Array {
    const size = this.cells[ANSWER_BYTES]!;
    return this.#answers.subarray(partition * size, (partition + 1) * size);
  }

  /**
   * Partitions that the member takes in this round: those that it has at hand, then its own, then what the others have left, from the end. To
   * read records takes longer than to look at them, so it first waits for others that are late: in all rounds together as many times as
   * long as its own work in this one took. Where one has more at hand than the others, these have read their part of it soon.
   */
  *taken(member: number, round: number, atHand: (partition: number) => boolean): Generator<number> {
    const members = this.cells[MEMBERS]!;
    const { length } = this.claims;
    const began = performance.now();
    let patience = 0;
    for (let partition = 0; partition < length; partition++)
      if (atHand(partition) && this.#take(partition, round)) {
        yield partition;
        patience = Math.min(PATIENCE * (performance.now() - began), MOST_PATIENCE_MS);
      }
    for (let partition = member; partition < length; partition += members)
      if (this.#awaitAndTake(partition, round, patience)) yield partition;
    for (let partition = length - 1; partition >= 0; partition--)
      if (this.#awaitAndTake(partition, round, patience)) yield partition;
  }

  #take(partition: number, round: number): boolean {
    if (Atomics.compareExchange(this.claims, partition, round - 1, round) !== round - 1) return false;
    Atomics.notify(this.claims, partition);
    return true;
  }

  #awaitAndTake(partition: number, round: number, patience: number): boolean {
    const { claims } = this;
    const left = patience - this.#waited;
    if (left > 0) {
      const began = performance.now();
      for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(claims, partition) !== round - 1) return false;
      Atomics.wait(claims, partition, round - 1, left);
      this.#waited += performance.now() - began;
    }
    if (!this.#take(partition, round)) return false;
    this.#waited = 0;
    return true;
  }

  done(partition: number, state: number): void {
    Atomics.store(this.states, partition, state);
    Atomics.add(this.cells, DONE, 1);
    Atomics.notify(this.cells, DONE);
  }
}

const headerBytes = (partitions: number): number => 8 * Math.ceil((4 * (CELLS + 3 * partitions)) / 8);

/** @param members threads that may come, the leader among them; each has partitions that it takes first. */
export function newBoard(partitions: number, members: number): SharedMemory {
  const answerBytes = Math.min(MOST_ANSWER_BYTES, 8 * Math.floor(ALL_ANSWER_BYTES / partitions / 8));
  const bytes = headerBytes(partitions) + MOST_ASK_BYTES + partitions * answerBytes;
  const memory = newSharedMemory(WASM_PAGE * Math.ceil(bytes / WASM_PAGE));
  const cells = new Int32Array(memory.buffer, 0, CELLS);
  cells[PARTITIONS] = partitions;
  cells[MEMBERS] = members;
  cells[ANSWER_BYTES] = answerBytes;
  return memory;
}

/** `atHand`: whether the thread can answer for a partition without reading its records. */
export class RoundsLeader {
  readonly #board: Board;
  #round = 0;
  /** A thread was ended at work: what it was at is never done, and nothing is asked of the others any more. */
  #alone = false;

  constructor(
    memory: SharedMemory,
    private readonly atHand: (partition: number) => boolean,
    private readonly checkInterrupted: () => void,
  ) {
    this.#board = new Board(memory.buffer);
  }

  /** What `answer` and the other threads say of each partition. Throws TooLong; what `answer` throws, for any of them. */
  run<P>(ask: Uint8Array, answer: (partition: number) => P, read: (bytes: Uint8Array) => P): P[] {
    const { cells, claims, states, lengths } = this.#board;
    const answers: P[] = [];
    if (this.#alone) {
      for (let partition = 0; partition < claims.length; partition++) answers[partition] = answer(partition);
      return answers;
    }
    if (ask.length > MOST_ASK_BYTES) throw new TooLong();
    const round = ++this.#round;
    this.#board.ask.set(ask);
    cells[ASK_LENGTH] = ask.length;
    Atomics.store(cells, DONE, 0);
    Atomics.store(cells, OPENED, round);
    Atomics.notify(cells, OPENED);
    const own = new Set<number>();
    for (const partition of this.#board.taken(0, round, this.atHand)) {
      answers[partition] = answer(partition);
      own.add(partition);
    }
    this.#wait(claims.length - own.size);
    for (let partition = 0; partition < claims.length; partition++) {
      if (own.has(partition)) continue;
      const state = Atomics.load(states, partition);
      if (state === LONG_ANSWER) throw new TooLong();
      // A thread that could not answer says why to whoever asks again.
      answers[partition] = state === round ? read(this.#board.answer(partition).slice(0, lengths[partition])) : answer(partition);
    }
    return answers;
  }

  #wait(count: number): void {
    const { cells } = this.#board;
    for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(cells, DONE) === count) return;
    for (let done = Atomics.load(cells, DONE); done < count; done = Atomics.load(cells, DONE)) {
      Atomics.wait(cells, DONE, done, SLEEP_MS);
      this.checkInterrupted();
      // Whoever goes in order says so before its task is over.
      const gone = Atomics.load(cells, GONE);
      if (gone > Atomics.load(cells, LEFT) && Atomics.load(cells, DONE) < count) {
        this.#alone = true;
        return this.end();
      }
    }
  }

  /** Lets the others go. */
  end(): void {
    const { cells } = this.#board;
    Atomics.store(cells, ENDED, 1);
    Atomics.notify(cells, OPENED);
  }
}

/** Answers for the leader of the memory until that is done. What `answer` throws is left to the leader, unless `stops` says otherwise. */
export function assistRounds(
  memory: SharedMemory,
  answer: (ask: Uint8Array, round: number, partition: number) => Uint8Array,
  atHand: (partition: number) => boolean,
  checkInterrupted: () => void,
  stops: (error: unknown) => boolean,
): void {
  const board = new Board(memory.buffer);
  const { cells } = board;
  const member = Atomics.add(cells, JOINED, 1) + 1;
  let seen = 0;
  try {
    while (Atomics.load(cells, ENDED) === 0) {
      const round = Atomics.load(cells, OPENED);
      if (round !== seen) {
        seen = round;
        // The question is that of the round as soon as one of its partitions is taken: it ends no sooner than that is done.
        for (const partition of board.taken(member, round, atHand)) answerOne(round, partition);
      }
      let spin = 0;
      while (spin < SPINS && Atomics.load(cells, OPENED) === seen && Atomics.load(cells, ENDED) === 0) spin++;
      if (spin === SPINS) Atomics.wait(cells, OPENED, seen, SLEEP_MS);
      checkInterrupted();
    }
  } finally {
    Atomics.add(cells, LEFT, 1);
  }

  function answerOne(round: number, partition: number): void {
    let state = NO_ANSWER;
    try {
      const bytes = answer(board.ask.slice(0, cells[ASK_LENGTH]), round, partition);
      const place = board.answer(partition);
      if (bytes.length > place.length) state = LONG_ANSWER;
      else {
        place.set(bytes);
        board.lengths[partition] = bytes.length;
        state = round;
      }
    } catch (error) {
      if (stops(error)) throw error;
    } finally {
      board.done(partition, state);
    }
  }
}
