/** Columns, literals, SQL text, cases, orders, and calls by name. */
import { parseExpression } from "../../sql/parse";
import { parseOptions } from "../parse-options";
import { checkedExpression, Column, nameExpression } from "../column";
import type { ColumnOrName, TypeOrText } from "../column";
import { typeOf } from "../column";
import { literalOf } from "../literal";
import { call, column, value } from "./call";

/** The column of this name: "a", "t.a", "a.field", "*"; parts with points in back quotes. */
export function col(name: string): Column {
  return new Column(nameExpression(name));
}

export { col as column };

/**
 * A value as a column. Whole numbers are INT or BIGINT, others DOUBLE; Dates are timestamps; arrays, Maps and objects become
 * ARRAY, MAP and STRUCT. A Column stays what it is.
 */
export function lit(literal: unknown): Column {
  return value(literal);
}

/** A value as a literal of the given type: `typedLit(1, "bigint")`. */
export function typedLit(literal: unknown, type?: TypeOrText): Column {
  return type === undefined ? lit(literal) : new Column(literalOf(literal, typeOf(type)));
}

export { typedLit as typedlit };

/** A column of SQL text: `expr("a + 1 AS b")`. */
export function expr(sql: string): Column {
  return new Column(parseExpression(sql, { ...parseOptions(), seeds: true }));
}

/** `item` where the condition holds; further cases by `.when(…)`, the rest by `.otherwise(…)`, else null. */
export function when(condition: Column, item: unknown): Column {
  return new Column({
    kind: "call",
    name: ["case"],
    args: [checkedExpression("when: the condition", condition), value(item).expression],
    operator: true,
  });
}

/** The opposite of a condition. */
export function not(condition: ColumnOrName): Column {
  return column(condition).not();
}

/** The bits of an integer, turned round. */
export function bitwise_not(argument: ColumnOrName): Column {
  return new Column({ kind: "call", name: ["~"], args: [column(argument).expression], operator: true });
}

export { bitwise_not as bitwiseNOT };

/** Ascending, nulls first. */
export function asc(argument: ColumnOrName): Column {
  return column(argument).asc();
}
export function asc_nulls_first(argument: ColumnOrName): Column {
  return column(argument).asc_nulls_first();
}
export function asc_nulls_last(argument: ColumnOrName): Column {
  return column(argument).asc_nulls_last();
}
/** Descending, nulls last. */
export function desc(argument: ColumnOrName): Column {
  return column(argument).desc();
}
export function desc_nulls_first(argument: ColumnOrName): Column {
  return column(argument).desc_nulls_first();
}
export function desc_nulls_last(argument: ColumnOrName): Column {
  return column(argument).desc_nulls_last();
}

/** A function by its name: one of SQL, or one that was registered; `catalog.database.function` too. */
export function call_function(name: string, ...columns: readonly ColumnOrName[]): Column {
  return new Column({ kind: "call", name: nameOf(name), args: columns.map((argument) => column(argument).expression) });
}

/** As call_function. */
export function call_udf(name: string, ...columns: readonly ColumnOrName[]): Column {
  return call_function(name, ...columns);
}

export { call_udf as callUDF };

function nameOf(name: string): readonly string[] {
  const { expression } = new Column(name);
  return expression.kind === "name" ? expression.parts : [name];
}

/** Marks a DataFrame as small enough to be sent to every task of a join. */
export function broadcast<T extends { hint(name: string): T }>(df: T): T {
  return df.hint("broadcast");
}

/** For partitionedBy of writeTo. */
export function years(argument: ColumnOrName): Column {
  return call("years", column(argument));
}
export function months(argument: ColumnOrName): Column {
  return call("months", column(argument));
}
export function days(argument: ColumnOrName): Column {
  return call("days", column(argument));
}
export function hours(argument: ColumnOrName): Column {
  return call("hours", column(argument));
}
export function bucket(buckets: number, argument: ColumnOrName): Column {
  return call("bucket", value(buckets), column(argument));
}
/** The same five under Spark's newer name. */
export const partitioning = { years, months, days, hours, bucket } as const;

/** The value that a user-defined type stores. */
export function unwrap_udt(argument: ColumnOrName): Column {
  return call("unwrap_udt", column(argument));
}
