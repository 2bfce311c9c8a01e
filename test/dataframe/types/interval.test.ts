import fc from "fast-check";
import { CalendarInterval } from "../../../src/columnar/types";
import { normalize } from "../../../src/dataframe/types/exact";
import {
  IntervalFault,
  calendarIntervalText,
  dayTimeHiveText,
  dayTimeText,
  parseCalendarInterval,
  parseDayTime,
  parseYearMonth,
  yearMonthText,
} from "../../../src/dataframe/types/interval";

const field = fc.integer({ min: 0, max: 3 });
const micros = fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n });

test("day-time intervals print what reads back", () => {
  fc.assert(
    fc.property(field, field, micros, (a, b, value) => {
      const type = { kind: "dayTimeInterval", start: Math.min(a, b) as 0, end: Math.max(a, b) as 0 } as const;
      const unit = [86_400_000_000n, 3_600_000_000n, 60_000_000n, 1n][type.end]!;
      const whole = normalize(value - (value % unit));
      expect(parseDayTime(dayTimeText(whole, type), type)).toBe(whole);
    }),
  );
});

test("year-month intervals print what reads back", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -2147483647, max: 2147483647 }),
      fc.constantFrom([0, 1], [1, 1], [0, 0]),
      (months, [start, end]) => {
        const type = { kind: "yearMonthInterval", start: start as 0, end: end as 0 } as const;
        const whole = end === 0 ? months - (months % 12) : months;
        expect(parseYearMonth(yearMonthText(whole, type), type)).toBe(whole + 0);
      },
    ),
  );
});

test("calendar intervals print what reads back", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), micros, (months, days, time) => {
      const interval = new CalendarInterval(months, days, normalize(time));
      expect(parseCalendarInterval(calendarIntervalText(interval))).toEqual(interval);
    }),
  );
});

test.each([
  ["1 day", new CalendarInterval(0, 1, 0)],
  ["INTERVAL 1 Year -2 months", new CalendarInterval(10, 0, 0)],
  ["- 1.5 seconds 1 week", new CalendarInterval(0, 7, -1_500_000)],
  [".5 second", new CalendarInterval(0, 0, 500_000)],
])("%j is an interval", (text, expected) => {
  expect(parseCalendarInterval(text)).toEqual(expected);
});

test.each([
  ["", "INPUT_IS_EMPTY"],
  ["interval", "INPUT_IS_EMPTY"],
  ["1", "MISSING_UNIT"],
  ["day", "UNRECOGNIZED_NUMBER"],
  ["1 fortnight", "INVALID_UNIT"],
  ["1.5 days", "INVALID_FRACTION"],
  ["1x days", "INVALID_VALUE"],
])("%j is none", (text, reason) => {
  let fault: unknown;
  try {
    parseCalendarInterval(text);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(IntervalFault);
  expect((fault as IntervalFault).reason).toBe(reason);
});

test("as spark-sql prints rows", () => {
  expect([dayTimeHiveText(-93_784_500_000), dayTimeHiveText(0)]).toEqual(["-1 02:03:04.500000000", "0 00:00:00.000000000"]);
});
