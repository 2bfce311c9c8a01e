/**
 * An aggregate over the very relations that it is joined with: groups are made of the joined rows, which are computed once.
 *
 *   Join Inner, (k = k') AND (x = m)              →   WithCTE [1: Join Inner, (k = p)]
 *   :- Join Inner, (k = p)                             :  :- large [k, x]
 *   :  :- large [k, x]                                 :  +- few [p]
 *   :  +- few [p]                                      +- Join Inner, (k = k') AND (x = m)
 *   +- Aggregate [k'], [k', min(x') AS m]                 :- CTERelationRef 1 [k, x, p]
 *      +- large [k', x']                                  +- Aggregate [k'], [k', min(x') AS m]
 *                                                            +- CTERelationRef 1 [k', x', p']
 *
 * That is what correlated subqueries become. What else is joined may leave out whole groups, and repeat all rows of one alike,
 * as it is compared with their keys alone: least, greatest and mean values stay what they are. Where the joined rows are few.
 * After Zuzarte et al., "WinMagic: subquery elimination using window aggregation" (2003), without the window.
 */
import { alias } from "../../expressions/build";
import type { AggregateCall, Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { attributesOf, isDeterministic, sameExpression } from "../../expressions/traverse";
import { renameExpression } from "../../logical/fresh";
import { outputIds, outputOf } from "../../logical/output";
import type { Aggregate, Join, LogicalPlan } from "../../logical/plan";
import { aggregateCalls, expressionsOf, mapPlanChildren } from "../../logical/traverse";
import { numberSetting, type OptimizerContext, type Rule } from "../context";
import { JoinGraph } from "../join-graph";
import { isRegion, takeApart } from "../join-region";
import { matchRelations, type Matched } from "../match-relations";
import { attributeSet, conjunction, hasOuter, hasSubquery } from "../predicates";
import { Statistics } from "../statistics";

export const aggregateJoinedRows: Rule = {
  name: "AggregateJoinedRows",
  apply: (plan, context) => new JoinedRows(plan, context).visit(plan, outputIds(plan)),
};

/** The aggregate's input must have so many times the joined rows. */
const LEAST_GAIN = 4;

class JoinedRows {
  readonly #statistics: Statistics;
  readonly #gain: number;

  constructor(
    plan: LogicalPlan,
    private readonly context: OptimizerContext,
  ) {
    this.#statistics = new Statistics(plan);
    this.#gain = numberSetting(context, "firesteel.sql.aggregateJoinedRows.minGain", LEAST_GAIN);
  }

  /** `required`: ids of the columns that are needed above; null: all, in their order. */
  visit(node: LogicalPlan, required: Ids | null): LogicalPlan {
    const found = isRegion(node) ? this.#rewritten(node, required) : null;
    if (found !== null) return found;
    const below = requiredBelow(node, required);
    return mapPlanChildren(node, (child) => this.visit(child, below));
  }

  #rewritten(region: Join, required: Ids | null): LogicalPlan | null {
    const relations: LogicalPlan[] = [];
    const conditions: Expression[] = [];
    takeApart(region, relations, conditions);
    if (!conditions.every((condition) => isDeterministic(condition) && !hasSubquery(condition) && !hasOuter(condition)))
      return null;
    for (const relation of relations) {
      const aggregate = aggregateOf(relation);
      if (aggregate === null) continue;
      const ids = outputIds(relation);
      const about = conditions.filter((condition) => attributesOf(condition).some(({ id }) => ids.has(id)));
      const others = relations.filter((other) => other !== relation);
      const rest = conditions.filter((condition) => !about.includes(condition));
      const matched = matchRelations(aggregate.child, others, rest);
      if (matched === null || !keepsGroups(aggregate, matched, rest) || !comparesKeys(relation, aggregate, matched, about, rest))
        continue;
      const joined = new JoinGraph(others, rest, this.#statistics).ordered();
      if (joined === null || !this.#pays(joined, aggregate)) continue;
      return this.#over(region, joined, relation, aggregate, matched, about, required);
    }
    return null;
  }

  #pays(joined: LogicalPlan, aggregate: Aggregate): boolean {
    return this.#statistics.of(joined).rows * this.#gain <= this.#statistics.of(aggregate.child).rows;
  }

  #over(
    region: Join,
    joined: LogicalPlan,
    relation: LogicalPlan,
    aggregate: Aggregate,
    { ids }: Matched,
    about: readonly Expression[],
    required: Ids | null,
  ): LogicalPlan {
    const { context } = this;
    const wanted = outputOf(region).filter((column) => required === null || required.has(column.id));
    const grouped = [...aggregate.grouping, ...aggregate.aggregates].map((item) => renameExpression(item, ids));
    const needed = new Set([...wanted.map(({ id }) => id), ...attributeSet(about), ...attributeSet(grouped)]);
    const columns = outputOf(joined).filter(({ id }) => needed.has(id));
    const id = context.nextId();
    const fresh = columns.map((column): Attribute => ({ ...column, id: context.nextId() }));
    const again = new Map(columns.map((column, i) => [column.id, fresh[i]!.id]));
    const read = (expression: Expression): Expression => renameExpression(renameExpression(expression, ids), again);
    const groups: Aggregate = {
      kind: "aggregate",
      child: { kind: "cteReference", id, output: fresh },
      grouping: aggregate.grouping.map(read),
      aggregates: aggregate.aggregates.map((item): NamedExpression =>
        item.kind === "alias" ? { ...item, child: read(item.child) } : alias(read(item), item.name, item.id),
      ),
    };
    const join: Join = {
      kind: "join",
      type: "inner",
      left: { kind: "cteReference", id, output: columns },
      right: replaced(relation, aggregate, groups),
      condition: conjunction(about),
    };
    const definition = { id, plan: { kind: "project", child: joined, expressions: columns } as const };
    return { kind: "withCte", definitions: [definition], child: { kind: "project", child: join, expressions: wanted } };
  }
}

