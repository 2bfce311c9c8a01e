/** Rows of a DataFrame as points to cluster: blocks of features and weights that executors keep. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { Vector as Column } from "../../columnar/vector";
import { DataError, InternalError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkColumn, isVector, vectorField } from "../base/schema";
import {
  appendColumns,
  columnsProgram,
  denseVectorColumn,
  doublesOf,
  type InstanceBlock,
  instancesOf,
  rowsProgram,
  type TaskData,
  VectorColumn,
} from "../compute";
import { joined, mixed } from "../tree/random";
import { unit } from "./random";

/** The field of features: vectors, or arrays of doubles or floats, as in Spark. Throws of others. */
export function checkPoints(schema: StructType, name: string, who: string): StructField {
  return checkColumn(schema, name, who, "a vector or an array of doubles or floats", (type) => isVector(type) || isArray(type));
}

const isArray = (type: DataType): boolean =>
  type.kind === "array" && (type.element.kind === "double" || type.element.kind === "float");

/** A batch's features. Throws where an array or one of its entries is null. */
export function featuresOf(column: Column, type: DataType): VectorColumn {
  if (type.kind !== "array") return new VectorColumn(column);
  const { length } = column;
  if (column.form === "null" && length > 0) throw nullFeatures();
  if (column.form !== "list" && column.form !== "null")
    throw new InternalError(`A column of form ${column.form} holds no arrays.`);
  if (column.form === "null") return new VectorColumn(denseVectorColumn(new Float64Array(0), 0, 0));
  const { starts, ends, valid } = column;
  if (valid?.includes(0) === true) throw nullFeatures();
  const child = doublesOf(column.child, type.element);
  if (child.valid !== null)
    for (let row = 0; row < length; row++)
      for (let at = starts[row]!; at < ends[row]!; at++) if (child.valid[at] === 0) throw nullFeatures();
  const like = denseVectorColumn(child.values, length, 0);
  const values = like.children[3]!;
  return new VectorColumn({ ...like, children: [...like.children.slice(0, 3), { ...values, starts, ends } as Column] });
}

const nullFeatures = (): DataError => new DataError("NULL_VALUE", "Features MUST NOT be null, nor be arrays that hold null.");

const arraysAsVectors = columnsProgram<null>({
  name: "mllib.clustering.vectors",
  open:
    (_, [type]) =>
    ([column], rows) => {
      const points = featuresOf(column!, type!);
      const width = rows === 0 ? 0 : points.size(0);
      const dense = points.dense(width);
      if (dense === null)
        throw new DataError(
          "VECTOR_SIZES_DIFFER",
          "The features are arrays of different lengths; all must have as many entries.",
        );
      return [denseVectorColumn(dense, rows, width)];
    },
});

const normalized = rowsProgram<{ readonly who: string }, InstanceBlock, InstanceBlock>({
  name: "mllib.clustering.normalized",
  *run(blocks, { who }) {
    for (const block of blocks) {
      const { rows, width, dense, sparse } = block;
      const values = (dense ?? sparse!.values).slice();
      for (let row = 0; row < rows; row++) {
        const [from, to] = dense === null ? [sparse!.starts[row]!, sparse!.starts[row + 1]!] : [row * width, (row + 1) * width];
        normalize(values.subarray(from, to), who);
      }
      yield dense === null ? { ...block, sparse: { ...sparse!, values } } : { ...block, dense: values };
    }
  },
});

/** Gives the values length 1, in place. Throws of zeros, of which no cosine is known. */
export function normalize(values: Float64Array, who: string): void {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! * values[i]!;
  if (!(squares > 0)) throw new DataError("ZERO_VECTOR", `${who}: the cosine distance is not defined for a vector of zeros.`);
  const norm = Math.sqrt(squares);
  for (let i = 0; i < values.length; i++) values[i]! /= norm;
}

export interface PointColumns {
  readonly featuresCol: string;
  readonly weightCol: string | undefined;
  /** Points of length 1 instead, for distances by cosine. */
  readonly cosine?: boolean;
}

/** The points of a DataFrame whose schema was checked. Executors keep them until they are released. */
export async function pointsOf(
  df: DataFrame,
  schema: StructType,
  columns: PointColumns,
  who: string,
): Promise<TaskData<InstanceBlock>> {
  return (await pointBlocks(df, schema, columns, who)).persist();
}

/** The same, of which executors keep nothing. */
export async function pointBlocks(
  df: DataFrame,
  schema: StructType,
  columns: PointColumns,
  who: string,
): Promise<TaskData<InstanceBlock>> {
  const { weightCol, cosine = false } = columns;
  const field = checkPoints(schema, columns.featuresCol, who);
  let featuresCol = field.name;
  let rows = df;
  if (!isVector(field.type)) {
    featuresCol = `${field.name}__vector`;
    rows = appendColumns(df, arraysAsVectors, { inputs: [field.name], outputs: [vectorField(featuresCol)], spec: null });
  }
  const data = await instancesOf(rows, { featuresCol, weightCol });
  return cosine ? data.map(normalized, { who }) : data;
}

export function widthsDiffer(a: number, b: number): DataError {
  return new DataError("VECTOR_SIZES_DIFFER", `The features hold vectors of ${a} and of ${b} entries; all must have as many.`);
}

/** A point in full, in an array of its own. */
export function pointAt({ width, dense, sparse }: InstanceBlock, row: number): Float64Array {
  if (dense !== null) return dense.slice(row * width, (row + 1) * width);
  const point = new Float64Array(width);
  for (let at = sparse!.starts[row]!; at < sparse!.starts[row + 1]!; at++) point[sparse!.indices[at]!] = sparse!.values[at]!;
  return point;
}

const SLOTS = 1 << 14;

/**
 * A random number for each row, of the seed and the row's content, so that a draw does not depend on the order of rows nor on
 * their partitions. Equal rows are told apart by counting them; of the counters, those of other rows may take the place.
 */
export class Draws {
  private readonly known = new Int32Array(SLOTS);
  private readonly counts = new Int32Array(SLOTS);
  private readonly number = new Float64Array(1);
  private readonly words = new Int32Array(this.number.buffer);

  constructor(private readonly seed: number) {}

  /** Between 0 and 1. To be called once for each row, in their order. */
  of(block: InstanceBlock, row: number): number {
    const { width, dense, sparse } = block;
    let hash = 0x2545f491;
    if (dense !== null) {
      for (let j = 0, at = row * width; j < width; j++, at++) if (dense[at] !== 0) hash = this.mix(hash, j, dense[at]!);
    } else
      for (let at = sparse!.starts[row]!; at < sparse!.starts[row + 1]!; at++)
        if (sparse!.values[at] !== 0) hash = this.mix(hash, sparse!.indices[at]!, sparse!.values[at]!);
    hash = mixed(hash) | 0;
    const slot = hash & (SLOTS - 1);
    if (this.known[slot] !== hash) {
      this.known[slot] = hash;
      this.counts[slot] = 0;
    }
    return unit(joined(joined(this.seed, hash), this.counts[slot]!++));
  }

  private mix(hash: number, index: number, value: number): number {
    this.number[0] = value;
    hash = Math.imul(hash ^ index ^ this.words[0]!, 0xcc9e2d51);
    hash = Math.imul(((hash << 15) | (hash >>> 17)) ^ this.words[1]!, 0x1b873593);
    return (hash << 13) | (hash >>> 19);
  }
}
