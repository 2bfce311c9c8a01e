/**
 * Groups that a join will drop are not computed: the keys that the other side has go down to the input of the aggregate.
 *
 *   Join Inner, (k = p)                      →   Join Inner, (k = p)
 *   :- Aggregate [k], [k, avg(x)]                :- Aggregate [k], [k, avg(x)]
 *   :  +- large [k, x]                           :  +- Join LeftSemi, (k = p')
 *   +- few [p]                                   :     :- large [k, x]
 *                                                :     +- few [p']
 *                                                +- few [p]
 *
 * That is what correlated subqueries become, whose outer query looks at few of their groups. Only where the other side is small,
 * and read from much less than the aggregate is. Where it is a join it becomes a CTE; rows of one relation are read twice.
 * After Mumick et al., "Magic is relevant" (1990).
 */
import { alias } from "../../expressions/build";
import type { Attribute, ExprId, NamedExpression } from "../../expressions/expression";
import { isDeterministic } from "../../expressions/traverse";
import { freshIds } from "../../logical/fresh";
import { outputIds, outputOf } from "../../logical/output";
import type { Aggregate, CteReference, Join, LogicalPlan } from "../../logical/plan";
import { existsPlan, expressionsOf, transformUp, walkPlan, withChildren } from "../../logical/traverse";
import { numberSetting, sizeSetting, type OptimizerContext, type Rule } from "../context";
import { equiKeys } from "../equi-keys";
import { conjunction, equal, hasOuter, hasSubquery } from "../predicates";
import { Statistics } from "../statistics";

export const reduceAggregateInput: Rule = {
  name: "ReduceAggregateInput",
  apply: (plan, context) => {
    const reduction = new Reduction(plan, context);
    return transformUp(plan, (node) => (node.kind === "join" ? reduction.join(node) : node));
  },
};

/** A column of the aggregate's side, and the column of the other side that it must equal. */
interface Pair {
  readonly column: ExprId;
  readonly other: Attribute;
}

/** Groups that are dropped must be at least so many times those that stay. */
const LEAST_GAIN = 5;

class Reduction {
  readonly #statistics: Statistics;
  /** Smaller inputs are computed whole; 0: all are reduced, whatever it costs. */
  readonly #leastRows: number;
  readonly #mostBytes: number;
  /** Other sides that keys are read from, and that are CTEs therefore. */
  readonly #references = new Map<LogicalPlan, CteReference>();

  constructor(
    plan: LogicalPlan,
    private readonly context: OptimizerContext,
  ) {
    this.#statistics = new Statistics(plan);
    this.#leastRows = numberSetting(context, "firesteel.sql.reduceAggregateInput.minRows", 50_000);
    this.#mostBytes = sizeSetting(context, "spark.sql.autoBroadcastJoinThreshold", 10 << 20);
  }

  join(join: Join): LogicalPlan {
    if (join.hints !== undefined || join.lateral === true || join.condition === null) return join;
    const keys = equiKeys(join).keys.filter(
      (key) => !key.nullSafe && key.left.kind === "attribute" && key.right.kind === "attribute",
    );
    if (keys.length === 0) return join;
    const { type, left, right } = join;
    // A side may lose rows without a match where the join drops them itself.
    if (type === "inner" || type === "left" || type === "leftSemi" || type === "leftAnti" || type === "existence") {
      const pairs = keys.map((key) => ({ column: (key.right as Attribute).id, other: key.left as Attribute }));
      const reduced = this.#below(right, pairs, left);
      if (reduced !== null) return this.#sharing(left, (shared) => withChildren(join, [shared, reduced]));
    }
    if (type === "inner" || type === "right" || type === "leftSemi") {
      const pairs = keys.map((key) => ({ column: (key.left as Attribute).id, other: key.right as Attribute }));
      const reduced = this.#below(left, pairs, right);
      if (reduced !== null) return this.#sharing(right, (shared) => withChildren(join, [reduced, shared]));
    }
    return join;
  }

