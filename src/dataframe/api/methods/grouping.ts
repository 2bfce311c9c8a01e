/** Rows of a DataFrame in groups. */
import { expressionKey } from "../../sql/make";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { Grouping } from "../../syntax/plan";
import type { Column } from "../column";
import type { DataFrame } from "../dataframe";
import { GroupedData } from "../grouped-data";
import type { AggregateMap } from "../grouped-data";
import { checkPosition, columnsOf } from "./arguments";
import type { ColumnArguments, PlacedArguments } from "./arguments";
import type { AnyColumns, Columns, ColumnText } from "../../types/typed-columns";

export interface GroupingMethods<S extends Columns> {
  /** Groups by columns, or their positions from 1, for agg, count and the like. */
  groupBy(...columns: PlacedArguments<S>): GroupedData<S>;
  groupby(...columns: PlacedArguments<S>): GroupedData<S>;

  /** Groups by all columns, by all but the last, and so on to one group of all rows. */
  rollup(...columns: PlacedArguments<S>): GroupedData<S>;

  /** Groups by every choice of the columns. */
  cube(...columns: PlacedArguments<S>): GroupedData<S>;

  /** Groups by each of the given sets of columns. */
  groupingSets(sets: readonly (readonly (Column | ColumnText<S>)[])[], ...columns: ColumnArguments<S>): GroupedData<S>;

  /** Aggregates of all rows: groupBy().agg(…). */
  agg(...aggregates: readonly (Column | AggregateMap | readonly Column[])[]): DataFrame;
}

export const groupingMethods: GroupingMethods<AnyColumns> & ThisType<DataFrame> = {
  groupBy(...columns) {
    return new GroupedData(this, { kind: "by", expressions: keys(this, "groupBy", columns) });
  },
  groupby(...columns) {
    return this.groupBy(...columns);
  },
  rollup(...columns) {
    const expressions = keys(this, "rollup", columns);
    const sets = Array.from({ length: expressions.length + 1 }, (_, i) => numbers(expressions.length - i));
    return new GroupedData(this, { kind: "sets", expressions, sets, form: "rollup" });
  },
  cube(...columns) {
    const expressions = keys(this, "cube", columns);
    const sets = numbers(expressions.length).reduceRight<readonly (readonly number[])[]>(
      (rest, column) => [...rest.map((set) => [column, ...set]), ...rest],
      [[]],
    );
    return new GroupedData(this, { kind: "sets", expressions, sets, form: "cube" });
  },
  groupingSets(sets, ...columns) {
    const at = this.sparkSession.core.place("groupingSets");
    const expressions = columnsOf("groupingSets", columns, at);
    const keys = expressions.map(expressionKey);
    const indexed = sets.map((set) =>
      columnsOf("groupingSets", set, at).map((expression) => {
        const key = expressionKey(expression);
        const known = keys.indexOf(key);
        if (known >= 0) return known;
        expressions.push(expression);
        return keys.push(key) - 1;
      }),
    );
    const grouping: Grouping = { kind: "sets", expressions, sets: indexed };
    return new GroupedData(this, grouping);
  },
  agg(...aggregates) {
    return this.groupBy().agg(...aggregates);
  },
};

function keys(df: DataFrame, scope: string, columns: PlacedArguments): UnresolvedExpression[] {
  const at = df.sparkSession.core.place(scope);
  return columns.flat().flatMap((key): UnresolvedExpression[] => {
    if (typeof key !== "number") return columnsOf(scope, [key], at);
    checkPosition(scope, key);
    return [{ kind: "place", position: key, at }];
  });
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
