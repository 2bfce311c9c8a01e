/**
 * Dates, timestamps and times as numbers: their fields, their ISO text, and Spark's forms of text for them. A date is days
 * since 1970-01-01, a timestamp microseconds, a time nanoseconds since midnight; the calendar is proleptic Gregorian.
 */
import { add, fitsLong, multiply, subtract, type Exact } from "./exact";
import { timeZone, type TimeZone } from "./time-zone";

export const microsPerSecond = 1_000_000;
export const microsPerDay = 86_400_000_000;
export const nanosPerDay = 86_400_000_000_000;

/** Years that dates may have. */
const maxYear = 5_881_580;

/** Days since the epoch of a date that exists. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function civilFromDays(days: number): Civil {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const dayOfEra = z - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * mp + 2) / 5) + 1;
  const month = mp < 10 ? mp + 3 : mp - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days of a date, or null where the calendar has no such day. */
export function makeDays(year: number, month: number, day: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (Math.abs(year) > maxYear) return null;
  const days = daysFromCivil(year, month, day);
  return days >= -2147483648 && days <= 2147483647 ? days : null;
}

/** 1 = Monday … 7 = Sunday. */
export function isoWeekday(days: number): number {
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

export function dayOfYear(days: number): number {
  return days - daysFromCivil(civilFromDays(days).year, 1, 1) + 1;
}

/** The year that an ISO week belongs to, and the week's number in it. */
export function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - isoWeekday(days) + 4;
  const { year } = civilFromDays(thursday);
  return { year, week: Math.floor((thursday - daysFromCivil(year, 1, 1)) / 7) + 1 };
}

/** The day `months` later, or the month's last where it has no such day. */
export function addMonthsToDays(days: number, months: number): number {
  const { year, month, day } = civilFromDays(days);
  const total = year * 12 + month - 1 + months;
  const newYear = Math.floor(total / 12);
  const newMonth = total - newYear * 12 + 1;
  return daysFromCivil(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth)));
}

/** Whole seconds (rounded down) of microseconds. */
export function secondsOf(micros: Exact): number {
  if (typeof micros === "bigint") {
    const rest = micros % 1000000n;
    return Number(rest < 0n ? micros / 1000000n - 1n : micros / 1000000n);
  }
  // Without the loop over bits that % of doubles is. The quotient may be rounded up to the next integer.
  const seconds = Math.floor(micros / microsPerSecond) + 0;
  return seconds * microsPerSecond > micros ? seconds - 1 : seconds;
}

/** Microseconds beyond the whole second, 0–999999. */
export function microsOfSecond(micros: Exact): number {
  if (typeof micros === "bigint") {
    const rest = Number(micros % 1000000n);
    return rest < 0 ? rest + microsPerSecond : rest;
  }
  return micros - secondsOf(micros) * microsPerSecond;
}

/** Microseconds of a local time as an instant's, or the reverse with the negated offset. */
function shift(micros: Exact, seconds: number): Exact {
  return seconds === 0 ? micros : add(micros, seconds * microsPerSecond);
}

/** The local date and time of an instant, as microseconds of a clock without zone. */
export function toLocal(micros: Exact, zone: TimeZone): Exact {
  return shift(micros, zone.fixed ?? zone.offsetAt(secondsOf(micros)));
}

/** The instant of a local date and time. */
export function fromLocal(local: Exact, zone: TimeZone): Exact {
  return shift(local, -(zone.fixed ?? zone.offsetOfLocal(secondsOf(local))));
}

/** Day of local microseconds. */
export function daysOfLocal(local: Exact): number {
  return Math.floor(secondsOf(local) / 86400);
}

/** Microseconds since local midnight. */
export function microsOfDay(local: Exact): number {
  const seconds = secondsOf(local);
  return (seconds - Math.floor(seconds / 86400) * 86400) * microsPerSecond + microsOfSecond(local);
}

export function localOf(days: number, microsOfDay: number): Exact {
  return add(multiply(days, microsPerDay), microsOfDay);
}

