/** Casts among numbers, decimals, dates and text. What does not fit goes to the cast on boxed values, which knows errors and nulls. */
import type { Cast } from "../../expressions/expression";
import type { DataType } from "../../../columnar/types";
import type { QueryContext } from "../../errors";
import { makeCast } from "../../types/cast";
import { assignment, atom } from "../code";
import type { Emitter } from "../emitter";
import { isSafeRange, MAX_SAFE, rangeOf, type Range, type Term } from "../term";
import { isFloating, isIntLike, isLongLike } from "../../types/families";

export function emitCast(emitter: Emitter, cast: Cast): Term | null {
  const from = cast.child.type;
  const to = cast.type;
  if (from.kind === "null") return null;
  if (from.kind === "string" && to.kind === "string") return { ...emitter.emit(cast.child), type: to };
  if (from.kind === "string" && to.kind === "binary") {
    const { code, start, end, isNull } = emitter.bytes(emitter.emit(cast.child));
    return { type: to, rep: "bytes", code, start, end, isNull };
  }
  if (to.kind === "string") return toText(emitter, cast);
  if (from.kind === "string" && (isInteger(to) || isFloating(to))) return fromText(emitter, cast);
  if (isInteger(from)) {
    if (isInteger(to)) return toInteger(emitter, cast, 1);
    if (to.kind === "decimal" && to.scale <= 15) return toInteger(emitter, cast, 10 ** to.scale);
    if (to.kind === "double") return toDouble(emitter, cast, 1);
    return null;
  }
  if (from.kind === "decimal") {
    if (to.kind === "double" && from.scale <= 22) return toDouble(emitter, cast, 10 ** from.scale);
    if (to.kind === "decimal" && to.scale >= from.scale && to.scale - from.scale <= 15) {
      return toInteger(emitter, cast, 10 ** (to.scale - from.scale));
    }
    return null;
  }
  if (isFloating(from) && to.kind === "double") return { ...emitter.emit(cast.child), type: to };
  if (from.kind === "double" && to.kind === "float") {
    const child = emitter.emit(cast.child);
    return { type: to, rep: "f64", code: emitter.writer.constant(`Math.fround(${child.code})`, "r"), isNull: child.isNull };
  }
  if (isFloating(from) && to.kind === "int") return fromFloating(emitter, cast);
  if (from.kind === "boolean" && (isInteger(to) || isFloating(to))) {
    const child = emitter.emit(cast.child);
    const rep = isFloating(to) ? "f64" : isIntLike(to) ? "int" : "safe";
    const code = emitter.writer.constant(`${atom(child.code)} ? 1 : 0`, "r");
    return { type: to, rep, code, isNull: child.isNull, range: [0, 1] };
  }
  return null;
}

function isInteger(type: DataType): boolean {
  return type.kind === "byte" || type.kind === "short" || type.kind === "int" || type.kind === "long";
}

/** The child times a factor, in a type of integers or decimals. */
function toInteger(emitter: Emitter, cast: Cast, factor: number): Term {
  const { writer } = emitter;
  const child = emitter.emit(cast.child);
  const { type } = cast;
  const [low, high] = child.range ?? rangeOf(child.type);
  const exact: Range = [low * factor, high * factor];
  const allowed = rangeOf(type);
  const limit: Range =
    type.kind === "decimal"
      ? [-Math.min(MAX_SAFE, 10 ** type.precision - 1), Math.min(MAX_SAFE, 10 ** type.precision - 1)]
      : [Math.max(-MAX_SAFE, allowed[0]), Math.min(MAX_SAFE, allowed[1])];
  const rep = isLongLike(type) ? "safe" : "int";
  const product = factor === 1 ? child.code : `${child.code} * ${factor}`;
  if (child.rep !== "any" && exact[0] >= limit[0] && exact[1] <= limit[1]) {
    const code = child.literal === undefined ? writer.constant(product, "r") : product;
    const literal = literalTimes(child, factor);
    if (literal !== null) return { ...emitter.literal(literal, type), isNull: child.isNull };
    return { type, rep, code, isNull: child.isNull, range: exact };
  }
  // A bigint that the type holds as it is.
  if (child.rep === "any" && factor === 1 && allowed[0] <= rangeOf(child.type)[0] && allowed[1] >= rangeOf(child.type)[1]) {
    return { ...child, type };
  }
  const value = writer.name("r");
  const test = `${value} >= ${limit[0]} && ${value} <= ${limit[1]}`;
  const range: Range = [Math.max(exact[0], allowed[0]), Math.min(exact[1], allowed[1])];
  const big = rep === "int" || isSafeRange(range) ? null : writer.name("big");
  // A bigint is NaN here and fails the test.
  writer.line(`let ${value} = ${product}${big === null ? "" : `, ${big} = null`};`);
  const isNull = slow(emitter, cast, child, value, big, `!(${test})`);
  return { type, rep: big === null ? rep : "any", code: value, isNull, range, ...(big !== null && { big }) };
}

