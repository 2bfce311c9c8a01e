/** Operators of arithmetic, and the functions that are operators by another name. */
import type { DataType } from "../../../columnar/types";
import { DOUBLE, LONG, callByName, cast, coerced } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { decimalArithmeticType, widerType } from "../../types/coercion";
import { isIntegral, isNumeric, sameType } from "../../types/text";
import { alignDecimals, checkOperands, promoteStrings, tightest } from "../binary-coercion";
import type { Pair } from "../binary-coercion";
import { document } from "../documented";
import type { InputType } from "../input-types";
import { additive, modulo, negation, quotient, wholeQuotient } from "../numeric/arithmetic";
import type { ArithmeticMode } from "../numeric/arithmetic";
import type { BindContext, FunctionDoc, FunctionEntry, ScalarFunction } from "../registry";
import { scalar, wrongNumArgs } from "../signature";
import { bindDatetimeArithmetic } from "./datetime-arithmetic";

const doc = document("math");

type Operator = "+" | "-" | "*" | "/" | "%" | "div" | "pmod";

const ACCEPTED: Readonly<Record<Operator, InputType>> = {
  "+": { anyOf: ["numeric", "dayTimeInterval", "yearMonthInterval", "calendarInterval"] },
  "-": { anyOf: ["numeric", "dayTimeInterval", "yearMonthInterval", "calendarInterval"] },
  "*": "numeric",
  "/": { anyOf: ["double", "decimal"] },
  "%": "numeric",
  div: { anyOf: ["long", "decimal", "yearMonthInterval", "dayTimeInterval"] },
  pmod: "numeric",
};

function modeOf(context: BindContext): ArithmeticMode {
  return context.settings.ansi ? "ansi" : "legacy";
}

function bindArithmetic(
  operator: Operator,
  args: readonly Expression[],
  context: BindContext,
  mode = modeOf(context),
): Expression {
  if (args.length !== 2) throw wrongNumArgs("2", args.length, context);
  const datetime = bindDatetimeArithmetic(operator, args as Pair, context, mode);
  if (datetime !== null) return datetime;
  let pair = alignDecimals(promoteStrings(args as Pair, context), context);
  pair = operatorTypes(operator, pair, context);
  pair = tightest(pair, ACCEPTED[operator], context);
  if (pair.every((side) => side.type.kind === "null")) {
    pair = pair.map((side) => coerced(side, operator === "div" ? LONG : DOUBLE, context)) as unknown as Pair;
  }
  checkOperands(pair, ACCEPTED[operator], context);
  const [left, right] = pair;
  const type = resultType(operator, left.type, right.type, context);
  // A decimal result that has too many digits is null outside of ANSI mode.
  const overflows = mode === "legacy" && type.kind === "decimal";
  const divides = operator === "/" || operator === "%" || operator === "div" || operator === "pmod";
  const always = divides || overflows || mode === "try";
  return {
    kind: "call",
    fn: operator,
    ...(context.name !== operator && { alias: context.name }),
    args: pair,
    type,
    nullable: always || left.nullable || right.nullable,
    options: { mode },
    ...(context.at && { at: context.at }),
  };
}

/** Division is of doubles, or of decimals and what a decimal is divided by; whole division of longs. */
function operatorTypes(operator: Operator, [left, right]: Pair, context: BindContext): Pair {
  if (operator === "/") {
    const fits = (type: DataType): boolean => isNumeric(type) || type.kind === "null";
    const decimals = left.type.kind === "decimal" && right.type.kind === "decimal";
    if (decimals || !fits(left.type) || !fits(right.type)) return [left, right];
    if (left.type.kind === "decimal" && right.type.kind === "null") return [left, coerced(right, left.type, context)];
    return [coerced(left, DOUBLE, context), coerced(right, DOUBLE, context)];
  }
  if (operator === "div") {
    const long = (side: Expression): Expression => (isIntegral(side.type) ? coerced(side, LONG, context) : side);
    return [long(left), long(right)];
  }
  return [left, right];
}

function resultType(operator: Operator, left: DataType, right: DataType, context: BindContext): DataType {
  if (operator === "div") return LONG;
  if (left.kind === "decimal" && right.kind === "decimal") {
    const lossy = context.settings.conf["spark.sql.decimalOperations.allowPrecisionLoss"] !== "false";
    return decimalArithmeticType(operator === "pmod" ? "%" : operator, left, right, lossy);
  }
  return sameType(left, right) ? left : (widerType(left, right, context.settings) ?? left);
}

function evaluator(operator: Operator): NonNullable<ScalarFunction["evaluate"]> {
  return (call) => {
    const place = { mode: call.options?.["mode"] as ArithmeticMode, at: call.at };
    const operands = call.args.map((arg) => arg.type) as [DataType, DataType];
    const evaluate = ((): ((a: never, b: never) => unknown) => {
      switch (operator) {
        case "+":
        case "-":
        case "*":
          return additive(operator, call.type, operands, place);
        case "/":
          return quotient(call.type, operands, place);
        case "div":
          return wholeQuotient(operands[0], operands[1], place);
        case "%":
          return modulo(call.type, operands, false, place);
        case "pmod":
          return modulo(call.type, operands, true, place);
      }
    })();
    return evaluate as unknown as ReturnType<NonNullable<ScalarFunction["evaluate"]>>;
  };
}

