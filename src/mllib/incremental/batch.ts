/** Batches that the program itself holds. */
import { UsageError } from "../../common/errors";
import { checkFinite, type InstanceBlock, type InstanceColumns, type SparseRows, sparsePays } from "../compute/instances";
import { DenseVector, SparseVector, type Vector } from "../linalg/vectors";

/** Rows that the program itself holds. */
export interface Batch {
  /** Arrays, or vectors as those of a DataFrame's rows; all have as many entries. Sparse vectors take the memory of what they store. */
  readonly features: readonly (ArrayLike<number> | Vector)[];
  /** Of estimators that learn labels. */
  readonly label?: ArrayLike<number>;
  /** 1 each where absent. */
  readonly weight?: ArrayLike<number>;
}

/** The rows as a block, sparse where those of a DataFrame were. Throws where there are none, or they do not fit together. */
export function blockOfBatch(
  { features, label, weight }: Batch,
  { featuresCol, labelCol, nonFinite = false }: InstanceColumns,
  who: string,
): InstanceBlock {
  const rows = features.length;
  if (rows === 0) throw new UsageError("EMPTY_DATASET", `${who}: the batch is empty; there is nothing to learn from.`);
  const width = sizeOf(features[0]!);
  const labelled = labelCol !== undefined;
  if (
    (labelled && label?.length !== rows) ||
    (weight !== undefined && weight.length !== rows) ||
    features.some((row) => sizeOf(row) !== width)
  )
    throw new UsageError(
      "INVALID_ARGUMENT",
      `${who}: the rows of a batch have the same length, and there is ${labelled ? "a label (and a weight)" : "a weight, where there are weights,"} for each.`,
    );
  const form = sparseOf(features, width) ?? { dense: denseOf(features, width), sparse: null };
  if (!nonFinite) checkFinite(form.dense ?? form.sparse.values, featuresCol);
  return {
    rows,
    width,
    ...form,
    label: labelled ? Float64Array.from(label!) : null,
    weight: weight === undefined ? null : Float64Array.from(weight),
    extra: [],
  };
}

type Row = Batch["features"][number];

const sizeOf = (row: Row): number => (row instanceof DenseVector || row instanceof SparseVector ? row.size : row.length);

function storedOf(row: Row): ArrayLike<number> {
  return row instanceof DenseVector || row instanceof SparseVector ? row.values : row;
}

/** Null of rows of which none is sparse, or which hardly are. */
function sparseOf(features: readonly Row[], width: number): { readonly dense: null; readonly sparse: SparseRows } | null {
  const stored = features.reduce((sum, row) => sum + storedOf(row).length, 0);
  if (!features.some((row) => row instanceof SparseVector) || !sparsePays(stored, features.length, width)) return null;
  const starts = new Int32Array(features.length + 1);
  const indices = new Int32Array(stored);
  const values = new Float64Array(stored);
  features.forEach((row, i) => {
    const from = starts[i]!;
    const entries = storedOf(row);
    values.set(entries, from);
    if (row instanceof SparseVector) indices.set(row.indices, from);
    else for (let j = 0; j < width; j++) indices[from + j] = j;
    starts[i + 1] = from + entries.length;
  });
  return { dense: null, sparse: { starts, indices, values } };
}

function denseOf(features: readonly Row[], width: number): Float64Array {
  const dense = new Float64Array(features.length * width);
  features.forEach((row, i) => {
    if (row instanceof SparseVector) row.forEachActive((j, value) => (dense[i * width + j] = value));
    else dense.set(storedOf(row), i * width);
  });
  return dense;
}
