/** The discrete cosine transform (DCT-II, scaled so that it is unitary) of each vector, or its inverse. */
import { boolParam } from "../param/kinds";
import { withParams } from "../param/params";
import { savedByParams } from "./support/saved";
import { vectorMap } from "./support/vector-map";
import { mapping, type Mapping, VectorTransformer } from "./support/vector-column";

export class DCT extends withParams(VectorTransformer, {
  inverse: boolParam("whether to compute the inverse (DCT-III)", false),
}) {
  protected override mapping(): Mapping {
    return mapping(transform, { inverse: this.getInverse() });
  }

  override toString(): string {
    return this.described({ inverse: this.getInverse() });
  }
}

savedByParams(DCT);

/** The matrix of the transform of n entries, row after row. */
function matrixOf(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const scale = Math.sqrt((k === 0 ? 1 : 2) / n);
    for (let i = 0; i < n; i++) matrix[k * n + i] = scale * Math.cos((Math.PI * (i + 0.5) * k) / n);
  }
  return matrix;
}

const transform = vectorMap<{ readonly inverse: boolean }>("mllib.dct", "DCT", ({ inverse }) => {
  const matrices = new Map<number, Float64Array>();
  return {
    width: (size) => size,
    dense(values, rows, n) {
      let matrix = matrices.get(n);
      if (matrix === undefined) matrices.set(n, (matrix = matrixOf(n)));
      const out = new Float64Array(values.length);
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < n; k++) {
          let sum = 0;
          for (let i = 0; i < n; i++) sum += values[row * n + i]! * matrix[inverse ? i * n + k : k * n + i]!;
          out[row * n + k] = sum;
        }
      return out;
    },
  };
});
