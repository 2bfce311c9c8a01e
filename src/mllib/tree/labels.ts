/** Labels on their way from rows to tables of bins: whole ones of 8 bits, as classes and many counts are, take an eighth of the memory. */
import { concatArrays } from "../compute/arrays";

/** Plain data. */
export type Labels = Float64Array | Int8Array;

/** The same numbers in memory of their own. Those with a zero that has a sign stay doubles: keys of rows tell zeros apart. */
export function shortLabels(labels: Float64Array): Labels {
  const short = new Int8Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    const whole = (label << 24) >> 24;
    if (whole !== label || (whole === 0 && Object.is(label, -0))) return labels.slice();
    short[row] = whole;
  }
  return short;
}

export function joinedLabels(parts: readonly Labels[]): Labels {
  return parts.every((part) => part instanceof Int8Array)
    ? concatArrays(parts, Int8Array)
    : concatArrays(
        parts.map((part) => longLabels(part)),
        Float64Array,
      );
}

/** As doubles, in `memory` where they are not; absent: in new memory. */
export function longLabels(labels: Labels, memory?: Uint8Array): Float64Array {
  if (!(labels instanceof Int8Array)) return labels;
  if (memory === undefined) return new Float64Array(labels);
  const long = new Float64Array(memory.buffer, memory.byteOffset, labels.length);
  long.set(labels);
  return long;
}

/** The labels of some rows. */
export function labelsOf(labels: Labels, rows: readonly number[]): Labels {
  const own = labels instanceof Int8Array ? new Int8Array(rows.length) : new Float64Array(rows.length);
  for (let i = 0; i < own.length; i++) own[i] = labels[rows[i]!]!;
  return own;
}

/** -1 and 1 of the classes 0 and 1. */
export function signedLabels(labels: Labels): Int8Array {
  const signed = new Int8Array(labels.length);
  for (let row = 0; row < signed.length; row++) signed[row] = 2 * labels[row]! - 1;
  return signed;
}
