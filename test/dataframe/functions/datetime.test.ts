/** Dates, times and intervals in the zone America/Los_Angeles; results are Spark 4.2's. */
import { FiresteelError } from "../../../src/common/errors";
import { printed } from "../../../src/dataframe/expressions/print";
import { simpleString } from "../../../src/dataframe/types/text";
import { bindText, evaluate, settings } from "./evaluate";

function errorOf(text: string, ansi = true): string {
  try {
    return evaluate(text, settings({ ansi }));
  } catch (error) {
    if (error instanceof FiresteelError) return error.errorClass;
    throw error;
  }
}

test.each([
  ["date_trunc('week', timestamp'2020-11-01 01:30:00')", "2020-10-26 00:00:00"],
  ["date_trunc('hour', timestamp'2020-11-01 01:30:00')", "2020-11-01 01:00:00"],
  ["date_trunc('quarter', date'2020-11-01')", "2020-10-01 00:00:00"],
  ["date_trunc('foo', timestamp'2020-01-01 00:00:00')", "NULL"],
  ["trunc(date'2020-05-05', 'QUARTER')", "2020-04-01"],
  ["trunc(date'2020-05-05', 'day')", "NULL"],
  ["timestampadd(month, 1, timestamp'2020-01-31 00:00:00')", "2020-02-29 00:00:00"],
  ["timestampadd(HOUR, 24, timestamp'2020-03-07 02:30:00')", "2020-03-08 03:30:00"],
  ["timestampadd(DAY, 1, timestamp'2020-03-07 02:30:00')", "2020-03-08 03:30:00"],
  ["timestampdiff(HOUR, timestamp'2020-03-07 02:30:00', timestamp'2020-03-08 03:30:00')", "25"],
  ["timestampdiff(month, date'2020-01-31', date'2020-02-29')", "0"],
  ["timestampdiff(quarter, date'2020-01-01', date'2021-01-05')", "4"],
  ["months_between(date'2020-01-31', date'2020-02-29')", "-1.0"],
  ["months_between('1997-02-28 10:30:00', '1996-10-30', false)", "3.9495967741935485"],
  ["next_day(date'2020-01-01', 'wednesday')", "2020-01-08"],
  ["to_utc_timestamp(timestamp'2020-03-08 02:30:00', 'America/New_York')", "2020-03-08 07:30:00"],
  ["from_utc_timestamp(timestamp_ntz'2020-03-08 02:30:00', 'America/New_York')", "2020-03-07 22:30:00"],
  ["convert_timezone('Europe/Paris', timestamp_ntz'2020-01-01 00:00:00')", "2020-01-01 09:00:00"],
  ["time_bucket(interval '1' day, timestamp'2024-07-01 11:27:00')", "2024-07-01 00:00:00"],
  ["time_bucket(interval '7' day, timestamp'2024-07-01 11:27:00')", "2024-06-27 00:00:00"],
  ["time_bucket(interval '1' month, timestamp'2024-03-31 11:27:00', timestamp'2024-01-31 12:00:00')", "2024-02-29 12:00:00"],
  ["time_bucket(interval '1' month, timestamp'1969-07-01 11:27:00')", "1969-07-01 00:00:00"],
  ["date_part('DOW_ISO', date'2020-01-01')", "3"],
  ["date_part('YEAROFWEEK', date'2019-12-31')", "2020"],
  ["date_part('DAY', interval '1 02' day to hour)", "1"],
  ["extract(HOUR FROM make_interval(1, 1, 1, 1, 1, 1, 1.5))", "1"],
  ["extract(second from timestamp'1960-01-01 00:00:01.5')", "1.500000"],
  ["extract(SECOND FROM cast('09:08:01.987654' as time(2)))", "1.980000"],
  ["timestamp_seconds(1.123456)", "1969-12-31 16:00:01.123456"],
  ["timestamp_seconds(double('nan'))", "NULL"],
  ["make_timestamp(2020, 1, 1, 1, 1, 60)", "2020-01-01 01:02:00"],
  ["unix_timestamp('2020-01-31 12:34:56.7', 'yyyy-MM-dd HH:mm:ss.SSS')", "1580502896"],
  ["to_timestamp_ntz('2020-01-01 12:00:00 PST', 'yyyy-MM-dd HH:mm:ss z')", "2020-01-01 12:00:00"],
  ["to_timestamp(1.5D)", "1969-12-31 16:00:01.5"],
  ["date_format(timestamp'2020-07-01 12:00:00', 'z VV XXX')", "PDT America/Los_Angeles -07:00"],
  ["time_diff('SECOND', time'12:00:00', time'12:00:01.5')", "1"],
  ["time_from_seconds(1.5D)", "00:00:01.5"],
  ["make_time(1, 2, 3.1234567)", "01:02:03.123457"],
])("%s is %s", (text, expected) => {
  expect(evaluate(text)).toBe(expected);
});

