/** Vectors as their products with some others: (x - shift) · component · scale. Sparse ones are not filled in on the way. */
import { columnsProgram } from "../../compute/append-columns";
import { denseVectorColumn, VectorColumn } from "../../compute/columns";
import { marginsOfRows } from "../../base/predictor";
import type { Matrix } from "../../linalg/matrices";
import { nullVector, sizeDiffers } from "./vector-map";

interface Projection {
  readonly who: string;
  readonly width: number;
  readonly components: readonly Float64Array[];
  /** Added to the products. */
  readonly intercepts: Float64Array;
}

/** @param matrix components in columns */
export function projection(
  who: string,
  matrix: Matrix,
  { shift = null, scale = null }: { readonly shift?: Float64Array | null; readonly scale?: Float64Array | null } = {},
): Projection {
  const values = matrix.toArray();
  const width = matrix.numRows;
  const components = Array.from({ length: matrix.numCols }, (_, c) => {
    const component = values.slice(c * width, (c + 1) * width);
    return scale === null ? component : component.map((value) => value * scale[c]!);
  });
  const intercepts = Float64Array.from(components, (component) =>
    shift === null ? 0 : -component.reduce((sum, value, j) => sum + value * shift[j]!, 0),
  );
  return { who, width, components, intercepts };
}

export const project = columnsProgram<Projection>({
  name: "mllib.project",
  open:
    ({ who, width, components, intercepts }) =>
    ([column], rows) => {
      const vectors = new VectorColumn(column!);
      for (let row = 0; row < rows; row++) {
        if (vectors.isNull(row)) throw nullVector(who);
        if (vectors.size(row) !== width) throw sizeDiffers(who, width, vectors.size(row));
      }
      return [denseVectorColumn(marginsOfRows(vectors, components, intercepts, width), rows, components.length)];
    },
});
