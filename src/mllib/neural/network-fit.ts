/** Networks learn from training rows that executors keep. */
import { asked, aggregateProgram, stepsProgram } from "../compute";
import { keptRecords } from "../compute/kept-records";
import { type Asked, type FitSpec, found } from "../linear/programs";
import type { TrainingBlock } from "../linear/tiles";
import { constantSteps, descendSamples } from "../optim/gradient-descent";
import { lbfgs } from "../optim/lbfgs";
import { descend, type Evaluation } from "../optim/minimize";
import { addNetworkResult, learnFrom, type NetworkResult, type NetworkSpec } from "./network";

export interface NetworkOptions extends NetworkSpec {
  readonly solver: "l-bfgs" | "gd";
  readonly maxIter: number;
  readonly tol: number;
  readonly stepSize: number;
}

export interface NetworkFit {
  readonly weights: Float64Array;
  readonly objectiveHistory: number[];
}

/** Asks for passes over all rows. */
export function* fitNetwork(options: NetworkOptions): Generator<NetworkSpec, NetworkFit, NetworkResult> {
  const { layers, weights, solver } = options;
  const rules = { maxIter: options.maxIter, tolerance: options.tol };
  const evaluation = ({ loss, rows, gradient }: NetworkResult): Evaluation => ({
    value: loss / rows,
    gradient: gradient.map((slope) => slope / rows),
  });
  if (solver === "l-bfgs") {
    const descent = descend(lbfgs(), weights, rules);
    let next = descent.next();
    while (next.done !== true) next = descent.next(evaluation(yield { layers, weights: next.value }));
    return { weights: next.value.x, objectiveHistory: next.value.objectiveHistory };
  }
  const descent = descendSamples(constantSteps(options.stepSize), weights, rules);
  let next = descent.next();
  while (next.done !== true) next = descent.next(evaluation(yield { layers, weights: next.value.point }));
  return { weights: next.value.x, objectiveHistory: next.value.objectiveHistory };
}

const pass = aggregateProgram<Asked<NetworkSpec>, TrainingBlock, NetworkResult>({
  name: "mllib.neural.pass",
  run: (blocks, { id, what }, task) => learnFrom(id === null ? blocks : keptRecords(task, id, blocks), what),
  merge: addNetworkResult,
});

export const networkFit = stepsProgram<FitSpec<NetworkOptions>, NetworkFit>({
  name: "mllib.neural.fit",
  *run({ id, who, what }) {
    const steps = fitNetwork(what);
    let next = steps.next();
    while (next.done !== true) next = steps.next(found(yield* asked(pass, { id, what: next.value }), who));
    return next.value;
  },
});
