/** Vectors in the directions in which they vary most. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorSizeOf } from "../base/attributes";
import { Estimator } from "../base/estimator";
import { requiredField } from "../base/schema";
import { instancesOf } from "../compute/instances";
import { DenseMatrix, type Matrix } from "../linalg/matrices";
import { DenseVector, type Vector } from "../linalg/vectors";
import { gt, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { covarianceOf } from "../stat/covariance";
import { symmetricEigen } from "../stat/eigen";
import { project, projection } from "./support/project";
import { column, savedAs, savedByParams } from "./support/saved";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = { ...vectorColumns, k: intParam("principal components", undefined, gt(0)) } as const;

/** Eigenvectors of the covariance of the sample. Their entry of the largest magnitude is positive. */
export class PCA extends withParams(Estimator<PCAModel>, params) {
  override transformSchema(schema: StructType): StructType {
    const k = this.getK();
    const size = vectorSizeOf(requiredField(schema, this.getInputCol(), this.className));
    if (size !== undefined && k > size)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: k (${k}) is more than the ${size} entries of the vectors.`,
      );
    return vectorSchema(this, schema);
  }

  protected override async fitModel(df: DataFrame): Promise<PCAModel> {
    const data = await instancesOf(df, { featuresCol: this.getInputCol() });
    const { width, matrix } = await covarianceOf(data, this.className);
    const k = this.getK();
    if (k > width)
      throw new DataError("VECTOR_SIZES_DIFFER", `${this.className}: k (${k}) is more than the ${width} entries of the vectors.`);
    const { values, vectors } = symmetricEigen(matrix, width);
    const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
    return new PCAModel(
      new DenseMatrix(width, k, vectors.slice(0, k * width)),
      new DenseVector(values.slice(0, k).map((value) => (total === 0 ? 0 : Math.max(value, 0) / total))),
    ).of(this);
  }
}

export class PCAModel extends withParams(VectorModel, params) {
  constructor(
    /** Principal components, in columns. */
    readonly pc: Matrix,
    /** Share of each component of all variance. */
    readonly explainedVariance: Vector,
  ) {
    super();
  }

  of(parent: PCA): this {
    return this.adopted(parent);
  }

  protected override get outputSize(): number {
    return this.pc.numCols;
  }

  protected override mapping(): Mapping {
    return mapping(project, projection(this.className, this.pc));
  }

  override toString(): string {
    return this.described({ k: this.getK() });
  }
}

savedByParams(PCA);
savedAs(
  PCAModel,
  "PCAModel",
  { pc: column.matrix, explainedVariance: column.vector },
  (model) => [model.pc, model.explainedVariance],
  (pc: Matrix, explainedVariance: Vector) => new PCAModel(pc, explainedVariance),
);
