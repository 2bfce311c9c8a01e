/** Digits of one base in another, through an unsigned 64-bit number, as Hive and Spark do it. */

const WORD = 1n << 64n;

/** Null for bases outside of 2 to 36 and for empty text; "overflow" beyond 64 bits. A negative `to` gives signed digits. */
export function convertBase(text: string, from: number, to: number): string | null {
  const base = Math.abs(to);
  if (from < 2 || from > 36 || base < 2 || base > 36 || text === "") return null;
  const minus = text.startsWith("-");
  let value = 0n;
  for (const c of minus ? text.slice(1) : text) {
    const digit = parseInt(c, 36);
    // What follows the first character that is no digit does not count.
    if (!(digit < from)) break;
    value = value * BigInt(from) + BigInt(digit);
    if (value >= WORD) return "overflow";
  }
  let negative = minus;
  let signed = BigInt.asIntN(64, value);
  if (negative && to > 0) signed = signed < 0n ? -1n : -signed;
  if (to < 0 && signed < 0n) {
    signed = -signed;
    negative = true;
  }
  const digits = BigInt.asUintN(64, signed).toString(base).toUpperCase();
  return negative && to < 0 ? `-${digits}` : digits;
}
