/** Functions of numbers. */
import type { DataType } from "../../../columnar/types";
import { DOUBLE, INT, LONG, STRING, coerced, literal } from "../../expressions/build";
import { AnalysisError } from "../../errors";
import type { Expression } from "../../expressions/expression";
import { isFoldable } from "../../expressions/traverse";
import type { Exact, Rounding } from "../../types/exact";
import { normalize } from "../../types/exact";
import { document, made, plain } from "../documented";
import { overflow } from "../numeric/arithmetic";
import type { ArithmeticMode } from "../numeric/arithmetic";
import { cosh, exp, hypot, pow } from "../numeric/strict-math";
import { convertBase } from "../numeric/convert-base";
import { roundedType, rounder } from "../numeric/rounding";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { coerceInputs, constantOf, refuseLambdas, scalar, wrongNumArgs } from "../signature";

const doc = document("math");

/** Functions of one double. Spark prints most of their names in capitals; the aliases as they were written. */
function unary(
  name: string,
  usage: string,
  example: readonly [string, string],
  f: (x: number) => number | null,
  lower = false,
): ScalarFunction {
  return scalar({
    names: [name],
    doc: doc(usage, example),
    inputs: ["double"],
    result: DOUBLE,
    nullable: true,
    evaluate: plain(f),
    print: (call, args) => `${lower ? (call.alias ?? name) : name.toUpperCase()}(${args.join(", ")})`,
  });
}

const positiveOnly =
  (f: (x: number) => number) =>
  (x: number): number | null =>
    x <= 0 ? null : f(x);

const halfEven = (x: number): number => {
  const down = Math.floor(x);
  const rest = x - down;
  if (!Number.isFinite(x)) return x;
  const rounded = rest < 0.5 ? down : rest > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
};

const trigonometry = [
  unary("acos", "The arc cosine.", ["acos(1)", "0.0"], Math.acos),
  unary("acosh", "The inverse hyperbolic cosine.", ["acosh(1)", "0.0"], Math.acosh),
  unary("asin", "The arc sine.", ["asin(0)", "0.0"], Math.asin),
  unary("asinh", "The inverse hyperbolic sine.", ["asinh(0)", "0.0"], Math.asinh),
  unary("atan", "The arc tangent.", ["atan(0)", "0.0"], Math.atan),
  unary("atanh", "The inverse hyperbolic tangent.", ["atanh(0)", "0.0"], (x) => 0.5 * (Math.log1p(x) - Math.log1p(-x))),
  unary("cos", "The cosine of an angle in radians.", ["cos(0)", "1.0"], Math.cos),
  unary("cosh", "The hyperbolic cosine.", ["cosh(0)", "1.0"], cosh),
  unary("cot", "The cotangent of an angle in radians.", ["cot(1)", "0.6420926159343306"], (x) => 1 / Math.tan(x)),
  unary("csc", "The cosecant of an angle in radians.", ["csc(1)", "1.1883951057781212"], (x) => 1 / Math.sin(x)),
  unary("sec", "The secant of an angle in radians.", ["sec(0)", "1.0"], (x) => 1 / Math.cos(x)),
  unary("sin", "The sine of an angle in radians.", ["sin(0)", "0.0"], Math.sin),
  unary("sinh", "The hyperbolic sine.", ["sinh(0)", "0.0"], Math.sinh),
  unary("tan", "The tangent of an angle in radians.", ["tan(0)", "0.0"], Math.tan),
  unary("tanh", "The hyperbolic tangent.", ["tanh(0)", "0.0"], Math.tanh),
  unary("degrees", "An angle in radians as degrees.", ["degrees(3.141592653589793)", "180.0"], (x) => x * 57.29577951308232),
  unary("radians", "An angle in degrees as radians.", ["radians(180)", "3.141592653589793"], (x) => x * 0.017453292519943295),
];

