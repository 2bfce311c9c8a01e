/** A mixture of normal distributions. */
import type { StructField, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { SparkSession } from "../../dataframe/api/spark-session";
import { vectorOfSize } from "../base/attributes";
import type { Estimator } from "../base/estimator";
import { checkedFeatures, checkedVector, columnName } from "../base/predictor";
import { vectorField } from "../base/schema";
import { appendColumns, columnsProgram, denseVectorColumn } from "../compute";
import { DenseMatrix, SparseMatrix, type Matrix } from "../linalg/matrices";
import { MatrixUDT, OldMatrixUDT, OldVectorUDT, VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector, type VectorLike } from "../linalg/vectors";
import { withParams } from "../param/params";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { MultivariateGaussian } from "../stat/multivariate-gaussian";
import { ClusteringModel, intColumn } from "./clustering-model";
import { GaussianMixtureSummary } from "./clustering-summary";
import type { MixtureFit } from "./expectation-maximization";
import { type Gaussian, gaussian, Mixture } from "./gaussian-density";
import { gaussianMixtureParams } from "./params";
import { featuresOf } from "./points";

type Output = "probability" | "prediction";

interface PredictSpec {
  readonly gaussians: readonly Gaussian[];
  readonly width: number;
  readonly outputs: readonly Output[];
}

const predictMixture = columnsProgram<PredictSpec>({
  name: "mllib.gaussianMixture.predict",
  open({ gaussians, width, outputs }, [type]) {
    const mixture = new Mixture(gaussians);
    const count = gaussians.length;
    return ([column], rows) => {
      const features = checkedFeatures(featuresOf(column!, type!), width, "GaussianMixtureModel");
      const probabilities = new Float64Array(rows * count);
      const likeliest = new Int32Array(rows);
      const point = new Float64Array(width);
      for (let row = 0; row < rows; row++) {
        features.copyDense(row, point, 0);
        mixture.of(point, 0);
        probabilities.set(mixture.probabilities, row * count);
        likeliest[row] = mixture.likeliest;
      }
      return outputs.map((output) =>
        output === "prediction" ? intColumn(likeliest) : denseVectorColumn(probabilities, rows, count),
      );
    };
  },
});

export class GaussianMixtureModel extends withParams(ClusteringModel<GaussianMixtureSummary>, gaussianMixtureParams) {
  readonly numFeatures: number;

  /**
   * @param weights of the distributions; they add up to 1
   * @param gaussians as many distributions
   */
  constructor(
    readonly weights: readonly number[],
    readonly gaussians: readonly MultivariateGaussian[],
  ) {
    super();
    this.numFeatures = gaussians[0]?.mean.size ?? 0;
  }

  static fitted(parent: Estimator, found: MixtureFit, df: DataFrame): GaussianMixtureModel {
    const model = new GaussianMixtureModel(
      found.components.map(({ weight }) => weight),
      found.components.map(
        ({ mean, cov }) => new MultivariateGaussian(new DenseVector(mean), new DenseMatrix(mean.length, mean.length, cov)),
      ),
    ).adopted(parent);
    const facts = {
      featuresCol: model.getFeaturesCol(),
      predictionCol: model.getPredictionCol(),
      k: found.components.length,
      numIter: found.iterations,
      clusterSizes: found.sizes,
    };
    const { logLikelihood } = found;
    model.training = new GaussianMixtureSummary(model.transform(df), facts, model.getProbabilityCol(), logLikelihood);
    return model;
  }

  protected override get clusters(): number {
    return this.gaussians.length;
  }

  /** The distributions as a DataFrame of columns `mean` and `cov`, of the active session. */
  get gaussiansDF(): DataFrame {
    return SparkSession.active().createDataFrame(
      this.gaussians.map(({ mean, cov }) => [mean, cov]),
      GAUSSIANS,
    );
  }

  private distributions(): Gaussian[] {
    return this.gaussians.map(({ mean, cov }, k) => gaussian(this.weights[k]!, mean.toArray(), cov.toArray()));
  }

  private mixtureOf(features: VectorLike): Mixture {
    const mixture = new Mixture(this.distributions());
    mixture.of(checkedVector(features, this.numFeatures, this.className), 0);
    return mixture;
  }

  /** The likeliest distribution for one point. */
  predict(features: VectorLike): number {
    return this.mixtureOf(features).likeliest;
  }

  /** The probabilities of the distributions for one point. */
  predictProbability(features: VectorLike): DenseVector {
    return new DenseVector(this.mixtureOf(features).probabilities);
  }

  private probabilityFields(): StructField[] {
    const name = columnName(this.valueFor("probabilityCol"));
    return name === undefined ? [] : [vectorField(name, vectorOfSize(this.clusters))];
  }

  protected override outputFields(): readonly StructField[] {
    return [...this.probabilityFields(), ...super.outputFields()];
  }

  protected override transformed(df: DataFrame): DataFrame {
    const outputs = this.outputFields();
    if (outputs.length === 0) return df;
    const kinds: Output[] = [
      ...this.probabilityFields().map(() => "probability" as const),
      ...super.outputFields().map(() => "prediction" as const),
    ];
    const spec = { gaussians: this.distributions(), width: this.numFeatures, outputs: kinds };
    return appendColumns(df, predictMixture, { inputs: [this.featuresColumn()], outputs, spec });
  }
}

const GAUSSIANS: StructType = {
  kind: "struct",
  fields: [
    { name: "mean", type: VectorUDT, nullable: true },
    { name: "cov", type: MatrixUDT, nullable: true },
  ],
};

/** As Spark saves it: in the types of spark.mllib. */
const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "weights", type: { kind: "array", element: { kind: "double" }, containsNull: true }, nullable: true },
    { name: "mus", type: { kind: "array", element: OldVectorUDT, containsNull: true }, nullable: true },
    { name: "sigmas", type: { kind: "array", element: OldMatrixUDT, containsNull: true }, nullable: true },
  ],
};

persistent(GaussianMixtureModel, {
  sparkClass: "org.apache.spark.ml.clustering.GaussianMixtureModel",
  save: (model, directory) =>
    directory.writeTable("data", DATA, [
      [[...model.weights], model.gaussians.map(({ mean }) => mean), model.gaussians.map(({ cov }) => cov)],
    ]),
  async load(_, directory) {
    const [weights, mus, sigmas] = (await readRecord(directory, ["weights", "mus", "sigmas"])) as unknown[][];
    const isVector = (value: unknown): value is Vector => value instanceof DenseVector || value instanceof SparseVector;
    const isMatrix = (value: unknown): value is Matrix => value instanceof DenseMatrix || value instanceof SparseMatrix;
    const fits = weights?.length === mus?.length && weights?.length === sigmas?.length;
    if (!fits || !mus?.every(isVector) || !sigmas?.every(isMatrix)) throw directory.damaged("data is not that of a mixture");
    return new GaussianMixtureModel(
      weights as number[],
      mus.map((mean, k) => new MultivariateGaussian(mean, sigmas[k]!)),
    );
  },
});
