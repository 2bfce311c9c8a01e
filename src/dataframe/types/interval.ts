/** Intervals: their text in SQL's and Hive's forms, and text read as intervals. */
import { CalendarInterval, type DayTimeIntervalType, type YearMonthIntervalType } from "../../columnar/types";
import { QueryError, type QueryContext } from "../errors";
import { microsPerDay, microsPerSecond, trimmed } from "./datetime";
import { absolute, add, decimalText, divide, fitsLong, multiply, negate, remainder, subtract, type Exact } from "./exact";
import { intervalName } from "./text";

export const microsPerHour = 3_600_000_000;
export const microsPerMinute = 60_000_000;

const two = (value: Exact): string => String(value).padStart(2, "0");

/** Microseconds beyond whole minutes as seconds: "07.5", without closing zeros. */
function secondsText(micros: Exact, pad: boolean): string {
  const text = decimalText(micros, 6).replace(/\.?0+$/, "");
  return pad && micros < 10 * microsPerSecond ? `0${text}` : text;
}

/** The value inside the quotes of a day-time interval: "1 02:03:04.5". */
function dayTimeDigits(micros: Exact, type: DayTimeIntervalType): string {
  let rest = absolute(micros);
  let text = micros < 0 ? "-" : "";
  const take = (unit: number): Exact => {
    const count = divide(rest, unit);
    rest = remainder(rest, unit);
    return count;
  };
  const { start, end } = type;
  if (start === 0) text += String(take(microsPerDay));
  else if (start === 1) text += two(take(microsPerHour));
  else if (start === 2) text += two(take(microsPerMinute));
  else return text + secondsText(rest, true);
  if (start < 1 && end >= 1) text += ` ${two(take(microsPerHour))}`;
  if (start < 2 && end >= 2) text += `:${two(take(microsPerMinute))}`;
  if (start < 3 && end >= 3) text += `:${secondsText(rest, true)}`;
  return text;
}

function yearMonthDigits(months: number, type: YearMonthIntervalType): string {
  const sign = months < 0 ? "-" : "";
  const total = Math.abs(months);
  const years = Math.floor(total / 12);
  if (type.end === 0) return `${sign}${String(years)}`;
  return type.start === 1 ? `${sign}${String(total)}` : `${sign}${String(years)}-${String(total % 12)}`;
}

/** "INTERVAL '1 02:03:04.5' DAY TO SECOND". */
export function dayTimeText(micros: Exact, type: DayTimeIntervalType): string {
  return `INTERVAL '${dayTimeDigits(micros, type)}' ${intervalName(type).slice(9).toUpperCase()}`;
}

/** "INTERVAL '1-2' YEAR TO MONTH". */
export function yearMonthText(months: number, type: YearMonthIntervalType): string {
  return `INTERVAL '${yearMonthDigits(months, type)}' ${intervalName(type).slice(9).toUpperCase()}`;
}

/** An interval without what is smaller than its least field: casts of decimals leave such parts. */
export function wholeFields(micros: Exact, type: DayTimeIntervalType): Exact {
  const unit = [microsPerDay, microsPerHour, microsPerMinute, 1][type.end] as number;
  return subtract(micros, remainder(micros, unit));
}

/** As spark-sql prints rows: "1 02:03:04.500000000", whatever the fields. */
export function dayTimeHiveText(micros: Exact): string {
  const rest = absolute(micros);
  const days = divide(rest, microsPerDay);
  const ofDay = Number(remainder(rest, microsPerDay));
  const seconds = Math.floor(ofDay / microsPerSecond);
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const nanos = String((ofDay % microsPerSecond) * 1000).padStart(9, "0");
  return `${micros < 0 ? "-" : ""}${String(days)} ${clock}.${nanos}`;
}

export function yearMonthHiveText(months: number): string {
  const total = Math.abs(months);
  return `${months < 0 ? "-" : ""}${String(Math.floor(total / 12))}-${String(total % 12)}`;
}

/** "1 years 2 months 3 days 4 hours 5 minutes 6.7 seconds". */
export function calendarIntervalText(interval: CalendarInterval): string {
  const parts: string[] = [];
  const part = (count: Exact, unit: string): void => {
    if (count !== 0) parts.push(`${String(count)} ${unit}`);
  };
  part(Math.trunc(interval.months / 12), "years");
  part(interval.months % 12, "months");
  part(interval.days, "days");
  const rest = remainder(interval.microseconds, microsPerHour);
  part(divide(interval.microseconds, microsPerHour), "hours");
  part(divide(rest, microsPerMinute), "minutes");
  const seconds = remainder(rest, microsPerMinute);
  if (seconds !== 0) parts.push(`${seconds < 0 ? "-" : ""}${secondsText(absolute(seconds), false)} seconds`);
  return parts.length === 0 ? "0 seconds" : parts.join(" ");
}

