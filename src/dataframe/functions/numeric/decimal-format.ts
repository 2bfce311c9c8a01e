/** Numbers by patterns as Java's DecimalFormat has them: "#,##0.00", "0.0%", "(#)" after a semicolon for negative ones. */
import { absolute, decimalText, divideRounded, multiply, normalize, powerOfTen } from "../../types/exact";
import type { Exact } from "../../types/exact";

export interface DecimalPattern {
  readonly prefix: string;
  readonly suffix: string;
  readonly negativePrefix: string;
  readonly negativeSuffix: string;
  readonly minWhole: number;
  readonly minFraction: number;
  readonly maxFraction: number;
  /** A point also where no fraction follows. */
  readonly point: boolean;
  /** Digits between separators; 0 for none. */
  readonly grouping: number;
  /** Digits of the exponent; 0 for none. */
  readonly exponent: number;
  readonly maxWhole: number;
  /** 2 for percent, 3 for per mille. */
  readonly shift: number;
}

export function parseDecimalPattern(pattern: string): DecimalPattern {
  const [positive = "", negative] = split(pattern);
  const { prefix, body, suffix } = parts(positive);
  const [mantissa = "", exponent = ""] = body.split("E");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const comma = whole.lastIndexOf(",");
  const zeros = (text: string): number => text.replace(/[^0]/g, "").length;
  // "#.#" is read as "0.#", and ".#" as ".0".
  const noZero = !mantissa.includes("0") && mantissa.includes(".");
  const signs = prefix + suffix;
  const other = negative === undefined ? null : parts(negative);
  return {
    prefix: unquote(prefix),
    suffix: unquote(suffix),
    negativePrefix: other === null ? `-${unquote(prefix)}` : unquote(other.prefix),
    negativeSuffix: other === null ? unquote(suffix) : unquote(other.suffix),
    minWhole: noZero && whole !== "" ? 1 : zeros(whole),
    maxWhole: whole.replaceAll(",", "").length,
    minFraction: noZero && whole === "" ? 1 : zeros(fraction),
    point: mantissa.startsWith(".") || mantissa.endsWith("."),
    maxFraction: fraction.length,
    grouping: comma < 0 ? 0 : whole.length - comma - 1,
    exponent: exponent.length,
    shift: signs.includes("%") ? 2 : signs.includes("‰") ? 3 : 0,
  };
}

function split(pattern: string): string[] {
  const quoted = /'[^']*'|;/g;
  for (const match of pattern.matchAll(quoted)) {
    if (match[0] === ";") return [pattern.slice(0, match.index), pattern.slice(match.index + 1)];
  }
  return [pattern];
}

function parts(text: string): { prefix: string; body: string; suffix: string } {
  const match = /^((?:'[^']*'|[^#0.,'])*)([#0,]*(?:\.[#0]*)?(?:E0+)?)([^]*)$/.exec(text);
  return { prefix: match?.[1] ?? "", body: match?.[2] ?? "", suffix: match?.[3] ?? "" };
}

function unquote(text: string): string {
  return text.replace(/'([^']*)'/g, (_, inside: string) => (inside === "" ? "'" : inside));
}

/** Halves go to the even digit. */
export function formatDecimal(value: Exact, scale: number, pattern: DecimalPattern): string {
  const negative = value < 0;
  const body = pattern.exponent > 0 ? scientific(value, scale, pattern) : plainDigits(value, scale, pattern);
  return wrapSigns(body, negative, pattern);
}

export function wrapSigns(body: string, negative: boolean, pattern: DecimalPattern): string {
  return negative ? pattern.negativePrefix + body + pattern.negativeSuffix : pattern.prefix + body + pattern.suffix;
}

function plainDigits(value: Exact, scale: number, pattern: DecimalPattern): string {
  const shifted = scale - pattern.shift;
  const unsigned = absolute(value);
  const rounded =
    shifted > pattern.maxFraction
      ? divideRounded(unsigned, powerOfTen(shifted - pattern.maxFraction), "halfEven")
      : multiply(unsigned, powerOfTen(pattern.maxFraction - shifted));
  const [whole = "", fraction = ""] = decimalText(rounded, pattern.maxFraction).split(".");
  return joined(whole, fraction, pattern);
}

