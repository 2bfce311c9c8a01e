/**
 * Aggregates over distinct values as two aggregates: the first finds the distinct values.
 *
 *   Aggregate [k], [k, count(distinct a) AS n]   →   Aggregate [k], [k, count(a) AS n]
 *   +- r [k, a]                                      +- Aggregate [k, a], [k, a]
 *                                                       +- r [k, a]
 *
 * With other aggregates beside, those are computed in the first where partial results can be added up:
 *
 *   Aggregate [k], [count(distinct a), max(b)]   →   Aggregate [k], [count(a), max(m)]
 *                                                    +- Aggregate [k, a], [k, a, max(b) AS m]
 *
 * In all other cases each row goes once into every group of distinct arguments, told apart by a number:
 *
 *   Aggregate [k], [count(distinct a), sum(distinct b), avg(c)]
 *   →   Aggregate [k], [count(a) FILTER (g = 1), sum(b) FILTER (g = 2), first(x) FILTER (g = 0)]
 *       +- Aggregate [k, a, b, g], [k, a, b, g, avg(c) AS x]
 *          +- Expand [[k, null, null, 0, c], [k, a, null, 1, null], [k, null, b, 2, null]]
 */
import { alias, attribute, attributeOf, BOOLEAN, call, DOUBLE, INT, literal, LONG } from "../../expressions/build";
import type { AggregateCall, Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { isFoldable, mapChildren, sameExpression } from "../../expressions/traverse";
import type { Aggregate, LogicalPlan } from "../../logical/plan";
import { aggregateCalls, transformUp } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { distinctExpressions, equal } from "../predicates";
import { onNoRows } from "../subqueries/pull-up";

export const rewriteDistinctAggregates: Rule = {
  name: "RewriteDistinctAggregates",
  apply: (plan, context) => transformUp(plan, (node) => (node.kind === "aggregate" ? rewritten(node, context) : node)),
};

/** For these a value twice is a value once. */
const DISTINCT_ALREADY = new Set([
  "min",
  "max",
  "bool_and",
  "bool_or",
  "every",
  "some",
  "any",
  "collect_set",
  "bit_and",
  "bit_or",
]);

function rewritten(node: Aggregate, context: OptimizerContext): LogicalPlan {
  const simpler = withoutNeedlessDistinct(node);
  const calls = distinctExpressions(aggregateCalls(simpler.aggregates));
  const distinct = calls.filter((item) => item.distinct);
  if (distinct.length === 0) return simpler;
  const groups = groupsOf(distinct);
  const regular = calls.filter((item) => !item.distinct);
  const keys = new Keys(simpler, context);
  const [only] = groups;
  if (groups.length === 1 && only !== undefined && regular.every((item) => twoStepsOf(item) !== null)) {
    return inTwoSteps(simpler, keys, only, regular, context);
  }
  return expanded(simpler, keys, groups, regular, context);
}

function withoutNeedlessDistinct(node: Aggregate): Aggregate {
  let changed = false;
  const simplify = (expression: Expression): Expression => {
    if (expression.kind !== "aggregate") return mapChildren(expression, simplify);
    if (!expression.distinct || expression.user !== undefined || !DISTINCT_ALREADY.has(expression.fn)) return expression;
    changed = true;
    return { ...expression, distinct: false };
  };
  const aggregates = node.aggregates.map((item) => (item.kind === "alias" ? { ...item, child: simplify(item.child) } : item));
  return changed ? { ...node, aggregates } : node;
}

/** Calls over the same distinct arguments. A filter becomes part of the arguments: what it leaves out is null. */
interface Group {
  readonly args: readonly Expression[];
  readonly calls: readonly { readonly call: AggregateCall; readonly args: readonly Expression[] }[];
}

function groupsOf(calls: readonly AggregateCall[]): readonly Group[] {
  const groups: { args: readonly Expression[]; calls: { call: AggregateCall; args: readonly Expression[] }[] }[] = [];
  for (const item of calls) {
    const args = item.filter === null ? item.args : item.args.map((arg) => when(item.filter as Expression, arg));
    const values = distinctExpressions(args.filter((arg) => !isFoldable(arg)));
    const columns = values.length > 0 ? values : args;
    const group = groups.find((other) => sameSet(other.args, columns));
    if (group === undefined) groups.push({ args: columns, calls: [{ call: item, args }] });
    else group.calls.push({ call: item, args });
  }
  return groups;
}

function when(condition: Expression, value: Expression): Expression {
  return call("case", [condition, value], value.type, true);
}

function sameSet(a: readonly Expression[], b: readonly Expression[]): boolean {
  return a.length === b.length && a.every((item) => b.some((other) => sameExpression(item, other)));
}

/** Grouping expressions as columns of the first aggregate. */
class Keys {
  readonly inner: readonly NamedExpression[];

  constructor(
    private readonly node: Aggregate,
    context: OptimizerContext,
  ) {
    this.inner = node.grouping.map((expression) =>
      expression.kind === "attribute" ? expression : alias(expression, "_key", context.nextId()),
    );
  }

  get columns(): readonly Attribute[] {
    return this.inner.map(attributeOf);
  }

  /** The select list over the second aggregate's input, where keys are `columns`: `result` says what stands for a call. */
  select(columns: readonly Attribute[], result: (call: AggregateCall) => Expression): readonly NamedExpression[] {
    const { grouping, aggregates } = this.node;
    const replace = (expression: Expression): Expression => {
      if (expression.kind === "aggregate") return result(expression);
      const place = grouping.findIndex((other) => sameExpression(other, expression));
      return place >= 0 ? (columns[place] as Attribute) : mapChildren(expression, replace);
    };
    return aggregates.map((item) => {
      if (item.kind === "alias") return { ...item, child: replace(item.child) };
      const source = replace(item) as Attribute;
      return source.id === item.id ? source : alias(source, item.name, item.id);
    });
  }
}

/** Named columns for expressions: attributes stand for themselves. */
function named(expressions: readonly Expression[], name: string, context: OptimizerContext): readonly NamedExpression[] {
  return expressions.map((expression) =>
    expression.kind === "attribute" ? expression : alias(expression, name, context.nextId()),
  );
}

function columnFor(expression: Expression, sources: readonly Expression[], columns: readonly Attribute[]): Expression {
  const place = sources.findIndex((other) => sameExpression(other, expression));
  return place >= 0 ? (columns[place] as Attribute) : expression;
}

/** A distinct call over the columns that hold its arguments. */
function plainCall(item: Group["calls"][number], group: Group, columns: readonly Attribute[]): AggregateCall {
  const args = item.args.map((arg) => columnFor(arg, group.args, columns));
  return { ...item.call, distinct: false, filter: null, args };
}

interface TwoSteps {
  readonly first: readonly AggregateCall[];
  readonly second: (columns: readonly Attribute[]) => Expression;
}

/** How an aggregate's results over parts of a group make the result over the group; null where they do not. */
function twoStepsOf(item: AggregateCall): TwoSteps | null {
  if (item.user !== undefined) return null;
  // Of no parts every one of these is null, also where the aggregate itself never is.
  const over = (fn: string, column: Attribute): AggregateCall => ({ ...item, fn, args: [column], filter: null, nullable: true });
  switch (item.fn) {
    case "min":
    case "max":
    case "bool_and":
    case "bool_or":
    case "bit_and":
    case "bit_or":
    case "bit_xor":
      return { first: [item], second: ([column]) => over(item.fn, column as Attribute) };
    case "sum":
      // Sums of decimals have a wider type at each step.
      if (item.type.kind !== "long" && item.type.kind !== "double") return null;
      return { first: [item], second: ([column]) => over("sum", column as Attribute) };
    case "count": {
      return {
        first: [item],
        second: ([column]) => call("coalesce", [over("sum", column as Attribute), literal(0, LONG)], LONG, false),
      };
    }
    case "avg": {
      const [arg] = item.args;
      if (arg === undefined || arg.type.kind === "decimal" || item.type.kind !== "double") return null;
      const sum: AggregateCall = { ...item, fn: "sum", args: [asDouble(arg)], type: DOUBLE };
      const count: AggregateCall = { ...item, fn: "count", type: LONG, nullable: false };
      return {
        first: [sum, count],
        second: ([sums, counts]) => {
          const total = { ...over("sum", counts as Attribute), type: LONG, nullable: true };
          const mean = call("/", [over("sum", sums as Attribute), asDouble(total)], DOUBLE, true);
          return call("case", [call(">", [total, literal(0, LONG)], BOOLEAN, true), mean], DOUBLE, true);
        },
      };
    }
    default:
      return null;
  }
}

function asDouble(expression: Expression): Expression {
  if (expression.type.kind === "double") return expression;
  return { kind: "cast", child: expression, type: DOUBLE, mode: "legacy", nullable: expression.nullable };
}

function inTwoSteps(
  node: Aggregate,
  keys: Keys,
  group: Group,
  regular: readonly AggregateCall[],
  context: OptimizerContext,
): LogicalPlan {
  const values = named(group.args, "_distinct", context);
  const columns = values.map(attributeOf);
  const seconds = new Map<AggregateCall, Expression>();
  const firsts: NamedExpression[] = [];
  for (const item of regular) {
    const steps = twoStepsOf(item) as TwoSteps;
    const partial = steps.first.map((first) => alias(first, "_partial", context.nextId()));
    firsts.push(...partial);
    seconds.set(item, steps.second(partial.map(attributeOf)));
  }
  const sources = (items: readonly NamedExpression[]): readonly Expression[] =>
    items.map((item) => (item.kind === "alias" ? item.child : item));
  const inner: LogicalPlan = {
    kind: "aggregate",
    child: node.child,
    grouping: distinctExpressions([...sources(keys.inner), ...sources(values)]),
    aggregates: uniqueColumns([...keys.inner, ...values, ...firsts]),
  };
  const aggregates = keys.select(keys.columns, (item) => {
    const known = group.calls.find((other) => sameExpression(other.call, item));
    if (known !== undefined) return plainCall(known, group, columns);
    return seconds.get(regular.find((other) => sameExpression(other, item)) as AggregateCall) as Expression;
  });
  return { kind: "aggregate", child: inner, grouping: keys.columns, aggregates };
}

function uniqueColumns(items: readonly NamedExpression[]): readonly NamedExpression[] {
  const seen = new Set<ExprId>();
  return items.filter((item) => !seen.has(item.id) && seen.add(item.id));
}

function expanded(
  node: Aggregate,
  keys: Keys,
  groups: readonly Group[],
  regular: readonly AggregateCall[],
  context: OptimizerContext,
): LogicalPlan {
  const column = (name: string, expression: Expression): Attribute => attribute(context.nextId(), name, expression.type, true);
  const keyColumns = keys.inner.map((item) => ({ ...attributeOf(item), id: context.nextId() }));
  const distinctArgs = distinctExpressions(groups.flatMap((group) => group.args));
  const distinctColumns = distinctArgs.map((arg) => column("_distinct", arg));
  const number = attribute(context.nextId(), "_group", INT, false);
  const regularArgs = distinctExpressions(
    regular.flatMap((item) => [...item.args, ...(item.filter === null ? [] : [item.filter])]).filter((arg) => !isFoldable(arg)),
  );
  const regularColumns = regularArgs.map((arg) => column("_value", arg));
  const nulls = (args: readonly Expression[]): readonly Expression[] => args.map((arg) => literal(null, arg.type));
  const projections = groups.map((group, i): readonly Expression[] => [
    ...node.grouping,
    ...distinctArgs.map((arg) => (group.args.some((own) => sameExpression(own, arg)) ? arg : literal(null, arg.type))),
    literal(i + 1, INT),
    ...nulls(regularArgs),
  ]);
  if (regular.length > 0) projections.unshift([...node.grouping, ...nulls(distinctArgs), literal(0, INT), ...regularArgs]);
  const expand: LogicalPlan = {
    kind: "expand",
    child: node.child,
    projections,
    output: [...keyColumns, ...distinctColumns, number, ...regularColumns],
  };
  const results = new Map<AggregateCall, NamedExpression>();
  for (const item of regular) {
    const args = item.args.map((arg) => columnFor(arg, regularArgs, regularColumns));
    const filter = item.filter === null ? null : columnFor(item.filter, regularArgs, regularColumns);
    results.set(item, alias({ ...item, args, filter }, "_result", context.nextId()));
  }
  const grouping = [...keyColumns, ...distinctColumns, number];
  const inner: LogicalPlan = { kind: "aggregate", child: expand, grouping, aggregates: [...grouping, ...results.values()] };
  const isGroup = (i: number): Expression => equal(number, literal(i, INT));
  const aggregates = keys.select(keyColumns, (item) => {
    for (const [i, group] of groups.entries()) {
      const known = group.calls.find((other) => sameExpression(other.call, item));
      if (known !== undefined) {
        const columns = group.args.map((arg) => columnFor(arg, distinctArgs, distinctColumns) as Attribute);
        return { ...plainCall(known, group, columns), filter: isGroup(i + 1) };
      }
    }
    const source = regular.find((other) => sameExpression(other, item)) as AggregateCall;
    const result = attributeOf(results.get(source) as NamedExpression);
    const first: AggregateCall = {
      kind: "aggregate",
      fn: "first",
      args: [result],
      distinct: false,
      filter: isGroup(0),
      type: item.type,
      nullable: true,
    };
    const otherwise = onNoRows(source);
    if (otherwise.kind === "literal" && otherwise.value === null) return first;
    return call("coalesce", [first, otherwise], item.type, item.nullable);
  });
  return { kind: "aggregate", child: inner, grouping: keyColumns, aggregates };
}
