/** Dates, times and intervals as programs see them: values without a time zone, and timestamps finer than a Date. */
import { inspect } from "node:util";
import { DESERIALIZE, SERIALIZE } from "../../columnar/values/kinds";
import { UsageError } from "../../common/errors";
import {
  addMonthsToDays,
  civilFromDays,
  dateText,
  dayOfYear,
  isoWeekday,
  makeDays,
  parseDate,
  parseTime,
  timeText,
} from "./datetime";
import { divide, multiply, normalize, type Exact } from "./exact";
import { dayTimeText, yearMonthText } from "./interval";

/** A day of the calendar, in no time zone. DATE columns give these, and take JavaScript dates too (their day in UTC). */
export class LocalDate {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  /** 1–31. */
  readonly day: number;
  readonly #epochDay: number;

  private constructor(epochDay: number) {
    this.#epochDay = epochDay;
    const { year, month, day } = civilFromDays(epochDay);
    this.year = year;
    this.month = month;
    this.day = day;
  }

  static of(year: number, month: number, day: number): LocalDate {
    const days = makeDays(year, month, day);
    if (days === null) {
      throw new UsageError("INVALID_DATE", `There is no day ${String(year)}-${String(month)}-${String(day)}.`);
    }
    return new LocalDate(days);
  }

  /** "2024-02-29". */
  static parse(text: string): LocalDate {
    const days = parseDate(text);
    if (days === null) throw new UsageError("INVALID_DATE", `${JSON.stringify(text)} is not a date; write 2024-02-29.`);
    return new LocalDate(days);
  }

  /** Days since 1970-01-01. */
  static ofEpochDay(days: number): LocalDate {
    return new LocalDate(days);
  }

  /** The day that a Date has in UTC. */
  static fromDate(date: Date): LocalDate {
    return new LocalDate(Math.floor(date.getTime() / 86_400_000));
  }

  static [SERIALIZE](value: unknown): unknown {
    return (value as LocalDate).#epochDay;
  }

  static [DESERIALIZE](data: unknown): LocalDate {
    return new LocalDate(data as number);
  }

  get epochDay(): number {
    return this.#epochDay;
  }

