/** = < and their kin, in, isnull. NaN equals itself and is above all other numbers. */
import type { Call, Expression, Literal } from "../../expressions/expression";
import type { Emitter } from "../emitter";
import { LONGEST_NUMBERED, numberOfBytes } from "../bytes";
import { atom } from "../code";
import type { PairCode } from "../pairs";
import { pairOf, type Term } from "../term";
import { isBinaryString, isFloating, isIntLike, isLongLike } from "../../types/families";

const BOOLEAN = { kind: "boolean" } as const;

export function emitComparison(emitter: Emitter, call: Call): Term | null {
  const [x, y] = call.args as [Expression, Expression];
  if (!comparable(x, y)) return null;
  if (call.fn === "<=>") return nullSafeEqual(emitter, emitter.emit(x), emitter.emit(y));
  const [a, b] = emitter.emitArgs([x, y]) as [Term, Term];
  const isNull = emitter.anyNull([a, b]);
  if (isNull === "true") return { type: BOOLEAN, rep: "bool", code: "false", isNull };
  return { type: BOOLEAN, rep: "bool", code: compared(emitter, call.fn, a, b), isNull };
}

function comparable(x: Expression, y: Expression): boolean {
  const a = x.type;
  const b = y.type;
  if (a.kind !== b.kind) return false;
  if (a.kind === "decimal") return b.kind === "decimal" && a.scale === b.scale;
  if (a.kind === "string" || a.kind === "binary") return isBinaryString(a) && isBinaryString(b);
  return a.kind === "boolean" || isIntLike(a) || isFloating(a) || isLongLike(a);
}

/** Code of a comparison of values that are not null. */
export function compared(emitter: Emitter, fn: string, a: Term, b: Term): string {
  if (a.type.kind === "string" || a.type.kind === "binary") return comparedBytes(emitter, fn, a, b);
  if (a.rep === "f64") return comparedFloats(fn, a, b);
  if (a.rep === "any" || b.rep === "any") {
    const numbers = [a, b].flatMap((term) => (term.rep === "any" ? [`${term.code} === ${term.code}`] : []));
    const boxed = `${emitter.boxedValue(a)} ${SIGNS[fn]} ${emitter.boxedValue(b)}`;
    const exact = a.pair === undefined && b.pair === undefined ? boxed : comparedPairs(fn, pairOf(a), pairOf(b), boxed);
    return `(${numbers.join(" && ")} ? ${a.code} ${SIGNS[fn]} ${b.code} : ${exact})`;
  }
  return `(${a.code} ${SIGNS[fn]} ${b.code})`;
}

const SIGNS: Readonly<Record<string, string>> = {
  "=": "===",
  "==": "===",
  "!=": "!==",
  "<>": "!==",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** `otherwise`: where one is no pair. */
function comparedPairs(fn: string, a: PairCode, b: PairCode, otherwise: string): string {
  const sign = SIGNS[fn]!;
  const pairs = `(${a.high} === ${b.high} ? ${a.low} ${sign} ${b.low} : ${a.high} ${sign} ${b.high})`;
  return `(${a.high} === ${a.high} && ${b.high} === ${b.high} ? ${pairs} : ${otherwise})`;
}

function comparedBytes(emitter: Emitter, fn: string, a: Term, b: Term): string {
  const { writer } = emitter;
  const sign = SIGNS[fn]!;
  const left = emitter.bytes(a);
  const right = emitter.bytes(b);
  const args = `${left.code}, ${left.start}, ${left.end}, ${right.code}, ${right.start}, ${right.end}`;
  if (sign !== "===" && sign !== "!==") return `(${writer.constant(`R.compareBytes(${args})`, "c")} ${sign} 0)`;
  const equal = shortEquality(left, right) ?? shortEquality(right, left) ?? `R.equalBytes(${args})`;
  const name = writer.constant(equal, "eq");
  return sign === "===" ? name : `!${name}`;
}

/** Against a literal of a few bytes, spelled out. */
function shortEquality(a: Term, literal: Term): string | null {
  const value = literal.literal?.value;
  if (typeof value !== "string") return null;
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length > 4) return null;
  const each = [...bytes].map((byte, i) => `${a.code}[${a.start!} + ${i}] === ${byte}`);
  return [`${a.end!} - ${a.start!} === ${bytes.length}`, ...each].join(" && ");
}

function comparedFloats(fn: string, a: Term, b: Term): string {
  const known = (term: Term): boolean => typeof term.literal?.value === "number" && !Number.isNaN(term.literal.value);
  const [x, y] = [a.code, b.code];
  switch (SIGNS[fn]) {
    case "===":
      return known(a) || known(b) ? `(${x} === ${y})` : `(${x} === ${y} || (${x} !== ${x} && ${y} !== ${y}))`;
    case "!==":
      return known(a) || known(b) ? `(${x} !== ${y})` : `!(${x} === ${y} || (${x} !== ${x} && ${y} !== ${y}))`;
    case "<":
      return known(b) ? `(${x} < ${y})` : `(${x} < ${y} || (${y} !== ${y} && ${x} === ${x}))`;
    case ">":
      return known(a) ? `(${x} > ${y})` : `(${x} > ${y} || (${x} !== ${x} && ${y} === ${y}))`;
    case "<=":
      return known(b) ? `(${x} <= ${y})` : `(${x} <= ${y} || ${y} !== ${y})`;
    default:
      return known(a) ? `(${x} >= ${y})` : `(${x} >= ${y} || ${x} !== ${x})`;
  }
}

