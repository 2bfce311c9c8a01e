/**
 * Joins of two inputs by key, as streams of columns: one side is held in memory by key, the other runs past it, and no
 * product of a key's records is ever held. Where the held side does not fit, both are divided by key into parts on disk, and of each
 * part the smaller side is held; what still does not fit (many records of one key) is held piece by piece, and the other side
 * of the part is read once for each piece.
 */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import type { TaskEnv } from "../storage/task-env";
import { BATCH_ROWS, type BatchColumn, HEAP_PATIENCE, patienceFor } from "./batch";
import { type BatchSource, batchesOf } from "./batches";
import { nestedPairChunk } from "./chunks";
import { gather, gatherWithMissing } from "./gather";
import { dividedMultiplier, REDUCE_SIDE } from "./hash-multipliers";
import { type ClassGroups, KeyGroups } from "./key-groups";
import { type ClassBatch, KEY_CLASSES, type KeyClass, splitByClass } from "./key-index";
import { PARTS, SpillParts } from "./spill-parts";

/** Which records without a partner are kept, with undefined in the partner's place. */
export type JoinKind = "inner" | "left" | "right" | "full";

/** Pairs [key, [left, right]] of pairs with equal keys. */
export function joined(env: TaskEnv, kind: JoinKind, left: ChunkSource, right: ChunkSource): ChunkSource {
  return new Join(env, kind, left, right);
}

class Join implements ChunkSource {
  readonly #env: TaskEnv;
  readonly #kind: JoinKind;
  readonly #sides: readonly [ChunkSource, ChunkSource];
  #chunks: Generator<Chunk> | null = null;
  #parts: readonly [SpillParts, SpillParts] | null = null;
  #held: Held | null = null;
  #closed = false;

  constructor(env: TaskEnv, kind: JoinKind, left: ChunkSource, right: ChunkSource) {
    this.#env = env;
    this.#kind = kind;
    this.#sides = [left, right];
  }

