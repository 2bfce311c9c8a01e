/**
 * Patterns as before Spark 3 (spark.sql.legacy.timeParserPolicy=LEGACY): the letters of Java's SimpleDateFormat. S counts
 * milliseconds, numbers are read with any count of digits, text after the last field is ignored, and days before
 * 1582-10-15 are days of the Julian calendar.
 */
import { civilFromDays, dayOfYear, isoWeekday, makeDays, microsOfSecond, secondsOf } from "./datetime";
import { ParseFault, type ParsedFields } from "./datetime-pattern/parse";
import { invalidPattern } from "./datetime-pattern/parts";
import type { DateTimePattern } from "./datetime-pattern/pattern";
import { printOffset } from "./datetime-pattern/print";
import type { Exact } from "./exact";
import type { TimeZone } from "./time-zone";
import { zoneAt, zoneName } from "./zone-names";

const months = "January February March April May June July August September October November December".split(" ");
const weekdays = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");

type Part = { readonly text: string } | { readonly letter: string; readonly count: number };

const compiled = new Map<string, DateTimePattern>();

/** The pattern, ready for use; throws PatternFault. */
export function legacyPattern(pattern: string): DateTimePattern {
  let known = compiled.get(pattern);
  if (known === undefined) {
    const parts = partsOf(pattern);
    known = {
      format: (local, zone, offset) => parts.map((part) => printPart(part, local, zone, offset)).join(""),
      parse: (text) => parse(parts, text),
    };
    if (compiled.size < 1000) compiled.set(pattern, known);
  }
  return known;
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  const token = /([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']+/gy;
  while (token.lastIndex < pattern.length) {
    const at = token.lastIndex;
    const match = token.exec(pattern);
    if (match === null) throw invalidPattern(pattern);
    const letter = match[1];
    if (letter === undefined) {
      const quoted = match[2];
      parts.push({ text: quoted === undefined ? match[0] : quoted === "" ? "'" : quoted.replaceAll("''", "'") });
    } else {
      const count = token.lastIndex - at;
      if (!/[GyYMLwWDdFEuaHkKhmsSzZX]/.test(letter) || (letter === "X" && count > 3)) throw invalidPattern(pattern);
      parts.push({ letter, count });
    }
  }
  return parts;
}

const gregorianStart = -141427;

function weekdayOf(days: number): number {
  if (days >= gregorianStart) return isoWeekday(days);
  /* The same year, month and day in the Julian calendar. */
  const { year, month, day } = civilFromDays(days);
  const y = month <= 2 ? year - 1 : year;
  const m = month > 2 ? month - 3 : month + 9;
  const julian = Math.floor((1461 * y) / 4) + Math.floor((153 * m + 2) / 5) + day - 719471;
  return isoWeekday(julian);
}

/** Week of the year whose first is that of 1 January, weeks beginning on Sunday, and the year it belongs to. */
function usWeek(days: number): { readonly year: number; readonly week: number } {
  const { year } = civilFromDays(days);
  const sunday = (day: number): number => day - (weekdayOf(day) % 7);
  const next = makeDays(year + 1, 1, 1)!;
  if (sunday(days) === sunday(next)) return { year: year + 1, week: 1 };
  return { year, week: (sunday(days) - sunday(makeDays(year, 1, 1)!)) / 7 + 1 };
}

function printPart(part: Part, local: Exact, zone: TimeZone, offset: number): string {
  if ("text" in part) return part.text;
  const { letter, count } = part;
  const seconds = secondsOf(local);
  const days = Math.floor(seconds / 86400);
  const ofDay = seconds - days * 86400;
  const hour = Math.floor(ofDay / 3600);
  const { year, month, day } = civilFromDays(days);
  const padded = (value: number): string => String(value).padStart(count, "0");
  /* Before 1900 java.util's zones keep their standard offset. */
  const shownOffset = year < 1900 && zone.fixed === null ? zone.offsetAt(-2_208_988_800) : offset;
  const ofEra = (value: number): string => {
    const positive = value > 0 ? value : 1 - value;
    return count === 2 ? String(positive % 100).padStart(2, "0") : padded(positive);
  };
  switch (letter) {
    case "G":
      return year > 0 ? "AD" : "BC";
    case "y":
      return ofEra(year);
    case "Y":
      return ofEra(usWeek(days).year);
    case "M":
    case "L":
      if (count < 3) return padded(month);
      return count === 3 ? months[month - 1]!.slice(0, 3) : months[month - 1]!;
    case "w":
      return padded(usWeek(days).week);
    case "W":
      return padded(Math.floor((day - 1 + (weekdayOf(days - day + 1) % 7)) / 7) + 1);
    case "D":
      return padded(dayOfYear(days));
    case "d":
      return padded(day);
    case "F":
      return padded(Math.floor((day - 1) / 7) + 1);
    case "E":
      return count <= 3 ? weekdays[weekdayOf(days) - 1]!.slice(0, 3) : weekdays[weekdayOf(days) - 1]!;
    case "u":
      return padded(weekdayOf(days));
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "H":
      return padded(hour);
    case "k":
      return padded(hour === 0 ? 24 : hour);
    case "K":
      return padded(hour % 12);
    case "h":
      return padded(hour % 12 === 0 ? 12 : hour % 12);
    case "m":
      return padded(Math.floor(ofDay / 60) % 60);
    case "s":
      return padded(ofDay % 60);
    case "S":
      return padded(Math.floor(microsOfSecond(local) / 1000));
    case "z":
      return zoneName(zone, seconds - offset, count > 3);
    case "Z":
      return printOffset(shownOffset, 2, "+0000");
    default:
      return count === 1 ? printOffset(shownOffset, 2, "Z").slice(0, 3) : printOffset(shownOffset, count, "Z");
  }
}

interface Found {
  year: number;
  month: number;
  day: number;
  dayOfYear: number | null;
  hour: number;
  half: number | null;
  minute: number;
  second: number;
  millis: number;
  zone: TimeZone | null;
  bc: boolean;
}

function parse(parts: readonly Part[], text: string): ParsedFields {
  const found: Found = {
    year: 1970,
    month: 1,
    day: 1,
    dayOfYear: null,
    hour: 0,
    half: null,
    minute: 0,
    second: 0,
    millis: 0,
    zone: null,
    bc: false,
  };
  let at = 0;
  const shown = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  for (const [i, part] of parts.entries()) {
    const next = parts[i + 1];
    const adjacent = next !== undefined && "letter" in next && isNumber(next);
    const end = "text" in part ? literal(part.text, text, at) : field(part, text, at, adjacent, found);
    if (end < 0) throw new ParseFault(`'${shown}' does not fit at character ${String(at + 1)}`);
    at = end;
  }
  const year = found.bc ? 1 - found.year : found.year;
  const day = found.dayOfYear === null ? makeDays(year, found.month, found.day) : makeDays(year, 1, 1)! + found.dayOfYear - 1;
  const hour = found.half === null ? found.hour : (found.hour % 12) + found.half * 12;
  if (day === null || hour > 24 || found.minute > 59 || found.second > 59)
    throw new ParseFault(`'${shown}' has fields that do not exist`);
  const nanos = (((hour % 24) * 60 + found.minute) * 60 + found.second) * 1e9 + found.millis * 1e6;
  return { days: day, nanosOfDay: nanos, zone: found.zone, hasDate: true };
}

function isNumber({ letter, count }: { readonly letter: string; readonly count: number }): boolean {
  return /[yDdFuHkKhmsSwW]/.test(letter) || ((letter === "M" || letter === "L") && count < 3);
}

function literal(expected: string, text: string, at: number): number {
  return text.startsWith(expected, at) ? at + expected.length : -1;
}

function word(words: readonly string[], text: string, at: number): readonly [index: number, end: number] | null {
  const rest = text.slice(at).toLowerCase();
  for (const length of [Infinity, 3]) {
    const index = words.findIndex((name) => rest.startsWith(name.slice(0, length).toLowerCase()));
    if (index >= 0) return [index, at + Math.min(words[index]!.length, length)];
  }
  return null;
}

function field(part: { letter: string; count: number }, text: string, start: number, adjacent: boolean, found: Found): number {
  const { letter, count } = part;
  let at = start;
  if (isNumber(part)) {
    while (text[at] === " ") at++;
    const digits = new RegExp(`^\\d{1,${String(adjacent ? count : 18)}}`).exec(text.slice(at))?.[0];
    if (digits === undefined) return -1;
    return setNumber(letter, count, Number(digits), digits.length, found) ? at + digits.length : -1;
  }
  switch (letter) {
    case "M":
    case "L": {
      const month = word(months, text, at);
      if (month === null) return -1;
      found.month = month[0] + 1;
      return month[1];
    }
    case "E":
      return word(weekdays, text, at)?.[1] ?? -1;
    case "a":
    case "G": {
      const match = (letter === "a" ? /^[AP]M/i : /^(?:AD|BC)/i).exec(text.slice(at))?.[0].toUpperCase();
      if (match === undefined) return -1;
      if (letter === "a") found.half = match === "PM" ? 1 : 0;
      else found.bc = match === "BC";
      return at + 2;
    }
    default: {
      const offset = /^[+-]\d\d:?\d\d/.exec(text.slice(at))?.[0];
      const zone = zoneAt(offset === undefined ? text : text.slice(0, at) + offset, at);
      if (zone === null) return -1;
      found.zone = zone.zone;
      return zone.end;
    }
  }
}

/** False where the value is none of the field's. */
function setNumber(letter: string, count: number, value: number, width: number, found: Found): boolean {
  switch (letter) {
    case "y":
      /* Two digits are a year within 80 years before and 20 after today. */
      found.year = count <= 2 && width === 2 ? nearYear(value) : value;
      return true;
    case "M":
    case "L":
      found.month = value;
      return value >= 1 && value <= 12;
    case "d":
      found.day = value;
      return value >= 1 && value <= 31;
    case "D":
      found.dayOfYear = value;
      return value >= 1 && value <= 366;
    case "H":
    case "K":
      found.hour = value;
      return value <= (letter === "H" ? 23 : 11);
    case "k":
    case "h":
      found.hour = value === (letter === "k" ? 24 : 12) ? 0 : value;
      return value >= 1 && value <= (letter === "k" ? 24 : 12);
    case "m":
      found.minute = value;
      return value <= 59;
    case "s":
      found.second = value;
      return value <= 59;
    case "S":
      found.millis = value;
      return value <= 999;
    default:
      return true;
  }
}

function nearYear(twoDigits: number): number {
  const start = new Date().getUTCFullYear() - 80;
  return start + ((((twoDigits - start) % 100) + 100) % 100);
}
