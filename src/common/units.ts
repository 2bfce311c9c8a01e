/** Sizes and durations as Spark's configuration writes them. */
import { UsageError } from "./errors";

const BYTE_UNITS: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 };
const TIME_UNITS: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, m: 6e4, min: 6e4, h: 3.6e6, d: 8.64e7 };

/** "512m", "1g", "1024" (in `defaultUnit`) → bytes. Binary units; an optional trailing "b" ("512mb") is accepted. */
export function parseBytes(text: string, key: string, defaultUnit: keyof typeof BYTE_UNITS = "b"): number {
  const match = /^(\d+)\s*(?:([bkmgtp])(?:i?b)?)?$/i.exec(text.trim());
  if (!match)
    throw new UsageError("INVALID_CONF_VALUE", `${key} must be a size such as 512m or 2g, not "${text}".`, {
      parameters: { key, value: text },
    });
  return Number(match[1]) * BYTE_UNITS[(match[2] ?? defaultUnit).toLowerCase()]!;
}

/** "120s", "3 min", "100" (in `defaultUnit`) → milliseconds. */
export function parseDuration(text: string, key: string, defaultUnit: keyof typeof TIME_UNITS = "ms"): number {
  const match = /^(-?\d+)\s*(us|ms|s|m|min|h|d)?$/i.exec(text.trim());
  if (!match)
    throw new UsageError("INVALID_CONF_VALUE", `${key} must be a duration such as 100ms, 30s or 2min, not "${text}".`, {
      parameters: { key, value: text },
    });
  return Number(match[1]) * TIME_UNITS[(match[2] ?? defaultUnit).toLowerCase()]!;
}

/** 1536 → "1536 B", 2 ** 20 → "1.0 MiB": as Spark's log lines and pages write sizes. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 2048 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** 42 → "42 ms", 950 → "950 ms", 1950 → "1.9 s", 90_000 → "1 min 30 s", 12_000_000 → "3 h 20 min". */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? "" : ` ${seconds % 60} s`}`;
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? "" : ` ${minutes % 60} min`}`;
}
