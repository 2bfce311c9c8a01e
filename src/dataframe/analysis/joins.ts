/** Joins: conditions, USING and NATURAL with one column for both keys, and lateral joins, whose right side sees the left. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, call } from "../expressions/build";
import type { Attribute, Expression, NamedExpression } from "../expressions/expression";
import { exists, isDeterministic, walk } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { Join, LogicalPlan } from "../logical/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import type { JoinType, UnresolvedPlan } from "../syntax/plan";
import { bindContext } from "./bind-context";
import { bound } from "./binder";
import type { Binder, Bound, Columns, Env, Scope } from "./binder";
import { columnNamed, columnsOf, mergePlanIds } from "./columns";
import { checkLateral } from "./correlation";
import { expandRoutinesIn } from "./expand-routines";
import { exprText, idText, quoted, typeText } from "./messages";
import { readsOuter } from "./subqueries";
import { generatorOverLeft } from "./table-functions";

type JoinSyntax = Extract<UnresolvedPlan, { kind: "join" }>;

export function bindJoin(binder: Binder, plan: JoinSyntax, env: Env): Bound {
  const left = binder.plan(plan.left, env);
  if (plan.lateral === true) return bindLateralJoin(binder, plan, left, env);
  const right = binder.plan(plan.right, env);
  const keys = plan.natural === true ? commonNames(binder, left, right) : plan.using;
  if (keys !== undefined && (plan.natural !== true || keys.length > 0)) return joinUsing(binder, plan, left, right, keys);
  const type = plan.natural === true && plan.type === "inner" ? "cross" : plan.type;
  const condition = plan.condition === undefined ? null : bindCondition(binder, plan.condition, left, right, env);
  const node: Join = { kind: "join", left: left.plan, right: right.plan, type: condition === null ? type : plan.type, condition };
  return joined(node, left, right);
}

function bindCondition(
  binder: Binder,
  written: NonNullable<JoinSyntax["condition"]>,
  left: Bound,
  right: Bound,
  env: Env,
): Expression {
  const columns = columnsOf(binder, left, right);
  const sides = new Map<string, Expression>();
  const told = withSides(binder, written, left, right, sides);
  const find: Columns["find"] = (parts, use) => sides.get(parts[0] as string) ?? columns.find(parts, use);
  const { all, hidden, candidates, planIds } = columns;
  const scope: Scope = { columns: { all, hidden, candidates, planIds, find }, env, clause: "join" };
  const bare = binder.expression(told, scope);
  const condition = bare.kind === "alias" ? bare.child : bare;
  if (condition.type.kind !== "boolean" && condition.type.kind !== "null") {
    throw new AnalysisError(
      "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
      { joinCondition: exprText(condition), conditionType: typeText(condition.type) },
      written.at,
    );
  }
  refuseInCondition(condition, written.at);
  refuseInSubqueries(
    expandRoutinesIn(condition, () => binder.nextId()),
    left,
    right,
    written.at,
  );
  return condition;
}

const EQUALITIES: ReadonlySet<string> = new Set(["=", "==", "<=>"]);
const ORDERINGS: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

/**
 * `df.x = df.x` where both sides come of `df` compares the columns of this name of the left and the right side, as in Spark: the names
 * become placeholders, whose columns are added to `sides`. Which side is which matters to `df.x < df.x`, and nothing tells it:
 * AMBIGUOUS_COLUMN_REFERENCE.
 */
function withSides(
  binder: Binder,
  written: UnresolvedExpression,
  left: Bound,
  right: Bound,
  sides: Map<string, Expression>,
): UnresolvedExpression {
  if (written.kind !== "call") return written;
  const [a, b] = written.args;
  const compares = (operators: ReadonlySet<string>): boolean =>
    written.name.length === 1 && operators.has(written.name[0] as string) && written.args.length === 2;
  const isOrdering = compares(ORDERINGS);
  if (
    !(isOrdering || compares(EQUALITIES)) ||
    a?.kind !== "name" ||
    b?.kind !== "name" ||
    a.planId === undefined ||
    a.planId !== b.planId
  ) {
    return { ...written, args: written.args.map((arg) => withSides(binder, arg, left, right, sides)) };
  }
  if (a.parts.join("\0") !== b.parts.join("\0") || !left.planIds.has(a.planId) || !right.planIds.has(a.planId)) return written;
  if (isOrdering) throw new AnalysisError("AMBIGUOUS_COLUMN_REFERENCE", { name: idText(a.parts) }, a.at ?? written.at);
  const columns = [left, right].map((side) => columnsOf(binder, side).find(a.parts, { at: a.at }));
  if (columns.includes(null)) return written;
  const names = columns.map((column): UnresolvedExpression => {
    const name = `\0side${sides.size}`;
    sides.set(name, column as Expression);
    return { kind: "name", parts: [name], ...(a.at && { at: a.at }) };
  });
  return { ...written, args: names };
}

