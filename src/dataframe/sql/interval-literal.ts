/**
 * INTERVAL literals: `INTERVAL 2 DAYS 3 HOURS`, `INTERVAL '2 days 3 hours'`, `INTERVAL '2 03:00' DAY TO MINUTE`. Years and
 * months give one type, days to microseconds the other; the units that were written are the fields of the type.
 */
import { CalendarInterval } from "../../columnar/types";
import { QueryError } from "../errors";
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";
import { literal } from "./make";
import { narrowed } from "./number-literal";

type Unit = "year" | "month" | "week" | "day" | "hour" | "minute" | "second" | "millisecond" | "microsecond" | "nanosecond";

const UNITS: ReadonlyMap<string, Unit> = new Map(
  (["year", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond", "nanosecond"] as const).flatMap(
    (unit): [string, Unit][] => [
      [unit.toUpperCase(), unit],
      [`${unit.toUpperCase()}S`, unit],
    ],
  ),
);

const MICROS: Readonly<Record<string, bigint>> = {
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
  millisecond: 1000n,
  microsecond: 1n,
};
const MICROS_PER_DAY = 86_400_000_000n;
const DAY_TIME_FIELDS = ["day", "hour", "minute", "second"] as const;

/** After INTERVAL comes what begins an interval, and not the name or function `interval`. */
export function isIntervalBody(p: Cursor): boolean {
  const signed = p.isAt(1, "-") || p.isAt(1, "+") ? 2 : 1;
  const value = p.peek(signed).kind;
  if (value === "string" && signed === 1) return true;
  const isValue = value === "string" || value === "integer" || value === "decimal";
  return isValue && (signed === 1 || UNITS.has(p.peek(signed + 1).symbol));
}

interface Part {
  /** As written, with its sign. */
  readonly value: string;
  readonly quoted: boolean;
  readonly unit: Unit;
}

/** The cursor stands on INTERVAL. */
export function intervalLiteral(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  p.expect("INTERVAL");
  if (p.token.kind === "string" && !UNITS.has(p.peek(1).symbol)) return fromText(p, start);
  const first = part(p);
  if (p.is("TO") && UNITS.has(p.peek(1).symbol) && !p.isAt(1, `${first.unit.toUpperCase()}S`)) {
    return unitToUnit(p, first, start);
  }
  if (p.is("TO") && p.isName(1)) {
    p.next();
    throw p.unexpected();
  }
  const parts = [first];
  while (isPart(p)) {
    parts.push(part(p));
    if (p.is("TO")) {
      p.next();
      p.next();
      throw p.error("_LEGACY_ERROR_TEMP_0024", {}, start);
    }
  }
  return multiUnit(p, parts, start);
}

function isPart(p: Cursor): boolean {
  const signed = p.is("-") || p.is("+") ? 1 : 0;
  const { kind } = p.peek(signed);
  return (kind === "string" || kind === "integer" || kind === "decimal") && UNITS.has(p.peek(signed + 1).symbol);
}

function part(p: Cursor): Part {
  const negative = p.accept("-");
  if (!negative) p.accept("+");
  const token = p.token;
  if (token.kind !== "string" && token.kind !== "integer" && token.kind !== "decimal") throw p.unexpected();
  const start = token.start;
  p.next();
  const unit = UNITS.get(p.token.symbol);
  if (unit === undefined) throw p.unexpected();
  p.next();
  let value = token.text;
  if (token.kind === "string" && !p.is("TO")) value = quotedNumber(p, value, negative, unit, start);
  if (negative) value = value.startsWith("-") ? value.slice(1) : `-${value}`;
  return { value, quoted: token.kind === "string", unit };
}

/** The number inside the quotes of '-1.5' SECOND. Between the sign and the digits, and around them, there may be blanks. */
function quotedNumber(p: Cursor, text: string, negative: boolean, unit: Unit, start: number): string {
  if (/\p{L}/u.test(text)) throw p.error("_LEGACY_ERROR_TEMP_0026", { value: text }, start);
  const match = /^\s*([+-]?)\s*(\d+(?:\.\d*)?|\.\d+)\s*$/.exec(text);
  if (match !== null && !(negative && /^\s/.test(text) && match[1] !== "")) return `${match[1]}${match[2]}`;
  const [, word = "", next] = /^\s*(\S+)(?:\s+(\S+))?/.exec(text) ?? [];
  const input = ` ${negative ? "-" : ""}${text} ${unit}`;
  const fail = (kind: string, rest: Record<string, string>): Error =>
    p.error(`INVALID_INTERVAL_FORMAT.${kind}`, { input, ...rest }, start);
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word) && next !== undefined) throw fail("INVALID_UNIT", { unit: next });
  if (word === "" || !/^[+\-.\d]/.test(word)) throw fail("UNRECOGNIZED_NUMBER", { number: word || unit });
  throw fail("INVALID_VALUE", { value: word });
}

