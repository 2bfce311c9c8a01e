import { inspect } from "node:util";
import { DayTimeInterval, LocalDate, LocalTime, SqlTimestamp, YearMonthInterval } from "../../../src/dataframe/types/date-values";
import { travelled } from "./travel";

test("dates", () => {
  const date = LocalDate.of(2020, 2, 29);
  expect([date.year, date.month, date.day, date.dayOfWeek, date.dayOfYear, date.epochDay]).toEqual([2020, 2, 29, 6, 60, 18321]);
  expect([String(date), JSON.stringify(date), inspect(date)]).toEqual(["2020-02-29", '"2020-02-29"', "LocalDate(2020-02-29)"]);
  expect([date.plusDays(1), date.plusMonths(12)].map(String)).toEqual(["2020-03-01", "2021-02-28"]);
  expect(date.toDate()).toEqual(new Date("2020-02-29T00:00:00Z"));
  expect(LocalDate.fromDate(new Date("2020-02-29T23:59:59Z")).equals(date)).toBe(true);
  expect(LocalDate.parse("2020-03-01") > date).toBe(true);
  expect(() => LocalDate.of(2021, 2, 29)).toThrow("no day");
});

test("times", () => {
  const time = LocalTime.parse("12:30:15.5");
  expect([time.hour, time.minute, time.second, time.nano]).toEqual([12, 30, 15, 500_000_000]);
  expect([String(time), String(LocalTime.of(1, 2))]).toEqual(["12:30:15.5", "01:02:00"]);
  expect(time > LocalTime.of(12)).toBe(true);
  expect(() => LocalTime.of(24)).toThrow("no time");
});

test("timestamps keep their microseconds", () => {
  const timestamp = SqlTimestamp.ofEpochMicros(-1n) as SqlTimestamp;
  expect([timestamp.getTime(), timestamp.microseconds, timestamp.epochMicros]).toEqual([-1, 999, -1n]);
  expect(timestamp.toISOString()).toBe("1969-12-31T23:59:59.999999Z");
  expect(timestamp).toBeInstanceOf(Date);
  expect(SqlTimestamp.ofEpochMicros(5000)).not.toBeInstanceOf(SqlTimestamp);
});

test("intervals", () => {
  expect(String(new DayTimeInterval(93_784_500_000))).toBe("INTERVAL '1 02:03:04.5' DAY TO SECOND");
  expect(String(YearMonthInterval.of(1, 2))).toBe("INTERVAL '1-2' YEAR TO MONTH");
  expect(inspect(YearMonthInterval.of(1))).toBe("INTERVAL '1-0' YEAR TO MONTH");
  expect(inspect([new DayTimeInterval(0)])).toBe("[ INTERVAL '0 00:00:00' DAY TO SECOND ]");
  expect(DayTimeInterval.ofMilliseconds(1.5).microseconds).toBe(1500);
  expect(new DayTimeInterval(2n ** 60n).microseconds).toBe(2n ** 60n);
});

test("all of them travel", () => {
  const values = [
    LocalDate.of(2020, 2, 29),
    LocalTime.of(1, 2, 3, 4),
    SqlTimestamp.ofEpochMicros(1_600_000_000_000_001),
    new DayTimeInterval(2n ** 60n),
    YearMonthInterval.of(1),
  ];
  const back = travelled(values);
  expect(back.map((value) => value.constructor)).toEqual(values.map((value) => value.constructor));
  expect(back.map((value) => JSON.stringify(value))).toEqual(values.map((value) => JSON.stringify(value)));
});