  /** The join, with the CTE that `other` has become around it. */
  #sharing(other: LogicalPlan, joined: (other: LogicalPlan) => LogicalPlan): LogicalPlan {
    const reference = this.#references.get(other);
    if (reference === undefined) return joined(other);
    return { kind: "withCte", definitions: [{ id: reference.id, plan: other }], child: joined(reference) };
  }

  /** What the keys are read from: a CTE, or the plan itself. */
  #keysFrom(other: LogicalPlan): LogicalPlan {
    if (!existsPlan(other, ({ kind }) => kind === "join")) return other;
    const reference: CteReference = { kind: "cteReference", id: this.context.nextId(), output: outputOf(other) };
    this.#references.set(other, reference);
    return reference;
  }

  /** The plan with the input of its aggregate reduced; null where there is none, or no gain. */
  #below(plan: LogicalPlan, pairs: readonly Pair[], other: LogicalPlan): LogicalPlan | null {
    switch (plan.kind) {
      case "project":
      case "filter": {
        const inner = plan.kind === "filter" ? pairs : through(pairs, plan.expressions);
        const child = inner.length === 0 ? null : this.#below(plan.child, inner, other);
        return child === null ? null : withChildren(plan, [child]);
      }
      case "aggregate":
        return this.#aggregate(plan, pairs, other);
      default:
        return null;
    }
  }

  #aggregate(plan: Aggregate, pairs: readonly Pair[], other: LogicalPlan): LogicalPlan | null {
    const grouping = new Set(plan.grouping.flatMap((key) => (key.kind === "attribute" ? [key.id] : [])));
    const keys = through(pairs, plan.aggregates).filter(({ column }) => grouping.has(column));
    if (keys.length === 0 || !this.#pays(plan, other) || !isPlain(other)) return null;
    return withChildren(plan, [this.#reduced(plan.child, keys, other)]);
  }

  #pays(plan: Aggregate, other: LogicalPlan): boolean {
    if (this.#leastRows === 0) return true;
    const { rows, bytes } = this.#statistics.of(other);
    const input = this.#statistics.of(plan.child).rows;
    const groups = this.#statistics.of(plan).rows;
    return (
      input >= this.#leastRows &&
      bytes <= this.#mostBytes &&
      rows * LEAST_GAIN <= groups &&
      this.#read(other) * 2 <= this.#read(plan.child)
    );
  }

  /** Rows that the leaves of a plan give, before filters. */
  #read(plan: LogicalPlan): number {
    let rows = 0;
    walkPlan(plan, (node) => {
      if (node.kind === "scan" || node.kind === "localRelation" || node.kind === "externalRelation" || node.kind === "range")
        rows += this.#statistics.of(node.kind === "scan" ? { ...node, pushed: [], partitionFilters: [] } : node).rows;
    });
    return rows;
  }

  /** As near to the relation of the keys as inner joins and projections let it be. */
  #reduced(plan: LogicalPlan, keys: readonly Pair[], other: LogicalPlan): LogicalPlan {
    if (plan.kind === "project") {
      const inner = through(keys, plan.expressions);
      if (inner.length === keys.length) return withChildren(plan, [this.#reduced(plan.child, inner, other)]);
    }
    if (plan.kind === "join" && plan.lateral !== true && plan.type !== "full" && plan.type !== "nullAwareAnti") {
      const within = (side: LogicalPlan): boolean => {
        const ids = outputIds(side);
        return keys.every(({ column }) => ids.has(column));
      };
      if (plan.type !== "right" && within(plan.left))
        return withChildren(plan, [this.#reduced(plan.left, keys, other), plan.right]);
      if ((plan.type === "inner" || plan.type === "cross" || plan.type === "right") && within(plan.right))
        return withChildren(plan, [plan.left, this.#reduced(plan.right, keys, other)]);
    }
    return this.#semiJoin(plan, keys, other);
  }

  #semiJoin(plan: LogicalPlan, keys: readonly Pair[], other: LogicalPlan): LogicalPlan {
    const { plan: copy, ids } = freshIds(this.#keysFrom(other), () => this.context.nextId());
    const named = keys.map(({ other: key }) => alias({ ...key, id: ids.get(key.id) ?? key.id }, key.name, this.context.nextId()));
    const columns = new Map(outputOf(plan).map((column) => [column.id, column]));
    const equalities = keys.map(({ column }, i) => {
      const { id, name, type, nullable } = named[i]!;
      return equal(columns.get(column)!, { kind: "attribute", id, name, type, nullable, qualifier: [] });
    });
    return {
      kind: "join",
      left: plan,
      right: { kind: "project", child: copy, expressions: named },
      type: "leftSemi",
      condition: conjunction(equalities),
    };
  }
}

/** The pairs whose column passes through a select list as it is, by the names below it. */
function through(pairs: readonly Pair[], expressions: readonly NamedExpression[]): readonly Pair[] {
  return pairs.flatMap(({ column, other }) => {
    const item = expressions.find(({ id }) => id === column);
    const source = item?.kind === "alias" ? item.child : item;
    return source?.kind !== "attribute" ? [] : [{ column: source.id, other }];
  });
}

/** Gives the same rows each time, from what it says alone. */
function isPlain(plan: LogicalPlan): boolean {
  return !existsPlan(
    plan,
    (node) =>
      node.kind === "sample" ||
      node.kind === "limit" ||
      node.kind === "mapBatches" ||
      node.kind === "cteReference" ||
      node.kind === "recursiveCte" ||
      !expressionsOf(node).every((part) => isDeterministic(part) && !hasSubquery(part) && !hasOuter(part)),
  );
}
