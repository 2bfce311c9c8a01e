/**
 * Theta sketches: of all hashes those below a bound, theta, are kept; their number over theta's share of all hashes is about how many
 * different values there are. Hashes, sampling and bytes are those of Apache DataSketches (compact form, serial versions 3 and 4).
 */
import { murmur3x64 } from "./murmur3-x64";

const SEED = 9001n;
const SEED_HASH = 0x93cc;
/** Where the bytes name the family of sketches, these are compact theta sketches. */
export const FAMILY_THETA = 3;
/** Nothing has been left out. */
export const MOST_THETA = (1n << 63n) - 1n;

const READ_ONLY = 2;
const EMPTY = 4;
const COMPACT = 8;
const ORDERED = 16;
const SINGLE = 32;

/** Of a value's bytes, little-endian; 0 counts as no value. */
export function thetaHash(bytes: Uint8Array): bigint {
  return murmur3x64(bytes, SEED) >> 1n;
}

export interface ThetaSketch {
  readonly theta: bigint;
  readonly hashes: ReadonlySet<bigint>;
}

export const NO_VALUES: ThetaSketch = { theta: MOST_THETA, hashes: new Set() };

/** Rounded. */
export function thetaEstimate({ theta, hashes }: ThetaSketch): number {
  return theta === MOST_THETA ? hashes.size : Math.round(hashes.size / (Number(theta) / 2 ** 63));
}

/** Takes hashes in: after 15/8 times the nominal number the smallest ones stay, as many as that number says. */
export class ThetaUpdate implements ThetaSketch {
  theta = MOST_THETA;
  hashes = new Set<bigint>();
  readonly #nominal: number;
  readonly #most: number;

  constructor(lgNominal: number) {
    this.#nominal = 2 ** lgNominal;
    this.#most = Math.floor((15 / 16) * 2 * this.#nominal);
  }

