/** `spark.tvf`: table functions as DataFrames. */
import { UsageError } from "../../common/errors";
import type { QueryContext } from "../errors";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { columnExpression } from "./column";
import type { ColumnOrName } from "./column";
import type { DataFrame } from "./dataframe";
import type { UserDefinedTableFunction } from "./functions/user-functions";
import { literalOf } from "./literal";

/**
 * Table functions, by their methods, by name, or made by functions.udtf: `spark.tvf.explode(functions.array(…))`, `spark.tvf("range", 3)`,
 * `spark.tvf(words, functions.lit("a b"))`. In `lateralJoin`
 * their arguments may be columns of the other side: `df.lateralJoin(spark.tvf.explode(col("xs").outer()))`.
 *
 * A string is the name of a column, a number a literal. Names and types are looked at when the result is used, which rejects with
 * UNRESOLVABLE_TABLE_VALUED_FUNCTION for a name that is none, and with DATATYPE_MISMATCH for an argument of another type.
 */
export interface TableValuedFunctions {
  (name: string | UserDefinedTableFunction, ...args: readonly (ColumnOrName | number | bigint)[]): DataFrame;
  /**
   * Rows with a column `id`: start, start + step, … before `end`; with one argument from 0 to before it. `step` is 1 by default;
   * `numPartitions` that of spark.sql.leafNodeDefaultParallelism, else 1 of few rows and the number of task slots of many.
   */
  range(start: number | bigint, end?: number | bigint, step?: number | bigint, numPartitions?: number): DataFrame;
  /** A row for each element of an array, in column `col`, or each entry of a map, in `key` and `value`; none of NULL or an empty one. */
  explode(collection: ColumnOrName): DataFrame;
  /** As explode, with one row of NULLs of NULL or an empty collection. */
  explode_outer(collection: ColumnOrName): DataFrame;
  /** As explode, with the place of each, from 0, in column `pos` before it. */
  posexplode(collection: ColumnOrName): DataFrame;
  /** As posexplode, with one row of NULLs of NULL or an empty collection. */
  posexplode_outer(collection: ColumnOrName): DataFrame;
  /** A row for each struct of an array, with its fields as columns; none of NULL or an empty array. */
  inline(structs: ColumnOrName): DataFrame;
  /** As inline, with one row of NULLs of NULL or an empty array. */
  inline_outer(structs: ColumnOrName): DataFrame;
  /** One row with the named top-level fields of a JSON text as strings, in columns `c0`, `c1`, …; NULL for a field that is not there. */
  json_tuple(text: ColumnOrName, ...fields: readonly ColumnOrName[]): DataFrame;
  /** The values as `rows` rows, one after the other, in columns `col0`, `col1`, …; NULLs fill the last row. `rows` is a literal. */
  stack(rows: ColumnOrName | number, ...values: readonly (ColumnOrName | number)[]): DataFrame;
  /** The collations that strings may have. */
  collations(): DataFrame;
  /** The keywords of SQL in column `keyword`, and whether each is `reserved`. */
  sql_keywords(): DataFrame;
  /** A row for each element of a variant's array or field of its object, in columns `pos`, `key` (NULL of arrays) and `value`. */
  variant_explode(variant: ColumnOrName): DataFrame;
  /** As variant_explode, with one row of NULLs where there would be none. */
  variant_explode_outer(variant: ColumnOrName): DataFrame;
}

const NAMES = [
  "explode",
  "explode_outer",
  "posexplode",
  "posexplode_outer",
  "inline",
  "inline_outer",
  "json_tuple",
  "stack",
  "collations",
  "sql_keywords",
  "variant_explode",
  "variant_explode_outer",
] as const;

function functionNamed(name: unknown): string | UserFunction {
  if (typeof name === "string") return name;
  const fn = typeof name === "function" && "fn" in name ? (name as UserDefinedTableFunction).fn : undefined;
  if (fn?.form !== "table") {
    throw new UsageError("INVALID_ARGUMENT", "tvf needs the name of a table function, or what functions.udtf made.");
  }
  return fn;
}

/** What a table function gives for these arguments. */
export function tableFunctionPlan(
  fn: string | UserFunction,
  args: readonly UnresolvedExpression[],
  at: QueryContext,
): UnresolvedPlan {
  if (typeof fn === "string") return { kind: "tableFunction", name: [fn], args, at };
  return { kind: "tableFunction", name: [fn.name], fn, args, at };
}

export function tableValuedFunctions(
  make: (name: string | UserFunction, args: readonly UnresolvedExpression[]) => DataFrame,
): TableValuedFunctions {
  const call = (name: string | UserDefinedTableFunction, ...args: readonly (ColumnOrName | number | bigint)[]): DataFrame =>
    make(functionNamed(name), args.map(columnExpression));
  const methods = Object.fromEntries(NAMES.map((name) => [name, (...args: readonly ColumnOrName[]) => call(name, ...args)]));
  const range: TableValuedFunctions["range"] = (...args) =>
    make(
      "range",
      args.filter((arg) => arg !== undefined).map((arg) => literalOf(arg)),
    );
  return Object.assign(call, methods as unknown as Omit<TableValuedFunctions, "range">, { range });
}
