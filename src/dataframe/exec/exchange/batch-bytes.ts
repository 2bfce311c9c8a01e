/** How much memory a batch's own rows stand for: what writers go by before they encode. */
import type { ColumnBatch, Vector } from "../../../columnar/vector";

export function batchBytes(batch: ColumnBatch): number {
  return batch.columns.reduce((sum, column) => sum + vectorBytes(column), 0);
}

function vectorBytes(vector: Vector): number {
  const { length } = vector;
  switch (vector.form) {
    case "fixed":
      return length * vector.values.BYTES_PER_ELEMENT;
    case "wide":
      return length * vector.words * 8;
    case "bytes": {
      const { starts, ends } = vector;
      // A sample is enough: the sizes of strings in one column are alike.
      const step = Math.max(1, length >> 6);
      let bytes = 0;
      let seen = 0;
      for (let i = 0; i < length; i += step, seen++) bytes += ends[i]! - starts[i]!;
      return length * 8 + (seen === 0 ? 0 : (bytes / seen) * length);
    }
    case "dictionary":
      return length * vector.codes.BYTES_PER_ELEMENT;
    case "list":
      return length * 8 + vectorBytes(vector.child);
    case "map":
      return length * 8 + vectorBytes(vector.keys) + vectorBytes(vector.items);
    case "struct":
      return vector.children.reduce((sum, child) => sum + vectorBytes(child), length);
    case "null":
      return 0;
  }
}
