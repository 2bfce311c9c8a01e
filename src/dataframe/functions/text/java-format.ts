/** java.util.Formatter's conversions that make sense for SQL values: %s %d %x %o %f %e %g %b %c %h %a %n %%. */
import { hashBoxed } from "../../../columnar/batch/hash";
import type { Boxed, DataType, MapValue, StructField } from "../../../columnar/types";
import { UsageError } from "../../../common/errors";
import type { SqlSettings } from "../../settings";
import {
  decimalText,
  digits as digitCount,
  parseDecimal,
  divideRounded,
  multiply,
  negate,
  powerOfTen,
  rescale,
} from "../../types/exact";
import type { Exact } from "../../types/exact";
import { doubleText, floatText, valueToString } from "../../types/print";
import { isIntegral } from "../../types/text";
import { requireRoomForText } from "../value-size";

interface Conversion {
  readonly index: number;
  readonly flags: string;
  readonly width: number;
  readonly precision: number;
  readonly letter: string;
}

type Part = string | Conversion;

const SPECIFIER = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/y;

export function parseFormat(format: string): readonly Part[] {
  const parts: Part[] = [];
  let next = 0;
  let last = -1;
  for (let at = 0; at < format.length;) {
    const percent = format.indexOf("%", at);
    if (percent < 0) {
      parts.push(format.slice(at));
      break;
    }
    if (percent > at) parts.push(format.slice(at, percent));
    SPECIFIER.lastIndex = percent;
    const match = SPECIFIER.exec(format);
    if (match === null) throw illegal(`%${format[percent + 1] ?? ""}`);
    at = SPECIFIER.lastIndex;
    const [text, explicit, previous, flags = "", width, precision, letter = ""] = match;
    if (width === undefined && /[-0]/.test(flags)) throw illegal(text);
    if (letter === "n") parts.push("\n");
    else if (letter === "%") parts.push(padded("%", flags, width === undefined ? 0 : Number(width)));
    else {
      if (!"bBhHsScCdoxXeEfgGaA".includes(letter)) throw illegal(text);
      const index = explicit !== undefined ? Number(explicit) - 1 : previous !== undefined ? last : next++;
      if (index < 0) throw illegal(text);
      last = index;
      parts.push({
        index,
        flags,
        width: width === undefined ? 0 : Number(width),
        precision: precision === undefined ? -1 : Number(precision),
        letter,
      });
    }
  }
  return parts;
}

function illegal(specifier: string): UsageError {
  return new UsageError("ILLEGAL_FORMAT", `Format specifier '${specifier}'`);
}

export function formatJava(
  parts: readonly Part[],
  values: readonly Boxed[],
  types: readonly DataType[],
  settings: SqlSettings,
): string {
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += part;
      continue;
    }
    if (part.index >= values.length) throw illegal(`%${part.letter}`);
    requireRoomForText(part.width, { name: "format_string", at: undefined });
    text += converted(part, values[part.index] as Boxed, types[part.index] as DataType, settings);
  }
  return text;
}

function converted(part: Conversion, value: Boxed, type: DataType, settings: SqlSettings): string {
  const lower = part.letter.toLowerCase();
  let text = body(part, lower, value, type, settings);
  if (part.letter !== lower) text = text.toUpperCase();
  return padded(text, part.flags, part.width);
}

