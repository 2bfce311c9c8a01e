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

const RESERVED_OF_TABLES: Readonly<Record<string, string>> = {
  provider: "write USING",
  location: "write LOCATION",
  owner: "it is the user who makes the table",
  external: "write CREATE EXTERNAL TABLE",
  collation: "write DEFAULT COLLATION",
  is_managed_location: "leave it out",
};

const RESERVED_OF_DATABASES: Readonly<Record<string, string>> = {
  location: "write LOCATION",
  owner: "it is the user who makes the database",
};

/** Throws where one of the keys says what has a clause of its own. */
export function refuseReserved(p: Cursor, keys: readonly string[], of: "table" | "namespace", start: number): void {
  const reserved = of === "table" ? RESERVED_OF_TABLES : RESERVED_OF_DATABASES;
  const property = keys.find((key) => Object.hasOwn(reserved, key));
  if (property === undefined) return;
  const errorClass = `UNSUPPORTED_FEATURE.SET_${of.toUpperCase()}_PROPERTY`;
  throw p.error(errorClass, { property, msg: reserved[property] as string }, start);
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