// Text to intervals

const unitNames = ["DAY", "HOUR", "MINUTE", "SECOND"] as const;
const unitMicros = [microsPerDay, microsPerHour, microsPerMinute, microsPerSecond] as const;
const unitLimits = [106751991, 23, 59, 59] as const;
/** The most of a unit that 64 bits of microseconds hold, for a unit that stands first. */
const leadLimits = [106751991, 2562047788, 153722867280, 9223372036854] as const;
const formLetters = ["d", "h", "m", "s.n"] as const;

const dayTimeForms = new Map<number, RegExp>();

function dayTimeForm(start: number, end: number): RegExp {
  let form = dayTimeForms.get(start * 4 + end);
  if (form === undefined) {
    let body = "";
    for (let unit = start; unit <= end; unit++) {
      if (unit > start) body += unit === 1 ? " " : ":";
      body += unit === start ? "(\\d+)" : "(\\d{1,2})";
      if (unit === 3) body += "(\\.\\d{1,9})?";
    }
    const names = start === end ? unitNames[start]! : `${unitNames[start]!}\\s+TO\\s+${unitNames[end]!}`;
    form = new RegExp(`^(?:([+-])?${body}|INTERVAL\\s+([+-])?'([+-])?${body}'\\s+${names})$`, "i");
    dayTimeForms.set(start * 4 + end, form);
  }
  return form;
}

/** Microseconds of text such as "1 02:03:04.5" or "INTERVAL '1' DAY"; throws INVALID_INTERVAL_FORMAT where it is not of the type's form. */
export function parseDayTime(text: string, type: DayTimeIntervalType, at?: QueryContext): Exact {
  const { start, end } = type;
  const input = trimmed(text);
  const match = dayTimeForm(start, end).exec(input);
  if (match === null) throw unmatched(text, type, at);
  const width = end - start + 1 + (end === 3 ? 1 : 0);
  const plain = match[2] !== undefined;
  const first = plain ? 2 : 2 + width + 2;
  const negative = plain ? match[1] === "-" : (match[2 + width] === "-") !== (match[3 + width] === "-");
  let total: Exact = 0;
  for (let unit = start; unit <= end; unit++) {
    const count = Number(match[first + unit - start]);
    const limit = unit === start ? leadLimits[unit] : unitLimits[unit];
    if (count > limit) {
      if (unit === start) throw unmatched(text, type, at);
      throw new QueryError("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", { input: text, interval: "day-time" }, at);
    }
    total = add(total, multiply(count, unitMicros[unit]));
  }
  const fraction = end === 3 ? match[first + width - 1] : undefined;
  if (fraction !== undefined) total = add(total, Number(fraction.slice(1, 7).padEnd(6, "0")));
  const signed = negative ? negate(total) : total;
  if (!fitsLong(signed)) throw unmatched(text, type, at);
  return signed;
}

function unmatched(text: string, type: DayTimeIntervalType | YearMonthIntervalType, at: QueryContext | undefined): QueryError {
  const dayTime = type.kind === "dayTimeInterval";
  let form = "";
  if (dayTime) {
    for (let unit = type.start; unit <= type.end; unit++) {
      form += (unit > type.start ? (unit === 1 ? " " : ":") : "") + formLetters[unit];
    }
  } else form = type.start === type.end ? (type.start === 0 ? "y" : "m") : "y-m";
  const name = intervalName(type);
  return new QueryError(
    `INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING${dayTime ? "_WITH_NOTICE" : ""}`,
    {
      input: text,
      intervalStr: dayTime ? "day-time" : "year-month",
      typeName: name,
      supportedFormat: `\`[+|-]${form}\`, \`INTERVAL [+|-]'[+|-]${form}' ${name.slice(9).toUpperCase()}\``,
    },
    at,
  );
}

/** Months of text such as "1-2" or "INTERVAL '1' YEAR"; throws INVALID_INTERVAL_FORMAT where it is not of the type's form. */
export function parseYearMonth(text: string, type: YearMonthIntervalType, at?: QueryContext): number {
  const { start, end } = type;
  const input = trimmed(text);
  const body = start === end ? "(\\d+)()" : "(\\d+)-(\\d+)";
  const names = start === end ? (start === 0 ? "YEAR" : "MONTH") : "YEAR\\s+TO\\s+MONTH";
  const match = new RegExp(`^(?:([+-])?${body}|INTERVAL\\s+([+-])?'([+-])?${body}'\\s+${names})$`, "i").exec(input);
  if (match === null) throw unmatched(text, type, at);
  const plain = match[2] !== undefined;
  const negative = plain ? match[1] === "-" : (match[4] === "-") !== (match[5] === "-");
  const lead = Number(plain ? match[2] : match[6]);
  const rest = Number((plain ? match[3] : match[7]) ?? 0);
  const months = start === 1 ? lead : lead * 12 + rest;
  const signed = negative ? (months === 0 ? 0 : -months) : months;
  if ((start !== end && rest > 11) || signed > 2147483647 || signed < -2147483648) {
    throw new QueryError("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", { input: text, interval: "year-month" }, at);
  }
  return signed;
}

