/**
 * Plans as text, a tree in Spark's manner:
 *
 *   Project [a#1, (b#2 + 1) AS c#3]
 *   +- Filter (a#1 > 5)
 *      +- Relation spark_catalog.default.t[a#1,b#2] parquet
 */
import { unreachable } from "../../common/errors";
import type { Attribute, Expression, SortOrder } from "../expressions/expression";
import { caseSql, type PrintedBound, type PrintedFrame } from "../expressions/sql-text";
import { literalSql } from "../types/print";
import { simpleString } from "../types/text";
import { outputOf } from "./output";
import type { LogicalPlan } from "./plan";
import { childrenOf, subqueryPlans } from "./traverse";

export function planText(plan: LogicalPlan): string {
  return treeText(plan, nodeText, childrenOf, subqueryPlans);
}

/** Lines of a tree; `inner` trees (subqueries) stand before the children, marked with colons. */
export function treeText<T>(
  root: T,
  text: (node: T) => string,
  children: (node: T) => readonly T[],
  inner: (node: T) => readonly T[] = () => [],
): string {
  const lines: string[] = [];
  const visit = (node: T, first: string, rest: string): void => {
    lines.push(`${first}${text(node)}`);
    const below = children(node);
    const innerPrefix = below.length > 0 ? `${rest}:  ` : `${rest}   `;
    const subqueries = inner(node);
    subqueries.forEach((subquery, i) => {
      const last = i === subqueries.length - 1;
      visit(subquery, `${innerPrefix}${last ? "+- " : ":- "}`, `${innerPrefix}${last ? "   " : ":  "}`);
    });
    below.forEach((child, i) => {
      const last = i === below.length - 1;
      visit(child, `${rest}${last ? "+- " : ":- "}`, `${rest}${last ? "   " : ":  "}`);
    });
  };
  visit(root, "", "");
  return `${lines.join("\n")}\n`;
}

