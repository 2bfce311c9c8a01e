/** Labels and predictions that are arrays of doubles, for evaluators of lists and of sets. */
import type { DataType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import { doubleListsOf } from "../compute/texts";
import type { JudgedSpec } from "./columns";

const ELEMENT: DataType = { kind: "double" };

export const isDoubles = (type: DataType): boolean => type.kind === "array" && type.element.kind === "double";

/**
 * Calls `row` with each row's labels and predictions and the index of the candidate that they are of. The arrays are views, which
 * hold until the next batch. Throws a DataError where a column holds null.
 */
export function eachJudgedRow(
  batches: Iterable<ColumnBatch>,
  { input, candidates }: JudgedSpec<unknown>,
  row: (candidate: number, labels: Float64Array, predictions: Float64Array) => void,
): void {
  for (const batch of batches)
    for (const [i, { label, prediction }] of candidates.entries()) {
      const labels = listsIn(batch, label!, input.names);
      const predictions = listsIn(batch, prediction!, input.names);
      for (let at = 0; at < batch.length; at++) row(i, labels(at), predictions(at));
    }
}

function listsIn(batch: ColumnBatch, column: number, names: readonly string[]): (row: number) => Float64Array {
  const { valid, starts, ends, items } = doubleListsOf(batch.columns[column]!, ELEMENT);
  return (row) => {
    if (valid !== null && valid[row] === 0) throw new DataError("NULL_VALUE", `Column ${names[column]} holds null.`);
    return items.subarray(starts[row], ends[row]);
  };
}
