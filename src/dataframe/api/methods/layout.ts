/** In which order and in which partitions the rows of a DataFrame are, and hints to the planner. */
import { UsageError } from "../../../common/errors";
import type { UnresolvedExpression } from "../../syntax/expression";
import { Column } from "../column";
import type { ColumnOrName } from "../column";
import type { DataFrame } from "../dataframe";
import { literalOf, stringLiteral } from "../literal";
import { checkPosition, columnsOf, orderOf } from "./arguments";
import type { ColumnArguments, PlacedArguments } from "./arguments";
import type { AnyColumns, Columns, ColumnText } from "../../types/typed-columns";

export interface SortDirections {
  readonly ascending: boolean | readonly boolean[];
}

export interface LayoutMethods<S extends Columns> {
  /** Sorted by columns, or their positions from 1; `col("a").desc()`, or -1, for the other direction. A last argument `{ ascending }` gives directions as PySpark does. */
  sort(...columns: readonly (PlacedArguments<S>[number] | SortDirections)[]): DataFrame<S>;
  orderBy(...columns: readonly (PlacedArguments<S>[number] | SortDirections)[]): DataFrame<S>;
  sortWithinPartitions(...columns: readonly (PlacedArguments<S>[number] | SortDirections)[]): DataFrame<S>;

  /** In so many partitions, by the hash of columns where some are given. */
  repartition(partitions: number | Column | ColumnText<S>, ...columns: ColumnArguments<S>): DataFrame<S>;

  /** In so many partitions, each row in the one of this number: an INT, taken modulo their count; null is 0. */
  repartitionById(numPartitions: number, partitionId: Column | ColumnText<S>): DataFrame<S>;

  /** In partitions of ranges of columns. */
  repartitionByRange(partitions: number | Column | ColumnText<S>, ...columns: ColumnArguments<S>): DataFrame<S>;

  /** In fewer partitions, without a shuffle. */
  coalesce(numPartitions: number): DataFrame<S>;

  /** A hint for the planner: `df.hint("broadcast")`. */
  hint(name: string, ...parameters: readonly unknown[]): DataFrame<S>;
}

export const layoutMethods: LayoutMethods<AnyColumns> & ThisType<DataFrame> = {
  sort(...columns) {
    return sort(this, "sort", columns, true);
  },
  orderBy(...columns) {
    return sort(this, "orderBy", columns, true);
  },
  sortWithinPartitions(...columns) {
    return sort(this, "sortWithinPartitions", columns, false);
  },
  repartition(partitions, ...columns) {
    return this.derive("repartition", (at) => {
      const count = typeof partitions === "number" ? partitions : undefined;
      const by = columnsOf("repartition", typeof partitions === "number" ? columns : [partitions, ...columns], at);
      checkPartitions("repartition", count);
      return {
        kind: "repartition",
        child: this.plan,
        by,
        how: by.length === 0 ? "roundRobin" : "hash",
        ...(count !== undefined && { numPartitions: count }),
      };
    });
  },
  repartitionById(numPartitions, partitionId) {
    checkPartitions("repartitionById", numPartitions);
    return this.derive("repartitionById", (at) => ({
      kind: "repartition",
      child: this.plan,
      by: columnsOf("repartitionById", [partitionId], at),
      how: "id",
      numPartitions,
    }));
  },
  repartitionByRange(partitions, ...columns) {
    return this.derive("repartitionByRange", (at) => {
      const count = typeof partitions === "number" ? partitions : undefined;
      const by = orderOf("repartitionByRange", typeof partitions === "number" ? columns : [partitions, ...columns], at);
      if (by.length === 0) {
        throw new UsageError(
          "CANNOT_BE_EMPTY",
          "repartitionByRange: name a column or more. Without one, repartition deals rows out.",
        );
      }
      checkPartitions("repartitionByRange", count);
      return { kind: "repartition", child: this.plan, by, how: "range", ...(count !== undefined && { numPartitions: count }) };
    });
  },
  coalesce(numPartitions) {
    checkPartitions("coalesce", numPartitions);
    return this.derive("coalesce", () => ({ kind: "repartition", child: this.plan, by: [], how: "coalesce", numPartitions }));
  },
  hint(name, ...parameters) {
    return this.derive("hint", () => ({
      kind: "hint",
      child: this.plan,
      name,
      args: parameters.flat().map((parameter) => (parameter instanceof Column ? parameter.expression : hintArgument(parameter))),
    }));
  },
};

/** A position counts from 1; below 0 it is that of a column in descending order. */
function sortKey(scope: string, key: ColumnOrName | number): ColumnOrName {
  if (typeof key !== "number") return key;
  checkPosition(scope, key);
  const column = new Column(literalOf(Math.abs(key), { kind: "int" }));
  return key < 0 ? column.desc() : column;
}

function sort(
  df: DataFrame,
  scope: string,
  args: readonly (PlacedArguments[number] | SortDirections)[],
  global: boolean,
): DataFrame {
  const columns = (args.filter((arg) => !isDirections(arg)) as PlacedArguments).flat().map((key) => sortKey(scope, key));
  const directions = args.find(isDirections)?.ascending;
  return df.derive(scope, (at) => {
    const order = orderOf(scope, columns, at).map((item, i) => {
      const ascending = Array.isArray(directions) ? (directions as readonly boolean[])[i] : directions;
      return ascending === false && item.kind === "sortOrder" ? { ...item, ascending: false } : item;
    });
    if (order.length === 0) throw new UsageError("INVALID_ARGUMENT", `${scope} needs at least one column.`);
    return { kind: "sort", child: df.plan, order, global };
  });
}

function isDirections(argument: unknown): argument is SortDirections {
  return typeof argument === "object" && argument !== null && !(argument instanceof Column) && "ascending" in argument;
}

function hintArgument(parameter: unknown): UnresolvedExpression {
  return typeof parameter === "string" ? stringLiteral(parameter) : literalOf(parameter);
}

function checkPartitions(call: string, count: number | undefined): void {
  if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
    throw new UsageError("INVALID_ARGUMENT", `${call}: the number of partitions is an integer from 1.`);
  }
}
