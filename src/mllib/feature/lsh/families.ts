/** Families of hash functions for which near vectors often have the same hash, and the distances that they are for. */
import { DataError } from "../../../common/errors";
import { VectorColumn } from "../../compute/columns";
import { VectorColumnBuilder } from "../../compute/columns";
import { type VectorLike, Vectors } from "../../linalg/vectors";

/** Plain data of a model. */
export type Family =
  | {
      readonly kind: "minHash";
      /** Of each table two: factor and summand. */
      readonly coefficients: Int32Array;
    }
  | {
      readonly kind: "projection";
      /** Unit vectors, one a table, of `width` entries. */
      readonly vectors: Float64Array;
      readonly width: number;
      readonly bucketLength: number;
    };

export const HASH_PRIME = 2038074743;

/** How a family works on rows. Rows that are null throw. */
export interface Hashing {
  readonly tables: number;
  /** Writes the row's hashes at `at` of `to`, one a table. */
  readonly hash: (column: VectorColumn, row: number, to: Float64Array, at: number) => void;
  readonly distance: (a: VectorColumn, i: number, b: VectorColumn, j: number) => number;
}

export function hashing(family: Family, who: string, name: string): Hashing {
  const present = (column: VectorColumn, row: number): void => {
    if (column.isNull(row)) throw new DataError("NULL_VALUE", `${who}: column ${name} holds null. Filter such rows.`);
  };
  return family.kind === "minHash" ? minHashing(family, who, present) : projecting(family, who, present);
}

/** One vector as a column. */
export function columnOf(vector: VectorLike): VectorColumn {
  const builder = new VectorColumnBuilder();
  builder.append(Vectors.of(vector));
  return new VectorColumn(builder.finish());
}

type Check = (column: VectorColumn, row: number) => void;

/** MinHash (A. Broder, 1997): the least of (1 + i) × factor + summand modulo a prime, of the entries i that are not 0. */
function minHashing({ coefficients }: Extract<Family, { kind: "minHash" }>, who: string, check: Check): Hashing {
  const tables = coefficients.length / 2;
  const [left, right] = [new Entries(), new Entries()];
  return {
    tables,
    hash(column, row, to, at) {
      check(column, row);
      const { indices, length } = left.read(column, row);
      if (length === 0) throw new DataError("INVALID_FEATURES", `${who}: a vector must have at least 1 non zero entry.`);
      for (let table = 0; table < tables; table++) {
        const factor = coefficients[2 * table]!;
        const summand = coefficients[2 * table + 1]!;
        let least = Infinity;
        for (let i = 0; i < length; i++) least = Math.min(least, moduloPrime(1 + indices[i]!, factor, summand));
        to[at + table] = least;
      }
    },
    distance(a, i, b, j) {
      const one = left.read(a, i);
      const other = right.read(b, j);
      let both = 0;
      for (let m = 0, n = 0; m < one.length && n < other.length;) {
        const difference = one.indices[m]! - other.indices[n]!;
        if (difference === 0) both++;
        if (difference <= 0) m++;
        if (difference >= 0) n++;
      }
      return 1 - both / (one.length + other.length - both);
    },
  };
}

/** (x × factor + summand) mod HASH_PRIME, all below 2^31: in parts that a double holds. */
function moduloPrime(x: number, factor: number, summand: number): number {
  const high = remainder(x * (factor >>> 16));
  return remainder(high * 65536 + x * (factor & 0xffff) + summand);
}

/** Of whole numbers below 2^53. */
function remainder(value: number): number {
  const rest = value - Math.floor(value / HASH_PRIME) * HASH_PRIME;
  return rest < 0 ? rest + HASH_PRIME : rest >= HASH_PRIME ? rest - HASH_PRIME : rest;
}

/** The indices of a row's entries that are not 0, rising. */
class Entries {
  indices: ArrayLike<number> = [];
  length = 0;
  #room = new Float64Array(64);

  read(column: VectorColumn, row: number): this {
    const values = column.values(row);
    const sparse = column.isDense(row) ? null : column.indices(row);
    if (this.#room.length < values.length) this.#room = new Float64Array(values.length * 2);
    let length = 0;
    for (let i = 0; i < values.length; i++) if (values[i] !== 0) this.#room[length++] = sparse === null ? i : sparse[i]!;
    this.indices = this.#room;
    this.length = length;
    return this;
  }
}

/** Buckets of projections on random directions (M. Datar, N. Immorlica, P. Indyk, V. Mirrokni, 2004). */
function projecting(family: Extract<Family, { kind: "projection" }>, who: string, check: Check): Hashing {
  const { vectors, width, bucketLength } = family;
  const tables = vectors.length / width;
  const scale = 1 / bucketLength;
  let room = new Float64Array(0);
  return {
    tables,
    hash(column, row, to, at) {
      check(column, row);
      const size = column.size(row);
      if (size !== width)
        throw new DataError("VECTOR_SIZES_DIFFER", `${who}: the model knows vectors of ${width} entries, but one has ${size}.`);
      const values = column.values(row);
      const indices = column.isDense(row) ? null : column.indices(row);
      for (let table = 0; table < tables; table++) {
        let sum = 0;
        const first = table * width;
        for (let i = 0; i < values.length; i++) sum += values[i]! * vectors[first + (indices === null ? i : indices[i]!)]!;
        to[at + table] = Math.floor(sum * scale);
      }
    },
    distance(a, i, b, j) {
      const size = a.size(i);
      if (size !== b.size(j))
        throw new DataError("VECTOR_SIZES_DIFFER", `${who}: vectors of ${size} and of ${b.size(j)} entries have no distance.`);
      const values = b.values(j);
      let sum = 0;
      if (a.isDense(i) && b.isDense(j)) {
        const others = a.values(i);
        for (let k = 0; k < size; k++) sum += (others[k]! - values[k]!) ** 2;
        return Math.sqrt(sum);
      }
      if (room.length < size) room = new Float64Array(size);
      a.copyDense(i, room, 0);
      if (b.isDense(j)) for (let k = 0; k < size; k++) room[k]! -= values[k]!;
      else {
        const indices = b.indices(j);
        for (let k = 0; k < values.length; k++) room[indices[k]!]! -= values[k]!;
      }
      for (let k = 0; k < size; k++) sum += room[k]! ** 2;
      return Math.sqrt(sum);
    },
  };
}
