/** Correlations of all pairs of entries. */
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkVector } from "../base/schema";
import { instancesOf } from "../compute/instances";
import { DenseMatrix } from "../linalg/matrices";
import { MatrixUDT } from "../linalg/user-types";
import { covarianceOf } from "./covariance";
import { ranksOf } from "./ranks";

export const Correlation = {
  /**
   * A DataFrame of one row with one column, the matrix: `pearson(features)` or `spearman(features)`. Entries that do not vary have
   * the correlation NaN with all others.
   */
  async corr(dataset: DataFrame, column: string, method: "pearson" | "spearman" = "pearson"): Promise<DataFrame> {
    if (!["pearson", "spearman"].includes(method))
      throw new UsageError("INVALID_ARGUMENT", `Correlation.corr: the method must be "pearson" or "spearman", not "${method}".`);
    checkVector(await dataset.schema(), column, "Correlation");
    const data = await instancesOf(dataset, { featuresCol: column, nonFinite: true });
    const { width, matrix } = await covarianceOf(data, "Correlation", method === "pearson" ? null : await ranksOf(data));
    const values = new Float64Array(width * width);
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) {
        const scale = Math.sqrt(matrix[i * width + i]!) * Math.sqrt(matrix[j * width + j]!);
        values[j * width + i] = i === j ? 1 : scale === 0 ? NaN : matrix[i * width + j]! / scale;
      }
    return dataset.sparkSession.createDataFrame([[new DenseMatrix(width, width, values)]], {
      kind: "struct",
      fields: [{ name: `${method}(${column})`, type: MatrixUDT, nullable: true }],
    });
  },
};
