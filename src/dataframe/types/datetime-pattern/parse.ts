/** Parsing by the parts of a pattern: first what the text has, then what date and time that is. */
import { civilFromDays, daysInMonth, isLeapYear, localOf, makeDays } from "../datetime";
import type { Exact } from "../exact";
import { timeZone, type TimeZone } from "../time-zone";
import { zoneAt, zoneIdAt } from "../zone-names";
import { type Field, type Part, wordBase } from "./parts";

/** Why a text does not fit a pattern, in words. */
export class ParseFault extends Error {}

export interface ParsedFields {
  readonly days: number;
  /** Null where the text has no field of time. */
  readonly nanosOfDay: number | null;
  readonly zone: TimeZone | null;
  readonly hasDate: boolean;
}

interface Found {
  readonly fields: Partial<Record<Field, number>>;
  zone: TimeZone | null;
}

export function parseWhole(parts: readonly Part[], text: string): ParsedFields {
  const found: Found = { fields: {}, zone: null };
  const end = parseParts(parts, text, 0, found);
  if (end < 0) throw new ParseFault(`${shown(text)} does not fit at character ${String(~end + 1)}`);
  if (end < text.length) throw new ParseFault(`${shown(text)} goes on after character ${String(end)}`);
  return resolve(text, found);
}

function shown(text: string): string {
  return `'${text.length > 64 ? `${text.slice(0, 64)}…` : text}'`;
}

/** Where the text goes on after the parts; the complement of the place that does not fit. */
function parseParts(parts: readonly Part[], text: string, start: number, found: Found): number {
  let at = start;
  for (const part of parts) {
    at = parsePart(part, text, at, found);
    if (at < 0) return at;
  }
  return at;
}

function set(found: Found, field: Field, value: number, start: number, end: number): number {
  const before = found.fields[field];
  if (before !== undefined && before !== value) return ~start;
  found.fields[field] = value;
  return end;
}

function parsePart(part: Part, text: string, at: number, found: Found): number {
  switch (part.kind) {
    case "text": {
      const end = at + part.text.length;
      return text.slice(at, end).toLowerCase() === part.text.toLowerCase() ? end : ~at;
    }
    case "number":
      return parseNumber(part, text, at, found);
    case "twoDigitYear": {
      const digits = /^\d{2}/.exec(text.slice(at))?.[0];
      return digits === undefined ? ~at : set(found, part.field, 2000 + Number(digits), at, at + 2);
    }
    case "fraction": {
      /* A second's fraction may have fewer digits than the pattern. */
      const digits = /^\d+/.exec(text.slice(at, at + part.digits))?.[0];
      if (digits === undefined) return ~at;
      return set(found, "nano", Number(digits.padEnd(9, "0")), at, at + digits.length);
    }
    case "words": {
      const rest = text.slice(at).toLowerCase();
      const order = part.words.map((_, i) => i).sort((a, b) => part.words[b]!.length - part.words[a]!.length);
      const index = order.find((i) => rest.startsWith(part.words[i]!.toLowerCase()));
      if (index === undefined) return ~at;
      return set(found, part.field, index + wordBase[part.field]!, at, at + part.words[index]!.length);
    }
    case "zoneId":
    case "zoneName": {
      const zone = part.kind === "zoneId" ? zoneIdAt(text, at) : zoneAt(text, at);
      if (zone === null) return ~at;
      found.zone = zone.zone;
      return zone.end;
    }
    case "offset":
      return parseOffset(part, text, at, found);
    case "localOffset": {
      const match = /^GMT(?:([+-])(\d{1,2})(?::(\d\d)(?::(\d\d))?)?)?/i.exec(text.slice(at));
      if (match === null) return ~at;
      found.zone = zoneOfOffset(match[1], match[2], match[3], match[4]);
      return found.zone === null ? ~at : at + match[0].length;
    }
    case "optional": {
      const tried: Found = { fields: { ...found.fields }, zone: found.zone };
      const end = parseParts(part.parts, text, at, tried);
      if (end < 0) return at;
      Object.assign(found.fields, tried.fields);
      found.zone = tried.zone;
      return end;
    }
  }
}

function zoneOfOffset(sign = "+", hours = "0", minutes = "00", seconds = "00"): TimeZone | null {
  return timeZone(`${sign}${hours.padStart(2, "0")}:${minutes}:${seconds}`);
}

const offsetForms: readonly RegExp[] = [
  /^([+-])(\d\d)(?:(\d\d))?/,
  /^([+-])(\d\d)(\d\d)/,
  /^([+-])(\d\d):(\d\d)/,
  /^([+-])(\d\d)(\d\d)(?:(\d\d))?/,
  /^([+-])(\d\d):(\d\d)(?::(\d\d))?/,
];

