/** SET, RESET, USE, CACHE, REFRESH, ANALYZE and what else is about the session and its resources. */
import type { Statement } from "../../syntax/command";
import type { Cursor } from "../cursor";
import { intervalLiteral, isIntervalBody } from "../interval-literal";
import { isQueryStart } from "../primary";
import { propertyList } from "../properties";
import { objectName } from "../relation-names";
import { isDatabase, unsupportedOperation } from "./create";
import { optionalPartitionSpec } from "./partition-spec";
import { setVariable } from "./variables";
import { viewBody } from "./view";

/** What follows to the end of the text or the next semicolon, as written. */
function restOfText(p: Cursor): string {
  const start = p.token.start;
  while (p.token.kind !== "end" && !p.is(";")) p.next();
  return p.text.slice(start, p.token.kind === "end" ? p.text.length : p.token.start).trim();
}

export function setStatement(p: Cursor, inScript: boolean): Statement {
  const start = p.token.start;
  p.expect("SET");
  if (p.is("VARIABLE") || p.is("VAR")) {
    if (inScript && p.isName(1)) throw p.unexpected();
    if (p.isName(1) || p.isAt(1, "(")) {
      p.next();
      return setVariable(p, start);
    }
  } else if (inScript) {
    return setVariable(p, start);
  }
  if (p.is("CATALOG") && (p.isName(1) || p.peek(1).kind === "string")) return setCatalog(p);
  if (p.is("ROLE") && !p.isAt(1, "=")) throw unsupportedOperation(p, start);
  if (p.accept("TIME", "ZONE")) return setTimeZone(p, start);
  return setConfiguration(p, start);
}

function setCatalog(p: Cursor): Statement {
  p.next();
  if (p.token.kind === "string") return { kind: "setCatalog", name: p.string() };
  const name = objectName(p);
  return { kind: "setCatalog", name: "kind" in name ? name : name.join(".") };
}

function setTimeZone(p: Cursor, start: number): Statement {
  if (p.token.kind === "string") return { kind: "setTimeZone", zone: p.string() };
  if (p.accept("LOCAL")) return { kind: "setTimeZone", zone: "LOCAL" };
  if (p.is("INTERVAL") && isIntervalBody(p)) {
    const interval = intervalLiteral(p);
    if (p.token.kind !== "end" && !p.is(";")) throw invalidZone(p, start);
    const type = interval.kind === "literal" ? interval.type.kind : "";
    const micros = interval.kind === "literal" ? Number(interval.value) : NaN;
    const seconds = micros / 1e6;
    if (type !== "dayTimeInterval" || Math.abs(seconds) > 18 * 3600 || !Number.isInteger(seconds)) {
      const input = /-?\d+(?:\.\d+)?/.exec(interval.at?.fragment ?? "")?.[0] ?? "";
      throw p.error("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", { input }, start);
    }
    return { kind: "setTimeZone", zone: offsetText(seconds) };
  }
  throw invalidZone(p, start);
}

function invalidZone(p: Cursor, start: number): Error {
  restOfText(p);
  return p.error("_LEGACY_ERROR_TEMP_0045", {}, start);
}

function offsetText(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const size = Math.abs(seconds);
  const tail = size % 60 === 0 ? "" : `:${two(size % 60)}`;
  return `${seconds < 0 ? "-" : "+"}${two(size / 3600)}:${two((size % 3600) / 60)}${tail}`;
}

/** Keys and values are taken as text: they need not be SQL. Either may be in back quotes. */
function setConfiguration(p: Cursor, start: number): Statement {
  const quotedKey = p.token.kind === "quoted" && (p.isAt(1, "=") || p.peek(1).kind === "end" || p.isAt(1, ";"));
  if (quotedKey) {
    const key = p.next().text;
    if (!p.accept("=")) return { kind: "set", key, value: null, verbose: false };
    if (p.token.kind === "quoted" && (p.peek(1).kind === "end" || p.isAt(1, ";"))) {
      return { kind: "set", key, value: p.next().text, verbose: false };
    }
    return { kind: "set", key, value: restOfText(p), verbose: false };
  }
  const text = restOfText(p);
  if (text === "") return { kind: "set", key: null, value: null, verbose: false };
  if (/^-v$/i.test(text)) return { kind: "set", key: null, value: null, verbose: true };
  const keyOnly = /^[\w.:\\]+$/.exec(text);
  if (keyOnly !== null) return { kind: "set", key: text, value: null, verbose: false };
  const pair = /^([\w.:\\]+)\s*=([\s\S]*)$/.exec(text);
  if (pair === null) throw p.error("INVALID_SET_SYNTAX", {}, start);
  const value = (pair[2] as string).trim();
  const quotedValue = /^`((?:[^`]|``)*)`$/.exec(value);
  if (quotedValue === null && value.includes(";")) throw p.error("INVALID_SET_SYNTAX", {}, start);
  return {
    kind: "set",
    key: pair[1] as string,
    value: quotedValue === null ? value : (quotedValue[1] as string).replaceAll("``", "`"),
    verbose: false,
  };
}

