/**
 * Patterns of dates and times, with the letters of Spark's DateTimeFormatter: compiled once to parts that print and parse.
 * Parsing is strict: fields in their ranges, numbers with at least as many digits as letters.
 */
import {
  civilFromDays,
  dayOfYear,
  daysInMonth,
  isLeapYear,
  isoWeekday,
  localOf,
  makeDays,
  microsOfSecond,
  secondsOf,
} from "./datetime";
import type { Exact } from "./exact";
import { offsetText, timeZone, type TimeZone } from "./time-zone";
import { zoneAt, zoneIdAt, zoneName } from "./zone-names";

/** Why a pattern cannot be used: the rest of an error class, and its parameters. */
export class PatternFault extends Error {
  constructor(
    readonly errorClass: string,
    readonly parameters: Readonly<Record<string, string>>,
  ) {
    super(errorClass);
  }
}

/** Why a text does not fit a pattern, in words. */
export class ParseFault extends Error {}

type Field =
  | "year"
  | "yearOfEra"
  | "era"
  | "quarter"
  | "month"
  | "day"
  | "dayOfYear"
  | "weekday"
  | "weekOfMonth"
  | "hour"
  | "hourOfHalf"
  | "clockHour"
  | "clockHourOfHalf"
  | "half"
  | "minute"
  | "second"
  | "nano";

/** A part of a pattern. Numbers say how many letters they have and how wide they may be; `reserve` is what adjacent fixed numbers after it take. */
type Part =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "number";
      readonly field: Field;
      readonly min: number;
      readonly max: number;
      readonly sign: "normal" | "exceedsPad" | "never";
      reserve: number;
      fixed: boolean;
    }
  | { readonly kind: "twoDigitYear"; readonly field: "year" | "yearOfEra"; reserve: number; fixed: boolean }
  | { readonly kind: "fraction"; readonly digits: number }
  | { readonly kind: "words"; readonly field: Field; readonly words: readonly string[] }
  | { readonly kind: "zoneId" }
  | { readonly kind: "zoneName"; readonly long: boolean }
  | { readonly kind: "offset"; readonly style: number; readonly zero: string }
  | { readonly kind: "localOffset"; readonly long: boolean }
  | { readonly kind: "optional"; readonly parts: readonly Part[] };

const months = "January February March April May June July August September October November December".split(" ");
const weekdays = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");
const shortMonths = months.map((name) => name.slice(0, 3));
const shortWeekdays = weekdays.map((name) => name.slice(0, 3));
const quarters = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];
const halves = ["AM", "PM"];

const weekLetters = new Set("YWwuec");
const unknownLetters = new Set("ABnNp");
const unparsedLetters = new Set("EFqQ");
/** What patterns before Spark 3 could hold: such a pattern is refused with advice. */
const formerLetters = /^[GyYMLwWDdFEuaHkKhmsSzZX]$/;

export interface DateTimePattern {
  /** The text of a local date and time; `offset` is the zone's at that instant, in seconds. */
  format(local: Exact, zone: TimeZone, offset: number): string;
  /** What a text says; throws ParseFault. */
  parse(text: string): ParsedFields;
}

export interface ParsedFields {
  readonly days: number;
  /** Null where the text has no field of time. */
  readonly nanosOfDay: number | null;
  readonly zone: TimeZone | null;
  readonly hasDate: boolean;
}

const compiled = new Map<string, DateTimePattern>();

/** The pattern, ready for use; throws PatternFault. */
export function dateTimePattern(pattern: string, use: "format" | "parse"): DateTimePattern {
  const key = `${use} ${pattern}`;
  let known = compiled.get(key);
  if (known === undefined) {
    known = compile(pattern, use);
    if (compiled.size < 1000) compiled.set(key, known);
  }
  return known;
}

