/** The words that stand for days and instants: epoch, now, today, tomorrow, yesterday. */
import { daysOfLocal, daysToMicros, localOf, sessionZone, toLocal } from "./datetime";
import type { Exact } from "./exact";
import type { TimeZone } from "./time-zone";

const WORD = /^([A-Za-z]{3,})[ \t]*(.*)$/s;

function wordOf(text: string): string | null {
  const [, word, zone] = WORD.exec(text.trim()) ?? [];
  if (word === undefined || zone === undefined) return null;
  const known = word.toLowerCase();
  if (zone === "") return known;
  return known !== "now" && isZone(zone) ? known : null;
}

function isZone(id: string): boolean {
  try {
    sessionZone(id);
    return true;
  } catch {
    return false;
  }
}

function dayOf(word: string, zone: TimeZone, now: () => Exact): number | null {
  const today = (): number => daysOfLocal(toLocal(now(), zone));
  switch (word) {
    case "epoch":
      return 0;
    case "now":
    case "today":
      return today();
    case "tomorrow":
      return today() + 1;
    case "yesterday":
      return today() - 1;
    default:
      return null;
  }
}

/**
 * What a word means as a value of the type (days of a date, microseconds of a timestamp); null for other texts. A zone may follow, except
 * after `now`, and says nothing. `now`: microseconds since the epoch; asked for only where the value depends on them.
 */
export function specialDatetime(
  type: "date" | "timestamp" | "timestamp_ntz",
  text: string,
  zone: TimeZone,
  now: () => Exact,
): Exact | null {
  const word = wordOf(text);
  const day = word === null ? null : dayOf(word, zone, now);
  if (day === null || type === "date") return day;
  if (type === "timestamp_ntz") return word === "now" ? toLocal(now(), zone) : localOf(day, 0);
  return word === "now" ? now() : word === "epoch" ? 0 : daysToMicros(day, zone);
}
