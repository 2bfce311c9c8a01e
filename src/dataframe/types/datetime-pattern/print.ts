/** Printing a local date and time by the parts of a pattern. */
import { civilFromDays, dayOfYear, isoWeekday, microsOfSecond, secondsOf } from "../datetime";
import type { Exact } from "../exact";
import { offsetText, type TimeZone } from "../time-zone";
import { zoneName } from "../zone-names";
import { type Field, type Part, wordBase } from "./parts";

/** The fields of one local date and time. */
export class Moment {
  readonly instant: number;
  readonly #days: number;
  readonly #ofDay: number;
  readonly #micros: number;

  constructor(
    local: Exact,
    readonly zone: TimeZone,
    readonly offset: number,
  ) {
    const seconds = secondsOf(local);
    this.instant = seconds - offset;
    this.#days = Math.floor(seconds / 86400);
    this.#ofDay = seconds - this.#days * 86400;
    this.#micros = microsOfSecond(local);
  }

  value(field: Field): number {
    const hour = Math.floor(this.#ofDay / 3600);
    switch (field) {
      case "hour":
        return hour;
      case "hourOfHalf":
        return hour % 12;
      case "clockHour":
        return hour === 0 ? 24 : hour;
      case "clockHourOfHalf":
        return hour % 12 === 0 ? 12 : hour % 12;
      case "half":
        return hour < 12 ? 0 : 1;
      case "minute":
        return Math.floor(this.#ofDay / 60) % 60;
      case "second":
        return this.#ofDay % 60;
      case "nano":
        return this.#micros * 1000;
      case "weekday":
        return isoWeekday(this.#days);
      case "dayOfYear":
        return dayOfYear(this.#days);
      default: {
        const { year, month, day } = civilFromDays(this.#days);
        switch (field) {
          case "year":
            return year;
          case "yearOfEra":
            return year > 0 ? year : 1 - year;
          case "era":
            return year > 0 ? 1 : 0;
          case "quarter":
            return Math.floor((month + 2) / 3);
          case "month":
            return month;
          case "weekOfMonth":
            return ((day - 1) % 7) + 1;
          default:
            return day;
        }
      }
    }
  }
}

export function print(parts: readonly Part[], moment: Moment): string {
  let text = "";
  for (const part of parts) text += printPart(part, moment);
  return text;
}

function printPart(part: Part, moment: Moment): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "number": {
      const value = moment.value(part.field);
      const digits = String(Math.abs(value)).padStart(part.min, "0");
      if (value < 0) return `-${digits}`;
      return part.sign === "exceedsPad" && digits.length > part.min ? `+${digits}` : digits;
    }
    case "twoDigitYear":
      return String(Math.abs(moment.value(part.field)) % 100).padStart(2, "0");
    case "fraction":
      return String(moment.value("nano")).padStart(9, "0").slice(0, part.digits);
    case "words":
      return part.words[moment.value(part.field) - wordBase[part.field]!]!;
    case "zoneId":
      return moment.zone.id;
    case "zoneName":
      return zoneName(moment.zone, moment.instant, part.long);
    case "offset":
      return printOffset(moment.offset, part.style, part.zero);
    case "localOffset": {
      if (moment.offset === 0) return "GMT";
      const full = offsetText(moment.offset);
      if (part.long) return `GMT${full}`;
      return `GMT${full.replace(/^([+-])0/, "$1").replace(/:00$/, "")}`;
    }
    case "optional":
      return print(part.parts, moment);
  }
}

/** Styles by their number of letters: +HHmm?, +HHMM, +HH:MM, +HHMMss?, +HH:MM:ss?. */
export function printOffset(offset: number, style: number, zero: string): string {
  if (offset === 0) return zero;
  const full = offsetText(offset);
  const [hours, minutes, seconds] = full.split(":");
  switch (style) {
    case 1:
      return minutes === "00" ? hours! : hours! + minutes!;
    case 2:
      return hours! + minutes!;
    case 3:
      return `${hours!}:${minutes!}`;
    case 4:
      return hours! + minutes! + (seconds ?? "");
    default:
      return full;
  }
}
