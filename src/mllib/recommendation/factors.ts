/** Factors of users or items. */
import { XorShiftRandom } from "../../rdd/random/xor-shift";

export interface Factors {
  /** Rising. */
  readonly ids: Int32Array;
  /** rank values for each id. */
  readonly values: Float32Array;
}

/** Unit vectors in random directions, as Spark draws them for the `count` ids of a block. */
export function randomFactors(count: number, rank: number, seed: bigint, block: number): Float32Array {
  const random = new XorShiftRandom(seedOfBlock(seed, block));
  const values = new Float32Array(count * rank);
  for (let at = 0; at < values.length; at += rank) {
    let square = 0;
    for (let j = 0; j < rank; j++) {
      const value = Math.fround(random.nextGaussian());
      values[at + j] = value;
      square += value * value;
    }
    const scale = Math.fround(1 / Math.fround(Math.sqrt(square)));
    for (let j = 0; j < rank; j++) values[at + j]! *= scale;
  }
  return values;
}

/** Two 64-bit seeds, for users and for items, of one. */
export function seedsOfSides(seed: number): readonly [users: bigint, items: bigint] {
  const random = new XorShiftRandom(BigInt(seed));
  const next = (): bigint => BigInt.asIntN(64, (BigInt(random.nextInt()) << 32n) + BigInt(random.nextInt()));
  return [next(), next()];
}

/** scala.util.hashing.byteswap64. */
function seedOfBlock(seed: bigint, block: number): bigint {
  const factor = 0x9e3775cd9e3775cdn;
  const hashed = BigInt.asUintN(64, (seed ^ BigInt(block)) * factor);
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(hashed);
  return BigInt.asIntN(64, buffer.readBigUInt64LE() * factor);
}

/** Adds Σ f·fᵀ, of which the lower triangle counts. */
export function addGram(gram: Float64Array, values: Float32Array, rank: number): void {
  for (let at = 0; at < values.length; at += rank)
    for (let i = 0; i < rank; i++) for (let j = 0; j <= i; j++) gram[i * rank + j]! += values[at + i]! * values[at + j]!;
}

/** The factors of several blocks, which have no id in common, as one. */
export function mergedFactors(blocks: readonly Factors[], rank: number): Factors {
  const ids = new Int32Array(blocks.reduce((sum, block) => sum + block.ids.length, 0));
  let at = 0;
  for (const block of blocks) {
    ids.set(block.ids, at);
    at += block.ids.length;
  }
  ids.sort();
  const places = new Map<number, number>();
  ids.forEach((id, place) => places.set(id, place));
  const values = new Float32Array(ids.length * rank);
  for (const block of blocks)
    block.ids.forEach((id, i) => values.set(block.values.subarray(i * rank, (i + 1) * rank), places.get(id)! * rank));
  return { ids, values };
}
