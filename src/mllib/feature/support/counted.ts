/** Sparse rows from counts by place. */
import type { VectorColumnBuilder } from "../../compute/columns";

export function appendCounts(out: VectorColumnBuilder, size: number, counts: ReadonlyMap<number, number>): void {
  const indices = Int32Array.from(counts.keys()).sort();
  out.appendSparse(size, indices, Float64Array.from(indices, (index) => counts.get(index)!)); // prettier-ignore
}
