/** Rows and columns of a DataFrame turned, and passed through functions over Arrow batches. */
import type * as Arrow from "apache-arrow";
import { UsageError } from "../../../common/errors";
import { Column, columnExpression } from "../column";
import type { ColumnOrName } from "../column";
import type { DataFrame } from "../dataframe";
import { userFunction } from "../functions/user-functions";
import { pendingPlan } from "../pending";
import { schemaOf } from "../schema-input";
import type { SchemaInput } from "../schema-input";
import { transposed } from "../transpose";
import { columnsOf } from "./arguments";

export interface ShapeMethods {
  /** Columns as rows: `values` (or all but `ids`) become pairs of a name and a value beside the ids. */
  unpivot(
    ids: ColumnOrName | readonly ColumnOrName[],
    values: ColumnOrName | readonly ColumnOrName[] | null,
    variableColumnName: string,
    valueColumnName: string,
  ): DataFrame;
  melt(
    ids: ColumnOrName | readonly ColumnOrName[],
    values: ColumnOrName | readonly ColumnOrName[] | null,
    variableColumnName: string,
    valueColumnName: string,
  ): DataFrame;

  /**
   * Rows as columns: the values of the index column, the first unless given, become the names, in their order; each other column becomes
   * a row, with its name as `key`. The others need a common type. At most spark.sql.transposeMaxValues rows.
   */
  transpose(indexColumn?: ColumnOrName): DataFrame;

  /**
   * Passes the rows through a function over Arrow record batches: it gets an iterator of them, once a partition, and gives record
   * batches, tables, or objects of arrays by column.
   */
  mapInArrow(f: (batches: IterableIterator<Arrow.RecordBatch>) => Iterable<unknown>, schema: SchemaInput): DataFrame;
  mapInPandas(f: (batches: IterableIterator<Arrow.RecordBatch>) => Iterable<unknown>, schema: SchemaInput): DataFrame;
}

export const shapeMethods: ShapeMethods & ThisType<DataFrame> = {
  unpivot(ids, values, variableColumnName, valueColumnName) {
    return this.derive("unpivot", (at) => ({
      kind: "unpivot",
      child: this.plan,
      ids: columnsOf("unpivot", [ids], at),
      values: values === null ? null : columnsOf("unpivot", [values], at).map((column) => ({ columns: [column], alias: null })),
      variableName: variableColumnName,
      valueNames: [valueColumnName],
      includeNulls: true,
    }));
  },
  melt(ids, values, variableColumnName, valueColumnName) {
    return this.unpivot(ids, values, variableColumnName, valueColumnName);
  },
  transpose(indexColumn) {
    const index = indexColumn === undefined ? null : new Column(columnExpression(indexColumn));
    return this.make(pendingPlan(() => transposed(this, index)));
  },
  mapInArrow(f, schema) {
    if (typeof f !== "function")
      throw new UsageError("INVALID_ARGUMENT", "mapInArrow needs a function and the schema of its results.");
    return this.derive("mapInArrow", () => {
      const type = schemaOf(schema);
      return {
        kind: "mapBatches",
        child: this.plan,
        fn: userFunction(f as () => unknown, "batch", type, "mapInArrow"),
        schema: type,
      };
    });
  },
  mapInPandas(f, schema) {
    return this.mapInArrow(f, schema);
  },
};
