/** Vectors shifted and scaled, entry by entry: (x - shift) · scale. Sparse ones stay sparse where nothing is shifted. */
import { vectorMap, sameSize } from "./vector-map";

interface ScaleSpec {
  readonly who: string;
  readonly shift: Float64Array | null;
  readonly scale: Float64Array | null;
  readonly width: number;
}

export const scaleVectors = vectorMap<ScaleSpec>("mllib.scaleVectors", "scaler", ({ who, shift, scale, width }) => ({
  width: sameSize(who, width),
  dense(values, rows) {
    const out = new Float64Array(values.length);
    for (let row = 0, at = 0; row < rows; row++)
      for (let j = 0; j < width; j++, at++) {
        const x = shift === null ? values[at]! : values[at]! - shift[j]!;
        out[at] = scale === null ? x : x * scale[j]!;
      }
    return out;
  },
  ...(shift === null
    ? {
        sparse: ({ size, indices, values }) => ({
          size,
          indices,
          values: scale === null ? values : Float64Array.from(values, (x, i) => x * scale[indices[i]!]!),
        }),
      }
    : {}),
}));
