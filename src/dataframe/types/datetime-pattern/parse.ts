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

/** Fields by their places in FIELDS: what a text has of them. */
class Found {
  readonly #values: number[] = new Array<number>(FIELDS.length).fill(0);
  /** A bit for each field that is there. */
  #there = 0;
  zone: TimeZone | null = null;

  get(field: number): number | undefined {
    return (this.#there & (1 << field)) === 0 ? undefined : this.#values[field];
  }

  has(fields: number): boolean {
    return (this.#there & fields) !== 0;
  }

  /** Gives `end`, or the complement of `start` where the field has another value already. */
  set(field: number, value: number, start: number, end: number): number {
    if ((this.#there & (1 << field)) !== 0) return this.#values[field] === value ? end : ~start;
    this.#there |= 1 << field;
    this.#values[field] = value;
    return end;
  }

  clear(): void {
    this.#there = 0;
    this.zone = null;
  }

  copyFrom(other: Found): void {
    for (let i = 0; i < FIELDS.length; i++) this.#values[i] = other.#values[i]!;
    this.#there = other.#there;
    this.zone = other.zone;
  }
}

const FIELDS: readonly Field[] = [
  "year",
  "yearOfEra",
  "era",
  "quarter",
  "month",
  "day",
  "dayOfYear",
  "weekday",
  "weekOfMonth",
  "hour",
  "hourOfHalf",
  "clockHour",
  "clockHourOfHalf",
  "half",
  "minute",
  "second",
  "nano",
];

const PLACES = Object.fromEntries(FIELDS.map((field, i) => [field, i])) as Readonly<Record<Field, number>>;

/** Where the text goes on after a part that begins at `at`; the complement of the place that does not fit. */
type Parse = (text: string, at: number, found: Found) => number;

/** The function that reads a text by the parts of a pattern; throws ParseFault. */
export function parser(parts: readonly Part[]): (text: string) => ParsedFields {
  const parse = sequence(parts);
  const found = new Found();
  return (text) => {
    found.clear();
    const end = parse(text, 0, found);
    if (end < 0) throw new ParseFault(`${shown(text)} does not fit at character ${String(~end + 1)}`);
    if (end < text.length) throw new ParseFault(`${shown(text)} goes on after character ${String(end)}`);
    return resolve(text, found);
  };
}

function shown(text: string): string {
  return `'${text.length > 64 ? `${text.slice(0, 64)}…` : text}'`;
}

function sequence(parts: readonly Part[]): Parse {
  const parses = parts.map(partParser);
  return (text, start, found) => {
    let at = start;
    for (let i = 0; i < parses.length && at >= 0; i++) at = parses[i]!(text, at, found);
    return at;
  };
}

function partParser(part: Part): Parse {
  switch (part.kind) {
    case "text": {
      const lower = part.text.toLowerCase();
      const { length } = part.text;
      const code = part.text.charCodeAt(0);
      if (length === 1 && lower === part.text.toUpperCase()) return (text, at) => (text.charCodeAt(at) === code ? at + 1 : ~at);
      return (text, at) =>
        text.startsWith(part.text, at) || text.slice(at, at + length).toLowerCase() === lower ? at + length : ~at;
    }
    case "number":
      return numberParser(part);
    case "twoDigitYear": {
      const field = PLACES[part.field];
      return (text, at, found) => {
        const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
        if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return ~at;
        return found.set(field, 2000 + tens * 10 + ones, at, at + 2);
      };
    }
    case "fraction":
      /* A second's fraction may have fewer digits than the pattern. */
      return (text, at, found) => {
        const digits = /^\d+/.exec(text.slice(at, at + part.digits))?.[0];
        if (digits === undefined) return ~at;
        return found.set(PLACES.nano, Number(digits.padEnd(9, "0")), at, at + digits.length);
      };
    case "words":
      return wordParser(part);
    case "zoneId":
    case "zoneName":
      return (text, at, found) => {
        const zone = part.kind === "zoneId" ? zoneIdAt(text, at) : zoneAt(text, at);
        if (zone === null) return ~at;
        found.zone = zone.zone;
        return zone.end;
      };
    case "offset":
      return (text, at, found) => parseOffset(part, text, at, found);
    case "localOffset":
      return (text, at, found) => {
        const match = /^GMT(?:([+-])(\d{1,2})(?::(\d\d)(?::(\d\d))?)?)?/i.exec(text.slice(at));
        if (match === null) return ~at;
        found.zone = zoneOfOffset(match[1], match[2], match[3], match[4]);
        return found.zone === null ? ~at : at + match[0].length;
      };
    case "optional": {
      const parse = sequence(part.parts);
      return (text, at, found) => {
        const before = new Found();
        before.copyFrom(found);
        const end = parse(text, at, found);
        if (end >= 0) return end;
        found.copyFrom(before);
        return at;
      };
    }
  }
}

/** The longest word that the text goes on with, in any case. */
function wordParser(part: Extract<Part, { kind: "words" }>): Parse {
  const field = PLACES[part.field];
  const base = wordBase[part.field]!;
  const words = part.words
    .map((word, i) => ({ lower: word.toLowerCase(), length: word.length, value: i + base }))
    .sort((a, b) => b.length - a.length);
  const longest = words[0]!.length;
  return (text, at, found) => {
    // Lower case may be longer than the text; what is looked for is not.
    const rest = text.slice(at, at + longest).toLowerCase();
    for (const { lower, length, value } of words) if (rest.startsWith(lower)) return found.set(field, value, at, at + length);
    return ~at;
  };
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

/** As many digits as a double holds. */
const MOST_DIGITS = 15;

function numberParser(part: Extract<Part, { kind: "number" }>): Parse {
  const field = PLACES[part.field];
  const { min, reserve, sign: rule } = part;
  const most = part.max + reserve;
  return (text, at, found) => {
    let start = at;
    let negative = false;
    const sign = text.charCodeAt(at);
    if (sign === MINUS || sign === PLUS) {
      negative = sign === MINUS;
      if (rule === "never" || (rule === "normal" && !negative)) return ~at;
      start++;
    }
    let end = start;
    let value = 0;
    while (end < text.length && end - start < most) {
      const digit = text.charCodeAt(end) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      end++;
    }
    if (end - start < min) return ~start;
    const read = end - start;
    if (reserve > 0) end = start + Math.max(min, read - reserve);
    const width = end - start;
    if (rule === "exceedsPad") {
      if (sign === PLUS && width <= min) return ~at;
      if (sign !== PLUS && !negative && width > min) return ~at;
    }
    if (width !== read || width > MOST_DIGITS) value = Number(text.slice(start, end));
    if (negative && value === 0) return ~at;
    return found.set(field, negative ? -value : value, at, end);
  };
}

const MINUS = 45;
const PLUS = 43;

interface Bounds {
  readonly name: Field;
  readonly place: number;
  readonly bit: number;
  readonly least: number;
  readonly most: number;
}

const bounds: readonly Bounds[] = (
  [
    ["month", 1, 12],
    ["day", 1, 31],
    ["dayOfYear", 1, 366],
    ["hour", 0, 23],
    ["hourOfHalf", 0, 11],
    ["clockHour", 1, 24],
    ["clockHourOfHalf", 1, 12],
    ["minute", 0, 59],
    ["second", 0, 59],
    ["year", -999999999, 999999999],
  ] satisfies readonly (readonly [Field, number, number])[]
).map(([name, least, most]) => ({ name, place: PLACES[name], bit: 1 << PLACES[name], least, most }));

const bitsOf = (...fields: readonly Field[]): number => fields.reduce((bits, field) => bits | (1 << PLACES[field]), 0);
const DATE_FIELDS = bitsOf("year", "yearOfEra", "month", "day", "dayOfYear");
const TIME_FIELDS = bitsOf("minute", "second", "nano");

function resolve(text: string, found: Found): ParsedFields {
  for (let i = 0; i < bounds.length; i++) {
    const one = bounds[i]!;
    if (!found.has(one.bit)) continue;
    const value = found.get(one.place)!;
    if (value < one.least || value > one.most) {
      const { name, least, most } = one;
      throw new ParseFault(`${shown(text)} has ${name} ${String(value)}, which is not in ${String(least)}–${String(most)}`);
    }
  }
  return {
    days: resolveDate(text, found),
    nanosOfDay: resolveTime(text, found),
    zone: found.zone,
    hasDate: found.has(DATE_FIELDS),
  };
}

function resolveDate(text: string, found: Found): number {
  const year = found.get(PLACES.year) ?? yearOfEra(found) ?? 1970;
  const givenMonth = found.get(PLACES.month);
  const givenDay = found.get(PLACES.day);
  const ofYear = found.get(PLACES.dayOfYear);
  if (ofYear !== undefined) {
    if (ofYear === 366 && !isLeapYear(year)) throw new ParseFault(`${shown(text)}: ${String(year)} has no day 366`);
    const days = makeDays(year, 1, 1)! + ofYear - 1;
    const { month, day } = civilFromDays(days);
    if ((givenMonth ?? month) !== month || (givenDay ?? day) !== day) {
      throw new ParseFault(`${shown(text)}: the day of the year is ${String(month)}-${String(day)}, not the date given`);
    }
    return days;
  }
  const month = givenMonth ?? 1;
  const days = makeDays(year, month, givenDay ?? 1);
  if (days === null) {
    const most = daysInMonth(year, month);
    throw new ParseFault(`${shown(text)}: month ${String(month)} of ${String(year)} has ${String(most)} days`);
  }
  return days;
}

function yearOfEra(found: Found): number | undefined {
  const year = found.get(PLACES.yearOfEra);
  return year === undefined ? undefined : found.get(PLACES.era) === 0 ? 1 - year : year;
}

function resolveTime(text: string, found: Found): number | null {
  const clockOfHalf = found.get(PLACES.clockHourOfHalf);
  const clock = found.get(PLACES.clockHour);
  const ofHalf = found.get(PLACES.hourOfHalf) ?? (clockOfHalf === undefined ? undefined : clockOfHalf % 12);
  let hour = found.get(PLACES.hour) ?? (clock === undefined ? undefined : clock % 24);
  const half = found.get(PLACES.half);
  if (hour !== undefined) {
    const conflict = (half !== undefined && half !== (hour < 12 ? 0 : 1)) || (ofHalf !== undefined && ofHalf !== hour % 12);
    if (conflict) throw new ParseFault(`${shown(text)}: the hour ${String(hour)} and the half of the day do not agree`);
  } else if (ofHalf !== undefined) hour = ofHalf + (half === 1 ? 12 : 0);
  else if (half !== undefined) hour = half === 1 ? 12 : 0;
  if (hour === undefined && !found.has(TIME_FIELDS)) return null;
  const minute = found.get(PLACES.minute) ?? 0;
  const second = found.get(PLACES.second) ?? 0;
  return (((hour ?? 0) * 60 + minute) * 60 + second) * 1e9 + (found.get(PLACES.nano) ?? 0);
}

/** Local microseconds of parsed fields: what is not in the text is 1970-01-01T00:00:00. */
export function localOfFields({ days, nanosOfDay }: ParsedFields): Exact {
  return localOf(days, Math.floor((nanosOfDay ?? 0) / 1000));
}
