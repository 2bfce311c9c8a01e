/** SELECT TRANSFORM(…) USING 'command', and MAP and REDUCE, its old names. */
import type { StructType } from "../../columnar/types";
import type { UnresolvedExpression } from "../syntax/expression";
import type { LineFormat, ScriptFormats } from "../syntax/plan";
import type { Cursor } from "./cursor";
import { rowFormat } from "./hive-format";
import { schemaFields } from "./type-parser";

export interface TransformClause {
  readonly distinct: boolean;
  readonly expressions: readonly UnresolvedExpression[];
  readonly command: string;
  readonly schema: StructType | null;
  readonly formats: ScriptFormats;
}

export function isTransform(p: Cursor): boolean {
  if (p.is("SELECT")) return p.isAt(1, "TRANSFORM") && p.isAt(2, "(") && isScript(p);
  const { kind, symbol } = p.peek(1);
  return (
    (p.is("MAP") || p.is("REDUCE")) && kind !== "end" && symbol !== "(" && symbol !== "," && symbol !== "." && symbol !== ")"
  );
}

/** `transform` is also a function: the form has USING or ROW behind its parentheses. */
function isScript(p: Cursor): boolean {
  let depth = 0;
  for (let n = 2; p.peek(n).kind !== "end"; n++) {
    if (p.isAt(n, "(")) depth++;
    else if (p.isAt(n, ")") && --depth === 0) {
      return p.isAt(n + 1, "USING") || p.isAt(n + 1, "ROW") || p.isAt(n + 1, "RECORDWRITER");
    }
  }
  return false;
}

export function transformClause(p: Cursor): TransformClause {
  let expressions: readonly UnresolvedExpression[];
  let distinct: boolean;
  if (p.accept("SELECT", "TRANSFORM")) {
    p.expect("(");
    distinct = p.accept("DISTINCT") || p.accept("ALL");
    expressions = p.list(() => p.rules.expression(p));
    p.expect(")");
  } else {
    p.next();
    distinct = p.accept("DISTINCT") || p.accept("ALL");
    expressions = p.list(() => p.rules.expression(p));
  }
  const input = lineFormat(p);
  if (p.accept("RECORDWRITER")) p.string();
  p.expect("USING");
  const command = p.string();
  const schema = p.accept("AS") ? outputSchema(p) : null;
  const output = lineFormat(p);
  if (p.accept("RECORDREADER")) p.string();
  return { distinct, expressions, command, schema, formats: { input, output } };
}

/** [ROW FORMAT …]. Records of commands are lines. */
function lineFormat(p: Cursor): LineFormat {
  const start = p.token.start;
  const { delimited = {}, serde } = p.is("ROW") ? rowFormat(p) : {};
  if (serde !== undefined) throw p.error("UNSUPPORTED_FEATURE.TRANSFORM_NON_HIVE", {}, start);
  const lines = delimited["line.delim"];
  if (lines !== undefined && lines !== "\n") {
    throw p.error("_LEGACY_ERROR_TEMP_0064", { msg: `LINES TERMINATED BY only takes a newline, not ${lines}` }, start);
  }
  return { delimiter: delimited["field.delim"] ?? "\u0001", nullText: delimited["serialization.null.format"] ?? "\\N" };
}

/** Names, which then are strings, or names with types; with or without parentheses. */
function outputSchema(p: Cursor): StructType {
  const parentheses = p.accept("(");
  const typed = p.isName(1) && !p.isAt(1, "FROM") && !p.isAt(1, "ROW") && !p.isAt(1, "RECORDREADER") && !p.isAt(1, "WHERE");
  const fields = typed
    ? schemaFields(p)
    : p.list(() => ({ name: p.strictName(), type: { kind: "string" } as const, nullable: true }));
  if (parentheses) p.expect(")");
  return { kind: "struct", fields };
}
