/** Small pieces of source. */
import { unreachable } from "../../common/errors";
import type { PairCode } from "./pairs";
import type { Rep } from "./term";

/** Code that may stand behind `!`. */
export function atom(code: string): string {
  return /^[\w$]+$/.test(code) || /^\([^()]*\)$/.test(code) ? code : `(${code})`;
}

/** A statement that gives a result the value in a local: of "any" integers in two locals, or with a pair in four. */
export function assignment(result: string, big: string | null, value: string, pair: PairCode | null = null): string {
  if (big === null) return `${result} = ${value};`;
  if (pair !== null) {
    const { high, low } = pair;
    return `if (typeof ${value} === "number") ${result} = ${high} = ${value}, ${low} = 0; else ${result} = ${high} = NaN, ${low} = 0, ${big} = ${value};`;
  }
  return `if (typeof ${value} === "number") ${result} = ${value}; else ${result} = NaN, ${big} = ${value};`;
}

/** The value of a local of a rep before it has one. */
export function initialOf(rep: Rep): string {
  switch (rep) {
    case "bool":
      return "false";
    case "int":
    case "f64":
    case "safe":
    case "any":
      return "0";
    case "bytes":
      return "R.EMPTY";
    case "text":
      return '""';
    case "boxed":
      return "null";
    default:
      return unreachable(rep);
  }
}