  /** 1 = Monday … 7 = Sunday. */
  get dayOfWeek(): number {
    return isoWeekday(this.#epochDay);
  }

  get dayOfYear(): number {
    return dayOfYear(this.#epochDay);
  }

  plusDays(days: number): LocalDate {
    return new LocalDate(this.#epochDay + days);
  }

  /** The last day of the month where the month has no such day. */
  plusMonths(months: number): LocalDate {
    return new LocalDate(addMonthsToDays(this.#epochDay, months));
  }

  /** Midnight UTC. */
  toDate(): Date {
    return new Date(this.#epochDay * 86_400_000);
  }

  compareTo(other: LocalDate): number {
    return this.#epochDay - other.#epochDay;
  }

  equals(other: LocalDate): boolean {
    return this.#epochDay === other.#epochDay;
  }

  toString(): string {
    return dateText(this.#epochDay);
  }

  toJSON(): string {
    return this.toString();
  }

  /** Days since 1970-01-01, so that < and - work. */
  valueOf(): number {
    return this.#epochDay;
  }

  [Symbol.toPrimitive](hint: string): string | number {
    return hint === "number" ? this.#epochDay : this.toString();
  }

  [inspect.custom](): string {
    return `LocalDate(${this.toString()})`;
  }
}

/** A time of day, in no time zone. TIME columns give these. */
export class LocalTime {
  readonly #nanos: number;

  private constructor(nanos: number) {
    this.#nanos = nanos;
  }

  static of(hour: number, minute = 0, second = 0, nano = 0): LocalTime {
    const fits =
      [hour, minute, second, nano].every((part) => Number.isInteger(part) && part >= 0) &&
      hour < 24 &&
      minute < 60 &&
      second < 60 &&
      nano < 1e9;
    if (!fits) throw new UsageError("INVALID_TIME", `There is no time ${[hour, minute, second].join(":")}.`);
    return new LocalTime(((hour * 60 + minute) * 60 + second) * 1e9 + nano);
  }

  /** "12:30:00.5". */
  static parse(text: string): LocalTime {
    const nanos = parseTime(text);
    if (nanos === null) throw new UsageError("INVALID_TIME", `${JSON.stringify(text)} is not a time; write 12:30:00.`);
    return new LocalTime(nanos);
  }

  static ofNanoOfDay(nanos: number): LocalTime {
    return new LocalTime(nanos);
  }

  static [SERIALIZE](value: unknown): unknown {
    return (value as LocalTime).#nanos;
  }

  static [DESERIALIZE](data: unknown): LocalTime {
    return new LocalTime(data as number);
  }

  get nanoOfDay(): number {
    return this.#nanos;
  }

  get hour(): number {
    return Math.floor(this.#nanos / 3.6e12);
  }

  get minute(): number {
    return Math.floor(this.#nanos / 6e10) % 60;
  }

  get second(): number {
    return Math.floor(this.#nanos / 1e9) % 60;
  }

  get nano(): number {
    return this.#nanos % 1e9;
  }

  compareTo(other: LocalTime): number {
    return this.#nanos - other.#nanos;
  }

  equals(other: LocalTime): boolean {
    return this.#nanos === other.#nanos;
  }

  toString(): string {
    return timeText(this.#nanos);
  }

  toJSON(): string {
    return this.toString();
  }

  valueOf(): number {
    return this.#nanos;
  }

  [Symbol.toPrimitive](hint: string): string | number {
    return hint === "number" ? this.#nanos : this.toString();
  }

  [inspect.custom](): string {
    return `LocalTime(${this.toString()})`;
  }
}

/** A Date with the microseconds that a Date cannot hold. Timestamps that have whole milliseconds are plain Dates. */
export class SqlTimestamp extends Date {
  /** Microseconds beyond the millisecond, 0–999. */
  readonly microseconds: number;

  private constructor(milliseconds: number, microseconds: number) {
    super(milliseconds);
    this.microseconds = microseconds;
  }

  /** A moment as ISO text with up to six digits of a second: "2024-02-29T12:00:00.123456Z". Unlike Date.parse it gives a Date. */
  static of(text: string): Date {
    const found = /^(.*\d:\d\d:\d\d)\.(\d{1,6})(.*)$/.exec(text.trim());
    const milliseconds = Date.parse(found === null ? text : `${found[1]!}${found[3]!}`);
    if (Number.isNaN(milliseconds)) {
      throw new UsageError("INVALID_ARGUMENT", `SqlTimestamp.of: "${text}" is no moment such as 2024-02-29T12:00:00.123456Z.`);
    }
    return SqlTimestamp.ofEpochMicros(BigInt(milliseconds) * 1000n + BigInt((found?.[2] ?? "").padEnd(6, "0")));
  }

  /** Microseconds since 1970-01-01T00:00:00Z. */
  static ofEpochMicros(micros: number | bigint): Date {
    const all = BigInt(micros);
    const rest = Number(BigInt.asUintN(64, ((all % 1000n) + 1000n) % 1000n));
    const milliseconds = Number((all - BigInt(rest)) / 1000n);
    return rest === 0 ? new Date(milliseconds) : new SqlTimestamp(milliseconds, rest);
  }

  static [SERIALIZE](value: unknown): unknown {
    return (value as SqlTimestamp).epochMicros;
  }

  static [DESERIALIZE](data: unknown): Date {
    return SqlTimestamp.ofEpochMicros(data as bigint);
  }

  get epochMicros(): bigint {
    return BigInt(this.getTime()) * 1000n + BigInt(this.microseconds);
  }

  override toISOString(): string {
    return `${super.toISOString().slice(0, -1)}${String(this.microseconds).padStart(3, "0")}Z`;
  }

  override toJSON(): string {
    return this.toISOString();
  }

  [inspect.custom](): string {
    return this.toISOString();
  }
}

/** A span of months: INTERVAL YEAR TO MONTH. */
export class YearMonthInterval {
  constructor(readonly months: number) {}

  static of(years: number, months = 0): YearMonthInterval {
    return new YearMonthInterval(years * 12 + months);
  }

  valueOf(): number {
    return this.months;
  }

  toString(): string {
    return yearMonthText(this.months, { kind: "yearMonthInterval", start: 0, end: 1 });
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** A span of time: INTERVAL DAY TO SECOND. */
export class DayTimeInterval {
  readonly #micros: Exact;

  constructor(microseconds: number | bigint) {
    this.#micros = typeof microseconds === "bigint" ? normalize(microseconds) : microseconds;
  }

  static ofMilliseconds(milliseconds: number): DayTimeInterval {
    return new DayTimeInterval(multiply(Math.round(milliseconds * 1000), 1));
  }

  static [SERIALIZE](value: unknown): unknown {
    return (value as DayTimeInterval).#micros;
  }

  static [DESERIALIZE](data: unknown): DayTimeInterval {
    return new DayTimeInterval(data as Exact);
  }

  /** A number where it is a safe integer, else a bigint. */
  get microseconds(): number | bigint {
    return this.#micros;
  }

  /** Whole milliseconds, as Date and timers count. */
  get milliseconds(): number {
    return Number(divide(this.#micros, 1000));
  }

  valueOf(): number {
    return Number(this.#micros) / 1000;
  }

  toString(): string {
    return dayTimeText(this.#micros, { kind: "dayTimeInterval", start: 0, end: 3 });
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
