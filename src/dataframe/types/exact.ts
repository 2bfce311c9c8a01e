/**
 * Integer arithmetic that never rounds, on the engine's exact values: a number where it is a safe integer, else a bigint,
 * and never a bigint that would fit a number. Longs, unscaled decimals, microseconds and nanoseconds are such values.
 */
export type Exact = number | bigint;

export const longMin = -(2n ** 63n);
export const longMax = 2n ** 63n - 1n;
const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** The one form of an integer. */
export function normalize(value: bigint): Exact {
  return value <= safe && value >= -safe ? Number(value) : value;
}

export function add(a: Exact, b: Exact): Exact {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normalize(BigInt(a) + BigInt(b));
}

export function subtract(a: Exact, b: Exact): Exact {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return normalize(BigInt(a) - BigInt(b));
}

export function multiply(a: Exact, b: Exact): Exact {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return normalize(BigInt(a) * BigInt(b));
}

export function negate(a: Exact): Exact {
  return typeof a === "number" ? (a === 0 ? 0 : -a) : normalize(-a);
}

export function absolute(a: Exact): Exact {
  return a < 0 ? negate(a) : a;
}

/** Quotient without its fraction. The divisor is not zero. */
export function divide(a: Exact, b: Exact): Exact {
  if (typeof a === "number" && typeof b === "number") {
    const rest = a % b;
    const quotient = (a - rest) / b;
    return quotient === 0 ? 0 : quotient;
  }
  return normalize(BigInt(a) / BigInt(b));
}

/** Rest of `divide`, with the dividend's sign. */
export function remainder(a: Exact, b: Exact): Exact {
  if (typeof a === "number" && typeof b === "number") {
    const rest = a % b;
    return rest === 0 ? 0 : rest;
  }
  return normalize(BigInt(a) % BigInt(b));
}

/** Quotient rounded down; the divisor is positive. */
export function floorDivide(a: Exact, b: Exact): Exact {
  const rest = remainder(a, b);
  const quotient = divide(a, b);
  return rest < 0 ? subtract(quotient, 1) : quotient;
}

/** a - floorDivide(a, b) * b, from 0 to b - 1; the divisor is positive. */
export function floorMod(a: Exact, b: Exact): Exact {
  const rest = remainder(a, b);
  return rest < 0 ? add(rest, b) : rest;
}

export function compare(a: Exact, b: Exact): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function fitsLong(value: Exact): boolean {
  return typeof value === "number" || (value >= longMin && value <= longMax);
}

/** As Java's long arithmetic: the low 64 bits. */
export function wrapLong(value: Exact): Exact {
  return typeof value === "number" ? value : normalize(BigInt.asIntN(64, value));
}

/** As Java's conversion of longs to ints, shorts and bytes. */
export function wrapInt(value: Exact, bits: 8 | 16 | 32): number {
  if (typeof value === "number" && value >= -2147483648 && value <= 2147483647) {
    return (value << (32 - bits)) >> (32 - bits);
  }
  return Number(BigInt.asIntN(bits, BigInt(value)));
}

const bigPowers: bigint[] = [1n];
for (let i = 1; i <= 80; i++) bigPowers.push(bigPowers[i - 1]! * 10n);
const powers: Exact[] = bigPowers.map(normalize);

export function powerOfTen(exponent: number): Exact {
  return powers[exponent] ?? normalize(10n ** BigInt(exponent));
}

export function bigPowerOfTen(exponent: number): bigint {
  return bigPowers[exponent] ?? 10n ** BigInt(exponent);
}

/** Whether the unscaled value has at most so many digits. */
export function fitsPrecision(value: Exact, precision: number): boolean {
  const limit = powerOfTen(precision);
  return value < limit && value > negate(limit);
}

/** Decimal digits; 1 for zero. */
export function digits(value: Exact): number {
  const text = value.toString();
  return value < 0 ? text.length - 1 : text.length;
}

export type Rounding = "halfUp" | "halfEven" | "up" | "down" | "floor" | "ceiling";

/** The quotient rounded. The divisor is not zero. */
export function divideRounded(a: Exact, b: Exact, rounding: Rounding): Exact {
  const quotient = divide(a, b);
  const rest = remainder(a, b);
  if (rest === 0) return quotient;
  const sign = a < 0 === b < 0 ? 1 : -1;
  let away: boolean;
  switch (rounding) {
    case "down":
      away = false;
      break;
    case "up":
      away = true;
      break;
    case "floor":
      away = sign < 0;
      break;
    case "ceiling":
      away = sign > 0;
      break;
    default: {
      const half = compare(multiply(absolute(rest), 2), absolute(b));
      away = half > 0 || (half === 0 && (rounding === "halfUp" || isOdd(quotient)));
    }
  }
  return away ? add(quotient, sign) : quotient;
}

function isOdd(value: Exact): boolean {
  return typeof value === "number" ? value % 2 !== 0 : (value & 1n) === 1n;
}

/** The unscaled value at another scale; digits that go are rounded. */
export function rescale(value: Exact, from: number, to: number, rounding: Rounding = "halfUp"): Exact {
  if (to === from || value === 0) return value;
  return to > from ? multiply(value, powerOfTen(to - from)) : divideRounded(value, powerOfTen(from - to), rounding);
}

/** The unscaled value as plain text: 150 at scale 2 is "1.50". */
export function decimalText(value: Exact, scale: number): string {
  if (scale <= 0) return scale === 0 ? value.toString() : multiply(value, powerOfTen(-scale)).toString();
  const text = value < 0 ? negate(value).toString() : value.toString();
  const padded = text.length <= scale ? text.padStart(scale + 1, "0") : text;
  const at = padded.length - scale;
  return `${value < 0 ? "-" : ""}${padded.slice(0, at)}.${padded.slice(at)}`;
}

/** As Java's BigDecimal prints: with an exponent where plain text would begin with more than six zeros. */
export function decimalExponentText(value: Exact, scale: number): string {
  const text = absolute(value).toString();
  const exponent = text.length - 1 - scale;
  if (exponent >= -6) return decimalText(value, scale);
  const point = text.length > 1 ? `${text[0]!}.${text.slice(1)}` : text;
  return `${value < 0 ? "-" : ""}${point}E${String(exponent)}`;
}

/** The double nearest to unscaled / 10^scale. */
export function decimalToNumber(value: Exact, scale: number): number {
  if (scale === 0) return Number(value);
  /* Both operands are exact doubles, so the quotient is rounded once. */
  if (typeof value === "number" && scale <= 22) return value / Number(powers[scale]!);
  return Number(`${value.toString()}e-${String(scale)}`);
}

/** A decimal of any size, as text gives it: `unscaled` × 10^-scale. Null where the text is not a number. */
export function parseDecimal(text: string): { readonly unscaled: Exact; readonly scale: number } | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text);
  if (match === null) return null;
  const whole = match[2]!;
  const fraction = match[3] ?? "";
  if (whole.length + fraction.length === 0) return null;
  const exponent = match[4] === undefined ? 0 : Number(match[4]);
  if (Math.abs(exponent) > 2147483647) return null;
  const all = whole + fraction;
  const magnitude = all.length <= 15 ? Number(all) : normalize(BigInt(all));
  return { unscaled: match[1] === "-" ? negate(magnitude) : magnitude, scale: fraction.length - exponent };
}
