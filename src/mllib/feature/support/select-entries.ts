/** Vectors of some entries of others. */
import { sizeDiffers, vectorMap } from "./vector-map";

interface Selection {
  readonly who: string;
  readonly places: Int32Array;
  /** Entries that vectors must have, where known. */
  readonly width?: number;
}

export const selectEntries = vectorMap<Selection>("mllib.selectEntries", "selector", ({ who, places, width }) => {
  const largest = places.reduce((most, place) => Math.max(most, place), -1);
  const targets = new Map(Array.from(places, (place, i) => [place, i]));
  return {
    width(size) {
      if (width !== undefined && size !== width) throw sizeDiffers(who, width, size);
      if (size <= largest) throw sizeDiffers(who, largest + 1, size);
      return places.length;
    },
    dense(values, rows, size) {
      const out = new Float64Array(rows * places.length);
      for (let row = 0, at = 0; row < rows; row++)
        for (let i = 0; i < places.length; i++) out[at++] = values[row * size + places[i]!]!;
      return out;
    },
    sparse({ indices, values }) {
      const kept: (readonly [number, number])[] = [];
      for (let i = 0; i < indices.length; i++) {
        const target = targets.get(indices[i]!);
        if (target !== undefined) kept.push([target, values[i]!]);
      }
      kept.sort((a, b) => a[0] - b[0]);
      return { size: places.length, indices: kept.map(([i]) => i), values: kept.map(([, x]) => x) };
    },
  };
});
