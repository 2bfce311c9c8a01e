/** (key = value, …): OPTIONS, TBLPROPERTIES, DBPROPERTIES. */
import type { Properties } from "../syntax/command";
import type { Cursor } from "./cursor";
import { isNumber } from "./number-literal";

/** Values are kept as text. A key without a value is refused, as where only keys stand is keyList's. */
export function propertyList(p: Cursor): Properties {
  const start = p.token.start;
  const entries = p.parenthesized(() => property(p));
  const missing = entries.filter(([, value]) => value === null).map(([key]) => key);
  if (missing.length > 0) {
    throw p.error("_LEGACY_ERROR_TEMP_0035", { message: `Values must be specified for key(s): [${missing.join(",")}]` }, start);
  }
  const keys = entries.map(([key]) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) throw p.error("DUPLICATE_KEY", { keyColumn: `\`${twice}\`` }, start);
  return Object.fromEntries(entries) as Properties;
}

/** The keys of UNSET TBLPROPERTIES: values are not allowed. */
export function keyList(p: Cursor): readonly string[] {
  const start = p.token.start;
  const entries = p.parenthesized(() => property(p));
  const valued = entries.filter(([, value]) => value !== null).map(([key]) => key);
  if (valued.length > 0) {
    throw p.error(
      "_LEGACY_ERROR_TEMP_0035",
      { message: `Values should not be specified for key(s): [${valued.join(",")}]` },
      start,
    );
  }
  return entries.map(([key]) => key);
}

function property(p: Cursor): [string, string | null] {
  const key = propertyKey(p);
  if (p.accept("=")) return [key, propertyValue(p)];
  return [key, p.is(",") || p.is(")") ? null : propertyValue(p)];
}

export function propertyKey(p: Cursor): string {
  return p.token.kind === "string" ? p.string() : p.names().join(".");
}

/** Strings, numbers and booleans; other constant expressions as they were written. */
function propertyValue(p: Cursor): string {
  const { kind, symbol, start } = p.token;
  if (kind === "string" && (p.isAt(1, ",") || p.isAt(1, ")"))) return p.next().text;
  if (symbol === "TRUE" || symbol === "FALSE") return p.next().symbol.toLowerCase();
  if (isNumber(p.token) || kind === "string" || kind === "word" || kind === "symbol") {
    p.rules.expression(p);
    return p.text.slice(start, p.previousEnd);
  }
  throw p.unexpected();
}
