/** Factorization machines learn from training rows that executors keep. */
import { bernoulli } from "../../rdd/random/samplers";
import { JavaRandom } from "../../rdd/random/java-random";
import { aggregateProgram, asked, stepsProgram } from "../compute";
import { keptRecords } from "../compute/kept-records";
import { type Asked, type FitSpec, found } from "../linear/programs";
import type { TrainingBlock } from "../linear/tiles";
import { adamW, descendSamples, shrinkingSteps } from "../optim/gradient-descent";
import type { ParamAccess } from "../param/params";
import type { machineParams } from "./params";
import { addMachineResult, learnMachine, type MachineResult, type MachineSpec, parameterCount, type RowSample } from "./machine";

export interface MachineOptions extends Omit<MachineSpec, "parameters"> {
  readonly seed: number;
  readonly initStd: number;
  readonly solver: "gd" | "adamW";
  readonly maxIter: number;
  readonly tol: number;
  readonly stepSize: number;
  readonly regParam: number;
  readonly miniBatchFraction: number;
}

export interface MachineFit {
  readonly parameters: Float64Array;
  readonly objectiveHistory: number[];
}

interface SampledSpec extends MachineSpec {
  readonly fraction: number;
  readonly iteration: number;
}

/** Spark's factors for the same seed; zeros elsewhere. */
function initialParameters(options: MachineOptions): Float64Array {
  const random = new JavaRandom(BigInt(options.seed));
  const parameters = new Float64Array(parameterCount(options));
  for (let i = 0; i < options.width * options.factorSize; i++) parameters[i] = random.nextGaussian() * options.initStd;
  return parameters;
}

/** Spark's sample of the rows of a partition for a step. */
function sampleOf(fraction: number, iteration: number, partition: number): RowSample | null {
  if (fraction >= 1) return null;
  const seeds = new JavaRandom(BigInt(42 + iteration));
  for (let before = 0; before < partition; before++) seeds.nextLong();
  const sampler = bernoulli(fraction, seeds.nextLong());
  return () => sampler.sample();
}

const pass = aggregateProgram<Asked<SampledSpec>, TrainingBlock, MachineResult>({
  name: "mllib.factorization.pass",
  run: (blocks, { id, what }, task) =>
    learnMachine(
      id === null ? blocks : keptRecords(task, id, blocks),
      what,
      sampleOf(what.fraction, what.iteration, task.partition),
    ),
  merge: addMachineResult,
});

export const machineFit = stepsProgram<FitSpec<MachineOptions>, MachineFit>({
  name: "mllib.factorization.fit",
  *run({ id, who, what }) {
    const { width, factorSize, fitLinear, fitIntercept, loss, miniBatchFraction: fraction, stepSize, regParam } = what;
    const updater = what.solver === "gd" ? shrinkingSteps(stepSize, regParam) : adamW(stepSize, regParam);
    const descent = descendSamples(updater, initialParameters(what), { maxIter: what.maxIter, tolerance: what.tol });
    let next = descent.next();
    while (next.done !== true) {
      const { point: parameters, iteration } = next.value;
      const spec = { width, factorSize, fitLinear, fitIntercept, loss, parameters, fraction, iteration };
      const { rows, loss: sum, gradient } = found(yield* asked(pass, { id, what: spec }), who);
      next = descent.next(rows === 0 ? null : { value: sum / rows, gradient: gradient.map((slope) => slope / rows) });
    }
    return { parameters: next.value.x, objectiveHistory: next.value.objectiveHistory };
  },
});

/** What an estimator's parameters say of the fit. */
export function machineOptions(
  estimator: ParamAccess<typeof machineParams>,
  width: number,
  loss: MachineSpec["loss"],
): MachineOptions {
  return {
    width,
    loss,
    factorSize: estimator.getFactorSize(),
    fitLinear: estimator.getFitLinear(),
    fitIntercept: estimator.getFitIntercept(),
    seed: estimator.getSeed(),
    initStd: estimator.getInitStd(),
    solver: estimator.getSolver(),
    maxIter: estimator.getMaxIter(),
    tol: estimator.getTol(),
    stepSize: estimator.getStepSize(),
    regParam: estimator.getRegParam(),
    miniBatchFraction: estimator.getMiniBatchFraction(),
  };
}
