/**
 * Filters go as near to the data as they can.
 *
 *   Filter (c > 5) AND (d = 1)           →   Project [a AS c, d]
 *   +- Project [a AS c, d]                   +- Join Inner, (a = k)
 *      +- Join Inner, (a = k)                   :- Filter (a > 5)
 *         :- r [a]                              :  +- r [a]
 *         +- s [k, d]                           +- Filter (d = 1)
 *                                                  +- s [k, d]
 */
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { isDeterministic } from "../../expressions/traverse";
import { outputIds, outputOf } from "../../logical/output";
import type { Filter, Join, LogicalPlan } from "../../logical/plan";
import { transformDown, withChildren } from "../../logical/traverse";
import type { Rule } from "../context";
import { conjunction, conjuncts, definitions, distinctExpressions, hasSubquery, substitute, within } from "../predicates";

export const pushDownPredicates: Rule = {
  name: "PushDownPredicates",
  apply: (plan) =>
    transformDown(plan, (node) => {
      if (node.kind === "filter") return pushed(node);
      return node.kind === "join" ? conditionPushed(node) : node;
    }),
};

/** A filter on top, or as part of the one that is there. */
export function filterOf(child: LogicalPlan, parts: readonly Expression[]): LogicalPlan {
  const condition = conjunction(parts);
  if (condition === null) return child;
  if (child.kind !== "filter" || !isDeterministic(child.condition)) return { kind: "filter", child, condition };
  const all = distinctExpressions([...conjuncts(child.condition), ...parts]);
  return { kind: "filter", child: child.child, condition: conjunction(all) as Expression };
}

/** The filter as far down as one step takes it; transformDown takes the next. */
function pushed(node: Filter): LogicalPlan {
  const parts = conjuncts(node.condition);
  // What comes after an unpredictable part must not be evaluated for more rows than before.
  const firstOdd = parts.findIndex((part) => !isDeterministic(part));
  const movable = firstOdd < 0 ? parts : parts.slice(0, firstOdd);
  const staying = firstOdd < 0 ? [] : parts.slice(firstOdd);
  if (movable.length === 0) return node;
  const { child } = node;
  switch (child.kind) {
    case "filter":
      if (!isDeterministic(child.condition)) return node;
      return pushed(filterOf(child, parts) as Filter);
    case "project": {
      if (!child.expressions.every(isDeterministic)) return node;
      const values = definitions(child.expressions);
      const down = movable.map((part) => substitute(part, values));
      return filterOf({ ...child, child: filterOf(child.child, down) }, staying);
    }
    case "aggregate": {
      if (child.grouping.length === 0) return node;
      const keys = groupingColumns(child);
      return divided(node, child, movable, staying, new Set(keys.keys()), keys);
    }
    case "window":
      return divided(node, child, movable, staying, partitionColumns(child));
    case "union":
      return filterOf(
        { ...child, children: child.children.map((one) => filterOf(one, overChild(movable, child.output, one))) },
        staying,
      );
    case "appendColumns":
    case "generate":
      return divided(node, child, movable, staying, outputIds(child.child));
    case "expand": {
      const passed = passedThrough(child);
      return divided(node, child, movable, staying, new Set(passed.keys()), passed);
    }
    case "sort":
    case "repartition":
    case "subqueryAlias":
    case "hint":
    case "withCte":
      return filterOf({ ...child, child: filterOf(child.child, movable) }, staying);
    case "join":
      return throughJoin(node, child, movable, staying);
    default:
      return node;
  }
}

/** Parts of the filter `node` that speak only of columns in `passed` go below `child`, where `values` says what they are; the others stay. */
function divided(
  node: Filter,
  child: UnaryPlan,
  movable: readonly Expression[],
  staying: readonly Expression[],
  passed: ReadonlySet<ExprId>,
  values: ReadonlyMap<ExprId, Expression> = new Map(),
): LogicalPlan {
  const down = movable.filter((part) => within(part, passed) && !isConstant(part));
  if (down.length === 0) return node;
  const up = [...movable.filter((part) => !down.includes(part)), ...staying];
  const below = down.map((part) => substitute(part, values));
  return filterOf({ ...child, child: filterOf(child.child, below) }, up);
}

type UnaryPlan = Extract<LogicalPlan, { kind: "aggregate" | "window" | "appendColumns" | "generate" | "expand" }>;