type Ids = ReadonlySet<ExprId>;

function requiredBelow(node: LogicalPlan, required: Ids | null): Ids | null {
  switch (node.kind) {
    case "project":
      return attributeSet(required === null ? node.expressions : node.expressions.filter(({ id }) => required.has(id)));
    case "aggregate":
      return attributeSet(expressionsOf(node));
    case "filter":
    case "sort":
    case "window":
    case "join":
      return required === null ? null : new Set([...required, ...attributeSet(expressionsOf(node))]);
    case "limit":
      return required;
    default:
      return null;
  }
}

/** The aggregate that a relation is, under projections. */
function aggregateOf(relation: LogicalPlan): Aggregate | null {
  if (relation.kind === "project") return relation.expressions.every(isDeterministic) ? aggregateOf(relation.child) : null;
  if (relation.kind !== "aggregate" || relation.grouping.length === 0) return null;
  const plainKeys = relation.grouping.every((key) => key.kind === "attribute");
  const whole = relation.aggregates.every((item) => !hasSubquery(item) && !hasOuter(item) && isDeterministic(item));
  return plainKeys && whole && aggregateCalls(relation.aggregates).every(ignoresRepetition) ? relation : null;
}

const EXACT = new Set(["byte", "short", "int", "long", "decimal"]);

/** The same where each row of a group comes equally often. */
function ignoresRepetition({ fn, args, distinct, user }: AggregateCall): boolean {
  if (distinct || user !== undefined) return false;
  return fn === "min" || fn === "max" || (fn === "avg" && EXACT.has(args[0]!.type.kind));
}

/** All that is asked of the matched relations, beside what the aggregate's input asks, is about keys of its groups. */
function keepsGroups({ grouping }: Aggregate, { ids, members, conditions }: Matched, rest: readonly Expression[]): boolean {
  const keys = new Set(grouping.map((key) => ids.get((key as Attribute).id)!));
  const own = new Set(members.flatMap((member) => [...outputIds(member)]));
  return rest.every(
    (condition) =>
      conditions.includes(condition) || attributesOf(condition).every((column) => !own.has(column.id) || keys.has(column.id)),
  );
}

/** Each key of the groups is compared with that column of the matched relations, or with one that equals it. */
function comparesKeys(
  relation: LogicalPlan,
  { grouping, aggregates }: Aggregate,
  { ids }: Matched,
  about: readonly Expression[],
  rest: readonly Expression[],
): boolean {
  const groups = outputIds(relation);
  const equals = [...about, ...rest].flatMap((condition) => columnsOfEquality(condition) ?? []);
  return grouping.every((key) => {
    const { id } = key as Attribute;
    const wanted = equalTo(
      ids.get(id)!,
      equals.filter(([a, b]) => !groups.has(a) && !groups.has(b)),
    );
    // The names under which the key leaves the relation.
    const names = namesOf(
      relation,
      aggregates.filter((item) => sameExpression(item, key)).map((item) => item.id),
    );
    return equals.some(([a, b]) => (names.has(a) && wanted.has(b)) || (names.has(b) && wanted.has(a)));
  });
}

type Pair = readonly [ExprId, ExprId];

function columnsOfEquality(condition: Expression): readonly Pair[] | null {
  if (condition.kind !== "call" || condition.fn !== "=") return null;
  const [a, b] = condition.args as [Expression, Expression];
  return a.kind === "attribute" && b.kind === "attribute" ? [[a.id, b.id]] : null;
}

function equalTo(id: ExprId, pairs: readonly Pair[]): Ids {
  const found = new Set([id]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const [a, b] of pairs) {
      if (found.has(a)) found.add(b);
      else if (found.has(b)) found.add(a);
    }
  }
  return found;
}

/** What columns of the aggregate are called above the projections over it. */
function namesOf(relation: LogicalPlan, ids: readonly ExprId[]): Ids {
  if (relation.kind !== "project") return new Set(ids);
  const below = namesOf(relation.child, ids);
  return new Set(
    relation.expressions.flatMap((item) => {
      const source = item.kind === "alias" ? item.child : item;
      return source.kind === "attribute" && below.has(source.id) ? [item.id] : [];
    }),
  );
}

function replaced(plan: LogicalPlan, node: LogicalPlan, by: LogicalPlan): LogicalPlan {
  return plan === node ? by : mapPlanChildren(plan, (child) => replaced(child, node, by));
}