function literalTimes(child: Term, factor: number): number | null {
  const value = child.literal?.value;
  return typeof value === "number" && child.isNull === null ? value * factor : null;
}

/** The child divided by a power of ten: one correctly rounded division of exact numbers. */
function toDouble(emitter: Emitter, cast: Cast, divisor: number): Term {
  const { writer } = emitter;
  const child = emitter.emit(cast.child);
  if (child.rep !== "any") {
    const code = divisor === 1 ? child.code : writer.constant(`${child.code} / ${divisor}`, "r");
    const literal = child.literal?.value;
    if (typeof literal === "number") return { ...emitter.literal(literal / divisor, cast.type), isNull: child.isNull };
    return { type: cast.type, rep: "f64", code, isNull: child.isNull };
  }
  const value = writer.name("r");
  writer.line(`let ${value} = ${child.code} / ${divisor};`);
  const isNull = slow(emitter, cast, child, value, null, `${value} !== ${value}`);
  return { type: cast.type, rep: "f64", code: value, isNull };
}

function fromFloating(emitter: Emitter, cast: Cast): Term {
  const { writer } = emitter;
  const child = emitter.emit(cast.child);
  const value = writer.name("r");
  writer.line(`let ${value} = ${child.code} | 0;`);
  const isNull = slow(emitter, cast, child, value, null, `!(Math.abs(${child.code}) < 2147483648)`);
  return { type: cast.type, rep: "int", code: value, isNull, range: rangeOf(cast.type) };
}

/** Types whose values all have text. */
const PRINTED: ReadonlySet<DataType["kind"]> = new Set([
  "float",
  "decimal",
  "date",
  "timestamp",
  "timestamp_ntz",
  "time",
  "dayTimeInterval",
  "yearMonthInterval",
]);

function toText(emitter: Emitter, cast: Cast): Term | null {
  const { type } = cast;
  const from = cast.child.type;
  if (from.kind === "double") {
    const { code, isNull } = emitter.emit(cast.child);
    return { type, ...emitter.slabbed(() => `R.printedDouble(${code})`), isNull };
  }
  if (PRINTED.has(from.kind)) return emitter.boxedCast(cast, true);
  if (!isInteger(from) && from.kind !== "boolean") return null;
  const child = emitter.emit(cast.child);
  const code = from.kind === "boolean" ? `${atom(child.code)} ? "true" : "false"` : `"" + ${emitter.boxedValue(child)}`;
  return { type, rep: "text", code: emitter.writer.constant(code, "t"), isNull: child.isNull };
}

/** Text in the usual form of numbers. */
function fromText(emitter: Emitter, cast: Cast): Term {
  const { writer } = emitter;
  const { type } = cast;
  const child = emitter.emit(cast.child);
  const floating = isFloating(type);
  const name = floating ? "doubleOf" : "integerOf";
  const code =
    child.rep === "text" ? `R.${name}Text(${child.code})` : `R.${name}Bytes(${child.code}, ${child.start!}, ${child.end!})`;
  const value = writer.name("r");
  const big = type.kind === "long" ? writer.name("big") : null;
  const read = type.kind === "float" ? `Math.fround(${code})` : code;
  writer.line(`let ${value} = ${read}${big === null ? "" : `, ${big} = null`};`);
  const [low, high] = rangeOf(type);
  const failed = floating || big !== null ? `${value} !== ${value}` : `!(${value} >= ${low} && ${value} <= ${high})`;
  const isNull = slow(emitter, cast, child, value, big, failed, cast.at);
  if (floating) return { type, rep: "f64", code: value, isNull };
  return { type, rep: big === null ? "int" : "any", code: value, isNull, range: [low, high], ...(big !== null && { big }) };
}

/** What `failed` tells goes to the cast on boxed values; `at`: where its errors say that they are. Gives the result's null condition. */
function slow(
  emitter: Emitter,
  cast: Cast,
  child: Term,
  value: string,
  big: string | null,
  failed: string,
  at?: QueryContext,
): string | null {
  const { writer } = emitter;
  const { mode } = cast;
  const convert = writer.bindTask(
    ({ evaluation }) => makeCast(cast.child.type, cast.type, mode, evaluation.settings, at),
    "cast",
  );
  const condition = child.isNull === null ? failed : `${failed} && !${atom(child.isNull)}`;
  const other = writer.name("o");
  const assign = assignment(value, big, other);
  const mayBeNull = mode !== "ansi";
  const isNull = mayBeNull ? writer.name("n") : child.isNull;
  if (mayBeNull) writer.line(`let ${isNull} = ${child.isNull ?? "false"};`);
  writer.line(`if (${condition}) {`);
  writer.line(`const ${other} = ${convert}(${emitter.boxedValue(child)});`);
  writer.line(mayBeNull ? `if (${other} === null) ${isNull} = true, ${value} = 0; else ${assign}` : assign);
  writer.line("}");
  return isNull;
}
