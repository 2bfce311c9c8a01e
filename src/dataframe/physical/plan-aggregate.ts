/** Aggregates: in one step where the groups are together already, else partial states, an exchange, and the rest. */
import { InternalError } from "../../common/errors";
import type { DataType } from "../../columnar/types";
import { alias, attribute, attributeOf, BINARY } from "../expressions/build";
import type { AggregateCall, Attribute, Expression, NamedExpression } from "../expressions/expression";
import { functionTable } from "../expressions/function-table";
import { mapChildren, sameExpression } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { Aggregate, LogicalPlan } from "../logical/plan";
import { aggregateCalls } from "../logical/traverse";
import { isClustered } from "./layout";
import { expandedStates } from "./plan-grouping-sets";
import type { AggregateItem, HashAggregateExec, PhysicalPlan } from "./plan";
import type { Planner } from "./planner";

/** `key`: the logical node that exchanges are remembered by, where `node` was made for this call. */
export function planAggregate(
  planner: Planner,
  node: Aggregate,
  prefer: readonly Expression[] | null,
  key: LogicalPlan = node,
): PhysicalPlan {
  const calls = distinctCalls(node);
  if (calls.some((call) => call.distinct)) {
    throw new InternalError("A distinct aggregate reached the planner: the optimizer makes two aggregates of it.");
  }
  const parts = state(planner, key, node, calls);
  const output = resultsOf(node, parts);
  const finished = aggregated(planner, key, node, parts, throughResults(prefer, node, parts));
  return isIdentity(output, finished.output) ? finished : planner.project(finished, output, outputOf(node));
}

interface Parts {
  readonly grouping: readonly NamedExpression[];
  readonly items: readonly AggregateItem[];
}

/** The same columns each time the node is planned: an exchange of states may be there already. */
const partsOfNodes = new WeakMap<LogicalPlan, Parts>();

function state(planner: Planner, key: LogicalPlan, node: Aggregate, calls: readonly AggregateCall[]): Parts {
  const found = partsOfNodes.get(key);
  if (found !== undefined) return found;
  const { services } = planner;
  const parts: Parts = {
    grouping: node.grouping.map((expression) =>
      expression.kind === "attribute" ? expression : alias(expression, "_groupingexpression", services.nextId()),
    ),
    items: calls.map((call) => ({
      call,
      result: attribute(services.nextId(), call.alias ?? call.fn, call.type, call.nullable),
      state: stateTypes(planner, call).map((type, i) => attribute(services.nextId(), `${call.fn}_state${i}`, type, true)),
    })),
  };
  partsOfNodes.set(key, parts);
  return parts;
}

function stateTypes(planner: Planner, call: AggregateCall): readonly DataType[] {
  if (call.user !== undefined) return planner.services.userState?.(call) ?? [BINARY];
  const context = { settings: planner.settings, partition: 0, inputFile: () => null };
  return functionTable().aggregate(call.fn).accumulator(call, context).stateTypes;
}

function aggregated(
  planner: Planner,
  key: LogicalPlan,
  node: Aggregate,
  { grouping, items }: Parts,
  prefer: readonly Expression[] | null,
): HashAggregateExec {
  const keys = grouping.map(attributeOf);
  const results = [...keys, ...items.map((item) => item.result)];
  const states = [...keys, ...items.flatMap((item) => item.state)];
  const finish = (child: PhysicalPlan): HashAggregateExec => ({
    kind: "hashAggregate",
    id: planner.id(),
    output: results,
    mode: "final",
    child,
    grouping: keys,
    aggregates: items,
  });
  const role = "states";
  const known = planner.state.book.find(key, role);
  if (known !== undefined) return finish(planner.read(known));
  const child = planner.plan(node.child, node.grouping);
  const layout = planner.layoutOf(child);
  const expanded = expandedStates(planner, node, child, grouping, items);
  if (isClustered(layout, node.grouping) && (node.grouping.length > 0 || layout.count === 1)) {
    if (expanded !== null) return finish(expanded);
    return { kind: "hashAggregate", id: planner.id(), output: results, mode: "complete", child, grouping, aggregates: items };
  }
  const partial: HashAggregateExec = {
    kind: "hashAggregate",
    id: planner.id(),
    output: states,
    mode: expanded === null ? "partial" : "merge",
    child: expanded ?? child,
    grouping: expanded === null ? grouping : keys,
    aggregates: items,
  };
  if (keys.length === 0) return finish(planner.newExchange({ node: key, role }, partial, { kind: "single" }));
  const by = preferredKeys(keys, prefer);
  const numPartitions = planner.partitionsFor(planner.statistics.of(key).bytes);
  return finish(planner.newExchange({ node: key, role }, partial, { kind: "hash", expressions: by, numPartitions }));
}

function preferredKeys(keys: readonly Attribute[], prefer: readonly Expression[] | null): readonly Attribute[] {
  if (prefer === null || prefer.length === 0) return keys;
  const chosen = prefer.map((wanted) => keys.find((key) => wanted.kind === "attribute" && wanted.id === key.id));
  return chosen.every((item) => item !== undefined) ? chosen : keys;
}

/** What the operator above clusters by, in terms of the grouping columns. */
function throughResults(prefer: readonly Expression[] | null, node: Aggregate, parts: Parts): readonly Expression[] | null {
  if (prefer === null) return null;
  const found: Expression[] = [];
  for (const wanted of prefer) {
    const named = wanted.kind === "attribute" ? node.aggregates.find((item) => item.id === wanted.id) : undefined;
    if (named === undefined) return null;
    const source = named.kind === "alias" ? named.child : named;
    const place = node.grouping.findIndex((expression) => sameExpression(expression, source));
    if (place < 0) return null;
    found.push(attributeOf(parts.grouping[place] as NamedExpression));
  }
  return found;
}

function distinctCalls(node: Aggregate): readonly AggregateCall[] {
  const calls: AggregateCall[] = [];
  for (const call of aggregateCalls(node.aggregates)) {
    if (!calls.some((other) => sameExpression(other, call))) calls.push(call);
  }
  return calls;
}

/** The select list over the columns that the operator gives. */
function resultsOf(node: Aggregate, { grouping, items }: Parts): readonly NamedExpression[] {
  const replace = (expression: Expression): Expression => {
    if (expression.kind === "aggregate") {
      const item = items.find((other) => sameExpression(other.call, expression));
      if (item !== undefined) return item.result;
    }
    const place = node.grouping.findIndex((other) => sameExpression(other, expression));
    if (place >= 0) return attributeOf(grouping[place] as NamedExpression);
    return mapChildren(expression, replace);
  };
  return node.aggregates.map((named) => {
    if (named.kind === "alias") return mapAlias(named, replace);
    const source = replace(named) as Attribute;
    return source.id === named.id ? named : alias(source, named.name, named.id);
  });
}

function mapAlias(named: Extract<NamedExpression, { kind: "alias" }>, f: (e: Expression) => Expression): NamedExpression {
  const child = f(named.child);
  return child === named.child ? named : { ...named, child };
}

function isIdentity(expressions: readonly NamedExpression[], columns: readonly Attribute[]): boolean {
  return (
    expressions.length === columns.length &&
    expressions.every((expression, i) => expression.kind === "attribute" && expression.id === (columns[i] as Attribute).id)
  );
}
