/** What tasks do with hashes. */
import type { DataType } from "../../../columnar/types";
import type { ListVector, Vector } from "../../../columnar/vector";
import { columnsProgram, denseVectorColumn, doublesOf, VectorColumn } from "../../compute";
import { doubleColumn } from "../../compute/columns";
import { doubleListsOf, listsOf } from "../../compute/texts";
import { DenseVector, SparseVector, type Vector as Features } from "../../linalg/vectors";
import { columnOf, type Family, hashing } from "./families";

export interface HashSpec {
  readonly family: Family;
  readonly who: string;
  readonly name: string;
}

function hashesOf({ family, who, name }: HashSpec): (column: Vector, rows: number) => { values: Float64Array; tables: number } {
  const { tables, hash } = hashing(family, who, name);
  return (column, rows) => {
    const vectors = new VectorColumn(column);
    const values = new Float64Array(rows * tables);
    for (let row = 0; row < rows; row++) hash(vectors, row, values, row * tables);
    return { values, tables };
  };
}

function evenList(child: Vector, rows: number, each: number): ListVector {
  const starts = Int32Array.from({ length: rows }, (_, row) => row * each);
  return { form: "list", length: rows, starts, ends: starts.map((start) => start + each), child, valid: null };
}

/** The hashes of vectors: an array of vectors of one entry, one a table. */
export const hashColumn = columnsProgram<HashSpec>({
  name: "mllib.lsh.hash",
  open: (spec) => {
    const hash = hashesOf(spec);
    return ([column], rows) => {
      const { values, tables } = hash(column!, rows);
      return [evenList(denseVectorColumn(values, rows * tables, 1), rows, tables)];
    };
  },
});

/** The numbers of a column of hashes. */
export const hashNumbers = columnsProgram<null>({
  name: "mllib.lsh.numbers",
  open:
    () =>
    ([column], rows) => {
      const { starts, ends, items } = numbersOf(column!);
      return [{ form: "list", length: rows, starts, ends, child: doubleColumn(items), valid: column!.valid }];
    },
});

function numbersOf(column: Vector): { starts: Int32Array; ends: Int32Array; items: Float64Array } {
  const { starts, ends, items } = listsOf(column, (child) => new VectorColumn(child).dense(1), null);
  return { starts, ends, items: items ?? new Float64Array(0) };
}

interface KeySpec extends HashSpec {
  readonly size: number;
  readonly indices: Int32Array | null;
  readonly values: Float64Array;
}

/** The distance from the key to each vector; where `sameBucket`, null of vectors that have no hash in common with it. */
export const keyDistances = columnsProgram<KeySpec & { readonly sameBucket: boolean }>({
  name: "mllib.lsh.near",
  open(spec) {
    const { distance, tables, hash } = hashing(spec.family, spec.who, spec.name);
    const key = keyColumn(spec);
    const own = new Float64Array(tables);
    hash(key, 0, own, 0);
    return ([features, hashes], rows) => {
      const vectors = new VectorColumn(features!);
      const found = new Float64Array(rows);
      const valid = new Uint8Array(rows);
      const { starts, ends, items } = numbersOf(hashes!);
      for (let row = 0; row < rows; row++) {
        if (spec.sameBucket && differing(own, items, starts[row]!, ends[row]!) === tables) continue;
        valid[row] = 1;
        found[row] = distance(vectors, row, key, 0);
      }
      return [doubleColumn(found, valid)];
    };
  },
});

/** How far the key's hashes are from those of each row: the least distance in any table. */
export const hashDistances = columnsProgram<KeySpec>({
  name: "mllib.lsh.hashDistance",
  open(spec) {
    const { tables, hash } = hashing(spec.family, spec.who, spec.name);
    const own = new Float64Array(tables);
    hash(keyColumn(spec), 0, own, 0);
    const projected = spec.family.kind === "projection";
    return ([hashes], rows) => {
      const { starts, ends, items } = numbersOf(hashes!);
      const found = new Float64Array(rows);
      for (let row = 0; row < rows; row++) {
        const start = starts[row]!;
        // Of MinHash hashes are the same, or they are not.
        if (!projected) found[row] = differing(own, items, start, ends[row]!) === tables ? 1 : 0;
        else {
          let least = Infinity;
          for (let table = 0; table < tables; table++) least = Math.min(least, (own[table]! - items[start + table]!) ** 2);
          found[row] = least;
        }
      }
      return [doubleColumn(found)];
    };
  },
});

export function keySpec(spec: HashSpec, key: Features): KeySpec {
  const { size, values } = key;
  return { ...spec, size, values, indices: "indices" in key ? Int32Array.from(key.indices) : null };
}

const keyColumn = ({ size, indices, values }: KeySpec): VectorColumn =>
  columnOf(indices === null ? new DenseVector(values) : new SparseVector(size, indices, values));

/** In how many tables hashes differ. */
function differing(own: Float64Array, items: Float64Array, start: number, end: number): number {
  let count = 0;
  for (let table = 0; table < own.length; table++) if (start + table >= end || !same(own[table]!, items[start + table]!)) count++;
  return count;
}

/** NaN is the same as NaN. */
const same = (a: number, b: number): boolean => a === b || (a !== a && b !== b);

/**
 * Of pairs that have the same hash in table `entry` (inputs: both vectors, both arrays of hashes, entry) the distance; null where an earlier table
 * has them, too.
 */
export const pairDistances = columnsProgram<HashSpec>({
  name: "mllib.lsh.pairs",
  open(spec) {
    const { distance } = hashing(spec.family, spec.who, spec.name);
    const double: DataType = { kind: "double" };
    return ([left, right, leftHashes, rightHashes, entry], rows) => {
      const [a, b] = [new VectorColumn(left!), new VectorColumn(right!)];
      const [own, others] = [doubleListsOf(leftHashes!, double), doubleListsOf(rightHashes!, double)];
      const tables = doublesOf(entry!, { kind: "int" }).values;
      const found = new Float64Array(rows);
      const valid = new Uint8Array(rows);
      for (let row = 0; row < rows; row++) {
        let first = 0;
        while (!same(own.items[own.starts[row]! + first]!, others.items[others.starts[row]! + first]!)) first++;
        if (first !== tables[row]) continue;
        valid[row] = 1;
        found[row] = distance(a, row, b, row);
      }
      return [doubleColumn(found, valid)];
    };
  },
});
