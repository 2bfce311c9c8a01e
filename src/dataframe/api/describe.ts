/** describe and summary: a row for each statistic, a column for each column, all as text. */
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { literalOf, stringLiteral } from "./literal";

const NUMERIC = new Set(["byte", "short", "int", "long", "float", "double", "decimal"]);

export const DESCRIBE: readonly string[] = ["count", "mean", "stddev", "min", "max"];
export const SUMMARY: readonly string[] = ["count", "mean", "stddev", "min", "25%", "50%", "75%", "max"];

/** Columns that have statistics, numbers and text: of those named, of all where none is. Unknown names are left to analysis. */
export function describedColumns(schema: StructType, named: readonly string[]): readonly string[] {
  const names = named.length > 0 ? named : schema.fields.map((field) => field.name);
  return names.filter((name) => {
    const field = schema.fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return field === undefined || NUMERIC.has(field.type.kind) || field.type.kind === "string";
  });
}

export function statisticsPlan(
  child: UnresolvedPlan,
  schema: StructType,
  columns: readonly string[],
  statistics: readonly string[],
): UnresolvedPlan {
  // One row with all figures; then a row for each statistic is made of it.
  const figures: UnresolvedExpression[] = [];
  const rows = statistics.map((statistic, s) => {
    const cells = columns.map((column, c): readonly UnresolvedExpression[] => {
      const name = `${s}_${c}`;
      figures.push({ kind: "alias", child: figure(statistic, column, schema), names: [name] });
      return [stringLiteral(column), { kind: "name", parts: [name] }];
    });
    return call("named_struct", stringLiteral("summary"), asNullable(stringLiteral(statistic)), ...cells.flat());
  });
  if (columns.length === 0) {
    const names = statistics.map((statistic) => [stringLiteral(statistic)]);
    const summary = asNullable({ kind: "name", parts: ["summary"] });
    return {
      kind: "project",
      expressions: [{ kind: "alias", child: summary, names: ["summary"] }],
      child: { kind: "inlineTable", names: ["summary"], rows: names },
    };
  }
  return {
    kind: "project",
    expressions: [call("inline", call("array", ...rows))],
    child: { kind: "aggregate", child, grouping: { kind: "by", expressions: [] }, aggregates: figures },
  };
}

/** The expression as a column that may be null, as all columns of statistics are in Spark. */
export function asNullable(child: UnresolvedExpression): UnresolvedExpression {
  return call("if", literalOf(true), child, literalOf(null));
}

function call(name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression {
  return { kind: "call", name: [name], args };
}

function figure(statistic: string, column: string, schema: StructType): UnresolvedExpression {
  const name: UnresolvedExpression = { kind: "name", parts: [column] };
  const kind = schema.fields.find((field) => field.name === column)?.type.kind;
  const isText = kind === "string";
  const number: UnresolvedExpression = isText ? { kind: "cast", child: name, type: { kind: "double" }, mode: "try" } : name;
  const text = (child: UnresolvedExpression): UnresolvedExpression => ({
    kind: "cast",
    child,
    type: { kind: "string" },
    mode: "cast",
  });
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(statistic);
  if (percent !== null) {
    // Percentiles of decimals are printed without trailing zeros, as doubles are.
    const measured: UnresolvedExpression =
      kind === "decimal" ? { kind: "cast", child: name, type: { kind: "double" }, mode: "cast" } : number;
    return text(call("percentile_approx", measured, literalOf(Number(percent[1]) / 100, { kind: "double" })));
  }
  switch (statistic.toLowerCase()) {
    case "count":
      return text(call("count", name));
    case "count_distinct":
      return text({ kind: "call", name: ["count"], args: [name], distinct: true });
    case "approx_count_distinct":
      return text(call("approx_count_distinct", name));
    case "mean":
      return text(call("avg", number));
    case "stddev":
      return text(call("stddev", number));
    case "min":
    case "max":
      return text(call(statistic.toLowerCase(), name));
    default:
      throw new AnalysisError("UNRECOGNIZED_STATISTIC", { stats: statistic });
  }
}