function refuseInCondition(condition: Expression, at: QueryContext | undefined): void {
  if (exists(condition, (node) => node.kind === "window")) {
    throw new AnalysisError("UNSUPPORTED_EXPR_FOR_OPERATOR", { invalidExprSqls: exprText(condition) }, at);
  }
  const aggregates: Expression[] = [];
  exists(condition, (node) => {
    if (node.kind === "aggregate") aggregates.push(node);
    return false;
  });
  if (aggregates.length > 0) {
    throw new AnalysisError(
      "UNSUPPORTED_EXPR_FOR_OPERATOR",
      {
        invalidExprSqls: aggregates.map(exprText).join(", "),
      },
      at,
    );
  }
  if (!isDeterministic(condition)) {
    throw new AnalysisError("INVALID_NON_DETERMINISTIC_EXPRESSIONS", { sqlExprs: exprText(condition) }, at);
  }
  if (exists(condition, (node) => node.kind === "generator")) {
    throw new AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", { plan: "Join" }, at);
  }
}

/** A subquery may read one side of the join, and a scalar one neither. */
function refuseInSubqueries(condition: Expression, left: Bound, right: Bound, at: QueryContext | undefined): void {
  walk(condition, (node) => {
    if (node.kind !== "scalarSubquery" && node.kind !== "exists" && node.kind !== "inSubquery") return;
    const [ofLeft, ofRight] = [readsOuter(node.plan, left.plan), readsOuter(node.plan, right.plan)];
    if (node.kind === "scalarSubquery" ? ofLeft || ofRight : ofLeft && ofRight) {
      const kind =
        node.kind === "scalarSubquery"
          ? "UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY"
          : "UNSUPPORTED_CORRELATED_EXPRESSION_IN_JOIN_CONDITION";
      throw new AnalysisError(
        `UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.${kind}`,
        node.kind === "scalarSubquery" ? { treeNode: exprText(node) } : { subqueryExpression: exprText(node).slice(1, -1) },
        at,
      );
    }
  });
}

function joined(node: Join, left: Bound, right: Bound): Bound {
  const byId = new Map(outputOf(node).map((column) => [column.id, column]));
  const now = (columns: readonly Attribute[]): readonly Attribute[] => columns.flatMap((column) => byId.get(column.id) ?? []);
  const leftOnly = node.type === "leftSemi" || node.type === "leftAnti";
  return bound(node, leftOnly ? now(left.output) : [...now(left.output), ...now(right.output)], {
    hidden: leftOnly ? now(left.hidden) : [...now(left.hidden), ...now(right.hidden)],
    planIds: leftOnly ? left.planIds : mergePlanIds([left.planIds, right.planIds]),
  });
}

function commonNames(binder: Binder, left: Bound, right: Bound): readonly string[] {
  return left.output.map((column) => column.name).filter((name) => columnNamed(binder, right.output, name).length > 0);
}

