/** Existence defaults (types/existence-default): made a constant when a column is defined, and that constant's value when a table is read. */
import type { Boxed, DataType, StructField } from "../../columnar/types";
import { AnalysisError, ParseError, QueryError } from "../errors";
import { cast, literal } from "../expressions/build";
import type { Literal } from "../expressions/expression";
import { foldExpression } from "../expressions/fold";
import { parseExpression } from "../sql/parse";
import type { UnresolvedExpression } from "../syntax/expression";
import { existenceDefaultOf } from "../types/existence-default";
import { sqlValue } from "../types/print";
import { sameType } from "../types/text";
import { analyzeAlone } from "./analysis-context";
import type { CommandSession } from "./ports";

/**
 * A default's value now, as SQL that gives it later; the text as it was written where its value has no such form. Null where the value does
 * not fit the column.
 */
export async function constantSql(
  written: { readonly tree: UnresolvedExpression; readonly sql: string },
  type: DataType,
  session: CommandSession,
): Promise<string | null> {
  const fitting = fitted(await folded(written.tree, session), type, session);
  if (fitting === null) return null;
  const print = (one: Literal): string => sqlValue(one.value, plain(type), session.settings());
  const text = print(fitting);
  try {
    const again = fitted(await foldedText(text, session), type, session);
    return again !== null && print(again) === text ? text : written.sql;
  } catch (error) {
    if (error instanceof AnalysisError || error instanceof ParseError || error instanceof QueryError) return written.sql;
    throw error;
  }
}

/** Values of the columns that have existence defaults other than NULL, by name; null where there are none. */
export async function existenceDefaults(
  fields: readonly StructField[],
  session: CommandSession,
): Promise<Readonly<Record<string, Boxed>> | null> {
  const found: [string, Boxed][] = [];
  for (const field of fields) {
    const text = existenceDefaultOf(field);
    if (text === null) continue;
    const { value } = fitted(await foldedText(text, session), field.type, session) ?? { value: null };
    if (value !== null) found.push([field.name, value]);
  }
  return found.length === 0 ? null : Object.fromEntries(found);
}

function foldedText(text: string, session: CommandSession): Promise<Literal> {
  return folded(parseExpression(text, { timeZone: session.settings().timeZone }), session);
}

async function folded(tree: UnresolvedExpression, session: CommandSession): Promise<Literal> {
  const bound = await analyzeAlone(tree, session);
  return foldExpression(bound.kind === "alias" ? bound.child : bound, session.settings());
}

/** Null where the value is beyond the type. */
function fitted(value: Literal, type: DataType, session: CommandSession): Literal | null {
  const wanted = plain(type);
  if (value.value === null) return literal(null, wanted);
  if (sameType(value.type, wanted)) return value;
  try {
    return foldExpression(cast(value, wanted, "ansi"), session.settings());
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}

/** CHAR and VARCHAR are strings to expressions; collations are the reader's business. */
function plain(type: DataType): DataType {
  return type.kind === "string" ? { kind: "string" } : type;
}
