/** DEFAULT as a value: of a column in INSERT, of a variable in SET. The parser gives it as a name. */
import { quoted, typeText } from "../../analysis/messages";
import { AnalysisError } from "../../errors";
import { isDeterministic } from "../../expressions/traverse";
import type { ColumnDefinition } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import { storeAssignable } from "../../types/coercion";
import { analyzeAlone } from "../analysis-context";
import { constantSql } from "../existence-defaults";
import type { CommandSession } from "../ports";

export function isDefault(value: UnresolvedExpression): boolean {
  if (value.kind === "default") return true;
  return value.kind === "name" && value.parts.length === 1 && (value.parts[0] as string).toLowerCase() === "default";
}

/** Somewhere within an expression or a plan. */
export function mentionsDefault(node: unknown): boolean {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return false;
  const { kind } = node as { readonly kind?: unknown };
  if ((kind === "name" || kind === "default") && isDefault(node as UnresolvedExpression)) return true;
  return Object.values(node).some(mentionsDefault);
}

export function holdsSubquery(node: unknown): boolean {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return false;
  const { kind } = node as { readonly kind?: unknown };
  if (kind === "scalarSubquery" || kind === "exists" || kind === "inSubquery") return true;
  return Object.values(node).some(holdsSubquery);
}

/**
 * The value that a column's default has now, as SQL; null where it has none. Throws INVALID_DEFAULT_VALUE where it cannot be one of its
 * values, asks a query, or would be another one each time.
 */
export async function constantDefault(
  column: Pick<ColumnDefinition, "name" | "type" | "default">,
  statement: string,
  session: CommandSession,
): Promise<string | null> {
  const written = column.default;
  if (written === undefined) return null;
  const parameters = { statement, colName: quoted(column.name.join(".")), defaultValue: written.sql };
  if (holdsSubquery(written.tree)) throw new AnalysisError("INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION", parameters);
  const bound = await analyzeAlone(written.tree, session);
  if (!isDeterministic(bound)) throw new AnalysisError("INVALID_DEFAULT_VALUE.NON_DETERMINISTIC", parameters);
  const { type } = bound;
  const asText = type.kind === "string" && column.type.kind !== "string";
  if (!asText && (type.kind === "null" || storeAssignable(type, column.type))) {
    const constant = await constantSql(written, column.type, session);
    if (constant !== null) return constant;
  }
  throw new AnalysisError("INVALID_DEFAULT_VALUE.DATA_TYPE", {
    ...parameters,
    expectedType: typeText(column.type),
    actualType: typeText(type),
  });
}
