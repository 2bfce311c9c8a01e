/**
 * Tuple sketches: theta sketches (theta.ts) whose hashes carry a number each. Sampling, order and bytes are those of Apache DataSketches
 * (QuickSelectSketch in its compact form, serial version 3): entries stand in the order of a hash table of Java's size and probing.
 */
import { MOST_THETA } from "./theta";

const SEED_HASH = 0x93cc;
const FAMILY_TUPLE = 9;
const COMPACT_SKETCH = 1;
const READ_ONLY = 2;
const EMPTY = 4;
const COMPACT = 8;

/** What becomes of the numbers of equal keys. */
export const MODES = ["sum", "min", "max", "alwaysone"] as const;
export type Mode = (typeof MODES)[number];

/** A number and the mode in which it was made, which its bytes name. */
interface Summary {
  readonly value: number;
  readonly mode: Mode;
}

export interface TupleSketch {
  readonly theta: bigint;
  /** In the order of the bytes. */
  readonly entries: ReadonlyMap<bigint, Summary>;
  /** An intersection without entries of sketches that had some: its bytes do not say that it is empty. */
  readonly disjoint?: boolean;
}

/** The numbers of a sketch: Java's int, or double. */
export interface SummaryKind {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly write: (view: DataView, at: number, value: number) => void;
  readonly plus: (a: number, b: number) => number;
  /** What `min` and `max` begin with. */
  readonly greatest: number;
  readonly least: number;
}

export const INTEGERS: SummaryKind = {
  bytes: 4,
  read: (view, at) => view.getInt32(at, true),
  write: (view, at, value) => view.setInt32(at, value, true),
  plus: (a, b) => (a + b) | 0,
  greatest: 2147483647,
  least: -2147483648,
};

export const DOUBLES: SummaryKind = {
  bytes: 8,
  read: (view, at) => view.getFloat64(at, true),
  write: (view, at, value) => view.setFloat64(at, value, true),
  plus: (a, b) => a + b,
  greatest: Infinity,
  least: -Infinity,
};

export const NO_TUPLES: TupleSketch = { theta: MOST_THETA, entries: new Map() };

/** The summary of no number yet. */
export function initialSummary(kind: SummaryKind, mode: Mode): Summary {
  const value = { sum: 0, min: kind.greatest, max: kind.least, alwaysone: 1 }[mode];
  return { value, mode };
}

/** NaN is neither less nor greater: it counts where it comes first. */
export function joinedSummary(kind: SummaryKind, mode: Mode, a: number, b: number): Summary {
  switch (mode) {
    case "sum":
      return { value: kind.plus(a, b), mode };
    case "min":
      return { value: b < a ? b : a, mode };
    case "max":
      return { value: b > a ? b : a, mode };
    default:
      return { value: 1, mode };
  }
}

/** An open hash table of 2^lg places, 0 where there is nothing; the step of a probe comes from the bits above the place's. */
class Places {
  readonly hashes: BigInt64Array;

  constructor(readonly lg: number) {
    this.hashes = new BigInt64Array(2 ** lg);
  }

  insert(hash: bigint): void {
    const mask = this.hashes.length - 1;
    const step = 2 * Number((hash >> BigInt(this.lg)) & 0x7fn) + 1;
    let at = Number(hash & BigInt(mask));
    while (this.hashes[at] !== 0n) at = (at + step) & mask;
    this.hashes[at] = hash;
  }

  /** Those below the bound, in the order of their places here, in a table of 2^lg places. */
  moved(lg: number, bound: bigint): Places {
    const next = new Places(lg);
    for (const hash of this.hashes) if (hash !== 0n && hash < bound) next.insert(hash);
    return next;
  }
}

const LEAST_LG = 5;
const LG_RESIZE = 3;

/** Takes entries in: after 15/8 times the nominal number those with the smallest hashes stay, as many as that number says. */
export class TupleUpdate implements TupleSketch {
  theta = MOST_THETA;
  readonly #summaries = new Map<bigint, Summary>();
  readonly #lgNominal: number;
  #places: Places;

  constructor(lgNominal: number) {
    this.#lgNominal = lgNominal;
    const most = lgNominal + 1;
    this.#places = new Places(most <= LEAST_LG ? LEAST_LG : ((most - LEAST_LG) % LG_RESIZE) + LEAST_LG);
  }