const calendarUnits: Readonly<Record<string, { readonly months?: number; readonly days?: number; readonly micros?: number }>> = {
  year: { months: 12 },
  month: { months: 1 },
  week: { days: 7 },
  day: { days: 1 },
  hour: { micros: microsPerHour },
  minute: { micros: microsPerMinute },
  second: { micros: microsPerSecond },
  millisecond: { micros: 1000 },
  microsecond: { micros: 1 },
};

/** What is wrong with text that is not a calendar interval: the last part of an error class, and its word. */
export class IntervalFault extends Error {
  constructor(
    readonly reason: string,
    readonly word?: string,
  ) {
    super(reason);
  }
}

/** The interval of "1 year -2 days 3.5 seconds", with or without "interval" before it; throws IntervalFault. */
export function parseCalendarInterval(text: string): CalendarInterval {
  let rest = trimmed(text).toLowerCase();
  if (rest === "") throw new IntervalFault("INPUT_IS_EMPTY");
  const prefix = /^interval(?=\s|$)/.exec(rest);
  if (prefix !== null) rest = rest.slice(8).trimStart();
  else if (rest.startsWith("interval")) throw new IntervalFault("INVALID_PREFIX", /^\S+/.exec(rest)![0]);
  if (rest === "") throw new IntervalFault("INPUT_IS_EMPTY");
  let months = 0;
  let days = 0;
  let micros: Exact = 0;
  while (rest !== "") {
    const match = /^([+-])?\s*(\d*)(\.\d*)?/.exec(rest)!;
    const [all, sign, whole = "", fraction] = match;
    const word = /^\S*/.exec(rest.slice(all.length))![0];
    if (whole === "" && fraction === undefined) {
      throw new IntervalFault("UNRECOGNIZED_NUMBER", /^\S+/.exec(rest.replace(/^[+-]\s*/, ""))?.[0] ?? rest);
    }
    const before = rest;
    rest = rest.slice(all.length);
    if (word !== "") throw new IntervalFault("INVALID_VALUE", /^\S+/.exec(before.replace(/^[+-]\s*/, ""))![0]);
    rest = rest.trimStart();
    if (rest === "") throw new IntervalFault("MISSING_UNIT", before.trim());
    const unit = /^\S+/.exec(rest)![0];
    rest = rest.slice(unit.length).trimStart();
    const name = unit.endsWith("s") ? unit.slice(0, -1) : unit;
    const size = Object.hasOwn(calendarUnits, name) ? calendarUnits[name]! : undefined;
    if (size === undefined || (unit !== name && unit !== `${name}s`)) throw new IntervalFault("INVALID_UNIT", unit);
    if (fraction !== undefined && name !== "second") throw new IntervalFault("INVALID_FRACTION", unit);
    if (fraction !== undefined && fraction.length > 10) {
      throw new IntervalFault("INVALID_PRECISION", `${whole}${fraction}`);
    }
    const negative = sign === "-";
    const count: Exact = whole === "" ? 0 : whole.length <= 15 ? Number(whole) : BigInt(whole);
    const signed = negative ? negate(count) : count;
    if (!fitsLong(signed)) throw new IntervalFault("ARITHMETIC_EXCEPTION");
    if (size.months !== undefined) months = intSum(months, multiply(signed, size.months));
    else if (size.days !== undefined) days = intSum(days, multiply(signed, size.days));
    else {
      let part = multiply(signed, size.micros!);
      if (fraction !== undefined) {
        const parts = Number(fraction.slice(1, 7).padEnd(6, "0"));
        part = negative ? subtract(part, parts) : add(part, parts);
      }
      micros = add(micros, part);
      if (!fitsLong(micros)) throw new IntervalFault("ARITHMETIC_EXCEPTION");
    }
  }
  return new CalendarInterval(months, days, micros);
}

function intSum(a: number, b: Exact): number {
  const sum = add(a, b);
  if (sum > 2147483647 || sum < -2147483648) throw new IntervalFault("ARITHMETIC_EXCEPTION");
  return Number(sum);
}

/** As parseCalendarInterval; null where the text is not one. */
export function calendarIntervalOrNull(text: string): CalendarInterval | null {
  try {
    return parseCalendarInterval(text);
  } catch (error) {
    if (error instanceof IntervalFault) return null;
    throw error;
  }
}
