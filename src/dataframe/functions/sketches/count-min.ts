/**
 * Count-min sketches in the form of Spark (org.apache.spark.util.sketch.CountMinSketchImpl, version 1): about how often a value came,
 * in `depth` rows of `width` counters. Cormode and Muthukrishnan, "An Improved Data Stream Summary: The Count-Min Sketch".
 */
import { hashBytes } from "../../../columnar/keys/murmur3";

const PRIME = (1n << 31n) - 1n;
const MASK48 = (1n << 48n) - 1n;
const VERSION = 1;

/** Of java.util.Random, nextInt(2^31 - 1). */
function hashSeeds(seed: number, count: number): bigint[] {
  let state = (BigInt(seed) ^ 0x5deece66dn) & MASK48;
  const next31 = (): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & MASK48;
    return state >> 17n;
  };
  return Array.from({ length: count }, () => {
    // A draw of 2^31 - 1 itself is drawn again: the remainder would favour 0.
    let bits = next31();
    while (bits === PRIME) bits = next31();
    return bits;
  });
}

export class CountMinSketch {
  readonly #width: number;
  readonly #seeds: readonly bigint[];
  readonly #counts: Float64Array;
  #total = 0;

  private constructor(width: number, seeds: readonly bigint[]) {
    this.#width = width;
    this.#seeds = seeds;
    this.#counts = new Float64Array(width * seeds.length);
  }

  /** @param eps relative error, above 0; @param confidence above 0 and below 1 */
  static of(eps: number, confidence: number, seed: number): CountMinSketch {
    const depth = Math.ceil(-Math.log1p(-confidence) / Math.log(2));
    return new CountMinSketch(Math.ceil(2 / eps), hashSeeds(seed, depth));
  }

  addInteger(value: number | bigint): void {
    const wide = BigInt(value);
    this.#total++;
    for (let row = 0; row < this.#seeds.length; row++) {
      let hash = BigInt.asIntN(64, this.#seeds[row]! * wide);
      hash = BigInt.asIntN(64, hash + (hash >> 32n)) & PRIME;
      this.#count(row, Number(hash) % this.#width);
    }
  }

  addBytes(bytes: Uint8Array): void {
    const first = hashBytes(bytes, 0, bytes.length, 0);
    const second = hashBytes(bytes, 0, bytes.length, first);
    this.#total++;
    for (let row = 0; row < this.#seeds.length; row++) {
      this.#count(row, Math.abs(((first + Math.imul(row, second)) | 0) % this.#width));
    }
  }

  #count(row: number, column: number): void {
    const at = row * this.#width + column;
    this.#counts[at] = this.#counts[at]! + 1;
  }

  /** With a sketch of the same shape and seed. */
  merge(other: CountMinSketch): this {
    this.#total += other.#total;
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] = this.#counts[i]! + other.#counts[i]!;
    return this;
  }

  toBytes(): Uint8Array {
    const depth = this.#seeds.length;
    const bytes = Buffer.alloc(20 + 8 * depth + 8 * this.#counts.length);
    bytes.writeInt32BE(VERSION, 0);
    bytes.writeBigInt64BE(BigInt(this.#total), 4);
    bytes.writeInt32BE(depth, 12);
    bytes.writeInt32BE(this.#width, 16);
    let at = 20;
    for (const seed of this.#seeds) at = bytes.writeBigInt64BE(seed, at);
    for (const count of this.#counts) at = bytes.writeBigInt64BE(BigInt(count), at);
    return bytes;
  }

  /** Of bytes that `toBytes` made. */
  static fromBytes(data: Uint8Array): CountMinSketch {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const depth = bytes.readInt32BE(12);
    const seeds = Array.from({ length: depth }, (_, i) => bytes.readBigInt64BE(20 + 8 * i));
    const sketch = new CountMinSketch(bytes.readInt32BE(16), seeds);
    sketch.#total = Number(bytes.readBigInt64BE(4));
    const from = 20 + 8 * depth;
    for (let i = 0; i < sketch.#counts.length; i++) sketch.#counts[i] = Number(bytes.readBigInt64BE(from + 8 * i));
    return sketch;
  }
}
