/**
 * Where the map outputs of each shuffle are. Written by the DAG level only; the driver's server reads it to answer
 * executors. Every loss starts a new epoch: tasks carry the epoch of their launch, so that an executor knows when what
 * it kept is too old, and the scheduler knows when a report of a failed fetch is about outputs already replaced.
 */
import { InternalError } from "../../common/errors";

/** What a map task reported as its output's status: of interest to executors only. */
export type MapStatus = unknown;

/** The outputs of one complete shuffle: element m belongs to map task m. */
export interface MapOutputLocations {
  readonly epoch: number;
  /** Index into `executors`. */
  readonly executorOf: Int32Array;
  readonly executors: readonly string[];
  readonly statuses: readonly MapStatus[];
}

const NOWHERE = -1;

class ShuffleOutputs {
  /** Counts how often all outputs were thrown away. */
  generation = 0;
  /** Generations of the shuffles of indeterminate stages that the outputs are made from. */
  inputs: ReadonlyMap<number, number> = new Map();
  readonly executorOf: Int32Array;
  readonly statuses: MapStatus[];
  /** Epoch at which output m was registered. */
  readonly since: Int32Array;
  /** 1: output m was registered since all were thrown away last. It stays 1 when the output is lost. */
  readonly registered: Uint8Array;
  available = 0;
  bytesWritten = 0;

  constructor(
    readonly numMaps: number,
    readonly oneAttempt: boolean,
  ) {
    this.executorOf = new Int32Array(numMaps).fill(NOWHERE);
    this.since = new Int32Array(numMaps);
    this.registered = new Uint8Array(numMaps);
    this.statuses = new Array<MapStatus>(numMaps).fill(undefined);
  }
}

export class MapOutputRegistry {
  #epoch = 0;
  readonly #shuffles = new Map<number, ShuffleOutputs>();
  readonly #executors: string[] = [];
  readonly #indexOfExecutor = new Map<string, number>();

  #bytesWritten = 0;

  get epoch(): number {
    return this.#epoch;
  }

  /** Shuffles that are known, with or without outputs. */
  get size(): number {
    return this.#shuffles.size;
  }

  /** Bytes that were written for them, what was lost and written again included. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /**
   * Makes the shuffle known, with no outputs; nothing happens when it is.
   * @param oneAttempt outputs of one attempt of the map stage do not go together with those of another.
   */
  declare(shuffleId: number, numMaps: number, oneAttempt = false): void {
    const known = this.#shuffles.get(shuffleId);
    if (known === undefined) this.#shuffles.set(shuffleId, new ShuffleOutputs(numMaps, oneAttempt));
    else if (known.numMaps !== numMaps)
      throw new InternalError(`Shuffle ${shuffleId} has ${known.numMaps} map tasks, not ${numMaps}.`);
  }

  has(shuffleId: number): boolean {
    return this.#shuffles.has(shuffleId);
  }

  /** Are all outputs of one attempt, so that none can be replaced alone? */
  isOfOneAttempt(shuffleId: number): boolean {
    return this.#shuffle(shuffleId).oneAttempt;
  }

  /** Notes that the outputs, from now on, are made from these shuffles as they are. */
  madeFrom(shuffleId: number, inputs: readonly number[]): void {
    this.#shuffle(shuffleId).inputs = new Map(inputs.map((input) => [input, this.#shuffle(input).generation]));
  }

  /** Was an input of the outputs thrown away after they were made from it? */
  isOutdated(shuffleId: number): boolean {
    const { inputs, available } = this.#shuffle(shuffleId);
    if (available === 0) return false;
    for (const [input, generation] of inputs) {
      const now = this.#shuffles.get(input);
      if (now !== undefined && now.generation !== generation) return true;
    }
    return false;
  }

  /** Registers (or replaces) the output of a map task. */
  register(shuffleId: number, map: number, executorId: string, status: MapStatus): void {
    const shuffle = this.#shuffle(shuffleId);
    if (shuffle.executorOf[map] === NOWHERE) shuffle.available++;
    shuffle.executorOf[map] = this.#executorIndex(executorId);
    shuffle.statuses[map] = status;
    shuffle.since[map] = this.#epoch;
    shuffle.registered[map] = 1;
  }

  /** A map task of the shuffle wrote so much. */
  wrote(shuffleId: number, bytes: number): void {
    this.#shuffle(shuffleId).bytesWritten += bytes;
    this.#bytesWritten += bytes;
  }

  isAvailable(shuffleId: number, map: number): boolean {
    return this.#shuffle(shuffleId).executorOf[map] !== NOWHERE;
  }

  isComplete(shuffleId: number): boolean {
    const shuffle = this.#shuffle(shuffleId);
    return shuffle.available === shuffle.numMaps;
  }

  /**
   * Has the output, which may be lost by now, been registered before? What a task reports beside it (accumulators, thus the rows that a
   * query counts) has then been taken in.
   */
  wasRegistered(shuffleId: number, map: number): boolean {
    return this.#shuffle(shuffleId).registered[map] === 1;
  }

  numAvailable(shuffleId: number): number {
    return this.#shuffle(shuffleId).available;
  }

  /** Executor that holds the output, or undefined. */
  executorOf(shuffleId: number, map: number): string | undefined {
    return this.#executors[this.#shuffle(shuffleId).executorOf[map]!];
  }

