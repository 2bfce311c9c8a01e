/** DataFrames as arguments of table functions. */
import { UsageError } from "../../common/errors";
import { overTable } from "../analysis/table-argument";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import type { TableArgument, UnresolvedPlan } from "../syntax/plan";
import { checkedColumn } from "./column";
import type { ColumnOrName } from "./column";
import type { DataFrame } from "./dataframe";

/** Made by `df.asTable()`: the rows of a DataFrame, in partitions of keys, or all in one, and in an order. */
export class TableArg {
  private constructor(
    readonly df: DataFrame,
    private readonly how: Pick<TableArgument, "singlePartition" | "partitionBy" | "orderBy">,
  ) {}

  /** Internal. */
  static of(df: DataFrame): TableArg {
    return new TableArg(df, { singlePartition: false, partitionBy: [], orderBy: [] });
  }

  /** Rows with the same values in these columns come together. */
  partitionBy(...columns: readonly ColumnOrName[]): TableArg {
    if (this.how.singlePartition) {
      throw new UsageError("INVALID_ARGUMENT", "partitionBy cannot be called after withSinglePartition.");
    }
    const partitionBy = [...this.how.partitionBy, ...columns.map((column) => checkedColumn("partitionBy", column))];
    return new TableArg(this.df, { ...this.how, partitionBy });
  }

  /** The order of the rows in a partition. */
  orderBy(...columns: readonly ColumnOrName[]): TableArg {
    if (!this.how.singlePartition && this.how.partitionBy.length === 0) {
      throw new UsageError("INVALID_ARGUMENT", "orderBy comes after partitionBy or withSinglePartition.");
    }
    const order = columns.map((column): UnresolvedExpression => {
      const child = checkedColumn("orderBy", column);
      return child.kind === "sortOrder" ? child : { kind: "sortOrder", child, ascending: true, nullsFirst: null };
    });
    return new TableArg(this.df, { ...this.how, orderBy: [...this.how.orderBy, ...order] });
  }

  /** All rows are seen by one instance. */
  withSinglePartition(): TableArg {
    if (this.how.partitionBy.length > 0) {
      throw new UsageError("INVALID_ARGUMENT", "withSinglePartition cannot be called after partitionBy.");
    }
    return new TableArg(this.df, { ...this.how, singlePartition: true });
  }

  /** Internal: what `fn` gives for these rows, as its argument at `position` among `args`. */
  calling(fn: UserFunction, args: readonly UnresolvedExpression[], position: number): DataFrame {
    const { df, how } = this;
    return df.derive(fn.name, (at): UnresolvedPlan => overTable(fn, { args, at }, [{ ...how, plan: df.plan, position }]));
  }
}
