/** Printing a local date and time by the parts of a pattern. */
import { type Civil, civilFromDays, dayOfYear, isoWeekday, microsOfSecond, secondsOf } from "../datetime";
import type { TextBuffer } from "../../../columnar/bytes";
import type { Exact } from "../exact";
import { offsetText, type TimeZone } from "../time-zone";
import { zoneName } from "../zone-names";
import { type Field, type Part, wordBase } from "./parts";

let lastDays = 0;
let lastCivil = civilFromDays(0);

/** Rows of a day often follow one another. */
function civilOf(days: number): Civil {
  if (days !== lastDays) {
    lastCivil = civilFromDays(days);
    lastDays = days;
  }
  return lastCivil;
}

/** The fields of one local date and time. */
export class Moment {
  readonly instant: number;
  readonly #days: number;
  readonly #ofDay: number;
  readonly #micros: number;
  #civil: Civil | null = null;

  constructor(
    local: Exact,
    readonly zone: TimeZone,
    readonly offset: number,
  ) {
    const seconds = secondsOf(local);
    this.instant = seconds - offset;
    // Cut to ints, as which they are computed with from here on.
    this.#days = Math.floor(seconds / 86400) | 0;
    this.#ofDay = (seconds - this.#days * 86400) | 0;
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
        this.#civil ??= civilOf(this.#days);
        const { year, month, day } = this.#civil;
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

type Print = (moment: Moment) => string;

/** The function that prints the parts of a pattern. */
export function printer(parts: readonly Part[]): Print {
  const general = sequencePrinter(parts);
  return fixedPrinter(parts, general) ?? general;
}

/** Digits of a field at their place in a text. */
interface Slot {
  readonly field: Field;
  readonly at: number;
  readonly width: number;
  /** The field is a multiple of it. */
  readonly unit: number;
}

/** Texts in which every field has its place, made in one piece; `general` prints values that are wider. Null for other patterns. */
function fixedPrinter(parts: readonly Part[], general: Print): Print | null {
  const slots: Slot[] = [];
  let form = "";
  for (const part of parts) {
    if (part.kind === "text") form += part.text;
    else {
      const slot = slotOf(part, form.length);
      if (slot === null) return null;
      slots.push(slot);
      form += "0".repeat(slot.width);
    }
  }
  const text = Buffer.from(form) as TextBuffer;
  if (text.length !== form.length) return null;
  const { length } = form;
  return (moment) => {
    for (let i = 0; i < slots.length; i++) {
      const { field, at, width, unit } = slots[i]!;
      let rest = moment.value(field);
      if (unit > 1) rest = Math.floor(rest / unit);
      if (rest < 0) return general(moment);
      rest |= 0;
      for (let k = at + width - 1; k >= at; k--) {
        const more = (rest / 10) | 0;
        text[k] = 48 + rest - more * 10;
        rest = more;
      }
      if (rest > 0) return general(moment);
    }
    return text.latin1Slice(0, length);
  };
}

function slotOf(part: Part, at: number): Slot | null {
  if (part.kind === "fraction") return { field: "nano", at, width: part.digits, unit: 10 ** (9 - part.digits) };
  if (part.kind !== "number" || part.min < 2 || part.min > 4) return null;
  return { field: part.field, at, width: part.min, unit: 1 };
}

function sequencePrinter(parts: readonly Part[]): Print {
  const prints = parts.map(partPrinter);
  return (moment) => {
    let text = "";
    for (let i = 0; i < prints.length; i++) text += prints[i]!(moment);
    return text;
  };
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, "0"));

function partPrinter(part: Part): Print {
  switch (part.kind) {
    case "text": {
      const { text } = part;
      return () => text;
    }
    case "number":
      return numberPrinter(part);
    case "twoDigitYear": {
      const { field } = part;
      return (moment) => TWO_DIGITS[Math.abs(moment.value(field)) % 100]!;
    }
    case "fraction": {
      const { digits } = part;
      return (moment) => String(moment.value("nano")).padStart(9, "0").slice(0, digits);
    }
    case "words": {
      const { words, field } = part;
      const base = wordBase[field]!;
      return (moment) => words[moment.value(field) - base]!;
    }
    case "zoneId":
      return (moment) => moment.zone.id;
    case "zoneName":
      return (moment) => zoneName(moment.zone, moment.instant, part.long);
    case "offset":
      return (moment) => printOffset(moment.offset, part.style, part.zero);
    case "localOffset":
      return (moment) => {
        if (moment.offset === 0) return "GMT";
        const full = offsetText(moment.offset);
        if (part.long) return `GMT${full}`;
        return `GMT${full.replace(/^([+-])0/, "$1").replace(/:00$/, "")}`;
      };
    case "optional":
      return sequencePrinter(part.parts);
  }
}

function numberPrinter({ field, min, sign }: Extract<Part, { kind: "number" }>): Print {
  const print = (value: number): string => {
    const digits = String(Math.abs(value)).padStart(min, "0");
    if (value < 0) return `-${digits}`;
    return sign === "exceedsPad" && digits.length > min ? `+${digits}` : digits;
  };
  if (min !== 2 || sign === "exceedsPad") return (moment) => print(moment.value(field));
  return (moment) => {
    const value = moment.value(field);
    return value >= 0 && value < 100 ? TWO_DIGITS[value]! : print(value);
  };
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