/** One column for each key, then the others of both sides. The keys of the sides stay, hidden, for `t.key`. */
function joinUsing(binder: Binder, plan: JoinSyntax, left: Bound, right: Bound, names: readonly string[]): Bound {
  const keys = names.map((name) => ({
    name,
    left: usingColumn(binder, left, name, "left", plan.at),
    right: usingColumn(binder, right, name, "right", plan.at),
  }));
  const equal = binder.context.functions.scalar("=");
  const conditions = keys.map((key) => equal.bind([key.left, key.right], bindContext(binder, "=", plan.at)));
  const condition = conditions.reduce((a, b) => call("and", [a, b], { kind: "boolean" }, a.nullable || b.nullable));
  const type: JoinType = plan.type === "cross" ? "inner" : plan.type;
  const node: Join = { kind: "join", left: left.plan, right: right.plan, type, condition };
  const base = joined(node, left, right);
  const now = (column: Attribute): Attribute => [...base.output, ...base.hidden].find((one) => one.id === column.id) ?? column;
  const isKey = (column: Attribute): boolean => keys.some((key) => key.left.id === column.id || key.right.id === column.id);
  const others = base.output.filter((column) => !isKey(column));
  if (type === "leftSemi" || type === "leftAnti") {
    const output = [...keys.map((key) => now(key.left)), ...others];
    return projected(node, output, base.hidden, base);
  }
  const merged: readonly NamedExpression[] = keys.map((key) => {
    if (type === "right") return now(key.right);
    if (type !== "full") return now(key.left);
    const coalesce = binder.context.functions.scalar("coalesce");
    const value = coalesce.bind([now(key.left), now(key.right)], bindContext(binder, "coalesce", plan.at));
    return alias(value, key.left.name, binder.nextId());
  });
  const hidden = keys.flatMap((key) => {
    if (type === "right") return [now(key.left)];
    return type === "full" ? [now(key.left), now(key.right)] : [now(key.right)];
  });
  return projected(node, [...merged, ...others], [...hidden, ...base.hidden], base);
}

function projected(child: LogicalPlan, visible: readonly NamedExpression[], hidden: readonly Attribute[], base: Bound): Bound {
  const node: LogicalPlan = { kind: "project", child, expressions: [...visible, ...hidden] };
  const output = outputOf(node).slice(0, visible.length);
  return bound(node, output, { hidden, planIds: base.planIds });
}

function usingColumn(
  binder: Binder,
  side: Bound,
  name: string,
  which: "left" | "right",
  at: QueryContext | undefined,
): Attribute {
  const found = columnNamed(binder, side.output, name);
  const one = found[0];
  if (one !== undefined) return one;
  const suggestion = side.output
    .map((column) => quoted(column.name))
    .sort()
    .join(", ");
  throw new AnalysisError("UNRESOLVED_USING_COLUMN_FOR_JOIN", { colName: quoted(name), side: which, suggestion }, at);
}

/** The right side may read the left's columns; where it does not, the join is an ordinary one. */
function bindLateralJoin(binder: Binder, plan: JoinSyntax, left: Bound, env: Env): Bound {
  if (plan.using !== undefined) throw new AnalysisError("UNSUPPORTED_FEATURE.LATERAL_JOIN_USING", {}, plan.at);
  const outer: Scope = { columns: columnsOf(binder, left), env, clause: "join" };
  if (plan.natural === true)
    throw new AnalysisError("INCOMPATIBLE_JOIN_TYPES", { joinType1: "LATERAL", joinType2: "NATURAL" }, plan.at);
  const right = binder.plan(plan.right, { ...env, outer, windows: {} });
  const condition = plan.condition === undefined ? null : lateralCondition(binder, plan.condition, left, right, env);
  checkLateral(left.plan, right.plan, condition, plan.at);
  const lateral = readsOuter(right.plan, left.plan);
  if (plan.type !== "inner" && plan.type !== "cross" && plan.type !== "left") {
    throw new AnalysisError("INVALID_LATERAL_JOIN_TYPE", { joinType: plan.type.toUpperCase() }, plan.at);
  }
  const over = lateral && condition === null ? generatorOverLeft(left.plan, right.plan, plan.type === "left") : null;
  if (over !== null) return overLeft(over, left);
  const node: Join = {
    kind: "join",
    left: left.plan,
    right: right.plan,
    type: plan.type === "cross" && condition !== null ? "inner" : plan.type,
    condition,
    ...(lateral && { lateral: true }),
  };
  return joined(node, left, right);
}

function lateralCondition(
  binder: Binder,
  written: NonNullable<JoinSyntax["condition"]>,
  left: Bound,
  right: Bound,
  env: Env,
): Expression {
  const one = binder.expression(written, { columns: columnsOf(binder, left, right), env, clause: "join" });
  return one.kind === "alias" ? one.child : one;
}

function overLeft(plan: LogicalPlan, left: Bound): Bound {
  const hidden = new Set(left.hidden.map((column) => column.id));
  const visible = outputOf(plan).filter((column) => !hidden.has(column.id));
  return bound(plan, visible, { hidden: left.hidden, planIds: left.planIds });
}
