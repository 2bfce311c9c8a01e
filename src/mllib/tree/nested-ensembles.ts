/**
 * Ensembles that were cut out of one, predicted together: each tree is walked once for all of them, and the sums of what its nodes give
 * are taken at each depth and after each tree. The same numbers, added in the same order, as the ensembles give one by one.
 */
import type { StructField } from "../../columnar/types";
import type { Vector } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { classColumns, type ClassifierSpec, type Decision } from "../base/classifier";
import { checkedFeatures } from "../base/predictor";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doubleColumn, VectorColumn } from "../compute/columns";
import type { OutputColumns } from "../tuning/sharing";
import { type FlatEnsemble, openSumsDownTo } from "./flat-ensemble";
import { addingNodes, type ClassTrees, classScoring, meanOf, votingNodes, WHO } from "./programs";
import type { TreeData } from "./tree-data";

/** Where an ensemble was cut out: it is the first trees of these, each down to a depth. */
export interface CutOf {
  readonly grown: readonly TreeData[];
  readonly maxDepth: number;
}

/** What the numbers of an ensemble's trees are for. Plain data. */
type Result =
  | {
      readonly of: ClassTrees["kind"];
      readonly decision: Decision;
      readonly outputs: ClassifierSpec<unknown>["outputs"];
    }
  | { readonly of: "sum" | "mean" };

/** The first `trees` trees down to depth `maxDepth`, and what is wanted of them. */
interface NestedEnsemble {
  readonly trees: number;
  readonly maxDepth: number;
  readonly result: Result;
}

/** Plain data. Columns are those of the first ensemble, then those of the second, … */
interface NestedEnsembles {
  /** Of the trees that contain all others; nodes all have values. */
  readonly flat: FlatEnsemble;
  /** Ascending. */
  readonly depths: readonly number[];
  readonly ensembles: readonly NestedEnsemble[];
}

const nestedProgram = columnsProgram<NestedEnsembles>({
  name: "mllib.trees.nested",
  open({ flat, depths, ensembles }) {
    const width = flat.outputs;
    const sumsOf = openSumsDownTo(flat, depths);
    /** By number of trees and depth, the ensembles whose sums these are. */
    const places = new Map<number, number>();
    const placeOf = (trees: number, depth: number): number => trees * depths.length + depth;
    const sumOf = ensembles.map(({ trees, maxDepth }) => {
      const place = placeOf(trees, depths.indexOf(maxDepth));
      if (!places.has(place)) places.set(place, places.size);
      return places.get(place)!;
    });
    return ([column], rows): Vector[] => {
      const features = checkedFeatures(new VectorColumn(column!), flat.width, WHO);
      const sums = Array.from({ length: places.size }, () => new Float64Array(rows * width));
      sumsOf(features, (trees, depth, from, block) => {
        const place = places.get(placeOf(trees, depth));
        if (place !== undefined) sums[place]!.set(block, from * width);
      });
      return ensembles.flatMap(({ trees, result }, i) => {
        const sum = sums[sumOf[i]!]!;
        if (!("decision" in result)) return [doubleColumn(result.of === "sum" ? sum : meanOf(sum, trees))];
        const scoring = classScoring(result.of, width);
        return classColumns(scoring, result.decision, result.outputs, scoring.raw(sum), rows);
      });
    };
  },
});

/** A model whose columns may be wanted together with those of others. */
export interface NestedModel {
  readonly cutOf: CutOf;
  readonly featuresCol: string;
  readonly treeWeights: readonly number[];
  readonly fields: readonly StructField[];
  readonly result: Result;
}

/**
 * The rows with the columns of each of `models`, or null where no two of them were cut out of the same trees. `nestedOf` is null of
 * models that must predict alone.
 *
 * @param models with the names of their columns
 */
export function transformNested<
  M extends { readonly numFeatures: number; copy(columns: OutputColumns): M; transform(df: DataFrame): DataFrame },
>(
  models: readonly M[],
  df: DataFrame,
  columns: readonly OutputColumns[],
  nestedOf: (model: M) => NestedModel | null,
): DataFrame | null {
  const families = new Map<unknown, { readonly width: number; readonly members: NestedModel[] }>();
  const alone: M[] = [];
  for (const [i, model] of models.entries()) {
    const named = model.copy(columns[i]!);
    const nested = nestedOf(named);
    if (nested === null) {
      alone.push(named);
      continue;
    }
    const key = nested.cutOf.grown;
    const family = families.get(key) ?? { width: model.numFeatures, members: [] };
    families.set(key, family);
    family.members.push(nested);
  }
  if ([...families.values()].every(({ members }) => members.length < 2)) return null;
  const predicted = [...families.values()].reduce((rows, { width, members }) => predictedTogether(rows, width, members), df);
  return alone.reduce((rows, model) => model.transform(rows), predicted);
}

/** Of members that were cut out of the same trees. */
function predictedTogether(df: DataFrame, width: number, members: readonly NestedModel[]): DataFrame {
  const sizes = members.map(({ treeWeights }) => treeWeights.length);
  const largest = members[sizes.indexOf(Math.max(...sizes))]!;
  const { cutOf, treeWeights, featuresCol, result } = largest;
  const grown = cutOf.grown.slice(0, treeWeights.length);
  const spec: NestedEnsembles = {
    flat: result.of === "votes" ? votingNodes(grown, treeWeights, width) : addingNodes(grown, treeWeights, width),
    depths: [...new Set(members.map((member) => member.cutOf.maxDepth))].sort((a, b) => a - b),
    ensembles: members.map((member, i) => ({ trees: sizes[i]!, maxDepth: member.cutOf.maxDepth, result: member.result })),
  };
  return appendColumns(df, nestedProgram, { inputs: [featuresCol], outputs: members.flatMap(({ fields }) => fields), spec });
}
