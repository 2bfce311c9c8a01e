/**
 * %, pmod and div of integers, bits, abs, greatest and least of numbers. As with + - *: a fast path over doubles, or over int32 where the values
 * are, and the function's own evaluator for what is left.
 */
import type { Call, Expression } from "../../expressions/expression";
import { isFloating } from "../../types/families";
import type { Emitter } from "../emitter";
import { MOST_MODULUS } from "../pairs";
import { isSafeRange, MAX_SAFE, rangeOf, type Range, type Term } from "../term";
import { slow } from "./arithmetic";

const INT: Range = [-2147483648, 2147483647];

/** An int32 as a number. */
const isInt = (code: string): string => `(${code} | 0) === ${code}`;

function withinInt({ range }: Term): boolean {
  return range !== undefined && range[0] >= INT[0] && range[1] <= INT[1];
}

function isInteger(kind: string): boolean {
  return kind === "byte" || kind === "short" || kind === "int" || kind === "long";
}

/** The number of a literal other than 0. */
function divisorOf(term: Term): number | null {
  const value = term.literal?.value;
  return typeof value === "number" && value !== 0 ? value : null;
}

/** %, pmod: of integers, and of doubles. A divisor of zero goes to the evaluator, and so does what is not safe. */
export function emitModulo(emitter: Emitter, call: Call): Term | null {
  const [x, y] = call.args as [Expression, Expression];
  const { kind } = call.type;
  if (x.type.kind !== kind || y.type.kind !== kind || !(isInteger(kind) || kind === "double")) return null;
  const positive = call.fn === "pmod";
  if (kind === "double" && positive) return null;
  const [a, b] = emitter.emitArgs([x, y]) as [Term, Term];
  const { writer } = emitter;
  const nulls = emitter.anyNull([a, b]);
  const divisor = divisorOf(b);
  const value = writer.name("r");
  if (kind === "double") {
    writer.line(`let ${value} = ${a.code} % ${b.code};`);
    const isNull = divisor !== null ? nulls : slow(emitter, call, [a, b], value, null, `${b.code} === 0`, nulls);
    return { type: call.type, rep: "f64", code: value, isNull };
  }
  const whole = [a, b].every(withinInt);
  const ints = [a, b].filter((term) => !withinInt(term)).map((term) => isInt(term.code));
  // Of ints the machine's own remainder, a fifth of the time that the call for doubles takes; what is loaded as a double is an int to the compiler
  // only where it was cut to one. A divisor of 0 gives NaN, and 0 where it is cut to an int.
  const cut = (term: Term): string => (term.rep === "int" || term.literal !== undefined ? term.code : `(${term.code} | 0)`);
  const short = `(${cut(a)} % ${cut(b)}) | 0`;
  const long = `R.remainder(${a.code}, ${b.code})`;
  writer.line(`let ${value} = ${whole ? short : `${ints.join(" && ")} ? ${short} : ${long}`};`);
  if (a.pair !== undefined) {
    const { high, low } = a.pair;
    const known = `${value} !== ${value} && ${high} === ${high} && ${b.code} !== 0 && Math.abs(${b.code}) <= ${MOST_MODULUS}`;
    writer.line(`if (${known}) ${value} = R.remainderPair(${high}, ${low}, ${b.code});`);
  }
  // By a negative divisor a rest below zero stays what it is.
  if (positive && divisor === null) writer.line(`if (${value} < 0 && ${b.code} > 0) ${value} += ${b.code};`);
  if (positive && divisor !== null && divisor > 0) writer.line(`if (${value} < 0) ${value} += ${divisor};`);
  const failed = [
    ...(divisor === null ? [`${b.code} === 0`] : []),
    // The rest of a bigint, and by one.
    ...([a, b].some((term) => term.rep === "any") ? [`${value} !== ${value}`] : []),
  ];
  const rest = restRange(a, b, divisor, positive);
  const range = rest ?? rangeOf(call.type);
  const big = isSafeRange(range) ? null : writer.name("big");
  if (big !== null) writer.line(`let ${big} = null;`);
  const isNull = failed.length === 0 ? nulls : slow(emitter, call, [a, b], value, big, `(${failed.join(" || ")})`, nulls);
  if (kind !== "long") return { type: call.type, rep: "int", code: value, isNull, range };
  return { type: call.type, rep: big === null ? "safe" : "any", code: value, isNull, range, ...(big !== null && { big }) };
}

/** A rest is nearer to 0 than the divisor, no further than the dividend, and of the dividend's sign unless it is made positive. */
function restRange(a: Term, b: Term, divisor: number | null, positive: boolean): Range | null {
  const most = divisor !== null ? Math.abs(divisor) - 1 : largest(b) - 1;
  if (!(most < MAX_SAFE)) return null;
  const low = a.range === undefined ? -Infinity : a.range[0];
  const high = a.range === undefined ? Infinity : a.range[1];
  if (positive) return divisor !== null && divisor > 0 ? [0, most] : [-most, most];
  return [low >= 0 ? 0 : -most, high <= 0 ? 0 : Math.min(most, Math.max(high, 0))];
}

function largest({ range, type }: Term): number {
  const [low, high] = range ?? rangeOf(type);
  return Math.max(Math.abs(low), Math.abs(high));
}

/** Beyond it a quotient may be rounded to the next whole number. */
const MOST_DIVIDEND = 2 ** 51;