  add(hash: bigint): void {
    if (hash === 0n || hash >= this.theta) return;
    this.hashes.add(hash);
    if (this.hashes.size > this.#most) this.#leaveOut();
  }

  /** The values of another sketch, too. */
  unite(other: ThetaSketch): void {
    if (other.theta < this.theta) {
      this.theta = other.theta;
      this.hashes = below(this.hashes, this.theta);
    }
    for (const hash of other.hashes) this.add(hash);
  }

  /** At most the nominal number of hashes. */
  result(): ThetaSketch {
    if (this.hashes.size > this.#nominal) this.#leaveOut();
    return this;
  }

  #leaveOut(): void {
    const sorted = BigInt64Array.from(this.hashes).sort();
    this.theta = sorted[this.#nominal]!;
    this.hashes = new Set(sorted.subarray(0, this.#nominal));
  }
}

function below(hashes: ReadonlySet<bigint>, theta: bigint, test: (hash: bigint) => boolean = () => true): Set<bigint> {
  const kept = new Set<bigint>();
  for (const hash of hashes) if (hash < theta && test(hash)) kept.add(hash);
  return kept;
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export function thetaIntersection(a: ThetaSketch, b: ThetaSketch): ThetaSketch {
  const theta = smaller(a.theta, b.theta);
  return { theta, hashes: below(a.hashes, theta, (hash) => b.hashes.has(hash)) };
}

/** Values of `a` that are none of `b`. */
export function thetaDifference(a: ThetaSketch, b: ThetaSketch): ThetaSketch {
  const theta = smaller(a.theta, b.theta);
  return { theta, hashes: below(a.hashes, theta, (hash) => !b.hashes.has(hash)) };
}

export function encodeTheta({ theta, hashes }: ThetaSketch): Uint8Array {
  const sampled = theta !== MOST_THETA;
  const sorted = BigInt64Array.from(hashes).sort();
  if (sorted.length === 0 || (sorted.length === 1 && !sampled)) return encodePlain(sorted, theta, sampled);
  let bits = 0n;
  let last = 0n;
  for (const hash of sorted) {
    bits |= hash - last;
    last = hash;
  }
  const entryBits = bits.toString(2).length;
  const countBytes = Math.ceil((32 - Math.clz32(sorted.length)) / 8);
  const start = sampled ? 16 : 8;
  const bytes = new Uint8Array(start + countBytes + Math.ceil((sorted.length * entryBits) / 8));
  bytes.set([sampled ? 2 : 1, 4, FAMILY_THETA, entryBits, countBytes, READ_ONLY | COMPACT | ORDERED]);
  const view = new DataView(bytes.buffer);
  view.setUint16(6, SEED_HASH, true);
  if (sampled) view.setBigInt64(8, theta, true);
  for (let i = 0; i < countBytes; i++) bytes[start + i] = sorted.length >>> (8 * i);
  // Differences of neighbours, of so many bits each, the highest bit first.
  let place = (start + countBytes) * 8;
  last = 0n;
  for (const hash of sorted) {
    const difference = hash - last;
    last = hash;
    for (let bit = entryBits - 1; bit >= 0; bit--, place++)
      if ((difference >> BigInt(bit)) & 1n) bytes[place >> 3]! |= 0x80 >> (place & 7);
  }
  return bytes;
}

function encodePlain(sorted: BigInt64Array, theta: bigint, sampled: boolean): Uint8Array {
  const longs = sampled ? 3 : 1;
  const bytes = new Uint8Array((longs + sorted.length) * 8);
  const view = new DataView(bytes.buffer);
  const kind = sampled ? 0 : sorted.length === 0 ? EMPTY : SINGLE;
  bytes.set([longs, 3, FAMILY_THETA, 0, 0, READ_ONLY | COMPACT | ORDERED | kind]);
  if (kind !== EMPTY) view.setUint16(6, SEED_HASH, true);
  if (sampled) view.setBigInt64(16, theta, true);
  sorted.forEach((hash, i) => view.setBigInt64((longs + i) * 8, hash, true));
  return bytes;
}

/** Null where the bytes are no compact theta sketch. */
export function decodeTheta(bytes: Uint8Array): ThetaSketch | null {
  if (bytes.length < 8 || bytes[2] !== FAMILY_THETA) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = bytes[5]!;
  if (flags & EMPTY) return NO_VALUES;
  if (view.getUint16(6, true) !== SEED_HASH) return null;
  if (bytes[1] === 4) return decodePacked(bytes, view);
  const longs = bytes[0]! & 0x3f;
  if (bytes[1] !== 3 || longs < 1 || longs > 3 || bytes.length < longs * 8) return null;
  const count = longs === 1 ? 1 : view.getInt32(8, true);
  const theta = longs === 3 ? view.getBigInt64(16, true) : MOST_THETA;
  if (count < 0 || bytes.length < (longs + count) * 8) return null;
  const hashes = new Set<bigint>();
  for (let i = 0; i < count; i++) hashes.add(view.getBigInt64((longs + i) * 8, true));
  return { theta, hashes };
}

function decodePacked(bytes: Uint8Array, view: DataView): ThetaSketch | null {
  const sampled = (bytes[0]! & 0x3f) === 2;
  const start = sampled ? 16 : 8;
  const [entryBits, countBytes] = [bytes[3]!, bytes[4]!];
  if (entryBits < 1 || entryBits > 63 || countBytes < 1 || countBytes > 4 || bytes.length < start + countBytes) return null;
  let count = 0;
  for (let i = 0; i < countBytes; i++) count += bytes[start + i]! * 2 ** (8 * i);
  if (bytes.length < start + countBytes + Math.ceil((count * entryBits) / 8)) return null;
  const hashes = new Set<bigint>();
  let place = (start + countBytes) * 8;
  let last = 0n;
  for (let i = 0; i < count; i++) {
    let difference = 0n;
    for (let bit = 0; bit < entryBits; bit++, place++)
      difference = (difference << 1n) | BigInt((bytes[place >> 3]! >> (7 - (place & 7))) & 1);
    hashes.add((last += difference));
  }
  return { theta: sampled ? view.getBigInt64(8, true) : MOST_THETA, hashes };
}
