/** What the casts of all types share: the pair at hand, and what becomes of values that it cannot take. */
import type { Boxed, DataType } from "../../columnar/types";
import { QueryError, type QueryContext } from "../errors";
import type { CastMode } from "../expressions/expression";
import type { SqlSettings } from "../settings";
import { sqlValue, type PrintSettings } from "./print";
import { quotedType } from "./text";

export type CastFunction = (value: Boxed) => Boxed;

/** What the cast of one pair of types knows. */
export interface CastCase<From extends DataType = DataType, To extends DataType = DataType> {
  readonly from: From;
  readonly to: To;
  readonly mode: CastMode;
  readonly settings: CastSettings;
  readonly at: QueryContext | undefined;
  /** What becomes of a value that has no form in the target type: CAST_INVALID_INPUT, or null. */
  readonly invalid: (value: Boxed) => null;
  /** What becomes of a value that the target type is too small for: CAST_OVERFLOW, or null. */
  readonly overflow: (value: Boxed, to?: DataType) => null;
}

export type CastSettings = PrintSettings & Partial<Pick<SqlSettings, "now">>;

export function overflowError(
  value: Boxed,
  from: DataType,
  to: DataType,
  settings: PrintSettings,
  at: QueryContext | undefined,
): QueryError {
  return new QueryError(
    "CAST_OVERFLOW",
    {
      value: sqlValue(value, from, settings),
      sourceType: quotedType(from),
      targetType: quotedType(to),
      ansiConfig: '"spark.sql.ansi.enabled"',
    },
    at,
  );
}
