/** EXISTS and IN as joins. */
import { alias, attribute, BOOLEAN, call, INT, literal } from "../../expressions/build";
import type { Attribute, Exists, Expression, InSubquery } from "../../expressions/expression";

import type { LogicalPlan } from "../../logical/plan";
import { freshIds, renameExpression } from "../../logical/fresh";
import { outputIds } from "../../logical/output";
import type { OptimizerContext } from "../context";
import { conjunction, equal, isNotNull, isNull, or } from "../predicates";
import { decorrelate } from "./decorrelate";
import { isCorrelated } from "./outer-references";

type Predicate = Exists | InSubquery;

/** `p` or `NOT p` as a conjunct of a filter; null where the expression is neither. */
export function predicateOf(expression: Expression): { readonly predicate: Predicate; readonly negated: boolean } | null {
  if (expression.kind === "exists" || expression.kind === "inSubquery") return { predicate: expression, negated: false };
  if (expression.kind !== "call" || expression.fn !== "not") return null;
  const [inner] = expression.args as [Expression];
  const below = predicateOf(inner);
  return below === null ? null : { ...below, negated: !below.negated };
}

/** The rows of `around` for which the predicate is true. */
export function filtered(around: LogicalPlan, predicate: Predicate, negated: boolean, context: OptimizerContext): LogicalPlan {
  const { plan, conditions, equalities } = parts(around, predicate, context);
  if (!negated) {
    return { kind: "join", left: around, right: plan, type: "leftSemi", condition: conjunction([...equalities, ...conditions]) };
  }
  if (predicate.kind === "exists" || equalities.every((part) => !part.nullable)) {
    return { kind: "join", left: around, right: plan, type: "leftAnti", condition: conjunction([...equalities, ...conditions]) };
  }
  if (equalities.length === 1 && conditions.length === 0) {
    return { kind: "join", left: around, right: plan, type: "nullAwareAnti", condition: equalities[0] as Expression };
  }
  const unknown = equalities.map((part) => (part.nullable ? or(part, isNull(part)) : part));
  return { kind: "join", left: around, right: plan, type: "leftAnti", condition: conjunction([...unknown, ...conditions]) };
}

/**
 * The plan with a column that says whether the predicate is true. `value` is the predicate over it: null where SQL says
 * unknown if it is wanted exactly, else false there.
 */
export function marked(
  around: LogicalPlan,
  predicate: Predicate,
  context: OptimizerContext,
  wanted: "true" | "exact",
): { readonly plan: LogicalPlan; readonly value: Expression } {
  const { plan, conditions, equalities } = parts(around, predicate, context);
  const found = existence(around, plan, conjunction([...equalities, ...conditions]), context);
  if (wanted === "true" || predicate.kind === "exists" || equalities.every((part) => !part.nullable)) return found;
  const unknown = equalities.map((part) => (part.nullable ? or(part, isNull(part)) : part));
  const again = freshIds(plan, () => context.nextId());
  const condition = conjunction([...unknown, ...conditions]);
  const maybe = existence(found.plan, again.plan, condition === null ? null : renameExpression(condition, again.ids), context);
  const value = call(
    "case",
    [found.value, literal(true, BOOLEAN), maybe.value, literal(null, BOOLEAN), literal(false, BOOLEAN)],
    BOOLEAN,
    true,
  );
  return { plan: maybe.plan, value };
}

function existence(
  around: LogicalPlan,
  plan: LogicalPlan,
  condition: Expression | null,
  context: OptimizerContext,
): { readonly plan: LogicalPlan; readonly value: Attribute } {
  const exists = attribute(context.nextId(), "exists", BOOLEAN, false);
  return { plan: { kind: "join", left: around, right: plan, type: "existence", condition, exists }, value: exists };
}

interface Parts {
  readonly plan: LogicalPlan;
  readonly conditions: readonly Expression[];
  /** value = column, for IN. */
  readonly equalities: readonly Expression[];
}

function parts(around: LogicalPlan, predicate: Predicate, context: OptimizerContext): Parts {
  const inner = predicate.kind === "exists" ? rowsOnly(predicate.plan, around) : predicate.plan;
  const { plan, conditions, columns } = decorrelate(inner, around, context, "rows");
  if (predicate.kind === "exists") return { plan, conditions, equalities: [] };
  const equalities = predicate.values.map((value, i) => equal(value, columns[i] as Attribute));
  return { plan, conditions, equalities };
}

/** What EXISTS needs of a plan: select lists, orders and limits of more than no row do not matter. */
function rowsOnly(plan: LogicalPlan, around: LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case "project":
    case "sort":
      return rowsOnly(plan.child, around);
    case "limit":
      return plan.offset === 0 && plan.limit !== 0 && isCorrelated(plan, outputIds(around)) ? rowsOnly(plan.child, around) : plan;
    case "aggregate":
      // Groups are there where rows are.
      return plan.grouping.length > 0 && isCorrelated(plan, outputIds(around)) ? rowsOnly(plan.child, around) : plan;
    default:
      return plan;
  }
}

/** EXISTS of a query that stands on its own: whether one row of it is there. */
export function uncorrelatedExists(predicate: Exists, context: OptimizerContext): Expression {
  const one = alias(literal(1, INT), "one", context.nextId());
  const plan: LogicalPlan = {
    kind: "limit",
    child: { kind: "project", child: predicate.plan, expressions: [one] },
    limit: 1,
    offset: 0,
  };
  return isNotNull({ kind: "scalarSubquery", plan, type: INT, nullable: true });
}
