/** Means and products of deviations of all pairs of entries, in one pass over blocks (Chan, Golub, LeVeque 1979). */
import { DataError } from "../../common/errors";
import type { InstanceBlock } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import type { TaskData } from "../compute/task-data";
import type { RankTable } from "./ranks";

/** Plain data. */
export interface Products {
  width: number;
  rows: number;
  readonly means: Float64Array;
  /** width × width; only j ≥ i of (i, j) is filled. */
  readonly products: Float64Array;
}

export interface CovarianceSpec {
  /** Where given, ranks stand for values. */
  readonly ranks: readonly RankTable[] | null;
}

const addUp = aggregateProgram<CovarianceSpec, InstanceBlock, Products>({
  name: "mllib.stat.covariance",
  run(blocks, { ranks }, task) {
    let sums: Products | null = null;
    for (const block of blocks) {
      task.checkInterrupted();
      const part = productsOf(block, ranks);
      sums = sums === null ? part : together(sums, part);
    }
    return sums ?? { width: 0, rows: 0, means: new Float64Array(0), products: new Float64Array(0) };
  },
  merge: together,
});

/** The rows in full; sparse ones with their zeros. A new array. */
export function denseCopy({ rows, width, dense, sparse }: InstanceBlock): Float64Array {
  if (dense !== null) return dense.slice();
  const out = new Float64Array(rows * width);
  const { starts, indices, values } = sparse!;
  for (let row = 0; row < rows; row++)
    for (let at = starts[row]!; at < starts[row + 1]!; at++) out[row * width + indices[at]!] = values[at]!;
  return out;
}

export function productsOf(block: InstanceBlock, ranks: CovarianceSpec["ranks"] = null): Products {
  const { rows, width } = block;
  const values = denseCopy(block);
  if (ranks !== null) for (let at = 0; at < values.length; at++) values[at] = rankOf(ranks[at % width]!, values[at]!);
  const means = new Float64Array(width);
  for (let at = 0; at < values.length; at++) means[at % width]! += values[at]!;
  for (let j = 0; j < width; j++) means[j]! /= rows;
  for (let at = 0; at < values.length; at++) values[at]! -= means[at % width]!;
  const products = new Float64Array(width * width);
  for (let start = 0; start < values.length; start += width)
    for (let i = 0; i < width; i++) {
      const factor = values[start + i]!;
      if (factor !== 0) for (let j = i; j < width; j++) products[i * width + j]! += factor * values[start + j]!;
    }
  return { width, rows, means, products };
}

function rankOf({ values, ranks }: RankTable, value: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return ranks[low]!;
}

/** Changes and returns one of them. */
export function together(a: Products, b: Products): Products {
  if (a.rows === 0) return b;
  if (b.rows === 0) return a;
  const { width } = a;
  if (width !== b.width)
    throw new DataError(
      "VECTOR_SIZES_DIFFER",
      `The column holds vectors of ${width} and of ${b.width} entries; all must have as many.`,
    );
  const rows = a.rows + b.rows;
  const share = b.rows / rows;
  const shifts = a.means.map((mean, j) => b.means[j]! - mean);
  for (let i = 0; i < width; i++) {
    const factor = shifts[i]! * a.rows * share;
    for (let j = i; j < width; j++) a.products[i * width + j]! += b.products[i * width + j]! + factor * shifts[j]!;
    a.means[i]! += shifts[i]! * share;
  }
  a.rows = rows;
  return a;
}

export interface Covariance {
  readonly width: number;
  readonly rows: number;
  readonly means: Float64Array;
  /** width × width, of the sample (n - 1). */
  readonly matrix: Float64Array;
}

/** Throws where there are fewer than two rows. */
export async function covarianceOf(
  data: TaskData<InstanceBlock>,
  who: string,
  ranks: CovarianceSpec["ranks"] = null,
): Promise<Covariance> {
  const found = await data.aggregate(addUp, { ranks });
  if (found === null || found.rows < 2)
    throw new DataError("EMPTY_DATASET", `${who}: the dataset has ${found?.rows ?? 0} rows; at least 2 are needed.`);
  const { width, rows, means, products } = found;
  const matrix = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++) matrix[i * width + j] = matrix[j * width + i] = products[i * width + j]! / (rows - 1);
  return { width, rows, means, matrix };
}
