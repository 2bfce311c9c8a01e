/** Dates, times and intervals. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** SQL's add_months. */
export function add_months(start: ColumnOrName, months: ColumnOrName | number): Column {
  return call("add_months", column(start), column(months));
}

/** SQL's curdate. */
export function curdate(): Column {
  return call("curdate");
}

/** SQL's current_date. */
export function current_date(): Column {
  return call("current_date");
}

/** SQL's current_time. */
export function current_time(precision?: Column | number): Column {
  return call("current_time", optional(value, precision));
}

/** SQL's current_timestamp. */
export function current_timestamp(): Column {
  return call("current_timestamp");
}

/** SQL's current_timezone. */
export function current_timezone(): Column {
  return call("current_timezone");
}

/** SQL's date_add. */
export function date_add(start: ColumnOrName, days: ColumnOrName | number): Column {
  return call("date_add", column(start), column(days));
}

/** SQL's date_diff. */
export function date_diff(end: ColumnOrName, start: ColumnOrName): Column {
  return call("date_diff", column(end), column(start));
}

/** SQL's date_format. */
export function date_format(date: ColumnOrName, format: Column | string): Column {
  return call("date_format", column(date), value(format));
}

/** SQL's date_from_unix_date. */
export function date_from_unix_date(days: ColumnOrName): Column {
  return call("date_from_unix_date", column(days));
}

/** SQL's date_part. */
export function date_part(field: Column | string, source: ColumnOrName): Column {
  return call("date_part", value(field), column(source));
}

/** SQL's date_sub. */
export function date_sub(start: ColumnOrName, days: ColumnOrName | number): Column {
  return call("date_sub", column(start), column(days));
}

/** SQL's date_trunc. */
export function date_trunc(format: Column | string, timestamp: ColumnOrName): Column {
  return call("date_trunc", value(format), column(timestamp));
}

/** SQL's dateadd. */
export function dateadd(start: ColumnOrName, days: ColumnOrName | number): Column {
  return call("dateadd", column(start), column(days));
}

/** SQL's datediff. */
export function datediff(end: ColumnOrName, start: ColumnOrName): Column {
  return call("datediff", column(end), column(start));
}

/** SQL's datepart. */
export function datepart(field: Column | string, source: ColumnOrName): Column {
  return call("datepart", value(field), column(source));
}

/** SQL's day. */
export function day(col: ColumnOrName): Column {
  return call("day", column(col));
}

/** SQL's dayname. */
export function dayname(col: ColumnOrName): Column {
  return call("dayname", column(col));
}

/** SQL's dayofmonth. */
export function dayofmonth(col: ColumnOrName): Column {
  return call("dayofmonth", column(col));
}

/** SQL's dayofweek. */
export function dayofweek(col: ColumnOrName): Column {
  return call("dayofweek", column(col));
}

/** SQL's dayofyear. */
export function dayofyear(col: ColumnOrName): Column {
  return call("dayofyear", column(col));
}

/** SQL's extract. */
export function extract(field: Column | string, source: ColumnOrName): Column {
  return call("extract", value(field), column(source));
}

/** SQL's from_unixtime. */
export function from_unixtime(timestamp: ColumnOrName, format?: Column | string): Column {
  return call("from_unixtime", column(timestamp), optional(value, format));
}

/** SQL's from_utc_timestamp. */
export function from_utc_timestamp(timestamp: ColumnOrName, tz: Column | string): Column {
  return call("from_utc_timestamp", column(timestamp), value(tz));
}

/** SQL's hour. */
export function hour(col: ColumnOrName): Column {
  return call("hour", column(col));
}

/** SQL's last_day. */
export function last_day(date: ColumnOrName): Column {
  return call("last_day", column(date));
}

/** SQL's localtimestamp. */
export function localtimestamp(): Column {
  return call("localtimestamp");
}

/** SQL's make_date. */
export function make_date(year: ColumnOrName, month: ColumnOrName, day: ColumnOrName): Column {
  return call("make_date", column(year), column(month), column(day));
}

/** SQL's make_time. */
export function make_time(hour: ColumnOrName, minute: ColumnOrName, second: ColumnOrName): Column {
  return call("make_time", column(hour), column(minute), column(second));
}

/** SQL's make_timestamp. */
export function make_timestamp(
  years?: ColumnOrName,
  months?: ColumnOrName,
  days?: ColumnOrName,
  hours?: ColumnOrName,
  mins?: ColumnOrName,
  secs?: ColumnOrName,
  timezone?: ColumnOrName,
  date?: ColumnOrName,
  time?: ColumnOrName,
): Column {
  return call(
    "make_timestamp",
    optional(column, years),
    optional(column, months),
    optional(column, days),
    optional(column, hours),
    optional(column, mins),
    optional(column, secs),
    optional(column, timezone),
    optional(column, date),
    optional(column, time),
  );
}

