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
