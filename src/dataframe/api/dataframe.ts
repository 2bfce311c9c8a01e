/**
 * DataFrame: a query over rows with named columns. Its methods describe; actions, which return promises, run it. They come in
 * groups by subject, one file each under methods/.
 */
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- the methods of the interfaces are installed below */
import type { RDD } from "../../rdd";
import { installMethods } from "../../rdd/api/install";
import type { Row } from "../types/row";
import { DataFrameBase } from "./dataframe-base";
import { actionMethods, type ActionMethods } from "./methods/actions";
import { columnMethods, type ColumnMethods } from "./methods/columns";
import { groupingMethods, type GroupingMethods } from "./methods/grouping";
import { inspectionMethods, type InspectionMethods } from "./methods/inspection";
import { joinMethods, type JoinMethods } from "./methods/joins";
import { keepingMethods, type KeepingMethods } from "./methods/keeping";
import { layoutMethods, type LayoutMethods } from "./methods/layout";
import { outputMethods, type OutputMethods } from "./methods/output";
import { rowMethods, type RowMethods } from "./methods/rows";
import { shapeMethods, type ShapeMethods } from "./methods/shape";
import { statisticsMethods, type StatisticsMethods } from "./methods/statistics";
import { DataFrameNaFunctions } from "./na-functions";
import { DataFrameStatFunctions } from "./stat-functions";
import { DataFrameWriter } from "./writer";

/**
 * A query over rows with named columns. Made by a SparkSession, and from other DataFrames by methods that all return at once:
 * nothing is read or computed before an action asks for it, and names and types are checked then.
 *
 * @example
 * const people = spark.createDataFrame([{ name: "Ann", age: 34 }, { name: "Bob", age: 25 }]);
 * await people.filter(col("age").gt(30)).select("name").show();
 */
export class DataFrame extends DataFrameBase {
  /** What to do about missing values. */
  get na(): DataFrameNaFunctions {
    return new DataFrameNaFunctions(this);
  }

  /** Figures about columns. */
  get stat(): DataFrameStatFunctions {
    return new DataFrameStatFunctions(this);
  }

  /** The rows as an RDD. */
  get rdd(): RDD<Row> {
    const { core } = this.sparkSession;
    return core.port.rows(() => core.complete(this.plan));
  }

  /** Writes the rows: `df.write.mode("overwrite").parquet(path)`. */
  get write(): DataFrameWriter {
    return new DataFrameWriter(this);
  }
}

export interface DataFrame
  extends
    ColumnMethods,
    RowMethods,
    LayoutMethods,
    GroupingMethods,
    JoinMethods,
    ShapeMethods,
    StatisticsMethods,
    InspectionMethods,
    ActionMethods,
    OutputMethods,
    KeepingMethods {}

installMethods(
  DataFrame.prototype,
  columnMethods,
  rowMethods,
  layoutMethods,
  groupingMethods,
  joinMethods,
  shapeMethods,
  statisticsMethods,
  inspectionMethods,
  actionMethods,
  outputMethods,
  keepingMethods,
);
