/**
 * Rows in an order that their content alone decides, whatever the order in which they come: dealt out by turns they then go to
 * the same partitions in every attempt of a task. By a hash of the row, which is quick to sort by; rows with the same hash, by
 * their columns.
 */
import { hashRows } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import { INT, literal } from "../../expressions/build";
import type { Attribute } from "../../expressions/expression";
import { drain, sourceOf, type OpenTask } from "../operator";
import { ExternalSort } from "../sort/external";
import { sortKey, type SortKey } from "../sort/keys";

/**
 * The rows of `source` in the order of their content. Spills when memory is refused.
 * @param node the operator that spills are counted for
 */
export function inContentOrder(source: BatchSource, output: readonly Attribute[], task: OpenTask, node: number): BatchSource {
  const types = output.map(({ type }) => type);
  const keysOf = (batch: ColumnBatch): readonly SortKey[] => [
    ascending({ form: "fixed", length: batch.length, values: hashRows(batch.columns, types, batch.length), valid: null }, INT),
    ...batch.columns.map((column, i) => ascending(column, types[i]!)),
  ];
  return sourceOf(sorted(source, keysOf, task, node));
}

function ascending(vector: Vector, type: DataType): SortKey {
  return sortKey(vector, type, { kind: "sortOrder", child: literal(null, type), ascending: true, nullsFirst: true });
}

function* sorted(
  source: BatchSource,
  keysOf: (batch: ColumnBatch) => readonly SortKey[],
  task: OpenTask,
  node: number,
): Generator<ColumnBatch, void, undefined> {
  const sort = new ExternalSort(keysOf, task, node);
  try {
    drain(source, task, (batch) => sort.add(batch));
    yield* sort.finish();
  } finally {
    sort.close();
  }
}