/** SQL's make_timestamp_ltz. */
export function make_timestamp_ltz(
  years: ColumnOrName,
  months: ColumnOrName,
  days: ColumnOrName,
  hours: ColumnOrName,
  mins: ColumnOrName,
  secs: ColumnOrName,
  timezone?: ColumnOrName,
): Column {
  return call(
    "make_timestamp_ltz",
    column(years),
    column(months),
    column(days),
    column(hours),
    column(mins),
    column(secs),
    optional(column, timezone),
  );
}

/** SQL's make_timestamp_ntz. */
export function make_timestamp_ntz(
  years?: ColumnOrName,
  months?: ColumnOrName,
  days?: ColumnOrName,
  hours?: ColumnOrName,
  mins?: ColumnOrName,
  secs?: ColumnOrName,
  date?: ColumnOrName,
  time?: ColumnOrName,
): Column {
  return call(
    "make_timestamp_ntz",
    optional(column, years),
    optional(column, months),
    optional(column, days),
    optional(column, hours),
    optional(column, mins),
    optional(column, secs),
    optional(column, date),
    optional(column, time),
  );
}

/** SQL's minute. */
export function minute(col: ColumnOrName): Column {
  return call("minute", column(col));
}

/** SQL's month. */
export function month(col: ColumnOrName): Column {
  return call("month", column(col));
}

/** SQL's monthname. */
export function monthname(col: ColumnOrName): Column {
  return call("monthname", column(col));
}

/** SQL's months_between. */
export function months_between(date1: ColumnOrName, date2: ColumnOrName, roundOff?: Column | boolean): Column {
  return call("months_between", column(date1), column(date2), optional(value, roundOff));
}

/** SQL's next_day. */
export function next_day(date: ColumnOrName, dayOfWeek: Column | string): Column {
  return call("next_day", column(date), value(dayOfWeek));
}

/** SQL's now. */
export function now(): Column {
  return call("now");
}

/** SQL's quarter. */
export function quarter(col: ColumnOrName): Column {
  return call("quarter", column(col));
}

/** SQL's second. */
export function second(col: ColumnOrName): Column {
  return call("second", column(col));
}

/** SQL's time_bucket. */
export function time_bucket(bucketSize: Column | string, ts: ColumnOrName, origin?: Column | string): Column {
  return call("time_bucket", value(bucketSize), column(ts), optional(value, origin));
}

/** SQL's time_diff. */
export function time_diff(unit: ColumnOrName, start: ColumnOrName, end: ColumnOrName): Column {
  return call("time_diff", column(unit), column(start), column(end));
}

/** SQL's time_from_micros. */
export function time_from_micros(col: ColumnOrName): Column {
  return call("time_from_micros", column(col));
}

/** SQL's time_from_millis. */
export function time_from_millis(col: ColumnOrName): Column {
  return call("time_from_millis", column(col));
}

/** SQL's time_from_seconds. */
export function time_from_seconds(col: ColumnOrName): Column {
  return call("time_from_seconds", column(col));
}

/** SQL's time_to_micros. */
export function time_to_micros(col: ColumnOrName): Column {
  return call("time_to_micros", column(col));
}

/** SQL's time_to_millis. */
export function time_to_millis(col: ColumnOrName): Column {
  return call("time_to_millis", column(col));
}

/** SQL's time_to_seconds. */
export function time_to_seconds(col: ColumnOrName): Column {
  return call("time_to_seconds", column(col));
}

/** SQL's time_trunc. */
export function time_trunc(unit: ColumnOrName, time: ColumnOrName): Column {
  return call("time_trunc", column(unit), column(time));
}

/** SQL's timestamp_micros. */
export function timestamp_micros(col: ColumnOrName): Column {
  return call("timestamp_micros", column(col));
}

/** SQL's timestamp_millis. */
export function timestamp_millis(col: ColumnOrName): Column {
  return call("timestamp_millis", column(col));
}

/** SQL's timestamp_nanos. */
export function timestamp_nanos(col: ColumnOrName): Column {
  return call("timestamp_nanos", column(col));
}

/** SQL's timestamp_seconds. */
export function timestamp_seconds(col: ColumnOrName): Column {
  return call("timestamp_seconds", column(col));
}

/** SQL's to_date. */
export function to_date(col: ColumnOrName, format?: Column | string): Column {
  return call("to_date", column(col), optional(value, format));
}

/** SQL's to_time. */
export function to_time(text: ColumnOrName, format?: ColumnOrName): Column {
  return call("to_time", column(text), optional(column, format));
}

