/**
 * Vectors of doubles, dense or sparse. Equal where they have the same size and entries, whatever their form, as Spark's are.
 */
import { UsageError } from "../../common/errors";
import { doubleText } from "../../dataframe/types/java-floats";

export type Vector = DenseVector | SparseVector;

/** Numbers of a vector, however a program gives them. */
export type VectorLike = Vector | readonly number[] | Float64Array;

abstract class VectorBase {
  /** Number of entries. */
  abstract readonly size: number;
  abstract get(index: number): number;
  /** All entries, in a new array. */
  abstract toArray(): Float64Array;
  /** Entries that are stored, by rising index. */
  abstract forEachActive(visit: (index: number, value: number) => void): void;

  /** Entries that are stored. */
  abstract readonly numActives: number;

  /** Number of entries that are not zero. */
  get numNonzeros(): number {
    let count = 0;
    this.forEachActive((_, value) => {
      if (value !== 0) count++;
    });
    return count;
  }

  /** The index of the largest entry, the first of several; -1 of an empty vector. */
  get argmax(): number {
    const values = this.toArray();
    let best = -1;
    for (let i = 0; i < values.length; i++) if (best < 0 || values[i]! > values[best]!) best = i;
    return best;
  }

  /** Sum of products. Throws where the sizes differ. */
  dot(other: VectorLike): number {
    const that = Vectors.of(other);
    if (that.size !== this.size) throw sizesDiffer("dot", this.size, that.size);
    let sum = 0;
    this.forEachActive((index, value) => {
      sum += value * that.get(index);
    });
    return sum;
  }

  /** The p-norm, p ≥ 1; Infinity gives the largest magnitude. */
  norm(p: number): number {
    if (!(p >= 1)) throw new UsageError("INVALID_ARGUMENT", `norm: p must be at least 1, got ${p}.`);
    let sum = 0;
    let largest = 0;
    this.forEachActive((_, value) => {
      const magnitude = Math.abs(value);
      if (magnitude > largest || Number.isNaN(magnitude)) largest = magnitude;
      sum += p === 1 ? magnitude : p === 2 ? magnitude * magnitude : p === Infinity ? 0 : magnitude ** p;
    });
    return p === Infinity ? largest : p === 1 ? sum : p === 2 ? Math.sqrt(sum) : sum ** (1 / p);
  }

  squaredDistance(other: VectorLike): number {
    const that = Vectors.of(other);
    if (that.size !== this.size) throw sizesDiffer("squaredDistance", this.size, that.size);
    let sum = 0;
    for (let i = 0; i < this.size; i++) {
      const difference = this.get(i) - that.get(i);
      sum += difference * difference;
    }
    return sum;
  }

  toDense(): DenseVector {
    return new DenseVector(this.toArray());
  }

  /** Without the zeros. */
  toSparse(): SparseVector {
    const indices: number[] = [];
    const values: number[] = [];
    this.forEachActive((index, value) => {
      if (value === 0) return;
      indices.push(index);
      values.push(value);
    });
    return new SparseVector(this.size, indices, values);
  }

  /** In the form that takes less memory. */
  compressed(): Vector {
    return sparseIsSmaller(this.numNonzeros, this.size) ? this.toSparse() : this.toDense();
  }

  equals(other: unknown): boolean {
    if (!(other instanceof DenseVector || other instanceof SparseVector) || other.size !== this.size) return false;
    for (let i = 0; i < this.size; i++) if (this.get(i) !== other.get(i)) return false;
    return true;
  }

  [Symbol.iterator](): Iterator<number> {
    return this.toArray()[Symbol.iterator]();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  abstract toString(): string;
}

export class DenseVector extends VectorBase {
  readonly values: Float64Array;

  constructor(values: Iterable<number>) {
    super();
    this.values = values instanceof Float64Array ? values : Float64Array.from(values);
  }

  get size(): number {
    return this.values.length;
  }

  get numActives(): number {
    return this.values.length;
  }

  get(index: number): number {
    return this.values[checkedIndex(index, this.size)]!;
  }

  toArray(): Float64Array {
    return this.values.slice();
  }

  forEachActive(visit: (index: number, value: number) => void): void {
    this.values.forEach((value, index) => visit(index, value));
  }

  /** "[1.0,2.5]" */
  override toString(): string {
    return `[${Array.from(this.values, doubleText).join(",")}]`;
  }
}

/** The entries that are not stored are zero. Indices rise. */
export class SparseVector extends VectorBase {
  readonly indices: Int32Array;
  readonly values: Float64Array;

