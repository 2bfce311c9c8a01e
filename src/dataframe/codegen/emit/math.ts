/** Functions of doubles, called as they are: their evaluators box each result. */
import type { Call } from "../../expressions/expression";
import { atom } from "../code";
import type { Emitter } from "../emitter";
import type { Term } from "../term";

const same = (name: string) => (x: string) => `Math.${name}(${x})`;

/** Those that have a double for every double. */
const TOTAL: Readonly<Record<string, (x: string) => string>> = {
  ...Object.fromEntries(
    ["acos", "acosh", "asin", "asinh", "atan", "cbrt", "cos", "expm1", "sin", "sinh", "sqrt", "tan", "tanh"].map((name) => [
      name,
      same(name),
    ]),
  ),
  cosh: (x) => `R.cosh(${x})`,
  exp: (x) => `R.exp(${x})`,
};

/** Logarithms are null up to their pole. */
const LOGARITHMS: Readonly<Record<string, readonly [code: (x: string) => string, pole: number]>> = {
  ln: [same("log"), 0],
  log10: [same("log10"), 0],
  log1p: [same("log1p"), -1],
};

export function emitOfDouble(emitter: Emitter, call: Call): Term | null {
  const [arg] = call.args;
  if (call.args.length !== 1 || arg!.type.kind !== "double" || call.type.kind !== "double") return null;
  const { writer } = emitter;
  const { type } = call;
  const total = TOTAL[call.fn];
  if (total !== undefined) {
    const { code, isNull } = emitter.emit(arg!);
    return { type, rep: "f64", code: writer.constant(total(code), "r"), isNull };
  }
  const logarithm = LOGARITHMS[call.fn];
  if (logarithm === undefined) return null;
  const [of, pole] = logarithm;
  const { code, isNull } = emitter.emit(arg!);
  const none = writer.constant(`${isNull === null ? "" : `${atom(isNull)} || `}${code} <= ${pole}`, "n");
  return { type, rep: "f64", code: writer.constant(of(code), "r"), isNull: none };
}

export function emitPower(emitter: Emitter, call: Call): Term | null {
  if (call.args.some(({ type }) => type.kind !== "double")) return null;
  const args = emitter.emitArgs(call.args);
  const code = emitter.writer.constant(`R.pow(${args[0]!.code}, ${args[1]!.code})`, "r");
  return { type: call.type, rep: "f64", code, isNull: emitter.anyNull(args) };
}
