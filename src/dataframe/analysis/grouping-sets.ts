/**
 * GROUPING SETS, CUBE and ROLLUP: each row once a set, with nulls for the keys that the set leaves out and a number that says
 * which these are (spark_grouping_id); the aggregate groups by both.
 */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { attribute, call, cast, INT, literal, LONG } from "../expressions/build";
import type { Attribute, Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { mapChildren, sameExpression } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { aggregateBound, checkGroupingKeys } from "./aggregate";
import type { AggregateQuery } from "./aggregate";
import type { Binder, Bound } from "./binder";
import { exprText, qualifiedText } from "./messages";
import type { SelectItem } from "./select";

export function bindGroupingSets(
  binder: Binder,
  base: Pick<AggregateQuery, "input" | "list" | "having" | "env" | "at">,
  written: readonly Expression[],
  writtenSets: readonly (readonly number[])[],
): Bound {
  checkGroupingKeys(written, base.at);
  const { keys, sets } = withoutRepeated(written, writtenSets);
  if (keys.length > 64) {
    throw new AnalysisError("GROUPING_SIZE_LIMIT_EXCEEDED", { maxSize: "64" }, base.at);
  }
  const legacy = binder.context.settings.conf["spark.sql.legacy.integerGroupingId"] === "true";
  const idType = legacy ? INT : LONG;
  const columns = keys.map((key) =>
    attribute(
      binder.nextId(),
      key.kind === "attribute" ? key.name : printed(key),
      key.type,
      true,
      key.kind === "attribute" ? key.qualifier : [],
    ),
  );
  const groupingId = attribute(binder.nextId(), "spark_grouping_id", idType, false);
  const repeated = new Set(sets.map((set) => [...set].sort().join(","))).size < sets.length;
  const position = repeated ? [attribute(binder.nextId(), "_gen_grouping_pos", INT, false)] : [];
  const input = outputOf(base.input.plan);
  const child: LogicalPlan = {
    kind: "expand",
    child: base.input.plan,
    projections: sets.map((set, i) => [
      ...input,
      ...keys.map((key, k) => (set.includes(k) ? key : literal(null, key.type))),
      literal(maskOf(set, keys.length), idType),
      ...(repeated ? [literal(i, INT)] : []),
    ]),
    output: [...input, ...columns, groupingId, ...position],
  };
  const prepared = (expression: Expression, at: QueryContext | undefined): Expression =>
    overSets(expression, keys, columns, groupingId, at);
  const items = base.list.items.map((item): SelectItem => {
    if (item.kind === "generator") return { ...item, call: prepared(item.call, base.at) as typeof item.call };
    const at = item.syntax.at ?? base.at;
    if (item.expression.kind === "alias") {
      const value = prepared(item.expression.child, at);
      return { ...item, expression: { ...item.expression, child: value, nullable: value.nullable } };
    }
    return { ...item, expression: prepared(item.expression, at) as Attribute };
  });
  return aggregateBound(binder, {
    ...base,
    child,
    grouping: [...columns, groupingId, ...position],
    list: { ...base.list, items },
    prepared,
    keyColumns: columns.filter((_, i) => (keys[i] as Expression).kind !== "attribute"),
  });
}

/** Keys that occur twice are one. */
function withoutRepeated(
  written: readonly Expression[],
  writtenSets: readonly (readonly number[])[],
): { readonly keys: readonly Expression[]; readonly sets: readonly (readonly number[])[] } {
  const keys: Expression[] = [];
  const place = written.map((key) => {
    const known = keys.findIndex((one) => sameExpression(one, key));
    if (known >= 0) return known;
    keys.push(key);
    return keys.length - 1;
  });
  return { keys, sets: writtenSets.map((set) => [...new Set(set.map((i) => place[i] as number))]) };
}

/** A bit for each key, the first one highest: 1 where the set leaves it out. */
function maskOf(set: readonly number[], keys: number): number | bigint {
  let mask = 0n;
  for (let k = 0; k < keys; k++) mask = (mask << 1n) | (set.includes(k) ? 0n : 1n);
  return mask <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(mask) : mask;
}

/** Keys become their nullable columns, except within aggregates; grouping() and grouping_id() read the number. */
function overSets(
  expression: Expression,
  keys: readonly Expression[],
  columns: readonly Attribute[],
  groupingId: Attribute,
  at: QueryContext | undefined,
): Expression {
  // Above the select list a key may be named by its column.
  const asKeys = (node: Extract<Expression, { kind: "call" }>): typeof node => ({
    ...node,
    args: node.args.map((arg) => keys[columns.findIndex((column) => arg.kind === "attribute" && column.id === arg.id)] ?? arg),
  });
  const visit = (node: Expression): Expression => {
    if (node.kind === "aggregate") return node;
    const key = keys.findIndex((one) => sameExpression(one, node));
    if (key >= 0) return columns[key] as Attribute;
    if (node.kind === "call" && node.fn === "grouping") return groupingBit(asKeys(node), keys, groupingId, at);
    if (node.kind === "call" && node.fn === "grouping_id") return groupingNumber(asKeys(node), keys, groupingId, at);
    const mapped = mapChildren(node, visit);
    return mapped === node ? node : withNullableParts(mapped);
  };
  return visit(expression);
}

/** Null where no argument is, whatever the arguments. */
const NEVER_NULL = new Set([
  "isnull",
  "isnotnull",
  "<=>",
  "array",
  "map",
  "struct",
  "named_struct",
  "concat_ws",
  "hash",
  "xxhash64",
]);

/** The expression as it is when parts of it, which were never null before, may be. */
function withNullableParts(expression: Expression): Expression {
  if (expression.nullable) return expression;
  if (expression.kind === "cast") return { ...expression, nullable: expression.child.nullable };
  if (expression.kind !== "call" || NEVER_NULL.has(expression.fn)) return expression;
  const { fn, args } = expression;
  const isNullable = ({ nullable }: Expression): boolean => nullable;
  if (fn === "coalesce") return { ...expression, nullable: args.every(isNullable) };
  const values = fn === "case" ? args.filter((_, i) => i % 2 === 1 || i === args.length - 1) : fn === "if" ? args.slice(1) : args;
  return { ...expression, nullable: values.some(isNullable) };
}

function groupingBit(
  node: Extract<Expression, { kind: "call" }>,
  keys: readonly Expression[],
  groupingId: Attribute,
  at: QueryContext | undefined,
): Expression {
  const column = node.args[0] as Expression;
  const k = keys.findIndex((one) => sameExpression(one, column));
  if (k < 0) {
    throw new AnalysisError(
      "GROUPING_COLUMN_MISMATCH",
      { grouping: qualifiedText(column), groupingColumns: keys.map(qualifiedText).join(",") },
      node.at ?? at,
    );
  }
  const shift = literal(keys.length - 1 - k, INT);
  const bit = call(
    "&",
    [call("shiftright", [groupingId, shift], groupingId.type, false), literal(1, groupingId.type)],
    groupingId.type,
    false,
  );
  return { ...cast(bit, { kind: "byte" }, "legacy"), nullable: false, printed: `grouping(${exprText(column).slice(1, -1)})` };
}

function groupingNumber(
  node: Extract<Expression, { kind: "call" }>,
  keys: readonly Expression[],
  groupingId: Attribute,
  at: QueryContext | undefined,
): Expression {
  const all =
    node.args.length === 0 ||
    (node.args.length === keys.length && node.args.every((arg, i) => sameExpression(arg, keys[i] as Expression)));
  if (!all) {
    throw new AnalysisError(
      "GROUPING_ID_COLUMN_MISMATCH",
      { groupingIdColumn: node.args.map(qualifiedText).join(","), groupByColumns: keys.map(qualifiedText).join(",") },
      node.at ?? at,
    );
  }
  const text = `grouping_id(${node.args.map(printed).join(", ")})`;
  return { ...cast(groupingId, groupingId.type, "legacy"), nullable: false, printed: text };
}