function multiUnit(p: Cursor, parts: readonly Part[], start: number): UnresolvedExpression {
  const input = parts.map(({ value, unit }) => ` ${value} ${unit.toUpperCase()}`).join("");
  const sum = total(parts, (kind, extra) => p.error(`INVALID_INTERVAL_FORMAT.${kind}`, { input, ...extra }, start));
  return typed(
    p,
    parts.map((each) => each.unit),
    sum,
    start,
  );
}

/** INTERVAL 'interval 1 day -2 hours' */
function fromText(p: Cursor, start: number): UnresolvedExpression {
  const text = p.string();
  const fail = (): Error => p.error("INVALID_TYPED_LITERAL", { valueType: '"INTERVAL"', value: `'${text}'` }, start);
  const body = text.trim().replace(/^interval\s+/i, "");
  const parts: Part[] = [];
  const each = /\s*([+-]?)\s*(\d+(?:\.\d*)?|\.\d+)\s+([a-zA-Z]+)/y;
  while (each.lastIndex < body.length) {
    const match = each.exec(body);
    const unit = match === null ? undefined : UNITS.get((match[3] as string).toUpperCase());
    if (match === null || unit === undefined || unit === "nanosecond") throw fail();
    parts.push({ value: `${match[1] === "-" ? "-" : ""}${match[2] as string}`, quoted: true, unit });
  }
  if (parts.length === 0) throw fail();
  return typed(
    p,
    parts.map((one) => one.unit),
    total(parts, fail),
    start,
  );
}

interface Total {
  readonly months: bigint;
  readonly days: bigint;
  readonly micros: bigint;
}

function total(parts: readonly Part[], fail: (kind: string, extra?: Record<string, string>) => Error): Total {
  let months = 0n;
  let days = 0n;
  let micros = 0n;
  for (const { value, unit } of parts) {
    const [whole = "", fraction = ""] = value.split(".");
    if (!/^[+-]?\d*(\.\d*)?$/.test(value)) throw fail("INVALID_VALUE", { value });
    const negative = whole.startsWith("-");
    const count = BigInt(whole === "" || whole === "-" || whole === "+" ? 0 : whole.replace("+", ""));
    if (fraction !== "" && unit !== "second") throw fail("INVALID_FRACTION", { unit });
    if (fraction.length > 9) throw fail("INVALID_PRECISION", { value });
    if (unit === "nanosecond") throw fail("INVALID_UNIT", { unit });
    if (unit === "year") months += count * 12n;
    else if (unit === "month") months += count;
    else if (unit === "week") days += count * 7n;
    else if (unit === "day") days += count;
    else micros += count * (MICROS[unit] as bigint);
    if (fraction !== "") {
      const part = BigInt(fraction.padEnd(6, "0").slice(0, 6));
      micros += negative ? -part : part;
    }
    if (BigInt.asIntN(32, months) !== months || BigInt.asIntN(32, days) !== days || BigInt.asIntN(64, micros) !== micros) {
      throw fail("ARITHMETIC_EXCEPTION");
    }
  }
  return { months, days, micros };
}

function typed(p: Cursor, units: readonly Unit[], sum: Total, start: number): UnresolvedExpression {
  const at = p.at(start);
  if (p.options.legacyIntervals === true) {
    const value = new CalendarInterval(Number(sum.months), Number(sum.days), narrowed(sum.micros));
    return literal(value, { kind: "calendarInterval" }, at);
  }
  const months = units.filter((unit) => unit === "year" || unit === "month");
  if (months.length === units.length) {
    const first = units.includes("year") ? 0 : 1;
    const last = units.includes("month") ? 1 : 0;
    return literal(Number(sum.months), { kind: "yearMonthInterval", start: first, end: last }, at);
  }
  if (months.length > 0) throw p.error("_LEGACY_ERROR_TEMP_0029", { literal: at.fragment }, start);
  const fields = units.map(fieldOf);
  return dayTime(
    p,
    sum.days * MICROS_PER_DAY + sum.micros,
    Math.min(...fields) as 0 | 1 | 2 | 3,
    Math.max(...fields) as 0 | 1 | 2 | 3,
    start,
  );
}

function dayTime(p: Cursor, micros: bigint, start: 0 | 1 | 2 | 3, end: 0 | 1 | 2 | 3, from: number): UnresolvedExpression {
  if (BigInt.asIntN(64, micros) !== micros)
    throw new QueryError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {}, p.at(from));
  return literal(narrowed(micros), { kind: "dayTimeInterval", start, end }, p.at(from));
}

