/** Intervals made of their fields. */
import { CalendarInterval, type DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { INT, literal } from "../../expressions/build";
import type { Call } from "../../expressions/expression";
import { add, fitsLong, multiply, type Exact } from "../../types/exact";
import { document, made } from "../documented";
import type { FunctionEntry } from "../registry";
import { scalar } from "../signature";

const doc = document("datetime");
const SECONDS: DataType = { kind: "decimal", precision: 18, scale: 6 };

const zero = literal(0, INT);
const zeroSeconds = literal(0, SECONDS);

function fitsInt(value: Exact): boolean {
  return value >= -2147483648 && value <= 2147483647;
}

function clock(hours: number, minutes: number, seconds: Exact): Exact {
  return add(multiply(hours * 60 + minutes, 60_000_000), seconds);
}

/** make_interval and its forgiving twin: an overflow is an error in ANSI mode, else null. */
function makeInterval(name: string, tries: boolean): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(
      tries
        ? "As make_interval; NULL where a field overflows."
        : "An interval of years, months, weeks, days, hours, minutes and seconds.",
      [`${name}(0, 1, 0, 1, 0, 0, 100.000001)`, "1 months 1 days 1 minutes 40.000001 seconds"],
    ),
    parameters: ["years", "months", "weeks", "days", "hours", "mins", "secs"],
    inputs: ["int", "int", "int", "int", "int", "int", SECONDS],
    optional: 7,
    defaults: () => [zero, zero, zero, zero, zero, zero, zeroSeconds],
    result: { kind: "calendarInterval" },
    nullable: (args, context) => tries || !context.settings.ansi || args.some((arg) => arg.nullable),
    options: (_, context) => ({ strict: !tries && context.settings.ansi }),
    evaluate: made(
      (call) => (years: number, months: number, weeks: number, days: number, hours: number, minutes: number, seconds: Exact) => {
        const [allMonths, allDays] = [years * 12 + months, weeks * 7 + days];
        const micros = clock(hours, minutes, seconds);
        if (fitsInt(allMonths) && fitsInt(allDays) && fitsLong(micros)) return new CalendarInterval(allMonths, allDays, micros);
        if (call.options?.["strict"] !== true) return null;
        throw new QueryError(
          "ARITHMETIC_OVERFLOW",
          { message: "overflow", alternative: "", config: '"spark.sql.ansi.enabled"' },
          call.at,
        );
      },
    ),
  });
}

function overflow(call: Call): never {
  throw new QueryError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {}, call.at);
}

export const intervalFunctions: readonly FunctionEntry[] = [
  makeInterval("make_interval", false),
  makeInterval("try_make_interval", true),
  scalar({
    names: ["make_dt_interval"],
    doc: doc("An interval of days, hours, minutes and seconds.", [
      "make_dt_interval(1, 12, 30, 01.001001)",
      "1 12:30:01.001001000",
    ]),
    parameters: ["days", "hours", "mins", "secs"],
    inputs: ["int", "int", "int", SECONDS],
    optional: 4,
    defaults: () => [zero, zero, zero, zeroSeconds],
    result: { kind: "dayTimeInterval", start: 0, end: 3 },
    evaluate: made((call) => (days: number, hours: number, minutes: number, seconds: Exact) => {
      const micros = add(multiply(days, 86_400_000_000), clock(hours, minutes, seconds));
      return fitsLong(micros) ? micros : overflow(call);
    }),
  }),
  scalar({
    names: ["make_ym_interval"],
    doc: doc("An interval of years and months.", ["make_ym_interval(1, 2)", "1-2"]),
    parameters: ["years", "months"],
    inputs: ["int", "int"],
    optional: 2,
    defaults: () => [zero, zero],
    result: { kind: "yearMonthInterval", start: 0, end: 1 },
    evaluate: made((call) => (years: number, months: number) => {
      const all = years * 12 + months;
      return fitsInt(all) ? all : overflow(call);
    }),
  }),
];
