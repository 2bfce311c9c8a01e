/** Numbers as people read them: binary units for bytes, two significant parts for durations, thousands apart for counts. */
import type { DateText } from "../../api-types";

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** "0 B", "512 B", "1.5 KiB", "23.4 MiB", "117 GiB": three significant digits at most. */
export function bytes(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  let size = Math.abs(value);
  let unit = 0;
  while (size >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${value < 0 ? "−" : ""}${trimmed(size, digits)} ${BYTE_UNITS[unit]}`;
}

/** Milliseconds as "0 ms", "14 ms", "1.4 s", "2 min 5 s", "3 h 20 min", "4 d 2 h". */
export function duration(ms: number | undefined | null): string {
  if (ms === undefined || ms === null || !Number.isFinite(ms)) return "–";
  if (ms < 0) return "0 ms";
  if (ms < 10 && ms % 1 !== 0) return `${trimmed(ms, 1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${trimmed(seconds, seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(seconds / 3600);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** Of clocks that count whole milliseconds: what took none of them took less than one. */
export function elapsed(ms: number | undefined | null): string {
  return ms === 0 ? "< 1 ms" : duration(ms);
}

/** What is an estimate, without digits that nobody can know: "< 1 s", "4 s", "2 min 10 s", "3 h 20 min". */
export function roughly(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 1000) return "< 1 s";
  // From a minute on tens of seconds.
  const step = ms < 59_500 ? 1000 : 10_000;
  return duration(Math.round(ms / step) * step);
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}

function trimmed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** "12,345". */
export function count(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "–" : WHOLE.format(value);
}

/** "950", "12.3 k", "4.5 M": for tiles and nodes where space is short. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size < 10_000) return WHOLE.format(value);
  const units: [number, string][] = [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ];
  // 999,999 reads as a million, not as a thousand thousands.
  for (const [step, unit] of units)
    if (size >= step * 0.9995) return `${trimmed(value / step, size / step >= 100 ? 0 : 1)} ${unit}`;
  return WHOLE.format(value);
}

/** Up to five significant digits; for scores and parameters. */
export function decimal(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e6)) return value.toExponential(3);
  return String(Number(value.toPrecision(5)));
}

/** Format of numbers that stand below each other: so many digits after the point that the largest has five in all. */
export function aligned(values: readonly (number | null | undefined)[]): (value: number | null | undefined) => string {
  const largest = values.reduce<number>(
    (most, value) => (typeof value === "number" && Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  if (largest < 1e-4 || largest >= 1e6) return decimal;
  const digits = Math.max(0, 4 - Math.floor(Math.log10(largest)));
  return (value) =>
    value === null || value === undefined ? "–" : Number.isFinite(value) ? value.toFixed(digits) : String(value);
}

/** A share of 1 as "37 %"; never "100 %" or "0 %" for what is not quite so. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const value = share * 100;
  if (value > 0 && value < 1) return "< 1 %";
  if (value > 99 && value < 100) return "99 %";
  return `${Math.round(value)} %`;
}

/** "1 task", "3 tasks". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Spark's "2026-11-21T07:39:00.123GMT" as ms since the epoch; null where it is absent or stands for "not yet". */
export function time(text: DateText | undefined): number | null {
  if (text === undefined) return null;
  const ms = Date.parse(text.replace(/GMT$/, "Z"));
  return Number.isNaN(ms) || ms < 0 ? null : ms;
}

const two = (n: number) => String(n).padStart(2, "0");

/** Time of day in the reader's zone, "14:03:05". */
export function clock(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  const date = new Date(ms);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** "2026-11-21 14:03:05" in the reader's zone. */
export function dateTime(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "–";
  const date = new Date(ms);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(ms)}`;
}

/** Format of moments that stand below each other: times of day where all are of the reader's today, else with their dates. */
export function moments(values: Iterable<number | null>, now = Date.now()): (ms: number | null) => string {
  const today = new Date(now).toDateString();
  return [...values].some((ms) => ms !== null && new Date(ms).toDateString() !== today) ? dateTime : clock;
}

/** The last part of a call site: "reduceByKey at /a/b/app.ts:12" becomes "reduceByKey at app.ts:12". */
export function shortSite(text: string): string {
  return text.replace(/(?:file:\/\/)?\/(?:[^\s/:]+\/)+([^\s/]+)/g, "$1");
}