function fieldOf(unit: Unit): 0 | 1 | 2 | 3 {
  switch (unit) {
    case "week":
    case "day":
      return 0;
    case "hour":
      return 1;
    case "minute":
      return 2;
    default:
      return 3;
  }
}

/** INTERVAL '1-2' YEAR TO MONTH and its kind: `first` has been taken, the cursor stands on TO. */
function unitToUnit(p: Cursor, first: Part, start: number): UnresolvedExpression {
  p.expect("TO");
  const toWord = p.token.symbol;
  const to = UNITS.get(toWord) as Unit;
  if (toWord.endsWith("S")) throw p.unexpected();
  p.next();
  if (isPart(p)) {
    part(p);
    throw p.error("_LEGACY_ERROR_TEMP_0024", {}, start);
  }
  if (!first.quoted) throw p.error("_LEGACY_ERROR_TEMP_0027", {}, start);
  if (first.unit === "year" && to === "month") return yearToMonth(p, first.value, start);
  const from = DAY_TIME_FIELDS.findIndex((field) => field === first.unit);
  const last = DAY_TIME_FIELDS.findIndex((field) => field === to);
  if (from < 0 || last <= from) {
    throw p.error("INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", { input: first.value, from: first.unit, to }, start);
  }
  return dayTimeText(p, first.value, from as 0 | 1 | 2, last as 1 | 2 | 3, start);
}

function yearToMonth(p: Cursor, text: string, start: number): UnresolvedExpression {
  const match = /^\s*(-?)\s*([+-]?)(\d+)-(\d+)\s*$/.exec(text);
  if (match === null) {
    throw p.error(
      "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING",
      {
        input: text,
        intervalStr: "year-month",
        supportedFormat: "`[+|-]y-m`, `INTERVAL [+|-]'[+|-]y-m' YEAR TO MONTH`",
        typeName: "interval year to month",
      },
      start,
    );
  }
  const months = BigInt(match[3] as string) * 12n + BigInt(match[4] as string);
  const value = (match[1] === "-") !== (match[2] === "-") ? -months : months;
  if (Number(match[4]) > 11 || BigInt.asIntN(32, value) !== value) {
    throw p.error("INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", { input: text, interval: "year-month" }, start);
  }
  return literal(Number(value), { kind: "yearMonthInterval", start: 0, end: 1 }, p.at(start));
}

const FORMATS: Readonly<Record<string, string>> = { day: "d", hour: "h", minute: "m", second: "s.n" };
const BOUNDS: Readonly<Record<string, bigint>> = { hour: 23n, minute: 59n, second: 59n };

function dayTimeText(p: Cursor, text: string, from: 0 | 1 | 2, to: 1 | 2 | 3, start: number): UnresolvedExpression {
  const fields = DAY_TIME_FIELDS.slice(from, to + 1);
  const pattern = fields
    .map((field, i) => {
      const separator = i === 0 ? "" : fields[i - 1] === "day" ? " " : ":";
      return `${separator}(\\d+)${field === "second" ? "(?:\\.(\\d{1,9}))?" : ""}`;
    })
    .join("");
  const match = new RegExp(`^\\s*(-?)\\s*([+-]?)${pattern}\\s*$`).exec(text);
  if (match === null) {
    const format = fields.map((field, i) => `${i === 0 ? "" : fields[i - 1] === "day" ? " " : ":"}${FORMATS[field] as string}`);
    const typeName = `${fields[0] as string} to ${fields.at(-1) as string}`;
    throw p.error(
      "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE",
      {
        input: text,
        intervalStr: "day-time",
        supportedFormat: `\`[+|-]${format.join("")}\`, \`INTERVAL [+|-]'[+|-]${format.join("")}' ${typeName.toUpperCase()}\``,
        typeName: `interval ${typeName}`,
      },
      start,
    );
  }
  let micros = 0n;
  for (const [i, field] of fields.entries()) {
    const count = BigInt(match[3 + i] as string);
    const bound = BOUNDS[field];
    if (i > 0 && bound !== undefined && count > bound) {
      throw p.error("_LEGACY_ERROR_TEMP_0063", { msg: `${field} ${count} is outside of [0, ${bound}]` }, start);
    }
    micros += count * (field === "day" ? MICROS_PER_DAY : (MICROS[field] as bigint));
  }
  const fraction = to === 3 ? match[3 + fields.length] : undefined;
  if (fraction !== undefined) micros += BigInt(fraction.padEnd(6, "0").slice(0, 6));
  return dayTime(p, (match[1] === "-") !== (match[2] === "-") ? -micros : micros, from, to, start);
}
