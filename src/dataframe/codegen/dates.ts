/** Fields of dates, days since 1970-01-01 in the proleptic Gregorian calendar. */

/** Year × 512 + month × 32 + day, for days of the years -9999 to 9999 and well beyond. */
function fields(days: number): number {
  // Years that begin in March: leap days come last. Eras of 400 years have 146,097 days.
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0));
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0)) * 512 + month * 32 + day;
}

export function yearOf(days: number): number {
  return fields(days) >> 9;
}

export function monthOf(days: number): number {
  return (fields(days) >> 5) & 15;
}

export function dayOf(days: number): number {
  return fields(days) & 31;
}

export function quarterOf(days: number): number {
  return ((monthOf(days) + 2) / 3) | 0;
}

/** Days up to it from 1970 have their year in the bits of `fields`; months up to the other lead no further than an int32. */
const MOST_DAYS = 1e9;
const MOST_MONTHS = 12e6;

function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  return era * 146097 + yearOfEra * 365 + (yearOfEra >> 2) - ((yearOfEra / 100) | 0) + dayOfYear - 719468;
}

function lastDay(year: number, month: number): number {
  if (month === 2) return (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return 30 + ((month + (month >> 3)) & 1);
}

/** The day so many months later, or the last of its month; NaN where days or months are too many. */
export function monthsLater(days: number, months: number): number {
  if (!(Math.abs(days) <= MOST_DAYS && Math.abs(months) <= MOST_MONTHS)) return NaN;
  const date = fields(days);
  const total = (date >> 9) * 12 + ((date >> 5) & 15) - 1 + months;
  const year = Math.floor(total / 12);
  const month = total - year * 12 + 1;
  return daysOf(year, month, Math.min(date & 31, lastDay(year, month)));
}

/** The first day of a date's year, quarter, month or week; NaN where days are too many. */
export function firstOfYear(days: number): number {
  return Math.abs(days) <= MOST_DAYS ? daysOf(fields(days) >> 9, 1, 1) : NaN;
}

export function firstOfQuarter(days: number): number {
  if (!(Math.abs(days) <= MOST_DAYS)) return NaN;
  const date = fields(days);
  const month = (date >> 5) & 15;
  return daysOf(date >> 9, month - ((month - 1) % 3), 1);
}

export function firstOfMonth(days: number): number {
  return Math.abs(days) <= MOST_DAYS ? days - (fields(days) & 31) + 1 : NaN;
}

/** Weeks begin on Monday. */
export function firstOfWeek(days: number): number {
  return Math.abs(days) <= MOST_DAYS ? days - ((((days + 3) % 7) + 7) % 7) : NaN;
}
