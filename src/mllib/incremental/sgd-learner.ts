/** Stochastic gradient descent in tasks: a batch, or epochs over all rows. */
import { DataError } from "../../common/errors";
import type { InstanceBlock } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import type { TaskData } from "../compute/task-data";
import { blockLearner } from "./block-learner";
import { checkedClass } from "./incremental-estimator";
import { SgdPass, type SgdProgress, type SgdSettings, type SgdWeights, shuffledRows } from "./sgd";

/** One linear function for each class against all others; one of two classes, and of regression. */
export type SgdState = readonly SgdWeights[];

export interface SgdSpec {
  readonly who: string;
  readonly settings: SgdSettings;
  /** 0 of regression. */
  readonly numClasses: number;
}

const functionsOf = (numClasses: number): number => (numClasses > 2 ? numClasses : 1);

function started(numClasses: number, width: number): SgdState {
  return Array.from({ length: functionsOf(numClasses) }, () => ({ weights: new Float64Array(width), intercept: 0, t: 1 }));
}

/** What function `k` is to give for each row. */
function targetsOf(label: Float64Array, k: number, { numClasses, who }: SgdSpec): Float64Array {
  if (numClasses === 0) return label;
  const positive = numClasses > 2 ? k : 1;
  return label.map((each) => (checkedClass(each, numClasses, who) === positive ? 1 : -1));
}

/** One pass over a batch; all functions see the rows in the same order. */
export const sgdLearner = blockLearner<SgdSpec, SgdState>({
  name: "sgd",
  start: ({ numClasses }, width) => started(numClasses, width),
  learn(state, blocks, spec) {
    const passes = state.map((weights) => new SgdPass(spec.settings, weights));
    const { length } = state[0]!.weights;
    for (const block of blocks) {
      if (block.width !== length)
        throw new DataError("VECTOR_SIZES_DIFFER", `${spec.who}: batches hold vectors of ${length} and of ${block.width} entries; all must have as many.`); // prettier-ignore
      const order = spec.settings.shuffle ? shuffledRows(block.rows, spec.settings.seed, state[0]!.t) : null;
      passes.forEach((pass, k) => pass.learn(block, targetsOf(block.label!, k, spec), order, false));
    }
    return passes.map((pass) => pass.finish(spec.who));
  },
});

interface FunctionEpochs {
  readonly weights: SgdWeights;
  readonly progress: SgdProgress | null;
  readonly best: number;
  readonly without: number;
  readonly epochs: number;
  readonly ended: boolean;
}

interface EpochsSpec extends SgdSpec {
  readonly functions: readonly FunctionEpochs[] | null;
  readonly maxIter: number;
  readonly tol: number;
  readonly nIterNoChange: number;
}

/** Rows of so many bytes are kept in the task for all epochs; of more, each epoch is a task that reads them again. */
const KEPT_BYTES = 64 << 20;

const epochs = aggregateProgram<EpochsSpec, InstanceBlock, readonly FunctionEpochs[] | null>({
  name: "mllib.sgdEpochs",
  run(input, spec, task) {
    const source = input[Symbol.iterator]();
    let kept: InstanceBlock[] | null = [];
    let bytes = 0;
    let functions = spec.functions;
    // The first epoch reads and learns; blocks are kept on the way while they are few.
    const first = (function* () {
      for (let next = source.next(); next.done !== true; next = source.next()) {
        const block = next.value;
        functions ??= started(spec.numClasses, block.width).map((weights) => ({
          weights,
          progress: null,
          best: Infinity,
          without: 0,
          epochs: 0,
          ended: false,
        }));
        bytes += (block.dense ?? block.sparse!.values).byteLength;
        if (bytes > KEPT_BYTES) kept = null;
        kept?.push(block);
        yield block;
      }
    })();
    let blocks: Iterable<InstanceBlock> = first;
    do {
      task.checkInterrupted();
      functions = epoch(functions, blocks, spec, () => functions);
      if (functions === null || kept === null) return functions;
      blocks = kept;
    } while (functions.some(({ ended }) => !ended));
    return functions;
  },
});

/** One epoch of every function that has not ended. Null where there are no rows. */
function epoch(
  before: readonly FunctionEpochs[] | null,
  blocks: Iterable<InstanceBlock>,
  spec: EpochsSpec,
  afterFirstBlock: () => readonly FunctionEpochs[] | null,
): readonly FunctionEpochs[] | null {
  const { settings } = spec;
  let functions = before;
  let passes: (SgdPass | null)[] | null = null;
  let rows = 0;
  for (const block of blocks) {
    functions ??= afterFirstBlock()!;
    passes ??= functions.map(({ ended, weights, progress }) =>
      ended ? null : new SgdPass(settings, weights, progress ?? undefined),
    );
    const salt = Math.max(...functions.map((each) => each.epochs)) * 65_537 + rows;
    const order = settings.shuffle ? shuffledRows(block.rows, settings.seed, salt) : null;
    passes.forEach((pass, k) => pass?.learn(block, targetsOf(block.label!, k, spec), order, true));
    rows += block.rows;
  }
  if (functions === null || passes === null) return functions;
  return functions.map((each, k) => {
    const pass = passes[k]!;
    return pass === null ? each : ended(each, pass, rows, spec);
  });
}

/** Counts epochs without gain, and ends after so many, or with the last epoch. */
function ended(before: FunctionEpochs, pass: SgdPass, rows: number, spec: EpochsSpec): FunctionEpochs {
  const objective = pass.takeObjective() / rows;
  let without = objective > before.best - spec.tol ? before.without + 1 : 0;
  let isEnded = before.epochs + 1 >= spec.maxIter;
  if (without >= spec.nIterNoChange) {
    if (pass.slowDown()) without = 0;
    else isEnded = true;
  }
  return {
    weights: pass.finish(spec.who),
    progress: isEnded ? null : pass.progress,
    best: Math.min(before.best, objective),
    without,
    epochs: before.epochs + 1,
    ended: isEnded,
  };
}

export interface EpochLimits {
  readonly maxIter: number;
  readonly tol: number;
  readonly nIterNoChange: number;
}

/** Epochs over a dataset of one partition until there is no gain. Null where there are no rows. */
export async function sgdFit(data: TaskData<InstanceBlock>, spec: SgdSpec, limits: EpochLimits): Promise<SgdState | null> {
  let functions: readonly FunctionEpochs[] | null = null;
  do {
    functions = await data.partial(0, epochs, { ...spec, ...limits, functions });
    if (functions === null) return null;
  } while (functions.some((each) => !each.ended));
  return functions.map(({ weights }) => weights);
}
