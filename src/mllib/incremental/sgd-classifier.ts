/** Linear classifiers that learn row by row. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type ClassScorer, classifierProgram, probabilisticParams, ProbabilisticClassificationModel } from "../base/classifier";
import { marginsOfRows } from "../base/predictor";
import { doubleField, vectorField, withFields } from "../base/schema";
import { instancesOf } from "../compute/instances";
import { DenseMatrix } from "../linalg/matrices";
import { DenseVector } from "../linalg/vectors";
import { choiceParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import type { PreparedFits, PreparesFits } from "../tuning/sharing";
import type { BlockLearning } from "./block-learner";
import { countClasses, IncrementalEstimator } from "./incremental-estimator";
import { SharedBlocks } from "./shared-blocks";
import { readSgd, saveSgd } from "./saved-sgd";
import { predicting } from "./sgd";
import { CLASSIFIER_LOSSES, type LossName } from "./sgd-loss";
import { sgdFit, sgdLearner, type SgdState } from "./sgd-learner";
import { sgdParams, sgdSettings } from "./sgd-params";

const params = {
  ...probabilisticParams,
  ...sgdParams({ learningRate: "optimal", powerT: 0.5 }),
  loss: choiceParam("loss of a row", CLASSIFIER_LOSSES, "hinge"),
} as const;

/**
 * Linear classifier by stochastic gradient descent: scikit-learn's SGDClassifier, with its losses, penalties and rates. More than two
 * classes are one against all others each. `fit` runs epochs until there is no gain; `partialFit` goes once over a batch and gives
 * what scikit-learn's `partial_fit` gives (with `shuffle: false`).
 *
 * @example
 * const sgd = new SGDClassifier({ loss: "log_loss", alpha: 1e-4 });
 * let model = await sgd.partialFit(monday, { classes: [0, 1] });
 * model = await sgd.partialFit(tuesday, { model });
 */
