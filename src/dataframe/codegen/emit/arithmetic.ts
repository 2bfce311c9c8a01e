/**
 * + - * and their kin. The fast path is one operation on doubles and, where the ranges of the operands do not prove that the
 * result is exact and in the type, one comparison; what fails it goes to the function's own evaluator, which knows the
 * exact result, the overflow error and the null of the other modes.
 */
import type { DataType } from "../../../columnar/types";
import type { Call, Expression } from "../../expressions/expression";
import type { Emitter } from "../emitter";
import { assignment, atom } from "../code";
import { MOST_PAIR, productCode, safeOf, sumCode, type Declare, type PairCode } from "../pairs";
import { exactCode, isSafeRange, MAX_SAFE, pairOf, rangeOf, type Range, type Term } from "../term";
import { isFloating, isLongLike } from "../../types/families";

type Operator = "+" | "-" | "*";

export function emitArithmetic(emitter: Emitter, call: Call): Term | null {
  const [a, b] = call.args as [Expression, Expression];
  const operator = OPERATORS[call.fn];
  if (operator === undefined || call.args.length !== 2) return null;
  const { kind } = call.type;
  if (isFloating(call.type)) {
    if (a.type.kind !== kind || b.type.kind !== kind) return null;
    return floating(emitter, call, operator);
  }
  if (kind === "byte" || kind === "short" || kind === "int") {
    if (a.type.kind !== kind || b.type.kind !== kind) return null;
    return narrow(emitter, call, operator, kind);
  }
  if (kind === "long") {
    if (a.type.kind !== kind || b.type.kind !== kind) return null;
    return wide(emitter, call, operator, 1, 1);
  }
  if (call.type.kind === "decimal" && a.type.kind === "decimal" && b.type.kind === "decimal") {
    const { scale } = call.type;
    if (operator === "*") {
      const digits = a.type.scale + b.type.scale - scale;
      return digits === 0 ? wide(emitter, call, operator, 1, 1) : roundedProduct(emitter, call, digits);
    }
    if (scale < a.type.scale || scale < b.type.scale || scale - Math.min(a.type.scale, b.type.scale) > 15) return null;
    return wide(emitter, call, operator, 10 ** (scale - a.type.scale), 10 ** (scale - b.type.scale));
  }
  return null;
}

const OPERATORS: Readonly<Record<string, Operator | undefined>> = {
  "+": "+",
  "-": "-",
  "*": "*",
  try_add: "+",
  try_subtract: "-",
  try_multiply: "*",
};

function floating(emitter: Emitter, call: Call, operator: string): Term {
  const [a, b] = emitter.emitArgs(call.args) as [Term, Term];
  const isNull = emitter.anyNull([a, b]);
  const sum = `${a.code} ${operator} ${b.code}`;
  const code = call.type.kind === "float" ? `Math.fround(${sum})` : sum;
  return { type: call.type, rep: "f64", code: emitter.writer.constant(code, "r"), isNull };
}

function narrow(emitter: Emitter, call: Call, operator: Operator, kind: "byte" | "short" | "int"): Term {
  const [a, b] = emitter.emitArgs(call.args) as [Term, Term];
  const { writer } = emitter;
  const range = intersect(combine(operator, a.range!, b.range!), rangeOf(call.type));
  const exact = combine(operator, a.range!, b.range!);
  const nulls = emitter.anyNull([a, b]);
  const result = `${a.code} ${operator} ${b.code}`;
  if (within(exact, rangeOf(call.type))) {
    const code = operator === "*" ? `Math.imul(${a.code}, ${b.code})` : `(${result}) | 0`;
    return { type: call.type, rep: "int", code: writer.constant(code, "r"), isNull: nulls, range: exact };
  }
  const raw = writer.constant(result, "t");
  const value = writer.name("r");
  const cut = kind === "int" ? `${raw} | 0` : kind === "short" ? `(${raw} << 16) >> 16` : `(${raw} << 24) >> 24`;
  writer.line(`let ${value} = ${cut};`);
  const isNull = slow(emitter, call, [a, b], value, null, `${value} !== ${raw}`, nulls);
  return { type: call.type, rep: "int", code: value, isNull, range };
}

