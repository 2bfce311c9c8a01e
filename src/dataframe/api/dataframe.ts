/**
 * DataFrame: a query over rows with named columns. Its methods describe; actions, which return promises, run it. They come in
 * groups by subject, one file each under methods/.
 */
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- the methods of the interfaces are installed below */
import type { RDD } from "../../rdd";
import { installMethods } from "../../rdd/api/install";
import type { AnyColumns, Columns, ColumnText, RowOf } from "../types/typed-columns";
import type { Column } from "./column";
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
export class DataFrame<S extends Columns = AnyColumns> extends DataFrameBase {
  /** What to do about missing values. */
  get na(): DataFrameNaFunctions {
    return new DataFrameNaFunctions(this);
  }

  /** Figures about columns. */
  get stat(): DataFrameStatFunctions {
    return new DataFrameStatFunctions(this);
  }

  /** The rows as an RDD. */
  get rdd(): RDD<RowOf<S>> {
    const { core } = this.sparkSession;
    return core.port.rows(core.completion(this.plan)) as RDD<RowOf<S>>;
  }

  /** Writes the rows: `df.write.mode("overwrite").parquet(path)`. */
  get write(): DataFrameWriter {
    return new DataFrameWriter(this);
  }
}

export interface DataFrame<S extends Columns = AnyColumns>
  extends
    ColumnMethods<S>,
    RowMethods<S>,
    LayoutMethods<S>,
    GroupingMethods<S>,
    JoinMethods<S>,
    ShapeMethods,
    StatisticsMethods<S>,
    InspectionMethods<S>,
    ActionMethods<S>,
    OutputMethods<S>,
    KeepingMethods<S> {
  /** The column of this very DataFrame, also where another of that name is beside it in a join. */
  col(name: ColumnText<S>): Column;
}

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
