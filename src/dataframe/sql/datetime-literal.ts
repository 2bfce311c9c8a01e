/** DATE'…', TIMESTAMP'…' and TIME'…': the texts that a cast from string takes, and now, today, tomorrow, yesterday, epoch. */
import type { UnresolvedExpression } from "../syntax/expression";
import {
  daysOfLocal,
  daysToMicros,
  localOf,
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampParts,
  sessionZone,
  toLocal,
} from "../types/datetime";
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
      const days = specialDay(p, text) ?? parseDate(text);
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
  return sessionZone(p.options.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

function now(): number {
  return Date.now() * 1000;
}

/** epoch, now, today, yesterday, tomorrow. */
function specialDay(p: Cursor, text: string): number | null {
  const today = (): number => daysOfLocal(toLocal(now(), zoneOf(p)));
  switch (text.trim().toLowerCase()) {
    case "epoch":
      return 0;
    case "now":
    case "today":
      return today();
    case "tomorrow":
      return today() + 1;
    case "yesterday":
      return today() - 1;
    default:
      return null;
  }
}

function instant(p: Cursor, text: string): UnresolvedExpression | null {
  const zone = zoneOf(p);
  const word = text.trim().toLowerCase();
  const day = specialDay(p, text);
  const micros =
    word === "now" ? now() : word === "epoch" ? 0 : day !== null ? daysToMicros(day, zone) : parseTimestamp(text, zone, now());
  return micros === null ? null : literal(micros, { kind: "timestamp" });
}

/** A zone that is written is left out of account. */
function local(p: Cursor, text: string): UnresolvedExpression | null {
  const day = specialDay(p, text);
  if (text.trim().toLowerCase() === "now") return literal(toLocal(now(), zoneOf(p)), { kind: "timestamp_ntz" });
  if (day !== null) return literal(localOf(day, 0), { kind: "timestamp_ntz" });
  const parts = parseTimestampParts(text);
  if (parts === null || parts.days === null) return null;
  return literal(localOf(parts.days, parts.microsOfDay), { kind: "timestamp_ntz" });
}