/** Integers of 64 bits and decimals: factors bring the operands to the scale of the result. */
function wide(emitter: Emitter, call: Call, operator: Operator, factorA: number, factorB: number): Term {
  const [a, b] = emitter.emitArgs(call.args) as [Term, Term];
  const { writer } = emitter;
  const nulls = emitter.anyNull([a, b]);
  const limit = limitOf(call);
  // A bigint is NaN here and fails the check of the result.
  const bigs = a.rep === "any" || b.rep === "any";
  const checks: string[] = [];
  const ranges: Range[] = [];
  const operands = [a, b].map((term, i) => {
    const factor = i === 0 ? factorA : factorB;
    const range: Range = [(term.range ?? rangeOf(term.type))[0] * factor, (term.range ?? rangeOf(term.type))[1] * factor];
    ranges.push(range);
    if (factor === 1) return term.code;
    if (term.literal !== undefined && typeof term.literal.value === "number") {
      const value = term.literal.value * factor;
      if (Math.abs(value) <= MAX_SAFE) return value < 0 ? `(${value})` : String(value);
    }
    if (!isSafeRange(range)) checks.push(`Math.abs(${term.code} * ${factor}) <= ${MAX_SAFE}`);
    return `${term.code} * ${factor}`;
  });
  const exact = combine(operator, ranges[0]!, ranges[1]!);
  // Adding zero makes 0 of -0.
  const result = `${operands[0]!} ${operator} ${operands[1]!}${operator === "*" ? " + 0" : ""}`;
  const proven = exact[0] >= -limit && exact[1] <= limit;
  if (proven && checks.length === 0 && !bigs) {
    return { type: call.type, rep: "safe", code: writer.constant(result, "r"), isNull: nulls, range: exact };
  }
  const value = writer.name("r");
  const range = intersect(exact, rangeOf(call.type));
  if (!proven || bigs) checks.push(`Math.abs(${value}) <= ${limit}`);
  if (isSafeRange(range)) {
    writer.line(`let ${value} = ${result};`);
    const isNull = slow(emitter, call, [a, b], value, null, `!(${checks.join(" && ")})`, nulls);
    return { type: call.type, rep: "safe", code: value, isNull, range };
  }
  const pair = pairLocals(emitter);
  writer.line(`let ${value} = ${result}, ${pair.high} = ${value}, ${pair.low} = 0, ${pair.beyond} = null;`);
  writer.nest(`if (!(${checks.join(" && ")}))`, () => {
    const small: string[] = [];
    const scaled = [a, b].map((term, i): PairCode => {
      const factor = i === 0 ? factorA : factorB;
      if (factor === 1) return pairOf(term);
      if (!operands[i]!.includes("*")) return { high: operands[i]!, low: "0" };
      const product = productCode(declarer(emitter), pairOf(term), { high: String(factor), low: "0" });
      small.push(`Math.abs(${product.high}) <= ${MOST_PAIR}`);
      return product;
    });
    const [x, y] = scaled as [PairCode, PairCode];
    const exact = operator === "*" ? productCode(declarer(emitter), x, y) : sumCode(declarer(emitter), operator, x, y);
    writer.line(`${pair.high} = ${small.length === 0 ? exact.high : `${small.join(" && ")} ? ${exact.high} : NaN`};`);
    writer.line(`${pair.low} = ${exact.low};`);
    writer.line(`${value} = ${safeOf(exact)};`);
  });
  return orSlow(emitter, call, [a, b], value, pair, nulls, range);
}

type PairLocals = NonNullable<Term["pair"]>;

function pairLocals({ writer }: Emitter): PairLocals {
  return { high: writer.name("high"), low: writer.name("low"), beyond: writer.name("big") };
}

function declarer({ writer }: Emitter): Declare {
  return (code, hint) => writer.constant(code, hint);
}

/** A result in a pair, where it is one of the type; else what the evaluator gives. */
function orSlow(
  emitter: Emitter,
  call: Call,
  args: readonly Term[],
  value: string,
  pair: PairLocals,
  nulls: string | null,
  range: Range,
): Term {
  const failed = `!(Math.abs(${pair.high}) <= ${pairLimit(call.type)})`;
  const isNull = slow(emitter, call, args, value, pair.beyond, failed, nulls, pair);
  return { type: call.type, rep: "any", code: value, big: exactCode(pair), pair, isNull, range };
}

