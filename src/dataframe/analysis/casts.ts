/** Checks casts as they are written; the error of one that types forbid suggests the function or setting that would do instead. */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { cast } from "../expressions/build";
import type { CastMode, Expression } from "../expressions/expression";
import type { SqlSettings } from "../settings";
import { canCast } from "../types/cast";
import { exprText, quoted, typeText } from "./messages";

export function checkCast(
  settings: Pick<SqlSettings, "ansi">,
  child: Expression,
  type: DataType,
  mode: CastMode,
  at: QueryContext | undefined,
): void {
  if (canCast(child.type, type, mode)) return;
  const parameters = {
    srcType: typeText(child.type),
    targetType: typeText(type),
    sqlExpr: exprText(cast(child, type, mode)),
  };
  const functionNames = instead(child.type, type);
  if (mode !== "legacy" && functionNames !== null) {
    throw new AnalysisError("DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", { ...parameters, functionNames }, at);
  }
  if (mode !== "legacy" && canCast(child.type, type, "legacy") && settings.ansi && mode !== "try") {
    throw new AnalysisError(
      "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION",
      { ...parameters, config: '"spark.sql.ansi.enabled"', configVal: "'false'" },
      at,
    );
  }
  throw new AnalysisError("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", parameters, at);
}

const INTEGERS: ReadonlySet<string> = new Set(["byte", "short", "int", "long"]);
const NUMBERS: ReadonlySet<string> = new Set([...INTEGERS, "float", "double", "decimal"]);

/** Functions that convert where ANSI mode has no cast. */
function instead(from: DataType, to: DataType): string | null {
  if (from.kind === "date" && NUMBERS.has(to.kind)) return quoted("UNIX_DATE");
  if (NUMBERS.has(from.kind) && to.kind === "date") return quoted("DATE_FROM_UNIX_DATE");
  if (from.kind === "timestamp" && INTEGERS.has(to.kind)) {
    return ["UNIX_SECONDS", "UNIX_MILLIS", "UNIX_MICROS"].map(quoted).join("/");
  }
  return null;
}