  get entries(): ReadonlyMap<bigint, Summary> {
    return inOrder(this.#places, this.#summaries);
  }

  /** `next` makes the summary from the one that the hash has, if it has one. */
  add(hash: bigint, next: (summary: Summary | undefined) => Summary): void {
    if (hash === 0n || hash >= this.theta) return;
    const known = this.#summaries.get(hash);
    this.#summaries.set(hash, next(known));
    if (known !== undefined) return;
    this.#places.insert(hash);
    const { lg } = this.#places;
    const full = lg > this.#lgNominal ? Math.floor((15 / 16) * 2 ** lg) : 2 ** (lg - 1);
    if (this.#summaries.size <= full) return;
    if (lg > this.#lgNominal) this.#bound(this.#nextTheta());
    else this.#places = this.#places.moved(lg + LG_RESIZE, this.theta);
  }

  unite(other: TupleSketch, kind: SummaryKind, mode: Mode): void {
    if (other.theta < this.theta) this.#bound(other.theta);
    for (const [hash, summary] of other.entries)
      this.add(hash, (known) => (known === undefined ? summary : joinedSummary(kind, mode, known.value, summary.value)));
  }

  /** At most the nominal number of entries; where they stand does not change, as in Java's unions. */
  result(): TupleSketch {
    const { theta, entries } = this;
    if (entries.size <= 2 ** this.#lgNominal) return { theta, entries };
    const bound = this.#nextTheta();
    return { theta: bound, entries: new Map([...entries].filter(([hash]) => hash < bound)) };
  }

  /** Below it are as many hashes as the nominal number says. */
  #nextTheta(): bigint {
    return BigInt64Array.from(this.#summaries.keys()).sort()[2 ** this.#lgNominal]!;
  }

  #bound(theta: bigint): void {
    this.theta = theta;
    for (const hash of this.#summaries.keys()) if (hash >= theta) this.#summaries.delete(hash);
    this.#places = this.#places.moved(this.#places.lg, theta);
  }
}

function inOrder(places: Places, summaries: ReadonlyMap<bigint, Summary>): Map<bigint, Summary> {
  const entries = new Map<bigint, Summary>();
  for (const hash of places.hashes) if (hash !== 0n) entries.set(hash, summaries.get(hash)!);
  return entries;
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** In the order of the smallest table that is at most three quarters full, of 16 places at least. */
export function inSmallTable({ theta, entries, disjoint }: TupleSketch): TupleSketch {
  const places = new Places(Math.max(4, Math.ceil(Math.log2(Math.ceil(entries.size / 0.75) || 1))));
  for (const hash of entries.keys()) places.insert(hash);
  return { theta, entries: inOrder(places, entries), ...(disjoint !== undefined && { disjoint }) };
}

export function tupleIntersection(a: TupleSketch, b: TupleSketch, kind: SummaryKind, mode: Mode): TupleSketch {
  const theta = smaller(a.theta, b.theta);
  const entries = new Map<bigint, Summary>();
  for (const [hash, summary] of b.entries) {
    const other = a.entries.get(hash);
    if (other !== undefined && hash < theta) entries.set(hash, joinedSummary(kind, mode, other.value, summary.value));
  }
  const disjoint = entries.size === 0 && !isEmpty(a) && !isEmpty(b);
  return { ...inSmallTable({ theta, entries }), disjoint };
}

function isEmpty({ theta, entries, disjoint }: TupleSketch): boolean {
  return entries.size === 0 && theta === MOST_THETA && disjoint !== true;
}

/** Entries of `a` whose keys are none of those of `hashes`, a sketch with this theta. */
export function tupleDifference(a: TupleSketch, hashes: { has(hash: bigint): boolean }, otherTheta: bigint): TupleSketch {
  const theta = smaller(a.theta, otherTheta);
  const entries = new Map([...a.entries].filter(([hash]) => hash < theta && !hashes.has(hash)));
  return { theta, entries };
}

export function tupleTheta({ theta }: TupleSketch): number {
  return theta === MOST_THETA ? 1 : Number(theta) / 2 ** 63;
}

export function encodeTuple(sketch: TupleSketch, kind: SummaryKind): Uint8Array {
  const { theta, entries } = sketch;
  const sampled = theta !== MOST_THETA;
  const count = entries.size;
  const empty = isEmpty(sketch);
  const longs = sampled ? 3 : empty || count === 1 ? 1 : 2;
  const bytes = new Uint8Array(longs * 8 + count * (9 + kind.bytes));
  bytes.set([longs, 3, FAMILY_TUPLE, COMPACT_SKETCH, 0, READ_ONLY | COMPACT | (empty ? EMPTY : 0)]);
  const view = new DataView(bytes.buffer);
  view.setUint16(6, SEED_HASH, true);
  if (longs > 1) view.setInt32(8, count, true);
  if (sampled) view.setBigInt64(16, theta, true);
  let at = longs * 8;
  for (const [hash, { value, mode }] of entries) {
    view.setBigInt64(at, hash, true);
    kind.write(view, at + 8, value);
    bytes[at + 8 + kind.bytes] = MODES.indexOf(mode);
    at += 9 + kind.bytes;
  }
  return bytes;
}

/** What the bytes are instead of a compact tuple sketch: nothing that can be read, or a sketch of another family. */
type NoTuple = "buffer" | "family";

export function decodeTuple(bytes: Uint8Array, kind: SummaryKind): TupleSketch | NoTuple {
  if (bytes.length < 8) return "buffer";
  if (bytes[2] !== FAMILY_TUPLE) return "family";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes[1] !== 3 || view.getUint16(6, true) !== SEED_HASH) return "buffer";
  if (bytes[5]! & EMPTY) return NO_TUPLES;
  const longs = bytes[0]!;
  if (longs < 1 || longs > 3 || bytes.length < longs * 8) return "buffer";
  const count = longs === 1 ? 1 : view.getInt32(8, true);
  if (count < 0 || bytes.length < longs * 8 + count * (9 + kind.bytes)) return "buffer";
  const entries = new Map<bigint, Summary>();
  for (let i = 0, at = longs * 8; i < count; i++, at += 9 + kind.bytes) {
    const mode = MODES[bytes[at + 8 + kind.bytes]!];
    if (mode === undefined) return "buffer";
    entries.set(view.getBigInt64(at, true), { value: kind.read(view, at + 8), mode });
  }
  return { theta: longs === 3 ? view.getBigInt64(16, true) : MOST_THETA, entries, disjoint: count === 0 };
}