/** Values up to it are certainly of the type, and in the range of pairs. */
function pairLimit(type: DataType): number {
  const [, most] = rangeOf(type);
  return Math.min(MOST_PAIR, most * (1 - 2 ** -50));
}

/** A quotient by 10^k has at most so large a divisor: those that are doubles. */
const MOST_DIGITS = 22;

/** A product that has `digits` more after the point than its type. */
function roundedProduct(emitter: Emitter, call: Call, digits: number): Term | null {
  if (digits < 0 || digits > MOST_DIGITS) return null;
  const [a, b] = emitter.emitArgs(call.args) as [Term, Term];
  const product = (): PairCode => productCode(declarer(emitter), pairOf(a), pairOf(b));
  return divided(emitter, call, [a, b], product, () => String(10 ** digits));
}

/** Up to it the nearest integer to a quotient of doubles is the one nearest to the exact quotient. */
const MOST_ROUNDED = 2 ** 51;

/** A quotient by a positive number, rounded half up. Adding zero makes 0 of -0. */
function nearest(dividend: string, divisor: string): string {
  return `(${dividend} < 0 ? 0 - Math.round(-${dividend} / ${divisor}) : Math.round(${dividend} / ${divisor}))`;
}

/** A whole number over a divisor, from 1 to 10^22, rounded half up; what is written in between is seen by both. */
function divided(
  emitter: Emitter,
  call: Call,
  args: readonly [Term, Term],
  dividend: () => PairCode,
  divisor: () => string,
): Term {
  const { writer } = emitter;
  const nulls = emitter.anyNull(args);
  const value = writer.name("r");
  const pair = pairLocals(emitter);
  writer.line(`let ${value} = NaN, ${pair.high} = NaN, ${pair.low} = 0, ${pair.beyond} = null;`);
  writer.nest("", () => {
    const { high, low } = dividend();
    const by = divisor();
    const given = writer.hoist("R.pair", "pair");
    const positive = /^\d/.test(by) ? "" : ` && ${by} >= 1`;
    writer.nest(`if (${low} === 0 && Math.abs(${high}) <= ${MOST_ROUNDED}${positive})`, () => {
      writer.line(`${value} = ${pair.high} = ${nearest(high, by)};`);
    });
    writer.nest(`else if (Math.abs(${high}) <= ${MOST_PAIR}${positive})`, () => {
      writer.line(`R.dividePair(${high}, ${low}, ${by});`);
      writer.line(`${pair.high} = ${given}[0]; ${pair.low} = ${given}[1];`);
      writer.line(`${value} = ${safeOf(pair)};`);
    });
  });
  return orSlow(emitter, call, args, value, pair, nulls, rangeOf(call.type));
}

/** Spark rounds quotients of decimals at 39 digits after the point, then at those of the type. By so large a divisor, up to so many digits, that is as once. */
const ROUNDED_ONCE = 23;

/** a / b of decimals by a divisor that is a safe integer. */
function decimalQuotient(emitter: Emitter, call: Call): Term | null {
  const [x, y] = call.args as [Expression, Expression];
  if (call.type.kind !== "decimal" || x.type.kind !== "decimal" || y.type.kind !== "decimal") return null;
  const shift = call.type.scale + y.type.scale - x.type.scale;
  if (shift < 0 || shift > MOST_DIGITS || call.type.scale > ROUNDED_ONCE) return null;
  const [a, b] = emitter.emitArgs([x, y]) as [Term, Term];
  const { writer } = emitter;
  const declare = declarer(emitter);
  const divisor = b.literal?.value;
  const isPositive = typeof divisor === "number" && divisor > 0;
  if (isPositive && a.rep === "safe") {
    const [low, high] = a.range!.map((bound) => bound * 10 ** shift) as [number, number];
    const range: Range = [-Math.round(-low / divisor), Math.round(high / divisor)];
    if (low >= -MOST_ROUNDED && high <= MOST_ROUNDED && within(range, rangeOf(call.type))) {
      const scaled = writer.constant(shift === 0 ? a.code : `${a.code} * ${10 ** shift}`, "t");
      const code = writer.constant(nearest(scaled, String(divisor)), "r");
      return { type: call.type, rep: "safe", code, isNull: emitter.anyNull([a, b]), range };
    }
  }
  const dividend = (): PairCode => {
    const scaled = shift === 0 ? pairOf(a) : productCode(declare, pairOf(a), { high: String(10 ** shift), low: "0" });
    if (isPositive) return scaled;
    const sign = declare(`${b.code} < 0 ? -1 : 1`, "sign");
    return { high: declare(`${sign} * ${scaled.high}`, "high"), low: declare(`${sign} * ${scaled.low}`, "low") };
  };
  return divided(emitter, call, [a, b], dividend, () =>
    isPositive ? String(divisor) : writer.constant(`Math.abs(${b.code})`, "by"),
  );
}