/** Midnight of a date in a zone, as microseconds; may be beyond 64 bits. */
export function daysToMicros(days: number, zone: TimeZone): Exact {
  return fromLocal(multiply(days, microsPerDay), zone);
}

export function microsToDays(micros: Exact, zone: TimeZone): number {
  const seconds = secondsOf(micros);
  return Math.floor((seconds + (zone.fixed ?? zone.offsetAt(seconds))) / 86400);
}

/** The zone of a session; settings hold only names that are zones. */
export function sessionZone(id: string): TimeZone {
  const zone = timeZone(id);
  if (zone === null) throw new RangeError(`There is no time zone ${id}.`);
  return zone;
}

// Text

const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"));

/** Two digits of a number below 100. */
const two = (value: number): string => TWO_DIGITS[value]!;

function yearText(year: number): string {
  if (year > 9999) return `+${String(year)}`;
  if (year >= 1000) return String(year);
  return year < 0 ? `-${String(-year).padStart(4, "0")}` : String(year).padStart(4, "0");
}

/** "2024-02-29"; years beyond four digits with their sign. */
export function dateText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

/** "2024-02-29 12:30:00.5": fraction digits without closing zeros. */
export function localText(local: Exact, separator = " "): string {
  const seconds = secondsOf(local);
  const days = Math.floor(seconds / 86400);
  const ofDay = seconds - days * 86400;
  const clock = `${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`;
  return `${dateText(days)}${separator}${clock}${fractionText(microsOfSecond(local), 6)}`;
}

export function timestampText(micros: Exact, zone: TimeZone): string {
  return localText(toLocal(micros, zone));
}

/** "12:30:00.000001" of nanoseconds since midnight. */
export function timeText(nanos: number): string {
  const seconds = Math.floor(nanos / 1e9);
  return (
    `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}` +
    fractionText(nanos - seconds * 1e9, 9)
  );
}

function fractionText(fraction: number, digits: number): string {
  return fraction === 0 ? "" : `.${String(fraction).padStart(digits, "0").replace(/0+$/, "")}`;
}

/** Java's whitespace and control characters at both ends, which all casts from text drop. */
export function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code <= 32 || code === 127;
}

/** Two digits as a number; not one where something else stands there. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

/** Days of the form yyyy-mm-dd at the start of a text, the most frequent one; null where it is another, or no such day. */
function plainDate(text: string): number | null {
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  return year >= 0 && month >= 0 && day >= 0 ? makeDays(year, month, day) : null;
}

const HYPHEN = 45;
const COLON = 58;
const BLANK = 32;

/** Microseconds of the form hh:mm:ss at the end of a text with a date of ten characters; -1 where it is another. */
function plainClock(text: string): number {
  if (text.charCodeAt(10) !== BLANK || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return -1;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  return hour < 24 && minute < 60 && second < 60 ? ((hour * 60 + minute) * 60 + second) * microsPerSecond : -1;
}

/** Days of "y-m-d", "y-m" or "y" with anything after a blank or T; null for other text. */
export function parseDate(text: string): number | null {
  const plain = text.length === 10 ? plainDate(text) : null;
  if (plain !== null) return plain;
  const match = /^([+-]?)(\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T][^]*)?)?)?$/.exec(trimmed(text));
  if (match === null) return null;
  const year = match[1] === "-" ? -Number(match[2]) : Number(match[2]);
  return makeDays(year, Number(match[3] ?? 1), Number(match[4] ?? 1));
}

/** What text says of a timestamp. */
export interface ParsedTimestamp {
  /** Null where the text has a time only. */
  readonly days: number | null;
  readonly microsOfDay: number;
  readonly zone: TimeZone | null;
}

const timestampForm = /^(?:([+-]?)(\d{4,6})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T]([^]*))?)?)?|(?:T([^]*)|(\d{1,2}:[^]*)))$/;
const clockForm = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?([^\d.][^]*)?)?)?$/;