test.each([
  ["make_date(2020, 13, 1)", "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION"],
  ["make_timestamp(2020, 1, 1, 1, 1, 60.5)", "INVALID_FRACTION_OF_SECOND"],
  ["make_timestamp(2020, 1, 1, 1, 1, 1, 'Foo')", "INVALID_TIMEZONE"],
  ["make_timestamp('2020-01-01')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["make_time(1, 2, 60)", "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"],
  ["make_interval(2147483647, 12)", "ARITHMETIC_OVERFLOW"],
  ["make_ym_interval(178956970, 8)", "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION"],
  ["next_day('2015-01-14', 'xx')", "ILLEGAL_DAY_OF_WEEK"],
  ["to_timestamp('x', 'yyyy')", "CANNOT_PARSE_TIMESTAMP"],
  ["to_time('x', 'HH')", "CANNOT_PARSE_TIME"],
  ["to_date('2020-02-30')", "CAST_INVALID_INPUT"],
  ["date_format(date'2020-01-01', 'YYYY')", "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"],
  ["date_part('HOUR', interval '1' day)", "INVALID_EXTRACT_FIELD"],
  ["extract(year from 5)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["date_add(date'2020-01-01', 1L)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["timestampadd(HOUR, 3000000000000, timestamp'2024-01-01 00:00:00')", "DATETIME_OVERFLOW"],
  ["time_trunc('foo', time'12:00:00')", "INVALID_PARAMETER_VALUE.TIME_UNIT"],
  ["time_from_seconds(86400)", "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION"],
  ["time_bucket(interval '0' day, timestamp'2024-01-01 11:27:00')", "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE"],
  ["current_time(7)", "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE"],
])("%s fails with %s", (text, errorClass) => {
  expect(errorOf(text)).toBe(errorClass);
});

test.each([
  "make_date(2020, 13, 1)",
  "make_timestamp(2020, 1, 1, 25, 1, 1)",
  "make_interval(2147483647, 12)",
  "next_day('2015-01-14', 'xx')",
  "to_timestamp('x', 'yyyy')",
  "to_date('2020-02-30')",
  "unix_timestamp('x', 'yyyy')",
])("%s is NULL outside of ANSI mode", (text) => {
  expect(errorOf(text, false)).toBe("NULL");
});

test.each([
  ["now()", "now()", "timestamp"],
  ["curdate()", "current_date()", "date"],
  ["current_time(3)", "current_time(3)", "time(3)"],
  ["make_dt_interval(1)", "make_dt_interval(1, 0, 0, 0.000000)", "interval day to second"],
  ["try_to_time('1', 'HH')", "try_to_time(to_time(1, HH))", "time(6)"],
  ["datepart('doy', DATE'2019-08-12')", "datepart(doy FROM DATE '2019-08-12')", "int"],
  ["extract(year from date'2019-08-12')", "extract(year FROM DATE '2019-08-12')", "int"],
  ["dateadd(MONTH, 1, date'2020-01-31')", "timestampadd(MONTH, 1, DATE '2020-01-31')", "timestamp"],
  ["from_unixtime(0)", "from_unixtime(0, yyyy-MM-dd HH:mm:ss)", "string"],
  ["date_part('SECONDS', interval '1' second)", "date_part(SECONDS, INTERVAL '01' SECOND)", "decimal(8,6)"],
])("%s is the column %s %s", (text, name, type) => {
  const bound = bindText(text);
  expect([printed(bound), simpleString(bound.type)]).toEqual([name, type]);
});

test("the current time is that of the query's start", () => {
  const at = settings({ now: Date.UTC(2024, 0, 2, 3, 4, 5) * 1000 + 6 });
  const of = (text: string): string => evaluate(text, at);
  expect(["now()", "current_date()", "localtimestamp()", "current_time()", "unix_timestamp()"].map(of)).toEqual([
    "2024-01-01 19:04:05.000006",
    "2024-01-01",
    "2024-01-01 19:04:05.000006",
    "19:04:05.000006",
    "1704164645",
  ]);
});

test.each([
  ["hour(TIME'13:59:59.999999')", true],
  ["second(TIME'13:25:59')", true],
  ["extract(MINUTE FROM TIME'09:08:01.000001')", true],
  ["hour(TIMESTAMP'2014-12-28 06:30:45')", false],
  ["make_timestamp(DATE'2014-12-28', TIME'6:30:45.887')", false],
  ["make_timestamp_ntz(DATE'2014-12-28', TIME'6:30:45.887')", true],
  ["try_make_timestamp(DATE'2014-12-28', TIME'6:30:45.887')", false],
  ["try_make_timestamp_ltz(DATE'2014-12-28', TIME'6:30:45.887', 'CET')", false],
  ["try_make_timestamp_ntz(DATE'2014-12-28', TIME'6:30:45.887')", true],
])("%s: nullable %s", (text, nullable) => {
  expect(bindText(text).nullable).toBe(nullable);
});
