/** grouping() and grouping_id(): calls that mean something in a query with grouping sets only, which replaces them (grouping-sets.ts). */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { call } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import type { Binder } from "./binder";
import { DOCS } from "./documentation";

export function groupingCall(
  binder: Binder,
  name: "grouping" | "grouping_id",
  args: readonly Expression[],
  at: QueryContext | undefined,
): Expression {
  if (name === "grouping_id") return { ...groupingNumber(binder, at), args };
  if (args.length !== 1) {
    throw new AnalysisError(
      "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
      { functionName: "`grouping`", expectedNum: "1", actualNum: String(args.length), docroot: DOCS },
      at,
    );
  }
  return call(name, args, { kind: "byte" }, false, at && { at });
}

/** grouping_id(), or the column GROUPING__ID. */
export function groupingNumber(binder: Binder, at: QueryContext | undefined): Extract<Expression, { kind: "call" }> {
  const legacy = binder.context.settings.conf["spark.sql.legacy.integerGroupingId"] === "true";
  return call("grouping_id", [], { kind: legacy ? "int" : "long" }, false, at && { at });
}
