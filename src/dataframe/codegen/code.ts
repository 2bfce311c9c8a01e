/** Small pieces of source. */
import { unreachable } from "../../common/errors";
import type { Rep } from "./term";

/** Code that may stand behind `!`. */
export function atom(code: string): string {
  return /^[\w$]+$/.test(code) || /^\([^()]*\)$/.test(code) ? code : `(${code})`;
}

/** A statement that gives a result the value in a local: of "any" integers in two locals. */
export function assignment(result: string, big: string | null, value: string): string {
  if (big === null) return `${result} = ${value};`;
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
