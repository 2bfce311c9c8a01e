/** Rows that the driver has without a task: those of a query that only names values, as `SELECT 1`. */
import { batchOfBoxed, decodeBatchesOf } from "../../columnar/batch";
import type { Boxed } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { PhysicalPlan } from "../physical/plan";

/** The rows of a stage whose columns are all constants, over rows of the program; null for any other. */
export function knownRows(root: PhysicalPlan): ColumnBatch[] | null {
  if (root.kind !== "project" || root.child.kind !== "localTable") return null;
  const values: Boxed[] = [];
  for (const column of root.expressions) {
    if (column.kind !== "alias" || column.child.kind !== "literal") return null;
    values.push(column.child.value);
  }
  const types = root.output.map((column) => column.type);
  const batches = root.child.partitions.flatMap((bytes) => [...decodeBatchesOf(bytes)]);
  return batches.map(({ length }) => batchOfBoxed(new Array<Boxed[]>(length).fill(values), types));
}
