/** Rows of whole partitions, with where partitions and runs of equal order (peers) begin and end. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { SortKey } from "../sort/keys";

export interface WindowRows {
  readonly rows: ColumnBatch;
  /** First row of each row's partition, and the one behind its last. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The same of its peers; the first who asks waits until they are found. */
  readonly peerStarts: Int32Array;
  readonly peerEnds: Int32Array;
}

export function windowRows(
  rows: ColumnBatch,
  partition: readonly SortKey[],
  order: (rows: ColumnBatch) => readonly SortKey[],
): WindowRows {
  const { length } = rows;
  const first = changes(length, partition);
  const { starts, ends } = runs(first);
  let peers: Runs | null = null;
  const peersOf = (): Runs => {
    if (peers === null) {
      const marks = changes(length, order(rows));
      for (let row = 0; row < length; row++) marks[row]! |= first[row]!;
      peers = runs(marks);
    }
    return peers;
  };
  return {
    rows,
    starts,
    ends,
    get peerStarts() {
      return peersOf().starts;
    },
    get peerEnds() {
      return peersOf().ends;
    },
  };
}

interface Runs {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** 1 for each row with other keys than the row before it. */
function changes(length: number, keys: readonly SortKey[]): Uint8Array {
  const marks = new Uint8Array(length);
  for (const key of keys) key.markChanges(marks, length);
  return marks;
}

/** Of each row's run: a marked row begins one. */
function runs(marks: Uint8Array): Runs {
  const { length } = marks;
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let start = 0;
  for (let row = 0; row < length; row++) {
    if (marks[row] === 1) start = row;
    starts[row] = start;
  }
  let end = length;
  for (let row = length - 1; row >= 0; row--) {
    ends[row] = end;
    if (marks[row] === 1) end = row;
  }
  return { starts, ends };
}
