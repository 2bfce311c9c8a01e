/** Hints: join strategies for the relations that they name, and repartitioning. Unknown ones are left out, as in Spark. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { literal } from "../expressions/build";
import { printed } from "../expressions/print";
import type { LogicalPlan } from "../logical/plan";
import { mapPlanChildren } from "../logical/traverse";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { bound } from "./binder";
import type { Binder, Bound, Env } from "./binder";
import { sameName } from "./columns";
import { exprText, typeText } from "./messages";
import { bindKeyed } from "./ordering";

const JOIN_HINTS: Readonly<Record<string, string>> = {
  BROADCAST: "broadcast",
  BROADCASTJOIN: "broadcast",
  MAPJOIN: "broadcast",
  MERGE: "merge",
  SHUFFLE_MERGE: "merge",
  MERGEJOIN: "merge",
  SHUFFLE_HASH: "shuffleHash",
  SHUFFLE_REPLICATE_NL: "shuffleReplicateNl",
};

type HintSyntax = Extract<UnresolvedPlan, { kind: "hint" }>;
type How = "hash" | "id" | "range" | "roundRobin" | "coalesce" | "rebalance";

export function bindHint(binder: Binder, plan: HintSyntax, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const name = plan.name.toUpperCase();
  const strategy = JOIN_HINTS[name];
  if (strategy !== undefined) {
    const hinted = plan.args.length === 0 ? hint(input.plan, strategy) : hintNamed(binder, input.plan, plan.args, strategy);
    return bound(hinted, input.output, {
      hidden: input.hidden,
      planIds: input.planIds,
      block: hinted === input.plan ? input.block : null,
    });
  }
  const how = (
    { COALESCE: "coalesce", REPARTITION: "hash", REPARTITION_BY_RANGE: "range", REBALANCE: "rebalance" } as Record<string, How>
  )[name];
  if (how === undefined) return input;
  const count = partitionCount(plan.args[0]);
  if (how === "coalesce" && (count === null || plan.args.length > 1)) {
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1048", { hintName: name }, plan.at);
  }
  if (how === "range" && plan.args.length === 0) throw invalidHint(name, plan.at);
  if (count !== null && count < 1) throw invalidHint(name, plan.at);
  const by = plan.args.slice(count === null ? 0 : 1).map((arg) => columnOf(arg, name, plan.at));
  // Ranges of nothing are rows in turn.
  return repartitioned(binder, input, how === "range" && by.length === 0 ? "hash" : how, count, by, env);
}

function partitionCount(arg: UnresolvedExpression | undefined): number | null {
  return arg?.kind === "literal" && arg.type.kind === "int" && typeof arg.value === "number" ? arg.value : null;
}

/** Strings are names of columns; other values are refused. */
function columnOf(arg: UnresolvedExpression, hintName: string, at: QueryContext | undefined): UnresolvedExpression {
  if (arg.kind !== "literal") return arg;
  if (typeof arg.value === "string" && arg.type.kind === "string")
    return { kind: "name", parts: arg.value.split("."), ...(arg.at && { at: arg.at }) };
  throw new AnalysisError(
    "_LEGACY_ERROR_TEMP_1047",
    { hintName, invalidParams: exprText(literal(arg.value, arg.type)) },
    arg.at ?? at,
  );
}

function invalidHint(hintName: string, at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("INVALID_HINT_PARAMETER", { hintName }, at);
}

function hint(child: LogicalPlan, strategy: string): LogicalPlan {
  return { kind: "hint", child, hint: strategy };
}

/** On each relation of that name in this FROM; subqueries have names of their own. */
function hintNamed(binder: Binder, plan: LogicalPlan, args: readonly UnresolvedExpression[], strategy: string): LogicalPlan {
  const names = args.flatMap((arg) => {
    if (arg.kind === "name") return [arg.parts];
    if (arg.kind !== "literal") return [];
    if (typeof arg.value === "string" && arg.type.kind === "string") return [arg.value.split(".")];
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1046", { unsupported: exprText(literal(arg.value, arg.type)) }, arg.at);
  });
  const isNamed = (name: readonly string[]): boolean =>
    names.some(
      (parts) =>
        parts.length <= name.length &&
        parts.every((part, i) => sameName(binder, part, name[name.length - parts.length + i] as string)),
    );
  const visit = (node: LogicalPlan): LogicalPlan => {
    if (node.kind !== "subqueryAlias") return mapPlanChildren(node, visit);
    return isNamed(node.name) ? hint(node, strategy) : node;
  };
  return visit(plan);
}

export function bindRepartition(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "repartition" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  if (plan.how === "id") return repartitionedById(binder, input, plan, env);
  return repartitioned(binder, input, plan.how, plan.numPartitions ?? null, plan.by, env);
}

function repartitionedById(
  binder: Binder,
  input: Bound,
  plan: Extract<UnresolvedPlan, { kind: "repartition" }>,
  env: Env,
): Bound {
  const numPartitions = plan.numPartitions ?? 1;
  return bindKeyed(binder, input, plan.by, env, (child, by) => {
    const type = by[0]!.child.type;
    if (type.kind === "int") return { kind: "repartition", child, how: "id", numPartitions, by };
    throw new AnalysisError(
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
      {
        sqlExpr: `"direct_shuffle_partition_id(${printed(by[0]!.child)})"`,
        paramIndex: "first",
        requiredType: '"INT"',
        inputSql: exprText(by[0]!.child),
        inputType: typeText(type),
      },
      plan.by[0]?.at,
    );
  });
}

function repartitioned(
  binder: Binder,
  input: Bound,
  how: How,
  numPartitions: number | null,
  written: readonly UnresolvedExpression[],
  env: Env,
): Bound {
  const kind = how === "hash" && written.length === 0 ? "roundRobin" : how;
  return bindKeyed(binder, input, written, env, (child, by) => ({ kind: "repartition", child, how: kind, numPartitions, by }));
}