/** SQL's to_timestamp. */
export function to_timestamp(col: ColumnOrName, format?: Column | string): Column {
  return call("to_timestamp", column(col), optional(value, format));
}

/** SQL's to_timestamp_ltz. */
export function to_timestamp_ltz(timestamp: ColumnOrName, format?: ColumnOrName): Column {
  return call("to_timestamp_ltz", column(timestamp), optional(column, format));
}

/** SQL's to_timestamp_ntz. */
export function to_timestamp_ntz(timestamp: ColumnOrName, format?: ColumnOrName): Column {
  return call("to_timestamp_ntz", column(timestamp), optional(column, format));
}

/** SQL's to_unix_timestamp. */
export function to_unix_timestamp(timestamp: ColumnOrName, format?: ColumnOrName): Column {
  return call("to_unix_timestamp", column(timestamp), optional(column, format));
}

/** SQL's to_utc_timestamp. */
export function to_utc_timestamp(timestamp: ColumnOrName, tz: Column | string): Column {
  return call("to_utc_timestamp", column(timestamp), value(tz));
}

/** SQL's trunc. */
export function trunc(date: ColumnOrName, format: Column | string): Column {
  return call("trunc", column(date), value(format));
}

/** SQL's try_make_timestamp. */
export function try_make_timestamp(
  years?: ColumnOrName,
  months?: ColumnOrName,
  days?: ColumnOrName,
  hours?: ColumnOrName,
  mins?: ColumnOrName,
  secs?: ColumnOrName,
  timezone?: ColumnOrName,
  date?: ColumnOrName,
  time?: ColumnOrName,
): Column {
  return call(
    "try_make_timestamp",
    optional(column, years),
    optional(column, months),
    optional(column, days),
    optional(column, hours),
    optional(column, mins),
    optional(column, secs),
    optional(column, timezone),
    optional(column, date),
    optional(column, time),
  );
}

/** SQL's try_make_timestamp_ltz. */
export function try_make_timestamp_ltz(
  years: ColumnOrName,
  months: ColumnOrName,
  days: ColumnOrName,
  hours: ColumnOrName,
  mins: ColumnOrName,
  secs: ColumnOrName,
  timezone?: ColumnOrName,
): Column {
  return call(
    "try_make_timestamp_ltz",
    column(years),
    column(months),
    column(days),
    column(hours),
    column(mins),
    column(secs),
    optional(column, timezone),
  );
}

/** SQL's try_make_timestamp_ntz. */
export function try_make_timestamp_ntz(
  years?: ColumnOrName,
  months?: ColumnOrName,
  days?: ColumnOrName,
  hours?: ColumnOrName,
  mins?: ColumnOrName,
  secs?: ColumnOrName,
  date?: ColumnOrName,
  time?: ColumnOrName,
): Column {
  return call(
    "try_make_timestamp_ntz",
    optional(column, years),
    optional(column, months),
    optional(column, days),
    optional(column, hours),
    optional(column, mins),
    optional(column, secs),
    optional(column, date),
    optional(column, time),
  );
}

/** SQL's try_to_date. */
export function try_to_date(col: ColumnOrName, format?: Column | string): Column {
  return call("try_to_date", column(col), optional(value, format));
}

/** SQL's try_to_time. */
export function try_to_time(text: ColumnOrName, format?: ColumnOrName): Column {
  return call("try_to_time", column(text), optional(column, format));
}

/** SQL's try_to_timestamp. */
export function try_to_timestamp(col: ColumnOrName, format?: ColumnOrName): Column {
  return call("try_to_timestamp", column(col), optional(column, format));
}

/** SQL's unix_date. */
export function unix_date(col: ColumnOrName): Column {
  return call("unix_date", column(col));
}

/** SQL's unix_micros. */
export function unix_micros(col: ColumnOrName): Column {
  return call("unix_micros", column(col));
}

/** SQL's unix_millis. */
export function unix_millis(col: ColumnOrName): Column {
  return call("unix_millis", column(col));
}

/** SQL's unix_nanos. */
export function unix_nanos(col: ColumnOrName): Column {
  return call("unix_nanos", column(col));
}

/** SQL's unix_seconds. */
export function unix_seconds(col: ColumnOrName): Column {
  return call("unix_seconds", column(col));
}

/** SQL's unix_timestamp. */
export function unix_timestamp(timestamp?: ColumnOrName, format?: Column | string): Column {
  return call("unix_timestamp", optional(column, timestamp), optional(value, format));
}

/** SQL's weekday. */
export function weekday(col: ColumnOrName): Column {
  return call("weekday", column(col));
}

/** SQL's weekofyear. */
export function weekofyear(col: ColumnOrName): Column {
  return call("weekofyear", column(col));
}

/** SQL's year. */
export function year(col: ColumnOrName): Column {
  return call("year", column(col));
}
