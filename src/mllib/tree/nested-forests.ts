/**
 * Forests of classes that were cut out of one, predicted together: each tree is walked once for all of them, and the sums of its votes
 * are taken at each depth and after each tree. The same numbers, added in the same order, as the forests give one by one.
 */
import type { Vector } from "../../columnar/vector";
import { classColumns, type ClassifierSpec, type Decision } from "../base/classifier";
import { checkedFeatures } from "../base/predictor";
import { columnsProgram } from "../compute/append-columns";
import { VectorColumn } from "../compute/columns";
import { type FlatEnsemble, openSumsDownTo } from "./flat-ensemble";
import { normalized, votingNodes, WHO } from "./programs";
import type { TreeData } from "./tree-data";

/** The first `trees` trees down to depth `maxDepth`, and what is wanted of them. */
export interface NestedForest {
  readonly trees: number;
  readonly maxDepth: number;
  readonly decision: Decision;
  readonly outputs: ClassifierSpec<unknown>["outputs"];
}

/** Plain data. Columns are those of the first forest, then those of the second, … */
export interface NestedForests {
  /** Of the trees that contain all others; nodes all have values. */
  readonly flat: FlatEnsemble;
  /** Ascending. */
  readonly depths: readonly number[];
  readonly forests: readonly NestedForest[];
}

export function nestedForests(grown: readonly TreeData[], width: number, forests: readonly NestedForest[]): NestedForests {
  const trees = grown.slice(0, Math.max(...forests.map((forest) => forest.trees)));
  const depths = [...new Set(forests.map(({ maxDepth }) => maxDepth))].sort((a, b) => a - b);
  return { flat: votingNodes(trees, width), depths, forests };
}

export const nestedForestsProgram = columnsProgram<NestedForests>({
  name: "mllib.trees.nested",
  open({ flat, depths, forests }) {
    const classes = flat.outputs;
    const sums = openSumsDownTo(flat, depths);
    /** By number of trees and depth, the forests whose sums these are. */
    const places = new Map<number, number>();
    const placeOf = (trees: number, depth: number): number => trees * depths.length + depth;
    const rawOf = forests.map(({ trees, maxDepth }) => {
      const place = placeOf(trees, depths.indexOf(maxDepth));
      if (!places.has(place)) places.set(place, places.size);
      return places.get(place)!;
    });
    const scorer = { classes, probability: (raw: Float64Array) => normalized(raw, classes) };
    return ([column], rows): Vector[] => {
      const features = checkedFeatures(new VectorColumn(column!), flat.width, WHO);
      const raw = Array.from({ length: places.size }, () => new Float64Array(rows * classes));
      sums(features, (trees, depth, from, block) => {
        const place = places.get(placeOf(trees, depth));
        if (place !== undefined) raw[place]!.set(block, from * classes);
      });
      return forests.flatMap(({ decision, outputs }, i) => classColumns(scorer, decision, outputs, raw[rawOf[i]!]!, rows));
    };
  },
});
