/** The least and the largest value of each entry of vectors, batch by batch. NaN does not count. */
import { sizeDiffers } from "./vector-map";
import { blockLearner } from "../../incremental/block-learner";

export interface Extremes {
  readonly min: Float64Array;
  readonly max: Float64Array;
}

export const extremesLearner = blockLearner<null, Extremes>({
  name: "extremes",
  start: (_, width) => ({ min: new Float64Array(width).fill(Infinity), max: new Float64Array(width).fill(-Infinity) }),
  learn(state, blocks) {
    const [min, max] = [state.min.slice(), state.max.slice()];
    for (const { rows, width, dense, sparse } of blocks) {
      if (width !== min.length) throw sizeDiffers("partialFit", min.length, width);
      const stored = new Float64Array(width);
      const values = dense ?? sparse!.values;
      for (let at = 0; at < values.length; at++) {
        const j = sparse === null ? at % width : sparse.indices[at]!;
        stored[j]!++;
        if (values[at]! < min[j]!) min[j] = values[at]!;
        if (values[at]! > max[j]!) max[j] = values[at]!;
      }
      // Entries that sparse vectors do not store are zeros.
      for (let j = 0; j < width; j++)
        if (stored[j]! < rows) {
          min[j] = Math.min(min[j]!, 0);
          max[j] = Math.max(max[j]!, 0);
        }
    }
    return { min, max };
  },
  merge(a, b) {
    if (a.min.length !== b.min.length) throw sizeDiffers("partialFit", a.min.length, b.min.length);
    return {
      min: a.min.map((value, j) => Math.min(value, b.min[j]!)),
      max: a.max.map((value, j) => Math.max(value, b.max[j]!)),
    };
  },
});
