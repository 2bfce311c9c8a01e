/** Gradient boosting over a table of bins, in one task. Friedman, "Greedy function approximation", 2001; as Spark does it. */
import { type BinnedTable, boostingScale, packingOf, type Scales, scaleFor } from "./binned-table";
import type { GrowthSpec } from "./features";
import { TreeGrower } from "./grow";
import type { Labels } from "./labels";
import { lossOf, type LossName } from "./losses";
import { categoriesOf, predictionOf, type TreeData } from "./tree-data";
import type { OfferMemory } from "./work";

/** Plain data. */
export interface BoostSpec {
  readonly growth: GrowthSpec;
  readonly loss: LossName;
  readonly iterations: number;
  readonly stepSize: number;
  /** Stops when the loss over the validation rows falls by less than this share. */
  readonly validationTol: number;
}

export interface BoostResult {
  /** All that were grown. */
  readonly trees: readonly TreeData[];
  /** How many of them are the model. */
  readonly best: number;
}

/** Weight of tree `i` in the sum. */
export const boostWeight = (i: number, stepSize: number): number => (i === 0 ? 1 : stepSize);

/** Labels in the table's targets are -1 and 1 for the logistic loss. */
export function boost(
  spec: BoostSpec,
  table: BinnedTable,
  validation: BinnedTable | null,
  checkInterrupted: () => void,
  offer?: OfferMemory,
): BoostResult {
  const { growth, loss, iterations, stepSize } = spec;
  const y = table.targets!;
  const rows = table.rows;
  const mostWeight = table.weights === null ? 1 : maxOf(table.weights);
  const weight = table.weights?.every(Number.isInteger) === false ? scaleFor(rows, mostWeight) : scaleFor(rows, mostWeight, 1);
  const judge = validation === null ? null : new Judge(loss, validation, growth);
  const trees: TreeData[] = [];
  let best = 0;
  let bestError = 0;
  const packing = packingOf(rows, table.weights !== null, growth);
  const scalesFor = (most: number, whole: boolean): Scales => {
    const enough = whole && weight === 1 ? 1 : Infinity;
    return {
      weight,
      value: boostingScale(packing, rows, most, mostWeight, enough),
      square: scaleFor(rows, most * most * mostWeight, enough),
      center: 0,
    };
  };
  const first = scalesFor(maxAbs(y), areWhole(y));
  const grower = new TreeGrower(growth, table, first, { checkInterrupted, boosting: true, offer });
  try {
    for (let i = 0; i < iterations; i++) {
      const tree = grower.grow(i);
      trees.push(tree);
      const share = boostWeight(i, stepSize);
      if (i + 1 < iterations) {
        let most: number;
        if (growth.sampling === null) most = grower.advance(loss, (node) => predictionOf(tree, node) * share);
        else {
          addTreePredictions(table, growth.features, tree, share, grower.predictions);
          most = grower.learnGradients(loss);
        }
        grower.scale(scalesFor(most, false));
      }
      if (judge === null) {
        best = i + 1;
        continue;
      }
      const error = judge.add(tree, share);
      if (i === 0) {
        bestError = error;
        best = 1;
      } else if (bestError - error < spec.validationTol * Math.max(error, 0.01)) break;
      else if (error < bestError) {
        bestError = error;
        best = i + 1;
      }
    }
  } finally {
    grower.end();
  }
  grower.giveBack();
  return { trees, best };
}

/** The mean loss over rows that are not learned from. */
class Judge {
  readonly #predictions: Float64Array;
  readonly #weight: number;

  constructor(
    private readonly loss: LossName,
    private readonly table: BinnedTable,
    private readonly growth: GrowthSpec,
  ) {
    this.#predictions = new Float64Array(table.rows);
    this.#weight = table.weights === null ? table.rows : table.weights.reduce((sum, weight) => sum + weight, 0);
  }

  add(tree: TreeData, share: number): number {
    const { loss, table } = this;
    addTreePredictions(table, this.growth.features, tree, share, this.#predictions);
    let error = 0;
    for (let row = 0; row < table.rows; row++)
      error += lossOf(loss, table.targets![row]!, this.#predictions[row]!) * (table.weights === null ? 1 : table.weights[row]!);
    return error / this.#weight;
  }
}

/** Adds what a tree says of the rows of a table of bins. */
export function addTreePredictions(
  table: BinnedTable,
  features: GrowthSpec["features"],
  tree: TreeData,
  share: number,
  predictions: Float64Array,
): void {
  const cells = table.wide ? new Uint16Array(table.cells.buffer, table.cells.byteOffset, table.cells.length / 2) : table.cells;
  const stride = table.wide ? table.stride / 2 : table.stride;
  const nodes = tree.feature.length;
  // The bins that go left, of each question.
  const goesLeft: Uint8Array[] = [];
  const values = new Float64Array(nodes);
  for (let node = 0; node < nodes; node++) {
    values[node] = predictionOf(tree, node) * share;
    if (tree.feature[node]! >= 0) goesLeft[node] = binsGoingLeft(features, tree, node);
  }
  for (let row = 0; row < table.rows; row++) {
    let node = 0;
    for (let f = tree.feature[node]!; f >= 0; f = tree.feature[node]!)
      node = goesLeft[node]![cells[row * stride + f]!] === 1 ? node + 1 : tree.right[node]!;
    predictions[row]! += values[node]!;
  }
}

/** 1 for the bins of a question's feature that go left. */
export function binsGoingLeft(features: GrowthSpec["features"], tree: TreeData, node: number): Uint8Array {
  const { kind, thresholds, arity } = features[tree.feature[node]!]!;
  const bins = new Uint8Array(kind === "continuous" ? thresholds.length + 1 : arity);
  if (kind === "continuous") bins.fill(1, 0, thresholds.indexOf(tree.threshold[node]!) + 1);
  else for (const category of categoriesOf(tree, node)) bins[category] = 1;
  return bins;
}

function maxOf(values: Float64Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

function areWhole(values: Labels): boolean {
  if (values instanceof Int8Array) return true;
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i])) return false;
  return true;
}

function maxAbs(values: Labels): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > most) most = size;
  }
  return most;
}