export class SGDClassifier
  extends withParams(IncrementalEstimator<SGDClassificationModel, SgdState>, params)
  implements PreparesFits<SGDClassificationModel>
{
  override readonly isClassifier = true;

  override transformSchema(schema: StructType): StructType {
    this.checkColumns(schema);
    return withFields(schema, this.className, ...(["rawPrediction", "probability", "prediction"] as const).flatMap((kind) => {
      const name = this.getOrDefault(`${kind}Col`) as string;
      if (name === "" || (kind === "probability" && !hasProbabilities(this.getLoss()))) return [];
      return [kind === "prediction" ? doubleField(name) : vectorField(name)];
    })); // prettier-ignore
  }

  override blockLearning(numClasses: number): BlockLearning<unknown, SgdState> {
    return { learner: sgdLearner, spec: { who: this.className, settings: sgdSettings(this), numClasses } };
  }

  override modelOf(state: SgdState, numClasses: number): SGDClassificationModel {
    return SGDClassificationModel.of(this, state, numClasses);
  }

  override stateOf(model: SGDClassificationModel): SgdState {
    return model.state;
  }

  override numClassesOf(model: SGDClassificationModel): number {
    return model.numClasses;
  }

  prepareFits(df: DataFrame): Promise<PreparedFits<SGDClassificationModel>> {
    const blocks = new SharedBlocks(df);
    return Promise.resolve({
      fit: async (map: ParamMap) => {
        const self = this.copy(map);
        const data = await blocks.of(self.instanceColumns());
        return self.fitOn(data, await blocks.classes(self.instanceColumns(), self.className));
      },
      release: () => blocks.release(),
    });
  }

  protected override async fitModel(df: DataFrame): Promise<SGDClassificationModel> {
    const data = (await instancesOf(df.coalesce(1), this.instanceColumns())).persist();
    try {
      return await this.fitOn(data, await countClasses(data, this.className));
    } finally {
      await data.release();
    }
  }

  private async fitOn(data: Awaited<ReturnType<typeof instancesOf>>, numClasses: number): Promise<SGDClassificationModel> {
    const spec = { who: this.className, settings: sgdSettings(this), numClasses };
    const limits = { maxIter: Math.max(1, this.getMaxIter()), tol: this.getTol(), nIterNoChange: this.getNIterNoChange() };
    const state = await sgdFit(data, spec, limits);
    if (state === null) throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty; there is nothing to fit.`);
    return this.modelOf(state, numClasses);
  }
}

const hasProbabilities = (loss: LossName): boolean => loss === "log_loss" || loss === "modified_huber";

interface Scoring {
  readonly weights: readonly Float64Array[];
  readonly intercepts: Float64Array;
  readonly loss: LossName;
}

/** Linear functions, one for each class against all others, or one of two classes. */
export class SGDClassificationModel extends withParams(ProbabilisticClassificationModel<Scoring>, params) {
  readonly numFeatures: number;

  constructor(
    readonly state: SgdState,
    readonly numClasses: number,
  ) {
    super();
    this.numFeatures = state[0]!.weights.length;
  }

  /** Internal. */
  static of(parent: SGDClassifier, state: SgdState, numClasses: number): SGDClassificationModel {
    return new SGDClassificationModel(state, numClasses).adopted(parent);
  }

  /** A row for each function. */
  get coefficientMatrix(): DenseMatrix {
    const { state, numFeatures } = this;
    const values = new Float64Array(state.length * numFeatures);
    state.forEach((each, k) => values.set(predicting(each).weights, k * numFeatures));
    return new DenseMatrix(state.length, numFeatures, values, true);
  }

  get interceptVector(): DenseVector {
    return new DenseVector(this.state.map((each) => predicting(each).intercept));
  }

  protected override valueFor<T = unknown>(name: string): T | undefined {
    // The other losses have no probabilities, and so no column of them.
    if (name === "probabilityCol" && !hasProbabilities(super.valueFor<LossName>("loss")!)) return "" as T;
    return super.valueFor<T>(name);
  }

  protected override scoring(): { program: typeof score; model: Scoring; open: typeof scorerOf } {
    const functions = this.state.map(predicting);
    const weights = functions.map((each) => each.weights);
    const intercepts = Float64Array.from(functions, ({ intercept }) => intercept);
    return { program: score, model: { weights, intercepts, loss: this.getLoss() }, open: scorerOf };
  }
}

function scorerOf({ weights, intercepts, loss }: Scoring): ClassScorer {
  const binary = weights.length === 1;
  const classes = binary ? 2 : weights.length;
  return {
    classes,
    raw(features) {
      const margins = marginsOfRows(features, weights, intercepts, weights[0]!.length);
      if (!binary) return margins;
      const raw = new Float64Array(margins.length * 2);
      for (let row = 0; row < margins.length; row++) {
        raw[row * 2] = -margins[row]!;
        raw[row * 2 + 1] = margins[row]!;
      }
      return raw;
    },
    ...(hasProbabilities(loss) && {
      probability(raw: Float64Array) {
        const part = (margin: number): number =>
          loss === "log_loss" ? 1 / (1 + Math.exp(-margin)) : (Math.max(-1, Math.min(1, margin)) + 1) / 2;
        const probability = raw.map(part);
        if (!binary) normalize(probability, classes);
        return probability;
      },
    }),
  };
}

/** Rows to sums of 1; of all zeros, equal parts. */
function normalize(probability: Float64Array, classes: number): void {
  for (let at = 0; at < probability.length; at += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += probability[at + k]!;
    for (let k = 0; k < classes; k++) probability[at + k] = sum === 0 ? 1 / classes : probability[at + k]! / sum;
  }
}

const score = classifierProgram<Scoring>("mllib.sgdClassifier", "SGDClassificationModel", scorerOf);

persistent(SGDClassifier, { sparkClass: "firesteel.mllib.incremental.SGDClassifier", load: () => new SGDClassifier() });
persistent(SGDClassificationModel, {
  sparkClass: "firesteel.mllib.incremental.SGDClassificationModel",
  metadata: ({ numClasses }) => ({ numClasses }),
  save: (model, directory) => saveSgd(model.state, directory),
  load: async (metadata, directory) => new SGDClassificationModel(await readSgd(directory), Number(metadata["numClasses"])),
});
