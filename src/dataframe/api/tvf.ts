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
 */
export interface TableValuedFunctions {
  (name: string | UserDefinedTableFunction, ...args: readonly (ColumnOrName | number | bigint)[]): DataFrame;
  range(start: number | bigint, end?: number | bigint, step?: number | bigint, numPartitions?: number): DataFrame;
  explode(collection: ColumnOrName): DataFrame;
  explode_outer(collection: ColumnOrName): DataFrame;
  posexplode(collection: ColumnOrName): DataFrame;
  posexplode_outer(collection: ColumnOrName): DataFrame;
  inline(structs: ColumnOrName): DataFrame;
  inline_outer(structs: ColumnOrName): DataFrame;
  json_tuple(text: ColumnOrName, ...fields: readonly ColumnOrName[]): DataFrame;
  stack(rows: ColumnOrName | number, ...values: readonly (ColumnOrName | number)[]): DataFrame;
  collations(): DataFrame;
  sql_keywords(): DataFrame;
  variant_explode(variant: ColumnOrName): DataFrame;
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