function parseOffset(part: Extract<Part, { kind: "offset" }>, text: string, at: number, found: Found): number {
  const rest = text.slice(at);
  const match = offsetForms[part.style - 1]!.exec(rest);
  if (match !== null) {
    found.zone = zoneOfOffset(match[1], match[2], match[3], match[4]);
    return found.zone === null ? ~at : at + match[0].length;
  }
  if (!rest.toLowerCase().startsWith(part.zero.toLowerCase())) return ~at;
  found.zone = zoneOfOffset();
  return at + part.zero.length;
}

function parseNumber(part: Extract<Part, { kind: "number" }>, text: string, at: number, found: Found): number {
  let start = at;
  let negative = false;
  const sign = text[at];
  if (sign === "-" || sign === "+") {
    negative = sign === "-";
    if (part.sign === "never" || (part.sign === "normal" && !negative)) return ~at;
    start++;
  }
  const most = part.max + part.reserve;
  let end = start;
  while (end < text.length && end - start < most && isDigit(text.charCodeAt(end))) end++;
  if (end - start < part.min) return ~start;
  if (part.reserve > 0) end = start + Math.max(part.min, end - start - part.reserve);
  const width = end - start;
  if (part.sign === "exceedsPad") {
    if (sign === "+" && width <= part.min) return ~at;
    if (sign !== "+" && !negative && width > part.min) return ~at;
  }
  const value = Number(text.slice(start, end));
  if (negative && value === 0) return ~at;
  return set(found, part.field, negative ? -value : value, at, end);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

const bounds: Readonly<Partial<Record<Field, readonly [least: number, most: number]>>> = {
  month: [1, 12],
  day: [1, 31],
  dayOfYear: [1, 366],
  hour: [0, 23],
  hourOfHalf: [0, 11],
  clockHour: [1, 24],
  clockHourOfHalf: [1, 12],
  minute: [0, 59],
  second: [0, 59],
  year: [-999999999, 999999999],
};

function resolve(text: string, { fields, zone }: Found): ParsedFields {
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = fields[name as Field];
    if (value !== undefined && (value < least || value > most)) {
      throw new ParseFault(`${shown(text)} has ${name} ${String(value)}, which is not in ${String(least)}–${String(most)}`);
    }
  }
  return { days: resolveDate(text, fields), nanosOfDay: resolveTime(text, fields), zone, hasDate: hasDate(fields) };
}

function hasDate(fields: Found["fields"]): boolean {
  return (["year", "yearOfEra", "month", "day", "dayOfYear"] as const).some((field) => fields[field] !== undefined);
}

function resolveDate(text: string, fields: Found["fields"]): number {
  const year = fields.year ?? yearOfEra(fields) ?? 1970;
  if (fields.dayOfYear !== undefined) {
    if (fields.dayOfYear === 366 && !isLeapYear(year)) throw new ParseFault(`${shown(text)}: ${String(year)} has no day 366`);
    const days = makeDays(year, 1, 1)! + fields.dayOfYear - 1;
    const { month, day } = civilFromDays(days);
    if ((fields.month ?? month) !== month || (fields.day ?? day) !== day) {
      throw new ParseFault(`${shown(text)}: the day of the year is ${String(month)}-${String(day)}, not the date given`);
    }
    return days;
  }
  const month = fields.month ?? 1;
  const day = fields.day ?? 1;
  const days = makeDays(year, month, day);
  if (days === null) {
    const most = daysInMonth(year, month);
    throw new ParseFault(`${shown(text)}: month ${String(month)} of ${String(year)} has ${String(most)} days`);
  }
  return days;
}

function yearOfEra(fields: Found["fields"]): number | undefined {
  const { yearOfEra: year, era } = fields;
  return year === undefined ? undefined : era === 0 ? 1 - year : year;
}

function resolveTime(text: string, fields: Found["fields"]): number | null {
  const ofHalf = fields.hourOfHalf ?? (fields.clockHourOfHalf === undefined ? undefined : fields.clockHourOfHalf % 12);
  let hour = fields.hour ?? (fields.clockHour === undefined ? undefined : fields.clockHour % 24);
  const { half } = fields;
  if (hour !== undefined) {
    const conflict = (half !== undefined && half !== (hour < 12 ? 0 : 1)) || (ofHalf !== undefined && ofHalf !== hour % 12);
    if (conflict) throw new ParseFault(`${shown(text)}: the hour ${String(hour)} and the half of the day do not agree`);
  } else if (ofHalf !== undefined) hour = ofHalf + (half === 1 ? 12 : 0);
  else if (half !== undefined) hour = half === 1 ? 12 : 0;
  if (hour === undefined && fields.minute === undefined && fields.second === undefined && fields.nano === undefined) return null;
  return (((hour ?? 0) * 60 + (fields.minute ?? 0)) * 60 + (fields.second ?? 0)) * 1e9 + (fields.nano ?? 0);
}

/** Local microseconds of parsed fields: what is not in the text is 1970-01-01T00:00:00. */
export function localOfFields({ days, nanosOfDay }: ParsedFields): Exact {
  return localOf(days, Math.floor((nanosOfDay ?? 0) / 1000));
}