  constructor(
    readonly size: number,
    indices: Iterable<number>,
    values: Iterable<number>,
  ) {
    super();
    this.indices = indices instanceof Int32Array ? indices : Int32Array.from(indices);
    this.values = values instanceof Float64Array ? values : Float64Array.from(values);
    checkSparse(size, this.indices, this.values);
  }

  get numActives(): number {
    return this.values.length;
  }

  get(index: number): number {
    checkedIndex(index, this.size);
    let low = 0;
    let high = this.indices.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.indices[middle]!;
      if (found === index) return this.values[middle]!;
      if (found < index) low = middle + 1;
      else high = middle - 1;
    }
    return 0;
  }

  toArray(): Float64Array {
    const all = new Float64Array(this.size);
    for (let i = 0; i < this.indices.length; i++) all[this.indices[i]!] = this.values[i]!;
    return all;
  }

  forEachActive(visit: (index: number, value: number) => void): void {
    this.indices.forEach((index, i) => visit(index, this.values[i]!));
  }

  /** "(4,[1,3],[2.0,-1.0])" */
  override toString(): string {
    return `(${this.size},[${this.indices.join(",")}],[${Array.from(this.values, doubleText).join(",")}])`;
  }
}

/** Makes vectors, as Spark's object of this name. */
export const Vectors = {
  /** `Vectors.dense(1, 2)` or `Vectors.dense([1, 2])`. */
  dense(...values: readonly number[] | readonly [Iterable<number>]): DenseVector {
    const [first] = values;
    return new DenseVector(typeof first === "object" ? [...first] : (values as readonly number[]));
  },
  /** By indices and values, by [index, value] pairs (of an array or a Map), or by an object of them; in any order. */
  sparse(
    size: number,
    entries: readonly number[] | Iterable<readonly [number, number]> | Readonly<Record<number, number>>,
    values?: readonly number[],
  ): SparseVector {
    const pairs =
      values !== undefined
        ? (entries as readonly number[]).map((index, i) => [index, values[i]!] as const)
        : Symbol.iterator in entries
          ? [...(entries as Iterable<readonly [number, number]>)]
          : Object.entries(entries).map(([index, value]) => [Number(index), value] as const);
    if (values !== undefined && values.length !== pairs.length)
      throw new UsageError("INVALID_ARGUMENT", `Vectors.sparse: ${pairs.length} indices for ${values.length} values.`);
    const sorted = pairs.toSorted((a, b) => a[0] - b[0]);
    return new SparseVector(
      size,
      sorted.map(([index]) => index),
      sorted.map(([, value]) => value),
    );
  },
  zeros(size: number): DenseVector {
    return new DenseVector(new Float64Array(size));
  },
  norm(vector: VectorLike, p: number): number {
    return Vectors.of(vector).norm(p);
  },
  sqdist(a: VectorLike, b: VectorLike): number {
    return Vectors.of(a).squaredDistance(b);
  },

  /** As sqdist: PySpark's name for it. */
  squaredDistance(a: VectorLike, b: VectorLike): number {
    return Vectors.sqdist(a, b);
  },
  /** A vector of what may be an array; arrays are copied. */
  of(values: VectorLike): Vector {
    return values instanceof DenseVector || values instanceof SparseVector ? values : new DenseVector([...values]);
  },
};

function checkedIndex(index: number, size: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= size)
    throw new UsageError("INVALID_INDEX", `There is no entry ${index} in a vector of ${size}.`);
  return index;
}

function checkSparse(size: number, indices: Int32Array, values: Float64Array): void {
  const wrong = (why: string): never => {
    throw new UsageError("INVALID_ARGUMENT", `SparseVector: ${why}.`);
  };
  if (!Number.isInteger(size) || size < 0) wrong(`the size must be a whole number, not ${size}`);
  if (indices.length !== values.length) wrong(`${indices.length} indices for ${values.length} values`);
  let last = -1;
  for (const index of indices) {
    if (index <= last) wrong(`index ${index} comes after ${last}; indices must rise and not be negative`);
    if (index >= size) wrong(`index ${index} is outside of a vector of ${size}`);
    last = index;
  }
}

function sizesDiffer(call: string, a: number, b: number): UsageError {
  return new UsageError("INVALID_ARGUMENT", `${call}: the vectors have ${a} and ${b} entries.`);
}

/** Whether Spark counts fewer bytes for a vector as a sparse one. */
export function sparseIsSmaller(nonzeros: number, size: number): boolean {
  return 12 * nonzeros + 24 < 8 * size + 8;
}