/** a div b of longs. */
export function emitWholeQuotient(emitter: Emitter, call: Call): Term | null {
  const [x, y] = call.args as [Expression, Expression];
  if (x.type.kind !== "long" || y.type.kind !== "long" || call.type.kind !== "long") return null;
  const [a, b] = emitter.emitArgs([x, y]) as [Term, Term];
  const { writer } = emitter;
  const nulls = emitter.anyNull([a, b]);
  const value = writer.name("r");
  const big = writer.name("big");
  // Adding zero makes 0 of -0.
  writer.line(`let ${value} = Math.trunc(${a.code} / ${b.code}) + 0, ${big} = null;`);
  const failed = `!(Math.abs(${a.code}) <= ${MOST_DIVIDEND} && Math.abs(${value}) <= ${MOST_DIVIDEND})`;
  const isNull = slow(emitter, call, [a, b], value, big, failed, nulls);
  return { type: call.type, rep: "any", code: value, big, isNull, range: rangeOf(call.type) };
}

/** &, | and ^. */
export function emitBits(emitter: Emitter, call: Call): Term | null {
  const [x, y] = call.args as [Expression, Expression];
  const { kind } = call.type;
  if (call.args.length !== 2 || !isInteger(kind) || x.type.kind !== kind || y.type.kind !== kind) return null;
  const [a, b] = emitter.emitArgs([x, y]) as [Term, Term];
  const { writer } = emitter;
  const isNull = emitter.anyNull([a, b]);
  const words = `${a.code} ${call.fn} ${b.code}`;
  if (kind !== "long")
    return { type: call.type, rep: "int", code: writer.constant(words, "r"), isNull, range: rangeOf(call.type) };
  const mask = call.fn === "&" ? (maskOf(a) ?? maskOf(b)) : null;
  const safe = [a, b].every((term) => term.rep === "safe");
  // The lower 32 bits of a safe integer are those of the number as an int32.
  if (safe && mask !== null) return { type: call.type, rep: "safe", code: writer.constant(words, "r"), isNull, range: [0, mask] };
  if (safe && [a, b].every(withinInt))
    return { type: call.type, rep: "safe", code: writer.constant(words, "r"), isNull, range: INT };
  const value = writer.name("r");
  const big = writer.name("big");
  const ints = [a, b].filter((term) => !withinInt(term)).map((term) => isInt(term.code));
  const long = `R.wideBits(${JSON.stringify(call.fn)}, ${a.code}, ${b.code})`;
  writer.line(`let ${value} = ${ints.join(" && ")} ? ${words} : ${long}, ${big} = null;`);
  const nullable = slow(emitter, call, [a, b], value, big, `!(Math.abs(${value}) <= ${MAX_SAFE})`, isNull);
  return { type: call.type, rep: "any", code: value, big, isNull: nullable, range: rangeOf(call.type) };
}

/** A literal whose only bits are among the lower 31. */
function maskOf({ literal }: Term): number | null {
  const value = literal?.value;
  return typeof value === "number" && value >= 0 && value <= INT[1] ? value : null;
}

export function emitAbs(emitter: Emitter, call: Call): Term | null {
  const [arg] = call.args as [Expression];
  const { type } = call;
  if (arg.type.kind !== type.kind || !(isFloating(type) || isInteger(type.kind))) return null;
  const { writer } = emitter;
  const child = emitter.emit(arg);
  if (isFloating(type)) return { type, rep: "f64", code: writer.constant(`Math.abs(${child.code})`, "r"), isNull: child.isNull };
  if (child.rep !== "safe" && child.rep !== "int") return null;
  const [low, high] = child.range ?? rangeOf(type);
  const range: Range = [0, Math.max(Math.abs(low), Math.abs(high))];
  const [, most] = rangeOf(type);
  // The least value has no counterpart.
  if (range[1] > (type.kind === "long" ? MAX_SAFE : most)) return null;
  return { type, rep: child.rep, code: writer.constant(`Math.abs(${child.code})`, "r"), isNull: child.isNull, range };
}

/** greatest and least of numbers: those that are not null. NaN is the greatest. */
export function emitExtreme(emitter: Emitter, call: Call): Term | null {
  const { type } = call;
  if (!isFloating(type) && !isInteger(type.kind) && type.kind !== "date" && type.kind !== "timestamp") return null;
  if (call.args.some((arg) => arg.type.kind !== type.kind)) return null;
  const { writer } = emitter;
  const terms = call.args.map((arg) => emitter.emit(arg));
  if (terms.some((term) => term.rep === "any")) return null;
  const [first, ...rest] = terms as [Term, ...Term[]];
  const mayBeNull = terms.every((term) => term.isNull !== null);
  const value = writer.name("r");
  writer.line(`let ${value} = ${first.code};`);
  // Whether there is no value yet: known where the code is written once an argument cannot be null.
  let missing: string | null = null;
  if (first.isNull !== null) {
    missing = writer.name("n");
    writer.line(`let ${missing} = ${first.isNull};`);
  }
  for (const term of rest) {
    const better = call.fn === "greatest" ? `${term.code} > ${value}` : `${term.code} < ${value}`;
    const nan = !isFloating(type)
      ? better
      : call.fn === "greatest"
        ? `(${better} || ${term.code} !== ${term.code})`
        : `(${better} || (${value} !== ${value} && ${term.code} === ${term.code}))`;
    const taken = missing === null ? nan : `(${missing} || ${nan})`;
    const found = missing === null ? "" : ` ${missing} = false;`;
    writer.line(`if (${term.isNull === null ? taken : `!(${term.isNull}) && ${taken}`}) { ${value} = ${term.code};${found} }`);
  }
  const isNull = mayBeNull ? missing : null;
  if (isFloating(type)) return { type, rep: "f64", code: value, isNull };
  const ranges = terms.map((term) => term.range ?? rangeOf(type));
  const range: Range = [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
  return { type, rep: first.rep, code: value, isNull, range };
}
