/** Picking records out of columns by index. */
import type { BatchColumn } from "./batch";

/** The values at indices[from … to), strings one by one. */
export function gather(column: BatchColumn, indices: Int32Array, from: number, to: number): BatchColumn {
  switch (column.type) {
    case "number":
      return { type: "number", values: gatherNumbers(column.values, indices, from, to) };
    case "strings":
      return { type: "strings", values: gatherValues(column.values, indices, from, to) };
    case "any":
      return { type: "any", values: gatherValues(column.values, indices, from, to) };
    case "text": {
      const { text, offsets } = column;
      const values = new Array<string>(to - from);
      for (let i = from; i < to; i++) values[i - from] = text.substring(offsets[indices[i]!]!, offsets[indices[i]! + 1]);
      return { type: "strings", values };
    }
    case "none":
      return column;
  }
}

/** The same where an index of -1 stands for a record that is missing: its value is undefined. */
export function gatherWithMissing(column: BatchColumn, indices: Int32Array, from: number, to: number): BatchColumn {
  const { values } = column as BatchColumn & { type: "any" };
  const picked = new Array<unknown>(to - from);
  for (let i = from; i < to; i++) picked[i - from] = indices[i]! < 0 ? undefined : values[indices[i]!];
  return { type: "any", values: picked };
}

function gatherNumbers(values: Float64Array | Int32Array, indices: Int32Array, from: number, to: number): Float64Array {
  const picked = new Float64Array(to - from);
  for (let i = from; i < to; i++) picked[i - from] = values[indices[i]!]!;
  return picked;
}

function gatherValues<T>(values: readonly T[], indices: Int32Array, from: number, to: number): T[] {
  const picked = new Array<T>(to - from);
  for (let i = from; i < to; i++) picked[i - from] = values[indices[i]!]!;
  return picked;
}