  next(): Chunk | null {
    if (this.#closed) return null;
    this.#chunks ??= this.#run();
    const result = this.#chunks.next();
    return result.done ? null : result.value;
  }

  *#run(): Generator<Chunk> {
    const [left, right] = this.#sides;
    const held = (this.#held = new Held(this.#env, REDUCE_SIDE, batchesOf(right, "pairs")));
    if (held.fill()) {
      yield* this.#probe(held, batchesOf(left, "pairs"), "right", null, true);
      held.close();
      return;
    }
    const parts = (this.#parts = [new SpillParts(this.#env, 0, "pairs", "join"), new SpillParts(this.#env, 0, "pairs", "join")]);
    held.moveTo(parts[1]);
    held.close();
    this.#held = null;
    divide(this.#env, batchesOf(left, "pairs"), parts[0]);
    for (let part = 0; part < PARTS; part++) yield* this.#joinPart(parts, part);
    for (const side of parts) side.close();
  }

  *#joinPart(parts: readonly [SpillParts, SpillParts], part: number): Generator<Chunk> {
    const side = parts[1].size(part) <= parts[0].size(part) ? "right" : "left";
    const [heldParts, otherParts] = side === "right" ? [parts[1], parts[0]] : [parts[0], parts[1]];
    const open = (which: SpillParts): BatchSource => batchesOf(which.read(part), "pairs");
    const held = (this.#held = new Held(this.#env, dividedMultiplier(1), open(heldParts)));
    const met = new MetRecords();
    for (let last = false; !last; held.clear()) {
      last = held.fill();
      yield* this.#probe(held, open(otherParts), side, last && met.empty ? null : met, last);
    }
    held.close();
    this.#held = null;
  }

  /**
   * Runs one input past the held records of the other. `met` remembers over several pieces which of its records found a partner (null
   * when there is but one piece); with `last` those without one come out. `side` is which side is held.
   */
  *#probe(held: Held, batches: BatchSource, side: "left" | "right", met: MetRecords | null, last: boolean): Generator<Chunk> {
    held.seal();
    const keep = (which: "left" | "right"): boolean => this.#kind === which || this.#kind === "full";
    const keepHeld = keep(side);
    const keepOther = keep(side === "right" ? "left" : "right");
    const chunk = (keys: BatchColumn, heldValues: BatchColumn, others: BatchColumn, length: number): Chunk =>
      side === "right" ? nestedPairChunk(keys, others, heldValues, length) : nestedPairChunk(keys, heldValues, others, length);
    let row = 0;
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      this.#env.checkInterrupted();
      for (const part of splitByClass(batch)) {
        const matches = new Matches(part, held.of(part.keyClass), keepHeld);
        if (keepOther) {
          if (met !== null) met.note(row, matches, part.length);
          if (last) matches.keepMissing(met, row);
        }
        row += part.length;
        while (matches.fill()) {
          const { own, partner, length } = matches;
          yield chunk(
            gather(part.key, own, 0, length),
            matches.partnerValues(partner),
            gather(part.value, own, 0, length),
            length,
          );
        }
      }
    }
    batches.close();
    if (keepHeld) yield* held.unmatched((keys, values, length) => chunk(keys, values, missing(length), length));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#chunks = null;
    for (const side of this.#sides) side.close();
    this.#held?.close();
    for (const side of this.#parts ?? []) side.close();
  }
}

function missing(length: number): BatchColumn {
  return { type: "any", values: new Array<undefined>(length).fill(undefined) };
}

/** All records of a source to the parts of their keys. */
function divide(env: TaskEnv, batches: BatchSource, parts: SpillParts): void {
  for (let batch = batches.next(); batch !== null; batch = batches.next()) {
    env.checkInterrupted();
    for (const { key, value, length } of splitByClass(batch)) parts.add(key, value, length);
  }
  batches.close();
  parts.toDisk();
}

/** The records of one input, or as many of them as memory takes at a time, by key. */
class Held {
  readonly #env: TaskEnv;
  readonly #batches: BatchSource;
  readonly #groups: KeyGroups;
  /** Records taken from the source that are not in the groups yet. */
  #pending: ClassBatch[] = [];
  #pendingFrom = 0;
  #sinceClear = 0;
  #matched = new Map<KeyClass, Uint8Array>();

  constructor(env: TaskEnv, multiplier: number, batches: BatchSource) {
    this.#env = env;
    this.#batches = batches;
    this.#groups = new KeyGroups(env.memory, multiplier, 1);
  }

  /** Takes records until there are no more (true) or memory ends. */
  fill(): boolean {
    for (;;) {
      for (let part = this.#pending[0]; part !== undefined; part = this.#pending[0]) {
        this.#pendingFrom += this.#groups.add(0, part, this.#pendingFrom);
        if (this.#pendingFrom < part.length) return false;
        this.#pending.shift();
        this.#pendingFrom = 0;
        this.#sinceClear += patienceFor(part);
      }
      if (this.#sinceClear >= HEAP_PATIENCE && this.#groups.onHeap && this.#env.memory.heapFull()) return false;
      this.#env.checkInterrupted();
      const batch = this.#batches.next();
      if (batch === null) return true;
      this.#pending = splitByClass(batch);
    }
  }

  /** After filling, before records are looked up. */
  seal(): void {
    this.#groups.seal();
    this.#matched = new Map();
    for (const keyClass of KEY_CLASSES) {
      const groups = this.#groups.of(keyClass);
      if (groups !== undefined) this.#matched.set(keyClass, new Uint8Array(groups.index.size));
    }
  }

  of(keyClass: KeyClass): HeldClass | null {
    const groups = this.#groups.of(keyClass);
    return groups === undefined ? null : { groups, matched: this.#matched.get(keyClass)! };
  }

  /** Everything in memory and left in the source, to the parts of the keys. */
  moveTo(parts: SpillParts): void {
    this.#groups.seal();
    for (const { keys, values, length } of this.#groups.records(0, 16 * BATCH_ROWS)) parts.add(keys, values, length);
    this.clear();
    parts.toDisk();
    for (;;) {
      const done = this.fill();
      this.#groups.seal();
      for (const { keys, values, length } of this.#groups.records(0, 16 * BATCH_ROWS)) parts.add(keys, values, length);
      this.clear();
      parts.toDisk();
      if (done) return;
    }
  }

  /** The records whose keys nobody asked for. */
  *unmatched(chunk: (keys: BatchColumn, values: BatchColumn, length: number) => Chunk): Generator<Chunk> {
    for (const keyClass of KEY_CLASSES) {
      const held = this.of(keyClass);
      if (held === null) continue;
      const {
        groups: { index, inputs },
        matched,
      } = held;
      const { starts, order, values } = inputs[0]!;
      const ids = new Int32Array(BATCH_ROWS);
      const records = new Int32Array(BATCH_ROWS);
      let length = 0;
      for (let id = 0; id < index.size; id++) {
        if (matched[id] === 1) continue;
        for (let i = starts[id]!; i < starts[id + 1]!; i++) {
          ids[length] = id;
          records[length++] = order[i]!;
          if (length < BATCH_ROWS) continue;
          yield chunk(keysOf(index, ids, length), gather(values.column(), records, 0, length), length);
          length = 0;
        }
      }
      if (length > 0) yield chunk(keysOf(index, ids, length), gather(values.column(), records, 0, length), length);
    }
  }

  /** Empties the memory. */
  clear(): void {
    this.#groups.clear();
    this.#sinceClear = 0;
  }

  close(): void {
    this.#batches.close();
    this.#groups.clear();
    this.#pending = [];
  }
}

/** Keys by ascending ids. */
function keysOf(index: ClassGroups["index"], ids: Int32Array, length: number): BatchColumn {
  const first = ids[0]!;
  const relative = ids.slice(0, length).map((id) => id - first);
  return gather(index.keys(first, ids[length - 1]! + 1), relative, 0, length);
}

interface HeldClass {
  readonly groups: ClassGroups;
  /** By id: 1 when a record of the other side has the key. */
  readonly matched: Uint8Array;
}

/** The pairs of records that a batch makes with what is held, BATCH_ROWS at a time. */
class Matches {
  /** Of pair i: the record of the batch, and the held record, -1 for none. */
  readonly own = new Int32Array(BATCH_ROWS);
  readonly partner = new Int32Array(BATCH_ROWS);
  length = 0;
  /** Of each record of the batch: the number of its key among the held ones, -1 for none. */
  readonly ids: Int32Array;
  readonly #held: HeldClass | null;
  readonly #rows: number;
  /** 1 for records without a partner that come out nevertheless. */
  #kept: Uint8Array | null = null;
  /** The next record, and how many of its pairs have come out. */
  #row = 0;
  #done = 0;

  constructor(batch: ClassBatch, held: HeldClass | null, noteMatches: boolean) {
    this.#held = held;
    this.#rows = batch.length;
    this.ids = new Int32Array(batch.length);
    if (held === null) {
      this.ids.fill(-1);
      return;
    }
    held.groups.index.find(batch.key, 0, batch.length, this.ids);
    if (noteMatches) for (const id of this.ids) if (id >= 0) held.matched[id] = 1;
  }

  /** Lets records without a partner come out, except those that met one in an earlier piece; `first` is the number of the first record. */
  keepMissing(met: MetRecords | null, first: number): void {
    this.#kept = new Uint8Array(this.#rows);
    for (let i = 0; i < this.#rows; i++) this.#kept[i] = this.ids[i]! < 0 && !(met?.has(first + i) ?? false) ? 1 : 0;
  }

  /** Sets the next pairs; false when there are no more. */
  fill(): boolean {
    const { own, partner, ids } = this;
    const kept = this.#kept;
    const inputs = this.#held?.groups.inputs[0];
    let length = 0;
    let row = this.#row;
    for (; row < this.#rows && length < BATCH_ROWS; row++) {
      const id = ids[row]!;
      if (id < 0 || inputs === undefined) {
        if (kept !== null && kept[row] === 1) {
          own[length] = row;
          partner[length++] = -1;
        }
        continue;
      }
      const end = inputs.starts[id + 1]!;
      let at = inputs.starts[id]! + this.#done;
      for (; at < end && length < BATCH_ROWS; at++) {
        own[length] = row;
        partner[length++] = inputs.order[at]!;
      }
      if (at < end) {
        this.#done = at - inputs.starts[id]!;
        break;
      }
      this.#done = 0;
    }
    this.#row = row;
    this.length = length;
    return length > 0;
  }

  partnerValues(partner: Int32Array): BatchColumn {
    const column = this.#held?.groups.inputs[0]!.values.column() ?? { type: "none" };
    return this.#kept === null ? gather(column, partner, 0, this.length) : gatherWithMissing(column, partner, 0, this.length);
  }
}

/** Which records of an input, by their number, have met a partner in any piece so far. */
class MetRecords {
  #bits = new Uint8Array(0);

  /** Whether no piece has been noted. */
  get empty(): boolean {
    return this.#bits.length === 0;
  }

  note(first: number, { ids }: Matches, length: number): void {
    const bytes = ((first + length) >>> 3) + 1;
    if (bytes > this.#bits.length) {
      const larger = new Uint8Array(Math.max(bytes, 2 * this.#bits.length));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    for (let i = 0; i < length; i++) if (ids[i]! >= 0) this.#bits[(first + i) >>> 3]! |= 1 << ((first + i) & 7);
  }

  has(record: number): boolean {
    return (this.#bits[record >>> 3]! & (1 << (record & 7))) !== 0;
  }
}