function compile(pattern: string, use: "format" | "parse"): DateTimePattern {
  let parts: readonly Part[];
  try {
    checkLetters(pattern, use === "parse");
    parts = partsOf(pattern);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw wasPattern(pattern) ? crossVersion(pattern) : error;
  }
  return {
    format: (local, zone, offset) => print(parts, new Moment(local, zone, offset)),
    parse: (text) => parseWhole(parts, text),
  };
}

function quoted(pattern: string): string {
  return `'${pattern.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function crossVersion(pattern: string): PatternFault {
  return new PatternFault("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", {
    pattern: quoted(pattern),
    config: '"spark.sql.legacy.timeParserPolicy"',
    docroot: "https://spark.apache.org/docs/latest",
  });
}

/** The fault of a pattern that is none. */
export function invalidPattern(pattern: string): PatternFault {
  return new PatternFault("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", {
    pattern: quoted(pattern),
    docroot: "https://spark.apache.org/docs/latest",
  });
}

/** Whether SimpleDateFormat takes the pattern. */
function wasPattern(pattern: string): boolean {
  const outside = pattern.split("'");
  if (outside.length % 2 === 0) return false;
  return outside.every((part, i) => i % 2 === 1 || [...part].every((c) => !/[A-Za-z]/.test(c) || formerLetters.test(c)));
}

function checkLetters(pattern: string, parsing: boolean): void {
  for (const [i, part] of pattern.split("'").entries()) {
    if (i % 2 === 1) continue;
    for (const c of part) {
      if (weekLetters.has(c)) {
        throw new PatternFault("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", { c });
      }
    }
    for (const c of part) {
      if (unknownLetters.has(c) || (parsing && unparsedLetters.has(c))) {
        throw new PatternFault("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", { c, pattern });
      }
    }
    if (/G{5}|M{5}|L{5}|E{5}|Q{5}|q{5}|y{7}/.test(part)) {
      throw new PatternFault("INVALID_DATETIME_PATTERN.LENGTH", { pattern });
    }
  }
}

function partsOf(pattern: string): readonly Part[] {
  /* Without an era years count through zero, as ISO's do. */
  const hasEra = pattern.split("'").some((part, i) => i % 2 === 0 && part.includes("G"));
  const stack: Part[][] = [[]];
  for (let i = 0; i < pattern.length;) {
    const c = pattern[i]!;
    const parts = stack.at(-1)!;
    if (/[A-Za-z]/.test(c)) {
      let end = i + 1;
      while (pattern[end] === c) end++;
      const part = letterPart(c, end - i, hasEra, pattern);
      join(parts, part);
      parts.push(part);
      i = end;
    } else if (c === "'") {
      let text = "";
      let end = i + 1;
      for (; end < pattern.length; end++) {
        if (pattern[end] !== "'") text += pattern[end]!;
        else if (pattern[end + 1] === "'") {
          text += "'";
          end++;
        } else break;
      }
      if (end >= pattern.length) throw invalidPattern(pattern);
      parts.push({ kind: "text", text: text === "" ? "'" : text });
      i = end + 1;
    } else if (c === "[") {
      stack.push([]);
      i++;
    } else if (c === "]") {
      const inner = stack.pop()!;
      if (stack.length === 0) throw invalidPattern(pattern);
      stack.at(-1)!.push({ kind: "optional", parts: inner });
      i++;
    } else if (c === "{" || c === "}" || c === "#") {
      throw invalidPattern(pattern);
    } else {
      parts.push({ kind: "text", text: c });
      i++;
    }
  }
  while (stack.length > 1) {
    const inner = stack.pop()!;
    stack.at(-1)!.push({ kind: "optional", parts: inner });
  }
  return stack[0]!;
}

/** Numbers that touch: one of open width leaves room for those of fixed width after it. */
function join(before: readonly Part[], part: Part): void {
  const width = fixedWidth(part);
  if (part.kind !== "number" && part.kind !== "twoDigitYear") return;
  let i = before.length - 1;
  const isFixed = (other: Part): boolean => fixedWidth(other) !== null && "fixed" in other && other.fixed;
  while (i >= 0 && isFixed(before[i]!)) i--;
  const open = before[i];
  if (open === undefined || (open.kind !== "number" && open.kind !== "twoDigitYear")) return;
  if (width !== null) {
    open.reserve += width;
    if ("fixed" in part) part.fixed = true;
  } else open.fixed = true;
}

function fixedWidth(part: Part): number | null {
  if (part.kind === "twoDigitYear") return 2;
  return part.kind === "number" && part.min === part.max && part.sign === "never" ? part.min : null;
}

function letterPart(letter: string, count: number, hasEra: boolean, pattern: string): Part {
  const number = (field: Field, min = 1, max = 19, sign: "normal" | "exceedsPad" | "never" = "normal"): Part => ({
    kind: "number",
    field,
    min,
    max,
    sign,
    reserve: 0,
    fixed: false,
  });
  const oneOrTwo = (field: Field): Part => {
    if (count > 2) throw invalidPattern(pattern);
    return count === 1 ? number(field) : number(field, 2, 2, "never");
  };
  const only = (most: number, part: Part): Part => {
    if (count > most) throw invalidPattern(pattern);
    return part;
  };
  switch (letter) {
    case "y": {
      const field = hasEra ? "yearOfEra" : "year";
      if (count === 2) return { kind: "twoDigitYear", field, reserve: 0, fixed: false };
      return number(field, count, 19, count < 4 ? "normal" : "exceedsPad");
    }
    case "G":
      return only(4, { kind: "words", field: "era", words: count === 4 ? ["Before Christ", "Anno Domini"] : ["BC", "AD"] });
    case "M":
    case "L":
      if (count <= 2) return oneOrTwo("month");
      return only(4, { kind: "words", field: "month", words: count === 3 ? shortMonths : months });
    case "Q":
    case "q":
      if (count <= 2) return oneOrTwo("quarter");
      return only(4, { kind: "words", field: "quarter", words: count === 3 ? ["Q1", "Q2", "Q3", "Q4"] : quarters });
    case "E":
      return only(4, { kind: "words", field: "weekday", words: count <= 3 ? shortWeekdays : weekdays });
    case "D":
      return only(3, count === 1 ? number("dayOfYear") : number("dayOfYear", count, 3, "never"));
    case "d":
      return oneOrTwo("day");
    case "F":
      return only(1, number("weekOfMonth"));
    case "H":
      return oneOrTwo("hour");
    case "h":
      return oneOrTwo("clockHourOfHalf");
    case "k":
      return oneOrTwo("clockHour");
    case "K":
      return oneOrTwo("hourOfHalf");
    case "m":
      return oneOrTwo("minute");
    case "s":
      return oneOrTwo("second");
    case "a":
      return only(1, { kind: "words", field: "half", words: halves });
    case "S":
      return only(9, { kind: "fraction", digits: count });
    case "V":
      if (count !== 2) throw invalidPattern(pattern);
      return { kind: "zoneId" };
    case "z":
      return only(4, { kind: "zoneName", long: count === 4 });
    case "O":
      if (count !== 1 && count !== 4) throw invalidPattern(pattern);
      return { kind: "localOffset", long: count === 4 };
    case "X":
      return only(5, { kind: "offset", style: count, zero: "Z" });
    case "x":
      return only(5, { kind: "offset", style: count, zero: ["+00", "+0000", "+00:00", "+0000", "+00:00"][count - 1]! });
    case "Z":
      if (count < 4) return { kind: "offset", style: 2, zero: "+0000" };
      if (count === 4) return { kind: "localOffset", long: true };
      return only(5, { kind: "offset", style: 5, zero: "Z" });
    default:
      throw invalidPattern(pattern);
  }
}

// Printing

/** The fields of one local date and time. */
class Moment {
  readonly instant: number;
  readonly #days: number;
  readonly #ofDay: number;
  readonly #micros: number;

  constructor(
    local: Exact,
    readonly zone: TimeZone,
    readonly offset: number,
  ) {
    const seconds = secondsOf(local);
    this.instant = seconds - offset;
    this.#days = Math.floor(seconds / 86400);
    this.#ofDay = seconds - this.#days * 86400;
    this.#micros = microsOfSecond(local);
  }

  value(field: Field): number {
    const hour = Math.floor(this.#ofDay / 3600);
    switch (field) {
      case "hour":
        return hour;
      case "hourOfHalf":
        return hour % 12;
      case "clockHour":
        return hour === 0 ? 24 : hour;
      case "clockHourOfHalf":
        return hour % 12 === 0 ? 12 : hour % 12;
      case "half":
        return hour < 12 ? 0 : 1;
      case "minute":
        return Math.floor(this.#ofDay / 60) % 60;
      case "second":
        return this.#ofDay % 60;
      case "nano":
        return this.#micros * 1000;
      case "weekday":
        return isoWeekday(this.#days);
      case "dayOfYear":
        return dayOfYear(this.#days);
      default: {
        const { year, month, day } = civilFromDays(this.#days);
        switch (field) {
          case "year":
            return year;
          case "yearOfEra":
            return year > 0 ? year : 1 - year;
          case "era":
            return year > 0 ? 1 : 0;
          case "quarter":
            return Math.floor((month + 2) / 3);
          case "month":
            return month;
          case "weekOfMonth":
            return ((day - 1) % 7) + 1;
          default:
            return day;
        }
      }
    }
  }
}

/** The place of a field's value among its words. */
const wordBase: Readonly<Partial<Record<Field, number>>> = { month: 1, quarter: 1, weekday: 1, half: 0, era: 0 };

function print(parts: readonly Part[], moment: Moment): string {
  let text = "";
  for (const part of parts) text += printPart(part, moment);
  return text;
}

function printPart(part: Part, moment: Moment): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "number": {
      const value = moment.value(part.field);
      const digits = String(Math.abs(value)).padStart(part.min, "0");
      if (value < 0) return `-${digits}`;
      return part.sign === "exceedsPad" && digits.length > part.min ? `+${digits}` : digits;
    }
    case "twoDigitYear":
      return String(Math.abs(moment.value(part.field)) % 100).padStart(2, "0");
    case "fraction":
      return String(moment.value("nano")).padStart(9, "0").slice(0, part.digits);
    case "words":
      return part.words[moment.value(part.field) - wordBase[part.field]!]!;
    case "zoneId":
      return moment.zone.id;
    case "zoneName":
      return zoneName(moment.zone, moment.instant, part.long);
    case "offset":
      return printOffset(moment.offset, part.style, part.zero);
    case "localOffset": {
      if (moment.offset === 0) return "GMT";
      const full = offsetText(moment.offset);
      if (part.long) return `GMT${full}`;
      return `GMT${full.replace(/^([+-])0/, "$1").replace(/:00$/, "")}`;
    }
    case "optional":
      return print(part.parts, moment);
  }
}

/** Styles by their number of letters: +HHmm?, +HHMM, +HH:MM, +HHMMss?, +HH:MM:ss?. */
export function printOffset(offset: number, style: number, zero: string): string {
  if (offset === 0) return zero;
  const full = offsetText(offset);
  const [hours, minutes, seconds] = full.split(":");
  switch (style) {
    case 1:
      return minutes === "00" ? hours! : hours! + minutes!;
    case 2:
      return hours! + minutes!;
    case 3:
      return `${hours!}:${minutes!}`;
    case 4:
      return hours! + minutes! + (seconds ?? "");
    default:
      return full;
  }
}

// Parsing

interface Found {
  readonly fields: Partial<Record<Field, number>>;
  zone: TimeZone | null;
}

function parseWhole(parts: readonly Part[], text: string): ParsedFields {
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
