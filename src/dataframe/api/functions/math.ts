/** Numbers and bits. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** SQL's abs. */
export function abs(col: ColumnOrName): Column {
  return call("abs", column(col));
}

/** SQL's acos. */
export function acos(col: ColumnOrName): Column {
  return call("acos", column(col));
}

/** SQL's acosh. */
export function acosh(col: ColumnOrName): Column {
  return call("acosh", column(col));
}

/** SQL's asin. */
export function asin(col: ColumnOrName): Column {
  return call("asin", column(col));
}

/** SQL's asinh. */
export function asinh(col: ColumnOrName): Column {
  return call("asinh", column(col));
}

/** SQL's atan. */
export function atan(col: ColumnOrName): Column {
  return call("atan", column(col));
}

/** SQL's atan2. */
export function atan2(col1: ColumnOrName | number, col2: ColumnOrName | number): Column {
  return call("atan2", column(col1), column(col2));
}

/** SQL's atanh. */
export function atanh(col: ColumnOrName): Column {
  return call("atanh", column(col));
}

/** SQL's bin. */
export function bin(col: ColumnOrName): Column {
  return call("bin", column(col));
}

/** SQL's bit_count. */
export function bit_count(col: ColumnOrName): Column {
  return call("bit_count", column(col));
}

/** SQL's bit_get. */
export function bit_get(col: ColumnOrName, pos: ColumnOrName): Column {
  return call("bit_get", column(col), column(pos));
}

/** SQL's bround. */
export function bround(col: ColumnOrName, scale?: Column | number): Column {
  return call("bround", column(col), optional(value, scale));
}

/** SQL's cbrt. */
export function cbrt(col: ColumnOrName): Column {
  return call("cbrt", column(col));
}

/** SQL's ceil. */
export function ceil(col: ColumnOrName, scale?: Column | number): Column {
  return call("ceil", column(col), optional(value, scale));
}

/** SQL's ceiling. */
export function ceiling(col: ColumnOrName, scale?: Column | number): Column {
  return call("ceiling", column(col), optional(value, scale));
}

/** SQL's conv. */
export function conv(col: ColumnOrName, fromBase: Column | number, toBase: Column | number): Column {
  return call("conv", column(col), value(fromBase), value(toBase));
}

/** SQL's cos. */
export function cos(col: ColumnOrName): Column {
  return call("cos", column(col));
}

/** SQL's cosh. */
export function cosh(col: ColumnOrName): Column {
  return call("cosh", column(col));
}

/** SQL's cot. */
export function cot(col: ColumnOrName): Column {
  return call("cot", column(col));
}

/** SQL's csc. */
export function csc(col: ColumnOrName): Column {
  return call("csc", column(col));
}

/** SQL's degrees. */
export function degrees(col: ColumnOrName): Column {
  return call("degrees", column(col));
}

/** SQL's e. */
export function e(): Column {
  return call("e");
}

/** SQL's exp. */
export function exp(col: ColumnOrName): Column {
  return call("exp", column(col));
}

/** SQL's expm1. */
export function expm1(col: ColumnOrName): Column {
  return call("expm1", column(col));
}

/** SQL's factorial. */
export function factorial(col: ColumnOrName): Column {
  return call("factorial", column(col));
}

/** SQL's floor. */
export function floor(col: ColumnOrName, scale?: Column | number): Column {
  return call("floor", column(col), optional(value, scale));
}

/** SQL's getbit. */
export function getbit(col: ColumnOrName, pos: ColumnOrName): Column {
  return call("getbit", column(col), column(pos));
}

/** SQL's greatest. */
export function greatest(...cols: readonly ColumnOrName[]): Column {
  return call("greatest", ...cols.map(column));
}

/** SQL's hex. */
export function hex(col: ColumnOrName): Column {
  return call("hex", column(col));
}

/** SQL's hypot. */
export function hypot(col1: ColumnOrName | number, col2: ColumnOrName | number): Column {
  return call("hypot", column(col1), column(col2));
}

/** SQL's least. */
export function least(...cols: readonly ColumnOrName[]): Column {
  return call("least", ...cols.map(column));
}

/** SQL's ln. */
export function ln(col: ColumnOrName): Column {
  return call("ln", column(col));
}

/** SQL's log10. */
export function log10(col: ColumnOrName): Column {
  return call("log10", column(col));
}

/** SQL's log1p. */
export function log1p(col: ColumnOrName): Column {
  return call("log1p", column(col));
}

/** SQL's log2. */
export function log2(col: ColumnOrName): Column {
  return call("log2", column(col));
}

