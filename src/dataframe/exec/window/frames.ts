/** Frames: for each row of its partition the rows [from, to) that a function sees. */
import { concat } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import type { Frame, SortOrder } from "../../expressions/expression";
import { sortKey, type SortKey } from "../sort/keys";
import { compareRows } from "../sort/permutation";
import type { WindowRows } from "./partitions";

export interface Frames {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** What a bound with an offset needs: a number of rows, or for each row the value of the order column there. */
export type BoundValue = { readonly rows: number } | { readonly values: Vector } | null;

export function framesOf(
  frame: Frame,
  start: BoundValue,
  end: BoundValue,
  window: WindowRows,
  order: { readonly values: Vector; readonly type: DataType; readonly by: SortOrder } | null,
): Frames {
  const { length } = window.rows;
  const from = new Int32Array(length);
  const to = new Int32Array(length);
  const bound = (side: "start" | "end", value: BoundValue): ((row: number) => number) => {
    const { kind } = frame[side];
    if (kind === "unboundedPreceding") return (row) => window.starts[row]!;
    if (kind === "unboundedFollowing") return (row) => window.ends[row]!;
    const after = side === "end" ? 1 : 0;
    if (kind === "currentRow") {
      if (frame.unit === "rows") return (row) => row + after;
      return side === "start" ? (row) => window.peerStarts[row]! : (row) => window.peerEnds[row]!;
    }
    if (value !== null && "rows" in value) {
      const by = kind === "preceding" ? -value.rows : value.rows;
      return (row) => Math.max(window.starts[row]!, Math.min(window.ends[row]!, row + by + after));
    }
    return valueBound(side, value!.values, window, order!);
  };
  const first = bound("start", start);
  const last = bound("end", end);
  for (let row = 0; row < length; row++) {
    from[row] = first(row);
    to[row] = Math.max(from[row]!, last(row));
  }
  return { from, to };
}

/**
 * A row's frame begins at the first row whose order is not before the bound, or ends before the first that is behind it. Bounds move
 * on with the rows, so that the place of the row before is a few steps away; where they do not (infinite distances), it is looked for.
 */
function valueBound(
  side: "start" | "end",
  values: Vector,
  window: WindowRows,
  order: { readonly values: Vector; readonly type: DataType; readonly by: SortOrder },
): (row: number) => number {
  const { length } = window.rows;
  const both: SortKey = sortKey(concat([order.values, values]), order.type, order.by);
  const { valid } = order.values;
  const keys = [both];
  /** Whether the row at `place` is at the bound of `row` or behind it. */
  const reaches = (place: number, row: number): boolean => {
    const difference = compareRows(keys, 0, place, length + row);
    return side === "start" ? difference >= 0 : difference > 0;
  };
  let place = 0;
  return (row) => {
    // Rows without a value are each other's frame.
    if (valid !== null && valid[row] === 0) return side === "start" ? window.peerStarts[row]! : window.peerEnds[row]!;
    let low = window.starts[row]!;
    let high = window.ends[row]!;
    if (place > low && place <= high) {
      if (reaches(place - 1, row)) high = place - 1;
      else low = place;
    }
    for (let step = 1; low < high; step *= 2) {
      const next = Math.min(low + step, high) - 1;
      if (reaches(next, row)) {
        high = next;
        break;
      }
      low = next + 1;
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reaches(middle, row)) high = middle;
      else low = middle + 1;
    }
    place = low;
    return low;
  };
}
