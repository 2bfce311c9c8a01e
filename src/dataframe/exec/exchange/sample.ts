/** A uniform sample of a task's sort keys: what the driver finds the bounds of a range exchange from. */
import { encodeValue, type ValueContext } from "../../../columnar";
import { boxedReader } from "../../../columnar/batch";
import type { Boxed } from "../../../columnar/types";
import type { BatchSource } from "../../../columnar/vector";
import type { SortOrder } from "../../expressions/expression";
import type { Columns } from "./route";

export interface KeySample {
  /** Rows seen. */
  readonly rows: number;
  readonly keys: readonly (readonly Boxed[])[];
}

/** Reservoir sampling (Vitter's algorithm R) with a generator seeded by the partition. */
export function sampleKeys(
  source: BatchSource,
  order: readonly SortOrder[],
  size: number,
  columns: Columns,
  partition: number,
  values: ValueContext,
): Uint8Array {
  const keysOf = columns(order.map(({ child }) => child));
  const keys: Boxed[][] = [];
  let rows = 0;
  let state = (partition + 1) * 0x9e3779b9;
  const random = (): number => {
    // xorshift32: only the spread over positions matters.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
  for (let batch = source.next(); batch !== null; batch = source.next()) {
    const readers = keysOf(batch).map((vector, i) => boxedReader(vector, order[i]!.child.type));
    for (let row = 0; row < batch.length; row++, rows++) {
      if (keys.length < size) keys.push(readers.map((read) => read(row)));
      else {
        const at = Math.floor(random() * (rows + 1));
        if (at < size) keys[at] = readers.map((read) => read(row));
      }
    }
  }
  const sample: KeySample = { rows, keys };
  return encodeValue(sample, values, "sample");
}
