/**
 * Subqueries become joins; scalar ones that stand on their own stay expressions, whose values are found before the query runs.
 *
 *   Filter exists(b = outer(a))        →   Join LeftSemi, (a = b)
 *   Filter NOT a IN (select b)         →   Join NullAwareAnti, (a = b)
 *   Filter (a > (select sum … = x))    →   Project [x, a], Filter (a > s), Join LeftOuter, (x = k)
 *   Filter (exists(…) OR c)            →   Project […], Filter (exists#1 OR c), Join ExistenceJoin(exists#1)
 *   Aggregate [a], [a IN (…), sum(b)]  →   Project [a IN (…), s], Aggregate [a], [a, sum(b) AS s]
 */
import { alias, attributeOf, literal } from "../../expressions/build";
import type { Attribute, Exists, Expression, InSubquery, NamedExpression, ScalarSubquery } from "../../expressions/expression";
import { exists, mapChildren, walk } from "../../expressions/traverse";
import { freshIds, producesAny } from "../../logical/fresh";
import { outputIds, outputOf } from "../../logical/output";
import type { Aggregate, Join, LogicalPlan, Project } from "../../logical/plan";
import { childrenOf, expressionsOf, mapExpressions, transformUpWithSubqueries, withChildren } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { conjunction, conjuncts, hasSubquery, isNullLiteral } from "../predicates";
import { isCorrelated, outerAttributes } from "../subqueries/outer-references";
import { withPairs } from "../subqueries/pair-conditions";
import { filtered, marked, predicateOf, uncorrelatedExists } from "../subqueries/predicate-joins";
import { withScalar } from "../subqueries/scalar-joins";

export const rewriteSubqueries: Rule = {
  name: "RewriteSubqueries",
  apply: (plan, context) => transformUpWithSubqueries(plan, (node) => rewritten(node, context)),
};

function rewritten(node: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const ids = new Set(childrenOf(node).flatMap((child) => outputOf(child).map((column) => column.id)));
  if (!expressionsOf(node).some((expression) => needsJoin(expression, ids))) return node;
  const simpler = mapExpressions(node, (expression) => withoutPlainExists(withoutNullIn(expression, context), context));
  if (!expressionsOf(simpler).some((expression) => needsJoin(expression, ids))) return simpler;
  switch (simpler.kind) {
    case "filter":
      return ofFilter(simpler, ids, context);
    case "join":
      return ofJoin(simpler, context);
    case "aggregate": {
      const split = withSubqueriesAbove(simpler, ids, context);
      return split === null ? ofUnary(simpler, simpler.child, context) : rewritten(split, context);
    }
    default: {
      const [child] = childrenOf(simpler);
      return child === undefined ? simpler : ofUnary(simpler, child, context);
    }
  }
}

/** Subqueries beside the aggregates of a select list, which know the groups alone, in a projection above; null where there are none. */
function withSubqueriesAbove(node: Aggregate, ids: ReadonlySet<number>, context: OptimizerContext): Project | null {
  const isBeside = (expression: Expression): boolean => needsJoin(withoutAggregates(expression), ids);
  if (!node.aggregates.some((item) => item.kind === "alias" && isBeside(item.child))) return null;
  const inner: NamedExpression[] = node.aggregates.filter((item) => item.kind === "attribute" || !isBeside(item.child));
  const need = (column: Attribute): void => {
    if (ids.has(column.id) && !inner.some((item) => item.id === column.id)) inner.push(column);
  };
  const above = (expression: Expression): Expression => {
    if (expression.kind === "aggregate") {
      const named = alias(expression, expression.fn, context.nextId());
      inner.push(named);
      return attributeOf(named);
    }
    if (expression.kind === "attribute") need(expression);
    if (isSubquery(expression)) outerAttributes(expression.plan).forEach(need);
    return mapChildren(expression, above);
  };
  const expressions = node.aggregates.map((item): NamedExpression =>
    item.kind === "alias" && isBeside(item.child) ? { ...item, child: above(item.child) } : attributeOf(item),
  );
  return { kind: "project", child: { ...node, aggregates: inner }, expressions };
}

