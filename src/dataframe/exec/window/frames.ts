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
  const from = boundPlaces("start", frame, start, window, order);
  const ends = boundPlaces("end", frame, end, window, order);
  // Only bounds with a distance can end a frame before it begins.
  if (start === null && end === null) return { from, to: ends };
  const to = new Int32Array(from.length);
  for (let row = 0; row < to.length; row++) to[row] = Math.max(from[row]!, ends[row]!);
  return { from, to };
}

/** Where the frames of all rows begin, or the places behind their ends. */
function boundPlaces(
  side: "start" | "end",
  frame: Frame,
  value: BoundValue,
  window: WindowRows,
  order: { readonly values: Vector; readonly type: DataType; readonly by: SortOrder } | null,
): Int32Array {
  const { starts, ends } = window;
  const { kind } = frame[side];
  if (kind === "unboundedPreceding") return starts;
  if (kind === "unboundedFollowing") return ends;
  if (kind === "currentRow" && frame.unit !== "rows") return side === "start" ? window.peerStarts : window.peerEnds;
  const after = side === "end" ? 1 : 0;
  const places = new Int32Array(starts.length);
  if (kind === "currentRow" || (value !== null && "rows" in value)) {
    const distance = kind === "currentRow" ? 0 : (kind === "preceding" ? -1 : 1) * (value as { readonly rows: number }).rows;
    for (let row = 0; row < places.length; row++) {
      places[row] = Math.max(starts[row]!, Math.min(ends[row]!, row + distance + after));
    }
    return places;
  }
  const placeOf = valueBound(side, value!.values, window, order!);
  for (let row = 0; row < places.length; row++) places[row] = placeOf(row);
  return places;
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
  const { rows, starts, ends } = window;
  const { length } = rows;
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
    let low = starts[row]!;
    let high = ends[row]!;
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
