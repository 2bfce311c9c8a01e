/** Functions that give another row's value: by its distance, or by its place in the frame. */
import { boxedReader, gather, vectorBuilder } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import type { Frames } from "./frames";
import type { WindowRows } from "./partitions";

/** lag and lead: `distance` rows on; `fallback` where the partition has no such row. */
export function shifted(
  values: Vector,
  fallback: Vector,
  type: DataType,
  distance: number,
  ignoreNulls: boolean,
  window: WindowRows,
): Vector {
  const { length } = window.rows;
  const indices = new Int32Array(length);
  let missing = false;
  for (let row = 0; row < length; row++) {
    indices[row] = ignoreNulls ? skipping(values, row, distance, window) : within(row + distance, row, window);
    if (indices[row]! < 0) missing = true;
  }
  const picked = gather(values, indices, length, missing);
  if (!missing || isAllNull(fallback)) return picked;
  const readPicked = boxedReader(picked, type);
  const readFallback = boxedReader(fallback, type);
  const builder = vectorBuilder(type, length);
  for (let row = 0; row < length; row++) builder.append(indices[row]! < 0 ? readFallback(row) : readPicked(row));
  return builder.finish();
}

function within(target: number, row: number, window: WindowRows): number {
  return target >= window.starts[row]! && target < window.ends[row]! ? target : -1;
}

/** The row that is `distance` values on, nulls not counted. */
function skipping(values: Vector, row: number, distance: number, window: WindowRows): number {
  const { valid } = values;
  if (distance === 0) return valid !== null && valid[row] === 0 ? -1 : row;
  const step = distance > 0 ? 1 : -1;
  let left = Math.abs(distance);
  for (let at = row + step; at >= window.starts[row]! && at < window.ends[row]!; at += step) {
    if (valid !== null && valid[at] === 0) continue;
    if (--left === 0) return at;
  }
  return -1;
}

function isAllNull(vector: Vector): boolean {
  return vector.form === "null" || (vector.valid !== null && vector.valid.every((has) => has === 0));
}

/** first, last and nth_value: the nth value of the frame, from its end where n is negative. */
export function nthOfFrame(values: Vector, n: number, ignoreNulls: boolean, frames: Frames, length: number): Vector {
  const { valid } = values;
  const indices = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    const from = frames.from[row]!;
    const to = frames.to[row]!;
    if (!ignoreNulls || valid === null) {
      const at = n > 0 ? from + n - 1 : to + n;
      indices[row] = at >= from && at < to ? at : -1;
      continue;
    }
    let left = Math.abs(n);
    let found = -1;
    for (let i = 0; i < to - from; i++) {
      const at = n > 0 ? from + i : to - 1 - i;
      if (valid[at] === 1 && --left === 0) {
        found = at;
        break;
      }
    }
    indices[row] = found;
  }
  return gather(values, indices, length, true);
}