function withoutAggregates(expression: Expression): Expression {
  return expression.kind === "aggregate" ? literal(null, expression.type) : mapChildren(expression, withoutAggregates);
}

function isSubquery(expression: Expression): expression is InSubquery | ScalarSubquery | Exists {
  return expression.kind === "inSubquery" || expression.kind === "scalarSubquery" || expression.kind === "exists";
}

/** NULL IN (…) of an older reading: unknown of an empty list too. */
function withoutNullIn(expression: Expression, context: OptimizerContext): Expression {
  const { conf, ansi } = context.settings;
  if ((conf["spark.sql.legacy.nullInEmptyListBehavior"] ?? String(!ansi)) !== "true") return expression;
  if (expression.kind === "inSubquery" && expression.values.length === 1 && isNullLiteral(expression.values[0] as Expression))
    return literal(null, expression.type);
  return mapChildren(expression, (child) => withoutNullIn(child, context));
}

function withoutPlainExists(expression: Expression, context: OptimizerContext): Expression {
  if (expression.kind === "exists" && outerAttributes(expression.plan).length === 0) {
    return uncorrelatedExists(expression, context);
  }
  return mapChildren(expression, (child) => withoutPlainExists(child, context));
}

function ofFilter(
  node: Extract<LogicalPlan, { kind: "filter" }>,
  ids: ReadonlySet<number>,
  context: OptimizerContext,
): LogicalPlan {
  const parts = conjuncts(node.condition);
  const plain = conjunction(parts.filter((part) => !needsJoin(part, ids)));
  let plan: LogicalPlan = plain === null ? node.child : { kind: "filter", child: node.child, condition: plain };
  const rest: Expression[] = [];
  for (const part of parts.filter((item) => needsJoin(item, ids))) {
    const predicate = predicateOf(part);
    const values = predicate?.predicate.kind === "inSubquery" ? predicate.predicate.values : [];
    if (predicate === null || values.some(hasSubquery)) rest.push(part);
    else plan = filtered(plan, predicate.predicate, predicate.negated, context);
  }
  if (rest.length === 0) return plan;
  const joined = joinedWith(plan, rest, context);
  const condition = conjunction(joined.expressions) as Expression;
  const above: LogicalPlan = { kind: "filter", child: joined.plan, condition };
  return joined.plan === plan ? above : restored(above, node);
}

function ofUnary(node: LogicalPlan, child: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const joins = new Joins(child, context);
  const mapped = mapExpressions(node, (expression) => joins.replace(expression));
  if (joins.plan === child) return mapped;
  const above = withChildren(mapped, [joins.plan]);
  return restored(above, node);
}

/** A condition's subqueries: those of an inner join as a filter above it, those of others on the side they speak of, or for all pairs. */
function ofJoin(node: Join, context: OptimizerContext): LogicalPlan {
  const parts = conjuncts(node.condition as Expression);
  const ids = new Set([...outputIds(node.left), ...outputIds(node.right)]);
  const subqueries = parts.filter((part) => needsJoin(part, ids));
  if (subqueries.length === 0) return node;
  const plain = conjunction(parts.filter((part) => !subqueries.includes(part)));
  if (node.type === "inner" || node.type === "cross") {
    const joined: Join = { ...node, condition: plain };
    return rewritten({ kind: "filter", child: joined, condition: conjunction(subqueries) as Expression }, context);
  }
  const rightIds = outputIds(node.right);
  const leftIds = outputIds(node.left);
  const ofBoth = subqueries.filter((part) => speaksOf(part, leftIds) && speaksOf(part, rightIds));
  const right = new Joins(node.right, context);
  const pairs = ofBoth.length === 0 ? null : withPairs(node, ofBoth, context, (filter) => rewritten(filter, context));
  const left = new Joins(pairs === null ? node.left : pairs.left, context);
  const replaced = subqueries
    .filter((part) => !ofBoth.includes(part))
    .map((part) => (speaksOf(part, rightIds) ? right : left).replace(part));
  if (pairs !== null) replaced.push(pairs.condition);
  const condition = conjunction([...(plain === null ? [] : [plain]), ...replaced]);
  return restored({ ...node, left: left.plan, right: right.plan, condition }, node);
}