/** `if (failed) value = what the evaluator gives`; the result's null condition. */
export function slow(
  emitter: Emitter,
  call: Call,
  args: readonly Term[],
  value: string,
  big: string | null,
  failed: string,
  nulls: string | null,
  pair: PairCode | null = null,
): string | null {
  const { writer } = emitter;
  const evaluate = emitter.evaluator(call);
  const code = `${evaluate}(${args.map((arg) => emitter.boxedValue(arg)).join(", ")})`;
  const condition = nulls === null ? failed : `${failed} && !${atom(nulls)}`;
  const other = writer.name("o");
  const assign = assignment(value, big, other, pair);
  const mayBeNull = mayGiveNull(emitter, call);
  const isNull = mayBeNull ? writer.name("n") : nulls;
  if (mayBeNull) writer.line(`let ${isNull} = ${nulls ?? "false"};`);
  writer.line(`if (${condition}) {`);
  writer.line(`const ${other} = ${code};`);
  const zero = pair === null ? `${value} = 0` : `${value} = ${pair.high} = ${pair.low} = 0`;
  writer.line(mayBeNull ? `if (${other} === null) ${isNull} = true, ${zero}; else ${assign}` : assign);
  writer.line("}");
  return isNull;
}

/** Null out of values: overflow outside of ANSI mode. */
export function mayGiveNull(emitter: Emitter, call: Call): boolean {
  const mode = call.options?.["mode"];
  return mode === undefined ? !emitter.settings.ansi : mode !== "ansi";
}

/** Above this a double, or the type, may not hold the result. */
function limitOf(call: Call): number {
  return call.type.kind === "decimal" && call.type.precision <= 15 ? 10 ** call.type.precision - 1 : MAX_SAFE;
}

function combine(operator: Operator, a: Range, b: Range): Range {
  switch (operator) {
    case "+":
      return [a[0] + b[0], a[1] + b[1]];
    case "-":
      return [a[0] - b[1], a[1] - b[0]];
    case "*": {
      const products = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
      return [Math.min(...products), Math.max(...products)];
    }
  }
}

const intersect = (a: Range, b: Range): Range => [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
const within = (a: Range, b: Range): boolean => a[0] >= b[0] && a[1] <= b[1];

export function emitNegative(emitter: Emitter, call: Call): Term | null {
  const [arg] = call.args as [Expression];
  if (isFloating(call.type)) {
    const child = emitter.emit(arg);
    return { type: call.type, rep: "f64", code: emitter.writer.constant(`-${child.code}`, "r"), isNull: child.isNull };
  }
  if (!isLongLike(call.type) || arg.type.kind !== call.type.kind) return null;
  const child = emitter.emit(arg);
  if (child.rep !== "safe") return null;
  const [low, high] = child.range!;
  return {
    type: call.type,
    rep: "safe",
    code: emitter.writer.constant(`0 - ${child.code}`, "r"),
    isNull: child.isNull,
    range: [-high, -low],
  };
}

/** a / b of doubles, or of decimals; a divisor of zero goes to the evaluator. */
export function emitDivide(emitter: Emitter, call: Call): Term | null {
  const [x, y] = call.args as [Expression, Expression];
  if (call.type.kind === "decimal") return decimalQuotient(emitter, call);
  if (call.type.kind !== "double" || x.type.kind !== "double" || y.type.kind !== "double") return null;
  const [a, b] = emitter.emitArgs([x, y]) as [Term, Term];
  const nulls = emitter.anyNull([a, b]);
  const value = emitter.writer.name("r");
  emitter.writer.line(`let ${value} = ${a.code} / ${b.code};`);
  const isNull = slow(emitter, call, [a, b], value, null, `${b.code} === 0`, nulls);
  return { type: call.type, rep: "f64", code: value, isNull };
}