/** One line about the node itself. */
export function nodeText(plan: LogicalPlan): string {
  switch (plan.kind) {
    case "project":
      return `Project ${list(plan.expressions)}`;
    case "filter":
      return `Filter ${expressionText(plan.condition)}`;
    case "join": {
      const hints = plan.hints;
      const parts = [
        plan.lateral === true ? `LateralJoin ${joinName(plan)}` : `Join ${joinName(plan)}`,
        plan.condition !== null && expressionText(plan.condition),
        hints?.left !== undefined && `leftHint=(strategy=${hints.left})`,
        hints?.right !== undefined && `rightHint=(strategy=${hints.right})`,
      ];
      return parts.filter((part) => part !== false).join(", ");
    }
    case "aggregate":
      return `Aggregate ${list(plan.grouping)}, ${list(plan.aggregates)}`;
    case "sort":
      return `Sort ${orderList(plan.order)}, ${plan.global}`;
    case "limit":
      return [plan.limit !== null && `Limit ${plan.limit}`, plan.offset > 0 && `Offset ${plan.offset}`]
        .filter((part) => part !== false)
        .join(", ");
    case "tail":
      return `Tail ${plan.limit}`;
    case "union":
      return "Union";
    case "setOperation":
      return `${plan.operation === "intersect" ? "Intersect" : "Except"}${plan.all ? " All" : ""}`;
    case "distinct":
      return "Distinct";
    case "window":
      return `Window [${plan.functions.map(({ id, name, call }) => `${expressionText(call)} AS ${name}#${id}`).join(", ")}], ${list(
        plan.partitionBy,
      )}, ${orderList(plan.orderBy)}`;
    case "generate":
      return `Generate ${expressionText(plan.generator)}, ${plan.outer}, ${list(plan.output)}`;
    case "expand":
      return `Expand [${plan.projections.map((row) => list(row)).join(", ")}], ${list(plan.output)}`;
    case "sample":
      return `Sample ${plan.lower}, ${plan.upper}, ${plan.withReplacement}, ${plan.seed}`;
    case "repartition":
      return `${plan.how === "rebalance" ? "RebalancePartitions" : "Repartition"} ${[
        plan.how,
        plan.numPartitions ?? "",
        orderList(plan.by),
      ].join(" ")}`;
    case "localRelation":
      return plan.rows.length === 0 ? `LocalRelation <empty>, ${list(plan.output)}` : `LocalRelation ${list(plan.output)}`;
    case "externalRelation":
      return `${plan.what === "cached" ? "InMemoryRelation" : plan.what === "rdd" ? "LogicalRDD" : "ArrowRelation"} ${list(plan.output)}`;
    case "range":
      return `Range (${plan.start}, ${plan.end}, step=${plan.step})`;
    case "scan": {
      const extras = [
        plan.partitionFilters.length > 0 && `PartitionFilters: ${list(plan.partitionFilters)}`,
        plan.pushed.length > 0 && `PushedFilters: ${list(plan.pushed)}`,
        plan.limit !== null && `Limit: ${plan.limit}`,
      ].filter((part) => part !== false);
      const columns = plan.output.map((column) => attributeText(column)).join(",");
      return [`Relation ${plan.relation.name}[${columns}] ${plan.relation.format}`, ...extras].join(", ");
    }
    case "subqueryAlias":
      return `SubqueryAlias ${plan.name.join(".")}`;
    case "withCte":
      return `WithCTE [${plan.definitions.map((definition) => definition.id).join(", ")}]`;
    case "cteReference":
      return `CTERelationRef ${plan.id}, ${list(plan.output)}`;
    case "recursiveCte":
      return `UnionLoop ${plan.id}, ${list(plan.output)}`;
    case "mapBatches":
      return `MapBatches ${plan.fn.name}, ${list(plan.output)}`;
    case "appendColumns":
      return `AppendColumns ${plan.program}, ${list(plan.inputs)}, ${list(plan.output)}`;
    case "applyInGroups":
      return `ApplyInGroups ${list(plan.grouping)}, ${plan.fn.name}, ${list(plan.output)}`;
    case "cogroup":
      return `Cogroup ${list(plan.leftGrouping)}, ${list(plan.rightGrouping)}, ${plan.fn.name}, ${list(plan.output)}`;
    case "scriptTransform":
      return `ScriptTransformation ${list(plan.input)}, ${plan.command}, ${list(plan.output)}`;
    case "collectMetrics":
      return `CollectMetrics ${plan.name}, ${list(plan.metrics)}`;
    case "hint":
      return `ResolvedHint (strategy=${plan.hint})`;
    default:
      return unreachable(plan);
  }
}

const JOIN_NAMES: Readonly<Record<string, string>> = {
  inner: "Inner",
  cross: "Cross",
  left: "LeftOuter",
  right: "RightOuter",
  full: "FullOuter",
  leftSemi: "LeftSemi",
  leftAnti: "LeftAnti",
  nullAwareAnti: "NullAwareAnti",
};

/** "Inner", "LeftOuter", …, "ExistenceJoin(exists#3)". */
export function joinName(join: { readonly type: string; readonly exists?: Attribute }): string {
  if (join.type === "existence" && join.exists !== undefined) return `ExistenceJoin(${attributeText(join.exists)})`;
  return joinTypeName(join.type);
}

/** "Inner", "LeftOuter", … */
export function joinTypeName(type: string): string {
  return JOIN_NAMES[type] ?? type;
}

export function attributeText(column: Attribute): string {
  return `${column.name}#${column.id}${column.type.kind === "long" ? "L" : ""}`;
}

export function list(expressions: readonly Expression[]): string {
  return `[${fieldList(expressions.map(expressionText))}]`;
}

export function orderList(orders: readonly SortOrder[]): string {
  return `[${fieldList(orders.map(orderText))}]`;
}

let mostFields = Infinity;

/** What `print` gives, with lists of at most so many fields in it (spark.sql.debug.maxToStringFields). */
export function withFieldsAtMost<T>(count: number, print: () => T): T {
  const before = mostFields;
  mostFields = count;
  try {
    return print();
  } finally {
    mostFields = before;
  }
}

export function fieldList(texts: readonly string[]): string {
  if (texts.length <= mostFields) return texts.join(", ");
  const kept = texts.slice(0, Math.max(0, mostFields));
  return [...kept, `... ${texts.length - kept.length} more fields`].join(", ");
}

export function orderText(order: SortOrder): string {
  return `${expressionText(order.child)} ${order.ascending ? "ASC" : "DESC"} NULLS ${order.nullsFirst ? "FIRST" : "LAST"}`;
}