const powers = [
  unary("cbrt", "The cube root.", ["cbrt(27.0)", "3.0"], Math.cbrt),
  unary("exp", "e to the power of a number.", ["exp(0)", "1.0"], exp),
  unary("expm1", "e to the power of a number, less 1.", ["expm1(0)", "0.0"], Math.expm1),
  unary("ln", "The natural logarithm.", ["ln(1)", "0.0"], positiveOnly(Math.log), true),
  unary("log10", "The logarithm of base 10.", ["log10(10)", "1.0"], positiveOnly(Math.log10)),
  unary("log1p", "The natural logarithm of 1 more than a number.", ["log1p(0)", "0.0"], (x) => (x <= -1 ? null : Math.log1p(x))),
  unary(
    "log2",
    "The logarithm of base 2.",
    ["log2(2)", "1.0"],
    positiveOnly((x) => Math.log(x) / Math.log(2)),
  ),
  unary("rint", "The nearest whole number as a double, the even one of two.", ["rint(12.3456)", "12.0"], halfEven, true),
  unary("sqrt", "The square root.", ["sqrt(4)", "2.0"], Math.sqrt),
];

const logarithm: ScalarFunction = scalar({
  names: ["log"],
  doc: doc("The logarithm of a base, natural without one.", ["log(10, 100)", "2.0"]),
  inputs: ["double", "double"],
  optional: 1,
  result: DOUBLE,
  nullable: true,
  evaluate: made((call) =>
    call.args.length === 1
      ? positiveOnly(Math.log)
      : (base: number, x: number) => (base <= 0 || x <= 0 ? null : Math.log(x) / Math.log(base)),
  ),
  print: (_, args) => (args.length === 1 ? `LOG(E(), ${args[0]})` : `LOG(${args.join(", ")})`),
});

const binary = [
  logarithm,
  scalar({
    names: ["power", "pow"],
    doc: doc("A number to the power of another.", ["power(2, 3)", "8.0"]),
    inputs: ["double", "double"],
    result: DOUBLE,
    evaluate: plain(pow),
    print: (call, args) => `${call.alias ?? "POWER"}(${args.join(", ")})`,
  }),
  scalar({
    names: ["atan2"],
    doc: doc("The angle of a point, given by y and x.", ["atan2(0, 0)", "0.0"]),
    inputs: ["double", "double"],
    result: DOUBLE,
    // With 0.0 added -0.0 is 0.0, as Spark has it.
    evaluate: plain((y: number, x: number) => Math.atan2(y + 0, x + 0)),
    print: (_, args) => `ATAN2(${args.join(", ")})`,
  }),
  scalar({
    names: ["hypot"],
    doc: doc("The square root of the sum of two squares.", ["hypot(3, 4)", "5.0"]),
    inputs: ["double", "double"],
    result: DOUBLE,
    evaluate: plain(hypot),
    print: (_, args) => `HYPOT(${args.join(", ")})`,
  }),
];

function constant(name: string, value: number, usage: string, result: string): ScalarFunction {
  return scalar({
    names: [name],
    doc: doc(usage, [`${name}()`, result]),
    inputs: [],
    result: DOUBLE,
    nullable: false,
    evaluate: () => () => value,
    print: () => `${name.toUpperCase()}()`,
  });
}

const FACTORIALS: readonly Exact[] = Array.from({ length: 21 }, (_, n) => {
  let product = 1n;
  for (let i = 2n; i <= BigInt(n); i++) product *= i;
  return normalize(product);
});

const signum = scalar({
  names: ["signum", "sign"],
  doc: doc("-1, 0 or 1, by the sign of a number or interval.", ["sign(40)", "1.0"]),
  inputs: [{ anyOf: ["double", "yearMonthInterval", "dayTimeInterval"] }],
  result: DOUBLE,
  nullable: true,
  evaluate: plain((x: number | bigint) => (typeof x === "bigint" ? (x < 0n ? -1 : 1) : Math.sign(x))),
  print: (call, args) => `${call.alias ?? "SIGNUM"}(${args.join(", ")})`,
});