function joined(wholeDigits: string, fractionDigits: string, pattern: DecimalPattern): string {
  let whole = wholeDigits === "0" ? "" : wholeDigits;
  whole = whole.padStart(pattern.minWhole, "0");
  let fraction = fractionDigits;
  while (fraction.length > pattern.minFraction && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  if (whole === "" && fraction === "") whole = "0";
  if (pattern.grouping > 0) whole = grouped(whole, pattern.grouping);
  return fraction === "" && !pattern.point ? whole : `${whole}.${fraction}`;
}

function grouped(whole: string, size: number): string {
  let at = whole.length % size || size;
  let text = whole.slice(0, at);
  for (; at < whole.length; at += size) text += `,${whole.slice(at, at + size)}`;
  return text;
}

/** A finite double by its exact value. */
export function formatDouble(value: number, pattern: DecimalPattern): string {
  const magnitude = Math.abs(value);
  const unit = SHORT_POWERS[pattern.maxFraction];
  if (pattern.exponent === 0 && pattern.shift === 0 && unit !== undefined && magnitude < 2 ** 40 / unit) {
    const units = magnitude * unit;
    const whole = Math.floor(units);
    const over = units - whole;
    // The product is rounded: closer to a half, the exact value decides.
    if (Math.abs(over - 0.5) > 2 ** -11) {
      const rounded = over > 0.5 ? whole + 1 : whole;
      const most = Math.floor(rounded / unit);
      const rest = pattern.maxFraction === 0 ? "" : String(rounded - most * unit).padStart(pattern.maxFraction, "0");
      return wrapSigns(joined(String(most), rest, pattern), value < 0, pattern);
    }
  }
  const { unscaled, scale } = exactDouble(value);
  return formatDecimal(unscaled, scale, pattern);
}

const SHORT_POWERS: readonly number[] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6];

/**
 * With an exponent there are as many digits as the pattern has places. More places before the point than zeros make the exponent a
 * multiple of their number.
 */
function scientific(value: Exact, scale: number, pattern: DecimalPattern): string {
  const { minWhole, maxWhole, minFraction } = pattern;
  const all = absolute(value);
  const excess = all.toString().length - maxWhole - pattern.maxFraction;
  const kept = excess > 0 ? divideRounded(all, powerOfTen(excess), "halfEven") : all;
  const text = kept.toString();
  const pointAt = text.length - scale + Math.max(0, excess);
  const digits = text.replace(/0+$/, "");
  const steps = maxWhole > 1 && maxWhole > minWhole;
  const least = steps ? 1 : minWhole;
  const exponent = value === 0 ? 0 : steps ? Math.floor((pointAt - 1) / maxWhole) * maxWhole : pointAt - least;
  const wholeDigits = value === 0 ? least : pointAt - exponent;
  const places = Math.max(minWhole + minFraction, wholeDigits, digits.length);
  const shown = digits.padEnd(places, "0");
  const fraction = shown.slice(wholeDigits);
  const mantissa = shown.slice(0, wholeDigits) + (fraction === "" && !pattern.point ? "" : `.${fraction}`);
  return `${mantissa}E${exponent < 0 ? "-" : ""}${String(Math.abs(exponent)).padStart(pattern.exponent, "0")}`;
}

/** The exact value of a double: DecimalFormat rounds by it, not by the shortest digits. */
export function exactDouble(value: number): { readonly unscaled: Exact; readonly scale: number } {
  if (Number.isSafeInteger(value)) return { unscaled: value, scale: 0 };
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(biased, 1) - 1075;
  const signed = value < 0 ? -mantissa : mantissa;
  if (exponent >= 0) return { unscaled: normalize(signed << BigInt(exponent)), scale: 0 };
  return { unscaled: normalize(signed * 5n ** BigInt(-exponent)), scale: -exponent };
}
