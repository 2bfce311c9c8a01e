/** Functions of a row's place: they look at no values but the order. */
import type { Boxed } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import type { WindowRows } from "./partitions";

type Values = Int32Array | Float64Array;

/** The column of a ranking function; null for other functions. */
export function rankColumn(
  fn: string,
  options: Readonly<Record<string, unknown>> | undefined,
  window: WindowRows,
): Vector | null {
  const values = rankValues(fn, options, window);
  return values === null ? null : { form: "fixed", length: values.length, values, valid: null };
}

function rankValues(fn: string, options: Readonly<Record<string, unknown>> | undefined, window: WindowRows): Values | null {
  const { starts, ends } = window;
  const { length } = window.rows;
  const ints = (value: (row: number) => number): Int32Array => {
    const out = new Int32Array(length);
    for (let row = 0; row < length; row++) out[row] = value(row);
    return out;
  };
  const doubles = (value: (row: number) => number): Float64Array => {
    const out = new Float64Array(length);
    for (let row = 0; row < length; row++) out[row] = value(row);
    return out;
  };
  switch (fn) {
    case "row_number":
      return ints((row) => row - starts[row]! + 1);
    case "rank": {
      const { peerStarts } = window;
      return ints((row) => peerStarts[row]! - starts[row]! + 1);
    }
    case "dense_rank": {
      const { peerStarts } = window;
      let rank = 0;
      return ints((row) => {
        if (row === starts[row]) rank = 1;
        else if (row === peerStarts[row]) rank++;
        return rank;
      });
    }
    case "percent_rank": {
      const { peerStarts } = window;
      return doubles((row) => {
        const size = ends[row]! - starts[row]!;
        return size === 1 ? 0 : (peerStarts[row]! - starts[row]!) / (size - 1);
      });
    }
    case "cume_dist": {
      const { peerEnds } = window;
      return doubles((row) => (peerEnds[row]! - starts[row]!) / (ends[row]! - starts[row]!));
    }
    case "ntile": {
      const buckets = Number((options?.["buckets"] as Boxed) ?? 1);
      return ints((row) => {
        const size = ends[row]! - starts[row]!;
        const place = row - starts[row]!;
        const small = Math.floor(size / buckets);
        const larger = size % buckets;
        // The first ones have one row more.
        const inLarger = larger * (small + 1);
        return place < inLarger
          ? Math.floor(place / (small + 1)) + 1
          : larger + Math.floor((place - inLarger) / Math.max(1, small)) + 1;
      });
    }
    default:
      return null;
  }
}
