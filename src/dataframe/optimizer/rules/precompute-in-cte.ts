/**
 * A long column of a CTE that is read through one expression alone, which the CTE's own filter computes: its value travels instead.
 *
 *   WithCTE [1]                                     →   WithCTE [1]
 *   :- Filter substring(s, 1, 2) IN (…)                 :- Project [substring(s, 1, 2) AS c, x]
 *   :  +- r [s, x]                                      :  +- Filter substring(s, 1, 2) IN (…)
 *   +- Aggregate [g], [g, sum(x)]                       :     +- r [s, x]
 *      +- Project [substring(s, 1, 2) AS g, x]          +- Aggregate [g], [g, sum(x)]
 *         +- Join …                                        +- Project [c AS g, x]
 *            :- CTERelationRef 1 [s, x]                       +- Join …
 *            +- …                                                :- CTERelationRef 1 [c, x]
 *                                                                +- …
 *
 * What the filter has computed for every row that it keeps can be computed for these without failing, and at a price that is paid anyway.
 */
import type { DataType } from "../../../columnar/types";
import { alias, attribute } from "../../expressions/build";
import type { Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import {
  attributesOf,
  childrenOf as partsOf,
  exists,
  isDeterministic,
  mapChildren,
  sameExpression,
} from "../../expressions/traverse";
import { renameExpression } from "../../logical/fresh";
import { outputOf } from "../../logical/output";
import type { Filter, LogicalPlan, WithCte } from "../../logical/plan";
import {
  childrenOf,
  existsPlan,
  expressionsOf,
  mapExpressions,
  subqueryPlans,
  transformUp,
  walkPlan,
} from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { conjuncts } from "../predicates";

export const precomputeInCte: Rule = {
  name: "PrecomputeInCTE",
  apply: (plan, context) => transformUp(plan, (node) => (node.kind === "withCte" ? precomputed(node, context) : node)),
};

type Definition = WithCte["definitions"][number];

/** The name Spark gives what it computes once. */
const NAME = "_common_expr";

function precomputed(plan: WithCte, context: OptimizerContext): WithCte {
  // References in the plans of subqueries would have to change with the others.
  if (existsPlan(plan, (node) => subqueryPlans(node).length > 0)) return plan;
  let current = plan;
  for (const [i, { plan: body }] of plan.definitions.entries())
    outputOf(body).forEach((_, place) => (current = precomputedAt(current, current.definitions[i]!, place, context)));
  return current;
}

function precomputedAt(plan: WithCte, definition: Definition, place: number, context: OptimizerContext): WithCte {
  const columns = columnsOf(definition.plan);
  if (columns === null) return plan;
  const item = columns.items[place]!;
  const column = item.kind === "alias" ? item.child : item;
  if (column.kind !== "attribute" || isShort(column.type)) return plan;
  const values = valuesOf(columns.filter, column);
  const readers = values.length === 0 ? null : readersOf(plan, definition.id, place);
  if (readers === null) return plan;
  const value = values.find((one) => isReadThrough(readers, one, column));
  return value === undefined ? plan : replaced(plan, definition, place, { value, column, ids: readers.ids }, context);
}

/** What a definition gives, column by column, and the filter below. */
function columnsOf(definition: LogicalPlan): { readonly items: readonly NamedExpression[]; readonly filter: Filter } | null {
  if (definition.kind === "filter") return { items: outputOf(definition), filter: definition };
  if (definition.kind !== "project" || definition.child.kind !== "filter") return null;
  return { items: definition.expressions, filter: definition.child };
}

/** Shorter than the column, of this column alone, and computed by the filter for each row that it keeps; values of values first. */
function valuesOf(filter: Filter, column: Attribute): readonly Expression[] {
  return conjuncts(filter.condition)
    .flatMap(firstOperands)
    .filter((part) => isShorter(part) && isOf(part, column) && isDeterministic(part) && !exists(part, isForeign));
}

/**
 * The first operand, the first operand of that, and so on: what is evaluated whatever the others are. Errors of the operands of try
 * functions may be nulls.
 */
function firstOperands(condition: Expression): readonly Expression[] {
  const found: Expression[] = [];
  let part = firstOperand(condition);
  while (part !== undefined) {
    if (part.kind === "cast" || part.kind === "call") found.push(part);
    part = firstOperand(part);
  }
  return found;
}

function firstOperand(expression: Expression): Expression | undefined {
  if (expression.kind === "cast") return expression.mode === "try" ? undefined : expression.child;
  if (expression.kind !== "call" || expression.fn === "or" || expression.fn.startsWith("try_")) return undefined;
  return expression.args[0];
}

function isOf(part: Expression, column: Attribute): boolean {
  const [first, ...others] = attributesOf(part);
  return first?.id === column.id && others.length === 0;
}

/** A user's function may cost much, or count what it sees; a lambda's variables belong to the call around it. */
function isForeign({ kind }: Expression): boolean {
  return kind === "userCall" || kind === "routineCall" || kind === "outer" || kind === "lambdaVariable";
}

const LONG: ReadonlySet<DataType["kind"]> = new Set(["string", "binary", "variant", "array", "map", "struct", "udt"]);

/** Values of one fixed length of some bytes. */
function isShort({ kind }: DataType): boolean {
  return !LONG.has(kind);
}

function isShorter(part: Expression): boolean {
  return isShort(part.type) || (part.kind === "call" && part.fn === "substring" && part.args[0]!.kind === "attribute");
}

interface Readers {
  /** Ids of the column, one for each reference. */
  readonly ids: readonly ExprId[];
  /** What operators compute, without columns that projections pass on. */
  readonly expressions: readonly Expression[];
}

/** Null where the column gets to operators that read it without naming it, or that add rows which have no value of it. */
function readersOf(plan: WithCte, cte: number, place: number): Readers | null {
  const above = [plan.child, ...plan.definitions.filter(({ id }) => id !== cte).map((other) => other.plan)];
  const ids = new Set<ExprId>();
  const expressions: Expression[] = [];
  const gives = (node: LogicalPlan): boolean => outputOf(node).some(({ id }) => ids.has(id));
  const each = (visit: (node: LogicalPlan) => void): void => above.forEach((part) => walkPlan(part, visit));
  each((node) => {
    if (node.kind === "cteReference" && node.id === cte) ids.add(node.output[place]!.id);
  });
  let isPassed = !above.some(gives);
  each((node) => {
    isPassed &&= passesOnAlone(node) || !childrenOf(node).some(gives);
    const isColumn = (item: Expression): boolean => node.kind === "project" && item.kind === "attribute";
    expressions.push(...expressionsOf(node).filter((item) => !isColumn(item)));
  });
  return isPassed ? { ids: [...ids], expressions } : null;
}

/** Operators that read only what their expressions name, and give columns of their children as they are. */
function passesOnAlone(node: LogicalPlan): boolean {
  switch (node.kind) {
    case "project":
    case "filter":
    case "aggregate":
    case "sort":
    case "limit":
    case "repartition":
      return true;
    case "join":
      return node.type === "inner" || node.type === "cross" || node.type === "leftSemi" || node.type === "leftAnti";
    default:
      return false;
  }
}

/** Whether nothing is read of the column but this value. */
function isReadThrough({ ids, expressions }: Readers, value: Expression, column: Attribute): boolean {
  const values = ids.map((id) => underId(value, column, id));
  const isOther = (part: Expression): boolean => {
    if (part.kind === "attribute") return ids.includes(part.id);
    return !values.some((other) => sameExpression(other, part)) && partsOf(part).some(isOther);
  };
  return !expressions.some(isOther);
}

function underId(value: Expression, column: Attribute, id: ExprId): Expression {
  return renameExpression(value, new Map([[column.id, id]]));
}

interface Replacement {
  /** Of the definition's rows, as its column is. */
  readonly value: Expression;
  readonly column: Attribute;
  /** Of the column where it is referred to. */
  readonly ids: readonly ExprId[];
}

/** The plan with the value in the column's place, in the definition and in all that reads it. */
function replaced(
  plan: WithCte,
  definition: Definition,
  place: number,
  { value, column, ids }: Replacement,
  context: OptimizerContext,
): WithCte {
  const named = (): Attribute => attribute(context.nextId(), NAME, value.type, value.nullable);
  const columns = new Map(ids.map((id) => [id, { value: underId(value, column, id), by: named() }]));
  const inExpression = (part: Expression): Expression => {
    if (part.kind === "attribute") return columns.get(part.id)?.by ?? part;
    for (const known of columns.values()) if (sameExpression(known.value, part)) return known.by;
    return mapChildren(part, inExpression);
  };
  const inNode = (node: LogicalPlan): LogicalPlan => {
    if (node.kind !== "cteReference" || node.id !== definition.id) return mapExpressions(node, inExpression);
    return { ...node, output: node.output.with(place, columns.get(node.output[place]!.id)!.by) };
  };
  const { items, filter } = columnsOf(definition.plan)!;
  const expressions = items.with(place, alias(value, NAME, context.nextId()));
  return {
    kind: "withCte",
    child: transformUp(plan.child, inNode),
    definitions: plan.definitions.map((other) => ({
      ...other,
      plan: other === definition ? { kind: "project", child: filter, expressions } : transformUp(other.plan, inNode),
    })),
  };
}