const integers = [
  signum,
  scalar({
    names: ["factorial"],
    doc: doc("The factorial of 0 to 20; null for others.", ["factorial(5)", "120"]),
    inputs: ["int"],
    result: LONG,
    nullable: true,
    evaluate: plain((n: number) => FACTORIALS[n] ?? null),
  }),
  scalar({
    names: ["bin"],
    doc: doc("The 64 bits of an integer without leading zeros.", ["bin(13)", "1101"]),
    inputs: ["long"],
    result: STRING,
    evaluate: plain((value: Exact) => BigInt.asUintN(64, BigInt(value)).toString(2)),
  }),
  scalar({
    names: ["conv"],
    doc: doc("A number's digits of one base in another.", ["conv('100', 2, 10)", "4"]),
    inputs: ["string", "int", "int"],
    result: STRING,
    nullable: true,
    options: (_, context) => ({ ansi: context.settings.ansi }),
    evaluate: (call) => (text, from, to) => {
      const result = convertBase((text as string).replace(/^ +| +$/g, ""), from as number, to as number);
      if (result !== "overflow") return result;
      if (call.options?.["ansi"] === true) throw overflow(call.at, "", "Overflow in function conv()");
      return convertBase("18446744073709551615", 10, to as number);
    },
  }),
  scalar({
    names: ["width_bucket"],
    doc: doc("The number of the bucket of a value, among so many of equal width between two bounds.", [
      "width_bucket(5.3, 0.2, 10.6, 5)",
      "3",
    ]),
    parameters: ["value", "min", "max", "numBucket"],
    inputs: [
      { anyOf: ["double", "yearMonthInterval", "dayTimeInterval"] },
      { anyOf: ["double", "yearMonthInterval", "dayTimeInterval"] },
      { anyOf: ["double", "yearMonthInterval", "dayTimeInterval"] },
      "long",
    ],
    result: LONG,
    nullable: true,
    evaluate: plain(widthBucket),
  }),
];

function widthBucket(given: Exact, from: Exact, to: Exact, count: Exact): Exact | null {
  const value = Number(given);
  const min = Number(from);
  const max = Number(to);
  if (count <= 0 || count === 9223372036854775807n || Number.isNaN(value)) return null;
  if (min === max || !Number.isFinite(min) || !Number.isFinite(max)) return null;
  const rises = min < max;
  if (rises ? value < min : value > min) return 0;
  if (rises ? value >= max : value <= max) return after(count);
  return after(Math.trunc((Number(count) * Math.abs(value - min)) / Math.abs(max - min)));
}

/** The next integer. */
function after(count: Exact): Exact {
  return typeof count === "number" && count < Number.MAX_SAFE_INTEGER ? count + 1 : normalize(BigInt(count) + 1n);
}

const modeOf = (context: BindContext): ArithmeticMode => (context.settings.ansi ? "ansi" : "legacy");

/** round and bround: the scale is a constant, 0 if left out. */
function rounding(name: string, how: Rounding, usage: string, example: readonly [string, string]): ScalarFunction {
  return scalar({
    names: [name],
    doc: doc(usage, example),
    parameters: ["expr", "d"],
    inputs: ["numeric", "int"],
    optional: 1,
    defaults: (args) => [...args, literal(0, INT)],
    result: (types, args, context) => roundedType(types[0] as DataType, scaleOf(args, context)),
    nullable: true,
    options: (args, context) => ({ scale: scaleOf(args, context), mode: modeOf(context) }),
    evaluate: (call) => {
      const from = (call.args[0] as Expression).type;
      const round = rounder(from, call.type, call.options?.["scale"] as number, how, {
        mode: call.options?.["mode"] as ArithmeticMode,
        at: call.at,
      });
      return (value) => round(value);
    },
  });
}

/** 0 where it is null: the value is null then anyway. */
function scaleOf(args: readonly Expression[], context: BindContext): number {
  return (constantOf("scale", args[1] as Expression, args, context) as number | null) ?? 0;
}

