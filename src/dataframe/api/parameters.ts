/** Arguments of sql(text, args): values for :name and ?. */
import { UsageError } from "../../common/errors";
import { AnalysisError } from "../errors";
import type { ParameterValues } from "../analysis/context";
import type { UnresolvedExpression } from "../syntax/expression";
import { Column } from "./column";
import { DataFrame } from "./dataframe";
import { literalOf } from "./literal";

export type SqlArguments = Readonly<Record<string, unknown>> | readonly unknown[];

export function parametersOf(args: SqlArguments | undefined): ParameterValues | undefined {
  if (args === undefined) return undefined;
  if (Array.isArray(args)) return { named: {}, positional: (args as readonly unknown[]).map(expressionOf) };
  if (typeof args !== "object" || args === null) {
    throw new UsageError("INVALID_ARGUMENT", "sql: arguments are an object of values by name, or an array of them.");
  }
  return { named: Object.fromEntries(Object.entries(args).map(([name, value]) => [name, expressionOf(value)])), positional: [] };
}

/** The arguments that can be values: all but DataFrames. */
export function valuesAmong(args: SqlArguments | undefined): SqlArguments {
  return Object.fromEntries(Object.entries(args ?? {}).filter(([, value]) => !(value instanceof DataFrame)));
}

function expressionOf(value: unknown): UnresolvedExpression {
  if (value instanceof DataFrame) {
    throw new UsageError(
      "INVALID_ARGUMENT",
      'sql: a DataFrame is no value of a marker. Write its name in braces: sql("SELECT * FROM {df}", { df }).',
    );
  }
  return value instanceof Column ? value.expression : literalOf(value);
}

/** The plan with values in place of its markers; those that have none stay, for analysis to tell. Markers of both kinds are refused. */
export function bindParameters<T>(node: T, values: ParameterValues): T {
  const kinds = new Set<"named" | "positional">();
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== "object" || part === null || Object.getPrototypeOf(part) !== Object.prototype) return part;
    const marker = part as UnresolvedExpression;
    if (marker.kind === "parameter") {
      kinds.add(marker.name === null ? "positional" : "named");
      const value = marker.name === null ? values.positional[marker.position] : ownValue(values.named, marker.name);
      return value ?? marker;
    }
    return Object.fromEntries(
      Object.entries(part).map(([key, item]) => [key, key === "at" || key === "type" ? item : visit(item)]),
    );
  };
  const result = visit(node) as T;
  if (kinds.size > 1) throw new AnalysisError("INVALID_QUERY_MIXED_QUERY_PARAMETERS", {});
  return result;
}

function ownValue(named: ParameterValues["named"], name: string): UnresolvedExpression | undefined {
  return Object.hasOwn(named, name) ? named[name] : undefined;
}