/** SQL's negative. */
export function negate(col: ColumnOrName): Column {
  return call("negative", column(col));
}

/** SQL's negative. */
export function negative(col: ColumnOrName): Column {
  return call("negative", column(col));
}

/** SQL's pi. */
export function pi(): Column {
  return call("pi");
}

/** SQL's pmod. */
export function pmod(dividend: ColumnOrName | number, divisor: ColumnOrName | number): Column {
  return call("pmod", column(dividend), column(divisor));
}

/** SQL's positive. */
export function positive(col: ColumnOrName): Column {
  return call("positive", column(col));
}

/** SQL's pow; the column is named POWER(…), as Spark's. */
export function pow(col1: ColumnOrName | number, col2: ColumnOrName | number): Column {
  return call("power", column(col1), column(col2));
}

/** SQL's power. */
export function power(col1: ColumnOrName | number, col2: ColumnOrName | number): Column {
  return call("power", column(col1), column(col2));
}

/** SQL's radians. */
export function radians(col: ColumnOrName): Column {
  return call("radians", column(col));
}

/** SQL's rand. */
export function rand(seed?: Column | number): Column {
  return call("rand", optional(value, seed));
}

/** SQL's randn. */
export function randn(seed?: Column | number): Column {
  return call("randn", optional(value, seed));
}

/** SQL's random. */
export function random(seed?: Column | number): Column {
  return call("random", optional(value, seed));
}

/** SQL's rint. */
export function rint(col: ColumnOrName): Column {
  return call("rint", column(col));
}

/** SQL's round. */
export function round(col: ColumnOrName, scale?: Column | number): Column {
  return call("round", column(col), optional(value, scale));
}

/** SQL's sec. */
export function sec(col: ColumnOrName): Column {
  return call("sec", column(col));
}

/** SQL's shiftleft. */
export function shiftleft(col: ColumnOrName, numBits: Column | number): Column {
  return call("shiftleft", column(col), value(numBits));
}

/** SQL's shiftright. */
export function shiftright(col: ColumnOrName, numBits: Column | number): Column {
  return call("shiftright", column(col), value(numBits));
}

/** SQL's shiftrightunsigned. */
export function shiftrightunsigned(col: ColumnOrName, numBits: Column | number): Column {
  return call("shiftrightunsigned", column(col), value(numBits));
}

/** SQL's sign. */
export function sign(col: ColumnOrName): Column {
  return call("sign", column(col));
}

/** SQL's signum. */
export function signum(col: ColumnOrName): Column {
  return call("signum", column(col));
}

/** SQL's sin. */
export function sin(col: ColumnOrName): Column {
  return call("sin", column(col));
}

/** SQL's sinh. */
export function sinh(col: ColumnOrName): Column {
  return call("sinh", column(col));
}

/** SQL's sqrt. */
export function sqrt(col: ColumnOrName): Column {
  return call("sqrt", column(col));
}

/** SQL's tan. */
export function tan(col: ColumnOrName): Column {
  return call("tan", column(col));
}

/** SQL's tanh. */
export function tanh(col: ColumnOrName): Column {
  return call("tanh", column(col));
}

/** SQL's try_add. */
export function try_add(left: ColumnOrName, right: ColumnOrName): Column {
  return call("try_add", column(left), column(right));
}

/** SQL's try_divide. */
export function try_divide(left: ColumnOrName, right: ColumnOrName): Column {
  return call("try_divide", column(left), column(right));
}

/** SQL's try_mod. */
export function try_mod(left: ColumnOrName, right: ColumnOrName): Column {
  return call("try_mod", column(left), column(right));
}

/** SQL's try_multiply. */
export function try_multiply(left: ColumnOrName, right: ColumnOrName): Column {
  return call("try_multiply", column(left), column(right));
}

/** SQL's try_subtract. */
export function try_subtract(left: ColumnOrName, right: ColumnOrName): Column {
  return call("try_subtract", column(left), column(right));
}

/** SQL's unhex. */
export function unhex(col: ColumnOrName): Column {
  return call("unhex", column(col));
}

/** SQL's uniform. */
export function uniform(min: Column | number, max: Column | number, seed?: Column | number): Column {
  return call("uniform", value(min), value(max), optional(value, seed));
}

/** SQL's width_bucket. */
export function width_bucket(v: ColumnOrName, min: ColumnOrName, max: ColumnOrName, numBucket: ColumnOrName | number): Column {
  return call("width_bucket", column(v), column(min), column(max), column(numBucket));
}
