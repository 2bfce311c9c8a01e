/** Rows of whole partitions, with where partitions and runs of equal order (peers) begin and end. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { SortKey } from "../sort/keys";
import { compareRows } from "../sort/permutation";

export interface WindowRows {
  readonly rows: ColumnBatch;
  /** First row of each row's partition, and the one behind its last. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The same of its peers. */
  readonly peerStarts: Int32Array;
  readonly peerEnds: Int32Array;
}

export function windowRows(rows: ColumnBatch, partition: readonly SortKey[], order: readonly SortKey[]): WindowRows {
  const { length } = rows;
  const [starts, ends] = runs(length, partition, null);
  const [peerStarts, peerEnds] = runs(length, order, starts);
  return { rows, starts, ends, peerStarts, peerEnds };
}

/** Runs of rows with equal keys, not across the runs that `within` says. */
function runs(length: number, keys: readonly SortKey[], within: Int32Array | null): [Int32Array, Int32Array] {
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let start = 0;
  for (let row = 1; row <= length; row++) {
    const same = row < length && (within === null || within[row] === within[start]) && compareRows(keys, 0, row - 1, row) === 0;
    if (same) continue;
    starts.fill(start, start, row);
    ends.fill(row, start, row);
    start = row;
  }
  return [starts, ends];
}
