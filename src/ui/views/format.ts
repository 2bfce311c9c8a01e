/** Values as Spark's REST API and SQL page print them. */

/** "2026-11-21T07:39:00.123GMT". */
export function dateText(time: number): string {
  return `${new Date(time).toISOString().slice(0, -1)}GMT`;
}

export function optionalDate<K extends string>(key: K, time: number | undefined): { readonly [P in K]?: string } {
  return (time === undefined ? {} : { [key]: dateText(time) }) as { readonly [P in K]?: string };
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** Spark's Utils.bytesToString: 2047 → "2047.0 B", 2048 → "2.0 KiB". */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 2048 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** Spark's Utils.msDurationToString: "12 ms", "1.5 s", "2.0 m", "1.20 h". */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.trunc(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} m`;
  return `${(ms / 3_600_000).toFixed(2)} h`;
}

export function countText(count: number): string {
  return count.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

export function entriesOf<V>(map: ReadonlyMap<string, V>): Record<string, V> {
  return Object.fromEntries(map);
}