/** Columns of an aggregate that are columns by which it groups. */
function groupingColumns({ grouping, aggregates }: Extract<LogicalPlan, { kind: "aggregate" }>): ReadonlyMap<ExprId, Expression> {
  const keys = new Map<ExprId, Expression>();
  for (const item of aggregates) {
    const source = item.kind === "alias" ? item.child : item;
    if (source.kind === "attribute" && grouping.some((key) => key.kind === "attribute" && key.id === source.id))
      keys.set(item.id, source);
  }
  return keys;
}

function partitionColumns({ partitionBy }: Extract<LogicalPlan, { kind: "window" }>): ReadonlySet<ExprId> {
  return new Set(partitionBy.flatMap((key) => (key.kind === "attribute" ? [key.id] : [])));
}

/** Below an aggregate or a window a condition without columns would say something else about no rows. */
function isConstant(part: Expression): boolean {
  return within(part, NONE);
}

const NONE: ReadonlySet<ExprId> = new Set();

function overChild(parts: readonly Expression[], output: readonly Attribute[], child: LogicalPlan): readonly Expression[] {
  const columns = outputOf(child);
  const values = new Map<ExprId, Expression>(output.map((column, i) => [column.id, columns[i] as Attribute]));
  return parts.map((part) => substitute(part, values));
}

/** Columns of an Expand that are the same column of the child in every projection. */
function passedThrough(node: Extract<LogicalPlan, { kind: "expand" }>): ReadonlyMap<ExprId, Expression> {
  const passed = new Map<ExprId, Expression>();
  node.output.forEach((column, i) => {
    const [first, ...rest] = node.projections.map((projection) => projection[i] as Expression);
    const same = first?.kind === "attribute" && rest.every((other) => other.kind === "attribute" && other.id === first.id);
    if (same) passed.set(column.id, first);
  });
  return passed;
}

interface Divided {
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
  readonly both: readonly Expression[];
}

function bySide(parts: readonly Expression[], join: Join): Divided {
  const leftIds = outputIds(join.left);
  const rightIds = outputIds(join.right);
  const left: Expression[] = [];
  const right: Expression[] = [];
  const both: Expression[] = [];
  for (const part of parts) {
    if (!isDeterministic(part)) both.push(part);
    else if (within(part, leftIds)) left.push(part);
    else if (within(part, rightIds)) right.push(part);
    else both.push(part);
  }
  return { left, right, both };
}

function throughJoin(node: Filter, join: Join, movable: readonly Expression[], staying: readonly Expression[]): LogicalPlan {
  if (join.lateral === true) return node;
  const { left, right, both } = bySide(movable, join);
  switch (join.type) {
    case "inner":
    case "cross": {
      const joinable = both.filter((part) => !hasSubquery(part));
      const rest = both.filter((part) => !joinable.includes(part));
      const conditions = [...(join.condition === null ? [] : [join.condition]), ...joinable];
      const changed: Join = {
        ...join,
        type: "inner",
        left: filterOf(join.left, left),
        right: filterOf(join.right, right),
        condition: conjunction(conditions),
      };
      return filterOf(changed, [...rest, ...staying]);
    }
    case "left":
    case "leftSemi":
    case "leftAnti":
    case "nullAwareAnti":
    case "existence":
      if (left.length === 0) return node;
      return filterOf({ ...join, left: filterOf(join.left, left) }, [...right, ...both, ...staying]);
    case "right":
      if (right.length === 0) return node;
      return filterOf({ ...join, right: filterOf(join.right, right) }, [...left, ...both, ...staying]);
    case "full":
      return node;
  }
}

/** Parts of a join's condition that speak of one side only, where that side's other rows are not wanted. */
function conditionPushed(join: Join): LogicalPlan {
  if (join.condition === null || join.lateral === true || join.type === "full" || join.type === "nullAwareAnti") return join;
  const { left, right, both } = bySide(conjuncts(join.condition), join);
  const inner = join.type === "inner" || join.type === "cross";
  const leftGoes = inner || join.type === "leftSemi" || join.type === "right";
  const rightGoes = join.type !== "right";
  const downLeft = leftGoes ? left : [];
  const downRight = rightGoes ? right : [];
  if (downLeft.length === 0 && downRight.length === 0) return join;
  const stays = conjuncts(join.condition).filter(
    (part) => both.includes(part) || (!leftGoes && left.includes(part)) || (!rightGoes && right.includes(part)),
  );
  const below = withChildren(join, [filterOf(join.left, downLeft), filterOf(join.right, downRight)]) as Join;
  return { ...below, condition: conjunction(stays) };
}
