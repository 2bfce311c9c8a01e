/**
 * Sums, means, counts, least and greatest of numbers over frames, without boxed values; the results are those of the accumulators.
 * Whole numbers are taken back where a frame's beginning moves. Doubles cannot be exactly, and neither can an extreme: such frames
 * are gone through anew, doubles in the order of their rows, which gives the accumulators' digits.
 */
import type { DataType } from "../../../columnar/types";
import type { FixedVector, Vector } from "../../../columnar/vector";
import type { AggregateCall } from "../../expressions/expression";
import type { Frames } from "./frames";
import type { WindowRows } from "./partitions";

type FramedNumbers = (values: FixedVector, frames: Frames, window: WindowRows) => Vector | null;

/**
 * What computes a call's results; null where accumulators must. It gives null itself where the numbers of a chunk are beyond what it
 * can add exactly.
 */
export function framedNumbers({ fn, args, filter, user, distinct }: AggregateCall): FramedNumbers | null {
  if (args.length !== 1 || filter !== null || user !== undefined || distinct) return null;
  const { kind } = args[0]!.type;
  switch (fn) {
    case "sum":
    case "try_sum":
    case "avg":
    case "try_avg": {
      const isMean = fn.endsWith("avg");
      if (kind === "double" || kind === "float") return (...given) => sums(...given, false, isMean);
      return WHOLE.has(kind) ? (...given) => sums(...given, true, isMean) : null;
    }
    case "min":
      return ORDERED.has(kind) ? (...given) => extremes(...given, -1) : null;
    case "max":
      return ORDERED.has(kind) ? (...given) => extremes(...given, 1) : null;
    default:
      return null;
  }
}

/** Sums of so many of them as a chunk has are exact in doubles mostly. */
const WHOLE: ReadonlySet<DataType["kind"]> = new Set(["byte", "short", "int"]);

/** Whose values compare as the numbers that they lie as. */
const ORDERED: ReadonlySet<DataType["kind"]> = new Set(["byte", "short", "int", "long", "date", "timestamp", "timestamp_ntz"]);

function sums(
  { values, valid }: FixedVector,
  frames: Frames,
  window: WindowRows,
  isWhole: boolean,
  isMean: boolean,
): Vector | null {
  const { length } = window.rows;
  const results = new Float64Array(length);
  const found = new Uint8Array(length);
  let sum = 0;
  let rows = 0;
  let from = 0;
  let to = 0;
  for (let row = 0; row < length; row++) {
    const start = frames.from[row]!;
    const end = frames.to[row]!;
    const isPast = row === window.starts[row] || start < from || start > to || end < to;
    if (isPast || (start > from && !isWhole)) {
      sum = rows = 0;
      from = to = start;
    }
    for (; from < start; from++) {
      if (valid !== null && valid[from] === 0) continue;
      sum -= values[from]!;
      rows--;
    }
    for (; to < end; to++) {
      if (valid !== null && valid[to] === 0) continue;
      sum += values[to]!;
      rows++;
    }
    if (rows === 0) continue;
    if (isWhole && !Number.isSafeInteger(sum)) return null;
    found[row] = 1;
    results[row] = isMean ? sum / rows : sum;
  }
  return { form: "fixed", length, values: results, valid: found };
}

function extremes({ values, valid }: FixedVector, frames: Frames, window: WindowRows, sign: 1 | -1): Vector {
  const { length } = window.rows;
  const results = values.slice(0, length).fill(0);
  const found = new Uint8Array(length);
  let best = 0;
  let rows = 0;
  let from = 0;
  let to = 0;
  for (let row = 0; row < length; row++) {
    const start = frames.from[row]!;
    const end = frames.to[row]!;
    if (row === window.starts[row] || start !== from || end < to) {
      rows = 0;
      from = to = start;
    }
    for (; to < end; to++) {
      if (valid !== null && valid[to] === 0) continue;
      const value = values[to]!;
      if (rows === 0 || (value - best) * sign > 0) best = value;
      rows++;
    }
    if (rows === 0) continue;
    found[row] = 1;
    results[row] = best;
  }
  return { form: "fixed", length, values: results, valid: found };
}