  /** Map tasks whose output is on the executor, or anywhere where that is null, ascending. */
  heldBy(shuffleId: number, executorId: string | null): number[] {
    const { executorOf } = this.#shuffle(shuffleId);
    const wanted = executorId === null ? null : (this.#indexOfExecutor.get(executorId) ?? null);
    const result: number[] = [];
    for (const [map, holder] of executorOf.entries()) {
      if (executorId === null ? holder !== NOWHERE : holder === wanted) result.push(map);
    }
    return result;
  }

  /** Map tasks without an output, ascending. */
  missing(shuffleId: number): number[] {
    const { executorOf } = this.#shuffle(shuffleId);
    const result: number[] = [];
    for (let map = 0; map < executorOf.length; map++) if (executorOf[map] === NOWHERE) result.push(map);
    return result;
  }

  /** True when the output is there and was registered after `epoch`: a report from before is not about it. */
  isNewerThan(shuffleId: number, map: number, epoch: number): boolean {
    const shuffle = this.#shuffle(shuffleId);
    return shuffle.executorOf[map] !== NOWHERE && shuffle.since[map]! > epoch;
  }

  /** Forgets one output. False when there was none. */
  unregister(shuffleId: number, map: number): boolean {
    const shuffle = this.#shuffle(shuffleId);
    if (shuffle.executorOf[map] === NOWHERE) return false;
    this.#remove(shuffle, map);
    this.#epoch++;
    return true;
  }

  /** Throws all outputs away. False when there was none. */
  unregisterAll(shuffleId: number): boolean {
    const shuffle = this.#shuffle(shuffleId);
    shuffle.generation++;
    shuffle.registered.fill(0);
    if (shuffle.available === 0) return false;
    for (let map = 0; map < shuffle.numMaps; map++) if (shuffle.executorOf[map] !== NOWHERE) this.#remove(shuffle, map);
    this.#epoch++;
    return true;
  }

  /** Forgets every output on the executor; answers which map tasks of which shuffles those were. */
  unregisterExecutor(executorId: string): Map<number, number[]> {
    const lost = new Map<number, number[]>();
    const index = this.#indexOfExecutor.get(executorId);
    if (index === undefined) return lost;
    for (const [shuffleId, shuffle] of this.#shuffles) {
      const maps: number[] = [];
      for (let map = 0; map < shuffle.numMaps; map++) {
        if (shuffle.executorOf[map] !== index) continue;
        this.#remove(shuffle, map);
        maps.push(map);
      }
      if (maps.length > 0) lost.set(shuffleId, maps);
    }
    if (lost.size > 0) this.#epoch++;
    return lost;
  }

  /** Says that another executor serves what `from` held; answers the shuffles concerned. */
  relocate(from: string, to: string): number[] {
    const index = this.#indexOfExecutor.get(from);
    if (index === undefined) return [];
    const target = this.#executorIndex(to);
    const changed: number[] = [];
    for (const [shuffleId, shuffle] of this.#shuffles) {
      let touched = false;
      for (let map = 0; map < shuffle.numMaps; map++) {
        if (shuffle.executorOf[map] !== index) continue;
        shuffle.executorOf[map] = target;
        shuffle.since[map] = this.#epoch + 1;
        touched = true;
      }
      if (touched) changed.push(shuffleId);
    }
    if (changed.length > 0) this.#epoch++;
    return changed;
  }

  /** Says that `to` serves one output that `from` held. False when `from` does not hold it. */
  move(shuffleId: number, map: number, from: string, to: string, status: MapStatus): boolean {
    if (this.executorOf(shuffleId, map) !== from) return false;
    this.#epoch++;
    this.register(shuffleId, map, to, status);
    return true;
  }

  /** Does the executor hold an output of any shuffle? */
  holdsOutputs(executorId: string): boolean {
    const index = this.#indexOfExecutor.get(executorId);
    if (index === undefined) return false;
    for (const shuffle of this.#shuffles.values()) if (shuffle.executorOf.includes(index)) return true;
    return false;
  }

  /** Forgets the shuffle. */
  release(shuffleId: number): boolean {
    this.#bytesWritten -= this.#shuffles.get(shuffleId)?.bytesWritten ?? 0;
    return this.#shuffles.delete(shuffleId);
  }

  /** For executors: where everything is, or null when the shuffle is unknown or an output is missing. The arrays are live: write them out at once. */
  locations(shuffleId: number): MapOutputLocations | null {
    const shuffle = this.#shuffles.get(shuffleId);
    if (shuffle === undefined || shuffle.available < shuffle.numMaps) return null;
    return { epoch: this.#epoch, executorOf: shuffle.executorOf, executors: this.#executors, statuses: shuffle.statuses };
  }

  #remove(shuffle: ShuffleOutputs, map: number): void {
    shuffle.executorOf[map] = NOWHERE;
    shuffle.statuses[map] = undefined;
    shuffle.available--;
  }

  #shuffle(shuffleId: number): ShuffleOutputs {
    const shuffle = this.#shuffles.get(shuffleId);
    if (shuffle === undefined) throw new InternalError(`Shuffle ${shuffleId} is not known.`);
    return shuffle;
  }

  #executorIndex(executorId: string): number {
    let index = this.#indexOfExecutor.get(executorId);
    if (index === undefined) {
      index = this.#executors.push(executorId) - 1;
      this.#indexOfExecutor.set(executorId, index);
    }
    return index;
  }
}
