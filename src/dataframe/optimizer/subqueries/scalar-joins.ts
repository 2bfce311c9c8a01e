/** Correlated scalar subqueries as left joins that find at most one row. */
import { alias, attributeOf, BOOLEAN, call, LONG, literal, STRING } from "../../expressions/build";
import type { Attribute, Expression, ExprId, NamedExpression, ScalarSubquery } from "../../expressions/expression";
import { attributesOf } from "../../expressions/traverse";
import { outputIds, outputOf } from "../../logical/output";
import type { LogicalPlan } from "../../logical/plan";
import type { OptimizerContext } from "../context";
import { conjunction, isNullLiteral, isNull, TRUE } from "../predicates";
import { equiKeys } from "../equi-keys";
import { folded } from "../rules/constant-folding";
import { nullsPropagated } from "../rules/null-propagation";
import { decorrelate, type Joinable } from "./decorrelate";
import { equalityOf } from "./pull-up";

export interface WithValue {
  readonly plan: LogicalPlan;
  readonly value: Expression;
}

/** The plan with the subquery's value for each row. */
export function withScalar(around: LogicalPlan, subquery: ScalarSubquery, context: OptimizerContext): WithValue {
  const joinable = decorrelate(subquery.plan, around, context, "scalar");
  const outer = outputIds(around);
  const column = joinable.columns[0] as Attribute;
  const single = oneRowEach(joinable, column, outer, context);
  const given = joinable.defaults.get(column.id);
  const otherwise = given === undefined ? undefined : folded(nullsPropagated(given), context);
  if (otherwise === undefined || isNullLiteral(otherwise)) {
    const plan: LogicalPlan = {
      kind: "join",
      left: around,
      right: single.plan,
      type: "left",
      condition: conjunction(single.conditions),
    };
    return { plan, value: { ...single.value, nullable: true } };
  }
  const marker = alias(TRUE, "_matched", context.nextId());
  const marked: LogicalPlan = { kind: "project", child: single.plan, expressions: [...outputOf(single.plan), marker] };
  const plan: LogicalPlan = {
    kind: "join",
    left: around,
    right: marked,
    type: "left",
    condition: conjunction(single.conditions),
  };
  const missing = isNull({ ...attributeOf(marker), nullable: true });
  const found: Attribute = { ...single.value, nullable: true };
  return { plan, value: call("case", [missing, otherwise, found], column.type, true) };
}

interface Single {
  readonly plan: LogicalPlan;
  readonly conditions: readonly Expression[];
  readonly value: Attribute;
}

/** At most one row for each row of the query around: by its own grouping, or checked when it runs. */
function oneRowEach(joinable: Joinable, column: Attribute, outer: ReadonlySet<ExprId>, context: OptimizerContext): Single {
  const { plan, conditions } = joinable;
  const keys: Expression[] = [];
  for (const condition of conditions) {
    const pair = equalityOf(condition, outer);
    if (pair !== null) keys.push(pair.inner);
  }
  const isKey = (id: ExprId): boolean => keys.some((key) => key.kind === "attribute" && key.id === id);
  if (keys.length === conditions.length && isUniqueBy(plan, isKey)) return { plan, conditions, value: column };
  return checked(joinable, column, outer, context);
}

/** No two rows agree on the keys. */
function isUniqueBy(plan: LogicalPlan, isKey: (id: ExprId) => boolean): boolean {
  switch (plan.kind) {
    case "aggregate":
      return plan.grouping.every((expression) => {
        const named = plan.aggregates.find((item) =>
          item.kind === "attribute"
            ? expression.kind === "attribute" && item.id === expression.id
            : item.child === expression ||
              (item.child.kind === "attribute" && expression.kind === "attribute" && item.child.id === expression.id),
        );
        return named !== undefined && isKey(named.id);
      });
    case "filter":
    case "sort":
    case "subqueryAlias":
      return isUniqueBy(plan.child, isKey);
    case "join": {
      if (plan.type !== "left" && plan.type !== "inner") return false;
      const matched = new Set(equiKeys(plan).keys.flatMap(({ right }) => (right.kind === "attribute" ? [right.id] : [])));
      return isUniqueBy(plan.left, isKey) && isUniqueBy(plan.right, (id) => matched.has(id));
    }
    case "project":
      return isUniqueBy(plan.child, (id) =>
        plan.expressions.some((item) =>
          item.kind === "attribute"
            ? item.id === id && isKey(id)
            : item.child.kind === "attribute" && item.child.id === id && isKey(item.id),
        ),
      );
    default:
      return false;
  }
}

/** Groups by the columns of the conditions, which must all be equalities here, and fails for a group of several rows. */
function checked(joinable: Joinable, column: Attribute, outer: ReadonlySet<ExprId>, context: OptimizerContext): Single {
  const inner = new Map<ExprId, Attribute>();
  for (const condition of joinable.conditions) {
    for (const item of attributesOf(condition)) if (!outer.has(item.id)) inner.set(item.id, item);
  }
  const columns = [...inner.values()];
  const first = alias(
    { kind: "aggregate", fn: "first", args: [column], distinct: false, filter: null, type: column.type, nullable: true },
    column.name,
    context.nextId(),
  );
  const count = alias(
    { kind: "aggregate", fn: "count", args: [literal(1, LONG)], distinct: false, filter: null, type: LONG, nullable: false },
    "_rows",
    context.nextId(),
  );
  const grouped: LogicalPlan = {
    kind: "aggregate",
    child: joinable.plan,
    grouping: columns,
    aggregates: [...columns, first, count],
  };
  const several = call(">", [attributeOf(count), literal(1, LONG)], BOOLEAN, false);
  const errorClass = "SCALAR_SUBQUERY_TOO_MANY_ROWS";
  const failure = call("raise_error", [literal(errorClass, STRING)], column.type, true, { options: { errorClass } });
  const value = alias(call("case", [several, failure, attributeOf(first)], column.type, true), column.name, context.nextId());
  const expressions: readonly NamedExpression[] = [...columns, value];
  return { plan: { kind: "project", child: grouped, expressions }, conditions: joinable.conditions, value: attributeOf(value) };
}
