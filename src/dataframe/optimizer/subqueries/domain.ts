/**
 * Any correlated plan, computed for all values of the outer columns at once: the different combinations of those ("the
 * domain") become columns of the plan, put in below the lowest operator that needs them.
 *
 *   Filter (b > outer(x))   →   Filter (b > d)
 *   +- Relation [b]             +- Join Cross
 *                                  :- Relation [b]
 *                                  +- Aggregate [x], [x AS d] of the query around
 *
 * The join with the query around is then x <=> d.
 */
import { AnalysisError } from "../../errors";
import { alias, attributeOf, call } from "../../expressions/build";
import type { Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { freshIds } from "../../logical/fresh";
import { outputOf } from "../../logical/output";
import type { Aggregate, Join, LogicalPlan } from "../../logical/plan";
import { expressionsOf, mapExpressions } from "../../logical/traverse";
import type { OptimizerContext } from "../context";
import { conjunction, equalNullSafe, isNull, TRUE } from "../predicates";
import { isCorrelated, outerAttributes, refersOuter, replaceOuter } from "./outer-references";
import { firstRows, limitAtSort, onNoRows } from "./pull-up";

export interface Decorrelated {
  /** With the domain's columns after its own. */
  readonly plan: LogicalPlan;
  /** outer column <=> domain column. */
  readonly conditions: readonly Expression[];
}

/** `use`: for a scalar subquery no row is as good as a row of nulls. */
export function decorrelateByDomain(
  plan: LogicalPlan,
  around: LogicalPlan,
  context: OptimizerContext,
  use: "scalar" | "rows",
): Decorrelated {
  const available = new Map(outputOf(around).map((column) => [column.id, column]));
  const columns = outerAttributes(plan)
    .filter((column) => available.has(column.id))
    .map((column) => available.get(column.id) as Attribute);
  const domain = new Domain(columns, around, context);
  const dependent = use === "scalar" && isNullOnNoRows(plan) ? domain.grouped(plan) : domain.dependent(plan);
  return {
    plan: dependent.plan,
    conditions: columns.map((column, i) => equalNullSafe(column, dependent.columns[i] as Attribute)),
  };
}

interface Dependent {
  readonly plan: LogicalPlan;
  /** The plan's columns for the domain's, in their order. */
  readonly columns: readonly Attribute[];
}

/** Its one row has nothing but nulls where no rows match. */
function isNullOnNoRows(plan: LogicalPlan): plan is Aggregate {
  if (plan.kind !== "aggregate" || plan.grouping.length > 0) return false;
  return plan.aggregates.every((item) => {
    const value = onNoRows(item.kind === "alias" ? item.child : item);
    return value.kind === "literal" && value.value === null;
  });
}

class Domain {
  readonly #ids: ReadonlySet<ExprId>;

  constructor(
    private readonly columns: readonly Attribute[],
    private readonly around: LogicalPlan,
    private readonly context: OptimizerContext,
  ) {
    this.#ids = new Set(columns.map((column) => column.id));
  }

  /** The plan for every combination, which is among its columns. */
  dependent(plan: LogicalPlan): Dependent {
    if (!isCorrelated(plan, this.#ids)) return this.#crossed(plan);
    switch (plan.kind) {
      case "project": {
        const child = this.dependent(plan.child);
        const node = this.#bound(plan, child) as typeof plan;
        return {
          plan: { ...node, child: child.plan, expressions: withColumns(node.expressions, child.columns) },
          columns: child.columns,
        };
      }
      case "filter":
      case "sort":
      case "sample":
      case "subqueryAlias":
      case "collectMetrics": {
        const child = this.dependent(plan.child);
        const node = this.#bound(plan, child) as typeof plan;
        return { plan: { ...node, child: child.plan }, columns: child.columns };
      }
      case "generate": {
        const child = this.dependent(plan.child);
        const node = this.#bound(plan, child) as typeof plan;
        return { plan: { ...node, child: child.plan }, columns: child.columns };
      }
      case "aggregate":
        return this.#aggregate(plan);
      case "window": {
        const child = this.dependent(plan.child);
        const node = this.#bound(plan, child) as typeof plan;
        const partitionBy = [...node.partitionBy, ...child.columns];
        const functions = node.functions.map((item) => ({ ...item, call: { ...item.call, partitionBy } }));
        return { plan: { ...node, child: child.plan, partitionBy, functions }, columns: child.columns };
      }
      case "limit": {
        const lowered = limitAtSort(plan);
        if (lowered !== null) return this.dependent(lowered);
        const sort = plan.child.kind === "sort" ? plan.child : null;
        const child = this.dependent(sort === null ? plan.child : sort.child);
        const order = sort === null ? [] : (this.#bound(sort, child) as typeof sort).order;
        return { plan: firstRows(child.plan, child.columns, order, plan, this.context), columns: child.columns };
      }
      case "join":
        return this.#join(plan);
      case "union": {
        const children = plan.children.map((child) => this.#atEnd(this.dependent(child)));
        const columns = this.columns.map((column) => ({ ...column, id: this.context.nextId() }));
        return {
          plan: { ...plan, children: children.map((child) => child.plan), output: [...plan.output, ...columns] },
          columns,
        };
      }
      default:
        throw new AnalysisError("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED", {
          treeNode: plan.kind,
        });
    }
  }

  /** Outer references of the node as the child's columns. */
  #bound(plan: LogicalPlan, child: Dependent): LogicalPlan {
    return mapExpressions(plan, (expression) => this.#boundExpression(expression, child));
  }

  #boundExpression(expression: Expression, child: Dependent): Expression {
    return replaceOuter(expression, this.#ids, (column) => this.#columnFor(column, child));
  }

  #columnFor(column: Attribute, child: Dependent): Attribute {
    return child.columns[this.columns.findIndex((item) => item.id === column.id)] as Attribute;
  }

  /** The combinations, under new ids. */
  #instance(): Dependent {
    const { plan, ids } = freshIds(this.around, () => this.context.nextId());
    const own = outputOf(plan);
    const columns = this.columns.map((column) => own.find((item) => item.id === (ids.get(column.id) ?? column.id)) as Attribute);
    return { plan: { kind: "aggregate", child: plan, grouping: columns, aggregates: columns }, columns };
  }

  #crossed(plan: LogicalPlan): Dependent {
    const instance = this.#instance();
    return {
      plan: { kind: "join", left: plan, right: instance.plan, type: "inner", condition: null },
      columns: instance.columns,
    };
  }

  /** One row for each combination that has rows. */
  grouped(plan: Aggregate): Dependent {
    const child = this.dependent(plan.child);
    const node = this.#bound(plan, child) as Aggregate;
    const grouped: Aggregate = {
      kind: "aggregate",
      child: child.plan,
      grouping: [...node.grouping, ...child.columns],
      aggregates: withColumns(node.aggregates, child.columns),
    };
    return { plan: grouped, columns: child.columns };
  }

  /** Without groups there is a row for every combination, also for those without rows. */
  #aggregate(plan: Aggregate): Dependent {
    const found = this.grouped(plan);
    if (plan.grouping.length > 0) return found;
    const child: Dependent = found;
    const grouped = found.plan;
    const node = this.#bound(plan, child) as Aggregate;
    const marker = alias(TRUE, "_matched", this.context.nextId());
    const marked: LogicalPlan = { kind: "project", child: grouped, expressions: [...outputOf(grouped), marker] };
    const all = this.#instance();
    const condition = conjunction(all.columns.map((column, i) => equalNullSafe(column, child.columns[i] as Attribute)));
    const joined: LogicalPlan = { kind: "join", left: all.plan, right: marked, type: "left", condition };
    const missing = isNull({ ...attributeOf(marker), nullable: true });
    const results = node.aggregates.map((item): NamedExpression => {
      const value: Attribute = { ...attributeOf(item), nullable: true };
      const otherwise = onNoRows(item.kind === "alias" ? item.child : item);
      if (otherwise.kind === "literal" && otherwise.value === null) return value;
      return alias(call("case", [missing, otherwise, value], item.type, true), item.name, item.id);
    });
    return { plan: { kind: "project", child: joined, expressions: [...results, ...all.columns] }, columns: all.columns };
  }

  #join(plan: Join): Dependent {
    const leftIn = isCorrelated(plan.left, this.#ids);
    const rightIn = isCorrelated(plan.right, this.#ids);
    const conditionIn = expressionsOf(plan).some((expression) => refersOuter(expression, this.#ids));
    const onLeft = plan.type !== "right" && plan.type !== "full";
    const onRight = plan.type === "inner" || plan.type === "cross" || plan.type === "right";
    if (!rightIn && onLeft) {
      const left = this.dependent(plan.left);
      const node = conditionIn ? (this.#bound(plan, left) as Join) : plan;
      return { plan: { ...node, left: left.plan }, columns: left.columns };
    }
    if (!leftIn && onRight) {
      const right = this.dependent(plan.right);
      const node = conditionIn ? (this.#bound(plan, right) as Join) : plan;
      return { plan: { ...node, right: right.plan }, columns: right.columns };
    }
    const left = this.dependent(plan.left);
    const right = this.dependent(plan.right);
    const same = left.columns.map((column, i) => equalNullSafe(column, right.columns[i] as Attribute));
    const bound = plan.condition === null ? [] : [this.#boundExpression(plan.condition, left)];
    const joined: LogicalPlan = {
      ...plan,
      left: left.plan,
      right: right.plan,
      type: plan.type === "cross" ? "inner" : plan.type,
      condition: conjunction([...bound, ...same]),
    };
    if (plan.type === "full") return this.#fromEither(joined, left, right);
    return { plan: joined, columns: plan.type === "right" ? right.columns : left.columns };
  }

  /** After a full join a combination stands on one side at least. */
  #fromEither(joined: LogicalPlan, left: Dependent, right: Dependent): Dependent {
    const either = left.columns.map((column, i) => {
      const values = [column, right.columns[i] as Attribute].map((item) => ({ ...item, nullable: true }));
      return alias(call("coalesce", values, column.type, true), column.name, this.context.nextId());
    });
    const own = new Set([...left.columns, ...right.columns].map((column) => column.id));
    const kept = outputOf(joined).filter((column) => !own.has(column.id));
    return { plan: { kind: "project", child: joined, expressions: [...kept, ...either] }, columns: either.map(attributeOf) };
  }

  /** With the domain's columns last, and nothing else beside the plan's own. */
  #atEnd({ plan, columns }: Dependent): Dependent {
    const ids = new Set(columns.map((column) => column.id));
    const own = outputOf(plan).filter((column) => !ids.has(column.id));
    return { plan: { kind: "project", child: plan, expressions: [...own, ...columns] }, columns };
  }
}

function withColumns(expressions: readonly NamedExpression[], columns: readonly Attribute[]): readonly NamedExpression[] {
  const missing = columns.filter((column) => !expressions.some((item) => item.id === column.id));
  return [...expressions, ...missing];
}
