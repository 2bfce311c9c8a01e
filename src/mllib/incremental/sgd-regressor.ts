/** Linear regression that learns row by row. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkedVector, marginsOfRows, predictionProgram, predictorParams, RegressionModel } from "../base/predictor";
import { doubleField, withFields } from "../base/schema";
import type { VectorColumn } from "../compute/columns";
import { instancesOf } from "../compute/instances";
import { DenseVector, type VectorLike } from "../linalg/vectors";
import { choiceParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import type { PreparedFits, PreparesFits } from "../tuning/sharing";
import type { BlockLearning } from "./block-learner";
import { IncrementalEstimator } from "./incremental-estimator";
import { readSgd, saveSgd } from "./saved-sgd";
import { predicting } from "./sgd";
import { REGRESSOR_LOSSES } from "./sgd-loss";
import { sgdFit, sgdLearner, type SgdState } from "./sgd-learner";
import { sgdParams, sgdSettings } from "./sgd-params";
import { SharedBlocks } from "./shared-blocks";

const params = {
  ...predictorParams,
  ...sgdParams({ learningRate: "invscaling", powerT: 0.25 }),
  loss: choiceParam("loss of a row", REGRESSOR_LOSSES, "squared_error"),
} as const;

/** Linear regression by stochastic gradient descent: scikit-learn's SGDRegressor. See SGDClassifier. */
export class SGDRegressor
  extends withParams(IncrementalEstimator<SGDRegressionModel, SgdState>, params)
  implements PreparesFits<SGDRegressionModel>
{
  override transformSchema(schema: StructType): StructType {
    this.checkColumns(schema);
    return withFields(schema, this.className, doubleField(this.getPredictionCol()));
  }

  override blockLearning(): BlockLearning<unknown, SgdState> {
    return { learner: sgdLearner, spec: { who: this.className, settings: sgdSettings(this), numClasses: 0 } };
  }

  override modelOf(state: SgdState): SGDRegressionModel {
    return SGDRegressionModel.of(this, state);
  }

  override stateOf(model: SGDRegressionModel): SgdState {
    return model.state;
  }

  prepareFits(df: DataFrame): Promise<PreparedFits<SGDRegressionModel>> {
    const blocks = new SharedBlocks(df);
    return Promise.resolve({
      fit: async (map: ParamMap) => {
        const self = this.copy(map);
        return self.fitOn(await blocks.of(self.instanceColumns()));
      },
      release: () => blocks.release(),
    });
  }

  protected override async fitModel(df: DataFrame): Promise<SGDRegressionModel> {
    const data = (await instancesOf(df.coalesce(1), this.instanceColumns())).persist();
    try {
      return await this.fitOn(data);
    } finally {
      await data.release();
    }
  }

  private async fitOn(data: Awaited<ReturnType<typeof instancesOf>>): Promise<SGDRegressionModel> {
    const spec = { who: this.className, settings: sgdSettings(this), numClasses: 0 };
    const limits = { maxIter: Math.max(1, this.getMaxIter()), tol: this.getTol(), nIterNoChange: this.getNIterNoChange() };
    const state = await sgdFit(data, spec, limits);
    if (state === null) throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty; there is nothing to fit.`);
    return this.modelOf(state);
  }
}

interface LinearFunction {
  readonly width: number;
  readonly weights: Float64Array;
  readonly intercept: number;
}

export class SGDRegressionModel extends withParams(RegressionModel, params) {
  readonly numFeatures: number;

  constructor(readonly state: SgdState) {
    super();
    this.numFeatures = state[0]!.weights.length;
  }

  /** Internal. */
  static of(parent: SGDRegressor, state: SgdState): SGDRegressionModel {
    return new SGDRegressionModel(state).adopted(parent);
  }

  get coefficients(): DenseVector {
    return new DenseVector(predicting(this.state[0]!).weights);
  }

  get intercept(): number {
    return predicting(this.state[0]!).intercept;
  }

  predict(features: VectorLike): number {
    const { weights, intercept } = predicting(this.state[0]!);
    return checkedVector(features, this.numFeatures, this.className).reduce((sum, x, j) => sum + x * weights[j]!, 0) + intercept;
  }

  protected override program(): { program: typeof predict; spec: LinearFunction } {
    const { weights, intercept } = predicting(this.state[0]!);
    return { program: predict, spec: { width: this.numFeatures, weights, intercept } };
  }
}

const predict = predictionProgram<LinearFunction>(
  "mllib.sgdRegressor",
  "SGDRegressionModel",
  ({ width, weights, intercept }) => ({
    predict: (features: VectorColumn) => marginsOfRows(features, [weights], Float64Array.of(intercept), width),
  }),
);

persistent(SGDRegressor, { sparkClass: "firesteel.mllib.incremental.SGDRegressor", load: () => new SGDRegressor() });
persistent(SGDRegressionModel, {
  sparkClass: "firesteel.mllib.incremental.SGDRegressionModel",
  save: (model, directory) => saveSgd(model.state, directory),
  load: async (_, directory) => new SGDRegressionModel(await readSgd(directory)),
});
