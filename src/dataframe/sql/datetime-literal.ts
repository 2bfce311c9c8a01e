/** DATE'…', TIMESTAMP'…' and TIME'…': the texts that a cast from string takes, and now, today, tomorrow, yesterday, epoch. */
import type { UnresolvedExpression } from "../syntax/expression";
import { localOf, parseDate, parseTime, parseTimestamp, parseTimestampParts, sessionZone } from "../types/datetime";
import { zoneOfMachine } from "../types/machine-zone";
import type { Exact } from "../types/exact";
import { specialDatetime } from "../types/special-datetime";
import type { TimeZone } from "../types/time-zone";
import type { Cursor } from "./cursor";
import { literal } from "./make";

/** null where `type` is none of dates and times. Throws INVALID_TYPED_LITERAL. */
export function datetimeLiteral(p: Cursor, type: string, text: string, start: number): UnresolvedExpression | null {
  const value = valueOf(p, type, text);
  if (value === undefined) return null;
  if (value === null) throw p.error("INVALID_TYPED_LITERAL", { valueType: `"${type}"`, value: `'${text}'` }, start);
  return { ...value, at: p.at(start) };
}

function valueOf(p: Cursor, type: string, text: string): UnresolvedExpression | null | undefined {
  switch (type) {
    case "DATE": {
      const days = special(p, "date", text) ?? parseDate(text);
      return days === null ? null : literal(days, { kind: "date" });
    }
    case "TIME": {
      const nanos = parseTime(text);
      return nanos === null ? null : literal(nanos, { kind: "time" });
    }
    case "TIMESTAMP_LTZ":
      return instant(p, text);
    case "TIMESTAMP_NTZ":
      return local(p, text);
    case "TIMESTAMP": {
      if (p.options.timestampType !== "TIMESTAMP_NTZ") return instant(p, text);
      const zone = parseTimestampParts(text)?.zone ?? null;
      return zone === null ? local(p, text) : instant(p, text);
    }
    default:
      return undefined;
  }
}

function zoneOf(p: Cursor): TimeZone {
  return sessionZone(p.options.timeZone ?? zoneOfMachine());
}

function now(p: Cursor): number {
  p.readsClock = true;
  return Date.now() * 1000;
}

function special(p: Cursor, type: "date" | "timestamp" | "timestamp_ntz", text: string): Exact | null {
  return specialDatetime(type, text, zoneOf(p), () => now(p));
}

function instant(p: Cursor, text: string): UnresolvedExpression | null {
  const hasDay = typeof parseTimestampParts(text)?.days === "number";
  const micros = special(p, "timestamp", text) ?? parseTimestamp(text, zoneOf(p), hasDay ? 0 : now(p));
  return micros === null ? null : literal(micros, { kind: "timestamp" });
}

/** A zone that is written is left out of account. */
function local(p: Cursor, text: string): UnresolvedExpression | null {
  const value = special(p, "timestamp_ntz", text);
  if (value !== null) return literal(value, { kind: "timestamp_ntz" });
  const parts = parseTimestampParts(text);
  if (parts === null || parts.days === null) return null;
  return literal(localOf(parts.days, parts.microsOfDay), { kind: "timestamp_ntz" });
}