export function resetStatement(p: Cursor): Statement {
  const start = p.token.start;
  p.expect("RESET");
  if (p.token.kind === "quoted") return { kind: "reset", key: p.next().text };
  const text = restOfText(p);
  if (text === "") return { kind: "reset", key: null };
  if (!/^[\w.:\\]+$/.test(text)) throw p.error("_LEGACY_ERROR_TEMP_0043", {}, start);
  return { kind: "reset", key: text };
}

export function useStatement(p: Cursor): Statement {
  p.expect("USE");
  const database = isDatabase(p) && (p.isName(1) || p.isAt(1, "(")) && !p.isAt(1, ".");
  if (database) p.next();
  return { kind: "use", name: objectName(p), database };
}

export function cacheStatement(p: Cursor): Statement {
  p.expect("CACHE");
  const lazy = p.accept("LAZY");
  p.expect("TABLE");
  const table = objectName(p);
  const options = p.accept("OPTIONS") ? propertyList(p) : {};
  const as = p.accept("AS");
  const query = as || isQueryStart(p, 0) ? viewBody(p) : null;
  return { kind: "cacheTable", table, lazy, options, query };
}

export function uncacheStatement(p: Cursor): Statement {
  p.expect("UNCACHE", "TABLE");
  const ifExists = p.accept("IF", "EXISTS");
  return { kind: "uncacheTable", table: objectName(p), ifExists };
}

export function refreshStatement(p: Cursor): Statement {
  const start = p.token.start;
  p.expect("REFRESH");
  if (p.is("TABLE") && p.isName(1)) {
    p.next();
    return { kind: "refreshTable", table: objectName(p) };
  }
  if (p.is("FUNCTION") && p.isName(1)) {
    p.next();
    return { kind: "refreshFunction", name: objectName(p) };
  }
  if (p.token.kind === "string") return { kind: "refreshResource", path: p.string() };
  const path = restOfText(p);
  if (path === "") throw p.error("_LEGACY_ERROR_TEMP_0040", {}, start);
  if (/\s/.test(path)) throw p.error("_LEGACY_ERROR_TEMP_0041", {}, start);
  return { kind: "refreshResource", path };
}

export function analyzeStatement(p: Cursor): Statement {
  const start = p.token.start;
  p.expect("ANALYZE");
  if (p.accept("TABLES")) {
    const database = p.accept("FROM") || p.accept("IN") ? objectName(p) : null;
    p.expect("COMPUTE", "STATISTICS");
    return { kind: "analyzeTables", database, noScan: noScan(p, start) };
  }
  p.expect("TABLE");
  const name = objectName(p);
  const partition = optionalPartitionSpec(p);
  p.expect("COMPUTE", "STATISTICS");
  if (p.accept("FOR", "ALL", "COLUMNS")) return { kind: "analyzeTable", name, partition, noScan: false, columns: "all" };
  if (p.accept("FOR", "COLUMNS")) {
    const columns = p.list(() => p.strictName());
    return { kind: "analyzeTable", name, partition, noScan: false, columns };
  }
  return { kind: "analyzeTable", name, partition, noScan: noScan(p, start), columns: null };
}

function noScan(p: Cursor, start: number): boolean {
  if (!p.isName()) return false;
  const word = p.next().symbol;
  if (word !== "NOSCAN") {
    throw p.error("INVALID_SQL_SYNTAX.ANALYZE_TABLE_UNEXPECTED_NOSCAN", { ctx: word.toLowerCase() }, start);
  }
  return true;
}

/** ADD JAR a b, LIST FILES: paths are split at blanks; quotes hold together. */
export function resourceStatement(p: Cursor): Statement {
  const start = p.token.start;
  const add = p.next().symbol === "ADD";
  const resource = p.name().toUpperCase();
  if (!/^(?:FILE|JAR|ARCHIVE)S?$/.test(resource)) {
    restOfText(p);
    throw p.error(add ? "_LEGACY_ERROR_TEMP_0046" : "_LEGACY_ERROR_TEMP_0047", { resourceType: resource.toLowerCase() }, start);
  }
  const paths = [...restOfText(p).matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(
    (match) => match[1] ?? match[2] ?? (match[3] as string),
  );
  return add ? { kind: "addResource", resource, paths } : { kind: "listResources", resource, paths };
}

export function commentStatement(p: Cursor): Statement {
  p.expect("COMMENT", "ON");
  const on = isDatabase(p) ? "database" : p.is("COLUMN") ? "column" : "table";
  if (on === "table" && !p.is("TABLE")) throw p.unexpected();
  p.next();
  const name = objectName(p);
  p.expect("IS");
  return { kind: "comment", on, name, comment: p.accept("NULL") ? null : p.string() };
}

export function repairStatement(p: Cursor): Statement {
  p.accept("MSCK");
  p.expect("REPAIR", "TABLE");
  const name = objectName(p);
  const word = p.is("ADD") || p.is("DROP") || p.is("SYNC") ? p.next().symbol : null;
  if (word !== null) p.expect("PARTITIONS");
  return { kind: "repairTable", name, add: word !== "DROP", drop: word === "DROP" || word === "SYNC" };
}
