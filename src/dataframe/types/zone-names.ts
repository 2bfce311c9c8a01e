/** Names of time zones in texts: "PST", "Pacific Standard Time". */
import { timeZone, type TimeZone } from "./time-zone";

/** Short names where English readers know one: in winter, in summer, and the zones that use them. */
const shortNames: readonly (readonly [standard: string, daylight: string, zones: string])[] = [
  ["PST", "PDT", "America/Los_Angeles America/Vancouver America/Tijuana US/Pacific PST8PDT"],
  ["MST", "MDT", "America/Denver America/Boise America/Edmonton US/Mountain MST7MDT America/Phoenix"],
  ["CST", "CDT", "America/Chicago America/Winnipeg America/Mexico_City US/Central CST6CDT America/Costa_Rica"],
  ["EST", "EDT", "America/New_York America/Toronto America/Detroit US/Eastern EST5EDT America/Panama America/Jamaica"],
  ["AST", "ADT", "America/Halifax Atlantic/Bermuda America/Puerto_Rico"],
  ["NST", "NDT", "America/St_Johns"],
  ["AKST", "AKDT", "America/Anchorage US/Alaska"],
  ["HST", "HDT", "Pacific/Honolulu US/Hawaii"],
  ["BRT", "BRST", "America/Sao_Paulo"],
  ["ART", "ARST", "America/Argentina/Buenos_Aires"],
  ["GMT", "BST", "Europe/London Europe/Jersey"],
  ["GMT", "IST", "Europe/Dublin"],
  ["WET", "WEST", "Europe/Lisbon WET"],
  [
    "CET",
    "CEST",
    "Europe/Paris Europe/Berlin Europe/Madrid Europe/Rome Europe/Vienna Europe/Zurich Europe/Amsterdam Europe/Brussels Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Prague Europe/Warsaw Europe/Budapest Europe/Belgrade CET",
  ],
  ["EET", "EEST", "Europe/Athens Europe/Helsinki Europe/Kiev Europe/Kyiv Europe/Bucharest Europe/Sofia Africa/Cairo EET"],
  ["MSK", "MSD", "Europe/Moscow"],
  ["SAST", "SAST", "Africa/Johannesburg"],
  ["EAT", "EAT", "Africa/Nairobi Africa/Addis_Ababa"],
  ["CAT", "CAT", "Africa/Harare"],
  ["WAT", "WAT", "Africa/Lagos"],
  ["GST", "GST", "Asia/Dubai"],
  ["PKT", "PKST", "Asia/Karachi"],
  ["IST", "IST", "Asia/Kolkata Asia/Calcutta"],
  ["BST", "BST", "Asia/Dhaka"],
  ["ICT", "ICT", "Asia/Bangkok Asia/Ho_Chi_Minh"],
  ["WIB", "WIB", "Asia/Jakarta"],
  ["CST", "CDT", "Asia/Shanghai Asia/Taipei"],
  ["HKT", "HKST", "Asia/Hong_Kong"],
  ["SGT", "SGT", "Asia/Singapore"],
  ["PST", "PDT", "Asia/Manila"],
  ["JST", "JDT", "Asia/Tokyo"],
  ["KST", "KDT", "Asia/Seoul"],
  ["AWST", "AWDT", "Australia/Perth"],
  ["ACST", "ACDT", "Australia/Darwin Australia/Adelaide"],
  ["AEST", "AEDT", "Australia/Sydney Australia/Melbourne Australia/Brisbane Australia/Hobart"],
  ["NZST", "NZDT", "Pacific/Auckland"],
];

const byZone = new Map<string, readonly [standard: string, daylight: string]>();
const byShortName = new Map<string, string>();
for (const [standard, daylight, zones] of shortNames) {
  for (const [i, zone] of zones.split(" ").entries()) {
    byZone.set(zone, [standard, daylight]);
    if (i > 0) continue;
    for (const name of [standard, daylight]) if (!byShortName.has(name)) byShortName.set(name, zone);
  }
}

/** The offset that a zone has outside of summer in the year around an instant. */
function standardOffset(zone: TimeZone, instant: number): number {
  // Half a year from the day on which clocks change is nearly the day on which they change back: quarters, too.
  const quarter = 91 * 86400;
  return Math.min(...[-2, -1, 0, 1, 2].map((n) => zone.offsetAt(instant + n * quarter)));
}

/** "PST" or "Pacific Standard Time" at an instant, in seconds. */
export function zoneName(zone: TimeZone, instant: number, long: boolean): string {
  if (zone.fixed !== null) return fixedName(zone, long);
  const summer = zone.offsetAt(instant) !== standardOffset(zone, instant);
  if (!long) {
    const names = byZone.get(zone.id);
    if (names !== undefined) return names[summer ? 1 : 0];
  }
  /* Names follow today's rules: a day of the same season in a year that Intl names plainly. */
  const wanted = summer ? 1 : 0;
  for (const day of [1_736_900_000, 1_752_500_000]) {
    const isSummer = zone.offsetAt(day) !== standardOffset(zone, day);
    if (Number(isSummer) === wanted) return intlName(zone.id, day, long);
  }
  return intlName(zone.id, instant, long);
}

function fixedName(zone: TimeZone, long: boolean): string {
  if (/^[+-]/.test(zone.id)) return zone.id;
  if (zone.id === "Z") return "Z";
  return long && (zone.id === "UTC" || zone.id === "Etc/UTC") ? "Coordinated Universal Time" : zone.id;
}

function intlName(id: string, instant: number, long: boolean): string {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: id, timeZoneName: long ? "long" : "short" });
  return format.formatToParts(instant * 1000).find((part) => part.type === "timeZoneName")?.value ?? id;
}

let longNames: Map<string, string> | undefined;

/** The zone that a text names at `start`: an id, a short or a long name, in any case. */
export function zoneAt(text: string, start: number): { readonly zone: TimeZone; readonly end: number } | null {
  longNames ??= new Map(
    [...byShortName.values()].flatMap((id): [string, string][] =>
      [1_736_900_000, 1_752_500_000].map((day) => [intlName(id, day, true).toLowerCase(), id]),
    ),
  );
  const rest = text.slice(start);
  const words = /^[A-Za-z]+(?: [A-Za-z]+)* Time/i.exec(rest);
  if (words !== null) {
    const id = longNames.get(words[0].toLowerCase());
    const zone = id === undefined ? null : timeZone(id);
    if (zone !== null) return { zone, end: start + words[0].length };
  }
  const short = /^[A-Za-z]+/.exec(rest);
  if (short !== null) {
    const id = byShortName.get(short[0].toUpperCase());
    const zone = id === undefined || /^[/_0-9+-]/.test(rest.slice(short[0].length)) ? null : timeZone(id);
    if (zone !== null) return { zone, end: start + short[0].length };
  }
  return zoneIdAt(text, start);
}

/** The zone whose id stands at `start`: the longest that there is. */
export function zoneIdAt(text: string, start: number): { readonly zone: TimeZone; readonly end: number } | null {
  const match = /^(?:[+-][0-9:]+|[A-Za-z][A-Za-z0-9/_~.+:-]*)/.exec(text.slice(start));
  if (match === null) return null;
  for (let length = match[0].length; length > 0; length--) {
    const zone = timeZone(match[0].slice(0, length));
    if (zone !== null) return { zone, end: start + length };
  }
  return null;
}