function padded(text: string, flags: string, width: number): string {
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

function body(part: Conversion, letter: string, value: Boxed, type: DataType, settings: SqlSettings): string {
  const cut = (text: string): string => (part.precision >= 0 ? text.slice(0, part.precision) : text);
  if (letter === "b") return cut(value === null ? "false" : typeof value === "boolean" ? String(value) : "true");
  if (value === null) return cut("null");
  switch (letter) {
    case "s":
      return cut(textOf(value, type, settings));
    case "h":
      return cut((hashOf(value, type) >>> 0).toString(16));
    case "c":
      if (!isIntegral(type) || type.kind === "long") throw wrongType("c", type);
      return String.fromCodePoint(value as number);
    case "d":
    case "x":
    case "o":
      if (!isIntegral(type)) throw wrongType(letter, type);
      return integer(part, letter, value as Exact, type);
    case "e":
    case "f":
    case "g":
    case "a":
      if (type.kind !== "double" && type.kind !== "float") throw wrongType(letter, type);
      return real(part, letter, value as number, type.kind === "float");
    default:
      throw illegal(`%${part.letter}`);
  }
}

function wrongType(letter: string, type: DataType): UsageError {
  return new UsageError("ILLEGAL_FORMAT", `%${letter} cannot write a value of type ${type.kind}.`);
}

function textOf(value: Boxed, type: DataType, settings: SqlSettings): string {
  switch (type.kind) {
    case "string":
      return value as string;
    case "double":
      return doubleText(value as number);
    case "float":
      return floatText(value as number);
    // Dates and timestamps are the numbers behind them here, in Spark as well.
    case "date":
    case "timestamp":
    case "timestamp_ntz":
    case "dayTimeInterval":
    case "yearMonthInterval":
      return (value as Exact).toString();
    // Spark's inner forms of these, not what casts give.
    case "array":
      return listText(value as readonly Boxed[], () => type.element, settings);
    case "struct":
      return listText(value as readonly Boxed[], (i) => (type.fields[i] as StructField).type, settings);
    case "map": {
      const { keys, values } = value as MapValue;
      return `keys: ${listText(keys, () => type.key, settings)}, values: ${listText(values, () => type.value, settings)}`;
    }
    default:
      return valueToString(value, type, settings);
  }
}

function listText(values: readonly Boxed[], typeAt: (i: number) => DataType, settings: SqlSettings): string {
  return `[${values.map((value, i) => (value === null ? "null" : textOf(value, typeAt(i), settings))).join(",")}]`;
}

/** Java's hash codes; strings have Murmur3's. */
function hashOf(value: Boxed, type: DataType): number {
  switch (type.kind) {
    case "boolean":
      return value === true ? 1231 : 1237;
    case "long":
    case "timestamp":
    case "timestamp_ntz": {
      const bits = BigInt(value as Exact);
      return Number(BigInt.asIntN(32, bits ^ (bits >> 32n)));
    }
    case "double": {
      const words = new DataView(new ArrayBuffer(8));
      words.setFloat64(0, value as number);
      return words.getInt32(0) ^ words.getInt32(4);
    }
    case "byte":
    case "short":
    case "int":
    case "date":
      return value as number;
    default:
      return hashBoxed(value, type, 42);
  }
}

const SIZE: Readonly<Record<string, number>> = { byte: 8, short: 16, int: 32, long: 64 };

function integer(part: Conversion, letter: string, value: Exact, type: DataType): string {
  const { flags } = part;
  if (letter !== "d") {
    const unsigned = BigInt.asUintN(SIZE[type.kind] as number, BigInt(value));
    const digits = unsigned.toString(letter === "x" ? 16 : 8);
    const mark = flags.includes("#") ? (letter === "x" ? "0x" : "0") : "";
    return flags.includes("0") ? mark + digits.padStart(part.width - mark.length, "0") : mark + digits;
  }
  const digits = (value < 0 ? negate(value) : value).toString();
  return signed(part, value < 0, flags.includes(",") ? grouped(digits) : digits);
}

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");

/** The sign in the form that the flags ask for; zeros go between sign and digits. */
function signed(part: Conversion, negative: boolean, text: string): string {
  const { flags, width } = part;
  const parentheses = negative && flags.includes("(");
  const sign = parentheses ? "(" : negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const end = parentheses ? ")" : "";
  const zeros = flags.includes("0") ? text.padStart(width - sign.length - end.length, "0") : text;
  return sign + zeros + end;
}

function real(part: Conversion, letter: string, value: number, single: boolean): string {
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? "NaN" : "Infinity";
    return signed({ ...part, flags: part.flags.replace("0", "") }, value < 0, text);
  }
  const negative = value < 0 || Object.is(value, -0);
  const magnitude = Math.abs(value);
  if (letter === "a") return signed(part, negative, hexadecimal(magnitude));
  const { unscaled, scale } = parseDecimal(single ? floatText(magnitude) : String(magnitude)) as {
    unscaled: Exact;
    scale: number;
  };
  const precision = part.precision < 0 ? 6 : part.precision;
  const plain = (places: number): string => {
    const [whole = "0", fraction] = decimalText(rescaled(unscaled, scale, places), places).split(".");
    const text = part.flags.includes(",") ? grouped(whole) : whole;
    return fraction === undefined ? text : `${text}.${fraction}`;
  };
  if (letter === "f") return signed(part, negative, plain(precision));
  if (letter === "e") return signed(part, negative, exponential(unscaled, scale, precision));
  const significant = precision === 0 ? 1 : precision;
  if (unscaled === 0) return signed(part, negative, plain(significant - 1));
  const rounded = digitsOf(unscaled, scale, significant);
  if (rounded.exponent < -4 || rounded.exponent >= significant) {
    return signed(part, negative, exponential(unscaled, scale, significant - 1));
  }
  return signed(part, negative, plain(significant - 1 - rounded.exponent));
}

function rescaled(unscaled: Exact, scale: number, places: number): Exact {
  return scale > places
    ? divideRounded(unscaled, powerOfTen(scale - places), "halfUp")
    : multiply(unscaled, powerOfTen(places - scale));
}

/** So many digits of a number that is not 0, and the power of ten of the first. */
function digitsOf(unscaled: Exact, scale: number, count: number): { digits: string; exponent: number } {
  const length = digitCount(unscaled);
  let exponent = length - 1 - scale;
  let digits = (
    length > count ? divideRounded(unscaled, powerOfTen(length - count), "halfUp") : rescale(unscaled, 0, count - length)
  ).toString();
  if (digits.length > count) {
    digits = digits.slice(0, count);
    exponent++;
  }
  return { digits, exponent };
}

function exponential(unscaled: Exact, scale: number, precision: number): string {
  const { digits, exponent } =
    unscaled === 0 ? { digits: "0".repeat(precision + 1), exponent: 0 } : digitsOf(unscaled, scale, precision + 1);
  const fraction = digits.slice(1);
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${fraction === "" ? "" : `.${fraction}`}e${exponent < 0 ? "-" : "+"}${power}`;
}

/** Java's %a: 0x1.8p1. */
function hexadecimal(value: number): string {
  if (value === 0) return "0x0.0p0";
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const biased = (bits.getUint32(0) >>> 20) & 0x7ff;
  const fraction = (BigInt(bits.getUint32(0) & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const digits = fraction.toString(16).padStart(13, "0").replace(/0+$/, "");
  return `0x${biased === 0 ? 0 : 1}.${digits || "0"}p${biased === 0 ? -1022 : biased - 1023}`;
}