/** Whether a subquery of the expression refers to these columns, or compares them. */
function speaksOf(expression: Expression, ids: ReadonlySet<number>): boolean {
  return exists(
    expression,
    (node) =>
      isSubquery(node) &&
      (isCorrelated(node.plan, ids) || (node.kind === "inSubquery" && node.values.some((value) => mentions(value, ids)))),
  );
}

function mentions(expression: Expression, ids: ReadonlySet<number>): boolean {
  return exists(expression, (node) => node.kind === "attribute" && ids.has(node.id));
}

/** Scalar subqueries that do not refer to these columns stay. */
function needsJoin(expression: Expression, ids: ReadonlySet<number>): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.kind === "exists" || node.kind === "inSubquery") found = true;
    if (node.kind === "scalarSubquery" && isCorrelated(node.plan, ids)) found = true;
    return !found;
  });
  return found;
}

function joinedWith(
  plan: LogicalPlan,
  expressions: readonly Expression[],
  context: OptimizerContext,
): { readonly plan: LogicalPlan; readonly expressions: readonly Expression[] } {
  const joins = new Joins(plan, context);
  const replaced = expressions.map((expression) => joins.replaceTrue(expression));
  return { plan: joins.plan, expressions: replaced };
}

/** A plan that grows by a join for each subquery of the expressions that are given to it. */
class Joins {
  readonly #known = new Map<LogicalPlan, Expression>();

  constructor(
    public plan: LogicalPlan,
    private readonly context: OptimizerContext,
  ) {}

  /** In a condition, as long as nothing negates it, unknown is as good as false: IN needs to know only where it is true. */
  replaceTrue(expression: Expression): Expression {
    if (expression.kind === "call" && (expression.fn === "and" || expression.fn === "or")) {
      return mapChildren(expression, (child) => this.replaceTrue(child));
    }
    if (expression.kind !== "inSubquery") return this.replace(expression);
    return this.#in(expression, "true");
  }

  #in(expression: InSubquery, wanted: "true" | "exact"): Expression {
    const values = expression.values.map((value) => this.replace(value));
    const { plan, value } = marked(this.plan, this.#apart({ ...expression, values }), this.context, wanted);
    this.plan = plan;
    return value;
  }

  replace(expression: Expression): Expression {
    switch (expression.kind) {
      case "scalarSubquery":
        return this.#scalar(expression);
      case "exists":
        return this.#remembered(expression.plan, () => marked(this.plan, this.#apart(expression), this.context, "exact"));
      case "inSubquery":
        return this.#in(expression, "exact");
      default:
        return mapChildren(expression, (child) => this.replace(child));
    }
  }

  #scalar(expression: ScalarSubquery): Expression {
    if (!isCorrelated(expression.plan, outputIds(this.plan))) return expression;
    return this.#remembered(expression.plan, () => withScalar(this.plan, this.#apart(expression), this.context));
  }

  /** Columns of one subquery have ids of their own, also where its plan was joined with below. */
  #apart<S extends InSubquery | ScalarSubquery | Exists>(expression: S): S {
    const around = outputIds(this.plan);
    if (!producesAny(expression.plan, around)) return expression;
    return { ...expression, plan: freshIds(expression.plan, () => this.context.nextId()).plan };
  }

  /** The same subquery twice in one node is one join. */
  #remembered(key: LogicalPlan, join: () => { readonly plan: LogicalPlan; readonly value: Expression }): Expression {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { plan, value } = join();
    this.plan = plan;
    this.#known.set(key, value);
    return value;
  }
}

/** The columns that the node had, without those that the joins brought. */
function restored(plan: LogicalPlan, before: LogicalPlan): LogicalPlan {
  const wanted = outputOf(before);
  const have = outputOf(plan);
  if (have.length === wanted.length) return plan;
  const expressions: readonly NamedExpression[] = wanted;
  return { kind: "project", child: plan, expressions };
}
