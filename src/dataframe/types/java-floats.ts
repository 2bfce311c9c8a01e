/**
 * Doubles and floats as text, digit for digit as Java 17 prints them: the shortest digits that name the number in most
 * cases; all significant digits of large whole numbers; at least two digits where there is an exponent.
 */

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);
const single = new Float32Array(1);
const singleWord = new Uint32Array(single.buffer);

/** A double: "1.0", "1.0E10", "NaN". */
export function doubleText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return Object.is(value, -0) ? "-0.0" : `${String(value)}.0`;
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 2 ** 53 && size < 2 ** 63) return wholeText(value, 53);
  double[0] = value;
  if (doubleWords[0] === 0 && (doubleWords[1]! & 0xfffff) === 0) return powerOfTwoText(value, 53, 1074);
  const text = String(value);
  // Without an exponent in both languages: the same text.
  return size >= 1e-3 && size < 1e7 ? text : javaForm(value, text);
}

/** A float: as doubleText, with the digits that name it among floats. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return doubleText(value);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 2 ** 24 && size < 2 ** 63) return wholeText(value, 24);
  single[0] = value;
  if ((singleWord[0]! & 0x7fffff) === 0) return powerOfTwoText(value, 24, 149);
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    single[0] = Number(text);
    if (single[0] === value) return javaForm(value, text);
  }
  return javaForm(value, value.toPrecision(9));
}

/** Whole numbers that fit a long: all digits but those that a unit in the last place covers. */
function wholeText(value: number, significantBits: number): string {
  const whole = BigInt(Math.abs(value));
  const excess = whole.toString(2).length - 1 - significantBits - 1;
  const dropped = excess > 1 ? Math.floor(excess * Math.LOG10E * Math.LN2) : 0;
  const unit = 10n ** BigInt(dropped);
  const kept = whole / unit + (dropped > 0 && whole % unit >= unit / 2n ? 1n : 0n);
  return layout(value < 0 ? "-" : "", kept.toString(), kept.toString().length + dropped);
}

/**
 * Powers of two, whose lower neighbour is nearer than the upper one: digits are made until what is left is within half of
 * the smaller gap.
 */
function powerOfTwoText(value: number, significantBits: number, smallest: number): string {
  const size = Math.abs(value);
  const exponent = Math.round(Math.log2(size));
  /* The bits of numbers below the normal range are fewer. */
  const bits = Math.min(significantBits, exponent + smallest + 1);
  /* size = b / s, half of the gap = m / s. */
  const shift = BigInt(Math.max(0, bits + 1 - exponent));
  let s = 1n << shift;
  let b = exponent >= 0 ? (1n << BigInt(exponent)) * s : s >> BigInt(-exponent);
  let m = exponent >= 0 ? (1n << BigInt(Math.max(0, exponent - bits - 1))) * s : s >> BigInt(bits + 1 - exponent);
  let point = 0;
  for (; b >= s; point++) s *= 10n;
  for (; b * 10n < s; point--) {
    b *= 10n;
    m *= 10n;
  }
  const least = point - 1 < -3 || point - 1 >= 8 ? 2 : 1;
  let digits = "";
  for (;;) {
    b *= 10n;
    m *= 10n;
    digits += String(b / s);
    b %= s;
    const low = b < m;
    const high = b + m > s;
    if (digits.length < least || !(low || high)) continue;
    const twice = 2n * b;
    if (high && (!low || twice > s || (twice === s && Number(digits.at(-1)) % 2 === 1))) {
      const up = (BigInt(digits) + 1n).toString();
      if (up.length > digits.length) point++;
      digits = up;
    }
    return layout(value < 0 ? "-" : "", digits, point);
  }
}

/** JavaScript's digits of a number, laid out as Java does. */
function javaForm(value: number, text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text)!;
  const whole = match[2]!;
  const all = whole + (match[3] ?? "");
  const leading = /^0*/.exec(all)![0].length;
  const digits = all.slice(leading).replace(/0+$/, "");
  const point = whole.length - leading + Number(match[4] ?? 0);
  if (digits.length === 1 && (point > 8 || point < -2)) {
    const two = /^(\d)(?:\.(\d))?e([+-]\d+)$/.exec(Math.abs(value).toExponential(1))!;
    return layout(match[1]!, two[1]! + (two[2] ?? ""), Number(two[3]) + 1);
  }
  return layout(match[1]!, digits, point);
}

/** 0.digits × 10^point: plain from 10^-3 to 10^7, else with an exponent. */
function layout(sign: string, allDigits: string, point: number): string {
  const digits = allDigits.replace(/0+$/, "");
  if (point > 7 || point < -2) return `${sign}${digits[0]!}.${digits.slice(1) || "0"}E${String(point - 1)}`;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.slice(0, point).padEnd(point, "0")}.${digits.slice(point) || "0"}`;
}