/** Without a scale a whole number: a long, or a decimal for decimals. With one a decimal of so many digits. */
function whole(
  names: readonly string[],
  how: "ceiling" | "floor",
  usage: string,
  example: readonly [string, string],
): ScalarFunction {
  const name = names[0] as string;
  const toWhole = how === "ceiling" ? Math.ceil : Math.floor;
  return {
    kind: "scalar",
    names,
    doc: doc(usage, example),
    parameters: ["expr", "scale"],
    bind: (args, context) => {
      if (args.length < 1 || args.length > 2) throw wrongNumArgs("[1, 2]", args.length, context);
      refuseLambdas(args, context);
      const scaled = args.length === 2;
      if (scaled) checkScale(name, args[1] as Expression, context);
      const spec = scaled
        ? { inputs: ["decimal", "int"] as const }
        : { inputs: [{ anyOf: ["long", "double", "decimal"] as const }] };
      const [value, ...rest] = args as readonly [Expression, ...Expression[]];
      // Text is read as a double: as a long '1.5' would be no number.
      const readable = !scaled && value.type.kind === "string" ? [coerced(value, DOUBLE, context), ...rest] : args;
      const all = coerceInputs(spec, readable, context);
      const from = (all[0] as Expression).type;
      const scale = scaled ? scaleOf(all, context) : 0;
      const type = scaled ? roundedType(from, scale) : wholeType(from);
      return {
        kind: "call",
        fn: name,
        ...(context.name !== name && { alias: context.name }),
        args: all,
        type,
        nullable: true,
        options: { scale, mode: modeOf(context) },
        ...(context.at && { at: context.at }),
      };
    },
    evaluate: (call) => {
      const from = (call.args[0] as Expression).type;
      if (from.kind === "decimal") {
        const round = rounder(from, call.type, call.options?.["scale"] as number, how, {
          mode: call.options?.["mode"] as ArithmeticMode,
          at: call.at,
        });
        return (value) => round(value);
      }
      return from.kind === "double" ? (value) => toLong(toWhole(value as number)) : (value) => value;
    },
    print: (call, args) =>
      `${args.length === 2 || call.alias === "ceiling" ? (call.alias ?? name) : name.toUpperCase()}(${args.join(", ")})`,
  };
}

/** A constant INT, and not null. */
function checkScale(name: string, scale: Expression, context: BindContext): void {
  const constant = isFoldable(scale) && scale.type.kind === "int" && context.fold(scale).value !== null;
  if (constant) return;
  throw new AnalysisError(
    "NON_FOLDABLE_ARGUMENT",
    { funcName: `\`${name}\``, paramName: "`scale`", paramType: '"INT"' },
    context.at,
  );
}

function wholeType(from: DataType): DataType {
  if (from.kind !== "decimal") return LONG;
  return from.scale === 0 ? from : { kind: "decimal", precision: Math.min(from.precision - from.scale + 1, 38), scale: 0 };
}

/** As Java's conversion: the nearest long, 0 for NaN. */
function toLong(value: number): Exact {
  if (Number.isNaN(value)) return 0;
  if (value >= 2 ** 63) return 9223372036854775807n;
  if (value <= -(2 ** 63)) return -9223372036854775808n;
  return normalize(BigInt(value));
}

export const mathFunctions: readonly FunctionEntry[] = [
  ...trigonometry,
  ...powers,
  ...binary,
  constant("e", Math.E, "Euler's number.", "2.718281828459045"),
  constant("pi", Math.PI, "The ratio of a circle's circumference to its diameter.", "3.141592653589793"),
  ...integers,
  rounding("round", "halfUp", "The number rounded to so many digits, halves away from 0.", ["round(2.5, 0)", "3"]),
  rounding("bround", "halfEven", "The number rounded to so many digits, halves to the even one.", ["bround(25, -1)", "20"]),
  whole(["ceil", "ceiling"], "ceiling", "The least number of so many digits that is not less.", ["ceil(3.1411, 3)", "3.142"]),
  whole(["floor"], "floor", "The greatest number of so many digits that is not greater.", ["floor(-0.1)", "-1"]),
];
