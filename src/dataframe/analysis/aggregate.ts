/**
 * Queries with groups: SELECT lists over grouping expressions and aggregates, HAVING, and what ORDER BY adds to them.
 *
 * Without window functions, generators or HAVING that is one Aggregate node. Otherwise the node computes the groups and
 * aggregates that are mentioned, and the rest stands above it: Aggregate, Filter (HAVING), Generate, Window, Project.
 */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, attributeOf } from "../expressions/build";
import type { Alias, Attribute, Expression, NamedExpression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { exists, mapChildren, sameExpression, transformUp } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { mapSubqueries, transformAllExpressions } from "../logical/traverse";
import type { Binder, Bound, Columns, Env } from "./binder";
import { bound } from "./binder";
import { attributeColumns, columnsOf } from "./columns";
import { exprText, qualifiedText, typeText } from "./messages";
import { isOrderable } from "../types/text";
import { selectPlan } from "./select";
import type { SelectItem, SelectList } from "./select";
import { unresolvedColumn } from "./suggestions";
import { containsWindow } from "./windows";

export interface AggregateQuery {
  readonly input: Bound;
  /** The rows that are grouped: the input, or grouping sets made of it. */
  readonly child: LogicalPlan;
  readonly grouping: readonly Expression[];
  readonly list: SelectList;
  readonly having: readonly Expression[];
  /** Keys of grouping sets that are not columns: ORDER BY may name them. */
  readonly keyColumns?: readonly Attribute[];
  /** Aggregates that subqueries of HAVING read, by the id of the column they were told. */
  readonly promised?: ReadonlyMap<number, Expression>;
  /** Replaces what grouping sets replace in an expression over the input. */
  readonly prepared: (expression: Expression, at: QueryContext | undefined) => Expression;
  readonly env: Env;
  /** The whole query, for errors. */
  readonly at: QueryContext | undefined;
}

/** A grouping or aggregate expression and the column that holds it. */
interface Known {
  readonly expression: Expression;
  readonly column: Attribute;
}

export function aggregateBound(binder: Binder, query: AggregateQuery): Bound {
  for (const item of query.list.items) {
    if (item.kind === "named") checkItem(query, item.expression, item.syntax.at);
    else checkItem(query, item.call, query.at);
  }
  const plan = aggregatePlan(binder, query, []);
  const output = outputOf(plan);
  return bound(plan, output, {
    planIds: query.input.planIds,
    block: {
      below:
        query.keyColumns === undefined
          ? columnsOf(binder, query.input)
          : withKeys(columnsOf(binder, query.input), attributeColumns(binder, query.keyColumns)),
      extended: (extra) => aggregatePlan(binder, query, extra),
      aggregate: {
        isGrouping: (expression) => isGrouped(query, query.prepared(expression, undefined)),
        lift: (expression, extra) => {
          const columns = new Set(output.map((column) => column.id));
          return lift(binder, query, query.prepared(expression, query.at), knownItems(query.list.items), columns, (one) =>
            extra.push(one),
          );
        },
        having: (condition, promised) =>
          aggregateBound(binder, {
            ...query,
            having: [...query.having, query.prepared(condition, query.at)],
            promised: new Map([...(query.promised ?? []), ...promised]),
          }),
      },
    },
  });
}

function aggregatePlan(binder: Binder, query: AggregateQuery, extra: readonly NamedExpression[]): LogicalPlan {
  const { list, grouping, child } = query;
  const simple =
    query.having.length === 0 &&
    list.below.length === 0 &&
    list.items.every((item) => item.kind === "named" && !standsAbove(item.expression)) &&
    !extra.some(standsAbove);
  if (simple) {
    const aggregates = list.items.map((item) => (item as Extract<SelectItem, { kind: "named" }>).expression);
    return { kind: "aggregate", child, grouping, aggregates: [...aggregates, ...extra] };
  }
  return layeredPlan(binder, query, extra);
}

/** Is computed of the groups' columns: windows, and subqueries in bodies of functions. */
export function standsAbove(expression: Expression): boolean {
  return exists(expression, (node) => node.kind === "window" || node.kind === "routineCall");
}

function layeredPlan(binder: Binder, query: AggregateQuery, extra: readonly NamedExpression[]): LogicalPlan {
  const computed: NamedExpression[] = [];
  const known: Known[] = [];
  const lifted = (expression: Expression): Expression =>
    lift(binder, query, expression, known, new Set(computed.map((one) => one.id)), (one) => {
      computed.push(one);
      known.push({ expression: one.kind === "alias" ? one.child : one, column: attributeOf(one) });
    });
  const items = query.list.items.map((item): SelectItem => {
    if (item.kind === "generator") return { ...item, call: lifted(item.call) as typeof item.call };
    return { ...item, expression: keepName(item.expression, lifted) };
  });
  const below = query.list.below.map((one) => keepName(one, lifted) as Alias);
  const more = extra.map((one) => keepName(one, lifted));
  const definitions = new Map(
    query.list.items.flatMap((item) =>
      item.kind === "named" && item.expression.kind === "alias" ? [[item.expression.id, item.expression.child] as const] : [],
    ),
  );
  const defined = (node: Expression): Expression => {
    const definition = node.kind === "attribute" ? definitions.get(node.id) : undefined;
    if (definition === undefined) return node;
    // Windows are over the groups that HAVING leaves.
    if (!containsWindow(definition)) return definition;
    const columns = query.list.items.flatMap(itemColumns).filter((one) => !isWindow(definitions.get(one.id)));
    throw unresolvedColumn([(node as Attribute).name], columns, query.at);
  };
  const having = query.having.map((condition) => lifted(transformUp(condition, defined)));
  let plan: LogicalPlan = { kind: "aggregate", child: query.child, grouping: query.grouping, aggregates: computed };
  for (const condition of having) plan = { kind: "filter", child: plan, condition };
  return selectPlan(binder, plan, { items, below }, more);
}

function isWindow(definition: Expression | undefined): boolean {
  return definition !== undefined && containsWindow(definition);
}

/** The same name and id over a lifted expression. */
function keepName(expression: NamedExpression, lifted: (expression: Expression) => Expression): NamedExpression {
  if (expression.kind === "attribute") {
    const column = lifted(expression);
    if (column.kind === "attribute" && column.id === expression.id) return expression;
    return { ...alias(column, expression.name, expression.id, expression.metadata) };
  }
  return { ...expression, child: lifted(expression.child) };
}

function withKeys(columns: Columns, keys: Columns): Columns {
  const { all, hidden, candidates, planIds } = columns;
  return { all, hidden, candidates, planIds, find: (parts, use) => columns.find(parts, use) ?? keys.find(parts, use) };
}

function itemColumns(item: SelectItem): readonly Attribute[] {
  return item.kind === "named" ? [attributeOf(item.expression)] : item.output;
}

function knownItems(items: readonly SelectItem[]): Known[] {
  return items.flatMap((item): Known[] => {
    if (item.kind !== "named") return [];
    const expression = item.expression.kind === "alias" ? item.expression.child : item.expression;
    return [{ expression, column: attributeOf(item.expression) }];
  });
}

/**
 * `expression` with aggregates and grouping expressions as columns of the Aggregate node: those in `known`, or new ones,
 * which `add` takes. `columns` are ids that may be read as they are.
 */
function lift(
  binder: Binder,
  query: AggregateQuery,
  expression: Expression,
  known: readonly Known[],
  columns: ReadonlySet<number>,
  add: (one: NamedExpression) => void,
): Expression {
  const added: Known[] = [];
  const register = (node: Expression): Attribute => {
    const one: NamedExpression = node.kind === "attribute" ? node : alias(node, printed(node), binder.nextId());
    add(one);
    const column = attributeOf(one);
    added.push({ expression: node, column });
    return column;
  };
  const visit = (node: Expression): Expression => {
    const found = [...known, ...added].find((one) => sameExpression(one.expression, node));
    if (found !== undefined) return found.column;
    if (node.kind === "attribute" && columns.has(node.id)) return node;
    const promised = node.kind === "attribute" ? query.promised?.get(node.id) : undefined;
    if (promised !== undefined) return visit(promised);
    if (node.kind === "aggregate" || isGroupingKey(query, node)) return register(node);
    if (node.kind === "attribute") throw unresolvedColumn([node.name], query.list.items.flatMap(itemColumns), query.at);
    const inner = mapGrouped(node, visit);
    return withOuterColumns(inner, visit);
  };
  return visit(expression);
}

/** The parts of an expression over groups: the function of a window is none of the groups' aggregates, but what it reads is. */
function mapGrouped(node: Expression, visit: (node: Expression) => Expression): Expression {
  if (node.kind !== "window") return mapChildren(node, visit);
  return mapChildren(node, (child) => (child === node.function ? mapChildren(child, visit) : visit(child)));
}

/** Subqueries read the groups' columns as they read those of any query around. */
function withOuterColumns(node: Expression, visit: (node: Expression) => Expression): Expression {
  if (node.kind !== "scalarSubquery" && node.kind !== "exists" && node.kind !== "inSubquery") return node;
  return mapSubqueries(node, (plan) =>
    transformAllExpressions(plan, (expression) =>
      transformUp(expression, (one) => {
        if (one.kind !== "outer") return one;
        try {
          const column = visit(one.attribute);
          return column.kind === "attribute" ? { ...one, attribute: column } : one;
        } catch {
          // A column of a query further out, or one that the check of the whole subquery refuses.
          return one;
        }
      }),
    ),
  );
}

function isGroupingKey(query: AggregateQuery, node: Expression): boolean {
  return query.grouping.some((key) => sameExpression(key, node));
}

/** Made of grouping expressions alone. */
function isGrouped(query: AggregateQuery, expression: Expression): boolean {
  return !exists(stopAtKeys(query, expression), (node) => node.kind === "attribute");
}

function stopAtKeys(query: AggregateQuery, expression: Expression): Expression {
  const visit = (node: Expression): Expression =>
    isGroupingKey(query, node) ? { kind: "literal", value: null, type: node.type, nullable: true } : mapChildren(node, visit);
  return visit(expression);
}

/** Every column outside of aggregates must be part of what is grouped by. */
function checkItem(query: AggregateQuery, expression: Expression, at: QueryContext | undefined): void {
  const visit = (node: Expression): Expression => {
    if (node.kind === "aggregate" || isGroupingKey(query, node)) return node;
    if (node.kind === "attribute") throw missingAggregation(query, node, at);
    if (node.kind === "scalarSubquery" && isCorrelated(query, node)) {
      throw new AnalysisError("SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION", { sqlExpr: exprText(node) }, node.at ?? at);
    }
    return mapGrouped(node, visit);
  };
  visit(expression.kind === "alias" ? expression.child : expression);
}

/** Reads columns of the rows that are grouped. */
function isCorrelated(query: AggregateQuery, node: Extract<Expression, { kind: "scalarSubquery" }>): boolean {
  const input = new Set(outputOf(query.input.plan).map((column) => column.id));
  let found = false;
  transformAllExpressions(node.plan, (expression) => {
    found ||= exists(expression, (one) => one.kind === "outer" && input.has(one.attribute.id));
    return expression;
  });
  return found;
}

function missingAggregation(query: AggregateQuery, column: Attribute, at: QueryContext | undefined): AnalysisError {
  if (query.grouping.length === 0) return new AnalysisError("MISSING_GROUP_BY", {}, query.at);
  const expression = exprText(column);
  return new AnalysisError(
    "MISSING_AGGREGATION",
    { expression, expressionAnyValue: `"any_value(${expression.slice(1, -1)})"` },
    at,
  );
}

/** GROUP BY takes neither aggregates nor types without equality. */
export function checkGroupingKeys(keys: readonly Expression[], at: QueryContext | undefined): void {
  for (const key of keys) {
    let aggregate: Expression | null = null;
    exists(key, (node) => {
      if (node.kind === "aggregate") aggregate = node;
      return aggregate !== null;
    });
    if (aggregate !== null) throw new AnalysisError("GROUP_BY_AGGREGATE", { sqlExpr: qualifiedText(aggregate) }, at);
    if (containsWindow(key) || exists(key, (node) => node.kind === "generator"))
      throw new AnalysisError("UNSUPPORTED_EXPR_FOR_OPERATOR", { invalidExprSqls: exprText(key) }, at);
    if (!isGroupable(key.type)) {
      throw new AnalysisError(
        "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE",
        { sqlExpr: exprText(key), dataType: typeText(key.type) },
        at,
      );
    }
  }
}

function isGroupable(type: Expression["type"]): boolean {
  if (type.kind === "map") return isGroupable(type.key) && isGroupable(type.value);
  if (type.kind === "calendarInterval") return true;
  if (type.kind === "array") return isGroupable(type.element);
  if (type.kind === "struct") return type.fields.every((field) => isGroupable(field.type));
  return isOrderable(type);
}
