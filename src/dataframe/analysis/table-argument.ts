/** Table functions of the program that are called with a table. */
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import type { TableArgument, UnresolvedPlan } from "../syntax/plan";

type TableFunctionSyntax = Pick<Extract<UnresolvedPlan, { kind: "tableFunction" }>, "args" | "at">;

/**
 * A function of a table: its rows, with the keys and the other arguments behind them, come together by their keys, in order, to
 * what calls the function.
 */
export function overTable(called: UserFunction, call: TableFunctionSyntax, tables: readonly TableArgument[]): UnresolvedPlan {
  const { parameters: _, ...fn } = called;
  const [table, second] = tables as readonly [TableArgument, TableArgument?];
  if (second !== undefined) {
    throw new AnalysisError("TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS", { num: String(tables.length) }, call.at);
  }
  const named = (prefix: string) => (child: UnresolvedExpression, i: number) =>
    ({ kind: "alias", child, names: [`__${prefix}_${i}`] }) satisfies UnresolvedExpression;
  const keys = table.partitionBy.map(named("key"));
  const args = call.args.filter((_, i) => i !== table.position).map(named("argument"));
  const star: UnresolvedExpression = { kind: "star", qualifier: [], except: [] };
  const columns: UnresolvedPlan = { kind: "project", child: table.plan, expressions: [star, ...keys, ...args] };
  const by = keys.map(({ names }): UnresolvedExpression => ({ kind: "name", parts: names }));
  const together: UnresolvedPlan =
    by.length > 0
      ? { kind: "repartition", child: columns, by, how: "hash" }
      : table.singlePartition
        ? { kind: "repartition", child: columns, by: [], how: "coalesce", numPartitions: 1 }
        : columns;
  const order: UnresolvedExpression[] = [
    ...by.map((child) => ({ kind: "sortOrder", child, ascending: true, nullsFirst: null }) satisfies UnresolvedExpression),
    ...table.orderBy,
  ];
  const sorted: UnresolvedPlan = order.length === 0 ? together : { kind: "sort", child: together, order, global: false };
  const tableCall = { keys: keys.length, args: args.length, position: table.position };
  return { kind: "mapBatches", child: sorted, fn: { ...fn, tableCall }, schema: fn.returnType as StructType };
}