const INFIX = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "=",
  "<=>",
  "!=",
  "<>",
  "<",
  "<=",
  ">",
  ">=",
  "and",
  "or",
  "||",
  "&",
  "|",
  "^",
  "div",
]);

/** With ids, casts and literals as they are: for plans. What users see as names of columns is expressions/print.ts. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case "attribute":
      return attributeText(expression);
    case "literal":
      if (expression.value === null) return "null";
      return expression.type.kind === "string" ? (expression.value as string) : literalSql(expression.value, expression.type);
    case "alias":
      return `${expressionText(expression.child)} AS ${expression.name}#${expression.id}${expression.type.kind === "long" ? "L" : ""}`;
    case "cast":
      return `${expression.mode === "try" ? "try_cast" : "cast"}(${expressionText(expression.child)} as ${simpleString(expression.type)})`;
    case "call":
      return callText(expression.fn, expression.args);
    case "aggregate": {
      const text = `${expression.fn}(${expression.distinct ? "distinct " : ""}${expression.args.map(expressionText).join(", ")})`;
      return expression.filter === null ? text : `${text} FILTER (WHERE ${expressionText(expression.filter)})`;
    }
    case "window": {
      const parts = [
        ...expression.partitionBy.map(expressionText),
        ...expression.orderBy.map(orderText),
        frameText(expression.frame, expressionText),
      ];
      return `${expressionText(expression.function)} windowspecdefinition(${parts.join(", ")})`;
    }
    case "windowFunction":
    case "generator":
      return `${expression.fn}(${expression.args.map(expressionText).join(", ")})`;
    case "lambda":
      return `lambdafunction(${[expression.body, ...expression.params].map(expressionText).join(", ")})`;
    case "lambdaVariable":
      return `lambda ${expression.name}#${expression.id}`;
    case "outer":
      return `outer(${attributeText(expression.attribute)})`;
    case "scalarSubquery":
      return "scalar-subquery";
    case "exists":
      return "exists";
    case "inSubquery": {
      const values = expression.values.map(expressionText);
      return `${values.length === 1 ? values[0] : `(${values.join(", ")})`} IN (list)`;
    }
    case "routineCall":
      return `${expression.routine.join(".")}(${expression.args.map(expressionText).join(", ")})`;
    case "userCall":
      return `${expression.fn.name}(${expression.args.map(expressionText).join(", ")})`;
    default:
      return unreachable(expression);
  }
}

function callText(fn: string, args: readonly Expression[]): string {
  const texts = args.map(expressionText);
  if (args.length === 2 && INFIX.has(fn)) {
    return `(${texts[0]} ${fn === "and" || fn === "or" ? fn.toUpperCase() : fn} ${texts[1]})`;
  }
  switch (fn) {
    case "not":
      return `NOT ${texts[0]}`;
    case "negative":
      return `-${texts[0]}`;
    case "in":
      return `${texts[0]} IN (${texts.slice(1).join(",")})`;
    case "like":
      return args.length === 2 ? `${texts[0]} LIKE ${texts[1]}` : `${texts[0]} LIKE ${texts[1]} ESCAPE ${texts[2]}`;
    case "case":
      return caseSql(texts);
    default:
      return `${fn}(${texts.join(", ")})`;
  }
}

export function frameText<E>({ unit, start, end }: PrintedFrame<E>, text: (offset: E) => string): string {
  return `specifiedwindowframe(${unit === "rows" ? "RowFrame" : "RangeFrame"}, ${boundText(start, text)}, ${boundText(end, text)})`;
}

function boundText<E>(bound: PrintedBound<E>, text: (offset: E) => string): string {
  switch (bound.kind) {
    case "unboundedPreceding":
      return "unboundedpreceding$()";
    case "unboundedFollowing":
      return "unboundedfollowing$()";
    case "currentRow":
      return "currentrow$()";
    case "preceding":
      return `-${text(bound.offset)}`;
    case "following":
      return text(bound.offset);
    default:
      return unreachable(bound);
  }
}

/** For messages about defects: the plan with its columns. */
export function describe(plan: LogicalPlan): string {
  return `${planText(plan)}Output: ${list(outputOf(plan))}`;
}