function operatorEntry(operator: Operator, names: readonly string[], document: FunctionDoc): ScalarFunction {
  return {
    kind: "scalar",
    names,
    doc: document,
    bind: (args, context) => {
      // A sign before a value has the same mark as the operation between two.
      if (args.length === 1 && operator === "-") return callByName("negative", args, { ...context, operator: true });
      if (args.length === 1 && operator === "+") return callByName("positive", args, { ...context });
      return bindArithmetic(operator, args, context);
    },
    evaluate: evaluator(operator),
    print: (call, args) =>
      operator === "pmod" || call.alias === "mod"
        ? `${call.alias ?? operator}(${args.join(", ")})`
        : `(${args.join(` ${operator} `)})`,
  };
}

/** try_add and the like: null where the operator fails. */
function tryEntry(name: string, operator: Operator, usage: string, example: readonly [string, string]): FunctionEntry {
  return {
    kind: "scalar",
    names: [name],
    doc: doc(usage, example),
    bind: (args, context) => {
      if (args.length !== 2) throw wrongNumArgs("2", args.length, context);
      const result = bindArithmetic(operator, args, { ...context, name: operator }, "try");
      // Text that is no number fails inside of the operator, too.
      const read = result.kind === "call" ? { ...result, args: result.args.map(triedText) } : result;
      return { ...read, nullable: true, printed: `${context.name}(${args.map(printed).join(", ")})` } as Call;
    },
  };
}

function triedText(arg: Expression): Expression {
  if (arg.kind !== "cast" || arg.implicit !== true) return arg;
  const mode = arg.child.type.kind === "string" ? "try" : arg.mode;
  return cast(triedText(arg.child), arg.type, mode, { implicit: true, ...(arg.at && { at: arg.at }) });
}

const operators = [
  operatorEntry("+", ["+"], doc("The sum; also of dates and intervals.", ["1 + 2", "3"])),
  operatorEntry("-", ["-"], doc("The difference; also of dates and intervals.", ["2 - 1", "1"])),
  operatorEntry("*", ["*"], doc("The product; also of intervals and numbers.", ["2 * 3", "6"])),
  operatorEntry("/", ["/"], doc("The quotient, a double or a decimal.", ["3 / 2", "1.5"])),
  operatorEntry(
    "%",
    ["%", "mod"],
    doc("The rest of the division, with the dividend's sign.", ["2 % 1.8", "0.2"], ["mod(-7, 3)", "-1"]),
  ),
  operatorEntry("div", ["div"], doc("The quotient without its fraction.", ["3 div 2", "1"])),
  operatorEntry("pmod", ["pmod"], doc("The rest of the division that is not negative.", ["pmod(-10, 3)", "2"])),
  tryEntry("try_add", "+", "The sum; null where it overflows.", ["try_add(2147483647, 1)", "NULL"]),
  tryEntry("try_subtract", "-", "The difference; null where it overflows.", ["try_subtract(-2147483648, 1)", "NULL"]),
  tryEntry("try_multiply", "*", "The product; null where it overflows.", ["try_multiply(-2147483648, 10)", "NULL"]),
  tryEntry("try_divide", "/", "The quotient; null where the divisor is 0.", ["try_divide(1, 0)", "NULL"]),
  tryEntry("try_mod", "%", "The rest of the division; null where the divisor is 0.", ["try_mod(3, 0)", "NULL"]),
];

const SIGNED: InputType = { anyOf: ["numeric", "dayTimeInterval", "yearMonthInterval", "calendarInterval"] };

/** The operand of a sign: strings and untyped nulls are doubles. */
function signOperand(args: readonly Expression[], context: BindContext): readonly Expression[] {
  const [arg] = args;
  if (arg?.type.kind === "string" || arg?.type.kind === "null") return [coerced(arg, DOUBLE, context), ...args.slice(1)];
  return args;
}

function signEntry(
  names: readonly string[],
  document: FunctionDoc,
  spec: Pick<ScalarFunction, "evaluate" | "print">,
): ScalarFunction {
  const entry = scalar({
    names,
    doc: document,
    inputs: [SIGNED],
    result: (types) => types[0] as DataType,
    options: (_, context) => ({ mode: modeOf(context) }),
    ...(spec.evaluate && { evaluate: spec.evaluate }),
    ...(spec.print && { print: spec.print }),
  });
  return {
    ...entry,
    bind: (args, context) =>
      entry.bind(signOperand(args, context), context.operator === true ? { ...context, name: "-" } : context),
  };
}

const placeOf = (call: Call): { mode: ArithmeticMode; at: Call["at"] } => ({
  mode: call.options?.["mode"] as ArithmeticMode,
  at: call.at,
});

const signs = [
  signEntry(["negative", "negate"], doc("The value with the other sign.", ["negative(1)", "-1"]), {
    evaluate: (call) => negation(call.type, false, placeOf(call)),
    print: (call, args) => (call.alias === "-" ? `(- ${args[0]})` : `${call.alias ?? call.fn}(${args[0]})`),
  }),
  signEntry(["positive"], doc("The value.", ["positive(1)", "1"]), {
    evaluate: () => (value) => value,
    print: (_, args) => `(+ ${args[0]})`,
  }),
  absEntry(),
];

function absEntry(): ScalarFunction {
  const entry = scalar({
    names: ["abs"],
    doc: doc("The value without its sign.", ["abs(-1)", "1"]),
    inputs: [{ anyOf: ["numeric", "dayTimeInterval", "yearMonthInterval"] }],
    result: (types) => types[0] as DataType,
    options: (_, context) => ({ mode: modeOf(context) }),
    evaluate: (call) => negation(call.type, true, placeOf(call)),
  });
  return { ...entry, bind: (args, context) => entry.bind(signOperand(args, context), context) };
}

export const arithmeticFunctions: readonly FunctionEntry[] = [...operators, ...signs];