/** The parts of "[+-]y-m-d h:m:s.ffffff zone" and its shorter forms; null for other text. */
export function parseTimestampParts(text: string): ParsedTimestamp | null {
  if (text.length === 19) {
    const microsOfDay = plainClock(text);
    const days = microsOfDay < 0 ? null : plainDate(text);
    if (days !== null) return { days, microsOfDay, zone: null };
  }
  const match = timestampForm.exec(trimmed(text));
  if (match === null) return null;
  let days: number | null = null;
  if (match[2] !== undefined) {
    const year = match[1] === "-" ? -Number(match[2]) : Number(match[2]);
    days = makeDays(year, Number(match[3] ?? 1), Number(match[4] ?? 1));
    if (days === null) return null;
  }
  const clock = match[5] ?? match[6] ?? match[7];
  if (clock === undefined) return { days, microsOfDay: 0, zone: null };
  const parts = clockForm.exec(clock);
  if (parts === null) return null;
  const [hour, minute, second] = [Number(parts[1]), Number(parts[2] ?? 0), Number(parts[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fraction = (parts[4] ?? "").slice(0, 6).padEnd(6, "0");
  let zone: TimeZone | null = null;
  if (parts[5] !== undefined) {
    zone = timeZone(trimmed(parts[5]));
    if (zone === null) return null;
  }
  return { days, microsOfDay: ((hour * 60 + minute) * 60 + second) * microsPerSecond + Number(fraction), zone };
}

/** Microseconds of text in any of Spark's forms; `now` gives the day where the text has a time only. */
export function parseTimestamp(text: string, zone: TimeZone, now: Exact): Exact | null {
  const parts = parseTimestampParts(text);
  if (parts === null) return null;
  const at = parts.zone ?? zone;
  const days = parts.days ?? microsToDays(now, at);
  const micros = fromLocal(localOf(days, parts.microsOfDay), at);
  return fitsLong(micros) ? micros : null;
}

/** Microseconds of a local date and time; a zone in the text is dropped, or refused. */
export function parseTimestampNtz(text: string, allowZone = true): Exact | null {
  const parts = parseTimestampParts(text);
  if (parts === null || parts.days === null || (parts.zone !== null && !allowZone)) return null;
  const micros = localOf(parts.days, parts.microsOfDay);
  return fitsLong(micros) ? micros : null;
}

/** Nanoseconds since midnight of "[T]h:m[:s[.ffffff]]", also with AM or PM; null for other text. */
export function parseTime(text: string): number | null {
  const match = /^T?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,9}))?)?(?:\s*([AaPp])[Mm])?$/.exec(trimmed(text));
  if (match === null) return null;
  let hour = Number(match[1]);
  const [minute, second] = [Number(match[2]), Number(match[3] ?? 0)];
  if (match[5] !== undefined) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (match[5].toUpperCase() === "P" ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fraction = (match[4] ?? "").slice(0, 6).padEnd(6, "0");
  return ((hour * 60 + minute) * 60 + second) * 1e9 + Number(fraction) * 1000;
}

/** Nanoseconds cut to the digits that a TIME type keeps. */
export function truncateTime(nanos: number, precision: number): number {
  const unit = 10 ** (9 - precision);
  return nanos - (nanos % unit);
}

/** The timestamp `months`, `days` and microseconds later: months and days by the zone's calendar, the rest by the clock. */
export function addToTimestamp(micros: Exact, months: number, days: number, more: Exact, zone: TimeZone): Exact {
  let result = micros;
  if (months !== 0 || days !== 0) {
    const local = toLocal(micros, zone);
    const day = daysOfLocal(local);
    const moved = (months === 0 ? day : addMonthsToDays(day, months)) + days;
    result = moved === day ? micros : withOffsetOf(localOf(moved, microsOfDay(local)), micros, local, zone);
  }
  return add(result, more);
}

/** The instant of a local time that was made of another's: in an overlap it keeps that one's offset, as Java's ZonedDateTime does. */
export function withOffsetOf(local: Exact, from: Exact, fromLocalTime: Exact, zone: TimeZone): Exact {
  if (zone.fixed === null) {
    const kept = add(local, subtract(from, fromLocalTime));
    if (subtract(toLocal(kept, zone), local) === 0) return kept;
  }
  return fromLocal(local, zone);
}