function nullSafeEqual(emitter: Emitter, a: Term, b: Term): Term {
  const equal = compared(emitter, "=", a, b);
  let code = equal;
  if (a.isNull !== null && b.isNull !== null) {
    code = `(${atom(a.isNull)} ? ${b.isNull} : !${atom(b.isNull)} && ${equal})`;
  } else {
    const isNull = a.isNull ?? b.isNull;
    if (isNull !== null) code = `(!${atom(isNull)} && ${equal})`;
  }
  return { type: BOOLEAN, rep: "bool", code: emitter.writer.constant(code, "eq"), isNull: null };
}

export function emitIsNull(emitter: Emitter, call: Call): Term | null {
  const { isNull } = emitter.emit(call.args[0]!);
  const code = call.fn === "isnull" ? (isNull ?? "false") : isNull === null ? "true" : `!${atom(isNull)}`;
  return { type: BOOLEAN, rep: "bool", code, isNull: null };
}

const SHORT_LIST = 8;

/** Of fewer texts each is compared on its own. */
const FEWEST_NUMBERED = 3;

/** The numbers of literals that are short texts; null where one is none. */
function shortTexts(items: readonly Literal[]): readonly number[] | null {
  const numbers: number[] = [];
  for (const { value } of items) {
    if (typeof value !== "string" || value.length > LONGEST_NUMBERED) return null;
    const bytes = Buffer.from(value, "utf8");
    if (bytes.length > LONGEST_NUMBERED) return null;
    numbers.push(numberOfBytes(bytes, 0, bytes.length));
  }
  return numbers;
}

/** Whether bytes have one of the numbers. No processor foretells which item a row has: short lists are looked through without a branch. */
function oneOf(emitter: Emitter, term: Term, numbers: readonly number[]): string {
  const { writer } = emitter;
  const { code, start, end } = emitter.bytes(term);
  const number = writer.constant(`R.numberOfBytes(${code}, ${start}, ${end})`, "number");
  if (numbers.length > SHORT_LIST) return writer.constant(`${writer.bind(new Set(numbers), "set")}.has(${number})`, "in");
  return writer.constant(`(${numbers.map((one) => `(${number} === ${one})`).join(" | ")}) !== 0`, "in");
}

/** x IN (…): null where x is, or where nothing is equal and the list has a null. */
export function emitIn(emitter: Emitter, call: Call): Term | null {
  const [x, ...list] = call.args as [Expression, ...Expression[]];
  if (list.length === 0 || !list.every((item) => comparable(x, item))) return null;
  const literals = list.every((item) => item.kind === "literal");
  if (!literals) return null;
  const { writer } = emitter;
  const term = emitter.emit(x);
  const items = list.filter((item) => item.value !== null);
  const hasNull = items.length < list.length;
  const numbers = term.rep === "bytes" && items.length >= FEWEST_NUMBERED ? shortTexts(items) : null;
  let found: string;
  if (numbers !== null) found = oneOf(emitter, term, numbers);
  else if (term.rep === "bytes" || term.rep === "text") {
    if (items.length > SHORT_LIST) {
      if (x.type.kind !== "string") return null;
      const set = writer.bind(new Set(items.map((item) => item.value)), "set");
      found = writer.constant(`${set}.has(${emitter.boxedValue(term)})`, "in");
    } else {
      found = writer.name("in");
      writer.line(`let ${found} = false;`);
      const test = (rest: readonly Expression[]): void => {
        const [item] = rest;
        if (item === undefined) return;
        const equal = compared(emitter, "=", term, emitter.emit(item));
        if (rest.length === 1) return writer.line(`${found} = ${equal};`);
        writer.line(`if (${equal}) ${found} = true;`);
        writer.nest("else", () => test(rest.slice(1)));
      };
      test(items);
    }
  } else if (items.length > SHORT_LIST) {
    const set = writer.bind(new Set(items.map((item) => item.value)), "set");
    // A set finds NaN, and 0 for -0.
    found = writer.constant(`${set}.has(${emitter.boxedValue(term)})`, "in");
  } else {
    const tests = items.map((item) => compared(emitter, "=", term, emitter.emit(item)));
    found = tests.length === 0 ? "false" : `(${tests.join(" || ")})`;
  }
  if (!hasNull) return { type: BOOLEAN, rep: "bool", code: found, isNull: term.isNull };
  const isNull = term.isNull === null ? `!${atom(found)}` : `(${term.isNull} || !${atom(found)})`;
  return { type: BOOLEAN, rep: "bool", code: found, isNull: writer.constant(isNull, "n") };
}
